"""A question that asks for more than the data states says who states less, and how much of the figure that is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)


@pytest.fixture
def coarse(market: Market) -> Market:
    """Liberty states stores, Galilu and Skins SA none; Skins SA also states money of no product."""
    market.store("liberty", "Regent Street")
    market.line("liberty", "2025-05-05/2025-05-11", TUNDRA, 3, 300, store="Regent Street")
    market.line("galilu", "2025-05", TUNDRA, 2, 200)
    market.line("galilu", "2025-05", SAUNA, 1, 80)
    market.line("skins_sa", "2025-05", None, None, 55)
    market.order_line("A1", "2025-05-09", TUNDRA, 1, 90)
    market.covers("galilu", "2025-05")
    market.covers("skins_sa", "2025-05")
    market.covers("liberty", "2025-05-05/2025-05-11")
    market.covers("online", "2025-05-01/2025-05-31")
    return market


def said(market: Market, by: str | list[str] = (), where=None, measure: str = "sales_eur_net", period: str = "2025-05") -> str:  # type: ignore[assignment]
    result = run(market.database, build_query(measure, by, where, period), None, TODAY)
    return " ".join(c.text for c in result.caveats if c.kind in ("not_stated", "grain", "partial_period")).replace("\u202f", " ")


def test_stores_of_who_states_none_are_named_with_their_money(coarse):
    with coarse.database.read() as connection:
        total = connection.execute(sa.text("select sum(sales_eur_net) from sellout_entries2 where store_id is null")).scalar_one()
    assert total == Decimal(335)
    assert "Net revenue of € 335 is not stated by store (Galilu and Skins SA) and stands in a row of its own." in said(coarse, "store")
    assert "Units of 3 is not stated by store (Galilu) and stands" in said(coarse, "store", measure="units")


def test_beside_the_reseller_the_rows_tell_it(coarse):
    assert "€ 335 is not stated by store (Galilu and Skins SA)" in said(coarse, ["reseller", "store"])


def test_money_without_a_product_is_named_when_products_are_asked_for(coarse):
    assert "€ 55 is not stated by product (Skins SA) and stands in a row of its own." in said(coarse, "product")


def test_a_filter_on_a_product_says_what_it_can_not_see(coarse):
    told = said(coarse, where={"product": TUNDRA})
    assert told == "Net revenue of € 55 is not stated by product (Skins SA): whatever of it belongs here is in no figure."
    assert said(coarse, where={"product": TUNDRA, "reseller": "Galilu"}) == ""
    assert said(coarse, where={"not product": TUNDRA}) == "" and said(coarse, where={"product": ""}) == ""


def test_a_filter_on_a_store_names_who_states_none(coarse):
    assert "€ 335 is not stated by store (Galilu and Skins SA): whatever" in said(coarse, where={"store": "Regent Street"})


def test_orders_are_stated_by_the_web_shop_alone(coarse):
    assert "€ 635 is not stated by order (Galilu, Liberty and Skins SA)" in said(coarse, "order")


def test_days_of_monthly_and_weekly_reports_are_not_invented(coarse):
    told = said(coarse, "day")
    assert "Galilu, Liberty and Skins SA state no days" in told and "€ 635 is not stated by day and stands in a row of its own." in told
    assert "Galilu and Skins SA state no weeks" in said(coarse, "week")


def test_a_period_of_days_names_who_reaches_over_its_edge(coarse):
    told = said(coarse, period="2025-05-05/2025-05-11")
    assert "Galilu reaches over the edge of the period" in told and "Skins SA reaches over" in told and "Liberty" not in told


@pytest.mark.parametrize("rolled_up", [False, True])
def test_sums_and_lines_say_the_same(coarse, rolled_up):
    if rolled_up:
        coarse.fill_rollup()
    assert "€ 335 is not stated by store (Galilu and Skins SA) and" in said(coarse, "store")
    assert "€ 55 is not stated by product (Skins SA): whatever" in said(coarse, where={"product": TUNDRA})


def test_nothing_is_said_where_everything_is_stated(coarse):
    assert said(coarse, "store", where={"reseller": "Liberty"}) == "" and said(coarse, "category", where={"reseller": "Galilu"}) == ""
    assert said(coarse, "store", measure="average_unit_price") == ""
