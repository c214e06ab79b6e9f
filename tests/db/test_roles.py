"""The reader role by itself, with the guard off: what it can not read, write, call or widen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db import roles
from core.db.engine import Database
from core.errors import DatabaseUnavailable
from tests.conftest import NAMES
from tests.db.seeding import OTHER, OWN, seed

refused = psycopg.errors.InsufficientPrivilege


def _superuser(database: Database, owner_dsn: str) -> bool:
    with psycopg.connect(owner_dsn) as owner:
        return owner.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (True,)


@pytest.fixture
def closed_server(database: Database, owner_dsn: str) -> Database:
    """Only a superuser can close the server's own catalogs; on a managed server the other walls stand alone."""
    if not _superuser(database, owner_dsn):
        pytest.skip("the owner of this server is no superuser")
    return database


@pytest.fixture
def locked_database(database: Database, owner_dsn: str) -> Database:
    """A clone does not inherit the rights on the database itself, so they are given anew."""
    with psycopg.connect(owner_dsn) as owner:
        roles.grant_rights(owner, NAMES)
    return database


def _scoped(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.reader((OWN,)) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_a_scope_shows_only_its_resellers(database: Database) -> None:
    seed(database)
    assert _scoped(database, "select reseller, store from sales") == [("Own Shop", "Berlin")]
    assert _scoped(database, "select name from resellers") == [("Own Shop",)]


def test_no_scope_shows_every_reseller(database: Database) -> None:
    seed(database)
    with database.reader() as connection:
        assert connection.execute("select count(*) from sales").fetchone() == (2,)


def test_a_reader_without_a_scope_sees_no_rows(database: Database) -> None:
    seed(database)
    with database.readers.connection() as connection:
        assert connection.execute("select count(*) from readable.sales").fetchone() == (0,)


@pytest.mark.parametrize("forged", ["*", "*|", "*|0", "1,2", "2|" + "0" * 64, "|", "", "*|*|*"])
def test_a_forged_scope_shows_no_rows(database: Database, forged: str) -> None:
    seed(database)
    with database.reader((OWN,)) as connection:
        connection.execute("select readable.use_scope(%s)", [forged])
        assert connection.execute("select count(*) from sales").fetchone() == (0,)
        connection.execute(sql.SQL("set local workbench.scope = {}").format(sql.Literal(forged)))
        assert connection.execute("select count(*) from sales").fetchone() == (0,)


def test_a_signature_of_one_scope_does_not_open_another(database: Database) -> None:
    seed(database)
    signature = roles.signed_scope(database.scope_secret, (OWN,)).split("|")[1]
    for ids in ("*", f"{OWN},{OTHER}", str(OTHER)):
        with database.reader((OWN,)) as connection:
            connection.execute("select readable.use_scope(%s)", [f"{ids}|{signature}"])
            assert connection.execute("select count(*) from sales").fetchone() == (0,)


def test_a_scope_ends_with_its_transaction(database: Database) -> None:
    seed(database)
    with database.reader() as connection:
        process = connection.info.backend_pid
    with database.readers.connection() as connection:
        assert connection.info.backend_pid == process
        assert connection.execute("select count(*) from readable.sales").fetchone() == (0,)


def test_errors_in_expressions_do_not_reveal_rows_outside_the_scope(database: Database) -> None:
    seed(database)
    for leaky in (
        "select count(*) from sales where store::integer = 1 and reseller_id = 2",
        "select count(*) from sales where vendor_channel::integer = 1 and reseller_id <> 1",
        "select count(*) from sellout_entries2 where (vendor_channel || reseller_id::text)::date is null and reseller_id = 2",
    ):
        assert _scoped(database, leaky) == [(0,)]


def test_superseded_lines_stay_hidden_from_expressions(database: Database) -> None:
    seed(database)
    assert _scoped(database, "select count(*) from sellout_entries2 where vendor_channel like 'HIDDEN%' or (1 / (quantity - 4)) > 5") == [
        (0,)
    ]


def test_tables_of_the_application_can_not_be_read(database: Database) -> None:
    for table in ("users", "app_state", "email_logs", "sellout_entries2", "audit_log", "conversation_history", "dashboard_configs"):
        with pytest.raises(refused):
            _scoped(database, f"select * from public.{table}")


def test_the_scope_secret_can_not_be_read(database: Database) -> None:
    for way in (
        "select value from public.app_state",
        "select prosrc from pg_catalog.pg_proc where prosrc like '%scope_secret%'",
        "select current_setting('workbench.scope')",
    ):
        try:
            rows = _scoped(database, way)
        except psycopg.Error:
            continue
        assert database.scope_secret not in repr(rows)


def test_nothing_can_be_written(database: Database) -> None:
    for statement in (
        "create table readable.loot (a int)",
        "create temp table loot (a int)",
        "insert into readable.products values ('1')",
        "update readable.sales set quantity = 0",
        "delete from public.users",
        "create function readable.f() returns int language sql as 'select 1'",
        "comment on view readable.sales is 'x'",
        "grant select on readable.sales to public",
        "set transaction read write",
        "set role postgres",
        "alter role current_user superuser",
    ):
        with pytest.raises(psycopg.Error), database.reader((OWN,)) as connection:
            connection.execute(statement.encode())
            connection.execute("commit")


def test_even_a_reader_that_leaves_the_read_only_transaction_can_not_write(locked_database: Database) -> None:
    with psycopg.connect(locked_database.reader_dsn, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        for statement in (
            "create table public.t (a int)",
            "create table readable.t (a int)",
            "create temp table t (a int)",
            "delete from public.users",
        ):
            with pytest.raises(refused):
                connection.execute(statement.encode())


@pytest.mark.parametrize(
    "call",
    [
        "set_config('workbench.scope', '*', true)",
        "current_setting('workbench.scope')",
        "lo_create(0)",
        "lo_from_bytea(0, 'x')",
        "pg_sleep(0)",
        "pg_notify('a', 'b')",
        "pg_advisory_lock(1)",
        "pg_terminate_backend(1)",
        "query_to_xml('select 1', true, false, '')",
        "table_to_xml('readable.sales', true, false, '')",
        "ts_stat('select 1')",
        "pg_read_file('/etc/hostname')",
        "pg_ls_dir('.')",
        "pg_get_viewdef('readable.sales'::regclass)",
        "pg_stat_get_activity(null)",
        "version()",
        "has_table_privilege('public.users', 'select')",
        "txid_current()",
        "pg_export_snapshot()",
        "to_regclass('public.users')",
        "array_fill(1, array[10])",
    ],
)
def test_functions_that_reach_beyond_figures_are_closed(closed_server: Database, call: str) -> None:
    with pytest.raises(refused):
        _scoped(closed_server, f"select {call}")


@pytest.mark.parametrize("relation", ["pg_class", "pg_stat_activity", "pg_settings", "pg_roles", "pg_stats", "information_schema.tables"])
def test_catalogs_are_closed(closed_server: Database, relation: str) -> None:
    with pytest.raises(refused):
        _scoped(closed_server, f"select * from {relation}")


def test_no_code_can_be_run(closed_server: Database) -> None:
    with pytest.raises(refused):
        _scoped(closed_server, "do $$ begin null; end $$")


def test_the_app_keeps_what_readers_lost(database: Database) -> None:
    with database.raw() as connection:
        connection.execute("select pg_notify('a', 'b'), pg_advisory_xact_lock(1), set_config('work_mem', '8MB', true), pg_sleep(0)")
        assert connection.execute("select count(*) from pg_stat_activity").fetchone() is not None
        assert connection.execute("select count(*) from information_schema.tables").fetchone() is not None


def test_a_reader_with_extra_rights_stops_the_start(owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn) as owner:
        owner.execute(sql.SQL("grant select on public.users to {}").format(sql.Identifier(NAMES.reader)))
        with pytest.raises(DatabaseUnavailable, match="more than read"):
            roles.refuse_powerful_reader(owner, NAMES.reader)
        owner.rollback()


def test_another_database_user_can_not_connect(locked_database: Database, owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        name = f"passing_stranger_{owner.info.backend_pid}"
        owner.execute(sql.SQL("create role {} login password 'x'").format(sql.Identifier(name)))
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(make_conninfo(owner_dsn, user=name, password="x"))
        finally:
            owner.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def test_workbenches_of_two_databases_of_one_server_may_start_at_the_same_moment(owner_dsn: str) -> None:
    names = roles.RoleNames.of("passing_twice")

    def start(database: str) -> None:
        with psycopg.connect(make_conninfo(owner_dsn, dbname=database)) as owner:
            for _ in range(6):
                roles.ensure_roles(owner, names, "a secret of this test alone, long enough")

    with psycopg.connect(owner_dsn) as owner:
        own = owner.info.dbname
    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(start, (own, "postgres")))
        with psycopg.connect(owner_dsn) as owner:
            made = owner.execute("select rolname, rolcanlogin from pg_roles where rolname like 'passing\\_twice\\_%'").fetchall()
        assert set(made) == {(names.app, True), (names.reader, True), (names.scope, False)}
    finally:
        with psycopg.connect(owner_dsn, autocommit=True) as owner:
            for name in (names.app, names.reader, names.scope):
                owner.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))
