"""Fresh databases for the evidence: one embedded server, one migrated template, a clone for every experiment."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db import embedded, migrating
from core.db.engine import Database, connect
from tests.conftest import NAMES, SECRET


class Databases:
    """A server that lives as long as the block. `folder` is for files of the experiments."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-evidence-"))
        self.server = embedded.start_server(self.folder / "postgres")
        with psycopg.connect(self.server, autocommit=True) as admin:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # an experiment need not survive the machine
                admin.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
            admin.execute("select pg_reload_conf()")
        self.make("template")
        migrating.migrate(make_conninfo(self.server, dbname="template"), NAMES, SECRET)

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, name: str, template: str = "template0") -> None:
        """A database that stays, copied from another one."""
        with psycopg.connect(self.server, autocommit=True) as admin:
            statement = sql.SQL("create database {} encoding 'UTF8' template {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    @contextmanager
    def dsn(self, template: str = "template") -> Iterator[str]:
        """Connection string of a fresh clone."""
        name = f"clone_{uuid.uuid4().hex[:12]}"
        self.make(name, template)
        try:
            yield make_conninfo(self.server, dbname=name)
        finally:
            with psycopg.connect(self.server, autocommit=True) as admin:
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    @contextmanager
    def open(self, template: str = "template") -> Iterator[Database]:
        """A fresh clone, opened."""
        with self.dsn(template) as dsn:
            yield from _opened(dsn)

    @contextmanager
    def reach(self, name: str) -> Iterator[Database]:
        """A database that stays, opened."""
        yield from _opened(make_conninfo(self.server, dbname=name))


def _opened(dsn: str) -> Iterator[Database]:
    database = connect(dsn, NAMES, SECRET)
    try:
        yield database
    finally:
        database.close()
