"""KeyTrac's ten operations, each from an admitted call to the value of its answer.

Every operation changes the store in its last step, so that a failure before it leaves everything as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keytrac.account import Account
from pytest_keyauth.emulator.keytrac.attributes import Attributes, read_attributes
from pytest_keyauth.emulator.keytrac.dates import (
    format_created,
    format_listed_activity,
    format_shown_activity,
    parse_day,
)
from pytest_keyauth.emulator.keytrac.profile import AnytextProfile, DamagedProfile, PasswordProfile
from pytest_keyauth.emulator.keytrac.refusal import Refusal
from pytest_keyauth.emulator.keytrac.store import Method, User
from pytest_keyauth.emulator.keytrac.submission import Submission, Use, read_submission
from pytest_keyauth.emulator.message import Request

__all__ = ["OPERATIONS", "Call", "new_identifier"]

#: The score from which on an attempt is accepted. The document does not give the provider's own.
ACCEPTED_FROM = 50


_Evidence = TypeVar("_Evidence", contravariant=True)


class _Profile(Protocol[_Evidence]):
    """What the two kinds of profile have in common: scoring and adapting, each by what its method reads of a sample."""

    def score(self, evidence: Sequence[_Evidence], /) -> float: ...

    def adapt(self, evidence: Sequence[_Evidence], /) -> None: ...

    def serialize(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: whose it is, when, what the path named, and how it was written."""

    request: Request
    account: Account
    now: datetime
    random: Random
    identifier: str = ""
    case_sensitive: bool = True

    def attributes(self) -> Attributes:
        """Read the JSON attributes (see :func:`read_attributes`)."""
        return read_attributes(self.request, case_sensitive=self.case_sensitive)


def new_identifier(random: Random) -> str:
    """Make a random identifier of 36 characters (a version 4 UUID)."""
    return str(UUID(int=random.getrandbits(128), version=4))


def create_user(call: Call) -> Any:
    """``POST /users``. Takes no parameters, so the body is not read: the document's example sends an empty form."""
    user = User(new_identifier(call.random), call.now)
    call.account.store.insert_user(user)
    return {"id": user.identifier}


def list_users(call: Call) -> Any:
    """``GET /users``."""
    try:
        users = call.account.store.list_users()
    except StoreFailure:
        raise Refusal(500, "Unable to compute user overview") from None
    return [_overview(user) for user in users]


def _overview(user: User) -> dict[str, str]:
    overview = {"identifier": user.identifier, "created_at": format_created(user.created_at)}
    if user.last_activity is not None:
        overview["last_activity"] = format_listed_activity(user.last_activity)
    return overview


def _find_user(call: Call) -> User:
    user = call.account.store.find_user(call.identifier)
    if user is None:
        raise Refusal(404, "User not found")
    return user


def show_user(call: Call) -> Any:
    """``GET /users/:user_identifier``."""
    user = _find_user(call)
    try:
        call.account.store.read_activity()
    except StoreFailure:
        raise Refusal(500, "Unable to calculate status") from None
    overview: dict[str, Any] = {
        "enrolment_count": user.enrolment_count,
        "authentication_count": user.authentication_count,
    }
    if user.last_activity is not None:
        overview["last_activity"] = format_shown_activity(user.last_activity)
    methods = {
        method: {"last_activity": format_shown_activity(moment)} for method, moment in user.method_activity.items()
    }
    return {"overview": overview, "method": methods}


def delete_user(call: Call) -> Any:
    """``DELETE /users/:user_identifier``."""
    user = _find_user(call)
    try:
        call.account.store.delete_user(user.identifier)
    except StoreFailure:
        raise Refusal(500, "Unable to delete user") from None
    call.account.forget_user(user.identifier)
    return {"OK": True}


def show_status(call: Call) -> Any:
    """``GET /status``, of all time or of a window of days."""
    parameters = call.request.parameters()
    store = call.account.store
    counts = (store.users_created, store.enrolments, store.authentications)
    if "from" in parameters or "to" in parameters:
        first, last = _read_window(parameters.get("from"), parameters.get("to"))
        users_created, enrolments, authentications = (count.between(first, last) for count in counts)
    else:
        users_created, enrolments, authentications = (count.total for count in counts)
    try:
        store.read_activity()
    except StoreFailure:
        raise Refusal(500, "Unable to calculate status") from None
    overview = {"users_created": users_created, "enrolments": enrolments, "authentications": authentications}
    return {"overview": overview}


def _read_window(first_text: str | None, last_text: str | None) -> tuple[Any, Any]:
    """Read the window's days, both included. ``from`` is judged before ``to``."""
    if last_text is None:
        raise Refusal(400, "Only parameter [from] given. Require both parameters [from] and [to]")
    if first_text is None:
        raise Refusal(400, "Only parameter [to] given. Require both parameters [from] and [to]")
    first, last = parse_day(first_text), parse_day(last_text)
    if first is None:
        raise Refusal(400, "Format of parameter [from] is invalid: Only accept a format of [YYYY-MM-DD]")
    if last is None:
        raise Refusal(400, "Format of parameter [to] is invalid: Only accept a format of [YYYY-MM-DD]")
    if last < first:
        raise Refusal(400, "Date window is invalid: Parameter [to] must be greater than or equal to [from]")
    return first, last


