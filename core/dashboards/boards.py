"""The boards people see: propose from a pasted text, add, list, change, remove; the link to frame is made at the moment of showing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.dashboards import allowing, signing
from core.dashboards.links import Link, read_link
from core.dashboards.providers import registry
from core.dashboards.shapes import Embed
from core.db.engine import Database
from core.db.tables import dashboard_configs as table
from core.errors import BoardRefused, UnknownRecord
from core.people import audit
from core.people.permissions import Person, require

LOWEST, HIGHEST = 200, 4000  # pixels


@dataclass(frozen=True)
class Surroundings:
    """Where the workbench runs: the origins it is reached by, and whether http to this machine is allowed (development)."""

    own_origins: tuple[str, ...]
    loopback: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a pasted text would become. `allowed`: its host is on the allow-list already."""

    embed: Embed
    allowed: bool


@dataclass(frozen=True)
class Board:
    """One embedded board. `url` is the stored link, for display; frame only what `framed` returns."""

    id: int
    name: str
    provider: str
    url: str
    height: int
    position: int
    roles: tuple[str, ...] | None
    secret: bytes | None
    settings: dict[str, Any]

    @property
    def provider_title(self) -> str:
        return registry.TITLES.get(self.provider, self.provider)


def propose(database: Database, text: str, around: Surroundings) -> Proposal:
    """Recognise a pasted link or embed code. Errors: BoardRefused with the reason."""
    embed = registry.recognise(read_link(text, around.own_origins, loopback=around.loopback))
    return Proposal(embed, allowing.is_allowed(embed.link, allowing.added_hosts(database)))


def add(
    database: Database,
    by: Person,
    proposal: Proposal,
    name: str,
    key: str,
    *,
    height: int = 800,
    roles: Sequence[str] | None = None,
    secret: str = "",
    allow_host: bool = False,
) -> int:
    """Store a board; `allow_host` puts its host on the allow-list too. Returns its id. Errors: NotAllowed, BoardRefused."""
    require(by, "edit_boards")
    embed = proposal.embed
    if not name.strip():
        raise BoardRefused("Give the board a name.")
    if not proposal.allowed and not allow_host:
        raise BoardRefused(f"{embed.link.host} is not on the list of allowed hosts. Allow it, or choose another link.")
    if embed.needs_secret and not secret.strip():
        raise BoardRefused("This board is shown by a signed link: enter the embedding secret key.")
    values = {
        "name": name.strip(),
        "provider": embed.provider,
        "url": str(embed.link),
        "height": min(max(height, LOWEST), HIGHEST),
        "roles": list(roles) if roles else None,
        "secret": signing.encrypt(secret.strip(), key) if secret.strip() else None,
        "settings": {"resource": dict(embed.resource)} if embed.resource else {},
        "created_by": by.username,
    }
    with database.write() as connection:
        if not proposal.allowed:
            allowing.allow(connection, by, embed.link)
        last = sa.select(sa.func.coalesce(sa.func.max(table.c.position), 0) + 1).scalar_subquery()
        board_id = connection.execute(table.insert().values(**values, position=last).returning(table.c.id)).scalar_one()
        audit.record(connection, by.username, "board added", name.strip(), {"url": str(embed.link)})
    return int(board_id)


def boards_for(database: Database, person: Person) -> tuple[Board, ...]:
    """The boards this person's role may see, in their order."""
    with database.read() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.position, table.c.id)).all()
    boards = (_board(row) for row in rows)
    return tuple(board for board in boards if person.role == "admin" or board.roles is None or person.role in board.roles)


def framed(database: Database, board: Board, key: str, around: Surroundings, now: datetime) -> str:
    """The link to put into the frame, checked again and signed where needed. Errors: BoardRefused."""
    link = read_link(board.url, around.own_origins, loopback=around.loopback)
    if not allowing.is_allowed(link, allowing.added_hosts(database)):
        raise BoardRefused(f"{link.host} is no longer on the list of allowed hosts. An administrator can allow it again.")
    return str(_signed(link, board, key, now))


def _signed(link: Link, board: Board, key: str, now: datetime) -> Link:
    resource = board.settings.get("resource")
    if not resource or board.secret is None:
        return link
    return signing.metabase_link(link, resource, signing.decrypt(board.secret, key), now)


def change(database: Database, by: Person, board_id: int, *, name: str, height: int, roles: Sequence[str] | None) -> None:
    """Errors: NotAllowed, UnknownRecord, BoardRefused."""
    require(by, "edit_boards")
    if not name.strip():
        raise BoardRefused("Give the board a name.")
    values = {"name": name.strip(), "height": min(max(height, LOWEST), HIGHEST), "roles": list(roles) if roles else None}
    with database.write() as connection:
        changed = connection.execute(table.update().where(table.c.id == board_id).values(**values))
        _must_exist(changed.rowcount)
        audit.record(connection, by.username, "board changed", name.strip())


def remove(database: Database, by: Person, board_id: int) -> str:
    """Take a board away; returns its link, so that it can be pasted again. Errors: NotAllowed, UnknownRecord."""
    require(by, "edit_boards")
    with database.write() as connection:
        row = connection.execute(table.delete().where(table.c.id == board_id).returning(table.c.name, table.c.url)).first()
        _must_exist(1 if row else 0)
        assert row is not None
        audit.record(connection, by.username, "board removed", row.name, {"url": row.url})
        return str(row.url)


def move(database: Database, by: Person, board_id: int, step: int) -> None:
    """Put a board so many places further back (negative: further to the front), as far as there are places. Errors: NotAllowed,
    UnknownRecord."""
    require(by, "edit_boards")
    with database.write() as connection:
        order = list(connection.execute(sa.select(table.c.id).order_by(table.c.position, table.c.id).with_for_update()).scalars())
        _must_exist(order.count(board_id))
        place = order.index(board_id)
        order.insert(max(0, place + step), order.pop(place))
        for position, number in enumerate(order, 1):
            connection.execute(table.update().where(table.c.id == number).values(position=position))


def _must_exist(count: int) -> None:
    if not count:
        raise UnknownRecord("This board does not exist any more. Load the page again.")


def _board(row: Any) -> Board:
    values = dict(row._mapping)
    roles = tuple(values["roles"]) if values["roles"] is not None else None
    secret = bytes(values["secret"]) if values["secret"] is not None else None
    names = ("id", "name", "provider", "url", "height", "position", "settings")
    return Board(**{name: values[name] for name in names}, roles=roles, secret=secret)
