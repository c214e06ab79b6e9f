from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.errors import BadQuestion
from core.sales.carrying import carriers_of, carriers_query, find_item
from core.sales.covering import covered_in
from core.sales.dimensions import OTHERS
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import format_figure
from core.sales.heat_map import HeatMap, cell_words, explain, heat_map, heat_query, launch_query, launches
from core.sales.query import Filter, Period, SalesQuery, parse_period
from core.sales.restated import restated
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
D = Decimal
TUNDRA_NAME, SAUNA_NAME, CANDLE_NAME = "NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml", "NLWSC3 · Woolen Storm candle"


def drawn(market: Market, period: str = "2025-01/2025-06", item: str = "product", across: str = "month", **options) -> HeatMap:
    base = SalesQuery(("sales_eur_net",), (), options.pop("where", ()), parse_period(period))
    query = heat_query(base, item, across, options.pop("measure", "sales_eur_net"), options.pop("compare", None))
    carriers = carriers_of(run(market.database, carriers_query(base, item), None, TODAY))
    today = options.pop("today", TODAY)
    return heat_map(run(market.database, query, None, today), carriers, covered_in(market.database), today, FiscalCalendar(), **options)


def cells(found: HeatMap, name: str) -> list[tuple[object, str]]:
    row = next(row for row in found.rows if row.name == name)
    return [(cell.value, cell.heard.state) for cell in row.cells]


@pytest.fixture
def two_vendors(market: Market) -> Market:
    """Galilu states January to April (not March) and sells Tundra and Sauna; Skins SA states all of it and sells Tundra alone."""
    for month, ean, net in (("2025-01", TUNDRA, 100), ("2025-01", SAUNA, 40), ("2025-04", TUNDRA, 70)):
        market.line("galilu", month, ean, 1, net)
    market.line("skins_sa", "2025-02", TUNDRA, 1, 10)
    market.covers("galilu", "2025-01", "2025-02", "2025-04")
    market.covers("skins_sa", *[f"2025-{month:02d}" for month in range(1, 7)])
    return market


def test_blank_is_not_covered_and_zero_is_covered_without_sales(two_vendors: Market) -> None:
    assert cells(drawn(two_vendors), SAUNA_NAME) == [
        (40, "covered"), (0, "covered"), (None, "unknown"), (0, "covered"), (None, "unknown"), (None, "unknown"),
    ]  # fmt: skip


def test_a_cell_of_two_carriers_is_known_in_part_where_one_is_missing(two_vendors: Market) -> None:
    found = drawn(two_vendors)
    assert cells(found, TUNDRA_NAME) == [
        (100, "covered"), (10, "covered"), (0, "partly"), (70, "covered"), (0, "partly"), (0, "partly"),
    ]  # fmt: skip
    march = found.rows[0].cells[2]
    assert cell_words(found, march, 2, format_figure) == "Mar 2025: €\u202f0 · Galilu not wholly covered"
    assert "Mar" in explain(found, format_figure)[0]


def test_every_cell_is_what_a_direct_sum_says(two_vendors: Market) -> None:
    found = drawn(two_vendors)
    with two_vendors.database.raw() as connection:
        rows = connection.execute(
            "select p.functional_name || ' · ' || p.product_name, date_trunc('month', f.period_end)::date, sum(f.sales_eur_net)"
            " from sellout_entries2 f join products p on p.ean = f.product_ean group by 1, 2"
        ).fetchall()
    stated = {(name, moment): value for name, moment, value in rows}
    shown = {(row.name, found.moments[i]): cell.value for row in found.rows for i, cell in enumerate(row.cells) if cell.value}
    assert shown == stated and found.total == sum(stated.values())


def test_the_running_month_is_marked_and_the_next_ones_are_blank(market: Market) -> None:
    market.order_line("1", "2025-07-04", TUNDRA, 2, 210)
    market.covers("online", "2025-06", "2025-07-01/2025-07-14")
    assert cells(drawn(market, "2025-06/2025-08"), TUNDRA_NAME) == [(0, "covered"), (210, "running"), (None, "unknown")]


def test_a_reseller_that_has_not_begun_leaves_no_hole(market: Market) -> None:
    market.line("skins_sa", "2025-01", TUNDRA, 1, 10)
    market.line("galilu", "2025-03", TUNDRA, 1, 30)
    market.covers("skins_sa", "2025-01", "2025-02", "2025-03")
    market.covers("galilu", "2025-03")
    assert cells(drawn(market, "2025-01/2025-03"), TUNDRA_NAME) == [(10, "covered"), (0, "covered"), (30, "covered")]


def test_a_week_is_blank_for_who_states_months_and_the_money_is_named(market: Market) -> None:
    market.line("galilu", "2025-06", SAUNA, 1, 50)
    market.line("liberty", "2025-06-02/2025-06-08", TUNDRA, 1, 80)
    market.covers("galilu", "2025-06")
    market.covers_weeks("liberty", "2025-06-08", "2025-06-15")
    found = drawn(market, "2025-06-02/2025-06-15", across="week")
    assert cells(found, TUNDRA_NAME) == [(80, "covered"), (0, "covered")]
    found = drawn(market, "2025-06-02/2025-06-30", across="week")
    assert cells(found, SAUNA_NAME) == [(None, "unknown")] * 5 and found.without_slot == 50 and found.total == 130
    assert explain(found, format_figure)[0].startswith("€\u202f50 states no week")


