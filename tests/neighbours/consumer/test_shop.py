import asyncio
import time

import pytest
import shop

TEXTS = [
    "Jeder Mensch tippt anders, und niemand merkt es sich selbst an.",
    "Wer lange genug tippt, der hat irgendwann einen Rhythmus.",
]
ATTEMPT = "Heute schreibe ich etwas ganz anderes."


def test_people_are_told_apart(keytrac, typists, note):
    owner, thief = typists(2)
    user_id = keytrac.post("/users").json()["id"]
    assert shop.log_in(keytrac, user_id, owner.types(TEXTS[0])) == "please enrol first"
    samples = [owner.types(text) for text in TEXTS]
    shop.enrol(keytrac, user_id, samples)
    note(user_id, *samples)
    assert shop.log_in(keytrac, user_id, owner.types(ATTEMPT)) == "welcome"
    assert shop.log_in(keytrac, user_id, thief.types(ATTEMPT)) == "you are somebody else"


@pytest.mark.parametrize("number", range(3))
def test_each_test_has_a_fresh_emulator(keytrac, keytrac_emulator, samples, note, number):
    assert not keytrac_emulator.requests
    keytrac.post("/users")
    note(keytrac_emulator.token, *samples.valid(count=2))
    assert keytrac.get("/status").json()["overview"]["users_created"] == 1


def test_an_async_client_in_a_loop_of_ones_own(async_keytrac, keytrac):
    keytrac.post("/users")
    assert asyncio.run(shop.count_users(async_keytrac)) == 1


def test_signed_requests_and_tokens(keyfax, keyfax_bearer, keyfax_emulator):
    assert keyfax.get("/api/v1/token").status_code == 200
    start_up = keyfax_bearer.get("/api/v1/startup").json()
    assert keyfax_bearer.post("/api/v1/startup", json=start_up).status_code == 200
    assert abs(keyfax_emulator.clock.seconds() - time.time()) < 60


def test_the_network(keyauth_network, keytrac_emulator):
    assert shop.status(keytrac_emulator.token) == 200
    keytrac_emulator.configure(verified=False)
    assert shop.status(keytrac_emulator.token) == 403
    assert len(keytrac_emulator.requests) == 2


def test_an_outcome_by_its_name(keyauth_replay):
    keyauth_replay("showStatus/500/calculate-status")
    assert shop.status("any") == 500


@pytest.mark.keyauth_cassette
def test_recorded(keytrac, typist):
    user_id = keytrac.post("/users").json()["id"]
    shop.enrol(keytrac, user_id, [typist.types(text) for text in TEXTS])
    assert shop.log_in(keytrac, user_id, typist.types(ATTEMPT)) == "welcome"
    assert user_id in keytrac.get("/users").text


@pytest.mark.keyauth_cassette
def test_recorded_with_times(keyfax, keyfax_bearer):
    assert keyfax.get("/api/v1/token").status_code == 200
    assert keyfax_bearer.get("/api/v1/startup").status_code == 200
