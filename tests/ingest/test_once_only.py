"""Once and only once, end to end: the same sales are recognised under any name, in any format, through the script and through the queue,
also when two workers begin at the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core import uploads
from core.db.engine import Database
from core.ingest import importing, originals, reading_back
from core.people.permissions import Person
from core.settings import Settings
from tests.ingest.formats import test_galilu
from tests.ingest.samples import TUNDRA, fill_catalogue, live, rollup_gap, scalar
from tests.ingest.workbook_bytes import delimited, workbook
from tests.uploading import entry, work

HEAD = ["YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU"]
LINES = [
    [2025, 1, "Retail", "Sol", TUNDRA, 1, 180.17, "EDP", ""],
    [2025, 1, "Retail", "Sol", TUNDRA, 1, 180.17, "EDP", ""],  # a second sale, not a copy
    [2025, 2, "Retail", "Sol", TUNDRA, 2, 360.34, "EDP", ""],
]
NAME = "BOXNOX - NORDLYS Monthly Sales Report FEB2025"
CSV, XLSX = delimited([HEAD, *LINES]), workbook({"Sales Data": [HEAD, *LINES]})
SHOP = [["id", "order_id", "product_ean", "order_date", "quantity", "sales_eur", "country", "functional_name", "product_name", "stripe_fee",
         "cost_of_goods", "reseller"], *[[f"l{n}", 4000 + n, TUNDRA, f"2025-05-{n:02}", 1, "180.17", "NL", "", "EDP", "", "", "Online"] for n in range(1, 6)]]  # fmt: skip
ANA = Person("ana", "Ana", "admin")
Bring = Callable[[bytes, str], tuple[str, int | None]]


@pytest.fixture
def shop(database: Database) -> Database:
    fill_catalogue(database)
    return database


@pytest.fixture(params=["a script", "the queue"])
def bring(request: pytest.FixtureRequest, shop: Database, settings: Settings) -> Bring:
    """Takes a file the whole way; returns what became of it and which upload it repeats."""

    def script(data: bytes, name: str) -> tuple[str, int | None]:
        report = importing.import_file(shop, settings, data, file_name=name)
        return report.status, report.duplicate_of

    def queue(data: bytes, name: str) -> tuple[str, int | None]:
        batch = uploads.submit(shop, settings, ANA, data, name)
        work(shop, settings)
        if entry(shop, batch).status == "preview":
            uploads.accept(shop, ANA, batch)
            work(shop, settings)
        return entry(shop, batch).status, entry(shop, batch).duplicate_of

    return script if request.param == "a script" else queue


REPEATS = [
    ("the same bytes", CSV, f"{NAME}.csv"),
    ("the same bytes under another spelling", CSV, "BOXNOX – Nordlys monthly sales report feb 2025 (2).csv"),
    ("as a workbook", XLSX, f"{NAME}.xlsx"),
    ("saved anew with semicolons", delimited([HEAD, *LINES], ";", line_end="\n"), f"{NAME} (1).csv"),
    ("with its lines in another order", delimited([HEAD, *reversed(LINES)]), f"{NAME} sorted.csv"),
    ("in another code page with more digits", delimited([HEAD, *[[*line[:6], f"{line[6]:.4f}", *line[7:]] for line in LINES]], encoding="cp1252"), f"{NAME} new.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name"), [(data, name) for _, data, name in REPEATS], ids=[what for what, *_ in REPEATS])
def test_the_same_sales_are_stored_once(shop, bring, data, name):
    status, _ = bring(CSV, f"{NAME}.csv")
    first = int(scalar(shop, "select max(id) from upload_batches"))
    version = scalar(shop, "select value from app_state where key = 'data_version'")
    assert status == "stored" and live(shop).total() == 3, "the two equal lines are two sales"
    assert bring(data, name) in (("duplicate", first), ("stored", None))
    assert scalar(shop, "select count(*) from upload_batches where status = 'stored'") == 1
    assert live(shop).total() == 3 and scalar(shop, "select value from app_state where key = 'data_version'") == version


def test_a_workbook_comes_first_and_its_csv_is_recognised(shop, bring):
    assert bring(XLSX, f"{NAME}.xlsx")[0] == "stored" and bring(CSV, f"{NAME}.csv") == ("duplicate", 1)


def test_one_week_under_the_next_months_name_is_asked(shop, bring):
    bring(CSV, f"{NAME}.csv")
    status, twin = bring(CSV, f"{NAME.replace('FEB', 'MAR')}.csv")
    assert (status, twin) == ("needs_decision", 1) and live(shop).total() == 3
    assert scalar(shop, "select count(*) from error_reports where rule = 'same_content_other_period'") == 1


def test_a_copy_whose_name_says_only_the_year_is_the_same_again(shop, bring):
    data = workbook(test_galilu.SHEETS)
    assert bring(data, "Nordlys_sellout_Galilu_2025.xlsx")[0] == "stored"
    assert bring(data, "Nordlys_sellout_Galilu_2025 (1).xlsx") == ("duplicate", 1)


# At the same instant --------------------------------------------------------------------------------------------------


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """All tasks begun at the same instant, each in a thread of its own."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((CSV, f"{NAME}.csv"), (CSV, f"{NAME}.csv")),
        ((CSV, f"{NAME}.csv"), (CSV, f"{NAME} (1).csv")),
        ((CSV, f"{NAME}.csv"), (XLSX, f"{NAME}.xlsx")),
        ((delimited(SHOP), "wc-orders-export.csv"), (delimited(SHOP, ";"), "wc-orders-export (1).csv")),
    ],
    ids=["one file", "the same bytes", "two formats", "two exports of the shop"],
)
def test_two_workers_at_the_same_instant_store_it_once(shop, settings, one, other):
    def bring_in(data: bytes, name: str) -> Any:
        return importing.import_file(shop, settings, data, file_name=name)

    reports = at_once(lambda: bring_in(*one), lambda: bring_in(*other))
    stored = {report.upload_batch_id for report in reports if report.status == "stored"}
    assert len(stored) == 1 and {report.status for report in reports} <= {"stored", "duplicate"}, [r.reason for r in reports]
    assert scalar(shop, "select count(*) from upload_batches where status = 'stored'") == 1
    assert live(shop).total() == (5 if "wc" in one[1] else 3) and not rollup_gap(shop)


