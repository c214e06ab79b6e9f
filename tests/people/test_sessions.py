from datetime import UTC, datetime, timedelta

import jwt
import pytest

from core.db.engine import Database
from core.people import accounts, sessions
from core.people.permissions import SYSTEM

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = "a key of more than thirty-two characters"


@pytest.fixture
def session(database: Database) -> sessions.Session:
    accounts.create(database, SYSTEM, "ada", "Ada Berg", "analyst", password="correct horse battery")
    return sessions.begin(database, "ada", NOW)


def test_token_survives_the_round_trip(session: sessions.Session) -> None:
    assert sessions.read_token(sessions.token(session, KEY), KEY) == session


def test_token_of_another_key_is_refused(session: sessions.Session) -> None:
    assert sessions.read_token(sessions.token(session, KEY + "x"), KEY) is None


def test_unsigned_token_is_refused(session: sessions.Session) -> None:
    claims = jwt.decode(sessions.token(session, KEY), options={"verify_signature": False})
    assert sessions.read_token(jwt.encode(claims, "", algorithm="none"), KEY) is None


def test_token_for_the_api_does_not_open_pages(session: sessions.Session) -> None:
    text = sessions.token(session, KEY, "api")
    assert sessions.read_token(text, KEY) is None
    assert sessions.read_token(text, KEY, "api") == session


def test_signing_out_makes_a_copied_token_worthless(database: Database, session: sessions.Session) -> None:
    assert sessions.account_of(database, session.id, NOW)
    sessions.end(database, session.id, NOW)
    assert sessions.account_of(database, session.id, NOW) is None


def test_session_expires(database: Database, session: sessions.Session) -> None:
    assert sessions.account_of(database, session.id, NOW + timedelta(days=8)) is None
