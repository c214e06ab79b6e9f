"""Take the pictures of `docs/screens` anew: every page of a freshly started workbench with the demo brand, in real Chromium.

python -m docs.take_screens            every page, 1440×900, light
python -m docs.take_screens --all      also dark, and 390×844
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import running

FOLDER = Path(__file__).with_name("screens")
PAGES = ("overview", "explore", "chat", "boards", "upload", "inbox", "history", "coverage", "reports", "alerts", "catalogue", "dictionary", "people",
         "system", "outbox", "audit")  # fmt: skip
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run", "--disable-component-update",
             "--disable-sync"]  # fmt: skip
PASSWORD = "Nordic-pines-47-evening"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="also dark, and narrow")
    parser.add_argument("--months", default="24", help="months of the demo brand")
    arguments = parser.parse_args()
    modes = [(scheme, size) for scheme in ("light", "dark") for size in SIZES] if arguments.all else [("light", "wide")]
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running.running(Path(home), WORKBENCH_DEMO_MONTHS=arguments.months) as workbench,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        _change_first_password(browser, workbench.url, workbench.password or "")
        for scheme, size in modes:
            _take(browser, workbench.url, scheme, size)
        browser.close()


def _change_first_password(browser: Browser, url: str, first: str) -> None:
    page = browser.new_page()
    _sign_in(page, url, first)
    fields = page.locator("input[type=password]")
    fields.nth(2).wait_for()
    for number, text in enumerate((first, PASSWORD, PASSWORD)):
        fields.nth(number).fill(text)
    page.keyboard.press("Enter")
    page.get_by_text("Upload").first.wait_for()
    page.close()


def _sign_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/overview")
    page.locator("input[type=text]").first.fill("admin")
    page.locator("input[type=password]").first.fill(password)
    page.keyboard.press("Enter")


def _take(browser: Browser, url: str, scheme: str, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    _sign_in(page, url, PASSWORD)
    page.locator("h1").first.wait_for()
    for name in PAGES:
        page.goto(f"{url}/{name}")
        page.locator("h1").first.wait_for()
        if name == "chat" and size == "wide":
            page.locator("textarea").fill("Top 5 products in the last 12 months")
            page.keyboard.press("Enter")
            page.get_by_text("figures checked").first.wait_for()
        page.wait_for_timeout(3500)
        page.screenshot(path=FOLDER / f"{name}-{scheme}-{size}.png")
    context.close()


if __name__ == "__main__":
    main()
