"""What a reseller carries of the brand, told over what both periods cover."""

from datetime import date
from decimal import Decimal

import pytest

from core.sales.assortment import Assortment, as_shown, assortment, assortment_queries
from core.sales.files import csv_bytes
from core.sales.query import parse_period
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market


@pytest.fixture
def shop(market: Market) -> Market:
    """Galilu gains Sauna and loses the candle; its June of 2025 is not here. Skins SA sells all three."""
    for year, sold in (("2024", (TUNDRA, CANDLE)), ("2025", (TUNDRA, SAUNA))):
        for month in ("04", "05"):
            market.covers("galilu", f"{year}-{month}")
            for ean in sold:
                market.line("galilu", f"{year}-{month}", ean, 2, 200)
    market.line("galilu", "2024-06", CANDLE, 9, 900)
    market.covers("galilu", "2024-06")
    for ean, net in ((TUNDRA, 1000), (CANDLE, 600), (SAUNA, 100)):
        market.line("skins_sa", "2025-05", ean, 5, net)
    market.covers("skins_sa", "2025-05")
    market.fill_rollup()
    return market


def found(market: Market, period: str, against: object = "prior_year") -> Assortment:
    own, brand = (run(market.database, q, today=date(2025, 7, 31)) for q in assortment_queries("Galilu", (), parse_period(period), against))
    return assortment(own, brand)


def test_gained_and_lost_products_are_named(shop: Market) -> None:
    range_ = found(shop, "2025-04/2025-05")
    assert [name.split(" · ")[0] for name in range_.named("gained")] == ["NLMS100"]
    assert [name.split(" · ")[0] for name in range_.named("lost")] == ["NLWSC3"]
    assert (range_.carried, range_.of) == (2, 3)


def test_a_month_that_is_not_here_loses_nothing(shop: Market) -> None:
    assert found(shop, "2025-06").named("lost") == []


def test_of_a_period_that_is_not_stated_no_bestseller_is_missing(shop: Market) -> None:
    shop.line("skins_sa", "2025-06", TUNDRA, 5, 1000)
    shop.covers("skins_sa", "2025-06")
    shop.fill_rollup()
    range_ = found(shop, "2025-06")
    assert (range_.known, range_.named("missing"), range_.of) == (False, [], 1)


def test_the_weight_is_the_share_of_the_brand_that_carried_products_make(shop: Market) -> None:
    range_ = found(shop, "2025-04/2025-05")
    everything = 2 * 400 + 1000 + 600 + 100  # two products in two months at Galilu, and Skins SA
    assert range_.weighted == round(Decimal(everything - 600) / everything, 9)


def test_without_a_comparison_bestsellers_that_are_not_sold_are_missing(shop: Market) -> None:
    range_ = found(shop, "2025-05", None)
    assert not range_.compared and [name.split(" · ")[0] for name in range_.named("missing")] == ["NLWSC3"]
    row = range_.products.filter(range_.products["state"] == "missing").row(0, named=True)
    assert row["brand_rank"] == 2 and row["sales_eur_net"] is None


def test_the_range_is_taken_away_as_it_is_seen(shop: Market) -> None:
    own, brand = (run(shop.database, q, today=date(2025, 7, 31)) for q in assortment_queries("Galilu", (), parse_period("2025-05"), None))
    range_ = assortment(own, brand)
    seen = as_shown("Galilu", range_, own)
    assert seen.title == "Range of Galilu" and seen.frame.columns == ["Product", "State", "sales_eur_net", "Brand rank"]
    assert range_.carried and seen.frame["State"].to_list() == ["missing"] and b"NLWSC3" in csv_bytes(seen)
    assert f"{range_.carried} of {range_.of} products" in dict(seen.about)["Carried"]
