"""The command ``keyauth``."""

import argparse
import os
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    run: int = options.run(options)
    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keyauth", description="Emulators of KeyTrac, for tests in any language.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the emulators on this machine", description=_serve.__doc__)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8480, help="port, 0 for a free one (default: %(default)s)")
    serve.add_argument("--keytrac-token", metavar="TOKEN", help="the KeyTrac account's token (default: a new one)")
    serve.set_defaults(run=_serve)
    return parser


def _serve(options: argparse.Namespace) -> int:
    """Serve the emulators until Ctrl-C, and print the environment variables that reach them."""
    from pytest_keyauth.adapters.asgi import EmulatorApplication
    from pytest_keyauth.adapters.server import bind, serve
    from pytest_keyauth.emulator.keytrac import KeytracEmulator

    token = options.keytrac_token or os.environ.get("KEYAUTH_KEYTRAC_TOKEN") or None
    if token is not None and len(token) != 36:
        print(f"keyauth serve: the KeyTrac token has {len(token)} characters, expected 36", file=sys.stderr)
        return 2
    try:
        listener = bind(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(f"keyauth serve: cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2
    keytrac = KeytracEmulator(token=token)
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    serve(EmulatorApplication(keytrac), listener, lambda: _announce(url, keytrac.token))
    return 0


def _announce(url: str, token: str) -> None:
    print(f"# keyauth serve: KeyTrac at {url}, control plane at {url}/_keyauth/, stop with Ctrl-C")
    print(f"export KEYAUTH_KEYTRAC_URL={url}")
    print(f"export KEYAUTH_KEYTRAC_TOKEN={token}", flush=True)
