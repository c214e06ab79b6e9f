"""What the tests' own databases promise: a used one can not be told from a new one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from core.db.engine import connect
from tests.conftest import NAMES, SECRET
from tests.databases import FEW_ROWS, Memory, Shelf

OID = "select oid from pg_database where datname = current_database()"
RESELLER = "insert into resellers (key, name, cadence) values ('galilu', 'Galilu', 'monthly') returning id"
OTHER = RESELLER.replace("galilu", "liberty").replace("Galilu", "Liberty")


@pytest.fixture
def own(server_dsn: str, template_database: str) -> Iterator[Shelf]:
    """A shelf on which nothing stands yet."""
    shelf = Shelf(server_dsn, template_database)
    yield shelf
    shelf.close()


def one(dsn: str, *statements: str) -> object:
    """The first column of the last statement."""
    with psycopg.connect(dsn) as connection:
        for statement in statements:
            found = connection.execute(statement.encode())
        row = found.fetchone() if found.description else None
        return row[0] if row else None


def test_a_used_database_comes_back_empty_under_another_name(own: Shelf) -> None:
    with own.database() as dsn:
        number, first = one(dsn, OID), one(dsn, RESELLER)
        before = one(dsn, "select current_database()")
    with own.database() as dsn:
        assert one(dsn, OID) == number and one(dsn, "select current_database()") != before
        assert one(dsn, "select count(*) from resellers") == 0
        assert one(dsn, RESELLER) == first  # numbers begin anew too


def test_rows_that_the_template_holds_are_put_back(own: Shelf) -> None:
    kept = "select string_agg(key || '=' || value::text, '|' order by key) from app_state"
    with own.database() as dsn:
        number, before = one(dsn, OID), one(dsn, kept)
        one(
            dsn,
            "update app_state set value = '0'",
            "delete from app_state where key = 'published'",
            "insert into app_state values ('a', '1')",
        )
    for _ in range(2):
        with own.database() as dsn:
            assert one(dsn, OID) == number and one(dsn, kept) == before
            connect(dsn, NAMES, SECRET).close()


def test_what_was_prepared_once_is_put_into_the_next_database_as_it_was_left(own: Shelf) -> None:
    memory, prepared = Memory(), []
    kept = "select string_agg(r::text, '|') from resellers r"
    for _ in range(3):
        with own.database() as dsn:
            assert memory.fill(dsn, "one reseller", lambda dsn=dsn: prepared.append(one(dsn, RESELLER)) or "made") == "made"
            found = one(dsn, kept)
            assert one(dsn, OTHER) == prepared[0] + 1  # numbers go on from there
            assert found == memory.kept.setdefault("first", found)
    assert len(prepared) == 1


def test_it_is_prepared_anew_where_something_else_is_held(own: Shelf) -> None:
    memory, prepared = Memory(), []
    for before in ((), (OTHER,), (), ("update app_state set value = '7' where key = 'published'",)):
        with own.database() as dsn:
            one(dsn, "select 1", *before)
            memory.fill(dsn, "key", lambda dsn=dsn: prepared.append(one(dsn, RESELLER)))
    assert len(prepared) == 3  # a row more, and as many that say something else


def test_moments_alone_make_no_difference(own: Shelf) -> None:
    memory, prepared = Memory(), []
    for _ in range(2):
        with own.database() as dsn:
            one(
                dsn,
                "insert into upload_batches (sha256, file_name, file_size, status) values ('0', 'file.xlsx', 1, 'preview') returning id",
            )
            memory.fill(dsn, "key", lambda dsn=dsn: prepared.append(one(dsn, RESELLER)))
    assert len(prepared) == 1


@pytest.mark.parametrize(
    "change",
    [
        "alter table resellers add column mood text",
        "alter table resellers alter column name drop not null",
        "alter table resellers disable trigger all",
        "create view odd as select 1",
        "alter function readable.use_scope(text) cost 7",
        "drop policy in_scope on sellout_entries2",
        "alter table sellout_entries2 disable row level security",
        f"grant select on users to {NAMES.reader}",
        "create schema other",
        "comment on table resellers is 'who sells'",
        "create index odd on resellers (name)",
    ],
)
def test_a_database_whose_schema_was_changed_is_thrown_away(own: Shelf, change: str) -> None:
    with own.database() as dsn:
        number = one(dsn, OID)
        one(dsn, change)
    assert not own.free
    with own.database() as dsn:
        assert one(dsn, OID) != number


def test_connections_that_a_test_left_open_do_not_reach_the_next(own: Shelf) -> None:
    with own.database() as dsn:
        number, left = one(dsn, OID), psycopg.connect(dsn)
        left.execute("lock table resellers")
    with own.database() as dsn:
        assert one(dsn, OID) == number and one(dsn, "select count(*) from resellers") == 0
        with pytest.raises(psycopg.OperationalError):
            left.execute("select 1")
    left.close()


def test_a_long_table_of_a_template_that_was_changed_is_not_mended(own: Shelf, server_dsn: str) -> None:
    with own.database() as template:
        one(template, f"insert into resellers (key, name, cadence) select n, n, 'monthly' from generate_series(1, {FEW_ROWS + 1}) n")
        filled = Shelf(server_dsn, str(one(template, "select current_database()")))
        for change, reused in (
            ("select 1", 1),
            ("insert into app_state values ('b', '2')", 1),
            ("delete from resellers where key = '7'", 0),
        ):
            with filled.database() as dsn:
                assert one(dsn, "select count(*) from resellers") == FEW_ROWS + 1
                assert one(dsn, "select count(*) from app_state where key = 'b'") == 0
                one(dsn, change)
            assert len(filled.free) == reused
        filled.close()
