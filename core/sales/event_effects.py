"""Sales around an event against sales around the same event the year before, and against the same dates. Pure.

Aligned: the N days around the event this year against the N days around it last year, day by day for resellers whose lines state days; by
whole weeks, the one that holds the event and those around it, for resellers whose files state weeks; a file of a month can not be cut at
an event, and is named as left out. Only days (weeks) that both years cover are compared, by the same rule as every comparison
(`core.sales.comparing.align`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.sales.calendar_reading import Calendar
from core.sales.comparing import YEAR_OF_WEEKS, Pair, align
from core.sales.covered import Sender, week_end_of
from core.sales.events import Occurrence, occurrences
from core.sales.formatting import format_change
from core.sales.naming import name_day, name_list
from core.sales.query import Comparison, Period
from core.sales.relative import change_words, relative_change

WEEK = timedelta(days=7)
ZERO = Decimal(0)
EUR = pl.Decimal(38, 9)
MONTHS_ONLY = "files of months can not be cut at an event"


@dataclass(frozen=True)
class Part:
    """One reseller around the event, EUR net. `same_now`, `same_before`: over the days that the same dates cover in both years."""

    reseller: str
    grain: str
    window: Period
    window_before: Period
    now: Decimal
    before: Decimal
    same_now: Decimal | None
    same_before: Decimal | None

    @property
    def aligned(self) -> Decimal | None:
        return relative_change(self.now, self.before)

    @property
    def same_dates(self) -> Decimal | None:
        return None if self.same_now is None or self.same_before is None else relative_change(self.same_now, self.same_before)


@dataclass(frozen=True)
class Effect:
    """An event with the resellers that keep it. `left_out`: reseller and why it is not compared."""

    occurrence: Occurrence
    window: Period
    window_before: Period
    parts: tuple[Part, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def now(self) -> Decimal:
        return sum((part.now for part in self.parts), Decimal(0))

    @property
    def before(self) -> Decimal:
        return sum((part.before for part in self.parts), Decimal(0))

    @property
    def aligned(self) -> Decimal | None:
        """Change against the same days around the event, a ratio."""
        return relative_change(self.now, self.before) if self.parts else None

    @property
    def same_dates(self) -> Decimal | None:
        """Change against the same dates (weeks: 364 days earlier), a ratio."""
        both = [(p.same_now, p.same_before) for p in self.parts if p.same_now is not None and p.same_before is not None]
        return relative_change(sum((now for now, _ in both), Decimal(0)), sum((before for _, before in both), Decimal(0))) if both else None


def effects(calendar: Calendar, period: Period, today: date, windows: Mapping[str, tuple[int, int]] | None = None) -> tuple[Effect, ...]:
    """The events of the period, in order. `windows`: days before and after by event key, where not the event's own."""
    countries = {sender.reseller_id: calendar.countries.get(sender.reseller_id) for sender in calendar.senders}
    found = []
    for one in occurrences(period, countries.values()):
        keeping = [s for s in calendar.senders if one.event.tradition_of(countries[s.reseller_id]) is one.tradition]
        found.append(effect(calendar, one, keeping, today, (windows or {}).get(one.event.key)))
    return tuple(found)


def effect(calendar: Calendar, one: Occurrence, senders: Iterable[Sender], today: date, days: tuple[int, int] | None = None) -> Effect:
    """One event over the resellers that keep it."""
    now, before = (one.window(*days), one.window_before(*days)) if days else (one.window(), one.window_before())
    parts, left_out = [], []
    for sender in senders:
        found = _part(calendar, sender, one, now, before, today)
        if isinstance(found, Part):
            parts.append(found)
        else:
            left_out.append((sender.name, found))
    return Effect(one, now, before, tuple(sorted(parts, key=lambda part: -part.now)), tuple(left_out))


def _part(calendar: Calendar, sender: Sender, one: Occurrence, now: Period, before: Period, today: date) -> Part | str:
    """The reseller's figures, or why there are none."""
    grain = calendar.grains[sender.reseller_id]
    if grain == "month":
        return MONTHS_ONLY
    same: Comparison | Period = "prior_year_days"
    if grain == "week":
        now, before = own_weeks(calendar, sender, one, now), own_weeks(calendar, sender, one, now, last_year=True)
        same = Period(now.start - timedelta(days=YEAR_OF_WEEKS), now.end - timedelta(days=YEAR_OF_WEEKS))
    pairs = _pairs(calendar, sender, now, before, today)
    if not pairs:
        return "not covered in both years"
    matched = _pairs(calendar, sender, now, same, today)
    sums = [_sum(calendar, sender, side) for side in ([p.now for p in pairs], [p.before for p in pairs])]
    same_sums = (
        [_sum(calendar, sender, side) for side in ([p.now for p in matched], [p.before for p in matched])] if matched else [None, None]
    )
    return Part(sender.name, grain, now, before, sums[0] or Decimal(0), sums[1] or Decimal(0), same_sums[0], same_sums[1])


