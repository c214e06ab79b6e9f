"""How far an import is: said to its caller, and kept on the batch, where the page looks."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.ingest.storing import Progress

SHOWN_FOR = 0.1  # seconds that a step has to last to be worth showing


def progress_of(database: Database, batch_id: int, on_progress: Progress | None) -> Progress:
    """Says each step to the caller, and keeps every new step and each further tenth of it on the batch; not those that follow faster than a
    page would show them."""
    last: list[tuple[str, int]] = [("", -1)]
    told = [float("-inf")]

    def say(step: str, done: int, total: int) -> None:
        if on_progress is not None:
            on_progress(step, done, total)
        mark = (step, done * 10 // total if total else 0)
        if mark != last[0] and time.monotonic() - told[0] > SHOWN_FOR:
            last[0], told[0] = mark, time.monotonic()
            _keep(database, batch_id, {"step": step, "done": done, "total": total, "at": datetime.now(UTC).isoformat()})

    return say


def silent(step: str, done: int, total: int) -> None:
    """For work that nobody watches."""


def _keep(database: Database, batch_id: int, progress: dict[str, Any]) -> None:
    """Nobody waits for the disk: should the server fall over, the file is judged anew."""
    unhurried = sa.func.set_config("synchronous_commit", "off", True) == "off"
    with database.engine.begin() as connection:
        connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch_id, unhurried).values(progress=progress))
