"""A report as built for one due time: mail and documents, kept, so that every recipient and every re-send gets the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.db.locking import hold_lock
from core.db.tables import edition_files, report_editions
from core.mail.messages import Attachment, sender_address
from core.mail.writing import FigureLine, Letterhead, ReportText, TableText, report_mail
from core.reports.cells import head, rows_of, totals_of
from core.reports.content import ReportContent
from core.reports.parts import KeyFigures, Table
from core.reports.records import owner_scope, read_report
from core.reports.rendering import Document, build_content, documents
from core.sales.naming import name_day
from core.sales.query import Period
from core.sales.restated import restated, since_words
from core.settings import Settings

LATE = timedelta(hours=1)
MOST_MAIL_ROWS = 12
KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Edition:
    """What is sent: subject, both bodies, files. `data_version`: of the figures in it."""

    id: int
    subject: str
    text: str
    html: str
    files: tuple[Attachment, ...]
    data_version: int | None


@dataclass(frozen=True)
class Order:
    """Which edition is wanted: the report, its schedule (None: sent by hand), the due time and the formats."""

    report_id: int
    schedule_id: int | None
    due_at: datetime
    formats: tuple[str, ...]


def edition_for(database: Database, settings: Settings, order: Order, now: datetime) -> Edition:
    """The edition of a due time, built by whoever comes first. Errors: UnknownRecord, BadSchedule, BadQuestion, QueryRefused."""
    with hold_lock(database, f"edition:{order.report_id}:{order.schedule_id}:{order.due_at.isoformat()}"):
        with database.read() as connection:
            known = connection.execute(sa.select(report_editions.c.id).where(*_is(order))).scalar_one_or_none()
        if known is None:
            known = _build(database, settings, order, now)
    return read_edition(database, known)


def read_edition(database: Database, edition_id: int) -> Edition:
    """An edition as it was built."""
    with database.read() as connection:
        row = connection.execute(sa.select(report_editions).where(report_editions.c.id == edition_id)).one()
        files = connection.execute(sa.select(edition_files).where(edition_files.c.edition_id == edition_id).order_by(edition_files.c.id))
        attached = tuple(Attachment(f.name, bytes(f.content), f.media_type) for f in files)
    return Edition(row.id, row.mail["subject"], row.mail["text"], row.mail["html"], attached, row.data_version)


def forget_editions(database: Database, now: datetime) -> int:
    """Delete the files of editions older than KEPT; the ledger's lines stay."""
    old = sa.select(report_editions.c.id).where(report_editions.c.built_at < now - KEPT)
    with database.write() as connection:
        return connection.execute(sa.delete(edition_files).where(edition_files.c.edition_id.in_(old))).rowcount


def _is(order: Order) -> tuple[Any, ...]:
    table = report_editions.c
    schedule = table.schedule_id.is_(None) if order.schedule_id is None else table.schedule_id == order.schedule_id
    return table.report_id == order.report_id, schedule, table.due_at == order.due_at


def _build(database: Database, settings: Settings, order: Order, now: datetime) -> int:
    with database.read() as connection:
        report = read_report(connection, order.report_id)
        scope = owner_scope(connection, report.owner)
    today = order.due_at.astimezone(ZoneInfo(settings.time_zone)).date()
    content = build_content(database, settings, report.definition, scope, today)
    if told := changed_since(database, order, scope, content.period):
        content = replace(content, caveats=(told, *content.caveats))
    made = documents(content, order.formats)
    kept, left_out = fit(made, settings.mail_megabytes)
    words = mail_text(content, left_out, late_note(order, now, settings), stop=sender_address(settings.mail_from))
    mail = report_mail(Letterhead.of(settings), (), words)
    values: dict[str, Any] = {
        "report_id": order.report_id,
        "schedule_id": order.schedule_id,
        "due_at": order.due_at,
        "data_version": content.data_version,
    }
    values |= {"mail": {"subject": mail.subject, "text": mail.text, "html": mail.html}}
    with database.write() as connection:
        edition = int(connection.execute(sa.insert(report_editions).values(values).returning(report_editions.c.id)).scalar_one())
        if kept:
            rows = [{"edition_id": edition, "name": d.name, "media_type": d.media_type, "content": d.content} for d in kept]
            connection.execute(sa.insert(edition_files), rows)
    return edition


def changed_since(database: Database, order: Order, scope: Scope, period: Period) -> str:
    """What later files restated in the report's period and the year before it, since this report was last built; '' the first time."""
    table = report_editions.c
    with database.read() as connection:
        last = connection.execute(sa.select(sa.func.max(table.built_at)).where(table.report_id == order.report_id)).scalar()
    if last is None:
        return ""
    window = Period(date(period.start.year - 1, 1, 1), period.end)
    return since_words(restated(database, scope, window, last), last.astimezone(UTC).date())


def fit(made: tuple[Document, ...], megabytes: float) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """Documents that fit a mail together, smallest first, and those that do not."""
    room, kept = megabytes * 1_000_000, []
    for document in sorted(made, key=lambda d: len(d.content)):
        if len(document.content) <= room:
            room -= len(document.content)
            kept.append(document)
    return tuple(d for d in made if d in kept), tuple(d for d in made if d not in kept)


def late_note(order: Order, now: datetime, settings: Settings) -> str:
    """A sentence when a scheduled report goes out late."""
    if order.schedule_id is None or now - order.due_at < LATE:
        return ""
    due = order.due_at.astimezone(ZoneInfo(settings.time_zone))
    return f"This report was due on {name_day(due.date())} at {due:%H:%M} and goes out late: the workbench was not running then."


def mail_text(content: ReportContent, left_out: tuple[Document, ...] = (), late: str = "", stop: str = "") -> ReportText:
    """The body of the mail: headline, key figures, the first table, what a reader must know."""
    first = next((part for part in content.parts if isinstance(part, KeyFigures)), None)
    compared = first.compared_with if first else ""
    figures = tuple(FigureLine(f.label, f.text, f.change_words(compared)) for f in (first.figures if first else ()))
    table = next((part for part in content.parts if isinstance(part, Table) and part.columns[-1].numeric), None)
    too_large = [f"“{d.name}” is too large for a mail ({len(d.content) / 1e6:.0f} MB); download it in the workbench." for d in left_out]
    return ReportText(
        title=content.title,
        period=content.period_name,
        figures=figures,
        tables=(_short(table),) if table is not None and table.frame.height else (),
        sentences=tuple(s for s in (late, content.headline) if s),
        notes=(*content.caveats[:6], *((content.comparison,) if content.comparison else ()), *too_large),
        footer=(content.coverage, f"Filters: {content.filters}", *((f"To stop this mail, write to {stop}.",) if stop else ())),
    )


def _short(table: Table) -> TableText:
    columns = [c for c in table.columns if not c.name.endswith("_before")][:4]
    short = replace(table, columns=tuple(columns), frame=table.frame.select(c.name for c in columns))
    rows = rows_of(short)[:MOST_MAIL_ROWS]
    if (totals := totals_of(short)) is not None:
        rows.append(["Total", *totals[1:]])
    title = table.title if table.frame.height <= MOST_MAIL_ROWS else f"{table.title} (the first {MOST_MAIL_ROWS})"
    return TableText(title, tuple(head(c) for c in columns), tuple(c.numeric for c in columns), tuple(tuple(row) for row in rows))
