"""The product's story in a real browser on the really started workbench.

Two clean files: drop, prove, store, look, ask, send, undo. An unknown item and two restated cells: drop, prove, match, look, trace, undo.
"""

from __future__ import annotations

import email
import re
from email import policy
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import story_files
from tests.browser.conftest import PATIENCE, rest
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def page(administrator: Page) -> Page:
    return administrator


def net_revenue(page: Page, workbench: Running) -> str:
    """The first tile of the overview, over the same period whatever is loaded."""
    page.goto(f"{workbench.url}/overview?period=2026")
    tile = page.get_by_test_id("stMetricValue").first
    expect(tile).to_contain_text("€", timeout=PATIENCE)
    rest(page)
    return tile.inner_text()


def test_two_vendor_files_go_from_drop_to_report_and_back(page: Page, workbench: Running) -> None:
    before = net_revenue(page, workbench)
    drop(page, workbench, sorted((workbench.home / "demo" / "try-these").glob("*.xlsx")))
    store_everything(page)
    after = net_revenue(page, workbench)
    assert after != before
    ask(page, workbench, "Net revenue in 2026", after)
    send_report(page, workbench)
    take_back(page, workbench, 2)
    assert net_revenue(page, workbench) == before


def drop(page: Page, workbench: Running, files: list[Path]) -> None:
    page.goto(f"{workbench.url}/upload")
    page.locator("input[type=file]").set_input_files([str(path) for path in files])
    for name in ("Liberty", "Creme de la Creme"):
        expect(page.get_by_text(name).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("agree", exact=False)).to_have_count(len(files), timeout=PATIENCE)


def store_everything(page: Page) -> None:
    """Store each file that is ready; a card that has been stored says so."""
    for stored in range(1, 3):
        page.get_by_role("button", name="Store these rows").first.click()
        expect(page.get_by_role("button", name="Undo")).to_have_count(stored, timeout=PATIENCE)


def ask(page: Page, workbench: Running, question: str, figure: str) -> None:
    """The chat says the figure of the tile, to the euro."""
    page.goto(f"{workbench.url}/chat")
    expect(page.locator("textarea")).to_be_visible(timeout=PATIENCE)
    rest(page)
    page.locator("textarea").fill(question)
    page.keyboard.press("Enter")
    messages = page.get_by_test_id("stChatMessage")
    expect(messages).to_have_count(2, timeout=PATIENCE)
    expect(messages.last).to_contain_text("figures checked", timeout=PATIENCE)
    digits = "".join(c for c in figure if c.isdigit())
    answer = messages.last.inner_text()
    sums = ["".join(c for c in part if c.isdigit() or c == ".") for part in answer.replace("€", "|").split("|")[1:]]
    assert any(round(float(number.rstrip("."))) == int(digits) for number in sums if number.rstrip(".")), (figure, answer)


def send_report(page: Page, workbench: Running) -> None:
    """The monthly report lies in the outbox as a mail with the PDF attached."""
    page.goto(f"{workbench.url}/reports")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("textbox", name="To", exact=True)).to_be_visible(timeout=PATIENCE)
    rest(page)
    page.get_by_role("textbox", name="To", exact=True).fill("board@example.com")
    page.get_by_role("button", name="Send", exact=True).click()
    outbox = workbench.home / "outbox"
    for _ in range(120):
        mails = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in outbox.rglob("*.eml")]
        reports = [mail for mail in mails if any(part.get_content_type() == "application/pdf" for part in mail.iter_attachments())]
        if reports:
            break
        page.wait_for_timeout(500)
    (report,) = reports
    assert report["To"] == "board@example.com"
    attachment = next(part for part in report.iter_attachments() if part.get_content_type() == "application/pdf")
    assert attachment.get_payload(decode=True)[:5] == b"%PDF-"


def take_back(page: Page, workbench: Running, count: int) -> None:
    """Undo both from the cards, which still stand on the Upload page."""
    page.goto(f"{workbench.url}/upload")
    for left in range(count, 0, -1):
        expect(page.get_by_role("button", name="Undo")).to_have_count(left, timeout=PATIENCE)
        page.get_by_role("button", name="Undo").first.click()
        expect(page.get_by_role("button", name="Undo")).to_have_count(left - 1, timeout=PATIENCE)


# An unknown item, two restated cells ----------------------------------------------------------------------------------


