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
    pivot_query,
    resolve_period,
    rules_for,
    view_report,
)
from core.sales.dimensions import DIMENSIONS
from core.sales.fiscal import FiscalCalendar
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period, SalesQuery

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
    st.sampled_from([None, "", "prior_year_days", "2024-05"]),
    st.booleans(),
    st.sampled_from([(), ("month",)]),
    st.sampled_from(["value", "running"]),
    st.booleans(),
    st.none() | st.text(),
    st.sampled_from([None, "month"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, ("sale",), ()]),
    st.booleans(),
    st.sampled_from([None, "stores"]),
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


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [  # by the wall calendar of 4-4-5 weeks from April: FY2026 begins on Monday 31 March 2025, its P02 on 28 April, its P03 on 26 May
        ("last_fiscal_month", "2025-04-28", "2025-05-25"),
        ("last_fiscal_quarter", "2024-12-30", "2025-03-30"),
        ("last_fiscal_year", "2024-04-01", "2025-03-30"),
        ("fiscal_year_to_date", "2025-03-31", "2025-05-25"),
    ],
)
def test_a_fiscal_rule_counts_in_the_brands_own_calendar(rule, start, end):
    assert resolve_period(rule, TODAY, FiscalCalendar(4, "4-4-5")) == Period(date.fromisoformat(start), date.fromisoformat(end))


def test_a_fiscal_rule_needs_the_calendar_and_is_offered_with_it_alone():
    with pytest.raises(BadSchedule, match="calendar"):
        resolve_period("last_fiscal_month", TODAY)
    assert rules_for(Period(date(2025, 5, 1), date(2025, 5, 31)), TODAY) == ("last_month",)
    assert rules_for(Period(date(2025, 5, 1), date(2025, 5, 31)), TODAY, FiscalCalendar()) == ("last_month", "last_fiscal_month")


@pytest.mark.parametrize("rule", PERIOD_RULES)
def test_january_looks_back_into_december(rule):
    period = resolve_period(rule, date(2025, 1, 1), FiscalCalendar())
    assert period.end <= date(2025, 1, 1)
    if rule not in ("month_to_date",):
        assert period.end.year == 2024


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.sampled_from(list(PERIOD_RULES)))
def test_a_rule_never_reaches_into_the_future(today, rule):
    period = resolve_period(rule, today, FiscalCalendar(4, "4-4-5"))
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


VIEW = SalesQuery(
    ("sales_eur_net", "aov"),
    ("month", "reseller"),
    (Filter("reseller", ("Galilu",), exclude=True),),
    Period(date(2025, 1, 1), date(2025, 5, 31)),
    "prior_year_weeks",
    "reseller",
    False,
    5,
    True,
    ("sale",),
    True,
    "stores",
)


@pytest.mark.parametrize("query", [VIEW, replace(VIEW, compare=Period(date(2023, 1, 1), date(2023, 5, 31))), SalesQuery(("units",), ())])
def test_a_view_sent_as_a_report_asks_the_very_question_of_the_page(query):
    definition = check(definition_from(view_report("View", query, "2025-01/2025-05", chart=True).to_dict()))
    for block in definition.blocks:
        assert block_query(definition, block, TODAY) == replace(query, period=VIEW.period)


def test_a_view_without_a_comparison_stays_without_one():
    definition = view_report("View", replace(VIEW, compare=None, like_for_like=None), "last_month")
    assert block_query(definition, definition.blocks[0], TODAY).compare is None


def test_a_pivot_keeps_its_rows_columns_and_how_it_is_shown():
    definition = view_report(
        "View", replace(VIEW, by=("reseller",), order_by=None), "2025", columns=("month",), shown_as="share_row", at="2025-05-01"
    )
    (block,) = check(definition_from(definition.to_dict())).blocks
    asked = pivot_query(definition, block, TODAY)
    assert (asked.rows, asked.columns, asked.at, block.shown_as, block.is_pivot) == (
        ("reseller",),
        ("month",),
        "2025-05-01",
        "share_row",
        True,
    )


def test_what_was_kept_before_views_could_be_sent_reads_as_it_did():
    old = {"title": "R", "period": "last_month", "compare": "prior_year", "blocks": [{"kind": "table", "by": ["reseller"], "limit": 5}]}
    (block,) = definition_from(old).blocks
    assert block == Block("table", by=("reseller",), limit=5) and not block.is_pivot
    assert set(definition_from(old).to_dict()["blocks"][0]) == {
        "kind", "title", "measures", "by", "where", "limit", "others", "period", "text",
    }  # fmt: skip


def test_a_report_of_a_fiscal_period_needs_the_calendar():
    definition = ReportDefinition("Report", "FY2026-P03", "FY2025-P03", blocks=(Block("kpis"),))
    july = FiscalCalendar(7)
    query = block_query(check(definition, july), definition.blocks[0], TODAY, july)
    assert (query.period, query.compare) == (Period(date(2025, 9, 1), date(2025, 9, 30)), Period(date(2024, 9, 1), date(2024, 9, 30)))
    with pytest.raises(BadSchedule, match="fiscal period"):
        check(replace(definition, compare=None))


def test_a_rule_that_means_the_period_of_today_is_found():
    assert rules_for(Period(date(2025, 1, 1), date(2025, 5, 31)), TODAY) == ("year_to_date",)
    assert rules_for(Period(date(2025, 1, 1), date(2025, 5, 30)), TODAY) == ()
