from __future__ import annotations

import pytest

from core.sales.dimensions import DIMENSIONS, MEANINGS
from core.sales.measures import MEASURES, PARTS, SUMS


def test_every_dimension_has_its_sentence():
    assert set(MEANINGS) == set(DIMENSIONS)
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


@pytest.mark.parametrize("measure", [*MEASURES.values(), *PARTS.values()], ids=lambda m: m.name)
def test_every_measure_reads_known_sums_and_states_its_formula(measure):
    assert measure.sums and set(measure.sums) <= set(SUMS)
    assert measure.formula and measure.definition and measure.label
    assert measure.additivity == "ratio" or "/" not in measure.expression


def test_every_sum_is_read_by_a_measure():
    read = {name for measure in (*MEASURES.values(), *PARTS.values()) for name in measure.sums}
    assert set(SUMS) == read
