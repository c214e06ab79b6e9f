"""The questions that every overview, report and chat answer asks in the same way: each a SalesQuery with its usual choices made."""

from __future__ import annotations

from core.sales.query import Comparison, Filter, Period, SalesQuery

Where = tuple[Filter, ...]
KPIS = ("sales_eur_net", "units", "orders", "aov", "returns_rate")
RESELLER_COLUMNS = ("reseller", "sales_eur_net", "share", "sales_eur_net_change_pct", "units")
CHANNEL_COLUMNS = ("source", "channel", "sales_eur_net", "share", "sales_eur_net_change_pct")
LAST_YEAR: Comparison = "prior_year"


def key_figures(where: Where, period: Period) -> SalesQuery:
    """Net revenue, units, orders, average order value and returns, against the covered part of last year."""
    return SalesQuery(KPIS, (), where, period, LAST_YEAR)


def monthly(where: Where, period: Period, measures: tuple[str, ...] = ("sales_eur_net",)) -> SalesQuery:
    """By month, this year beside last."""
    return SalesQuery(measures, ("month",), where, period, LAST_YEAR)


def by_reseller(where: Where, period: Period) -> SalesQuery:
    """Revenue, its change, units and share by reseller, largest first."""
    return SalesQuery(("sales_eur_net", "units", "share"), ("reseller",), where, period, LAST_YEAR)


def by_product(where: Where, period: Period) -> SalesQuery:
    """Revenue and its change by product, for top lists and movers."""
    return SalesQuery(("sales_eur_net", "units"), ("product",), where, period, LAST_YEAR)


def channel_mix(where: Where, period: Period) -> SalesQuery:
    """Stores, the resellers' web shops and the own web shop: channel and source together."""
    return SalesQuery(("sales_eur_net", "share"), ("source", "channel"), where, period, LAST_YEAR)
