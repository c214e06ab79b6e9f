"""The upload flow of the pages: a file is taken in, read by a worker, looked at by a person, stored or discarded by a worker.

Every step is one transaction that changes the batch and queues the next job together; nothing is stored before a person said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import resellers, upload_batches
from core.errors import UnknownRecord
from core.ingest import importing
from core.jobs import queue
from core.people import audit
from core.people.permissions import Person, require
from core.settings import Settings

WORKING = ("queued", "reading", "storing")
WAITING = ("preview", "needs_decision")
FINISHED_STAYS = timedelta(minutes=30)


@dataclass(frozen=True)
class Upload:
    """One file on the Upload page. `progress`: (step in words, done, total), rows where rows are counted."""

    id: int
    file_name: str
    status: str
    uploaded_by: str
    uploaded_at: datetime
    progress: tuple[str, int, int] | None
    answers: Mapping[str, Any]

    @property
    def works(self) -> bool:
        return self.status in WORKING


def submit(database: Database, settings: Settings, by: Person, data: bytes | Path, file_name: str) -> int:
    """Keep the original and queue its reading; returns the batch's id. Errors: NotAllowed, FileTooLarge."""
    require(by, "import_files")
    batch_id = importing.take_in(database, settings, data, file_name, by.username)
    with database.write() as connection:
        queue.defer_preview(connection, batch_id)
        audit.record(connection, by.username, "upload", file_name, {"batch": batch_id})
    return batch_id


def answer(database: Database, by: Person, batch_id: int, answers: Mapping[str, Any]) -> None:
    """Add what a person said (vendor, period, password …) and read the file again with it."""
    require(by, "import_files")
    with database.write() as connection:
        row = _locked(connection, batch_id)
        merged = {**row.answers, **{key: value for key, value in answers.items() if value not in (None, "")}}
        kept = {key: value for key, value in merged.items() if key != "password"}
        connection.execute(upload_batches.update().where(upload_batches.c.id == batch_id).values(status="queued", answers=kept))
        queue.defer_preview(connection, batch_id, merged)
        audit.record(
            connection, by.username, "answer about upload", row.file_name, {"batch": batch_id, **{k: str(v) for k, v in kept.items()}}
        )


def accept(database: Database, by: Person, batch_id: int) -> None:
    """Store the previewed rows; the worker does it in turn with other imports of the reseller."""
    require(by, "import_files")
    with database.write() as connection:
        row = _locked(connection, batch_id)
        connection.execute(upload_batches.update().where(upload_batches.c.id == batch_id).values(status="storing", accepted_by=by.username))
        queue.defer_store(connection, batch_id, row.reseller_id, by.username)


def discard(database: Database, by: Person, batch_id: int) -> None:
    """Put a file aside that was not stored; its original is kept."""
    require(by, "import_files")
    importing.discard_batch(database, batch_id, by.username)


def take_back(database: Database, by: Person, batch_id: int) -> None:
    """Undo a stored batch, in turn with the imports of its reseller."""
    require(by, "undo_imports")
    with database.write() as connection:
        row = _locked(connection, batch_id)
        queue.defer_undo(connection, batch_id, row.reseller_id, by.username)


def current(database: Database, username: str, now: datetime | None = None) -> list[Upload]:
    """What is open, and what this person finished in the last half hour; newest first."""
    b = upload_batches.c
    since = (now or datetime.now(UTC)) - FINISHED_STAYS
    mine = sa.and_(b.uploaded_by == username, b.uploaded_at > since, b.status != "discarded")
    query = sa.select(b.id, b.file_name, b.status, b.uploaded_by, b.uploaded_at, b.progress, b.answers)
    query = query.where(sa.or_(b.status.in_((*WORKING, *WAITING)), mine)).order_by(b.id.desc()).limit(50)
    with database.read() as connection:
        return [
            Upload(r.id, r.file_name, r.status, r.uploaded_by, r.uploaded_at, _progress(r.progress), r.answers)
            for r in connection.execute(query)
        ]


def worker_alive(database: Database) -> bool:
    """Whether somebody takes the jobs."""
    with database.read() as connection:
        return queue.queue_status(connection, limit=1).workers > 0


def known_resellers(database: Database) -> dict[str, str]:
    """Vendor key → reseller name, for the question which vendor sent a file."""
    with database.read() as connection:
        rows = connection.execute(sa.select(resellers.c.key, resellers.c.name).order_by(sa.func.lower(resellers.c.name)))
        return {row.key: row.name for row in rows}


def _progress(kept: Mapping[str, Any]) -> tuple[str, int, int] | None:
    return (str(kept["step"]), int(kept.get("done", 0)), int(kept.get("total", 0))) if kept.get("step") else None


def _locked(connection: sa.Connection, batch_id: int) -> sa.Row[Any]:
    row = connection.execute(sa.select(upload_batches).where(upload_batches.c.id == batch_id).with_for_update()).one_or_none()
    if row is None:
        raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
    return row
