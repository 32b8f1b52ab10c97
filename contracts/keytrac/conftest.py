"""What the KeyTrac contracts start from: a user, with or without a profile, and the account's token."""

from collections.abc import Callable

import httpx
import pytest

from pytest_keyauth import Samples, Typist

from .enrolled import AnytextUser, EnrolledUser, PasswordUser


@pytest.fixture
def token(keytrac: httpx.Client) -> str:
    """The account's token, as the client sends it."""
    return keytrac.get("/status").request.headers["Authorization"]


@pytest.fixture
def user_id(keytrac: httpx.Client) -> str:
    """The identifier of a user created for this test, enrolled for nothing."""
    return str(keytrac.post("/users").raise_for_status().json()["id"])


@pytest.fixture
def anytext_user(
    keytrac: httpx.Client, user_id: str, samples: Samples, typists: Callable[[int], list[Typist]]
) -> AnytextUser:
    """The created user, enrolled for AnyText."""
    genuine, impostor = typists(2)
    user = EnrolledUser(keytrac, "anytext", user_id, samples.by(genuine), samples.by(impostor))
    enrolment = {"user_id": user_id, "samples": user.genuine.valid()}
    keytrac.post("/anytext/enrol", json=enrolment).raise_for_status()
    return user


@pytest.fixture
def password_user(
    keytrac: httpx.Client, user_id: str, samples: Samples, typists: Callable[[int], list[Typist]]
) -> PasswordUser:
    """The created user, enrolled for Password Hardening; the same user as `anytext_user`."""
    genuine, impostor = typists(2)
    user = EnrolledUser(keytrac, "password", user_id, samples.by(genuine).masked, samples.by(impostor).masked)
    enrolment = {"user_id": user_id, "samples": user.genuine.valid()}
    keytrac.post("/password/enrol", json=enrolment).raise_for_status()
    return user
