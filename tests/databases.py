"""Databases for tests: clones of a template that are emptied and used again, as long as their schema is the template's.

To make and to remove a clone takes some six hundred files; to empty one takes the few tables that a test has filled. Each test meets
a database of a new name that holds exactly what the template holds: rows, sequences, schema and rights. The database of a test that
changed the schema, or left something that can not be put back, is thrown away.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

MAKING = 81459999  # advisory lock in the server's own database: one worker makes a template, the others wait for it
CLONING = 81459998  # advisory lock in the server's own database: a template can be copied by one session at a time
FEW_ROWS = 500  # of a table of the template whose rows can be put back

# What belongs to a schema, as rows of the system catalogues: each change of one gives its row a newer transaction. Emptying a table
# touches its row of pg_class, so tables are told by what they are.
CATALOGUES = {
    "pg_attribute": "attrelid",
    "pg_constraint": "oid",
    "pg_attrdef": "oid",
    "pg_proc": "oid",
    "pg_trigger": "oid",
    "pg_policy": "oid",
    "pg_type": "oid",
    "pg_rewrite": "oid",
    "pg_sequence": "seqrelid",
    "pg_description": "objoid",
    "pg_extension": "oid",
    "pg_statistic_ext": "oid",
    "pg_default_acl": "oid",
    "pg_event_trigger": "oid",
    "pg_largeobject_metadata": "oid",
}
OWN = 16384  # the first number of an object that initdb did not make
CLASSES: LiteralString = """
(select md5(string_agg(concat_ws(' ', oid, relname, relnamespace, relkind, relowner, relacl, reloptions, relrowsecurity,
                                 relforcerowsecurity, relpersistence), '|' order by oid))
 from pg_class where relkind <> 't' and relpersistence <> 't'),
(select string_agg(concat_ws(' ', nspname, nspowner, nspacl), '|' order by oid) from pg_namespace where nspname !~ '^pg_(toast_)?temp'),
(select concat_ws(' ', datdba, datacl, datconnlimit, datallowconn) from pg_database where datname = current_database()),
(select string_agg(setconfig::text, '|' order by setrole) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
 where d.datname = current_database())"""
FILLED: LiteralString = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and pg_relation_size(c.oid) > 0 order by 1"""
SEQUENCES: LiteralString = "select seqrelid::regclass::text, pg_sequence_last_value(seqrelid), seqstart from pg_sequence"
MOMENTS: LiteralString = """
select coalesce(array_agg(distinct attname::text), '{}') from pg_attribute
where atttypid in ('timestamptz'::regtype, 'timestamp'::regtype) and attrelid >= 16384"""
LEAVE: LiteralString = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
PATIENCE = 10  # seconds that a session may take to leave
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class State:
    """What a database holds: its schema, the last numbers of its sequences, and each filled table's rows by count and newest change."""

    schema: tuple[Any, ...]
    sequences: dict[str, int | None]
    rows: dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Filling:
    """What a test's preparation found and what it left: rows by table and the last numbers of sequences; and what it returned."""

    found: tuple[dict[str, tuple[Any, ...]], dict[str, int | None]]
    rows: dict[str, bytes]
    numbers: dict[str, int | None]
    made: Any


@dataclass
class Memory:
    """Preparations that were done before: what one left in its database is put into the next one's as it stands."""

    kept: dict[object, Filling] = field(default_factory=dict)

    def fill(self, dsn: str, key: object, prepare: Callable[[], Any]) -> Any:
        """What `prepare` returns, having filled the database of `dsn`: the superuser's way to it. It is done anew where the database
        holds something else than it did the first time; moments alone may differ."""
        with psycopg.connect(dsn, autocommit=True) as connection:
            found = (_contents(connection), _numbers(connection))
            known = self.kept.get(key)
            if known is not None and known.found == found:
                pour(connection, known)
                return known.made
        made = prepare()
        if known is None:
            with psycopg.connect(dsn, autocommit=True) as connection:
                rows = {table: _copied(connection, table) for table in _filled(connection)}
                self.kept[key] = Filling(found, rows, _numbers(connection), made)
        return made


def pour(connection: Connection, filling: Filling) -> None:
    """Make the tables hold what `filling` says, and nothing else."""
    with connection.transaction():
        connection.execute("set local session_replication_role = replica")  # triggers have done their part
        for table in {*_filled(connection), *filling.rows}:
            connection.execute(sql.SQL("delete from {}").format(_named(table)))
        for table, rows in filling.rows.items():
            _paste(connection, table, rows)
        for name, last, start in connection.execute(SEQUENCES).fetchall():
            _set_number(connection, name, last, start, filling.numbers[name])


