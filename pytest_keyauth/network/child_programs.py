"""What programs in child processes load at their start: Python, Node.js, curl."""

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import copy
from typing import Any

__all__ = ["WAYS", "write_curl", "write_node", "write_python"]

#: A name of this machine's, at which nobody listens, and which curl shows.
REFUSED = "refused-by-pytest-keyauth.use-keyauth_network.localhost:1"
LOOPBACK = ("localhost", "127.0.0.1")

#: The parts of the wire that Python is given as files.
WAYS = ("detour.py", "imports.py", "replacing.py", "functions.py", "wire.py")

PYTHON = '''"""Keeps Python from the providers' real hosts, or leads it to emulators: of pytest-keyauth, for one run."""

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
PLAN = %s


class ProviderBlockedError(Exception):
    """A process that was not meant to reach a real provider would have reached it; nothing was sent."""


class HostBlockedError(Exception):
    """A test asked for no other hosts than the providers'; nothing was sent."""


def error_for(host):
    return ProviderBlockedError(PLAN["refused"].replace("{host}", host))


def refuse_other(host):
    raise HostBlockedError(PLAN["blocked"].replace("{host}", host))


def let_pass(host):
    pass


def begin():
    from keyauth_wire import detour
    from keyauth_wire.wire import Wire

    certificate = PLAN["certificate"]
    wire = Wire(set(PLAN["guarded"]), error_for)
    if PLAN["port"]:
        wire.take(
            detour.Detour(
                frozenset(PLAN["hosts"]),
                frozenset(PLAN["ports"]),
                PLAN["port"],
                lambda own: detour.make_client_context(certificate, checks_name=own.check_hostname),
                refuse_other if PLAN["block_others"] else let_pass,
                (lambda own: detour.make_loopback_context(own, certificate)) if PLAN["loopback_tls"] else None,
            )
        )
    wire.install()


def go_on():
    """Run the module of this name that this one stands before, if there is one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    path = [os.path.abspath(folder) for folder in sys.path]
    below = path[path.index(FOLDER) + 1 :] if FOLDER in path else []
    spec = PathFinder.find_spec("sitecustomize", below)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


def begin_safely():
    """An old Python may not know how; its own program is not to fail for that."""
    try:
        begin()
    except Exception as error:
        sys.stderr.write("pytest-keyauth does not guard this process: %%r\\n" %% (error,))


def begin_with_sockets():
    """Most programs need no socket, and are not to pay for it."""
    if "socket" in sys.modules:
        begin_safely()
    else:
        from keyauth_wire.imports import ImportWatch

        ImportWatch(("socket",), begin_safely).begin()


try:
    go_on()  # first, since it may be of a run around this one: who comes last is asked first
finally:
    try:
        begin_with_sockets()
    except Exception:
        begin_safely()
'''

NODE = """// Keeps Node.js from the providers' real hosts, or leads it to emulators: of pytest-keyauth, for one run.
const net = require('net');
const plan = %s;
const connect = net.Socket.prototype.connect;
const isLoopback = (host) => host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.');

net.Socket.prototype.connect = function (...given) {
  const inner = Array.isArray(given[0]) ? given[0] : given;
  const named = typeof inner[0] === 'number' || /^\\d+$/.test(inner[0]);
  const options = named ? { port: Number(inner[0]), host: typeof inner[1] === 'string' ? inner[1] : '' } : inner[0];
  if (!options || typeof options !== 'object' || options.path || options.port === undefined) {
    return connect.apply(this, given);
  }
  const host = String(options.host || '').replace(/\\.$/, '').toLowerCase();
  if (plan.hosts.includes(host) || (isLoopback(host) && plan.ports.includes(Number(options.port)))) {
    inner[0] = { ...options, host: '127.0.0.1', port: plan.port };
    if (!options.servername && host && !net.isIP(host)) inner[0].servername = host;
    if (named && typeof inner[1] === 'string') inner.splice(1, 1);
    return connect.apply(this, given);
  }
  const isGuarded = plan.guarded.includes(host);
  if (!isGuarded && (!plan.block_others || isLoopback(host))) return connect.apply(this, given);
  const text = isGuarded ? plan.refused : plan.blocked;
  process.nextTick(() => this.destroy(new Error(text.replace('{host}', host))));
  return this;
};
"""


def write_python(folder: Path, plan: Mapping[str, Any]) -> None:
    """A module that Python imports at its start, with the wire beside it."""
    folder.joinpath("sitecustomize.py").write_text(PYTHON % repr(dict(plan)), encoding="utf-8")
    package = folder / "keyauth_wire"
    package.mkdir(exist_ok=True)
    package.joinpath("__init__.py").touch()
    for name in WAYS:
        copy(Path(__file__).with_name(name), package)


def write_node(folder: Path, plan: Mapping[str, Any]) -> Path:
    """A script that Node.js runs first."""
    script = folder / "keyauth.js"
    script.write_text(NODE % json.dumps(dict(plan)), encoding="utf-8")
    return script


def write_curl(folder: Path, plan: Mapping[str, Any], own: list[str], authorities: Path | None) -> None:
    """A configuration file.

    :param own: the lines of the user's own one.
    :param authorities: whom to trust; None for whom curl trusts anyway.
    """
    there = f"127.0.0.1:{plan['port']}"
    ways = [f"{host}::{there}" for host in plan["hosts"]]
    ways += [f"{host}:{port}:{there}" for port in plan["ports"] for host in LOOPBACK]
    ways += [f"{host}::{REFUSED}" for host in plan["guarded"] if host not in plan["hosts"]]
    if plan["block_others"]:
        ways += [*(f"{host}::{host}:" for host in LOOPBACK), f"::{REFUSED}"]
    lines = [*(f'connect-to = "{way}"' for way in ways), *own]  # of these the first one counts, of all others the last
    if authorities is not None:
        lines.append(f'cacert = "{authorities}"')
    folder.joinpath(".curlrc").write_text("\n".join([*lines, ""]), encoding="utf-8")
