"""Where the workbench stands: how far the data reaches, what waits for somebody, which part of the system is up."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata
from typing import Any, Literal

import psycopg
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.errors import WorkbenchError
from core.jobs.heartbeats import Beat, beat_of_clock
from core.jobs.queue import QueueStatus, queue_status
from core.reports.deliveries import count_troubles
from core.sales.coverage import coverage
from core.sales.covered import month_of
from core.sales.covering import data_through, read_covered
from core.settings import Settings

LOW_DISK = 2_000_000_000  # bytes


@dataclass(frozen=True)
class Reach:
    """The data in a few figures. `since`, `through`: first and last covered day; `resellers`: how many have sent anything
    of the month of `through`, of `expected`."""

    since: date | None
    through: date | None
    resellers: int
    expected: int
    version: int

    def words(self) -> tuple[str, ...]:
        through = f"Data through {self.through:%-d %B %Y}" if self.through else "No data yet"
        return (through, f"{self.resellers} of {self.expected} resellers", f"version {self.version}")


def reach(database: Database, scope: Scope) -> Reach:
    """Read as the reader role, so that a narrowed person sees the reach of own resellers."""
    with database.reader(scope) as connection:
        covered = read_covered(connection)
        (expected,) = _row(connection, "select count(*) from readable.resellers where active_until is null or active_until >= current_date")
    starts = [spans[0].start for spans in covered.slices.values() if spans]
    ends = data_through(covered, covered.senders)
    since, through, senders = min(starts, default=None), max(ends.values(), default=None), len(starts)
    reaching = sum(end >= month_of(through).start for end in ends.values()) if through else 0
    return Reach(since, through, reaching, max(expected, senders), data_version(database))


def reseller_names(database: Database, scope: Scope) -> tuple[str, ...]:
    """The resellers in sight, by name."""
    with database.reader(scope) as connection:
        return tuple(str(name) for (name,) in connection.execute("select name from readable.resellers order by lower(name)").fetchall())


def resellers(database: Database) -> tuple[tuple[int, str], ...]:
    """Id and name of every reseller, by name."""
    with database.read() as connection:
        rows = connection.execute(sa.text("select id, name from resellers order by lower(name)"))
        return tuple((int(row.id), str(row.name)) for row in rows)


def data_version(database: Database) -> int:
    """Rises with every stored, undone or decided change of the figures."""
    with database.read() as connection:
        return int(connection.execute(sa.text("select value #>> '{}' from app_state where key = 'data_version'")).scalar() or 0)


def attention(database: Database, scope: Scope, today: date) -> dict[str, int]:
    """Badge counts: 'held_rows' (lines in the inbox), 'missing' (reports that are late or missing), 'failed_sends' (report mails of the
    last 30 days that did not go out, or of which that is not known)."""
    with database.reader(scope) as connection:
        (held,) = _row(connection, "select count(*) from readable.held_lines")
    with database.read() as connection:
        troubles = count_troubles(connection, datetime.combine(today, time(), UTC) - timedelta(days=30))
    missing = coverage(database, scope, today)["status"].is_in(["late", "missing"]).sum()
    return {"held_rows": held, "missing": int(missing), "failed_sends": troubles}


def _row(connection: psycopg.Connection[Any], sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return tuple(row)


State = Literal["up", "down", "off"]


@dataclass(frozen=True)
class Check:
    """One part of the system: up, down, or off by choice; `sentence` says what is so and, when down, what to do."""

    name: str
    state: State
    sentence: str
    needed: bool = False


def readiness(database: Callable[[], Database], now: datetime) -> tuple[Check, ...]:
    """What must be up before people are let in: database, queue, clock. `database` opens or returns the process's own."""
    try:
        with database().read() as connection:
            last = beat_of_clock(connection)
            queue = queue_status(connection)
    except (WorkbenchError, sa.exc.SQLAlchemyError, psycopg.Error):
        unknown = "Not known while the database does not answer."
        down = Check("database", "down", "The database does not answer. Check DATABASE_URL or start the workbench again.", True)
        return (down, Check("queue", "down", unknown, True), Check("clock", "down", unknown, True))
    return (Check("database", "up", "The database answers.", True), _queue(queue), _clock(last, now))


def _queue(found: QueueStatus) -> Check:
    if not found.workers:
        return Check("queue", "down", "No worker has given a sign of life for a minute. Start the scheduler; “make run” does.", True)
    workers = "1 worker takes jobs" if found.workers == 1 else f"{found.workers} workers take jobs"
    return Check("queue", "up", f"{workers}; {found.waiting} waiting, {found.running} running, {found.failed} failed.", True)


def _clock(last: Beat | None, now: datetime) -> Check:
    if last is None:
        return Check("clock", "down", "The clock has not run yet. Start the scheduler; “make run” does.", True)
    seconds = int((now - last.at).total_seconds())
    if not last.is_alive(now):
        return Check("clock", "down", f"The clock last ticked {last.at.astimezone():%-d %b %H:%M:%S}. Start the scheduler again.", True)
    return Check("clock", "up", f"The clock ticked {max(seconds, 0)} s ago.", True)


def versions(database: Database) -> tuple[tuple[str, str], ...]:
    """Name and version of what the workbench runs on."""
    with database.read() as connection:
        server = str(connection.execute(sa.text("select split_part(version(), ' ', 2)")).scalar())
        schema = str(connection.execute(sa.text("select version_num from alembic_version")).scalar())
    parts = (("Streamlit", "streamlit"), ("polars", "polars"), ("SQLAlchemy", "sqlalchemy"), ("procrastinate", "procrastinate"))
    return (
        ("PostgreSQL", server),
        ("Schema", schema),
        ("Python", platform.python_version()),
        *((n, metadata.version(p)) for n, p in parts),
    )


def surroundings(settings: Settings) -> tuple[Check, ...]:
    """What may be off by choice or run short: mail, model, disk."""
    free = shutil.disk_usage(settings.home if settings.home.exists() else settings.home.parent).free
    disk = f"{free / 1e9:.1f} GB free where the files are kept."
    mail, model = settings.smtp_host, settings.openai_api_key
    return (
        Check("mail", "up", f"Mail goes out through {mail}, from {settings.mail_from}.")
        if mail
        else Check("mail", "off", "No mail server is set: mails are written to the outbox. Set SMTP_HOST to send them."),
        Check("model", "up", f"Questions may use {settings.openai_model}.")
        if model
        else Check("model", "off", "No language model is set: questions are read by the built-in rules. Set OPENAI_API_KEY to add one."),
        Check("disk", "up", disk) if free > LOW_DISK else Check("disk", "down", f"Only {disk} Make room before the next upload."),
    )
