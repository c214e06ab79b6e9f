"""The Forecast page: a figure with its error and baseline, or what is missing for one; always labelled."""

from __future__ import annotations

from datetime import date, timedelta
from unittest.mock import patch

import pytest

from core.sales.running_forecasts import ForecastQuestion, run_forecast
from pages.components import card_menu
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import SAUNA, TUNDRA, Market, market  # noqa: F401
from tests.sales.forecast_series import season

PAGE = "analyses/forecast.py"


def complete(months: int) -> list[str]:
    """The last complete months before today."""
    last = date.today().year * 12 + date.today().month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(last - months, last)]


def fill(market: Market, months: int) -> None:  # noqa: F811
    """Galilu by the month; half of it of each of two products."""
    listed = complete(months)
    for month, value in zip(listed, season(months, noise=0.05), strict=True):
        market.line("galilu", month, TUNDRA, 10, round(value))
        market.line("galilu", month, SAUNA, 5, round(value / 2))
    market.covers("galilu", *listed)
    market.fill_rollup()


@pytest.mark.parametrize("months", [0, 5, 15, 30])
def test_the_page_is_calm_with_any_length_of_history(open_page: Open, market: Market, months: int) -> None:  # noqa: F811
    if months:
        fill(market, months)
    page = open_page(PAGE)
    assert not page.exception and not page.error
    expected = {0: "No sales loaded yet", 5: "There is no forecast", 15: "does not know better", 30: "Forecast, not a fact"}
    assert expected[months] in words(page)


def test_the_page_shows_the_figure_of_the_notebook_with_its_error_and_baseline(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 30)
    found = run_forecast(market.database, ForecastQuestion(), None).forecast
    page = open_page(PAGE)
    told = words(page)
    assert f"€\u202f{found.total.expected:,.0f}".replace(",", "\u202f") in [metric.value for metric in page.metric]
    assert "Forecast, not a fact" in told and "back-tests" in told and "same month of last year" in told.lower()
    assert "data version" in told and "reseller" in told


def test_a_breakdown_by_product_adds_up(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 30)
    page = open_page(PAGE, split="product", ahead="6")
    assert not page.exception and "add up to the total" in words(page)
    table = next(frame.value for frame in page.dataframe if "Product" in frame.value.columns)
    found = run_forecast(market.database, ForecastQuestion(horizon=6, part="product"), None).forecast
    assert abs(table.iloc[:, 1].sum() - float(found.total.expected)) < 0.005 and len(table) == 2


def test_weeks_of_who_states_months_are_not_invented(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 30)
    page = open_page(PAGE, step="week")
    assert not page.exception and "Galilu (it states no whole weeks)" in words(page).replace("\\", "")


def test_a_url_edited_by_hand_is_explained(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 15)
    page = open_page(PAGE, ahead="1000", figure="revenu", split="<b>", where="product:gone")
    assert not page.exception and not page.error
    assert "not “1000”" in " ".join(box.value for box in page.info).replace("\\", "")


def test_who_sees_one_reseller_is_told_of_no_other(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 30)
    page = open_page(PAGE, role="viewer", scope=(market.resellers["liberty"],))
    assert not page.exception and "Galilu" not in words(page)


def test_every_card_gives_away_what_it_shows(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market, 30)
    first = date.today().replace(day=1) - timedelta(days=800)
    market.covers("online", f"{first}/{date.today() - timedelta(days=1)}")
    for back in range(1, 800):
        day = date.today() - timedelta(days=back)
        market.order_line(f"{day}", day.isoformat(), TUNDRA, 1, 100)
    market.fill_rollup()
    with patch.object(card_menu.Menu, "draw", autospec=True, side_effect=lambda menu: menus.update({menu.key: menu})):
        menus: dict[str, card_menu.Menu] = {}
        page = open_page(PAGE)
    seen = {key: menu.seen() for key, menu in menus.items() if key in ("errors", "running")}
    assert not page.exception and seen["errors"].frame.columns == ["Way", "Off by", "In a month", "MASE"]
    if date.today().day > 1:  # on the first nothing of the month is stated yet
        assert seen["running"].frame["Reseller"].to_list() == ["Online"] and "The running month" in words(page)
