import pytest

from pytest_keyauth.reports.texts import shorten, show, show_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("Müller ’ שלום 日本 🙂", "Müller ’ שלום 日本 🙂"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb\u00adc", "a\\u200bb\\xadc"),
        ("\x1b[31m\x00\x7f", "\\x1b[31m\\x00\\x7f"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
        ("a\r\nb\rc", "a\nb\\x0dc"),
    ],
)
def test_what_cannot_be_seen_is_written_as_its_escape(text: str, shown: str) -> None:
    assert show(text) == shown


def test_a_line_is_one() -> None:
    assert show_line(" a\n\n b\tc\u2028d ") == "a b c\\u2028d"


def test_a_long_text_says_how_much_there_is_beyond() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("a" * 1_300, 100) == f"{'a' * 100}… (1,200 more characters)"
