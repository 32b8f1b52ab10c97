"""Where the providers are: so that a recording names the provider, and not the machine that it was made against."""

import re
from collections.abc import Iterable, Mapping

from pytest_keyauth.access import LOOPBACK_HOSTS
from pytest_keyauth.recording.urls import split_url

__all__ = ["CANONICAL", "Addresses"]

#: By which URL a cassette names a provider: KeyTrac's own, and the one of Keyfax's documentation.
CANONICAL: Mapping[str, str] = {"keytrac": "https://api.keytrac.net", "keyfax": "http://localhost:8088/interview"}

_KEYFAX_RESOURCE = re.compile(r"(.*?)(/api/v1/(?:startup|results|key|token))/?", re.DOTALL)
_DEFAULT_PORTS = {"http:": ":80", "https:": ":443"}


class Addresses:
    """Tells whether a URL is a provider's.

    :param urls: by provider, the URLs that it is reached at beside its canonical one. Keyfax is installed at its
        customers', so that its resources are known by their paths, at any host.
    """

    def __init__(self, urls: Mapping[str, str] | None = None) -> None:
        bases = [*CANONICAL.items(), *(urls or {}).items()]
        self._bases = _sort_bases(bases)

    def also(self, provider: str, url: str) -> "Addresses":
        """The same addresses, and one more of a provider."""
        more = Addresses()
        more._bases = _sort_bases([*self._bases, (provider, url)])
        return more

    def find(self, url: str) -> tuple[str, str] | None:
        """The provider of a URL, and the path below the provider's own; None where it is nobody's."""
        address = _normalize(url)
        # Both providers may be at one origin, as at `keyauth serve`, and Keyfax below a path that nobody has told us.
        match = _KEYFAX_RESOURCE.fullmatch(split_url(url)[1])
        if match is not None:
            return "keyfax", match[2]
        for provider, base in self._bases:
            if address == base or address.startswith(f"{base}/"):
                return provider, address[len(base) :]
        return None

    def is_providers(self, url: str) -> bool:
        """Whether a URL is a provider's."""
        return self.find(url) is not None

    def origins(self) -> frozenset[tuple[str, str]]:
        """Host and port of each origin that is a provider's as a whole; this machine is ``localhost``."""
        whole = (base.rstrip("/") for _, base in self._bases if not split_url(base)[1].strip("/"))
        return frozenset(map(_host_and_port, whole))

    def canonical(self, url: str) -> str:
        """The URL at the provider's canonical address; the URL itself where it is nobody's."""
        found = self.find(url)
        if found is None:
            return url
        provider, path = found
        _, _, query, fragment = split_url(url)
        return CANONICAL[provider] + path + query + fragment


def _sort_bases(bases: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The longest first, since one may be below another."""
    normal = [(provider, _normalize(url)) for provider, url in bases]
    return sorted(normal, key=lambda item: len(item[1]), reverse=True)


def _host_and_port(origin: str) -> tuple[str, str]:
    scheme, _, authority = origin.partition("//")
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        host, port = authority, _DEFAULT_PORTS.get(scheme, ":")[1:]
    host = host.strip("[]")
    return "localhost" if host in LOOPBACK_HOSTS else host, port


def _normalize(url: str) -> str:
    """Scheme, host and path of a URL (RFC 3986, 6.2.2 and 6.2.3): however it is written, it is not to be missed."""
    origin, path, _, _ = split_url(url)
    scheme, slashes, authority = origin.lower().rpartition("//")
    host = authority.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(scheme, ":"))
    return scheme + slashes + host + path
