"""Keeps a live run: begins it and ends it, and leaves the providers as they were, whatever happens in between."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pytest_keyauth.fixtures import LIVE_RUN, SETTINGS
from pytest_keyauth.guarding import only_shows
from pytest_keyauth.live.budget import MOST_TROUBLES
from pytest_keyauth.live.run import FOLDER, LiveRun, find_abandoned
from pytest_keyauth.preflight import probe
from pytest_keyauth.progress import Progress

__all__ = ["LiveKeeper"]

RUN = "keyauth_run"


class LiveKeeper:
    """What the controller of a run does, and each of its workers.

    ``details``: what there is to say of the run in words. ``silent``: the providers that did not answer at its
    beginning, and what they were asked.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._settings = config.stash[SETTINGS]
        self._is_worker = hasattr(config, "workerinput")
        self._handler: Any = None
        if config.stash[SETTINGS].contracts and config.get_verbosity() <= 0 and not self._is_worker:
            config.pluginmanager.register(Progress(config, lambda: self.run.budget), "keyauth-progress")
        self.details: list[str] = []
        self.silent: dict[str, str] = {}

    @property
    def run(self) -> LiveRun:
        """The run, once it has begun."""
        return self._config.stash[LIVE_RUN]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Begin or join the run, before workers are started."""
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGTERM, _interrupt)
        if self._is_worker:
            worker = self._config.workerinput  # type: ignore[attr-defined]
            self._config.stash[LIVE_RUN] = LiveRun(Path(worker[RUN]), self._settings, worker["workerid"])
            return
        if only_shows(self._config):
            return
        folder = self._config.rootpath / FOLDER
        self._config.stash[LIVE_RUN] = run = LiveRun.begin(folder, self._settings)
        self._clean_abandoned(folder)
        if self._settings.contracts:
            self._probe(run)

    def _clean_abandoned(self, folder: Path) -> None:
        for path in find_abandoned(folder):
            abandoned = LiveRun(path, self._settings, "cleaning")
            cleaned = abandoned.clean()
            abandoned.end()
            if cleaned.removed:
                self.details.append(f"removed {cleaned.removed} that an earlier run had left")
            self.details += [f"left by an earlier run: {line}" for line in cleaned.left]

    def _probe(self, run: LiveRun) -> None:
        """Ask each provider once.

        :raises pytest.UsageError: where one refuses our credentials.
        """
        for provider in self._settings.contracts:
            found = probe(run, provider)
            if found.result == "refuses":
                raise pytest.UsageError(
                    f"{provider} refuses the credentials of the environment ({found.reason}), so that nothing can be "
                    f"checked: look at KEYAUTH_{provider.upper()}_…, or at the account in the provider's console"
                )
            if found.result == "silent":
                self.silent[provider] = found.reason
                self.details.append(f"{provider} does not answer: {found.reason}")
                for _ in range(MOST_TROUBLES):  # nobody has to find that out again
                    run.budget.note(run.origin(provider), answered=False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist which run it is part of."""
        node.workerinput[RUN] = str(self.run.path)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Remove what is left, after the workers are gone and before the summary is told."""
        if self._is_worker or LIVE_RUN not in self._config.stash:
            return
        cleaned = self.run.clean()
        if cleaned.left:
            self.details += [f"left at the provider: {line}" for line in cleaned.left]
            self.details.append("`keyauth clean` tries again, and so does the next run")

    def pytest_unconfigure(self) -> None:
        """Leave the run."""
        if LIVE_RUN in self._config.stash:
            if self._is_worker:
                self.run.close()
            else:
                self.run.end()
        if self._handler is not None:
            signal.signal(signal.SIGTERM, self._handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End a run that is told to, as Ctrl-C does: fixtures are torn down, and what was made is removed."""
    raise KeyboardInterrupt("SIGTERM")
