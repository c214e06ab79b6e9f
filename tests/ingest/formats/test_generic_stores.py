"""One column for each store: every store is read or its units are named before anything counts; totals are proofs, never sales."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from core.ingest.formats import generic
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats import truth
from tests.ingest.formats.test_generic_doubts import asked
from tests.ingest.formats.unknown_files import CANDLE, TUNDRA
from tests.ingest.workbook_bytes import book_of, delimited, workbook

STORES = ("London", "Paris", "Berlin")
EANS = (TUNDRA, CANDLE, "9524001009103", "9524001009202", "9524001009301")
UNITS = ((3, 0, 2), (1, 4, 0), (0, 2, 2), (5, 1, 1), (2, 2, 7))
HEADS = {"en": ["EAN", "Product", *STORES, "Total"], "de": ["EAN", "Artikel", *STORES, "Gesamt"]}
SUMS = (11, 9, 12)


def matrix(head: list[str], figures: tuple[tuple[object, ...], ...] = UNITS, total: bool = True) -> list[list[object]]:
    rows = [
        [ean, f"Product {at}", *line, *([sum(line)] if total else [])] for at, (ean, line) in enumerate(zip(EANS, figures, strict=True))
    ]
    below = [sum(column) for column in zip(*figures, strict=True)]
    return [list(head), *rows, ["Total", "", *below, *([sum(below)] if total else [])]]


def read(rows: list[list[object]], ending: str = "xlsx", **said: object) -> SalesFrame:
    data = workbook({"May 2025": rows}) if ending == "xlsx" else delimited(rows, ";")
    told = {"currency": "EUR", "vat_basis": "gross", "amount_is": "line", "completeness": "complete", **said}
    return generic.read(book_of(data, f"May 2025.{ending}"), ReadOptions(**told))  # type: ignore[arg-type]


def by_store(frame: SalesFrame, figure: str = "quantity") -> dict[str, object]:
    return dict(frame.rows.group_by("store_text").agg(pl.col(figure).sum()).sort("store_text").rows())


def meanings(frame: SalesFrame) -> dict[str, str]:
    return {choice.key: choice.meaning for choice in frame.columns}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("total", [True, False])
def test_columns_of_stores_are_proposed_as_stores_and_asked_about(language: str, ending: str, total: bool) -> None:
    frame = read(matrix(HEADS[language][: None if total else -1], total=total), ending)
    assert by_store(frame) == dict(sorted(zip(STORES, SUMS, strict=True)))
    (question,) = (question for question in frame.questions if question.key == "columns")
    assert all(f"“{store}”" in question.text for store in STORES)
    assert [column.meaning for column in question.columns if column.key in STORES] == ["store_units"] * 3
    assert not truth.disagreeing(frame) and len(frame.controls) == (9 if total else 3)


def test_each_unit_is_traced_to_its_own_cell() -> None:
    frame = read(matrix(HEADS["en"]), columns=dict.fromkeys(STORES, "store_units"))
    line = frame.rows.filter((pl.col("ean") == CANDLE) & (pl.col("store_text") == "Paris")).row(0, named=True)
    assert (line["quantity"], line["source_row"], "D3" in str(line["source_cells"])) == (4, 3, True)
    assert asked(frame) == set()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_money_of_stores_is_money(ending: str) -> None:
    figures = tuple(tuple(Decimal(units) * Decimal("10.25") for units in line) for line in UNITS)
    rows = [[str(cell) if isinstance(cell, Decimal) and ending == "csv" else cell for cell in row] for row in matrix(HEADS["en"], figures)]
    frame = read(rows, ending)
    assert by_store(frame, "amount_local") == {s: Decimal("10.25") * n for s, n in sorted(zip(STORES, SUMS, strict=True))}
    assert not frame.rows["quantity"].is_not_null().any() and not truth.disagreeing(frame)


def test_one_store_answered_as_the_units_names_what_the_others_hold() -> None:
    for said in ({"London": "units"}, {**meanings(read(matrix(HEADS["en"]))), "London": "units", "Paris": "ignore", "Berlin": "ignore"}):
        frame = read(matrix(HEADS["en"]), columns=said)
        (left,) = (problem for problem in frame.problems if problem.rule == "figures_apart")
        assert "“Paris” (9), “Berlin” (12)" in left.message and "add up to 21" in left.message


def test_a_store_left_out_of_several_is_named_with_its_units() -> None:
    frame = read(matrix(HEADS["en"]), columns={"London": "store_units", "Paris": "store_units", "Berlin": "ignore"})
    (left,) = (problem for problem in frame.problems if problem.rule == "figures_apart")
    assert "“Berlin” (12)" in left.message and truth.disagreeing(frame)


def test_two_stores_are_neither_the_units_nor_the_money() -> None:
    rows = matrix(["EAN", "Product", "London", "Paris"], tuple(line[:2] for line in UNITS), total=False)
    frame = read(rows)
    assert by_store(frame) == {"London": 11, "Paris": 9} and "columns" in asked(frame)


def test_the_column_of_units_that_sums_the_stores_is_their_proof() -> None:
    frame = read(matrix(["EAN", "Product", *STORES, "Units sold"]))
    assert frame.rows["quantity"].sum() == 32 and meanings(frame)["Units sold"] == "store_total" and "columns" in asked(frame)


def test_a_wrong_total_beside_the_stores_is_said() -> None:
    rows = matrix(HEADS["en"])
    rows[2][-1] = 6
    frame = read(rows)
    assert frame.rows["quantity"].sum() == 32 and len(truth.disagreeing(frame)) == 1


def test_units_and_money_of_each_store_are_one_line() -> None:
    head = ["EAN", "Product", "London Qty", "London Sales", "Paris Qty", "Paris Sales"]
    rows = [head, *([ean, "a", 2, 218.5, at + 1, 100.25] for at, ean in enumerate(EANS))]
    frame = read(rows)
    assert by_store(frame) == {"London": 10, "Paris": 15}
    assert by_store(frame, "amount_local") == {"London": Decimal("1092.5"), "Paris": Decimal("501.25")} and frame.rows.height == 10


def test_units_of_all_beside_stores_that_do_not_add_up_wait_for_a_person() -> None:
    rows = [["EAN", "Qty", *STORES], *([ean, 50 + at, *line] for at, (ean, line) in enumerate(zip(EANS, UNITS, strict=True)))]
    frame = read(rows)
    assert frame.rows["quantity"].sum() == 260 and "figures_apart" in asked(frame)
    both = read(rows, columns=dict.fromkeys(STORES, "store_units"))
    assert "columns" in asked(both) and both.rows["quantity"].sum() == 32
    said = read(rows, columns={**dict.fromkeys(STORES, "store_units"), "Qty": "ignore"})
    assert "“Qty” (260)" in next(problem.message for problem in said.problems if problem.rule == "figures_apart")


def test_stores_above_a_header_of_measures_are_read_when_a_person_says_so() -> None:
    rows = [["", "", *STORES], ["EAN", "Product", "Qty", "Qty", "Qty"], *([ean, "a", *line] for ean, line in zip(EANS, UNITS, strict=True))]
    assert "columns" in asked(read(rows))
    frame = read(rows, columns=dict.fromkeys("CDE", "store_units"))
    assert by_store(frame) == dict(sorted(zip(STORES, SUMS, strict=True)))
    one = read(rows, columns={"C": "units", "D": "ignore", "E": "ignore"})
    assert "figures_apart" in asked(one)


def test_an_answer_for_an_earlier_file_reads_the_same_stores_and_asks_about_a_new_one() -> None:
    known = {**dict.fromkeys(STORES[:2], "store_units"), "EAN": "ean", "Product": "text", "Total": "store_total"}
    frame = read(matrix(HEADS["en"]), known_columns=known)
    assert "figures_apart" in asked(frame) or (frame.rows["quantity"].sum() == 32 and "columns" in asked(frame))
    assert asked(read(matrix(HEADS["en"]), known_columns={**known, "Berlin": "store_units"})) == set()


def test_another_number_among_the_stores_is_no_store_where_the_totals_say_so() -> None:
    head = ["EAN", "Size", *STORES, "Total units"]
    rows = [head, *([ean, 50 + 50 * (at % 2), *line, sum(line)] for at, (ean, line) in enumerate(zip(EANS, UNITS, strict=True)))]
    frame = read(rows)
    assert frame.rows["quantity"].sum() == 32 and not truth.disagreeing(frame)
    assert "“Size” (350)" in next(problem.message for problem in frame.problems if problem.rule == "figures_apart")


def test_totals_of_units_and_of_money_prove_their_own() -> None:
    head = ["EAN", "Qty London", "Sales London", "Qty Paris", "Sales Paris", "Total Qty", "Total Sales"]
    frame = read([head, *([ean, 2, "20.50", 3, "30.75", 5, "51.25"] for ean in EANS)], "csv")
    assert frame.rows["quantity"].sum() == 25 and frame.rows["amount_local"].sum() == Decimal("256.25")
    assert {control.measure for control in frame.controls} == {"units", "amount"} and not truth.disagreeing(frame)


def test_money_of_all_stores_beside_units_of_each_waits_for_a_person() -> None:
    rows = [["EAN", *STORES, "Total sales"], *([ean, *line, f"{sum(line) * 10}.50"] for ean, line in zip(EANS, UNITS, strict=True))]
    frame = read(rows, "csv")
    (question,) = frame.questions
    assert question.key == "columns" and "“Total sales”" in question.text
    said = read(rows, "csv", columns={**dict.fromkeys(STORES, "store_units"), "Total sales": "ignore"})
    assert "“Total sales” (322.50)" in next(problem.message for problem in said.problems if problem.rule == "figures_apart")


def test_stores_beside_months_are_named_with_what_they_hold() -> None:
    rows = [["EAN", "Jan 2025", "Feb 2025", "London", "Paris"], *([ean, 2, 3, at, 3] for at, ean in enumerate(EANS))]
    assert "figures_apart" in asked(read(rows, columns={"months": "units"}))


def test_several_unknown_numbers_beside_known_units_are_offered_and_named() -> None:
    frame = read([["EAN", "Qty", "Amount", "London", "Paris"], *([ean, 9, "20.50", at, 3] for at, ean in enumerate(EANS))])
    (question,) = frame.questions
    assert {column.key for column in question.columns if column.open} == {"London", "Paris"} and "figures_apart" in asked(frame)


def test_two_columns_that_name_one_store_both_count_and_are_said() -> None:
    rows = matrix(["EAN", "Product", "Paris", "Paris", "Berlin"], total=False)
    frame = read(rows, columns={"C": "store_units", "D": "store_units", "Berlin": "store_units"})
    assert by_store(frame) == {"Berlin": 12, "Paris": 20} and "columns_repeated" in asked(frame)
