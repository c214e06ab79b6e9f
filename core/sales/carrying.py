"""Who carries an item, and whether they were heard of in a span of time: what tells “nothing sold” from “not known”. Pure.

An item is any text dimension's value: a product, store, country … Its carriers are the resellers that ever stated a line of it. A slot is
a month, quarter, week or fiscal month. Of a slot in which no carrier was heard of, nothing is known; where all were, no line means 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from core.errors import BadQuestion
from core.sales.covered import Covered, Sender, cut, expected_slices, month_of, months_in
from core.sales.dimensions import DIMENSIONS, FISCAL, find_dimension
from core.sales.fiscal import FiscalCalendar
from core.sales.naming import name_list
from core.sales.query import Period, Result, SalesQuery, months

Reach = Literal["whole", "part", "none", "not expected", "coarse"]
State = Literal["covered", "running", "partly", "unknown"]
Carriers = Mapping[str, frozenset[str]]
NO_ITEMS = ("weekday", "line_kind", "order", "vat_basis")  # time, populations and single receipts are nothing that is carried
ITEMS: tuple[str, ...] = tuple(name for name, d in DIMENSIONS.items() if d.kind == "text" and name not in NO_ITEMS)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Heard:
    """What is known of an item in a slot.

    covered: every carrier stated all of it. partly: some did not (`missing` names them). running: it has not ended yet, and some of it is
    stated. unknown: no carrier stated anything of it.
    """

    state: State
    missing: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """True where a figure that is not stated means that nothing was sold, at least at the resellers that were heard of."""
        return self.state != "unknown"

    @property
    def words(self) -> str:
        """“Liberty not covered”; empty where all is covered."""
        if self.state == "covered":
            return ""
        if self.state == "running":
            return "has not ended yet"
        who = name_list(list(self.missing), 3)
        if self.state == "partly":
            return f"{who} not wholly covered" if who else "only in part within the period"
        return f"{who} not covered" if who else "not covered"


def noun(item: str, count: int = 2) -> str:
    """“products”, “country”: what items of a dimension are called, one or many."""
    word = DIMENSIONS[item].title.lower()
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def find_item(name: str) -> str:
    """The dimension, if it can be carried. Errors: BadQuestion with the nearest names."""
    found = find_dimension(name)
    if found.name not in ITEMS:
        raise BadQuestion(f"{found.title} is nothing that is sold. Choose product, reseller, store, country or another group.")
    return found.name


def carriers_query(query: SalesQuery, item: str) -> SalesQuery:
    """Who ever stated a line of each item: the same filters but those on time, over all data."""
    where = tuple(f for f in query.where if not DIMENSIONS[f.dimension].is_time)
    return SalesQuery(("lines",), tuple(dict.fromkeys((item, "reseller"))), where, without_bulk=query.without_bulk)


def carriers_of(result: Result) -> Carriers:
    """Reseller names by item. `result`: the answer to `carriers_query`."""
    item = result.query.by[0]
    found: dict[str, set[str]] = {}
    for name, reseller in zip(result.frame[item], result.frame["reseller"], strict=True):
        found.setdefault(name, set()).add(reseller)
    return {name: frozenset(names) for name, names in found.items()}


def reach_of(sender: Sender, covered: Covered, slot: Period, today: date) -> Reach:
    """How much of a slot one reseller has stated. `coarse`: it states longer periods than the slot, so nothing of it can stand there."""
    if sender.cadence == "monthly" and not sender.states_days and not _is_whole_months(slot):
        return "coarse"
    if covered.is_coarser(sender.reseller_id, slot):
        return "coarse"
    if slot.start > today:
        return "none" if sender.is_active(slot) else "not expected"
    needed = (
        _needed_days(sender, covered, slot)
        if sender.by_day or (sender.states_days and not _is_whole_months(slot))
        else _needed_slices(sender, covered, slot)
    )
    if not needed:
        return "part" if covered.is_provisional(sender.reseller_id, slot) else "not expected"
    stated = [span for span in needed if covered.covers(sender.reseller_id, span)]
    if len(stated) == len(needed):
        return "whole"
    some = stated or cut(covered.spans(sender.reseller_id), slot) or covered.is_provisional(sender.reseller_id, slot)
    return "part" if some else "none"


def heard(names: Iterable[str], reach: Mapping[str, Reach], slot: Period, today: date) -> Heard:
    """What is known of an item carried by `names`. `reach`: of every reseller in that slot."""
    expected = {name: reach[name] for name in sorted(names) if reach.get(name, "not expected") not in ("not expected", "coarse")}
    missing = tuple(name for name, found in expected.items() if found != "whole")
    if not any(found in ("whole", "part") for found in expected.values()):
        return Heard("unknown", missing or tuple(name for name in sorted(names) if reach.get(name) == "coarse"))
    if slot.end >= today:
        return Heard("running", missing)
    return Heard("partly", missing) if missing else Heard("covered")


def reaches(covered: Covered, slots: Sequence[Period], today: date) -> Mapping[Period, Mapping[str, Reach]]:
    """`reach_of` every reseller in every slot."""
    return {slot: {s.name: reach_of(s, covered, slot, today) for s in covered.senders} for slot in slots}


def slots_in(period: Period, across: str, calendar: FiscalCalendar) -> tuple[Period, ...]:
    """The months, quarters, ISO weeks or fiscal parts that the period touches, in order. `across`: the dimension."""
    if across == "month":
        return months_in(period)
    found: list[Period] = []
    day = period.start
    while day <= period.end:
        found.append(_slot_of(day, across, calendar))
        day = found[-1].end + timedelta(days=1)
    return tuple(found)


def complete_months(covered: Covered, names: Iterable[str], until: date, today: date, count: int) -> tuple[Period, ...]:
    """The last `count` calendar months that have ended by `until` and before `today`, of which one of these resellers stated all; fewer
    where fewer are."""
    senders = [sender for sender in covered.senders if sender.name in set(names)]
    firsts = [span.start for s in senders for span in covered.spans(s.reseller_id)]
    if not firsts:
        return ()
    last = min(until, today - timedelta(days=1))
    known = [
        month
        for month in (months_in(Period(min(firsts), last)) if min(firsts) <= last else ())
        if month.end <= last and any(reach_of(s, covered, month, today) == "whole" for s in senders)
    ]
    return tuple(known[-count:])


def _slot_of(day: date, across: str, calendar: FiscalCalendar) -> Period:
    if across == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + WEEK - timedelta(days=1))
    if across == "quarter":
        return months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
    if across in FISCAL:
        return calendar.part_of(day, across.removeprefix("fiscal_"))  # type: ignore[arg-type]
    raise BadQuestion(f"Columns can be months, quarters, weeks or fiscal months, not “{across}”.")


def _needed_days(sender: Sender, covered: Covered, slot: Period) -> tuple[Period, ...]:
    """The days of the slot on which a shop was open."""
    since = covered.since(sender)
    if since is None or not sender.is_active(slot) or since > slot.end:
        return ()
    return (Period(max(slot.start, since), min(slot.end, sender.last or slot.end)),)


def _needed_slices(sender: Sender, covered: Covered, slot: Period) -> tuple[Period, ...]:
    return expected_slices(sender, covered, slot)


def _is_whole_months(slot: Period) -> bool:
    return slot.start.day == 1 and slot.end == month_of(slot.end).end


def without_time(query: SalesQuery, **changes: Any) -> SalesQuery:
    """The question without its filters on time: what is asked of other periods than the page's."""
    return replace(query, where=tuple(f for f in query.where if not DIMENSIONS[f.dimension].is_time), **changes)
