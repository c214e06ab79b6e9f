"""Tables of one year: a header row that begins with the year, then months, then a total, above rows of names. Several may share a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.ingest import dates
from core.ingest.cells import CellReader, Columns
from core.ingest.layout import Header, find_header, first_text, header_of, text_at, total_of
from core.ingest.normalising import fold
from core.ingest.shapes import RawSheet

RATES = frozenset({"mom", "yoy", "m/m", "y/y", "share", "growth", "change", "%"})  # rows below a table that compare its months


@dataclass(frozen=True)
class YearTable:
    """A table of months. All indices 0-based; `rows` are the body rows with a name, `totals` the rows named 'Total' below them, `others` what
    follows and what only compares months.

    `months` gives the first and last day of each month column, `sums` the first days that each total column adds up; `measure` is 'value' or
    'volume' where a title above says so.
    """

    sheet: RawSheet
    header: int
    names: int
    months: Mapping[int, dates.Span]
    sums: Mapping[int, tuple[date, ...]]
    measure: str | None
    rows: tuple[int, ...]
    totals: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last row of the table."""
        return max((self.header, *self.rows, *self.totals, *self.others))

    @property
    def inner_header(self) -> Header:
        """What stands between the names and the last column of the table, but for the months and the totals."""
        stop = max((*self.months, *self.sums)) + 1
        header = header_of(self.sheet, self.header)
        columns = {
            name: tuple(c for c in found if self.names < c < stop and c not in self.months) for name, found in header.columns.items()
        }
        return Header(self.header, {name: found for name, found in columns.items() if found and not name.startswith("total")})

    def name(self, row: int) -> str:
        return text_at(self.sheet.grid[row], self.names) or ""

    def columns(self) -> list[Columns]:
        """The month columns and the totals, as units or as money according to the measure."""
        return [self.at(column) for column in (*self.months, *self.sums)]

    def at(self, column: int | None) -> Columns:
        return Columns(None, column) if self.measure == "value" else Columns(column, None)

    def reader(self) -> CellReader:
        return CellReader.over(self.sheet, self.columns(), self.header + 1)

    def filled(self, reader: CellReader) -> dict[int, dates.Span]:
        """The month columns in which any row states a figure, be it 0."""
        return {
            column: span
            for column, span in self.months.items()
            if any((pair := reader.pair(row, self.at(column))).stated or pair.explicit_zero for row in self.rows)
        }


def month_word(text: str | None) -> int | None:
    """The month a header word names; a number is no month here."""
    return None if text is None or re.fullmatch(r"['\s\d.,]*", text) else dates.read_month(text)


def month_of(text: str | None, year: int) -> tuple[int, int] | None:
    """Year and month of a header under a year: `jan`, also with a year of its own (`Jan-26`, a date), which then counts."""
    month = month_word(text)
    if month is not None:
        return year, month
    return None if text is None or re.fullmatch(r"['\s\d.,]*", text) else dates.read_month_text(text)


def tables_on(sheet: RawSheet) -> list[YearTable]:
    """Every table of a sheet, top to bottom and left to right."""
    found: list[YearTable] = []
    for row in range(sheet.height):
        cells = sheet.grid[row]
        if any(month_of(text, 2000) for text in cells):
            found += tables_at(sheet, row)
    return found


def tables_at(sheet: RawSheet, row: int) -> Iterator[YearTable]:
    """The tables whose header is this row: each begins with a year, in the column of its names."""
    cells = sheet.grid[row]
    starts = [column for column, text in enumerate(cells) if dates.read_year(text)]
    for start, stop in zip(starts, [*starts[1:], len(cells)], strict=False):
        year = dates.read_year(cells[start])
        months = {c: dates.month_span(*found) for c in range(start + 1, stop) if year and (found := month_of(cells[c], year))}
        if months:
            total = next((c for c in range(start + 1, stop) if total_of(cells[c]) == ""), None)
            sums = {} if total is None else {total: tuple(first for first, _ in months.values())}
            yield with_rows(sheet, row, start, months, sums, measure_above(sheet, row, start, stop))


def measure_above(sheet: RawSheet, row: int, start: int, stop: int) -> str | None:
    """'value' or 'volume' as the nearest title above the columns says."""
    for above in range(row - 1, -1, -1):
        for text in sheet.grid[above][start:stop]:
            if found := re.match(r"(value|volume)\b", fold(text or "")):
                return found.group(1)
    return None


def with_rows(
    sheet: RawSheet, header: int, names: int, months: Mapping[int, dates.Span], sums: Mapping[int, tuple[date, ...]], measure: str | None
) -> YearTable:
    """The table with its rows: everything with a name or a figure down to the total, then what follows until a blank row."""
    rows: list[int] = []
    totals: list[int] = []
    others: list[int] = []
    for row in range(header + 1, sheet.height):
        cells = sheet.grid[row]
        name = text_at(cells, names)
        figures = first_text(cells[column] for column in months)
        if dates.read_year(name) or month_word(figures):
            break
        if name is None and figures is None:
            if totals:
                break
        elif total_of(name) == "":
            totals.append(row)
        else:
            (others if totals or fold(name or "") in RATES else rows).append(row)
    return YearTable(sheet, header, names, months, sums, measure, tuple(rows), tuple(totals), tuple(others))


def table_of_several_years(sheet: RawSheet, title: str) -> YearTable | None:
    """A table whose names stand under `title` and whose months run over years, a total behind each year (`TOTAL 2023`)."""
    header = find_header(sheet, (title,))
    names = header.first(title) if header else None
    if header is None or names is None:
        return None
    cells = sheet.grid[header.row]
    runs = list(month_runs(cells, names))
    first = first_year(sheet, runs)
    if first is None:
        return None
    months = {c: dates.month_span(first + at, month) for at, run in enumerate(runs) for c, month in run.months.items()}
    sums = {run.total: tuple(months[c][0] for c in run.months) for run in runs if run.total is not None}
    return with_rows(sheet, header.row, names, months, sums, "volume") if months else None


@dataclass(frozen=True)
class Run:
    """The months of one year in a row of several: column → month, the column of their total and the year that it names."""

    months: Mapping[int, int]
    total: int | None = None
    year: int | None = None


def month_runs(cells: tuple[str | None, ...], names: int) -> Iterator[Run]:
    """The months up to each total column; where there is none, a January behind a December, or a month again, begins another year."""
    run: dict[int, int] = {}
    named: int | None = None
    for column in range(names + 1, len(cells)):
        if found := month_of(cells[column], 0):
            month = found[1]
            if month in run.values() or (month == 1 and 12 in run.values() and list(run.values())[-1] == 12):
                yield Run(run, None, named)
                run = {}
            run[column], named = month, found[0] or None
        elif run and fold(cells[column] or "").startswith("total"):
            year = re.search(r"20\d\d", cells[column] or "")
            yield Run(run, column, int(year.group()) if year else named)
            run = {}
    if run:
        yield Run(run, None, named)


def first_year(sheet: RawSheet, runs: list[Run]) -> int | None:
    """The year of the first run: as a total names it, else as the sheet's name does (`2023-24`)."""
    named = next((run.year - at for at, run in enumerate(runs) if run.year), None)
    printed = re.search(r"(20\d\d)(?:\s*[-–/]\s*(\d{2}|20\d\d))?", sheet.name or "")
    return named or (int(printed.group(1)) if printed and runs else None)
