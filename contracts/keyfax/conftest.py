"""What the Keyfax contracts start from: a second host, a token, and a launched session."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pytest_keyauth import KeyfaxControl, KeyfaxCredentials

from .start_up_data import start_up_json


@pytest.fixture
def undefined_host(keyfax_emulator: KeyfaxControl) -> str:
    """The name of a host that is not defined in the provider's configuration."""
    return keyfax_emulator.name_host()


@pytest.fixture
def defined_host(keyfax_spare_host: str) -> str:
    """A host that is defined and has no keys."""
    return keyfax_spare_host


@pytest.fixture
def other_credentials(keyfax: httpx.Client, defined_host: str) -> KeyfaxCredentials:
    """The keys of a host that is not the one `keyfax` signs for; it is `defined_host`."""
    keys = keyfax.get("/api/v1/key", params={"hostName": defined_host}, auth=None).raise_for_status().json()
    return KeyfaxCredentials(keys["hostName"], keys["apiKey"], keys["signingKey"])


@pytest.fixture
def token(keyfax: httpx.Client) -> str:
    """A token that the provider has made."""
    return str(keyfax.get("/api/v1/token").raise_for_status().json()["token"])


@pytest.fixture
def launch(keyfax: httpx.Client, keyfax_emulator: KeyfaxControl) -> Callable[..., dict[str, Any]]:
    """Launch a session with further start-up values: `launch(customData="4711")` gives its launch data.

    It asks for the emulator, since a session needs a company that the provider knows, and most tests finish it.
    """

    def launch_session(**changes: Any) -> dict[str, Any]:
        response = keyfax.post("/api/v1/startup", json=start_up_json(**changes)).raise_for_status()
        launched: dict[str, Any] = response.json()
        return launched

    return launch_session
