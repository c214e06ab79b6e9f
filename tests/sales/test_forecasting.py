from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sales.forecasting import ahead_of, forecast, shared_out
from core.sales.query import parse_period
from tests.sales.forecast_series import histories_of, noisy, season

D = Decimal
CENT = D("0.01")


def test_a_pure_season_is_last_years_month_and_says_so():
    found = forecast(histories_of({"Liberty": season(36)}), 3)
    assert (found.verdict, found.way) == ("baseline", "same_last_year")
    assert [row.expected for row in found.rows] == [D("700.00"), D("700.00"), D("900.00")]
    assert [(row.low, row.high) for row in found.rows] == [(row.expected, row.expected) for row in found.rows]
    assert found.rows[0].period == parse_period("2025-01") and found.through == date(2024, 12, 31)


def test_a_trend_is_carried_on_and_beats_last_year():
    blur = noisy(1, 0.04)
    found = forecast(histories_of({"Liberty": [blur(1000.0 + 30 * i) for i in range(36)]}), 3)
    assert found.verdict == "knows" and found.rows[0].expected > 1900
    assert found.errors["method"].mae < found.errors["same_last_year"].mae / 3


def test_after_a_step_the_forecast_stands_on_the_new_level():
    blur = noisy(1, 0.05)
    found = forecast(histories_of({"Liberty": [blur(1000.0 if i < 24 else 2000.0) for i in range(36)]}), 3)
    assert found.verdict == "knows" and all(abs(row.expected - 2000) < 150 for row in found.rows)


@pytest.mark.parametrize("months", [24, 30, 36])
def test_on_noise_it_says_that_it_knows_nothing_better(months):
    for seed in range(6):
        blur = noisy(seed, 0.2)
        found = forecast(histories_of({"Liberty": [blur(1000.0) for _ in range(months)]}), 3)
        assert found.verdict == "baseline"


@pytest.mark.parametrize(("months", "verdict"), [(12, "unknown"), (13, "short"), (23, "short"), (24, "baseline")])
def test_less_than_two_years_is_no_forecast(months, verdict):
    found = forecast(histories_of({"Liberty": season(months)}), 1)
    assert found.verdict == verdict and bool(found.rows) is (months > 12)
    assert found.way in ("same_last_year", "") and (found.known_from is not None) is (verdict == "short")


def test_it_says_from_when_on_there_is_enough():
    assert forecast(histories_of({"Liberty": season(18)}), 1).known_from == date(2024, 1, 1)


def test_zeros_and_single_sales_stay_within_reason():
    found = forecast(histories_of({"Liberty": [0.0, 5.0, 0.0, 0.0, 9.0, 0.0] * 6}), 6)
    assert all(0 <= row.low <= row.expected <= row.high <= 20 for row in found.rows)
    ended = forecast(histories_of({"Liberty": [5.0, 6.0, 7.0] * 8 + [0.0] * 12}), 3)
    assert [row.expected for row in ended.rows] == [0, 0, 0]


def test_a_month_that_is_not_covered_is_no_drop():
    whole, holed = season(36, noise=0.03), season(36, noise=0.03)
    holed[33] = None
    one, other = (forecast(histories_of({"Liberty": values}), 3) for values in (whole, holed))
    assert all(abs(a.expected / b.expected - 1) < D("0.12") for a, b in zip(one.rows, other.rows, strict=True))
    assert parse_period("2024-10") not in [period for period, _ in other.history]


def test_a_reseller_that_joined_is_no_growth_of_the_others():
    old, new = season(36), [None] * 12 + season(24)
    alone, both = forecast(histories_of({"Liberty": old}), 1), forecast(histories_of({"Liberty": old, "Galilu": new}), 1)
    assert (alone.rows[0].expected, both.rows[0].expected) == (D("700.00"), D("1400.00"))


