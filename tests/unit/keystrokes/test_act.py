import pytest

from pytest_keyauth.keystrokes.act import spell
from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.keystrokes.keyboard import HELD, UntypeableCharacterError
from pytest_keyauth.keystrokes.layouts import GERMAN, LAYOUTS
from pytest_keyauth.keystrokes.typist import Typist

TEXT = "Émile zahlt 5 € für Crème; {WER} nicht? ^"


def test_a_dead_key_writes_nothing_and_its_letter_both() -> None:
    assert [(stroke.key, written) for stroke, written in spell("xê", GERMAN)] == [("88", "x"), ("220", ""), ("69", "ê")]


def test_what_cannot_be_typed_is_refused_where_it_is() -> None:
    with pytest.raises(UntypeableCharacterError) as caught:
        spell("ab Ω", GERMAN)
    assert caught.value.position == 3


@pytest.mark.parametrize("language", LAYOUTS)
def test_an_act_writes_its_text(language: str) -> None:
    layout = LAYOUTS[language]
    text = layout.characters
    for masked in (False, True):
        presses = Typist(1, layout=layout).act(text, masked=masked).presses
        assert "".join(press.writes for press in presses) == text


@pytest.mark.parametrize("seed", range(20))
def test_the_sample_of_an_act_is_what_the_same_person_would_have_typed(seed: int) -> None:
    typist, twin = Typist(seed), Typist(seed)
    assert typist.act(TEXT).sample == twin.types(TEXT)
    assert typist.act("Geheim-27 €", masked=True).sample == twin.password("Geheim-27 €")
    assert typist.act(TEXT, mistakes=0.2).sample == twin.types(TEXT, mistakes=0.2)


@pytest.mark.parametrize("seed", range(20))
def test_the_keys_of_an_act_go_down_and_come_up_as_its_sample_says(seed: int) -> None:
    act = Typist(seed).act(TEXT)
    recording, now_ms = parse(act.sample), 0
    events = sorted(
        [(press.down_ms, "d", press.key) for press in act.presses]
        + [(press.up_ms, "u", press.key) for press in act.presses],
        key=lambda event: event[0],
    )
    assert [(action, key) for _, action, key in events] == list(zip(recording.actions, recording.keys, strict=True))
    for (time_ms, _, _), delay_ms in zip(events, recording.delays_ms, strict=True):
        now_ms += delay_ms
        assert abs(time_ms - now_ms) <= 1  # a sample has whole milliseconds


@pytest.mark.parametrize("seed", range(20))
def test_in_a_password_keys_are_held_while_those_go_down_that_they_are_for(seed: int) -> None:
    act = Typist(seed).act("aB€ÉcDê", masked=True)
    held_by = {character: spell(character, GERMAN)[-1][0].held for character in "aB€ÉcDê"}
    downs = [press.down_ms for press in act.presses]
    assert downs == sorted(downs)
    assert downs[0] > 0
    for press in act.presses:
        assert press.up_ms > press.down_ms
        held = {other.key for other in act.presses if other.key in HELD and other.down_ms < press.down_ms < other.up_ms}
        if press.writes:
            assert bool(held) == bool(held_by[press.writes])
