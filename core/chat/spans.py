"""The periods of a question put together: ranges, before and after, the period asked and the one it is compared with. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from core.chat import times
from core.chat.marking import Mark, Marked
from core.chat.times import Clock, Moment
from core.sales.query import Period

_EDGES = {"since", "until", "from", "between", "before", "after"}
_JOINING = {"to", "until", "and"}


@dataclass(frozen=True)
class Asked:
    """`period`: what is asked about. `compare`: what it is held against. `split`: the day that parts before and after.

    `bare`: a length without an anchor (`three months`), which only some questions use. `listed`: several periods side by side.
    """

    period: Moment | None = None
    compare: Moment | None = None
    split: Moment | None = None
    bare: tuple[int, str] | None = None
    listed: bool = False
    problem: str = ""
    notes: tuple[str, ...] = ()


def ask_about(marked: Marked, clock: Clock, comparing: bool, growing: bool, forward: bool = False) -> Asked:
    """`comparing`: the question holds things against each other; `growing`: it asks for a change; `forward`: it looks ahead."""
    atoms = [mark for mark in marked.of("time") if mark.moment is not None]
    if problem := next((m.moment.problem for m in atoms if m.moment and m.moment.problem), ""):
        return Asked(problem=problem)
    if forward:
        atoms = [_ahead(mark, clock) for mark in atoms]
    if (day := _split_day(marked, atoms)) is not None:
        return Asked(split=day)
    joined = _joined(marked, atoms, clock, growing)
    if problem := next((m.moment.problem for m in joined if m.moment and m.moment.problem), ""):
        return Asked(problem=problem)
    notes = tuple(m.moment.note for m in joined if m.moment and m.moment.note)
    return replace(_assigned(marked, joined, comparing, growing), bare=_bare_length(marked), notes=notes)


def _bare_length(marked: Marked) -> tuple[int, str] | None:
    """`three months`, where it belongs to no period and is no number of best months."""
    for i in range(len(marked.symbols) - 1):
        mark = marked.at(i)
        if (mark is None or mark.kind == "number") and re.fullmatch(r"\d{1,3}", marked.symbols[i]):
            unit, ranked = marked.symbols[i + 1], i and marked.at(i - 1)
            is_rank = ranked and ranked.kind == "operation" and ranked.value in ("top", "bottom")
            if unit in ("day", "week", "month", "quarter", "year") and not is_rank:
                return int(marked.symbols[i]), unit
    return None


def _ahead(mark: Mark, clock: Clock) -> Mark:
    """`December` in a question about the future is the next one."""
    moment = mark.moment
    assert moment is not None
    if moment.period is None or moment.year_given or moment.period.end >= clock.today:
        return mark
    years = 1
    while times.shift_years(moment.period, years).end < clock.today:
        years += 1
    return replace(mark, moment=replace(moment, period=times.shift_years(moment.period, years), words="", edge="future"))


def _edge(marked: Marked, mark: Mark) -> str:
    """The word just before a period that opens or closes it."""
    i = mark.first - 1
    while i >= 0 and marked.symbols[i] == "of":
        i -= 1
    return marked.symbols[i] if i >= 0 and marked.symbols[i] in _EDGES else ""


def _split_day(marked: Marked, atoms: Sequence[Mark]) -> Moment | None:
    around = " ".join(marked.symbols)
    if len(atoms) == 1 and re.search(r"before and after|after and before|after (?:versus|~ |and )*before", around) and atoms[0].moment:
        return atoms[0].moment if atoms[0].moment.period else None
    return None


def _joined(marked: Marked, atoms: Sequence[Mark], clock: Clock, growing: bool) -> list[Mark]:
    """Neighbours that make one range become one mark; open ranges are closed by the data."""
    out: list[Mark] = []
    rest = list(atoms)
    while rest:
        first = rest.pop(0)
        edge = _edge(marked, first)
        if rest and _is_range(marked, first, rest[0], edge, growing):
            out.append(_range(first, rest.pop(0)))
        elif edge in ("since", "until", "before", "after", "from") and first.moment and first.moment.period:
            out.append(_open(first, edge, clock, marked))
        else:
            out.append(first)
    return out


def _open(mark: Mark, edge: str, clock: Clock, marked: Marked) -> Mark:
    assert mark.moment is not None
    if edge == "from" and marked.symbols[mark.first - 1] != "from":
        return mark
    if edge == "from" and mark.moment.grain not in ("day",):
        return mark  # “orders from March” are those of March
    return replace(mark, moment=times.bounded(edge, mark.moment, clock))


def _is_range(marked: Marked, first: Mark, second: Mark, edge: str, growing: bool) -> bool:
    if first.moment is None or second.moment is None or first.moment.period is None or second.moment.period is None:
        return False
    between = [s for s in marked.symbols[first.last : second.first] if s != "of"]
    if growing and edge in ("from", "between"):
        return False
    if not between:
        return first.moment.grain == second.moment.grain or not first.moment.year_given
    if len(between) != 1 or any(m.kind == "link" and m.value == "versus" for m in marked.marks if first.last <= m.first < second.first):
        return False
    if between[0] == "and":
        return edge in ("between", "from")
    return between[0] in _JOINING


def _range(first: Mark, second: Mark) -> Mark:
    start, end = first.moment, second.moment
    assert start is not None and end is not None and start.period is not None and end.period is not None
    begin = start.period.start
    if not start.year_given and begin.year != end.period.end.year:
        begin = times.shift_years(start.period, end.period.end.year - begin.year).start
        if begin > end.period.end:
            begin = times.shift_years(start.period, end.period.end.year - 1 - start.period.start.year).start
    if begin > end.period.end:
        problem = f"The period ends ({times.day_words(end.period.end)}) before it starts ({times.day_words(begin)}). Swap the two, or name the years."
        return Mark("time", first.first, second.last, moment=Moment(None, problem=problem))
    grain = end.grain if end.grain in ("day", "week", "month", "quarter", "year") else "day"
    return Mark("time", first.first, second.last, moment=Moment(Period(begin, end.period.end), f"{grain}s", year_given=end.year_given))


def _assigned(marked: Marked, atoms: list[Mark], comparing: bool, growing: bool) -> Asked:
    if not atoms:
        return Asked()
    moments = [_like_its_neighbour(mark.moment, atoms) for mark in atoms if mark.moment is not None]
    if len(moments) == 1:
        return _alone(marked, atoms[0], moments[0], comparing, growing)
    if len(moments) == 2:
        return _pair(marked, atoms, moments, comparing, growing)
    return _many(moments)


def _like_its_neighbour(moment: Moment, atoms: Sequence[Mark]) -> Moment:
    """`May 2024 and June`: a month without a year stands in the year of its neighbour."""
    others = [m.moment for m in atoms if m.moment is not None and m.moment is not moment and m.moment.year_given and m.moment.period]
    if moment.year_given or moment.period is None or len(others) != 1 or others[0].grain not in (moment.grain, "year", "ytd"):
        return moment
    assert others[0].period is not None
    if others[0].relation.startswith("last_"):
        return moment
    return replace(moment, period=times.shift_years(moment.period, others[0].period.end.year - moment.period.end.year), words="")


def _against(marked: Marked, mark: Mark) -> bool:
    """The period stands behind `against`, `than`, `compared with`, or behind `over`, `on` in a question about a change."""
    before_it = [m for m in marked.marks if m.last <= mark.first and mark.first - m.last <= 2]
    return any(m.kind == "link" and m.value == "versus" for m in before_it[-1:]) or any(
        m.kind == "operation" and m.value == "compare" for m in before_it[-1:]
    )


def _alone(marked: Marked, mark: Mark, moment: Moment, comparing: bool, growing: bool) -> Asked:
    preposition = marked.tokens[mark.first - 1].key if mark.first else ""
    behind = _against(marked, mark) or (growing and preposition in ("over", "on", "from", "since") and moment.relation.startswith("last_"))
    if moment.period is None or (behind and mark.first > 0):
        return Asked(compare=moment)
    return Asked(period=moment)


def _pair(marked: Marked, atoms: Sequence[Mark], moments: list[Moment], comparing: bool, growing: bool) -> Asked:
    first, second = moments
    if first.period is None:
        return Asked(period=second, compare=first)
    if second.period is None or second.relation == "last_year":
        shifted = second.period is not None and first.grain not in ("year", "years")
        relative = Moment(None, relation="prior_year") if shifted else second
        if second.period is None or _against(marked, atoms[1]) or comparing or growing:
            return Asked(period=first, compare=relative)
    versus = any(m.kind == "link" and m.value == "versus" for m in marked.marks if atoms[0].last <= m.first < atoms[1].first)
    if versus and not growing:
        return Asked(period=first, compare=second)
    if (versus or comparing or growing) and second.period is not None:
        return _in_order(first, second, keep=_named_base(marked))
    return _many(moments)


def _named_base(marked: Marked) -> bool:
    """`Q1 2025 below Q4 2024`: the second period is the base, whatever the calendar says."""
    return any(token.key in ("below", "above", "unter", "uber", "behind", "than", "als", "niz") for token in marked.tokens)


def _in_order(first: Moment, second: Moment, keep: bool) -> Asked:
    assert first.period is not None and second.period is not None
    if keep or first.period.start > second.period.start:
        return Asked(period=first, compare=second)
    return Asked(period=second, compare=first)


def _many(moments: Sequence[Moment]) -> Asked:
    """Several periods side by side: one range when they follow each other, else the later against the earlier."""
    spans = sorted((m.period for m in moments if m.period is not None), key=lambda p: p.start)
    gapless = all(b.start - a.end == timedelta(days=1) for a, b in pairwise(spans))
    grain = moments[0].grain
    if gapless and spans:
        return Asked(period=Moment(Period(spans[0].start, spans[-1].end), f"{grain}s"), listed=True)
    if len(spans) == 2:
        return _in_order(moments[0], moments[1], keep=False)
    return Asked(
        problem="Several periods that do not follow each other can not be put into one answer. Ask for two of them, or for one range."
    )
