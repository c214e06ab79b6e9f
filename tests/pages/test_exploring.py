from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.chart_choices import SHAPES
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_values import SHOWN_AS
from core.sales.query import Filter, SalesQuery, build_query, parse_period
from pages.components import exploring
from pages.components.choosing import Choice
from pages.components.drilling import Step
from pages.components.exploring import (
    LIMITS,
    SHOWS,
    View,
    charted,
    code,
    dimension_labels,
    pivot,
    pivot_code,
    question,
    read,
    title,
    written,
)

CHOICE = Choice(parse_period("2025"), "", ("Liberty",))
names = st.sampled_from(sorted(DIMENSIONS))
values = st.sampled_from(["GB", "", "a:b", "Łódź|x", "50 % off, new", "2025-05-01"])
filters = st.builds(Filter, names, st.lists(values, min_size=1, max_size=2, unique=True).map(tuple), st.booleans())
steps = st.builds(
    Step,
    st.lists(names, max_size=3, unique=True).map(tuple),
    st.lists(names, max_size=2, unique=True).map(tuple),
    st.sampled_from(list(SHOWS)),
    st.sampled_from(["", "-units", "units@2025-05-01"]),
    st.lists(filters, min_size=1, max_size=3, unique_by=lambda f: (f.dimension, f.exclude)).map(tuple),
)
laid_out = st.lists(names, max_size=3, unique=True).flatmap(
    lambda found: st.integers(0, min(2, len(found))).map(lambda cut: (tuple(found[cut:]), tuple(found[:cut])))
)
views = st.builds(
    lambda measures, layout, *rest: View(measures, layout[0], layout[1], *rest),
    st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=3, unique=True).map(tuple),
    laid_out,
    st.sampled_from(LIMITS),
    st.booleans(),
    st.sampled_from(list(SHOWS)),
    st.sampled_from(list(SHOWN_AS)),
    st.sampled_from(["", "-units", "units@2025-05-01", "-sales_eur_net_change_pct", "reseller", "-month"]),
    st.booleans(),
    st.sampled_from(["", *SHAPES]),
    st.sampled_from(["", "units", "aov"]),
    st.lists(steps, max_size=2).map(tuple),
)


@given(views)
def test_a_view_survives_the_url(view: View) -> None:
    assert read(written(view)) == (view, ())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("measure", "foo", "There is no measure “foo”"),
        ("by", "foo", "There is no dimension “foo”"),
        ("across", "foo", "There is no dimension “foo”"),
        ("show", "foo", "“foo” can not be used"),
        ("as", "foo", "“foo” can not be used"),
        ("sort", "foo", "can not be sorted by “foo”"),
        ("shape", "foo", "no shape of a chart"),
        ("figure", "foo", "There is no measure “foo”"),
        ("drill", "foo", "can not be read any more"),
        ("drill", "table|reseller||||foo:1", "can not be read any more"),
        ("top", "many", "is no number of rows"),
    ],
)
def test_what_a_url_can_not_mean_is_explained_and_left_out(name: str, value: str, sentence: str) -> None:
    view, problems = read({name: [value]})
    assert view == View() and sentence in problems[0]


def test_a_fourth_dimension_is_left_out_and_named() -> None:
    view, problems = read({"by": ["reseller", "product", "store"], "across": ["month"]})
    assert view.rows == ("reseller", "product") and "Store was left out" in problems[0]
    _, problems = read({"across": ["month", "channel", "reseller"]})
    assert "up to two" in problems[0]


def test_an_old_address_still_works() -> None:
    view, problems = read({"by": ["product"], "across": ["month"], "top": ["10"]})
    assert (view.rows, view.across, view.limit, problems) == (("product",), ("month",), 10, ())


def test_like_for_like_needs_a_comparison_and_goes_into_the_notebook() -> None:
    kept = question(View(), replace(CHOICE, compare="prior_year_weeks", alike="stores"))
    assert (kept.compare, kept.like_for_like) == ("prior_year_weeks", "stores")
    assert 'like_for_like="stores"' in code(kept)
    assert question(View(), replace(CHOICE, compare="", alike="stores")).like_for_like is None


def test_fiscal_dimensions_are_offered_where_the_brand_has_a_fiscal_calendar() -> None:
    assert "fiscal_month" in dimension_labels(View(), fiscal=True)
    assert not [name for name in dimension_labels(View(), fiscal=False) if name.startswith("fiscal_")]
    assert "fiscal_year" in dimension_labels(View(by=("fiscal_year",)), fiscal=False)


