"""What is kept between runs of analyses: traces, bridges, forecasts, calendars, anomalies, restatements, reports, and facts of the catalogue.

The rules stand in `cached`: one key holds database, scope and data version.
"""

from __future__ import annotations

import json
from datetime import date, datetime

import streamlit as st

from core import status
from core.db.engine import Scope
from core.reports import alerts, pdf, rendering
from core.reports.alerts import AlertDefinition
from core.reports.content import ReportContent
from core.reports.definition import ReportDefinition, definition_from
from core.sales import anomalies, bridging, movers, offering, running_forecasts, tracing
from core.sales.anomaly_reading import read_evidence
from core.sales.anomaly_shapes import Found
from core.sales.articles import Article, ListPrice, read_articles, read_list_prices
from core.sales.bridging import Bridge
from core.sales.calendar_reading import Calendar, read_calendar
from core.sales.pace import Offer
from core.sales.query import Filter, Period, SalesQuery
from core.sales.reseller_facts import ResellerFacts, StoreFacts, read_facts, read_stores
from core.sales.restated import Restated
from core.sales.restated import restated as find_restated
from core.sales.running_forecasts import ForecastQuestion, Outlook
from core.sales.stock import StockOnDay, read_stock
from core.sales.tracing import Side, State, Trace
from pages.components.cached import WHILE, covered, data_version, database, mark, result, results, settings


def trace(query: SalesQuery, scope: Scope, side: Side, also: tuple[State, ...], limit: int) -> Trace:
    """The lines behind a figure, as `core.sales.tracing.trace` returns them; anew with every change of the data. Errors: BadQuestion."""
    return _trace(mark(), query, scope, side, also, limit, date.today(), data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner="Looking up the lines …")
def _trace(
    database_mark: str, query: SalesQuery, scope: Scope, side: Side, also: tuple[State, ...], limit: int, today: date, version: int
) -> Trace:
    return tracing.trace(database(), query, scope, side=side, also=also, limit=limit, today=today)


def explained(query: SalesQuery, scope: Scope) -> tuple[Bridge, dict[str, str]]:
    """The bridge of a `bridging.bridge_query`, and each item's own reasons in words. Errors: BadQuestion for too many groups."""
    return _explained(mark(), query, scope, data_version(), date.today())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _explained(database_mark: str, query: SalesQuery, scope: Scope, version: int, today: date) -> tuple[Bridge, dict[str, str]]:
    found = result(query, scope)
    return bridging.bridge(found), movers.reasons_of(found)


