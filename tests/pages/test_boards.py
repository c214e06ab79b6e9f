"""The Boards page: their order, which an administrator sets."""

from __future__ import annotations

import pytest

from core.dashboards import boards
from core.dashboards.boards import Surroundings
from core.dashboards.health import Health
from core.people.permissions import SYSTEM
from pages.components import cached
from tests.pages.conftest import Open
from tests.pages.words import labels

PAGE = "insight/dashboards.py"


@pytest.fixture
def two(process, monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    monkeypatch.setattr(cached, "board_health", lambda *_: Health("unknown", ""))
    proposal = boards.propose(process.database, "https://app.powerbi.com/view?r=abc", Surroundings(("https://workbench.example.com",)))
    return tuple(boards.add(process.database, SYSTEM, proposal, name, "a key of more than thirty-two characters") for name in ("A", "B"))


def test_a_board_is_moved_and_stays_chosen(process, two: tuple[int, ...], open_page: Open) -> None:
    first, second = two
    page = open_page(PAGE, board=str(second))
    page.button(key=f"move_board_{second}_-1").click().run()
    assert not page.exception and page.query_params["board"] == str(second)
    assert [board.id for board in boards.boards_for(process.database, SYSTEM)] == [second, first]


def test_who_may_not_edit_boards_is_not_offered_to_move_them(two: tuple[int, ...], open_page: Open) -> None:
    assert not [label for label in labels(open_page(PAGE, role="analyst")) if label.startswith("Move")]
