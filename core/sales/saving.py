"""Views that people keep: a name for the state of a page, private or shared with everybody, with the data version it was saved at.

A shared view is read with the eyes of who opens it: what names a reseller or a store out of that person's sight is withheld, in the
state and in the name alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.db.engine import Database
from core.db.tables import reseller_aliases, resellers, stores
from core.db.tables import saved_queries as table
from core.errors import UnknownRecord, WorkbenchError
from core.people import audit
from core.people.permissions import Person, require
from core.sales.dimensions import DIMENSIONS
from core.sales.running import data_version

State = Mapping[str, Sequence[str]]  # the parameters of the page's URL
LONGEST_NAME = 80
LEAST_LETTERS = 3  # a shorter name is not looked for inside the name of a view
DIMENSIONS_OF_RESELLERS = ("reseller", "store")
SAFE = ("period", "channel", "compare", "alike", "measure", "by", "across", "top", "bulk", "show")  # name no reseller, whatever they say


class ViewRefused(WorkbenchError):
    """Give the view a name."""


@dataclass(frozen=True)
class SavedView:
    """One kept view. `own`: the person who asks made it. `state`: the parameters of its page's URL, as far as the person may see them;
    `withheld`: how many values were left out because they name what the person does not see. `data_version`: None of views kept before
    versions were noted."""

    id: int
    name: str
    owner: str
    shared: bool
    own: bool
    state: dict[str, list[str]]
    page: str
    saved_at: datetime
    data_version: int | None = None
    withheld: int = 0


def save(database: Database, by: Person, page: str, name: str, state: State, *, shared: bool = False) -> int:
    """Keep the state of a page under a name, with the data version of now; the same name of the same person is written over. Returns its
    id. Errors: NotAllowed, ViewRefused."""
    require(by, "save_views")
    called = " ".join(name.split())[:LONGEST_NAME]
    if not called:
        raise ViewRefused
    kept = {"state": {key: list(parts) for key, parts in state.items()}, "data_version": data_version(database)}
    statement = insert(table).values(owner=by.username, page=page, name=called, shared=shared, query=kept)
    fresh = {"query": statement.excluded.query, "shared": statement.excluded.shared, "created_at": sa.func.now()}
    with database.write() as connection:
        written = statement.on_conflict_do_update(index_elements=["owner", "page", "name"], set_=fresh).returning(table.c.id)
        view_id = int(connection.execute(written).scalar_one())
        audit.record(connection, by.username, "view saved", called, {"page": page, "shared": shared})
    return view_id


def views(database: Database, person: Person, page: str | None = None) -> tuple[SavedView, ...]:
    """The person's own views of a page (None: of every page) and those that others share, by name."""
    here = sa.true() if page is None else table.c.page == page
    return _read(database, person, here)


def view(database: Database, person: Person, view_id: int) -> SavedView | None:
    """One view, if it is the person's own or shared."""
    return next(iter(_read(database, person, table.c.id == view_id)), None)


def remove(database: Database, by: Person, view_id: int) -> None:
    """Forget an own view; an administrator may forget a shared one. Errors: UnknownRecord."""
    own = table.c.owner == by.username
    allowed = own | (table.c.shared & sa.literal(by.role == "admin"))
    with database.write() as connection:
        name = connection.execute(table.delete().where(table.c.id == view_id, allowed).returning(table.c.name)).scalar()
        if name is None:
            raise UnknownRecord("This view does not exist any more, or belongs to somebody else. Load the page again.")
        audit.record(connection, by.username, "view removed", name)


def _read(database: Database, person: Person, where: sa.ColumnElement[bool]) -> tuple[SavedView, ...]:
    mine = table.c.owner == person.username
    query = sa.select(table).where(where, mine | table.c.shared).order_by(sa.func.lower(table.c.name), table.c.id)
    with database.read() as connection:
        rows = connection.execute(query).all()
        sight = None if person.scope is None or all(r.owner == person.username for r in rows) else _sight(connection, person.scope)
    return tuple(_seen(row, person, None if row.owner == person.username else sight) for row in rows)


@dataclass(frozen=True)
class _Sight:
    """Names, keys and other spellings of resellers and stores, folded: those the person sees, and those of others alone."""

    seen: frozenset[str]
    hidden: frozenset[str]

    def withholds(self, parameter: str, value: str) -> bool:
        """Whether a value names a reseller or store and none in sight: what is not known to be in sight is not told."""
        dimension, mark, named = value.partition(":")
        if parameter in DIMENSIONS_OF_RESELLERS:
            return value.casefold() not in self.seen
        if mark and dimension in DIMENSIONS_OF_RESELLERS:
            return bool(named) and named.casefold() not in self.seen
        return parameter not in SAFE and not (mark and dimension in DIMENSIONS) and value.casefold() in self.hidden

    def mentions(self, text: str) -> bool:
        """Whether a name out of sight stands in a text as words of its own."""
        spoken = _words(text)
        return any(_words(name) in spoken for name in self.hidden if len(_words(name)) > LEAST_LETTERS + 1)


def _words(text: str) -> str:
    return f" {' '.join(''.join(c if c.isalnum() else ' ' for c in text.casefold()).split())} "


def _sight(connection: sa.Connection, scope: Sequence[int]) -> _Sight:
    """Stores also by the name that carries their reseller's, as figures show those whose name two resellers use."""
    labelled = sa.select(stores.c.reseller_id, stores.c.name + " (" + resellers.c.name + ")").join(resellers)
    known = (
        sa.select(resellers.c.id, resellers.c.name),
        sa.select(resellers.c.id, resellers.c.key),
        sa.select(reseller_aliases.c.reseller_id, reseller_aliases.c.alias),
        sa.select(stores.c.reseller_id, stores.c.name),
        labelled,
    )
    seen: set[str] = set()
    hidden: set[str] = set()
    for reseller_id, name in connection.execute(sa.union_all(*known)):
        (seen if reseller_id in scope else hidden).add(str(name).casefold())
    return _Sight(frozenset(seen), frozenset(hidden - seen))


def _seen(row: Any, person: Person, sight: _Sight | None) -> SavedView:
    """The view as the person may see it; `sight` None: as it is."""
    state, version = _state(row.query)
    kept = {name: [v for v in values if sight is None or not sight.withholds(name, v)] for name, values in state.items()}
    withheld = sum(len(state[name]) - len(values) for name, values in kept.items())
    name = f"View {row.id}" if sight is not None and sight.mentions(row.name) else row.name
    stated = {key: values for key, values in kept.items() if values}
    return SavedView(row.id, name, row.owner, row.shared, row.owner == person.username, stated, row.page, row.created_at, version, withheld)


def _state(kept: Mapping[str, Any]) -> tuple[dict[str, list[str]], int | None]:
    """What is kept is the state beside its version; of views kept before, the state alone, whose values are all lists."""
    if isinstance(kept.get("state"), Mapping):
        return {key: list(values) for key, values in kept["state"].items()}, kept.get("data_version")
    return {key: list(values) for key, values in kept.items()}, None
