"""What the card of one upload shows beside its report: the keys its held rows wait for, and the year-to-date chain where it closes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest.chaining import this_week
from core.ingest.planning import Plan
from core.ingest.reconciling import WeekToDate, link

MOST_KEYS = 50
ANSWERED = "not_a_product"


@dataclass(frozen=True)
class WaitingKey:
    """One key that rows of an upload wait for. `key_kind`, `key` None: nothing to remember, the file has to be corrected. `units` pieces,
    `amount` as stated in `currency`."""

    key_kind: str | None
    key: str | None
    key_text: str | None
    product_text: str | None
    store_text: str | None
    lines: int
    units: int | None
    amount: Decimal | None
    currency: str | None

    @property
    def text(self) -> str:
        """As the file prints it."""
        return " ".join((self.key_text or self.store_text or self.product_text or "").split())


@dataclass(frozen=True)
class Chain:
    """A year-to-date chain that closes, in units: what the file before said, this file's own, what this file says."""

    before: int
    own: int
    after: int


@dataclass(frozen=True)
class Background:
    """`waiting`: largest money first, at most 50. `since`: the first day that its rows state, long before its period where a file grows."""

    reseller_id: int | None = None
    waiting: tuple[WaitingKey, ...] = ()
    chain: Chain | None = None
    since: date | None = None


def record(plan: Plan) -> dict[str, Any]:
    """The same as plain values, kept with the batch while its rows are nowhere else."""
    open_keys = plan.seen.held.filter(pl.col("rule") != ANSWERED)
    keys = sorted((_key(row) for row in open_keys.iter_rows(named=True)), key=_rank)[:MOST_KEYS]
    chain = closed(plan)
    plain = [{**asdict(key), "amount": None if key.amount is None else str(key.amount)} for key in keys]
    since = plan.seen.slices["period_start"].min()
    return {"waiting": plain, **({"chain": asdict(chain)} if chain else {}), **({"since": str(since)} if since else {})}


def closed(plan: Plan) -> Chain | None:
    """The chain from the week before to this one, where the two follow each other and nothing is left over."""
    week = this_week(plan.rows, plan.frame) if plan.frame.year_to_date else None
    before = [w for w in plan.standing.weeks if week is not None and w.period_end < week.period_start]
    if week is None or not before:
        return None
    return _joined(before[-1], week)


def _joined(earlier: WeekToDate, week: WeekToDate) -> Chain | None:
    joint, total = link(earlier, week), ("units", ())
    if joint.surplus or joint.new_year or joint.weeks_between or total not in earlier.to_date or total not in week.to_date:
        return None
    return Chain(int(earlier.to_date[total]), int(week.actual.get(total, 0)), int(week.to_date[total]))


def background(database: Database, upload_batch_id: int) -> Background:
    """What waits and what is proven across files, as it stands now: of a stored upload from its held rows, else from its last reading.

    Errors: UnknownRecord."""
    with database.read() as connection:
        statement = "select reseller_id, status, rows_held, report from upload_batches where id = :batch"
        row = connection.execute(sa.text(statement), {"batch": upload_batch_id}).one_or_none()
        if row is None:
            raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
        stored = row.status == "stored"
        keys = _held(connection, upload_batch_id) if stored and row.rows_held else () if stored else _recorded(row.report)
    chain, since = row.report.get("chain"), row.report.get("since")
    return Background(row.reseller_id, tuple(keys), Chain(**chain) if chain else None, date.fromisoformat(since) if since else None)


def _held(connection: sa.Connection, batch_id: int) -> list[WaitingKey]:
    statement = """
        select key_kind, key, min(key_text) as key_text, min(product_text) as product_text, min(store_text) as store_text, count(*) as lines,
               sum(quantity) as units, sum(amount_local) as amount, min(currency) as currency
        from held_rows where upload_batch_id = :batch and resolved_at is null and primary_view and rule <> 'not_a_product'
        group by key_kind, key order by coalesce(abs(sum(amount_local)), 0) desc, count(*) desc, key limit 50"""
    return [_key(dict(row._mapping)) for row in connection.execute(sa.text(statement), {"batch": batch_id})]


def _recorded(report: Mapping[str, Any]) -> Iterable[WaitingKey]:
    return [WaitingKey(**{**key, "amount": None if key["amount"] is None else Decimal(key["amount"])}) for key in report.get("waiting", ())]


def _key(row: Mapping[str, Any]) -> WaitingKey:
    names = ("key_kind", "key", "key_text", "product_text", "store_text")
    units = None if row["units"] is None else int(row["units"])
    lines, amount, currency = int(row["lines"]), row["amount"], row["currency"]
    return WaitingKey(**{name: row[name] for name in names}, lines=lines, units=units, amount=amount, currency=currency)


def _rank(key: WaitingKey) -> tuple[Decimal, int]:
    return -abs(key.amount or Decimal(0)), -key.lines
