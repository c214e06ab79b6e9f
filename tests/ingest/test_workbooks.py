from __future__ import annotations

from unittest.mock import patch

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.ingest import workbooks

NUMBERS = st.lists(
    st.one_of(
        st.none(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(-(10**16), 10**16).map(float),
        st.decimals(-(10**6), 10**6, places=4).map(float),
        st.sampled_from([0.0, -0.0, 218.0008, 1e15, 1e-7, 0.1 + 0.2, -76.0]),
    ),
    max_size=20,
)


@given(NUMBERS)
def test_few_numbers_are_written_as_many_are(numbers: list[float | None]) -> None:
    values = pl.Series(numbers, dtype=pl.Float64)
    few = workbooks._shortest(values)
    with patch.object(workbooks, "FEW", -1):
        assert few.to_list() == workbooks._shortest(values).to_list()
