from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import users
from core.errors import NotAllowed
from core.jobs.queue import queue_status
from core.people import accounts, audit, passwords, sessions
from core.people.accounts import AccountRefused
from core.people.passwords import WeakPassword
from core.people.permissions import SYSTEM, Person
from tests.conftest import PASSWORD_COST

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = "correct horse battery"


@pytest.fixture
def full_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """As costly as outside of tests."""
    monkeypatch.setattr(passwords.hash_password, "__defaults__", (PASSWORD_COST,))


@pytest.fixture
def ada(database: Database) -> str:
    accounts.create(database, SYSTEM, "ada", "Ada Berg", "analyst", password=GOOD)
    return "ada"


def test_first_administrator_is_made_once(database: Database) -> None:
    password = accounts.first_administrator(database)
    assert password
    assert accounts.first_administrator(database) is None
    account = accounts.verify(database, "admin", password, NOW).account
    assert account and account.must_change_password and account.role == "admin"


@pytest.mark.usefixtures("full_cost")
def test_password_is_stored_as_a_bcrypt_hash_only(database: Database, ada: str) -> None:
    with database.read() as connection:
        stored = connection.execute(sa.select(users.c.password_hash)).scalar_one()
    assert stored.startswith("$2b$12$") and GOOD not in stored


def test_user_name_ignores_case_and_blanks(database: Database, ada: str) -> None:
    assert accounts.verify(database, " Ada ", GOOD, NOW).account


def test_fifth_wrong_password_locks_for_fifteen_minutes(database: Database, ada: str) -> None:
    left = [accounts.verify(database, ada, "wrong", NOW).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert "locked until" in accounts.verify(database, ada, GOOD, NOW).message
    assert accounts.verify(database, ada, GOOD, NOW + timedelta(minutes=14)).account is None
    assert accounts.verify(database, ada, GOOD, NOW + timedelta(minutes=16)).account


def test_what_becomes_of_an_account_is_told_to_its_address(database: Database, ada: str) -> None:
    accounts.create(database, SYSTEM, "eve", "Eve", "viewer", password=GOOD, email="eve@example.com")
    for name in ("eve", ada):
        for _ in range(6):
            accounts.verify(database, name, "wrong", NOW)
        accounts.reset_password(database, SYSTEM, name, NOW)
    with database.read() as connection:
        told = [job.arguments for job in queue_status(connection).jobs]
    assert {one["username"] for one in told} == {"eve"}  # ada has no address
    assert [one["what"] for one in reversed(told)] == ["created", "locked", "password_reset"]


def test_a_wrong_password_after_the_lock_counts_from_one(database: Database, ada: str) -> None:
    for _ in range(5):
        accounts.verify(database, ada, "wrong", NOW)
    assert accounts.verify(database, ada, "wrong", NOW + timedelta(minutes=16)).tries_left == 4


def test_right_password_forgets_the_wrong_ones(database: Database, ada: str) -> None:
    accounts.verify(database, ada, "wrong", NOW)
    accounts.verify(database, ada, GOOD, NOW)
    assert accounts.verify(database, ada, "wrong", NOW).tries_left == 4


@pytest.mark.parametrize("typed", ["nobody", "", "ada'; drop table users; --"])
def test_unknown_name_reads_like_a_wrong_password(database: Database, typed: str) -> None:
    verdict = accounts.verify(database, typed, GOOD, NOW)
    assert verdict.account is None
    assert verdict.message.startswith("User name or password is wrong")


def test_changing_the_password_ends_every_session(database: Database, ada: str) -> None:
    before = sessions.begin(database, ada, NOW)
    accounts.change_password(database, ada, GOOD, "another long sentence", NOW + timedelta(seconds=5))
    assert sessions.account_of(database, before.id, NOW + timedelta(seconds=6)) is None
    assert accounts.verify(database, ada, "another long sentence", NOW).account


def test_changing_the_password_needs_the_current_one(database: Database, ada: str) -> None:
    with pytest.raises(NotAllowed, match="current password is wrong"):
        accounts.change_password(database, ada, "guess", "another long sentence", NOW)


def test_reset_unlocks_and_asks_for_a_new_password(database: Database, ada: str) -> None:
    for _ in range(5):
        accounts.verify(database, ada, "wrong", NOW)
    password = accounts.reset_password(database, SYSTEM, ada, NOW)
    account = accounts.verify(database, ada, password, NOW).account
    assert account and account.must_change_password


def test_deactivated_account_can_not_sign_in(database: Database, ada: str) -> None:
    accounts.create(database, SYSTEM, "boss", "Boss", "admin", password=GOOD)
    session = sessions.begin(database, ada, NOW)
    accounts.change(database, SYSTEM, ada, NOW, name="Ada Berg", role="analyst", scope=None, active=False)
    assert accounts.verify(database, ada, GOOD, NOW).account is None
    assert sessions.account_of(database, session.id, NOW) is None


def test_last_administrator_can_not_be_removed(database: Database) -> None:
    accounts.first_administrator(database)
    for role, scope, active in (("viewer", None, True), ("admin", (1,), True), ("admin", None, False)):
        with pytest.raises(AccountRefused, match="remain administrator"):
            accounts.change(database, SYSTEM, "admin", NOW, name="A", role=role, scope=scope, active=active)


def test_new_role_holds_in_a_running_session(database: Database, ada: str) -> None:
    accounts.create(database, SYSTEM, "boss", "Boss", "admin", password=GOOD)
    session = sessions.begin(database, ada, NOW)
    accounts.change(database, SYSTEM, ada, NOW, name="Ada", role="viewer", scope=(3, 1), active=True)
    account = sessions.account_of(database, session.id, NOW)
    assert account and account.person == Person("ada", "Ada", "viewer", (1, 3))


def test_only_administrators_manage_people(database: Database) -> None:
    with pytest.raises(NotAllowed, match="needs admin"):
        accounts.create(database, Person("eve", "Eve", "analyst"), "x2", "X", "admin")


@pytest.mark.parametrize("username", ["", "a", "two words", "system", "x" * 61, "a/b"])
def test_odd_user_names_are_refused(database: Database, username: str) -> None:
    with pytest.raises(AccountRefused):
        accounts.create(database, SYSTEM, username, "X", "viewer")


def test_the_same_name_twice_is_refused(database: Database, ada: str) -> None:
    with pytest.raises(AccountRefused, match="already"):
        accounts.create(database, SYSTEM, "ADA", "Other", "viewer")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "x" * 73, "my-ada-password", "ää" * 40])
def test_weak_passwords_are_refused(database: Database, ada: str, password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.change_password(database, ada, GOOD, password, NOW)


def test_every_change_is_in_the_audit_log(database: Database, ada: str) -> None:
    accounts.reset_password(database, SYSTEM, ada, NOW)
    log = audit.recent(database, SYSTEM)
    assert log["action"].to_list() == ["password reset", "account created"]
    assert audit.recent(database, SYSTEM, text="RESET").height == 1
