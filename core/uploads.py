"""The upload flow of the pages: a file is taken in, read by a worker, looked at by a person, stored or discarded by a worker.

Every step is one transaction that changes the batch and queues the next job together; nothing is stored before a person said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import resellers, upload_batches
from core.errors import FileTooLarge, UnknownRecord, WorkbenchError
from core.ingest import importing, originals, restocking
from core.ingest.formats import column_mapping
from core.ingest.formats.registry import FORMATS
from core.ingest.shapes import Choice, ImportReport
from core.jobs import queue
from core.people import audit
from core.people.permissions import Person, require
from core.settings import Settings

WORKING = ("queued", "reading", "storing")
WAITING = ("preview", "needs_decision")
ENDED = ("refused", "failed")
TOLD = ("stored", "needs_decision", "refused", "duplicate", "failed")
FINISHED_STAYS = timedelta(minutes=30)
TAKING_BACK = "Taking back"
B = upload_batches.c


class MovedOn(WorkbenchError):
    """This file has moved on meanwhile. Look at it again before you decide."""


@dataclass(frozen=True)
class Step:
    """What is being done with a file: in words, how much of how much (rows, 0 where they are not counted), since when."""

    words: str
    done: int = 0
    total: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Upload:
    """One file on the Upload page. `file_size`: bytes. `revision`: another text whenever the file's entry changed."""

    id: int
    file_name: str
    file_size: int
    status: str
    uploaded_by: str
    uploaded_at: datetime
    step: Step | None
    revision: str

    @property
    def works(self) -> bool:
        """Whether a worker has it, or is going to."""
        return self.status in WORKING or self.taking_back

    @property
    def taking_back(self) -> bool:
        return self.status == "stored" and self.step is not None


# Steps of the flow ----------------------------------------------------------------------------------------------------


def submit(database: Database, settings: Settings, by: Person, source: bytes | Path | BinaryIO, file_name: str) -> int:
    """Keep the original and queue its reading; returns the batch's id. A file that waits for an answer already is left as it is.

    Errors: NotAllowed, FileTooLarge.
    """
    require(by, "import_files")
    sha256, size = originals.keep(settings, source)
    if size > settings.upload_megabytes << 20:
        _forget_original(database, settings, sha256)
        raise FileTooLarge
    with database.write() as connection:
        batch_id = importing.enter(connection, sha256, size, file_name, by.username)
        row = _locked(connection, batch_id)
        if row.status in ENDED or (row.status == "queued" and not row.progress):
            _queue(connection, batch_id, row.answers)
    return batch_id


def _forget_original(database: Database, settings: Settings, sha256: str) -> None:
    """Delete a refused file, unless the same bytes belong to an upload of before (the limit may have been lowered since)."""
    with database.read() as connection:
        if connection.execute(sa.select(upload_batches.c.id).where(upload_batches.c.sha256 == sha256).limit(1)).first() is None:
            originals.original_path(settings, sha256).unlink(missing_ok=True)


def answer(database: Database, by: Person, batch_id: int, answers: Mapping[str, Any]) -> None:
    """Add what a person said (vendor, period …) and read the file again with it. Accepting the warnings alone, the last question there
    can be, stores the file; every other answer makes an earlier acceptance void, since it may bring other warnings.

    Errors: NotAllowed, UnknownRecord, MovedOn.
    """
    require(by, "import_files")
    said = {key: value for key, value in answers.items() if value not in (None, "")}
    with database.write() as connection:
        row = _locked(connection, batch_id, *WAITING, *ENDED)
        others = {key: value for key, value in said.items() if key != "accept_warnings"}
        kept = {**{key: value for key, value in row.answers.items() if key != "accept_warnings"}, **others}
        if said.get("accept_warnings") and not others:
            _queue_storing(connection, row, by, {**kept, "accept_warnings": True})
        else:
            _queue(connection, batch_id, kept)
        audit.record(
            connection, by.username, "answer about upload", row.file_name, {"batch": batch_id, **{k: str(v) for k, v in said.items()}}
        )