def _read(call: Call, method: Method, use: Use) -> tuple[User, Submission]:
    """Read a user and samples: all attributes before the user, the user before the samples."""
    attributes = call.attributes()
    identifier, samples = attributes.user_id(), attributes.samples()
    user = call.account.store.find_user(identifier)
    if user is None:
        raise Refusal(404, "Entity not found")
    return user, read_submission(samples, method, use, call.account.settings)


def enrol_anytext(call: Call) -> Any:
    """``POST /anytext/enrol``."""
    user, submission = _read(call, "anytext", "enrol")
    return _enrol(call, user, "anytext", AnytextProfile.enrol(submission.rhythms))


def enrol_password(call: Call) -> Any:
    """``POST /password/enrol``."""
    user, submission = _read(call, "password", "enrol")
    return _enrol(call, user, "password", PasswordProfile.enrol(submission.length, submission.vectors))


def _enrol(call: Call, user: User, method: Method, profile: AnytextProfile | PasswordProfile) -> Any:
    try:
        call.account.store.write_profile(user, method, profile.serialize())
    except StoreFailure:
        raise Refusal(500, "Unable to enroll profile for user") from None
    user.enrolment_count += 1
    user.touch(method, call.now)
    call.account.store.enrolments.add(call.now)
    return {"OK": True}


def authenticate_anytext(call: Call) -> Any:
    """``POST /anytext/authenticate``."""
    user, submission = _read(call, "anytext", "authenticate")
    stored = _stored_profile(user, "anytext")
    try:
        profile = AnytextProfile.deserialize(stored)
    except DamagedProfile:
        raise Refusal(500, "Unable to deserialize profile of user") from None
    return _decide(call, user, "anytext", profile, submission.rhythms)


def authenticate_password(call: Call) -> Any:
    """``POST /password/authenticate``."""
    user, submission = _read(call, "password", "authenticate")
    stored = _stored_profile(user, "password")
    try:
        profile = PasswordProfile.deserialize(stored)
    except DamagedProfile:
        raise Refusal(500, "Unable to deserialize profile of user") from None
    if profile.length != submission.length:
        raise Refusal(400, "Authentication rejected, mismatch of sample and profile size")
    return _decide(call, user, "password", profile, submission.vectors)


def _stored_profile(user: User, method: Method) -> bytes:
    stored = user.profiles.get(method)
    if stored is None:
        raise Refusal(404, "User is not yet enrolled for this authentication type")
    return stored


def _decide(call: Call, user: User, method: Method, profile: _Profile[_Evidence], evidence: Sequence[_Evidence]) -> Any:
    """Score what was typed; an accepted attempt adapts the profile, and each attempt that was decided counts."""
    store = call.account.store
    try:
        typed = round(profile.score(evidence))
    except (ArithmeticError, ValueError):
        raise Refusal(500, "Unable to authenticate user") from None
    decided = call.account.decided_score(user.identifier)
    score = typed if decided is None else decided
    accepted = score >= ACCEPTED_FROM
    if accepted:
        if decided is None:  # or the profile would learn from whoever was let in
            profile.adapt(evidence)
        try:
            store.write_profile(user, method, profile.serialize())
        except StoreFailure:
            raise Refusal(500, "Unable to adapt profile of user") from None
    user.authentication_count += 1
    user.touch(method, call.now)
    store.authentications.add(call.now)
    return {"authenticated": accepted, "score": score}


def identify_anytext(call: Call) -> Any:
    """``POST /anytext/identify``: every enrolled user's score, the best first; equal scores keep the finer order."""
    attributes = call.attributes()
    limit, samples = attributes.limit(), attributes.samples()
    submission = read_submission(samples, "anytext", "identify", call.account.settings)
    try:
        gallery = call.account.gallery()
        ranking = gallery.rank(submission.rhythms, None if call.account.decides else limit)
    except (StoreFailure, DamagedProfile, ArithmeticError, ValueError):
        raise Refusal(500, "Unable to identify user") from None
    if not gallery:
        raise Refusal(404, "Unable to execute identification as no user is enrolled")
    if call.account.decides:
        ranking = _rank_anew(ranking, call.account)[:limit]
    return [{"user_id": identifier, "score": score} for identifier, score in ranking]


def _rank_anew(ranking: list[tuple[str, int]], account: Account) -> list[tuple[str, int]]:
    """The ranking with the scores that were decided."""

    def score_of(identifier: str, typed: int) -> int:
        decided = account.decided_score(identifier)
        return typed if decided is None else decided

    scored = [(identifier, score_of(identifier, typed)) for identifier, typed in ranking]
    return sorted(scored, key=lambda item: item[1], reverse=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation's name, as the journal shows it, and what carries it out."""

    name: str
    run: Callable[[Call], Any] = field(repr=False)


#: By path (``:`` stands for a user's identifier) and method.
OPERATIONS: dict[str, dict[str, Operation]] = {
    "/users": {"POST": Operation("createUser", create_user), "GET": Operation("listUsers", list_users)},
    "/users/:": {"GET": Operation("showUser", show_user), "DELETE": Operation("deleteUser", delete_user)},
    "/anytext/enrol": {"POST": Operation("enrolAnytext", enrol_anytext)},
    "/password/enrol": {"POST": Operation("enrolPassword", enrol_password)},
    "/anytext/authenticate": {"POST": Operation("authenticateAnytext", authenticate_anytext)},
    "/password/authenticate": {"POST": Operation("authenticatePassword", authenticate_password)},
    "/anytext/identify": {"POST": Operation("identifyAnytext", identify_anytext)},
    "/status": {"GET": Operation("showStatus", show_status)},
}
