"""What a run is to do: options, ini values and environment variables, read once and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_keyauth.access import (
    LOOPBACK_HOSTS,
    PROVIDERS,
    KeyfaxAccess,
    KeytracAccess,
    find_host,
    read_accesses,
    read_urls,
)
from pytest_keyauth.errors import SettingsError

__all__ = [
    "CONTRACTS",
    "NETWORK_MODES",
    "PROVIDERS",
    "RECORD_MODES",
    "TARGETS",
    "Settings",
    "read_settings",
]

CONTRACTS = (*PROVIDERS, "all")
TARGETS = ("emulator", "cassettes", "live")
RECORD_MODES = ("none", "new", "all")
NETWORK_MODES = ("none", "on", "block-others")

#: Each is an option ``--keyauth-NAME`` and an ini value ``keyauth_NAME``.
OPTION_NAMES = (
    "target",
    "contracts",
    "seed",
    "fail_under",
    "record",
    "cassettes",
    "network",
    "strict_cassettes",
    "allow_host",
    "max_requests",
    "rate",
    "timeout",
    "report",
    "verified",
    "fuzz",
)

#: What a run may send to a host that is not this machine, unless somebody says otherwise: all contracts make about
#: 3,000 requests, and a provider's staff should not notice them.
DISTANT_REQUESTS, DISTANT_RATE = 10_000, 10.0


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings.

    ``contracts``: the providers whose contracts are collected. ``fail_under``: the percentage of documented outcomes
    that must be witnessed, None for no gate. The accesses are only there for the live target.
    ``record``: which tests are recorded: none, those that have no cassette (`new`), all. ``cassettes``: the folder,
    from pytest's root. ``strict_cassettes``: whether a run fails for cassettes that do not fit their tests.
    ``network``: whether every test has `keyauth_network`, and other hosts are refused.
    ``fuzz``: about how many cases each provider is fuzzed with; 0 for no fuzzing.
    ``urls``: by provider, where the environment says that it is, for whoever wants to recognize requests to it.
    ``allow_hosts``: the hosts beside this machine that live requests may go to. ``max_requests`` and ``rate`` (a
    second): how many may be sent by all processes of the run together, None for any number; ``timeout_s``: how long one
    may take.
    ``reports``: where reports are written. ``verified``: the file that tells what was confirmed live and when;
    ``keeps_verified``: whether it was named, so that servers on this machine count, too.
    """

    target: str = "emulator"
    contracts: tuple[str, ...] = ()
    seed: int = 0
    fail_under: float | None = None
    record: str = "none"
    cassettes: str = "cassettes"
    strict_cassettes: bool = False
    network: str = "none"
    fuzz: int = 0
    urls: Mapping[str, str] = field(default_factory=dict, compare=False)
    allow_hosts: frozenset[str] = frozenset()
    max_requests: int | None = None
    rate: float | None = None
    timeout_s: float = 30.0
    reports: tuple[str, ...] = ()
    verified: str = "keyauth-verified.json"
    keeps_verified: bool = False
    keytrac: KeytracAccess | None = None
    keyfax: KeyfaxAccess | None = None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The credentials of the live target, by kind. Handle with care."""
        for access in self.accesses.values():
            yield from access.secrets()

    @property
    def accesses(self) -> "dict[str, KeytracAccess | KeyfaxAccess]":
        """By provider, where and as whom live requests go."""
        accesses = {"keytrac": self.keytrac, "keyfax": self.keyfax}
        return {name: access for name, access in accesses.items() if access is not None}

    @property
    def is_distant(self) -> bool:
        """Whether live requests leave this machine."""
        return any(map(self.is_distant_at, self.accesses))

    def is_distant_at(self, provider: str) -> bool:
        """Whether live requests to one provider do."""
        return find_host(self.accesses[provider].url) not in LOOPBACK_HOSTS

    def provider_hosts(self) -> frozenset[str]:
        """The providers' real hosts that nothing may be sent to.

        Those that are known are KeyTrac's, and what the environment names beside this machine.
        """
        named = (find_host(url) for url in self.urls.values())
        known = {"api.keytrac.net", *(host for host in named if host and host not in LOOPBACK_HOSTS)}
        return frozenset(known - self.allow_hosts if self.target == "live" else known)

    @property
    def asks_for_providers(self) -> bool:
        """Whether the run says by itself, and not only by its tests, that it is about the providers."""
        chosen = self.contracts, self.fail_under is not None, self.target != "emulator", self.record != "none"
        return any(chosen) or self.network != "none" or self.fuzz > 0

    def describe(self) -> str:
        """What pytest's header says: a line, and one for each live server."""
        contracts = f", contracts {', '.join(self.contracts)}" if self.contracts else ""
        recording = f", recording {self.record} into {self.cassettes}" if self.record != "none" else ""
        network = f", network {self.network}" if self.network != "none" else ""
        rest = f"{contracts}{recording}{network}{self._describe_budget()}"
        fuzzing = f", fuzzing with {self.fuzz} cases" if self.fuzz else ""
        lines = [f"keyauth: target {self.target}, seed {self.seed}{rest}{fuzzing}"]
        lines += [f"keyauth: requests go to {access.describe()}" for access in self.accesses.values()]
        return "\n".join(lines)

    def _describe_budget(self) -> str:
        most = f", at most {self.max_requests} requests" if self.max_requests is not None else ""
        return most + (f", {self.rate:g} a second" if self.rate is not None else "")