def test_a_period_that_cuts_a_month_marks_it(two_vendors: Market) -> None:
    assert cells(drawn(two_vendors, "2025-01-10/2025-02-28"), TUNDRA_NAME)[0] == (100, "partly")


def test_the_others_make_the_rows_add_up_to_the_totals(two_vendors: Market) -> None:
    two_vendors.line("galilu", "2025-01", CANDLE, 1, 5)
    found = drawn(two_vendors, most=1)
    assert [row.name for row in found.rows] == [TUNDRA_NAME, OTHERS] and found.items == 3
    assert [sum(row.cells[i].value or 0 for row in found.rows) for i in range(6)] == [value or 0 for value in found.totals]


def test_one_item_is_never_called_others(two_vendors: Market) -> None:
    assert [row.name for row in drawn(two_vendors, most=1).rows] == [TUNDRA_NAME, SAUNA_NAME]


def test_the_change_of_a_cell_is_of_what_both_periods_cover(market: Market) -> None:
    for month, net in (("2024-05", 100), ("2025-05", 120), ("2024-06", 50), ("2025-06", 60)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-05", "2025-05", "2025-06")
    found = drawn(market, "2025-05/2025-06", compare="prior_year")
    row = found.rows[0]
    assert [found.shade(row, i, "change") for i in range(2)] == [D("0.2"), None]
    assert "+20.0\u202f% against €\u202f100" in cell_words(found, row.cells[0], 0, format_figure)


def test_what_did_not_sell_before_is_new_and_has_no_percentage(market: Market) -> None:
    for month, net in (("2024-05", -10), ("2025-05", 120), ("2025-06", 60)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-05", "2024-06", "2025-05", "2025-06")
    found = drawn(market, "2025-05/2025-06", compare="prior_year")
    row = found.rows[0]
    assert [(cell.change, cell.is_new) for cell in row.cells] == [(None, False), (None, True)]
    assert "+€\u202f130 (the base is negative: returns outweigh sales)" in cell_words(found, row.cells[0], 0, format_figure)


def test_a_season_is_seen_beside_the_rows_own_best_month(two_vendors: Market) -> None:
    found = drawn(two_vendors)
    assert [found.shade(found.rows[0], i, "season") for i in range(4)] == [1, D("0.1"), 0, D("0.7")]


def test_rows_come_by_size_by_launch_or_by_name(two_vendors: Market) -> None:
    two_vendors.line("galilu", "2024-01", SAUNA, 1, 1)
    base = SalesQuery(("sales_eur_net",), (), (Filter("month", ("2025-01",)),), parse_period("2025-01"))
    launched = launches(run(two_vendors.database, launch_query(base, "product"), None, TODAY))
    assert launched == {TUNDRA_NAME: date(2025, 1, 1), SAUNA_NAME: date(2024, 1, 1)}
    by = {order: [r.name for r in drawn(two_vendors, order=order, launched=launched).rows] for order in ("size", "launch", "name")}
    assert by == {"size": [TUNDRA_NAME, SAUNA_NAME], "launch": [TUNDRA_NAME, SAUNA_NAME], "name": [TUNDRA_NAME, SAUNA_NAME]}
    later = drawn(two_vendors, order="launch", launched={SAUNA_NAME: date(2025, 3, 1), TUNDRA_NAME: date(2025, 1, 1)})
    assert [r.name for r in later.rows] == [SAUNA_NAME, TUNDRA_NAME]


def test_a_restated_month_is_told_in_the_cells_of_its_reseller(market: Market) -> None:
    old, new = market.new_batch("galilu"), market.new_batch("galilu", file_name="May again.xlsx")
    market.line("galilu", "2025-05", TUNDRA, 1, 100, upload_batch_id=old, live=False)
    market.line("galilu", "2025-05", TUNDRA, 2, 180, upload_batch_id=new)
    market.covers("galilu", "2025-05", batch=old, live=False, content="a")
    market.covers("galilu", "2025-05", batch=new, content="b")
    found = drawn(market, "2025-04/2025-05", restated=restated(market.database))
    assert "May again.xlsx" in found.rows[0].cells[1].restated and not found.rows[0].cells[0].restated


def test_quarters_and_fiscal_months_are_columns_too(two_vendors: Market) -> None:
    assert drawn(two_vendors, across="quarter").titles == ("Q1 2025", "Q2 2025")
    assert drawn(two_vendors, across="fiscal_month").titles[0] == "FY2025 P01"


def test_the_map_is_a_table(two_vendors: Market) -> None:
    assert drawn(two_vendors).frame().row(1)[1:] == (40, 0, None, 0, None, None, 40)


def test_what_does_not_add_up_has_no_map() -> None:
    with pytest.raises(BadQuestion, match="do not add up"):
        heat_query(SalesQuery(), "product", "month", "aov")


def test_too_many_columns_are_refused_with_the_way_out(two_vendors: Market) -> None:
    with pytest.raises(BadQuestion, match="too many to read"):
        drawn(two_vendors, "2015/2025", across="week")


def test_a_shortened_answer_is_refused(two_vendors: Market) -> None:
    query = heat_query(SalesQuery(period=Period(date(2025, 1, 1), date(2025, 3, 31))), "product", "month")
    answer = replace(run(two_vendors.database, query, None, TODAY), rows_in_all=10**6)
    with pytest.raises(BadQuestion, match="too many cells"):
        heat_map(answer, {}, covered_in(two_vendors.database), TODAY, FiscalCalendar())


def test_time_is_nothing_that_is_carried() -> None:
    with pytest.raises(BadQuestion, match="nothing that is sold"):
        find_item("weekday")
