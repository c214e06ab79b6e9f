"""What the security headers ask of this process, remembered for a few seconds."""

from __future__ import annotations

import time

import psycopg
import sqlalchemy as sa

from core import opened
from core.dashboards import allowing
from core.errors import WorkbenchError

SECONDS = 3
_kept: list[tuple[float, tuple[str, ...]]] = []


def frame_hosts() -> tuple[str, ...]:
    """Origins whose boards may be framed; none while the database does not answer."""
    if _kept and time.monotonic() - _kept[0][0] < SECONDS:
        return _kept[0][1]
    try:
        hosts = allowing.frame_sources(opened.opened().database)
    except (WorkbenchError, sa.exc.SQLAlchemyError, psycopg.Error):
        return ()
    _kept[:] = [(time.monotonic(), hosts)]
    return hosts


def in_production() -> bool:
    return opened.settings().environment == "production"
