from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadQuestion, BadSchedule
from core.reports.definition import (
    KINDS,
    PERIOD_RULES,
    Block,
    ReportDefinition,
    block_period,
    block_query,
    check,
    definition_from,
    monthly_report,
    resolve_period,
)
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period

TODAY = date(2025, 6, 10)
filters = st.builds(Filter, st.sampled_from(list(DIMENSIONS)), st.lists(st.text(min_size=1), min_size=1).map(tuple), st.booleans())
blocks = st.builds(
    Block,
    st.sampled_from(list(KINDS)),
    st.text(),
    st.lists(st.sampled_from(list(MEASURES)), min_size=1, unique=True).map(tuple),
    st.lists(st.sampled_from(list(DIMENSIONS)), min_size=1, max_size=2, unique=True).map(tuple),
    st.lists(filters, max_size=2).map(tuple),
    st.none() | st.integers(1, 50),
    st.booleans(),
    st.none() | st.sampled_from(list(PERIOD_RULES)),
    st.text(),
)


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        ("last_week", "2025-06-02", "2025-06-08"),
        ("last_month", "2025-05-01", "2025-05-31"),
        ("last_quarter", "2025-01-01", "2025-03-31"),
        ("last_12_months", "2024-06-01", "2025-05-31"),
        ("month_to_date", "2025-06-01", "2025-06-10"),
        ("year_to_date", "2025-01-01", "2025-05-31"),
        ("2025-Q2", "2025-04-01", "2025-06-30"),
    ],
)
def test_a_rule_means_a_period_on_a_day(rule, start, end):
    assert resolve_period(rule, TODAY) == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("rule", PERIOD_RULES)
def test_january_looks_back_into_december(rule):
    period = resolve_period(rule, date(2025, 1, 1))
    assert period.end <= date(2025, 1, 1)
    if rule not in ("month_to_date",):
        assert period.end.year == 2024


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.sampled_from(list(PERIOD_RULES)))
def test_a_rule_never_reaches_into_the_future(today, rule):
    period = resolve_period(rule, today)
    assert period.end <= today
    assert rule == "month_to_date" or period.end < today


@given(st.lists(blocks, min_size=1, max_size=4).map(tuple), st.sampled_from([None, "prior_year", "prior_period"]))
def test_a_definition_survives_being_written_down(parts, compare):
    definition = ReportDefinition("Report", "last_month", compare, (Filter("channel", ("offline",)),), parts)
    assert definition_from(definition.to_dict()) == definition


def test_the_monthly_report_can_be_built_as_it_is():
    assert check(monthly_report()) == definition_from(monthly_report().to_dict())


def test_a_block_counts_its_own_rule_from_the_reports_end():
    definition = replace(monthly_report(), period="2025-03")
    assert block_period(definition, Block("kpis", period="year_to_date"), TODAY) == Period(date(2025, 1, 1), date(2025, 3, 31))
    assert block_period(definition, Block("trend"), TODAY) == Period(date(2024, 4, 1), date(2025, 3, 31))


def test_a_shortened_table_adds_the_rest_as_one_row():
    query = block_query(monthly_report(), Block("table", by=("product",), limit=10), TODAY)
    assert (query.limit, query.others, query.compare) == (10, True, "prior_year")


@pytest.mark.parametrize(
    "definition",
    [
        ReportDefinition("", blocks=(Block("kpis"),)),
        ReportDefinition("Empty"),
        ReportDefinition("Bad period", "someday", blocks=(Block("kpis"),)),
        ReportDefinition("No split", blocks=(Block("table"),)),
        ReportDefinition("Wrong kind", blocks=(Block("pie"),)),
        ReportDefinition("Wrong comparison", compare="yesterday", blocks=(Block("kpis"),)),
        ReportDefinition("Wrong measure", blocks=(Block("kpis", measures=("sales_usd",)),)),
        ReportDefinition("Wrong dimension", blocks=(Block("table", by=("planet",)),)),
    ],
)
def test_what_can_not_be_built_is_refused_when_it_is_saved(definition):
    with pytest.raises((BadSchedule, BadQuestion)):
        check(definition)


@pytest.mark.parametrize("plain", [{}, {"title": "x", "blocks": [1]}, {"title": "x", "where": 3}])
def test_what_is_no_definition_is_said_so(plain):
    with pytest.raises(BadSchedule):
        definition_from(plain)
