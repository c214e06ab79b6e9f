"""What every role may do in a new PostgreSQL and a reader of figures does not need: closed for PUBLIC, given back to the app.

Needs a superuser (the embedded server's owner). On a managed server the other walls stand alone: the guard, the reader's rights, the
read-only transaction, the cursor and the signed scope.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

# Functions of pg_catalog that read files, settings, sessions or the catalog, run SQL held in a text, wait, lock, write or end sessions.
CLOSED_NAMES = (
    r"^(pg_|lo_|lo[a-z]*(read|write)$|has_|inet_|txid_|to_reg|xml|xpath|binary_upgrade_)|_to_xml|xmlschema|_description$|"
    r"^(current_setting|set_config|current_query|current_database|current_schemas?|current_user|session_user|system_user|getpgusername|"
    r"version|getdatabaseencoding|ts_stat|ts_rewrite|regclass|format_type|row_security_active|aclexplode|lastval|currval|nextval|setval|"
    r"array_fill|timeofday|mxid_age|oidvectortypes|cursor_to_xml|icu_unicode_version|unicode_version)$"
)
# Volatile functions that stay open: sampling and what the server itself calls by name.
OPEN_VOLATILE = r"^(random|random_normal|clock_timestamp|array_sample|array_shuffle|bernoulli|system|RI_|.*handler$|gen_random_uuid)"

CLOSED_FUNCTIONS = """
select p.oid::regprocedure::text from pg_proc p
where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'w') and p.prorettype <> 'trigger'::regtype
  and (p.proname ~ %(names)s or (p.provolatile = 'v' and p.proname !~ %(open)s))
  and not exists (select from pg_init_privs i where i.objoid = p.oid and i.classoid = 'pg_proc'::regclass)
order by 1"""

PUBLIC_RELATIONS = """
select c.oid::regclass::text from pg_class c
where c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and exists (select from pg_init_privs i, aclexplode(i.initprivs) a
              where i.objoid = c.oid and i.classoid = 'pg_class'::regclass and a.grantee = 0 and a.privilege_type = 'SELECT')
order by 1"""


def is_superuser(connection: psycopg.Connection[Any]) -> bool:
    """Whether this connection may change the rights on the server's own functions and catalogs."""
    return connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (True,)


def close_catalog(connection: psycopg.Connection[Any], app: str) -> None:
    """Take the server's dangerous functions, its catalogs and its languages from PUBLIC in this database; the app keeps them."""
    functions = connection.execute(CLOSED_FUNCTIONS, {"names": CLOSED_NAMES, "open": OPEN_VOLATILE}).fetchall()
    relations = connection.execute(PUBLIC_RELATIONS).fetchall()
    _hand_over(connection, "execute on function", [row[0] for row in functions], app)
    _hand_over(connection, "select on table", [row[0] for row in relations], app)
    _hand_over(connection, "usage on language", ["plpgsql", "sql"], app)
    # catalog relations that name single columns or rows in their rights, and large objects, have no use here at all
    connection.execute("revoke all on pg_largeobject, pg_subscription from public")


def _hand_over(connection: psycopg.Connection[Any], right: str, names: list[str], app: str) -> None:
    """From PUBLIC to the app. `names` come quoted from the server itself (regprocedure, regclass)."""
    listed = sql.SQL(", ").join(sql.SQL(name) for name in names)
    connection.execute(sql.SQL("revoke {} {} from public").format(sql.SQL(right), listed))
    connection.execute(sql.SQL("grant {} {} to {}").format(sql.SQL(right), listed, sql.Identifier(app)))
