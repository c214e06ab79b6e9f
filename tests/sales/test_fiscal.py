from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.ingest.reading_back import live_rows
from core.sales.fiscal import FiscalCalendar, name_part
from core.sales.query import Filter, Period, SalesQuery, build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import TUNDRA

TODAY = date(2027, 1, 15)
PATTERNS = ("months", "4-4-5", "4-5-4", "5-4-4")
calendars = st.builds(FiscalCalendar, st.integers(1, 12), st.sampled_from(PATTERNS))


def test_a_fiscal_year_is_named_by_the_year_it_ends_in():
    april = FiscalCalendar(4)
    assert april.parse("FY2026") == parse_period("2025-04/2026-03")
    assert april.parse("FY2026-Q2") == parse_period("2025-07/2025-09")
    assert april.parse("FY2026-P12") == parse_period("2026-03")
    assert FiscalCalendar().parse("FY2026") == FiscalCalendar().parse("2026") == parse_period("2026")


def test_weeks_from_january_are_the_iso_year():
    weeks = FiscalCalendar(1, "4-4-5")
    assert weeks.year(2025) == parse_period("2024-12-30/2025-12-28")
    assert [weeks.month(2025, n).days // 7 for n in range(1, 13)] == [4, 4, 5] * 4


def test_the_53rd_week_lengthens_the_last_month():
    weeks = FiscalCalendar(1, "4-4-5")
    assert weeks.year(2026) == parse_period("2025-12-29/2027-01-03") and weeks.year(2026).days == 371
    assert weeks.month(2026, 12).days == 42 and weeks.quarter(2026, 4).days == 98


@settings(max_examples=60, deadline=None)
@given(calendars, st.integers(2000, 2060))
def test_twelve_months_fill_the_year_without_gap(calendar, year):
    spans = [calendar.month(year, n) for n in range(1, 13)]
    assert spans[0].start == calendar.year(year).start and spans[-1].end == calendar.year(year).end
    assert all(a.end + timedelta(days=1) == b.start for a, b in itertools.pairwise(spans))
    assert [calendar.year_of(s.start) for s in spans] == [calendar.year_of(s.end) for s in spans] == [year] * 12


def test_a_part_that_does_not_exist_is_refused():
    for text in ("FY2026-Q5", "FY2026-P13", "FY2026-P00"):
        with pytest.raises(BadQuestion, match="fiscal year has"):
            FiscalCalendar().parse(text)


def test_fiscal_periods_are_parsed_in_one_place_and_also_as_a_span():
    april = FiscalCalendar(4)
    assert parse_period("FY2026-P01/FY2026-P03", april) == april.parse("FY2026-Q1") == parse_period("2025-04/2025-06")
    assert build_query("units", period="fy2026", compare="FY2025", fiscal=april).compare == parse_period("2024-04/2025-03")
    with pytest.raises(BadQuestion, match="can not be used here"):
        parse_period("FY2026")


def test_parts_have_names():
    weeks = FiscalCalendar(1, "4-4-5")
    assert [name_part(weeks, date(2025, 1, 27), part) for part in ("year", "quarter", "month")] == ["FY2025", "FY2025 Q1", "FY2025 P02"]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("start", [1, 2, 4, 11])
def test_the_database_and_the_calendar_agree_on_every_day(market, start, pattern):
    calendar = FiscalCalendar(start, pattern)
    columns = ", ".join(calendar.sql(part, "d") for part in ("year", "quarter", "month"))
    with market.database.reader() as connection:
        statement = f"select d, {columns} from (select g::date as d from generate_series('2019-01-01'::date, '2027-12-31', '3 days') g) x"
        for day, *found in connection.execute(statement.encode()).fetchall():
            assert found == [calendar.part_of(day, part).start for part in ("year", "quarter", "month")]


def test_figures_by_fiscal_quarter_follow_the_settings(market):
    for day, net in (("2025-03-31", 1), ("2025-04-01", 10), ("2025-06-30", 20), ("2025-07-01", 100)):
        market.order_line(day, day, TUNDRA, 1, net)
    database = replace(market.database, fiscal_year_start=4)
    frame = run(database, SalesQuery(by=("fiscal_year", "fiscal_quarter")), None, TODAY).frame
    assert frame.rows() == [
        (date(2024, 4, 1), date(2025, 1, 1), 1),
        (date(2025, 4, 1), date(2025, 4, 1), 30),
        (date(2025, 4, 1), date(2025, 7, 1), 100),
    ]
    where = (Filter("fiscal_quarter", ("FY2026-Q1",)),)
    assert run(database, SalesQuery(where=where), None, TODAY).totals == {"sales_eur_net": 30}


def test_live_rows_are_asked_for_by_fiscal_period(market):
    for day, net in (("2025-03-31", 1), ("2025-04-01", 10)):
        market.order_line(day, day, TUNDRA, 1, net)
    database = replace(market.database, fiscal_year_start=4)
    assert live_rows(database, period="FY2026-P01")["amount_local"].to_list() == [10]


def test_a_month_across_two_fiscal_months_of_weeks_is_not_put_into_either(market):
    database = replace(market.database, fiscal_months="4-4-5")
    market.line("galilu", "2025-02", TUNDRA, 1, 7)
    market.line("liberty", "2025-01-27/2025-02-02", TUNDRA, 1, 70)
    by_month = run(database, SalesQuery(by=("fiscal_month",)), None, TODAY)
    assert by_month.frame.rows() == [(date(2025, 1, 27), 70), (None, 7)]
    assert "not stated by fiscal month" in " ".join(c.text for c in by_month.caveats)
    assert run(database, SalesQuery(by=("fiscal_quarter",)), None, TODAY).frame.rows() == [(date(2024, 12, 30), 77)]


def test_the_same_fiscal_month_a_year_earlier_is_364_days_earlier(market):
    weeks = FiscalCalendar(1, "4-4-5")
    for period, net in ((weeks.month(2025, 2), 50), (weeks.month(2024, 2), 40)):
        market.order_line(str(period), str(period.start), TUNDRA, 1, net)
        market.covers("online", f"{period.start}/{period.end}")
    asked = SalesQuery(by=("fiscal_month",), period=weeks.month(2025, 2), compare="prior_year")
    frame = run(replace(market.database, fiscal_months="4-4-5"), asked, None, TODAY).frame
    assert frame.select("fiscal_month", "sales_eur_net", "sales_eur_net_before").rows() == [(date(2025, 1, 27), 50, 40)]
    assert weeks.month(2024, 2) == Period(date(2024, 1, 29), date(2024, 2, 25))
