"""Sell-through and stock: a level beside a flow, null where nobody states it, by an independent oracle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.db import tables as t
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_table import table
from core.sales.query import build_query
from core.sales.running import run
from core.sales.running_pivots import run_pivot
from core.sales.stock import read_stock, recent_units_query, weeks_of_cover
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market, span

WEEKS = ("2025-06-02/2025-06-08", "2025-06-09/2025-06-15", "2025-06-30/2025-07-06")
OLD = ("2024-06-03/2024-06-09", "2024-06-10/2024-06-16")
UNITS = {TUNDRA: (3, 4, 5), SAUNA: (2, 0, 1)}
STOCK = {TUNDRA: (20, 17, 12), SAUNA: (8, None, 6), CANDLE: (9, 9, 9)}


def stock(market: Market, batch: int, week: str, ean: str, quantity: int, reseller: str = "liberty") -> None:
    start, end = span(week)
    row = {"reseller_id": market.resellers[reseller], "product_ean": ean, "view": "main", "period_start": start, "as_of": end}
    with market.database.write() as c:
        c.execute(t.stock_levels.insert(), row | {"quantity": quantity, "upload_batch_id": batch, "source_row": 1})


@pytest.fixture
def shop(market: Market) -> Market:
    """Liberty with stock in three weeks of 2025 and two of 2024; Galilu, which states none."""
    flagship = market.store("liberty", "Flagship")
    assert flagship
    for number, week in enumerate(WEEKS):
        batch = market.new_batch()
        market.covers("liberty", week, batch=batch)
        for ean, units in UNITS.items():
            if units[number]:
                market.line("liberty", week, ean, units[number], units[number] * 100, store="Flagship")
        for ean, levels in STOCK.items():
            if levels[number] is not None:
                stock(market, batch, week, ean, levels[number])
    for week, units, level in zip(OLD, (2, 2), (30, 28), strict=True):
        batch = market.new_batch()
        market.covers("liberty", week, batch=batch)
        market.line("liberty", week, TUNDRA, units, 100, store="Flagship")
        stock(market, batch, week, TUNDRA, level)
    market.line("galilu", "2025-06", TUNDRA, 50, 5000)
    market.covers("galilu", "2025-06")
    market.fill_rollup()
    return market


def figures(market: Market, by: Any = (), **options: Any) -> list[dict[str, Any]]:
    query = build_query(("sell_through", "stock_units", "units"), by, **options)
    return run(market.database, query, today=date(2025, 7, 31)).frame.to_dicts()


def ratio(sold: int, left: int) -> Decimal:
    return round(Decimal(sold) / (left + sold), 9)


def test_a_week_is_its_units_over_what_there_was_to_sell(shop):
    (row,) = figures(shop, period="2025-06-02/2025-06-08")
    assert (row["stock_units"], row["sell_through"]) == (37, ratio(5, 37))


def test_several_weeks_take_the_stock_of_the_last_and_the_units_of_all(shop):
    (row,) = figures(shop, period="2025-06")
    assert (row["stock_units"], row["sell_through"], row["units"]) == (26, ratio(9, 26), 59)  # Galilu's 50 are in no sell-through


def test_a_product_without_a_stated_stock_has_none(shop):
    rows = {row["product"].split(" · ")[0]: row for row in figures(shop, "product", period="2025-06", where={"reseller": "Liberty"})}
    assert (rows["NLGOT100"]["stock_units"], rows["NLGOT100"]["sell_through"]) == (17, ratio(7, 17))
    assert (rows["NLMS100"]["stock_units"], rows["NLMS100"]["sell_through"]) == (None, None)


def test_months_have_an_end_of_their_own_and_their_total_the_last(shop):
    rows = figures(shop, "month", period="2025-06/2025-07", where={"reseller": "Liberty"})
    assert [(row["month"].month, row["stock_units"], row["sell_through"]) for row in rows] == [
        (6, 26, ratio(9, 26)),
        (7, 27, ratio(6, 27)),
    ]
    total = run(shop.database, build_query("sell_through", "month", period="2025-06/2025-07"), today=date(2025, 7, 31)).totals
    assert total["sell_through"] == ratio(15, 27)


def test_a_running_sell_through_is_that_of_the_time_so_far(shop):
    query = build_query(("sell_through", "stock_units"), "month", {"reseller": "Liberty"}, "2025-06/2025-07")
    june, july, total = table(run_pivot(shop.database, PivotQuery(query, running=True), None, date(2025, 7, 31)), "running").values
    assert june == (ratio(9, 26), 26) and july == total == (ratio(15, 27), 27)


def test_nobody_else_has_a_sell_through(shop):
    rows = {row["reseller"]: row["sell_through"] for row in figures(shop, "reseller", period="2025-06")}
    assert rows == {"Liberty": ratio(9, 26), "Galilu": None}


def test_stores_and_channels_have_no_stock(shop):
    assert {row["sell_through"] for row in figures(shop, "store", period="2025-06")} == {None}
    assert figures(shop, period="2025-06", where={"channel": "offline"})[0]["sell_through"] is None


def test_a_period_without_stock_has_no_sell_through(shop):
    assert figures(shop, period="2025-05")[0]["sell_through"] is None


def test_a_comparison_takes_the_end_of_each_comparable_period(shop):
    query = build_query("sell_through", (), {"reseller": "Liberty"}, "2025-06", "2024-06")
    found = run(shop.database, query, today=date(2025, 7, 31)).totals
    assert found["sell_through_before"] == ratio(4, 28) and found["sell_through_comparable"] == ratio(9, 26)
    assert found["sell_through_change"] == found["sell_through_comparable"] - found["sell_through_before"]


def test_a_remainder_is_of_its_own_products(shop):
    query = build_query(("units", "sell_through"), "product", {"reseller": "Liberty"}, "2025-06-02/2025-06-08", limit=1, others=True)
    frame = run(shop.database, query, today=date(2025, 7, 31)).frame
    assert frame["sell_through"].to_list() == [ratio(3, 20), ratio(2, 17)]


def test_the_answer_says_of_which_day_the_stock_is(shop):
    found = run(shop.database, build_query("sell_through", (), {}, "2025-06"), today=date(2025, 7, 31)).caveats
    (text,) = [caveat.text for caveat in found if caveat.kind == "stock"]
    assert text == "Stock as of 15 June 2025 (Liberty), with the units sold until then; nobody else states stock."


def test_it_is_the_same_without_a_rollup(shop):
    before = figures(shop, "product", period="2025-06")
    with shop.database.write() as c:
        c.execute(t.sales_rollup.delete())
    assert figures(shop, "product", period="2025-06") == before


def test_the_newest_stock_lasts_as_long_as_the_pace_of_the_weeks_that_are_stated(shop):
    held = read_stock(shop.database, "Liberty", until=date(2025, 6, 30))
    assert held is not None and held.day == date(2025, 6, 15)
    assert held.pace == "2 of the last 4 weeks (the others are not stated)"
    found = weeks_of_cover(held, run(shop.database, recent_units_query("Liberty", held), today=date(2025, 7, 31)))
    rows = {row["product"].split(" · ")[0]: row for row in found.iter_rows(named=True)}
    assert (rows["NLGOT100"]["weeks_of_cover"], rows["NLGOT100"]["weekly_units"]) == (Decimal("4.9"), Decimal("3.50"))  # 17 ÷ (7 ÷ 2)
    assert (rows["NLWSC3"]["weeks_of_cover"], rows["NLWSC3"]["state"]) == (None, "high")


def test_stock_is_out_of_sight_with_its_reseller(shop):
    other = shop.resellers["galilu"]
    assert read_stock(shop.database, "Liberty", (other,)) is None and read_stock(shop.database, "Galilu") is None


def test_both_sides_of_a_comparison_leave_out_what_was_sold_before_the_asked_days(market: Market) -> None:
    """Of each May, 5 units on the 10th and 4 without a day; asked from the 15th: the month's report counts at its end, the 10th does not."""
    for year, left in ((2024, 10), (2025, 6)):
        batch = market.new_batch("galilu")
        market.covers("galilu", f"{year}-05", batch=batch)
        market.line("galilu", f"{year}-05", TUNDRA, 5, 500, sale_date=date(year, 5, 10))
        market.line("galilu", f"{year}-05", TUNDRA, 4, 400)
        stock(market, batch, f"{year}-05", TUNDRA, left, "galilu")
    for rolled in (False, True):
        if rolled:
            market.fill_rollup()
        query = build_query(("sell_through", "units"), (), {"reseller": "Galilu"}, "2025-05-15/2025-05-31", "prior_year")
        found = run(market.database, query, today=date(2025, 7, 31)).totals
        assert (found["units_comparable"], found["units_before"]) == (4, 4)
        assert (found["sell_through_comparable"], found["sell_through_before"]) == (ratio(4, 6), ratio(4, 10))
