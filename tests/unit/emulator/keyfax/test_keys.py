from base64 import b64decode
from random import Random

import pytest

from pytest_keyauth.emulator.keyfax.keys import NOBODY, DamagedKey, KeyPair, make_key_pair, surviving

FIRST, SECOND, THIRD = (make_key_pair("LIVE", Random(seed)) for seed in (1, 2, 3))


def test_a_pair_has_keys_of_the_assumed_form() -> None:
    pair = make_key_pair("LIVE", Random(1))
    assert pair.host == "LIVE"
    assert len(pair.api_key) == 32
    assert set(pair.api_key) <= set("0123456789abcdef")
    assert len(b64decode(pair.signing_key, validate=True)) == 32


def test_a_pair_follows_from_the_random_source_and_no_two_are_equal() -> None:
    random = Random(1)
    assert make_key_pair("LIVE", Random(1)) == make_key_pair("LIVE", random)
    assert make_key_pair("LIVE", Random(1)) != make_key_pair("LIVE", random)


def test_a_short_api_key_is_filled_up() -> None:
    class Small(Random):
        def getrandbits(self, k: int) -> int:
            return 7

    assert make_key_pair("LIVE", Small()).api_key == "00000000000000000000000000000007"


def test_a_pair_shows_no_key() -> None:
    assert repr(FIRST) == "KeyPair(host='LIVE')"


def test_the_secret_is_the_decoded_signing_key() -> None:
    assert KeyPair("LIVE", "a", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").secret() == bytes(range(32))


def test_a_damaged_pair_has_no_secret_and_keeps_its_api_key() -> None:
    damaged = FIRST.damaged()
    assert damaged.api_key == FIRST.api_key
    with pytest.raises(DamagedKey):
        damaged.secret()


def test_a_result_has_the_members_that_a_web_hook_gets() -> None:
    assert KeyPair("LIVE", "a", "b").result() == {"hostName": "LIVE", "apiKey": "a", "signingKey": "b"}


@pytest.mark.parametrize(
    ("used", "survivors"),
    [(FIRST, (FIRST, SECOND, THIRD)), (SECOND, (SECOND, THIRD)), (THIRD, (THIRD,)), (NOBODY, (FIRST, SECOND, THIRD))],
)
def test_the_use_of_a_pair_ends_the_older_ones(used: KeyPair, survivors: tuple[KeyPair, ...]) -> None:
    assert surviving((FIRST, SECOND, THIRD), used) == survivors


def test_nobody_cannot_be_named_in_a_header() -> None:
    assert ":" in NOBODY.host
    assert ":" in NOBODY.api_key
