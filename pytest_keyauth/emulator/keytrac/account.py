"""KeyTrac accounts and the settings that the provider's console offers."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from pytest_keyauth.emulator.keytrac.profile import distort
from pytest_keyauth.emulator.keytrac.store import METHODS, Method, Store, User

if TYPE_CHECKING:
    from pytest_keyauth.emulator.keytrac.gallery import Gallery

__all__ = ["Account", "AccountSettings"]


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What the owner of an account sets in the provider's console.

    The document names the settings and not their defaults: those are assumed, so that its own examples pass (they
    type 53 characters, and authenticate with one password sample).
    """

    verified: bool = True
    minimum_text_length: int = 40
    minimum_password_samples: int = 1

    def changed(self, changes: dict[str, object]) -> "AccountSettings":
        """Return a copy with some settings changed.

        :raises ValueError: for an unknown setting, or a value of the wrong type or range; says what was expected.
        """
        known = {item.name for item in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no account setting {name!r}; there are: {', '.join(sorted(known))}")
            if name == "verified":
                if not isinstance(value, bool):
                    raise ValueError(f"verified={value!r}: expected True or False")
            elif isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"{name}={value!r}: expected a whole number, 0 or more")
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by name and type above


@dataclass(slots=True)
class Account:
    """One customer of KeyTrac: a token, settings, and a store that no other account can see into.

    Beside what the API does to it, it can be steered: settings as in the provider's console, and real faults.
    """

    token: str = field(repr=False)
    settings: AccountSettings = field(default_factory=AccountSettings)
    store: Store = field(default_factory=Store)
    #: By user and method: a profile's spoiled bytes, which a new enrolment replaces, and what they were.
    _spoiled: dict[tuple[str, Method], tuple[bytes, bytes]] = field(default_factory=dict, repr=False)
    _gallery: "Gallery | None" = field(default=None, repr=False)
    #: The scores that were decided, by user; None stands for everybody.
    _decided: dict[str | None, int] = field(default_factory=dict, repr=False)

    def configure(self, **changes: object) -> None:
        """Change settings, as in the provider's console (see :class:`AccountSettings`).

        :raises ValueError: for an unknown setting or an unfit value.
        """
        self.settings = self.settings.changed(changes)

    def gallery(self) -> "Gallery":
        """Everybody's AnyText profiles, as they are now, for identification.

        :raises StoreFailure: where the store cannot be read; the gallery is then brought up to date the next time.
        """
        changes = self.store.scan_changes()
        if self._gallery is None:
            # numpy is worth its 60 ms only for those who identify.
            from pytest_keyauth.emulator.keytrac.gallery import Gallery

            self._gallery = Gallery()
        self._gallery.update(changes)
        return self._gallery

    def decide(self, user_id: str | None = None, *, score: int | None) -> None:
        """Let all attempts of a user have this score, from 0 to 100, instead of the one that their typing has.

        What is not decided stays as it is: an attempt that is wrong in another way is refused as ever. A profile is not
        adapted to attempts that were accepted so.

        :param user_id: None for everybody.
        :param score: None for what the typing has, again.
        :raises ValueError: for a user or a score that there is not.
        """
        if user_id is not None and self.store.find_user(user_id) is None:
            raise ValueError(f"no user {user_id!r} in this account")
        if score is None:
            self._decided.pop(user_id, None)
        elif not 0 <= score <= 100 or score != int(score):
            raise ValueError(f"score={score!r}: expected a whole number from 0 to 100, or None")
        else:
            self._decided[user_id] = score

    def decided_score(self, user_id: str) -> int | None:
        """The score that was decided for a user's attempts; None where the typing decides."""
        return self._decided.get(user_id, self._decided.get(None))

    @property
    def decides(self) -> bool:
        """Whether any score was decided."""
        return bool(self._decided)

    def forget_user(self, user_id: str) -> None:
        """Forget what a user was steered by, once the user is deleted."""
        self._decided.pop(user_id, None)
        for method in METHODS:
            self._spoiled.pop((user_id, method), None)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the store fail the next ``times`` times at one action (see :class:`Store`)."""
        self.store.fail(action, times)

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short, so that it cannot be deserialized."""
        self._spoil(user_id, method, lambda intact: intact[: len(intact) // 2])

    def distort_profile(self, user_id: str, method: str) -> None:
        """Replace a stored profile's numbers by such that nothing can be computed with."""
        self._spoil(user_id, method, distort)

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put back the profile that was damaged or distorted; one that is intact, or was enrolled since, stays."""
        self._spoil(user_id, method, lambda intact: intact)

    def _spoil(self, user_id: str, method: str, spoil: Callable[[bytes], bytes]) -> None:
        """Spoil the intact profile, whatever was done to it before."""
        user, name = self._enrolled(user_id, method)
        stored = user.profiles[name]
        known, intact = self._spoiled.pop((user_id, name), (stored, stored))
        if known != stored:
            intact = stored
        spoiled = spoil(intact)
        self.store.replace_profile(user, name, spoiled)
        if spoiled != intact:
            self._spoiled[user_id, name] = spoiled, intact

    def _enrolled(self, user_id: str, method: str) -> tuple[User, Method]:
        user = self.store.find_user(user_id)
        if user is None:
            raise ValueError(f"no user {user_id!r} in this account")
        for name in user.profiles:
            if name == method:
                return user, name
        raise ValueError(f"user {user_id!r} has no profile for {method!r}; enrolled: {sorted(user.profiles) or 'none'}")
