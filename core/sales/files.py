"""A result as a file to take away: CSV and a workbook, with the question, the period and every caveat beside the figures."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter

from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES
from core.sales.naming import name_period
from core.sales.query import Result

SUFFIXES = {"_change_pct": "change %", "_change": "change", "_before": "before", "_comparable": "comparable part"}
FORMATS = {"EUR": "#,##0.00", "ratio": "0.0 %", "count": "#,##0"}


def column_title(name: str) -> str:
    """`Net revenue (EUR net)`, `Net revenue, change %`, `Reseller`: the heading of a column of `Result.frame`."""
    if name in DIMENSIONS:
        return DIMENSIONS[name].title
    if name in MEASURES:
        unit = MEASURES[name].unit
        return f"{MEASURES[name].label} ({unit})" if unit.startswith("EUR") else MEASURES[name].label
    suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")
    measure = MEASURES.get(name.removesuffix(suffix))
    return f"{measure.label}, {SUFFIXES[suffix]}" if measure and suffix else name


def notes(result: Result) -> tuple[tuple[str, str], ...]:
    """What the file says of itself: period, comparison, reach, version, caveats."""
    through = ", ".join(f"{reseller} {day:%Y-%m-%d}" for reseller, day in sorted(result.data_through.items()))
    lines = [("Period", name_period(result.period) if result.period else "all data")]
    if result.compared_with:
        lines.append(("Compared with", name_period(result.compared_with)))
    lines += [("Data through", through or "no data"), ("Data version", str(result.data_version))]
    return (*lines, *((("Note"), caveat.text) for caveat in result.caveats))


def csv_bytes(result: Result) -> bytes:
    """The rows of a result, as `frame_csv` writes them."""
    return frame_csv(result.frame)


def frame_csv(frame: pl.DataFrame) -> bytes:
    """UTF-8 with a byte-order mark, comma, decimal point; texts that a spreadsheet would run as a formula are quoted with an apostrophe."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    safe = frame.with_columns(pl.col(name).map_elements(harmless, return_dtype=pl.String) for name in texts)
    safe = safe.with_columns(_plain_decimals(safe)).rename({name: column_title(name) for name in safe.columns})
    return "\ufeff".encode() + safe.write_csv().encode()


def harmless(text: str) -> str:
    """`=1+1` → `'=1+1`; a text that begins like a formula never runs."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _plain_decimals(frame: pl.DataFrame) -> Iterable[pl.Expr]:
    """Trailing zeros of stored scale are dropped, digits that mean something never."""
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Decimal):
            yield pl.col(name).cast(pl.String).str.replace(r"(\.\d*?)0+$", "$1").str.strip_suffix(".")


def xlsx_bytes(result: Result, title: str) -> bytes:
    """One sheet `Figures` (title, header, rows, totals) and one sheet `About` with the notes and the SQL that ran."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(buffer, options) as book:
        _write_figures(book, result, title)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 110, book.add_format({"text_wrap": True}))
        for row, (name, text) in enumerate((("Title", title), *notes(result), ("SQL", result.sql[:32_000]))):
            about.write_string(row, 0, name)
            about.write_string(row, 1, text)
    return buffer.getvalue()


def _write_figures(book: Any, result: Result, title: str) -> None:
    sheet, bold = book.add_worksheet("Figures"), book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 13}))
    for column, name in enumerate(result.frame.columns):
        style = book.add_format({"num_format": _number_format(name)})
        sheet.set_column(column, column, 26 if name in DIMENSIONS else 16, style)
        sheet.write_string(2, column, column_title(name), head)
        for row, value in enumerate(result.frame[name], 3):
            _write(sheet, row, column, value)
        total = result.totals.get(name)
        if total is not None and result.query.by:
            _write(
                sheet, result.frame.height + 3, column, total, book.add_format({"bold": True, "top": 1, "num_format": _number_format(name)})
            )
    if result.query.by:
        sheet.write_string(result.frame.height + 3, 0, "Total", bold)
    sheet.freeze_panes(3, len(result.query.by))


def _write(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif value is not None:
        sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value, style)


def _number_format(name: str) -> str:
    if name in DIMENSIONS:
        return "yyyy-mm-dd"
    measure = MEASURES.get(name.removesuffix("_change_pct"))
    if name.endswith("_change_pct") or (measure and measure.unit == "ratio"):
        return FORMATS["ratio"]
    base = next((m for m in MEASURES.values() if name.startswith(m.name)), None)
    return (
        FORMATS["EUR"] if base and base.unit.startswith("EUR") else FORMATS["ratio"] if base and base.unit == "ratio" else FORMATS["count"]
    )
