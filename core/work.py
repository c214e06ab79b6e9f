"""What each job does and what the clock looks after: thin calls into imports, reports, alerts and mail.

It stands on the top floor of `core`, because jobs (the queue) are below the subjects they work for; `scheduler.py` hands it to the workers.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core import uploads
from core.db.engine import Database
from core.db.tables import deliveries, email_logs, upload_batches, users
from core.errors import WorkbenchError
from core.ingest import importing, originals, undoing
from core.ingest.reporting import load_report
from core.ingest.shapes import ImportReport
from core.jobs import queue
from core.jobs.queue import Work
from core.jobs.tasks import CHECK_ALERTS, PREVIEW_UPLOAD, SEND_DELIVERIES, STORE_UPLOAD, TELL_OF_ACCOUNT, TELL_OF_UPLOAD, UNDO_UPLOAD
from core.mail import sending
from core.mail.messages import split_addresses
from core.mail.writing import Letterhead, Upload, account_mail, upload_mail
from core.people import accounts
from core.reports import alerts
from core.reports.deliveries import fire_due, send_one_due
from core.reports.editions import forget_editions
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_period
from core.sales.query import Period
from core.settings import Settings

JOBS_KEPT = timedelta(days=14)
UPLOADER_HEARS = ("needs_decision", "refused", "failed")
LOST = "The process that worked on this file ended again and again. Split the file, or ask an administrator to look at the memory."
STILL_STORED = "Taking this upload back did not work; it is stored as before. Try again; if it fails again, report it."


def work_of(database: Database, settings: Settings, stop: threading.Event, tls: ssl.SSLContext | None = None) -> dict[str, Work]:
    """The jobs by task name. `stop`: a job that consists of many small steps ends after the present one."""

    def preview(batch_id: int, answers: Mapping[str, Any]) -> None:
        uploads.follow_up(database, batch_id, importing.preview_batch(database, settings, batch_id, answers))

    def store(batch_id: int, accepted_by: str) -> None:
        uploads.follow_up(database, batch_id, importing.store_batch(database, settings, batch_id, accepted_by))

    def undo(batch_id: int, by: str) -> None:
        with suppress(undoing.AlreadyUndone):  # by this very job, before its process ended
            undoing.undo(database, batch_id, by)
        with database.write() as connection:
            queue.defer_alerts(connection)

    def give_up(error: BaseException, batch_id: int, **_: Any) -> None:
        _fail_upload(database, batch_id)

    def keep(error: BaseException, batch_id: int, **_: Any) -> None:
        known = error.message if isinstance(error, WorkbenchError) else STILL_STORED
        uploads.leave_stored(database, batch_id, known)

    def send() -> None:
        while not stop.is_set() and send_one_due(database, settings, datetime.now(UTC), tls):
            pass

    return {
        PREVIEW_UPLOAD.name: Work(preview, give_up),
        STORE_UPLOAD.name: Work(store, give_up),
        UNDO_UPLOAD.name: Work(undo, keep),
        SEND_DELIVERIES.name: Work(send),
        CHECK_ALERTS.name: Work(lambda: alerts.check_alerts(database, settings, datetime.now(UTC), tls)),
        TELL_OF_UPLOAD.name: Work(lambda batch_id: tell_of_upload(database, settings, batch_id, tls)),
        TELL_OF_ACCOUNT.name: Work(lambda username, what: tell_of_account(database, settings, username, what, tls)),
    }


# After an upload ------------------------------------------------------------------------------------------------------


def _fail_upload(database: Database, batch_id: int) -> None:
    """Say on the batch that it will not go on by itself, and tell."""
    c = upload_batches.c
    unfinished = (c.id == batch_id) & c.status.in_(("queued", "reading", "storing"))
    with database.write() as connection:
        connection.execute(sa.update(upload_batches).where(unfinished).values(status="failed", reason=LOST))
        queue.defer_telling(connection, batch_id)


def tell_of_upload(database: Database, settings: Settings, batch_id: int, tls: ssl.SSLContext | None = None) -> int:
    """Write to WORKBENCH_NOTIFY, and to the uploader where something is left to do; returns the number of mails. Nobody hears it twice."""
    with database.read() as connection:
        row = connection.execute(sa.select(upload_batches).where(upload_batches.c.id == batch_id)).one()
        if row.status not in uploads.TOLD:
            return 0
        kind = f"upload_{row.status}"
        heard = sa.select(email_logs.c.recipient).where(
            email_logs.c.upload_batch_id == batch_id, email_logs.c.kind == kind, email_logs.c.status.in_(("sent", "outbox", "unknown"))
        )
        done = set(connection.execute(heard).scalars())
        people = [a for a in _listeners(connection, settings, row) if a not in done]
    if not people:
        return 0
    upload = upload_notice(row, load_report(database, batch_id))
    return len(sending.post(database, settings, upload_mail(Letterhead.of(settings), people, upload), upload_batch_id=batch_id, tls=tls))


def _listeners(connection: sa.Connection, settings: Settings, row: Any) -> tuple[str, ...]:
    listed = split_addresses(settings.notify) if settings.notify.strip() else ()
    if row.status not in UPLOADER_HEARS:
        return listed
    own = connection.execute(sa.select(users.c.email).where(users.c.username == row.uploaded_by, users.c.active)).scalar_one_or_none()
    return tuple(dict.fromkeys((*listed, *([own] if own else []))))


def upload_notice(row: Any, report: ImportReport) -> Upload:
    """A batch as the notice tells it. `row`: of upload_batches."""
    period = name_period(Period(row.period_start, row.period_end)) if row.period_start and row.period_end else ""
    agree = f"{row.controls_agree} of {row.controls_total} totals of the file agree" if row.controls_total else ""
    facts = (
        ("Rows", f"{format_number(row.rows_stored)} stored, {format_number(row.rows_held)} held" if row.status == "stored" else ""),
        ("Units", format_number(row.units) if row.units else ""),
        ("Amount", format_money(row.amount_local, 2, row.currency) if row.amount_local and row.currency else ""),
        ("Held in the inbox", format_money(row.held_amount, 2, row.currency) if row.held_amount and row.currency else ""),
        ("Proof", agree),
    )
    points = [question.text for question in report.questions]
    points += [p["message"] for p in report.problems.iter_rows(named=True) if p["severity"] != "info"][:8]
    return Upload(
        row.status,
        row.file_name,
        row.reason,
        report.reseller or "",
        period,
        tuple((label, value) for label, value in facts if value),
        tuple(dict.fromkeys(text for text in points if text != row.reason)),
        row.uploaded_by,
        row.id,
    )


# After a change of an account -------------------------------------------------------------------------------------------


def tell_of_account(database: Database, settings: Settings, username: str, what: str, tls: ssl.SSLContext | None = None) -> int:
    """Write to a person about the own account (`what`: a key of ACCOUNT_SENTENCES); returns the number of mails: 0 without an address."""
    account = accounts.find(database, username)
    if account is None or not account.active or not account.email:
        return 0
    mail = account_mail(Letterhead.of(settings), account.email, account.name, account.username, what)
    return len(sending.post(database, settings, mail, tls=tls))


# What the clock looks after -------------------------------------------------------------------------------------------


def tick(database: Database, now: datetime) -> int:
    """Fire what is due and see that somebody sends what waits; returns the number of new deliveries."""
    fired = fire_due(database, now)
    c = deliveries.c
    waits = (c.status == "sending") | ((c.status == "pending") & (sa.func.coalesce(c.try_after, now) <= now))
    with database.write() as connection:
        if connection.execute(sa.select(c.id).where(waits).limit(1)).first():
            queue.defer_sending(connection)
    return fired


def look_for_alerts(database: Database) -> None:
    """Have the alerts checked, also when nothing was uploaded: a report gets late by the clock alone."""
    with database.write() as connection:
        queue.defer_alerts(connection)


SILENT = timedelta(hours=1)
ENDED_SILENTLY = "The process that worked on this file ended before it was done; nothing of it was stored. Load it again."
ABANDONED = """
-- Files a notebook or a script had begun and did not finish: no job has them, and nothing was heard of them for long.
update upload_batches b set status = 'failed', reason = :reason, progress = '{}'
where b.status in ('queued', 'reading', 'storing')
  and coalesce((b.progress ->> 'at')::timestamptz, b.uploaded_at) < :since
  and not exists (select from procrastinate_jobs j where j.status in ('todo', 'doing') and (j.args ->> 'batch_id')::bigint = b.id)
"""


def tidy(database: Database, now: datetime, settings: Settings | None = None) -> None:
    """Forget finished jobs and the files of old editions, say of uploads that nobody works on any more that they ended, and remove what
    killed processes left half-written among the originals."""
    with database.write() as connection:
        queue.forget_finished(connection, now - JOBS_KEPT)
        connection.execute(sa.text(ABANDONED), {"since": now - SILENT, "reason": ENDED_SILENTLY})
    forget_editions(database, now)
    if settings is not None:
        originals.sweep(settings, now - 24 * SILENT)
