"""Reports that went out while an upload counted: they may show its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.db.engine import Database


@dataclass(frozen=True)
class SentReport:
    """A report, how many mails of it went out (or into the outbox), and when the last one did."""

    name: str
    mails: int
    last: datetime


def sent_since(database: Database, since: datetime | None, until: datetime | None = None) -> tuple[SentReport, ...]:
    """What was sent after `since` (and before `until`), the latest first; nothing where `since` is not known."""
    statement = """
        select r.name, count(*) as mails, max(d.sent_at) as last
        from deliveries d join reports r on r.id = d.report_id
        where d.status in ('sent', 'outbox') and d.sent_at >= :since and d.sent_at <= coalesce(:until, now())
        group by r.id, r.name order by 3 desc, 1"""
    if since is None:
        return ()
    with database.read() as connection:
        rows = connection.execute(sa.text(statement), {"since": since, "until": until})
        return tuple(SentReport(row.name, row.mails, row.last) for row in rows)
