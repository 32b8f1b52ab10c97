# ruff: noqa: E501  # the commands stand here as they stand in the provider's document, whose lines are long
"""The curl commands of the provider's document, run by curl: only host, token and user identifiers are put in."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
    pytest.mark.skipif(shutil.which("sh") is None, reason="sh is not installed"),
]

AUTHENTICATION = r"""
curl -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/status
"""

CREATE = r"""
curl -d '' -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/users
"""

LIST = r"""
curl -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/users
"""

ENROL_ANYTEXT = r"""
curl -H "Accept: application/json" \
  -H "Content-Type: application/json" \
  -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" \
  -d '{"user_id":"<<USER ID FROM STEP [Create Users]>>","samples":[
    "firefox/38.0#m=0#2016-04-25 09:22:52|336dRSHIFT|80d68|64uRSHIFT|32u68|32d73|80u73|8d69|72dSPACE|16u69|88uSPACE|64d66|72u66|64d69|80d78|18u69|62u78|104d85|72u85|32d84|64d90|8u84|88u90|8d84|48d69|48u84|72u69|8dSPACE|88uSPACE|96dRSHIFT|40d77|64uRSHIFT|24d69|40u77|40u69|120d84|72u84|16d72|88d79|17u72|31d68|72u68|8u79|56d69|88u69|72dSPACE|80uSPACE|48d66|56u66|72d69|80u69|56d83|56d84|40u83|40d69|48u84|64u69|168d72|104u72|32d84|72u84|72dSPACE|72uSPACE|48d73|96d78|64dSPACE|32u73|16u78|40d68|40uSPACE|32u68|72d69|48d82|64u69|8dSPACE|32u82|48uSPACE|88dLSHIFT|96d77|32uLSHIFT|56u77|48d69|72u69|152d83|72u83|96d83|88u83|8d85|72u85|112d78|80d71|8u78|56u71|40dSPACE|56d68|40uSPACE|32u68|88d69|40d82|40u69|40u82|8dSPACE|64dLSHIFT|16uSPACE|80d76|64uLSHIFT|16u76|88d85|16d70|48u85|40u70|72d84|64u84|32d190|48u190",
    "firefox/38.0#m=0#2016-04-25 09:24:58|128dRSHIFT|568d68|64uRSHIFT|32u68|192d73|40u73|88d69|88u69|160dSPACE|88uSPACE|8d66|72u66|40d69|88d78|8u69|96u78|104d85|80d84|8u85|88u84|40d90|80d84|16u90|56d69|32u84|64u69|64dSPACE|80uSPACE|72dRSHIFT|64d77|72uRSHIFT|8d69|48u77|16u69|40d84|80u84|32d72|88d79|32u72|32d68|32u79|40u68|88d69|64dSPACE|8u69|88uSPACE|40d66|96u66|496d69|72u69|88d83|88d84|40u83|48d69|40u84|40d72|16u69|96u72|40d84|80u84|72dSPACE|96uSPACE|104d73|64d78|56u73|24dSPACE|56u78|8d68|56uSPACE|32u68|80d69|48d82|48u69|56u82|16dSPACE|64dLSHIFT|32uSPACE|120d77|8uLSHIFT|80d69|8u77|64u69|88d83|56u83|96d83|64d85|16u83|56u85|104d78|80d71|8u78|56u71|8dSPACE|88d68|16uSPACE|72u68|80d69|48d82|56u69|56u82|8dSPACE|72uSPACE|32dLSHIFT|64d76|72uLSHIFT|0u76|88d85|25d70|55u85|16u70|80d84|56u84|56d190|24u190"]}' \
  https://api.keytrac.net/anytext/enrol
