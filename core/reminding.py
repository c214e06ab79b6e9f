"""Ask a reseller for a missing report: drafted in its language, changed by a person if need be, sent, written into the audit log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.tables import audit_log, resellers, upload_batches
from core.errors import MailNotSent, UnknownRecord
from core.mail import reminders, sending
from core.mail.messages import split_addresses
from core.mail.reminders import Missing
from core.mail.sending import SendResult
from core.mail.writing import Letterhead, reminder_mail
from core.people import audit
from core.people.permissions import Person, require
from core.sales.coverage import coverage, missing_periods
from core.sales.query import Period
from core.settings import Settings

SENT = "reminder sent"


@dataclass(frozen=True)
class Draft:
    """A reminder before it is sent. `to`: addresses as text, empty while none is known; `periods`: what it asks for."""

    reseller_id: int
    reseller: str
    to: str
    subject: str
    text: str
    language: str
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Reminded:
    """A reminder that went out (or into the outbox) on `day`, asking for `periods`."""

    reseller_id: int
    day: date
    by: str
    periods: tuple[Period, ...]

    def asked_for(self, span: Period) -> bool:
        return any(period.start <= span.end and span.start <= period.end for period in self.periods)


def draft(database: Database, settings: Settings, by: Person, reseller_id: int, today: date, language: str | None = None) -> Draft:
    """What would be written to a reseller about everything that is late or missing. Errors: NotAllowed, UnknownRecord when nothing is."""
    require(by, "write_reminders")
    row = _reseller(database, by.scope, reseller_id)
    periods = missing_periods(coverage(database, by.scope, today), row.name)
    if not periods:
        raise UnknownRecord(f"Nothing of {row.name} is late any more.")
    chosen = reminders.language_of(row.country, language or row.settings.get("language"))
    last_file, last_day = _last_file(database, reseller_id)
    missing = Missing(row.name, tuple((p.start, p.end) for p in periods), last_file, last_day)
    subject, text = reminders.draft(missing, settings.brand, by.name, chosen)
    return Draft(reseller_id, row.name, row.contact_email or "", subject, text, chosen, periods)


def send(
    database: Database, settings: Settings, by: Person, wanted: Draft, *, keep_address: bool = True, now: datetime | None = None
) -> tuple[SendResult, ...]:
    """Send the draft as it stands, one message a recipient; log it, and keep the address as the reseller's contact where it has changed.

    Errors: NotAllowed, UnknownRecord, MailNotSent when there is no address, no text, or the server refuses every recipient.
    """
    require(by, "write_reminders")
    row = _reseller(database, by.scope, wanted.reseller_id)
    to = split_addresses(wanted.to)
    if not to or not wanted.text.strip() or not wanted.subject.strip():
        raise MailNotSent("A reminder needs an address, a subject and a text.")
    if keep_address and ", ".join(to) != (row.contact_email or ""):
        _keep_address(database, by, row.id, ", ".join(to))
    mail = reminder_mail(Letterhead.of(settings), to, wanted.subject, wanted.text)
    results = sending.post(database, settings, mail, now=now)
    arrived = tuple(result for result in results if result.status in ("sent", "outbox", "unknown"))
    if not arrived:
        raise MailNotSent(f"The reminder was not sent: {results[0].reply}")
    with database.write() as connection:
        details = {"reseller": row.name, "to": ", ".join(to), "periods": [str(p) for p in wanted.periods], "status": arrived[0].status}
        audit.record(
            connection, by.username, SENT, f"reseller {row.id}", {**details, "language": wanted.language, "subject": wanted.subject}
        )
    return results


def with_words(database: Database, settings: Settings, by: Person, wanted: Draft, language: str, today: date) -> Draft:
    """The same reminder in another language; its address stays as it was changed."""
    return replace(draft(database, settings, by, wanted.reseller_id, today, language), to=wanted.to)


def sent(database: Database, scope: Scope = None) -> tuple[Reminded, ...]:
    """The reminders of the resellers in sight, newest first."""
    c = audit_log.c
    with database.read() as connection:
        rows = connection.execute(sa.select(c.at, c.username, c.subject, c.details).where(c.action == SENT).order_by(c.id.desc())).all()
    found = (
        Reminded(int(re.sub(r"\D", "", row.subject)), row.at.astimezone(UTC).date(), row.username, tuple(_spans(row.details["periods"])))
        for row in rows
    )
    return tuple(one for one in found if scope is None or one.reseller_id in scope)


def last_reminders(reminded: Sequence[Reminded], slices: pl.DataFrame) -> list[date | None]:
    """For each row of `coverage`: the day its report was last asked for, if it still is not whole."""
    days: list[date | None] = []
    for row in slices.select("reseller_id", "period_start", "period_end").iter_rows():
        span = Period(row[1], row[2])
        days.append(next((one.day for one in reminded if one.reseller_id == row[0] and one.asked_for(span)), None))
    return days


def _spans(texts: Sequence[str]) -> list[Period]:
    return [Period(*(date.fromisoformat(day) for day in text.split("/"))) for text in texts]


def _reseller(database: Database, scope: Scope, reseller_id: int) -> Any:
    c = resellers.c
    with database.read() as connection:
        row = connection.execute(sa.select(c.id, c.name, c.country, c.contact_email, c.settings).where(c.id == reseller_id)).first()
    if row is None or (scope is not None and reseller_id not in scope):
        raise UnknownRecord
    return row


def _last_file(database: Database, reseller_id: int) -> tuple[str, date | None]:
    c = upload_batches.c
    query = sa.select(c.file_name, c.period_end).where(c.reseller_id == reseller_id, c.status == "stored", c.period_end.is_not(None))
    with database.read() as connection:
        row = connection.execute(query.order_by(c.period_end.desc(), c.id.desc()).limit(1)).first()
    return (row.file_name, row.period_end) if row else ("", None)


def _keep_address(database: Database, by: Person, reseller_id: int, address: str) -> None:
    with database.write() as connection:
        connection.execute(resellers.update().where(resellers.c.id == reseller_id).values(contact_email=address))
        audit.record(connection, by.username, "contact changed", f"reseller {reseller_id}", {"contact": address})
