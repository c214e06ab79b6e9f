"""One definition: what the chat says of launches, declines, pace, classes, oddities, forecasts, like for like and reasons is what page and
notebook say, figure by figure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from core.chat.answering import ask
from core.chat.answers import Answer
from core.sales.formatting import format_difference, format_figure, format_money
from core.settings import Settings
from core.workbench import Workbench
from tests.pages.conftest import Open, open_page, process, shell  # noqa: F401
from tests.pages.words import words
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market, market  # noqa: F401

HALF = "2025-01/2025-06"
NEW = "9524001003000"
NAMES = {TUNDRA: "NLGOT100 · Glow of Tundra 100 ml", NEW: "NLNEW · Newcomer"}


@pytest.fixture
def filled(market: Market) -> Market:  # noqa: F811
    return market.once(_fill)


def _fill(market: Market) -> None:  # noqa: F811
    """Twenty-six months of two resellers that report months: Sauna falls at the end, the candle hardly sells, a newcomer is launched in
    January 2025, a store is opened in the second year, one month explodes."""
    with market.database.write() as connection:
        connection.exec_driver_sql(
            "insert into products (ean, functional_name, product_name, kind, category) values (%s, 'NLNEW', 'Newcomer', 'full', 'perfume')",
            (NEW,),
        )
    for reseller, store in (("galilu", "Warsaw"), ("skins_sa", "Waterfront"), ("skins_sa", "Sandton")):
        market.store(reseller, store, **({"opened": date(2025, 2, 1)} if store == "Sandton" else {}))
    listed = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)][4:30]
    for n, month in enumerate(listed):
        fall = max(0, n - 21)
        for reseller, store, price in (("galilu", "Warsaw", "61.17"), ("skins_sa", "Waterfront", "52.33")):
            market.line(reseller, month, TUNDRA, 12 + n % 5, Decimal(price) * (12 + n % 5) * (9 if n == 20 else 1), store=store)
            market.line(reseller, month, SAUNA, 14 - 2 * fall, Decimal(price) * (14 - 2 * fall), store=store)
            if n % 9 == 0:
                market.line(reseller, month, CANDLE, 1, "30.05", store=store)
        if n >= 20:
            market.line("skins_sa", month, NEW, n - 15, 40 * (n - 15), store="Waterfront")
        if n >= 21:
            market.line("skins_sa", month, TUNDRA, 3, "150.45", store="Sandton")
    for reseller in ("galilu", "skins_sa"):
        market.covers(reseller, *listed)
    market.fill_rollup()


@pytest.fixture
def notebook(filled: Market, settings: Settings) -> Workbench:
    return Workbench(filled.database, settings)


def say(notebook: Workbench, question: str) -> Answer:
    told = ask(notebook.database, notebook.settings, question)
    first, _, second = told.checked_numbers.partition(" of ")
    assert not told.refused and first == second, (told.text, told.checked_numbers)
    return told


def seen(page: Any) -> str:
    """What a page says, narrow spaces as spaces."""
    assert not page.exception and not page.error and not page.warning
    return spaced(words(page))


def spaced(text: str) -> str:
    return re.sub(r"\s", " ", text)


def cells(page: Any, *headings: str) -> list[dict[str, Any]]:
    """The rows of the first table of a page that has these columns."""
    assert not page.exception and not page.error and not page.warning
    return next(table.value.to_dict("records") for table in page.dataframe if {*headings} <= {*table.value.columns})


def test_launches_are_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    told, row = say(notebook, "how did the launches perform"), notebook.launches().row(0, named=True)
    assert told.frame.to_dicts() == notebook.launches().to_dicts() and row["product"] == NAMES[NEW]
    assert row["first_three"] == Decimal(40 * (5 + 6 + 7 + 8)) and format_money(row["first_three"], 2) in told.text
    page = open_page("insight/products.py", period=HALF, product=NAMES[NEW])
    assert spaced(f"{format_money(row['first_three'])} in that month and the first three full months") in seen(page)


def test_what_declines_is_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    found = notebook.declining()
    truth = [(one.name, *one.values, one.change) for one in found.found]
    assert [name for name, *_ in truth] == ["NLMS100 · Midnight Sauna 100 ml"] and truth[0][-1] < 0
    for question in ("which products are declining", "products declining over three months", "products that fell three months in a row"):
        assert say(notebook, question).frame.rows() == truth, question
    rows = cells(open_page("analyses/movers.py", period=HALF, show="declining"), "Change €")
    assert [(row["Product"], round(Decimal(row["Change €"]), 2)) for row in rows] == [(name, round(last, 2)) for name, *_, last in truth]


def test_fast_and_slow_are_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    found = notebook.pace()
    assert found is not None and found.over.words == ("last complete month", "last 3 complete months")
    fast, slow = ([(one.name, one.recent, one.long) for one in side] for side in (found.fastest, found.slowest))
    assert slow[0][0].startswith("NLWSC3") and slow[0][2] == 0 and fast[0][0].startswith("NLGOT100")
    assert say(notebook, "fast movers").frame.rows() == fast
    assert say(notebook, "slow movers").frame.rows() == slow
    page = open_page("analyses/movers.py", period=HALF, show="pace")
    tables = [table.value.drop(columns="#").to_numpy().tolist() for table in page.dataframe]
    assert [[tuple(row) for row in table] for table in tables[:2]] == [fast, slow]


def test_classes_are_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    found = notebook.classes(period=HALF, compare=None)
    truth = [(row.name, row.value, row.share, row.running, row.group) for row in found.rows]
    told = say(notebook, "ABC analysis of products in the first half of 2025")
    assert told.frame.rows() == truth
    assert told.text.startswith(f"{len(found.members('A'))} of {len(truth)} products make 80 %")
    rows = cells(open_page("analyses/pareto.py", period=HALF, compare="none"), "Product", "Class")
    assert [(row["Product"], row["Class"]) for row in rows if row["Class"] != "no class"] == [
        (name, group) for name, _, _, _, group in truth
    ]


def test_oddities_are_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    found = notebook.anomalies()
    told = say(notebook, "anything unusual?")
    assert told.frame["title"].to_list() == found["title"].to_list() and found.height
    assert told.frame["size_eur_net"].to_list() == found["size_eur_net"].to_list()
    text = seen(open_page("analyses/anomalies.py", period="2023/2026"))
    assert [title for title in found["title"][:3] if spaced(title) not in text] == []


def test_the_forecast_is_the_same_where_the_data_ended_long_ago(notebook: Workbench) -> None:
    found, told = notebook.forecast(horizon=1), say(notebook, "forecast net revenue for July 2025")
    assert found.rows[0].period.start == date(2025, 7, 1)
    assert told.frame.filter(pl.col("forecast").is_not_null()).rows()[0][2] == round(found.rows[0].expected, 9)


def test_like_for_like_is_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    alike = notebook.result(period=HALF, compare="prior_year", like_for_like="stores").totals
    plain = notebook.result(period=HALF, compare="prior_year").totals
    assert alike["sales_eur_net_change"] != plain["sales_eur_net_change"], "the store that opened matters"
    told = say(notebook, "like-for-like growth in the first half of 2025")
    assert format_difference("sales_eur_net", alike["sales_eur_net_change"])[:5] in told.text and "like for like" in told.text
    assert told.query is not None and told.query.like_for_like == "stores"
    assert alike["sales_eur_net_comparable"] in told.frame.row(0)
    page = open_page("analyses/movers.py", period=HALF, alike="stores")
    assert spaced(f"by {format_figure('sales_eur_net', abs(alike['sales_eur_net_change']))}") in seen(page)


def test_reasons_and_movers_are_the_same(notebook: Workbench, open_page: Open) -> None:  # noqa: F811
    bridge = notebook.bridge(period=HALF)
    told = say(notebook, "why did sales change in the first half of 2025 against last year?")
    steps = told.frame.filter(pl.col("part") == "bridge").select("name", "change").rows()
    assert steps == [(name, round(value, 9)) for name, value in bridge.steps]
    moved = notebook.movers(period=HALF).rows.filter(pl.col("change") != 0)
    listed = say(notebook, "sales by product in the first half of 2025 against last year").frame.filter(pl.col("change") != 0)
    assert listed.select("product", "before", "now", "change", "change_pct", "status").sort("product").rows() == (
        moved.select("item", "before", "now", "change", "change_pct", "side").sort("item").rows()
    )
    text = seen(open_page("analyses/movers.py", period=HALF))
    assert spaced(f"by {format_figure('sales_eur_net', abs(bridge.now - bridge.before))}") in text
