"""Periods in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.time_rules import read_time, symbols
from core.chat.times import Clock, Moment, describe, shift_years
from core.chat.tokens import tokenise
from core.sales.fiscal import FiscalCalendar
from core.sales.query import Period, months, parse_period

CLOCK = Clock(date(2025, 4, 15), date(2023, 11, 1), date(2025, 4, 13))


def moment(text: str) -> Moment:
    tokens = tokenise(text)
    found = read_time(tokens, 0, CLOCK, symbols(tokens))
    assert found is not None and found[0] == len(tokens), f"“{text}” is not read as one period"
    return found[1]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("May 2024", "2024-05"),
        ("2024-05", "2024-05"),
        ("05/2024", "2024-05"),
        ("Q3 2024", "2024-Q3"),
        ("third quarter of 2024", "2024-Q3"),
        ("3. Quartal 2024", "2024-Q3"),
        ("second half of 2024", "2024-H2"),
        ("14 February 2025", "2025-02-14"),
        ("February 14th, 2025", "2025-02-14"),
        ("14.02.2025", "2025-02-14"),
        ("week 10", "2025-W10"),
        ("KW 10 2025", "2025-W10"),
        ("last month", "2025-03"),
        ("dernier mois", "2025-03"),
        ("w zeszłym miesiącu", "2025-03"),
        ("förra månaden", "2025-03"),
        ("last quarter", "2025-Q1"),
        ("last year", "2024"),
        ("letztes Jahr", "2024"),
        ("this year so far", "2025-01-01/2025-04-15"),
        ("year to date", "2025-01-01/2025-04-15"),
        ("this quarter", "2025-04-01/2025-04-15"),
        ("last 12 months", "2024-04-01/2025-03-31"),
        ("12 derniers mois", "2024-04-01/2025-03-31"),
        ("past 90 days", "2025-01-15/2025-04-14"),
        ("last seven days", "2025-04-08/2025-04-14"),
        ("yesterday", "2025-04-14"),
        ("gestern", "2025-04-14"),
        ("next month", "2025-05"),
        ("next quarter", "2025-Q3"),
        ("Black Friday 2024", "2024-11-29"),
        ("Easter", "2024-03-31"),
        ("Easter 2025", "2025-04-20"),
        ("Christmas 2024", "2024-12-24/2024-12-26"),
        ("December last year", "2024-12"),
        ("last December", "2024-12"),
        ("December", "2024-12"),
        ("February", "2025-02"),
        ("first three months of 2024", "2024-Q1"),
        ("summer 2024", "2024-06-01/2024-08-31"),
        ("two weeks ago", "2025-03-31/2025-04-06"),
    ],
)
def test_a_period_is_read_to_the_day(text: str, period: str) -> None:
    assert moment(text).period == parse_period(period)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("30 February 2024", "February 2024 has 29 days"),
        ("31.04.2025", "April 2025 has 30 days"),
        ("week 53 of 2024", "52 ISO weeks"),
        ("Q5 2024", "four quarters"),
        ("2025-13", "no date that exists"),
        ("fiscal year 2024", "fiscal"),
        ("Mother's Day", "differs by country"),
    ],
)
def test_what_does_not_exist_says_so(text: str, says: str) -> None:
    assert moment(text).period is None
    assert says in moment(text).problem


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("FY2026-P03", "2025-06"),
        ("FY26 Q2", "2025-07/2025-09"),
        ("Q1 of FY2026", "2025-04/2025-06"),
        ("fiscal year 2025", "2024-04/2025-03"),
        ("last fiscal year", "2024-04/2025-03"),
        ("this financial year", "2025-04/2026-03"),
    ],
)
def test_a_stated_fiscal_calendar_is_used(text: str, span: str) -> None:
    tokens = tokenise(text)
    found = read_time(tokens, 0, replace(CLOCK, fiscal=FiscalCalendar(4)), symbols(tokens))
    assert found is not None and found[0] == len(tokens) and found[1].period == parse_period(span)


def test_a_fiscal_quarter_that_does_not_exist_says_so() -> None:
    tokens = tokenise("FY2026 Q5")
    found = read_time(tokens, 0, replace(CLOCK, fiscal=FiscalCalendar(4)), symbols(tokens))
    assert found is not None and "quarters 1 to 4, not 5" in found[1].problem


def test_week_53_of_a_year_that_has_one_is_read() -> None:
    assert moment("week 53 of 2020").period == Period(date(2020, 12, 28), date(2021, 1, 3))


def test_may_is_a_month_only_where_it_can_be_one() -> None:
    tokens = tokenise("what may we sell in May")
    assert symbols(tokens)[1] == "~"
    assert symbols(tokens)[-1] == "m5"


@given(st.integers(2015, 2035), st.integers(1, 12), st.integers(1, 24))
def test_whole_months_in_words_are_read_back(year: int, month: int, count: int) -> None:
    period = months(year, month, count)
    tokens = tokenise(describe(period).split(" – ")[0])
    assert read_time(tokens, 0, Clock(date(2036, 1, 1)), symbols(tokens)) is not None


@given(st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.integers(0, 800))
def test_a_year_back_and_forth_keeps_whole_months(start: date, length: int) -> None:
    period = months(start.year, start.month, 1 + length % 24)
    assert shift_years(shift_years(period, -1), 1) == period
