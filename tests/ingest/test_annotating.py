"""The error workbook: what survives of the vendor's file, what is said in it, and that it comes back as the same file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ingest import annotating, rewriting
from core.ingest.annotating import error_workbook, workbook_name
from core.ingest.checking import as_frame
from core.ingest.note_tables import Place, place_of, places_of
from core.ingest.notes import without_notes
from core.ingest.reading import read_book
from core.ingest.reading_back import ROWS
from core.ingest.shapes import CONTROLS, ImportReport, Problem, SetAside
from tests.ingest.workbook_bytes import delimited, repacked, workbook

SHA = "ab" * 32
BAD = Problem("cell_error", "This cell shows an error.", "error", "S", "B2", "#REF!", "Ask for it.")
ODD = Problem("bulk_line", "A very large line.", "warning", "S", "C3", "9000", "Check it.")
ROWS_OF_S = [["code", "units", "money"], ["A1", "#REF!", 10.5], ["A2", 3, 9000], ["Total", 3, 9010.5]]


def report(*problems: Problem, name: str = "report.xlsx", **fields: Any) -> ImportReport:
    return ImportReport("preview", name, SHA, upload_batch_id=7, problems=as_frame(problems), **fields)


def opened(data: bytes, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def texts(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def charted() -> bytes:
    """A workbook with all that vendors put into one: formula with its value, chart, hidden column, comment, format, list of choices."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("S")
    for row, cells in enumerate(ROWS_OF_S):
        sheet.write_row(row, 0, cells)
    sheet.write_formula("D2", "=C2*2", book.add_format({"num_format": "0.00", "bold": True}), 21)
    sheet.set_column("B:B", 33, None, {"hidden": True})
    sheet.write_comment("A1", "the vendor's own words")
    sheet.write_comment("C3", "also the vendor's")
    sheet.conditional_format("C1:C9", {"type": "data_bar"})
    sheet.data_validation("A2", {"validate": "list", "source": ["A1", "A2"]})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=S!$C$2:$C$3"})
    sheet.insert_chart("F2", chart)
    book.close()
    return target.getvalue()


def test_bad_cells_are_coloured_by_weight_and_commented() -> None:
    sheet = opened(error_workbook(workbook({"S": ROWS_OF_S}), report(BAD, ODD)))["S"]
    error, warning = sheet["B2"], sheet["C3"]
    assert error.comment.text == "This cell shows an error.\nValue: #REF!\nAsk for it."
    assert error.fill.fgColor.rgb != warning.fill.fgColor.rgb != "00000000" and sheet["A1"].comment is None


def test_what_the_vendor_put_into_the_workbook_survives_byte_for_byte() -> None:
    source = charted()
    made = error_workbook(source, report(BAD, ODD))
    before, after = zipfile.ZipFile(io.BytesIO(source)), zipfile.ZipFile(io.BytesIO(made))
    same = [name for name in before.namelist() if before.read(name) == after.read(name)]
    assert {"xl/charts/chart1.xml", "xl/drawings/drawing1.xml", "xl/sharedStrings.xml", "xl/theme/theme1.xml"} <= set(same)
    sheet, values = opened(made)["S"], opened(made, values=True)["S"]
    assert values["D2"].value == 21 and sheet["D2"].value == "=C2*2" and sheet.column_dimensions["B"].hidden
    assert len(sheet._charts) == 1 and sheet.data_validations.dataValidation and sheet.conditional_formatting


def test_the_vendors_own_comments_stay_and_are_added_to() -> None:
    sheet = opened(error_workbook(charted(), report(BAD, ODD)))["S"]
    assert "the vendor's own words" in sheet["A1"].comment.text
    assert "also the vendor's" in sheet["C3"].comment.text and "A very large line." in sheet["C3"].comment.text


