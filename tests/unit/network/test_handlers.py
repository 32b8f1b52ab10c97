from types import SimpleNamespace
from typing import Any

import pytest

from pytest_keyauth.network.handlers import find_handlers


def target(url: str) -> Any:
    return SimpleNamespace(control=SimpleNamespace(handle=url), reach=SimpleNamespace(url=url))


KEYTRAC = target("https://api.keytrac.net")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://Keyfax.Customer.example/interview", "keyfax.customer.example"),
        ("http://keyfax.customer.example:8088", "keyfax.customer.example"),
        ("http://localhost:8088/interview", "localhost:8088"),
        ("http://127.0.0.1:8088", "localhost:8088"),
        ("http://[::1]/interview", "localhost:80"),
        ("https://localhost", "localhost:443"),
    ],
)
def test_a_keyfax_is_known_by_its_host_or_by_its_port_on_this_machine(url: str, address: str) -> None:
    assert find_handlers({}, KEYTRAC, target(url)) == {"api.keytrac.net": "https://api.keytrac.net", address: url}


def test_a_keytrac_of_the_environment_is_one_more_address() -> None:
    handlers = find_handlers({"keytrac": "https://keytrac.internal.example"}, KEYTRAC, target("http://localhost:1"))
    assert set(handlers) == {"api.keytrac.net", "keytrac.internal.example", "localhost:1"}


def test_where_both_are_said_to_be_at_one_address_keyfax_answers() -> None:
    handlers = find_handlers({"keytrac": "http://localhost:8480"}, KEYTRAC, target("http://localhost:8480/interview"))
    assert handlers["localhost:8480"] == "http://localhost:8480/interview"
