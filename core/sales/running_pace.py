"""What declines, what sells fast or slowly, and what sleeps, from the question to the answer: one way for the Movers page, the chat and the notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from core.sales import pace
from core.sales.carrying import Carriers, carriers_of, carriers_query
from core.sales.covered import Covered, senders_in
from core.sales.pace import Falling, Offer, Paced, Sleeping, Windows
from core.sales.query import Period, Result, SalesQuery

Ask = Callable[[SalesQuery], Result]
MOST = 10  # of the fastest, and of the slowest


@dataclass(frozen=True)
class Declining:
    """`spans`: the complete months, oldest first. `found`: what fell in each of them, the largest fall first; `unknown`: what seems to, but a
    reseller that carries it was not wholly heard of. `result`: the figures by item and month, None while there are fewer months than asked."""

    spans: tuple[Period, ...]
    found: tuple[Falling, ...] = ()
    unknown: tuple[Falling, ...] = ()
    result: Result | None = None


@dataclass(frozen=True)
class Pace:
    """`over`: the short and the long window; `rows`: everything on sale with its units in both, fastest in the short one first."""

    over: Windows
    rows: tuple[Paced, ...]
    recent: Result
    long: Result

    @property
    def fastest(self) -> tuple[Paced, ...]:
        return tuple(one for one in self.rows if one.recent > 0)[:MOST]

    @property
    def slowest(self) -> tuple[Paced, ...]:
        return pace.slowest(self.rows, MOST)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is not ranked among the slowest, as a reseller that carries it is not wholly covered."""
        return tuple(one.name for one in self.rows if one.missing)


@dataclass(frozen=True)
class Asleep:
    """`spans`: the complete months without a sale, oldest first; none where nothing is stated. `found`: what is on sale and did not sell in them,
    longest asleep first; `unknown`: the same, but a reseller that carries it was not wholly heard of. `result`: units sold by item and month."""

    spans: tuple[Period, ...]
    found: tuple[Sleeping, ...] = ()
    unknown: tuple[Sleeping, ...] = ()
    result: Result | None = None


def last_months(covered: Covered, query: SalesQuery, today: date, count: int) -> tuple[Period, ...]:
    """The last complete months of the resellers in question, up to the end of the query's period."""
    return pace.last_months(covered, _names(covered, query), _until(query, today), today, count)


def find_declining(
    ask: Ask, covered: Covered, query: SalesQuery, item: str, measure: str, today: date, count: int = pace.FALLING
) -> Declining:
    """`query`: the population; of its period the end counts alone. `count`: months that must have fallen. Errors: BadQuestion."""
    spans = last_months(covered, query, today, count)
    if len(spans) < count:
        return Declining(spans)
    answer = ask(pace.falling_query(query, item, measure, spans))
    found, unknown = pace.falling(answer, carriers(ask, query, item), covered, today, spans)
    return Declining(spans, found, unknown, answer)


def find_pace(
    ask: Ask, covered: Covered, query: SalesQuery, item: str, today: date, offers: Sequence[Offer] = (), whole: bool = True
) -> Pace | None:
    """None where nothing is stated. `offers`: the catalogue; `whole`: whether all of it is in sight, so that what never sold is listed too
    (under a filter it is not). Errors: BadQuestion."""
    over = pace.windows(covered, _names(covered, query), _until(query, today), today)
    if over is None:
        return None
    carried = carriers(ask, query, item)
    recent, long = (ask(part) for part in pace.paced_queries(query, item, over))
    kept = in_sight(offers, query, carried, whole)
    return Pace(over, pace.paced(recent, long, carried, covered, today, over, kept), recent, long)


def find_asleep(
    ask: Ask, covered: Covered, query: SalesQuery, item: str, today: date, offers: Sequence[Offer] = (), whole: bool = True
) -> Asleep:
    """`query`: the population; of its period the end counts alone. `offers`, `whole`: as in `find_pace`. Errors: BadQuestion."""
    spans = last_months(covered, query, today, pace.SLEEPING)
    if not spans:
        return Asleep(())
    answer, carried = ask(pace.sold_query(query, item)), carriers(ask, query, item)
    found, unknown = pace.sleeping(answer, carried, covered, today, spans, in_sight(offers, query, carried, whole), _until(query, today))
    return Asleep(spans, found, unknown, answer)


def carriers(ask: Ask, query: SalesQuery, item: str) -> Carriers:
    """Who ever stated a line of each item."""
    return carriers_of(ask(carriers_query(query, item)))


def in_sight(offers: Sequence[Offer], query: SalesQuery, carried: Carriers, whole: bool) -> tuple[Offer, ...]:
    """The catalogue; under a filter, or for a person who sees some resellers only, no more than what was ever stated there."""
    return tuple(offers) if whole and not query.where else tuple(offer for offer in offers if offer.name in carried)


def _names(covered: Covered, query: SalesQuery) -> tuple[str, ...]:
    return tuple(sender.name for sender in senders_in(covered, query.where))


def _until(query: SalesQuery, today: date) -> date:
    return query.period.end if query.period is not None else today
