"""The user of the provider's document: its own samples, and the requests that they are sent in."""

import httpx

from contracts.keytrac import document

SAMPLES = {
    "anytext": (document.ANYTEXT_ENROLMENT, document.ANYTEXT_ATTEMPT),
    "password": (document.PASSWORD_ENROLMENT, document.PASSWORD_ATTEMPT),
}
METHODS = tuple(SAMPLES)


def enrol(client: httpx.Client) -> str:
    """Create a user, enrol it for both methods, and return its identifier."""
    identifier = str(client.post("/users").raise_for_status().json()["id"])
    for method, (enrolment, _) in SAMPLES.items():
        client.post(f"/{method}/enrol", json={"user_id": identifier, "samples": enrolment}).raise_for_status()
    return identifier


def authenticate(client: httpx.Client, method: str, identifier: str) -> httpx.Response:
    """One attempt, with the document's own samples."""
    return client.post(f"/{method}/authenticate", json={"user_id": identifier, "samples": SAMPLES[method][1]})
