"""One product: its head, its figures, where and at what price it sells, how it was launched and where its change comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from core.sales import launches, product_queries
from core.sales.articles import Article, current_prices
from core.sales.charts import moment_end
from core.sales.formatting import format_figure, format_money, format_number
from core.sales.launches import curve_chart, curve_words, month_words
from core.sales.query import Period, Result, conditions
from core.sales.shown import Shown
from core.sales.standard import Where
from pages.components import bridge_view, cached, cached_analyses, charts, empty, filters, frame, product_choice, results, session, tiles
from pages.components import trend as trend_chart
from pages.components.card_menu import PLAIN, beside, card
from pages.components.choosing import Choice, Known
from pages.components.subject import Subject

HALF_A_PAGE = {"store": ("average_unit_price",), "country": ("average_unit_price",), "channel": ("average_unit_price", "units")}


@dataclass(frozen=True)
class Page(Subject):
    """What every part of the page shares. `where`: the choice of the bar, and this product."""

    kind = "product"
    article: Article
    where: Where


def open_page(article: Article, chosen: Choice, known: Known) -> Page:
    where = product_queries.of_product(article.ean, chosen.where)
    key = cached.result(product_queries.key_figures(where, chosen.period, chosen.comparison, chosen.like_for_like), session.scope())
    return Page(chosen, known, key, article, where)


def head(article: Article, day: date) -> None:
    """Name, size, category, EAN and list prices, and the way back to all products."""
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        prices = ", ".join(
            f"{price.currency} {format_number(price.unit_price, 2)}"
            for price in current_prices(cached_analyses.list_prices(article.ean), day)
        )
        rrp = f"RRP {format_money(article.rrp, 2)} incl. VAT" if article.rrp is not None else "no RRP in the catalogue"
        listed = f" · list prices {prices}" if prices else ""
        st.html(
            f'<div class="product-head"><b>{frame.escaped(article.name)}</b> <span>{frame.escaped(article.code)}</span>'
            f"<div>{frame.escaped(f'{article.words} · {rrp}{listed}')}</div></div>"
        )
    with right, st.container(horizontal_alignment="right"):
        st.button(
            "All products", icon=":material/arrow_back:", type="tertiary", on_click=product_choice.choose, args=("",), key="all_products"
        )


def tiles_row(page: Page) -> None:
    months = page.result(product_queries.monthly(page.where, page.year, *page.against))
    made = [tiles.of(name, page.key, months) for name in product_queries.KPIS]
    bulk = page.key.totals.get("average_unit_price_without_bulk")
    with_bulk = page.key.totals.get("average_unit_price")
    if bulk is not None and bulk != with_bulk:
        words = f"{format_figure('average_unit_price_without_bulk', bulk)} without bulk"
        made = [replace(tile, cover=words) if tile.name == "average_unit_price" else tile for tile in made]
    tiles.row([replace(tile, cover=_first_sold(page)) if tile.name == "resellers" else tile for tile in made])


def _first_sold(page: Page) -> str:
    """`first sold in Mar 2026`, which is its launch where the data began earlier."""
    spans = product_queries.first_and_last(page.result(product_queries.months_sold(page.where)))
    own = next(
        (one for one in launches.launches(page.result(launches.launches_query(page.chosen.where))) if one.product == page.article.label),
        None,
    )
    if not spans:
        return "not sold here yet"
    return (
        f"launched in {month_words(spans[''][0])}"
        if own is not None and own.known
        else f"sold since {month_words(spans[''][0])}, where the data begins"
    )


def trend(page: Page) -> None:
    months = page.result(product_queries.monthly(page.where, page.year, *page.against))
    with card(
        "Net revenue by month", "EUR net, beside what is compared with; click a month to see it alone", page.menu("trend", months, "chart")
    ):
        sellers = product_queries.first_and_last(page.result(product_queries.months_sold(page.where)))
        restated = trend_chart.draw(page.chosen, months, page.year, key="product_trend", source="product.trend", sellers=sellers)
        frame.hint(
            "Restatements are of the reseller’s whole period, not of this product alone."
            if any(one.period.end >= page.year.start and one.period.start <= page.year.end for one in restated)
            else ""
        )


def change(page: Page) -> None:
    """The bridge of its change, by reseller: price, volume, currency, new and lost places."""
    menu = page.menu("change", page.key, **bridge_view.taken(page.key.query, "reseller"))
    with card("Where its change comes from", "EUR net, over what is covered in both periods", menu):
        bridge_view.short(page.key.query, 3, item="reseller")


def places(page: Page) -> None:
    """Reseller, store, country and channel, each a table whose click narrows the page."""
    sold = product_queries.first_and_last(page.result(product_queries.months_sold(page.where)))
    found = page.result(_by(page, "reseller"))
    last = [month_words(sold[name][1]) if name in sold else "–" for name in found.frame["reseller"]]
    more = {"Last sold": last}

    def taken() -> Shown:
        return beside(found, "By reseller", results.present(found, (*found.query.by, *product_queries.PLACE_COLUMNS)), more)

    with card("By reseller", "Click a row to see one alone", page.menu("resellers", found, shown=taken)):
        row = _table(page, found, "reseller", total=True, more=more)
        filters.narrow(page.chosen, "product.reseller", "reseller", row and row["reseller"])


def _by(page: Page, place: str) -> Any:
    return product_queries.by_place(place, page.where, page.chosen.period, *page.against)


def _table(page: Page, found: Result, place: str, *, total: bool = False, more: Any = None) -> dict[str, Any] | None:
    left_out = HALF_A_PAGE.get(place, ())
    columns = [name for name in results.present(found, (*found.query.by, *product_queries.PLACE_COLUMNS)) if name not in left_out]
    titles = {"price_realisation": "Price vs list", "average_unit_price": "Avg price €", "share": "Share"}
    return results.table(found, key=f"product_{place}", columns=columns, select=True, total=total, titles=titles, more=more)


def stores(page: Page) -> None:
    found = page.result(_by(page, "store"))
    if found.frame.is_empty():
        return
    with card("By store", "Only resellers that state stores; click a row to see one alone", page.menu("stores", found)):
        row = _table(page, found, "store")
        filters.narrow(page.chosen, "product.store", "store", row and row["store"])


def markets(page: Page) -> None:
    found = page.result(_by(page, "country"))
    with card(
        "By country", "Reseller's country, or where web-shop orders went; click a row to see one alone", page.menu("countries", found)
    ):
        row = _table(page, found, "country")
        filters.narrow(page.chosen, "product.country", "country", row and row["country"])
    mix = page.result(_by(page, "channel"))
    with card("By channel", "Click a row to see one alone", page.menu("channels", mix)):
        row = _table(page, mix, "channel")
        filters.follow_channel(page.chosen, "product.channel", row and (row["source"], row["channel"]))


def prices(page: Page) -> None:
    months = page.result(product_queries.monthly(page.where, page.year, *page.against))
    spec = product_queries.price_chart(months)
    with card(
        "Price by month",
        "Average unit price beside the list price of the same units, EUR without VAT",
        page.menu("prices", months, "chart"),
    ):
        if spec is None:
            st.caption("Fewer than two months state both units and money.")
            return
        charts.draw(spec, key="product_prices")
        realised = page.key.totals.get("price_realisation")
        if realised is not None:
            frame.hint(f"Sold at {format_figure('price_realisation', realised)} of the list price in this period.")


def prices_and_launch(page: Page) -> None:
    """Side by side; where no curve since the launch can be drawn, the prices have the width."""
    known = launches.launches(page.result(launches.launches_query(page.chosen.where)))
    if curve_chart(known, page.article.label) is None:
        prices(page)
        return
    left, right = st.columns(2)
    with left:
        prices(page)
    with right:
        launch(page)


def launch(page: Page) -> None:
    found = page.result(launches.launches_query(page.chosen.where))
    known = launches.launches(found)
    menu = page.menu("launch", found)
    menu.shown, menu.leave_out = (lambda: launches.as_shown(known, found)), PLAIN
    where = conditions(page.chosen.where)
    menu.code = f"wb.launches({where or ''})"
    with card("Since its launch", "EUR net by month since the launch, beside the median launch", menu):
        charts.draw(curve_chart(known, page.article.label), key="product_launch", height=240)
        frame.hint(curve_words(known, page.article.label))


def stock(page: Page) -> None:
    """Stock and sell-through where a reseller states them; nothing is drawn where none does."""
    found = page.result(product_queries.stock(page.where, page.chosen.period))
    rows = found.frame.filter(found.frame["stock_units"].is_not_null())
    if rows.is_empty():
        return
    with card("Stock and sell-through", "Units ÷ (stock at the end + units), of resellers that state stock", page.menu("stock", found)):
        results.table(replace(found, frame=rows), key="product_stock", columns=("reseller", "stock_units", "units", "sell_through"))
        results.notes([caveat for caveat in found.caveats if caveat.kind == "stock"])


def nothing(page: Page) -> None:
    """It did not sell in what the bar leaves in: where and when it did."""
    spans = product_queries.first_and_last(page.result(product_queries.months_sold(product_queries.of_product(page.article.ean, ()))))
    if not spans:
        empty.say("Never sold", f"No file in your sight states a sale of {page.article.label}.")
        return
    first, last = spans[""]
    where = ", ".join(sorted(name for name in spans if name))
    empty.say(
        "Not sold here", f"No sale of it for {page.chosen.words}. It sold from {month_words(first)} to {month_words(last)}, at {where}."
    )
    newest = Period(first, moment_end(last, "month"))
    choice = replace(page.chosen, period=newest, channel="", resellers=(), filters=())
    st.button("Show when it sold", key="way_sold", on_click=filters.choose, args=(choice, page.known, date.today()))
