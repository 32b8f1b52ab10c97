"""When a run is guarded against the real providers, and what its tests want of the network."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_keyauth.access import LOOPBACK_HOSTS, find_host
from pytest_keyauth.errors import HostBlockedError, ProviderBlockedError
from pytest_keyauth.markers import NETWORK
from pytest_keyauth.settings import Settings

if TYPE_CHECKING:
    from pytest_keyauth.network.guard import ProviderGuard

__all__ = [
    "check_network_markers",
    "find_guard",
    "guard_providers",
    "network_wishes",
    "only_shows",
    "runs_tests_itself",
    "shorten_refusal",
]

NAME = "keyauth-guard"

#: Options of pytest's with which a run shows something instead of running tests.
SHOWING = ("collectonly", "setuponly", "setupplan", "show_fixtures_per_test", "showfixtures")

WISHES = ("keyfax", "token", "block_others")


def network_wishes(item: pytest.Item) -> dict[str, Any]:
    """What a test's nearest marker says: where its Keyfax is, who it is, and whether other hosts are refused."""
    mark = item.get_closest_marker(NETWORK)
    return dict(mark.kwargs) if mark is not None else {}


def check_network_markers(items: Sequence[pytest.Item]) -> None:
    """Refuse markers that say what nobody understands: all offenders in one error.

    :raises pytest.UsageError: names each test with what is wrong.
    """
    offenders = [f"{item.nodeid}: {wrong}" for item in items if (wrong := _find_wrong(item))]
    if offenders:
        reason = f'the marker {NETWORK} is wrong, expected {NETWORK}(keyfax="https://…", token="…", block_others=True):'
        raise pytest.UsageError("\n".join([reason, *offenders]))


def _find_wrong(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker(NETWORK)
    if mark is None:
        return None
    if not isinstance(mark.kwargs.get("token", ""), str):
        return "token is no text"
    unknown = [repr(value) for value in mark.args] + [name for name in mark.kwargs if name not in WISHES]
    if unknown:
        return f"{', '.join(unknown)} is not known"
    url = mark.kwargs.get("keyfax")
    if url is None:
        return None
    if not isinstance(url, str) or find_host(url) is None:
        return f"keyfax={url!r} is no URL of a web server"
    return f"keyfax={url!r}: expected the URL that ends before /api/v1" if "/api/v1" in url else None


def runs_tests_itself(config: pytest.Config) -> bool:
    """Whether tests run in this process, and not in workers of pytest-xdist that it starts."""
    return hasattr(config, "workerinput") or config.getoption("dist", "no") == "no"


def only_shows(config: pytest.Config) -> bool:
    """Whether a run shows something instead of running tests: then nothing can be witnessed, and nothing is sent."""
    return any(config.getoption(name, False) for name in SHOWING)


def find_guard(config: pytest.Config) -> "ProviderGuard | None":
    """The guard of this run; None while nothing of ours is used."""
    return cast("ProviderGuard | None", config.pluginmanager.get_plugin(NAME))


def guard_providers(config: pytest.Config, settings: Settings, items: Iterable[pytest.Item] = ()) -> "ProviderGuard":
    """From now on nobody in this process reaches a real provider; runs that use nothing of ours do not come here.

    A live run reaches those that it has allowed.

    :param items: the run's tests; what their markers say is a Keyfax is a provider's host, too.
    """
    guard = find_guard(config)
    if guard is None:
        from pytest_keyauth.network.guard import ProviderGuard

        guard = ProviderGuard(settings.provider_hosts())
        config.pluginmanager.register(guard, NAME)
        config.add_cleanup(guard.remove)
        guard.install()
    named = {find_host(str(network_wishes(item).get("keyfax", ""))) for item in items}
    allowed = settings.allow_hosts if settings.target == "live" else frozenset()
    guard.add(host for host in named if host and host not in LOOPBACK_HOSTS | allowed)
    return guard


def shorten_refusal(config: pytest.Config, call: "pytest.CallInfo[None]") -> None:
    """Show of a refused connection where the user's own code asked for it, and not how a client library went on.

    To draw that takes pytest 100 ms, and tells nobody anything. With ``--full-trace`` it is shown.
    """
    if call.excinfo is None or config.getoption("fulltrace", False):
        return
    error = call.excinfo.value
    if isinstance(error, HostBlockedError | ProviderBlockedError):
        shown = _keep_own(_walk(error.__traceback__), str(config.rootpath))
        if shown is not None:
            call.excinfo = pytest.ExceptionInfo.from_exception(error.with_traceback(shown))


def _walk(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next


def _keep_own(steps: Iterable[TracebackType], root: str) -> TracebackType | None:
    """The steps up to the last one that is in a file of the user's."""
    kept: TracebackType | None = None
    for step in reversed(list(steps)):
        name = step.tb_frame.f_code.co_filename
        if kept is not None or (name.startswith(root) and "site-packages" not in name):
            kept = TracebackType(kept, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return kept
