"""Hostile statements with the guard off: whatever the reader role is made to run, nothing hidden comes out and nothing changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

import psycopg
import pytest
from psycopg import sql

from core.db.engine import Database
from tests.chat.statements import ALLOWED, REFUSED
from tests.conftest import SHARED
from tests.db.seeding import HIDDEN, OWN, seed

Way = Callable[[psycopg.Connection[object], bytes], list[object]]
HUGE = re.compile(r"\d{6,}|(\|\|.*){20}")  # memory and planner bombs read nothing and can not be stopped here: only the guard does


def _plainly(connection: psycopg.Connection[object], statement: bytes) -> list[object]:
    cursor = connection.execute(statement)
    rows: list[object] = []
    while True:
        rows += cursor.fetchall() if cursor.description else []
        if not cursor.nextset():
            return rows


def _by_cursor(connection: psycopg.Connection[object], statement: bytes) -> list[object]:
    with connection.cursor(name="attack") as cursor:
        cursor.execute(statement)
        return list(cursor.fetchmany(1_000))


def _attack(database: Database, statements: Iterable[str], way: Way) -> tuple[str, list[str]]:
    """Everything that came back, and the statements that ran."""
    seen, ran = [], []
    for statement in statements:
        try:
            with database.reader((OWN,), seconds=0.3) as connection:
                rows = way(connection, statement.encode("utf-8", "replace"))
                seen.append(repr(rows))
                ran.append(statement)
        except (psycopg.Error, ValueError):
            continue
    return "\n".join(seen), ran


def _state(owner_dsn: str) -> dict[str, object]:
    """Every table's content, the large objects, and what exists."""
    with psycopg.connect(owner_dsn) as owner:
        tables = owner.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2"
        ).fetchall()
        query = sql.SQL("select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {} t")
        content = {name: owner.execute(query.format(sql.Identifier(*name))).fetchone() for name in tables}
        counts = "select (select count(*) from pg_largeobject_metadata), (select count(*) from pg_class), (select count(*) from pg_proc), (select count(*) from pg_roles where rolname not like 'passing\\_%')"  # roles belong to the server: other tests make and drop some meanwhile
        rights = "select md5(string_agg(relname || coalesce(relacl::text, ''), '' order by oid)) from pg_class"
        return {"content": content, "counts": owner.execute(counts).fetchone(), "rights": owner.execute(rights).fetchone()}


def _hold(database: Database, owner_dsn: str, statements: list[str], way: Way) -> list[str]:
    seed(database)
    before = _state(owner_dsn)
    seen, ran = _attack(database, [s for s in statements if not HUGE.search(s)], way)
    assert [word for word in (*HIDDEN, database.scope_secret) if word in seen] == []
    assert _state(owner_dsn) == before
    return ran


@pytest.mark.parametrize("way", [_plainly, _by_cursor])
def test_nothing_hidden_and_nothing_changed(database: Database, owner_dsn: str, way: Way) -> None:
    ran = _hold(database, owner_dsn, REFUSED, way)
    assert way is _plainly or not [s for s in ran if re.match(r"(?i)\s*(set|show|commit|copy|do|insert|update|delete)\b", s)]


def test_the_walls_do_not_stand_in_the_way_of_analysts(database: Database, owner_dsn: str) -> None:
    assert _hold(database, owner_dsn, ALLOWED, _by_cursor) == [s for s in ALLOWED if not HUGE.search(s)]


@pytest.mark.shared
@pytest.mark.parametrize("way", [_plainly, _by_cursor])
def test_the_published_hostile_lines_find_nothing(database: Database, owner_dsn: str, way: Way) -> None:
    folder = SHARED / "chat"
    lines = (folder / "guard_refuse.sql").read_text(encoding="utf-8").splitlines()
    lines += [json.loads(line)["sql"] for line in (folder / "guard_refuse_multiline.jsonl").read_text(encoding="utf-8").splitlines()]
    ran = _hold(database, owner_dsn, [line for line in lines if len(line) < 20_000], way)
    if way is _by_cursor:
        assert not [s for s in ran if re.match(r"(?i)\s*(set|show|commit|rollback|copy|do|listen|insert|update|delete|begin)\b", s)]
