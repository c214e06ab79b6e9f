"""What later files changed of the figures in an answer that was given before. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.sales.comparing import before_period
from core.sales.covered import Covered, senders_in
from core.sales.naming import name_period
from core.sales.query import Period, SalesQuery
from core.sales.restated import Restated, old_to_new

SAID = 4  # restatements told beneath one answer


def periods_of(query: SalesQuery) -> tuple[Period, ...]:
    """The asked period and the one it is compared with; () for all data."""
    if query.period is None:
        return ()
    return (query.period,) if query.compare is None else (query.period, before_period(query.period, query.compare))


def later(query: SalesQuery, at: datetime, found: Iterable[Restated], covered: Covered) -> tuple[Restated, ...]:
    """Those that a file stored after `at` restated, of the periods and resellers of the question."""
    spans, named = periods_of(query), {sender.name for sender in senders_in(covered, query.where)}
    return tuple(
        one
        for one in found
        if one.stored_at is not None
        and one.stored_at > at
        and one.reseller in named
        and (not spans or any(one.period.start <= span.end and span.start <= one.period.end for span in spans))
    )


def in_words(found: Iterable[Restated]) -> tuple[str, ...]:
    """`Restated since this answer: Galilu April 2025, 10 → 13 units, € 1 000 → € 1 212, by “b.xlsx” (upload 12).`, a sentence each."""
    listed = tuple(found)
    told = [
        f"Restated since this answer: {one.reseller} {name_period(one.period)}, {old_to_new(one)} (upload {one.batch_id})."
        for one in listed[:SAID]
    ]
    more = len(listed) - SAID
    return (
        *told,
        *((f"And {more} more {'period' if more == 1 else 'periods'} of it; ask again for the figures of today.",) if more > 0 else ()),
    )
