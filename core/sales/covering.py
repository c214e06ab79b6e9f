"""Read from the published views what each reseller has stated and what waits in the inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
import psycopg

from core.db.engine import Database, Scope
from core.sales.asking import Asked, AskedFilter
from core.sales.covered import LONGEST_MONTH, MOST_QUIET_DAYS, Covered, Sender, join, keeps
from core.sales.query import Period

HELD: dict[str, Any] = {
    "reseller": pl.String,
    "currency": pl.String,
    "lines": pl.Int64,
    "quantity": pl.Int64,
    "net": pl.Decimal(38, 9),
    "local": pl.Decimal(38, 9),
}
# Of a reseller's lines those that state no day, or a period that reaches out of their month; with more, its files do not state days.
MOST_UNDATED = Decimal("0.02")
SENDERS = """
select r.id, r.name, r.key, r.cadence, r.period_rule, r.grace_days, r.active_from, r.active_until,
       coalesce(t.undated <= t.lines * %(most_undated)s, false)
from readable.resellers r
left join (
  select reseller_id, sum(case when period_start is null then undated else lines end) as undated, sum(lines) as lines
  from readable.sales_totals group by reseller_id
) t on t.reseller_id = r.id
order by r.name
"""
SLICES = "select reseller_id, period_start, period_end, bool_or(restated), array_agg(view) from readable.covered_slices group by 1, 2, 3"
PROVISIONAL = """
select distinct reseller_id, make_date(year, month, 1) from readable.sales where provisional and source = 'sell-out'
"""
# The longest stretch without orders between two order days that one file spans.
QUIET = """
select max(day - before - 1) from (
  select distinct s.counted_on as day, lag(s.counted_on) over (order by s.counted_on) as before
  from (select distinct counted_on from readable.sales_rollup where reseller_id = %(reseller)s) as s
) as days
where day - before > 1 and exists (
  select from readable.covered_slices c where c.reseller_id = %(reseller)s and c.period_start <= before and c.period_end >= day)
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


def covered_in(database: Database, scope: Scope = None) -> Covered:
    """As `read_covered`, for analyses that tell “nothing sold” from “not known”."""
    with database.reader(scope) as connection:
        return read_covered(connection)


def read_covered(connection: psycopg.Connection[Any]) -> Covered:
    """Resellers, live slices and months with partial figures, as far as the session's scope goes."""
    senders = tuple(Sender(*row) for row in connection.execute(SENDERS, {"most_undated": MOST_UNDATED}).fetchall())
    slices: dict[int, list[Period]] = defaultdict(list)
    restated: set[tuple[int, Period]] = set()
    for reseller_id, start, end, changed in _facts_of(connection.execute(SLICES).fetchall()):
        slices[reseller_id].append(Period(start, end))
        restated |= {(reseller_id, Period(start, end))} if changed else set()
    provisional = frozenset((row[0], row[1]) for row in connection.execute(PROVISIONAL).fetchall())
    known = {key: tuple(sorted(spans)) for key, spans in slices.items()}
    return Covered(senders, known, provisional, _quiet(connection, senders, known), frozenset(restated))


def _facts_of(rows: Sequence[Sequence[Any]]) -> list[tuple[int, date, date, bool]]:
    """Without the spans over which a file adds up, in a view of its own, what another of its views states by month: these cover no month."""
    longer = [row for row in rows if (row[2] - row[1]).days > LONGEST_MONTH]
    beside = {
        (number, start, end)
        for number, start, end, _, views in longer
        if any(o[0] == number and start <= o[1] and o[2] <= end and not set(o[4]) & set(views) for o in rows)
    }
    return [(row[0], row[1], row[2], row[3]) for row in rows if (row[0], row[1], row[2]) not in beside]


def _quiet(connection: psycopg.Connection[Any], senders: Sequence[Sender], slices: Mapping[int, tuple[Period, ...]]) -> dict[int, int]:
    """Looked up only where two files of a shop leave a gap that may be one: most exports overlap or adjoin."""
    found: dict[int, int] = {}
    for sender in senders:
        spans = join(slices.get(sender.reseller_id, ()))
        gaps = [(later.start - earlier.end).days - 1 for earlier, later in pairwise(spans)]
        if sender.by_day and any(gap <= MOST_QUIET_DAYS for gap in gaps):
            row = connection.execute(QUIET, {"reseller": sender.reseller_id}).fetchone()
            if row and row[0] is not None:
                found[sender.reseller_id] = max(1, min(int(row[0]), MOST_QUIET_DAYS))
    return found


def read_held(connection: psycopg.Connection[Any], period: Period | None, reseller_ids: Sequence[int]) -> pl.DataFrame:
    """Lines in the inbox that touch the period: reseller, currency, lines, quantity, net (EUR), local (money without a rate)."""
    span = {"start": period.start if period else None, "end": period.end if period else None}
    rows = connection.execute(HELD_LINES, {"resellers": list(reseller_ids), **span}).fetchall()
    return pl.DataFrame(rows, schema=HELD, orient="row")


def concerned(asked: Asked, covered: Covered) -> tuple[Sender, ...]:
    """The resellers that the question's filters leave in."""
    return tuple(s for s in covered.senders if all(keeps(s, f.dimension.name, f.texts, f.exclude) for f in asked.filters))


PLACES = ("store", "country", "currency")
STORES_NAMED = """
select distinct reseller_id from readable.stores
where lower(name) = any(%(names)s::text[]) or lower(name || ' (' || reseller || ')') = any(%(names)s::text[])
"""


def at_these_places(connection: psycopg.Connection[Any], asked: Asked, senders: Sequence[Sender], rolled: bool) -> tuple[Sender, ...]:
    """Those of the resellers that ever sold at the stores, in the countries or in the currencies the question names: of others no file is
    missing from it. All of them where none did. `rolled`: whether there are sums to look it up in."""
    found = tuple(senders)
    for one in asked.filters:
        if one.dimension.name in PLACES and not one.exclude and not one.blank:
            known = _sellers_at(connection, one, "sales_totals" if rolled else "sales")
            found = tuple(sender for sender in found if sender.reseller_id in known) or found
    return found


def _sellers_at(connection: psycopg.Connection[Any], one: AskedFilter, relation: str) -> set[int]:
    names = {"names": [text.lower() for text in one.texts]}
    column = one.dimension.label
    statement = f"select distinct reseller_id from readable.{relation} where lower({column}) = any(%(names)s::text[])"
    return {row[0] for row in connection.execute((STORES_NAMED if one.dimension.name == "store" else statement).encode(), names).fetchall()}


def data_through(covered: Covered, senders: Sequence[Sender]) -> dict[str, date]:
    """Last covered day by reseller name."""
    ends = {sender.name: covered.data_through(sender.reseller_id) for sender in senders}
    return {name: end for name, end in ends.items() if end is not None}