def read_again(database: Database, by: Person, batch_id: int) -> None:
    """Another try at a file that was refused or failed. Errors: NotAllowed, UnknownRecord, MovedOn."""
    answer(database, by, batch_id, {})


def load_again(database: Database, settings: Settings, by: Person, batch_id: int) -> int:
    """The kept original of an earlier upload once more through the whole flow; returns the new batch's id. Errors: NotAllowed, UnknownRecord."""
    with database.read() as connection:
        row = connection.execute(sa.select(B.sha256, B.file_name).where(B.id == batch_id)).first()
    path = originals.original_path(settings, row.sha256) if row else None
    if row is None or path is None or not path.exists():
        raise UnknownRecord("The file of this upload is not kept any more. Upload it again.")
    return submit(database, settings, by, path, row.file_name)


def accept(database: Database, by: Person, batch_id: int) -> None:
    """Store the previewed rows; the worker does it in turn with other imports of the reseller. Errors: NotAllowed, UnknownRecord, MovedOn."""
    require(by, "import_files")
    with database.write() as connection:
        row = _locked(connection, batch_id, "preview")
        _queue_storing(connection, row, by, row.answers)


def discard(database: Database, by: Person, batch_id: int) -> None:
    """Put a file aside that was not stored; its original is kept. Errors: NotAllowed, UnknownRecord."""
    require(by, "import_files")
    importing.discard_batch(database, batch_id, by.username)


def read_stock_again(database: Database, settings: Settings, by: Person, batch_id: int) -> restocking.Restocked:
    """Add the stock of a file that was stored before stock was read. Errors: NotAllowed, UnknownRecord."""
    require(by, "import_files")
    return restocking.read_again(database, settings, batch_id, by.username)


def take_stock_away(database: Database, by: Person, batch_id: int) -> int:
    """Take away what reading the file again for its stock has added; returns how many lines. Errors: NotAllowed."""
    require(by, "undo_imports")
    return restocking.take_away(database, (batch_id,), by.username)


def take_back(database: Database, by: Person, batch_id: int) -> None:
    """Undo a stored batch, in turn with the imports of its reseller. Errors: NotAllowed, UnknownRecord, MovedOn."""
    require(by, "undo_imports")
    with database.write() as connection:
        row = _locked(connection, batch_id, "stored")
        connection.execute(_update(batch_id).values(progress=_step(TAKING_BACK)))
        queue.defer_undo(connection, batch_id, row.reseller_id, by.username)


def leave_stored(database: Database, batch_id: int, reason: str) -> None:
    """An undo that did not succeed: the batch stays as it was and says why."""
    with database.write() as connection:
        connection.execute(_update(batch_id).where(B.status == "stored").values(progress={}, reason=reason))


# A file with a password: read and stored here and now, because a password is never kept -------------------------------


def unlock(
    database: Database, settings: Settings, by: Person, batch_id: int, password: str, answers: Mapping[str, Any] | None = None
) -> ImportReport:
    """Read a protected file with its password, and with what a person said about it. Errors: NotAllowed, UnknownRecord, MovedOn."""
    require(by, "import_files")
    with database.write() as connection:
        _locked(connection, batch_id, *ENDED, *WAITING)
    return importing.preview_batch(database, settings, batch_id, {**(answers or {}), "password": password})


def store_unlocked(
    database: Database, settings: Settings, by: Person, batch_id: int, password: str, accept_warnings: bool = False
) -> ImportReport:
    """Store a protected file that was looked at. Errors: NotAllowed, UnknownRecord, MovedOn."""
    require(by, "import_files")
    with database.write() as connection:
        _locked(connection, batch_id, *WAITING)
    said = {"password": password, **({"accept_warnings": True} if accept_warnings else {})}
    report = importing.store_batch(database, settings, batch_id, by.username, answers=said)
    follow_up(database, batch_id, report)
    return report


def follow_up(database: Database, batch_id: int, report: ImportReport) -> None:
    """What a result sets going: those who want to know hear of it, and alerts are looked at again."""
    with database.write() as connection:
        if report.status in TOLD:
            queue.defer_telling(connection, batch_id)
        if report.status == "stored":
            queue.defer_alerts(connection)


