"""PDF, workbook and CSV are drawn from one content: the digits are the same, and no text is ever code."""

from __future__ import annotations

import csv as plain_csv
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from core.errors import BadSchedule
from core.reports import csv, pdf, workbook
from core.reports.content import ReportContent
from core.reports.definition import Block, ReportDefinition
from core.reports.parts import Column, Figure, KeyFigures, Table, Text
from core.reports.rendering import build_content, document, documents
from core.sales.formatting import format_figure, format_number
from core.sales.query import Period

HOSTILE = ['#read("/etc/passwd")', "=cmd|' /C calc'!A1", "$1 + 1$ *bold* _it_ @ref <label> // no\\", "@SUM(A1)", "+49 30 123"]


def text_of(data: bytes) -> str:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    return re.sub(r"\s+", " ", " ".join(pages).replace("\u202f", " "))


def sheet(data: bytes, name: str) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python(skip_empty_area=False)


def csv_rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(plain_csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def zipped(data: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: csv_rows(archive.read(name)) for name in archive.namelist()}


def small(*parts, **values) -> ReportContent:
    given = {"title": "Report", "brand": "NORDLYS", "period": Period(date(2025, 5, 1), date(2025, 5, 31)), "compared_with": None}
    given |= {"parts": parts, "filters": "All", "caveats": (), "comparison": "", "definitions": (), "data_through": {}, "covered": ()}
    given |= {"expected": (), "data_version": 1, "built_at": datetime(2025, 6, 10, 8, tzinfo=UTC)}
    return ReportContent(**(given | values))


def table(texts: list[str], amounts: list[str]) -> Table:
    frame = pl.DataFrame({"product": texts, "net": [Decimal(a) for a in amounts]}, schema={"product": pl.String, "net": pl.Decimal(38, 9)})
    return Table("Products", "", (Column("product", "Product"), Column("net", "Net revenue", "figure", "EUR net")), frame)


def test_the_same_totals_stand_in_all_three_documents(monthly):
    part = next(p for p in monthly.parts if p.title == "Resellers")
    total, units = part.totals["sales_eur_net"], part.totals["units"]
    pdf_text = text_of(pdf.render(monthly))
    book = sheet(workbook.render(monthly), "Resellers")
    rows = zipped(csv.render(monthly))["resellers.csv"]
    assert f"Total {format_number(total)}".replace("\u202f", " ") in pdf_text
    assert (book[-1][1], book[-1][4]) == (pytest.approx(float(total), abs=1e-9), units)
    assert (Decimal(rows[-1][1]), rows[-1][4]) == (total, str(units))


def test_every_key_figure_stands_in_all_three_documents(monthly):
    part = next(p for p in monthly.parts if isinstance(p, KeyFigures))
    pdf_text = text_of(pdf.render(monthly))
    book = {row[0].split(",")[0]: row[1] for row in sheet(workbook.render(monthly), part.title)}
    rows = {row[0]: row[2] for row in zipped(csv.render(monthly))["key_figures.csv"]}
    for figure in part.figures:
        assert figure.text.replace("\u202f", " ") in pdf_text
        assert format_figure(figure.measure, Decimal(str(book[figure.label]))) == figure.text
        assert format_figure(figure.measure, Decimal(rows[figure.label])) == figure.text


def test_every_page_names_coverage_and_page(monthly):
    document = pypdfium2.PdfDocument(pdf.render(monthly))
    for number, page in enumerate(document, start=1):
        text = page.get_textpage().get_text_range()
        assert f"Page {number} of {len(document)}" in text
        assert "Data through 31 May 2025" in text
    assert document.get_metadata_dict()["Title"] == "Monthly sell-out report"


def test_a_pdf_carries_its_fonts_and_charts_as_text(monthly):
    data = pdf.render(monthly)
    assert b"SourceSansPro" in data
    assert "Jun 2024" in text_of(data)
    assert data == pdf.render(monthly)


def test_user_text_is_never_markup(tmp_path):
    parts = (table(HOSTILE, ["1", "2", "3", "4", "5"]), Text("#import evil", '#read("/etc/passwd")\n\n= No heading'))
    text = text_of(pdf.render(small(*parts, title='#eval("1+1")')))
    for hostile in (*HOSTILE, '#eval("1+1")', "#import evil", "= No heading"):
        assert re.sub(r"\s+", " ", hostile) in text
    assert "root:" not in text


def test_text_in_a_workbook_is_never_a_formula():
    data = workbook.render(small(table(HOSTILE, ["1", "2", "3", "4", "5"]), title="=1+1"))
    assert [row[0] for row in sheet(data, "Products")[1:]] == HOSTILE
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets"))


def test_text_in_a_csv_file_is_never_a_formula():
    rows = csv_rows(csv.render(small(table(HOSTILE, ["1", "-2.5", "3", "4", "5"]))))
    assert rows[1][0] == '#read("/etc/passwd")'
    assert rows[2] == ["'=cmd|' /C calc'!A1", "-2.5"]
    assert [row[0][:2] for row in rows[4:6]] == ["'@", "'+"]


def test_numbers_and_dates_in_a_workbook_are_numbers_and_dates():
    frame = pl.DataFrame({"month": [date(2025, 5, 1)], "net": [Decimal("1234.567")], "change": [Decimal("-0.0312")]})
    columns = (
        Column("month", "Month", "date", grain="month"),
        Column("net", "Net", "figure", "EUR net"),
        Column("change", "Change", "change"),
    )
    row = sheet(workbook.render(small(Table("By month", "", columns, frame))), "By month")[1]
    assert row == [date(2025, 5, 1), 1234.567, -0.0312]


def test_sheet_names_are_what_excel_accepts():
    parts = [replace(table(["a"], ["1"]), title=title) for title in ("A/B: [x]?*", "a b   x", "History", "'quoted'", "x" * 60, "x" * 60)]
    names = CalamineWorkbook.from_filelike(io.BytesIO(workbook.render(small(*parts)))).sheet_names
    assert len({n.lower() for n in names}) == 7
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") and not n.startswith("'") for n in names)


def test_one_table_is_one_csv_file_and_several_are_a_zip():
    one = small(table(["a"], ["1"]))
    assert document(one, "csv").name == "NORDLYS Report May 2025.csv"
    assert document(replace(one, parts=one.parts * 2), "csv").media_type == "application/zip"


def test_unknown_figures_are_empty_and_said_to_be_unknown():
    part = KeyFigures("Key figures", "May 2025", "May 2024", (Figure("aov", "Average order value", "EUR per order", None),))
    content = small(part)
    assert "n/a" in text_of(pdf.render(content))
    assert sheet(workbook.render(content), "Key figures")[1][1] == ""
    assert csv_rows(csv.render(content))[1][2] == ""


def test_a_format_nobody_knows_is_refused():
    with pytest.raises(BadSchedule):
        document(small(table(["a"], ["1"])), "docx")


def test_a_long_table_repeats_its_head_and_is_quick():
    rows = [f"Product {i}" for i in range(2000)]
    content = small(table(rows, ["1"] * 2000))
    pdf.render(small(table(["a"], ["1"])))
    begun = time.perf_counter()
    data = pdf.render(content)
    seconds = time.perf_counter() - begun
    pages = pypdfium2.PdfDocument(data)
    assert len(pages) > 20
    assert all("Net revenue" in page.get_textpage().get_text_range() for page in pages)
    assert seconds < 5


def test_an_empty_report_is_still_a_document(database, settings):
    definition = ReportDefinition("Empty", blocks=(Block("kpis"), Block("trend"), Block("bridge"), Block("table", by=("product",))))
    content = build_content(database, settings, definition, None, date(2025, 6, 10))
    files = documents(content, ("pdf", "xlsx", "csv"))
    assert "No sales in this period." in text_of(files[0].content)
    assert all(file.content for file in files)


def test_a_table_wider_than_the_paper_goes_on_below_with_its_rows_named():
    names = [f"m{n}" for n in range(30)]
    frame = pl.DataFrame({"product": ["Rose"], **{name: [1000 + n] for n, name in enumerate(names)}})
    wide = Table(
        "Wide", "", (Column("product", "Product"), *(Column(n, n, "figure", "units") for n in names)), frame, dict.fromkeys(names, 7)
    )
    parts = pdf.pieces(wide)
    assert [len(part.columns) for part in parts] == [16, 16] and [c.name for part in parts for c in part.columns[1:]] == names
    text = text_of(pdf.render(small(wide)))
    assert all(format_number(1000 + n).replace("\u202f", " ") in text for n in range(30)) and text.count("Rose") == 2
