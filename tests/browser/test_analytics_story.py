"""The story of a figure in a real browser: filter, cross-filter, drill to the source cell, save, and the same digits again from the link."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PASSWORD, PATIENCE, rest, sign_in
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_figure_is_filtered_narrowed_traced_saved_and_found_again(administrator: Page, workbench: Running, chromium: Browser) -> None:
    page = administrator
    page.goto(f"{workbench.url}/overview?period=2026-10")
    whole = figures(page)
    compare_with_the_period_before(page)
    product = click_a_mover(page)
    narrowed = figures(page)
    assert narrowed != whole and product in chips(page)
    narrow_to_a_reseller(page)
    digits = figures(page)
    assert digits != narrowed
    trace(page)
    save(page, "Story of a figure")
    shows(page, digits)
    of_a_fresh_browser(chromium, page.url, workbench, digits)
    page.goto(f"{workbench.url}/coverage")
    open_saved(page, workbench, "Story of a figure")
    shows(page, digits)
    assert product in chips(page)
    take_the_chip_away(page)
    forget(page, "Story of a figure")


def figures(page: Page) -> list[str]:
    """The digits of every tile, once the page is drawn."""
    tiles = page.get_by_test_id("stMetricValue")
    expect(tiles.first).to_be_visible(timeout=PATIENCE)
    rest(page)
    return tiles.all_inner_texts()


def shows(page: Page, digits: list[str]) -> None:
    """These digits and no others, once the page is drawn."""
    expect(page.get_by_test_id("stMetricValue")).to_have_text(digits, timeout=PATIENCE, use_inner_text=True)


def compare_with_the_period_before(page: Page) -> None:
    page.get_by_role("button", name="vs prior year").click()
    page.get_by_text("vs prior period", exact=True).click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("vs September 2026", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("compare=prior_period"))
    page.keyboard.press("Escape")
    rest(page)


def click_a_mover(page: Page) -> str:
    """A click on the longest bar shows that product alone; returns its name as the chip says it."""
    bar = page.locator(".st-key-chart_movers .points .point path").first
    bar.scroll_into_view_if_needed()
    place = bar.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)  # plotly's own layer takes it
    expect(page).to_have_url(re.compile("where=product"), timeout=PATIENCE)
    rest(page)
    (name,) = chips(page)
    return name


def chips(page: Page) -> list[str]:
    rest(page)
    shown = page.locator(".st-key-chips [class*=st-key-chip_]")
    return [one.get_by_test_id("stMarkdownContainer").first.inner_text().split(": ", 1)[1] for one in shown.all()]


def narrow_to_a_reseller(page: Page) -> None:
    """The first row of the table of resellers."""
    table = page.locator(".st-key-table_resellers .dvn-scroller").first
    table.scroll_into_view_if_needed()
    grid_of_resellers(page)
    for _ in range(4):  # the grid wakes when the pointer comes, on a busy machine late
        table.hover(position={"x": 130, "y": 60})
        page.wait_for_timeout(700)
        table.click(position={"x": 110, "y": 52})
        with suppress(AssertionError):
            expect(page).to_have_url(re.compile("reseller="), timeout=PATIENCE / 3)
            break
    expect(page).to_have_url(re.compile("reseller="), timeout=PATIENCE)
    rest(page)


def grid_of_resellers(page: Page) -> Locator:
    """The table's canvas, once it stands still."""
    grid = page.locator(".st-key-table_resellers canvas[data-testid=data-grid-canvas]").first
    expect(grid).to_be_visible(timeout=PATIENCE)
    rest(page)
    return grid


def trace(page: Page) -> None:
    """From the tile to a line, and from the line to its cell as printed in the kept original."""
    page.locator(".st-key-trace_tile_sales_eur_net").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Choose a line to see its cell in the original file.", timeout=PATIENCE)
    rest(page)
    dialog.locator(".dvn-scroller").first.click(position={"x": 18, "y": 52})
    expect(dialog.get_by_text("As printed:")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden(timeout=PATIENCE)


def save(page: Page, name: str) -> None:
    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Save this view as").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".st-key-view_line")).to_contain_text(name, timeout=PATIENCE)


def of_a_fresh_browser(chromium: Browser, url: str, workbench: Running, digits: list[str]) -> None:
    """A browser that knows nothing shows the same under the same address, after signing in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    sign_in(page, "admin", PASSWORD)
    shows(page, digits)
    assert page.url == url and page.url.startswith(workbench.url)
    context.close()


def open_saved(page: Page, workbench: Running, name: str) -> None:
    page.goto(f"{workbench.url}/explore")
    rest(page)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name=re.compile(f"Overview: {name}")).click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)


def take_the_chip_away(page: Page) -> None:
    page.locator(".st-key-chips button").first.click()
    expect(page).not_to_have_url(re.compile("where="), timeout=PATIENCE)


def forget(page: Page, name: str) -> None:
    rest(page)
    page.get_by_role("button", name="Views").click()
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name=f"Forget {name}").click()
    expect(page.locator(".st-key-view_line")).to_have_count(0, timeout=PATIENCE)


def test_the_keyboard_passes_through_a_table_without_choosing_and_chooses_with_the_arrow(administrator: Page, workbench: Running) -> None:
    page = administrator
    page.goto(f"{workbench.url}/overview?period=2026-10")
    whole = figures(page)
    grid = grid_of_resellers(page)
    grid.scroll_into_view_if_needed()
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(1500)
    assert figures(page) == whole and "reseller=" not in page.url
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("reseller="), timeout=PATIENCE)
    assert figures(page) != whole
