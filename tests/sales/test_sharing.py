from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from core.sales.sharing import shares_of

D = Decimal


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=10_000, places=2), min_size=1, max_size=20))
def test_shares_add_up_exactly(values):
    shares = shares_of(values)
    assert sum(shares) == 1 if sum(values) else shares == [None] * len(values)


def test_the_largest_takes_what_rounding_leaves():
    assert shares_of([D(1), D(1), D(1)]) == [D("0.333333334"), D("0.333333333"), D("0.333333333")]
    assert shares_of([D(5), D(-5)]) == [None, None]


def test_parts_of_more_returned_than_sold_are_no_shares():
    assert shares_of([D(5), D(-15)]) == [None, None]
