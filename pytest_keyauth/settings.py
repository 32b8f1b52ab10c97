"""What a run is to do: options, ini values and environment variables, read once and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pytest_keyauth.errors import SettingsError

__all__ = [
    "CONTRACTS",
    "NETWORK_MODES",
    "PROVIDERS",
    "RECORD_MODES",
    "TARGETS",
    "KeyfaxAccess",
    "KeytracAccess",
    "Settings",
    "find_host",
    "read_settings",
]

PROVIDERS = ("keytrac", "keyfax")
CONTRACTS = (*PROVIDERS, "all")
TARGETS = ("emulator", "cassettes", "live")
RECORD_MODES = ("none", "new", "all")
NETWORK_MODES = ("none", "on", "block-others")

#: "an 36 character long authentication token", says the document.
TOKEN_LENGTH = 36

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class KeytracAccess:
    """Where a live KeyTrac is, and as whom to call it."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyfaxAccess:
    """Where a live Keyfax is (the URL ends before ``/api/v1``), and with which host's keys to call it."""

    url: str
    host: str
    api_key: str = field(repr=False)
    signing_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings.

    ``contracts``: the providers whose contracts are collected. ``fail_under``: the percentage of documented outcomes
    that must be witnessed, None for no gate. The accesses are only there for the live target.
    ``record``: which tests are recorded: none, those that have no cassette (`new`), all. ``cassettes``: the folder,
    from pytest's root. ``strict_cassettes``: whether a run fails for cassettes that do not fit their tests.
    ``network``: whether every test has `keyauth_network`, and other hosts are refused.
    ``urls``: by provider, where the environment says that it is, for whoever wants to recognize requests to it.
    """

    target: str = "emulator"
    contracts: tuple[str, ...] = ()
    seed: int = 0
    fail_under: float | None = None
    record: str = "none"
    cassettes: str = "cassettes"
    strict_cassettes: bool = False
    network: str = "none"
    urls: Mapping[str, str] = field(default_factory=dict, compare=False)
    keytrac: KeytracAccess | None = None
    keyfax: KeyfaxAccess | None = None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The credentials of the live target, by kind. Handle with care."""
        if self.keytrac is not None:
            yield "token", self.keytrac.token
        if self.keyfax is not None:
            yield "api-key", self.keyfax.api_key
            yield "signing-key", self.keyfax.signing_key

    def provider_hosts(self) -> frozenset[str]:
        """The providers' real hosts that are known: KeyTrac's, and what the environment names beside this machine."""
        named = (find_host(url) for url in self.urls.values())
        return frozenset({"api.keytrac.net", *(host for host in named if host and host not in LOOPBACK_HOSTS)})

    @property
    def asks_for_providers(self) -> bool:
        """Whether the run says by itself, and not only by its tests, that it is about the providers."""
        chosen = self.contracts, self.fail_under is not None, self.target != "emulator", self.record != "none"
        return any(chosen) or self.network != "none"

    def describe(self) -> str:
        """One line for pytest's header."""
        urls = ", ".join(access.url for access in (self.keytrac, self.keyfax) if access is not None)
        where = f"live ({urls})" if self.target == "live" else self.target
        contracts = f", contracts {', '.join(self.contracts)}" if self.contracts else ""
        recording = f", recording {self.record} into {self.cassettes}" if self.record != "none" else ""
        network = f", network {self.network}" if self.network != "none" else ""
        return f"keyauth: target {where}, seed {self.seed}{contracts}{recording}{network}"


def read_settings(
    values: Mapping[str, Any], environ: Mapping[str, str], sources: Mapping[str, str] | None = None
) -> Settings:
    """Check the values of options and ini (None or ``""`` where not given) and add the environment's.

    :param sources: what each value was given as, for messages; ``--keyauth-NAME`` where it is not said.
    :raises SettingsError: says which value is wrong, what was expected, and what to do.
    """
    options = ("target", "contracts", "seed", "fail_under", "record", "cassettes", "strict_cassettes", "network")
    names = {name: f"--keyauth-{name.replace('_', '-')}" for name in options}
    names.update(sources or {})
    target = _choice(names["target"], values.get("target") or "emulator", TARGETS)
    chosen = values.get("contracts")
    contracts = _providers(_choice(names["contracts"], chosen, CONTRACTS)) if chosen else ()
    live = _read_live(environ, contracts) if target == "live" else {}
    record = _choice(names["record"], values.get("record") or "none", RECORD_MODES)
    if record != "none" and target == "cassettes":
        raise SettingsError(
            f"{names['record']}={record}: cassettes cannot be recorded from cassettes; "
            "expected --keyauth-target=emulator or live"
        )
    return Settings(
        target=target,
        contracts=contracts,
        seed=_seed(names["seed"], values.get("seed") or 0),
        fail_under=_percentage(names["fail_under"], values.get("fail_under")),
        record=record,
        cassettes=str(values.get("cassettes") or "cassettes"),
        strict_cassettes=_flag(names["strict_cassettes"], values.get("strict_cassettes")),
        network=_choice(names["network"], values.get("network") or "none", NETWORK_MODES),
        urls=_read_urls(environ),
        **live,
    )


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


