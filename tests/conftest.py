"""One PostgreSQL server for the whole run, one migrated template database, one fresh clone of it per test."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db import embedded, migrating, roles
from core.db.engine import Database, connect
from core.settings import Settings

SECRET = "a secret that only tests use, 32 characters long"
NAMES = roles.RoleNames.of("workbench_test")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "fixtures"


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """Superuser's connection string; TEST_DATABASE_URL names another server than the embedded one."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    root = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    return embedded.start_server(root / "postgres")


@pytest.fixture(scope="session")
def template_database(server_dsn: str, testrun_uid: str) -> str:
    """Name of the migrated database that tests clone; made once by whichever worker comes first."""
    name = f"template_{testrun_uid[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as gate:
        gate.execute("select pg_advisory_lock(81459999)")
        if not gate.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            scratch = f"{name}_making"
            gate.execute(sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(scratch)))
            migrating.migrate(make_conninfo(server_dsn, dbname=scratch), NAMES, SECRET)
            gate.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(scratch), sql.Identifier(name)))
        gate.execute("select pg_advisory_unlock(81459999)")
    return name


@pytest.fixture
def owner_dsn(server_dsn: str, template_database: str) -> Iterator[str]:
    """A fresh database for one test, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute("select pg_advisory_lock(81459998)")
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template_database)))
        admin.execute("select pg_advisory_unlock(81459998)")
    yield make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def database(owner_dsn: str) -> Iterator[Database]:
    """The app's and the reader's connections to a fresh database."""
    opened = connect(owner_dsn, NAMES, SECRET)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test: nothing from the environment or from a `.env` of the developer."""
    return make_settings(tmp_path)


@pytest.fixture
def make_home() -> Callable[[], Path]:
    return lambda: Path(tempfile.mkdtemp(prefix="workbench-test-"))


def make_settings(home: Path, **values: object) -> Settings:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("WORKBENCH_", "SMTP_", "OPENAI_", "DATABASE_URL"))}
    try:
        return Settings(_env_file=None, **{"WORKBENCH_HOME": home, "WORKBENCH_SECRET_KEY": SECRET, **values})  # type: ignore[call-arg,arg-type]
    finally:
        os.environ.update(kept)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests over the shared fixtures say so when the folder is not there."""
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason="../shared/fixtures is not here; the project's own generated files are tested instead")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)
