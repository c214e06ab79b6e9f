"""A report as a workbook: real numbers and dates with formats, a cover sheet, one sheet a part. Text is never a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.reports.cells import head
from core.reports.content import ReportContent
from core.reports.parts import Chart, Column, KeyFigures, Table, Text
from core.sales.formatting import MISSING
from core.sales.measures import Unit
from core.sales.naming import name_day
from core.sales.palette import palette

NUMBER_FORMATS: dict[Unit | None, str] = {
    "ratio": "0.0%",
    "EUR per order": "#,##0.00",
    "EUR per unit": "#,##0.00",
    "units per order": "#,##0.00",
}
DATE_FORMATS = {"month": "mmmm yyyy", "year": "yyyy", "week": '"week of "d mmm yyyy'}
CHANGE = "+0.0%;-0.0%;0.0%"
POINTS = '+0.0" pp";-0.0" pp";0.0" pp"'  # Excel has no format for points: the number is written in hundredths
ACCENT, QUIET = palette().color(0), palette().quiet


def render(content: ReportContent) -> bytes:
    """The .xlsx file. Figures are exact; the format rounds what is shown. The same content gives the same bytes."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": content.title, "author": content.brand, "created": content.built_at.replace(tzinfo=None)})
        formats = _Formats(book)
        _cover(book.add_worksheet("Cover"), content, formats)
        names = _sheet_names(part.title for part in content.parts if not isinstance(part, Text))
        for part, name in zip((p for p in content.parts if not isinstance(p, Text)), names, strict=True):
            sheet = book.add_worksheet(name)
            if isinstance(part, KeyFigures):
                _figures(sheet, part, formats)
            else:
                _table(sheet, part.table if isinstance(part, Chart) else part, formats)
    return target.getvalue()


