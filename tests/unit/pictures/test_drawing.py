import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.pictures import draw, layout, render

HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
# Worked by hand, in ms from the first key down: shift 0-140, J 50-150, E 250-330, D 310-400.
JED = HEADER + "|100dRSHIFT|50d74|90uRSHIFT|10u74|100d69|60d68|20u69|70u68"
JED_TIMES_MS = [(0, 140), (50, 150), (250, 330), (310, 400)]
SVG = "{http://www.w3.org/2000/svg}"

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def svg(samples: Sequence[str], names: Sequence[str] | None = None, title: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(render(draw([parse(sample) for sample in samples], names, title), "svg"))


def bars(root: ElementTree.Element) -> dict[str, Box]:
    """Where each stroke's bar is, by its identifier."""
    boxes = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("id", "").startswith("stroke-"):
            [path] = group.findall(f"{SVG}path")
            numbers = [float(number) for number in re.findall(r"[-\d.]+", path.get("d", ""))]
            x, y = numbers[::2], numbers[1::2]
            boxes[group.get("id", "")] = (min(x), min(y), max(x), max(y))
    return boxes


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_a_bar_goes_from_key_down_to_key_up() -> None:
    boxes = list(bars(svg([JED])).values())
    origin, _, end, _ = boxes[0]  # of shift, from 0 to 140 ms
    points_a_ms = (end - origin) / 140
    measured = [((left - origin) / points_a_ms, (right - origin) / points_a_ms) for left, _, right, _ in boxes]
    assert [time_ms for span in measured for time_ms in span] == pytest.approx(
        [time_ms for span in JED_TIMES_MS for time_ms in span], abs=0.01
    )


def test_bars_that_overlap_in_time_do_not_on_paper() -> None:
    shift, j, e, d = bars(svg([JED])).values()
    assert shift[3] < j[1]
    assert e[3] < d[1]
    assert (shift[1], j[1]) == (e[1], d[1])


def test_what_two_typed_is_on_one_scale_from_the_first_key_on() -> None:
    slow = HEADER + "|900d74|400u74|800d69|200u69"  # J 0-400, E 1200-1400
    boxes = bars(svg([JED, slow]))
    origin, end = boxes["stroke-1-1-1"][0], boxes["stroke-1-1-1"][2]
    assert boxes["stroke-2-1-1"][0] == origin
    assert boxes["stroke-2-1-2"][2] - origin == pytest.approx((end - origin) / 140 * 1400, abs=0.01)
    assert boxes["stroke-1-1-2"][3] < boxes["stroke-2-1-1"][1]


def test_texts_stay_texts_and_keys_have_their_labels() -> None:
    said = texts(svg([JED], ["Alma"], "A title"))
    assert {"A title", "Alma", "⇧", "J", "E", "D", "0", "100"} <= set(said)
    assert "4 keystrokes in 0.4 s  ·  median dwell 90 ms  ·  median flight 40 ms  ·  rollover 50 %" in said


def test_who_lacks_our_font_sees_another_one_without_serifs() -> None:
    [label] = [element for element in svg([JED]).iter(f"{SVG}text") if element.text == "J"]
    assert re.search(r"font(-family)?: [^;]*'DejaVu Sans', .*\bsans-serif\b", label.get("style", ""))


def test_two_are_compared_and_three_are_not() -> None:
    verdict = "Not to be told apart by this: 0.0 times the distance of one person's two recordings."
    assert verdict in texts(svg([JED, JED]))
    assert {"JE", "ED", "Dwell by key, in ms"} < set(texts(svg([JED, JED])))
    assert verdict not in texts(svg([JED, JED, JED]))


def test_a_long_recording_is_broken_into_rows_and_no_stroke_is_lost() -> None:
    boxes = bars(svg([HEADER + "|100d65|100u65" * 100]))  # twenty seconds
    rows = sorted({identifier.split("-")[2] for identifier in boxes}, key=int)
    assert len(boxes) == 100
    assert len(rows) == 3  # of at most seven seconds
    tops = [boxes[f"stroke-1-{row}-1"][1] for row in rows]
    assert all(upper < lower for upper, lower in pairwise(tops))
    assert {boxes[f"stroke-1-{row}-1"][0] for row in rows} == {boxes["stroke-1-1-1"][0]}


def test_a_pause_of_days_takes_no_more_than_a_row() -> None:
    boxes = bars(svg([HEADER + "|0d65|100u65|999999999d65|999999999u65"]))
    assert list(boxes) == ["stroke-1-1-1", "stroke-1-2-1"]
    assert max(right for _, _, right, _ in boxes.values()) < 10.6 * 72


def test_of_a_recording_that_never_ends_the_beginning_is_drawn_and_the_caption_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert layout.MOST_ROWS == 40
    monkeypatch.setattr(layout, "MOST_ROWS", 2)
    root = svg([HEADER + "|9000d65|9u65" * 5])
    assert len(bars(root)) == 2
    assert any(text.endswith("the last 3 are not drawn") for text in texts(root))


@pytest.mark.parametrize("sample", [HEADER, HEADER + "|l=", HEADER + "|1u65", HEADER + "|1d65", HEADER + "|1d65|0u65"])
def test_what_is_hardly_typing_is_drawn_as_well(sample: str) -> None:
    assert len(bars(svg([sample]))) == sample.count("d65")


def test_a_name_is_shown_as_it_is_unless_no_picture_can() -> None:
    said = texts(svg([JED, JED], ["$x$ < 张", "a\x00b\nc\ud800" + "d" * 90]))
    assert {"$x$ < 张", "a�b�c�" + "d" * 41 + "…"} <= set(said)


@pytest.mark.parametrize("image_format", ["svg", "png"])
def test_the_same_recordings_make_the_same_bytes_whatever_the_user_s_own_style_is(image_format: str) -> None:
    def picture() -> bytes:
        return render(draw([parse(JED)], ["张"]), image_format)  # type: ignore[arg-type]

    first = picture()
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        before = dict(mpl.rcParams)
        assert picture() == first
        assert dict(mpl.rcParams) == before
    assert first.startswith(b"<?xml" if image_format == "svg" else b"\x89PNG")
    assert b"Matplotlib v" not in first
    assert b"matplotlib version" not in first.lower()


@pytest.mark.parametrize(
    ("count", "names", "message"),
    [
        (0, None, "a picture shows 1 to 12 recordings, not 0"),
        (13, None, "a picture shows 1 to 12 recordings, not 13"),
        (2, ["Alma"], "1 names for 2 recordings: expected one for each"),
    ],
)
def test_what_cannot_be_drawn_is_refused(count: int, names: list[str] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw([parse(JED)] * count, names)
