"""What is kept between runs, and for how long. The only file that names `st.cache_data` and `st.cache_resource`.

Figures are kept per question, scope and data version: a stored or undone file changes the version, so no figure outlives its data.
No parameter of a kept function begins with an underscore: Streamlit would leave it out of the key.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from core import opened, reminding, status
from core.catalogue.reading import read_catalogue
from core.chat import models
from core.chat.models import Model
from core.dashboards import health
from core.dashboards.health import Health
from core.dashboards.links import read_link
from core.db.engine import Database, Scope
from core.ingest import excerpts, foreseeing, inbox, reading_back, reporting, superseding, waiting
from core.ingest.excerpts import Excerpt, Original
from core.ingest.foreseeing import Effect
from core.ingest.holes import Hole
from core.ingest.holes import holes as find_holes
from core.ingest.inbox import Decision, HeldKey
from core.ingest.shapes import ImportReport
from core.ingest.suggesting import Suggestion
from core.ingest.waiting import Background
from core.people import sessions
from core.people.accounts import Account
from core.reminding import Reminded
from core.reports import alerts, pdf, rendering
from core.reports.alerts import AlertDefinition
from core.reports.content import ReportContent
from core.reports.definition import ReportDefinition, definition_from
from core.sales import anomalies, bridging, covering, movers, offering, running_forecasts, tracing
from core.sales import coverage as sales_coverage
from core.sales.anomaly_reading import read_evidence
from core.sales.anomaly_shapes import Found
from core.sales.articles import Article, ListPrice, read_articles, read_list_prices
from core.sales.bridging import Bridge
from core.sales.caching import ResultCache
from core.sales.calendar_reading import Calendar, read_calendar
from core.sales.covered import Covered
from core.sales.fiscal import FiscalCalendar
from core.sales.pace import Offer
from core.sales.pivot_query import Cells, PivotQuery
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.reseller_facts import ResellerFacts, StoreFacts, read_facts, read_stores
from core.sales.restated import Restated
from core.sales.restated import restated as find_restated
from core.sales.running import calendar_of
from core.sales.running_forecasts import ForecastQuestion, Outlook
from core.sales.stock import StockOnDay, read_stock
from core.sales.tracing import Side, State, Trace
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
    if seen is None or seen[0] != _mark() or time.monotonic() - seen[1] > LOOKED:
        seen = _looked.at = (_mark(), time.monotonic(), status.data_version(database()))
    return int(seen[2])


def fiscal_calendar() -> FiscalCalendar:
    """The brand's own, as the settings state it."""
    return calendar_of(database())


def account(session_id: uuid.UUID) -> Account | None:
    """The account behind a session, or None when the session ended."""
    return _account(_mark(), str(session_id))


def forget_accounts() -> None:
    """After signing in or out, and after an account was changed."""
    begin_run()
    _account.clear()


@st.cache_data(ttl=SHORT, show_spinner=False)
def _account(database_mark: str, session_id: str) -> Account | None:
    return sessions.account_of(database(), uuid.UUID(session_id), datetime.now(UTC))


def _mark() -> str:
    """Tells databases of one process apart: tests open many."""
    return database().app_dsn


def attention(scope: Scope) -> dict[str, int]:
    """What waits for somebody: held_rows, missing, failed_sends."""
    return _attention(_mark(), scope, data_version())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _attention(database_mark: str, scope: Scope, version: int) -> dict[str, int]:
    return status.attention(database(), scope, date.today())


def footer(scope: Scope) -> tuple[str, ...]:
    """The parts of the footer line."""
    return _footer(_mark(), scope, data_version())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _footer(database_mark: str, scope: Scope, version: int) -> tuple[str, ...]:
    now = datetime.now(ZoneInfo(settings().time_zone))
    return (*status.reach(database(), scope).words(), f"refreshed {now:%H:%M}")


def known(scope: Scope) -> Known:
    """Covered days and resellers in sight, for the filter bar."""
    return _known(_mark(), scope, data_version())


@st.cache_data(ttl=WHILE, show_spinner=False)
def _known(database_mark: str, scope: Scope, version: int) -> Known:
    reach = status.reach(database(), scope)
    return Known(reach.since, reach.through, status.reseller_names(database(), scope))


def result(query: SalesQuery, scope: Scope) -> Result:
    """The answer to a question, from memory while the data is the same. `scope`: `session.scope()`. Errors: BadQuestion, QueryRefused."""
    return _results(_mark()).run(database(), query, scope, version=data_version())


def results(queries: Sequence[SalesQuery], scope: Scope) -> tuple[Result, ...]:
    """The answers to all questions of a page, of one state of the data; those in memory are not asked again. Errors: as `result`."""
    return _results(_mark()).run_all(database(), queries, scope, version=data_version())


