from __future__ import annotations

from datetime import date

from core.sales import dictionary
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market


def test_an_empty_search_shows_everything():
    assert len(dictionary.found_measures("")) == len(MEASURES) and len(dictionary.found_dimensions(" ")) == len(DIMENSIONS)


def test_a_search_meets_names_labels_definitions_and_other_languages():
    assert dictionary.found_measures("Umsatz")[0].name == "sales_eur_net"
    assert dictionary.found_measures("units")[0].name == "units"
    assert {m.name for m in dictionary.found_measures("web shop order")} >= {"orders", "aov"}
    assert [d.name for d in dictionary.found_dimensions("händler")] == ["reseller"]
    assert dictionary.found_measures("qqqq") == [] and "Net revenue" in dictionary.suggestions("net revnue")


def test_who_states_a_figure_is_told_from_the_data(market: Market):
    """Galilu states money, Skins SA units alone, Liberty nothing yet."""
    market.line("galilu", "2024-05", TUNDRA, 2, 200)
    market.line("skins_sa", "2025-02", TUNDRA, 3, None)
    market.order_line("A", "2025-01-05", TUNDRA, 1, 90, cost_of_goods=10)
    found = dictionary.stated(run(market.database, dictionary.stated_query(), None, date(2025, 7, 1)))
    assert found["sales_eur_net"].resellers == (("Galilu", 2024), ("Online", 2025))
    assert found["sales_eur_net"].words == "Galilu and Online, since 2024" and found["units"].words == "3 of 3 resellers, since 2024"
    assert found["cost_of_goods"].words == "Online, since 2025" and found["units_returned"].words == "nobody yet"


def test_every_measure_says_where_it_comes_from():
    assert all(dictionary.source_of(m) and dictionary.conditions_of(m) for m in MEASURES.values())
