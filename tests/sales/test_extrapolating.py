from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.extrapolating import METHODS, WAYS, at_recent_pace, average, level, same_last_year, season_of, theta
from tests.sales.forecast_series import YEAR, noisy, season

figures = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=13, max_size=60).filter(lambda v: any(x is not None for x in v))


def test_the_same_month_of_last_year_is_taken_and_an_older_one_where_it_is_not_covered():
    values = [float(i) for i in range(24)]
    assert same_last_year(values, 12, 14) == [*map(float, range(12, 24)), 12.0, 13.0]
    values[12] = None
    assert same_last_year(values, 12, 1) == [0.0]


def test_the_recent_pace_is_the_last_three_months_against_their_year_before():
    assert at_recent_pace([100.0] * 12 + [110.0, 120.0, 130.0], 12, 1) == [pytest.approx(120.0)]
    assert at_recent_pace([0.0] * 12 + [5.0] * 3, 12, 1) == [0.0]


def test_a_pace_against_next_to_nothing_is_bounded():
    assert at_recent_pace([0.01, *[100.0] * 11, 2000.0], 12, 1) == pytest.approx([2000.0])  # twenty times last year's month, not 200 000


def test_the_average_is_over_the_last_year_that_is_known():
    assert average([900.0, *[10.0] * 6, None, *[20.0] * 6], 12, 2) == [15.0, 15.0]


def test_a_season_is_found_and_growth_is_not_taken_for_one():
    factors = season_of(season(36, growth=0.02), 12).factors
    assert max(abs(found - true * 12 / sum(YEAR)) for found, true in zip(factors, YEAR, strict=True)) < 0.12
    flat = season_of([1000.0 + 30 * i for i in range(36)], 12).factors
    assert max(flat) - min(flat) < 0.05


def test_noise_is_hardly_taken_for_a_season():
    blur = noisy(3, 0.2)
    factors = season_of([blur(1000.0) for _ in range(48)], 12).factors
    assert max(abs(factor - 1) for factor in factors) < 0.15


def test_a_smoothed_level_follows_a_step():
    assert level([100.0] * 24 + [200.0] * 6, 12, 2) == [pytest.approx(200, rel=0.02)] * 2


def test_theta_carries_half_the_trend_on():
    """SES of a line with alpha 0.9 ends about a ninth of a step behind it; half the slope is the drift (Hyndman & Billah 2003)."""
    values = [1000.0 + 20 * i for i in range(36)]
    found = theta(values, 12, 3)
    assert found[1] - found[0] == pytest.approx(10, abs=1.5) and found[0] == pytest.approx(values[-1] + 10, abs=12)


@pytest.mark.parametrize("way", METHODS)
def test_what_sold_nothing_for_half_a_year_is_expected_to_sell_nothing(way):
    assert WAYS[way]([5.0] * 18 + [0.0] * 6, 12, 3) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("values", [(), (None, None)])
def test_of_a_series_without_a_figure_nothing_is_expected(way, values):
    assert WAYS[way](values, 12, 2) == [0.0, 0.0]


@pytest.mark.parametrize("way", WAYS)
@given(values=figures)
def test_every_way_gives_as_many_figures_as_asked_whatever_the_series(way, values):
    found = WAYS[way](values, 12, 15)
    assert len(found) == 15 and all(abs(value) < 1e12 for value in found)
    if min(v for v in values if v is not None) >= 0:
        assert min(found) >= 0


@pytest.mark.parametrize("way", WAYS)
def test_the_same_series_is_carried_on_the_same_way(way):
    values = season(30, noise=0.1)
    assert WAYS[way](values, 12, 6) == WAYS[way](list(values), 12, 6)