def pivot(asked: PivotQuery, scope: Scope) -> Cells:
    """The answers to all groupings of a pivot, from memory while the data is the same. Errors: BadQuestion, QueryRefused."""
    return _results(_mark()).run_pivot(database(), asked, scope, version=data_version())


@st.cache_resource(show_spinner=False)
def _results(database_mark: str) -> ResultCache:
    return ResultCache()


def trace(query: SalesQuery, scope: Scope, side: Side, also: tuple[State, ...], limit: int) -> Trace:
    """The lines behind a figure, as `core.sales.tracing.trace` returns them; anew with every change of the data. Errors: BadQuestion."""
    return _trace(_mark(), query, scope, side, also, limit, date.today(), data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner="Looking up the lines …")
def _trace(
    database_mark: str, query: SalesQuery, scope: Scope, side: Side, also: tuple[State, ...], limit: int, today: date, version: int
) -> Trace:
    return tracing.trace(database(), query, scope, side=side, also=also, limit=limit, today=today)


def original(batch_id: int, scope: Scope) -> Original:
    """The kept file of an upload. Errors: UnknownRecord."""
    return excerpts.original(database(), settings(), batch_id, scope)


def excerpt(kept: Original, sheet: str | None, row: int, cells: str | None) -> Excerpt:
    """The kept file around a cell. Errors: UnreadableFile, UnknownRecord."""
    return _excerpt(kept.sha256, kept, sheet, row, cells)


@st.cache_data(ttl=600, max_entries=64, show_spinner="Opening the original …", hash_funcs={Original: lambda kept: kept.sha256})
def _excerpt(sha256: str, kept: Original, sheet: str | None, row: int, cells: str | None) -> Excerpt:
    return excerpts.excerpt(kept, sheet, row, cells)


def explained(query: SalesQuery, scope: Scope) -> tuple[Bridge, dict[str, str]]:
    """The bridge of a `bridging.bridge_query`, and each item's own reasons in words. Errors: BadQuestion for too many groups."""
    return _explained(_mark(), query, scope, data_version(), date.today())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _explained(database_mark: str, query: SalesQuery, scope: Scope, version: int, today: date) -> tuple[Bridge, dict[str, str]]:
    found = result(query, scope)
    return bridging.bridge(found), movers.reasons_of(found)


