"""Stock is read from Liberty's newest original."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.chat.answers import Answer
from core.chat.stock import stated_stock
from core.ingest.reading import read_book
from tests.conftest import SHARED


@pytest.mark.shared
def test_the_size_rows_add_up_to_the_files_own_total() -> None:
    path = SHARED / "vendors" / "liberty" / "Continuity Supplier Size Report 22_06_2025.xlsx"
    stock = list(stated_stock(read_book(path, path.name)))
    assert sum(units for _, units in stock) == 1568
    assert dict(stock)["000910748 | 98-NO COLOUR"] == 46


@pytest.mark.shared
def test_a_file_of_somebody_else_states_none() -> None:
    path = SHARED / "vendors" / "selfridges" / "Nordlys weekly sell out FY25.xlsx"
    assert list(stated_stock(read_book(path, path.name))) == []


def test_without_such_a_file_the_answer_says_who_states_stock(ask: Callable[..., Answer]) -> None:
    answer = ask("How much stock is left of the Discovery Set?")
    assert answer.refused and "only Liberty" in answer.text and answer.frame.is_empty()
