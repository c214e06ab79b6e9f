"""The migrations lead to the schema that the code expects, and can run again at any time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager

from core.db import migrating
from core.db.addresses import sqlalchemy_url
from core.db.tables import metadata
from tests.conftest import NAMES, SECRET
from tests.sales.conftest import CANDLE, TUNDRA, Market, market  # noqa: F401

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


def test_sums_of_a_filled_database_come_back_as_they_are_made_today(owner_dsn: str, market: Market) -> None:  # noqa: F811
    with market.database.write() as c:
        c.execute(metadata.tables["price_list"].insert(), {"ean": TUNDRA, "currency": "PLN", "valid_from": "2025-01-01", "unit_price": 200})
    market.line("galilu", "2025-05", TUNDRA, 2, 300, fx_rate=1)
    market.line("galilu", "2025-05", CANDLE, 1, 10, fx_rate=1)
    market.line("galilu", "2025-05-26/2025-06-01", TUNDRA, -1, None)
    market.order_line("A", "2025-05-02", TUNDRA, 1, 10, fx_rate=1, cost_of_goods=3)
    market.fill_rollup()
    made = _sums(owner_dsn)
    assert all(made.values()) and any("400" in row for row in made["sales_days"])
    engine = sa.create_engine(sqlalchemy_url(owner_dsn), poolclass=sa.NullPool)
    config = migrating.alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
    engine.dispose()
    migrating.migrate(owner_dsn, NAMES, SECRET)
    assert _sums(owner_dsn) == made


def _sums(owner_dsn: str) -> dict[str, list[str]]:
    row = "jsonb_strip_nulls(to_jsonb(d) - 'id')::text"
    with psycopg.connect(owner_dsn) as connection:
        return {
            table: [text for (text,) in connection.execute(f"select {row} from {table} d order by 1").fetchall()]
            for table in ("sales_days", "sales_day_totals", "sales_quarters", "sales_store_months")
        }
