"""The questions that every overview, report and chat answer asks in the same way: each a SalesQuery with its usual choices made.

`against`: what is compared with (None: nothing); `alike`: what the comparison is kept to.
"""

from __future__ import annotations

from core.sales.bridging import bridge_query
from core.sales.query import Comparison, Filter, LikeForLike, Period, SalesQuery, months

Where = tuple[Filter, ...]
KPIS = ("sales_eur_net", "units", "orders", "aov", "returns_rate")
RESELLER_COLUMNS = ("reseller", "sales_eur_net", "share", "sales_eur_net_change_pct", "units")
CHANNEL_COLUMNS = ("source", "channel", "sales_eur_net", "share", "sales_eur_net_change_pct")
LAST_YEAR: Comparison = "prior_year"
Against = Comparison | Period | None


def key_figures(where: Where, period: Period, against: Against = LAST_YEAR, alike: LikeForLike | None = None) -> SalesQuery:
    """Net revenue, units, orders, average order value and returns, against the covered part of what is compared with."""
    return SalesQuery(KPIS, (), where, period, against, like_for_like=alike)


def monthly(
    where: Where,
    period: Period,
    measures: tuple[str, ...] = ("sales_eur_net",),
    against: Against = LAST_YEAR,
    alike: LikeForLike | None = None,
) -> SalesQuery:
    """By month, this period beside the one compared with."""
    return SalesQuery(measures, ("month",), where, period, against, like_for_like=alike)


def around(period: Period, against: Against = LAST_YEAR) -> Period:
    """What a chart by month shows of a period: itself, or the twelve months up to its end where it is shorter than three and is not compared
    with a period of its own."""
    if isinstance(against, Period):
        return period
    last = months(period.end.year, period.end.month, 1)
    number = last.start.year * 12 + last.start.month - 12
    year = months(number // 12, number % 12 + 1, 12)
    return period if (last.end - period.start).days > 62 else year


def by_reseller(where: Where, period: Period, against: Against = LAST_YEAR, alike: LikeForLike | None = None) -> SalesQuery:
    """Revenue, its change, units and share by reseller, largest first."""
    return SalesQuery(("sales_eur_net", "units", "share"), ("reseller",), where, period, against, like_for_like=alike)


def by_product(where: Where, period: Period, against: Against = LAST_YEAR, alike: LikeForLike | None = None) -> SalesQuery:
    """Revenue and its change by product, for top lists and movers."""
    return SalesQuery(("sales_eur_net", "units"), ("product",), where, period, against, like_for_like=alike)


def channel_mix(where: Where, period: Period, against: Against = LAST_YEAR, alike: LikeForLike | None = None) -> SalesQuery:
    """Stores, the resellers' web shops and the own web shop: channel and source together."""
    return SalesQuery(("sales_eur_net", "share"), ("source", "channel"), where, period, against, like_for_like=alike)


def overview(where: Where, period: Period, against: Against = LAST_YEAR, alike: LikeForLike | None = None) -> tuple[SalesQuery, ...]:
    """Every question of the overview page."""
    year = around(period, against)
    asked = (where, period, against, alike)
    figures = key_figures(*asked)
    trends = [monthly(where, year, measures, against, alike) for measures in (KPIS, ("sales_eur_net",))]
    bridges = [bridge_query(figures)] if against is not None else []
    return (figures, *trends, by_product(*asked), *bridges, by_reseller(*asked), channel_mix(*asked))
