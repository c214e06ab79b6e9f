"""The running month of those who state days: what is sold so far ÷ the part of a month that is usually sold by this day. Pure.

The part is Σ sold by the same point of the month ÷ Σ sold in the month, over up to twelve complete months before; a month of another
length is cut at the same part of its days, within a day in proportion. Tested on each of those months with what was known before it, against last year's month.
Of a month without a sale so far nothing is said: a part of nothing is no month of nothing. Orders add up over days only where each has its
lines on one day; where one has them on several, the days count it several times, and the running month is not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean

import polars as pl

from core.sales.backtesting import quantile
from core.sales.covered import Covered, Sender, month_of, months_in
from core.sales.formatting import format_number
from core.sales.measures import MEASURES
from core.sales.naming import name_list
from core.sales.query import Filter, Period, Result, SalesQuery

MOST_MONTHS, FEWEST_MONTHS = 12, 6
ZERO = Decimal(0)
Days = Mapping[date, Decimal]


@dataclass(frozen=True)
class Nowcast:
    """The running month of one reseller. `so_far` is stated, through `through`; `expected` is the whole month, with its range (None: too few
    tests). `error`, `last_year_error`: WAPE over `tests` months; None where nothing could be tested, or no year before is known."""

    reseller: str
    month: Period
    through: date
    so_far: Decimal
    expected: Decimal
    low: Decimal | None
    high: Decimal | None
    usual_part: float
    error: float | None
    last_year_error: float | None
    tests: int

    @property
    def knows_better(self) -> bool:
        """Whether its past error is smaller than that of last year's month."""
        return self.error is not None and (self.last_year_error is None or self.error < self.last_year_error)


def nowcast_query(measure: str, where: Sequence[Filter], through: date) -> SalesQuery:
    """The days that a nowcast up to `through` is made of: of the running month and of the three years before, by reseller."""
    first = month_of(through).start
    return SalesQuery((measure,), ("reseller", "day"), tuple(where), Period(first.replace(year=first.year - 3), month_of(through).end))


def months_query(asked: SalesQuery) -> SalesQuery:
    """The months that the days of `nowcast_query` make up: a count of what is distinct must be the same over both."""
    return replace(asked, by=("reseller", "month"))


def counted_twice(days: Result, by_month: Result) -> dict[str, int]:
    """By reseller how many orders of its days are counted on a further day of a month. `days`, `by_month`: the answers to `nowcast_query` and to
    `months_query`."""
    measure = days.query.measures[0]
    sums = [dict(answer.frame.group_by("reseller").agg(pl.col(measure).sum()).iter_rows()) for answer in (days, by_month)]
    more = {reseller: int((value or 0) - (sums[1].get(reseller) or 0)) for reseller, value in sums[0].items()}
    return {reseller: count for reseller, count in more.items() if count}


def twice_words(found: Mapping[str, int], measure: str) -> str:
    """Why the running month of some is not told; '' where it is of all."""
    label = MEASURES[measure].label.lower()
    told = [f"{format_number(count)} {label[:-1] if count == 1 else label} of {reseller}" for reseller, count in sorted(found.items())]
    return (
        f"The running month is not told: {name_list(told)} would count twice, having lines on several days. Ask for revenue or units."
        if told
        else ""
    )


def nowcasts(result: Result, covered: Covered, today: date) -> tuple[Nowcast, ...]:
    """Of every reseller that states days and is in the middle of a month. `result`: the answer to `nowcast_query`."""
    measure = result.query.measures[0]
    found = []
    for sender in covered.senders:
        days = {
            row[1]: Decimal(row[2])
            for row in result.frame.filter(reseller=sender.name).select("reseller", "day", measure).rows()
            if row[1] is not None and row[2] is not None
        }
        through = covered.data_through(sender.reseller_id)
        if sender.by_day and days and through is not None and month_of(through).end > through and month_of(through).start <= today:
            found.append(_nowcast(sender, covered, days, min(through, today), Decimal(1) if MEASURES[measure].whole else Decimal("0.01")))
    return tuple(one for one in found if one is not None)


def _nowcast(sender: Sender, covered: Covered, days: Days, through: date, quantum: Decimal) -> Nowcast | None:
    running = month_of(through)
    complete = [m for m in _months_before(running, days) if covered.covers(sender.reseller_id, m)]
    if len(complete) < FEWEST_MONTHS or not covered.covers(sender.reseller_id, Period(running.start, through)):
        return None
    part = _part(days, complete[-MOST_MONTHS:], running, through)
    so_far = _sum(days, Period(running.start, through))
    if part is None or so_far <= 0:
        return None
    misses = _misses(days, complete, running, through)
    expected = float(so_far) / part
    width = quantile([abs(said - came) / (abs(said) or 1.0) for came, said, _ in misses])
    half = None if width is None else expected * width
    low, high = (None if half is None else _exact(value, quantum) for value in (expected - (half or 0), expected + (half or 0)))
    last_year = [(came, before) for came, _, before in misses if before is not None]
    return Nowcast(
        sender.name,
        running,
        through,
        so_far,
        _exact(expected, quantum),
        None if low is None else max(low, min(so_far, _exact(expected, quantum))),
        high,
        part,
        _wape([(came, said) for came, said, _ in misses]),
        _wape(last_year) if len(last_year) == len(misses) else None,
        len(misses),
    )


def _misses(days: Days, complete: Sequence[Period], running: Period, through: date) -> list[tuple[float, float, float | None]]:
    """(what came, what would have been said, last year's) of the last complete months, each with what was known before it."""
    found = []
    for number in range(FEWEST_MONTHS, len(complete)):
        month = complete[number]
        part = _part(days, complete[max(number - MOST_MONTHS, 0) : number], running, through)
        year_ago = month_of(month.start.replace(year=month.start.year - 1))
        before = float(_sum(days, year_ago)) if year_ago in complete else None
        if part is not None:
            found.append((float(_sum(days, month)), float(_sold_early(days, month, running, through)) / part, before))
    return found[-MOST_MONTHS:]


def _part(days: Days, months: Sequence[Period], running: Period, through: date) -> float | None:
    sold = sum((_sum(days, month) for month in months), ZERO)
    early = sum((_sold_early(days, month, running, through) for month in months), ZERO)
    return float(early / sold) if sold > 0 and early > 0 else None


def _sold_early(days: Days, month: Period, running: Period, through: date) -> Decimal:
    """What was sold of `month` by the point that `through` is in the running one: day 15 of 30 is day 15.5 of 31."""
    point = Decimal(((through - running.start).days + 1) * month.days) / running.days
    whole = int(point)
    last = month.start + timedelta(days=whole)
    early = _sum(days, Period(month.start, last - timedelta(days=1))) if whole else ZERO
    return early + (days.get(last, ZERO) * (point - whole) if whole < month.days else ZERO)


def _months_before(running: Period, days: Days) -> list[Period]:
    first = min(days)
    return [] if first >= running.start else list(months_in(Period(first, running.start - timedelta(days=1))))


def _sum(days: Days, span: Period) -> Decimal:
    return sum((value for day, value in days.items() if span.start <= day <= span.end), ZERO)


def _wape(pairs: Sequence[tuple[float, float]]) -> float | None:
    size = fmean([abs(came) for came, _ in pairs]) if pairs else 0.0
    return fmean([abs(came - said) for came, said in pairs]) / size if size else None


def _exact(value: float, quantum: Decimal) -> Decimal:
    return Decimal(value).quantize(quantum, ROUND_HALF_UP)
