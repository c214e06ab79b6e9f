"""The allow-list: hosts whose boards may be framed. It is checked when a board is added and shown, and the browser is told the same list."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.dashboards.links import LOOPBACK, Link, host_matches
from core.dashboards.providers.registry import KNOWN_HOSTS
from core.db.engine import Database
from core.db.tables import app_state
from core.people import audit
from core.people.permissions import Person, require

KEY = "board_hosts"


def added_hosts(database: Database) -> tuple[str, ...]:
    """Hosts an administrator allowed, beyond those of the known providers."""
    with database.read() as connection:
        value = connection.execute(sa.select(app_state.c.value).where(app_state.c.key == KEY)).scalar()
    return tuple(value or ())


def is_allowed(link: Link, added: tuple[str, ...]) -> bool:
    """The link's host, with its port where it has one, is on the list or belongs to a known provider."""
    place = f"{link.host}:{link.port}" if link.port else link.host
    return place in added or (link.port is None and any(host_matches(link.host, known) for known in KNOWN_HOSTS))


def allow(connection: sa.Connection, by: Person, link: Link) -> None:
    """Put the link's host on the list, within the caller's transaction. Errors: NotAllowed."""
    require(by, "edit_boards")
    place = f"{link.host}:{link.port}" if link.port else link.host
    known = connection.execute(sa.select(app_state.c.value).where(app_state.c.key == KEY).with_for_update()).scalar() or []
    if place in known:
        return
    statement = insert(app_state).values(key=KEY, value=[*known, place])
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}))
    audit.record(connection, by.username, "board host allowed", place)


def remove(database: Database, by: Person, place: str) -> None:
    """Take a host off the list: its boards are no longer framed, whatever their rows say. Errors: NotAllowed."""
    require(by, "edit_boards")
    with database.write() as connection:
        known = connection.execute(sa.select(app_state.c.value).where(app_state.c.key == KEY).with_for_update()).scalar() or []
        connection.execute(app_state.update().where(app_state.c.key == KEY).values(value=[host for host in known if host != place]))
        audit.record(connection, by.username, "board host removed", place)


def frame_sources(database: Database) -> tuple[str, ...]:
    """The whole list as origins for the browser's `frame-src`: known providers and added hosts."""
    added = (f"http://{place}" if place.split(":")[0] in LOOPBACK else f"https://{place}" for place in added_hosts(database))
    return (*(f"https://{host}" for host in KNOWN_HOSTS), *added)
