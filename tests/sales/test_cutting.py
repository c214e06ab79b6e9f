from __future__ import annotations

from datetime import date

from core.sales.comparing import Pair
from core.sales.cutting import cut_months, joined, marks_of
from core.sales.query import Period, parse_period

YEAR = parse_period("2025")
WHOLE = Pair(1, parse_period("2025-01/2025-03"), parse_period("2024-01/2024-03"), add_months=12)
WEEKS = Pair(2, parse_period("2025-03-03/2025-04-06"), parse_period("2024-03-04/2024-04-07"), add_days=364)


def test_whole_months_are_never_cut():
    assert cut_months(YEAR, [WHOLE], [1, 2]) == () == cut_months(None, None, [1])


def test_a_period_cuts_its_edges_for_everybody():
    assert cut_months(parse_period("2025-01-01/2025-03-20"), None, [1, 2]) == ((1, 2025, 3), (2, 2025, 3))


def test_weeks_are_read_by_days_in_time_and_at_their_edges_otherwise():
    edges = {(2, year, month) for year in (2024, 2025) for month in (3, 4)}
    assert set(cut_months(YEAR, [WEEKS], [1, 2])) == edges
    long = Pair(2, Period(date(2025, 1, 6), date(2025, 4, 6)), Period(date(2024, 1, 8), date(2024, 4, 7)), add_days=364)
    inside = {(2, year, month) for year in (2024, 2025) for month in (1, 2, 3, 4)}
    assert set(cut_months(YEAR, [long], [2])) == inside
    assert set(cut_months(YEAR, [long], [2], in_time=False)) == {(n, y, m) for n, y, m in inside if m in (1, 4)}


def test_each_whole_month_is_marked_with_its_era_and_the_day_it_counts_on():
    marks = marks_of(parse_period("2025-03/2025-04"), [WHOLE], [1], frozenset({(1, 2024, 1)}))
    assert marks == (
        (1, 2025, 3, date(2025, 3, 1), "both"),
        (1, 2025, 4, date(2025, 4, 1), "now"),
        (1, 2024, 2, date(2025, 2, 1), "before"),
        (1, 2024, 3, date(2025, 3, 1), "before"),
    )


def marked(year, months, era, number=1):
    return tuple((number, year, month, date(2025, month, 1), era) for month in months)


def test_months_of_a_quarter_or_a_year_that_are_treated_alike_are_read_as_one():
    spans, single = joined(
        (*marked(2025, range(1, 13), "both"), *marked(2024, range(2, 10), "before"), *marked(2025, range(4, 7), "now", 2))
    )
    assert spans == ((1, 2025, 0, "both"), (1, 2024, 2, "before"), (1, 2024, 3, "before"), (2, 2025, 2, "now"))
    assert single == marked(2024, (2, 3), "before")


def test_a_quarter_of_two_eras_or_of_a_month_that_stands_twice_is_read_by_month():
    mixed = (*marked(2025, (1, 2), "both"), *marked(2025, (3,), "now"))
    twice = (*marked(2024, (1, 2, 3, 3), "before"),)
    assert joined((*mixed, *twice)) == ((), (*mixed, *twice))
