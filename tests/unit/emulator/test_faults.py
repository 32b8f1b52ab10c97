import pytest

from pytest_keyauth.emulator.faults import Faults, StoreFailure


def test_nothing_fails_until_it_is_told_to() -> None:
    Faults(["read", "write"]).attempt("read")


def test_an_action_fails_as_often_as_it_is_told_to_and_no_other_does() -> None:
    faults = Faults(["read", "write"])
    faults.place("read", 2)
    faults.attempt("write")
    for _ in range(2):
        with pytest.raises(StoreFailure, match="read"):
            faults.attempt("read")
    faults.attempt("read")


def test_a_fault_can_be_mended() -> None:
    faults = Faults(["read"])
    faults.place("read")
    faults.place("read", 0)
    faults.attempt("read")


@pytest.mark.parametrize(
    ("action", "times", "message"),
    [
        ("fly", 1, r"no store action 'fly'; there are: read, write"),
        ("read", -1, r"times=-1: expected 0 \(mend\) or more"),
    ],
)
def test_what_cannot_fail_is_refused_and_changes_nothing(action: str, times: int, message: str) -> None:
    faults = Faults(["read", "write"])
    with pytest.raises(ValueError, match=message):
        faults.place(action, times)
    faults.attempt("read")
