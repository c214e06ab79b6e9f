"""Anomalies that people put aside: for themselves or for everybody, with a note, and back again. One that grows by a quarter is shown again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import anomaly_dismissals as table
from core.errors import UnknownRecord
from core.people import audit
from core.people.permissions import Person, require
from core.sales.anomalies import at_stake
from core.sales.anomaly_shapes import Anomaly

GROWN = Decimal("1.25")
MOST_NOTE = 500


@dataclass(frozen=True)
class Dismissal:
    """Who put which anomaly aside, when, why, and what it was about then (EUR net). `own`: the person who asks did."""

    id: int
    key: str
    title: str
    size: Decimal
    note: str
    owner: str
    shared: bool
    own: bool
    dismissed_at: datetime


def dismiss(database: Database, by: Person, one: Anomaly, note: str = "", *, everybody: bool = False) -> None:
    """Put an anomaly aside. Errors: NotAllowed (`everybody` needs analyst or admin)."""
    require(by, "edit_alerts" if everybody else "save_views")
    values = {"key": one.key, "title": one.title, "size": at_stake(one), "note": note.strip()[:MOST_NOTE]}
    with database.write() as connection:
        live = (table.c.key == one.key) & (table.c.owner == by.username) & table.c.restored_at.is_(None)
        connection.execute(sa.update(table).where(live).values(restored_at=sa.func.now(), restored_by=by.username))
        connection.execute(sa.insert(table).values(**values, owner=by.username, shared=everybody))
        audit.record(connection, by.username, "anomaly dismissed", one.title, {"key": one.key, "note": values["note"], "shared": everybody})


def restore(database: Database, by: Person, dismissal_id: int) -> None:
    """Show it again: one's own, or one of everybody's by analyst or admin. Errors: NotAllowed, UnknownRecord."""
    require(by, "save_views")
    with database.write() as connection:
        row = connection.execute(
            sa.select(table).where(table.c.id == dismissal_id, table.c.restored_at.is_(None)).with_for_update()
        ).first()
        if row is None or (row.owner != by.username and not row.shared):
            raise UnknownRecord("This anomaly is shown again already. Load the page again.")
        if row.owner != by.username:
            require(by, "edit_alerts")
        connection.execute(sa.update(table).where(table.c.id == dismissal_id).values(restored_at=sa.func.now(), restored_by=by.username))
        audit.record(connection, by.username, "anomaly shown again", row.title, {"key": row.key})


def dismissals(database: Database, person: Person) -> tuple[Dismissal, ...]:
    """The person's own and everybody's that stand, newest first."""
    mine = (table.c.owner == person.username) | table.c.shared
    query = sa.select(table).where(mine, table.c.restored_at.is_(None)).order_by(table.c.id.desc())
    with database.read() as connection:
        return tuple(
            Dismissal(r.id, r.key, r.title, r.size, r.note, r.owner, r.shared, r.owner == person.username, r.dismissed_at)
            for r in connection.execute(query)
        )


def sort_out(found: Iterable[Anomaly], put_aside: Iterable[Dismissal]) -> tuple[tuple[Anomaly, ...], tuple[tuple[Anomaly, Dismissal], ...]]:
    """What is open, and what is dismissed with its dismissal; one that has grown by a quarter since is open again and says so. Pure."""
    known: dict[str, Dismissal] = {}
    for one in put_aside:
        known.setdefault(one.key, one)
    still: list[Anomaly] = []
    aside: list[tuple[Anomaly, Dismissal]] = []
    for anomaly in found:
        dismissal = known.get(anomaly.key)
        if dismissal is None:
            still.append(anomaly)
        elif at_stake(anomaly) > dismissal.size * GROWN:
            still.append(anomaly.told(f"{dismissal.owner} dismissed it on {dismissal.dismissed_at:%-d %b %Y}; it has grown since."))
        else:
            aside.append((anomaly, dismissal))
    return tuple(still), tuple(aside)
