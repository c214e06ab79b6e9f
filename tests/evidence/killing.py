"""Kill -9 of a real worker in the middle of its job, then another worker: what the tables show in between, and what becomes of the file.

The worker ends itself where it is about to send a certain statement to the database, or to take a certain step: no code of the product
knows of it. Workers are declared dead after `DEAD` seconds here, after twenty in the product.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql as sqls

from core import uploads
from core.db.engine import Database, connect
from core.ingest import importing, judging, originals
from core.jobs import queue
from core.people.permissions import Person
from core.work import work_of
from tests.conftest import NAMES, SECRET, make_settings
from tests.evidence.measuring import PROCESSES
from tests.ingest.samples import live, rollup_gap, scalar

DEAD, PATIENCE = 2.0, 120.0
HEAD = "YEAR,MONTH,CHANNEL,POS,EAN,QTY,AMOUNT,DESCRIPTION,SKU\n"
LINES = "".join(f"2025,{month},Retail,Sol,{ean},{n},{n * 100},EDP,{sku}\n" for month in (1, 2) for n, (ean, sku) in
                enumerate((("9524001001008", ""), ("9524001001015", ""), ("9524001009004", ""), ("", "NLNEW")), 1))  # fmt: skip
NAME, ROWS = "BOXNOX - NORDLYS Monthly Sales Report FEB2025.csv", 8
ANA, ROOT = Person("ana", "Ana", "analyst"), Person("root", "Root", "admin")


@dataclass(frozen=True)
class Step:
    """`job` 'preview', 'store' or 'undo'; `words` where it dies; `statement`: a pattern of the statement it never sends."""

    job: str
    words: str
    statement: str = ""
    inside: bool = False  # in the middle of a COPY, after its first rows
    call: tuple[str, str] | None = None  # (module, function) it never enters


STEPS = (
    Step("preview", "before it marks the file as being read", r"from upload_batches\s+where upload_batches.id = .* for update"),
    Step("preview", "reading the bytes", call=("judging", "read_book")),
    Step("preview", "recognising the vendor", call=("judging", "recognise")),
    Step("preview", "checking against what is live", call=("judging", "propose")),
    Step("preview", "saving what it found", r"copy .*error_reports"),
    Step("preview", "the preview is saved, nobody was told", call=("uploads", "follow_up")),
    Step("store", "reading the bytes again", call=("judging", "read_book")),
    Step("store", "waiting for the reseller", r"pg_advisory_xact_lock"),
    Step("store", "at the first row", r"copy .*sellout_entries2"),
    Step("store", "between two rows", r"copy .*sellout_entries2", inside=True),
    Step("store", "at the held rows", r"copy .*held_rows"),
    Step("store", "at the claims", r"copy .*slice_claims"),
    Step("store", "turning the claims", r"update slice_claims set live = true"),
    Step("store", "at the rollup", r"copy .*sales_rollup"),
    Step("store", "saving the proof", r"copy .*(error_reports|batch_changes)"),
    Step("store", "raising the data version, all but committed", r"insert into app_state"),
    Step("store", "committed, nobody was told", call=("uploads", "follow_up")),
    Step("undo", "marking it as taken back", r"update upload_batches set status='?undone|update upload_batches set .*undone_at"),
    Step("undo", "turning the rows", r"update sellout_entries2 f set live"),
    Step("undo", "at the rollup", r"delete from sales_rollup"),
    Step("undo", "raising the data version, all but committed", r"insert into app_state"),
    Step("undo", "committed, alerts not asked for", call=("queue", "defer_alerts")),
)
END = {"preview": "preview", "store": "stored", "undo": "undone"}


@dataclass(frozen=True)
class Killed:
    """What the tables showed after the kill and after the next worker; `state`: 'old', 'new', or 'half' if there ever were such a thing."""

    step: Step
    status: str
    state: str
    status_after: str
    state_after: str
    seconds: float
    original_kept: bool
    jobs_left: int
    versions: int

    @property
    def sound(self) -> bool:
        wanted = {"preview": "old", "store": "new", "undo": "old"}[self.step.job]
        changes = 0 if self.step.job == "preview" else 1
        whole = self.state in ("old", "new") and self.state_after == wanted and self.status_after == END[self.step.job]
        return whole and self.original_kept and not self.jobs_left and self.versions == changes


def kill_and_resume(dsn: str, home: Path, step: Step) -> Killed:
    """On a fresh, filled database. Errors: AssertionError when the worker did not die where it should."""
    database, settings = connect(dsn, NAMES, SECRET), make_settings(home)
    try:
        batch = _prepare(database, settings, step.job)
        version = _version(database)
        dying = PROCESSES.Process(target=_work, args=(dsn, home, step))
        dying.start()
        dying.join(PATIENCE)
        code = dying.exitcode
        dying.kill()
        assert code == -signal.SIGKILL, f"the worker was to die {step.words}, and ended with {code}"
        _wait_for(lambda: not _open_transactions(database))
        status, state = _status(database, batch), _state(database, step.job)
        began = time.perf_counter()
        _resume(dsn, home, lambda: _status(database, batch) == END[step.job] and not _jobs(database))
        seconds = time.perf_counter() - began
        kept = originals.read_original(database, settings, batch) == (HEAD + LINES).encode()
        after = (_status(database, batch), _state(database, step.job))
        return Killed(step, status, state, *after, seconds, kept, _jobs(database), _version(database) - version)
    finally:
        database.close()


def _prepare(database: Database, settings: Any, job: str) -> int:
    batch = uploads.submit(database, settings, ANA, (HEAD + LINES).encode(), NAME)
    if job == "preview":
        return batch
    _forget_jobs(database)
    importing.preview_batch(database, settings, batch)
    uploads.accept(database, ANA, batch)
    if job == "undo":
        _forget_jobs(database)
        importing.store_batch(database, settings, batch, ANA.username)
        uploads.take_back(database, ROOT, batch)
    return batch


def _forget_jobs(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("delete from procrastinate_jobs"))


def _resume(dsn: str, home: Path, done: Callable[[], bool]) -> None:
    """Another worker, until there is nothing left to do."""
    worker = PROCESSES.Process(target=_work, args=(dsn, home, None))
    worker.start()
    try:
        _wait_for(done)
    finally:
        worker.kill()
        worker.join()


def _wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < until:
        time.sleep(0.05)


# What the tables show -------------------------------------------------------------------------------------------------


def _status(database: Database, batch: int) -> str:
    return str(scalar(database, f"select status from upload_batches where id = {batch}"))


def _state(database: Database, job: str) -> str:
    """Nothing of the file ('old'), all of it ('new'), or something in between ('half')."""
    rows = live(database).total()
    claims = scalar(database, "select count(*) from slice_claims where live")
    if rollup_gap(database):
        return "half"
    return {(0, 0): "old", (ROWS, 2): "new"}.get((rows, claims), "half")


def _jobs(database: Database) -> int:
    """Jobs of imports that are not done."""
    unfinished = "queue_name = 'imports' and status in ('todo', 'doing', 'failed')"
    return int(scalar(database, f"select count(*) from procrastinate_jobs where {unfinished}"))


def _version(database: Database) -> int:
    return int(scalar(database, "select coalesce((select (value #>> '{}')::bigint from app_state where key = 'data_version'), 0)"))


def _open_transactions(database: Database) -> int:
    others = "datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and backend_type = 'client backend'"
    return int(scalar(database, f"select count(*) from pg_stat_activity where {others}"))


# In the worker's process ----------------------------------------------------------------------------------------------


def _work(dsn: str, home: Path, step: Step | None) -> None:
    queue.STALLED_SECONDS, queue.BEAT_SECONDS = DEAD, DEAD / 4
    if step is not None:
        _arm(step)
    database, stop = connect(dsn, NAMES, SECRET), threading.Event()
    asyncio.run(queue.run_workers(database, work_of(database, make_settings(home), stop), stop, slots=1, mail_slots=1))


def _arm(step: Step) -> None:
    if step.call is not None:
        module = {"judging": judging, "uploads": uploads, "queue": queue}[step.call[0]]
        assert hasattr(module, step.call[1]), f"{step.call} is not there any more"
        setattr(module, step.call[1], _die)
        return
    pattern = re.compile(step.statement, re.IGNORECASE | re.DOTALL)

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if pattern.search(statement):
            _die()

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    copy = psycopg.Cursor.copy

    def watched(self: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        text = statement.as_string(self) if isinstance(statement, sqls.Composable) else str(statement)
        if pattern.search(text):
            if not step.inside:
                _die()
            psycopg.Copy.write = _write_and_die  # type: ignore[method-assign]
        return copy(self, statement, *arguments, **options)

    psycopg.Cursor.copy = watched  # type: ignore[method-assign]


_write = psycopg.Copy.write


def _write_and_die(self: Any, text: Any) -> None:
    """Half of the rows reach the server."""
    _write(self, bytes(text)[: len(text) // 2])
    time.sleep(0.2)
    _die()


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
