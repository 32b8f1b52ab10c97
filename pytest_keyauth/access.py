"""Where live providers are, and as whom to call them: read from the environment, and from nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pytest_keyauth.errors import SettingsError

__all__ = [
    "LIVE_VARIABLES",
    "LOOPBACK_HOSTS",
    "PROVIDERS",
    "KeyfaxAccess",
    "KeytracAccess",
    "find_host",
    "read_accesses",
    "read_urls",
]

PROVIDERS = ("keytrac", "keyfax")

#: "an 36 character long authentication token", says the document.
TOKEN_LENGTH = 36

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

#: How much of a credential is shown, so that its owner knows which it is; nothing of one that is short.
SHOWN, SHORT = 4, 16

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

#: A Keyfax host whose keys nobody needs: those that contracts make, reset and delete are its.
SPARE_HOST = "KEYAUTH_KEYFAX_SPARE_HOST"


@dataclass(frozen=True, slots=True)
class KeytracAccess:
    """Where a live KeyTrac is, and as whom to call it."""

    url: str
    token: str = field(repr=False)

    def describe(self) -> str:
        """Where and as whom, masked."""
        return f"{self.url} as token {_mask(self.token)}"

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The credentials by kind. Handle with care."""
        yield "token", self.token


@dataclass(frozen=True, slots=True)
class KeyfaxAccess:
    """Where a live Keyfax is (the URL ends before ``/api/v1``), and with which host's keys to call it.

    ``spare_host``: a host that is set aside for contracts that make, reset and delete keys; None where there is none.
    """

    url: str
    host: str
    api_key: str = field(repr=False)
    signing_key: str = field(repr=False)
    spare_host: str | None = None

    def describe(self) -> str:
        """Where and as whom, masked."""
        spare = f", keys are made for {self.spare_host}" if self.spare_host else ""
        return f"{self.url} as host {self.host}, API key {_mask(self.api_key)}{spare}"

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The credentials by kind. Handle with care."""
        yield "api-key", self.api_key
        yield "signing-key", self.signing_key


def _mask(secret: str) -> str:
    return f"{secret[:SHOWN]}…" if len(secret) >= SHORT else "…"


def find_host(url: str) -> str | None:
    """The host of a URL; None where it is no URL of a web server."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed, and refused where it is none, only when it is asked for
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def read_urls(environ: Mapping[str, str]) -> dict[str, str]:
    """Where the providers are, for whoever wants to recognize requests to them; the live target checks them too."""
    urls = {name: environ.get(variables[0], "").rstrip("/") for name, variables in LIVE_VARIABLES.items()}
    return {name: url for name, url in urls.items() if url}


def read_accesses(
    environ: Mapping[str, str], contracts: tuple[str, ...], allowed: frozenset[str]
) -> dict[str, KeytracAccess | KeyfaxAccess]:
    """Read where and as whom to run live: the providers whose contracts are to run, and those that are set.

    :param allowed: the hosts beside this machine that requests may go to.
    :raises SettingsError: says which variable is missing or wrong, or which host nobody has allowed.
    """
    given = [name for name, variables in LIVE_VARIABLES.items() if any(environ.get(item) for item in variables)]
    wanted = [name for name in PROVIDERS if name in contracts or name in given] or list(PROVIDERS[:1])
    missing = [item for name in wanted for item in LIVE_VARIABLES[name] if not environ.get(item)]
    if missing:
        raise SettingsError(
            f"--keyauth-target=live: {' and '.join(missing)} not set in the environment; "
            "`keyauth serve` prints what is needed for a local emulator"
        )
    readers: dict[str, Any] = {"keytrac": _read_keytrac, "keyfax": _read_keyfax}
    return {name: readers[name](environ, allowed) for name in wanted}


def _read_keytrac(environ: Mapping[str, str], allowed: frozenset[str]) -> KeytracAccess:
    token = environ["KEYAUTH_KEYTRAC_TOKEN"]
    url = _read_url(environ, "KEYAUTH_KEYTRAC_URL", allowed)
    _check_encrypted(url)
    if len(token) != TOKEN_LENGTH or not (token.isascii() and token.isprintable()):
        raise SettingsError(
            f"KEYAUTH_KEYTRAC_TOKEN has {len(token)} characters: expected {TOKEN_LENGTH}, all of them printable ASCII; "
            "it is in the provider's console, or `keyauth serve` prints it"
        )
    return KeytracAccess(url, token)


def _read_keyfax(environ: Mapping[str, str], allowed: frozenset[str]) -> KeyfaxAccess:
    url = _read_url(environ, "KEYAUTH_KEYFAX_URL", allowed)
    if url.endswith("/api/v1"):
        raise SettingsError(f"KEYAUTH_KEYFAX_URL={url}: expected the URL that ends before /api/v1")
    host, api_key, signing_key = (environ[name] for name in LIVE_VARIABLES["keyfax"][1:])
    spare_host = environ.get(SPARE_HOST) or None
    if spare_host == host:
        raise SettingsError(
            f"{SPARE_HOST}={spare_host} is KEYAUTH_KEYFAX_HOST, too: its keys would be deleted; expected a host that "
            "is defined in KfServerConfig.xml for nothing else, or leave the variable out"
        )
    return KeyfaxAccess(url, host, api_key, signing_key, spare_host)


def _read_url(environ: Mapping[str, str], name: str, allowed: frozenset[str]) -> str:
    """Read a provider's URL: on this machine, or on a host that was allowed."""
    url = environ[name]
    if any(character in url for character in "@?#"):  # before anything that shows the URL
        raise SettingsError(f"{name}: expected a URL without credentials, query and fragment")
    if (host := find_host(url)) is None:
        raise SettingsError(f"{name}={url}: expected a URL such as http://127.0.0.1:8080")
    if host not in LOOPBACK_HOSTS and host not in allowed:
        raise SettingsError(
            f"{name}={url}: {host} is not this machine ({', '.join(sorted(LOOPBACK_HOSTS))}), and nothing is sent "
            f"there unless it is allowed: if that is what you want, add --keyauth-allow-host={host}"
        )
    return url.rstrip("/")


def _check_encrypted(url: str) -> None:
    """Keyfax's signing key is never sent; KeyTrac's token is, and "HTTPS only" is in its document."""
    host = find_host(url) or ""
    if host not in LOOPBACK_HOSTS and not host.startswith("127.") and not url.lower().startswith("https:"):
        raise SettingsError(
            f"KEYAUTH_KEYTRAC_URL={url}: the token leaves this machine over TLS only; expected https://"
        )
