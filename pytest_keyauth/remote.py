"""Emulators in another process, steered through the control plane of ``keyauth serve``."""

from secrets import token_hex
from typing import Any, NoReturn

import httpx

from pytest_keyauth.errors import ControlPlaneError
from pytest_keyauth.keyfax import KeyfaxCredentials

__all__ = ["ControlPlane", "RemoteKeyfax", "RemoteKeytrac"]

TIMEOUT_S = 30.0


class _OutOfReach:
    """What can be looked into in this process only says so."""

    def __getattr__(self, name: str) -> NoReturn:
        there = ", ".join(item for item in dir(type(self)) if not item.startswith("_"))
        raise AttributeError(f"{name!r} is out of reach in another process (--keyauth-target=live); there are: {there}")


class ControlPlane:
    """Sends commands to ``/_keyauth/`` of a ``keyauth serve``.

    :param origin: scheme, host and port of the server.
    """

    def __init__(self, origin: str, transport: httpx.BaseTransport) -> None:
        self._client = httpx.Client(
            base_url=f"{origin}/_keyauth/", transport=transport, timeout=TIMEOUT_S, trust_env=False
        )

    def is_there(self) -> bool:
        """Whether the server answers as a control plane."""
        response = self._client.get("")
        return response.status_code == 200 and b'"commands"' in response.content

    def version(self) -> str | None:
        """The version of what answers there; None where it does not say."""
        version = self._client.get("").json().get("version")
        return None if version is None else str(version)

    def command(self, name: str, provider: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send one command and return its answer.

        :raises ControlPlaneError: where it is refused; says what the control plane said.
        """
        response = self._client.post(name, json={"provider": provider, **arguments})
        if response.status_code != 200:
            raise ControlPlaneError(f"POST /_keyauth/{name}: {response.status_code} {response.text}")
        answer: dict[str, Any] = response.json()
        return answer


class RemoteKeytrac(_OutOfReach):
    """A KeyTrac account of a test's own behind a control plane (see ``control.KeytracControl``)."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._opened: list[str] = []
        self._token = self.open_account()

    def __repr__(self) -> str:
        return "<RemoteKeytrac: an account of this test's own>"

    def close(self) -> None:
        """Close the account, and others that were opened."""
        while self._opened:
            self._plane.command("accounts", "keytrac", {"remove": self._opened.pop()})

    @property
    def token(self) -> str:
        """The account's token."""
        return self._token

    def _command(self, name: str, **arguments: object) -> None:
        self._plane.command(name, "keytrac", {"token": self._token, **arguments})

    def configure(self, **changes: object) -> None:
        """Change the account's settings."""
        self._command("configure", settings=changes)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the account's store fail."""
        self._command("fault", fault="fail-store", action=action, times=times)

    def damage_profile(self, user_id: str, method: str) -> None:
        """Cut a stored profile short."""
        self._command("fault", fault="damage-profile", user_id=user_id, method=method)

    def distort_profile(self, user_id: str, method: str) -> None:
        """Make a stored profile useless."""
        self._command("fault", fault="distort-profile", user_id=user_id, method=method)

    def restore_profile(self, user_id: str, method: str) -> None:
        """Put a damaged or distorted profile back."""
        self._command("fault", fault="restore-profile", user_id=user_id, method=method)

    def answer(self, outcome: str, **plan: Any) -> None:
        """Answer this account with a documented outcome."""
        self._command("answer", outcome=outcome, **plan)

    def fail_transport(self, fault: str, **plan: Any) -> None:
        """Let an answer to this account go wrong on its way."""
        self._command("fault", fault="fail-transport", kind=fault, **plan)

    def decide(self, user_id: str | None = None, *, score: int | None) -> None:
        """Let all attempts of a user, or of everybody, have a score."""
        self._command("decide", user_id=user_id, score=score)

    def accept(self, user_id: str | None = None) -> None:
        """Accept all attempts of a user, or of everybody."""
        self.decide(user_id, score=100)

    def reject(self, user_id: str | None = None) -> None:
        """Reject all attempts of a user, or of everybody."""
        self.decide(user_id, score=0)

    def open_account(self) -> str:
        """Open another account and return its token."""
        self._opened.append(str(self._plane.command("accounts", "keytrac", {})["token"]))
        return self._opened[-1]


class RemoteKeyfax(_OutOfReach):
    """A Keyfax installation of a test's own behind a control plane (see ``control.KeyfaxControl``).

    ``root``: the path of the installation on the server. ``credentials``: of its host, whose keys were issued.
    """

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self.root = str(plane.command("installations", "keyfax", {})["root"])
        name = self.name_host()
        self.define_host(name, email="keys@consumer.example")
        self.credentials = self.issue_keys(name)

    def __repr__(self) -> str:
        return f"<RemoteKeyfax: an installation of this test's own at {self.root}>"

    def close(self) -> None:
        """Remove the installation."""
        self._plane.command("installations", "keyfax", {"remove": self.root})

    @property
    def host(self) -> str:
        """The test's own host."""
        return self.credentials.host

    def _command(self, command: str, **arguments: object) -> dict[str, Any]:
        return self._plane.command(command, "keyfax", {"root": self.root, **arguments})

    def name_host(self) -> str:
        """Make up the name of a host that is not defined."""
        return f"TEST-{token_hex(6)}"

    def define_host(self, name: str, web_hook: str | None = None, email: str | None = None) -> None:
        """Define a host without keys."""
        self._command("hosts", name=name, web_hook=web_hook, email=email)

    def issue_keys(self, host: str) -> KeyfaxCredentials:
        """Give a host keys that work at once."""
        keys = self._command("keys", host=host)
        return KeyfaxCredentials(keys["hostName"], keys["apiKey"], keys["signingKey"])

    def configure(self, **changes: object) -> None:
        """Change settings."""
        self._command("configure", settings=changes)

    def fail_store(self, action: str, times: int = 1) -> None:
        """Let the store fail."""
        self._command("fault", fault="fail-store", action=action, times=times)

    def damage_signing_key(self, host: str) -> None:
        """Damage the stored signing keys of a host."""
        self._command("fault", fault="damage-signing-key", host=host)

    def answer(self, outcome: str, **plan: Any) -> None:
        """Answer with a documented outcome."""
        self._command("answer", outcome=outcome, **plan)

    def fail_transport(self, fault: str, **plan: Any) -> None:
        """Let an answer go wrong on its way."""
        self._command("fault", fault="fail-transport", kind=fault, **plan)

    def finish_session(self, guid: str, status: int = 1) -> None:
        """Finish a launched session."""
        self._command("sessions", guid=guid, status=status)

    def deliveries(self, host: str) -> list[dict[str, str]]:
        """What was delivered for a host."""
        return list(self._command("deliveries", host=host)["deliveries"])
