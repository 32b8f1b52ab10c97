"""Keyfax's eight operations, each from an admitted call to its answer.

Every operation changes the store in its last step, so that a failure before it leaves everything as it was.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keyfax.authorization import Policy
from pytest_keyauth.emulator.keyfax.call import Call
from pytest_keyauth.emulator.keyfax.configuration import HostDefinition
from pytest_keyauth.emulator.keyfax.keys import NOBODY, DamagedKey, KeyPair, make_key_pair
from pytest_keyauth.emulator.keyfax.pages import finish, show_launch
from pytest_keyauth.emulator.keyfax.refusal import Refusal
from pytest_keyauth.emulator.keyfax.results import results_xml
from pytest_keyauth.emulator.keyfax.sessions import Session
from pytest_keyauth.emulator.keyfax.startup import MOST_BYTES, example_members, read_startup, write_startup_xml
from pytest_keyauth.emulator.keyfax.store import MOST_SESSIONS, Store
from pytest_keyauth.emulator.keyfax.tokens import make_token
from pytest_keyauth.emulator.message import Response, json_response

__all__ = ["OPERATIONS", "Operation", "create_initial_pair"]

#: How many pairs of a host may work side by side: a reset makes one more, until one is used.
MOST_PAIRS = 1_000

DOCUMENTED_COMPANY = "AbcHousing_Staff_Live"

_XML_HEADERS = (("Content-Type", "application/xml; charset=utf-8"),)


def _xml_response(xml: str) -> Response:
    return Response(200, _XML_HEADERS, f'<?xml version="1.0" encoding="utf-8"?>\n{xml}'.encode())


def _prefers_xml(call: Call) -> bool:
    """Whether the client accepts XML, and names no JSON that it would like as well or better."""
    xml = json_ = 0.0
    for media_range in (call.request.header("Accept", case_sensitive=False) or "").lower().split(","):
        media_type, *parameters = (part.strip() for part in media_range.split(";"))
        quality = next((_read_quality(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
        if media_type in ("application/xml", "text/xml"):
            xml = max(xml, quality)
        elif media_type == "application/json":
            json_ = max(json_, quality)
    return xml > json_


def _read_quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def example_startup(call: Call) -> Response:
    """``GET /startup``: data that can be posted back as they are, for a company that exists."""
    members = example_members(min(call.settings.companies, default=DOCUMENTED_COMPANY))
    return _xml_response(write_startup_xml(members)) if _prefers_xml(call) else json_response(200, members)


def launch_session(call: Call) -> Response:
    """``POST /startup``."""
    startup = read_startup(call.request.body, call.request.header("Content-Type", case_sensitive=False))
    if startup.company not in call.settings.companies:
        reason = "it is not defined, so no session can be launched for it"
        raise Refusal(500, f"Startup failed: Company / configuration '{startup.company[:100]}': {reason}")
    guid = startup.guid or str(UUID(int=call.random.getrandbits(128), version=4))
    if call.store.find_session(guid) is not None:
        raise Refusal(500, "Startup failed: guid: a session was launched with it before")
    try:
        call.store.write_session(Session(guid, startup))
    except StoreFailure:
        raise Refusal(500, "Startup failed: the session could not be stored") from None
    return json_response(
        200, {"guid": guid, "launchUrl": _launch_url(call, guid, startup.company), "company": startup.company}
    )


def _launch_url(call: Call, guid: str, company: str) -> str:
    host = call.request.header("Host", case_sensitive=False) or "localhost"
    return f"{call.request.scheme}://{host}{call.root}/launch?co={quote(company, safe='')}&guid={guid}"


def get_results(call: Call) -> Response:
    """``POST /results``. A session that nobody launched is one that "has not been launched" (assumed): 422."""
    members = _read_launch_data(call.request.body)
    guid, company = _find_names(members)
    try:
        session = call.store.read_session(guid)
    except StoreFailure:
        raise Refusal(500, "the results could not be read") from None
    if session is None or company not in (None, session.startup.company):
        raise Refusal(422, f"there is no such session: it has not been launched{_hint_at_forgetting(call.store)}")
    if not session.finished:
        raise Refusal(422, f"there are no results yet: {session.describe()}")
    xml = results_xml(session)
    if _prefers_xml(call):
        return _xml_response(xml)
    custom_data = session.startup.custom_data
    results = {
        "guid": session.guid,
        "status": session.status,
        "company": session.startup.company,
        "resultsXml": xml,
        "customData": None if custom_data is None else json.loads(custom_data),
    }
    return json_response(200, results)


def _hint_at_forgetting(store: Store) -> str:
    return f", or is forgotten, since the latest {MOST_SESSIONS} are kept" if store.has_forgotten else ""


def _read_launch_data(body: bytes) -> Mapping[str, str | None]:
    try:
        members = json.loads(body.decode("utf-8-sig")) if len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise Refusal(500, "the launch data cannot be parsed: expected a JSON object")
    names = {name: members.get(name) for name in ("guid", "launchUrl", "company")}
    for name, value in names.items():
        if not isinstance(value, str | None):
            raise Refusal(500, f"the launch data cannot be parsed: expected {name} to be a string")
    return names


def _find_names(members: Mapping[str, str | None]) -> tuple[str, str | None]:
    """The guid and, where it is there, the company; what is not given by itself is looked for in the launch URL."""
    try:
        query = parse_qs(urlsplit(members["launchUrl"] or "").query)
    except ValueError:
        raise Refusal(500, "the launch data cannot be parsed: launchUrl is no URL") from None
    guid = members["guid"] or next(iter(query.get("guid", ())), None)
    company = members["company"] or next(iter(query.get("co", ())), None)
    if guid is None:
        raise Refusal(500, "the launch data cannot be parsed: expected a guid, or a launchUrl that has one")
    return guid, company


def create_key(call: Call) -> Response:
    """``GET /key``: the initial keys, once and to anybody."""
    name = call.request.parameters().get("hostName", "")
    return json_response(201, create_initial_pair(name, call.hosts, call.store, call.random).result())


def create_initial_pair(name: str, hosts: Mapping[str, HostDefinition], store: Store, random: Random) -> KeyPair:
    """Make the first pair of a host that is defined and has none."""
    if name not in hosts:
        raise Refusal(400, "the host is not defined in KfServerConfig.xml")
    if store.active(name) is not None:
        raise Refusal(400, "the host has keys already")
    pair = make_key_pair(name, random)
    try:
        store.add_pair(pair)
    except StoreFailure:
        raise Refusal(500, "the initial keys could not be stored") from None
    return pair


def reset_key(call: Call) -> Response:
    """``POST /key``: a new pair for the caller's host. The signing key goes to where the host's keys are delivered.

    Without a mechanism that delivers it nobody could ever use the new pair, so there is none (assumed: 500).
    """
    definition = call.hosts.get(call.caller.host)
    if definition is None or (definition.web_hook is None and definition.email is None):
        raise Refusal(500, "the keys cannot be reset: no web hook and no e-mail address is defined for the host")
    if len(call.store.pairs(call.caller.host)) >= MOST_PAIRS:
        raise Refusal(
            500, f"the keys cannot be reset: {MOST_PAIRS} pairs work already; a new one's first use ends others"
        )
    pair = make_key_pair(call.caller.host, call.random)
    try:
        call.store.add_pair(pair)
    except StoreFailure:
        raise Refusal(500, "the new keys could not be stored") from None
    call.outbox.put(definition, pair, call.now.timestamp())
    return json_response(201, {"hostName": pair.host, "apiKey": pair.api_key})


def delete_key(call: Call) -> Response:
    """``DELETE /key``: of any host, by any host (assumed). A name that is missing is found in no database: 304."""
    name = call.request.parameters().get("hostName", "")
    if call.store.active(name) is None:
        return Response(304)
    try:
        call.store.delete_pairs(name)
    except StoreFailure:
        raise Refusal(500, "the keys could not be deleted") from None
    return json_response(200, {})


def issue_token(call: Call) -> Response:
    """``GET /token`` and ``POST /token``: a token of the caller's host, by the pair that is in use."""
    try:
        pair = call.store.read_active(call.caller.host) or NOBODY
        token = make_token(pair, int(call.now.timestamp()), call.settings.token_lifetime_h, call.random)
    except (StoreFailure, DamagedKey):
        raise Refusal(500, "the token could not be made: the keys cannot be read") from None
    return json_response(200, {"company": min(call.settings.companies, default=""), "token": token})


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its name as the journal shows it, who may call, and what it does.

    A name of None: it is a page. A policy of None lets anybody in, without a look at the header.
    """

    name: str | None
    policy: Policy | None
    run: Callable[[Call], Response] = field(repr=False)


_SIGNED = Policy(("Basic",))
_RENEWAL = Policy(("Bearer",), missing_key_status=404)
#: Bearer is documented; that the other two are accepted as well is assumed.
_OPTIONAL = Policy(("Bearer", "Basic", "ApiKey"), required=False)
#: The document has no status for a failure here.
_EXAMPLE = Policy(("Bearer", "Basic", "ApiKey"), required=False, damaged_key_status=401)

#: By path below the root, and method.
OPERATIONS: dict[str, dict[str, Operation]] = {
    "/api/v1/startup": {
        "GET": Operation("exampleStartup", _EXAMPLE, example_startup),
        "POST": Operation("launchSession", _OPTIONAL, launch_session),
    },
    "/api/v1/results": {"POST": Operation("getResults", _OPTIONAL, get_results)},
    "/api/v1/key": {
        "GET": Operation("createKey", None, create_key),
        "POST": Operation("resetKey", _SIGNED, reset_key),
        "DELETE": Operation("deleteKey", _SIGNED, delete_key),
    },
    "/api/v1/token": {
        "GET": Operation("createToken", _SIGNED, issue_token),
        "POST": Operation("renewToken", _RENEWAL, issue_token),
    },
    "/launch": {"GET": Operation(None, None, show_launch)},
    "/launch/finish": {"POST": Operation(None, None, finish)},
}