def test_four_sheets_list_what_was_found_each_cell_a_link() -> None:
    controls = pl.DataFrame(
        [("Total", "units", "S", "B4", Decimal(4), Decimal(3), Decimal(0), Decimal(1), False)], schema=CONTROLS, orient="row"
    )
    held = pl.DataFrame([{"source_sheet": "S", "source_row": 3, "source_cells": "B3|C3", "vendor_key": "A2", "held_reason": "unmatched_product",
                          "quantity": 3, "amount_local": Decimal("9000"), "currency": "GBP"}], schema=ROWS)  # fmt: skip
    data = error_workbook(workbook({"S": ROWS_OF_S}), report(ODD, BAD, controls=controls, set_aside=(SetAside("a total", "S", 4),)), held)
    book = opened(data)
    assert book.sheetnames == ["S", "Problems", "Held rows", "Set aside", "Totals"]
    problems = book["Problems"]
    assert [row[0] for row in texts(problems)[4:]] == ["✖ error", "! warning"] and problems["C5"].hyperlink.location == "'S'!B2"
    assert texts(book["Held rows"])[4] == ["S", 3, "B3 C3", "a product", "A2", None, None, 3, 9000, "GBP"]
    assert texts(book["Set aside"])[4] == ["a total", "S", 4, 4, 1]
    assert texts(book["Totals"])[4][4:8] == [4, 3, 0, 1]
    assert "Held: in no figure. It waits for a product: A2" in book["S"]["B3"].comment.text


def test_a_name_that_is_taken_is_not_used_twice() -> None:
    book = opened(error_workbook(workbook({"Problems": [["a"]], "totals": [["b"]]}), report()))
    assert book.sheetnames == ["Problems", "totals", "Problems 2", "Held rows", "Set aside", "Totals 2"]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x.test")', "+1", "-cmd|' /C calc'!A0", "@SUM(1)"])
def test_no_text_of_a_file_becomes_a_formula(text: str) -> None:
    nasty = Problem("x", text, "error", "S", "A1", text, text)
    book = opened(
        error_workbook(delimited([[text, "b"]], ";"), report(Problem("x", text, "error", None, "R1C1", text, text), nasty, name="a.csv"))
    )
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert book["Problems"]["E5"].value == text and book["Problems"]["E5"].quotePrefix


def test_a_text_file_is_written_anew_at_the_same_places_as_it_is_printed() -> None:
    data = delimited([["ean", "money"], ["0009524001001", "1.234,50"], ["x", "1e5"]], ";")
    made = error_workbook(data, report(Problem("x", "Odd.", "warning", None, "R3C2", "1e5"), name="a.csv"))
    sheet = opened(made)["Sheet1"]
    assert texts(sheet) == [["ean", "money"], ["0009524001001", "1.234,50"], ["x", "1e5"]] and sheet["B3"].comment.text.startswith("Odd.")
    assert opened(made)["Problems"]["C5"].hyperlink.location == "'Sheet1'!B3"


