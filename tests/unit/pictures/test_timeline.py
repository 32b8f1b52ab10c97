import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.pictures import Keystroke, Timeline, trace

HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
# Worked by hand, in ms from the first key down: shift 0-140, J 50-150, E 250-330, D 310-400.
JED = HEADER + "|100dRSHIFT|50d74|90uRSHIFT|10u74|100d69|60d68|20u69|70u68"


def timeline(events: str) -> Timeline:
    return trace(parse(HEADER + events))


def spans(timeline: Timeline) -> list[tuple[str, int, int | None, int]]:
    return [(stroke.key, stroke.down_ms, stroke.up_ms, stroke.lane) for stroke in timeline.strokes]


def test_strokes_go_from_key_down_to_key_up_and_overlapping_ones_are_on_different_lanes() -> None:
    assert spans(trace(parse(JED))) == [
        ("RSHIFT", 0, 140, 0),
        ("74", 50, 150, 1),
        ("69", 250, 330, 0),
        ("68", 310, 400, 1),
    ]


def test_dwell_flight_and_rollover_leave_shift_out() -> None:
    measured = trace(parse(JED))
    assert measured.duration_ms == 400
    assert measured.lanes == 2
    assert measured.dwells_ms == [100, 80, 90]
    assert measured.flights_ms == [100, -20]
    assert measured.rollover_share == 0.5
    assert measured.rollovers == ((310, 330),)


def test_three_keys_at_once_need_three_lanes_and_the_first_free_lane_is_taken() -> None:
    # A 0-300, B 100-200, C 150-350, D 300-400: from 100 to 350 two keys at least are down.
    measured = timeline("|9d65|100d66|50d67|50u66|100u65|0d68|50u67|50u68")
    assert [stroke.lane for stroke in measured.strokes] == [0, 1, 2, 0]
    assert measured.rollovers == ((100, 350),)


def test_a_key_that_goes_down_just_when_the_last_comes_up_is_no_rollover() -> None:
    measured = timeline("|0d65|90u65|0d66|90u66")
    assert (measured.flights_ms, measured.rollover_share, measured.rollovers) == ([0], 0, ())
    assert measured.lanes == 1


def test_overlaps_that_overlap_are_one() -> None:
    # A 0-300, B 100-200, C 150-250: two keys at least are down from 100 to 250.
    assert timeline("|0d65|100d66|50d67|50u66|50u67|50u65").rollovers == ((100, 250),)


def test_a_key_that_repeats_by_itself_is_one_stroke() -> None:
    assert spans(timeline("|0d65|500d65|30d65|70u65")) == [("65", 0, 600, 0)]


def test_a_key_that_was_down_before_is_left_out_and_one_that_stays_down_has_no_end() -> None:
    measured = timeline("|10u66|90d65|100d67|50u67")
    assert spans(measured) == [("65", 0, None, 0), ("67", 100, 150, 0)]
    assert measured.dwells_ms == [50]
    assert measured.flights_ms == []
    assert measured.rollover_share is None


def test_a_recording_without_a_stroke_has_nothing_to_measure() -> None:
    measured = timeline("")
    assert (measured.strokes, measured.duration_ms, measured.lanes, measured.rollovers) == ((), 0, 0, ())
    assert measured.rollover_share is None


@pytest.mark.parametrize(("key", "modifier"), [("RSHIFT", True), ("16", True), ("17", True), ("65", False)])
def test_shift_and_the_like_are_modifiers(key: str, modifier: bool) -> None:
    assert Keystroke(key, 0, 1).modifier is modifier
