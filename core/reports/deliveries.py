"""The ledger of deliveries: one message to one recipient for one due time, never twice.

A line is written before anything is sent; its unique key is the lock between schedulers. Whoever sends holds the line's lock, notes
when the bytes are handed over, and writes the server's answer. A sender that dies before handing over is simply followed by another.
One that dies while handing over leaves the one thing nobody can know: whether the server took the message. Such a line becomes
'unknown', is never sent again by itself, and keeps its Message-ID, so that a person who re-sends it sends the same message.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from core.db.engine import Database
from core.db.locking import try_lock
from core.db.tables import deliveries, reports, schedules, users
from core.errors import MailNotSent, NotAllowed, QueryRefused, UnknownRecord, WorkbenchError
from core.jobs import queue
from core.mail import sending
from core.mail.messages import Mail, check_addresses, new_message_id, sender_address
from core.mail.sending import SendResult
from core.mail.writing import Letterhead, Notice, notice_mail
from core.people import audit
from core.people.permissions import Person, require
from core.reports.editions import Edition, Order, edition_for, read_edition
from core.reports.records import check_formats, require_reach, schedule_from
from core.reports.schedules import next_due
from core.settings import Settings

log = logging.getLogger(__name__)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
AGAIN = ("failed", "unknown")
DONE = ("sent", "outbox")


@dataclass(frozen=True)
class Delivery:
    """One line of the ledger. status: pending, sending, sent, outbox (written to the outbox), failed, unknown."""

    id: int
    report_id: int
    report: str
    schedule_id: int | None
    due_at: datetime
    recipient: str
    formats: tuple[str, ...]
    status: str
    attempts: int
    message_id: str | None
    server_reply: str | None
    sent_at: datetime | None
    requested_by: str | None
    edition_id: int | None
    data_version: int | None


# Writing lines --------------------------------------------------------------------------------------------------------


def fire_due(database: Database, now: datetime) -> int:
    """Write a line per recipient for every schedule that is due, once however long the workbench was away, and set its next time.

    Returns the number of new lines. Two schedulers that come at once write them once.
    """
    with database.write() as connection:
        due = connection.execute(
            sa.select(schedules)
            .join(reports)
            .where(schedules.c.enabled, ~reports.c.archived, schedules.c.next_due <= now)
            .with_for_update(skip_locked=True, of=schedules)
        ).all()
        return sum(_fire(connection, row, now) for row in due)


def _fire(connection: sa.Connection, row: Any, now: datetime) -> int:
    schedule = schedule_from(row)
    assert schedule.next_due is not None
    following = next_due(schedule.rule, now, schedule.time_zone)
    connection.execute(sa.update(schedules).where(schedules.c.id == schedule.id).values(next_due=following, last_fired=schedule.next_due))
    origin = {"report_id": schedule.report_id, "schedule_id": schedule.id, "due_at": schedule.next_due, "requested_by": schedule.created_by}
    return len(_write(connection, origin, schedule.recipients, schedule.formats))


def _write(connection: sa.Connection, origin: dict[str, Any], recipients: Sequence[str], formats: Sequence[str]) -> list[int]:
    lines = [origin | {"recipient": recipient, "formats": list(formats)} for recipient in recipients]
    if not lines:
        return []
    statement = sa.text(
        """insert into deliveries (report_id, schedule_id, due_at, recipient, formats, requested_by, edition_id)
        values (:report_id, :schedule_id, :due_at, :recipient, :formats, :requested_by, :edition_id)
        on conflict (report_id, schedule_id, due_at, recipient) do nothing returning id"""
    )
    found = [connection.execute(statement, {"edition_id": None} | line).scalar_one_or_none() for line in lines]
    queue.defer_sending(connection)
    return [int(number) for number in found if number is not None]


def send_now(database: Database, by: Person, report_id: int, recipients: Sequence[str], formats: Sequence[str], now: datetime) -> list[int]:
    """Send a report to these people at once; returns the lines. Errors: NotAllowed, UnknownRecord, MailNotSent, BadSchedule."""
    require(by, "edit_reports")
    people, chosen = check_addresses(tuple(recipients)), check_formats(formats)
    with database.write() as connection:
        report = require_reach(connection, by, report_id)
        origin = {"report_id": report_id, "schedule_id": None, "due_at": now, "requested_by": by.username}
        audit.record(connection, by.username, "report sent", report.name, {"report": report_id, "recipients": list(people)})
        return _write(connection, origin, people, chosen)


def resend(database: Database, by: Person, delivery_id: int, now: datetime) -> int:
    """Send the same edition to the same person again; returns the line that will be sent. Errors: NotAllowed, UnknownRecord.

    A failed or unknown line is tried again with its own Message-ID; of one that arrived, a new line with a new message is written.
    """
    require(by, "edit_reports")
    with database.write() as connection:
        line = read_delivery(connection, delivery_id)
        require_reach(connection, by, line.report_id)
        audit.record(connection, by.username, "report sent again", line.report, {"delivery": delivery_id, "recipient": line.recipient})
        if line.status in AGAIN:
            values = {"status": "pending", "attempts": 0, "try_after": None, "handed_over_at": None}
            connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery_id).values(**values))
            queue.defer_sending(connection)
            return delivery_id
        if line.status not in DONE:
            raise NotAllowed("This delivery is under way already. Wait for its result.")
        origin = {"report_id": line.report_id, "schedule_id": line.schedule_id, "due_at": now, "requested_by": by.username}
        return _write(connection, origin | {"edition_id": line.edition_id}, (line.recipient,), line.formats)[0]


# Reading lines --------------------------------------------------------------------------------------------------------


def list_deliveries(connection: sa.Connection, report_id: int | None = None, limit: int = 200) -> tuple[Delivery, ...]:
    """The newest lines first, of one report or of all."""
    statement = _select().order_by(deliveries.c.due_at.desc(), deliveries.c.id.desc()).limit(limit)
    if report_id is not None:
        statement = statement.where(deliveries.c.report_id == report_id)
    return tuple(_delivery(row) for row in connection.execute(statement))


def read_delivery(connection: sa.Connection, delivery_id: int) -> Delivery:
    """Errors: UnknownRecord."""
    row = connection.execute(_select().where(deliveries.c.id == delivery_id)).first()
    if row is None:
        raise UnknownRecord("This delivery does not exist any more. Go back to the list and choose again.")
    return _delivery(row)


def count_troubles(connection: sa.Connection, since: datetime) -> int:
    """Deliveries since a moment that failed or whose fate is unknown, for the badge."""
    troubled = deliveries.c.status.in_(AGAIN) & (deliveries.c.due_at >= since)
    return int(connection.execute(sa.select(sa.func.count()).select_from(deliveries).where(troubled)).scalar_one())


def _select() -> sa.Select[Any]:
    return sa.select(deliveries, reports.c.name.label("report")).join(reports, reports.c.id == deliveries.c.report_id)


def _delivery(row: Any) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    return Delivery(**(values | {"formats": tuple(row.formats)}))


# Sending --------------------------------------------------------------------------------------------------------------


def send_one_due(database: Database, settings: Settings, now: datetime, tls: ssl.SSLContext | None = None) -> bool:
    """Send the oldest line that waits, if any; True when one was dealt with. Safe to call from many processes at once."""
    recover(database, settings)
    waiting = sa.select(deliveries.c.id).where(deliveries.c.status == "pending", sa.func.coalesce(deliveries.c.try_after, now) <= now)
    with database.read() as connection:
        candidates = connection.execute(waiting.order_by(deliveries.c.due_at, deliveries.c.id).limit(50)).scalars().all()
    for delivery_id in candidates:
        with try_lock(database, _lock(delivery_id)) as mine:
            if mine and (line := _claim(database, settings, delivery_id)):
                _deliver(database, settings, line, now, tls)
                return True
    return False


def recover(database: Database, settings: Settings) -> int:
    """Deal with lines whose sender died: pending again if nothing was handed over yet, else unknown. Returns how many."""
    with database.read() as connection:
        left = connection.execute(sa.select(deliveries.c.id).where(deliveries.c.status == "sending")).scalars().all()
    return sum(_recover(database, settings, delivery_id) for delivery_id in left)


def _recover(database: Database, settings: Settings, delivery_id: int) -> int:
    with try_lock(database, _lock(delivery_id)) as free:
        if not free:
            return 0
        safe = deliveries.c.handed_over_at.is_(None) if settings.smtp_host else sa.true()  # the outbox keeps one file per message
        spent = deliveries.c.attempts >= settings.mail_attempts
        lost = "The workbench ended while the message was handed over. It may or may not have been delivered."
        fatal = "The workbench ended again and again while this report was built."
        values = {
            "status": sa.case((~safe, "unknown"), (spent, "failed"), else_="pending"),
            "server_reply": sa.case((~safe, lost), (spent, fatal), else_=deliveries.c.server_reply),
        }
        with database.write() as connection:
            which = (deliveries.c.id == delivery_id) & (deliveries.c.status == "sending")
            return connection.execute(sa.update(deliveries).where(which).values(**values)).rowcount


def _lock(delivery_id: int) -> str:
    return f"delivery:{delivery_id}"


def _claim(database: Database, settings: Settings, delivery_id: int) -> Delivery | None:
    values = {
        "status": "sending",
        "attempts": deliveries.c.attempts + 1,
        "handed_over_at": None,
        "message_id": sa.func.coalesce(deliveries.c.message_id, new_message_id(settings.mail_from)),
    }
    with database.write() as connection:
        which = (deliveries.c.id == delivery_id) & (deliveries.c.status == "pending")
        claimed = connection.execute(sa.update(deliveries).where(which).values(**values)).rowcount
        return read_delivery(connection, delivery_id) if claimed else None


def _deliver(database: Database, settings: Settings, line: Delivery, now: datetime, tls: ssl.SSLContext | None) -> None:
    try:
        edition = _edition(database, settings, line, now)
    except WorkbenchError as error:
        _finish(database, settings, line, now, None, MailNotSent(error.message, permanent=not isinstance(error, QueryRefused)))
        return
    except sa.exc.OperationalError:
        raise  # the database went away: the line is recovered when it is back
    except Exception:
        log.exception("Report “%s” could not be built", line.report)
        _finish(database, settings, line, now, None, MailNotSent("The report could not be built. The log of the scheduler says why."))
        return
    mail = _mail(settings, line, edition)
    try:
        result = sending.send(settings, mail, now=now, tls=tls, before_data=lambda: _note_handing_over(database, line.id, edition, now))
    except MailNotSent as error:
        _finish(database, settings, line, now, mail, error)
    else:
        _finish(database, settings, line, now, mail, result)


def _edition(database: Database, settings: Settings, line: Delivery, now: datetime) -> Edition:
    if line.edition_id is not None:
        return read_edition(database, line.edition_id)
    edition = edition_for(database, settings, Order(line.report_id, line.schedule_id, line.due_at, line.formats), now)
    with database.write() as connection:
        values = {"edition_id": edition.id, "data_version": edition.data_version}
        connection.execute(sa.update(deliveries).where(deliveries.c.id == line.id).values(**values))
    return edition


def _mail(settings: Settings, line: Delivery, edition: Edition) -> Mail:
    stop = quote(f"Please stop sending “{line.report}” to {line.recipient}")
    return Mail(
        (line.recipient,),
        edition.subject,
        edition.text,
        edition.html,
        kind="report",
        attachments=edition.files,
        message_id=line.message_id,
        unsubscribe=f"mailto:{sender_address(settings.mail_from)}?subject={stop}" if line.schedule_id is not None else None,
    )


def _note_handing_over(database: Database, delivery_id: int, edition: Edition, now: datetime) -> None:
    with database.write() as connection:
        connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery_id).values(handed_over_at=now))


def _finish(
    database: Database, settings: Settings, line: Delivery, now: datetime, mail: Mail | None, outcome: SendResult | MailNotSent
) -> None:
    """Write down what became of it: the answer, or when it is tried again, or that it is given up."""
    if isinstance(outcome, SendResult):
        values: dict[str, Any] = {"status": outcome.status, "server_reply": outcome.reply, "sent_at": now}
        result = outcome
    else:
        values = _trouble(settings, line, now, outcome)
        result = sending.failure(mail or Mail((line.recipient,), line.report, "", "", message_id=line.message_id), outcome)
        log.warning("Report “%s” to %s: %s", line.report, line.recipient, outcome.message)
    with database.write() as connection:
        connection.execute(sa.update(deliveries).where(deliveries.c.id == line.id).values(**values))
        if mail is not None:
            sending.record(connection, mail, result, delivery_id=line.id)
    if values["status"] in AGAIN:
        _tell_requester(database, settings, line, str(values["server_reply"]))


def _trouble(settings: Settings, line: Delivery, now: datetime, error: MailNotSent) -> dict[str, Any]:
    words = f"{error.message} {error.reply}".strip()
    if error.uncertain:
        return {"status": "unknown", "server_reply": words}
    if error.permanent or line.attempts >= settings.mail_attempts:
        return {"status": "failed", "server_reply": words}
    return {"status": "pending", "server_reply": words, "try_after": now + PAUSES[min(line.attempts, len(PAUSES)) - 1]}


def _tell_requester(database: Database, settings: Settings, line: Delivery, words: str) -> None:
    """The first failure is never silent: whoever asked for the report hears of it, if the mail server lets us."""
    with database.read() as connection:
        address = connection.execute(sa.select(users.c.email).where(users.c.username == line.requested_by)).scalar_one_or_none()
    if not address or address == line.recipient:
        return
    title = f"“{line.report}” did not reach {line.recipient}"
    advice = "Send it again under Reports, Deliveries, once the cause is gone."
    notice = Notice(title, (words, advice), link=f"{settings.link}/reports", link_text="Open the deliveries")
    sending.post(database, settings, notice_mail(Letterhead.of(settings), (address,), notice, kind="delivery_failed"))
