"""Whether live providers answer at all, and take our credentials, before a thousand tests ask."""

from dataclasses import dataclass
from typing import Literal

import httpx

from pytest_keyauth.errors import KeyauthError
from pytest_keyauth.live.patience import GATEWAY_ERRORS
from pytest_keyauth.live.run import LiveRun

__all__ = ["Probe", "probe"]


@dataclass(frozen=True, slots=True)
class Probe:
    """What a provider said when it was asked first: it answers, it refuses our credentials, or it does not answer."""

    provider: str
    result: Literal["answers", "refuses", "silent"]
    reason: str = ""


#: By provider: what to ask, one after the other, since one operation may have drifted or be out of order.
QUESTIONS = {"keytrac": ("/status", "/users"), "keyfax": ("/api/v1/token", "/api/v1/startup")}


def probe(run: LiveRun, provider: str) -> Probe:
    """Ask a provider as the environment's account: any success will do, whatever it says."""
    client = run.client(provider)
    refusal = silence = ""
    for path in QUESTIONS[provider]:
        try:
            status = client.get(path).status_code
        except (httpx.TransportError, KeyauthError) as error:
            silence = f"GET {path}: {str(error) or type(error).__name__}"
            continue
        if 200 <= status < 300:
            return Probe(provider, "answers")
        if status in (401, 403):
            refusal = refusal or f"GET {path} was answered with {status}"
        elif status in GATEWAY_ERRORS:
            silence = f"GET {path} was answered with {status}"
    if refusal:
        return Probe(provider, "refuses", refusal)
    return Probe(provider, "silent", silence) if silence else Probe(provider, "answers")
