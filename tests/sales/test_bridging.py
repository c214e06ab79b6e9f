from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.bridging import Bridge, Item, bridge, bridge_items, bridge_query, movers, pareto
from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA

TODAY = date(2025, 7, 15)
D = Decimal
eur = st.decimals(min_value=-10_000, max_value=100_000, places=4)
items = st.builds(Item, eur, eur, eur, eur, st.integers(-5, 500), st.integers(-5, 500))


def effects(found: Bridge) -> tuple[Decimal, ...]:
    return tuple(value for _, value in found.steps)


def test_volume_and_price_explain_an_item_sold_in_both_years():
    found = bridge_items([Item(D(240), D(100), D(240), D(100), 20, 10)])
    assert effects(found) == (0, 0, D(100), D(40), 0)


def test_new_lost_and_money_without_units_stand_apart():
    new, lost = Item(D(50), D(0), D(50), D(0), 5, 0), Item(D(0), D(30), D(0), D(30), 0, 3)
    money_only = Item(D(500), D(420))
    assert effects(bridge_items([new, lost, money_only])) == (50, -30, 0, 0, 80)


def test_more_returns_than_sales_have_no_price():
    found = bridge_items([Item(D(-20), D(100), D(-20), D(100), -1, 5)])
    assert effects(found) == (0, 0, 0, 0, -120)


@given(st.lists(items, max_size=12))
def test_the_bridge_closes_to_the_cent(some):
    found = bridge_items(some)
    assert found.before + sum(effects(found)) == found.now
    assert all(value == value.quantize(D("0.01")) for value in (found.before, *effects(found), found.now))


def compared(market, query):
    return run(market.database, query, None, TODAY)


@pytest.fixture
def two_years(market):
    for ean, month, units, net in (
        (TUNDRA, "2024-05", 10, 100),
        (TUNDRA, "2025-05", 20, 240),
        (SAUNA, "2025-05", 5, 50),
        (CANDLE, "2024-05", 3, 30),
        (None, "2024-05", None, 420),
        (None, "2025-05", None, 500),
    ):
        market.line("galilu", month, ean, units, net)
    market.line("galilu", "2025-05", TUNDRA, 0, -7)
    market.covers("galilu", "2024-05", "2025-05")
    return market


def test_the_bridge_of_an_answer_uses_the_same_population(two_years):
    query = build_query("units", "reseller", {"reseller": "Galilu"}, "2025-05", "prior_year")
    found = bridge(compared(two_years, bridge_query(query)))
    assert found == Bridge(D(550), D(50), D(-30), D(100), D(40), D(73), D(783))


def test_movers_come_largest_first_with_their_points(two_years):
    found = movers(compared(two_years, build_query("sales_eur_net", "product", None, "2025-05", "prior_year")))
    assert found["change"].to_list() == [133, 80, 50, -30]
    assert found["points"].to_list()[1] == pytest.approx(D(80) / D(550), abs=D("0.0000001"))


def test_movers_need_a_comparison(two_years):
    with pytest.raises(BadQuestion, match="comparison"):
        movers(compared(two_years, build_query("sales_eur_net", "product")))


def test_pareto_groups_by_running_share(two_years):
    found = pareto(compared(two_years, build_query("sales_eur_net", "product", None, "2025-05")))
    assert found["group"].to_list() == ["A", "B"]
    assert found["running_share"].to_list()[-1] == 1


def test_pareto_says_when_there_is_nothing_to_rank(market):
    with pytest.raises(BadQuestion, match="nothing to rank"):
        pareto(compared(market, build_query("sales_eur_net", "product")))
