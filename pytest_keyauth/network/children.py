"""What child processes are given by their environment, so that they find the emulators, or do not find the providers.

Python imports a module at its start, Node.js runs a script, curl reads a configuration file; what the user has of these
is heeded, too. All trust this run's authority beside those that they trust anyway. No proxy is named: the clients of
this process would go there.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_keyauth.errors import HostBlockedError, ProviderBlockedError
from pytest_keyauth.network.child_programs import write_curl, write_node, write_python

__all__ = ["HEEDED", "describe_detour", "describe_guard", "set_environment"]

NO_PROXY = ("NO_PROXY", "no_proxy")

#: The variables that lead children to our files, or to the user's own ones that these stand before.
HEEDED = (
    *("PYTHONPATH", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", *NO_PROXY),
    *("CURL_HOME", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "XDG_CONFIG_HOME", "HOME"),
)

NOWHERE: dict[str, Any] = {
    "hosts": [],
    "ports": [],
    "port": 0,
    "certificate": "",
    "block_others": False,
    "loopback_tls": False,
    "refused": str(ProviderBlockedError("{host}")),
    "blocked": str(HostBlockedError("{host}")),
}


def describe_guard(folder: Path, hosts: Iterable[str]) -> dict[str, str]:
    """Write what children read that are to be kept from some hosts, and give the variables that name it."""
    plan = {**NOWHERE, "guarded": sorted(hosts)}
    return {**_write(folder, plan, os.environ, None), **_without_proxy(plan["guarded"], os.environ)}


def describe_detour(folder: Path, before: Mapping[str, str], certificate: bytes, **plan: Any) -> dict[str, str]:
    """Write what children read that are to find a server on this machine, and give the variables that name it.

    :param folder: where the files go.
    :param before: the environment without what we have set in it.
    :param certificate: the authority's, in PEM.
    :param plan: what is diverted (``hosts``, ``ports``), the server's ``port``, what is ``guarded`` or blocked.
    """
    import ssl

    authority, everybody = folder / "authority.pem", folder / "authorities.pem"
    authority.write_bytes(_read(before.get("NODE_EXTRA_CA_CERTS")) + certificate)
    usual = _find_curl_authorities(before) or ssl.get_default_verify_paths().cafile
    everybody.write_bytes(_read(usual) + certificate)
    whole = {**NOWHERE, **plan, "certificate": certificate.decode()}
    return {
        **_write(folder, whole, before, everybody),
        "NODE_EXTRA_CA_CERTS": str(authority),
        **_without_proxy({*whole["hosts"], *whole["guarded"]}, before),
    }


def _write(
    folder: Path, plan: Mapping[str, Any], before: Mapping[str, str], authorities: Path | None
) -> dict[str, str]:
    folder.chmod(0o755)  # a child may run as somebody else
    write_python(folder, plan)
    write_curl(folder, plan, _own_curlrc(before), authorities)
    script = write_node(folder, plan)
    return {
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [before.get("PYTHONPATH")])]),
        "CURL_HOME": str(folder),
        "NODE_OPTIONS": f'{before.get("NODE_OPTIONS", "")} --require "{script}"'.strip(),
    }


def _without_proxy(hosts: Iterable[str], before: Mapping[str, str]) -> dict[str, str]:
    """What lets clients that are built now go to these hosts themselves, whatever proxy the environment names."""
    return {name: ",".join([*filter(None, [before.get(name)]), *sorted(hosts)]) for name in NO_PROXY}


def _find_curl_authorities(before: Mapping[str, str]) -> str | None:
    """Whom curl trusts: its file says so, or the environment."""
    found = re.search(r'^\s*-?-?cacert[\s=:]+"?([^"\n]+)', "\n".join(_own_curlrc(before)), re.MULTILINE)
    return found[1].strip() if found else before.get("CURL_CA_BUNDLE") or before.get("SSL_CERT_FILE")


def _read(path: str | None) -> bytes:
    """The certificates of a file that is named already; none where there is no such file."""
    try:
        return Path(path).read_bytes() + b"\n" if path else b""
    except OSError:
        return b""


def _own_curlrc(before: Mapping[str, str]) -> list[str]:
    """What the user has configured, in the first of the files that curl looks for."""
    folders = (before.get("CURL_HOME"), before.get("XDG_CONFIG_HOME"), before.get("HOME"))
    for folder in filter(None, folders):
        for name in (".curlrc", "curlrc"):
            path = Path(folder, name)
            if path.is_file() and (name == ".curlrc" or folder == before.get("XDG_CONFIG_HOME")):
                return path.read_text(encoding="utf-8", errors="replace").splitlines()
    return []


@contextmanager
def set_environment(variables: Mapping[str, str]) -> Iterator[dict[str, str | None]]:
    """Set variables of the environment, and put them back as they were; gives what they were."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield before
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