def test_macros_are_taken_out_and_the_result_is_a_plain_workbook() -> None:
    def with_macros(name: str, content: bytes) -> bytes:
        macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        return content.replace(plain, macro) if name == "[Content_Types].xml" else content

    source = io.BytesIO(repacked(workbook({"S": ROWS_OF_S}), with_macros))
    with zipfile.ZipFile(source, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
    made = zipfile.ZipFile(io.BytesIO(error_workbook(source.getvalue(), report(BAD, name="a.xlsm"))))
    assert "xl/vbaProject.bin" not in made.namelist() and b"macroEnabled" not in made.read("[Content_Types].xml")


def test_it_reads_back_as_the_same_file() -> None:
    source = charted()
    made = read_book(error_workbook(source, report(BAD, ODD)), "report.xlsx")
    book, notes = without_notes(made)
    (sheet,) = book.sheets
    assert sheet.frame.equals(read_book(source, "report.xlsx").sheets[0].frame)
    assert notes.sheets == ("Problems", "Held rows", "Set aside", "Totals")
    assert notes.origin is not None and (notes.origin.upload_batch_id, notes.origin.sha256) == (7, SHA)


def test_blank_and_far_cells_are_coloured_where_they_are() -> None:
    far = Problem("x", "Far.", "error", "S", "ZZ40")
    blank = Problem("x", "Blank.", "info", "S", "B1")
    sheet = opened(error_workbook(workbook({"S": [["a", None, "c"]]}), report(far, blank)))["S"]
    assert sheet["ZZ40"].comment.text == "Far." and sheet["B1"].comment.text == "Blank." and texts(sheet)[0][:3] == ["a", None, "c"]


def test_of_a_merged_range_the_first_cell_is_marked() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("S").merge_range("A1:C2", "wide")
    assert opened(error_workbook(target.getvalue(), report(BAD)))["S"]["A1"].comment.text.startswith("This cell")


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02 random", b"PK\x03\x04 cut off", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600])
def test_a_file_that_can_not_be_read_gives_the_lists_alone(data: bytes) -> None:
    book = opened(error_workbook(data, report(BAD)))
    assert book.sheetnames == ["About this file", "Problems", "Held rows", "Set aside", "Totals"]
    assert "could not be copied" in book["About this file"]["A1"].value and book["Problems"]["C5"].value == "B2"


def test_of_a_long_list_only_what_surrounds_the_remarks_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "MOST_CELLS", 500)
    data = delimited([["n", "text"], *([str(number), f"line {number}"] for number in range(1, 900))], ";")
    made = error_workbook(data, report(Problem("x", "Odd.", "error", None, "R700C2"), name="a.csv"))
    sheet = opened(made)["File (excerpt)"]
    assert [row[0] for row in texts(sheet)[4:]] == [*range(1, 13), *range(698, 703)] and "17 of 900 rows" in sheet["A2"].value
    assert sheet["C19"].value == "line 699" and sheet["C19"].comment.text == "Odd."
    assert opened(made)["Problems"]["C5"].hyperlink.location == "'File (excerpt)'!C19"
    assert without_notes(read_book(made, "a.xlsx"))[0].sheets == ()


def test_many_remarks_are_all_listed_but_not_all_commented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotating, "MOST_COMMENTS", 3)
    found = [Problem("x", f"Odd {n}.", "warning", "S", f"A{n}") for n in range(1, 9)]
    book = opened(error_workbook(workbook({"S": [[n] for n in range(9)]}), report(*found)))
    assert sum(row[0].comment is not None for row in book["S"].iter_rows()) == 3 and book["Problems"].max_row == 12
    assert "The first 3 of 8 cells are commented" in book["Problems"]["A3"].value


@pytest.mark.parametrize(
    ("cells", "places"),
    [("M5|N5", [(4, 12), (4, 13)]), ("|N5", [(4, 13)]), ("R7C5", [(6, 4)]), ("$B$2:C9", [(1, 1)]), ("row 17", [(16, 0)]), ("A0", []), (None, []), ("E4S", [])],
)  # fmt: skip
def test_addresses_are_understood(cells: str | None, places: Sequence[tuple[int, int]]) -> None:
    assert places_of("S", cells) == [Place("S", *place) for place in places]
    assert place_of("S", cells) in ([Place("S", *place) for place in places[:1]] or [None])


@pytest.mark.parametrize(
    ("name", "expected"), [("week 24.xls", "week 24 – checked.xlsx"), ("a.b.csv", "a.b – checked.xlsx"), ("x", "x – checked.xlsx")]
)
def test_the_name_tells_that_it_was_checked(name: str, expected: str) -> None:
    assert workbook_name(name) == expected


CELL = (
    st.none()
    | st.integers(-(10**9), 10**9)
    | st.text(max_size=12)
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 4))
    | st.booleans()
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=8), st.integers(1, 12), st.integers(0, 6))
def test_any_sheet_reads_back_cell_by_cell(rows: list[list[Any]], row: int, column: int) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, rewriting.OPTIONS) as book:
        sheet = book.add_worksheet("S")
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
    source = target.getvalue()
    made = error_workbook(source, report(Problem("x", "Odd.", "error", "S", f"{'ABCDEFG'[column]}{row}")))
    (before,), (after,) = read_book(source, "a.xlsx").sheets, without_notes(read_book(made, "a.xlsx"))[0].sheets
    assert annotating._cells(before).equals(annotating._cells(after))
