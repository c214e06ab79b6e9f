"""The difference list: cells as sums and line counts, equal ones left out."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.diffing import CELLS, difference
from tests.ingest.samples import FEBRUARY, JANUARY

cell = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([JANUARY, FEBRUARY]), st.integers(-5, 5), st.integers(1, 3))


def frame(found: list) -> pl.DataFrame:
    unique = {(store, period): (units, lines) for store, period, units, lines in found}
    rows = [("main", store, "ean", *period, None, units, None, lines) for (store, period), (units, lines) in unique.items()]
    return pl.DataFrame(rows, schema=CELLS, orient="row")


@given(before=st.lists(cell), after=st.lists(cell))
def test_the_list_leads_from_before_to_after(before, after):
    old, new = frame(before), frame(after)
    changes = difference(old, new)
    keys = ["store", "period_start"]
    kept = old.join(changes, on=keys, how="anti", nulls_equal=True)
    arrived = changes.filter(pl.col("change") != "vanished").select(*keys, units="after_units", lines="after_lines")
    result = pl.concat([kept.select(*keys, "units", "lines"), arrived])
    assert result.sort(pl.all()).equals(new.select(*keys, "units", "lines").sort(pl.all()))


@given(before=st.lists(cell))
def test_equal_cells_are_no_change(before):
    assert not difference(frame(before), frame(before)).height


def test_restated_cells_stand_before_new_ones():
    old = frame([("a", JANUARY, 1, 1), ("b", JANUARY, 1, 1)])
    new = frame([("a", JANUARY, 1, 2), ("a", FEBRUARY, 4, 1)])
    assert difference(old, new).select("change", "before_lines", "after_lines").rows() == [
        ("vanished", 1, None),
        ("changed", 1, 2),
        ("added", None, 1),
    ]