"""

ENROL_PASSWORD = r"""
curl -H "Accept: application/json" \
  -H "Content-Type: application/json" \
  -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" \
  -d '{"user_id":"<<USER ID FROM STEP [Create Users]>>","samples":[
    "firefox/38.0#m=0#2016-04-25 09:25:37|l=7|0dI0|72uI0|32dI1|72uI1|120dI2|120uI2|112dI3|64uI3|64dI4|112uI4|32dI5|96uI5|40dI6|88uI6",
    "firefox/38.0#m=0#2016-04-25 09:25:40|l=7|0dI0|56uI0|72dI1|64uI1|112dI2|128uI2|128dI3|56uI3|72dI4|72dI5|24uI4|80dI6|32uI5|48uI6"]}' \
  https://api.keytrac.net/password/enrol
"""

AUTHENTICATE_ANYTEXT = r"""
curl -H "Accept: application/json" \
  -H "Content-Type: application/json" \
  -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" \
  -d '{"user_id":"<<USER ID FROM STEP [Create Users]>>","samples":["firefox/38.0#m=0#2016-04-25 09:26:37|400dRSHIFT|88d68|25uRSHIFT|55u68|32d73|64d69|8u73|80u69|8dSPACE|72uSPACE|48d66|72u66|80d69|88u69|96d78|80u78|96d85|80d84|1u85|79u84|16d90|64d84|24u90|8d69|56u84|56u69|32dSPACE|56uSPACE|224dLSHIFT|88d77|48uLSHIFT|48u77|24d69|64u69|104d84|72u84|24d72|120d79|8u72|40d68|48u79|32u68|72d69|80u69|24dSPACE|96uSPACE|24d66|56u66|88d69|80u69|96d83|104d84|16d69|32u83|48u84|32u69|8d72|112u72|40d84|64u84|136dSPACE|96uSPACE|120d73|88d78|72dSPACE|8u73|32u78|32d68|32uSPACE|24u68|72d69|56d82|48u69|32dSPACE|16u82|64uSPACE|176dLSHIFT|80d77|72uLSHIFT|0u77|80d69|64u69|104d83|56u83|80d83|104u83|1d85|63u85|104d78|72d71|8u78|64u71|32dSPACE|64d68|16uSPACE|56u68|80d69|40d82|40u69|48u82|616dSPACE|72uSPACE|16dLSHIFT|88d76|64uLSHIFT|1u76|112d85|47d70|8u85|48u70|80d84|64u84|40d190|32u190"]}' \
  https://api.keytrac.net/anytext/authenticate
"""

AUTHENTICATE_PASSWORD = r"""
curl -H "Accept: application/json" \
  -H "Content-Type: application/json" \
  -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" \
  -d '{"user_id":"<<USER ID FROM STEP [Create Users]>>","samples":["firefox/38.0#m=0#2016-04-25 09:27:05|l=7|872dI0|56uI0|64dI1|72uI1|128dI2|104uI2|117dI3|43uI3|72dI4|104uI4|24dI5|72dI6|40uI5|40uI6"]}' \
  https://api.keytrac.net/password/authenticate
"""

IDENTIFY = r"""
curl -H "Accept: application/json" \
  -H "Content-Type: application/json" \
  -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" \
  -d '{"limit":3,"samples":["firefox/38.0#m=0#2016-04-25 09:26:37|400dRSHIFT|88d68|25uRSHIFT|55u68|32d73|64d69|8u73|80u69|8dSPACE|72uSPACE|48d66|72u66|80d69|88u69|96d78|80u78|96d85|80d84|1u85|79u84|16d90|64d84|24u90|8d69|56u84|56u69|32dSPACE|56uSPACE|224dLSHIFT|88d77|48uLSHIFT|48u77|24d69|64u69|104d84|72u84|24d72|120d79|8u72|40d68|48u79|32u68|72d69|80u69|24dSPACE|96uSPACE|24d66|56u66|88d69|80u69|96d83|104d84|16d69|32u83|48u84|32u69|8d72|112u72|40d84|64u84|136dSPACE|96uSPACE|120d73|88d78|72dSPACE|8u73|32u78|32d68|32uSPACE|24u68|72d69|56d82|48u69|32dSPACE|16u82|64uSPACE|176dLSHIFT|80d77|72uLSHIFT|0u77|80d69|64u69|104d83|56u83|80d83|104u83|1d85|63u85|104d78|72d71|8u78|64u71|32dSPACE|64d68|16uSPACE|56u68|80d69|40d82|40u69|48u82|616dSPACE|72uSPACE|16dLSHIFT|88d76|64uLSHIFT|1u76|112d85|47d70|8u85|48u70|80d84|64u84|40d190|32u190"]}' \
  https://api.keytrac.net/anytext/identify
