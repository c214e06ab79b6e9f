"""Connections: the app's engine for reading and writing, and the reader's pool for questions. Opened once, passed on as a value."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from core.db import embedded, migrating, roles
from core.db.addresses import sqlalchemy_url
from core.errors import DatabaseUnavailable
from core.settings import FiscalMonths, Settings

Scope = tuple[int, ...] | None  # reseller ids a person may see; None: all
# Utility statements, which no SELECT can repeat; the scope goes as a bound value, which other sessions can not see in pg_stat_activity.
BEGIN_READING = "set transaction isolation level repeatable read, read only; set local statement_timeout = {}; set local timezone = 'UTC'"

WAIT_FOR_SECOND = 0.2  # seconds


@dataclass(frozen=True)
class Database:
    """Everything needed to talk to one database. `app_dsn`, `reader_dsn`: libpq connection strings of the two login roles."""

    engine: sa.Engine
    app_dsn: str = field(repr=False)
    reader_dsn: str = field(repr=False)
    readers: ConnectionPool[psycopg.Connection[Any]]
    query_seconds: float
    scope_secret: str = field(repr=False)
    fiscal_year_start: int = 1  # month; with `fiscal_months`, what questions by fiscal year, quarter and month go by
    fiscal_months: FiscalMonths = "months"

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction of the app: committed at the end, rolled back when anything is raised."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection of the app for look-ups of its own tables; for sales figures use `reader`."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def reader(self, scope: Scope = None, seconds: float | None = None) -> Iterator[psycopg.Connection[Any]]:
        """A raw connection of the reader role inside one read-only transaction that sees only `scope` and ends after `seconds`."""
        with self.readers.connection() as connection, self._reading(connection, scope, seconds):
            yield connection

    @contextmanager
    def readers_of_one_moment(self, scope: Scope = None) -> Iterator[list[psycopg.Connection[Any]]]:
        """Two readers that see the same snapshot, for questions that are answered side by side; one, while the others are taken.

        A connection of the app, which gives the snapshot, is taken last: whoever waits for a reader holds none from writing."""
        with ExitStack() as opened:
            readers = [opened.enter_context(self.readers.connection())]
            with suppress(PoolTimeout):  # two that wait for each other's second connection would wait for ever
                readers.append(opened.enter_context(self.readers.connection(WAIT_FOR_SECOND)))
            with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as app:
                snapshot = app.execute(sa.text("select pg_export_snapshot()")).scalar_one()
                for reader in readers:
                    opened.enter_context(self._reading(reader, scope, snapshot=snapshot))
            yield readers

    @contextmanager
    def _reading(
        self, connection: psycopg.Connection[Any], scope: Scope, seconds: float | None = None, snapshot: str | None = None
    ) -> Iterator[None]:
        """The transaction of a reader. `snapshot`: of a transaction that is still open, to see what it sees."""
        with connection.transaction(force_rollback=True):
            limit = max(1, int((seconds or self.query_seconds) * 1000))
            connection.execute(sql.SQL(BEGIN_READING).format(sql.Literal(limit)))
            if snapshot is not None:
                connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot)))
            connection.execute("select readable.use_scope(%s)", [roles.signed_scope(self.scope_secret, scope)])
            yield

    @contextmanager
    def raw(self) -> Iterator[psycopg.Connection[Any]]:
        """The app's psycopg connection in one transaction, for COPY."""
        with self.engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            yield driver

    def close(self) -> None:
        self.readers.close()
        self.engine.dispose()


def secret_key(settings: Settings) -> str:
    """The installation's secret: from the settings, or generated once under the home folder, readable by its owner only."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.home / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    return path.read_text(encoding="utf-8").strip()


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    scratch.touch(mode=0o600)
    scratch.write_text(text, encoding="utf-8")
    try:
        path.hardlink_to(scratch)
    except FileExistsError:
        pass
    finally:
        scratch.unlink()


def open_database(settings: Settings, *, migrate: bool = True) -> Database:
    """Start or reach the database, bring its schema up to date and open the pools. Errors: DatabaseUnavailable."""
    owner_dsn = _owner_dsn(settings)
    names, key = roles.RoleNames.of(settings.role_prefix), secret_key(settings)
    if migrate:
        migrating.migrate(owner_dsn, names, key)
    database = connect(owner_dsn, names, key, settings.query_seconds)
    return replace(database, fiscal_year_start=settings.fiscal_year_start, fiscal_months=settings.fiscal_months)


def connect(owner_dsn: str, names: roles.RoleNames, key: str, query_seconds: float = 10) -> Database:
    """Open the pools of the app and the reader on a migrated database."""
    app_dsn = make_conninfo(owner_dsn, user=names.app, password=roles.role_password(key, names.app))
    reader_dsn = make_conninfo(owner_dsn, user=names.reader, password=roles.role_password(key, names.reader))
    engine = sa.create_engine(sqlalchemy_url(app_dsn), pool_size=5, max_overflow=10, pool_pre_ping=True)
    try:
        with engine.connect() as connection:
            scope_secret = connection.execute(sa.text("select value #>> '{}' from app_state where key = 'scope_secret'")).scalar_one()
    except sa.exc.OperationalError as error:
        engine.dispose()
        raise DatabaseUnavailable from error
    readers = ConnectionPool(reader_dsn, min_size=0, max_size=8, open=True, kwargs={"autocommit": True}, name="readers")
    return Database(engine, app_dsn, reader_dsn, readers, query_seconds, scope_secret)


def _owner_dsn(settings: Settings) -> str:
    if settings.database_url is None:
        return embedded.ensure_database(embedded.start_server(settings.home / "postgres"))
    dsn = settings.database_url.get_secret_value().replace("postgresql+psycopg://", "postgresql://")
    try:
        with psycopg.connect(dsn, connect_timeout=10) as connection:
            if connection.info.server_version < 150000:
                raise DatabaseUnavailable("DATABASE_URL names a PostgreSQL older than 15. Use version 15 or newer.")
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            "The server of DATABASE_URL does not answer or refuses the user. Check address, user and password."
        ) from error
    return dsn
