"""The page of a report in a browser: its filters, what it loads (nothing), and whether it can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_keyauth.reports.files import write_report
from tests.plugin.browsing import Chromium, open_chromium
from tests.unit.reports.made_up import a_hostile_night, a_night

pytestmark = pytest.mark.slow

DESKTOP, PHONE = 1280, 375

# The contrast of every text to the nearest ground behind it, as WCAG 2 computes it; the worst ones.
CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  }
  function luminance(color) {
    const parts = Array.from(color).slice(0, 3).map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }
  function ground(element) {
    for (; element; element = element.parentElement) {
      const color = rgba(getComputedStyle(element).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  }
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const hasText = Array.from(element.childNodes).some(node => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !element.checkVisibility()) continue;
    const shades = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (shades[0] + 0.05) / (shades[1] + 0.05);
    if (ratio < 4.5) low.push(ratio.toFixed(2) + ' ' + element.tagName + '.' + element.className);
  }
  return Array.from(new Set(low));
}"""

# What is wider than its box is cut off, or cannot be read without scrolling.
CUT = """() => Array.from(document.querySelectorAll('td, th, pre, summary, .mark'))
  .filter(element => element.clientWidth > 1 && element.scrollWidth > element.clientWidth)
  .map(element => element.tagName + '.' + element.className)"""

COUNTS = """() => ({
  entries: document.querySelectorAll('details.entry:not([hidden])').length,
  marks: Array.from(document.querySelectorAll('a.mark')).filter(mark => mark.checkVisibility()).length,
  rows: Array.from(document.querySelectorAll('.matrix tbody tr')).filter(row => row.checkVisibility()).length,
  told: document.getElementById('shown').textContent,
})"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    write_report(a_night(), [str(folder / "night.html")])
    write_report(a_hostile_night(), [str(folder / "hostile.html")])
    return folder


class Watched:
    """A page, and what went wrong in it."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self._url = page, url
        self._troubles: list[str] = []
        page.on("console", lambda message: self._troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self._troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self._troubles.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._troubles.extend([request.url] * (request.url != url)))

    async def open(self, fragment: str = "") -> Any:
        await self.page.goto(self._url + fragment)
        return self.page

    def check(self) -> None:
        assert self._troubles == []


async def watch(context: Any, path: Path, width: int = DESKTOP) -> Watched:
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 900})
    return Watched(page, path.as_uri())


