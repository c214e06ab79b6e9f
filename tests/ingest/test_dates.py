"""Dates, months and ranges in every spelling that occurs."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from core.ingest import dates

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Jan", 1),
        ("march", 3),
        ("sept", 9),
        ("sep ", 9),
        ("december", 12),
        ("березня", 3),
        ("березень", 3),
        ("styczeń", 1),
        ("lipca", 7),
        ("enero", 1),
        ("MRT", 3),
        ("balandis", 4),
        ("aprīlis", 4),
        ("März", 3),
        ("12.0", 12),
        ("3", 3),
        ("13", None),
        ("total", None),
    ],
)
def test_months_in_the_vendors_languages(text: str, month: int | None) -> None:
    assert dates.read_month(text) == month


@pytest.mark.parametrize(
    "text",
    [
        "APR2025",
        "2025 April",
        "2025 04",
        "april'25",
        "April-25",
        "04-2025",
        "202504",
        "2025-04",
        "01.04.2025",
        "квітня-25",
        "квітень 2025",
        "2025-04-01",
        "kwiecień 2025",
        "2025 m. balandis",
        "2025_04",
        "4/2025",
    ],
)
def test_a_text_that_is_nothing_but_a_month(text: str) -> None:
    assert dates.read_month_text(text) == (2025, 4)


@pytest.mark.parametrize("text", ["2025", "Total", "April", "14.04.2025", "2025 13", "9524001001008", "", None])
def test_other_texts_are_no_month(text: str | None) -> None:
    assert dates.read_month_text(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Q1 2024", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("Jan-Mar 2024", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("W23 2025", date(2025, 6, 2), date(2025, 6, 8)),
        ("2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_text_is_a_range(text: str, first: date, last: date) -> None:
    assert dates.read_span(text) == (first, last)


def test_a_week_without_a_year_says_no_days() -> None:
    assert dates.read_span("WK 23") is None


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "pl_PL", "es_ES", "nl_NL", "fr_FR", "it_IT", "uk_UA"])
@given(day=DAYS)
def test_reading_undoes_formatting_day_first(locale: str, day: date) -> None:
    text = format_date(day, "dd/MM/yyyy" if locale == "en_GB" else "dd.MM.yyyy", locale)
    assert dates.read_date(text, "dmy") == (day, "value")


@given(DAYS)
def test_reading_undoes_formatting_month_first(day: date) -> None:
    assert dates.read_date(f"{day.month}/{day.day}/{day.year}", "mdy") == (day, "value")


@given(st.lists(DAYS, min_size=1, max_size=12), st.sampled_from(["dmy", "mdy"]))
def test_a_column_is_read_in_one_order_or_asked(days: list[date], order: dates.DateOrder) -> None:
    write = "%d/%m/%Y" if order == "dmy" else "%m/%d/%Y"
    column = dates.read_dates(pl.Series([day.strftime(write) for day in days]))
    assert column.values.to_list() == days if not column.ambiguous else column.order is None


def test_one_value_above_twelve_decides_the_column() -> None:
    column = dates.read_dates(pl.Series(["2/3/2025", "1/28/2025"]), "dmy")
    assert column.values.to_list() == [date(2025, 2, 3), date(2025, 1, 28)] and column.proven


def test_an_undecided_column_follows_the_vendor_else_is_ambiguous() -> None:
    texts = pl.Series(["2/3/2025", "1/8/2025"])
    assert dates.read_dates(texts, "mdy").values.to_list() == [date(2025, 2, 3), date(2025, 1, 8)]
    assert dates.read_dates(texts).ambiguous and dates.read_dates(texts).values.null_count() == 2


def test_a_day_impossible_in_the_columns_order_is_not_read_in_the_other() -> None:
    column = dates.read_dates(pl.Series(["28/01/2025", "01/29/2025", "05/02/2025"]), "dmy")
    assert column.states.to_list() == ["value", "unreadable", "value"]


@pytest.mark.parametrize("text", ["2011-11-05", "5.11.2011", "05-Nov-2011", "20111105", "40852", "2011-11-05T08:30:00", "November 5, 2011"])
def test_mixed_spellings_of_one_day(text: str) -> None:
    assert dates.read_date(text, "dmy") == (date(2011, 11, 5), "value")


def test_day_numbers_count_from_1904_where_the_workbook_does() -> None:
    assert dates.read_date("45000", serials=True, date_1904=True)[0] == date(2027, 3, 16)


@pytest.mark.parametrize("text", ["Invalid Date", "31/02/2025", "99999", "soon"])
def test_what_is_no_date_is_never_today(text: str) -> None:
    assert dates.read_date(text, "dmy") == (None, "unreadable")


def test_order_times_count_on_the_shops_day() -> None:
    column = pl.Series(["2025-01-28T23:30:00+00:00", "2025-01-28T10:00:00+00:00", "2025-01-28"])
    assert dates.local_days(column, "Europe/Berlin").to_list() == ["2025-01-29", "2025-01-28", "2025-01-28"]
