"""Filters as a notebook writes them: nothing is lost on the way there and back, also where two are about one dimension."""

from hypothesis import given
from hypothesis import strategies as st

from core.sales.query import Filter, build_query, conditions

FILTERS = st.lists(
    st.builds(Filter, st.sampled_from(("product", "source", "month")), st.lists(st.sampled_from(("a", "b", "")), min_size=1).map(tuple), st.booleans()),
    max_size=5,
)  # fmt: skip


@given(FILTERS)
def test_filters_come_back_as_they_were(filters: list[Filter]) -> None:
    assert build_query("units", (), conditions(filters)).where == tuple(filters)


def test_one_filter_of_a_dimension_reads_as_a_mapping() -> None:
    assert conditions((Filter("product", ("A",)), Filter("product", ("B",), exclude=True))) == {"product": ["A"], "not product": ["B"]}


def test_two_filters_of_a_dimension_both_stand() -> None:
    filters = (Filter("source", ("sell-out",)), Filter("source", ("d2c",)))
    assert conditions(filters) == [("source", ["sell-out"]), ("source", ["d2c"])]
