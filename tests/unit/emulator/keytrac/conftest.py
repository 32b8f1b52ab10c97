"""What the tests of the KeyTrac emulator share: a user who is enrolled by the method that a test is about."""

from collections.abc import Callable

import pytest

from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Response
from pytest_keyauth.keystrokes import Typist, cast

Send = Callable[..., Response]

#: The text of the document's own samples.
TEXT = "Die benutzte Methode besteht in der Messung der Luft."
SENTENCES = [
    "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer zum ersten Mal sieht.",
    "Im Keller steht seit Jahren ein Fahrrad, das niemand fährt und von dem sich keiner trennt.",
]


@pytest.fixture
def enrolment(request: pytest.FixtureRequest, anytext_enrolment: list[str], password_enrolment: list[str]) -> list[str]:
    """The document's samples for enrolment by the test's `method`."""
    return {"anytext": anytext_enrolment, "password": password_enrolment}[request.getfixturevalue("method")]


@pytest.fixture
def attempt(request: pytest.FixtureRequest, anytext_attempt: str, password_attempt: str) -> str:
    """The document's sample for authentication by the test's `method`."""
    return {"anytext": anytext_attempt, "password": password_attempt}[request.getfixturevalue("method")]


@pytest.fixture
def enrolled_id(send: Send, method: str, enrolment: list[str], user_id: str) -> str:
    """The identifier of a user who is enrolled by the test's `method` with the document's samples."""
    assert send("POST", f"/{method}/enrol", {"user_id": user_id, "samples": enrolment}).json() == {"OK": True}
    return user_id


@pytest.fixture
def profile(emulator: KeytracEmulator, method: str, enrolled_id: str) -> Callable[[], bytes]:
    """Reads the stored bytes of the enrolled user's profile."""

    def read_profile() -> bytes:
        user = emulator.account.store.find_user(enrolled_id)
        assert user is not None
        return user.profiles[method]  # type: ignore[index]

    return read_profile


@pytest.fixture
def of_somebody_else() -> Callable[[str], str]:
    """Gives a sample that is not of the document's typist, by a method."""
    stranger = cast(1, "somebody else")[0]
    return lambda method: stranger.types(TEXT) if method == "anytext" else stranger.password("geheim7")


@pytest.fixture
def crowd(send: Send, create_user: Callable[[], str]) -> dict[str, Typist]:
    """Five typists enrolled by AnyText, by their users' identifiers, among users who are not enrolled."""
    typists = cast(5, "a crowd")
    enrolled = {}
    for typist in typists:
        user_id, _ = create_user(), create_user()
        send("POST", "/anytext/enrol", {"user_id": user_id, "samples": [typist.types(text) for text in SENTENCES]})
        enrolled[user_id] = typist
    return enrolled
