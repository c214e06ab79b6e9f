"""Text files: encoding, delimiter, quoting; every line is still there afterwards."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.delimited import guess_code_page, read_sheet, read_text, sniff_delimiter
from core.ingest.reading import read_book

HEADER = "Sklep,Ilość,Wartość"


def grid(data: bytes, name: str = "report.csv") -> list[tuple[str | None, ...]]:
    return read_book(data, name).sheets[0].grid


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_polish_text_arrives_in_every_encoding(encoding: str) -> None:
    text = f"{HEADER}\nManufaktura Łódź,3,12\nPoznań Główny,1,4\nKraków Błonia,2,7\n"
    assert grid(text.encode(encoding))[1] == ("Manufaktura Łódź", "3", "12")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Galería Norte;£35,58;café", "cp1252"), ("Šiauliai žąsis švenčių", "cp1257"), ("Магазин Київ продаж", "cp1251"), ("plain", "cp1252")],
)
def test_code_pages_are_told_by_their_letters(text: str, encoding: str) -> None:
    assert guess_code_page(text.encode(encoding)) == encoding


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_with_decimal_commas_inside(delimiter: str) -> None:
    amount = '"1,5"' if delimiter == "," else "1,5"
    data = "\n".join(delimiter.join(row) for row in [("a", "b", "c"), ("x", amount, "2"), ("y", amount, "3")])
    assert sniff_delimiter(data.encode()) == delimiter


def test_a_single_column_has_no_delimiter() -> None:
    assert sniff_delimiter(b"value\n01\n02\n") is None
    assert grid(b"value\n01\n02\n") == [("value",), ("01",), ("02",)]


def test_the_stated_delimiter_wins() -> None:
    assert sniff_delimiter(b"sep=;\na,b;c\n1,5;2\n") == ";"


def test_ragged_rows_and_blank_lines_are_kept() -> None:
    assert grid(b"a,b\n1\n\n1,2,3\n") == [("a", "b", None), ("1", None, None), (None, None, None), ("1", "2", "3")]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_of_every_system_count_once(ends: str) -> None:
    assert grid(ends.join(["a,b", "1,2", "3,4", ""]).encode()) == [("a", "b"), ("1", "2"), ("3", "4")]


def test_nul_characters_are_left_out_and_said_so() -> None:
    book = read_book(b"a,b,c\n1,2\x00,3\n", "r.csv")
    assert book.sheets[0].grid[1] == ("1", "2", "3") and book.problems[0].rule == "csv_dialect"


def test_quoted_fields_keep_delimiters_and_line_breaks() -> None:
    assert grid(b'a,b,c\n1,"x, y",2\n3,"two\nlines",4\n') == [("a", "b", "c"), ("1", "x, y", "2"), ("3", "two\nlines", "4")]


@pytest.mark.parametrize(
    "lines",
    [
        ['x,"5 inch,3', "y,7,4", "z,8,5"],
        ['x,"5 inch,3', "y,7,4", 'z,"8 inch,5'],
        ['x,5" ring,3', "y,7,4", "z,8,5"],
        ['x,"a b,3', 'y,c d",4', "z,8,5"],
    ],
)
def test_a_broken_quote_swallows_no_line(lines: list[str]) -> None:
    book = read_book("\n".join(["a,b,c", *lines, ""]).encode(), "r.csv")
    assert book.sheets[0].height == 4 and [row[0] for row in book.sheets[0].grid] == ["a", "x", "y", "z"]
    assert all(len([cell for cell in row if cell]) == 3 for row in book.sheets[0].grid)


def test_a_quote_inside_a_text_changes_no_other_line() -> None:
    book = read_book(b'a,b\n1,"ok, fine"\n2,5" x 7" frame\n3,"he said ""hi"""\n', "r.csv")
    assert book.sheets[0].grid == [("a", "b"), ("1", "ok, fine"), ("2", '5" x 7" frame'), ("3", 'he said "hi"')]


@given(st.lists(st.lists(st.text("ab,;\"' \n€ł0", max_size=6), min_size=2, max_size=4), min_size=1, max_size=8))
def test_well_formed_files_read_as_the_standard_library_reads_them(rows: list[list[str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    sheet, _ = read_sheet(read_text(target.getvalue().encode()), ",")
    expected = [[field or None for field in row] for row in rows]
    found = [list(row) for row in sheet.grid]
    assert "\n" in "".join(map("".join, rows)) or [row[: len(want)] for row, want in zip(found, expected, strict=True)] == expected


def test_a_hundred_thousand_lines_are_one_frame_of_texts() -> None:
    data = b"a,b\n" + b"1,2.50\n" * 100_000
    frame = read_book(data, "r.csv").sheets[0].frame
    assert frame.height == 100_001 and set(frame.schema.values()) == {pl.String()}
