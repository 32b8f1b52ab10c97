"""What the provider's configuration file and its console set: hosts and where their keys go, companies, limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit

from pytest_keyauth.emulator.keyfax.markup import Element, parse_xml

__all__ = ["HostDefinition", "KeyfaxSettings", "read_configuration"]

#: Printable ASCII without a colon, which separates the parts of the Authorization header, and no blank around it.
_HOST_NAME = re.compile(r"[!-9;-~](?:[ -9;-~]*[!-9;-~])?")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


@dataclass(frozen=True, slots=True)
class HostDefinition:
    """A ``WebApi/KeyGen`` element: a host by name, and the white-listed mechanisms that deliver its new keys.

    :raises ValueError: for a name, a URL or an address that cannot be one; says what was expected.
    """

    name: str
    web_hook: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if not _fits(_HOST_NAME, self.name):
            raise ValueError(f"host name {self.name!r}: expected printable ASCII without a colon")
        if self.web_hook is not None and not _is_web_url(self.web_hook):
            raise ValueError(f"web hook of host {self.name!r}: expected an absolute URL with http or https")
        if self.email is not None and not _fits(_EMAIL, self.email):
            raise ValueError(f"e-mail of host {self.name!r}: expected one address, such as keys@consumer.example")


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_web_url(url: object) -> bool:
    if not isinstance(url, str) or re.search(r"[^!-~]", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed, and refused where it is none, only when it is asked for
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def read_configuration(xml: str) -> tuple[HostDefinition, ...]:
    """Read the hosts of a ``KfServerConfig.xml``: all ``<WebApi><KeyGen name= webHookUrl= email=/></WebApi>`` in it.

    The document names the elements, and that there is a name, a web hook URL and an e-mail address; how the attributes
    are called is assumed.

    :raises ValueError: for what is no XML, or an element that defines no host or the same one again.
    """
    definitions: dict[str, HostDefinition] = {}
    for element in _find_key_generators(parse_xml(xml)):
        attributes = dict(element.attributes)
        name = attributes.get("name", "")
        if name in definitions:
            raise ValueError(f"host {name!r} is defined twice")
        web_hook, email = attributes.get("webHookUrl") or None, attributes.get("email") or None
        definitions[name] = HostDefinition(name, web_hook, email)
    return tuple(definitions.values())


def _find_key_generators(element: Element) -> Iterator[Element]:
    for child in element.children:
        if element.name == "WebApi" and child.name == "KeyGen":
            yield child
        else:
            yield from _find_key_generators(child)


@dataclass(frozen=True, slots=True)
class KeyfaxSettings:
    """What can be set of a Keyfax installation; only the 24 hours are documented ("by default"), the rest is assumed.

    ``companies``: the configuration codes that sessions can be launched for. ``api_key_method``: whether
    ``ApiKey {hostName}:{apiKey}`` is accepted where a header is optional. ``time_window_s``: how far a time stamp may
    be from the emulator's time, to both sides. ``token_lifetime_h``: how long a token is good for.
    """

    companies: frozenset[str] = frozenset({"AbcHousing_Staff_Live"})
    api_key_method: bool = False
    time_window_s: int = 300
    token_lifetime_h: float = 24

    def changed(self, changes: dict[str, Any]) -> "KeyfaxSettings":
        """Return a copy with some settings changed; ``companies`` may be any collection of codes.

        :raises ValueError: for an unknown setting, or a value of the wrong type or range; says what was expected.
        """
        known = {item.name for item in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no Keyfax setting {name!r}; there are: {', '.join(sorted(known))}")
            if name == "api_key_method" and not isinstance(value, bool):
                raise ValueError(f"api_key_method={value!r}: expected True or False")
            if name == "companies" and not _are_codes(value):
                raise ValueError(
                    f"companies={value!r}: expected configuration codes, such as ['AbcHousing_Staff_Live']"
                )
            if name == "time_window_s" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise ValueError(f"time_window_s={value!r}: expected whole seconds, 0 or more")
            if name == "token_lifetime_h" and not _is_lifetime(value):
                raise ValueError(f"token_lifetime_h={value!r}: expected hours, a second at least")
        if "companies" in changes:
            changes = {**changes, "companies": frozenset(changes["companies"])}
        return replace(self, **changes)


def _are_codes(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(
        isinstance(code, str) and code.isprintable() and code for code in value
    )


def _is_lifetime(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 / 3600 <= value <= 1_000_000
