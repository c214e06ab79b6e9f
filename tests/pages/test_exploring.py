from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.query import Filter, parse_period
from pages.components.choosing import Choice
from pages.components.exploring import (
    LIMITS,
    SHOWS,
    View,
    charted,
    code,
    dimension_labels,
    question,
    read,
    title,
    written,
)

CHOICE = Choice(parse_period("2025"), "", ("Liberty",))
names = st.sampled_from(sorted(DIMENSIONS))
views = st.builds(
    View,
    st.lists(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=3, unique=True).map(tuple),
    st.lists(names, max_size=3, unique=True).map(tuple),
    st.sampled_from(["", *sorted(DIMENSIONS)]),
    st.sampled_from(LIMITS),
    st.booleans(),
    st.sampled_from(list(SHOWS)),
)


@given(views)
def test_a_view_survives_the_url(view: View) -> None:
    found, problems = read(written(view))
    assert (found, problems) == (view, ())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("measure", "foo", "There is no measure “foo”"),
        ("by", "foo", "There is no dimension “foo”"),
        ("across", "foo", "There is no dimension “foo”"),
        ("show", "foo", "“foo” can not be used"),
        ("top", "many", "is no number of rows"),
    ],
)
def test_what_a_url_can_not_mean_is_explained_and_left_out(name: str, value: str, sentence: str) -> None:
    view, problems = read({name: [value]})
    assert view == View() and sentence in problems[0]


def test_like_for_like_needs_a_comparison_and_goes_into_the_notebook() -> None:
    kept = question(View(), replace(CHOICE, compare="prior_year_weeks", alike="stores"))
    assert (kept.compare, kept.like_for_like) == ("prior_year_weeks", "stores")
    assert 'like_for_like="stores"' in code(kept)
    assert question(View(), replace(CHOICE, compare="", alike="stores")).like_for_like is None


def test_fiscal_dimensions_are_offered_where_the_brand_has_a_fiscal_calendar() -> None:
    assert "fiscal_month" in dimension_labels(View(), fiscal=True)
    assert not [name for name in dimension_labels(View(), fiscal=False) if name.startswith("fiscal_")]
    assert "fiscal_year" in dimension_labels(View(by=("fiscal_year",)), fiscal=False)


def test_the_question_joins_the_global_filter_and_the_own_ones() -> None:
    query = question(View(across="month", by=("product", "month")), replace(CHOICE, filters=(Filter("country", ("GB",)),)))
    assert query.where == (Filter("reseller", ("Liberty",)), Filter("country", ("GB",)))
    assert query.by == ("product",) and query.limit == 50 and query.others


def test_the_chart_puts_time_first_and_compares_one_dimension_only() -> None:
    view = View(by=("product",), across="month")
    shown = charted(view, question(view, CHOICE))
    assert shown.by == ("month", "product") and shown.compare is None and shown.limit is None


def test_the_code_asks_the_same_question() -> None:
    from core.sales.query import SalesQuery, build_query

    query = question(View(), replace(CHOICE, filters=(Filter("country", ("GB",), exclude=True),)))
    calls: list[SalesQuery] = []

    class Notebook:
        def sales(self, **options: object) -> None:
            calls.append(build_query(**options))  # type: ignore[arg-type]

    text = code(query).replace("import core\n", "").replace("wb = core.open()\n", "")
    exec(text, {"wb": Notebook()})
    assert calls == [query]


def test_the_title_names_figures_and_groups() -> None:
    assert title(question(View(), CHOICE)) == "Net revenue, Units by Reseller"
