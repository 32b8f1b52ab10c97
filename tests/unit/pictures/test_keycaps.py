import pytest

from pytest_keyauth.keystrokes.keyboard import US
from pytest_keyauth.pictures.keycaps import label_key, label_keys


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("68", "D"),
        ("55", "7"),
        ("SPACE", "␣"),
        ("32", "␣"),
        ("190", "."),
        ("188", ","),
        ("8", "⌫"),
        ("RSHIFT", "⇧"),
        ("13", "↵"),
        ("222", "Ä"),
        ("219", "ß"),
        ("97", "1"),
        ("123", "F12"),
        ("I0", "0"),
        ("I11", "11"),
        ("255", "255"),
        ("INSERT", "INSERT"),
        ("VOLUMEUP", "VOLUM…"),
    ],
)
def test_a_key_has_the_label_that_people_read_on_it(key: str, label: str) -> None:
    assert label_key(key) == label


def test_punctuation_is_that_of_the_layout() -> None:
    assert (label_key("222"), label_key("222", US)) == ("Ä", "'")


@pytest.mark.parametrize(
    ("keys", "label"), [(("68", "69"), "DE"), (("I1", "I2"), "1-2"), (("123", "68"), "F12-D"), (("68", "SPACE"), "D␣")]
)
def test_a_digraph_is_read_as_one(keys: tuple[str, ...], label: str) -> None:
    assert label_keys(keys) == label
