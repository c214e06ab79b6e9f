from __future__ import annotations

from core.sales.query import Filter
from pages.components import drilling
from pages.components.drilling import joined, next_dimensions, words


def plain(dimension: str, value: str) -> str:
    return value


def test_a_cell_is_named_by_its_values() -> None:
    cell = (Filter("reseller", ("Liberty",)), Filter("product", ("",)), Filter("month", ("2025-01-01", "2025-02-01")))
    assert words(cell, plain) == "Liberty · product not stated · 2025-01-01–2025-02-01"
    assert (
        words((Filter("product", ("A", "B"), exclude=True), Filter("store", ("C",), exclude=True)), plain) == "others (product) · without C"
    )
    assert words((), plain) == "Total"


def test_what_is_offered_next_is_finer_time_then_what_people_ask_for() -> None:
    offered = ["day", "week", "month", "quarter", "product", "reseller", "device"]
    assert next_dimensions(["reseller", "quarter"], offered) == ["month", "product", "day", "week", "device"]


def test_filters_of_one_dimension_become_one() -> None:
    some = (Filter("reseller", ("A", "B")), Filter("store", ("x",), exclude=True))
    assert joined((*some, Filter("reseller", ("B",)), Filter("store", ("y",), exclude=True))) == (
        Filter("reseller", ("B",)),
        Filter("store", ("x", "y"), exclude=True),
    )


def test_a_way_that_breaks_off_keeps_what_led_there() -> None:
    problems: list[str] = []
    step = drilling.Step(("reseller",), filters=(Filter("reseller", ("Liberty",)),))
    assert drilling.read([drilling.text(step), "gone", drilling.text(step)], problems) == (step,) and len(problems) == 1