def offers(item: str, scope: Scope) -> tuple[Offer, ...]:
    """What the catalogue has on sale; anew with every change of the data."""
    return _offers(_mark(), item, scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _offers(database_mark: str, item: str, scope: Scope, version: int) -> tuple[Offer, ...]:
    return offering.offers(database(), item, scope)


def covered(scope: Scope) -> Covered:
    """What each reseller in sight has stated, span by span; anew with every change of the data."""
    return _covered(_mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _covered(database_mark: str, scope: Scope, version: int) -> Covered:
    return covering.covered_in(database(), scope)


def outlook(question: ForecastQuestion, scope: Scope) -> Outlook:
    """A forecast with its back-test, as of today; anew with every change of the data. Errors: BadQuestion, QueryRefused."""
    return _outlook(_mark(), question, scope, date.today(), data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner="Testing on the past …", hash_funcs={ForecastQuestion: repr})
def _outlook(database_mark: str, question: ForecastQuestion, scope: Scope, today: date, version: int) -> Outlook:
    return running_forecasts.outlook(question, lambda query: result(query, scope), covered(scope), today)


def calendar(where: tuple[Filter, ...], period: Period, scope: Scope) -> Calendar:
    """Day and week rows, coverage and countries for the calendar of a period; anew with every change of the data."""
    return _calendar(_mark(), where, period, scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False, hash_funcs={Filter: repr, Period: repr})
def _calendar(database_mark: str, where: tuple[Filter, ...], period: Period, scope: Scope, version: int) -> Calendar:
    return read_calendar(database(), lambda query: result(query, scope), where, period, scope)


def anomalies_found(scope: Scope) -> Found:
    """Everything odd as of today, dismissed or not; anew with every change of the data."""
    return _anomalies(_mark(), scope, date.today(), data_version())


def remember_odd(person: str, open_problems: int) -> None:
    """What the Anomalies page counted for somebody, for the badge in the navigation; looking for it on every page would cost too much."""
    _odd(_mark())[person] = (status.data_version(database()), open_problems)


def odd(person: str) -> dict[str, int]:
    """The badge `data_problems`, while the data is what it was when somebody last looked."""
    known = _odd(_mark()).get(person)
    return {"data_problems": known[1]} if known and known[0] == status.data_version(database()) else {}


@st.cache_resource(show_spinner=False)
def _odd(database_mark: str) -> dict[str, tuple[int, int]]:
    return {}


@st.cache_data(ttl=3600, max_entries=16, show_spinner="Looking for what is odd …")
def _anomalies(database_mark: str, scope: Scope, today: date, version: int) -> Found:
    return anomalies.find(read_evidence(database(), scope, today, lambda queries: results(queries, scope)))


def coverage(scope: Scope, today: date) -> pl.DataFrame:
    """Reseller × slice, as `core.sales.coverage.coverage` returns it; anew with every change of the data."""
    return _coverage(_mark(), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _coverage(database_mark: str, scope: Scope, today: date, version: int) -> pl.DataFrame:
    return sales_coverage.coverage(database(), scope, today)


def asked_coverage(scope: Scope, today: date) -> pl.DataFrame:
    """As `coverage`, with `reminded`: the day each slice's report was last asked for."""
    found = coverage(scope, today)
    days = reminding.last_reminders(_reminders(_mark(), scope), found)
    return found.with_columns(pl.Series("reminded", days, dtype=pl.Date))


@st.cache_data(ttl=WHILE, show_spinner=False)
def _reminders(database_mark: str, scope: Scope) -> tuple[Reminded, ...]:
    return reminding.sent(database(), scope)


def forget_reminders() -> None:
    """After a reminder went out."""
    begin_run()
    _reminders.clear()


def restated(scope: Scope) -> tuple[Restated, ...]:
    """Periods that a later file stated differently, newest first; anew with every change of the data."""
    return _restated(_mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _restated(database_mark: str, scope: Scope, version: int) -> tuple[Restated, ...]:
    return find_restated(database(), scope)


def restated_since(scope: Scope, period: Period, since: datetime) -> tuple[Restated, ...]:
    """Of those that end or begin inside a period, what files stored after a moment changed, against what was known at it."""
    return _restated_since(_mark(), scope, period, since, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _restated_since(database_mark: str, scope: Scope, period: Period, since: datetime, version: int) -> tuple[Restated, ...]:
    return find_restated(database(), scope, period, since)


def version() -> int:
    """The number that rises with every change of the data."""
    return data_version()


def holes(scope: Scope) -> tuple[Hole, ...]:
    """Weeks that are missing by the year-to-date figures; anew with every change of the data."""
    return _holes(_mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _holes(database_mark: str, scope: Scope, version: int) -> tuple[Hole, ...]:
    return find_holes(database(), scope)


def batches() -> pl.DataFrame:
    """Every file that was taken in, newest first, as `core.ingest.reading_back.batches` returns it; at most a few seconds old."""
    return _batches(_mark())


@st.cache_data(ttl=SHORT, show_spinner=False)
def _batches(database_mark: str) -> pl.DataFrame:
    return reading_back.batches(database())


def forget_batches() -> None:
    """After a file was taken in, stored or taken back."""
    begin_run()
    _batches.clear()
    _attention.clear()


def superseded() -> dict[int, bool]:
    """Stored uploads that a later one overtook, wholly (True) or in part; anew with every change of the data."""
    return _superseded(_mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _superseded(database_mark: str, version: int) -> dict[int, bool]:
    return superseding.superseded(database())


def background(batch_id: int, revision: str) -> Background:
    """What waits of an upload and what is proven across files; anew whenever its entry or the data changed."""
    return _background(_mark(), batch_id, revision, data_version())


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False)
def _background(database_mark: str, batch_id: int, revision: str, version: int) -> Background:
    return waiting.background(database(), batch_id)


def candidates(key: HeldKey, text: str, product_text: str) -> tuple[Suggestion, ...]:
    """What a held key most likely is, best first."""
    return _candidates(_mark(), key, text, product_text, settings().brand, data_version())


@st.cache_data(ttl=WHILE, max_entries=256, show_spinner=False)
def _candidates(database_mark: str, key: HeldKey, text: str, product_text: str, brand: str, version: int) -> tuple[Suggestion, ...]:
    return tuple(inbox.suggestions(database(), key, text, product_text, brand))


def batch_report(batch_id: int, revision: str) -> ImportReport:
    """The report of an upload, kept until its entry changes (`revision` of `core.uploads.Upload`)."""
    return _batch_report(_mark(), batch_id, revision)


@st.cache_data(ttl=600, max_entries=64, show_spinner=False)
def _batch_report(database_mark: str, batch_id: int, revision: str) -> ImportReport:
    return reporting.load_report(database(), batch_id)


def report_content(definition: ReportDefinition, scope: Scope, today: date) -> ReportContent:
    """A report with its figures as it would be sent today; anew with every change of the data or of the report."""
    return _report_content(_mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=8, show_spinner="Building the report …")
def _report_content(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> ReportContent:
    return rendering.build_content(database(), settings(), definition_from(json.loads(definition)), scope, today)


def report_pictures(definition: ReportDefinition, scope: Scope, today: date) -> tuple[bytes, ...]:
    """The pages of the report's PDF as PNG."""
    return _report_pictures(_mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=8, show_spinner="Setting the pages …")
def _report_pictures(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> tuple[bytes, ...]:
    return pdf.pictures(_report_content(database_mark, definition, scope, today, version), 110)


def findings(definition: AlertDefinition, scope: Scope, today: date) -> tuple[str, ...]:
    """What an alert would say today, sentence by sentence. Errors: BadQuestion, BadSchedule, QueryRefused."""
    return _findings(_mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _findings(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> tuple[str, ...]:
    return tuple(finding.text for finding in alerts.find(database(), alerts.alert_from(json.loads(definition)), scope, today))


def board_health(url: str, own_origin: str) -> Health:
    """Whether a board lets itself be framed, asked anew every quarter of an hour."""
    return _board_health(url, own_origin, settings().environment == "development")


@st.cache_data(ttl=900, show_spinner="Asking the board …")
def _board_health(url: str, own_origin: str, loopback: bool) -> Health:
    return health.check(read_link(url, loopback=loopback), own_origin, loopback=loopback)


def held_groups() -> pl.DataFrame:
    """What waits in the inbox, as `core.ingest.inbox.groups` returns it; anew with every change of the data."""
    return _held_groups(_mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _held_groups(database_mark: str, version: int) -> pl.DataFrame:
    return inbox.groups(database())


def effect(key: HeldKey, decision: Decision) -> Effect:
    """What an answer in the inbox would do; anew with every change of the data. Errors: as `core.ingest.inbox.resolve`."""
    return _effect(_mark(), key, repr(decision), data_version(), decision)


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False, hash_funcs={Decision: repr})
def _effect(database_mark: str, key: HeldKey, told: str, version: int, decision: Decision) -> Effect:
    return foreseeing.foresee(database(), key, decision)


def forget_held() -> None:
    """After an answer: the inbox, its badge and the catalogue's names are read anew."""
    begin_run()
    _held_groups.clear()
    _attention.clear()
    _product_names.clear()


def product_names() -> dict[str, str]:
    """EAN → `code · name` of every product."""
    return _product_names(_mark())


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


def articles() -> tuple[Article, ...]:
    """Every product of the catalogue; anew with every change of the data."""
    return _articles(_mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _articles(database_mark: str, version: int) -> tuple[Article, ...]:
    return read_articles(database())


def list_prices(ean: str) -> tuple[ListPrice, ...]:
    """What the price list says of a product."""
    return _list_prices(_mark(), ean, data_version())


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False)
def _list_prices(database_mark: str, ean: str, version: int) -> tuple[ListPrice, ...]:
    return read_list_prices(database(), ean)


def reseller_facts(scope: Scope) -> tuple[ResellerFacts, ...]:
    """The resellers in sight as the catalogue knows them."""
    return _reseller_facts(_mark(), scope, data_version())


@st.cache_data(ttl=WHILE, max_entries=16, show_spinner=False)
def _reseller_facts(database_mark: str, scope: Scope, version: int) -> tuple[ResellerFacts, ...]:
    return read_facts(database(), scope)


def store_facts(reseller_id: int) -> tuple[StoreFacts, ...]:
    """The stores of a reseller with when they opened and closed."""
    return _store_facts(_mark(), reseller_id, data_version())


@st.cache_data(ttl=WHILE, max_entries=32, show_spinner=False)
def _store_facts(database_mark: str, reseller_id: int, version: int) -> tuple[StoreFacts, ...]:
    return read_stores(database(), reseller_id)


def stock(reseller: str, scope: Scope, until: date) -> StockOnDay | None:
    """The reseller's last stated stock up to a day; None where it states none."""
    return _stock(_mark(), reseller, scope, until, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _stock(database_mark: str, reseller: str, scope: Scope, until: date, version: int) -> StockOnDay | None:
    return read_stock(database(), reseller, scope, until)


def model() -> Model | None:
    """The language model of the settings, opened once; None without one."""
    return _model(_mark())


@st.cache_resource(show_spinner=False)
def _model(database_mark: str) -> Model | None:
    return models.open_model(settings())


def resellers_by_id() -> tuple[tuple[int, str], ...]:
    """Every reseller, for those who manage people."""
    return status.resellers(database())
