"""The questions of a reseller's page, each a SalesQuery with its usual choices made. Pure."""

from __future__ import annotations

from core.sales.query import Base, Filter, LikeForLike, Period, Result, SalesQuery
from core.sales.reseller_facts import StoreFacts
from core.sales.standard import Against, Where

STORE_KPIS = ("sales_eur_net", "units", "sell_through", "price_realisation", "returns_rate", "active_products")
SHOP_KPIS = ("sales_eur_net", "orders", "aov", "margin", "returns_rate", "units")
KEY_FIGURES = ("sales_eur_net", "units", "sell_through", "price_realisation", "returns_rate", "active_products", "active_stores")
SHOP_FIGURES = (*SHOP_KPIS, "cost_coverage", "gross_profit", "units_per_order")
PRODUCTS = ("sales_eur_net", "share", "units", "average_unit_price", "price_realisation")
PRODUCT_COLUMNS = ("product", "sales_eur_net", "share", "sales_eur_net_change_pct", "units", "average_unit_price", "price_realisation")
STORES = ("sales_eur_net", "share", "units")
STORE_COLUMNS = ("store", "sales_eur_net", "share", "sales_eur_net_change_pct", "units", "units_change_pct")
COUNTRIES = ("sales_eur_net", "share", "orders", "aov", "units")
COUNTRY_COLUMNS = ("country", "sales_eur_net", "share", "sales_eur_net_change_pct", "orders", "aov", "units")
COMPARED = ("sales_eur_net", "share", "units", "returns_rate", "price_realisation", "sell_through")
COMPARED_COLUMNS = (
    "reseller",
    "sales_eur_net",
    "share",
    "sales_eur_net_change_pct",
    "units",
    "returns_rate",
    "price_realisation",
    "sell_through",
)


def measures(web_shop: bool) -> tuple[str, ...]:
    """Of the tiles: the web shop has orders and margin, a reseller stock and list prices."""
    return SHOP_KPIS if web_shop else STORE_KPIS


def key_figures(web_shop: bool, where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    return SalesQuery(SHOP_FIGURES if web_shop else KEY_FIGURES, (), where, period, against, like_for_like=alike)


def same_stores(where: Where, period: Period, against: Against) -> SalesQuery:
    """Net revenue like for like over the stores that were there in all of both periods."""
    return SalesQuery(("sales_eur_net",), (), where, period, against, like_for_like="stores")


def monthly(web_shop: bool, where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    return SalesQuery(measures(web_shop), ("month",), where, period, against, like_for_like=alike)


def by_store(where: Where, period: Period, against: Against) -> SalesQuery:
    return SalesQuery(STORES, ("store",), where, period, against)


def by_product(where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    return SalesQuery(PRODUCTS, ("product",), where, period, against, like_for_like=alike)


def by_country(where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    return SalesQuery(COUNTRIES, ("country",), where, period, against, like_for_like=alike)


def all_resellers(where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    """Every reseller with the figures that tell them apart."""
    everywhere: tuple[Filter, ...] = tuple(f for f in where if f.dimension != "reseller")
    return SalesQuery(COMPARED, ("reseller",), everywhere, period, against, like_for_like=alike)


def store_states(result: Result, base: Base | None, reseller: str, stores: tuple[StoreFacts, ...]) -> list[str]:
    """For each row of `by_store`: why it is not like for like, or `same store`, and when it opened or closed. `base`: of `same_stores`."""
    out = {item.name: item.reason for item in base.fell_out} if base else {}
    facts = {store.name: store for store in stores}
    return [_state(name, out, facts.get(name.removesuffix(f" ({reseller})")), reseller, base is not None) for name in result.frame["store"]]


def _state(name: str, out: dict[str, str], store: StoreFacts | None, reseller: str, compared: bool) -> str:
    short = name.removesuffix(f" ({reseller})")
    reason = out.get(f"{short} ({reseller})") or out.get(short) or (out.get(reseller) if store is None else None)
    dates = (
        [f"opened {store.opened:%-d %b %Y}" if store.opened else "", f"closed {store.closed:%-d %b %Y}" if store.closed else ""]
        if store
        else []
    )
    told = ", ".join(part for part in dates if part)
    if reason:
        return reason if not told or told.split(" ")[0] in reason else f"{reason}; {told}"
    return "; ".join(part for part in ("same store" if compared else "", told) if part) or "–"
