"""How fast items sell: declining month after month, fast and slow, asleep. Pure over answers of `running.run`.

VENDORS' definitions. Declining: m−2 > m−1 > m over the last three complete months. Fast and slow: units in the last 30 days and the last 90,
0 included, among what is on sale; where a reseller states months, in the last 1 and 3 complete months. Asleep: on sale, and without a sale
in the last six complete months. Where a reseller that carries the item was not heard of, the answer is “unknown”, with its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl

from core.sales.carrying import Carriers, Heard, complete_months, heard, reaches, without_time
from core.sales.covered import Covered
from core.sales.dimensions import NOT_STATED
from core.sales.naming import name_list
from core.sales.query import Period, Result, SalesQuery, months

FALLING, SLEEPING = 3, 6  # months
RECENT, LONG = 30, 90  # days
NOT_FOR_SALE = ("sample", "tester")


@dataclass(frozen=True)
class Falling:
    """`values`: the figure of each month, oldest first. `missing`: resellers that were not wholly heard of; then it is not known."""

    name: str
    values: tuple[Decimal, ...]
    missing: tuple[str, ...] = ()

    @property
    def change(self) -> Decimal:
        return self.values[-1] - self.values[0]


@dataclass(frozen=True)
class Sleeping:
    """`last_sale`: the month of the last sale, None: never. `missing`: resellers that carry it and were not wholly heard of; then it is
    not known whether it sleeps."""

    name: str
    last_sale: date | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paced:
    """Units over the short and the long window. `missing`: as in Sleeping, over the long window."""

    name: str
    recent: int
    long: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Windows:
    """The two spans that pace is measured over, and in which words."""

    recent: Period
    long: Period
    words: tuple[str, str]


@dataclass(frozen=True)
class Offer:
    """A product or store of the catalogue: `kind` of a product; on sale (or open) between the two days, None: not stated."""

    name: str
    kind: str = ""
    since: date | None = None
    until: date | None = None

    def is_on_sale(self, period: Period) -> bool:
        """Over the whole period, and for sale at all."""
        begun = self.since is None or self.since <= period.start
        return begun and (self.until is None or self.until >= period.end) and self.kind not in NOT_FOR_SALE


def last_months(covered: Covered, names: Iterable[str], until: date, today: date, count: int) -> tuple[Period, ...]:
    """The last complete month that one of these resellers stated, and the months before it, `count` in all; none where nothing is stated."""
    last = complete_months(covered, names, until, today, 1)
    if not last:
        return ()
    number = last[0].start.year * 12 + last[0].start.month - 1
    return tuple(months(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1))


def falling_query(query: SalesQuery, item: str, measure: str, spans: Sequence[Period]) -> SalesQuery:
    """The figure by item and month over these months. `spans`: not empty."""
    plain = without_time(query, measures=(measure,), by=(item, "month"), period=Period(spans[0].start, spans[-1].end))
    return replace(plain, compare=None, like_for_like=None, order_by=None, descending=None, limit=None, others=False)


def falling(
    result: Result, carriers: Carriers, covered: Covered, today: date, spans: Sequence[Period]
) -> tuple[tuple[Falling, ...], tuple[Falling, ...]]:
    """Items that fell every month, the largest fall first; then those that seem to fall but are not wholly known. `result`: the answer to
    `falling_query`."""
    item, measure = result.query.by[0], result.query.measures[0]
    values: dict[str, dict[date, Any]] = {}
    for name, month, value in result.frame.select(item, "month", measure).iter_rows():
        values.setdefault(name, {})[month] = value
    known = _Known.of(carriers, covered, spans, today)
    found = []
    for name, stated in values.items():
        line = tuple(Decimal(stated.get(span.start) or 0) for span in spans)
        if name != NOT_STATED and all(before > after for before, after in pairwise(line)):
            found.append(Falling(name, line, known.missing(name)))
    found.sort(key=lambda one: one.change)
    return tuple(one for one in found if not one.missing), tuple(one for one in found if one.missing)


def sold_query(query: SalesQuery, item: str) -> SalesQuery:
    """Units sold by item and month over all data: when each item sold last."""
    return SalesQuery(("units_sold",), (item, "month"), without_time(query).where, without_bulk=query.without_bulk)


def sleeping(
    result: Result,
    carriers: Carriers,
    covered: Covered,
    today: date,
    spans: Sequence[Period],
    offers: Sequence[Offer] = (),
    until: date | None = None,
) -> tuple[tuple[Sleeping, ...], tuple[Sleeping, ...]]:
    """Items on sale without a sale in these months, longest asleep first; then those of which it is not known. `result`: the answer to
    `sold_query`; `offers`: the catalogue, whose products that never sold are listed too; without it all that ever sold is on sale. `until`:
    the day up to which a sale wakes an item (default: the end of these months)."""
    item, window = result.query.by[0], Period(spans[0].start, spans[-1].end)
    last: dict[str, date] = {}
    for name, month, units in result.frame.select(item, "month", "units_sold").iter_rows():
        if month is not None and units and units > 0 and month <= (until or window.end):
            last[name] = max(month, last.get(name, month))
    known = _Known.of(carriers, covered, spans, today)
    names = _on_sale(carriers, offers, window)
    silent = [Sleeping(name, last.get(name), known.missing(name)) for name in names if last.get(name, date.min) < window.start]
    silent.sort(key=lambda one: (one.last_sale or date.min, one.name.casefold()))
    return tuple(one for one in silent if not one.missing), tuple(one for one in silent if one.missing)


def windows(covered: Covered, names: Iterable[str], until: date, today: date) -> Windows | None:
    """30 and 90 days up to the newest one where every reseller states days, else the last 1 and 3 complete months; None: nothing stated."""
    wanted = set(names)
    senders = [sender for sender in covered.senders if sender.name in wanted and covered.spans(sender.reseller_id)]
    if senders and all(sender.by_day for sender in senders):
        last = min(max(d for s in senders if (d := covered.data_through(s.reseller_id))), until, today - timedelta(days=1))
        spans = [Period(last - timedelta(days=days - 1), last) for days in (RECENT, LONG)]
        return Windows(spans[0], spans[1], (f"last {RECENT} days", f"last {LONG} days"))
    found = last_months(covered, wanted, until, today, 3)
    return Windows(found[-1], Period(found[0].start, found[-1].end), ("last complete month", "last 3 complete months")) if found else None


def paced_queries(query: SalesQuery, item: str, over: Windows) -> tuple[SalesQuery, SalesQuery]:
    """Units by item over the short and the long window."""
    plain = without_time(query, measures=("units",), by=(item,), compare=None, like_for_like=None, order_by=None, limit=None, others=False)
    return replace(plain, period=over.recent), replace(plain, period=over.long)


def paced(
    recent: Result, long: Result, carriers: Carriers, covered: Covered, today: date, over: Windows, offers: Sequence[Offer] = ()
) -> tuple[Paced, ...]:
    """What is on sale with its units, fastest in the short window first. `recent`, `long`: the answers to `paced_queries`."""
    item = long.query.by[0]
    counts = [dict(result.frame.select(item, "units").iter_rows()) for result in (recent, long)]
    known = _Known.of(carriers, covered, (over.long,), today)
    names = {*_on_sale(carriers, offers, over.long), *(name for name in counts[1] if name != NOT_STATED)}
    found = [Paced(name, int(counts[0].get(name) or 0), int(counts[1].get(name) or 0), known.missing(name)) for name in names]
    return tuple(sorted(found, key=lambda one: (-one.recent, -one.long, one.name.casefold())))


def slowest(found: Sequence[Paced], most: int = 10) -> tuple[Paced, ...]:
    """The fewest units in the long window first, 0 included; what is not wholly known is left to `unknown`."""
    known = [one for one in found if not one.missing]
    return tuple(sorted(known, key=lambda one: (one.long, one.recent, one.name.casefold()))[:most])


def missing_words(names: Sequence[str]) -> str:
    """“Galilu not wholly covered”."""
    return f"{name_list(list(names), 3)} not wholly covered"


@dataclass(frozen=True)
class _Known:
    """What is known of each item over some spans."""

    carriers: Carriers
    heard: Mapping[frozenset[str], tuple[str, ...]]

    @classmethod
    def of(cls, carriers: Carriers, covered: Covered, spans: Sequence[Period], today: date) -> _Known:
        reach = reaches(covered, spans, today)
        found: dict[frozenset[str], tuple[str, ...]] = {}
        for names in set(carriers.values()):
            told: list[Heard] = [heard(names, reach[span], span, today) for span in spans]
            found[names] = tuple(dict.fromkeys(name for one in told for name in one.missing))
        return cls(carriers, found)

    def missing(self, name: str) -> tuple[str, ...]:
        return self.heard.get(self.carriers.get(name, frozenset()), ())


def _on_sale(carriers: Carriers, offers: Sequence[Offer], window: Period) -> list[str]:
    """Items of the catalogue that are on sale over the window, and what the catalogue does not name."""
    known = {offer.name: offer for offer in offers}
    listed = [name for name in carriers if name != NOT_STATED and (name not in known or known[name].is_on_sale(window))]
    return [*listed, *(offer.name for offer in offers if offer.name not in carriers and offer.is_on_sale(window))]


def table(found: Sequence[Sleeping], title: str) -> pl.DataFrame:
    """Asleep items as they are shown and taken away."""
    rows = [(one.name, one.last_sale, missing_words(one.missing) if one.missing else "no sale") for one in found]
    return pl.DataFrame(rows, schema={title: pl.String, "Last sale": pl.Date, "What is known": pl.String}, orient="row")
