"""What is seen as a file to take away: a workbook, or CSV, with definition, filters, reach and every caveat in the file itself."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter

from core.sales.dimensions import DIMENSIONS
from core.sales.measures import MEASURES, PARTS
from core.sales.query import Result
from core.sales.shown import CHANGE, NUMBER, POINTS, SQL, About, Shown, of_result

SUFFIXES = {"_change_pct": "change %", "_change": "change", "_before": "before", "_comparable": "comparable part"}
FORMATS = {  # as the page writes them; the cell holds the exact value
    "EUR net": "#,##0",
    "EUR gross": "#,##0",
    "EUR per order": "#,##0.00",
    "EUR per unit": "#,##0.00",
    "units per order": "#,##0.00",
    "local currency": "#,##0.00",
    "ratio": "0.0 %",
    NUMBER: "#,##0.00",
    CHANGE: '+0.0 %;-0.0 %;"±0 %"',
    POINTS: '+0.0" pp";-0.0" pp";0.0" pp"',
    "month": "mmm yyyy",
    "year": "yyyy",
    "week": '"week of "d mmm yyyy',
}
MOST_LETTERS = 32_000  # what one cell of a workbook holds
FACTS = ("Period", "Compared with", "Filters", "Data version")  # stand on every row of a CSV file; the rest on the first

_QUIET = "\\s\\x00-\\x20\u200b\u200c\u200d\u2060\ufeff\"'"  # what a spreadsheet skips, or takes away, before it looks for a formula
_SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫"
FORMULA = re.compile(f"^[\\t\\r\\n]|^[{_QUIET}]*[{_SIGNS}]")
AFTER_SEPARATOR = re.compile(f"([;,\\t\\r\\n|])(?=[{_QUIET}]*[{_SIGNS}])")


def column_title(name: str) -> str:
    """`Net revenue (EUR net)`, `Net revenue, change %`, `Reseller`: the heading of a column of `Result.frame`; others are their own."""
    known = MEASURES | PARTS
    if name in DIMENSIONS:
        return DIMENSIONS[name].title
    if name in known:
        return known[name].label + _in_euro(known[name].unit)
    suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")
    measure = known.get(name.removesuffix(suffix))
    if not measure or not suffix:
        return name
    return f"{measure.label}, {SUFFIXES[suffix]}" + ("" if suffix == "_change_pct" else _in_euro(measure.unit))


def _in_euro(unit: str) -> str:
    return f" ({unit})" if unit.startswith("EUR") else ""


# CSV ------------------------------------------------------------------------------------------------------------------


def csv_bytes(seen: Result | Shown, title: str = "") -> bytes:
    """The rows as they are seen, one header line, exact figures. UTF-8 with a byte-order mark, comma, decimal point, ISO dates.

    The last columns say what the figures are: period, comparison, filters and data version on every row, the rest in `About` on the
    first; so every reader finds a plain table, and rows of two files put together stay told apart. Totals stand in `About`, not in a
    row of their own, so that a sum over a column is right.
    """
    shown = _as_shown(seen, title)
    return _csv(shown.frame, _facts(shown))


def frame_csv(frame: pl.DataFrame) -> bytes:
    """A frame in the same spelling, without words about it."""
    return _csv(frame, {})


def _csv(frame: pl.DataFrame, facts: dict[str, tuple[str, ...]]) -> bytes:
    """`facts`: further columns; the first text stands on the first row, the last one on all others."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([harmless(column_title(name)) for name in frame.columns] + list(facts))
    for number, row in enumerate(frame.iter_rows()):
        writer.writerow([plain_value(value) for value in row] + [harmless(texts[-1 if number else 0]) for texts in facts.values()])
    return "\ufeff".encode() + target.getvalue().encode()


def _facts(shown: Shown) -> dict[str, tuple[str, ...]]:
    """The columns after the figures; every one is there in every file, so that files fit one below the other."""
    if not shown.about:
        return {}
    stated = dict(shown.about)
    rest = [f"{label}: {text}" for label, text in shown.about if label not in (*FACTS, SQL)]
    words = " | ".join([shown.title, *_total_words(shown), *rest])
    return {name: (stated.get(name, ""),) for name in FACTS} | {"About": (" ".join(words.split()), "")}


def _total_words(shown: Shown) -> Iterator[str]:
    for name, value in shown.totals.items():
        if value is not None:
            yield f"Total {column_title(name)}: {plain_value(value)}"


