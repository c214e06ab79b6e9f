"""Which months a question cuts through: they are read by days, all others as they are. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from core.sales.asking import BY_MONTH, BY_QUARTER, Asked, Mark, Relation, ResellerMonth, Span
from core.sales.comparing import Pair
from core.sales.covered import month_of, months_in
from core.sales.query import Period

MONTHS_OF = {0: range(1, 13), 1: range(1, 4), 2: range(4, 7), 3: range(7, 10), 4: range(10, 13)}  # of quarters; 0: of the year


def by_month(asked: Asked, pairs: Sequence[Pair] | None, reseller_ids: Sequence[int], relation: Relation) -> Asked:
    """The question with its cut months and the marks of the others, for sums that know no days; as it is for sums that do.

    Where sums over quarters stand beside them and the question is not split in time, months that are treated alike are read as one."""
    if relation not in BY_MONTH:
        return asked
    cut, marks = _found(asked.query.period, None if pairs is None else tuple(pairs), tuple(reseller_ids), asked.names_time)
    spans, single = _joined(marks) if relation in BY_QUARTER and not asked.names_time else ((), marks)
    return replace(asked, cut=cut, marks=single, spans=spans)


@lru_cache(64)  # the questions of a page ask for the same months
def _found(
    period: Period | None, pairs: tuple[Pair, ...] | None, reseller_ids: tuple[int, ...], in_time: bool
) -> tuple[tuple[ResellerMonth, ...], tuple[Mark, ...]]:
    cut = cut_months(period, pairs, reseller_ids, in_time)
    return cut, marks_of(period, pairs, reseller_ids, frozenset(cut)) if pairs is not None else ()


def cut_months(
    period: Period | None, pairs: Sequence[Pair] | None, reseller_ids: Sequence[int], in_time: bool = True
) -> tuple[ResellerMonth, ...]:
    """Months of which a part is asked for, or compared, and another is not; where the question is split in time also those whose lines
    land on other days of a month."""
    edges = _edges(period) if period is not None else ()
    found = {(number, *_key(month)) for number in reseller_ids for month in edges}
    for pair in pairs or ():
        shifted = in_time and (pair.add_days or pair.lands_on is not None)
        spans = (pair.now, pair.before)
        months = [month for span in spans for month in (months_in(span) if shifted else _edges(span))]
        months += [month_of(pair.before.start)] if period is not None and pair.now.start < period.start else []
        found |= {(pair.reseller_id, *_key(month)) for month in months}
    return tuple(sorted(found))


def marks_of(
    period: Period | None, pairs: Sequence[Pair], reseller_ids: Sequence[int], cut: frozenset[ResellerMonth] = frozenset()
) -> tuple[Mark, ...]:
    """Each whole month of a comparison: asked for ('now'), with something to compare it with ('both'), or compared with ('before')."""
    paired = {(pair.reseller_id, *_key(month)) for pair in pairs for month in months_in(pair.now)}
    marks: list[Mark] = []
    for number in reseller_ids:
        for month in months_in(period) if period is not None else ():
            key = (number, *_key(month))
            marks += [(*key, month.start, "both" if key in paired else "now")] if key not in cut else []
    for pair in pairs:
        for month in months_in(pair.before):
            key = (pair.reseller_id, *_key(month))
            marks += [(*key, _later(month.start, pair.add_months), "before")] if key not in cut else []
    return tuple(marks)


@lru_cache(64)
def _joined(marks: tuple[Mark, ...]) -> tuple[tuple[Span, ...], tuple[Mark, ...]]:
    return joined(marks)


def joined(marks: Sequence[Mark]) -> tuple[tuple[Span, ...], tuple[Mark, ...]]:
    """Whole years and quarters all of whose months are marked, once each and alike; and the marks of the other months."""
    found: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for reseller_id, year, month, _, era in marks:
        found[reseller_id, year, era].append(month)
    spans = {key: _quarters_of(months) for key, months in found.items()}
    within = {
        (number, year, month, era)
        for (number, year, era), quarters in spans.items()
        for quarter in quarters
        for month in MONTHS_OF[quarter]
    }
    single = tuple(mark for mark in marks if (*mark[:3], mark[4]) not in within)
    return tuple((number, year, quarter, era) for (number, year, era), quarters in spans.items() for quarter in quarters), single


def _quarters_of(months: Sequence[int]) -> tuple[int, ...]:
    if len(set(months)) < len(months):
        return ()
    return (0,) if len(months) == 12 else tuple(q for q in (1, 2, 3, 4) if set(MONTHS_OF[q]) <= set(months))


def _later(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _edges(period: Period) -> tuple[Period, ...]:
    """The months that the period begins or ends in the midst of."""
    first, last = month_of(period.start), month_of(period.end)
    return (*((first,) if period.start > first.start else ()), *((last,) if period.end < last.end else ()))


def _key(month: Period) -> tuple[int, int]:
    return month.start.year, month.start.month
