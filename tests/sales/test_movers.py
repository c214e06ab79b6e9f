from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.bridge_effects import effects_by_item, total_effects
from core.sales.bridging import bridge, bridge_items, bridge_query
from core.sales.carrying import ITEMS
from core.sales.movers import Movers, find_movers, headline, item_steps, items_chart, movers_query, reasons_of, table
from core.sales.query import SalesQuery, build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market
from tests.sales.test_bridging import cells

TODAY = date(2025, 7, 15)
D = Decimal
TUNDRA_NAME, SAUNA_NAME, CANDLE_NAME = "NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml", "NLWSC3 · Woolen Storm candle"
MAY = SalesQuery(("sales_eur_net",), (), (), parse_period("2025-05"), "prior_year")
changes = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=4), st.decimals(-(10**6), 10**6, places=7)), max_size=14, unique_by=lambda x: x[0]
)


def asked(market: Market, query: SalesQuery):
    return run(market.database, query, None, TODAY)


@pytest.fixture
def shelves(market: Market) -> Market:
    """May of two years. Galilu states both; Skins SA only the year before, so that nothing of it can be compared."""
    for reseller, month, ean, units, net in (
        ("galilu", "2024-05", TUNDRA, 10, "100"), ("galilu", "2025-05", TUNDRA, 5, "60.005"), ("galilu", "2025-05", SAUNA, 4, "48.30"),
        ("galilu", "2024-05", CANDLE, 2, "20"), ("skins_sa", "2024-05", SAUNA, 90, "900"), ("liberty", "2025-05", CANDLE, 1, "11"),
    ):  # fmt: skip
        market.line(reseller, month, ean, units, net)
    market.covers("galilu", "2024-05", "2025-05")
    market.covers("skins_sa", "2024-05")
    return market


def test_what_rose_fell_came_and_went_stand_apart(shelves: Market) -> None:
    found = find_movers(asked(shelves, movers_query(MAY, "product")))
    assert {side: found.on(side)["item"].to_list() for side in ("up", "down", "new", "lost")} == {
        "up": [], "down": [TUNDRA_NAME], "new": [SAUNA_NAME], "lost": [CANDLE_NAME],
    }  # fmt: skip
    assert headline(found) == "Products: 1 fell, 1 new, 1 lost."


def test_nothing_falls_because_a_file_is_missing(shelves: Market) -> None:
    """Skins SA's May of 2025 is not here: its 900 of last year are in no change; Liberty's week is in no comparison either."""
    found = find_movers(asked(shelves, movers_query(MAY, "reseller")))
    assert found.rows.select("item", "before", "now").rows() == [("Galilu", D(120), D("108.305"))]
    assert found.uncompared.rows() == [("Liberty", D(11))] and found.left_out == 11


def test_points_are_parts_of_what_was_sold_before(shelves: Market) -> None:
    found = find_movers(asked(shelves, movers_query(MAY, "product")))
    row = found.on("down").row(0, named=True)
    assert row["points"] == pytest.approx(D("-39.995") / D(120), abs=D("0.00000001"))
    assert sum(found.rows["points"]) == pytest.approx((found.now - found.before) / D(120), abs=D("0.0000001"))


def test_each_item_has_its_own_two_largest_reasons(shelves: Market) -> None:
    """5 units fewer at its own 10 a unit; 5 units at 12.001 instead of 10."""
    reasons = reasons_of(asked(shelves, bridge_query(MAY, "product")))
    assert reasons[TUNDRA_NAME] == "fewer units −€\u202f50, higher prices +€\u202f10"
    assert reasons[SAUNA_NAME] == "sold only now +€\u202f48"


@pytest.mark.parametrize("item", ITEMS)
def test_by_any_dimension_the_items_add_up_to_the_change_to_the_cent(shelves: Market, item: str) -> None:
    shelves.order_line("1", "2025-05-04", TUNDRA, 2, "21.337", city="Oslo", utm_source="mail", device_type="phone")
    shelves.order_line("2", "2024-05-05", SAUNA, 1, "9.999", city="Bergen")
    shelves.covers("online", "2024-05", "2025-05")
    answer = asked(shelves, movers_query(MAY, item))
    found, whole = find_movers(answer), asked(shelves, bridge_query(MAY, item))
    steps = item_steps(found, most=2)
    explained = bridge(whole)
    assert set(reasons_of(whole)) >= set(found.rows["item"])
    assert explained.before + sum(value for _, value in steps) == explained.now
    assert bridge_items(whole)["change"].sum() == sum(found.rows["change"]) == D("-0.357")
    assert all(value == value.quantize(D("0.01")) for _, value in steps)


