"""What is kept between runs of files and what waits of them: uploads, their reports and originals, coverage, the inbox, names to choose from.

The rules stand in `cached`: one key holds database, scope and data version.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from core import reminding
from core.catalogue.reading import read_catalogue
from core.db.engine import Scope
from core.ingest import excerpts, foreseeing, inbox, reading_back, reporting, superseding, waiting
from core.ingest.excerpts import Excerpt, Original
from core.ingest.foreseeing import Effect
from core.ingest.holes import Hole
from core.ingest.holes import holes as find_holes
from core.ingest.inbox import Decision, HeldKey
from core.ingest.shapes import ImportReport
from core.ingest.suggesting import Suggestion
from core.ingest.waiting import Background
from core.reminding import Reminded
from core.sales import coverage as sales_coverage
from pages.components.cached import SHORT, WHILE, begin_run, data_version, database, forget_attention, mark, settings


def original(batch_id: int, scope: Scope) -> Original:
    """The kept file of an upload. Errors: UnknownRecord."""
    return excerpts.original(database(), settings(), batch_id, scope)


def excerpt(kept: Original, sheet: str | None, row: int, cells: str | None) -> Excerpt:
    """The kept file around a cell. Errors: UnreadableFile, UnknownRecord."""
    return _excerpt(kept.sha256, kept, sheet, row, cells)


@st.cache_data(ttl=600, max_entries=64, show_spinner="Opening the original …", hash_funcs={Original: lambda kept: kept.sha256})
def _excerpt(sha256: str, kept: Original, sheet: str | None, row: int, cells: str | None) -> Excerpt:
    return excerpts.excerpt(kept, sheet, row, cells)


def coverage(scope: Scope, today: date) -> pl.DataFrame:
    """Reseller × slice, as `core.sales.coverage.coverage` returns it; anew with every change of the data."""
    return _coverage(mark(), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _coverage(database_mark: str, scope: Scope, today: date, version: int) -> pl.DataFrame:
    return sales_coverage.coverage(database(), scope, today)


def asked_coverage(scope: Scope, today: date) -> pl.DataFrame:
    """As `coverage`, with `reminded`: the day each slice's report was last asked for."""
    found = coverage(scope, today)
    days = reminding.last_reminders(_reminders(mark(), scope), found)
    return found.with_columns(pl.Series("reminded", days, dtype=pl.Date))


@st.cache_data(ttl=WHILE, show_spinner=False)
def _reminders(database_mark: str, scope: Scope) -> tuple[Reminded, ...]:
    return reminding.sent(database(), scope)


def forget_reminders() -> None:
    """After a reminder went out."""
    begin_run()
    _reminders.clear()


def holes(scope: Scope) -> tuple[Hole, ...]:
    """Weeks that are missing by the year-to-date figures; anew with every change of the data."""
    return _holes(mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _holes(database_mark: str, scope: Scope, version: int) -> tuple[Hole, ...]:
    return find_holes(database(), scope)


def batches() -> pl.DataFrame:
    """Every file that was taken in, newest first, as `core.ingest.reading_back.batches` returns it; at most a few seconds old."""
    return _batches(mark())


@st.cache_data(ttl=SHORT, show_spinner=False)
def _batches(database_mark: str) -> pl.DataFrame:
    return reading_back.batches(database())


def forget_batches() -> None:
    """After a file was taken in, stored or taken back."""
    begin_run()
    _batches.clear()
    forget_attention()


def superseded() -> dict[int, bool]:
    """Stored uploads that a later one overtook, wholly (True) or in part; anew with every change of the data."""
    return _superseded(mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _superseded(database_mark: str, version: int) -> dict[int, bool]:
    return superseding.superseded(database())


def background(batch_id: int, revision: str) -> Background:
    """What waits of an upload and what is proven across files; anew whenever its entry or the data changed."""
    return _background(mark(), batch_id, revision, data_version())


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False)
def _background(database_mark: str, batch_id: int, revision: str, version: int) -> Background:
    return waiting.background(database(), batch_id)


def candidates(key: HeldKey, text: str, product_text: str) -> tuple[Suggestion, ...]:
    """What a held key most likely is, best first."""
    return _candidates(mark(), key, text, product_text, settings().brand, data_version())


@st.cache_data(ttl=WHILE, max_entries=256, show_spinner=False)
def _candidates(database_mark: str, key: HeldKey, text: str, product_text: str, brand: str, version: int) -> tuple[Suggestion, ...]:
    return tuple(inbox.suggestions(database(), key, text, product_text, brand))


def batch_report(batch_id: int, revision: str) -> ImportReport:
    """The report of an upload, kept until its entry changes (`revision` of `core.uploads.Upload`)."""
    return _batch_report(mark(), batch_id, revision)


@st.cache_data(ttl=600, max_entries=64, show_spinner=False)
def _batch_report(database_mark: str, batch_id: int, revision: str) -> ImportReport:
    return reporting.load_report(database(), batch_id)


def held_groups() -> pl.DataFrame:
    """What waits in the inbox, as `core.ingest.inbox.groups` returns it; anew with every change of the data."""
    return _held_groups(mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _held_groups(database_mark: str, version: int) -> pl.DataFrame:
    return inbox.groups(database())


def effect(key: HeldKey, decision: Decision) -> Effect:
    """What an answer in the inbox would do; anew with every change of the data. Errors: as `core.ingest.inbox.resolve`."""
    return _effect(mark(), key, repr(decision), data_version(), decision)


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False, hash_funcs={Decision: repr})
def _effect(database_mark: str, key: HeldKey, told: str, version: int, decision: Decision) -> Effect:
    return foreseeing.foresee(database(), key, decision)


def forget_held() -> None:
    """After an answer: the inbox, its badge and the catalogue's names are read anew."""
    begin_run()
    _held_groups.clear()
    forget_attention()
    _product_names.clear()


def product_names() -> dict[str, str]:
    """EAN → `code · name` of every product."""
    return _product_names(mark())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _product_names(database_mark: str) -> dict[str, str]:
    with database().read() as connection:
        products = read_catalogue(connection).products.sort("product_name")
    return {ean: f"{code} · {name}" for ean, code, name in products.select("ean", "functional_name", "product_name").iter_rows()}


def store_names(reseller_id: int) -> list[str]:
    """The stores of a reseller, by name."""
    with database().read() as connection:
        stores = read_catalogue(connection).stores
    return sorted(stores.filter(pl.col("reseller_id") == reseller_id)["store"].unique(), key=str.casefold)
