"""The audit log: one line for every action that changed something. Written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import audit_log
from core.people.permissions import Person, require

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "username": pl.String,
    "action": pl.String,
    "subject": pl.String,
    "details": pl.String,
}


def record(
    connection: sa.Connection, username: str, action: str, subject: str | None = None, details: Mapping[str, Any] | None = None
) -> None:
    """Append one line; it stands or falls with the caller's transaction. `details` holds plain JSON values, never a secret."""
    connection.execute(audit_log.insert().values(username=username, action=action, subject=subject, details=dict(details or {})))


def recent(database: Database, by: Person, username: str | None = None, text: str | None = None, limit: int = 500) -> pl.DataFrame:
    """The newest lines: at (UTC), username, action, subject, details (as `key: value` text). Errors: NotAllowed."""
    require(by, "see_audit")
    query = sa.select(audit_log).order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(limit)
    if username:
        query = query.where(audit_log.c.username == username)
    if text:
        columns = (audit_log.c.action, audit_log.c.subject, sa.cast(audit_log.c.details, sa.Text))
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in columns)))
    with database.read() as connection:
        lines = connection.execute(query).all()
    rows = [(r.at, r.username, r.action, r.subject, "; ".join(f"{k}: {v}" for k, v in r.details.items())) for r in lines]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")
