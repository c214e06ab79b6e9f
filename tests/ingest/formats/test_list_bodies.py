"""The rows of a list as people print and prettify it."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from core.ingest.formats import boxnox
from core.ingest.reading import read_book
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats.test_boxnox import HEADER, LINES, LIST, NAME, SHEETS, figures
from tests.ingest.workbook_bytes import book_of

UNDISTURBED = figures(boxnox.read(book_of(SHEETS, NAME), ReadOptions()))


def read(rows: list[list[Any]], merges: tuple[tuple[int, int, int, int], ...] = ()) -> SalesFrame:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("SELL OUT BY EAN")
        covered = {(r, c) for top, left, bottom, _ in merges for r in range(top + 1, bottom + 1) for c in (left,)}
        for r, cells in enumerate(rows):
            sheet.write_row(r, 0, [None if (r, c) in covered else text for c, text in enumerate(cells)])
        for top, left, bottom, right in merges:
            sheet.merge_range(top, left, bottom, right, rows[top][left])
    return boxnox.read(read_book(target.getvalue(), NAME), ReadOptions())


def test_a_text_merged_over_lines_belongs_to_each_of_them() -> None:
    merges = ((1, 0, 5, 0), (1, 1, 2, 1), (3, 1, 5, 1), (3, 3, 4, 3))
    frame = read(LIST, merges)
    assert figures(frame) == UNDISTURBED and not frame.rows["held_reason"].drop_nulls().len()


def test_figures_merged_over_lines_count_once() -> None:
    frame = read(LIST, ((3, 6, 4, 6),))
    assert [amount is not None and float(amount) for amount in frame.rows["amount_local"]] == [360.34, 1124.28, -180.17, False, 0]


def test_header_rows_of_later_pages_are_no_lines() -> None:
    assert figures(read([HEADER, *LINES[:2], HEADER, *LINES[2:4], [f" {text} " for text in HEADER], LINES[4]])) == UNDISTURBED


@pytest.mark.parametrize("label", ["Total Galería Norte", "Galería Norte Total", "Subtotal Galería Norte", "TOTAL: Galería Norte"])
def test_totals_of_a_store_inside_the_list_are_set_aside(label: str) -> None:
    frame = read([HEADER, *LINES[:1], [None, None, None, label, None, 2, 360.34], *LINES[1:]])
    assert figures(frame) == UNDISTURBED and [(a.reason, a.row_start) for a in frame.set_aside] == [("total row", 3)]


def test_a_total_of_a_store_under_its_merged_year_is_no_line() -> None:
    rows = [*LIST[:2], [None, None, None, "Galería Norte Total", None, 2, 360.34], *LIST[2:]]
    assert figures(read(rows, ((1, 0, 6, 0), (1, 1, 3, 1)))) == figures(read(LIST))


def test_a_store_called_total_keeps_its_lines() -> None:
    rows = [HEADER, [*LINES[0][:3], "Total Beauty", *LINES[0][4:]]]
    assert read(rows).rows["store_text"].to_list() == ["Total Beauty"]


@pytest.mark.parametrize(
    ("year", "month"),
    [("'2025", "'1"), ("2025.0", "01-Jan"), (" 2025 ", "01 enero"), (2025, "ene."), (25, 1), (2025, "2025-01"), ("2025", "Jan-25")],
)
def test_years_and_months_in_other_spellings(year: Any, month: Any) -> None:
    frame = read([HEADER, [year, month, *LINES[0][2:]]])
    assert str(frame.rows["period_start"][0]) == "2025-01-01"


@pytest.mark.parametrize("month", ["02-Jan", "2024-01", "Jan-26", "13"])
def test_a_month_that_contradicts_itself_or_its_year_is_none(month: str) -> None:
    assert read([HEADER, [2025, month, *LINES[0][2:]]]).rows["held_reason"].to_list() == ["missing_period"]


def test_money_with_three_decimals_may_be_thousands_and_is_held() -> None:
    frame = read([HEADER, [*LINES[0][:6], "1,640", *LINES[0][7:]], *LINES[1:]])
    assert frame.rows["held_reason"].to_list() == ["ambiguous_number", *(None,) * 4] and frame.rows["amount_local"][0] is None
    assert "two different numbers" in next(p.message for p in frame.problems if p.rule == "ambiguous_number")


def test_other_texts_of_the_column_say_what_its_sign_means() -> None:
    rows = [HEADER, [*LINES[0][:6], "1,640", *LINES[0][7:]], [*LINES[1][:6], "1,124.28", *LINES[1][7:]]]
    assert [float(amount) for amount in read(rows).rows["amount_local"]] == [1640.0, 1124.28]
