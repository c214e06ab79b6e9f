"""The rows most likely behind a total that is not met."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.records import Reseller
from core.ingest.reconciling import reconcile
from core.ingest.shapes import ControlTotal, Measure, Problem, complete_rows
from core.ingest.suspecting import suspects


def rows(*amounts: tuple[int | None, str | None], held: tuple[int, ...] = (), **columns: Any) -> pl.DataFrame:
    """Rows 2, 3, … of sheet S with these units and amounts."""
    frame = pl.DataFrame(
        {
            "source_row": range(2, len(amounts) + 2),
            "source_cells": [f"B{n}|C{n}" for n in range(2, len(amounts) + 2)],
            "quantity": [units for units, _ in amounts],
            "amount_local": [Decimal(money) if money else None for _, money in amounts],
            "vendor_key": [f"A{n}" for n in range(len(amounts))],
            **columns,
        },
        schema_overrides={"amount_local": pl.Decimal(38, 9)},
    )
    rules = pl.Series("rule", ["unmatched_product" if at in held else None for at in range(len(amounts))], dtype=pl.String)
    return complete_rows(frame, source_sheet="S", currency="GBP").with_columns(rules)


def found(frame: pl.DataFrame, printed: str, measure: Measure = "amount", **fields: Any) -> list[Problem]:
    controls = (ControlTotal("Total", measure, Decimal(printed), **fields),)
    return suspects(frame, controls, reconcile(frame, controls, Reseller(1, "r", "R")))


def test_a_total_that_is_met_suspects_nobody() -> None:
    assert found(rows((1, "10.00"), (1, "20.00")), "30") == []


def test_a_row_the_total_leaves_out_is_named_with_its_cell() -> None:
    (problem,) = found(rows((1, "10.00"), (1, "84.00"), (2, "20.00")), "30")
    assert (problem.sheet, problem.cell, problem.value) == ("S", "C3", "A1")
    assert problem.message == "Total: look at row 3 first, A1 (GBP 84.00); the total leaves it out, or it stands twice."


def test_units_are_looked_for_in_the_cell_of_units() -> None:
    (problem,) = found(rows((1, "10.00"), (7, "84.00")), "1", "units")
    assert problem.cell == "B3" and "(7 units)" in problem.message


def test_a_line_that_was_lost_looks_like_one_that_is_there() -> None:
    (problem,) = found(rows((1, "10.00"), (1, "84.00")), "178")
    assert problem.cell == "C3" and "counts it twice, or a line like it was lost" in problem.message


def test_a_turned_sign_is_recognised_by_twice_its_worth() -> None:
    (problem,) = found(rows((1, "100.00"), (1, "30.00")), "70")
    assert problem.cell == "C3" and "with its sign turned" in problem.message


def test_two_rows_may_explain_it_together() -> None:
    assert [p.cell for p in found(rows((1, "100.00"), (1, "31.00"), (1, "12.50")), "100")] == ["C3", "C4"]


def test_held_rows_may_explain_it_together() -> None:
    frame = rows((1, "500.00"), (1, "3.00"), (1, "5.00"), (1, "9.00"), held=(1, 2, 3))
    problems = found(frame, "500")
    assert [p.cell for p in problems] == ["C3", "C4", "C5"] and "held rows together" in problems[0].message


def test_only_rows_the_total_is_about_are_suspected() -> None:
    frame = rows((1, "84.00"), (1, "84.00"), (1, "10.00"), group_text=["candles", "perfume", "perfume"])
    assert [p.cell for p in found(frame, "10", where={"group_text": "perfume"})] == ["C3"]


def test_nothing_is_guessed_where_nothing_fits() -> None:
    assert found(rows((1, "10.00"), (1, "20.00"), (1, "40.00")), "71.37") == []


def test_a_row_behind_several_totals_is_named_once() -> None:
    frame = rows((1, "10.00"), (1, "84.00"))
    controls = tuple(ControlTotal(what, "amount", Decimal(10)) for what in ("Total", "Grand total"))
    assert len(suspects(frame, controls, reconcile(frame, controls, Reseller(1, "r", "R")))) == 1


@given(st.lists(st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100), min_size=1, max_size=30, unique=True), st.data())
def test_the_row_a_total_forgot_is_always_among_the_suspects(amounts: list[Decimal], data: st.DataObject) -> None:
    forgotten = data.draw(st.sampled_from(range(len(amounts))))
    frame = rows(*((1, str(amount)) for amount in amounts))
    cells = [p.cell for p in found(frame, str(sum(amounts) - amounts[forgotten]))]
    assert f"C{forgotten + 2}" in cells


@pytest.mark.parametrize("height", [4_001, 20_000])
def test_long_lists_are_not_searched_for_pairs(height: int) -> None:
    frame = pl.concat([rows((1, "100.00"), (1, "31.00"), (1, "12.50")), *[rows((1, "7.77"))] * (height - 3)])
    printed = str(frame["amount_local"].sum() - Decimal("43.50"))
    assert found(frame, printed) == []
