"""Stock that a file states beside its sales: kept with its cell, superseded and taken back with its file, placed when its product is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from core.ingest import inbox, undoing
from core.ingest.inbox import Decision, HeldKey
from core.ingest.shapes import SalesFrame, StockLine
from tests.ingest.samples import CANDLE, TUNDRA, bring_in, fill_catalogue, live, plan_of, report, scalar

WEEKS = [(date(2025, 1, 6) + timedelta(weeks=n), date(2025, 1, 12) + timedelta(weeks=n)) for n in range(3)]
COLUMNS = "product_ean, period_end, quantity, source_sheet, source_row, source_cells"


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def line(key: str, quantity: int, row: int = 5) -> StockLine:
    return StockLine(quantity, f"Y{row}", row, "Sales By Size", vendor_key=key, sku_text=key, product_text=f"text of {key}")


def week(number: int, *stock: StockLine, units: int = 2, key: str = "NLGOT100") -> SalesFrame:
    sold = report((WEEKS[number], [("Sol", key, units, "300")]), living=False)
    return replace(sold, stock=stock)


def seen(database: Any, scope: tuple[int, ...] | None = None) -> list[tuple[Any, ...]]:
    with database.reader(scope) as connection:
        return connection.execute(f"select {COLUMNS} from readable.stock_levels order by 2, 1").fetchall()


def test_stock_is_kept_by_product_and_day_with_its_cell(shop):
    bring_in(shop, week(0, line("NLGOT100", 40), line("NLWSC3", 0, row=8)))
    assert seen(shop) == [
        (TUNDRA, WEEKS[0][1], 40, "Sales By Size", 5, "Y5"),
        (CANDLE, WEEKS[0][1], 0, "Sales By Size", 8, "Y8"),
    ]


def test_stock_is_no_sale(shop):
    bring_in(shop, week(0))
    without = live(shop)
    undoing.undo(shop, 1)
    bring_in(shop, week(0, line("NLGOT100", 40)), "other.xlsx")
    assert live(shop) == without and scalar(shop, "select sum(quantity) from sales_rollup") == 2


def test_a_later_file_takes_the_place_of_stock_and_undo_brings_it_back(shop):
    bring_in(shop, week(0, line("NLGOT100", 40)))
    before = seen(shop)
    later = bring_in(shop, week(0, line("NLGOT100", 33), units=3), "corrected.xlsx")
    assert [row[2] for row in seen(shop)] == [33]
    undoing.undo(shop, later)
    assert seen(shop) == before


def test_the_same_sales_with_other_stock_bring_the_stock_alone_and_undo_is_exact(shop):
    bring_in(shop, week(0, line("NLGOT100", 40)))
    sold, before, lines = live(shop), seen(shop), scalar(shop, "select count(*) from sellout_entries2")
    later = bring_in(shop, week(0, line("NLGOT100", 33)), "later.xlsx")
    assert [row[2] for row in seen(shop)] == [33] and live(shop) == sold
    assert scalar(shop, "select count(*) from sellout_entries2") == lines, "no line is written twice"
    undoing.undo(shop, later)
    assert seen(shop) == before and live(shop) == sold


def test_a_report_of_stock_alone_says_so(shop):
    bring_in(shop, week(0, line("NLGOT100", 40)))
    told = plan_of(shop, week(0, line("NLGOT100", 33))).problems
    assert [one.message for one in told if one.rule == "stock_alone_is_new"] == [
        "All sales equal “report.xlsx” (upload 1) and are not counted again; only the stock is new."
    ]


@pytest.mark.parametrize("again", [(line("NLGOT100", 40, row=9),), (line(" nlgot100 ", 40),), ()])
def test_the_same_stock_in_other_writing_or_none_is_a_duplicate(shop, again):
    bring_in(shop, week(0, line("NLGOT100", 40)))
    found = plan_of(shop, week(0, *again)).duplicate_of
    assert found is not None and found.upload_batch_id == 1


def test_a_report_stored_before_its_stock_was_read_is_no_duplicate_of_one_with_stock(shop):
    bring_in(shop, week(0))
    assert plan_of(shop, week(0, line("NLGOT100", 40))).duplicate_of is None
    bring_in(shop, week(0, line("NLGOT100", 40)), "again.xlsx")
    assert [row[2] for row in seen(shop)] == [40]
    undoing.undo(shop, 2)
    assert seen(shop) == []


def test_taking_the_only_file_back_takes_its_stock_away(shop):
    batch = bring_in(shop, week(0, line("NLGOT100", 40)))
    undoing.undo(shop, batch)
    assert seen(shop) == []


def test_stock_of_an_unknown_product_waits_and_is_placed_with_its_sales(shop):
    bring_in(shop, week(0, line("NLMYSTERY", 12), key="NLMYSTERY"))
    assert seen(shop) == []
    group = inbox.groups(shop).row(0, named=True)
    done = inbox.resolve(shop, HeldKey(group["reseller_id"], group["key_kind"], group["key"]), Decision("match_product", CANDLE))
    assert [row[:3] for row in seen(shop)] == [(CANDLE, WEEKS[0][1], 12)]
    inbox.undo_decision(shop, done.decision_id)
    assert seen(shop) == []


def test_stock_of_a_product_without_sales_is_placed_too(shop):
    bring_in(shop, week(0, line("NLMYSTERY", 12)))
    bring_in(shop, week(1, key="NLMYSTERY"))
    group = inbox.groups(shop).row(0, named=True)
    inbox.resolve(shop, HeldKey(group["reseller_id"], group["key_kind"], group["key"]), Decision("match_product", CANDLE))
    assert [row[:3] for row in seen(shop)] == [(CANDLE, WEEKS[0][1], 12)]


def test_a_narrowed_person_sees_no_stock_of_others(shop):
    bring_in(shop, week(0, line("NLGOT100", 40)))
    own = scalar(shop, "select reseller_id from stock_levels")
    assert len(seen(shop, (own,))) == 1 and seen(shop, (own + 1,)) == [] and seen(shop, ()) == []


def test_the_week_of_stock_counts_where_its_sales_do(shop):
    with shop.write() as connection:
        connection.exec_driver_sql("update resellers set period_rule = 'week_start'")
    frame = report(((date(2025, 1, 27), date(2025, 2, 2)), [("Sol", "NLGOT100", 1, "150")]), living=False)
    bring_in(shop, replace(frame, stock=(line("NLGOT100", 7),)))
    with shop.reader() as connection:
        own = "select counted_on from readable.stock_levels union select counted_on from readable.sales_rollup"
        assert connection.execute(own).fetchall() == [(date(2025, 1, 31),)]
