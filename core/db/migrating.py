"""Bring a database's schema up to date: roles, Alembic migrations, published views, rights. Safe to run by several processes at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from core.db import closing, roles
from core.db.addresses import sqlalchemy_url

MIGRATIONS = Path(__file__).with_name("migrations")
READABLE = Path(__file__).with_name("readable.sql")


def migrate(owner_dsn: str, names: roles.RoleNames, secret_key: str) -> None:
    """Run every step that is still missing. An advisory lock makes a second process wait instead of colliding."""
    with psycopg.connect(owner_dsn) as gate:
        gate.execute("select pg_advisory_lock(81452000)")
        with psycopg.connect(owner_dsn) as connection:
            roles.ensure_roles(connection, names, secret_key)
        _run_alembic(owner_dsn)
        with psycopg.connect(owner_dsn) as connection:
            mark = publication_mark(names)
            if _published(connection) != mark:
                _publish_views(connection)
                roles.ensure_scope_secret(connection)
                roles.grant_rights(connection, names)
                connection.execute(
                    "insert into app_state (key, value) values ('published', to_jsonb(%s::text))"
                    " on conflict (key) do update set value = excluded.value, changed_at = now()",
                    [mark],
                )


def publication_mark(names: roles.RoleNames) -> str:
    """Changes whenever the schema, the views or the rights change, so that a running system is left alone when nothing did."""
    parts = [
        *sorted(MIGRATIONS.glob("versions/0*")),
        READABLE,
        Path(roles.__file__),
        Path(closing.__file__),
        Path(__file__).with_name("tables.py"),
    ]
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts) + names.app.encode()).hexdigest()


def _published(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute("select value #>> '{}' from app_state where key = 'published'").fetchone()
    return str(row[0]) if row else None


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _run_alembic(owner_dsn: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(owner_dsn), poolclass=sa.NullPool)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _publish_views(connection: psycopg.Connection[Any]) -> None:
    """Views hold no data: they are dropped and made anew, so that a changed column list needs no migration of its own."""
    connection.execute("select pg_advisory_xact_lock(81452001)")
    connection.execute("drop schema if exists readable cascade")
    connection.execute(READABLE.read_text(encoding="utf-8").encode())
    connection.commit()
