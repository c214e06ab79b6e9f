"""Take the pictures of `docs/screens` anew: every page of a freshly started workbench with the demo brand, in real Chromium.

python -m docs.take_screens            every page at 1440×900, light; those of Data also dark, and at 390×844
python -m docs.take_screens --all      every page in all four ways
python -m docs.take_screens --all --page upload --page history    of these pages alone
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import running
from tests.browser import story_files

FOLDER = Path(__file__).with_name("screens")
PAGES = ("overview", "explore", "products", "product", "resellers", "reseller", "chat", "boards", "movers", "pareto", "heatmap", "calendar", "anomalies",
         "forecast", "upload", "inbox", "history", "coverage", "reports", "alerts", "catalogue", "dictionary", "people", "system", "outbox", "audit")  # fmt: skip
DATA_PAGES = ("upload", "inbox", "history", "coverage")
ADDRESSES = {  # with something chosen
    "history": "history?upload=3",
    "product": "products?product=9524001001008",
    "reseller": "resellers?reseller=Liberty",
    "explore": "explore?by=reseller&by=product&across=month&period=2026-07/2026-10&top=10",
}
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run", "--disable-component-update",
             "--disable-sync"]  # fmt: skip
PASSWORD = "Nordic-pines-47-evening"
SETTLE = 3500  # milliseconds until a page has drawn its charts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="every page also dark, and narrow")
    parser.add_argument("--page", action="append", choices=PAGES, help="this page alone; may stand several times")
    parser.add_argument("--months", default="24", help="months of the demo brand")
    arguments = parser.parse_args()
    modes = [(scheme, size) for scheme in ("light", "dark") for size in SIZES]
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running.running(Path(home), WORKBENCH_DEMO_MONTHS=arguments.months) as workbench,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        _change_first_password(browser, workbench.url, workbench.password or "")
        _drop_examples(browser, workbench.url, Path(home))
        for scheme, size in modes:
            pages = PAGES if arguments.all or (scheme, size) == modes[0] else DATA_PAGES
            _take(browser, workbench.url, scheme, size, tuple(page for page in pages if page in (arguments.page or PAGES)))
        browser.close()


def _change_first_password(browser: Browser, url: str, first: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(90_000)
    _sign_in(page, url, first)
    fields = page.locator("input[type=password]")
    fields.nth(2).wait_for()
    page.wait_for_timeout(1500)
    for number, text in enumerate((first, PASSWORD, PASSWORD)):
        fields.nth(number).fill(text)
        fields.nth(number).press("Tab")
    page.get_by_role("button", name="Save password").click()
    page.get_by_text("Upload").first.wait_for()
    page.close()


def _drop_examples(browser: Browser, url: str, home: Path) -> None:
    """The Upload page as it looks on a working day: a refused file, a wrong total, restated figures, and a week that is fine."""
    demo, scratch = home / "demo", home / "examples"
    scratch.mkdir()
    document = scratch / "Sell-out summary.pdf"
    document.write_bytes(b"%PDF-1.7 not a report")
    (week,) = (demo / "try-these").glob("Continuity*.xlsx")
    (month,) = (demo / "try-these").glob("Nordlys_Sell_Out*.xlsx")
    living = max((demo / "boxnox").glob("*.xlsx"), key=lambda path: path.stat().st_size)
    page = browser.new_page()
    page.set_default_timeout(90_000)
    _sign_in(page, url, PASSWORD)
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(SETTLE)
    page.goto(f"{url}/upload")
    files = (document, story_files.wrong_total(month, scratch), story_files.restated(living, scratch), week)
    page.locator("input[type=file]").set_input_files([str(path) for path in files])
    for path in files:
        page.get_by_text(path.name).first.wait_for()
    page.get_by_text("ready to store", exact=True).wait_for()
    page.close()


def _shrink(picture: Path) -> None:
    """The same picture in 256 colours, chosen so that small coloured signs keep theirs: a third of the bytes."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


def _sign_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/overview")
    page.locator("input[type=text]").first.fill("admin")
    page.locator("input[type=password]").first.fill(password)
    page.keyboard.press("Enter")


def _settle(page: Page) -> None:
    """Until the page has run to its end and drawn its tables and charts."""
    page.wait_for_timeout(1000)
    page.get_by_test_id("stStatusWidget").first.wait_for(state="detached")
    page.get_by_test_id("stSkeleton").first.wait_for(state="detached")
    page.wait_for_timeout(SETTLE)


def _take(browser: Browser, url: str, scheme: str, size: str, pages: tuple[str, ...]) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(90_000)
    _sign_in(page, url, PASSWORD)
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(SETTLE)
    for name in pages:
        page.goto(f"{url}/{ADDRESSES.get(name, name)}")
        page.locator("h1").first.wait_for()
        if name == "chat" and size == "wide":
            page.locator("textarea").fill("Top 5 products in the last 12 months")
            page.keyboard.press("Enter")
            page.get_by_text("figures checked").first.wait_for()
        _settle(page)
        picture = FOLDER / f"{name}-{scheme}-{size}.png"
        page.screenshot(path=picture)
        _shrink(picture)
    context.close()


if __name__ == "__main__":
    main()
