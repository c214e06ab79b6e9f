from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.sales.carrying import carriers_of, carriers_query
from core.sales.covering import covered_in
from core.sales.naming import name_period
from core.sales.offering import offers
from core.sales.pace import (
    SLEEPING,
    Offer,
    falling,
    falling_query,
    last_months,
    missing_words,
    paced,
    paced_queries,
    sleeping,
    slowest,
    sold_query,
    table,
    windows,
)
from core.sales.query import SalesQuery, parse_period
from core.sales.running import run
from core.settings import Settings
from core.workbench import Workbench
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

TODAY = date(2025, 7, 15)
ALL = ("Liberty", "Galilu", "Skins SA", "Online")
TUNDRA_NAME, SAUNA_NAME, CANDLE_NAME = "NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml", "NLWSC3 · Woolen Storm candle"
BASE = SalesQuery(("sales_eur_net",), (), (), parse_period("2025"), "prior_year")


class Asked:
    """What the analyses need of a market."""

    def __init__(self, market: Market) -> None:
        self.run = lambda query: run(market.database, query, None, TODAY)
        self.covered = covered_in(market.database)
        self.carriers = carriers_of(self.run(carriers_query(BASE, "product")))
        self.months = lambda count: last_months(self.covered, ALL, TODAY, TODAY, count)


@pytest.fixture
def spring(market: Market) -> Market:
    """Galilu states April to June; Skins SA all but June. Tundra falls at Galilu, Sauna is carried by both, the candle sold in 2024 only."""
    for month, tundra, sauna in (("2025-04", 30, 50), ("2025-05", 20, 30), ("2025-06", 10, 10)):
        market.line("galilu", month, TUNDRA, tundra, tundra * 10)
        market.line("galilu", month, SAUNA, sauna, sauna * 10)
    market.line("skins_sa", "2025-05", SAUNA, 1, 9)
    market.line("galilu", "2024-11", CANDLE, 3, 30)
    market.covers("galilu", "2024-11", "2024-12", *[f"2025-{month:02d}" for month in range(1, 7)])
    market.covers("skins_sa", *[f"2025-{month:02d}" for month in range(1, 6)])
    return market


def test_the_last_complete_months_end_with_the_last_stated_one(spring: Market) -> None:
    asked = Asked(spring)
    assert [name_period(month) for month in asked.months(3)] == ["April 2025", "May 2025", "June 2025"]
    assert last_months(asked.covered, ("Liberty",), TODAY, TODAY, 3) == ()
    assert name_period(last_months(asked.covered, ALL, date(2025, 5, 20), TODAY, 1)[0]) == "April 2025"


def test_what_fell_three_months_running_is_told_from_what_only_seems_to(spring: Market) -> None:
    asked = Asked(spring)
    spans = asked.months(3)
    found, unknown = falling(asked.run(falling_query(BASE, "product", "units", spans)), asked.carriers, asked.covered, TODAY, spans)
    assert [(one.name, one.values, one.change) for one in found] == [(TUNDRA_NAME, (30, 20, 10), -20)]
    assert [(one.name, one.values) for one in unknown] == [(SAUNA_NAME, (50, 31, 10))]
    assert missing_words(unknown[0].missing) == "Skins SA not wholly covered"


def test_a_month_that_is_as_high_as_the_one_before_is_no_fall(spring: Market) -> None:
    spring.line("galilu", "2025-05", TUNDRA, 10, 100)
    asked = Asked(spring)
    spans = asked.months(3)
    found, _ = falling(asked.run(falling_query(BASE, "product", "units", spans)), asked.carriers, asked.covered, TODAY, spans)
    assert found == ()


def test_what_has_not_sold_for_six_months_is_asleep_or_unknown(spring: Market) -> None:
    spring.line("skins_sa", "2024-10", TUNDRA, 1, 10)
    asked = Asked(spring)
    found, unknown = sleeping(asked.run(sold_query(BASE, "product")), asked.carriers, asked.covered, TODAY, asked.months(6))
    assert [(one.name, one.last_sale, one.missing) for one in found] == [(CANDLE_NAME, date(2024, 11, 1), ())] and unknown == ()


def test_of_what_a_late_reseller_carries_sleep_is_unknown(spring: Market) -> None:
    spring.line("skins_sa", "2025-01", CANDLE, 1, 10, line_kind="return")
    asked = Asked(spring)
    found, unknown = sleeping(asked.run(sold_query(BASE, "product")), asked.carriers, asked.covered, TODAY, asked.months(6))
    assert [(one.name, one.missing) for one in unknown] == [(CANDLE_NAME, ("Skins SA",))] and found == ()
    assert table(unknown, "Product").rows() == [(CANDLE_NAME, date(2024, 11, 1), "Skins SA not wholly covered")]


def test_the_catalogue_adds_what_never_sold_and_takes_out_what_is_no_longer_sold(spring: Market) -> None:
    asked = Asked(spring)
    said = asked.run(sold_query(BASE, "product"))
    catalogue = (
        Offer(CANDLE_NAME, until=date(2025, 1, 31)),
        Offer("Never sold"),
        Offer("A tester", "tester"),
        Offer("New", since=date(2025, 5, 1)),
    )
    found, _ = sleeping(said, asked.carriers, asked.covered, TODAY, asked.months(6), catalogue)
    assert [(one.name, one.last_sale) for one in found] == [("Never sold", None)]


