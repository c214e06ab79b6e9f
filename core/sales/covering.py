"""Read from the published views what each reseller has stated and what waits in the inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import psycopg

from core.sales.asking import Asked, AskedFilter
from core.sales.covered import Covered, Sender
from core.sales.query import Period

HELD: dict[str, Any] = {
    "reseller": pl.String,
    "currency": pl.String,
    "lines": pl.Int64,
    "quantity": pl.Int64,
    "net": pl.Decimal(38, 9),
    "local": pl.Decimal(38, 9),
}
SENDERS = """
select id, name, key, cadence, period_rule, grace_days, active_from, active_until from readable.resellers order by name
"""
SLICES = "select distinct reseller_id, period_start, period_end from readable.covered_slices"
PROVISIONAL = """
select distinct reseller_id, make_date(year, month, 1) from readable.sales where provisional and source = 'sell-out'
"""
HELD_LINES = """
select reseller, currency, count(*), sum(quantity)::bigint, round(sum(sales_eur_net), 9) as net,
       round(sum(amount_local) filter (where sales_eur_net is null), 9) as local
from readable.held_lines
where reseller_id = any(%(resellers)s)
  and (%(start)s::date is null or (period_start <= %(end)s and period_end >= %(start)s))
group by reseller, currency, sales_eur_net is null
order by reseller, currency, sales_eur_net is null
"""


def read_covered(connection: psycopg.Connection[Any]) -> Covered:
    """Resellers, live slices and months with partial figures, as far as the session's scope goes."""
    senders = tuple(Sender(*row) for row in connection.execute(SENDERS).fetchall())
    slices: dict[int, list[Period]] = defaultdict(list)
    for reseller_id, start, end in connection.execute(SLICES).fetchall():
        slices[reseller_id].append(Period(start, end))
    provisional = frozenset((row[0], row[1]) for row in connection.execute(PROVISIONAL).fetchall())
    return Covered(senders, {key: tuple(sorted(spans)) for key, spans in slices.items()}, provisional)


def read_held(connection: psycopg.Connection[Any], period: Period | None, reseller_ids: Sequence[int]) -> pl.DataFrame:
    """Lines in the inbox that touch the period: reseller, currency, lines, quantity, net (EUR), local (money without a rate)."""
    span = {"start": period.start if period else None, "end": period.end if period else None}
    rows = connection.execute(HELD_LINES, {"resellers": list(reseller_ids), **span}).fetchall()
    return pl.DataFrame(rows, schema=HELD, orient="row")


def concerned(asked: Asked, covered: Covered) -> tuple[Sender, ...]:
    """The resellers that the question's filters leave in."""
    return tuple(sender for sender in covered.senders if all(_keeps(sender, f) for f in asked.filters))


def _keeps(sender: Sender, asked: AskedFilter) -> bool:
    values = {text.lower() for text in asked.texts}
    if asked.dimension.name == "reseller":
        return bool({sender.name.lower(), sender.key.lower()} & values) != asked.exclude
    if asked.dimension.name == "source":
        return (("d2c" if sender.key == "online" else "sell-out") in values) != asked.exclude
    if asked.dimension.name == "channel" and sender.key == "online":
        return ("online" in values) != asked.exclude
    return True


def data_through(covered: Covered, senders: Sequence[Sender]) -> dict[str, date]:
    """Last covered day by reseller name."""
    ends = {sender.name: covered.data_through(sender.reseller_id) for sender in senders}
    return {name: end for name, end in ends.items() if end is not None}