def test_an_unknown_item_and_restated_cells_go_from_drop_to_the_source_cell_and_back(
    page: Page, workbench: Running, tmp_path: Path
) -> None:
    liberty = next((workbench.home / "demo" / "try-these").glob("Continuity*.xlsx"))
    living = story_files.restated(next((workbench.home / "demo" / "boxnox").glob("*OCT2026.xlsx")), tmp_path)
    week = story_files.week_of(liberty)
    money, waiting = net_revenue(page, workbench), held(page, workbench)
    units = drop_and_prove(page, workbench, liberty, living)
    store_both(page)
    match(page, workbench)
    assert units_of(page, workbench, week) == units
    trace(page, liberty)
    take_back(page, workbench, 2)
    unmatch(page, workbench)
    assert (net_revenue(page, workbench), held(page, workbench)) == (money, waiting)
    page.goto(f"{workbench.url}/overview?period={week}&reseller=Liberty")
    expect(page.get_by_text("Nothing sold here")).to_be_visible(timeout=PATIENCE)


def held(page: Page, workbench: Running) -> str:
    """How many lines wait in the inbox, and their money."""
    page.goto(f"{workbench.url}/inbox")
    line = page.get_by_text(re.compile(r"waits? for (one|\d+) answers?")).first
    expect(line).to_be_visible(timeout=PATIENCE)
    return line.inner_text()


def drop_and_prove(page: Page, workbench: Running, liberty: Path, living: Path) -> int:
    """Both cards tell their story before anything is stored; returns the units that the Liberty file prints for its week."""
    page.goto(f"{workbench.url}/upload")
    page.locator("input[type=file]").set_input_files([str(liberty), str(living)])
    expect(page.get_by_text("1 row held (£ 87.00)")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Against what is live: 0 added, 2 changed, 0 vanished.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"units 1 → 2, €\s186\.78 → €\s211\.78"))).to_be_visible()
    expect(page.get_by_text("EMBER CHAPEL SCENTED CANDLE 290 G").first).to_be_visible()
    chain = page.get_by_text("Year-to-date chain:").first.inner_text()
    before, own, after = (int("".join(filter(str.isdigit, part))) for part in re.split(r"[+=]", chain.split(" units")[0]))
    assert before + own == after
    return own


def store_both(page: Page) -> None:
    """One is stored as it is; the other replaces figures of before, so that takes a word."""
    for stored, name in enumerate(("Store these rows", "Store it all the same"), 1):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name="Undo")).to_have_count(stored, timeout=PATIENCE)


def match(page: Page, workbench: Running) -> None:
    """The best suggestion for Liberty's unknown item is taken; the answer stands below with the way back."""
    page.goto(f"{workbench.url}/inbox")
    decide = page.locator(".st-key-decide")
    expect(decide).to_contain_text("EMBER CHAPEL SCENTED CANDLE 290 G", timeout=PATIENCE)
    expect(decide).to_contain_text("Ember Chapel")
    expect(decide).to_contain_text(re.compile(r"Places \d+ rows?, £"))
    decide.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_text(re.compile("Liberty item .* matched to NLECC3"))).to_be_visible(timeout=PATIENCE)


def units_of(page: Page, workbench: Running, week: str) -> int:
    """Of Liberty's week, on the overview; its money is converted."""
    page.goto(f"{workbench.url}/overview?period={week}&reseller=Liberty")
    tiles = page.get_by_test_id("stMetric")
    expect(tiles.filter(has_text="Net revenue").get_by_test_id("stMetricValue")).to_contain_text("€", timeout=PATIENCE)
    return int("".join(filter(str.isdigit, tiles.filter(has_text="Units").get_by_test_id("stMetricValue").inner_text())))


def trace(page: Page, file: Path) -> None:
    """From the tile to a line, and from the line to its cells as printed: those that the file has in that place."""
    rest(page)
    page.locator(".st-key-trace_tile_sales_eur_net").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Where this number comes from", timeout=PATIENCE)
    expect(dialog).to_contain_text("Choose a line to see its cell in the original file.", timeout=PATIENCE)
    rest(page)
    dialog.locator(".dvn-scroller").first.click(position={"x": 18, "y": 52})
    printed = dialog.get_by_text("As printed:")
    expect(printed).to_be_visible(timeout=PATIENCE)
    expect(dialog).to_contain_text(f"{file.name} · Sales By Size!")
    cells = re.findall(r"([A-Z]+\d+) “([^”]*)”", printed.inner_text())
    assert cells and all(story_files.printed(file, "Sales By Size", place) == float(text) for place, text in cells)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden(timeout=PATIENCE)


def unmatch(page: Page, workbench: Running) -> None:
    page.goto(f"{workbench.url}/inbox")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0, timeout=PATIENCE)  # “can be taken back” stands there all along
