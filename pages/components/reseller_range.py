"""What a reseller carries of the brand and what it has in stock: distribution gained and lost, bestsellers it lacks, weeks of cover."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from core.sales import assortment, stock
from core.sales.formatting import format_number, format_ratio
from core.sales.naming import name_day, name_list
from pages.components import cached_analyses, frame, results, session, stating
from pages.components.card_menu import PLAIN, card
from pages.components.reseller_view import Page

SIGNS = {"carried": "carried", "gained": "▲ gained", "lost": "▼ lost", "missing": "– not carried"}
STATES = {"out": "▼ out", "low": "▼ under 2 weeks", "high": "▲ over 26 weeks", "": "in range"}


def carried(page: Page) -> None:
    """Its range against the brand's."""
    own, brand = assortment.assortment_queries(page.facts.name, page.chosen.where, page.chosen.period, page.chosen.comparison)
    result = page.result(own)
    found = assortment.assortment(result, page.result(brand))
    lead = "Units sold in the period; gained and lost over what is covered in both periods"
    menu = page.menu("range", result)
    menu.shown = lambda: assortment.as_shown(page.facts.name, found, result)
    asked = replace(own, where=tuple(one for one in page.chosen.where if one.dimension != "reseller"))
    menu.leave_out = PLAIN
    menu.code = stating.call("assortment", page.facts.name, asked)
    with card("Range", lead, menu):
        st.markdown(frame.plain(_sentence(page, found)))
        rows = found.products.filter(pl.col("state") != "carried")
        if rows.is_empty() and not found.known:
            return
        if rows.is_empty():
            st.caption("Nothing gained, nothing lost, and every bestseller of the brand is carried.")
            return
        table = rows.select("product", pl.col("state").replace_strict(SIGNS), "sales_eur_net", "brand_rank")
        config = {
            **results.column_config(["product", "sales_eur_net"], {}),
            "state": st.column_config.Column("State"),
            "brand_rank": st.column_config.NumberColumn("Brand rank", help="Its place by net revenue everywhere in sight"),
        }
        st.dataframe(
            results.shown(table),
            hide_index=True,
            height="content" if rows.height <= 10 else 33 * 11,
            column_config=config,
            key="range",
            placeholder=results.placeholder(table),
        )


def _sentence(page: Page, found: assortment.Assortment) -> str:
    if not found.known:
        return f"{page.facts.name} has stated nothing of this period: what it carries is not known."
    weighted = f", which make {format_ratio(found.weighted)} of the brand’s net revenue in sight" if found.weighted is not None else ""
    text = f"{page.facts.name} sells {found.carried} of {found.of} products{weighted}."
    gained, lost, missing = (found.named(state) for state in ("gained", "lost", "missing"))
    text += f" Gained {len(gained)}, lost {len(lost)}." if found.compared else ""
    codes = [name.split(" · ")[0] for name in missing]
    return f"{text} Bestsellers it does not sell: {name_list(codes)}." if missing else text


def held_stock(page: Page) -> stock.StockOnDay | None:
    """Its last stated stock; None where its files state none."""
    return cached_analyses.stock(page.facts.name, session.scope(), page.chosen.period.end)


def _names(labels: pl.Series) -> pl.Series:
    """Products without the code before their name, where that tells them apart: a narrow column."""
    short = labels.str.split(" · ").list.last()
    return short if short.n_unique() == labels.n_unique() else labels


def cover(page: Page, held: stock.StockOnDay) -> None:
    """Its stock with how long it lasts."""
    units = page.result(stock.recent_units_query(page.facts.name, held))
    found = stock.weeks_of_cover(held, units)
    total = format_number(found["stock_units"].sum())
    lead = f"{total} units at the end of {name_day(held.day)}; cover at the pace of {held.pace}"
    menu = page.menu("stock", units)
    menu.shown = lambda: stock.as_shown(page.facts.name, held, found, units)
    menu.code = f"wb.stock({page.facts.name!r}, until={str(page.chosen.period.end)!r})"
    menu.leave_out = PLAIN
    with card("Stock", lead, menu):
        plain = found.select(
            _names(found["product"]).alias("Product"),
            pl.col("state").replace_strict(STATES).alias("State"),
            pl.col("stock_units").alias("Stock"),
            pl.col("weekly_units").cast(pl.Float64).alias("A week"),
            pl.col("weeks_of_cover").cast(pl.Float64).alias("Weeks"),
            (pl.col("sell_through").cast(pl.Float64) * 100).round(1).alias("Sold %"),
        )
        helps = {
            "A week": "Units sold a week, over the last weeks",
            "Weeks": "Weeks of cover at that pace",
            "Sold %": "Sell-through of those weeks",
        }
        formats = {name: st.column_config.NumberColumn(format="%.1f", width=62, help=told) for name, told in helps.items()}
        formats |= {"Product": st.column_config.Column(width=190), "State": st.column_config.Column(width=110)}
        formats |= {"Stock": st.column_config.NumberColumn(width=55)}
        st.dataframe(
            plain,
            hide_index=True,
            height="content" if plain.height <= 10 else 33 * 11,
            column_config=formats,
            key="stock",
            placeholder="–",
        )
        results.notes([caveat for caveat in units.caveats if caveat.kind == "missing"])
