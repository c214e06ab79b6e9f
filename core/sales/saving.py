"""Views that people keep: a name for the state of a page, private or shared with everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.db.engine import Database
from core.db.tables import saved_queries as table
from core.errors import UnknownRecord, WorkbenchError
from core.people import audit
from core.people.permissions import Person, require

State = Mapping[str, Sequence[str]]  # the parameters of the page's URL


class ViewRefused(WorkbenchError):
    """Give the view a name."""


@dataclass(frozen=True)
class SavedView:
    """One kept view; `own`: the person who asks made it."""

    id: int
    name: str
    owner: str
    shared: bool
    own: bool
    state: dict[str, list[str]]


def save(database: Database, by: Person, page: str, name: str, state: State, *, shared: bool = False) -> None:
    """Keep the state of a page under a name; the same name of the same person is written over. Errors: NotAllowed, ViewRefused."""
    require(by, "save_views")
    if not name.strip():
        raise ViewRefused
    values = {"owner": by.username, "page": page, "name": name.strip()[:80], "shared": shared}
    statement = insert(table).values(**values, query={key: list(parts) for key, parts in state.items()})
    fresh = {"query": statement.excluded.query, "shared": statement.excluded.shared}
    with database.write() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["owner", "page", "name"], set_=fresh))
        audit.record(connection, by.username, "view saved", name.strip(), {"page": page, "shared": shared})


def views(database: Database, person: Person, page: str) -> tuple[SavedView, ...]:
    """The person's own views of a page and those that others share, by name."""
    mine = table.c.owner == person.username
    query = sa.select(table).where(table.c.page == page, mine | table.c.shared).order_by(sa.func.lower(table.c.name))
    with database.read() as connection:
        return tuple(
            SavedView(r.id, r.name, r.owner, r.shared, r.owner == person.username, dict(r.query)) for r in connection.execute(query)
        )


def remove(database: Database, by: Person, view_id: int) -> None:
    """Forget an own view; an administrator may forget a shared one. Errors: UnknownRecord."""
    own = table.c.owner == by.username
    allowed = own | (table.c.shared & sa.literal(by.role == "admin"))
    with database.write() as connection:
        name = connection.execute(table.delete().where(table.c.id == view_id, allowed).returning(table.c.name)).scalar()
        if name is None:
            raise UnknownRecord("This view does not exist any more, or belongs to somebody else. Load the page again.")
        audit.record(connection, by.username, "view removed", name)
