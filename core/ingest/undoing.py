"""Take an upload back. Nothing is deleted: its claims stop standing, and of each slice the next best claim becomes live again."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from core.catalogue.storing import bump_version
from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest import slices
from core.ingest.content import SLICES
from core.ingest.copying import fetch
from core.ingest.storing import lock_reseller
from core.people import audit


@dataclass(frozen=True)
class UndoReport:
    """What an undo did, or (`done` False) would do. `restored`: slices that show an earlier file again; `emptied`: slices with nothing."""

    upload_batch_id: int
    file_name: str
    slices_changed: int
    restored: int
    emptied: int
    rows_live_before: int
    rows_live_after: int
    reason: str
    done: bool = True


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
    c = t.upload_batches.c
    row = connection.execute(sa.select(c.reseller_id, c.file_name, c.status).where(c.id == batch_id)).first()
    if row is None or row.status != "stored":
        raise UnknownRecord(
            f"“{row.file_name}” was taken back already." if row and row.status == "undone" else "Only a stored upload can be taken back."
        )
    lock_reseller(connection, row.reseller_id)
    before = _live_rows(connection, row.reseller_id)
    values = {"status": "undone", "progress": {}, "undone_at": sa.func.now(), "undone_by": by}
    connection.execute(t.upload_batches.update().where(c.id == batch_id, c.status == "stored").values(**values))
    changed, restored = _settle(connection, row.reseller_id, batch_id)
    after = _live_rows(connection, row.reseller_id)
    reason = f"Taken back: {changed} periods changed, {restored} of them show an earlier upload again; {after:,} rows are live now."
    return UndoReport(batch_id, row.file_name, changed, restored, changed - restored, before, after, reason)


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
