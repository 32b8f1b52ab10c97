"""The command ``keyauth``."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from pytest_keyauth.commands import accept, check, clean, diff

if TYPE_CHECKING:
    from socket import socket

    from pytest_keyauth.adapters.courier import Postman
    from pytest_keyauth.adapters.limits import Limits
    from pytest_keyauth.emulator.keyfax import Courier, KeyfaxEmulator
    from pytest_keyauth.emulator.keyfax.installations import Installations
    from pytest_keyauth.emulator.keytrac import KeytracEmulator

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    run: int = options.run(options)
    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keyauth", description="Emulators of KeyTrac and Keyfax, and pictures of samples."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the emulators on this machine", description=_serve.__doc__)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8480, help="port, 0 for a free one (default: %(default)s)")
    serve.add_argument("--keytrac-token", metavar="TOKEN", help="the KeyTrac account's token (default: a new one)")
    serve.add_argument(
        "--keyfax-config", metavar="FILE", type=Path, help="KfServerConfig.xml with the Keyfax hosts (default: LIVE)"
    )
    serve.add_argument(
        "--deliver", action="store_true", help="really call web hooks and send mail, instead of keeping new keys here"
    )
    serve.add_argument("--smtp", metavar="HOST:PORT", type=_mail_server, help="where mail is handed in for --deliver")
    _add_limits(serve)
    serve.set_defaults(run=_serve)
    _add_plot(commands.add_parser("plot", help="draw samples, and compare two typists", description=_plot.__doc__))
    _add_cassettes(
        commands.add_parser("cassettes", help="list or copy the shipped recordings", description=_cassettes.__doc__)
    )
    for name, module, help_text in _LIVE_COMMANDS:
        command = commands.add_parser(name, help=help_text, description=module.run.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


_LIVE_COMMANDS: tuple[tuple[str, Any, str], ...] = (
    ("check", check, "check live providers against their documents"),
    ("accept", accept, "accept that a provider is not as documented"),
    ("clean", clean, "remove at the providers what killed runs have left"),
    ("diff", diff, "compare what two targets answer, outcome by outcome"),
)


def _add_limits(serve: argparse.ArgumentParser) -> None:
    """What a request may be; what is more is refused with 414, 431, 413 or 408."""
    limits = serve.add_argument_group("limits of a request")
    limits.add_argument("--max-head", type=_size, default=64 * 1024, help="bytes of target or headers (default: 65536)")
    limits.add_argument("--max-headers", type=_size, default=100, help="number of headers (default: 100)")
    limits.add_argument("--max-body", type=_size, default=8 * 1024 * 1024, help="bytes of a body (default: 8388608)")
    limits.add_argument("--max-seconds", type=_seconds, default=30.0, help="time that it may take (default: 30)")


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number of seconds above 0")
    return seconds


def _add_cassettes(cassettes: argparse.ArgumentParser) -> None:
    cassettes.add_argument(
        "patterns",
        metavar="PATTERN",
        nargs="*",
        help="names with * and ?, such as 'outcomes/keytrac/enrolAnytext/*' (default: all)",
    )
    cassettes.add_argument(
        "--copy", metavar="DIR", type=Path, help="copy them into a folder, for vcrpy or for --keyauth-cassettes"
    )
    cassettes.set_defaults(run=_cassettes)


def _add_plot(plot: argparse.ArgumentParser) -> None:
    plot.add_argument(
        "samples",
        metavar="SAMPLE",
        nargs="+",
        help="a sample itself; a file with one a line, a JSON list of them or a request's body; - for standard input",
    )
    plot.add_argument(
        "--output", metavar="FILE", type=Path, default="keystrokes.svg", help=".svg or .png (default: %(default)s)"
    )
    plot.add_argument("--title", default="", help="what stands above the picture (default: nothing)")
    plot.add_argument(
        "--name", action="append", default=[], help="who typed a sample; once for each sample, in their order"
    )
    plot.set_defaults(run=_plot)


def _mail_server(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r}: expected HOST:PORT, such as localhost:25")
    return host, int(port)


def _serve(options: argparse.Namespace) -> int:
    """Serve the emulators until Ctrl-C, and print the environment variables that reach them."""
    from pytest_keyauth.adapters.limits import Limits
    from pytest_keyauth.adapters.server import bind

    try:
        emulators = _make_emulators(options)
    except (OSError, ValueError) as error:
        print(f"keyauth serve: {error}", file=sys.stderr)
        return 2
    try:
        listener = bind(options.host, options.port)
    except (OSError, OverflowError) as error:
        where = f"{options.host}:{options.port}"
        print(f"keyauth serve: cannot listen on {where}: {error}; --port 0 takes a free port", file=sys.stderr)
        return 2
    limits = Limits(options.max_head, options.max_headers, options.max_body, options.max_seconds)
    return _run(*emulators, listener, limits, deliver=options.deliver)


def _plot(options: argparse.Namespace) -> int:
    """Draw when each key of each sample was down; of two samples, also how far apart their typists are."""
    from pytest_keyauth.pictures.command import plot

    return plot(options)


def _cassettes(options: argparse.Namespace) -> int:
    """List the cassettes that this package ships, or copy them to where vcrpy and others can read them."""
    from pytest_keyauth.errors import CassetteError
    from pytest_keyauth.recording.shelf import Folder, copy_cassettes, find_cassettes, shipped_shelf

    shelf = shipped_shelf()
    names = find_cassettes(shelf, options.patterns)
    if not names:
        print(f"keyauth cassettes: none is named {' or '.join(options.patterns)}; without a pattern all are listed")
        return 1
    try:
        places = copy_cassettes(shelf, names, Folder(options.copy)) if options.copy else names
    except CassetteError as error:
        print(f"keyauth cassettes: {error}", file=sys.stderr)
        return 2
    print("\n".join(places))
    return 0


def _make_emulators(options: argparse.Namespace) -> "tuple[KeytracEmulator, Installations]":
    """Make what is served.

    :raises ValueError: for a token or a configuration that cannot be used; says which.
    :raises OSError: for a configuration file that cannot be read.
    """
    from pytest_keyauth.answers import DocumentedOutcomes
    from pytest_keyauth.emulator.keyfax import HostDefinition, KeyfaxEmulator, read_configuration
    from pytest_keyauth.emulator.keyfax.installations import Installations
    from pytest_keyauth.emulator.keytrac import KeytracEmulator
    from pytest_keyauth.recording.library import Library

    token = options.keytrac_token or os.environ.get("KEYAUTH_KEYTRAC_TOKEN") or None
    if token is not None and len(token) != 36:
        raise ValueError(f"the KeyTrac token has {len(token)} characters, expected 36")
    hosts: tuple[HostDefinition, ...] = (HostDefinition("LIVE", email="keys@consumer.example"),)
    if options.keyfax_config is not None:
        hosts = read_configuration(options.keyfax_config.read_text(encoding="utf-8"))
        if not hosts:
            raise ValueError(f"{options.keyfax_config} defines no host: expected <WebApi><KeyGen name=…/></WebApi>")
    library = Library(Path("cassettes"))
    keytrac_documents, documents = DocumentedOutcomes("keytrac", library), DocumentedOutcomes("keyfax", library)
    first = KeyfaxEmulator(hosts, courier=_make_courier(options), documents=documents)
    first.issue_keys(first.host)
    others = Installations(first, lambda root: KeyfaxEmulator(hosts, root=root, documents=documents))
    return KeytracEmulator(token=token, documents=keytrac_documents), others


def _make_courier(options: argparse.Namespace) -> "Courier | None":
    if not options.deliver:
        return None
    from pytest_keyauth.adapters.courier import MailServer, NetworkCourier

    return NetworkCourier(MailServer(*options.smtp) if options.smtp else None)


def _run(
    keytrac: "KeytracEmulator", keyfax: "Installations", listener: "socket", limits: "Limits", *, deliver: bool
) -> int:
    from pytest_keyauth.adapters.asgi import EmulatorApplication
    from pytest_keyauth.adapters.server import serve

    host, port = listener.getsockname()[:2]
    origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    first = keyfax.first
    with _postman(first) if deliver else nullcontext():
        serve(EmulatorApplication(keytrac, keyfax), listener, lambda: _announce(origin, keytrac, first), limits)
    return 0


def _postman(keyfax: "KeyfaxEmulator") -> "Postman":
    from pytest_keyauth.adapters.courier import Postman

    return Postman(keyfax.outbox, keyfax.clock.seconds)


def _announce(origin: str, keytrac: "KeytracEmulator", keyfax: "KeyfaxEmulator") -> None:
    """Say where everything is. These are credentials of emulators, made to be shown."""
    [keys] = keyfax.keys(keyfax.host)
    print(f"# keyauth serve: {origin}, control plane at {origin}/_keyauth/, stop with Ctrl-C")
    print(f"export KEYAUTH_KEYTRAC_URL={origin}")
    print(f"export KEYAUTH_KEYTRAC_TOKEN={keytrac.token}")
    print(f"export KEYAUTH_KEYFAX_URL={origin}{keyfax.root}")
    print(f"export KEYAUTH_KEYFAX_HOST={quote(keys.host)}")
    print(f"export KEYAUTH_KEYFAX_API_KEY={keys.api_key}")
    print(f"export KEYAUTH_KEYFAX_SIGNING_KEY={keys.signing_key}", flush=True)