def test_a_sale_in_the_running_month_wakes(spring: Market) -> None:
    spring.line("galilu", "2025-07", CANDLE, 1, 10)
    asked = Asked(spring)
    found, _ = sleeping(
        asked.run(sold_query(BASE, "product")), asked.carriers, asked.covered, TODAY, asked.months(6), until=date(2025, 12, 31)
    )
    assert found == ()


def test_the_catalogue_names_products_and_stores_as_figures_do(spring: Market) -> None:
    spring.store("galilu", "Kraków", opened=date(2020, 1, 1))
    assert TUNDRA_NAME in {offer.name for offer in offers(spring.database, "product")}
    assert Offer("Kraków", "", date(2020, 1, 1), None) in offers(spring.database, "store")
    assert [o.name for o in offers(spring.database, "store", (spring.resellers["online"],))] == ["Nordlys Webshop"]
    assert offers(spring.database, "country") == ()


def test_pace_is_over_complete_months_where_a_reseller_states_months(spring: Market) -> None:
    asked = Asked(spring)
    over = windows(asked.covered, ALL, TODAY, TODAY)
    assert over is not None and over.words == ("last complete month", "last 3 complete months")
    answers = [asked.run(query) for query in paced_queries(BASE, "product", over)]
    found = paced(*answers, asked.carriers, asked.covered, TODAY, over)
    assert [(one.name, one.recent, one.long, one.missing) for one in found] == [
        (SAUNA_NAME, 10, 91, ("Skins SA",)), (TUNDRA_NAME, 10, 60, ()), (CANDLE_NAME, 0, 0, ()),
    ]  # fmt: skip
    assert [one.name for one in slowest(found)] == [CANDLE_NAME, TUNDRA_NAME]


def test_pace_is_over_days_where_all_state_days(market: Market) -> None:
    market.order_line("1", "2025-05-04", TUNDRA, 2, 210)
    market.order_line("2", "2025-06-20", TUNDRA, 3, 310)
    market.covers("online", "2025-05", "2025-06")
    asked = Asked(market)
    over = windows(asked.covered, ("Online",), TODAY, TODAY)
    assert over is not None and str(over.recent) == "2025-06-01/2025-06-30" and over.long.days == 90
    answers = [asked.run(query) for query in paced_queries(BASE, "product", over)]
    assert [(one.recent, one.long) for one in paced(*answers, asked.carriers, asked.covered, TODAY, over)] == [(3, 5)]


def test_nothing_stated_has_no_pace(market: Market) -> None:
    assert windows(covered_in(market.database), ALL, TODAY, TODAY) is None


def test_a_fall_is_what_a_direct_sum_says(spring: Market) -> None:
    with spring.database.raw() as connection:
        rows = connection.execute(
            "select p.functional_name || ' · ' || p.product_name, f.month, sum(f.sales_eur_net) from sellout_entries2 f"
            " join products p on p.ean = f.product_ean where f.year = 2025 and p.functional_name = 'NLGOT100' group by 1, 2 order by 2"
        ).fetchall()
    asked = Asked(spring)
    spans = asked.months(3)
    found, _ = falling(asked.run(falling_query(BASE, "product", "sales_eur_net", spans)), asked.carriers, asked.covered, TODAY, spans)
    assert found[0].values == tuple(Decimal(value) for _, _, value in rows)


def test_what_sleeps_is_one_line_of_a_notebook(spring: Market, settings: Settings) -> None:
    workbench = Workbench(spring.database, settings)
    found = workbench.asleep(period="2025-06", today=TODAY)
    assert len(found.spans) == SLEEPING and found.spans[-1] == parse_period("2025-06")
    assert [one.name for one in found.found] == [CANDLE_NAME] and found.found[0].last_sale == date(2024, 11, 1)
    assert workbench.asleep(where={"reseller": "Liberty"}, today=TODAY).result is None


def test_a_notebook_names_a_reseller_in_any_case_or_by_its_key(spring: Market, settings: Settings) -> None:
    workbench = Workbench(spring.database, settings)
    for name in ("Galilu", "GALILU", "galilu"):
        found = workbench.pace(where={"reseller": name}, today=TODAY)
        assert found is not None and [one.recent for one in found.rows] == [10, 10, 0]
        assert [one.name for one in workbench.declining(where={"reseller": name}, today=TODAY).found] == [SAUNA_NAME, TUNDRA_NAME]
        assert workbench.asleep(where={"not reseller": name}, today=TODAY).spans[-1] == parse_period("2025-05")


def test_offline_sales_are_judged_by_the_months_of_those_who_sell_offline(spring: Market, settings: Settings) -> None:
    spring.order_line("A", "2025-07-20", TUNDRA, 1, 10)
    spring.covers("online", "2025-01-01/2025-07-31")
    workbench = Workbench(spring.database, settings)
    found = workbench.declining(where={"channel": "offline"}, today=date(2025, 8, 15))
    assert found.spans[-1] == parse_period("2025-06")