# Looking --------------------------------------------------------------------------------------------------------------

REVISION: sa.ColumnElement[str] = sa.literal_column("upload_batches.xmin::text").label("revision")
COLUMNS = (B.id, B.file_name, B.file_size, B.status, B.uploaded_by, B.uploaded_at, B.progress, REVISION)


def current(database: Database, username: str, now: datetime | None = None) -> list[Upload]:
    """What is open, and what this person finished in the last half hour; newest first."""
    since = (now or datetime.now(UTC)) - FINISHED_STAYS
    ended = sa.func.coalesce(B.undone_at, B.stored_at, B.uploaded_at)
    mine = sa.and_(B.uploaded_by == username, ended > since, B.status != "discarded")
    query = sa.select(*COLUMNS).where(sa.or_(B.status.in_((*WORKING, *WAITING)), mine)).order_by(B.id.desc()).limit(50)
    with database.read() as connection:
        return [_upload(row) for row in connection.execute(query)]


def find(database: Database, batch_id: int) -> Upload:
    """One file as it stands now. Errors: UnknownRecord."""
    with database.read() as connection:
        row = connection.execute(sa.select(*COLUMNS).where(B.id == batch_id)).first()
    if row is None:
        raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
    return _upload(row)


def worker_alive(database: Database) -> bool:
    """Whether somebody takes the jobs."""
    with database.read() as connection:
        return queue.queue_status(connection, limit=1).workers > 0


def layouts() -> dict[str, str]:
    """Vendor key → title of every layout that can be read, for the question which vendor sent a file."""
    return dict(sorted(((format_.KEY, format_.TITLE) for format_ in FORMATS), key=lambda pair: pair[1].casefold()))


def meanings() -> tuple[Choice, ...]:
    """What a column of an unknown list can mean."""
    return column_mapping.meaning_choices()


def known_resellers(database: Database) -> dict[str, str]:
    """Vendor key → reseller name, for the question whose sales a file states."""
    with database.read() as connection:
        rows = connection.execute(sa.select(resellers.c.key, resellers.c.name).order_by(sa.func.lower(resellers.c.name)))
        return {row.key: row.name for row in rows}


def _upload(row: Any) -> Upload:
    kept = row.progress
    since = datetime.fromisoformat(kept["at"]) if kept.get("at") else None
    step = Step(str(kept["step"]), int(kept.get("done", 0)), int(kept.get("total", 0)), since) if kept.get("step") else None
    return Upload(row.id, row.file_name, row.file_size, row.status, row.uploaded_by, row.uploaded_at, step, row.revision)


# Inside a step --------------------------------------------------------------------------------------------------------


def _locked(connection: sa.Connection, batch_id: int, *among: str) -> sa.Row[Any]:
    """The batch, held until the end of the transaction. Errors: UnknownRecord; MovedOn when its status is none of `among`."""
    row = connection.execute(sa.select(upload_batches).where(B.id == batch_id).with_for_update()).one_or_none()
    if row is None:
        raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
    if among and row.status not in among:
        raise MovedOn
    return row


def _update(batch_id: int) -> sa.Update:
    return upload_batches.update().where(B.id == batch_id)


def _step(words: str) -> dict[str, Any]:
    return {"step": words, "done": 0, "total": 0, "at": datetime.now(UTC).isoformat()}


def _queue(connection: sa.Connection, batch_id: int, answers: Mapping[str, Any]) -> None:
    connection.execute(_update(batch_id).values(status="queued", answers=dict(answers), progress=_step("Waiting")))
    queue.defer_preview(connection, batch_id)


def _queue_storing(connection: sa.Connection, row: sa.Row[Any], by: Person, answers: Mapping[str, Any]) -> None:
    values = {"status": "storing", "accepted_by": by.username, "answers": dict(answers), "progress": _step("Waiting")}
    connection.execute(_update(row.id).values(**values))
    queue.defer_store(connection, row.id, row.reseller_id, by.username)
