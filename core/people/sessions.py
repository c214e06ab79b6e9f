"""Sessions: a signed token in the browser names a line of `sessions`; that line, not the cookie, decides whether it still holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import jwt
import sqlalchemy as sa

from core.db.engine import Database
from core.db.tables import sessions, users
from core.people import audit
from core.people.accounts import Account, find

Audience = Literal["pages", "api"]
LIFETIME: dict[Audience, timedelta] = {"pages": timedelta(days=7), "api": timedelta(hours=8)}
ALGORITHM = "HS256"


@dataclass(frozen=True)
class Session:
    """One sign-in. `issued_at` is compared with the account's `sessions_valid_from`."""

    id: uuid.UUID
    username: str
    issued_at: datetime
    expires_at: datetime


def begin(database: Database, username: str, now: datetime, audience: Audience = "pages") -> Session:
    """Start a session of a person whose password was just verified; sessions that ended long ago are forgotten."""
    session = Session(uuid.uuid4(), username, now, now + LIFETIME[audience])
    with database.write() as connection:
        connection.execute(sessions.delete().where(sessions.c.expires_at < now - timedelta(days=30)))
        connection.execute(
            sessions.insert().values(id=session.id, username=username, issued_at=session.issued_at, expires_at=session.expires_at)
        )
        connection.execute(users.update().where(users.c.username == username).values(last_signed_in_at=now))
        audit.record(connection, username, "signed in", audience)
    return session


def account_of(database: Database, session_id: uuid.UUID, now: datetime) -> Account | None:
    """The account behind a session, or None when it ended, expired, was issued before the password changed, or the account is off."""
    query = (
        sa.select(users.c.username)
        .join(sessions, sessions.c.username == users.c.username)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
        .where(users.c.active, sessions.c.issued_at >= users.c.sessions_valid_from)
    )
    with database.read() as connection:
        username = connection.execute(query).scalar()
    return find(database, username) if username else None


def end(database: Database, session_id: uuid.UUID, now: datetime) -> None:
    """Sign out: the token is worthless from now on, wherever it was copied to."""
    statement = sessions.update().where(sessions.c.id == session_id, sessions.c.ended_at.is_(None)).values(ended_at=now)
    with database.write() as connection:
        username = connection.execute(statement.returning(sessions.c.username)).scalar()
        if username:
            audit.record(connection, username, "signed out")


def token(session: Session, key: str, audience: Audience = "pages") -> str:
    """The session as a signed text (JWT): the id, whose it is, for pages or for the API, issued and expiring when."""
    claims = {
        "sid": str(session.id),
        "sub": session.username,
        "aud": audience,
        "iat": int(session.issued_at.timestamp()),
        "exp": int(session.expires_at.timestamp()),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def read_token(text: str, key: str, audience: Audience = "pages") -> Session | None:
    """The session that a token names, or None when it is forged, expired or meant for something else."""
    try:
        claims = jwt.decode(text, key, algorithms=[ALGORITHM], audience=audience, options={"require": ["exp", "iat", "sub", "aud"]})
        moments = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
        return Session(uuid.UUID(claims["sid"]), str(claims["sub"]), *moments)
    except (jwt.InvalidTokenError, KeyError, ValueError):
        return None
