"""The site in a real browser, from the file system: filters, addresses, keys, no error anywhere.

It takes Playwright and a Chromium of the machine's own; without them the tests are skipped, and
say so.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zarr_fixtures.corpus import Corpus

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is missing: pip install playwright"
    )
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install chromium, or set CHROMIUM")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page; whatever it complains about fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    context.close()
    assert complaints == []


def open_matrix(page: "Page", folder: Path, address: str = "") -> None:
    page.goto(f"{(folder / 'index.html').as_uri()}{address}")
    page.wait_for_function("window.matrix !== undefined")


def cells(page: "Page") -> list[str]:
    """What all cells of features say: their classes and texts."""
    script = "all => all.map(cell => [cell.className, cell.textContent, cell.style.cssText].join())"
    found: list[str] = page.eval_on_selector_all(
        "#matrix .feature > tr:first-child > td, #matrix .total td", script
    )
    return found


def shown(page: "Page", selector: str) -> int:
    return page.locator(f"{selector}:visible").count()


def settle(page: "Page") -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 30)))")


def test_the_script_counts_as_the_page_was_written(page: "Page", folder: Path) -> None:
    open_matrix(page, folder)
    before = cells(page)
    page.evaluate("window.matrix.show()")
    assert cells(page) == before
    assert len(before) > 100


def test_filters_leave_what_fits_and_the_address_bar_keeps_them(
    page: "Page", folder: Path, corpus: Corpus
) -> None:
    open_matrix(page, folder)
    everything = shown(page, ".feature")
    page.get_by_label("Format").select_option("2")
    settle(page)
    assert 0 < shown(page, ".feature") < everything
    assert page.url.endswith("#format=2")
    page.get_by_label("Search").fill("Overhang garbage")
    settle(page)
    assert "text=Overhang+garbage" in page.url
    titles = page.locator(".case th code").all_text_contents()
    assert "v2/chunks/overhang-garbage" in titles
    assert all(each.startswith("v2/") for each in titles)
    page.reload()
    settle(page)
    assert page.get_by_label("Search").input_value() == "Overhang garbage"
    assert page.locator(".case th code").all_text_contents() == titles
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert shown(page, ".feature") == everything
    page.go_back()
    settle(page)
    assert page.get_by_label("Format").input_value() == "2"


@pytest.mark.parametrize(
    "address",
    ["#level=may", "#zep=2", "#profile=sharding-reader", "#verdict=wrong", "#verdict=broke,wrong"],
)
def test_each_filter_leaves_some_and_not_all(page: "Page", folder: Path, address: str) -> None:
    open_matrix(page, folder)
    everything = shown(page, ".feature")
    open_matrix(page, folder, address)
    page.evaluate("window.matrix.show()")
    assert 0 < shown(page, ".feature") <= everything
    assert page.locator("#count").text_content() != ""
    assert page.evaluate("location.hash") == address


def test_a_filter_by_level_counts_only_that_level(page: "Page", folder: Path) -> None:
    counts = "#matrix .feature:visible > tr:first-child > td i"
    open_matrix(page, folder)
    kinds = {each.partition(" ")[0] for each in page.locator(counts).all_text_contents()}
    assert {"MAY"} < kinds
    open_matrix(page, folder, "#level=may")
    page.reload()
    settle(page)
    texts = page.locator(counts).all_text_contents()
    assert texts
    assert all(each.startswith("MAY ") for each in texts)


def test_a_cell_says_in_words_how_each_level_went(page: "Page", folder: Path) -> None:
    open_matrix(page, folder)
    cell = page.locator("#matrix .feature > tr:first-child > td:has(i:not(.more)):has(.more)").first
    must, more = cell.locator("i").all_text_contents()[:2]
    cell.hover()
    said = page.locator("#reading").text_content() or ""
    assert cell.get_attribute("aria-label") == said
    assert f"MUST {of(must)}, {more.split()[0]} {of(more.split()[1])}" in said
    assert said.endswith(" pass")


def of(count: str) -> str:
    """A count in words: ``2/3`` is 2 of 3, and ``3`` is all of 3."""
    passed, _, judged = count.partition("/")
    return f"{passed} of {judged or passed}"


def test_implementations_can_be_chosen_by_name(page: "Page", folder: Path) -> None:
    open_matrix(page, folder, "#implementation=wrong")
    assert shown(page, "#matrix thead th") == 3  # the corner, and two versions
    page.get_by_text("Implementations 2 of 6").click()
    page.get_by_label("right 1.0").check()
    settle(page)
    assert shown(page, "#matrix thead th") == 4


def test_columns_keep_their_width_when_others_are_hidden(page: "Page", folder: Path) -> None:
    width = "() => document.querySelector('#matrix .total td:not([hidden])').offsetWidth"
    open_matrix(page, folder)
    before = page.evaluate(width)
    open_matrix(page, folder, "#implementation=crashes")
    settle(page)
    script = "all => all.map(cell => cell.offsetWidth).filter(width => width)"
    assert page.eval_on_selector_all("#matrix .total td", script) == [before]


def test_a_verdict_counts_only_in_the_columns_that_are_shown(page: "Page", folder: Path) -> None:
    open_matrix(page, folder, "#implementation=right&verdict=wrong")
    assert shown(page, ".feature") == 0
    assert "No case is left" in (page.locator("#count").text_content() or "")


def test_from_a_red_cell_two_keys_lead_to_the_bytes(page: "Page", folder: Path) -> None:
    open_matrix(page, folder, "#verdict=wrong&text=overhang&format=2")
    settle(page)
    page.locator("#matrix .feature:visible > tr:first-child > td.m-wrong").first.click()
    assert page.evaluate("document.activeElement.closest('td').className") == "m-wrong"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    assert page.url.endswith("#wrong-1.0")
    assert page.locator(".chip:target").text_content() == "wrong 1.0"
    assert page.locator(".grid td.first").count() == 2
    assert page.locator(".dump").count() > 0


def test_everything_can_be_done_by_keyboard(page: "Page", folder: Path) -> None:
    open_matrix(page, folder)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("crc32c")
    settle(page)
    page.keyboard.press("ArrowDown")
    first = "document.activeElement.closest('.feature').rows.length"
    unfolded = page.evaluate(first)
    page.keyboard.press("Enter")
    assert page.evaluate(first) != unfolded
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.closest('td') !== null")
    assert "· crc32c ·" in (page.locator("#reading").text_content() or "")
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    settle(page)
    assert page.get_by_label("Search").input_value() == ""
    assert page.evaluate("location.hash") == ""


def test_a_row_that_is_unfolded_stays_in_the_address(page: "Page", folder: Path) -> None:
    open_matrix(page, folder, "#open=v3/codecs/sharding_indexed")
    cases = page.locator(".case").count()
    assert cases > 20
    unfolded = page.locator(".feature button[aria-expanded=true]").bounding_box()
    assert unfolded is not None
    assert unfolded["y"] < 900  # it was scrolled to
    page.locator(".feature button[aria-expanded=true]").click()
    assert page.locator(".case").count() == 0
    assert page.evaluate("location.hash") == ""


def test_every_kind_of_page_opens_without_complaint(page: "Page", folder: Path) -> None:
    places = [
        "divergences.html",
        "coverage.html",
        "findings.html",
        "implementations/wrong-1.0.html",
    ]
    places += ["cases/v3/codecs/sharding_indexed/entry-overlap.html"]
    for place in places:
        page.goto((folder / place).as_uri())
        assert page.locator("h1").count() == 1
        assert page.locator("main").inner_text() != ""


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_page_is_wider_than_the_window(page: "Page", folder: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    case = "cases/v3/codecs/sharding_indexed/entry-overlap.html"
    pages = ("index.html", "findings.html", "divergences.html", "implementations/wrong-1.0.html")
    for place in (*pages, case):
        page.goto((folder / place).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place


def test_it_can_be_printed_and_read_in_the_dark(page: "Page", folder: Path) -> None:
    open_matrix(page, folder)
    page.emulate_media(color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light")
    assert ground != page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="print")
    assert not page.get_by_label("Search").is_visible()
    assert page.locator(".legend").is_visible()
    assert page.locator(".feature").first.is_visible()
