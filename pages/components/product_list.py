"""All products with their trend, to find one in: a row opens it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from core.sales import standard
from core.sales.dimensions import NOT_STATED
from core.sales.naming import name_period
from core.sales.query import Result, SalesQuery
from core.sales.relative import in_place
from pages.components import cached, cached_analyses, empty, numbered, product_choice, results, session, warnings
from pages.components.card_menu import Menu, card
from pages.components.choosing import Choice, Known

COLUMNS = ("sales_eur_net", "sales_eur_net_change_pct", "units", "units_change_pct")


def draw(chosen: Choice, known: Known) -> None:
    """The list, the largest first; what was searched for narrows it."""
    scope = session.scope()
    found = cached.result(standard.by_product(chosen.where, chosen.period, chosen.comparison, chosen.like_for_like), scope)
    if empty.nothing_sold(found):
        warnings.line(found)
        empty.no_sales_in(chosen)
        return
    trend = cached.result(SalesQuery(("sales_eur_net",), ("product", "month"), chosen.where, standard.around(chosen.period)), scope)
    with card(
        "Products", f"{name_period(chosen.period)}, the largest first; click a row to open it", Menu("products-list", found, chosen, known)
    ):
        rows = found.frame.filter(pl.col("product") != NOT_STATED)
        picked = _table(rows, sparklines(trend))
    eans = {article.label: article.ean for article in cached_analyses.articles()}
    if picked is not None and picked in eans:
        product_choice.choose(eans[picked])
        st.rerun()
    results.caveats(found)


def sparklines(trend: Result) -> Mapping[str, list[float]]:
    """Net revenue by month for each product, over the same months for all; a month without a line is 0."""
    frame = trend.frame.filter(pl.col("month").is_not_null())
    months = frame["month"].unique().sort().to_list()
    values = {(name, month): float(net or 0) for name, month, net in frame.select("product", "month", "sales_eur_net").iter_rows()}
    return {name: [values.get((name, month), 0.0) for month in months] for name in frame["product"].unique()}


def _table(rows: pl.DataFrame, lines: Mapping[str, list[float]]) -> str | None:
    """Draw it; returns the product of the clicked row."""
    names = [name for name in COLUMNS if name in rows.columns]
    plain = rows.select("product", *(pl.col(name).cast(pl.Float64) for name in names))
    table = plain.with_columns(pl.Series("trend", [lines.get(name, []) for name in rows["product"]], dtype=pl.List(pl.Float64)))
    stands = in_place(rows.iter_rows(named=True), names) if rows.height <= results.MOST_STYLED else {}
    styled = results.shown(numbered.numbered(table.select("product", "trend", *names)), stands=stands)
    config = {
        **numbered.COLUMN,
        **results.column_config(["product", *names], {}),
        "trend": st.column_config.LineChartColumn("By month", help="Net revenue by month, each row on its own scale", width="small"),
    }
    event = st.dataframe(
        styled, key="product_list", hide_index=True, height="content" if rows.height <= 18 else 33 * 19, column_config=config, on_select="rerun",
        selection_mode="single-cell", placeholder=results.placeholder(rows), alt="Products with net revenue, change and units",
    )  # fmt: skip
    place = numbered.chosen(event, rows.height)
    return str(rows["product"][place]) if place is not None else None
