import pytest
from _pytest._io.saferepr import saferepr
from hypothesis import given
from hypothesis import strategies as st

from pytest_keyauth.recording.cut_secrets import scrub_cut
from pytest_keyauth.recording.scrubbing import Scrubber

SECRET = "abcdefghij-klmnopqrst-uvwxyz0123456789"


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("token = 'abcdefgh...3456789'", "token = '<token>...<token>'"),
        ("{'a': 1, 'b': 'abcdefghij-klm...", "{'a': 1, 'b': '<token>..."),
        ("...456789', 7]", "...<token>', 7]"),
        ("abcdefgh…456789", "<token>…<token>"),
        ("abcde...56789", "abcde...56789"),
        ("waiting ... for abcdefgh", "waiting ... for abcdefgh"),
        ("abcdefgh_...", "abcdefgh_..."),
        ("nothing is cut: abcdefgh", "nothing is cut: abcdefgh"),
        ("abcdef...x abcdefghi......456789", "<token>...x <token>......<token>"),
    ],
)
def test_both_pieces_of_a_secret_around_a_cut_are_replaced(text: str, scrubbed: str) -> None:
    assert scrub_cut(text, [(SECRET, "<token>")]) == scrubbed


@given(st.text("abcdef.…'", max_size=60), st.text("abcdef", min_size=7, max_size=12))
def test_of_a_text_without_a_piece_nothing_is_changed_and_scrubbing_twice_changes_nothing(
    text: str, secret: str
) -> None:
    once = scrub_cut(text, [(secret, "<token>")])
    assert scrub_cut(once, [(secret, "<token>")]) == once
    if secret[:6] not in text and secret[-6:] not in text:
        assert once == text


@given(st.integers(20, 400), st.integers(0, 300))
def test_what_pytest_shows_of_a_long_value_tells_nothing_of_a_secret_in_it(size: int, padding: int) -> None:
    secret = "".join(f"{number:03}-" for number in range(60))
    shown = saferepr(f"{'x' * padding}{secret}{'y' * padding}", maxsize=size)
    scrubbed = Scrubber({"token": [secret]}).scrub(shown)
    assert not any(f"{number:03}-{number + 1:03}-" in scrubbed for number in range(59))
