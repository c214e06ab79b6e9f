"""What is kept between runs, and for how long. The only file that names `st.cache_data` and `st.cache_resource`.

Figures are kept per question, scope and data version: a stored or undone file changes the version, so no figure outlives its data.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from core import opened, status
from core.db.engine import Database, Scope
from core.ingest import reading_back
from core.people import sessions
from core.people.accounts import Account
from core.sales import coverage as sales_coverage
from core.sales.caching import ResultCache
from core.sales.query import Result, SalesQuery
from core.settings import Settings
from pages.components.choosing import Known

SHORT, WHILE = 5, 30  # seconds


def database() -> Database:
    return opened.opened().database


def settings() -> Settings:
    return opened.settings()


def key() -> str:
    return opened.opened().key


def account(session_id: uuid.UUID) -> Account | None:
    """The account behind a session, or None when the session ended."""
    return _account(_mark(), str(session_id))


def forget_accounts() -> None:
    """After signing in or out, and after an account was changed."""
    _account.clear()


@st.cache_data(ttl=SHORT, show_spinner=False)
def _account(_database_mark: str, session_id: str) -> Account | None:
    return sessions.account_of(database(), uuid.UUID(session_id), datetime.now(UTC))


def _mark() -> str:
    """Tells databases of one process apart: tests open many."""
    return database().app_dsn


def attention(scope: Scope) -> dict[str, int]:
    """What waits for somebody: held_rows, missing, failed_sends."""
    return _attention(_mark(), scope)


@st.cache_data(ttl=WHILE, show_spinner=False)
def _attention(_database_mark: str, scope: Scope) -> dict[str, int]:
    return status.attention(database(), scope)


def footer(scope: Scope) -> tuple[str, ...]:
    """The parts of the footer line."""
    return _footer(_mark(), scope)


@st.cache_data(ttl=WHILE, show_spinner=False)
def _footer(_database_mark: str, scope: Scope) -> tuple[str, ...]:
    now = datetime.now(ZoneInfo(settings().time_zone))
    return (*status.reach(database(), scope).words(), f"refreshed {now:%H:%M}")


def known(scope: Scope) -> Known:
    """Covered days and resellers in sight, for the filter bar."""
    return _known(_mark(), scope)


@st.cache_data(ttl=WHILE, show_spinner=False)
def _known(_database_mark: str, scope: Scope) -> Known:
    reach = status.reach(database(), scope)
    return Known(reach.since, reach.through, status.reseller_names(database(), scope))


def result(query: SalesQuery, scope: Scope) -> Result:
    """The answer to a question, from memory while the data is the same. `scope`: `session.scope()`. Errors: BadQuestion, QueryRefused."""
    return _results(_mark()).run(database(), query, scope)


@st.cache_resource(show_spinner=False)
def _results(_database_mark: str) -> ResultCache:
    return ResultCache()


def coverage(scope: Scope, today: date) -> pl.DataFrame:
    """Reseller × slice, as `core.sales.coverage.coverage` returns it; anew with every change of the data."""
    return _coverage(_mark(), scope, today, status.data_version(database()))


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _coverage(_database_mark: str, scope: Scope, today: date, _version: int) -> pl.DataFrame:
    return sales_coverage.coverage(database(), scope, today)


def batches() -> pl.DataFrame:
    """Every file that was taken in, newest first, as `core.ingest.reading_back.batches` returns it; at most a few seconds old."""
    return _batches(_mark())


@st.cache_data(ttl=SHORT, show_spinner=False)
def _batches(_database_mark: str) -> pl.DataFrame:
    return reading_back.batches(database())
