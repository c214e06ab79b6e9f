"""Looking ahead: the arithmetic of forecasts over plain histories."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.chat.analyses.forecasting import expect, look_ahead, past_error
from core.chat.times import months_back


def history(values: list[int], last: date = date(2025, 3, 1)) -> dict[date, Decimal]:
    return {months_back(last, len(values) - 1 - i).start: Decimal(value) for i, value in enumerate(values)}


def test_without_a_year_the_last_three_months_are_the_mean() -> None:
    value, words = expect(history([10, 20, 30, 40]), date(2025, 4, 1))
    assert value == 30 and "mean" in words


def test_with_a_year_the_same_month_moves_at_the_recent_pace() -> None:
    year = history([100] * 11 + [300] + [120] * 3)
    value, words = expect(year, date(2025, 12, 1).replace(year=2025))
    assert value == 360 and "same month of last year" in words


def test_a_constant_series_is_forecast_without_error() -> None:
    outlooks, method = look_ahead({"Liberty": history([50] * 15)}, [date(2025, 4, 1), date(2025, 6, 1)])
    assert [(o.month, o.expected, o.low, o.high) for o in outlooks] == [
        (date(2025, 4, 1), 50, 50, 50),
        (date(2025, 6, 1), 50, 50, 50),
    ]
    assert method.error == 0 and method.tested == 6


def test_a_reseller_that_joined_is_no_growth_of_the_others() -> None:
    old, new = history([100] * 18), history([100] * 3)
    (only,), _ = look_ahead({"Liberty": old}, [date(2025, 4, 1)])
    (both,), _ = look_ahead({"Liberty": old, "Galilu": new}, [date(2025, 4, 1)])
    assert (only.expected, both.expected) == (100, 200)


def test_a_month_that_some_have_reported_is_part_fact_part_forecast() -> None:
    early, late = history([10] * 5), history([20] * 5, last=date(2025, 4, 1))
    (april,), _ = look_ahead({"Liberty": early, "Galilu": late}, [date(2025, 4, 1)])
    assert (april.reported, april.expected) == (20, 30)


def test_too_short_a_series_has_no_past_error() -> None:
    assert past_error({"Liberty": history([1, 2, 3])}) == (None, 0)


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=30), st.integers(1, 12))
def test_the_expected_value_lies_in_its_range_and_never_below_zero(values: list[int], ahead: int) -> None:
    wanted = [months_back(date(2025, 3, 1), -i).start for i in range(1, ahead + 1)]
    outlooks, method = look_ahead({"Liberty": history(values)}, wanted)
    assert len(outlooks) == ahead
    assert all(0 <= o.low <= o.expected <= o.high for o in outlooks)
    assert method.error is None or method.error >= 0
