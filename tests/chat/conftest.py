from __future__ import annotations

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
from tests.databases import Shelf, clone


@pytest.fixture(scope="session")
def brand_template(server_dsn: str, template_database: str, testrun_uid: str) -> str:
    """Name of the filled database that tests clone; filled once by whichever worker comes first."""
    name = f"brand_{testrun_uid[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as gate:
        gate.execute("select pg_advisory_lock(81459997)")
        if not gate.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            clone(gate, f"{name}_making", template_database)
            database = connect(make_conninfo(server_dsn, dbname=f"{name}_making"), NAMES, SECRET)
            seed(database)
            database.close()
            gate.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(f"{name}_making"), sql.Identifier(name)))
        gate.execute("select pg_advisory_unlock(81459997)")
    return name


@pytest.fixture(scope="session")
def brand_shelf(server_dsn: str, brand_template: str) -> Iterator[Shelf]:
    databases = Shelf(server_dsn, brand_template)
    yield databases
    databases.close()


@pytest.fixture
def brand(brand_shelf: Shelf) -> Iterator[Brand]:
    """Six resellers and the web shop, November 2023 to April 2025, in a database of this test alone."""
    with brand_shelf.database() as dsn:
        database = connect(dsn, NAMES, SECRET)
        yield brand_in(database)
        database.close()


@pytest.fixture
def ask(brand: Brand, settings: Settings) -> Callable[..., Answer]:
    """Ask the brand a question; `conversation` goes on with an earlier answer."""

    def asked(question: str, conversation: str | None = None, today: date = TODAY, **options: object) -> Answer:
        return answer(brand.database, settings, question, conversation_id=conversation, today=today, **options)  # type: ignore[arg-type]

    return asked
