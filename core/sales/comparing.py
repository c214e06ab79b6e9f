"""Like with like: which days of which reseller are compared with which, and what a comparison has to leave out. Pure.

Monthly resellers compare whole months that both periods cover; weekly resellers compare a week with the week 364 days earlier; day-grain
sources, and monthly resellers whose lines state their day, compare the same days, so that a running month is compared through the same day of
last year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.sales.covered import ONE_DAY, Covered, Sender, cut, expected_slices, join, month_of, months_in, week_end_of, weeks_in
from core.sales.naming import MONTHS, SHORT_MONTHS, name_list, name_period
from core.sales.query import Compared, Comparison, Period, months

YEAR_OF_WEEKS = 364
YEARLY = ("prior_year", "prior_year_days", "prior_year_weeks")


@dataclass(frozen=True)
class Pair:
    """Days `before` of one reseller that are compared with days `now`.

    A line of `before` lands on its own day plus `add_months` and `add_days`, or on `lands_on` where that is given (a week whose period
    rule puts it into another month than its counterpart).
    """

    reseller_id: int
    now: Period
    before: Period
    add_months: int = 0
    add_days: int = 0
    lands_on: date | None = None


@dataclass(frozen=True)
class LeftOut:
    """Part of the asked period that one reseller's comparison leaves out."""

    reseller: str
    now: Period


@dataclass(frozen=True)
class Alignment:
    """`before`: the nominal period that is compared with. `compared`: resellers with at least one pair; `concerned`: with any data now;
    `ended`: those of the earlier period that report no longer. `notes`: what else a reader of the change must know, as sentences."""

    now: Period
    before: Period
    pairs: tuple[Pair, ...]
    compared: tuple[str, ...]
    concerned: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    ended: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def common(self) -> tuple[Period, ...]:
        """The days of the asked period that at least one reseller compares."""
        return join(pair.now for pair in self.pairs)


def prior_year(period: Period) -> Period:
    """The same calendar days a year earlier; whole ISO weeks go back 364 days so that weekdays agree."""
    return weeks_earlier(period) if _is_weeks(period) else days_of_last_year(period)


def weeks_earlier(period: Period) -> Period:
    """364 days earlier: the same weekdays."""
    return Period(period.start - timedelta(days=YEAR_OF_WEEKS), period.end - timedelta(days=YEAR_OF_WEEKS))


def days_of_last_year(period: Period) -> Period:
    """The same calendar days a year earlier; a month that ends on its last day keeps doing so."""
    end = month_of(_add_months(period.end, -12)).end if period.end == month_of(period.end).end else _add_months(period.end, -12)
    return Period(_add_months(period.start, -12), end)


def prior_period(period: Period) -> Period:
    """The same number of whole months, or else of days, that end the day before."""
    count = month_shift(Period(period.start, period.end), None)
    if count is not None:
        first = _add_months(period.start, -count)
        return Period(first, period.start - timedelta(days=1))
    return Period(period.start - timedelta(days=period.days), period.start - timedelta(days=1))


def before_period(period: Period, comparison: Comparison | Period) -> Period:
    if isinstance(comparison, Period):
        return comparison
    before = {"prior_year": prior_year, "prior_year_days": days_of_last_year, "prior_year_weeks": weeks_earlier}
    return before.get(comparison, prior_period)(period)


def month_shift(now: Period, before: Period | None) -> int | None:
    """Months between the starts of two periods of equally many whole months (`before` None: the period's own length), else None."""
    if not _is_months(now):
        return None
    if before is None:
        return len(months_in(now))
    if not _is_months(before) or len(months_in(now)) != len(months_in(before)):
        return None
    return (now.start.year - before.start.year) * 12 + now.start.month - before.start.month


def align(now: Period, comparison: Comparison | Period, covered: Covered, senders: Iterable[Sender], today: date) -> Alignment:
    """Pair the covered days of `now` with those of the compared period, reseller by reseller."""
    before = before_period(now, comparison)
    pairs: list[Pair] = []
    left_out: list[LeftOut] = []
    compared: list[str] = []
    every = tuple(senders)
    concerned = [s for s in every if cut(covered.spans(s.reseller_id), now) or covered.is_expected(s, now)]
    ended = tuple(s.name for s in every if s not in concerned and cut(covered.spans(s.reseller_id), before))
    for sender in concerned:
        own = merge(_pairs_of(sender, now, before, covered, today, comparison))
        pairs += own
        compared += [sender.name] if own else []
        left_out += [LeftOut(sender.name, span) for span in _left_out(sender, now, own, covered)]
    notes = (*_of_other_length(now, before, comparison, pairs), *_week_counts(concerned, pairs, covered))
    return Alignment(now, before, tuple(pairs), tuple(compared), tuple(s.name for s in concerned), tuple(left_out), ended, notes)


