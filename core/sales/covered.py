"""What each reseller has stated, and what it was expected to state: spans of days, weeks and months. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from core.sales.query import Filter, Period, months

ONE_DAY = timedelta(days=1)
LONGEST_MONTH = 31  # days; lines count inside one month, so those of a longer span do not all count on the day that they state
# Exports of a shop start on their first order: a short gap between two of them is days without orders, not a missing file. How short is
# learned from the shop itself, the longest stretch without orders inside one of its files, within these bounds; QUIET_DAYS until it is known.
QUIET_DAYS, MOST_QUIET_DAYS = 3, 10


@dataclass(frozen=True)
class Sender:
    """A reseller with what its coverage depends on. `first`, `last`: the days between which reports are expected (None: open)."""

    reseller_id: int
    name: str
    key: str
    cadence: Literal["weekly", "monthly", "any"]
    period_rule: Literal["week_end", "week_start", "majority"] = "week_end"
    grace_days: int = 10
    first: date | None = None
    last: date | None = None
    dated: bool = False  # its lines count on the day that they state, all but a few, whatever its files span

    @property
    def states_days(self) -> bool:
        """True where each line counts on its own day, so that days can be taken out of its months."""
        return self.by_day or (self.dated and self.cadence != "weekly")

    @property
    def by_day(self) -> bool:
        """True where every line states its day and files overlap in time: the web shop, or who sends any range of days and dates its lines; a
        week among days that states no day is no day. Its reports may still be expected monthly."""
        return self.key == "online" or (self.cadence == "any" and self.dated)

    def is_active(self, period: Period) -> bool:
        return (self.first is None or self.first <= period.end) and (self.last is None or self.last >= period.start)

    def counted_on(self, span: Period) -> date:
        """The day that decides in which period a slice counts: inside the month that the period rule chooses, as late as possible."""
        ruling = {
            "week_end": span.end,
            "week_start": span.start,
            "majority": span.start + (span.end - span.start) // 2,
        }[self.period_rule]
        return min(span.end, month_of(ruling).end)


@dataclass(frozen=True)
class Covered:
    """Live slices by reseller id, as stated; `provisional`: (reseller id, first of month) that hold partial figures."""

    senders: tuple[Sender, ...]
    slices: Mapping[int, tuple[Period, ...]] = field(default_factory=dict)
    provisional: frozenset[tuple[int, date]] = frozenset()
    quiet: Mapping[int, int] = field(default_factory=dict)  # days without orders that are usual for a shop, by reseller id
    restated: frozenset[tuple[int, Period]] = frozenset()  # slices that an earlier file stated differently

    def spans(self, reseller_id: int) -> tuple[Period, ...]:
        """Covered days as joined spans; months with partial figures are not covered."""
        if reseller_id not in self._spans:
            self._spans[reseller_id] = self._joined(reseller_id)
        return self._spans[reseller_id]

    @cached_property
    def _spans(self) -> dict[int, tuple[Period, ...]]:
        return {}

    def _joined(self, reseller_id: int) -> tuple[Period, ...]:
        partial = [month_of(first) for owner, first in self.provisional if owner == reseller_id]
        spans = join(self.slices.get(reseller_id, ()), self.quiet_days(reseller_id))
        for month in partial:
            spans = remove(spans, month)
        return spans

    def quiet_days(self, reseller_id: int) -> int:
        """The longest gap between two files of a shop that is taken for days without orders; 0 for those who report periods."""
        return self.quiet.get(reseller_id, QUIET_DAYS) if reseller_id in self._by_day else 0

    def is_provisional(self, reseller_id: int, span: Period) -> bool:
        """True where some of the span's months hold partial figures."""
        return any((reseller_id, month.start) in self.provisional for month in months_in(span))

    def is_coarser(self, reseller_id: int, span: Period) -> bool:
        """True where what was stated of the span reaches out of it: a month's lines do not stand in its weeks (those that state their day do),
        nor a quarter's in its months."""
        if reseller_id in self._by_day:
            return False
        return any(
            s.start <= span.end and s.end >= span.start and not (span.start <= s.start and s.end <= span.end)
            for s in self._long(reseller_id)
        )

    def without_coarse(self, reseller_id: int) -> tuple[Period, ...]:
        """The covered spans without the slices that days can not be taken out of."""
        spans = self.spans(reseller_id)
        for slice_ in () if reseller_id in self._by_day else self._long(reseller_id):
            spans = remove(spans, slice_)
        return spans

    def _long(self, reseller_id: int) -> tuple[Period, ...]:
        if reseller_id not in self._long_slices:
            most = LONGEST_MONTH if reseller_id in self._dated else 7
            self._long_slices[reseller_id] = tuple(s for s in self.slices.get(reseller_id, ()) if s.days > most)
        return self._long_slices[reseller_id]

    @cached_property
    def _long_slices(self) -> dict[int, tuple[Period, ...]]:
        return {}

    @cached_property
    def missing(self) -> dict[tuple[int, Period | None, date], tuple[Period, ...]]:
        """What was found missing so far, by reseller id, period and day: several questions of a page ask for it."""
        return {}

    @cached_property
    def _by_day(self) -> frozenset[int]:
        return frozenset(s.reseller_id for s in self.senders if s.by_day)

    @cached_property
    def _dated(self) -> frozenset[int]:
        return frozenset(s.reseller_id for s in self.senders if s.states_days)

    def covers(self, reseller_id: int, period: Period) -> bool:
        """True when every day of the period is stated."""
        return any(span.start <= period.start and period.end <= span.end for span in self.spans(reseller_id))

    def data_through(self, reseller_id: int) -> date | None:
        spans = self.spans(reseller_id)
        return spans[-1].end if spans else None

    def since(self, sender: Sender) -> date | None:
        """First day reports are expected for: the active-from day, else the first day ever stated."""
        return sender.first or min((s.start for s in self.slices.get(sender.reseller_id, ())), default=None)

    def is_expected(self, sender: Sender, period: Period) -> bool:
        """True when this reseller should have stated something of the period."""
        first = self.since(sender)
        return first is not None and first <= period.end and sender.is_active(period)