"""

DELETE = r"""
curl -X DELETE -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082
"""

SHOW = r"""
curl -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/users/8f5a2308-90b5-4afa-8847-ebf2b99f4082
"""

STATUS = r"""
curl -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/status
"""

STATUS_OF_A_WINDOW = r"""
curl -H "Authorization: <<YOUR AUTHENTICATION TOKEN>>" https://api.keytrac.net/status?from=2015-06-01&to=2015-12-01
"""

HOST = "https://api.keytrac.net"
TOKEN = "<<YOUR AUTHENTICATION TOKEN>>"
USER_IDS = ("<<USER ID FROM STEP [Create Users]>>", "8f5a2308-90b5-4afa-8847-ebf2b99f4082")

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

Answer = tuple[int, Any]


@pytest.fixture
def account(served: dict[str, str]) -> Iterator[httpx.Client]:
    """A client for an empty account of the test's own."""
    with httpx.Client(base_url=served["KEYAUTH_KEYTRAC_URL"], trust_env=False, verify=False) as client:
        client.headers["Authorization"] = client.post("/_keyauth/accounts", json={}).json()["token"]
        yield client


@pytest.fixture
def curl(account: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Run a command of the document in a shell; gives the status and the JSON of the answer."""
    (tmp_path / ".curlrc").write_text('silent\nshow-error\nnoproxy = "*"\nwrite-out = "\\n%{http_code}"\n')
    monkeypatch.setenv("CURL_HOME", str(tmp_path))

    def run(command: str, user_id: str = "") -> Answer:
        assert HOST in command
        assert TOKEN in command
        command = command.replace(HOST, str(account.base_url).rstrip("/"))
        command = command.replace(TOKEN, account.headers["Authorization"])
        for documented in USER_IDS:
            command = command.replace(documented, user_id)
        done = subprocess.run(["sh", "-c", command], capture_output=True, encoding="utf-8", check=True)
        assert done.stderr == ""
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)

    return run


@pytest.fixture
def user_id(curl: Callable[..., Answer]) -> str:
    """The identifier that the document's command for creating a user answers with."""
    return str(curl(CREATE)[1]["id"])


def test_the_authentication_example_is_answered(curl: Callable[..., Answer]) -> None:
    assert curl(AUTHENTICATION) == (200, {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}})


def test_the_authentication_example_with_a_token_of_nobody_is_refused(curl: Callable[..., Answer]) -> None:
    assert curl(AUTHENTICATION.replace(TOKEN, f"a{TOKEN}")) == (401, {"error": "Client unauthorized"})


def test_the_creation_example_creates_a_user(curl: Callable[..., Answer]) -> None:
    status, body = curl(CREATE)
    assert status == 200
    assert list(body) == ["id"]
    assert re.fullmatch(UUID, body["id"])


