"""One reseller: its head, its figures, stores, products and change, each part a card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import streamlit as st

from core.sales import reseller_queries
from core.sales.dimensions import NOT_STATED
from core.sales.formatting import format_figure
from core.sales.naming import name_day
from core.sales.relative import total_change
from core.sales.reseller_facts import ResellerFacts, next_expected, status_words
from pages.components import bridge_view, cached, cached_analyses, cached_files, filters, frame, results, session, tiles
from pages.components import trend as trend_chart
from pages.components.card_menu import beside, card
from pages.components.choosing import Choice, Known
from pages.components.subject import Subject


@dataclass(frozen=True)
class Page(Subject):
    """What every part of the page shares."""

    kind = "reseller"
    facts: ResellerFacts


def facts_of(name: str) -> ResellerFacts | None:
    return next((one for one in cached_analyses.reseller_facts(session.scope()) if one.name == name), None)


def open_page(facts: ResellerFacts, chosen: Choice, known: Known) -> Page:
    query = reseller_queries.key_figures(facts.is_web_shop, chosen.where, chosen.period, chosen.comparison, chosen.like_for_like)
    key = cached.result(query, session.scope())
    return Page(chosen, known, key, facts)


def head(facts: ResellerFacts, chosen: Choice) -> None:
    """What it is, how far its data reaches, what is expected next, and the way back to all."""
    coverage = cached_files.coverage(session.scope(), date.today())
    through = cached.covered(session.scope()).data_through(facts.id)
    expected = next_expected(coverage, facts.name)
    parts = [f"data through {name_day(through)}" if through else "no data yet", status_words(coverage, facts.name)]
    parts += [f"next: {expected}"] if expected else []
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        st.html(
            f'<div class="product-head"><b>{frame.escaped(facts.name)}</b> <span>{frame.escaped(facts.words)}</span>'
            f"<div>{frame.escaped(' · '.join(parts))}</div></div>"
        )
    with right, st.container(horizontal_alignment="right"):
        everybody = replace(chosen, resellers=())
        st.button(
            "All resellers",
            icon=":material/arrow_back:",
            type="tertiary",
            key="all_resellers",
            on_click=filters.choose,
            args=(everybody, cached.known(session.scope()), date.today()),
        )


def tiles_row(page: Page) -> None:
    """The figures; net revenue says its change over the same stores beside it, the margin how much of the revenue has a known cost."""
    shop = page.facts.is_web_shop
    months = page.result(reseller_queries.monthly(shop, page.chosen.where, page.year, *page.against))
    made = [tiles.of(name, page.key, months) for name in reseller_queries.measures(shop)]
    tiles.row(replace(tile, cover=_cover(page, tile.name)) if _cover(page, tile.name) else tile for tile in made)


def _cover(page: Page, name: str) -> str:
    totals = page.key.totals
    if name == "sales_eur_net" and page.chosen.comparison is not None and not page.facts.is_web_shop:
        alike = page.result(reseller_queries.same_stores(page.chosen.where, page.chosen.period, page.chosen.comparison))
        moved, kept = alike.totals.get("sales_eur_net_change"), alike.base.kept if alike.base else 0
        return (
            f"like for like {total_change(alike.totals, 'sales_eur_net')}, {kept} {'store' if kept == 1 else 'stores'}"
            if moved is not None
            else "no like-for-like base"
        )
    if name == "margin" and totals.get("cost_coverage") is not None:
        return f"cost known for {format_figure('cost_coverage', totals['cost_coverage'])} of revenue"
    if name == "sell_through":
        held = cached_analyses.stock(page.facts.name, session.scope(), page.chosen.period.end)
        return f"stock of {held.day:%-d %b %Y}" if held else "states no stock"
    if name == "active_products":
        stores = totals.get("active_stores")
        return f"{stores} active {'store' if stores == 1 else 'stores'}" if stores else "states no stores"
    return ""


def trend(page: Page) -> None:
    months = page.result(reseller_queries.monthly(page.facts.is_web_shop, page.chosen.where, page.year, *page.against))
    with card(
        "Net revenue by month", "EUR net, beside what is compared with; click a month to see it alone", page.menu("trend", months, "chart")
    ):
        trend_chart.draw(page.chosen, months, page.year, key="reseller_trend", source="reseller.trend")


def change(page: Page) -> None:
    menu = page.menu("change", page.key, **bridge_view.taken(page.key.query))
    with card("Where its change comes from", "EUR net, over what is covered in both periods", menu):
        bridge_view.short(page.key.query, 3)


def stores(page: Page) -> None:
    """Every store with its change, and whether it is like for like or since when it is open."""
    found = page.result(reseller_queries.by_store(page.chosen.where, page.chosen.period, page.chosen.comparison))
    if found.frame.filter(pl.col("store") != NOT_STATED).is_empty():
        return
    base = None
    if page.chosen.comparison is not None:
        base = page.result(reseller_queries.same_stores(page.chosen.where, page.chosen.period, page.chosen.comparison)).base
    states = reseller_queries.store_states(found, base, page.facts.name, cached_analyses.store_facts(page.facts.id))
    columns, more = results.present(found, reseller_queries.STORE_COLUMNS), {"Like for like": states}
    menu = page.menu("stores", found, shown=lambda: beside(found, "Stores", columns, more))
    with card("Stores", "Like for like: there in all of both periods; click a row to see one alone", menu):
        row = results.table(
            found,
            key="reseller_stores",
            columns=columns,
            select=True,
            total=True,
            titles={"share": "Share"},
            more=more,
        )
        filters.narrow(page.chosen, "reseller.store", "store", row and row["store"])


def countries(page: Page) -> None:
    """Of the web shop: where orders went."""
    found = page.result(reseller_queries.by_country(page.chosen.where, page.chosen.period, *page.against))
    with card("Countries", "Where orders went; click a row to see one alone", page.menu("countries", found)):
        columns = results.present(found, reseller_queries.COUNTRY_COLUMNS)
        row = results.table(found, key="reseller_countries", columns=columns, select=True, total=True, titles={"share": "Share"})
        filters.narrow(page.chosen, "reseller.country", "country", row and row["country"])


def products(page: Page) -> None:
    found = page.result(reseller_queries.by_product(page.chosen.where, page.chosen.period, *page.against))
    with card(
        "Products",
        "Price vs list: gross revenue ÷ units at the list price of their month; click a row to see one alone",
        page.menu("products", found),
    ):
        row = results.table(
            found,
            key="reseller_products",
            columns=results.present(found, reseller_queries.PRODUCT_COLUMNS),
            select=True,
            total=True,
            titles={"price_realisation": "Price vs list", "average_unit_price": "Avg price €", "share": "Share"},
        )
        filters.narrow(page.chosen, "reseller.product", "product", row and row["product"])
