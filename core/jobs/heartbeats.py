"""Signs of life: the clock and every worker process write one line each, and pages see who is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.db.tables import heartbeats

CLOCK = "clock"
SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=2)


@dataclass(frozen=True)
class Beat:
    """The last sign of life of one process. `details`: host, pid, started."""

    name: str
    at: datetime
    details: dict[str, Any]

    def is_alive(self, now: datetime) -> bool:
        return now - self.at < SILENT


def beat(connection: sa.Connection, name: str, now: datetime, details: Mapping[str, Any] | None = None) -> None:
    """Write that `name` lives; lines of processes gone for days are swept out."""
    statement = insert(heartbeats).values(name=name, at=now, details=dict(details or {}))
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": now, "details": dict(details or {})}))
    connection.execute(sa.delete(heartbeats).where(heartbeats.c.at < now - FORGOTTEN))


def say_goodbye(connection: sa.Connection, name: str) -> None:
    """A process that ends on purpose is not missed."""
    connection.execute(sa.delete(heartbeats).where(heartbeats.c.name == name))


def list_beats(connection: sa.Connection) -> tuple[Beat, ...]:
    """Every known process, the clock first."""
    rows = connection.execute(sa.select(heartbeats).order_by(heartbeats.c.name != CLOCK, heartbeats.c.name))
    return tuple(Beat(row.name, row.at, row.details) for row in rows)


def beat_of_clock(connection: sa.Connection) -> Beat | None:
    """The clock's last sign of life; without one, reports and alerts have never been looked after."""
    return next((beat for beat in list_beats(connection) if beat.name == CLOCK), None)