def test_a_month_that_some_have_reported_is_part_reported_part_forecast():
    found = forecast(histories_of({"Liberty": season(36), "Galilu": season(35)}), 2)
    december, january, february = found.rows
    assert (december.reported, december.expected, december.period) == (D("1900.00"), D("3800.00"), parse_period("2024-12"))
    assert (january.reported, found.total.expected) == (0, january.expected + february.expected)
    assert found.through == date(2024, 11, 30)


def test_the_total_is_the_sum_of_its_resellers_to_the_cent():
    tracks = {name: season(36, noise=0.1, seed=seed, size=333.33) for seed, name in enumerate(("Liberty", "Galilu", "Online"))}
    found = forecast(histories_of(tracks), 6)
    for i, row in enumerate(found.rows):
        assert row.expected == sum(part.expected[i] for part in found.parts)
    assert found.total.expected == sum(part.total for part in found.parts)


def test_products_are_scaled_to_the_total_to_the_cent_and_new_ones_take_part():
    glow, sauna, candle = season(36, noise=0.2, seed=1), season(36, noise=0.2, seed=2), [None] * 30 + [50.0] * 6
    whole = histories_of({"Liberty": [round(a + b + (c or 0), 2) for a, b, c in zip(glow, sauna, candle, strict=True)]})
    products = histories_of({"a": glow, "b": sauna, "c": candle}, part={"a": "Glow", "b": "Sauna", "c": "Candle"})
    found, by_reseller = forecast(whole, 3, products), forecast(whole, 3)
    parts = {part.part: part for part in found.parts}
    assert found.rows == by_reseller.rows and [part.part for part in by_reseller.parts] == ["Liberty"]
    assert [row.expected for row in found.rows] == [sum(p.expected[i] for p in found.parts) for i in range(3)]
    assert parts["Candle"].error is None and 0 < parts["Candle"].total < 300 and parts["Glow"].error is not None


def test_restated_figures_make_another_forecast_and_the_same_ones_the_same():
    values = season(36, noise=0.1)
    restated = [*values[:-1], values[-1] * 2]
    one, same, other = (forecast(histories_of({"Liberty": v}), 3) for v in (values, list(values), restated))
    assert one == replace(same, result=one.result) and one.rows != other.rows


def test_what_would_have_been_said_is_told_beside_what_came():
    values = season(36, noise=0.1)
    found = forecast(histories_of({"Liberty": values}), 1)
    last = found.tested[-1]
    assert last.period == parse_period("2024-12") and last.actual == D(str(values[-1])).quantize(CENT)
    assert last.last_year == D(str(values[23])).quantize(CENT)
    before = forecast(histories_of({"Liberty": values[:-1]}), 1)
    assert before.way == found.way and last.said == before.rows[0].expected
    assert [one.period for one, two in pairwise(found.tested) if one.period >= two.period] == []


def test_a_period_ahead_is_its_months_together():
    found = histories_of({"Liberty": season(36)})
    told = forecast(found, 6)
    assert ahead_of(found, told, parse_period("2025-Q2")).expected == D("1000.00") + D("1100.00") + D("900.00")
    assert ahead_of(found, told, parse_period("2024-Q2")) is None


def test_units_are_whole():
    found = forecast(histories_of({"Liberty": [float(round(v)) for v in season(36, noise=0.1, size=20)]}, measure="units"), 3)
    assert all(value == value.to_integral_value() for row in found.rows for value in (row.expected, row.low, row.high))


@given(st.lists(st.integers(0, 50_000), min_size=13, max_size=40), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_the_figure_lies_in_its_range_and_never_below_zero(values, horizon):
    found = forecast(histories_of({"Liberty": [float(v) for v in values]}), horizon)
    for row in (*found.rows, *([found.total] if found.total else [])):
        assert row.low is None or 0 <= row.low <= row.expected <= row.high
    assert len(found.rows) in (0, horizon)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12), st.integers(0, 10**9))
def test_what_is_shared_out_adds_up_to_the_cent(sizes, total):
    whole = D(total).scaleb(-2)
    parts = shared_out(whole, [D(size) for size in sizes], CENT)
    assert sum(parts) == whole and all(part >= 0 for part in parts)
