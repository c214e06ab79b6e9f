"""The migrations lead to the schema that the code expects, and can run again at any time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager

from core.db import migrating
from core.db.addresses import sqlalchemy_url
from core.db.tables import metadata
from tests.conftest import NAMES, SECRET

OURS = set(metadata.tables)


def test_migrations_lead_to_the_tables_of_the_code(owner_dsn: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(owner_dsn), poolclass=sa.NullPool)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in OURS}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    assert not differences


def test_the_queue_has_the_schema_of_the_installed_version() -> None:
    frozen = (migrating.MIGRATIONS / "versions" / "0001_first.sql").read_text(encoding="utf-8")
    lines = {line.strip() for line in frozen.splitlines()}
    missing = [line for line in SchemaManager.get_schema().splitlines() if line.strip() and line.strip() not in lines]
    assert not missing, "the queue's schema changed: add a migration that brings it"


def test_migrating_twice_changes_nothing(owner_dsn: str) -> None:
    migrating.migrate(owner_dsn, NAMES, SECRET)
    with psycopg.connect(owner_dsn) as connection:
        before = connection.execute("select value, changed_at from app_state where key = 'published'").fetchone()
    migrating.migrate(owner_dsn, NAMES, SECRET)
    with psycopg.connect(owner_dsn) as connection:
        assert connection.execute("select value, changed_at from app_state where key = 'published'").fetchone() == before


def test_two_processes_may_migrate_at_once(owner_dsn: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(migrating.migrate, owner_dsn, NAMES, SECRET) for _ in range(2)]:
            assert done.result() is None
