import pytest

from pytest_keyauth.recording.addresses import Addresses

LOCAL = {"keytrac": "http://127.0.0.1:8480", "keyfax": "http://127.0.0.1:8480/interview"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.keytrac.net/users/1?a=b#c", ("keytrac", "/users/1")),
        ("https://api.keytrac.net", ("keytrac", "")),
        ("https://api.keytrac.net?a=b", ("keytrac", "")),
        ("http://127.0.0.1:8480/status", ("keytrac", "/status")),
        ("http://127.0.0.1:8480/interview/anything", ("keyfax", "/anything")),
        ("http://127.0.0.1:8480/api/v1/token", ("keyfax", "/api/v1/token")),
        ("https://customer.example/apps/keyfax/api/v1/startup?x=1", ("keyfax", "/api/v1/startup")),
        ("https://customer.example/api/v1/key/", ("keyfax", "/api/v1/key")),
        ("http://localhost:8088/interview/launch", ("keyfax", "/launch")),
        ("HTTPS://API.KeyTrac.Net:443/users/Aa", ("keytrac", "/users/Aa")),
        ("https://user:p@ss@api.keytrac.net/users", ("keytrac", "/users")),
    ],
)
def test_a_providers_url_is_known_by_its_address_and_keyfax_by_its_resources(url: str, found: tuple[str, str]) -> None:
    assert Addresses(LOCAL).find(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/users",
        "http://api.keytrac.net/users",
        "https://api.keytrac.net.example.org/users",
        "https://api.keytrac.network/users",
        "https://example.org/?at=https://api.keytrac.net/users",
        "https://example.org/https://api.keytrac.net/users",
        "https://example.org/?at=/api/v1/token",
        "https://example.org/api/v1/tokens",
        "https://example.org/api/v1/token/1",
        "http://127.0.0.1:84800/status",
        "https://api.keytrac.net:8443/users",
        "https://api.keytrac.net@example.org/users",
        "https://api.keytrac.net:443@example.org/users",
        "/users",
        "",
    ],
)
def test_any_other_url_is_nobodys_and_stays_as_it_is(url: str) -> None:
    addresses = Addresses(LOCAL)
    assert addresses.find(url) is None
    assert not addresses.is_providers(url)
    assert addresses.canonical(url) == url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://127.0.0.1:8480/users?a=1#b", "https://api.keytrac.net/users?a=1#b"),
        ("https://user:pw@API.keytrac.net/users?a=1", "https://api.keytrac.net/users?a=1"),
        ("https://customer.example/x/api/v1/token?a=1", "http://localhost:8088/interview/api/v1/token?a=1"),
    ],
)
def test_a_recording_names_the_provider_and_not_the_machine(url: str, canonical: str) -> None:
    addresses = Addresses(LOCAL)
    assert addresses.is_providers(url)
    assert addresses.canonical(url) == canonical
    assert addresses.canonical(canonical) == canonical


def test_one_more_address_is_known_beside_those_that_were() -> None:
    before = Addresses(LOCAL)
    after = before.also("keytrac", "http://127.0.0.1:9000/under")
    assert after.find("http://127.0.0.1:9000/under/users") == ("keytrac", "/users")
    assert after.find("http://127.0.0.1:8480/users") == ("keytrac", "/users")
    assert before.find("http://127.0.0.1:9000/under/users") is None


def test_the_longest_address_is_the_one_that_counts() -> None:
    addresses = Addresses({"keytrac": "http://127.0.0.1:8480/interview"}).also("keyfax", "http://127.0.0.1:8480")
    assert addresses.find("http://127.0.0.1:8480/interview/users") == ("keytrac", "/users")
    assert addresses.find("http://127.0.0.1:8480/users") == ("keyfax", "/users")


def test_an_address_is_known_however_the_environment_writes_it() -> None:
    addresses = Addresses({"keytrac": "HTTPS://Proxy.Example:443/KeyTrac"})
    assert addresses.find("https://proxy.example/KeyTrac/users") == ("keytrac", "/users")
    assert addresses.find("https://proxy.example/keytrac/users") is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8480", ("localhost", "8480")),
        ("http://[::1]:8480/", ("localhost", "8480")),
        ("https://KeyTrac.example", ("keytrac.example", "443")),
        ("http://keytrac.example", ("keytrac.example", "80")),
    ],
)
def test_an_origin_without_a_path_is_a_providers_as_a_whole(url: str, origin: tuple[str, str]) -> None:
    assert Addresses({"keytrac": url}).origins() == {("api.keytrac.net", "443"), origin}


def test_an_origin_of_which_a_provider_has_a_part_may_be_somebody_elses_too() -> None:
    assert Addresses({"keyfax": "http://127.0.0.1:8480/interview"}).origins() == {("api.keytrac.net", "443")}