def offers(item: str, scope: Scope) -> tuple[Offer, ...]:
    """What the catalogue has on sale; anew with every change of the data."""
    return _offers(mark(), item, scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _offers(database_mark: str, item: str, scope: Scope, version: int) -> tuple[Offer, ...]:
    return offering.offers(database(), item, scope)


def outlook(question: ForecastQuestion, scope: Scope) -> Outlook:
    """A forecast with its back-test, as of today; anew with every change of the data. Errors: BadQuestion, QueryRefused."""
    return _outlook(mark(), question, scope, date.today(), data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner="Testing on the past …", hash_funcs={ForecastQuestion: repr})
def _outlook(database_mark: str, question: ForecastQuestion, scope: Scope, today: date, version: int) -> Outlook:
    return running_forecasts.outlook(question, lambda query: result(query, scope), covered(scope), today)


def calendar(where: tuple[Filter, ...], period: Period, scope: Scope) -> Calendar:
    """Day and week rows, coverage and countries for the calendar of a period; anew with every change of the data."""
    return _calendar(mark(), where, period, scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False, hash_funcs={Filter: repr, Period: repr})
def _calendar(database_mark: str, where: tuple[Filter, ...], period: Period, scope: Scope, version: int) -> Calendar:
    return read_calendar(database(), lambda query: result(query, scope), where, period, scope)


def anomalies_found(scope: Scope) -> Found:
    """Everything odd as of today, dismissed or not; anew with every change of the data."""
    return _anomalies(mark(), scope, date.today(), data_version())


def remember_odd(person: str, open_problems: int) -> None:
    """What the Anomalies page counted for somebody, for the badge in the navigation; looking for it on every page would cost too much."""
    _odd(mark())[person] = (status.data_version(database()), open_problems)


def odd(person: str) -> dict[str, int]:
    """The badge `data_problems`, while the data is what it was when somebody last looked."""
    known = _odd(mark()).get(person)
    return {"data_problems": known[1]} if known and known[0] == status.data_version(database()) else {}


@st.cache_resource(show_spinner=False)
def _odd(database_mark: str) -> dict[str, tuple[int, int]]:
    return {}


@st.cache_data(ttl=3600, max_entries=16, show_spinner="Looking for what is odd …")
def _anomalies(database_mark: str, scope: Scope, today: date, version: int) -> Found:
    return anomalies.find(read_evidence(database(), scope, today, lambda queries: results(queries, scope)))


def restated(scope: Scope) -> tuple[Restated, ...]:
    """Periods that a later file stated differently, newest first; anew with every change of the data."""
    return _restated(mark(), scope, data_version())


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def _restated(database_mark: str, scope: Scope, version: int) -> tuple[Restated, ...]:
    return find_restated(database(), scope)


def restated_since(scope: Scope, period: Period | None, since: datetime) -> tuple[Restated, ...]:
    """Of those that end or begin inside a period (None: of all), what files stored after a moment changed, against what was known at it."""
    return _restated_since(mark(), scope, period, since, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _restated_since(database_mark: str, scope: Scope, period: Period | None, since: datetime, version: int) -> tuple[Restated, ...]:
    return find_restated(database(), scope, period, since)


def report_content(definition: ReportDefinition, scope: Scope, today: date) -> ReportContent:
    """A report with its figures as it would be sent today; anew with every change of the data or of the report."""
    return _report_content(mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=8, show_spinner="Building the report …")
def _report_content(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> ReportContent:
    return rendering.build_content(database(), settings(), definition_from(json.loads(definition)), scope, today)


def report_pictures(definition: ReportDefinition, scope: Scope, today: date) -> tuple[bytes, ...]:
    """The pages of the report's PDF as PNG."""
    return _report_pictures(mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=8, show_spinner="Setting the pages …")
def _report_pictures(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> tuple[bytes, ...]:
    return pdf.pictures(_report_content(database_mark, definition, scope, today, version), 110)


def findings(definition: AlertDefinition, scope: Scope, today: date) -> tuple[tuple[str, ...], str]:
    """What an alert would say today, sentence by sentence, and what could not be judged. Errors: BadQuestion, BadSchedule, QueryRefused."""
    return _findings(mark(), json.dumps(definition.to_dict()), scope, today, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _findings(database_mark: str, definition: str, scope: Scope, today: date, version: int) -> tuple[tuple[str, ...], str]:
    found, not_judged = alerts.look(database(), alerts.alert_from(json.loads(definition)), scope, today)
    return tuple(finding.text for finding in found), not_judged


def articles() -> tuple[Article, ...]:
    """Every product of the catalogue; anew with every change of the data."""
    return _articles(mark(), data_version())


@st.cache_data(ttl=WHILE, max_entries=4, show_spinner=False)
def _articles(database_mark: str, version: int) -> tuple[Article, ...]:
    return read_articles(database())


def list_prices(ean: str) -> tuple[ListPrice, ...]:
    """What the price list says of a product."""
    return _list_prices(mark(), ean, data_version())


@st.cache_data(ttl=WHILE, max_entries=64, show_spinner=False)
def _list_prices(database_mark: str, ean: str, version: int) -> tuple[ListPrice, ...]:
    return read_list_prices(database(), ean)


def reseller_facts(scope: Scope) -> tuple[ResellerFacts, ...]:
    """The resellers in sight as the catalogue knows them."""
    return _reseller_facts(mark(), scope, data_version())


@st.cache_data(ttl=WHILE, max_entries=16, show_spinner=False)
def _reseller_facts(database_mark: str, scope: Scope, version: int) -> tuple[ResellerFacts, ...]:
    return read_facts(database(), scope)


def store_facts(reseller_id: int) -> tuple[StoreFacts, ...]:
    """The stores of a reseller with when they opened and closed."""
    return _store_facts(mark(), reseller_id, data_version())


@st.cache_data(ttl=WHILE, max_entries=32, show_spinner=False)
def _store_facts(database_mark: str, reseller_id: int, version: int) -> tuple[StoreFacts, ...]:
    return read_stores(database(), reseller_id)


def stock(reseller: str, scope: Scope, until: date) -> StockOnDay | None:
    """The reseller's last stated stock up to a day; None where it states none."""
    return _stock(mark(), reseller, scope, until, data_version())


@st.cache_data(ttl=600, max_entries=32, show_spinner=False)
def _stock(database_mark: str, reseller: str, scope: Scope, until: date, version: int) -> StockOnDay | None:
    return read_stock(database(), reseller, scope, until)
