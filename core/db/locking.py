"""Locks that live exactly as long as their holder: PostgreSQL lets go of them when the process that holds them dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from core.db.engine import Database


@contextmanager
def try_lock(database: Database, name: str) -> Iterator[bool]:
    """Hold the lock `name` for the block; False at once when somebody else holds it.

    It is bound to a transaction of its own, so it also works behind a pooler that shares connections between transactions.
    """
    with database.engine.connect() as connection, connection.begin():
        yield bool(connection.execute(sa.text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}).scalar_one())


@contextmanager
def hold_lock(database: Database, name: str) -> Iterator[None]:
    """Wait for the lock `name` and hold it for the block."""
    with database.engine.connect() as connection, connection.begin():
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
        yield
