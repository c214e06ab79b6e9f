"""A period as read: its days, how to call it, and what lies before it. Today is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.sales.fiscal import FiscalCalendar
from core.sales.query import Period, months

MONTH_NAMES = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Clock:
    """The day the question is asked, the days the data reach from and through, and the fiscal calendar where the brand states one."""

    today: date
    first_day: date | None = None
    last_day: date | None = None
    fiscal: FiscalCalendar | None = None

    @property
    def known_until(self) -> date:
        return min(self.today, self.last_day) if self.last_day else self.today


@dataclass(frozen=True)
class Moment:
    """A period as read. `period` None: open, impossible or to be asked; then `problem` says why.

    `relation` is set where the meaning depends on another period: 'prior_year', 'prior_period', 'last_year'.
    """

    period: Period | None
    grain: str = "days"
    words: str = ""
    problem: str = ""
    note: str = ""
    relation: str = ""
    year_given: bool = True
    edge: str = ""

    @property
    def text(self) -> str:
        return self.words or (describe(self.period) if self.period else "")


def day_words(day: date, year: bool = True) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1]}" + (f" {day.year}" if year else "")


def describe(period: Period) -> str:
    """A period in plain words: `May 2024`, `Q3 2024`, `1 January – 15 April 2025`."""
    start, end = period.start, period.end
    if start == end:
        return day_words(start)
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole_months and start.year == end.year:
        span = (start.month, end.month)
        if span == (1, 12):
            return str(start.year)
        if end.month - start.month == 2 and end.month % 3 == 0:
            return f"Q{end.month // 3} {start.year}"
        if span in ((1, 6), (7, 12)):
            return f"H{1 if start.month == 1 else 2} {start.year}"
        if start.month == end.month:
            return f"{MONTH_NAMES[start.month - 1]} {start.year}"
        return f"{MONTH_NAMES[start.month - 1]} – {MONTH_NAMES[end.month - 1]} {end.year}"
    if whole_months and (start.month, end.month) == (1, 12):
        return f"{start.year} – {end.year}"
    if whole_months:
        return f"{MONTH_NAMES[start.month - 1]} {start.year} – {MONTH_NAMES[end.month - 1]} {end.year}"
    return f"{day_words(start, start.year != end.year)} – {day_words(end)}"


def shift_years(period: Period, years: int) -> Period:
    """The same calendar days `years` later (29 February becomes 28 February; a period to the month's end keeps the month's end)."""
    end_of_month = (period.end + timedelta(days=1)).day == 1
    end = _in_year(period.end, period.end.year + years)
    if end_of_month:
        end = months(end.year, end.month, 1).end
    return Period(_in_year(period.start, period.start.year + years), end)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) and not _leap(year) else day.replace(year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def before(period: Period) -> Period:
    """The period just before, of the same kind: months before months, else as many days."""
    if period.start.day == 1 and (period.end + timedelta(days=1)).day == 1:
        count = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        return months_back(period.start, count, count)
    return Period(period.start - timedelta(days=period.days), period.start - timedelta(days=1))


def months_back(day: date, back: int, count: int = 1) -> Period:
    """`count` whole months that begin `back` months before the month of `day`."""
    first = day.year * 12 + day.month - 1 - back
    return months(first // 12, first % 12 + 1, count)


def bounded(edge: str, moment: Moment, clock: Clock) -> Moment:
    """`since X`, `until X`, `after X`, `before X` as days, as far as the data reach."""
    assert moment.period is not None
    first = clock.first_day or date(clock.today.year - 5, 1, 1)
    if edge in ("since", "after", "from"):
        start = moment.period.start if edge != "after" or moment.grain in ("day", "days") else moment.period.end + timedelta(days=1)
        end = max(clock.today, start)
        return replace(
            moment, period=Period(start, end), grain="days", words=f"since {moment.text.split(' (')[0]} ({describe(Period(start, end))})"
        )
    end = moment.period.end if edge == "until" else moment.period.start - timedelta(days=1)
    start = min(first, end)
    return replace(moment, period=Period(start, end), grain="days", words=f"up to {day_words(end)}")