@settings(max_examples=80, deadline=None)
@given(changes, st.integers(0, 6), st.decimals(0, 10**6, places=7))
def test_the_steps_by_item_close_to_the_cent(moved: list[tuple[str, Decimal]], most: int, before: Decimal) -> None:
    rows = pl.DataFrame(
        [*zip(*moved, strict=True)] if moved else {"item": [], "change": []}, schema={"item": pl.String, "change": pl.Decimal(38, 9)}
    )
    now = before + sum((value for _, value in moved), D(0))
    found = Movers("product", "sales_eur_net", rows, rows, before, now, 0)
    chart = items_chart(found, asked_nothing(), most)
    start, *steps, end = chart.series[0].values
    assert start + sum(steps) == end and len(steps) <= most + 1


def asked_nothing():
    from core.sales.query import Result

    return Result(MAY, pl.DataFrame(), {}, "", 0, MAY.period)


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, max_size=10))
def test_an_items_own_effects_add_up_to_its_part_of_the_change(some) -> None:
    apart, together = effects_by_item(some, apart=True), effects_by_item(some)
    for item, effects in apart.items():
        assert sum(effects.values, Fraction(0)) == sum(together[item].values, Fraction(0))
    assert sum(total_effects(apart).values) == sum((c.now.net - c.before.net for c in some), Fraction(0))


def test_movers_are_what_a_direct_sum_says(shelves: Market) -> None:
    with shelves.database.raw() as connection:
        rows = connection.execute(
            "select p.functional_name || ' · ' || p.product_name, sum(f.sales_eur_net) filter (where f.year = 2025) as now,"
            " sum(f.sales_eur_net) filter (where f.year = 2024) as before from sellout_entries2 f join products p on p.ean = f.product_ean"
            " join resellers r on r.id = f.reseller_id where r.key = 'galilu' group by 1"
        ).fetchall()
    stated = {name: (now or 0) - (before or 0) for name, now, before in rows}
    found = find_movers(asked(shelves, movers_query(MAY, "product")))
    assert dict(found.rows.select("item", "change").iter_rows()) == stated


def test_movers_by_units_are_whole(shelves: Market) -> None:
    found = find_movers(asked(shelves, movers_query(MAY, "product", "units")))
    assert item_steps(found) == ((TUNDRA_NAME, -5), (SAUNA_NAME, 4), (CANDLE_NAME, -2)) and found.change == -3


def test_gross_profit_moves_where_the_cost_is_known(shelves: Market) -> None:
    shelves.order_line("1", "2025-05-04", TUNDRA, 2, "20", cost_of_goods=5)
    shelves.order_line("2", "2024-05-04", TUNDRA, 2, "30", cost_of_goods=5)
    shelves.covers("online", "2024-05", "2025-05")
    found = find_movers(asked(shelves, movers_query(MAY, "product", "gross_profit")))
    assert found.rows.select("item", "change").rows() == [(TUNDRA_NAME, D(-10))]


def test_the_table_to_take_away_says_what_each_is(shelves: Market) -> None:
    answer = asked(shelves, movers_query(MAY, "product"))
    rows = table(find_movers(answer, reasons_of(asked(shelves, bridge_query(MAY, "product")))))
    assert rows["Movement"].to_list() == ["new", "fell", "lost"] and "fewer units" in rows["Reasons (net revenue)"][1]


def test_what_was_only_returned_before_is_new_and_has_no_percentage(shelves: Market) -> None:
    shelves.line("galilu", "2024-05", SAUNA, -1, -12)
    found = find_movers(asked(shelves, movers_query(MAY, "product")))
    assert found.on("new").select("item", "before", "change", "change_pct").rows() == [(SAUNA_NAME, -12, D("60.3"), None)]


def test_movers_need_a_comparison_and_a_figure_that_adds_up(shelves: Market) -> None:
    with pytest.raises(BadQuestion, match="comparison"):
        find_movers(asked(shelves, build_query("sales_eur_net", "product")))
    with pytest.raises(BadQuestion, match="do not add up"):
        movers_query(MAY, "product", "aov")
    with pytest.raises(BadQuestion, match="too many to list"):
        find_movers(replace(asked(shelves, movers_query(MAY, "product")), rows_in_all=10**6))