def read_settings(
    values: Mapping[str, Any], environ: Mapping[str, str], sources: Mapping[str, str] | None = None
) -> Settings:
    """Check the values of options and ini (None or ``""`` where not given) and add the environment's.

    :param sources: what each value was given as, for messages; ``--keyauth-NAME`` where it is not said.
    :raises SettingsError: says which value is wrong, what was expected, and what to do.
    """
    names = {name: f"--keyauth-{name.replace('_', '-')}" for name in OPTION_NAMES}
    names.update(sources or {})
    target = _choice(names["target"], values.get("target") or "emulator", TARGETS)
    chosen = values.get("contracts")
    contracts = _providers(_choice(names["contracts"], chosen, CONTRACTS)) if chosen else ()
    allowed = frozenset(_list(values.get("allow_host")))
    accesses: dict[str, Any] = read_accesses(environ, contracts, allowed) if target == "live" else {}
    record = _choice(names["record"], values.get("record") or "none", RECORD_MODES)
    if record != "none" and target == "cassettes":
        raise SettingsError(
            f"{names['record']}={record}: cassettes cannot be recorded from cassettes; "
            "expected --keyauth-target=emulator or live"
        )
    fuzz = _count(names["fuzz"], values.get("fuzz") or 0)
    if fuzz and target == "cassettes":
        raise SettingsError(
            f"{names['fuzz']}={fuzz}: cassettes answer what was recorded, and fuzzing asks what nobody has asked yet; "
            "expected --keyauth-target=emulator or live"
        )
    settings = Settings(
        target=target,
        contracts=contracts,
        seed=_seed(names["seed"], values.get("seed") or 0),
        fail_under=_percentage(names["fail_under"], values.get("fail_under")),
        record=record,
        cassettes=str(values.get("cassettes") or "cassettes"),
        strict_cassettes=_flag(names["strict_cassettes"], values.get("strict_cassettes")),
        network=_choice(names["network"], values.get("network") or "none", NETWORK_MODES),
        fuzz=fuzz,
        urls=read_urls(environ),
        allow_hosts=allowed,
        timeout_s=_positive(names["timeout"], values.get("timeout")) or 30.0,
        reports=tuple(_list(values.get("report"))),
        verified=str(values.get("verified") or "keyauth-verified.json"),
        keeps_verified=bool(values.get("verified")),
        **accesses,
    )
    most, rate = _whole(names["max_requests"], values.get("max_requests")), _positive(names["rate"], values.get("rate"))
    if settings.is_distant:
        most, rate = most or DISTANT_REQUESTS, rate or DISTANT_RATE
    return replace(settings, max_requests=most, rate=rate)


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingsError(f"{name}={value}: expected one of {', '.join(choices)}")
    return value


def _providers(contracts: str) -> tuple[str, ...]:
    return PROVIDERS if contracts == "all" else (contracts,)


def _seed(name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise SettingsError(f"{name}={value}: expected a whole number") from None


def _count(name: str, value: object) -> int:
    if not str(value).isdecimal():
        raise SettingsError(f"{name}={value}: expected a whole number of cases, 0 for none")
    return int(str(value))


def _flag(name: str, value: object) -> bool:
    text = str(value or "false").lower()
    if text not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise SettingsError(f"{name}={value}: expected true or false")
    return text in ("true", "1", "yes", "on")


def _list(value: object) -> list[str]:
    """Values that may be given more than once, each perhaps several with commas."""
    given = [value] if isinstance(value, str) else list(value or ())  # type: ignore[call-overload]
    return [item.strip() for text in given for item in str(text).split(",") if item.strip()]


def _whole(name: str, value: object) -> int | None:
    number = _positive(name, value)
    if number is not None and number != int(number):
        raise SettingsError(f"{name}={value}: expected a whole number, 1 or more")
    return None if number is None else int(number)


def _positive(name: str, value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 < number < 1e9:
        raise SettingsError(f"{name}={value}: expected a number above 0")
    return number


def _percentage(name: str, value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        percentage = float(str(value))
    except ValueError:
        percentage = -1.0
    if not 0 <= percentage <= 100:
        raise SettingsError(f"{name}={value}: expected a percentage from 0 to 100")
    return percentage
