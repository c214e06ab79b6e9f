from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.chat.answering import ask as answer
from core.chat.answers import Answer
from core.db.engine import connect
from core.settings import Settings
from tests.chat.brand import TODAY, Brand, brand_in, seed
from tests.conftest import NAMES, SECRET


def _clone(admin: psycopg.Connection[object], name: str, template: str) -> None:
    admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))


@pytest.fixture(scope="session")
def brand_template(server_dsn: str, template_database: str, testrun_uid: str) -> str:
    """Name of the filled database that tests clone; filled once by whichever worker comes first."""
    name = f"brand_{testrun_uid[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as gate:
        gate.execute("select pg_advisory_lock(81459998)")
        if not gate.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            _clone(gate, f"{name}_making", template_database)
            database = connect(make_conninfo(server_dsn, dbname=f"{name}_making"), NAMES, SECRET)
            seed(database)
            database.close()
            gate.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(f"{name}_making"), sql.Identifier(name)))
        gate.execute("select pg_advisory_unlock(81459998)")
    return name


@pytest.fixture
def brand(server_dsn: str, brand_template: str) -> Iterator[Brand]:
    """Six resellers and the web shop, November 2023 to April 2025, in a database of this test alone."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute("select pg_advisory_lock(81459998)")
        _clone(admin, name, brand_template)
        admin.execute("select pg_advisory_unlock(81459998)")
    database = connect(make_conninfo(server_dsn, dbname=name), NAMES, SECRET)
    yield brand_in(database)
    database.close()
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def ask(brand: Brand, settings: Settings) -> Callable[..., Answer]:
    """Ask the brand a question; `conversation` goes on with an earlier answer."""

    def asked(question: str, conversation: str | None = None, today: date = TODAY, **options: object) -> Answer:
        return answer(brand.database, settings, question, conversation_id=conversation, today=today, **options)  # type: ignore[arg-type]

    return asked
