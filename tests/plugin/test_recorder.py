"""The recorder script in a real browser, and typists at its keyboard.

Fields that are not what a test is about are in pages without a consumer, which only load the script.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import httpx
import pytest

from pytest_keyauth.keystrokes import Recording, Typist, cast, parse
from pytest_keyauth.keystrokes.browser import FieldError, PageError
from pytest_keyauth.keystrokes.keyboard import UntypeableCharacterError
from pytest_keyauth.keystrokes.layouts import LAYOUTS

from .browsing import Chromium, Consumer, open_chromium, send, serve_consumer

TEXT = "wer schnell tippt, ist"
PASSWORD = "geheim27"
MIXED_TEXT = "Ä 5€à Q"
MIXED_PASSWORD = "P@ê7"
CORRECTED = "so ist"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def api(served: dict[str, str]) -> str:
    return served["KEYAUTH_KEYTRAC_URL"]


@pytest.fixture(scope="module")
def token(api: str) -> str:
    """An account that takes short texts, since people type in real time."""
    with httpx.Client(base_url=f"{api}/_keyauth", trust_env=False) as control:
        token: str = control.post("/accounts", json={}).raise_for_status().json()["token"]
        settings = {"minimum_text_length": 20}
        control.post("/configure", json={"token": token, "settings": settings}).raise_for_status()
    return token


@pytest.fixture(scope="module")
def consumer(api: str, token: str) -> Iterator[Consumer]:
    with serve_consumer(api, token) as consumer:
        yield consumer


def owner_and_thief(seed: str = "58") -> list[Typist]:
    """Two people who are well apart. Those of the seed 58 type fast, 98 and 57 words a minute."""
    return cast(2, seed, recordings="typed")[::-1]


def quick_typist(recordings: str = "typed", language: str = "de") -> Typist:
    return cast(1, "quick", pace=150, recordings=recordings, language=language)[0]


def times_ms(recording: Recording) -> list[int]:
    """When each event happened, from the first one on: what the first delay counts from is not typing."""
    return list(accumulate(recording.delays_ms[1:], initial=0))


def assert_same_typing(recorded: Recording, expected: Recording) -> None:
    """The same keys in the same order, and each at its time.

    Times travel with the keys, in fractions of a millisecond. Both sides make whole ones of them, from different
    beginnings, so that two times may be one apart, and the difference of two by one more.
    """
    assert (recorded.keys, recorded.actions, recorded.length) == (expected.keys, expected.actions, expected.length)
    errors_ms = [abs(one - other) for one, other in zip(times_ms(recorded), times_ms(expected), strict=True)]
    assert max(errors_ms) <= 2


async def open_page(context: Any, consumer: Consumer, body: str, script: str = "") -> Any:
    """A page with the recorder; what goes wrong on it is in `page.problems`."""
    page = await context.new_page()
    page.problems = []
    # What Chromium itself has to say of forms begins with [DOM].
    page.on("console", lambda message: message.text.startswith("[DOM]") or page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    script = script or "KeyTrac.configure({anytextFields: ['#text'], passwordFields: ['#password']})"
    head = '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">'
    path = f"/page-{len(consumer.pages)}"
    consumer.pages[path] = f'{head}{body}<script src="{consumer.api}/keytrac.js"></script><script>{script}</script>'
    await page.goto(consumer.url + path)
    return page


async def read_sample(page: Any, field: str = "text") -> Recording:
    return parse(await page.input_value(f"#keytrac_{field}"))


@dataclass
class Typing:
    """What became of all that is typed in real time, by several people at once, since that takes long."""

    answers: list[Any]
    forms: list[dict[str, str]]
    two_fields: list[str]
    corrected: list[str]


async def fill_in(context: Any, consumer: Consumer, method: str, operation: str, typist: Typist) -> Any:
    page = await context.new_page()
    await page.goto(f"{consumer.url}/{method}/{operation}")
    text = PASSWORD if method == "password" else TEXT if operation == "enrol" else TEXT[4:17]
    await typist.type_into(page, f"#{Consumer.fields[method]}", text)
    return page


async def type_into_two_fields(context: Any, consumer: Consumer) -> list[str]:
    typist = quick_typist()
    page = await open_page(context, consumer, "<input id=text><input id=password type=password>")
    said = [
        await typist.type_into(page, "#text", MIXED_TEXT),
        await typist.type_into(page, "#password", MIXED_PASSWORD),
    ]
    fields = ("#text", "#password", "#keytrac_text", "#keytrac_password")
    return [*said, *[await page.input_value(field) for field in fields], *page.problems]


async def type_with_mistakes(context: Any, consumer: Consumer) -> list[str]:
    page = await open_page(context, consumer, "<textarea id=text></textarea>")
    await quick_typist("mistaken").type_into(page, "#text", CORRECTED, mistakes=0.3)
    return [await page.input_value(field) for field in ("#text", "#keytrac_text")]


@pytest.fixture(scope="module")
def typing(chromium: Chromium, consumer: Consumer) -> Typing:
    owner, thief = owner_and_thief()
    tries = [
        (method, operation, typist)
        for method in ("anytext", "password")
        for operation, typist in (("enrol", owner), ("authenticate", owner), ("authenticate", thief))
    ]

    async def scenario(context: Any) -> Typing:
        two_fields, corrected, *pages = await asyncio.gather(
            type_into_two_fields(context, consumer),
            type_with_mistakes(context, consumer),
            *(fill_in(context, consumer, *attempt) for attempt in tries),
        )
        return Typing([await send(page) for page in pages], consumer.received, two_fields, corrected)

    typing: Typing = chromium.play(scenario)
    return typing


@pytest.mark.slow
def test_the_genuine_typist_is_accepted_and_an_impostor_rejected_by_what_a_page_records(typing: Typing) -> None:
    verdicts = [answer.get("authenticated", answer) for answer in typing.answers]
    assert verdicts == [{"OK": True}, True, False] * 2
    assert [form["text"] for form in typing.forms] == [TEXT, TEXT[4:17], TEXT[4:17], "", "", ""]
    assert [form["password"] for form in typing.forms] == ["", "", "", PASSWORD, PASSWORD, PASSWORD]


@pytest.mark.slow
def test_a_masked_sample_tells_neither_keys_nor_text(typing: Typing) -> None:
    for form in typing.forms[3:]:
        recording = parse(form["keytrac_password"])
        assert recording.length == str(len(PASSWORD))
        assert set(recording.keys) == {f"I{position}" for position in range(len(PASSWORD))}
        assert PASSWORD not in form["keytrac_password"]
        assert parse(form["keytrac_text"]).keys == ()


@pytest.mark.slow
def test_two_fields_are_recorded_as_they_are_typed_with_shift_altgr_dead_keys_and_rollover(typing: Typing) -> None:
    twin = quick_typist()
    expected = [twin.types(MIXED_TEXT), twin.password(MIXED_PASSWORD)]
    *said, text, password, plain, masked = typing.two_fields
    assert list(map(parse, said)) == list(map(parse, expected))
    assert (text, password) == (MIXED_TEXT, MIXED_PASSWORD)
    assert_same_typing(parse(plain), parse(expected[0]))
    assert_same_typing(parse(masked), parse(expected[1]))
    assert {"LSHIFT", "RSHIFT", "SPACE", "17", "18", "222"} <= set(parse(plain).keys)
    assert "ddu" in parse(plain).actions  # a key goes down before the one before it comes up


@pytest.mark.slow
def test_corrections_are_recorded_and_leave_the_text(typing: Typing) -> None:
    expected = parse(quick_typist("mistaken").types(CORRECTED, mistakes=0.3))
    text, plain = typing.corrected
    assert text == CORRECTED
    assert "8" in expected.keys
    assert_same_typing(parse(plain), expected)


@pytest.mark.slow
def test_what_is_pasted_filled_in_or_dispatched_by_a_script_is_not_typing(
    chromium: Chromium, consumer: Consumer
) -> None:
    async def scenario(context: Any) -> list[Any]:
        page = await open_page(
            context, consumer, "<input id=other value=pasted><input id=text><input id=password type=password>"
        )
        await page.press("#other", "Control+a")
        await page.press("#other", "Control+c")
        await page.press("#text", "Control+v")
        pasted = await page.input_value("#text"), await read_sample(page)
        await page.fill("#password", "filled")
        filled = await read_sample(page, "password")
        await page.evaluate(
            "document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {keyCode: 65, key: 'a'}))"
        )
        return [*pasted, filled, await read_sample(page)]

    text, pasted, filled, dispatched = chromium.play(scenario)
    assert text == "pasted"
    assert (pasted.keys, filled.keys, dispatched.keys) == ((), (), ())
    assert filled.length == "6"


def test_what_writes_nothing_is_no_part_of_a_sample(chromium: Chromium, consumer: Consumer) -> None:
    """A key that repeats itself is pressed once; Tab leaves the field and Enter sends the form."""

    async def scenario(context: Any) -> list[Recording]:
        page = await open_page(
            context, consumer, "<form onsubmit='return false'><input id=text><input id=password type=password></form>"
        )
        await page.focus("#text")
        for _ in range(3):
            await page.keyboard.down("a")
        await page.keyboard.up("a")
        for key in ("Control+a", "ArrowRight", "b", "Enter", "Tab"):
            await page.keyboard.press(key)
        for key in ("Shift+X", "ArrowLeft", "y", "Enter"):
            await page.keyboard.press(key)
        return [await read_sample(page), await read_sample(page, "password")]

    plain, masked = chromium.play(scenario)
    assert plain.keys == ("65", "65", "39", "39", "66", "66")
    assert (masked.keys, masked.length) == (("I0", "I0", "I1", "I1"), "2")


@pytest.mark.slow
def test_a_key_that_comes_up_in_another_field_belongs_to_the_one_in_which_it_went_down(
    chromium: Chromium, consumer: Consumer
) -> None:
    async def scenario(context: Any) -> list[Recording]:
        page = await open_page(context, consumer, "<input id=text><input id=password type=password>")
        await page.focus("#text")
        await page.keyboard.down("a")
        await page.focus("#password")
        await page.keyboard.up("a")
        return [await read_sample(page), await read_sample(page, "password")]

    plain, masked = chromium.play(scenario)
    assert (plain.keys, plain.actions) == (("65", "65"), "du")
    assert masked.keys == ()


@pytest.mark.slow
def test_an_emptied_field_begins_anew_and_a_sent_one_keeps_its_sample(chromium: Chromium, consumer: Consumer) -> None:
    async def scenario(context: Any) -> list[Recording]:
        page = await open_page(
            context,
            consumer,
            "<form onsubmit='return false'><input id=text><input id=password type=password><button>Send</button>"
            "<button type=reset>Reset</button></form>",
        )
        samples = []
        await page.type("#text", "ab")
        await page.click("text=Send")
        samples.append(await read_sample(page))
        await page.click("text=Reset")
        samples.append(await read_sample(page))
        await page.type("#text", "c")
        await page.evaluate("document.querySelector('#text').value = ''")
        await page.type("#text", "d")
        samples.append(await read_sample(page))
        await page.type("#password", "wrong")
        await page.press("#password", "Control+a")
        await page.press("#password", "Backspace")
        await page.type("#password", "right!")
        return [*samples, await read_sample(page, "password")]

    sent, reset, emptied, retyped = chromium.play(scenario)
    assert sent.keys == ("65", "65", "66", "66")
    assert reset.keys == ()
    assert emptied.keys == ("68", "68")
    assert (retyped.length, len(retyped.keys)) == ("6", 12)


@pytest.mark.slow
def test_fields_may_come_later_and_their_samples_are_in_what_any_form_sends(
    chromium: Chromium, consumer: Consumer
) -> None:
    add = """document.body.insertAdjacentHTML('beforeend', '<form id=form><textarea id=text>x</textarea></form>'
        + '<input type=password id=password form=form><input type=hidden name=keytrac_password form=form>')"""

    async def scenario(context: Any) -> tuple[Any, ...]:
        page = await open_page(context, consumer, "")
        await page.evaluate(add)
        untouched = await page.evaluate("Array.from(new FormData(document.querySelector('form')).keys())")
        await page.type("#password", "ab")
        data = await page.evaluate("Object.fromEntries(new FormData(document.querySelector('form')))")
        return page.problems, untouched, data

    problems, untouched, data = chromium.play(scenario)
    assert ["yet; it is recorded once it is there" in problem for problem in problems] == [True, True]
    assert sorted(untouched) == ["keytrac_password", "keytrac_text"]
    assert parse(data["keytrac_password"]).keys == ("I0", "I0", "I1", "I1")


def test_a_wrong_configuration_is_told_on_the_console_and_loses_nothing(chromium: Chromium, consumer: Consumer) -> None:
    configure = """
        KeyTrac.configure();
        KeyTrac.configure({anyTextFields: ['#text'], passwordFields: 7});
        KeyTrac.configure({anytextFields: ['#[', '#box', '#password', '#text', '#none']});
    """

    async def scenario(context: Any) -> tuple[Any, ...]:
        page = await open_page(
            context, consumer, "<input id=text><input id=password type=password><input id=box type=checkbox>", configure
        )
        await page.type("#text", "a")
        await page.type("#password", "b")
        return page.problems, await read_sample(page), await read_sample(page, "password")

    problems, plain, masked = chromium.play(scenario)
    expected = [
        "expected an object such as",
        'there is no option "anyTextFields"; expected anytextFields or passwordFields',
        "passwordFields is 7, expected an array of selectors",
        "passwordFields has 7, which is no selector",
        'anytextFields has "#[", which is no selector',
        '"#box" is a <input> in which no text is typed',
        '"#password" is a password field, and recorded masked',
        'nothing matches "#none" yet',
    ]
    assert len(problems) == len(expected)
    for problem in expected:
        assert any(problem in told for told in problems), problem
    assert plain.keys == ("65", "65")
    assert masked.keys == ("I0", "I0")  # and not the key, whatever the configuration


def test_a_password_that_the_page_shows_stays_masked(chromium: Chromium, consumer: Consumer) -> None:
    async def scenario(context: Any) -> Recording:
        page = await open_page(context, consumer, "<input id=text type=password>")
        await page.type("#text", "a")
        await page.evaluate("document.querySelector('#text').type = 'text'")
        await page.type("#text", "b")
        return await read_sample(page)

    assert chromium.play(scenario).keys == ("I0", "I0", "I1", "I1")


@pytest.mark.slow
def test_keys_of_a_phone_are_told_by_what_they_write(chromium: Chromium, consumer: Consumer) -> None:
    """Its keyboard says 229 of each key, and writes by itself or through a composition."""

    async def strike(session: Any, command: str, **parameters: Any) -> None:
        key = {"key": "Unidentified", "code": "", "windowsVirtualKeyCode": 229}
        await session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
        await session.send(command, parameters)
        await session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    async def scenario(context: Any) -> tuple[Any, ...]:
        page = await open_page(context, consumer, "<input id=text><input id=password type=password>")
        session = await context.new_cdp_session(page)
        await page.focus("#text")
        for text in ("h", "ho", "h"):
            await strike(
                session, "Input.imeSetComposition", text=text, selectionStart=len(text), selectionEnd=len(text)
            )
        await session.send("Input.insertText", {"text": "h"})
        await strike(session, "Input.insertText", text=" ")
        await page.focus("#password")
        for text in "ab":
            await strike(session, "Input.insertText", text=text)
        return await page.input_value("#text"), await read_sample(page), await read_sample(page, "password")

    text, plain, masked = chromium.play(scenario)
    assert text == "h "
    assert plain.keys == ("72", "72", "79", "79", "8", "8", "SPACE", "SPACE")
    assert (masked.keys, masked.length) == (("I0", "I0", "I1", "I1"), "2")


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "browser", "mobile"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox/140.0", False),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "safari/18.0", True),
    ],
)
def test_the_header_says_which_browser_on_which_device_and_when(
    chromium: Chromium, consumer: Consumer, agent: str, browser: str, mobile: bool
) -> None:
    async def scenario(context: Any) -> tuple[Recording, str]:
        tab = await context.browser.new_context(user_agent=agent)
        await tab.add_init_script("Object.defineProperty(navigator, 'userAgentData', {value: undefined})")
        page = await open_page(tab, consumer, "<input id=text>")
        return await read_sample(page), await page.evaluate("new Date().toISOString()")

    recording, now = chromium.play(scenario)
    assert (recording.browser, recording.mobile) == (browser, mobile)
    assert recording.recorded_at[:13] == now[:13].replace("T", " ")


@pytest.mark.slow
def test_a_page_gets_one_global_name_however_often_it_loads_the_script(chromium: Chromium, consumer: Consumer) -> None:
    async def scenario(context: Any) -> tuple[Any, ...]:
        page = await open_page(context, consumer, "<input id=text>", "1")
        before = set(await page.evaluate("Object.getOwnPropertyNames(window)")) - {"KeyTrac"}
        for _ in range(2):
            await page.add_script_tag(url=f"{consumer.api}/keytrac.js")
            await page.evaluate("KeyTrac.configure({anytextFields: ['#text']})")
        await page.type("#text", "a")
        return set(await page.evaluate("Object.getOwnPropertyNames(window)")) - before, await read_sample(page)

    names, recording = chromium.play(scenario)
    assert names == {"KeyTrac"}
    assert recording.keys == ("65", "65")


@pytest.mark.slow
def test_a_page_that_is_written_anew_is_recorded(chromium: Chromium, consumer: Consumer) -> None:
    async def scenario(context: Any) -> Recording:
        page = await open_page(context, consumer, "<input id=text>")
        script = f"<script src='{consumer.api}/keytrac.js'></script>"
        await page.set_content(
            f"<input id=text>{script}<script>KeyTrac.configure({{anytextFields: ['#text']}})</script>"
        )
        await page.type("#text", "a")
        return await read_sample(page)

    assert chromium.play(scenario).keys == ("65", "65")


@pytest.mark.slow
def test_a_typist_says_what_cannot_be_typed_into(
    chromium: Chromium, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_keyauth.keystrokes.browser.PATIENCE_S", 0.1)
    typist = quick_typist()

    async def fail(page: Any, selector: str, text: str = "a") -> str:
        with pytest.raises((FieldError, UntypeableCharacterError)) as caught:
            await typist.type_into(page, selector, text)
        return str(caught.value)

    async def scenario(context: Any) -> list[str]:
        page = await open_page(
            context,
            consumer,
            "<input id=text><input id=box type=checkbox><p id=p>p</p><input id=shut disabled>"
            "<textarea id=read readonly></textarea><input id=unseen style='display: none'>",
        )
        wrong = [await fail(page, selector) for selector in ("#none", "#box", "#p", "#shut", "#read", "#unseen")]
        return [*wrong, await fail(page, "#text", "Ω")]

    problems = [
        "no element matches after 0 seconds; expected a CSS selector",
        "it is a <input> of the type checkbox; expected an input for text, or a text area",
        "it is a <p>; expected",
        "it is disabled; let the page open it",
        "it is read-only; let the page",
        "it does not take the focus; is it visible",
        "the German layout cannot type 'Ω'",
    ]
    for problem, told in zip(problems, chromium.play(scenario), strict=True):
        assert problem in told


def test_a_typist_types_into_no_other_thing_than_a_page() -> None:
    with pytest.raises(PageError, match=r"cannot type into a str: expected a page of Playwright \(pip install"):
        quick_typist().type_into("page", "#text", "a")  # type: ignore[call-overload]


@pytest.mark.slow
def test_every_character_of_every_layout_is_typed(chromium: Chromium, consumer: Consumer) -> None:
    async def type_all(context: Any, language: str) -> tuple[str, Recording]:
        page = await open_page(context, consumer, "<textarea id=text></textarea>")
        await quick_typist(language=language).type_into(page, "#text", every_character(language))
        return await page.input_value("#text"), await read_sample(page)

    async def scenario(context: Any) -> list[tuple[str, Recording]]:
        return await asyncio.gather(*(type_all(context, language) for language in LAYOUTS))

    for language, (value, recorded) in zip(LAYOUTS, chromium.play(scenario, timeout_s=300), strict=True):
        assert value == every_character(language)
        assert_same_typing(recorded, parse(quick_typist(language=language).types(value)))


def every_character(language: str) -> str:
    return LAYOUTS[language].characters.replace("\t", "")  # which leaves the field
