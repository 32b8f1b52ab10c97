"""Removes what a run has made and not removed, and nothing else.

What has a name that the provider gave us is ours. Of a user whose making was never answered we know no name: one is
taken for ours only where all of this holds, and is left alone and named otherwise: it was not there before the run, it
was created when we asked, nothing has ever been done with it, there are no more such users than we have asked for, and
nobody else has created users since the run began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_keyauth.errors import BudgetExceeded, CleaningError, ProviderUnreachable
from pytest_keyauth.live.creations import KEYS, USER, Creation, Creations
from pytest_keyauth.live.keyring import KeyfaxKeyring
from pytest_keyauth.live.users import KeytracUsers, ListedUser

__all__ = ["Cleaned", "Cleaner"]

#: How long before and after we asked a user may have been created: clocks differ, and an answer may take a while.
BEFORE_S, AFTER_S = 5.0, 60.0


@dataclass(slots=True)
class Cleaned:
    """What became of it: how much was removed, and in words what was not."""

    removed: int = 0
    left: list[str] = field(default_factory=list)


class Cleaner:
    """Cleans up after one run.

    :param users: by account. :param keyrings: by account.
    """

    def __init__(
        self, creations: Creations, users: Mapping[str, KeytracUsers], keyrings: Mapping[str, KeyfaxKeyring]
    ) -> None:
        self._creations = creations
        self._users = users
        self._keyrings = keyrings

    def clean(self) -> Cleaned:
        """Remove what is left, as far as that is possible now."""
        cleaned = Cleaned()
        left = self._creations.left()
        for creation in left:
            if creation.kind == KEYS or creation.name is not None:
                self._attempt(creation, cleaned)
        for account, users in self._users.items():
            unknown = [item for item in left if (item.account, item.kind, item.name) == (account, USER, None)]
            if unknown:
                self._find_unknown(account, users, unknown, cleaned)
        foreign = {item.account for item in left} - self._users.keys() - self._keyrings.keys()
        for account in sorted(foreign):
            count = sum(item.account == account for item in left)
            cleaned.left.append(f"{count} made as another account at {account.partition(' ')[0]}: set its credentials")
        return cleaned

    def _attempt(self, creation: Creation, cleaned: Cleaned) -> None:
        removers: Mapping[str, KeytracUsers | KeyfaxKeyring] = self._users if creation.kind == USER else self._keyrings
        remover = removers.get(creation.account)
        if remover is None or creation.name is None:
            return
        try:
            remover.remove(creation.name)
        except (CleaningError, BudgetExceeded, ProviderUnreachable) as error:
            cleaned.left.append(f"{creation.kind} {creation.name}: {error}")
        else:
            self._creations.remove(creation.number)
            cleaned.removed += 1

    def _find_unknown(self, account: str, users: KeytracUsers, unknown: Sequence[Creation], cleaned: Cleaned) -> None:
        if not self._creations.knows(account, USER):
            cleaned.left.append(f"{len(unknown)} users may have been made, and it is not known who was there before")
            return
        try:
            listed = users.find_all()
        except (CleaningError, BudgetExceeded, ProviderUnreachable) as error:
            cleaned.left.append(f"{len(unknown)} users may have been made: {error}")
            return
        before = self._creations.known(account, USER) | self._creations.named(account, USER)
        new = [user for user in listed if user.identifier not in before]
        if all(_is_likely(user, unknown) for user in new) and len(new) <= len(unknown):
            self._remove_unknown(users, new, unknown, cleaned)
        else:
            names = ", ".join(user.identifier for user in new)
            cleaned.left.append(
                f"{len(unknown)} users may have been made among {names}: others have created users since, and which "
                "are ours cannot be told; nobody was touched"
            )

    def _remove_unknown(
        self, users: KeytracUsers, new: Sequence[ListedUser], unknown: Sequence[Creation], cleaned: Cleaned
    ) -> None:
        for user in new:
            try:
                users.remove(user.identifier)
            except (CleaningError, BudgetExceeded, ProviderUnreachable) as error:
                cleaned.left.append(f"user {user.identifier}: {error}")
                return
            cleaned.removed += 1
        for creation in unknown:
            self._creations.void(creation.number)


def _is_likely(user: ListedUser, unknown: Sequence[Creation]) -> bool:
    """Whether a user was created when we asked for one, and nothing was done with them."""
    created_s = user.created_s
    if user.is_active or created_s is None:
        return False
    return any(item.intended_s - BEFORE_S <= created_s <= item.intended_s + AFTER_S for item in unknown)
