"""What the tests of the emulators share: an emulator at a known time, a way to ask it, the document's own samples."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from pytest_keyauth.emulator.clock import Clock
from pytest_keyauth.emulator.keytrac import KeytracEmulator
from pytest_keyauth.emulator.message import Request, Response

TOKEN = "a4c0dc53-e763-4ef3-bd19-cc92734e8691"
NOW = datetime(2016, 3, 24, 11, 45, 24, 812_000, UTC)
JSON = ("Content-Type", "application/json")


@pytest.fixture
def token() -> str:
    """The token of the emulator's first account, the one of the provider's document."""
    return TOKEN


@pytest.fixture
def emulator(token: str) -> KeytracEmulator:
    """An emulator on 2016-03-24 at 11:45:24.812 UTC, where its clock stands until it is moved."""
    return KeytracEmulator(Clock(NOW.timestamp), Random(1), token)


@pytest.fixture
def send(emulator: KeytracEmulator, token: str) -> Callable[..., Response]:
    """Sends a request with a token, and with a JSON value where one is given: send("POST", "/users")."""

    def send_request(
        method: str, path: str, value: Any = None, *, query: str = "", token: str = token, body: bytes = b""
    ) -> Response:
        headers = (("Authorization", token), JSON)
        content = body if value is None else json.dumps(value).encode()
        return emulator.handle(Request(method, path, query, headers, content))

    return send_request


@pytest.fixture
def create_user(send: Callable[..., Response]) -> Callable[[], str]:
    """Creates a user of the first account and gives its identifier."""
    return lambda: str(send("POST", "/users").json()["id"])


@pytest.fixture
def user_id(create_user: Callable[[], str]) -> str:
    """The identifier of a user who is not enrolled."""
    return create_user()


@pytest.fixture(scope="session")
def with_delays() -> Callable[[str, Callable[[list[int]], list[int]]], str]:
    """Gives a sample other delays: with_delays(sample, lambda delays_ms: delays_ms[::-1])."""

    def change_delays(sample: str, change: Callable[[list[int]], list[int]]) -> str:
        delay = re.compile(r"(?<=\|)[0-9]+(?=[du])")
        delays_ms = iter(change([int(digits) for digits in delay.findall(sample)]))
        return delay.sub(lambda _: str(next(delays_ms)), sample)

    return change_delays


# The samples that the provider's document itself shows, copied from it unchanged, line breaks apart. All are of one
# person; the text is "Die benutzte Methode besteht in der Messung der Luft.", the password has 7 characters.


@pytest.fixture(scope="session")
def anytext_enrolment() -> list[str]:
    """The two samples of "5.1) Example Enrollment Request - AnyText"."""
    return [
        (
            "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|"
            "16u69|88uSPACE|64d66|72u66|64d69|80d78|18u69|62u78|104d85|72u85|32d84|64d90|8u84|88u90|8d84|48d69|"
            "48u84|72u69|8dSPACE|88uSPACE|96dRSHIFT|40d77|64uRSHIFT|24d69|40u77|40u69|120d84|72u84|16d72|88d79|"
            "17u72|31d68|72u68|8u79|56d69|88u69|72dSPACE|80uSPACE|48d66|56u66|72d69|80u69|56d83|56d84|40u83|"
            "40d69|48u84|64u69|168d72|104u72|32d84|72u84|72dSPACE|72uSPACE|48d73|96d78|64dSPACE|32u73|16u78|"
            "40d68|40uSPACE|32u68|72d69|48d82|64u69|8dSPACE|32u82|48uSPACE|88dLSHIFT|96d77|32uLSHIFT|56u77|48d69|"
            "72u69|152d83|72u83|96d83|88u83|8d85|72u85|112d78|80d71|8u78|56u71|40dSPACE|56d68|40uSPACE|32u68|"
            "88d69|40d82|40u69|40u82|8dSPACE|64dLSHIFT|16uSPACE|80d76|64uLSHIFT|16u76|88d85|16d70|48u85|40u70|"
            "72d84|64u84|32d190|48u190"
        ),
        (
            "firefox/38.0#m=0#2016-04-25 09:24:58|128dRSHIFT|568d68|64uRSHIFT|32u68|192d73|40u73|88d69|88u69|"
            "160dSPACE|88uSPACE|8d66|72u66|40d69|88d78|8u69|96u78|104d85|80d84|8u85|88u84|40d90|80d84|16u90|"
            "56d69|32u84|64u69|64dSPACE|80uSPACE|72dRSHIFT|64d77|72uRSHIFT|8d69|48u77|16u69|40d84|80u84|32d72|"
            "88d79|32u72|32d68|32u79|40u68|88d69|64dSPACE|8u69|88uSPACE|40d66|96u66|496d69|72u69|88d83|88d84|"
            "40u83|48d69|40u84|40d72|16u69|96u72|40d84|80u84|72dSPACE|96uSPACE|104d73|64d78|56u73|24dSPACE|56u78|"
            "8d68|56uSPACE|32u68|80d69|48d82|48u69|56u82|16dSPACE|64dLSHIFT|32uSPACE|120d77|8uLSHIFT|80d69|8u77|"
            "64u69|88d83|56u83|96d83|64d85|16u83|56u85|104d78|80d71|8u78|56u71|8dSPACE|88d68|16uSPACE|72u68|"
            "80d69|48d82|56u69|56u82|8dSPACE|72uSPACE|32dLSHIFT|64d76|72uLSHIFT|0u76|88d85|25d70|55u85|16u70|"
            "80d84|56u84|56d190|24u190"
        ),
    ]


@pytest.fixture(scope="session")
def anytext_attempt() -> str:
    """The sample of "5.1) Example Authentication Request - AnyText", and of the identification request."""
    return (
        "firefox/38.0#m=0#2016-04-25 09:26:37|400dRSHIFT|88d68|25uRSHIFT|55u68|32d73|64d69|8u73|80u69|"
        "8dSPACE|72uSPACE|48d66|72u66|80d69|88u69|96d78|80u78|96d85|80d84|1u85|79u84|16d90|64d84|24u90|8d69|"
        "56u84|56u69|32dSPACE|56uSPACE|224dLSHIFT|88d77|48uLSHIFT|48u77|24d69|64u69|104d84|72u84|24d72|"
        "120d79|8u72|40d68|48u79|32u68|72d69|80u69|24dSPACE|96uSPACE|24d66|56u66|88d69|80u69|96d83|104d84|"
        "16d69|32u83|48u84|32u69|8d72|112u72|40d84|64u84|136dSPACE|96uSPACE|120d73|88d78|72dSPACE|8u73|32u78|"
        "32d68|32uSPACE|24u68|72d69|56d82|48u69|32dSPACE|16u82|64uSPACE|176dLSHIFT|80d77|72uLSHIFT|0u77|"
        "80d69|64u69|104d83|56u83|80d83|104u83|1d85|63u85|104d78|72d71|8u78|64u71|32dSPACE|64d68|16uSPACE|"
        "56u68|80d69|40d82|40u69|48u82|616dSPACE|72uSPACE|16dLSHIFT|88d76|64uLSHIFT|1u76|112d85|47d70|8u85|"
        "48u70|80d84|64u84|40d190|32u190"
    )


@pytest.fixture(scope="session")
def password_enrolment() -> list[str]:
    """The two samples of "5.2) Example Enrollment Request - Password Hardening"."""
    return [
        (
            "firefox/38.0#m=0#2016-04-25 09:25:37|l=7|0dI0|72uI0|32dI1|72uI1|120dI2|120uI2|112dI3|64uI3|64dI4|"
            "112uI4|32dI5|96uI5|40dI6|88uI6"
        ),
        (
            "firefox/38.0#m=0#2016-04-25 09:25:40|l=7|0dI0|56uI0|72dI1|64uI1|112dI2|128uI2|128dI3|56uI3|72dI4|"
            "72dI5|24uI4|80dI6|32uI5|48uI6"
        ),
    ]


@pytest.fixture(scope="session")
def password_attempt() -> str:
    """The sample of "5.2) Example Authentication Request - Password Hardening"."""
    return (
        "firefox/38.0#m=0#2016-04-25 09:27:05|l=7|872dI0|56uI0|64dI1|72uI1|128dI2|104uI2|117dI3|43uI3|72dI4|"
        "104uI4|24dI5|72dI6|40uI5|40uI6"
    )
