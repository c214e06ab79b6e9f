"""Three database roles and one view owner: who may read and write what, and how a reader's reseller scope is enforced.

owner    owns the schema and migrates it (the user of DATABASE_URL, or the embedded server's superuser)
app      reads and writes every table; the web application and the scheduler
reader   SELECT on the views of schema `readable`, nothing else; read-only, limited in time
scope    can not log in; owns those views, so that the tables' row policies apply to whoever reads through them
"""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from core.db import closing
from core.errors import DatabaseUnavailable

ATTEMPTS = 7
SCOPED_TABLES = (
    *("sellout_entries2", "ecommerce_orders", "held_rows", "sales_rollup", "slice_claims", "upload_batches", "stores"),
    *("stock_levels", "sales_days", "sales_day_totals", "sales_months", "sales_quarters", "sales_totals"),
    *("sales_store_months", "order_days"),
)
READER_SETTINGS = (
    "default_transaction_read_only = on",
    "statement_timeout = '30s'",
    "lock_timeout = '2s'",
    "work_mem = '64MB'",
    "hash_mem_multiplier = 1",
    "max_parallel_workers_per_gather = 2",
    "jit = off",  # compiling takes longer than these questions do
    "search_path = readable",
    "idle_in_transaction_session_timeout = '60s'",
)
SUPERUSER_SETTINGS = ("temp_file_limit = '2GB'",)
# Whether a role is powerful by itself, belongs to another role, owns something, or may read or write a table of the application.
POWERS = """
select r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication,
       exists (select from pg_auth_members m where m.member = r.oid),
       exists (select from pg_class c where c.relowner = r.oid),
       exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
               and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')),
       exists (select from pg_namespace n where n.nspname in ('public', 'readable') and has_schema_privilege(r.oid, n.oid, 'create'))
from pg_roles r where r.rolname = %s"""


@dataclass(frozen=True)
class RoleNames:
    """The names of the roles on this server; roles are shared by all databases of a server."""

    app: str
    reader: str
    scope: str

    @classmethod
    def of(cls, prefix: str) -> RoleNames:
        return cls(f"{prefix}_app", f"{prefix}_reader", f"{prefix}_scope")


