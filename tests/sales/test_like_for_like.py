from __future__ import annotations

from datetime import date

import pytest

from core.errors import BadQuestion
from core.sales.like_for_like import Lifetime, Spans, why_out
from core.sales.query import SalesQuery, build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
SPANS = Spans(parse_period("2025-01/2025-05"), parse_period("2024-01/2024-05"))


def life(first: str, last: str, **columns) -> Lifetime:
    return Lifetime(1, "Kraków", date.fromisoformat(first), date.fromisoformat(last), 7, **columns)


@pytest.mark.parametrize(
    ("store", "reason"),
    [
        (life("2023-05-31", "2025-05-31"), ""),
        (life("2024-01-31", "2025-03-31"), ""),
        (life("2024-02-29", "2025-05-31"), "first sale February 2024"),
        (life("2023-05-31", "2025-02-28"), "no sale after February 2025"),
        (life("2024-03-31", "2025-05-31", opened=date(2023, 1, 5)), ""),
        (life("2024-01-31", "2025-05-31", opened=date(2024, 1, 5)), "opened 5 January 2024"),
        (life("2023-05-31", "2025-05-31", closed=date(2025, 5, 30)), "closed 30 May 2025"),
    ],
)
def test_a_store_counts_when_it_was_open_all_the_time(store, reason):
    assert why_out(store, SPANS) == reason


@pytest.fixture
def stores(market: Market) -> Market:
    """Kraków sells in both years, Gdańsk opened in between, Łódź closed, Skins SA lacks a month."""
    for name in ("Kraków", "Gdańsk", "Łódź"):
        market.store("galilu", name)
    for store, month, net in (
        ("Kraków", "2024-01", 10),
        ("Kraków", "2024-05", 20),
        ("Kraków", "2025-05", 45),
        ("Gdańsk", "2025-05", 100),
        ("Łódź", "2024-01", 50),
        ("Łódź", "2024-05", 50),
    ):
        market.line("galilu", month, TUNDRA, 1, net, store=store)
    for month, net in (("2024-01", 7), ("2024-05", 7), ("2025-05", 9)):
        market.line("skins_sa", month, SAUNA, 1, net)
    market.covers("galilu", *(f"{year}-0{month}" for year in (2024, 2025) for month in range(1, 6)))
    market.covers("skins_sa", "2024-01", "2024-05", "2025-05")
    return market


def ask(market: Market, over: str | None, **options):
    return run(
        market.database, build_query("sales_eur_net", (), None, "2025-01/2025-05", "prior_year", like_for_like=over, **options), None, TODAY
    )


def test_the_change_keeps_to_stores_of_both_years(stores):
    totals = ask(stores, "stores").totals
    assert totals["sales_eur_net"] == 154
    assert (totals["sales_eur_net_comparable"], totals["sales_eur_net_before"], totals["sales_eur_net_change"]) == (45, 30, 15)


def test_it_says_who_fell_out_and_why(stores):
    base = ask(stores, "stores").base
    assert base.kept == 1
    assert {item.name: item.reason for item in base.fell_out} == {
        "Gdańsk (Galilu)": "first sale May 2025",
        "Łódź (Galilu)": "no sale after May 2024",
        "Skins SA": "Jan–Apr 2025 not covered in both periods",
    }
    text = next(c.text for c in ask(stores, "stores").caveats if c.kind == "like_for_like")
    assert text.startswith("The change is like for like over 1 of 4 stores; left out: Gdańsk (Galilu) (first sale May 2025), ")


def test_without_the_switch_every_covered_month_is_compared(stores):
    totals = ask(stores, None).totals
    assert (totals["sales_eur_net_comparable"], totals["sales_eur_net_before"]) == (154, 137)


def test_products_of_both_years_only(stores):
    stores.line("galilu", "2025-05", CANDLE, 1, 500, store="Kraków")
    result = ask(stores, "products")
    assert (result.totals["sales_eur_net_comparable"], result.totals["sales_eur_net_before"]) == (154, 137)
    assert [(item.name, item.reason) for item in result.base.fell_out] == [("NLWSC3 · Woolen Storm candle", "first sale May 2025")]


def test_the_rollup_keeps_to_the_same_base(stores):
    from_facts = ask(stores, "stores")
    stores.fill_rollup()
    from_rollup = ask(stores, "stores")
    assert (from_facts.totals, from_facts.base) == (from_rollup.totals, from_rollup.base)
    assert "sales_store_" in from_rollup.sql and "sales_store_" not in from_facts.sql


def test_a_scope_hears_of_its_own_stores_only(stores):
    query = SalesQuery(period=parse_period("2025-01/2025-05"), compare="prior_year", like_for_like="stores")
    base = run(stores.database, query, (stores.resellers["skins_sa"],), TODAY).base
    assert (base.kept, base.fell_out) == (1, ())


def test_like_for_like_needs_a_comparison(stores):
    with pytest.raises(BadQuestion, match="needs a comparison"):
        run(stores.database, build_query("sales_eur_net", like_for_like="stores"), None, TODAY)
    with pytest.raises(BadQuestion, match="over stores or over products"):
        run(stores.database, build_query("units", period="2025", compare="prior_year", like_for_like="doors"), None, TODAY)


def test_it_is_kept_with_a_saved_question():
    query = SalesQuery(period=parse_period("2025"), compare="prior_year_weeks", like_for_like="products")
    assert SalesQuery.from_dict(query.to_dict()) == query
