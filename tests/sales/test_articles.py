"""Articles of the catalogue: found by any of their names, with the list price that holds."""

from datetime import date
from decimal import Decimal

from core.db import tables as t
from core.sales.articles import Article, current_prices, find_article, near_articles, read_articles, read_list_prices
from tests.sales.conftest import CANDLE, PRODUCTS, TUNDRA, Market

ARTICLES = tuple(
    Article(ean, code, name, str(size) if size else None, kind, category, None, None, None, f"{code} · {name}")
    for ean, code, name, size, kind, category in PRODUCTS
)


def test_articles_are_read_with_the_label_of_the_dimension(market: Market) -> None:
    found = read_articles(market.database)
    assert sorted(found, key=lambda a: a.ean) == sorted(ARTICLES, key=lambda a: a.ean)
    assert find_article(found, " woolen storm candle ").ean == CANDLE  # type: ignore[union-attr]


def test_near_names_come_by_code_and_name() -> None:
    assert near_articles(ARTICLES, "tundra 100")[0].ean == TUNDRA and find_article(ARTICLES, "tundra") is None


def test_the_newest_price_that_holds_counts(market: Market) -> None:
    prices = [("EUR", "2023-11-01", 218), ("EUR", "2025-06-01", 226), ("GBP", "2023-11-01", 198)]
    with market.database.write() as c:
        for currency, day, price in prices:
            row = {"ean": TUNDRA, "currency": currency, "valid_from": date.fromisoformat(day), "unit_price": Decimal(price)}
            c.execute(t.price_list.insert(), row)
    read = read_list_prices(market.database, TUNDRA)
    assert [(p.currency, p.unit_price) for p in current_prices(read, date(2025, 5, 31))] == [("EUR", 218), ("GBP", 198)]
    assert [(p.currency, p.unit_price) for p in current_prices(read, date(2025, 6, 1))] == [("EUR", 226), ("GBP", 198)]
