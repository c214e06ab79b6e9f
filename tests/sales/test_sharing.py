from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.dimensions import NOT_STATED
from core.sales.query import build_query
from core.sales.running import run
from core.sales.sharing import running_queries, running_total, share_within, shares_of, subtotal_queries, with_held
from tests.sales.conftest import SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
D = Decimal


def ask(market: Market, measures, by=(), period="2025", **options):
    return run(market.database, build_query(measures, by, None, period, None, **options), None, TODAY)


def test_shares_add_to_one_with_what_is_held_and_not_stated(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 50)
    market.line("galilu", "2025-05", None, None, 30)
    market.held("liberty", "2025-05-05/2025-05-11", 2, 20)
    frame = with_held(ask(market, "sales_eur_net", "product"))
    assert frame.rows() == [
        ("NLGOT100 · Glow of Tundra 100 ml", D(50), D("0.5")),
        (NOT_STATED, D(30), D("0.3")),
        ("held", D(20), D("0.2")),
    ]


def test_shares_of_a_shortened_list_are_refused(market):
    for ean in (TUNDRA, SAUNA):
        market.line("galilu", "2025-05", ean, 1, 50)
    with pytest.raises(BadQuestion, match="all groups"):
        with_held(ask(market, "sales_eur_net", "product", limit=1))
    assert with_held(ask(market, "sales_eur_net", "product", limit=1, others=True))["share"].to_list() == [D("0.5"), D("0.5")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=10_000, places=2), min_size=1, max_size=20))
def test_shares_add_up_exactly(values):
    shares = shares_of(values)
    assert sum(shares) == 1 if sum(values) else shares == [None] * len(values)


def test_shares_within_a_reseller_add_to_one_each(market):
    for reseller, ean, net in (("galilu", TUNDRA, 30), ("galilu", SAUNA, 10), ("skins_sa", TUNDRA, 7)):
        market.line(reseller, "2025-05", ean, 1, net)
    frame = share_within(ask(market, "sales_eur_net", ["reseller", "product"]), "sales_eur_net", "reseller")
    assert frame["share_within"].to_list() == [D("0.75"), D("0.25"), D(1)]


def test_running_totals_follow_the_months_of_each_reseller(market):
    for reseller, month, net in (("galilu", "2025-01", 1), ("skins_sa", "2025-01", 10), ("galilu", "2025-03", 2)):
        market.line(reseller, month, TUNDRA, 1, net)
    frame = running_total(ask(market, "sales_eur_net", ["month", "reseller"]), "sales_eur_net")
    assert frame.select("month", "reseller", "running").rows() == [
        (date(2025, 1, 1), "Skins SA", 10),
        (date(2025, 1, 1), "Galilu", 1),
        (date(2025, 3, 1), "Galilu", 3),
    ]


def test_running_figures_of_counts_are_asked_for(market):
    """The same order number in two months is one order of the half year."""
    for order, day in (("A", "2025-01-31"), ("B", "2025-01-31"), ("B", "2025-02-01")):
        market.order_line(order, day, TUNDRA, 1, 10)
    monthly = ask(market, "orders", "month")
    with pytest.raises(BadQuestion, match="do not add up"):
        running_total(monthly, "orders")
    running = [run(market.database, query, None, TODAY).totals["orders"] for query in running_queries(monthly.query, monthly)]
    assert (monthly.frame["orders"].to_list(), running) == ([2, 1], [2, 2])


def test_subtotals_of_ratios_are_asked_for(market):
    for reseller, ean, units, net in (("galilu", TUNDRA, 1, 100), ("galilu", SAUNA, 9, 90), ("skins_sa", TUNDRA, 1, 5)):
        market.line(reseller, "2025-05", ean, units, net)
    query = ask(market, "average_unit_price", ["reseller", "product", "month"]).query
    first, second = (run(market.database, q, None, TODAY).frame for q in subtotal_queries(query))
    assert dict(first.rows()) == {"Galilu": D(19), "Skins SA": D(5)}
    assert second.height == 3


def test_a_running_total_needs_time_and_the_measure(market):
    with pytest.raises(BadQuestion, match="time among the groups"):
        running_total(ask(market, "sales_eur_net", "product"), "sales_eur_net")
    with pytest.raises(BadQuestion, match="does not ask for units"):
        running_total(ask(market, "sales_eur_net", "month"), "units")
