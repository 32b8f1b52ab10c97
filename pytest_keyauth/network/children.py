"""What child processes are given by their environment, so that curl and Node.js find the emulators too.

curl reads a configuration file that turns connections to the diverted hosts to the server, and nothing else; Node.js
loads a script that does the same. Both trust this run's authority beside those that they trust anyway. No proxy is
named: the clients of this process would go there.
"""

import json
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["describe_environment", "set_environment"]

_HOOK = """
// Turns connections to some hosts to a server on this machine; the name that TLS verifies stays.
const net = require('net');
const { hosts, port } = %s;
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const inner = Array.isArray(given[0]) ? given[0] : given;
  const options = inner[0];
  if (options && typeof options === 'object' && hosts.includes(String(options.host || '').toLowerCase())) {
    inner[0] = { ...options, host: '127.0.0.1', port, servername: options.servername || options.host };
  }
  return connect.apply(this, given);
};
"""


def describe_environment(folder: Path, hosts: Iterable[str], port: int, certificate: bytes) -> dict[str, str]:
    """Write what children read, and give the variables that name it.

    :param folder: where the files go.
    :param hosts: the hosts that are diverted, at any port.
    :param port: the server's, on this machine.
    :param certificate: the authority's, in PEM.
    """
    hosts = sorted(hosts)
    authority, everybody = folder / "authority.pem", folder / "authorities.pem"
    usual = os.environ.get("CURL_CA_BUNDLE") or ssl.get_default_verify_paths().cafile
    authority.write_bytes(_read(os.environ.get("NODE_EXTRA_CA_CERTS")) + certificate)
    everybody.write_bytes(_read(usual) + certificate)
    hook = folder / "divert.js"
    hook.write_text(_HOOK % json.dumps({"hosts": hosts, "port": port}), encoding="utf-8")
    lines = [f'connect-to = "{host}::127.0.0.1:{port}"' for host in hosts]
    folder.joinpath(".curlrc").write_text("\n".join([*_own_curlrc(), *lines, f'cacert = "{everybody}"', ""]))
    return {
        "CURL_HOME": str(folder),
        "NODE_EXTRA_CA_CERTS": str(authority),
        "NODE_OPTIONS": f'{os.environ.get("NODE_OPTIONS", "")} --require "{hook}"'.strip(),
    }


def _read(path: str | None) -> bytes:
    """The certificates of a file that is named already; none where there is no such file."""
    try:
        return Path(path).read_bytes() + b"\n" if path else b""
    except OSError:
        return b""


def _own_curlrc() -> list[str]:
    """What the user has configured."""
    home = os.environ.get("CURL_HOME") or os.environ.get("HOME") or ""
    try:
        return Path(home, ".curlrc").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


@contextmanager
def set_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment, and put them back as they were."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
