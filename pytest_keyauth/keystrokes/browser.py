"""Typing into a page of a real browser: Playwright's pages of Chromium, sync and async.

Neither is imported. The keys go through the Chrome DevTools Protocol, since Playwright's own keyboard knows only a US
layout. Each message says when its key went down or came up, as an operating system does: a page that reads
`event.timeStamp` sees the typist's own times, also where the browser was busy; one that reads its clock sees when they
arrived.
"""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from inspect import iscoroutinefunction
from time import perf_counter, sleep
from typing import Any, Protocol, cast, overload

from pytest_keyauth.keystrokes.act import Act
from pytest_keyauth.keystrokes.devtools import KeyMessage, describe
from pytest_keyauth.keystrokes.keyboard import Layout

__all__ = ["AsyncPage", "FieldError", "Page", "PageError", "type_into"]

PATIENCE_S = 5.0  # how long a field is waited for
_LOOK_AGAIN_S = 0.05

# What is typed into, if any; told without the text that is in it.
_DESCRIBE = """field => ({
  name: field.localName,
  type: field.localName === 'input' || field.localName === 'textarea' ? field.type : '',
  closed: field.disabled ? 'disabled' : field.readOnly ? 'read-only' : '',
})"""
_NO_TEXT = {"", "button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit"}
# Whether it has the focus, and what the browser's own clock says, since the browser may be on another machine.
_FOCUSED = "field => [field.getRootNode().activeElement === field, performance.timeOrigin + performance.now()]"


class Page(Protocol):
    """A page of Playwright's sync API."""

    @property
    def url(self) -> str:
        """The page's address."""

    @property
    def context(self) -> Any:
        """What the page belongs to; it opens sessions with Chrome DevTools."""

    def bring_to_front(self) -> None:
        """Of no use here: it tells the two kinds of pages apart."""

    def query_selector(self, selector: str) -> Any:
        """The first element that matches, or None."""


class AsyncPage(Protocol):
    """A page of Playwright's async API."""

    @property
    def url(self) -> str:
        """The page's address."""

    @property
    def context(self) -> Any:
        """What the page belongs to; it opens sessions with Chrome DevTools."""

    async def bring_to_front(self) -> None:
        """Of no use here: it tells the two kinds of pages apart."""

    async def query_selector(self, selector: str) -> Any:
        """The first element that matches, or None."""


class PageError(TypeError):
    """What was given is no page that a typist can type into."""


class FieldError(ValueError):
    """There is no field, or none that takes text. `selector` and `url` say which, and of what page."""

    def __init__(self, selector: str, url: str, problem: str, advice: str) -> None:
        """`problem` says what is wrong, and `advice` what to do."""
        super().__init__(selector, url, problem, advice)
        self.selector = selector
        self.url = url
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        """One line for people."""
        return f"nobody can type into {self.selector!r} of {self.url}: {self.problem}; {self.advice}"


@dataclass(frozen=True, slots=True)
class _Pause:
    """Wait so long."""

    seconds: float


# What typing does step by step: it yields what a page answers, or promises, or a pause, and is sent the answer.
_Steps = Generator[Any, Any, str]
_Perform = Callable[[bool], Act]


@overload
def type_into(page: Page, selector: str, perform: _Perform, layout: Layout) -> str: ...


@overload
def type_into(page: AsyncPage, selector: str, perform: _Perform, layout: Layout) -> Awaitable[str]: ...


@overload
def type_into(page: Page | AsyncPage, selector: str, perform: _Perform, layout: Layout) -> str | Awaitable[str]: ...


def type_into(page: Page | AsyncPage, selector: str, perform: _Perform, layout: Layout) -> str | Awaitable[str]:
    """Press the keys of an act of typing in a field, at their times; see `Typist.type_into`.

    `perform` is told whether the text is masked, and gives the act. Returns its sample, or a promise of it.
    """
    _check_page(page)
    steps = _type_into(page, selector, perform, layout)
    if iscoroutinefunction(page.query_selector):
        return _run_async(steps)
    return _run(steps)


def _run(steps: _Steps) -> str:
    answer: Any = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as stop:
            return cast("str", stop.value)
        if isinstance(step, _Pause):
            sleep(step.seconds)
        answer = step


async def _run_async(steps: _Steps) -> str:
    from asyncio import sleep as sleep_async

    answer: Any = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as stop:
            return cast("str", stop.value)
        answer = await (sleep_async(step.seconds) if isinstance(step, _Pause) else step)


def _check_page(page: Any) -> None:
    if not all(hasattr(page, name) for name in ("query_selector", "context", "bring_to_front")):
        raise PageError(
            f"a typist cannot type into a {type(page).__name__}: expected a page of Playwright "
            "(pip install 'pytest-keyauth[browser]'), as browser.new_page() gives"
        )
    browser = page.context.browser
    if browser is not None and browser.browser_type.name != "chromium":
        raise PageError(
            f"a typist cannot type into a page of {browser.browser_type.name}: expected one of Chromium, whose "
            "DevTools take keys of any layout; launch playwright.chromium instead"
        )


def _type_into(page: Any, selector: str, perform: _Perform, layout: Layout) -> _Steps:
    field = yield from _find(page, selector)
    kind = yield field.evaluate(_DESCRIBE)
    _check_kind(kind, selector, page.url)
    act = perform(kind["type"] == "password")
    messages = describe(act, layout)
    session = yield page.context.new_cdp_session(page)
    yield field.focus()
    focused, browser_ms = yield field.evaluate(_FOCUSED)
    if not focused:
        problem = "it does not take the focus"
        raise FieldError(selector, page.url, problem, "is it visible, and does the page leave the focus there?")
    yield from _press(session, messages, perf_counter(), browser_ms / 1000)
    yield session.detach()
    return act.sample


def _find(page: Any, selector: str) -> Generator[Any, Any, Any]:
    deadline_s = perf_counter() + PATIENCE_S
    while (field := (yield page.query_selector(selector))) is None:
        if perf_counter() > deadline_s:
            problem = f"no element matches after {PATIENCE_S:.0f} seconds"
            raise FieldError(selector, page.url, problem, "expected a CSS selector of a field of this page, no frame's")
        yield _Pause(_LOOK_AGAIN_S)
    return field


def _check_kind(kind: dict[str, str], selector: str, url: str) -> None:
    if kind["type"] in _NO_TEXT:
        what = f"it is a <{kind['name']}>" + (f" of the type {kind['type']}" if kind["type"] else "")
        raise FieldError(selector, url, what, "expected an input for text, or a text area")
    if kind["closed"]:
        raise FieldError(selector, url, f"it is {kind['closed']}", "let the page open it for input first")


def _press(
    session: Any, messages: list[KeyMessage], begin_s: float, browser_begin_s: float
) -> Generator[Any, Any, None]:
    """Send each message when it is due by a clock that is never set, so that delays do not add up."""
    for message in messages:
        due_s = message.time_ms / 1000
        wait_s = begin_s + due_s - perf_counter()
        if wait_s > 0:
            yield _Pause(wait_s)
        yield session.send("Input.dispatchKeyEvent", {**message.parameters, "timestamp": browser_begin_s + due_s})