def test_one_file_dropped_twice_at_the_same_instant_is_entered_once(shop, settings):
    batches = at_once(*[lambda: uploads.submit(shop, settings, ANA, CSV, f"{NAME}.csv")] * 4)
    assert len(set(batches)) == 1 and scalar(shop, "select count(*) from procrastinate_jobs") == 1


# Originals ------------------------------------------------------------------------------------------------------------


def test_an_original_that_was_cut_off_is_written_anew(settings):
    sha256, size = originals.keep(settings, CSV)
    path = originals.original_path(settings, sha256)
    path.write_bytes(CSV[:10])
    assert originals.keep(settings, CSV) == (sha256, size) and path.read_bytes() == CSV


def test_half_written_originals_of_killed_processes_are_swept_away(settings):
    sha256, _ = originals.keep(settings, CSV)
    half = Path(settings.originals / ".abandoned")
    half.write_bytes(b"half")
    now = datetime.now(UTC)
    assert originals.sweep(settings, now - timedelta(hours=1)) == 0 and half.exists(), "somebody may be writing it"
    assert originals.sweep(settings, now + timedelta(hours=1)) == 1 and not half.exists()
    assert originals.original_path(settings, sha256).read_bytes() == CSV


def test_rows_of_a_repeat_are_those_of_the_first(shop, bring):
    bring(CSV, f"{NAME}.csv")
    bring(XLSX, f"{NAME}.xlsx")
    assert reading_back.live_rows(shop)["upload_batch_id"].unique().to_list() == [1]