def plain_value(value: Any) -> str:
    """A value as machines read it: 1234.5, 0.0421, 2025-06-01; unknown is empty; a number is never quoted, a text never runs."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else harmless(_text(value))


def harmless(text: str) -> str:
    """`=1+1` → `'=1+1`: a text never runs as a formula, neither as a cell nor as what follows a separator in it (`x;=1+1`)."""
    if FORMULA.match(text):
        text = f"'{text}"
    return AFTER_SEPARATOR.sub(r"\1'", text)


def _text(value: Any) -> str:
    return ", ".join(_text(part) for part in value) if isinstance(value, list | tuple | pl.Series) else str(value)


# Workbook -------------------------------------------------------------------------------------------------------------


def xlsx_bytes(seen: Result | Shown, title: str = "") -> bytes:
    """Sheet `Figures`: title, header, rows, totals: exact values, shown in the page's digits. Sheet `About`: what they are, and the SQL."""
    shown = _as_shown(seen, title)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": shown.title})
        _write_figures(book, shown)
        _write_about(book, shown.title, shown.about)
    return buffer.getvalue()


def _write_figures(book: Any, shown: Shown) -> None:
    sheet, pens = book.add_worksheet("Figures"), _Pens(book)
    sheet.write_string(0, 0, shown.title, pens.get(bold=True, font_size=13))
    for column, (name, dtype) in enumerate(shown.frame.schema.items()):
        unit = shown.units.get(name, "")
        right = dtype.is_numeric()
        sheet.set_column(column, column, 16 if right else 30 if dtype == pl.String else 18)
        head = pens.get(bold=True, bottom=1, text_wrap=True, valign="top", align="right" if right else "left")
        sheet.write_string(2, column, column_title(name), head)
        for row, value in enumerate(shown.frame[name], 3):
            _write(sheet, row, column, value, unit, pens, shown.word(row - 3, name))
        if shown.totals:
            last = shown.frame.height
            _write(sheet, last + 3, column, shown.totals.get(name), unit, pens, shown.word(last, name), bold=True, top=1)
    if shown.totals and not shown.frame.schema[shown.frame.columns[0]].is_numeric():
        sheet.write_string(shown.frame.height + 3, 0, "Total", pens.get(bold=True, top=1))
    sheet.freeze_panes(3, _labels(shown.frame))


def _labels(frame: pl.DataFrame) -> int:
    """How many columns at the left name the row."""
    numeric = [dtype.is_numeric() for dtype in frame.schema.values()]
    return min(numeric.index(True) if True in numeric else 1, 3)


def _write_about(book: Any, title: str, about: About) -> None:
    sheet, wrapped = book.add_worksheet("About"), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30, book.add_format({"valign": "top", "text_wrap": True}))
    sheet.set_column(1, 1, 110, wrapped)
    for row, (name, text) in enumerate((("Title", title), *about)):
        sheet.write_string(row, 0, name[:MOST_LETTERS])
        sheet.write_string(row, 1, text[:MOST_LETTERS])


class _Pens:
    """The cell formats of a book, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[tuple[str, Any], ...], Any]()

    def get(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def _write(sheet: Any, row: int, column: int, value: Any, unit: str, pens: _Pens, word: str = "", **look: Any) -> None:
    """`word`: what stands where no percentage can."""
    if value is None and word:
        sheet.write_string(row, column, word, pens.get(align="right", **look))
    elif value is None:
        sheet.write_blank(row, column, None, pens.get(**look))
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, pens.get(num_format=_date_format(value, unit), align="left", **look))
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        whole = "#,##0" if isinstance(value, int) else "#,##0.00"
        number = value * 100 if unit == POINTS else value  # a workbook has no format for points: the cell holds hundredths
        sheet.write_number(row, column, number, pens.get(num_format=FORMATS.get(unit, whole), **look))
    else:
        text = ("yes" if value else "no") if isinstance(value, bool) else _text(value)
        sheet.write_string(row, column, text[:MOST_LETTERS], pens.get(**look))


def _date_format(day: date, unit: str) -> str:
    """`Q2 2025` is a date that is shown so: it sorts and filters as one."""
    return f'"Q{(day.month + 2) // 3} "yyyy' if unit == "quarter" else FORMATS.get(unit, "yyyy-mm-dd")


def _as_shown(seen: Result | Shown, title: str) -> Shown:
    return seen if isinstance(seen, Shown) else of_result(seen, title or "Figures")
