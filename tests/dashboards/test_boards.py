from datetime import UTC, datetime, timedelta

import jwt
import pytest
import sqlalchemy as sa

from core.dashboards import allowing, boards, signing
from core.dashboards.boards import Surroundings
from core.db.engine import Database
from core.db.tables import dashboard_configs
from core.errors import BoardRefused, NotAllowed, UnknownRecord
from core.people.permissions import SYSTEM, Person

NOW = datetime.now(UTC)
KEY = "a key of more than thirty-two characters"
AROUND = Surroundings(("https://workbench.example.com",))
VIEWER = Person("v", "V", "viewer")
POWERBI = "https://app.powerbi.com/view?r=abc"


def add(database: Database, text: str = POWERBI, **options: object) -> int:
    return boards.add(database, SYSTEM, boards.propose(database, text, AROUND), "Sales", KEY, **options)  # type: ignore[arg-type]


def test_a_known_host_is_added_and_framed(database: Database) -> None:
    add(database)
    (board,) = boards.boards_for(database, VIEWER)
    assert boards.framed(database, board, KEY, AROUND, NOW) == POWERBI
    assert board.provider_title == "Power BI"


def test_an_unknown_host_needs_a_word_first(database: Database) -> None:
    with pytest.raises(BoardRefused, match="not on the list"):
        add(database, "https://bi.example.com/x")
    add(database, "https://bi.example.com/x", allow_host=True)
    assert allowing.added_hosts(database) == ("bi.example.com",)
    assert "https://bi.example.com" in allowing.frame_sources(database)


def test_a_host_taken_off_the_list_is_no_longer_framed(database: Database) -> None:
    add(database, "https://bi.example.com/x", allow_host=True)
    allowing.remove(database, SYSTEM, "bi.example.com")
    (board,) = boards.boards_for(database, SYSTEM)
    with pytest.raises(BoardRefused, match="no longer"):
        boards.framed(database, board, KEY, AROUND, NOW)
    assert not any("example.com" in origin for origin in allowing.frame_sources(database))


def test_a_row_tampered_with_is_checked_when_shown(database: Database) -> None:
    add(database)
    with database.write() as connection:
        connection.execute(dashboard_configs.update().values(url="data:text/html,<script>alert(1)</script>"))
    (board,) = boards.boards_for(database, SYSTEM)
    with pytest.raises(BoardRefused):
        boards.framed(database, board, KEY, AROUND, NOW)


def test_a_secret_is_stored_encrypted_and_signs_each_view(database: Database) -> None:
    secret = "metabase embedding secret, long enough for HS256"
    add(database, "https://bi.example.com/dashboard/12-sales", allow_host=True, secret=secret)
    with database.read() as connection:
        stored = bytes(connection.execute(sa.select(dashboard_configs.c.secret)).scalar_one())
    assert secret.encode() not in stored
    (board,) = boards.boards_for(database, SYSTEM)
    url = boards.framed(database, board, KEY, AROUND, NOW)
    assert url.startswith("https://bi.example.com/embed/dashboard/ey") and url.endswith("#bordered=false&titled=false")
    claims = jwt.decode(url.split("/")[-1].split("#")[0], secret, algorithms=["HS256"], options={"verify_exp": False})  # it began at NOW
    assert claims["resource"] == {"dashboard": 12}
    assert timedelta() < datetime.fromtimestamp(claims["exp"], UTC) - NOW <= timedelta(minutes=10)


def test_another_secret_key_says_to_enter_the_secret_again() -> None:
    with pytest.raises(BoardRefused, match="Enter it again"):
        signing.decrypt(signing.encrypt("x", KEY), KEY + "other")


def test_a_signed_board_without_its_secret_is_refused(database: Database) -> None:
    with pytest.raises(BoardRefused, match="embedding secret"):
        add(database, "https://bi.example.com/dashboard/12", allow_host=True)


def test_boards_can_be_kept_to_roles(database: Database) -> None:
    add(database, roles=["analyst"])
    assert boards.boards_for(database, VIEWER) == ()
    assert len(boards.boards_for(database, Person("a", "A", "analyst"))) == 1


def test_only_administrators_change_boards(database: Database) -> None:
    board_id = add(database)
    analyst = Person("a", "A", "analyst")
    for attempt in (
        lambda: boards.remove(database, analyst, board_id),
        lambda: boards.move(database, analyst, board_id, 1),
        lambda: boards.change(database, analyst, board_id, name="x", height=1, roles=None),
        lambda: boards.add(database, analyst, boards.propose(database, POWERBI, AROUND), "x", KEY),
        lambda: allowing.remove(database, analyst, "x"),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_board_moves_as_far_as_there_are_places(database: Database) -> None:
    first, second, third = (add(database) for _ in range(3))
    for board, step, order in (
        (third, -1, [first, third, second]),
        (third, -5, [third, first, second]),
        (first, 9, [third, second, first]),
    ):
        boards.move(database, SYSTEM, board, step)
        assert [b.id for b in boards.boards_for(database, SYSTEM)] == order
    with pytest.raises(UnknownRecord):
        boards.move(database, SYSTEM, third + 1, 1)


def test_change_and_remove(database: Database) -> None:
    first, second = add(database), add(database)
    boards.change(database, SYSTEM, first, name="First", height=99_999, roles=None)
    listed = boards.boards_for(database, SYSTEM)
    assert [board.id for board in listed] == [first, second] and (listed[0].name, listed[0].height) == ("First", 4000)
    assert boards.remove(database, SYSTEM, first) == POWERBI
    with pytest.raises(UnknownRecord):
        boards.remove(database, SYSTEM, first)
