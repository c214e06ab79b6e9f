"""The reseller page: the same figures as the core, its own parts for a reseller with stores, for one with stock and for the web shop."""

from core.db import tables as t
from core.sales.query import Filter, SalesQuery, parse_period
from core.sales.running import run
from tests.pages.conftest import Open
from tests.pages.test_every_page import complaints, fill
from tests.pages.words import words
from tests.sales.conftest import SAUNA, Market, market, span  # noqa: F401

PERIOD = "2025-01/2025-06"
MOST_STATEMENTS = 220  # of a reseller's page and the page before it, everything read anew


def test_tiles_show_the_same_figures_as_the_core(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/resellers.py", period=PERIOD, reseller="Galilu")
    query = SalesQuery(("units", "active_products"), (), (Filter("reseller", ("Galilu",)),), parse_period(PERIOD))
    totals = run(market.database, query).totals
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Units"] == str(totals["units"]) and shown["Active products"] == str(totals["active_products"])
    assert shown["Sell-through"] == "–" and not complaints(page)
    assert "PL · PLN · monthly reports" in words(page) and "data through 30 June 2025" in words(page)


def test_without_one_all_resellers_stand_beside_each_other(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/resellers.py", period=PERIOD)
    table = next(frame for frame in page.dataframe if "reseller" in frame.value.columns)
    assert set(table.value["reseller"]) == {"Galilu", "Liberty", "Online", "Total"} and not complaints(page)


def test_stock_shows_its_day_and_how_long_it_lasts(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    start, end = span("2025-06-23/2025-06-29")
    batch = market.new_batch()
    market.covers("liberty", "2025-06-23/2025-06-29", batch=batch)
    row = {"reseller_id": market.resellers["liberty"], "product_ean": SAUNA, "view": "main", "period_start": start, "as_of": end}
    with market.database.write() as c:
        c.execute(t.stock_levels.insert(), row | {"quantity": 12, "upload_batch_id": batch, "source_row": 1})
    page = open_page("insight/resellers.py", period=PERIOD, reseller="Liberty")
    assert "12 units at the end of 29 June 2025" in words(page) and not page.exception
    assert "stock of 29 Jun 2025" in words(page)


def test_the_web_shop_has_orders_and_margin_instead_of_stores(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/resellers.py", period=PERIOD, reseller="Online")
    labels = [metric.label for metric in page.metric]
    assert "Orders" in labels and "Gross margin" in labels and "Sell-through" not in labels
    assert "Countries" in words(page) and not page.exception


def test_the_range_names_what_it_does_not_sell(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    text = words(open_page("insight/resellers.py", period=PERIOD, reseller="Galilu"))
    assert "Galilu sells 1 of 2 products" in text and "Bestsellers it does not sell: NLMS100." in text


def test_a_reseller_out_of_sight_is_not_there(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/resellers.py", role="viewer", scope=(market.resellers["galilu"],), period=PERIOD, reseller="Liberty")
    text = words(page)
    assert "There is no reseller “Liberty” that you can see." in text and not page.exception
    table = next(frame for frame in page.dataframe if "reseller" in frame.value.columns)
    assert set(table.value["reseller"]) == {"Galilu", "Total"}


def test_a_reseller_without_sales_in_the_period_shows_its_reports(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/resellers.py", period="2023", reseller="Galilu")
    assert "Nothing sold here" in words(page) and not page.exception


def test_a_page_asks_few_questions(open_page: Open, market: Market, asked: list[str]) -> None:  # noqa: F811
    fill(market)
    open_page("insight/resellers.py", period=PERIOD)
    asked.clear()
    page = open_page("insight/resellers.py", period=PERIOD, reseller="Galilu")
    assert not complaints(page) and len(asked) <= MOST_STATEMENTS, len(asked)
