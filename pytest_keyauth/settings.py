"""What a run is to do: options, ini values and environment variables, read once and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pytest_keyauth.errors import SettingsError

__all__ = ["CONTRACTS", "PROVIDERS", "TARGETS", "Settings", "read_settings"]

PROVIDERS = ("keytrac",)
CONTRACTS = (*PROVIDERS, "all")
TARGETS = ("emulator", "live")

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings.

    ``contracts``: the providers whose contracts are collected. ``fail_under``: the percentage of documented outcomes
    that must be witnessed, None for no gate. The URL and the token are only there for the live target.
    """

    target: str = "emulator"
    contracts: tuple[str, ...] = ()
    seed: int = 0
    fail_under: float | None = None
    keytrac_url: str | None = None
    keytrac_token: str | None = field(default=None, repr=False)

    def describe(self) -> str:
        """One line for pytest's header."""
        where = f"live ({self.keytrac_url})" if self.target == "live" else self.target
        contracts = f", contracts {', '.join(self.contracts)}" if self.contracts else ""
        return f"keyauth: target {where}, seed {self.seed}{contracts}"


def read_settings(values: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Check the values of options and ini (None or ``""`` where not given) and add the environment's.

    :raises SettingsError: says which value is wrong, what was expected, and what to do.
    """
    target = _choice("target", values.get("target") or "emulator", TARGETS)
    contracts = values.get("contracts")
    live = _read_live(environ) if target == "live" else {}
    return Settings(
        target=target,
        contracts=_providers(_choice("contracts", contracts, CONTRACTS)) if contracts else (),
        seed=_seed(values.get("seed") or 0),
        fail_under=_percentage(values.get("fail_under")),
        **live,
    )


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingsError(f"--keyauth-{name}={value}: expected one of {', '.join(choices)}")
    return value


def _providers(contracts: str) -> tuple[str, ...]:
    return PROVIDERS if contracts == "all" else (contracts,)


def _seed(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise SettingsError(f"--keyauth-seed={value}: expected a whole number") from None


def _percentage(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        percentage = float(str(value))
    except ValueError:
        percentage = -1.0
    if not 0 <= percentage <= 100:
        raise SettingsError(f"--keyauth-fail-under={value}: expected a percentage from 0 to 100")
    return percentage


def _read_live(environ: Mapping[str, str]) -> dict[str, str]:
    """Read where and as whom to run live: loopback only, until the guards for a provider's real host are there."""
    url, token = environ.get("KEYAUTH_KEYTRAC_URL"), environ.get("KEYAUTH_KEYTRAC_TOKEN")
    missing = [name for name, value in (("KEYAUTH_KEYTRAC_URL", url), ("KEYAUTH_KEYTRAC_TOKEN", token)) if not value]
    if not url or not token:
        raise SettingsError(
            f"--keyauth-target=live: {' and '.join(missing)} not set in the environment; "
            "`keyauth serve` prints both for a local emulator"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"KEYAUTH_KEYTRAC_URL={url}: expected a URL such as http://127.0.0.1:8080")
    if parts.username or parts.password or parts.query:
        raise SettingsError("KEYAUTH_KEYTRAC_URL: expected a URL without credentials and query")
    if parts.hostname not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"KEYAUTH_KEYTRAC_URL={url}: this version sends live requests to loopback hosts only "
            f"({', '.join(sorted(LOOPBACK_HOSTS))}); start `keyauth serve`, or a proxy of your own, and point it there"
        )
    return {"keytrac_url": url.rstrip("/"), "keytrac_token": token}
