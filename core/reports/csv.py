"""A report as plain tables: UTF-8 with a byte order mark, one file a table, zipped when there are several. Text is never a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

from core.reports.content import ReportContent
from core.reports.parts import Column, KeyFigures, Table
from core.sales.files import harmless, plain_value

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
Row = tuple[str, ...]


def render(content: ReportContent) -> bytes:
    """One .csv file, or a .zip of them when the report has several tables; see `is_zip`."""
    files = _files(content)
    return next(iter(files.values())) if len(files) == 1 else _zip(files, content)


def is_zip(content: ReportContent) -> bool:
    """Whether `render` gives a .zip."""
    return len(_files(content)) > 1


def _files(content: ReportContent) -> dict[str, bytes]:
    tables = {part.title: _figure_rows(part) for part in content.parts if isinstance(part, KeyFigures)}
    files: dict[str, bytes] = {}
    for title, rows in [*tables.items(), *((t.title, _table_rows(t)) for t in content.tables)]:
        name = re.sub(r"[^\w-]+", "_", title).strip("_").lower()[:60] or "table"
        files[next(n for n in (name, *(f"{name}_{i}" for i in range(2, 99))) if f"{n}.csv" not in files) + ".csv"] = _encode(rows)
    return files


def _zip(files: dict[str, bytes], content: ReportContent) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, content.built_at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _encode(rows: list[Row]) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def _figure_rows(part: KeyFigures) -> list[Row]:
    rows: list[Row] = [("figure", "unit", "value", "before", "change")]
    for figure in part.figures:
        column = Column(figure.measure, figure.label, "figure", figure.unit)
        change = plain(Column("", "", "change"), figure.change)
        rows.append((safe(figure.label), figure.unit, plain(column, figure.value), plain(column, figure.before), change))
    return rows


def _table_rows(table: Table) -> list[Row]:
    body = [tuple(plain(c, v) for c, v in zip(table.columns, row, strict=True)) for row in table.frame.iter_rows()]
    return [tuple(safe(column.name) for column in table.columns), *body, *_total_row(table)]


def _total_row(table: Table) -> list[Row]:
    if table.totals is None:
        return []
    return [("Total", *(plain(c, table.totals[c.name]) if c.numeric else "" for c in table.columns[1:]))]


def plain(column: Column, value: Any) -> str:
    """A value as machines read it, exact: 1234.5, 0.0421, 2025-06-01; unknown is empty."""
    return value if isinstance(value, str) and NUMBER.fullmatch(value) else plain_value(value)


def safe(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; a plain number is none."""
    return text if NUMBER.fullmatch(text) else harmless(text)
