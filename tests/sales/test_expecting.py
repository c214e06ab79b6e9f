"""Ranges against figures worked out by hand, and laws."""

from decimal import Decimal
from math import exp

from hypothesis import given
from hypothesis import strategies as st

from core.sales.expecting import MONTHS, chance_of_as_many, chance_of_none, expect, expect_level, expect_share, limit


def years(*values: int) -> dict[int, Decimal]:
    return {place: Decimal(value) for place, value in enumerate(values)}


def test_the_same_month_of_last_year_times_the_growth_is_expected() -> None:
    first = [100, 400, 900, 1600, 100, 400, 900, 1600, 100, 400, 900, 1600]
    usual = expect(years(*first, *[value * 2 for value in first[:11]]), 23)
    assert usual is not None and (usual.value, usual.growth, usual.pairs) == (Decimal("3200.00"), 2.0, 11)
    assert usual.low == usual.high == Decimal("3200.00")  # no residual, no price: no spread


def test_single_units_spread_by_at_least_their_root() -> None:
    usual = expect(years(*[400] * 24), 23, price=100)
    # scale = ½ · √100 · √2 = 7.071; k = 3.5 · (1 + 4 ÷ 11); reach = 33.75 on roots of 20: low 0, high 53.75²
    assert usual is not None and usual.low == 0 and abs(float(usual.high) - (20 + 7.0710678 * 3.5 * (1 + 4 / 11)) ** 2) < 0.01


def test_a_short_history_expects_nothing() -> None:
    assert expect(years(*[100] * 19), 18) is None and expect(years(*[100] * 21), 20) is not None


def test_one_wild_month_in_the_history_moves_nothing() -> None:
    calm, wild = years(*[100, 110, 90] * 8), years(*[100, 110, 90] * 8)
    wild[15] = Decimal(90_000)
    one, other = expect(calm, 23), expect(wild, 23)
    assert one is not None and other is not None and one.value == other.value


def test_a_part_is_expected_to_keep_its_share() -> None:
    totals = years(*[1000, 2000] * 6, 5000)
    usual = expect_share({place: total / 10 for place, total in totals.items() if place < MONTHS}, totals, MONTHS)
    assert usual is not None and (usual.value, usual.pairs) == (Decimal("500.00"), 12)


def test_a_level_needs_six_values_and_is_two_per_cent_wide_at_least() -> None:
    assert expect_level([10.0] * 5) is None
    usual = expect_level([10.0] * 6)
    assert usual is not None and abs(usual[2] - 10 * exp(0.02 * limit(6))) < 1e-9


def test_chances_are_those_of_poisson() -> None:
    assert abs(chance_of_none(7) - 0.000911882) < 1e-9
    assert abs(chance_of_as_many(3, 1.0) - (1 - 2.5 * exp(-1))) < 1e-12


@given(st.lists(st.integers(1, 10**6), min_size=24, max_size=36), st.integers(1, 500))
def test_the_expected_value_lies_in_its_range(values: list[int], price: int) -> None:
    usual = expect(years(*values), len(values) - 1, price=price)
    assert usual is not None and 0 <= usual.low <= usual.value <= usual.high


@given(st.lists(st.integers(1, 10**6), min_size=24, max_size=36))
def test_what_comes_later_is_not_looked_at(values: list[int]) -> None:
    assert expect(years(*values), 22) == expect(years(*values[:22]), 22)
