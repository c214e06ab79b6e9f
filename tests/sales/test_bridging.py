from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales import bridging
from core.sales.bridge_effects import Amounts, Cell, effects_by_item, total_effects
from core.sales.bridge_words import bridge_sentences
from core.sales.bridging import Bridge, bridge, bridge_items, bridge_of, bridge_query, movers
from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA

TODAY = date(2025, 7, 15)
D = Decimal
money = st.decimals(min_value=-10_000, max_value=100_000, places=6).map(Fraction)
amounts = st.builds(Amounts, money, money, money, money, st.integers(-5, 500).map(Fraction), money, money, money, money)
cells = st.builds(
    Cell, st.sampled_from("ABC"), st.just("Liberty"), st.sampled_from(("GBP", "EUR")), st.just("gross"), st.just("GB"), amounts, amounts
)


def effects(found: Bridge) -> tuple[Decimal, ...]:
    return tuple(value for _, value in found.steps)


@settings(max_examples=60, deadline=None)
@given(st.lists(cells, max_size=12))
def test_the_bridge_closes_to_the_cent(some):
    found = bridge_of(some)
    assert found.before + sum(effects(found)) == found.now
    assert all(value == value.quantize(D("0.01")) for value in (found.before, *effects(found), found.now))
    exact = total_effects(effects_by_item(some)).values
    assert all(abs(shown - D(float(value))) < D("0.02") for shown, value in zip(effects(found), exact, strict=True))


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
    assert found == Bridge(D(550), new=D(50), lost=D(-30), volume=D(100), price=D(40), without_units=D(73), now=D(783))


def test_the_bridge_of_resellers_sees_their_products(two_years):
    by_reseller = compared(two_years, bridge_query(build_query("units", (), None, "2025-05", "prior_year"), "reseller"))
    found = bridge(by_reseller)
    assert (found.volume, found.mix, found.price, found.new, found.lost) == (D(120), 0, D(40), 0, 0)
    rows = bridge_items(by_reseller)
    assert rows.select("reseller", "before", "volume", "mix", "price", "without_units", "change", "now").rows() == [
        ("Galilu", 550, 120, 0, 40, 73, 233, 783)
    ]


def test_returns_samples_and_rates_of_exchange_are_their_own_steps(market):
    for month, rate, back in (("2024-05", "0.05", -100), ("2025-05", "0.06", -200)):
        net = lambda local: D(local) * D(rate)  # noqa: E731, B023
        columns = {"vat_basis": "net"}
        market.line("skins_sa", month, TUNDRA, 10, net(2000), local=2000, **columns)
        market.line("skins_sa", month, TUNDRA, -1, net(back), local=back, **columns)
        market.line("skins_sa", month, SAUNA, 1, net(0), local=0, **columns)
    market.covers("skins_sa", "2024-05", "2025-05")
    found = bridge(compared(market, bridge_query(build_query("units", (), None, "2025-05", "prior_year"))))
    assert found == Bridge(D(95), currency=D(20), returns=D(-7), now=D(108))


def test_the_rollup_and_the_facts_give_one_bridge(two_years):
    two_years.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 3, 90, local=80, vat_basis="gross")
    two_years.line("liberty", "2024-05-27/2024-06-02", TUNDRA, 2, 70, local=65, vat_basis="gross")
    two_years.covers("liberty", "2025-05-26/2025-06-01", "2024-05-27/2024-06-02")
    query = bridge_query(build_query("units", (), None, "2025-05/2025-06", "prior_year"))
    from_facts = compared(two_years, query)
    two_years.fill_rollup()
    from_rollup = compared(two_years, query)
    assert bridge(from_facts) == bridge(from_rollup) and bridge(from_facts).currency
    assert "readable.sales_months" in from_rollup.sql and "readable.sales_months" not in from_facts.sql


def test_the_bridge_in_words_begins_with_the_largest_effect(two_years):
    found = bridge(compared(two_years, bridge_query(build_query("units", (), None, "2025-05", "prior_year"))))
    said = [text.replace("\u202f", " ") for text in bridge_sentences(found)]
    assert said[0] == "Net revenue rose by € 233 (+42.4 %), from € 550 to € 783."
    assert said[1:3] == ["More units at the average price of before added € 100.", "Money stated without units added € 73."]
    assert said[-1] == "What was sold only before took € 30." and len(said) == 6


def test_nothing_changed_is_one_sentence():
    assert bridge_sentences(Bridge(D(5), now=D(5)))[0].startswith("Net revenue stayed at")


def test_a_bridge_over_too_many_groups_is_refused(two_years):
    result = compared(two_years, bridge_query(build_query("units", (), None, "2025-05", "prior_year")))
    with pytest.raises(BadQuestion, match="too many to explain"):
        bridge(replace(result, rows_in_all=10_000_000))


def test_movers_come_largest_first_with_their_points(two_years):
    found = movers(compared(two_years, build_query("sales_eur_net", "product", None, "2025-05", "prior_year")))
    assert found["change"].to_list() == [133, 80, 50, -30]
    assert found["points"].to_list()[1] == pytest.approx(D(80) / D(550), abs=D("0.0000001"))


def test_movers_need_a_comparison(two_years):
    with pytest.raises(BadQuestion, match="comparison"):
        movers(compared(two_years, build_query("sales_eur_net", "product")))


def test_a_bridge_is_worked_out_once_as_long_as_the_answer_is_kept(two_years, monkeypatch):
    answer = compared(two_years, bridge_query(build_query(["sales_eur_net"], (), {}, "2025-05", "prior_year")))
    found, items = bridge(answer), bridge_items(answer)
    monkeypatch.setattr(bridging, "_cells", None)
    assert bridge(answer) is found and bridge_items(answer) is items
    with pytest.raises(TypeError):
        bridge(replace(answer))  # another answer has not been worked out
