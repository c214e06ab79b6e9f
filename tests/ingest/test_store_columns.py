"""A list with one column for each store, from upload to stored rows: asked once, stores nobody knows are held, nothing is left out unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from core.db.engine import Database
from core.ingest import importing
from core.ingest.shapes import ImportReport
from core.settings import Settings
from tests.ingest.formats.unknown_files import CANDLE, TUNDRA
from tests.ingest.samples import fill_catalogue
from tests.ingest.workbook_bytes import delimited

SAID: dict[str, Any] = {"reseller": "Nordic Dist", "completeness": "complete"}
STORES = dict.fromkeys(("London", "Paris"), "store_units")


@pytest.fixture
def shop(database: Database) -> Database:
    fill_catalogue(database)
    return database


def bring(shop: Database, settings: Settings, month: str, **said: Any) -> ImportReport:
    more = 0 if month == "May" else 10
    rows = [[TUNDRA, "a", 3 + more, 1, 4 + more], [CANDLE, "b", 2, 7, 9], ["Total", "", 5 + more, 8, 13 + more]]
    data = delimited([["EAN", "Product", "London", "Paris", "Total"], *rows], ";")
    return importing.import_file(shop, settings, data, file_name=f"dist {month} 2025.csv", uploaded_by="anna", **said)


def test_stores_nobody_knows_are_held_and_every_unit_is_there(shop: Database, settings: Settings) -> None:
    assert "columns" in {question.key for question in bring(shop, settings, "May", **SAID).questions}
    report = bring(shop, settings, "May", **SAID, columns=STORES)
    assert report.status == "stored", report.questions
    assert (report.controls["agrees"].all(), report.controls.height) == (True, 5)
    held = report.problems.filter(report.problems["rule"] == "unmatched_store")["value"].to_list()
    assert (report.units, report.rows_held, held) == (13, 4, ["London", "Paris"])


def test_the_next_month_is_read_as_the_first_was_answered(shop: Database, settings: Settings) -> None:
    bring(shop, settings, "May", **SAID, columns=STORES)
    report = bring(shop, settings, "June")
    assert (report.status, report.units) == ("stored", 23)


def test_one_store_for_all_is_stored_only_with_a_yes_that_names_the_other(shop: Database, settings: Settings) -> None:
    one = {"London": "units", "Paris": "ignore", "Total": "ignore"}
    report = bring(shop, settings, "May", **SAID, columns=one)
    (question,) = report.questions
    assert question.key == "accept_warnings" and "“Paris” (8)" in question.text
