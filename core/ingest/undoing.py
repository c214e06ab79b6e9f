"""Take an upload back. Nothing is deleted: its claims stop standing, and of each slice the next best claim becomes live again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from core.catalogue.storing import bump_version
from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord, WorkbenchError
from core.ingest import slices
from core.ingest.content import SLICES
from core.ingest.copying import fetch
from core.ingest.shapes import Schema
from core.ingest.storing import lock_reseller
from core.people import audit


class AlreadyUndone(UnknownRecord):
    """This upload was taken back already."""


class UndoIncomplete(WorkbenchError):
    """Taking this upload back would have left some of its rows counted. Nothing was changed; report it."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of rows that the upload states. `kind`: 'reversed', they count no more; 'superseded', another file counted in their
    place already; 'shared', another stored file states the very same figures, so they go on counting. `why` in words."""

    kind: Literal["reversed", "superseded", "shared"]
    rows: int
    why: str


@dataclass(frozen=True)
class UndoReport:
    """What an undo did, or (`done` False) would do. `restored`: slices that show an earlier file again; `emptied`: slices with nothing.

    `outcomes` count every row the upload states once; a row that could be none of these ends the undo with UndoIncomplete.
    """

    upload_batch_id: int
    file_name: str
    slices_changed: int
    restored: int
    emptied: int
    rows_live_before: int
    rows_live_after: int
    reason: str
    done: bool = True
    outcomes: tuple[Outcome, ...] = ()

    def rows(self, kind: str) -> int:
        """How many rows of the upload came to this end."""
        return sum(outcome.rows for outcome in self.outcomes if outcome.kind == kind)


def undo(database: Database, upload_batch_id: int, by: str = "system") -> UndoReport:
    """Take a stored batch back: exactly what was live without it is live again. Errors: UnknownRecord when it is not stored."""
    with database.write() as connection:
        report = _undo(connection, upload_batch_id, by)
        audit.record(connection, by, "upload undone", f"batch {upload_batch_id}", {"file": report.file_name})
        bump_version(connection)
    return report


def preview_undo(database: Database, upload_batch_id: int) -> UndoReport:
    """What `undo` would do, without doing it. Errors: UnknownRecord."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        report = _undo(connection, upload_batch_id, "preview")
        transaction.rollback()
    return UndoReport(**{**report.__dict__, "done": False, "reason": report.reason.replace("Taken back", "Would be taken back")})


def _undo(connection: sa.Connection, batch_id: int, by: str) -> UndoReport:
    row = _held_fast(connection, batch_id)
    before = _live_rows(connection, row.reseller_id)
    stated = _stated(connection, batch_id)
    values = {"status": "undone", "progress": {}, "undone_at": sa.func.now(), "undone_by": by}
    connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch_id).values(**values))
    changed, restored = _settle(connection, row.reseller_id, batch_id)
    after = _live_rows(connection, row.reseller_id)
    outcomes = _outcomes(stated, _stated(connection, batch_id))
    rest = sum(outcome.rows for outcome in outcomes if outcome.kind != "reversed")
    stays = f" {rest:,} of its rows did not count for it any more, or count for another file, and stay as they are." if rest else ""
    reason = f"Taken back: {changed} periods changed, {restored} of them show an earlier upload again; {after:,} rows are live now.{stays}"
    return UndoReport(batch_id, row.file_name, changed, restored, changed - restored, before, after, reason, outcomes=outcomes)


def _held_fast(connection: sa.Connection, batch_id: int) -> Any:
    """The batch, with its reseller's facts held off from others; the reseller first, as everybody does. Errors: UnknownRecord."""
    c = t.upload_batches.c
    find = sa.select(c.reseller_id, c.file_name, c.status).where(c.id == batch_id)
    row = connection.execute(find).first()
    if row is not None and row.status == "stored":
        lock_reseller(connection, row.reseller_id)
        row = connection.execute(find.with_for_update()).first()
    if row is not None and row.status == "undone":
        raise AlreadyUndone(f"“{row.file_name}” was taken back already.")
    if row is None or row.status != "stored":
        raise UnknownRecord("Only a stored upload can be taken back.")
    return row


# Row by row -----------------------------------------------------------------------------------------------------------