def _flag(name: str, value: object) -> bool:
    text = str(value or "false").lower()
    if text not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
        raise SettingsError(f"{name}={value}: expected true or false")
    return text in ("true", "1", "yes", "on")


def _read_urls(environ: Mapping[str, str]) -> dict[str, str]:
    """Where the providers are, for whoever wants to recognize requests to them; the live target checks them too."""
    urls = {name: environ.get(variables[0], "").rstrip("/") for name, variables in LIVE_VARIABLES.items()}
    return {name: url for name, url in urls.items() if url}


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


#: The environment variables that a live provider needs, all of them.
LIVE_VARIABLES = {
    "keytrac": ("KEYAUTH_KEYTRAC_URL", "KEYAUTH_KEYTRAC_TOKEN"),
    "keyfax": (
        "KEYAUTH_KEYFAX_URL",
        "KEYAUTH_KEYFAX_HOST",
        "KEYAUTH_KEYFAX_API_KEY",
        "KEYAUTH_KEYFAX_SIGNING_KEY",
    ),
}


def _read_live(environ: Mapping[str, str], contracts: tuple[str, ...]) -> dict[str, Any]:
    """Read where and as whom to run live: the providers whose contracts are to run, and those that are set."""
    given = [name for name, variables in LIVE_VARIABLES.items() if any(environ.get(item) for item in variables)]
    wanted = [name for name in PROVIDERS if name in contracts or name in given] or list(PROVIDERS[:1])
    missing = [item for name in wanted for item in LIVE_VARIABLES[name] if not environ.get(item)]
    if missing:
        raise SettingsError(
            f"--keyauth-target=live: {' and '.join(missing)} not set in the environment; "
            "`keyauth serve` prints what is needed for a local emulator"
        )
    readers = {"keytrac": _read_keytrac, "keyfax": _read_keyfax}
    return {name: readers[name](environ) for name in wanted}


def _read_keytrac(environ: Mapping[str, str]) -> KeytracAccess:
    token = environ["KEYAUTH_KEYTRAC_TOKEN"]
    url = _read_url(environ, "KEYAUTH_KEYTRAC_URL")
    if len(token) != TOKEN_LENGTH or not (token.isascii() and token.isprintable()):
        raise SettingsError(
            f"KEYAUTH_KEYTRAC_TOKEN has {len(token)} characters: expected {TOKEN_LENGTH}, all of them printable ASCII; "
            "it is in the provider's console, or `keyauth serve` prints it"
        )
    return KeytracAccess(url, token)


def _read_keyfax(environ: Mapping[str, str]) -> KeyfaxAccess:
    url = _read_url(environ, "KEYAUTH_KEYFAX_URL")
    if url.endswith("/api/v1"):
        raise SettingsError(f"KEYAUTH_KEYFAX_URL={url}: expected the URL that ends before /api/v1")
    keys = (environ[name] for name in LIVE_VARIABLES["keyfax"][1:])
    return KeyfaxAccess(url, *keys)


def _read_url(environ: Mapping[str, str], name: str) -> str:
    """Read a provider's URL: loopback only, until the guards for a provider's real host are there."""
    url = environ[name]
    if any(character in url for character in "@?#"):  # before anything that shows the URL
        raise SettingsError(f"{name}: expected a URL without credentials, query and fragment")
    if (host := find_host(url)) is None:
        raise SettingsError(f"{name}={url}: expected a URL such as http://127.0.0.1:8080")
    if host not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"{name}={url}: this version sends live requests to loopback hosts only "
            f"({', '.join(sorted(LOOPBACK_HOSTS))}); start `keyauth serve`, or a proxy of your own, and point it there"
        )
    return url.rstrip("/")


def find_host(url: str) -> str | None:
    """The host of a URL; None where it is no URL of a web server."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed, and refused where it is none, only when it is asked for
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None
