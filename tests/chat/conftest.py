from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from core.chat.answering import ask as answer
from core.chat.answers import Answer
from core.db.engine import connect
from core.settings import Settings
from tests.chat.brand import TODAY, Brand, brand_in, seed
from tests.conftest import NAMES, SECRET
from tests.databases import Shelf, template_of


@pytest.fixture(scope="session")
def brand_template(server_dsn: str, template_database: str, testrun_uid: str) -> str:
    """Name of the filled database that tests clone; filled once by whichever worker comes first."""

    def fill(dsn: str) -> None:
        database = connect(dsn, NAMES, SECRET)
        seed(database)
        database.close()

    return template_of(server_dsn, f"brand_{testrun_uid[:12]}", template_database, fill)


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
