"""What only a real browser shows: the gate before every page, the cookie, the content policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pages.components.sections import ENTRIES
from tests.browser.conftest import PATIENCE, Server, cookies, rest, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
URLS = ["", "start", "shell", *(entry.url for entry in ENTRIES)]


def test_every_address_shows_a_stranger_the_sign_in_form_only(server: Server, page: Page) -> None:
    for url in URLS:
        page.goto(f"{server.address}/{url}")
        expect(page.get_by_role("textbox", name="User name")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        rest(page)
        assert page.locator("h1").count() == 0, url
        assert page.get_by_test_id("stSidebarNav").count() == 0, url


def test_a_deep_link_survives_signing_in(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/dictionary")
    sign_in(page)
    expect(page.get_by_role("heading", name="Dictionary")).to_be_visible(timeout=PATIENCE)
    assert page.url.startswith(f"{server.address}/dictionary")


def test_a_deep_link_leads_to_its_page_on_a_telephone_too(server: Server, page: Page, context: BrowserContext) -> None:
    page.goto(f"{server.address}/dictionary")
    sign_in(page)
    expect(page.get_by_role("heading", name="Dictionary")).to_be_visible(timeout=PATIENCE)
    phone = context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(f"{server.address}/dictionary?find=units")
    expect(phone.locator("h1").first).to_be_visible(timeout=PATIENCE)
    rest(phone)
    expect(phone.get_by_role("heading", name="Dictionary")).to_be_visible(timeout=PATIENCE)
    assert phone.url == f"{server.address}/dictionary?find=units"


def test_the_session_lasts_over_a_reload_and_no_script_can_read_it(server: Server, page: Page, context: BrowserContext) -> None:
    page.goto(f"{server.address}/overview")
    sign_in(page)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)
    (cookie,) = cookies(context, 1)
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert "workbench_session" not in str(page.evaluate("document.cookie"))
    page.reload()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)


def test_signing_out_holds_after_a_reload_and_for_a_copied_cookie(server: Server, page: Page, context: BrowserContext) -> None:
    page.goto(f"{server.address}/overview")
    sign_in(page)
    stolen = cookies(context, 1)
    rest(page)
    page.get_by_role("button", name=re.compile(r"\bAda\b")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("textbox", name="User name")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url(f"{server.address}/")  # the browser goes there once the cookie is dropped
    cookies(context, 0)
    context.add_cookies(stolen)  # type: ignore[arg-type]
    page.goto(f"{server.address}/overview")
    expect(page.get_by_role("textbox", name="User name")).to_be_visible(timeout=PATIENCE)


def test_a_viewer_can_not_open_a_page_of_administrators_by_its_address(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/overview")
    sign_in(page, "vic")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)
    cookies(page.context, 1)
    page.goto(f"{server.address}/people")
    expect(page.get_by_text("This page is not open to you")).to_be_visible(timeout=PATIENCE)
    rest(page)
    assert page.get_by_text("Ada").count() == 0 and page.locator("[data-testid=stMain] button").count() == 0
    page.get_by_role("link", name="Go to the overview").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=PATIENCE)


def test_pages_fetch_nothing_from_elsewhere_and_break_no_policy(server: Server, page: Page) -> None:
    strangers: list[str] = []
    broken: list[str] = []
    page.on("request", lambda r: strangers.append(r.url) if not r.url.startswith((server.address, "data:", "blob:")) else None)
    page.on("console", lambda m: broken.append(m.text) if "Content Security Policy" in m.text else None)
    page.goto(f"{server.address}/overview")
    sign_in(page)
    cookies(page.context, 1)
    for entry in ENTRIES:
        if entry.path.is_file():
            page.goto(f"{server.address}/{entry.url}")
            expect(page.locator("h1").first).to_be_visible(timeout=PATIENCE)
    assert not [url for url in strangers if not url.startswith(("ws://127.0.0.1", "http://127.0.0.1"))] and not broken
