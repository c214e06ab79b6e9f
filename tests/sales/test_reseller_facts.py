"""What is known of a reseller beside its figures: reports that are missing, and the next one, from its coverage."""

from datetime import date

import pytest

from core.sales.coverage import coverage
from core.sales.query import parse_period
from core.sales.reseller_facts import next_expected, read_facts, read_stores, status_words
from core.sales.reseller_queries import by_store, same_stores, store_states
from core.sales.running import run
from core.workbench import Workbench
from tests.sales.conftest import TUNDRA, Market


@pytest.fixture
def shop(market: Market) -> Market:
    market.covers("galilu", "2025-03", "2025-04")
    market.covers_weeks("liberty", "2025-05-04", "2025-05-25")
    return market


def test_a_report_that_is_late_is_counted_and_is_the_next_one(shop: Market) -> None:
    found = coverage(shop.database, today=date(2025, 6, 20))
    assert status_words(found, "Galilu") == "1 report missing since May 2025"
    assert next_expected(found, "Galilu") == "May 2025, by 10 June 2025"


def test_while_all_is_here_the_report_after_the_newest_is_next(shop: Market) -> None:
    found = coverage(shop.database, today=date(2025, 5, 27))
    assert status_words(found, "Liberty") == "up to date"
    assert next_expected(found, "Liberty") == "26 May–1 June 2025, by 11 June 2025"


def test_nothing_sent_is_said(shop: Market) -> None:
    assert status_words(coverage(shop.database, today=date(2025, 5, 27)), "Skins SA") == "nothing was sent yet"


def test_facts_are_read_as_far_as_the_scope_goes(shop: Market) -> None:
    shop.change_reseller("galilu", vat_basis="gross")
    (only,) = read_facts(shop.database, (shop.resellers["galilu"],))
    assert only.words == "PL · PLN incl. VAT · monthly reports" and not only.is_web_shop
    assert next(one for one in read_facts(shop.database) if one.is_web_shop).name == "Online"


def test_a_store_that_opened_later_says_so(shop: Market) -> None:
    shop.store("galilu", "Warsaw")
    shop.store("galilu", "Gdansk", opened=date(2025, 2, 3))
    shop.covers("galilu", "2024-04")
    for year in ("2024", "2025"):
        shop.line("galilu", f"{year}-04", TUNDRA, 2, 200, store="Warsaw")
    shop.line("galilu", "2025-04", TUNDRA, 1, 100, store="Gdansk")
    shop.fill_rollup()
    april, where = parse_period("2025-04"), ()
    stores, base = (run(shop.database, query(where, april, "prior_year"), today=date(2025, 6, 1)) for query in (by_store, same_stores))
    states = store_states(stores, base.base, "Galilu", read_stores(shop.database, shop.resellers["galilu"]))
    told = dict(zip(stores.frame["store"], states, strict=True))
    assert told["Warsaw"] == "same store" and "3 Feb" in told["Gdansk"]


def test_a_notebook_asks_for_launches_range_and_stock(shop: Market, settings: object) -> None:
    shop.line("galilu", "2025-03", TUNDRA, 1, 100)
    shop.fill_rollup()
    wb = Workbench(shop.database, settings)  # type: ignore[arg-type]
    assert wb.launches().is_empty() and wb.stock("Liberty").is_empty()
    assert wb.assortment("Galilu", "2025-03").carried == 1
