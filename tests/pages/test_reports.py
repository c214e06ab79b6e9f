"""The Reports page: the list, the real paper, the editor beside it, schedules, sending now and again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from core.people import accounts
from core.people.permissions import SYSTEM
from core.reports.definition import Block, ReportDefinition, monthly_report
from core.reports.deliveries import list_deliveries
from core.reports.records import list_reports, list_schedules, save_report
from core.sales.query import Filter
from pages.components import report_editor
from pages.components.report_preview import addresses
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import labels, words
from tests.sales.conftest import Market, market  # noqa: F401
from tests.uploading import work

PAGE = "reports/reports.py"
SMALL = ReportDefinition("Small report", period="2025", blocks=(Block("kpis", "Key figures"),))


@pytest.fixture
def report(market: Market) -> int:  # noqa: F811
    fill(market)
    return save_report(market.database, SYSTEM, SMALL)


def open_tab(open_page: Open, tab: str, **options: Any) -> AppTest:
    page = open_page(PAGE, **options)
    page.session_state["report_tab"] = tab
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    return page.button[[button.label for button in page.button].index(label)].click().run()


def kept(market: Market, read: Any) -> Any:  # noqa: F811
    with market.database.read() as connection:
        return read(connection)


def test_the_monthly_report_is_there_from_the_first_day(open_page: Open) -> None:
    page = open_page(PAGE)
    assert page.dataframe[0].value["Report"].tolist() == ["Monthly sell-out report"]
    assert page.dataframe[0].value["Next"].tolist() == ["not scheduled"] and page.dataframe[0].value["Last"].tolist() == ["never sent"]


def test_a_report_is_given_to_a_colleague_who_makes_reports(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    for name, role in (("anna", "analyst"), ("vera", "viewer")):
        accounts.create(market.database, SYSTEM, name, name.title(), role, must_change_password=False)
    page = open_tab(open_page, "Content", report=str(report))
    owner = page.selectbox(key=f"owner_{report}")
    assert "Anna" in owner.options and "Vera" not in owner.options
    owner.select("anna").run()
    page.button(key=f"give_{report}").click().run()
    assert not page.exception and "anna" in page.dataframe[0].value["Owner"].tolist()


def test_the_preview_is_the_real_paper_with_a_download_for_each_format(report: int, open_page: Open) -> None:
    page = open_page(PAGE, report=str(report))
    assert "Net revenue in 2025:" in words(page) and len(page.get("image")) == 1
    assert [button.proto.label for button in page.get("download_button")] == ["PDF", "XLSX", "CSV"]


def test_an_edited_name_is_saved_once_it_can_be_built(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    page = open_tab(open_page, "Content", report=str(report))
    assert "Save" not in labels(page) and "As it is saved" in words(page)
    page.text_input(key=f"title_{report}").set_value("Board report").run()
    assert "As it stands in the editor" in words(page)
    press(page, "Save")
    assert kept(market, list_reports)[0].name == "Board report"


def test_a_period_that_is_none_is_said_beside_the_paper_and_not_saved(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    page = open_tab(open_page, "Content", report=str(report))
    page.text_input(key=f"title_{report}").set_value("").run()
    assert "Give the report a name." in words(page)
    press(page, "Save")
    assert kept(market, list_reports)[0].name == "Small report"


def test_a_schedule_is_added_in_words_paused_and_removed(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    page = open_tab(open_page, "Schedules", report=str(report))
    page.text_area(key="schedule_to_0").set_value("board@example.com; ceo@example.com").run()
    assert "Next five times (Europe/Berlin)" in words(page)
    press(page, "Add this schedule")
    (schedule,) = kept(market, list_schedules)
    assert schedule.recipients == ("board@example.com", "ceo@example.com") and "On the first workday of every month at 08:00" in words(page)
    assert page.text_area(key="schedule_to_1").value == "" and page.dataframe[0].value["To"][0] == "board@example.com and ceo@example.com"
    assert "(paused)" in words(press(page, "Pause"))
    assert "Not scheduled" in words(press(page, "Remove"))


def test_a_wrong_address_is_said_and_nothing_scheduled(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    page = open_tab(open_page, "Schedules", report=str(report))
    page.text_area(key="schedule_to_0").set_value("nobody").run()
    assert "“nobody” is no mail address" in words(press(page, "Add this schedule")) and kept(market, list_schedules) == ()


def test_a_report_sent_now_arrives_in_the_outbox_and_can_be_sent_again(
    market: Market, report: int, open_page: Open, process: Any  # noqa: F811
) -> None:  # fmt: skip
    page = open_page(PAGE, report=str(report))
    page.text_area[0].set_value("boss@example.com")
    press(page, "Send")
    work(process.database, process.settings)
    (line,) = kept(market, list_deliveries)
    assert (line.status, line.recipient) == ("outbox", "boss@example.com") and len(list(process.settings.outbox.glob("*.eml"))) == 1
    page = open_tab(open_page, "Deliveries", report=str(report), delivery=str(line.id))
    press(page, "Send again to boss@example.com")
    work(process.database, process.settings)
    assert [one.status for one in kept(market, list_deliveries)] == ["outbox"] * 2


def test_a_new_report_is_chosen_at_once(market: Market, report: int, open_page: Open) -> None:  # noqa: F811
    page = press(open_page(PAGE, report=str(report)), "New report")
    new = next(one for one in kept(market, list_reports) if one.name == "New report")
    assert page.query_params["report"] == str(new.id)


def test_a_viewer_looks_and_downloads_but_changes_and_sends_nothing(report: int, open_page: Open) -> None:
    page = open_page(PAGE, role="viewer", report=str(report))
    assert page.get("download_button") and "To" not in page.dataframe[0].value and not page.tabs
    assert not {"New report", "Send", "Save"} & set(labels(page))


def test_a_narrowed_analyst_sees_own_figures_and_can_not_send_everybodys(
    market: Market, report: int, open_page: Open  # noqa: F811
) -> None:  # fmt: skip
    import sqlalchemy as sa

    own = kept(market, lambda c: c.execute(sa.text("select id from resellers where key = 'galilu'")).scalar_one())
    whole = words(open_page(PAGE, report=str(report)))
    page = open_page(PAGE, role="analyst", scope=(own,), report=str(report))
    assert (
        "Net revenue in 2025:" in words(page)
        and words(page).split("Net revenue in 2025:")[1][:12] != whole.split("Net revenue in 2025:")[1][:12]
    )
    page.text_area[0].set_value("boss@example.com")
    assert "resellers that you do not see" in words(press(page, "Send")) and kept(market, list_deliveries) == ()


# The editor's lines ---------------------------------------------------------------------------------------------------


def test_lines_and_blocks_are_each_others_inverse() -> None:
    definition = monthly_report()
    assert report_editor.blocks(report_editor.block_rows(definition), definition) == definition.blocks


def test_a_renamed_and_moved_line_keeps_what_it_does_not_show() -> None:
    filtered = Block("table", "Old name", by=("product",), where=(Filter("reseller", ("Liberty",)),), period="year_to_date")
    definition = replace(SMALL, blocks=(Block("kpis", "First"), filtered))
    place = pl.when(pl.col("origin") == 1).then(0.5).otherwise(pl.col("place"))
    rows = report_editor.block_rows(definition).with_columns(place.alias("place"), pl.col("title").replace("Old name", "New name"))
    first, second = report_editor.blocks(rows, definition)
    assert first == replace(filtered, title="New name") and second.title == "First"


def test_a_new_line_without_number_comes_last() -> None:
    rows = report_editor.block_rows(SMALL)
    added = pl.DataFrame([(None, "text", None, None, None, None, None, "Hello", None)], schema=report_editor.BLOCKS, orient="row")
    assert report_editor.blocks(pl.concat([added, rows]), SMALL)[-1] == Block("text", "Text", text="Hello")


def test_addresses_come_one_a_line_or_separated() -> None:
    assert addresses("a@b.c; d@e.f\n\n a@b.c,g@h.i") == ("a@b.c", "d@e.f", "g@h.i")