def test_the_list_example_lists_users(curl: Callable[..., Answer], user_id: str) -> None:
    _, created = curl(CREATE)
    curl(ENROL_ANYTEXT, created["id"])
    status, users = curl(LIST)
    assert status == 200
    assert [user["identifier"] for user in users] == [created["id"], user_id]
    active, idle = users
    assert list(active) == ["identifier", "created_at", "last_activity"]
    assert list(idle) == ["identifier", "created_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", active["created_at"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z", active["last_activity"])


@pytest.mark.parametrize("command", [ENROL_ANYTEXT, ENROL_PASSWORD], ids=["anytext", "password"])
def test_the_enrolment_examples_enrol(curl: Callable[..., Answer], user_id: str, command: str) -> None:
    assert curl(command, user_id) == (200, {"OK": True})


@pytest.mark.parametrize(
    ("enrolment", "authentication"),
    [(ENROL_ANYTEXT, AUTHENTICATE_ANYTEXT), (ENROL_PASSWORD, AUTHENTICATE_PASSWORD)],
    ids=["anytext", "password"],
)
def test_the_authentication_examples_accept_the_user_of_the_enrolment_examples(
    curl: Callable[..., Answer], user_id: str, enrolment: str, authentication: str
) -> None:
    curl(enrolment, user_id)
    status, body = curl(authentication, user_id)
    assert status == 200
    assert list(body) == ["authenticated", "score"]
    assert body["authenticated"] is True
    assert type(body["score"]) is int
    assert 50 <= body["score"] <= 100


@pytest.mark.parametrize("command", [AUTHENTICATE_ANYTEXT, AUTHENTICATE_PASSWORD], ids=["anytext", "password"])
def test_the_authentication_examples_before_the_enrolment_are_refused(
    curl: Callable[..., Answer], user_id: str, command: str
) -> None:
    assert curl(command, user_id) == (404, {"error": "User is not yet enrolled for this authentication type"})


def test_the_identification_example_ranks_the_user_of_the_enrolment_example(
    curl: Callable[..., Answer], user_id: str
) -> None:
    curl(ENROL_ANYTEXT, user_id)
    status, matches = curl(IDENTIFY)
    assert status == 200
    assert [list(match) for match in matches] == [["user_id", "score"]]
    assert matches[0]["user_id"] == user_id
    assert type(matches[0]["score"]) is int
    assert 50 <= matches[0]["score"] <= 100


def test_the_deletion_example_deletes_a_user_once(curl: Callable[..., Answer], user_id: str) -> None:
    assert curl(DELETE, user_id) == (200, {"OK": True})
    assert curl(DELETE, user_id) == (404, {"error": "User not found"})


def test_the_details_example_shows_a_user(curl: Callable[..., Answer], user_id: str) -> None:
    curl(ENROL_ANYTEXT, user_id)
    curl(AUTHENTICATE_ANYTEXT, user_id)
    status, body = curl(SHOW, user_id)
    assert status == 200
    assert list(body) == ["overview", "method"]
    assert list(body["overview"]) == ["enrolment_count", "authentication_count", "last_activity"]
    assert (body["overview"]["enrolment_count"], body["overview"]["authentication_count"]) == (1, 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", body["overview"]["last_activity"])
    assert body["method"] == {"anytext": {"last_activity": body["overview"]["last_activity"]}}


def test_the_status_example_counts(curl: Callable[..., Answer], user_id: str) -> None:
    curl(ENROL_ANYTEXT, user_id)
    curl(ENROL_PASSWORD, user_id)
    curl(AUTHENTICATE_PASSWORD, user_id)
    assert curl(STATUS) == (200, {"overview": {"users_created": 1, "enrolments": 2, "authentications": 1}})


def test_the_window_example_as_it_stands_is_cut_by_the_shell_and_refused(curl: Callable[..., Answer]) -> None:
    """The document does not quote the URL, so the shell takes `&` for its own."""
    refusal = {"error": "Only parameter [from] given. Require both parameters [from] and [to]"}
    assert curl(STATUS_OF_A_WINDOW) == (400, refusal)


def test_the_window_example_with_its_url_quoted_counts_within_the_window(
    curl: Callable[..., Answer], user_id: str
) -> None:
    quoted = re.sub(r"(https://\S+)", r"'\1'", STATUS_OF_A_WINDOW)
    assert curl(quoted) == (200, {"overview": {"users_created": 0, "enrolments": 0, "authentications": 0}})
    reaching_today = quoted.replace("2015-12-01", "9999-12-31")
    assert curl(reaching_today) == (200, {"overview": {"users_created": 1, "enrolments": 0, "authentications": 0}})
