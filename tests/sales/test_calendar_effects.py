from __future__ import annotations

import pytest

from core.sales.calendar_effects import calendar_notes
from core.sales.comparing import before_period
from core.sales.query import parse_period


@pytest.mark.parametrize(
    ("now", "compare", "notes"),
    [
        ("2025-05", "prior_year", ()),
        (
            "2025-04",
            "prior_year",
            ("Easter (20 April 2025) lies in April 2025, but none in April 2024: part of the change is the calendar.",),
        ),
        (
            "2025-03",
            "prior_year",
            ("Easter (31 March 2024) lies in March 2024, but none in March 2025: part of the change is the calendar.",),
        ),
        ("2025-03/2025-04", "prior_year", ()),
        ("2024-02", "prior_year", ("29 February 2024 makes one of the periods a day longer: 29 days against 28.",)),
        ("2025", "prior_year", ("29 February 2024 makes one of the periods a day longer: 365 days against 366.",)),
        ("2025-06-09/2025-06-15", "prior_year", ()),
        (
            "2021-01-04/2021-01-10",
            "prior_year_weeks",
            ("Week 1 of 2021 is compared with week 2 of 2020, 364 days earlier: one of the years has 53 weeks.",),
        ),
    ],
)
def test_the_calendar_is_named_where_it_treats_the_periods_differently(now, compare, notes):
    period = parse_period(now)
    assert calendar_notes(period, before_period(period, compare)) == notes