def senders_in(covered: Covered, where: Iterable[Filter]) -> tuple[Sender, ...]:
    """The resellers that the filters leave in."""
    filters = tuple(where)
    return tuple(sender for sender in covered.senders if all(keeps(sender, f.dimension, f.values, f.exclude) for f in filters))


def keeps(sender: Sender, dimension: str, values: Iterable[str], exclude: bool = False) -> bool:
    """Whether a filter leaves the reseller in. `values`: names or keys in any case, as in the question itself."""
    named = {value.strip().lower() for value in values}
    if dimension == "reseller":
        return bool({sender.name.lower(), sender.key.lower()} & named) != exclude
    if dimension == "source":
        return (("d2c" if sender.key == "online" else "sell-out") in named) != exclude
    if dimension == "channel" and sender.key == "online":
        return ("online" in named) != exclude
    return True


def join(periods: Iterable[Period], gap: int = 0) -> tuple[Period, ...]:
    """Overlapping and adjoining periods, and those at most `gap` days apart, become one; the result is in order."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.start <= joined[-1].end + timedelta(days=gap + 1):
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, period.end))
        else:
            joined.append(period)
    return tuple(joined)


def remove(periods: Iterable[Period], hole: Period) -> tuple[Period, ...]:
    """The periods without the days of `hole`."""
    kept: list[Period] = []
    for period in periods:
        if period.end < hole.start or period.start > hole.end:
            kept.append(period)
            continue
        if period.start < hole.start:
            kept.append(Period(period.start, hole.start - ONE_DAY))
        if period.end > hole.end:
            kept.append(Period(hole.end + ONE_DAY, period.end))
    return tuple(kept)


def cut(periods: Iterable[Period], window: Period) -> tuple[Period, ...]:
    """The days of the periods that lie inside `window`."""
    return tuple(
        Period(max(p.start, window.start), min(p.end, window.end)) for p in periods if p.start <= window.end and p.end >= window.start
    )


def month_of(day: date) -> Period:
    return months(day.year, day.month, 1)


def months_in(period: Period) -> tuple[Period, ...]:
    """The calendar months that the period touches."""
    first = period.start.year * 12 + period.start.month - 1
    last = period.end.year * 12 + period.end.month - 1
    return tuple(months(n // 12, n % 12 + 1, 1) for n in range(first, last + 1))


def weeks_in(period: Period, week_end: int) -> tuple[Period, ...]:
    """The weeks that touch the period; `week_end`: weekday of their last day, Monday = 0."""
    end = period.start + timedelta(days=(week_end - period.start.weekday()) % 7)
    weeks: list[Period] = []
    while end - timedelta(days=6) <= period.end:
        weeks.append(Period(end - timedelta(days=6), end))
        end += timedelta(days=7)
    return tuple(weeks)


def week_end_of(slices: Iterable[Period]) -> int:
    """The weekday on which a weekly reseller's weeks end, from its newest slice; Sunday while it has none."""
    return max((s.end for s in slices), default=date(2025, 1, 5)).weekday()


def expected_slices(sender: Sender, covered: Covered, window: Period) -> tuple[Period, ...]:
    """The slices that this reseller should state of what counts in `window`: weeks, or months (also for day-grain sources)."""
    first = covered.since(sender)
    if first is None or not sender.is_active(window):
        return ()
    if sender.cadence == "weekly":
        weeks = weeks_in(window, week_end_of(covered.slices.get(sender.reseller_id, ())))
        candidates = tuple(week for week in weeks if window.start <= sender.counted_on(week) <= window.end)
    else:
        candidates = tuple(month for month in months_in(window) if window.start <= month.end <= window.end)
    last = sender.last or date.max
    return tuple(span for span in candidates if span.end >= first and span.start <= last)