@pytest.mark.parametrize("name", ["night", "hostile"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_loads_nothing_fits_the_screen_and_can_be_read(
    chromium: Chromium, folder: Path, name: str, width: int, scheme: str
) -> None:
    async def scenario(context: Any) -> None:
        watched = await watch(context, folder / f"{name}.html", width)
        await watched.page.emulate_media(color_scheme=scheme)
        page = await watched.open()
        await page.evaluate("document.querySelectorAll('details').forEach(entry => { entry.open = true; })")
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        assert await page.evaluate(CUT) == []
        assert await page.evaluate(CONTRASTS) == []
        ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (ground == "rgb(20, 23, 26)") is (scheme == "dark")
        watched.check()

    chromium.play(scenario)


def test_the_filters_leave_what_was_asked_for(chromium: Chromium, folder: Path) -> None:
    async def scenario(context: Any) -> None:
        watched = await watch(context, folder / "night.html")
        page = await watched.open()
        everything = {"entries": 145, "marks": 145, "rows": 18, "told": "145 of 145 outcomes"}
        assert await page.evaluate(COUNTS) == everything

        drifted = page.get_by_role("button", name="drifted 3")
        await drifted.click()
        assert await drifted.get_attribute("aria-pressed") == "true"
        assert await page.evaluate(COUNTS) == {"entries": 3, "marks": 3, "rows": 3, "told": "3 of 145 outcomes"}
        await page.get_by_role("button", name="unreachable 14").click()
        assert (await page.evaluate(COUNTS))["entries"] == 17
        await page.get_by_role("button", name="keyfax", exact=True).click()
        assert await page.evaluate(COUNTS) == {"entries": 3, "marks": 3, "rows": 2, "told": "3 of 145 outcomes"}
        await page.get_by_role("searchbox").fill("resetKEY 401")
        assert (await page.evaluate(COUNTS))["entries"] == 1
        assert page.url.endswith("#provider=keyfax&word=drifted&word=unreachable&search=resetKEY+401")

        await page.get_by_role("searchbox").fill("nothing like that")
        assert (await page.evaluate(COUNTS))["entries"] == 0
        assert await page.get_by_text("No outcome fits these filters.").is_visible()
        assert not await page.get_by_role("heading", name="Matrix").is_visible()
        await page.get_by_role("button", name="Show all").click()
        assert await page.evaluate(COUNTS) == everything
        watched.check()

    chromium.play(scenario)


def test_the_address_keeps_the_filters(chromium: Chromium, folder: Path) -> None:
    unreachable = [verdict.outcome for verdict in a_night().with_word("unreachable")]
    expected = sum("sample" in f"{item.name} {item.condition}".lower() for item in unreachable)
    assert expected > 1

    async def scenario(context: Any) -> None:
        watched = await watch(context, folder / "night.html")
        page = await watched.open("#provider=keytrac&word=unreachable&search=sample")
        assert (await page.evaluate(COUNTS))["entries"] == expected
        assert await page.get_by_role("button", name="unreachable 14").get_attribute("aria-pressed") == "true"
        assert await page.get_by_role("searchbox").input_value() == "sample"
        watched.check()

    chromium.play(scenario)


def test_a_mark_opens_its_entry_also_by_keyboard(chromium: Chromium, folder: Path) -> None:
    async def scenario(context: Any) -> None:
        watched = await watch(context, folder / "night.html")
        page = await watched.open()
        entry = page.locator("[id='outcome-identifyAnytext/404/no-user-enrolled']")
        assert await entry.get_attribute("open") is None
        await page.get_by_role("link", name="404/no-user-enrolled: unreachable").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_function("id => document.getElementById(id).open", arg=await entry.get_attribute("id"))
        assert await page.evaluate("document.activeElement.tagName") == "SUMMARY"
        assert await entry.get_by_text("No answer within 30 s, three times.").is_visible()
        watched.check()

    chromium.play(scenario)


def test_the_request_can_be_copied(chromium: Chromium, folder: Path) -> None:
    async def scenario(context: Any) -> None:
        watched = await watch(context, folder / "night.html")
        page = await watched.open()
        await page.get_by_role("button", name="Copy").first.click()
        await page.get_by_role("button", name="Copied").wait_for()
        selected = await page.evaluate("getSelection().toString()")
        assert selected.startswith("curl -X POST https://api.keytrac.net/anytext/enrol")
        assert "Copy" not in selected
        watched.check()

    chromium.play(scenario)


def test_both_answers_are_beside_each_other_and_on_a_phone_below(chromium: Chromium, folder: Path) -> None:
    async def scenario(context: Any) -> None:
        for width, is_beside in ((DESKTOP, True), (PHONE, False)):
            watched = await watch(context, folder / "night.html", width)
            page = await watched.open()
            went = await page.locator(".diff .went").first.bounding_box()
            came = await page.locator(".diff .came").first.bounding_box()
            assert (came["y"] == went["y"]) is is_beside
            assert (came["x"] > went["x"]) is is_beside
            watched.check()

    chromium.play(scenario)


def test_without_javascript_everything_can_be_read(folder: Path) -> None:
    from tests.plugin.browsing import CHROMIUM, import_playwright

    api = import_playwright("sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(java_script_enabled=False)
        page.goto((folder / "night.html").as_uri())
        assert page.locator("details.entry").count() == 145
        assert page.get_by_role("heading", name="Matrix").is_visible()
        assert not page.locator(".toolbar").is_visible()
        page.locator("details.confirmed summary").first.click()
        assert page.locator("details.confirmed .body").first.is_visible()
        browser.close()
