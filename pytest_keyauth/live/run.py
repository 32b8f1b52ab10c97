"""One live run: its budget and its ledger, which all its processes share, and the servers that it reaches."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from secrets import token_hex

import httpx
from filelock import FileLock, Timeout

from pytest_keyauth.access import KeyfaxAccess, KeytracAccess
from pytest_keyauth.adapters.origin import Origin
from pytest_keyauth.errors import KeyauthError, SettingsError
from pytest_keyauth.keyfax import KeyfaxBasic, KeyfaxCredentials
from pytest_keyauth.keytrac import KeytracToken
from pytest_keyauth.live.budget import Budget
from pytest_keyauth.live.cleaning import Cleaned, Cleaner
from pytest_keyauth.live.creations import Creations, fingerprint
from pytest_keyauth.live.keyring import KeyfaxKeyring
from pytest_keyauth.live.made import MadeKeys
from pytest_keyauth.live.run_file import RunFile
from pytest_keyauth.live.server import LiveServer
from pytest_keyauth.live.users import KeytracUsers
from pytest_keyauth.settings import Settings

__all__ = ["FOLDER", "LiveRun", "account_of", "find_abandoned"]

#: Below pytest's root: what runs share while they run, and what killed ones have left.
FOLDER = ".keyauth"

_SUFFIX = ".run"


class LiveRun:
    """What the processes of a run have in common.

    :param path: the run's file. :param name: of this process within the run, such as ``main`` or ``gw0``.
    """

    def __init__(self, path: Path, settings: Settings, name: str) -> None:
        self.path = path
        self._settings = settings
        path.parent.mkdir(parents=True, exist_ok=True)
        self._life = FileLock(_lock_path(path, name))
        self._life.acquire(timeout=0)
        self._file = RunFile(path)
        self.budget = Budget(self._file, settings.max_requests, settings.rate)
        self.creations = Creations(self._file)
        self._servers: dict[str, LiveServer] = {}

    @classmethod
    def begin(cls, folder: Path, settings: Settings) -> "LiveRun":
        """Begin a run."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(4)}{_SUFFIX}"
        return cls(folder / name, settings, "main")

    @property
    def timeout_s(self) -> float:
        """How long a client waits for an answer."""
        return self._settings.timeout_s

    def connect(self, url: str) -> LiveServer:
        """The server at a URL."""
        if url not in self._servers:
            self._servers[url] = LiveServer(url, self.budget)
        return self._servers[url]

    def exclusive(self, purpose: str) -> FileLock:
        """A lock that one process of the run holds at a time, as a context."""
        return FileLock(_lock_path(self.path, purpose))

    def origin(self, provider: str) -> str:
        """Scheme, host and port of a provider's server."""
        return str(Origin(self._settings.accesses[provider].url))

    def client(self, provider: str) -> httpx.Client:
        """A client for what no test asks, as the environment's account.

        :raises KeyError: where the environment names no such provider.
        """
        access = self._settings.accesses[provider]
        if isinstance(access, KeytracAccess):
            return self._client(access.url, KeytracToken(access.token))
        credentials = KeyfaxCredentials(access.host, access.api_key, access.signing_key)
        return self._client(access.url, KeyfaxBasic(credentials))

    @cached_property
    def users(self) -> KeytracUsers:
        """The users of the environment's account.

        :raises SettingsError: where it names none.
        """
        if self._settings.keytrac is None:
            raise SettingsError("KEYAUTH_KEYTRAC_URL is not set: there are no users")
        return KeytracUsers(self.client("keytrac"))

    @cached_property
    def keyring(self) -> KeyfaxKeyring:
        """The keys of Keyfax hosts, managed as the environment's host.

        :raises SettingsError: where it names none.
        """
        if self._settings.keyfax is None:
            raise SettingsError("KEYAUTH_KEYFAX_URL is not set: there are no keys")
        return KeyfaxKeyring(self.client("keyfax"))

    @contextmanager
    def lend_host(self, host: str) -> Iterator[str]:
        """Lend the host that is set aside for keys; whatever keys it has after that are deleted.

        :raises SettingsError: where it has keys that no run of ours has made: they are not touched.
        """
        access = self._settings.keyfax
        if access is None or self.keyring.has_keys(host):
            raise SettingsError(
                f"KEYAUTH_KEYFAX_SPARE_HOST={host} has keys that this run has not made, so they are not touched: "
                "delete them, if nobody needs them, or name another host"
            )
        made = MadeKeys(self.creations, account_of(access))
        made.begin(host)
        try:
            yield host
        finally:
            with suppress(KeyauthError):  # what cannot be removed now is in the ledger: the end of the run tries again
                self.keyring.remove(host)
                made.end(host)

    def _client(self, url: str, auth: httpx.Auth) -> httpx.Client:
        """A client for what no test asks, in no budget: or a run that has spent it could not clean up."""
        connection = self.connect(url)
        server = LiveServer(url, Budget(self._file, None, self._settings.rate), connection.connection)
        headers = {"Accept": "application/json"}
        transport = server.transport(_Silence())
        timeout_s = self._settings.timeout_s
        return httpx.Client(base_url=url, auth=auth, headers=headers, transport=transport, timeout=timeout_s)

    def clean(self) -> Cleaned:
        """Remove what the run has made and not removed."""
        keytrac, keyfax = self._settings.keytrac, self._settings.keyfax
        users = {account_of(keytrac): self.users} if keytrac is not None else {}
        keyrings = {account_of(keyfax): self.keyring} if keyfax is not None else {}
        return Cleaner(self.creations, users, keyrings).clean()

    def close(self) -> None:
        """Close the connections and leave the run."""
        for server in self._servers.values():
            server.close()
        self._file.close()
        self._life.release()

    def end(self) -> None:
        """Leave the run, and take its file away where nothing is left to do."""
        is_done = not self.creations.left()
        self.close()
        if is_done:
            for path in self.path.parent.glob(f"{self.path.name}*"):
                path.unlink(missing_ok=True)


def account_of(access: KeytracAccess | KeyfaxAccess) -> str:
    """What an account is called in a ledger."""
    credential = access.token if isinstance(access, KeytracAccess) else f"{access.host} {access.api_key}"
    return fingerprint(access.url, credential)


def find_abandoned(folder: Path) -> Iterator[Path]:
    """The files of runs of which no process is alive."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        if not any(map(_is_held, path.parent.glob(f"{path.name}.*.lock"))):
            yield path


def _is_held(path: Path) -> bool:
    try:
        FileLock(path).acquire(timeout=0).lock.release()
    except Timeout:
        return True
    return False


def _lock_path(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.{name}.lock")


class _Silence:
    """Listens to nothing."""

    def ask(self, path: str, request: httpx.Request) -> None:
        """Nobody wants to know."""

    def hear(self, path: str, request: httpx.Request, response: httpx.Response) -> None:
        """Nobody wants to know."""

    def miss(self, path: str, request: httpx.Request, error: Exception) -> None:
        """Nobody wants to know."""
