"""The product page: found by name, code or EAN, the same figures as the core, honest about what is gone."""

import pytest

from core.db import tables as t
from core.sales.query import Filter, SalesQuery, parse_period
from core.sales.running import run
from pages.components.product_choice import Chosen, read, written
from tests.pages.conftest import Open
from tests.pages.test_every_page import complaints, fill
from tests.pages.words import words
from tests.sales.conftest import SAUNA, TUNDRA, Market, market  # noqa: F401
from tests.sales.test_articles import ARTICLES

PERIOD = "2025-01/2025-06"
MOST_STATEMENTS = 180  # of a product’s page and the page before it, everything read anew


@pytest.mark.parametrize("text", [TUNDRA, "nlgot100", "Glow of Tundra 100 ml", "NLGOT100 · Glow of Tundra 100 ml"])
def test_a_product_is_found_by_ean_code_and_name(text: str) -> None:
    chosen, problems, _ = read({"product": [text]}, ARTICLES)
    assert (chosen, problems) == (Chosen(TUNDRA), ()) and read(written(chosen), ARTICLES)[0] == chosen


def test_a_product_that_is_gone_is_explained_with_near_names() -> None:
    chosen, problems, near = read({"product": ["Glow of Thundra"]}, ARTICLES)
    assert chosen == Chosen() and "“Glow of Thundra”" in problems[0] and near[0].ean == TUNDRA


def test_tiles_show_the_same_figures_as_the_core(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", period=PERIOD, product="NLGOT100")
    query = SalesQuery(("units", "sales_eur_net"), (), (Filter("product", (TUNDRA,)),), parse_period(PERIOD))
    totals = run(market.database, query).totals
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Units"] == str(totals["units"]) and not complaints(page)
    assert "EAN 9524001001008" in words(page) and "Glow of Tundra 100 ml" in words(page)


def test_without_a_product_all_are_listed(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", period=PERIOD)
    table = next(frame for frame in page.dataframe if "trend" in frame.value.columns)
    assert set(table.value["product"]) == {"NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml"}
    assert all(len(line) == 6 for line in table.value["trend"]) and not complaints(page)


def test_a_gone_product_leads_to_one_that_comes_near(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", period=PERIOD, product="Midnight Sanua")
    assert "No product of the catalogue is called" in words(page) and not page.exception
    next(button for button in page.button if "Midnight Sauna" in button.label).click()
    assert page.run().query_params["product"] in (SAUNA, [SAUNA])


def test_a_product_not_sold_here_says_when_and_where_it_was(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", period=PERIOD, product="NLMS100", reseller="Galilu")
    assert "It sold from Jan 2024 to Jun 2025, at Liberty." in words(page) and not page.metric
    next(button for button in page.button if button.label == "Show when it sold").click()
    assert page.run().metric


def test_a_product_that_never_sold_says_so(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", period=PERIOD, product="NLWSC3")
    assert "Never sold" in words(page) and not complaints(page)


def test_a_narrowed_person_sees_own_resellers_only(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/products.py", role="viewer", scope=(market.resellers["liberty"],), period=PERIOD, product="NLGOT100")
    assert "Galilu" not in words(page) and "Never sold" in words(page)


def test_held_rows_that_look_like_it_are_said(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    start, end = parse_period("2025-05").start, parse_period("2025-05").end
    row = {"reseller_id": market.resellers["liberty"], "rule": "unmatched_product", "key_kind": "name", "key_text": "GLOW OF TUNDRA 100ML"}
    row |= {"key": "glow of tundra 100ml", "product_text": "GLOW OF TUNDRA 100ML", "view": "main", "primary_view": True, "quantity": 3}
    row |= {"period_start": start, "period_end": end, "line_kind": "sale", "upload_batch_id": market.batch, "source_row": 1, "live": True}
    with market.database.write() as c:
        c.execute(t.held_rows.insert(), row)
    text = words(open_page("insight/products.py", period=PERIOD, product="NLGOT100"))
    assert "looks like this product: 1 row, 3 units in the inbox" in text


def test_a_page_asks_few_questions(open_page: Open, market: Market, asked: list[str]) -> None:  # noqa: F811
    fill(market)
    open_page("insight/products.py", period=PERIOD)
    asked.clear()
    page = open_page("insight/products.py", period=PERIOD, product="NLGOT100")
    assert not complaints(page) and len(asked) <= MOST_STATEMENTS, len(asked)
