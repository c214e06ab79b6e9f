"""Read a kept original again for its stock: for files that were stored before stock was read. Sales, controls and claims are not touched.

The stock counts as long as the slice of its file does, so that undoing the file takes it along; what was added is remembered with the
batch, and can be taken away by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from core.catalogue.holding import hold_still, state_of
from core.catalogue.storing import bump_version
from core.db import tables as t
from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest import originals
from core.ingest.importing import answered
from core.ingest.judging import Batch, Stopped, judge
from core.ingest.planning import Plan
from core.ingest.progress import silent
from core.ingest.stock import store_stock
from core.ingest.storing import lock_reseller
from core.people import audit

STATES_STOCK = ("liberty",)  # vendors whose reports print stock beside their sales
NOTED = "stock_read_again"  # in the batch's report: what was added, when and by whom
B = t.upload_batches.c
State = Literal["kept", "added", "missing", "none"]


@dataclass(frozen=True)
class Restocked:
    """What reading one file again brought: `lines` of stock, 0 with `why` in words."""

    upload_batch_id: int
    file_name: str
    lines: int
    why: str = ""


def state(database: Database, upload_batch_id: int) -> State:
    """`kept`: its stock was stored with it; `added`: by reading it again; `missing`: it may state stock that nobody has read; `none`: it is
    not stored, or its vendor states no stock."""
    with database.read() as connection:
        row = connection.execute(_states(B.id == upload_batch_id)).first()
    if row is None:
        return "none"
    return "added" if row.noted else "kept" if row.stocked else "missing"


def waiting(database: Database) -> tuple[int, ...]:
    """Stored files that may state stock that nobody has read, oldest first."""
    with database.read() as connection:
        return tuple(row.id for row in connection.execute(_states(sa.true())) if not row.stocked and not row.noted)


def read_again(database: Database, settings: Any, upload_batch_id: int, by: str = "system") -> Restocked:
    """Add the stock that a stored file states, and nothing else. Errors: UnknownRecord when there is no such file to read."""
    row = _row(database, upload_batch_id)
    found = _judged(database, settings, row)
    if isinstance(found, str):
        return Restocked(upload_batch_id, row.file_name, 0, found)
    with database.write() as connection:
        hold_still(connection)
        lock_reseller(connection, row.reseller_id)
        if state_of(connection, row.reseller_id) != found.catalogue_state:
            return Restocked(upload_batch_id, row.file_name, 0, "The catalogue was changed while the file was read. Read its stock again.")
        known = connection.execute(_states(B.id == upload_batch_id)).first()
        if known is None or known.stocked:
            return Restocked(upload_batch_id, row.file_name, 0, "Its stock is known already, or it was taken back meanwhile.")
        store_stock(connection, upload_batch_id, row.reseller_id, found.stock)
        _note(connection, upload_batch_id, {"lines": found.stock.height, "by": by, "at": datetime.now(UTC).isoformat()})
        _say(connection, by, "stock read again", upload_batch_id, row.file_name, found.stock.height)
    return Restocked(upload_batch_id, row.file_name, found.stock.height)


def read_all_again(database: Database, settings: Any, by: str = "system") -> tuple[Restocked, ...]:
    """`read_again` every file that waits for it."""
    return tuple(read_again(database, settings, one, by) for one in waiting(database))


def take_away(database: Database, upload_batch_ids: Sequence[int], by: str = "system") -> int:
    """Take away the stock that reading these files again has added; returns how many lines. Stock stored with a file stays."""
    removed = 0
    with database.write() as connection:
        for row in connection.execute(_states(B.id.in_(upload_batch_ids))).all():
            if not row.noted:
                continue
            lock_reseller(connection, row.reseller_id)
            gone = connection.execute(sa.delete(t.stock_levels).where(t.stock_levels.c.upload_batch_id == row.id)).rowcount
            _note(connection, row.id, None)
            _say(connection, by, "stock taken away", row.id, row.file_name, gone)
            removed += gone
    return removed


def _states(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    stocked = sa.exists().where(t.stock_levels.c.upload_batch_id == B.id)
    noted = B.report.has_key(NOTED)
    return (
        sa.select(B.id, B.reseller_id, B.file_name, stocked.label("stocked"), noted.label("noted"))
        .where(B.status == "stored", B.vendor.in_(STATES_STOCK), condition)
        .order_by(B.id)
    )


def _row(database: Database, upload_batch_id: int) -> Any:
    columns = (B.id, B.file_name, B.sha256, B.file_size, B.reseller_id, B.period_start, B.period_end, B.answers)
    with database.read() as connection:
        row = connection.execute(sa.select(*columns).where(B.id == upload_batch_id, B.status == "stored")).first()
    if row is None:
        raise UnknownRecord("Only a stored upload can be read again. Load the file on the Upload page.")
    return row


def _judged(database: Database, settings: Any, row: Any) -> Plan | str:
    """The file judged as it would be today, without a trace; or why its stock can not be taken from it."""
    path = originals.original_path(settings, row.sha256)
    if not path.exists():
        return "The file of this upload is not kept any more. Take it back and load it again."
    batch = Batch(row.id, row.file_name, row.sha256, path, row.file_size)
    with database.engine.connect() as connection:
        transaction = connection.begin()
        outcome = judge(connection, settings, batch, answered(**_said(row.answers)), silent)
        transaction.rollback()
    if isinstance(outcome, Stopped):
        return outcome.reason
    period = outcome.plan.frame.period
    if (period.start, period.end) != (row.period_start, row.period_end) or outcome.plan.reseller.id != row.reseller_id:
        return "It is read as another period or reseller today than when it was stored. Take it back and load it again."
    return outcome.plan if outcome.plan.stock.height else "It states no stock."


def _said(answers: dict[str, Any]) -> dict[str, Any]:
    """What a person said when the file was stored."""
    return {name: value == "true" if name == "accept_warnings" and isinstance(value, str) else value for name, value in answers.items()}


def _note(connection: sa.Connection, batch_id: int, noted: dict[str, Any] | None) -> None:
    report = connection.execute(sa.select(B.report).where(B.id == batch_id)).scalar_one()
    kept = {name: value for name, value in report.items() if name != NOTED}
    changed = kept if noted is None else {**kept, NOTED: noted}
    connection.execute(t.upload_batches.update().where(B.id == batch_id).values(report=changed))


def _say(connection: sa.Connection, by: str, what: str, batch_id: int, file_name: str, lines: int) -> None:
    audit.record(connection, by, what, f"batch {batch_id}", {"file": file_name, "lines": lines})
    bump_version(connection)
