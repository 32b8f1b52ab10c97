"""Where a KeyTrac account keeps its users and profiles, and where it can really fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from pytest_keyauth.emulator.faults import Faults

__all__ = ["METHODS", "Action", "DailyCount", "Method", "Store", "User"]

Method = Literal["anytext", "password"]
METHODS: tuple[Method, ...] = get_args(Method)

Action = Literal["list-users", "delete-user", "read-activity", "write-profile", "scan-profiles"]


class DailyCount:
    """A counter that also knows its days (UTC), for the status window."""

    __slots__ = ("_by_day", "total")

    def __init__(self) -> None:
        self.total = 0
        self._by_day: dict[date, int] = {}

    def add(self, moment: datetime) -> None:
        """Count one event at that moment."""
        self.total += 1
        day = moment.date()
        self._by_day[day] = self._by_day.get(day, 0) + 1

    def between(self, first: date, last: date) -> int:
        """Count the events of the days ``first`` to ``last``, both included."""
        return sum(count for day, count in self._by_day.items() if first <= day <= last)


@dataclass(slots=True)
class User:
    """One user of an account: what was counted of it, and its serialised profile for each method."""

    identifier: str
    created_at: datetime
    last_activity: datetime | None = None
    enrolment_count: int = 0
    authentication_count: int = 0
    method_activity: dict[Method, datetime] = field(default_factory=dict)
    profiles: dict[Method, bytes] = field(default_factory=dict, repr=False)

    def touch(self, method: Method, moment: datetime) -> None:
        """Note an enrolment or authentication at that moment."""
        self.last_activity = moment
        self.method_activity[method] = moment


class Store:
    """The users, profiles and activity counts of one account, in memory.

    ``fail(action)`` breaks it for real: the action raises ``StoreFailure`` before it changes anything, and whoever
    called must cope.
    """

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._faults = Faults(get_args(Action))
        #: Users whose AnyText profile is another one than at the last look; None before the first.
        self._changed: dict[str, None] | None = None
        #: Users who had one at the last look. Who comes and goes between two looks need not be remembered.
        self._told: set[str] = set()
        self.users_created = DailyCount()
        self.enrolments = DailyCount()
        self.authentications = DailyCount()

    def fail(self, action: str, times: int = 1) -> None:
        """Let the next ``times`` calls of one action fail; 0 mends it.

        :raises ValueError: for an unknown action, or a number below 0.
        """
        self._faults.place(action, times)

    def insert_user(self, user: User) -> None:
        """Keep a new user, and count it."""
        self._users[user.identifier] = user
        if user.profiles:
            self._note(user.identifier)
        self.users_created.add(user.created_at)

    def find_user(self, identifier: str) -> User | None:
        """Look one user up."""
        return self._users.get(identifier)

    def list_users(self) -> list[User]:
        """All users, the newest first, as in the document's example."""
        self._faults.attempt("list-users")
        return list(reversed(self._users.values()))

    def delete_user(self, identifier: str) -> None:
        """Remove a user with its profiles."""
        self._faults.attempt("delete-user")
        del self._users[identifier]
        if identifier in self._told:
            self._note(identifier)
        elif self._changed is not None:
            self._changed.pop(identifier, None)

    def read_activity(self) -> None:
        """Open the activity records, of a user or of the account; they are read from the values themselves."""
        self._faults.attempt("read-activity")

    def write_profile(self, user: User, method: Method, profile: bytes) -> None:
        """Store a serialised profile, overwriting an older one."""
        self._faults.attempt("write-profile")
        self.replace_profile(user, method, profile)

    def replace_profile(self, user: User, method: Method, profile: bytes) -> None:
        """Put other bytes in a stored profile's place, as whatever spoils or restores it would: this cannot fail."""
        user.profiles[method] = profile
        if method == "anytext":
            self._note(user.identifier)

    def _note(self, identifier: str) -> None:
        if self._changed is not None:
            self._changed[identifier] = None

    def scan_profiles(self, method: Method) -> Iterator[tuple[str, bytes]]:
        """Go through the profiles of one method: (user identifier, serialised profile)."""
        self._faults.attempt("scan-profiles")
        return ((user.identifier, user.profiles[method]) for user in self._users.values() if method in user.profiles)

    def scan_changes(self) -> list[tuple[str, bytes | None]]:
        """What is new among the AnyText profiles since the last call, at first all: (user identifier, profile).

        The profile is None where there is none (any more). One reader can follow a store in this way.
        """
        if self._changed is None:
            changes: list[tuple[str, bytes | None]] = list(self.scan_profiles("anytext"))
        else:
            self._faults.attempt("scan-profiles")
            users = [(identifier, self._users.get(identifier)) for identifier in self._changed]
            changes = [(identifier, user.profiles.get("anytext") if user else None) for identifier, user in users]
        for identifier, profile in changes:
            (self._told.discard if profile is None else self._told.add)(identifier)
        self._changed = {}
        return changes
