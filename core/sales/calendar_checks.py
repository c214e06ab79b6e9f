"""Whether the calendar alone explains a month outside its range: another number of trading days or counted weeks, or Easter moved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt

from core.sales.anomaly_shapes import NONE, Book, month_number, month_period
from core.sales.covered import week_end_of, weeks_in
from core.sales.events import BY_KEY
from core.sales.expecting import Expected
from core.sales.formatting import format_number
from core.sales.naming import name_day, name_period
from core.sales.query import Period
from core.sales.relative import rate_words, relative_change
from core.sales.trading_days import LEVEL, PLAIN, count_days

EASTER = BY_KEY["easter"]
MOVED = Decimal("0.4")  # of the season, from one month to another


def explain_month(book: Book, month: int, series: Mapping[int, Decimal], usual: Expected) -> str:
    """A sentence where the calendar brings the month back into its range; '' where it does not."""
    return _days(book, month, series[month], usual) or _easter(book, month, series, usual)


def counted_spans(book: Book, month: int) -> list[Period]:
    """What counts in the month: its days, or the whole weeks that its reseller's period rule puts into it."""
    window = month_period(month)
    if book.sender.cadence != "weekly":
        return [window]
    end = week_end_of([Period(row["period_start"], row["period_end"]) for row in book.slices])
    weeks = weeks_in(Period(window.start - timedelta(days=6), window.end + timedelta(days=6)), end)
    return [week for week in weeks if window.start <= book.sender.counted_on(week) <= window.end]


def _days(book: Book, month: int, value: Decimal, usual: Expected) -> str:
    weights = PLAIN if book.country else LEVEL
    now, before = (count_days(counted_spans(book, m), weights, book.country) for m in (month, month - 12))
    if not before or now == before or not usual.scaled(now / before).holds(value):
        return ""
    if not _is_most(usual.value * now / before - usual.value, value - usual.value):
        return ""
    if book.sender.cadence == "weekly":
        weeks = [len(counted_spans(book, m)) for m in (month, month - 12)]
        if weeks[0] != weeks[1]:
            return f"{weeks[0]} weeks count in the month, {weeks[1]} did last year; for as many weeks it is within its range."
    days = f"{format_number(now)} selling days, {format_number(before)} last year"
    return f"{days}; for as many days it is within its range."


def _easter(book: Book, month: int, series: Mapping[int, Decimal], usual: Expected) -> str:
    """Easter's season lies in other months than last year, and the months together are where they should be."""
    day = EASTER.tradition_of(book.country).day
    year = month // 12
    now, before = (_seasons(day(y)) for y in (year, year - 1))
    months = sorted({*now, *(m + 12 for m in before)})
    if month not in months or len(months) < 2 or any(m not in series or m - 12 not in series for m in months):
        return ""
    moved = abs(now.get(month, NONE) - before.get(month - 12, NONE))
    together, base = sum((series[m] for m in months), NONE), sum((series[m - 12] for m in months), NONE)
    reach = sqrt(float(usual.high)) - sqrt(float(usual.value))  # of roots, where months together spread no wider than one
    centre = sqrt(usual.growth * max(float(base), 0.0))
    away = together - Decimal(repr(usual.growth)) * base
    if not _is_most(series[month] - usual.value - away, series[month] - usual.value):
        return ""
    if moved < MOVED or abs(sqrt(max(float(together), 0.0)) - centre) > reach:
        return ""
    both = name_period(Period(month_period(months[0]).start, month_period(months[-1]).end))
    return (
        f"Easter moved from {name_day(day(year - 1))} to {name_day(day(year))}; {both} together "
        f"{rate_words('sales_eur_net', relative_change(together, base), together, base)} on last year, within the range."
    )


def _is_most(explained: Decimal, difference: Decimal) -> bool:
    """The calendar explains at least half of a difference, in its direction."""
    return explained * difference > 0 and abs(explained) * 2 >= abs(difference)


def _seasons(day: date) -> dict[int, Decimal]:
    """Which share of the season around Easter lies in which month."""
    days = [day - timedelta(days=EASTER.before) + timedelta(days=n) for n in range(EASTER.before + EASTER.after + 1)]
    found: dict[int, Decimal] = {}
    for one in days:
        found[month_number(one)] = found.get(month_number(one), NONE) + Decimal(1) / len(days)
    return found
