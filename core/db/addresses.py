"""Connection strings in the spellings that the libraries want."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import URL


def sqlalchemy_url(dsn: str) -> URL:
    """A libpq connection string as SQLAlchemy's URL, socket folders included."""
    parts = conninfo_to_dict(dsn)
    names = {"user": "username", "password": "password", "dbname": "database"}
    known: dict[str, Any] = {names[k]: v for k, v in parts.items() if k in names}
    query: dict[str, str] = {k: str(v) for k, v in parts.items() if k not in names}
    return URL.create("postgresql+psycopg", query=query, **known)
