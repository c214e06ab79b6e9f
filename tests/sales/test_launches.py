"""Launches: the first month with units sold, complete months only, beside the median of the others."""

from datetime import date
from decimal import Decimal

import pytest

from core.sales.files import xlsx_bytes
from core.sales.launches import as_shown, curve_chart, curve_words, launch_table, launches, launches_query, median_curve, median_first
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, VIAL, Market


@pytest.fixture
def shop(market: Market) -> Market:
    """Tundra from the first month of the data; Sauna, the candle and the vial launched in February, March and June 2025."""
    months = [f"2025-{month:02d}" for month in range(1, 8)]
    market.covers("galilu", *months)
    for month in months:
        market.line("galilu", month, TUNDRA, 1, 100)
    for number, month in enumerate(months[1:]):
        market.line("galilu", month, SAUNA, 2, 100 + number)
    for month in months[2:]:
        market.line("galilu", month, CANDLE, 1, 50)
    market.line("galilu", "2025-01", CANDLE, -1, -50)  # a return is no launch
    market.line("galilu", "2025-06", VIAL, 1, 10)
    market.fill_rollup()
    return market


def all_of(market: Market) -> dict[str, object]:
    found = launches(run(market.database, launches_query(), today=date(2025, 8, 5)))
    return {one.product.split(" · ")[0]: one for one in found}


def test_the_launch_is_the_first_month_with_units_sold(shop: Market) -> None:
    found = all_of(shop)
    assert {name: (one.month, one.known) for name, one in found.items()} == {  # type: ignore[attr-defined]
        "NLGOT2": (date(2025, 6, 1), True),
        "NLWSC3": (date(2025, 3, 1), True),
        "NLMS100": (date(2025, 2, 1), True),
        "NLGOT100": (date(2025, 1, 1), False),  # the data begins there
    }


def test_the_launch_month_and_three_full_months_are_summed(shop: Market) -> None:
    found = all_of(shop)
    assert found["NLMS100"].first() == 100 + 101 + 102 + 103 and found["NLGOT2"].first() is None  # type: ignore[attr-defined]


def test_a_month_that_has_not_ended_is_not_counted(shop: Market) -> None:
    shop.line("galilu", "2025-08", SAUNA, 9, 999)
    shop.covers("galilu", "2025-08-01/2025-08-15")
    shop.fill_rollup()
    assert len(all_of(shop)["NLMS100"].net) == 6  # type: ignore[attr-defined]


def test_a_month_that_a_reseller_has_not_stated_yet_is_not_counted(shop: Market) -> None:
    shop.covers("skins_sa", "2025-04", "2025-05")
    assert len(all_of(shop)["NLMS100"].net) == 4  # type: ignore[attr-defined]


def test_a_reseller_that_reports_no_longer_is_not_waited_for(shop: Market) -> None:
    shop.covers("skins_sa", "2025-03")
    assert len(all_of(shop)["NLMS100"].net) == 6  # type: ignore[attr-defined]


def test_the_median_is_over_the_known_launches_that_reach_so_far(shop: Market) -> None:
    found = tuple(all_of(shop).values())
    assert median_curve(found)[:2] == (Decimal(50), Decimal("50.00"))  # type: ignore[arg-type]
    assert len(median_curve(found)) == 5 and median_first(found) == Decimal("303.00")  # type: ignore[arg-type]


def test_the_table_and_the_words_say_the_same(shop: Market) -> None:
    found = tuple(all_of(shop).values())
    table = launch_table(found)  # type: ignore[arg-type]
    sauna = table.filter(table["product"].str.starts_with("NLMS100")).row(0, named=True)
    assert (sauna["first_month"], sauna["first_three"], sauna["units_first_three"]) == (100, 406, 8)
    text = curve_words(found, sauna["product"])  # type: ignore[arg-type]
    assert text.startswith("Launched in Feb 2025: €\u202f406 in that month") and "1 other launch" in text
    assert "where the data begins" in curve_words(found, found[-1].product)  # type: ignore[attr-defined, arg-type]


def test_the_curve_stands_beside_the_median_and_only_where_the_launch_is_known(shop: Market) -> None:
    found = tuple(all_of(shop).values())
    spec = curve_chart(found, next(one.product for one in found if one.product.startswith("NLWSC3")))  # type: ignore[attr-defined, arg-type]
    assert spec is not None and spec.series[0].values == (50,) * 5 and spec.series[1].role == "before"
    assert curve_chart(found, found[-1].product) is None  # type: ignore[attr-defined, arg-type]


def test_launches_are_taken_away_as_they_are_seen(shop: Market) -> None:
    result = run(shop.database, launches_query(), today=date(2025, 8, 5))
    seen = as_shown(launches(result), result)
    assert seen.frame.columns[:2] == ["Product", "Launch month"] and seen.frame.height == 3 and xlsx_bytes(seen)[:2] == b"PK"