_STATED: Schema = {**SLICES, "rows": pl.Int64, "live": pl.Int64, "own": pl.Boolean, "winner": pl.String}
# The rows a batch states, slice by slice: how many, how many of them count, whether for itself, and which file counts there.
_STATED_SLICES = """
with own as (
  select c.*, w.facts_batch_id as winning_facts, w.upload_batch_id as winner, b.file_name as winning_name
  from slice_claims c
  left join slice_claims w on w.live and w.reseller_id = c.reseller_id and w.view = c.view
    and w.period_start = c.period_start and w.period_end = c.period_end
  left join upload_batches b on b.id = w.upload_batch_id
  where c.upload_batch_id = :batch
), lines as (
  select f.upload_batch_id, f.view, f.period_start, f.period_end, count(*) as lines, count(*) filter (where f.live) as live
  from sellout_entries2 f where f.primary_view and f.upload_batch_id = any(cast(:facts as bigint[])) group by 1, 2, 3, 4
  union all
  select h.upload_batch_id, h.view, h.period_start, h.period_end, count(*), count(*) filter (where h.live)
  from held_rows h
  where h.primary_view and h.resolved_at is null and not h.online and h.upload_batch_id = any(cast(:facts as bigint[])) group by 1, 2, 3, 4
)
select o.view, o.period_start, o.period_end, sum(l.lines)::bigint, sum(l.live)::bigint, o.live, o.winning_name || ' (upload ' || o.winner || ')'
from own o join lines l on l.upload_batch_id = o.facts_batch_id and l.view = o.view
  and l.period_start = o.period_start and l.period_end = o.period_end
group by 1, 2, 3, 6, 7
"""
# Whose rows the batch's slices are; named as values, so that the server expects few lines of them however many others hold.
_FACTS = "select distinct facts_batch_id from slice_claims where upload_batch_id = :batch"
_STATED_ORDERS = """
with lines as (
  select f.id, 'fact' as view, f.order_date as day, f.live from ecommerce_orders f where f.upload_batch_id = :batch
  union all
  select h.id, 'held', h.period_end, h.live from held_rows h
  where h.online and h.primary_view and h.resolved_at is null and h.upload_batch_id = :batch
)
select view || id, day, day, 1, live::int, live, null from lines
"""


def _stated(connection: sa.Connection, batch_id: int) -> pl.DataFrame:
    facts = [row[0] for row in connection.execute(sa.text(_FACTS), {"batch": batch_id})]
    parts = [fetch(connection, statement, _STATED, {"batch": batch_id, "facts": facts}) for statement in (_STATED_SLICES, _STATED_ORDERS)]
    return pl.concat(parts)


def _outcomes(before: pl.DataFrame, after: pl.DataFrame) -> tuple[Outcome, ...]:
    """Every row once. Errors: UndoIncomplete when rows of the batch still count although no standing file states them."""
    both = before.join(after.select(*SLICES, pl.col("live").alias("still"), pl.col("winner").alias("now")), on=list(SLICES))
    own, gone = pl.col("own"), pl.col("still") == 0
    orphaned = both.filter(own & ~gone & pl.col("now").is_null())
    if both.height != before.height or orphaned.height:
        raise UndoIncomplete
    groups: list[tuple[Literal["reversed", "superseded", "shared"], pl.DataFrame, str]] = [
        ("reversed", both.filter(own & gone), "they count no more"),
        ("superseded", both.filter(~own & (pl.col("live") == 0)), "counted already: {}"),
        ("shared", both.filter((own & ~gone) | (~own & (pl.col("live") > 0))), "the same figures are stated by {}"),
    ]
    return tuple(Outcome(kind, int(part["rows"].sum()), why.format(_names(part["now"]))) for kind, part, why in groups if part.height)


def _names(files: pl.Series) -> str:
    names = files.drop_nulls().unique().sort().to_list()
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "a later export"


# Slice by slice -------------------------------------------------------------------------------------------------------


def _settle(connection: sa.Connection, reseller_id: int, batch_id: int) -> tuple[int, int]:
    """The claims and orders of the batch decided anew; returns how many slices (days) changed and how many are filled again."""
    own = "select view, period_start, period_end from slice_claims where upload_batch_id = :batch"
    claimed = fetch(connection, own, SLICES, {"batch": batch_id})
    changed = slices.settle(connection, reseller_id, claimed)
    slices.roll_up_slices(connection, reseller_id, changed)
    live = "select view, period_start, period_end from slice_claims where live and reseller_id = :reseller"
    restored = changed.join(fetch(connection, live, SLICES, {"reseller": reseller_id}), on=list(SLICES), how="semi")
    days = slices.settle_orders(connection, reseller_id, _orders(connection, batch_id))
    slices.roll_up_days(connection, reseller_id, days)
    return changed.height + len(days), restored.height + _days_with_lines(connection, reseller_id, days)


def _orders(connection: sa.Connection, batch_id: int) -> list[str]:
    statement = """
        select order_id from ecommerce_orders where upload_batch_id = :batch
        union select order_id from held_rows where upload_batch_id = :batch and order_id is not null"""
    return fetch(connection, statement, {"order_id": pl.String}, {"batch": batch_id})["order_id"].to_list()


def _days_with_lines(connection: sa.Connection, reseller_id: int, days: list[object]) -> int:
    statement = (
        "select count(distinct order_date) from ecommerce_orders where live and reseller_id = :r and order_date = any(cast(:d as date[]))"
    )
    return int(connection.execute(sa.text(statement), {"r": reseller_id, "d": days}).scalar_one()) if days else 0


def _live_rows(connection: sa.Connection, reseller_id: int) -> int:
    tables = ("sellout_entries2", "ecommerce_orders", "held_rows")
    counts = [f"(select count(*) from {table} where live and reseller_id = :r{_open(table)})" for table in tables]
    return int(connection.execute(sa.text(f"select {' + '.join(counts)}"), {"r": reseller_id}).scalar_one())


def _open(table: str) -> str:
    return " and resolved_at is null" if table == "held_rows" else ""