def _pairs_of(sender: Sender, now: Period, before: Period, covered: Covered, today: date, comparison: Comparison | Period) -> list[Pair]:
    yearly, shift = comparison in YEARLY, month_shift(now, before)
    if sender.cadence == "weekly" and not sender.by_day and (shift is None or shift % 12 == 0):
        years = (shift // 12) if shift is not None else (1 if yearly else 0)
        days = YEAR_OF_WEEKS * years or _whole_weeks((now.start - before.start).days)
        return _week_pairs(sender, now, days, covered, None if years else before.end)
    if sender.states_days:
        if shift is not None or comparison == "prior_year_days" or (comparison == "prior_year" and not _is_weeks(now)):
            return _day_of_month_pairs(sender, now, before, shift if shift is not None else 12, covered, today)
        return _day_pairs(sender, now, before, covered)
    if shift is None and yearly:
        shift = 12
    if shift is None:
        return _counted_month_pairs(sender, now, before, covered, today)
    return _month_pairs(sender, [(m, _shifted(m, -shift)) for m in months_in(now) if m.end <= now.end], covered, today)


def merge(pairs: Iterable[Pair]) -> list[Pair]:
    """Adjoining pairs of one shift become one; a week that lands on a day of its own stays apart."""
    merged: list[Pair] = []
    for pair in pairs:
        last = merged[-1] if merged else None
        if last and _same_shift(last, pair) and _adjoin(last, pair):
            merged[-1] = replace(last, now=Period(last.now.start, pair.now.end), before=Period(last.before.start, pair.before.end))
        else:
            merged.append(pair)
    return merged


def _same_shift(one: Pair, two: Pair) -> bool:
    return (one.add_months, one.add_days, one.lands_on, two.lands_on) == (two.add_months, two.add_days, None, None)


def _adjoin(one: Pair, two: Pair) -> bool:
    return all((b.start - a.end).days == 1 for a, b in ((one.now, two.now), (one.before, two.before)))


def _week_pairs(sender: Sender, now: Period, days: int, covered: Covered, until: date | None) -> list[Pair]:
    """`until`: the last day of a period before that may be shorter; weeks that count after it are no part of it."""
    pairs = []
    for week in expected_slices(sender, covered, now):
        before = Period(week.start - timedelta(days=days), week.end - timedelta(days=days))
        if until is not None and sender.counted_on(before) > until:
            continue
        if all(covered.covers(sender.reseller_id, one) and not covered.is_coarser(sender.reseller_id, one) for one in (week, before)):
            lands_on = sender.counted_on(week)
            regular = sender.counted_on(before) + timedelta(days=days) == lands_on
            pairs.append(Pair(sender.reseller_id, week, before, add_days=days, lands_on=None if regular else lands_on))
    return pairs


def _month_pairs(sender: Sender, candidates: list[tuple[Period, Period]], covered: Covered, today: date) -> list[Pair]:
    """Whole months that both periods cover; a weekly reseller's month is the weeks that count in it. Months that a file states together (a
    quarter, weeks over their ends) are compared together or not at all."""
    return [
        Pair(sender.reseller_id, now, before, add_months=_months_between(now, before))
        for block in _blocks(sender, candidates, covered)
        if all(now.end <= today and _covers_month(sender, now, covered) and _covers_month(sender, before, covered) for now, before in block)
        for now, before in block
    ]


def _blocks(sender: Sender, candidates: list[tuple[Period, Period]], covered: Covered) -> list[list[tuple[Period, Period]]]:
    """The months in runs, each of which nothing that was stated reaches out of."""
    slices = covered.slices.get(sender.reseller_id, ())
    reaching = [s for s in slices if s.days > 7 or sender.cadence != "weekly"]
    crossed = {day for s in reaching for day in (m.end for m in months_in(s)) if day < s.end}
    blocks: list[list[tuple[Period, Period]]] = []
    open_block = bool(candidates) and any(month.start - ONE_DAY in crossed for month in candidates[0])
    for number, pair in enumerate(candidates):
        begins = number == 0 or not any(month.end in crossed for month in candidates[number - 1])
        blocks = [*blocks, [pair]] if begins else [*blocks[:-1], [*blocks[-1], pair]]
    last_open = bool(candidates) and any(month.end in crossed for month in candidates[-1])
    return blocks[int(open_block) : len(blocks) - int(last_open)]


def _counted_month_pairs(sender: Sender, now: Period, before: Period, covered: Covered, today: date) -> list[Pair]:
    """Months that count in a range of days are matched in order when both ranges hold equally many."""
    ours, theirs = ([m for m in months_in(p) if p.start <= m.end <= p.end] for p in (now, before))
    return _month_pairs(sender, list(zip(ours, theirs, strict=True)), covered, today) if len(ours) == len(theirs) else []


def _day_of_month_pairs(sender: Sender, now: Period, before: Period, shift: int, covered: Covered, today: date) -> list[Pair]:
    """Whole months where both are complete, else the days of the month that both cover."""
    pairs: list[Pair] = []
    for month in months_in(now):
        earlier = _shifted(month, -shift)
        if any(covered.is_coarser(sender.reseller_id, one) for one in (month, earlier)):
            continue
        if (
            month.start >= now.start
            and month.end <= now.end
            and month.end <= today
            and all(covered.covers(sender.reseller_id, m) for m in (month, earlier))
        ):
            pairs.append(Pair(sender.reseller_id, month, earlier, add_months=shift))
            continue
        ours = cut(cut(covered.spans(sender.reseller_id), month), now)
        theirs = cut(cut(covered.spans(sender.reseller_id), earlier), before)
        pairs += [Pair(sender.reseller_id, a, b, add_months=shift) for a, b in _same_days(ours, theirs, month, earlier)]
    return pairs


def _same_days(ours: Iterable[Period], theirs: Iterable[Period], month: Period, earlier: Period) -> list[tuple[Period, Period]]:
    found = []
    for mine in ours:
        for other in theirs:
            first, last = max(mine.start.day, other.start.day), min(mine.end.day, other.end.day)
            if first <= last:
                found.append((_days(month, first, last), _days(earlier, first, last)))
    return found


def _day_pairs(sender: Sender, now: Period, before: Period, covered: Covered) -> list[Pair]:
    days, spans = (now.start - before.start).days, covered.without_coarse(sender.reseller_id)
    pairs = []
    for span in cut(spans, before):
        landed = Period(span.start + timedelta(days=days), span.end + timedelta(days=days))
        for both in cut(cut(spans, landed), now):
            pairs.append(
                Pair(sender.reseller_id, both, Period(both.start - timedelta(days=days), both.end - timedelta(days=days)), add_days=days)
            )
    return pairs


def _covers_month(sender: Sender, month: Period, covered: Covered) -> bool:
    if sender.cadence != "weekly":
        return covered.covers(sender.reseller_id, month)
    weeks = weeks_counted_in(sender, covered, month)
    return bool(weeks) and all(covered.covers(sender.reseller_id, w) and not covered.is_coarser(sender.reseller_id, w) for w in weeks)


def weeks_counted_in(sender: Sender, covered: Covered, span: Period) -> tuple[Period, ...]:
    """All of them, also those before the reseller's first and after its last report: without them the span is partial."""
    weeks = weeks_in(span, week_end_of(covered.slices.get(sender.reseller_id, ())))
    return tuple(week for week in weeks if span.start <= sender.counted_on(week) <= span.end)


def _left_out(sender: Sender, now: Period, pairs: list[Pair], covered: Covered) -> tuple[Period, ...]:
    """What the reseller stated of the asked period but is not compared, as joined spans; of one that compares days whole months of them."""
    if pairs and sender.states_days:
        return join(span for month in cut(months_in(now), now) for span in _stated_alone(sender, month, pairs, covered))
    stated = [
        *(span for span in expected_slices(sender, covered, now) if covered.covers(sender.reseller_id, span)),
        *(cut(covered.spans(sender.reseller_id), now) if sender.states_days else ()),
    ]
    open_days = [span for span in stated if not any(_stands_in(sender, span, p.now) for p in pairs)]
    return join(open_days)


def _stated_alone(sender: Sender, month: Period, pairs: list[Pair], covered: Covered) -> tuple[Period, ...]:
    """The days stated of a month that no pair touches."""
    return () if any(cut((pair.now,), month) for pair in pairs) else cut(covered.spans(sender.reseller_id), month)


def _stands_in(sender: Sender, span: Period, compared: Period) -> bool:
    """Whether a stated slice is compared: a week with the month that it counts in."""
    inside = compared.start <= span.start and span.end <= compared.end
    return inside or (sender.cadence == "weekly" and compared.start <= sender.counted_on(span) <= compared.end)


def _of_other_length(now: Period, before: Period, comparison: Comparison | Period, pairs: Sequence[Pair]) -> Iterable[str]:
    if not isinstance(comparison, Period) or now.days == before.days or month_shift(now, before) is not None or not pairs:
        return
    ours, theirs = (
        name_list([name_period(span) for span in join(spans)], 3)
        for spans in ([pair.now for pair in pairs], [pair.before for pair in pairs])
    )
    yield f"The periods are of different length, {now.days} days against {before.days}: the change is of {ours} against {theirs} only."


def _week_counts(senders: Sequence[Sender], pairs: Sequence[Pair], covered: Covered) -> Iterable[str]:
    """Months of weeks hold four or five of them."""
    for sender in senders:
        own = [pair for pair in pairs if pair.reseller_id == sender.reseller_id and pair.add_months and sender.cadence == "weekly"]
        ours, theirs = (
            (
                sum(len(weeks_counted_in(sender, covered, span)) for span in spans)
                for spans in zip(*((p.now, p.before) for p in own), strict=True)
            )
            if own
            else (0, 0)
        )
        if ours != theirs and not sender.by_day:
            yield f"{sender.name} states weeks: {ours} count in the period, {theirs} in the earlier one, so part of its change is the calendar."


def explain(alignment: Alignment) -> str:
    """“7 of 9 resellers, Jan–May 2025 against the same days of the earlier period; left out: Galilu (May 2025).”"""
    ended = f" Only in the earlier period, and in no change: {', '.join(alignment.ended)}." if alignment.ended else ""
    if not alignment.pairs:
        spans = f"{name_period(alignment.now)} and {name_period(alignment.before)}"
        return f"Nothing can be compared: no reseller has stated the same days, weeks or months of both {spans}.{ended}"
    spans = ", ".join(name_period(span) for span in alignment.common[:3]) + (" …" if len(alignment.common) > 3 else "")
    text = f"{len(alignment.compared)} of {len(alignment.concerned)} resellers, {spans} in both periods"
    missing: dict[str, list[str]] = {name: [] for name in alignment.concerned if name not in alignment.compared}
    for item in alignment.left_out:
        missing.setdefault(item.reseller, []).append(name_period(item.now))
    parts = [f"{name} ({', '.join(spans)})" if spans else name for name, spans in missing.items()]
    return f"{text}; left out of the change: {', '.join(parts)}.{ended}" if parts else f"{text}.{ended}"


def compared_of(alignment: Alignment, senders: Iterable[Sender]) -> Compared:
    """Whose change an alignment makes, and over which days."""
    shops = {sender.reseller_id for sender in senders if sender.by_day}
    own = join(pair.now for pair in alignment.pairs if pair.reseller_id in shops)
    return Compared(alignment.compared, alignment.concerned, alignment.common, own)


def short_days(days: Sequence[Period], period: Period, before: Period) -> str:
    """“1–24 Nov 2025 in both years”; of many spans the outer days."""
    text = name_period(Period(days[0].start, days[-1].end))
    for number, month in enumerate(MONTHS):
        text = text.replace(month, SHORT_MONTHS[number]) if month else text
    both = "in both years" if before == days_of_last_year(period) else "in both periods"
    return f"{'parts of ' if len(days) > 1 else ''}{text} {both}"


def _is_months(period: Period) -> bool:
    return period.start.day == 1 and period.end == month_of(period.end).end


def _is_weeks(period: Period) -> bool:
    return not _is_months(period) and period.start.weekday() == 0 and period.days % 7 == 0


def _whole_weeks(days: int) -> int:
    return -(-days // 7) * 7


def _add_months(day: date, count: int) -> date:
    """The same day of another month, or its last day where it has no such day."""
    number = day.year * 12 + day.month - 1 + count
    target = months(number // 12, number % 12 + 1, 1)
    return date(target.start.year, target.start.month, min(day.day, target.end.day))


def _shifted(month: Period, count: int) -> Period:
    return month_of(_add_months(month.start, count))


def _months_between(now: Period, before: Period) -> int:
    return (now.start.year - before.start.year) * 12 + now.start.month - before.start.month


def _days(month: Period, first: int, last: int) -> Period:
    return Period(date(month.start.year, month.start.month, first), date(month.start.year, month.start.month, last))
