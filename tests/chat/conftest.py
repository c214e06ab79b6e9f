from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from core.chat.answering import ask as answer
from core.chat.answers import Answer
from core.db.engine import Database
from core.settings import Settings
from tests.chat.brand import TODAY, Brand, seed


@pytest.fixture
def brand(database: Database) -> Brand:
    """Six resellers and the web shop, November 2023 to April 2025."""
    return seed(database)


@pytest.fixture
def ask(brand: Brand, settings: Settings) -> Callable[..., Answer]:
    """Ask the brand a question; `conversation` goes on with an earlier answer."""

    def asked(question: str, conversation: str | None = None, today: date = TODAY, **options: object) -> Answer:
        return answer(brand.database, settings, question, conversation_id=conversation, today=today, **options)  # type: ignore[arg-type]

    return asked
