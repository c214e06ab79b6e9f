from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sales.chart_choices import SHAPES, refusal, shapes_for
from core.sales.charts import to_vega
from core.sales.fiscal import FiscalCalendar
from core.sales.query import Result, build_query, parse_period

D = Decimal


def answer(by: str | list[str], rows: list[tuple[Any, ...]], measure: str = "sales_eur_net", compare: bool = False) -> Result:
    query = build_query(measure, by, None, "2025", "prior_year" if compare else None)
    names = [*query.by, measure, *([f"{measure}{s}" for s in ("_comparable", "_before", "_change")] if compare else [])]
    before = parse_period("2024") if compare else None
    return Result(query, pl.DataFrame(rows, schema=names, orient="row"), {}, "", 1, parse_period("2025"), before)


MONTHS = [(date(2025, m, 1), D(m)) for m in range(1, 9)]
SPLIT = [(date(2025, m, 1), name, D(m)) for m in (1, 2, 3) for name in ("Liberty", "Galilu")]
MANY = [(date(2025, m, 1), f"P{n:02d}", D(20 - n)) for m in (1, 2) for n in range(12)]
GROUPS = [("A", D(60)), ("B", D(30)), ("others", D(10))]
GRID = [(c, p, D(5)) for c in ("Stores", "Online") for p in ("A", "B")]
CHANGED = [("A", D(60), D(60), D(40), D(20)), ("B", D(30), D(20), D(50), D(-30)), ("new", D(5), None, None, None)]


@pytest.mark.parametrize(
    ("result", "shapes"),
    [
        (answer("month", MONTHS), ["line", "bar"]),
        (answer(["month", "reseller"], SPLIT), ["stacked_bar", "line", "bar", "stacked_share", "heatmap"]),
        (answer(["month", "reseller"], SPLIT, "aov"), ["line", "bar", "heatmap"]),
        (answer(["month", "product"], MANY), ["heatmap", "stacked_bar", "stacked_share"]),
        (answer("product", GROUPS), ["horizontal_bar", "bar", "donut"]),
        (answer("product", GROUPS, "aov"), ["horizontal_bar", "bar"]),
        (answer("product", CHANGED, compare=True), ["horizontal_bar", "bar", "donut", "waterfall"]),
        (answer(["channel", "product"], GRID), ["heatmap", "bar", "stacked_bar", "stacked_share"]),
        (answer((), [(D(1),)]), []),
        (answer("product", GROUPS[:1]), []),
        (answer(["month", "reseller", "product"], []), []),
    ],
)
def test_only_shapes_that_suit_are_offered_the_best_first(result: Result, shapes: list[str]) -> None:
    assert list(shapes_for(result)) == shapes


@pytest.mark.parametrize(
    ("result", "shape", "sentence"),
    [
        (answer("product", GROUPS), "line", "need time"),
        (answer(["month", "product"], MANY), "line", "12 lines can not be told apart"),
        (answer(["month", "reseller"], SPLIT, "aov"), "stacked_bar", "does not add up over groups"),
        (answer("product", [("A", D(5)), ("B", D(-1))]), "donut", "below zero"),
        (answer("product", [(str(n), D(n)) for n in range(9)]), "donut", "up to 6 shares; here are 9"),
        (answer("product", [(str(n), D(n)) for n in range(40)]), "bar", "40 bars"),
        (answer("product", GROUPS), "waterfall", "needs a comparison"),
        (answer("month", MONTHS), "heatmap", "two dimensions"),
        (answer("product", GROUPS[:1]), "bar", "at least two values"),
    ],
)
def test_what_does_not_suit_is_said(result: Result, shape: Any, sentence: str) -> None:
    assert sentence in refusal(result, "", shape) and shape not in shapes_for(result)


def test_a_waterfall_of_change_closes() -> None:
    spec = shapes_for(answer("product", CHANGED, compare=True))["waterfall"]
    assert spec.categories == ("2024", "B", "A", "2025, compared part")
    assert spec.series[0].values == (90, -30, 20, 80) and spec.totals == (0, 3)
    assert spec.title == "Change of net revenue by product, 2025, compared part against 2024"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=2, max_size=30))
def test_the_steps_of_any_waterfall_make_the_change(pairs: list[tuple[int, int]]) -> None:
    rows = [(f"P{n}", D(now), D(now), D(before), D(now - before)) for n, (now, before) in enumerate(pairs)]
    spec = shapes_for(answer("product", rows, compare=True)).get("waterfall")
    assert spec is not None
    before, *steps, now = spec.series[0].values
    assert before + sum(steps) == now == sum(pair[0] for pair in pairs) and len(steps) <= 11


def test_shares_of_a_stack_make_a_whole_and_small_groups_join_the_others() -> None:
    spec = shapes_for(answer(["month", "product"], MANY))["stacked_share"]
    assert [s.name for s in spec.series] == [f"P{n:02d}" for n in range(6)] + ["others"] and spec.is_whole
    assert all(sum(s.values[i] for s in spec.series) == 1 for i in range(2))
    stacked = shapes_for(answer(["month", "product"], MANY))["stacked_bar"]
    assert stacked.series[-1].values == (sum(20 - n for n in range(6, 12)),) * 2


def test_the_running_month_is_partial_and_fiscal_periods_have_their_names() -> None:
    assert shapes_for(answer("month", MONTHS), today=date(2025, 8, 10))["bar"].partial == (7,)
    rows = [(date(2025, 2, 1), D(1)), (date(2025, 5, 1), D(2))]
    spec = shapes_for(answer("fiscal_quarter", rows), calendar=FiscalCalendar(2))["bar"]
    assert spec.texts == ("FY2026 Q1", "FY2026 Q2")


def test_every_shape_can_be_drawn_on_paper() -> None:
    drawn: dict[str, Any] = {}
    for result in (answer("month", MONTHS), answer(["month", "reseller"], SPLIT), answer("product", CHANGED, compare=True)):
        drawn |= shapes_for(result)
    assert set(drawn) == set(SHAPES)
    for spec in drawn.values():
        assert vl_convert.vegalite_to_svg(to_vega(spec)).startswith("<svg")