@dataclass
class Shelf:
    """The free databases of one worker. `server_dsn`: the superuser's connection string; `template`: what they are clones of."""

    server_dsn: str
    template: str
    free: list[tuple[str, State]] = field(default_factory=list)
    _original: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def _admin(self) -> Connection:
        return psycopg.connect(self.server_dsn, autocommit=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Connection string of a database that no other test uses meanwhile and in which none has left anything."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        state = self._take(name)
        try:
            yield make_conninfo(self.server_dsn, dbname=name)
        finally:
            self._see_off(name)
            emptied = self._emptied(name, state)
            if emptied:
                self.free.append((name, emptied))
            else:
                drop(self._admin, name)

    def close(self) -> None:
        for name, _ in self.free:
            drop(self._admin, name)
        self.free.clear()
        self._admin.close()

    def _take(self, name: str) -> State:
        if self.free:
            known, state = self.free.pop()
            self._see_off(known)  # the session that has emptied it
            self._admin.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(known), sql.Identifier(name)))
            return state
        clone(self._admin, name, self.template)
        with psycopg.connect(self.server_dsn, dbname=name) as connection:
            state = State(schema_of(connection), _numbers(connection), _rows(connection, _filled(connection)))
            few = [table for table, (count, _) in state.rows.items() if count <= FEW_ROWS]
            self._original = self._original or {table: _copied(connection, table) for table in few}
        return state

    def _see_off(self, name: str) -> None:
        """End the sessions of a database and see them gone. The server's own ways to wait, here and before a renaming, look each tenth
        of a second; a session is gone within a few thousandths."""
        until = time.monotonic() + PATIENCE
        while self._admin.execute(LEAVE, [name]).fetchone() and time.monotonic() < until:
            time.sleep(0.002)

    def _emptied(self, name: str, state: State) -> State | None:
        """The state after everything that was added is gone; None when that can not be done."""
        try:
            with psycopg.connect(self.server_dsn, dbname=name, autocommit=True) as connection:
                if schema_of(connection) != state.schema:
                    return None
                now = _rows(connection, list(state.rows))
                changed = [table for table in state.rows if now[table] != state.rows[table]]
                added = [table for table in _filled(connection) if table not in state.rows]
                if any(table not in self._original for table in changed):
                    return None
                with connection.transaction():
                    self._put_back(connection, added, changed, state.sequences)
                if added or changed:
                    connection.execute(sql.SQL("vacuum {}").format(sql.SQL(", ").join(map(_named, (*added, *changed)))))
                return State(state.schema, state.sequences, {**state.rows, **_rows(connection, changed)})
        except psycopg.Error:
            return None

    def _put_back(self, connection: Connection, added: list[str], changed: list[str], numbers: dict[str, int | None]) -> None:
        connection.execute("set local lock_timeout = '2s'")
        connection.execute("set local session_replication_role = replica")  # neither triggers nor keys: everything goes together
        for table in (*added, *changed):
            connection.execute(sql.SQL("delete from {}").format(_named(table)))
        for table in changed:
            _paste(connection, table, self._original[table])
        for name, last, start in connection.execute(SEQUENCES).fetchall():
            _set_number(connection, name, last, start, numbers[name])


def clone(admin: Connection, name: str, template: str) -> None:
    admin.execute("select pg_advisory_lock(%s)", [CLONING])
    admin.execute(sql.SQL("create database {} encoding 'UTF8' template {}").format(sql.Identifier(name), sql.Identifier(template)))
    admin.execute("select pg_advisory_unlock(%s)", [CLONING])


def template_of(server_dsn: str, name: str, source: str, fill: Callable[[str], object]) -> str:
    """Name of a database that tests clone, made by whichever worker comes first: a copy of `source`, given to `fill` as a connection string."""
    with psycopg.connect(server_dsn, autocommit=True) as gate:
        gate.execute("select pg_advisory_lock(%s)", [MAKING])
        if not gate.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            scratch = f"{name}_making"
            clone(gate, scratch, source)
            fill(make_conninfo(server_dsn, dbname=scratch))
            gate.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(scratch), sql.Identifier(name)))
        gate.execute("select pg_advisory_unlock(%s)", [MAKING])
    return name


def drop(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def schema_of(connection: Connection) -> tuple[Any, ...]:
    """Changes with every change of tables, columns, rules, functions, views, policies or rights."""
    newest = [
        sql.SQL("(select concat(count(*), ' ', max(xmin::text::bigint)) from {} where {} >= {})").format(
            sql.Identifier(catalogue), sql.Identifier(number), sql.Literal(OWN)
        )
        for catalogue, number in CATALOGUES.items()
    ]
    return connection.execute(sql.SQL("select {}").format(sql.SQL(", ").join([sql.SQL(CLASSES), *newest]))).fetchone() or ()


def _filled(connection: Connection) -> list[str]:
    return [table for (table,) in connection.execute(FILLED).fetchall()]


def _numbers(connection: Connection) -> dict[str, int | None]:
    return {name: last for name, last, _ in connection.execute(SEQUENCES).fetchall()}


def _rows(connection: Connection, tables: list[str]) -> dict[str, tuple[Any, ...]]:
    """Of each table how many rows it has and the newest transaction that wrote one of them."""
    if not tables:
        return {}
    parts = [sql.SQL("select {}, count(*), max(xmin::text::bigint) from {}").format(sql.Literal(one), _named(one)) for one in tables]
    return {table: tuple(figures) for table, *figures in connection.execute(sql.SQL(" union all ").join(parts)).fetchall()}


def _contents(connection: Connection) -> dict[str, tuple[Any, ...]]:
    """Of each filled table how many rows it has and a sum over what they say, whatever the moments in them."""
    (moments,) = connection.execute(MOMENTS).fetchone() or ((),)
    one = sql.SQL("select {}, count(*), sum(hashtextextended((to_jsonb(t) - {}::text[])::text, 0)) from {} t")
    parts = [one.format(sql.Literal(table), sql.Literal(moments), _named(table)) for table in _filled(connection)]
    found = connection.execute(sql.SQL(" union all ").join(parts)).fetchall() if parts else []
    return {table: (count, said) for table, count, said in found if count}


def _set_number(connection: Connection, sequence: str, last: int | None, start: int, number: int | None) -> None:
    if last != number:
        connection.execute("select setval(%s::regclass, %s, %s)", [sequence, number or start, number is not None])


def _paste(connection: Connection, table: str, rows: bytes) -> None:
    with connection.cursor().copy(sql.SQL("copy {} from stdin").format(_named(table))) as copy:
        copy.write(rows)


def _copied(connection: Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("copy {} to stdout").format(_named(table))) as rows:
        return b"".join(bytes(part) for part in rows)


def _named(table: str) -> sql.SQL:
    """`table` as PostgreSQL has quoted it already."""
    return sql.SQL(table)  # type: ignore[arg-type]
