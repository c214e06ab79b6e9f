"""What is kept between runs, and for how long: what every page needs. Only this file, `cached_files` and `cached_analyses` name `st.cache_data`
and `st.cache_resource`.

Figures are kept per question, scope and data version: a stored or undone file changes the version, so no figure outlives its data.
No parameter of a kept function begins with an underscore: Streamlit would leave it out of the key.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from core import opened, status
from core.chat import models
from core.chat.models import Model
from core.dashboards import health
from core.dashboards.health import Health
from core.dashboards.links import read_link
from core.db.engine import Database, Scope
from core.people import sessions
from core.people.accounts import Account
from core.sales import covering
from core.sales.caching import ResultCache
from core.sales.covered import Covered
from core.sales.fiscal import FiscalCalendar
from core.sales.pivot_query import Cells, PivotQuery
from core.sales.query import Result, SalesQuery
from core.sales.running import calendar_of
from core.settings import Settings
from pages.components.choosing import Known

SHORT, WHILE = 5, 30  # seconds
LOOKED = 2.0  # seconds that a run relies on the data version it saw
_looked = threading.local()


def database() -> Database:
    return opened.opened().database


def settings() -> Settings:
    return opened.settings()


def key() -> str:
    return opened.opened().key


def begin_run() -> None:
    """Called once a run by the shell: the data version is looked at once for everything the run draws."""
    _looked.at = None


def data_version() -> int:
    """The number that rises with every change of the data, as this run first saw it; a part of a page that runs alone looks again."""
    seen = getattr(_looked, "at", None)
    if seen is None or seen[0] != mark() or time.monotonic() - seen[1] > LOOKED:
        seen = _looked.at = (mark(), time.monotonic(), status.data_version(database()))
    return int(seen[2])


def fiscal_calendar() -> FiscalCalendar:
    """The brand's own, as the settings state it."""
    return calendar_of(database())


def account(session_id: uuid.UUID) -> Account | None:
    """The account behind a session, or None when the session ended."""
    return _account(mark(), str(session_id))


def forget_accounts() -> None:
    """After signing in or out, and after an account was changed."""
    begin_run()
    _account.clear()


@st.cache_data(ttl=SHORT, show_spinner=False)
def _account(database_mark: str, session_id: str) -> Account | None:
    return sessions.account_of(database(), uuid.UUID(session_id), datetime.now(UTC))


def mark() -> str:
    """Tells databases of one process apart: tests open many."""
    return database().app_dsn


def attention(scope: Scope) -> dict[str, int]:
    """What waits for somebody: held_rows, missing, failed_sends."""
    return _attention(mark(), scope, data_version())


def forget_attention() -> None:
    """After something that waits was dealt with."""
    _attention.clear()


@st.cache_data(ttl=WHILE, show_spinner=False)
def _attention(database_mark: str, scope: Scope, version: int) -> dict[str, int]:
    return status.attention(database(), scope, date.today())


def footer(scope: Scope) -> tuple[str, ...]:
    """The parts of the footer line."""
    return _footer(mark(), scope, data_version())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _footer(database_mark: str, scope: Scope, version: int) -> tuple[str, ...]:
    now = datetime.now(ZoneInfo(settings().time_zone))
    return (*status.reach(database(), scope).words(), f"refreshed {now:%H:%M}")


def known(scope: Scope) -> Known:
    """Covered days and resellers in sight, for the filter bar."""
    return _known(mark(), scope, data_version())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _known(database_mark: str, scope: Scope, version: int) -> Known:
    reach = status.reach(database(), scope)
    return Known(reach.since, reach.through, status.reseller_names(database(), scope))


def result(query: SalesQuery, scope: Scope) -> Result:
    """The answer to a question, from memory while the data is the same. `scope`: `session.scope()`. Errors: BadQuestion, QueryRefused."""
    return _results(mark()).run(database(), query, scope, version=data_version())


def results(queries: Sequence[SalesQuery], scope: Scope) -> tuple[Result, ...]:
    """The answers to all questions of a page, of one state of the data; those in memory are not asked again. Errors: as `result`."""
    return _results(mark()).run_all(database(), queries, scope, version=data_version())


def pivot(asked: PivotQuery, scope: Scope) -> Cells:
    """The answers to all groupings of a pivot, from memory while the data is the same. Errors: BadQuestion, QueryRefused."""
    return _results(mark()).run_pivot(database(), asked, scope, version=data_version())


@st.cache_resource(show_spinner=False)
def _results(database_mark: str) -> ResultCache:
    return ResultCache()


def covered(scope: Scope) -> Covered:
    """What each reseller in sight has stated, span by span; anew with every change of the data."""
    return _covered(mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _covered(database_mark: str, scope: Scope, version: int) -> Covered:
    return covering.covered_in(database(), scope)


def version() -> int:
    """The number that rises with every change of the data."""
    return data_version()


def board_health(url: str, own_origin: str) -> Health:
    """Whether a board lets itself be framed, asked anew every quarter of an hour."""
    return _board_health(url, own_origin, settings().environment == "development")


@st.cache_data(ttl=900, show_spinner="Asking the board …")
def _board_health(url: str, own_origin: str, loopback: bool) -> Health:
    return health.check(read_link(url, loopback=loopback), own_origin, loopback=loopback)


def model() -> Model | None:
    """The language model of the settings, opened once; None without one."""
    return _model(mark())


@st.cache_resource(show_spinner=False)
def _model(database_mark: str) -> Model | None:
    return models.open_model(settings())


def resellers_by_id() -> tuple[tuple[int, str], ...]:
    """Every reseller, for those who manage people."""
    return status.resellers(database())
