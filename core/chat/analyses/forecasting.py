"""The arithmetic of looking ahead, reseller by reseller: one that joined last month must not look like growth of all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.sales.covered import months_in
from core.sales.query import Period

FEWEST_MONTHS = 3  # of a reseller, before it is forecast
RECENT = 3
TESTED_MONTHS = 6
UNKNOWN_ERROR = Decimal("0.5")  # the range while no month could be tested
WIDENING = Decimal("0.1")  # of the range, for each further month ahead
ZERO = Decimal(0)
SEASON, MEAN = "the same month of last year at the pace of the last 3 months", "the mean of the last 3 months"

History = Mapping[date, Decimal]  # first of month → figure, covered months only


@dataclass(frozen=True)
class Outlook:
    """One month: what is reported of it already, and the expected whole with its range."""

    month: date
    reported: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Method:
    """How the outlook was made, and how wrong it would have been: mean absolute error ÷ mean value of the tested months."""

    words: str
    error: Decimal | None
    tested: int


def expect(history: History, month: date) -> tuple[Decimal, str]:
    """The value of `month` from the months before: the same month last year at the pace of the last three, else the mean of the last three."""
    recent = sorted(day for day in history if day < month)[-RECENT:]
    same = month.replace(year=month.year - 1)
    year_ago = [day.replace(year=day.year - 1) for day in recent]
    if same in history and all(day in history for day in year_ago) and sum(history[d] for d in year_ago) > 0:
        pace = sum((history[d] for d in recent), ZERO) / sum((history[d] for d in year_ago), ZERO)
        return history[same] * pace, SEASON
    return sum((history[d] for d in recent), ZERO) / len(recent), MEAN


def look_ahead(histories: Mapping[str, History], wanted: Sequence[date]) -> tuple[list[Outlook], Method]:
    """Every wanted month, in order: reported where a reseller has reported, expected elsewhere; the range is the past error, wider ahead."""
    error, tested = past_error(histories)
    continued = {name: _continued(history, max(wanted)) for name, history in histories.items()}
    latest = max(max(history) for history in histories.values())
    found = []
    for month in sorted(wanted):
        reported = sum((history[month] for history in histories.values() if month in history), ZERO)
        open_part = sum((own[month][0] for own in continued.values() if month in own), ZERO)
        ahead = max(0, (month.year - latest.year) * 12 + month.month - latest.month - 1)
        spread = round(open_part * (error if error is not None else UNKNOWN_ERROR) * (1 + ahead * WIDENING), 2)
        low = reported + max(open_part - spread, ZERO)
        found.append(Outlook(month, reported, reported + open_part, low, reported + open_part + spread))
    used = {words for own in continued.values() for _, words in own.values()}
    words = SEASON if used == {SEASON} else MEAN if used == {MEAN} else f"by reseller {SEASON}, or {MEAN} where no year is known"
    return found, Method(words if used else "", error, tested)


def _continued(history: History, last: date) -> dict[date, tuple[Decimal, str]]:
    """The expected months after the last reported one, each the base of the next."""
    known, found = dict(history), dict[date, tuple[Decimal, str]]()
    end = max(history)
    for month in (p.start for p in months_in(Period(end, last)) if p.start > end) if last > end else ():
        value, words = expect(known, month)
        known[month] = round(max(value, ZERO), 2)
        found[month] = (known[month], words)
    return found


def past_error(histories: Mapping[str, History]) -> tuple[Decimal | None, int]:
    """The method applied to the last months as if they were not known yet, over the resellers that had reported enough before."""
    months = sorted({month for history in histories.values() for month in history})
    misses, size, tested = ZERO, ZERO, 0
    for month in reversed(months):
        known = [h for h in histories.values() if month in h and sum(day < month for day in h) >= FEWEST_MONTHS]
        if known and tested < TESTED_MONTHS:
            actual = sum((h[month] for h in known), ZERO)
            misses += abs(actual - sum((expect({d: v for d, v in h.items() if d < month}, month)[0] for h in known), ZERO))
            size, tested = size + abs(actual), tested + 1
    return (misses / size if size else None), tested
