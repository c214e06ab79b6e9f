"""Looking ahead in words: the figure of the Forecast page, labelled, with its error and its baseline, or what is missing for one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.chat.answering import ask as answer
from core.chat.answers import Answer
from core.sales.formatting import format_money
from core.sales.query import Filter, build_query
from core.sales.running import run
from core.sales.running_forecasts import ForecastQuestion, run_forecast
from core.settings import Settings
from tests.chat.brand import TODAY, Brand
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401
from tests.sales.forecast_series import noisy, season

MONTHS = [f"{2022 + i // 12}-{i % 12 + 1:02d}" for i in range(36)]


def ask(market: Market, settings: Settings, question: str) -> Answer:  # noqa: F811
    return answer(market.database, settings, question, today=date(2025, 1, 20))


def fill(market: Market, values: list[float]) -> None:  # noqa: F811
    months = MONTHS[-len(values) :]
    for month, value in zip(months, values, strict=True):
        market.line("galilu", month, TUNDRA, 10, round(value))
    market.covers("galilu", *months)


@pytest.fixture
def stepped(market: Market) -> Market:  # noqa: F811
    """Galilu sells twice as much from 2024 on."""
    blur = noisy(1, 0.05)
    fill(market, [blur(1000.0 if i < 24 else 2000.0) for i in range(36)])
    return market


def test_it_is_the_figure_of_the_page_with_both_errors(stepped: Market, settings: Settings) -> None:
    found = run_forecast(stepped.database, ForecastQuestion(), None, date(2025, 1, 20)).forecast
    assert found.verdict == "knows"
    told = ask(stepped, settings, "forecast net revenue for the next 3 months")
    assert told.text.startswith("Forecast, not a fact: net revenue in February – April 2025 about ")
    january = ask(stepped, settings, "forecast net revenue for January 2025")
    assert format_money(found.rows[0].expected, 2) in january.text
    assert "over 23 back-tests it was off by" in told.text and "the same month of last year by" in told.text
    first, _, second = told.checked_numbers.partition(" of ")
    assert first == second != "" and any("80\u202f% interval" in caveat for caveat in told.caveats)


def test_actual_and_forecast_never_stand_in_one_column(stepped: Market, settings: Settings) -> None:
    frame = ask(stepped, settings, "what will we sell next month?").frame
    assert [row["month"] for row in frame.iter_rows(named=True) if row["forecast"] is not None] == [date(2025, 2, 1)]
    assert all((row["actual"] is None) != (row["forecast"] is None) for row in frame.iter_rows(named=True))


def test_what_repeats_is_told_as_a_baseline(market: Market, settings: Settings) -> None:  # noqa: F811
    fill(market, season(36))
    told = ask(market, settings, "forecast net revenue for the next month").text
    assert told.startswith("Forecast, not a fact: nothing here knows better than the same month of last year. By that, net revenue")


def test_with_half_a_year_there_is_none(market: Market, settings: Settings) -> None:  # noqa: F811
    fill(market, season(6))
    told = ask(market, settings, "forecast net revenue for the next month")
    assert told.text.startswith("There is no forecast") and "13 complete months" in told.text
    assert told.frame.is_empty() and "€" not in told.text.partition("Not in it")[0]


def test_a_breakdown_is_named_as_the_pages(stepped: Market, settings: Settings) -> None:
    told = ask(stepped, settings, "forecast for the next 3 months by product")
    assert "The Forecast page breaks it down by product." in told.caveats


def test_a_target_is_held_against_what_is_sold_and_what_is_expected(stepped: Market, settings: Settings) -> None:
    sure, never = (ask(stepped, settings, f"Will Galilu reach {amount} EUR this year?") for amount in ("1,000", "900,000"))
    assert sure.text.startswith("Yes, by this projection") and never.text.startswith("No, by this projection")
    assert "A projection, not a fact" in sure.text and "back-tests" in sure.text


def test_a_short_history_says_what_a_forecast_needs(ask: object, brand: Brand) -> None:
    told = ask("What will we sell next month?")  # type: ignore[operator]
    assert "a forecast needs 24 complete months, there are 17" in told.text and "between" in told.text


def test_one_reseller_is_forecast_alone(ask: object, brand: Brand) -> None:
    told = ask("forecast units at Liberty for the next 2 months")  # type: ignore[operator]
    question = ForecastQuestion("units", (Filter("reseller", ("Liberty",)),), 3)
    found = run_forecast(brand.database, question, None, TODAY).forecast
    assert sum((row.expected for row in found.rows[1:3]), Decimal(0)) == told.frame["forecast"].tail(2).sum()


def test_what_a_reseller_outside_of_the_forecast_sold_counts_towards_a_target(stepped: Market, settings: Settings) -> None:
    stepped.line("skins_sa", "2024-12", TUNDRA, 1, 77)
    stepped.covers("skins_sa", "2024-12")
    sold = run(stepped.database, build_query("sales_eur_net", period="2024")).totals["sales_eur_net"]
    told = ask(stepped, settings, f"will we reach {int(sold) - 10} in 2024")
    assert told.text.startswith("Yes") and f"{format_money(sold, 2)} reported so far" in told.text
    assert any("nothing more is expected of them" in caveat for caveat in told.caveats)
