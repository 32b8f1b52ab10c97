"""Names, with Faker and without: whichever is there, typing does not ask for them."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from pytest_keyauth.keystrokes.casting import cast
from pytest_keyauth.keystrokes.names import find_name


@pytest.fixture(autouse=True)
def forget_names() -> Iterator[None]:
    find_name.cache_clear()
    yield
    find_name.cache_clear()


def test_without_faker_names_are_our_own_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    assert find_name("de", "anybody", 0) == find_name("fr", "somebody", 0) == "Alma Birkhain"
    assert len({find_name("de", "anybody", number) for number in range(500)}) == 500


def test_with_faker_a_name_is_the_persons_in_any_cast() -> None:
    pytest.importorskip("faker")
    one, other = cast(1, 1, mode="realistic", language="fr"), cast(1, 2, mode="realistic", language="fr")
    assert one[0].name == cast(3, 1, mode="realistic", language="fr")[0].name != other[0].name
    assert one[0].name not in {find_name("de", one[0].seed, 0), "Alma Birkhain"}


def test_faker_is_loaded_when_somebody_asks_for_a_name_and_not_before() -> None:
    pytest.importorskip("faker")
    program = (
        "import sys; from pytest_keyauth.keystrokes import cast; [typist] = cast(1, 1); "
        "typist.types('Ja', mistakes=True); typist.later(1).password('kiesel'); repr(typist); "
        "before = 'faker' in sys.modules; typist.name; print(before, 'faker' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert finished.stdout.split() == ["False", "True"]