def test_the_question_joins_the_global_filter_the_cross_filters_and_the_way_here() -> None:
    chosen = replace(CHOICE, filters=(Filter("country", ("GB", "PL")),))
    step = Step(("reseller",), filters=(Filter("country", ("PL",)), Filter("product", ("A", "B"), exclude=True)))
    query = question(View(across=("month",), by=("product", "month"), trail=(step,)), chosen)
    assert query.where == (Filter("reseller", ("Liberty",)), Filter("country", ("PL",)), Filter("product", ("A", "B"), exclude=True))
    assert query.by == ("product",) and query.limit == 50 and query.others


def test_a_step_to_another_reseller_than_the_filter_shows_neither() -> None:
    step = Step(("product",), filters=(Filter("reseller", ("Galilu",)),))
    assert question(View(trail=(step,)), CHOICE).where == (Filter("reseller", ("Liberty",)), Filter("reseller", ("Galilu",)))


def test_a_cell_is_split_and_the_way_back_restores_the_table() -> None:
    table = View(by=("reseller", "product"), across=("month",), sort="-units")
    cell = (Filter("reseller", ("Galilu",)), Filter("month", ("2025-05-01",)))
    split = exploring.looked_into(table, cell, "store")
    assert (split.by, split.across, split.sort, split.trail[0].filters) == (("store",), (), "", cell)
    total = exploring.looked_into(table, cell[:1], "store")
    assert total.across == ("month",)
    traced = exploring.traced(split, (Filter("store", ("A",)),), "units")
    assert traced.show == "rows" and traced.drawn == "units" and len(traced.trail) == 2
    assert exploring.back(traced, 1) == replace(split, figure="units")
    assert exploring.back(traced, 0) == replace(table, figure="units")


def test_a_click_on_a_heading_sorts_and_again_turns_the_order() -> None:
    assert exploring.turned("", "units") == "-units" and exploring.turned("-units", "units") == "units"
    assert exploring.turned("units", "units") == "-units"
    assert exploring.turned("", "units", "2025-05-01") == "-units@2025-05-01"
    assert exploring.turned("", "reseller") == "reseller" and exploring.turned("reseller", "reseller") == "-reseller"


def test_an_order_the_table_can_not_have_is_said() -> None:
    asked, problems = pivot(View(sort="-aov"), CHOICE)
    assert asked.query.order_by is None and "can not be ordered by “aov”" in problems[0]
    asked, problems = pivot(View(sort="-units@2025-05-01", across=("month",)), CHOICE)
    assert (asked.query.order_by, asked.query.descending, asked.at, problems) == ("units", True, "2025-05-01", ())


def test_the_chart_shows_the_outermost_of_rows_and_columns() -> None:
    assert charted(View(by=("reseller", "product"), across=("month",))) == ("reseller", "month")
    assert charted(View(by=("reseller", "product"))) == ("reseller", "product")
    assert charted(View(by=(), across=("month", "channel"))) == ("month", "channel")


class Notebook:
    """Takes the calls of a notebook's code."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def sales(self, **options: Any) -> None:
        self.asked.append(build_query(**options))

    def pivot(self, rows: Any, columns: Any = (), at: Any = None, shown_as: Any = "value", subtotals: bool = True, **options: Any) -> None:
        self.asked.append((PivotQuery(build_query(by=rows, **options), tuple(columns), at, shown_as == "running"), shown_as, subtotals))


def run(text: str) -> list[Any]:
    notebook = Notebook()
    exec(text.replace("import core\n", "").replace("wb = core.open()\n", ""), {"wb": notebook})
    return notebook.asked


def test_the_code_asks_the_same_question() -> None:
    query = question(View(), replace(CHOICE, filters=(Filter("country", ("GB",), exclude=True),)))
    assert run(code(query)) == [query]
    ordered = SalesQuery(("units",), ("product",), order_by="units", limit=5)
    assert run(code(ordered)) == [ordered]


@given(views)
def test_the_code_asks_for_the_same_table(view: View) -> None:
    asked, _ = pivot(replace(view, trail=()), CHOICE)
    assert run(pivot_code(asked, view.shown_as, subtotals=view.subtotals)) == [
        (replace(asked, running=view.shown_as == "running"), view.shown_as, view.subtotals)
    ]


def test_the_title_names_figures_and_groups() -> None:
    assert title(question(View(), CHOICE)) == "Net revenue, Units by Reseller"
    assert title(question(View(by=("reseller", "product")), CHOICE), ("month",)) == "Net revenue, Units by Reseller, Product and Month"
