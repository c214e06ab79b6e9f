"""What this process has opened: settings and database, once, at the first use. Pages, API and health routes share them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache

from core.db.engine import Database, open_database, secret_key
from core.settings import Settings


@dataclass(frozen=True)
class Opened:
    """`key` signs cookies, tokens and stored secrets."""

    settings: Settings
    database: Database
    key: str


_lock = threading.Lock()
_current: list[Opened] = []


def opened() -> Opened:
    """The process's own; opened at the first call, tried again at the next after a failure. Errors: DatabaseUnavailable."""
    with _lock:
        if not _current:
            _current.append(Opened(settings(), open_database(settings()), secret_key(settings())))
        return _current[0]


def settings() -> Settings:
    """The settings, also while the database does not answer."""
    return _current[0].settings if _current else _read_settings()


@cache
def _read_settings() -> Settings:
    return Settings()


def use(values: Settings, database: Database) -> Opened:
    """Make this process use what is open already."""
    with _lock:
        _current[:] = [Opened(values, database, secret_key(values))]
        return _current[0]


def close() -> None:
    with _lock:
        for one in _current:
            one.database.close()
        _current.clear()
