"""The questions of a product's page, each a SalesQuery with its usual choices made, and its price history as a chart. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from core.sales.chart_spec import ChartSpec, Series
from core.sales.charts import name_moment
from core.sales.query import Filter, LikeForLike, Period, Result, SalesQuery
from core.sales.standard import Against, Where

KPIS = ("sales_eur_net", "units", "average_unit_price", "price_realisation", "returns_rate", "resellers")
KEY_FIGURES = (*KPIS, "average_unit_price_without_bulk")
PLACES = ("sales_eur_net", "share", "units", "average_unit_price", "price_realisation")
PLACE_COLUMNS = ("sales_eur_net", "share", "sales_eur_net_change_pct", "units", "average_unit_price", "price_realisation")
STATED_STORE = Filter("store", ("",), exclude=True)


def of_product(ean: str, where: Where) -> Where:
    return (*where, Filter("product", (ean,)))


def key_figures(where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    return SalesQuery(KEY_FIGURES, (), where, period, against, like_for_like=alike)


def monthly(where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    """All figures of the tiles by month: the trend, the sparklines and the price history in one."""
    return SalesQuery(KPIS, ("month",), where, period, against, like_for_like=alike)


def by_place(place: str, where: Where, period: Period, against: Against, alike: LikeForLike | None) -> SalesQuery:
    """By `reseller`, `store` (only resellers that state them), `country` or `channel` with its source."""
    by = ("source", "channel") if place == "channel" else (place,)
    stated = (*where, STATED_STORE) if place == "store" else where
    return SalesQuery(PLACES, by, stated, period, against, like_for_like=alike)


def months_sold(where: Where) -> SalesQuery:
    """Units sold by reseller and month, over all data: when it sold first and last, and where."""
    return SalesQuery(("units_sold",), ("reseller", "month"), where)


def stock(where: Where, period: Period) -> SalesQuery:
    return SalesQuery(("stock_units", "sell_through", "units"), ("reseller",), where, period)


def first_and_last(sold: Result) -> dict[str, tuple[date, date]]:
    """By reseller the first and the last month (their first days) with units sold; '' for all. `sold`: the answer to `months_sold`."""
    rows = sold.frame.filter((pl.col("units_sold") > 0) & pl.col("month").is_not_null())
    found = rows.group_by("reseller").agg(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"))
    spans = {name: (first, last) for name, first, last in found.iter_rows()}
    return spans | {"": (rows["month"].min(), rows["month"].max())} if spans else {}


def price_chart(months: Result) -> ChartSpec | None:
    """The average unit price by month beside what the same units cost at list, both EUR without VAT; None with less than two months.

    The list price of the units as sold is their average price ÷ price realisation: of each line's month, currency and VAT.
    """
    rows = months.frame.filter(pl.col("month").is_not_null() & pl.col("average_unit_price").is_not_null()).sort("month")
    if rows.height < 2:
        return None
    pairs = rows.select("average_unit_price", "price_realisation").rows()
    listed = tuple(round(Decimal(price) / part, 9) if part else None for price, part in pairs)
    series = [Series("average unit price", tuple(price for price, _ in pairs))]
    series += [Series("list price", listed, "before")] if any(value is not None for value in listed) else []
    days = tuple(rows["month"].to_list())
    texts = tuple(name_moment(day, "month") for day in days)
    return ChartSpec(
        "line",
        "Average unit price and list price by month",
        days,
        tuple(series),
        "Month",
        "EUR per unit, without VAT",
        "EUR per unit",
        category_texts=texts,
    )