def own_weeks(calendar: Calendar, sender: Sender, one: Occurrence, window: Period, *, last_year: bool = False) -> Period:
    """The reseller's own week that holds the event, with as many whole weeks before and after as the window holds."""
    end = week_end_of(calendar.covered.slices.get(sender.reseller_id, ()))
    last = one.day + timedelta(days=(end - one.day.weekday()) % 7)
    if last_year:
        last = one.before + timedelta(days=(end - one.before.weekday()) % 7)
    weeks_before, weeks_after = (one.day - window.start).days // 7, (window.end - one.day).days // 7
    return Period(last - timedelta(days=6) - weeks_before * WEEK, last + weeks_after * WEEK)


def _pairs(calendar: Calendar, sender: Sender, now: Period, before: Comparison | Period, today: date) -> tuple[Pair, ...]:
    return align(now, before, calendar.covered, [sender], today).pairs


def _sum(calendar: Calendar, sender: Sender, spans: Iterable[Period]) -> Decimal:
    """EUR net of the days, or of the weeks by their Monday (which lies in the reseller's week, whatever day that ends on)."""
    rows = (calendar.weeks if calendar.grains[sender.reseller_id] == "week" else calendar.days).get(sender.reseller_id, {})
    listed = tuple(spans)
    return sum((net for day, net in rows.items() if any(s.start <= day <= s.end for s in listed)), Decimal(0))


def says(found: Effect) -> str:
    """`Easter moved from 31 March 2024 to 20 April 2025: +12.0 % on the same dates, +3.0 % around the event.`"""
    one = found.occurrence
    if not found.parts:
        return f"{one.name}: no reseller can be compared around it."
    moved = f"{one.name} moved from {name_day(one.before)} to {name_day(one.day)}"
    kept = f"{one.name} keeps its date, {name_day(one.day)}"
    same = f"{format_change(found.same_dates)} on the same dates"
    around = change_words("sales_eur_net", found.aligned, found.now, found.before)
    return f"{moved if one.moved else kept}: {same}, {around} around the event."


def most_telling(found: Iterable[Effect]) -> Effect | None:
    """The event whose alignment changes the reading most, in money; else the largest; None where none can be compared."""
    compared = [one for one in found if one.parts]
    return max(compared, key=lambda one: (abs((one.aligned or ZERO) - (one.same_dates or ZERO)) * one.before, one.now), default=None)


def by_distance(calendar: Calendar, found: Effect) -> pl.DataFrame:
    """Days from the event, EUR net now and before, over the resellers whose lines state days and that cover the day in both years (null where
    none does): distance, now, before; the days add up to what is compared."""
    names = {part.reseller for part in found.parts if part.grain == "day"}
    senders = [sender for sender in calendar.senders if sender.name in names]
    offsets = range((found.window.start - found.occurrence.day).days, (found.window.end - found.occurrence.day).days + 1)
    rows = [(offset, *_both_days(calendar, senders, found.occurrence, timedelta(days=offset))) for offset in offsets]
    return pl.DataFrame(rows, schema={"distance": pl.Int64, "now": EUR, "before": EUR}, orient="row")


def _both_days(calendar: Calendar, senders: Iterable[Sender], one: Occurrence, away: timedelta) -> tuple[Decimal | None, Decimal | None]:
    now, before = one.day + away, one.before + away
    stated = [s.reseller_id for s in senders if all(calendar.covered.covers(s.reseller_id, Period(d, d)) for d in (now, before))]
    sums = [sum((calendar.days.get(number, {}).get(day, ZERO) for number in stated), ZERO) for day in (now, before)]
    return (sums[0], sums[1]) if stated else (None, None)


def left_out_words(found: Effect) -> str:
    """`Left out: Galilu and BOXNOX (their files state months …).`"""
    reasons: dict[str, list[str]] = {}
    for name, why in found.left_out:
        reasons.setdefault(why, []).append(name)
    return "; ".join(f"{name_list(names, 8)}: {why}" for why, names in reasons.items())


def effects_frame(found: Iterable[Effect]) -> pl.DataFrame:
    """One row an event: event, day, day_before, first, last, sales_eur_net, sales_eur_net_before (aligned, EUR net), change_aligned,
    change_same_dates (ratios), resellers, left_out."""
    rows = [
        {
            "event": one.occurrence.name,
            "day": one.occurrence.day,
            "day_before": one.occurrence.before,
            "first": one.window.start,
            "last": one.window.end,
            "sales_eur_net": one.now if one.parts else None,
            "sales_eur_net_before": one.before if one.parts else None,
            "change_aligned": _rounded(one.aligned),
            "change_same_dates": _rounded(one.same_dates),
            "resellers": ", ".join(part.reseller for part in one.parts),
            "left_out": left_out_words(one),
        }
        for one in found
    ]
    dates = dict.fromkeys(("day", "day_before", "first", "last"), pl.Date)
    money = dict.fromkeys(("sales_eur_net", "sales_eur_net_before", "change_aligned", "change_same_dates"), EUR)
    schema: dict[str, Any] = {"event": pl.String, **dates, **money, "resellers": pl.String, "left_out": pl.String}
    return pl.DataFrame(rows, schema=schema)


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.000000001"))