class _Formats:
    """The cell formats of a book, each made once."""

    def __init__(self, book: Any) -> None:
        self.book, self.made = book, dict[tuple[tuple[str, Any], ...], Format]()

    def get(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": "Calibri", "font_size": 11, **properties})
        return self.made[key]


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Names Excel accepts: 31 characters, none of []:*?/\\, not quoted at an end, each once."""
    used, names = {"cover", "history"}, []
    for title in titles:
        clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip().strip("'")[:28] or "Sheet"
        name = next(n for n in (clean, *(f"{clean[:26]} {i}" for i in range(2, 99))) if n.lower() not in used)
        used.add(name.lower())
        names.append(name)
    return names


def _cover(sheet: Worksheet, content: ReportContent, formats: _Formats) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, content.title, formats.get(bold=True, font_size=18, font_color=ACCENT))
    row = 2
    for label, value in _facts(content):
        sheet.write_string(row, 0, label, formats.get(font_color=QUIET, valign="top"))
        sheet.write_string(row, 1, value, formats.get(text_wrap=True))
        row += 1


def _facts(content: ReportContent) -> list[tuple[str, str]]:
    through = [f"{name}: {name_day(day)}" for name, day in sorted(content.data_through.items())]
    facts = [
        ("Brand", content.brand),
        ("Period", f"{content.period_name} ({content.period.start} to {content.period.end})"),
        ("Filters", content.filters),
        ("Coverage", content.coverage),
        ("Data through", "; ".join(through)),
        ("Comparison", content.comparison),
        ("Built", f"{content.built_at:%Y-%m-%d %H:%M} UTC"),
        ("Money", "EUR; exact values, rounded by the cell format only"),
        ("Workbench", content.link),
        *(("Note", caveat) for caveat in content.caveats),
        *((label, meaning) for label, meaning in content.definitions),
    ]
    return [(label, value) for label, value in facts if value]


def _figures(sheet: Worksheet, part: KeyFigures, formats: _Formats) -> None:
    heads = ("Figure", part.period, part.compared_with, "Change") if part.compared_with else ("Figure", part.period)
    _head_row(sheet, heads, (False, True, True, True), formats)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 3, 18)
    for row, figure in enumerate(part.figures, start=1):
        label = head(Column(figure.measure, figure.label, "figure", figure.unit))
        sheet.write_string(row, 0, label, formats.get())
        shown = formats.get(num_format=number_format(figure.unit))
        _write_number(sheet, row, 1, figure.value, shown)
        if part.compared_with:
            _write_number(sheet, row, 2, figure.before, shown)
            column = Column("change", "Change", "points" if figure.unit == "ratio" else "change")
            word = figure.change_text if figure.change_text != MISSING else ""
            _write(sheet, row, 3, column, figure.change, formats, word)


def _table(sheet: Worksheet, table: Table, formats: _Formats) -> None:
    _head_row(sheet, [head(c) for c in table.columns], [c.numeric for c in table.columns], formats)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, 16 if column.numeric else 34 if column.kind == "text" else 18)
    for row, values in enumerate(table.frame.iter_rows(), start=1):
        for index, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            _write(sheet, row, index, column, value, formats, table.word(row - 1, column.name))
    height = table.frame.height
    if table.totals is not None:
        _totals(sheet, height + 1, table, formats)
    if height:
        sheet.autofilter(0, 0, height, len(table.columns) - 1)


def _totals(sheet: Worksheet, row: int, table: Table, formats: _Formats) -> None:
    sheet.write_string(row, 0, "Total", formats.get(bold=True, top=1))
    for index, column in enumerate(table.columns[1:], start=1):
        style = {"num_format": _format_of(column)} if column.numeric else {}
        value = _shown(column, (table.totals or {}).get(column.name)) if column.numeric else None
        _write_number(sheet, row, index, value, formats.get(bold=True, top=1, **style), table.word(table.frame.height, column.name))


def _head_row(sheet: Worksheet, heads: Iterable[str], numeric: Iterable[bool], formats: _Formats) -> None:
    sheet.freeze_panes(1, 1)
    sheet.hide_gridlines(2)
    sheet.set_row(0, 32)
    for index, (text, right) in enumerate(zip(heads, numeric, strict=False)):
        style = formats.get(bold=True, font_color=QUIET, bottom=1, text_wrap=True, align="right" if right else "left", valign="bottom")
        sheet.write_string(0, index, text, style)


def _write(sheet: Worksheet, row: int, index: int, column: Column, value: Any, formats: _Formats, word: str = "") -> None:
    """`word`: what stands where no percentage can."""
    if column.numeric:
        align: dict[str, Any] = {"align": "right"} if value is None and word else {}
        _write_number(sheet, row, index, _shown(column, value), formats.get(num_format=_format_of(column), **align), word)
    elif column.kind == "date" and value is not None:
        quarter = f'"Q{(value.month + 2) // 3} "yyyy'
        shown = quarter if column.grain == "quarter" else DATE_FORMATS.get(column.grain, "yyyy-mm-dd")
        sheet.write_datetime(row, index, value, formats.get(num_format=shown, align="left"))
    elif value is not None:
        sheet.write_string(row, index, str(value), formats.get())


def _shown(column: Column, value: Any) -> Any:
    return value * 100 if column.kind == "points" and value is not None else value


def _write_number(sheet: Worksheet, row: int, index: int, value: Any, shown: Format, word: str = "") -> None:
    if value is None and word:
        sheet.write_string(row, index, word, shown)
    elif value is None:
        sheet.write_blank(row, index, None, shown)
    else:
        sheet.write_number(row, index, value, shown)


def _format_of(column: Column) -> str:
    if column.kind == "difference":
        plain = number_format(column.unit)
        return f"+{plain};-{plain};{plain}"
    return {"change": CHANGE, "points": POINTS}.get(column.kind) or number_format(column.unit)


def number_format(unit: Unit | None) -> str:
    """Excel's number format of a unit: whole euros and units, cents for averages, one decimal for ratios."""
    return NUMBER_FORMATS.get(unit, "#,##0")
