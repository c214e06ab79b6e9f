"""A line without a readable date is held with its reason, counted, taken back and replaced like every other line: nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from core.ingest import importing, inbox, reading_back, streaming, undoing
from core.ingest.undated import as_printed, newest
from tests.ingest.samples import TUNDRA, fill_catalogue, live, rollup_gap, scalar

HEAD = "YEAR,MONTH,CHANNEL,POS,EAN,QTY,AMOUNT,DESCRIPTION,SKU\n"
NAME = "BOXNOX - NORDLYS Monthly Sales Report {}2025.csv"
FEBRUARY = NAME.format("FEB")
GOOD = [f"2025,{month},Retail,Sol,{TUNDRA},1,180.17,EDP," for month in (1, 2) for _ in range(4)]
BAD = f"2025,13,Retail,Sol,{TUNDRA},2,360.34,EDP,"
ORDERS = "id,order_id,product_ean,order_date,quantity,sales_eur,country,functional_name\n"
FIRST = f"1,NL-1,{TUNDRA},2025-04-03,1,180.165289,NL,NLGOT100"
UNDATED = f"2,{{}},{TUNDRA},Invalid Date,1,180.165289,NL,NLGOT100"


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


@pytest.fixture(params=["whole", "in pieces"])
def way(request, monkeypatch):
    if request.param == "in pieces":
        monkeypatch.setattr(streaming, "LONG", 0)
        monkeypatch.setattr("core.ingest.pieces.PIECE", 150)


def taken(shop, settings, folder, lines, name=FEBRUARY, head=HEAD):
    path = folder / name
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return importing.import_file(shop, settings, path, accept_warnings=True)


def waiting(shop) -> list[tuple[object, ...]]:
    groups = inbox.groups(shop)
    return groups.select("rule", "lines", "units", "amount").rows()


def figures(shop) -> int:
    return int(scalar(shop, "select coalesce(sum(quantity), 0) from sales_rollup"))


def test_a_line_without_a_month_waits_in_the_inbox(shop, settings, tmp_path, way):
    report = taken(shop, settings, tmp_path, [*GOOD[:3], BAD, *GOOD[3:]])
    assert (report.status, report.rows_read, report.rows_stored, report.rows_held) == ("stored", 9, 8, 1)
    rows = reading_back.rows(shop, report.upload_batch_id)
    held = rows.filter("held").row(0, named=True)
    assert rows.height == 9 and (held["held_reason"], held["quantity"]) == ("missing_period", 2)
    assert (held["source_row"], held["period_start"]) == (5, date(2025, 2, 1)) and figures(shop) == 8
    assert waiting(shop) == [("missing_period", 1, 2, Decimal("360.34"))] and not rollup_gap(shop)
    problem = report.problems.filter(pl.col("rule") == "missing_period").row(0, named=True)
    assert problem["cell"] == "R5C2" and problem["value"] == "13"


def test_it_leaves_with_its_upload(shop, settings, tmp_path, way):
    report = taken(shop, settings, tmp_path, [*GOOD, BAD])
    undoing.undo(shop, report.upload_batch_id)
    assert not live(shop) and not waiting(shop) and not figures(shop)


def test_the_corrected_file_takes_its_place(shop, settings, tmp_path, way):
    taken(shop, settings, tmp_path, [*GOOD, BAD])
    corrected = taken(shop, settings, tmp_path, [*GOOD, BAD.replace(",13,", ",1,")])
    assert corrected.status == "stored" and not waiting(shop) and figures(shop) == 10


def test_the_next_file_holds_it_once(shop, settings, tmp_path, way):
    taken(shop, settings, tmp_path, [*GOOD, BAD])
    march = [line.replace("2025,2", "2025,3") for line in GOOD[4:]]
    later = taken(shop, settings, tmp_path, [*GOOD, BAD, *march], NAME.format("MAR"))
    assert later.status == "stored" and [row[1] for row in waiting(shop)] == [1] and figures(shop) == 12


def test_a_list_without_any_readable_month_is_not_stored(shop, settings, tmp_path, way):
    report = taken(shop, settings, tmp_path, [BAD] * 9, "BOXNOX list.csv")
    assert report.status != "stored" and scalar(shop, "select count(*) from held_rows") == 0


def test_an_order_line_without_a_date_waits_with_its_order(shop, settings, tmp_path):
    last = FIRST.replace("1,NL-1", "9,NL-9").replace("04-03", "04-20")
    lines = [FIRST, UNDATED.format("NL-1"), UNDATED.format("NL-2").replace("2,", "3,", 1), last]
    report = taken(shop, settings, tmp_path, lines, "wc-orders-export.csv", ORDERS)
    assert (report.status, report.rows_stored, report.rows_held) == ("stored", 2, 2)
    held = reading_back.rows(shop, report.upload_batch_id).filter("held")
    assert held["period_end"].to_list() == [date(2025, 4, 3)] * 2 and set(held["held_reason"]) == {"missing_period"}
    assert waiting(shop)[0][1] == 2 and figures(shop) == 2
    undoing.undo(shop, report.upload_batch_id)
    assert not live(shop) and not waiting(shop)


def test_a_corrected_export_places_the_order_line(shop, settings, tmp_path):
    taken(shop, settings, tmp_path, [FIRST, UNDATED.format("NL-1")], "wc-orders-export.csv", ORDERS)
    right = UNDATED.format("NL-1").replace("Invalid Date", "2025-04-03")
    taken(shop, settings, tmp_path, [FIRST, right], "wc-orders-export.csv", ORDERS)
    assert not waiting(shop) and figures(shop) == 2


def test_a_refund_alone_leaves_the_undated_line_where_it_is(shop, settings, tmp_path):
    taken(shop, settings, tmp_path, [FIRST, UNDATED.format("NL-1")], "wc-orders-export.csv", ORDERS)
    refund = FIRST.replace("1,NL-1", "7,NL-1").replace("04-03,1,", "04-25,-1,-").replace("NL,NLGOT100", "NL,NLGOT100")
    report = taken(shop, settings, tmp_path, [refund], "wc-orders-export-2.csv", ORDERS)
    assert report.status == "stored" and waiting(shop)[0][1] == 1


def test_a_held_line_without_a_date_counts_in_no_month_of_the_proof():
    rows = pl.DataFrame({"rule": ["missing_period", None], "period_start": [date(2025, 1, 1)] * 2})
    assert as_printed(rows)["period_start"].to_list() == [None, date(2025, 1, 1)]


def test_the_newest_period_of_nothing_is_none():
    dates = pl.Series([None, date(2025, 1, 1)], dtype=pl.Date)
    rows = pl.DataFrame({"period_start": dates, "period_end": dates})
    assert newest(rows) == (date(2025, 1, 1), date(2025, 1, 1)) and newest(rows.head(1)) is None
