"""Pivots: every subtotal against an answer of its own, ratios and distinct counts against SQL over the facts, shares and running totals by law."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.caching import ResultCache
from core.sales.pivot_ordering import arranged
from core.sales.pivot_query import Cells, Member, PivotQuery
from core.sales.pivot_table import finest, table
from core.sales.pivot_tracing import filters_of, measure_of
from core.sales.pivot_values import why_not
from core.sales.query import Filter, Result, build_query
from core.sales.running import run
from core.sales.running_pivots import run_pivot
from core.sales.tracing import trace
from core.workbench import Workbench
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
D = Decimal


@pytest.fixture
def busy(market: Market) -> Market:
    return market.once(_busy)


def _busy(market: Market) -> None:
    """Three resellers, three products, six months of two years, orders that touch two months and two products."""
    dice = random.Random(7)
    for year in (2024, 2025):
        for month in range(1, 7):
            for reseller in ("galilu", "skins_sa"):
                for ean in (TUNDRA, SAUNA, CANDLE):
                    if dice.random() < 0.8:
                        units = dice.randint(1, 9)
                        market.line(reseller, f"{year}-{month:02d}", ean, units, units * dice.randint(20, 90))
                market.covers(reseller, f"{year}-{month:02d}")
    for order, day, ean in (
        ("A", "2025-01-31", TUNDRA),
        ("B", "2025-01-31", TUNDRA),
        ("B", "2025-02-01", SAUNA),
        ("C", "2025-02-02", SAUNA),
    ):
        market.order_line(order, day, ean, 1, 60)
    market.fill_rollup()


def ask(
    market: Market, measures: Any, rows: Any, columns: tuple[str, ...] = (), compare: Any = None, where: Any = None, **options: Any
) -> Cells:
    given = {name: options.pop(name) for name in ("at", "running") if name in options}
    query = build_query(measures, rows, where, "2025", compare, **options)
    return run_pivot(market.database, PivotQuery(query, columns, **given), None, TODAY)


def by_value(cells: Cells) -> dict[tuple[Any, ...], Any]:
    return {(tuple(m.value for m in r), tuple(m.value for m in c)): figures for (r, c), figures in cells.figures.items()}


@pytest.mark.parametrize("compare", [None, "prior_year"])
@pytest.mark.parametrize(("rows", "columns"), [(["reseller", "product"], ("month",)), (["month"], ("reseller", "product")), (["quarter", "reseller", "product"], ())])  # fmt: skip
def test_every_subtotal_is_the_figure_asked_for_alone(busy: Market, rows: list[str], columns: tuple[str, ...], compare: str | None) -> None:
    measures = ["sales_eur_net", "average_unit_price", "orders", "active_products", "aov", "share"]
    cells = ask(busy, measures, rows, columns, compare)
    for one in cells.asked.sets:
        alone = run(busy.database, build_query(measures, list(one), None, "2025", compare), None, TODAY)
        answered = alone.frame.rows(named=True) if one else [alone.totals]
        here = {pair: f for pair, f in cells.figures.items() if tuple(m.dimension for side in pair for m in side) == one}
        assert len(here) == len(answered) > 0
        for row in answered:
            figures = next(f for pair, f in here.items() if all(row[m.dimension] == m.value for side in pair for m in side))
            assert {name: row[name] for name in figures} == figures


def test_totals_of_ratios_and_distinct_counts_agree_with_sql_over_the_facts(busy: Market) -> None:
    found = by_value(ask(busy, ["average_unit_price", "orders"], ["reseller"], ("month",)))
    price = "select sum(sales_eur_net) / sum(quantity) from readable.sales where counted_on between '2025-01-01' and '2025-12-31' and line_kind = 'sale'"
    orders = "select count(distinct order_id) from readable.sales where source = 'd2c' and counted_on between '2025-01-01' and '2025-12-31'"
    with busy.database.reader() as c:
        (total,) = c.execute(price).fetchone()  # type: ignore[misc]
        (galilu,) = c.execute(price + " and reseller = 'Galilu'").fetchone()  # type: ignore[misc]
        (april,) = c.execute(price + " and counted_on between '2025-04-01' and '2025-04-30'").fetchone()  # type: ignore[misc]
        (count,) = c.execute(orders).fetchone()  # type: ignore[misc]
    price_of = {key: figures["average_unit_price"] for key, figures in found.items()}
    assert (price_of[(), ()], price_of[("Galilu",), ()], price_of[(), (date(2025, 4, 1),)]) == tuple(
        round(value, 9) for value in (total, galilu, april)
    )
    assert found[("Online",), ()]["orders"] == count == 3
    assert found[("Online",), (date(2025, 1, 1),)]["orders"] + found[("Online",), (date(2025, 2, 1),)]["orders"] == 4


def test_the_first_of_each_group_and_the_others_add_up(busy: Market) -> None:
    measures = ["sales_eur_net", "average_unit_price"]
    cells = ask(busy, measures, ["reseller", "product"], ("month",), limit=1)
    whole = by_value(ask(busy, measures, ["reseller", "product"], ("month",)))
    found = by_value(cells)
    assert sum(f["sales_eur_net"] for (r, c), f in found.items() if len(r) == 2 and not c) == found[(), ()]["sales_eur_net"]
    assert whole[(), ()] == found[(), ()]
    outer = [path[0].value for path in arranged(cells.asked, cells.figures, 0)]
    rest = [name for name in ("Galilu", "Skins SA", "Online") if name != outer[0]]
    alone = run(busy.database, build_query("average_unit_price", (), {"reseller": rest}, "2025"), None, TODAY)
    assert outer[-1] == "others" and found[("others",), ()]["average_unit_price"] == alone.totals["average_unit_price"]


def test_the_remainder_is_one_line_and_subtotals_stand_above_their_parts(busy: Market) -> None:
    seen = table(ask(busy, "sales_eur_net", ["reseller", "product"], limit=1))
    assert [line.kind for line in seen.lines] == ["subtotal", "cells", "cells", "cells", "total"]
    frame = seen.frame()
    assert frame.columns == ["Reseller", "Product", "Net revenue (EUR net)"]
    assert [row[:2] for row in frame.rows()][2:] == [(frame["Reseller"][0], "others"), ("others", ""), ("Total", "")]
    values = frame["Net revenue (EUR net)"]
    assert values[0] == values[1] + values[2] and values[0] + values[3] == values[4]


def test_rows_follow_the_figure_of_one_column(busy: Market) -> None:
    cells = ask(busy, "units", ["product"], ("month",), order_by="units", at="2025-02-01", descending=False)
    column = next(path for path in cells.paths(1, 1) if path[0].value == date(2025, 2, 1))
    values = [cells.figures.get((row, column), {}).get("units") for row in arranged(cells.asked, cells.figures, 0)]
    stated = [value for value in values if value is not None]
    assert stated == sorted(stated) and values[: len(stated)] == stated


def test_an_order_by_a_column_that_is_not_there_is_said(busy: Market) -> None:
    seen = table(ask(busy, "units", ["product"], ("month",), order_by="units", at="never"))
    assert seen.notes == ("There is no column “never” to sort by, so rows follow the total.",)


def test_time_runs_upwards_and_weekdays_from_monday(market: Market) -> None:
    for order, day in (("A", "2025-06-06"), ("B", "2025-06-02"), ("C", "2025-06-04")):
        market.order_line(order, day, TUNDRA, 1, 10)
    weekdays = arranged(*_of(ask(market, "units", ["weekday"])), 0)
    assert [path[0].value for path in weekdays] == ["Monday", "Wednesday", "Friday"]
    days = arranged(*_of(ask(market, "units", ["day"], order_by="day", descending=True)), 0)
    assert [path[0].value.day for path in days] == [6, 4, 2]


def _of(cells: Cells) -> tuple[PivotQuery, Any]:
    return cells.asked, cells.figures


def test_many_groups_across_end_in_others(market: Market) -> None:
    for number in range(25):
        market.store("galilu", f"Store {number:02d}")
        market.line("galilu", "2025-01", TUNDRA, number + 1, 10 * (number + 1), store=f"Store {number:02d}")
    seen = table(ask(market, "units", ["month"], ("store",)))
    titles = seen.titles(lambda member: str(member.value))
    assert len(titles) == 22 and titles[0] == "Store 24" and titles[-2:] == ("others", "Total")
    assert seen.values[0][-2] == sum(range(1, 6)) and sum(seen.values[0][:-1]) == seen.values[0][-1]  # type: ignore[arg-type]


def test_too_many_days_across_are_refused(market: Market) -> None:
    for number in range(130):
        day = date.fromordinal(date(2025, 1, 1).toordinal() + number)
        market.order_line(str(number), day.isoformat(), TUNDRA, 1, 1)
    with pytest.raises(BadQuestion, match="130 columns, too many"):
        ask(market, "units", ["reseller"], ("day",))


@pytest.mark.parametrize(
    ("rows", "columns", "options", "sentence"),
    [
        (["reseller", "product", "store"], ("month",), {}, "up to 3 dimensions"),
        (["reseller", "month"], ("month",), {}, "Month stands in the rows or columns twice"),
        (["reseller"], (), {"order_by": "units"}, "can not be ordered by “units”"),
        (["reseller"], (), {"running": True}, "needs a time"),
        (["colour"], (), {}, "no dimension “colour”"),
    ],
)
def test_what_is_no_pivot_is_said(market: Market, rows: Any, columns: Any, options: Any, sentence: str) -> None:
    with pytest.raises(BadQuestion, match=sentence):
        ask(market, "sales_eur_net", rows, columns, **options)


def test_shares_of_the_total_count_what_is_held(market: Market) -> None:
    market.line("galilu", "2025-05", TUNDRA, 1, 50)
    market.line("galilu", "2025-05", None, None, 30)
    market.held("liberty", "2025-05-05/2025-05-11", 2, 20)
    cells = ask(market, ["sales_eur_net", "average_unit_price"], ["product"])
    seen = table(cells, "share_total")
    assert seen.frame().rows() == [
        ("NLGOT100 · Glow of Tundra 100 ml", D("0.5"), D(50)),
        ("not stated", D("0.3"), None),
        ("held", D("0.2"), None),
        ("Total", D(1), D(50)),
    ]
    assert "Average unit price: shown as values" in seen.notes[0] and "inbox" in seen.notes[1]
    narrowed = ask(market, "sales_eur_net", ["product"], where={"product": TUNDRA})
    assert [line.kind for line in table(narrowed, "share_total").lines] == ["cells", "total"]


def test_what_can_not_be_shown_so_is_shown_as_values_with_the_reason(busy: Market) -> None:
    cells = ask(busy, "aov", ["reseller"])
    for shown_as, sentence in (("share_total", "adds up"), ("running", "time"), ("change", "comparison")):
        seen = table(cells, shown_as)  # type: ignore[arg-type]
        assert seen.shown_as == "value" and sentence in seen.notes[0] and seen.values == table(cells).values


def test_changes_stand_in_cells_and_totals(busy: Market) -> None:
    cells = ask(busy, "sales_eur_net", ["reseller"], ("quarter",), "prior_year")
    assert [head.figure for head in table(cells).heads] == ["sales_eur_net", "sales_eur_net", "sales_eur_net", "sales_eur_net_change_pct"]
    seen = table(cells, "change_pct")
    assert {head.unit for head in seen.heads} == {"change"}
    alone = run(busy.database, build_query("sales_eur_net", "quarter", None, "2025", "prior_year"), None, TODAY)
    assert list(seen.values[-1]) == [*alone.frame["sales_eur_net_change_pct"], alone.totals["sales_eur_net_change_pct"]]


def test_running_totals_are_carried_on_and_end_in_the_total(busy: Market) -> None:
    seen = table(ask(busy, ["units", "active_products", "average_unit_price"], ["reseller"], ("month",), running=True), "running")
    last, total = _columns(seen, date(2025, 6, 1)), _columns(seen, None)
    for row in seen.values:
        assert [row[i] for i in last] == [row[i] for i in total]


def _columns(seen: Any, moment: date | None) -> list[int]:
    return [i for i, head in enumerate(seen.heads) if (head.path[0].value if head.path else None) == moment]


def test_running_figures_that_do_not_add_up_are_those_of_the_time_so_far(busy: Market) -> None:
    measures = ["orders", "average_unit_price", "active_products"]
    seen = table(ask(busy, measures, ["reseller"], ("month",), running=True), "running")
    for month in (1, 2, 5):
        so_far = run(busy.database, build_query(measures, "reseller", None, f"2025-01/2025-{month:02d}"), None, TODAY)
        alone = {row["reseller"]: [row[name] for name in measures] for row in so_far.frame.iter_rows(named=True)}
        places = _columns(seen, date(2025, month, 1))
        shown = {line.path[0].value: [row[i] for i in places] for line, row in zip(seen.lines, seen.values, strict=True) if line.path}
        assert {name: shown[name] for name in alone} == alone


def test_a_sum_that_runs_is_what_would_be_asked_for(busy: Market) -> None:
    """Units are summed; asked for beside a count, the same answer holds them up to each moment too."""
    cells = ask(busy, ["units", "orders"], ["reseller"], ("month",), running=True)
    seen = table(cells, "running")
    for line, row in zip(seen.lines, seen.values, strict=True):
        for head, value in zip(seen.heads, row, strict=True):
            if head.figure == "units" and head.path and line.path:
                assert value == cells.so_far.get((line.path, head.path), {}).get("units")


def test_a_grouping_of_the_pivot_is_an_answer_for_charts(busy: Market) -> None:
    cells = ask(busy, "sales_eur_net", ["reseller", "product"], ("month",))
    one = finest(cells, ("reseller", "month"))
    alone = run(busy.database, build_query("sales_eur_net", ["reseller", "month"], None, "2025"), None, TODAY)
    assert one.query.by == ("reseller", "month") and sorted(one.frame.rows()) == sorted(alone.frame.rows())


def test_it_takes_three_statements_at_most(busy: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.sales import reading_figures

    asked: list[str] = []
    rows_of = reading_figures.rows_of
    monkeypatch.setattr(
        reading_figures, "rows_of", lambda connection, statement: asked.append(statement.text) or rows_of(connection, statement)
    )
    for options, count in (({}, 1), ({"limit": 50}, 2), ({"limit": 1, "running": True}, 3)):
        asked.clear()
        ask(busy, ["units", "orders"], ["reseller", "product"], ("month",), **options)
        figures = [text for text in asked if "is_total" in text]
        assert len(figures) == count and len(set(figures)) == count
    asked.clear()
    ask(busy, "units", ["reseller", "product"], limit=50)
    assert len([text for text in asked if "is_total" in text]) == 1


@pytest.mark.parametrize("shown_as", ["value", "running"])
def test_every_cell_leads_to_lines_that_make_it(busy: Market, shown_as: Any) -> None:
    """The remainder, what is not stated, subtotals and running totals too."""
    busy.line("galilu", "2025-03", None, 2, 35)
    busy.fill_rollup()
    seen = table(ask(busy, ["sales_eur_net", "average_unit_price"], ["reseller", "product"], ("month",), limit=1, running=True), shown_as)
    for line, row in list(zip(seen.lines, seen.values, strict=True))[::2]:
        for head, value in list(zip(seen.heads, row, strict=True))[::3]:
            where = filters_of(seen, line, head)
            assert where is not None
            query = replace(seen.result.query, by=(), where=where, measures=(measure_of(head.figure),))
            found = trace(busy.database, query, None, today=TODAY)
            assert (found.value or 0) == (value or 0)
            assert found.measure.additivity != "additive" or found.adds_up


def test_a_remainder_of_very_many_and_held_money_are_no_filter(busy: Market) -> None:
    busy.held("galilu", "2025-05", 2, 20)
    seen = table(ask(busy, "sales_eur_net", ["product"]), "share_total")
    (held,) = (line for line in seen.lines if line.kind == "held")
    assert filters_of(seen, held, seen.heads[0]) is None and measure_of("units_change_pct") == "units"


def test_a_notebook_asks_for_the_same_pivot(busy: Market, settings: Any) -> None:
    workbench = Workbench(busy.database, settings)
    frame = workbench.pivot(["sales_eur_net"], ["reseller"], "quarter", period="2025", limit=1, shown_as="share_total")
    seen = table(ask(busy, "sales_eur_net", ["reseller"], ("quarter",), limit=1), "share_total")
    assert frame.equals(seen.frame()) and frame.columns == ["Reseller", "Q1 2025", "Q2 2025", "Total"]
    assert frame.row(-1) == ("Total", *(D(v) for v in seen.values[-1]))  # type: ignore[arg-type]


def test_what_is_taken_away_is_what_is_seen(busy: Market) -> None:
    seen = table(ask(busy, ["sales_eur_net", "units"], ["reseller", "product"], ("quarter",), limit=2), "share_row")
    taken = seen.as_shown("Shares")
    assert taken.frame.equals(seen.frame().head(-1)) and taken.totals["Total · Units, share of row"] == 1
    assert set(taken.units.values()) == {"ratio"} and ("Shown as", "Share of row") in taken.about
    assert any(label == "Rows" and "others" in text for label, text in taken.about)


def test_two_people_with_different_sights_never_share_a_pivot(busy: Market) -> None:
    cache = ResultCache()
    query = PivotQuery(build_query("sales_eur_net", "reseller", None, "2025"), ("month",))
    everything = cache.run_pivot(busy.database, query, None, TODAY)
    narrow = cache.run_pivot(busy.database, query, (busy.resellers["galilu"],), TODAY)
    assert len(everything.paths(0, 1)) > len(narrow.paths(0, 1)) == 1 and len(cache) == 2
    assert cache.run_pivot(busy.database, query, None, TODAY) is everything


# Laws over invented cells ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["A", "B", "not stated"])
MONTHS = st.sampled_from([date(2025, month, 1) for month in range(1, 5)])
AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=2)
LINES = st.lists(st.tuples(NAMES, NAMES, MONTHS, AMOUNTS), min_size=1, max_size=25)


def invented(lines: list[tuple[str, str, date, Decimal]]) -> Cells:
    """As the database would answer: every grouping is the sum of its lines."""
    asked = PivotQuery(build_query("sales_eur_net", ["reseller", "product"], None, "2025"), ("month",), running=True)
    figures: dict[Any, dict[str, Decimal]] = {}
    for reseller, product, month, amount in lines:
        row, column = (Member("reseller", reseller, reseller), Member("product", product, product)), (Member("month", str(month), month),)
        for r in range(3):
            for c in range(2):
                cell = figures.setdefault((row[:r], column[:c]), {"sales_eur_net": D(0)})
                cell["sales_eur_net"] += amount
    return Cells(asked, Result(asked.flat, None, {}, "", 1, None, held_net=None), figures)  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(LINES, st.sampled_from(["share_total", "share_row", "share_column", "share_parent"]))
def test_shares_add_to_one_exactly(lines: Any, shown_as: Any) -> None:
    seen = table(invented(lines), shown_as)
    leaves = [i for i, line in enumerate(seen.lines) if line.kind == "cells"]
    parts = [i for i, head in enumerate(seen.heads) if head.kind == "cells"]
    total = len(seen.heads) - 1
    rows = [[D(value or 0) for value in row] for row in seen.values]
    if sum(line[3] for line in lines) == 0:
        assert all(value is None for row in seen.values for value in row)
    elif shown_as == "share_total":
        assert sum(rows[i][j] for i in leaves for j in parts) == 1 == rows[-1][total]
        assert all(sum(row[j] for j in parts) == row[total] for row in rows)
    elif shown_as == "share_row":
        assert all(sum(row[j] for j in parts) == row[total] for row in rows) and {row[total] for row in rows} <= {D(0), D(1)}
    elif shown_as == "share_column":
        assert all(sum(rows[i][j] for i in leaves) == rows[-1][j] for j in range(total + 1)) and rows[-1][total] == 1
    else:
        outer = [i for i, line in enumerate(seen.lines) if line.kind == "subtotal"]
        assert sum(rows[i][total] for i in outer) == 1 == rows[-1][total]
        for i in outer:
            inner = [j for j in leaves if seen.lines[j].path[:1] == seen.lines[i].path]
            assert sum(rows[j][total] for j in inner) in (0, 1)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_subtotals_are_sums_and_the_last_running_total_is_the_total(lines: Any) -> None:
    cells = invented(lines)
    plain, running = table(cells), table(cells, "running")
    last = max(i for i, head in enumerate(running.heads) if head.path)
    for line, row, so_far in zip(plain.lines, plain.values, running.values, strict=True):
        parts = [D(value or 0) for value, head in zip(row, plain.heads, strict=True) if head.path]
        assert sum(parts) == row[-1] == so_far[last] == so_far[-1]
        if line.kind == "subtotal":
            below = [r for one, r in zip(plain.lines, plain.values, strict=True) if one.path[:1] == line.path and one.kind == "cells"]
            assert [sum(D(r[i] or 0) for r in below) for i in range(len(row))] == [D(value or 0) for value in row]


def test_a_reason_is_given_for_what_is_not_offered() -> None:
    units = PivotQuery(build_query("units", "reseller"))
    assert "columns" in why_not(units, "share_row") and "two dimensions" in why_not(units, "share_parent")
    asked = PivotQuery(build_query("aov", "reseller"))
    assert "adds up" in why_not(asked, "share_total") and not why_not(asked, "value")
    assert not why_not(PivotQuery(build_query("units", ["month", "reseller"])), "running")


def test_members_know_what_stands_in_a_url() -> None:
    assert (Member("product", "", "not stated").text, Member("month", "2025-01-01", date(2025, 1, 1)).text) == ("", "2025-01-01")
    assert Filter("month", (Member("month", "2025-01-01", date(2025, 1, 1)).text,)).values == ("2025-01-01",)


def test_a_narrowed_person_sees_a_narrowed_pivot(busy: Market) -> None:
    query = PivotQuery(build_query("sales_eur_net", "reseller", None, "2025"), ("month",))
    cells = run_pivot(busy.database, query, (busy.resellers["galilu"],), TODAY)
    assert {path[0].value for path in cells.paths(0, 1)} == {"Galilu"}
    with busy.database.raw() as c:
        (total,) = c.execute(
            "select sum(sales_eur_net) from sellout_entries2 where reseller_id = %s and year = 2025", (busy.resellers["galilu"],)
        ).fetchone()
    assert cells.figures[(), ()]["sales_eur_net"] == total


def test_where_weeks_over_two_months_count_is_said_with_names(market: Market) -> None:
    """Only where months (or longer) are asked for, and of weekly resellers whose weeks do lie in two."""
    market.line("liberty", "2025-04-28/2025-05-04", TUNDRA, 1, 10)
    market.covers("liberty", "2025-04-28/2025-05-04")
    said = "A week that lies in two months counts as a whole: of Liberty in the month it ends in."
    monthly = ask(market, "units", ["month"])
    assert said in [caveat.text for caveat in monthly.result.caveats] and by_value(monthly)[(date(2025, 5, 1),), ()]["units"] == 1
    assert said not in [caveat.text for caveat in ask(market, "units", ["week"]).result.caveats]
    market.change_reseller("liberty", period_rule="week_start")
    assert any("Liberty in the month it begins in" in caveat.text for caveat in ask(market, "units", ["month"]).result.caveats)


def test_days_of_a_monthly_reseller_are_said_not_to_exist(busy: Market) -> None:
    cells = ask(busy, "units", ["day"], ("reseller",))
    (told,) = (caveat.text for caveat in cells.result.caveats if caveat.kind == "grain")
    assert told.startswith("Galilu and Skins SA state no days")
    assert {r[0].value for r, c in cells.figures if r and c and c[0].value == "Galilu"} == {None}
