"""Files become sheets by their content; what can not be read says so in one sentence."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from core.errors import EncryptedFile, FileTooLarge, UnreadableFile
from core.ingest.reading import ReadLimits, read_book
from core.ingest.shapes import Merge
from tests.ingest.workbook_bytes import book_of, repacked, uncalculated, workbook


def locked(data: bytes, password: str) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, target)
    assert msoffcrypto.OfficeFile(io.BytesIO(target.getvalue())).is_encrypted()
    return target.getvalue()


def test_cells_keep_their_address_behind_empty_rows_and_columns() -> None:
    sheet = book_of({"A": [[], [], [None, None, None, "x"], [None, None, None, None, 76.0]]}).sheets[0]
    assert (sheet.height, sheet.width) == (4, 5)
    assert (sheet.grid[2][3], sheet.grid[3][4], sheet.address(3, 4)) == ("x", "76", "E4")


def test_numbers_keep_their_shortest_text_and_dates_are_iso() -> None:
    rows = [[218.0008, -4.100200000000001, 9524001001008, True], [date(2025, 1, 2), datetime(2025, 1, 2, 10, 30), 1e20, "76.0"]]
    sheet = book_of({"A": rows}).sheets[0]
    assert sheet.grid[0] == ("218.0008", "-4.100200000000001", "9524001001008", "true")
    assert sheet.grid[1] == ("2025-01-02", "2025-01-02T10:30:00", "100000000000000000000", "76.0")
    assert [sheet.is_typed(1, column) for column in range(4)] == [True, True, True, False]


def test_dates_of_the_1904_system_are_the_same_days() -> None:
    book = book_of({"A": [[date(2025, 1, 2)]]}, date_1904=True)
    assert book.date_1904 and book.sheets[0].grid[0] == ("2025-01-02",)


def test_merged_ranges_and_hidden_sheets_are_known() -> None:
    target = io.BytesIO()
    written = xlsxwriter.Workbook(target)
    written.add_worksheet("seen").merge_range(1, 1, 2, 3, "label")
    written.add_worksheet("unseen").hide()
    written.close()
    book = book_of(target.getvalue())
    assert book.sheets[0].merges == (Merge(1, 1, 2, 3),)
    assert [sheet.hidden for sheet in book.sheets] == [False, True] and len(book.visible) == 1


def test_formulas_without_a_stored_result_are_named_and_blank() -> None:
    sheet = book_of(uncalculated([["a", "b"], [1, "=A2*2"], [2, "=A3*2"]])).sheets[0]
    assert sheet.no_value == {(1, 1), (2, 1)} and sheet.grid[1] == ("1", None)


def test_calculated_formulas_are_read_by_their_result() -> None:
    target = io.BytesIO()
    written = xlsxwriter.Workbook(target)
    written.add_worksheet().write_formula(0, 0, "=1+1", None, 2)
    written.close()
    sheet = book_of(target.getvalue()).sheets[0]
    assert sheet.grid == [("2",)] and not sheet.no_value


def test_error_cells_keep_their_text() -> None:
    sheet = book_of(
        repacked(workbook({"A": [[7, 8], [9]]}), lambda name, xml: xml.replace(b'<c r="B1"><v>8', b'<c r="B1" t="e"><v>#REF!'))
    ).sheets[0]
    assert sheet.grid[0] == ("7", "#REF!") and not sheet.is_typed(0, 1)


def test_error_cells_of_an_old_workbook_keep_their_text() -> None:
    written, target = xlwt.Workbook(), io.BytesIO()
    sheet = written.add_sheet("Ärger")
    sheet.write(0, 0, "x")
    sheet.row(1).set_cell_error(0, 0x2A)
    sheet.write(2, 0, 5)
    written.save(target)
    book = read_book(target.getvalue(), "old.xls")
    assert book.kind == "xls" and book.sheets[0].grid == [("x",), ("#N/A",), ("5",)]


def test_bold_cells_are_known() -> None:
    target = io.BytesIO()
    written = xlsxwriter.Workbook(target)
    written.add_worksheet().write(2, 0, "Store", written.add_format({"bold": True}))
    written.close()
    assert book_of(target.getvalue()).sheets[0].bold == {(2, 0)}


@pytest.mark.parametrize("name", ["report.xlsm", "report.csv", "report", "report.txt"])
def test_a_workbook_is_read_whatever_its_name_says(name: str) -> None:
    assert read_book(workbook({"A": [["x"]]}), name).kind == "xlsx"


def test_a_file_on_disk_reads_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert read_book(path, path.name).sheets[0].grid == [("a", "b"), ("1", "2")]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "june.xlsx", "is empty (0 bytes)"),
        (b"\0" * 100, "june.xlsx", "is empty (100 bytes)"),
        (b"Month,Units\nMay,12\n", "june.xlsx", "contains plain text"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "june.xls", "is a web page"),
        (b"%PDF-1.7 ...", "june.pdf", "is a PDF document"),
        (b'{"rows": [1, 2]}', "june.json", "is JSON"),
        (bytes(range(256)) * 40, "june.csv", "neither a workbook nor a text file"),
        (workbook({"A": [["x"]]})[:-200], "june.xlsx", "cut off or damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"junk" * 50, "june.xls", "save it as .xlsx"),
    ],
)
def test_what_can_not_be_read_says_what_was_seen(content: bytes, name: str, said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_book(content, name)
    assert said in refused.value.message and refused.value.message.endswith(".")


def test_a_zip_of_reports_is_to_be_unpacked() -> None:
    data = repacked(workbook({"A": [["x"]]}), lambda name, content: content).replace(b"xl/", b"my/")
    with pytest.raises(UnreadableFile, match="zip archive"):
        read_book(data, "reports.zip")


def test_a_password_opens_a_locked_workbook_and_a_wrong_one_does_not() -> None:
    data = locked(workbook({"A": [["x"]]}), "Secret123")
    assert read_book(data, "r.xlsx", password="Secret123").sheets[0].grid == [("x",)]
    with pytest.raises(EncryptedFile, match="has a password"):
        read_book(data, "r.xlsx")
    with pytest.raises(EncryptedFile, match="does not open"):
        read_book(data, "r.xlsx", password="wrong")


def test_a_workbook_locked_with_excels_own_password_opens() -> None:
    assert read_book(locked(workbook({"A": [["x"]]}), "VelvetSweatshop"), "r.xlsx").sheets[0].grid == [("x",)]


def test_an_upload_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(FileTooLarge, match="accepts up to"):
        read_book(b"a,b\n" * 1000, "r.csv", ReadLimits(upload_bytes=1000))


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused() -> None:
    data = workbook({"A": [["x" * 30_000, row] for row in range(40)]})
    with pytest.raises(FileTooLarge, match="would unpack"):
        read_book(data, "r.xlsx", ReadLimits(unpacked_bytes=20_000))


def test_one_stray_cell_at_the_far_corner_is_refused_by_name() -> None:
    target = io.BytesIO()
    written = xlsxwriter.Workbook(target)
    written.add_worksheet().write("XFD1048576", 1)
    written.close()
    with pytest.raises(FileTooLarge, match="XFD1048576"):
        read_book(target.getvalue(), "r.xlsx")


def test_a_long_text_repeated_in_very_many_cells_is_refused() -> None:
    data = workbook({"A": [["x" * 32_000]]})
    cell, row = b'<c r="A1" t="s"><v>0</v></c>', b'<row r="1"'

    def repeat(name: str, xml: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return xml
        start, end = xml.index(row), xml.index(b"</sheetData>")
        return (
            xml[:start] + b"".join(b'<row r="%d">%s</row>' % (at, cell.replace(b"A1", b"A%d" % at)) for at in range(1, 80_000)) + xml[end:]
        )

    with pytest.raises(FileTooLarge, match="repeat a very long text"):
        read_book(repacked(data, repeat), "r.xlsx")


def test_entity_declarations_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = repacked(
        workbook({"A": [["x"]]}), lambda name, xml: xml.replace(b"<worksheet", bomb + b"<worksheet", 1) if "sheet1" in name else xml
    )
    with pytest.raises(UnreadableFile, match="entity declarations"):
        read_book(data, "r.xlsx")


def test_a_part_larger_than_its_directory_says_is_refused() -> None:
    data = workbook({"A": [[row] for row in range(5000)]})
    entry = b"xl/worksheets/sheet1.xml"
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(entry))
    with pytest.raises(UnreadableFile):
        read_book(data[: at + 24] + (100).to_bytes(4, "little") + data[at + 28 :], "r.xlsx")


def test_openpyxl_workbooks_read_like_others() -> None:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active["C3"] = 1.5
    book.save(target)
    assert read_book(target.getvalue(), "r.xlsx").sheets[0].grid[2] == (None, None, "1.5")