def role_password(secret_key: str, role: str) -> str:
    """The password of a login role, derived from the installation's secret key, so that it is never stored."""
    return hmac.new(secret_key.encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


def ensure_roles(connection: psycopg.Connection[Any], names: RoleNames, secret_key: str) -> None:
    """Create the roles when they are missing and set the login roles' passwords; needs CREATEROLE.

    Roles belong to the whole server, while an advisory lock holds within one database: when another database's workbench starts at the same
    moment, the server refuses one of the two, which then tries again.
    """
    for attempt in range(ATTEMPTS):
        try:
            _make_roles(connection, names, secret_key)
            return
        except (psycopg.errors.InternalError_, psycopg.errors.UniqueViolation):  # tuple concurrently updated, or created by the other
            connection.rollback()
            if attempt + 1 == ATTEMPTS:
                raise
            time.sleep(random.uniform(0.02, 0.1) * 2**attempt)
        except psycopg.errors.InsufficientPrivilege as error:
            connection.rollback()
            raise DatabaseUnavailable(
                "The user of DATABASE_URL may not create roles. Give it CREATEROLE, or let an administrator create "
                f"{names.app}, {names.reader} and {names.scope} and grant them to it."
            ) from error


def _make_roles(connection: psycopg.Connection[Any], names: RoleNames, secret_key: str) -> None:
    _lock(connection)
    for name, login in ((names.app, True), (names.reader, True), (names.scope, False)):
        _ensure_role(connection, name, role_password(secret_key, name) if login else None)
    for name in (names.scope, names.app):
        connection.execute(
            sql.SQL("grant {} to current_user with inherit true, set true").format(sql.Identifier(name))
            if connection.info.server_version >= 160000
            else sql.SQL("grant {} to current_user").format(sql.Identifier(name))
        )
    _limit_reader(connection, names.reader)
    connection.commit()


def _limit_reader(connection: psycopg.Connection[Any], reader: str) -> None:
    """Defaults of every reader session: read-only, short, small, no more connections than the pools of a few processes."""
    for setting in (*READER_SETTINGS, *(SUPERUSER_SETTINGS if closing.is_superuser(connection) else ())):
        connection.execute(sql.SQL("alter role {} set " + setting).format(sql.Identifier(reader)))
    connection.execute(sql.SQL("alter role {} connection limit 64").format(sql.Identifier(reader)))


def _lock(connection: psycopg.Connection[Any]) -> None:
    connection.execute("select pg_advisory_xact_lock(81452001)")


def _ensure_role(connection: psycopg.Connection[Any], name: str, password: str | None) -> None:
    role = sql.Identifier(name)
    if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
        connection.execute(sql.SQL("create role {} nosuperuser nocreatedb nocreaterole").format(role))
    if password is not None:
        connection.execute(sql.SQL("alter role {} login password {}").format(role, sql.Literal(password)))


def grant_rights(connection: psycopg.Connection[Any], names: RoleNames) -> None:
    """Give each role exactly its rights on the schema as migrated; safe to repeat after every migration."""
    app, reader, scope = (sql.Identifier(name) for name in (names.app, names.reader, names.scope))
    database = sql.Identifier(connection.info.dbname)
    _lock(connection)
    for statement in (
        "revoke all on database {database} from public",
        "grant connect, temporary on database {database} to {app}",
        "grant connect on database {database} to {reader}",
        "revoke all on schema public from public",
        "grant usage on schema public to {app}, {scope}",
        "grant usage on schema readable to {app}, {reader}, {scope}",
        "grant create on schema readable to {scope}",
        "grant select, insert, update, delete, truncate on all tables in schema public to {app}",
        "grant usage, select, update on all sequences in schema public to {app}",
        "grant execute on all functions in schema public to {app}",
        "grant select on all tables in schema readable to {app}",
        "revoke all on all functions in schema public from public",
        "revoke all on all functions in schema readable from public",
        "grant execute on all functions in schema readable to {app}, {reader}, {scope}",
    ):
        connection.execute(sql.SQL(statement).format(database=database, app=app, reader=reader, scope=scope))
    for table in (*SCOPED_TABLES, "resellers", "products", "price_list", "fx_rates"):
        connection.execute(sql.SQL("grant select on {} to {}").format(sql.Identifier(table), scope))
    _own_views(connection, names)
    _own_scoped_tables(connection, names)
    _protect_rows(connection, names)
    if closing.is_superuser(connection):
        closing.close_catalog(connection, names.app)
    refuse_powerful_reader(connection, names.reader)
    connection.commit()


def refuse_powerful_reader(connection: psycopg.Connection[Any], reader: str) -> None:
    """A reader that could write, see all rows or become another role ends the start: the walls would be painted on. DatabaseUnavailable."""
    row = connection.execute(POWERS, [reader]).fetchone()
    if row is None or any(row):
        raise DatabaseUnavailable(
            f"The database role {reader} may do more than read the published views. Take its extra rights away and start again."
        )


def _own_views(connection: psycopg.Connection[Any], names: RoleNames) -> None:
    views = connection.execute("select table_name from information_schema.views where table_schema = 'readable'").fetchall()
    for (view,) in views:
        target = sql.Identifier("readable", view)
        connection.execute(sql.SQL("alter view {} owner to {}").format(target, sql.Identifier(names.scope)))
        connection.execute(sql.SQL("grant select on {} to {}, {}").format(target, sql.Identifier(names.reader), sql.Identifier(names.app)))


def _own_scoped_tables(connection: psycopg.Connection[Any], names: RoleNames) -> None:
    """Tables with row policies belong to the app: COPY, the only fast way in, is refused to anybody a policy applies to."""
    app = sql.Identifier(names.app)
    connection.execute(sql.SQL("grant create on schema public to {}").format(app))
    for table in SCOPED_TABLES:
        connection.execute(sql.SQL("alter table {} owner to {}").format(sql.Identifier("public", table), app))
    connection.execute(sql.SQL("revoke create on schema public from {}").format(app))


def _protect_rows(connection: psycopg.Connection[Any], names: RoleNames) -> None:
    """Row policies: the app sees all rows; through the views only the resellers of the signed scope."""
    allowed = "(select readable.scope_ids()) is null or {column} = any ((select readable.scope_ids())::bigint[])"
    for table in (*SCOPED_TABLES, "resellers"):
        name = sql.Identifier(table)
        column = sql.Identifier("id" if table == "resellers" else "reseller_id")
        connection.execute(sql.SQL("alter table {} enable row level security").format(name))
        for policy, role, using in (
            ("app_all", names.app, sql.SQL("true")),
            ("in_scope", names.scope, sql.SQL(allowed).format(column=column)),
        ):
            connection.execute(sql.SQL("drop policy if exists {} on {}").format(sql.Identifier(policy), name))
            check = sql.SQL(" with check (true)") if policy == "app_all" else sql.SQL("")
            connection.execute(
                sql.SQL("create policy {} on {} to {} using ({})").format(sql.Identifier(policy), name, sql.Identifier(role), using) + check
            )


def ensure_scope_secret(connection: psycopg.Connection[Any]) -> None:
    """The secret that signs scopes; only the owner and the app can read it."""
    connection.execute(
        "insert into app_state (key, value) values ('scope_secret', to_jsonb(%s::text)) on conflict (key) do nothing",
        [secrets.token_hex(32)],
    )
    connection.commit()


def signed_scope(secret: str, reseller_ids: tuple[int, ...] | None) -> str:
    """The value of `workbench.scope`: '*' or ids, and a signature that a reader session can not forge or lengthen."""
    ids = "*" if reseller_ids is None else ",".join(str(i) for i in sorted(reseller_ids))
    return f"{ids}|{_digest(secret, _digest(secret, ids))}"


def _digest(secret: str, text: str) -> str:
    return hashlib.sha256(f"{secret}|{text}".encode()).hexdigest()
