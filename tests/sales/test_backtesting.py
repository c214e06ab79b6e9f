from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sales.backtesting import Backtest, more_than_luck, quantile, t_quantile
from core.sales.extrapolating import WAYS
from core.sales.forecasting import backtest
from tests.sales.forecast_series import histories_of, noisy, season


def of(values, horizon: int = 3) -> Backtest:
    return backtest(histories_of({"Liberty": values}), horizon)


@given(cut=st.integers(1, 12), wrong=st.floats(0, 1e6))
@settings(max_examples=25)
def test_nothing_after_the_cut_is_used(cut, wrong):
    """The future is poisoned: what was said at the cut, and which method was the choice then, stay the same."""
    values = season(36, growth=0.01, noise=0.1)
    clean, poisoned = of(values), of([*values[: 36 - cut], *[wrong] * cut])
    for lead in (1, 3):
        assert all(clean.said(way, cut, lead) == poisoned.said(way, cut, lead) for way in WAYS)
    assert clean.chosen(cut) == poisoned.chosen(cut)
    assert clean.width(None, (1,), cut) == poisoned.width(None, (1,), cut)


def test_a_late_reseller_is_late_in_every_test():
    """Galilu lacks the last two months: one step ahead of Liberty is three steps ahead of it, at every cut."""
    liberty, galilu = season(36), [*range(1, 35)]
    test = backtest(histories_of({"Liberty": liberty, "Galilu": [float(v) for v in galilu]}), 1)
    assert (test.start, test.open_leads, test.leads) == (34, 2, 3)
    said = test.said("same_last_year", 1, 1)
    assert said == pytest.approx(liberty[33] + galilu[33 - 12])  # Liberty's 34th month is known at the cut, Galilu's is not
    assert test.reported(1) == pytest.approx(liberty[34])


def test_a_month_that_is_not_covered_is_left_out_of_both_sides():
    galilu = season(36)
    galilu[30] = None
    test = backtest(histories_of({"Liberty": season(36), "Galilu": galilu}), 1)
    (miss,) = [m for m in test.misses if test.start - m.cut + m.lead - 1 == 30]
    assert miss.actual == season(36)[30] and miss.said["same_last_year"] == season(36)[18]


def test_errors_are_the_mean_of_what_was_missed():
    """30 months of 100 and then 110: last year's month misses 10 in each test of the last six, and nothing before."""
    test = of([100.0] * 30 + [110.0] * 6, horizon=1)
    error = test.error("same_last_year")
    assert error.mae == pytest.approx(60 / 23) and error.wape == pytest.approx(60 / (17 * 100 + 6 * 110))
    assert error.mase == pytest.approx((60 / 23) / (60 / 24)) and test.tests() == 23


@pytest.mark.parametrize("months", [24, 30, 36])
def test_on_noise_nothing_is_known_better(months):
    for seed in range(8):
        blur = noisy(seed, 0.2)
        assert not of([blur(1000.0) for _ in range(months)]).knows_better()


def test_a_step_that_last_year_does_not_know_is_known_better():
    blur = noisy(1, 0.05)
    assert of([blur(1000.0 if i < 24 else 2000.0) for i in range(36)]).knows_better()


def test_what_repeats_exactly_is_known_no_better_than_last_year():
    test = of(season(36))
    assert test.error("same_last_year").mae == 0 and not test.knows_better() and test.best_baseline() == "same_last_year"


def test_a_gain_counts_only_by_more_than_luck():
    assert more_than_luck([5.0, 6.0, 4.0, 5.5, 4.5, 5.0], 1)
    assert not more_than_luck([30.0, -5.0, -6.0, -4.0, -5.0, -4.0], 1)
    assert not more_than_luck([5.0] * 5, 1) and more_than_luck([5.0] * 6, 3) and not more_than_luck([0.0] * 6, 1)


def test_quantiles_are_those_of_the_tables():
    assert t_quantile(0.9, 5) == pytest.approx(1.476, rel=0.005) and t_quantile(0.75, 11) == pytest.approx(0.697, rel=0.005)
    assert quantile([4.0, 1.0, 3.0, 2.0], 0.8) == 4.0 and quantile([1.0, 2.0, 3.0], 0.8) is None
    assert quantile([float(i) for i in range(1, 10)], 0.8) == 8.0


def test_the_interval_holds_about_as_often_as_it_says():
    inside = total = 0
    for seed in range(12):
        hits, tests = of(season(40, growth=0.005, noise=0.1, seed=seed), horizon=1).held(None)
        inside, total = inside + hits, total + tests
    assert total > 150 and math.isclose(inside / total, 0.8, abs_tol=0.08)


def test_too_few_tests_make_no_interval():
    test = of(season(16), horizon=1)
    assert test.tests() == 3 and test.width(None, (1,)) is None
    assert replace(test, tracks=()).error(None) is None
