"""What the calendar itself does to a comparison: Easter on one side only, a leap day, weeks that carry other numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from dateutil.easter import easter

from core.sales.comparing import Pair
from core.sales.covered import months_in
from core.sales.naming import name_day, name_period
from core.sales.query import Period, months


def calendar_notes(now: Period, before: Period) -> tuple[str, ...]:
    """Sentences a reader needs to judge a change of `now` against `before`; none where the calendar treats both alike."""
    return (*_easter(now, before), *_leap_day(now, before), *_week_numbers(now, before))


def easters_in(period: Period) -> tuple[date, ...]:
    """Easter Sundays inside the period."""
    days = (easter(year) for year in range(period.start.year, period.end.year + 1))
    return tuple(day for day in days if period.start <= day <= period.end)


def days_stacked(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """Where days of a longer month stand by day: 29 February beside the 28th of a year without one."""
    found: dict[str, None] = {}
    for pair in pairs:
        for month in months_in(pair.before) if pair.add_months else ():
            number = month.start.year * 12 + month.start.month - 1 + pair.add_months
            last = months(number // 12, number % 12 + 1, 1).end
            if min(month.end, pair.before.end).day > last.day:
                extra = Period(month.start.replace(day=last.day + 1), min(month.end, pair.before.end))
                found[f"{name_period(extra)} beside {name_day(last)}"] = None
    return tuple(found)


def _easter(now: Period, before: Period) -> Iterable[str]:
    ours, theirs = easters_in(now), easters_in(before)
    if len(ours) == len(theirs):
        return
    more, less = (now, before) if len(ours) > len(theirs) else (before, now)
    day = next(d for d in easters_in(more))
    yield f"Easter ({name_day(day)}) lies in {name_period(more)}, but none in {name_period(less)}: part of the change is the calendar."


def _leap_day(now: Period, before: Period) -> Iterable[str]:
    ours, theirs = _leap_days(now), _leap_days(before)
    if len(ours) != len(theirs) and now.days != before.days:
        day = (ours or theirs)[0]
        yield f"{name_day(day)} makes one of the periods a day longer: {now.days} days against {before.days}."


def _leap_days(period: Period) -> list[date]:
    years = (y for y in range(period.start.year, period.end.year + 1) if y % 4 == 0 and (y % 100 != 0 or y % 400 == 0))
    return [day for day in (date(year, 2, 29) for year in years) if period.start <= day <= period.end]


def _week_numbers(now: Period, before: Period) -> Iterable[str]:
    """A year of 53 weeks moves the numbers of all weeks after it by one against the year before."""
    whole = now.start.weekday() == 0 and now.days % 7 == 0 and now.start - before.start == timedelta(days=364)
    ours, theirs = now.start.isocalendar(), before.start.isocalendar()
    if whole and ours.week != theirs.week:
        yield f"Week {ours.week} of {ours.year} is compared with week {theirs.week} of {theirs.year}, 364 days earlier: one of the years has 53 weeks."
