"""What is known of the past, reseller by reseller, for what looks ahead: figures of complete covered months (or weeks) only. Pure.

A month that a reseller has not stated is a gap of that reseller and never a drop of all; the running month is no month yet. A covered month
without a line is 0, one whose money waits for a rate is a gap. A series begins with its first sale, so that what was launched last spring
has a short history and not a long one of zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from core.sales.backtesting import Track
from core.sales.carrying import reach_of
from core.sales.covered import Covered, Sender, month_of
from core.sales.dimensions import OTHERS
from core.sales.formatting import format_figure
from core.sales.naming import name_list, name_period
from core.sales.query import Filter, Period, Result, SalesQuery

Grain = Literal["month", "week"]
SEASONS: Mapping[Grain, int] = {"month": 12, "week": 52}
MOST_BEHIND: Mapping[Grain, int] = {"month": 3, "week": 8}  # steps after the newest that a reseller may lack before it is left out


@dataclass(frozen=True)
class LeftOut:
    """A reseller that takes no part, why, and what it sold in the last year that is known of it."""

    reseller: str
    reason: str
    recent: Decimal

    def words(self, measure: str) -> str:
        return f"{self.reseller} ({self.reason}; {format_figure(measure, round(self.recent))} in its last known year)"


@dataclass(frozen=True)
class Histories:
    """`steps`: first days, oldest first, without holes, to the newest step any reseller has stated. `tracks`: see `backtesting.Track`, each on
    the axis of `steps`. `known`: the exact figures by (part, reseller, step)."""

    measure: str
    grain: Grain
    steps: tuple[date, ...]
    tracks: tuple[Track, ...]
    left_out: tuple[LeftOut, ...]
    known: Mapping[tuple[str, str, int], Decimal]
    result: Result

    @property
    def season(self) -> int:
        return SEASONS[self.grain]

    @property
    def start(self) -> int:
        """The first step that not every track has stated."""
        return min((track.end for track in self.tracks), default=0)

    @property
    def open_steps(self) -> int:
        """Steps that some track has stated and some has not."""
        return max((track.end for track in self.tracks), default=0) - self.start

    @property
    def through(self) -> date | None:
        """The last day that all have stated."""
        return step_period(self.steps[self.start - 1], self.grain).end if self.tracks else None

    def step(self, number: int) -> date:
        """The first day of a step, also of those to come."""
        return move(self.steps[0], number, self.grain)


def histories_query(measure: str, where: Sequence[Filter], grain: Grain = "month", part: str = "reseller") -> SalesQuery:
    """The figures of `histories`: over all data, by reseller and, for a breakdown, by `part` (a dimension)."""
    return SalesQuery((measure,), tuple(dict.fromkeys((part, "reseller", grain))), tuple(where))


def histories(result: Result, covered: Covered, today: date, most: int | None = None) -> Histories:
    """The answer to `histories_query` as series. `most`: parts beyond the largest ones become one, `others`."""
    query = result.query
    measure, part = query.measures[0], query.by[0]
    grain: Grain = "week" if "week" in query.by else "month"
    concerned = set(result.resellers_expected)
    senders = [sender for sender in covered.senders if sender.name in concerned]
    figures = _figures(result, part, grain, measure)
    parts = _largest(figures, most)
    named = {key: (key[0] if key[0] in parts else OTHERS, *key[1:]) for key in figures}
    summed: dict[tuple[str, str, date], Decimal | None] = {}
    for key, value in figures.items():
        before = summed.get(named[key], Decimal(0))
        summed[named[key]] = None if value is None or before is None else before + value
    stated = {sender.name: _stated(sender, covered, summed, grain, today) for sender in senders}
    return _assembled(result, grain, measure, [s for s in senders if stated[s.name]], stated, summed)


def step_period(first: date, grain: Grain) -> Period:
    return month_of(first) if grain == "month" else Period(first, first + timedelta(days=6))


def move(first: date, steps: int, grain: Grain) -> date:
    if grain == "week":
        return first + timedelta(days=7 * steps)
    number = first.year * 12 + first.month - 1 + steps
    return date(number // 12, number % 12 + 1, 1)


def steps_between(first: date, last: date, grain: Grain) -> int:
    if grain == "week":
        return (last - first).days // 7
    return (last.year - first.year) * 12 + last.month - first.month


def _figures(result: Result, part: str, grain: Grain, measure: str) -> dict[tuple[str, str, date], Decimal | None]:
    """By part, reseller and step; None where lines are there but no figure (money without a rate)."""
    rows = zip(*(result.frame[name] for name in (part, "reseller", grain, measure)), strict=True)
    return {(row[0], row[1], row[2]): None if row[3] is None else Decimal(row[3]) for row in rows if row[2] is not None}


def _largest(figures: Mapping[tuple[str, str, date], Decimal | None], most: int | None) -> set[str]:
    """The parts that sold most in the last year of the data; all of them where `most` is None."""
    sums = {part: Decimal(0) for part, _, _ in figures}
    last = max((step for _, _, step in figures), default=date.min)
    for (part, _, step), value in figures.items():
        sums[part] += (value or 0) if (last - step).days < 366 else 0
    return set(sorted(sums, key=lambda part: (-sums[part], part))[:most])


def _stated(
    sender: Sender, covered: Covered, figures: Mapping[tuple[str, str, date], Decimal | None], grain: Grain, today: date
) -> list[date]:
    """The steps this reseller has stated as a whole, from its first figure on."""
    own = [step for (_, reseller, step), value in figures.items() if reseller == sender.name and value]
    through = covered.data_through(sender.reseller_id)
    if not own or through is None:
        return []
    first = min(own)
    count = steps_between(first, through, grain)
    steps = [move(first, i, grain) for i in range(count + 1)]
    return [s for s in steps if (p := step_period(s, grain)).end < today and reach_of(sender, covered, p, today) == "whole"]


def _assembled(
    result: Result,
    grain: Grain,
    measure: str,
    senders: Sequence[Sender],
    stated: Mapping[str, Sequence[date]],
    figures: Mapping[tuple[str, str, date], Decimal | None],
) -> Histories:
    newest = max((stated[s.name][-1] for s in senders), default=None)
    coarse = _coarse(result, grain, {s.name for s in senders})
    if newest is None:
        return Histories(measure, grain, (), (), coarse, {}, result)
    reasons = {s.name: _reason(s, stated[s.name], newest, grain) for s in senders}
    kept = [s for s in senders if not reasons[s.name]]
    first = min((stated[s.name][0] for s in kept), default=newest)
    axis = tuple(move(first, i, grain) for i in range(steps_between(first, newest, grain) + 1))
    tracks, known = [], dict[tuple[str, str, int], Decimal]()
    for sender in kept:
        for part in sorted({part for part, reseller, _ in figures if reseller == sender.name}):
            series = _series(part, sender.name, stated[sender.name], axis, grain, figures)
            if any(series):
                tracks.append(Track(part, sender.name, tuple(None if v is None else float(v) for v in series)))
                known |= {(part, sender.name, i): v for i, v in enumerate(series) if v is not None}
    left = [LeftOut(s.name, reasons[s.name], _recent(s.name, stated[s.name], figures)) for s in senders if reasons[s.name]]
    return Histories(measure, grain, axis, tuple(tracks), (*left, *coarse), known, result)


def _reason(sender: Sender, stated: Sequence[date], newest: date, grain: Grain) -> str:
    """Why a reseller is left out, or ''."""
    season, last = SEASONS[grain], step_period(stated[-1], grain)
    if steps_between(stated[-1], newest, grain) > MOST_BEHIND[grain]:
        return f"nothing complete since {name_period(last)}"
    if sender.last is not None and sender.last <= last.end:
        return "it reports no longer"
    if len(stated) <= season:
        return f"{len(stated)} complete {grain}{'' if len(stated) == 1 else 's'} of the {season + 1} that are needed"
    return ""


def _series(
    part: str,
    reseller: str,
    stated: Sequence[date],
    axis: Sequence[date],
    grain: Grain,
    figures: Mapping[tuple[str, str, date], Decimal | None],
) -> list[Decimal | None]:
    """From the part's first sale to the reseller's last stated step; 0 where it is covered and nothing was sold."""
    here = set(stated)
    count = steps_between(axis[0], stated[-1], grain) + 1
    values = [figures.get((part, reseller, step), Decimal(0)) if step in here else None for step in axis[:count]]
    first = next((i for i, value in enumerate(values) if value), count)
    return [None] * first + values[first:]


def _recent(reseller: str, stated: Sequence[date], figures: Mapping[tuple[str, str, date], Decimal | None]) -> Decimal:
    last = {step for step in stated if (stated[-1] - step).days < 365}
    return sum((value or Decimal(0) for (_, name, step), value in figures.items() if name == reseller and step in last), Decimal(0))


def _coarse(result: Result, grain: Grain, here: set[str]) -> tuple[LeftOut, ...]:
    """Resellers with sales of which no step is stated as a whole: of weeks, those who report months."""
    missing = [name for name in result.frame["reseller"].unique().sort() if name not in here]
    reason = "it states no whole weeks" if grain == "week" else "no complete month with a sale"
    return tuple(LeftOut(name, reason, Decimal(0)) for name in missing)


def told(left_out: Sequence[LeftOut], measure: str) -> str:
    """“Not in it: Galilu (9 complete months of the 13 that are needed; € 1 200 in its last known year).” Empty where all take part."""
    parts = [one.words(measure) if one.recent else f"{one.reseller} ({one.reason})" for one in left_out]
    return f"Not in it: {name_list(parts, len(parts))}." if parts else ""


def of_part(found: Histories, part: str) -> Histories:
    """The series of one row of a breakdown alone."""
    return replace(found, tracks=tuple(track for track in found.tracks if track.part == part), left_out=())
