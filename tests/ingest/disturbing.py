"""Vendor workbooks as other people, programs and months send them: a file in, a changed file out, and where each of its cells went.

A disturbance is a function of a `Book` that changes it in place and says what a reader must make of it. `outcome_of` reads the changed file
as the importer does, and `assert_survives` compares: exactly the facts of the undisturbed file at their new places, or a question, a held
line or a refusal that names the reason. Nothing else is allowed.
"""

from __future__ import annotations

import importlib
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import openpyxl
import xlwt
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import WorkbenchError
from core.ingest import recognising
from core.ingest.asking import CONFIRMED
from core.ingest.formats.registry import format_of
from core.ingest.reading import read_book
from core.ingest.shapes import ControlTotal, ReadOptions, SalesFrame
from demo.market import Span

Place = tuple[str, int, int]  # sheet, row, column of the undisturbed file, 1-based
Kind = Literal["xlsx", "xls", "csv"]
Row = dict[str, Any]

FACT_COLUMNS = (
    *("view", "primary_view", "source_sheet", "source_row", "source_cells", "store_text", "vendor_channel", "ean", "vendor_key"),
    *("period_start", "period_end", "sale_date", "quantity", "amount_local", "currency", "vat_basis", "group_text", "held_reason"),
    *("order_id", "line_id", "country", "is_gift", "payment_fee", "cost_of_goods"),
)


# The file as values ---------------------------------------------------------------------------------------------------


@dataclass
class Cell:
    """One value; `origin` is where the undisturbed file has it, None for a cell that a disturbance added."""

    value: Any
    number_format: str = "General"
    bold: bool = False
    origin: Place | None = None


@dataclass(repr=False)
class Sheet:
    """Cells by (row, column), 1-based, and the marks of a sheet that a reader may trip over."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, left, bottom, right
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def value(self, row: int, column: int) -> Any:
        cell = self.cells.get((row, column))
        return None if cell is None else cell.value

    def put(self, row: int, column: int, value: Any, **marks: Any) -> None:
        """A value; the cell keeps its origin and its looks."""
        cell = self.cells.setdefault((row, column), Cell(None))
        cell.value = value
        for name, mark in marks.items():
            setattr(cell, name, mark)

    def row(self, row: int) -> dict[int, Cell]:
        return {c: cell for (r, c), cell in sorted(self.cells.items(), key=lambda item: item[0]) if r == row}

    def rearrange(self, place: Callable[[int, int], tuple[int, int] | None]) -> None:
        """Every cell, merged range and hidden part at its new place; None takes it away."""
        self.cells = {to: cell for at, cell in self.cells.items() if (to := place(*at)) is not None}
        self.merges = [merge for old in self.merges if (merge := self._merge_at_new_place(old, place)) is not None]
        self.hidden_rows = {to[0] for row in self.hidden_rows if (to := place(row, 1))}
        self.hidden_columns = {to[1] for column in self.hidden_columns if (to := place(1, column))}

    def _merge_at_new_place(
        self, merge: tuple[int, int, int, int], place: Callable[[int, int], tuple[int, int] | None]
    ) -> tuple[int, int, int, int] | None:
        """The range around the new places of its cells, its text in the first of them."""
        top, left, bottom, right = merge
        moved = [to for row in range(top, bottom + 1) for column in range(left, right + 1) if (to := place(row, column))]
        if not moved:
            return None
        first = min(row for row, _ in moved), min(column for _, column in moved)
        if (was := place(top, left)) and was != first and was in self.cells:
            self.cells[first] = self.cells.pop(was)
        return (*first, max(row for row, _ in moved), max(column for _, column in moved))

    def move(self, rows: int = 0, columns: int = 0) -> None:
        self.rearrange(lambda row, column: (row + rows, column + columns))

    def insert_column(self, before: int, values: Mapping[int, Any]) -> None:
        """A new column in front of another one; `values` by row."""
        self.rearrange(lambda row, column: (row, column + (column >= before)))
        for row, value in values.items():
            if value is not None:
                self.put(row, before, value)

    def insert_rows(self, before: int, count: int = 1) -> None:
        self.rearrange(lambda row, column: (row + (count if row >= before else 0), column))

    def drop_rows(self, gone: Callable[[int], bool]) -> None:
        """Rows taken out, as a person deletes them."""
        kept = {row: number for number, row in enumerate((r for r in range(1, self.last_row + 1) if not gone(r)), start=1)}
        self.rearrange(lambda row, column: (kept[row], column) if row in kept else None)

    def order_columns(self, order: Iterable[int]) -> None:
        """The named columns in the given order at the front, the rest behind them as they are."""
        wanted = list(order)
        rest = [column for column in range(1, self.last_column + 1) if column not in wanted]
        at = {column: number for number, column in enumerate([*wanted, *rest], start=1)}
        self.rearrange(lambda row, column: (row, at[column]))

    def find(self, text: str) -> tuple[int, int]:
        """The first cell with this text (blanks and case ignored), row by row."""
        wanted = " ".join(text.split()).casefold()
        for at, cell in sorted(self.cells.items(), key=lambda item: item[0]):
            if isinstance(cell.value, str) and " ".join(cell.value.split()).casefold() == wanted:
                return at
        raise LookupError(text)


@dataclass(eq=False, repr=False)
class Book:
    """A file as values. `kind`, `delimiter`, `encoding`, `decimal` say how it is written; a csv is its first sheet alone."""

    name: str
    sheets: list[Sheet]
    kind: Kind = "xlsx"
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    date_1904: bool = False

    def sheet(self, name: str) -> Sheet:
        """A sheet by its name in the undisturbed file."""
        return next(s for s in self.sheets if s.name == name or any(c.origin and c.origin[0] == name for c in s.cells.values()))

    def at(self, place: Place) -> Cell:
        """The cell that the undisturbed file has at `place`."""
        return next(cell for sheet in self.sheets for cell in sheet.cells.values() if cell.origin == place)

    def places(self) -> dict[Place, tuple[str | None, int, int]]:
        """Where each cell of the undisturbed file stands now: written sheet name, row, column."""
        one = self.kind == "csv"
        sheets = self.sheets[:1] if one else self.sheets
        return {cell.origin: (None if one else s.name, *at) for s in sheets for at, cell in s.cells.items() if cell.origin}

    def written(self) -> bytes:
        return {"xlsx": write_xlsx, "xls": write_xls, "csv": write_csv}[self.kind](self)

    def copy(self) -> Book:
        return deepcopy(self)


def load(source: Path | bytes, name: str | None = None) -> Book:
    """A workbook with values in place of formulas."""
    data = source.read_bytes() if isinstance(source, Path) else source
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    file_name = name or (source.name if isinstance(source, Path) else "report.xlsx")
    return Book(file_name, [load_sheet(sheet) for sheet in book.worksheets])


@cache
def sample(vendor: str, months: tuple[date, ...] = (date(2025, 3, 1), date(2025, 4, 1)), edition: int = -1) -> Book:
    """A report of the demo brand in a vendor's layout; `edition` picks one of those that the months give, the last by default.

    Do not change it: disturb a copy.
    """
    layout = importlib.import_module(f"demo.layouts.{vendor}")
    with tempfile.TemporaryDirectory() as folder:
        path, _ = layout.files(Path(folder), Span(months), 47)[edition]
        return load(path)


@cache
def load_once(path: Path) -> Book:
    """A file of the shared folder; do not change it, disturb a copy."""
    return load(path)


def digits_of(value: Any) -> str | None:
    """The thirteen digits of an EAN cell that still has all of them."""
    found = "".join(sign for sign in str(value).removesuffix(".0") if sign.isdigit())
    return found if len(found) == 13 else None


def american(value: Any) -> date:
    """A date cell, or its text in the order month, day, year."""
    if isinstance(value, datetime):
        return value.date()
    month, day, year = (int(part) for part in str(value).split("/"))
    return date(year, month, day)


def load_sheet(sheet: Worksheet) -> Sheet:
    cells = {
        (cell.row, cell.column): Cell(cell.value, cell.number_format, bool(cell.font.b), (sheet.title, cell.row, cell.column))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    merges = [(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges]
    return Sheet(sheet.title, cells, merges, sheet.sheet_state != "visible")


def write_xlsx(book: Book) -> bytes:
    target, written = io.BytesIO(), openpyxl.Workbook()
    written.remove(written.active)
    if book.date_1904:
        written.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    strong = Font(bold=True)
    for sheet in book.sheets:
        page = written.create_sheet(sheet.name)
        for (row, column), cell in sheet.cells.items():
            if cell.value is not None:
                at = page.cell(row, column, cell.value)
                at.number_format = cell.number_format if cell.number_format != "General" else at.number_format
                if cell.bold:
                    at.font = strong
        for top, left, bottom, right in sheet.merges:
            page.merge_cells(start_row=top, end_row=bottom, start_column=left, end_column=right)
        for row in sheet.hidden_rows:
            page.row_dimensions[row].hidden = True
        for column in sheet.hidden_columns:
            page.column_dimensions[get_column_letter(column)].hidden = True
        if sheet.filtered:
            page.auto_filter.ref = page.dimensions
        page.sheet_state = "hidden" if sheet.hidden else "visible"
    written.save(target)
    return target.getvalue()


def write_xls(book: Book) -> bytes:
    """The binary workbook of an old Excel."""
    target, written = io.BytesIO(), xlwt.Workbook()
    strong, day = xlwt.easyxf("font: bold on"), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for sheet in book.sheets:
        page = written.add_sheet(sheet.name)
        inside = {(r, c) for t, l, b, right in sheet.merges for r in range(t, b + 1) for c in range(l, right + 1)}  # noqa: E741
        for (row, column), cell in sheet.cells.items():
            if cell.value is not None and (row, column) not in inside:
                style = day if isinstance(cell.value, date) else strong if cell.bold else xlwt.Style.default_style
                page.write(row - 1, column - 1, cell.value, style)
        for top, left, bottom, right in sheet.merges:
            page.write_merge(top - 1, bottom - 1, left - 1, right - 1, sheet.value(top, left) or "")
        page.visibility = int(sheet.hidden)
    written.save(target)
    return target.getvalue()


def write_csv(book: Book) -> bytes:
    """The first sheet as text: dates as they are shown, numbers with the book's decimal sign."""
    sheet = book.sheets[0]
    columns = range(1, sheet.last_column + 1)
    lines = [book.delimiter.join(csv_field(sheet.value(row, c), book) for c in columns) for row in range(1, sheet.last_row + 1)]
    return ("\r\n".join(lines) + "\r\n").encode(book.encoding)


def csv_field(value: Any, book: Book) -> str:
    if isinstance(value, datetime | date):
        text = f"{value:%Y-%m-%d}"
    elif isinstance(value, float | int | Decimal) and not isinstance(value, bool):
        text = f"{Decimal(repr(value) if isinstance(value, float) else value):f}".replace(".", book.decimal)
    else:
        text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in (book.delimiter, '"', "\n")) else text


# What a reader makes of it --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What the importer would say to a file read cold, against an empty workbench that knows every product and store.

    `status`: 'read', 'asked' or 'refused'; `asked` holds what would be asked ('vendor', 'period', 'accept_warnings'); `facts` the rows
    (FACT_COLUMNS), `rules` the codes of all problems, `said` every sentence shown.
    """

    status: Literal["read", "asked", "refused"]
    vendor: str | None = None
    asked: frozenset[str] = frozenset()
    facts: tuple[Row, ...] = field(default=(), repr=False)
    rules: frozenset[str] = frozenset()
    said: str = ""
    frame: SalesFrame | None = field(default=None, repr=False)


def outcome_of(data: bytes, name: str, options: ReadOptions | None = None) -> Outcome:
    """Read → recognise → read as that vendor → prove, as `judging` and `asking` do, without a database."""
    try:
        book = read_book(data, name)
        found = recognising.recognise(book)
    except WorkbenchError as error:
        return Outcome("refused", said=error.message)
    form = format_of(found.vendor) if found.vendor else None
    if form is None:
        return Outcome("asked", None, frozenset({"vendor"}), said=found.reason)
    try:
        frame = form.read(book, options or ReadOptions())
    except WorkbenchError as error:
        return Outcome("refused", found.vendor, said=error.message)
    rules = frozenset(problem.rule for problem in frame.problems)
    wrong = disagreeing(frame)
    said = " · ".join([*(p.message for p in frame.problems), *wrong])
    if not frame.rows.height:
        return Outcome("refused", found.vendor, rules=rules, said=f"no sales were found · {said}")
    asked = {"period"} if frame.period.start is None or frame.period.conflict else set()
    if wrong or rules & CONFIRMED or "control_total_mismatch" in rules:
        asked |= {"accept_warnings"}
    if frame.vendor == "generic":
        asked |= {"reseller"}
    facts = tuple(frame.rows.select(FACT_COLUMNS).iter_rows(named=True))
    return Outcome("asked" if asked else "read", frame.vendor, frozenset(asked), facts, rules, said, frame)


@cache
def read_once(book: Book, options: ReadOptions | None = None) -> Outcome:
    """`outcome_of` an undisturbed book, kept for all that disturb copies of it."""
    return outcome_of(book.written(), book.name, options)


def disagreeing(frame: SalesFrame) -> list[str]:
    """The printed totals that the rows do not add up to, with where they stand and both figures."""
    found = []
    for c in frame.controls:
        loaded = total_of(frame, c)
        if abs(loaded - c.file_value) > c.tolerance:
            found.append(f"{c.what} {c.measure} at {c.sheet}!{c.cell}: the file prints {c.file_value}, rows {loaded}")
    return found


def total_of(frame: SalesFrame, control: ControlTotal) -> Decimal:
    """The sum of the rows that a printed total stands for."""
    wanted = {column: value if isinstance(value, tuple) else (value,) for column, value in control.where.items()}
    figure = "quantity" if control.measure == "units" else "amount_local"
    columns = [*wanted, "view", "primary_view", figure]
    total = Decimal(0)
    for row in frame.rows.select(list(dict.fromkeys(columns))).iter_rows(named=True):
        counted = row["primary_view"] if control.over is None else row["view"] in control.over
        if counted and row[figure] is not None and all(row[column] in values for column, values in wanted.items()):
            total += row[figure]
    return total


# What it must make of it ----------------------------------------------------------------------------------------------


def unchanged(row: Row) -> Row | None:
    return row


@dataclass(frozen=True)
class Expected:
    """What a reader must make of a disturbed file.

    `facts` turns each fact of the undisturbed file (at its new place) into the one expected, None where it is gone.
    `asks`: what must be asked ('vendor', 'period', 'accept_warnings'); a file that is asked about and whose facts differ is allowed only
    where `facts` is None. `holds`: the rules that must hold lines, `says`: codes among the problems, `words`: texts that must be shown.
    `refused`: nothing is read at all. `or_asks`: a question is as good as the exact facts.
    """

    facts: Callable[[Row], Row | None] | None = unchanged
    asks: frozenset[str] = frozenset()
    says: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    refused: bool = False
    or_asks: bool = False
    added: int = 0  # further facts that the disturbance put in


SAME = Expected()


def asks(*keys: str, says: Iterable[str] = (), words: Iterable[str] = ()) -> Expected:
    """A question must be asked; the facts beside it are not looked at."""
    return Expected(None, frozenset(keys), frozenset(says), tuple(words))


def says(*rules: str) -> Expected:
    """The same facts, and these codes among the problems."""
    return Expected(says=frozenset(rules))


Disturbance = Callable[[Book], Expected]


def moved(row: Row, book: Book, places: Mapping[Place, tuple[str | None, int, int]]) -> Row:
    """The fact of the undisturbed file at the place where its cells stand now."""
    sides = str(row["source_cells"] or "|").split("|")
    now = [places.get((row["source_sheet"], *coordinate_to_tuple(side))) if side else None for side in sides]
    there = next((place for place in now if place), None)
    if there is None:
        return row | {"source_cells": "gone"}
    addresses = [address(place, book) if place else "" for place in now]
    return row | {"source_sheet": there[0], "source_row": there[1], "source_cells": "|".join(addresses)}


def address(place: tuple[str | None, int, int], book: Book) -> str:
    _, row, column = place
    return f"R{row}C{column}" if book.kind == "csv" else f"{get_column_letter(column)}{row}"


def comparable(row: Row) -> tuple[Any, ...]:
    """A fact as it is compared: texts without superfluous blanks, a product by its EAN where it has one."""
    key = row["ean"] or folded(row["vendor_key"])
    plain = {**row, "vendor_key": key, "store_text": folded(row["store_text"]), "group_text": folded(row["group_text"])}
    return tuple(normal(plain[name]) for name in FACT_COLUMNS)


def folded(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split()).casefold()


def normal(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) else value


def assert_survives(before: Book, disturb: Disturbance, options: ReadOptions | None = None) -> Outcome:
    """Disturb a copy of `before`, read it, and compare with what the undisturbed file says. Returns what was read."""
    base = read_once(before, options)
    assert base.status == "read" or base.asked, base.said
    book = before.copy()
    expected = disturb(book)
    found = outcome_of(book.written(), book.name, options)
    compare(base, found, expected, book)
    return found


def compare(base: Outcome, found: Outcome, expected: Expected, book: Book) -> None:
    what = f"{found.status}, asked {sorted(found.asked)}: {found.said[:1500]}"
    if expected.refused:
        assert found.status == "refused" and found.said, what
    elif expected.facts is not None and not (expected.or_asks and found.status != "read" and found.said):
        assert found.vendor == base.vendor, what
        places = book.places()
        wanted = Counter(comparable(row) for fact in base.facts if (row := expected.facts(moved(fact, book, places))) is not None)
        read = Counter(comparable(fact) for fact in found.facts)
        missing, surplus = wanted - read, read - wanted
        assert not missing and surplus.total() == expected.added, difference(missing, surplus) + what
        assert found.asked == expected.asks | (base.asked if expected.asks == frozenset() else frozenset()), what
    assert expected.asks <= found.asked, what
    assert expected.says <= found.rules, f"{sorted(expected.says - found.rules)} was not said: {what}"
    assert all(word.casefold() in found.said.casefold() for word in expected.words), f"{expected.words} was not said: {what}"


def difference(missing: Counter[Any], surplus: Counter[Any]) -> str:
    lines = [f"{missing.total()} facts missing, {surplus.total()} too many"]
    lines += [f"missing {fact}" for fact in list(missing)[:4]] + [f"surplus {fact}" for fact in list(surplus)[:4]]
    return "\n".join(lines) + "\n"


# Disturbances that fit every workbook ---------------------------------------------------------------------------------


def moved_by(rows: int, columns: int) -> Disturbance:
    def disturb(book: Book) -> Expected:
        for sheet in book.sheets:
            sheet.move(rows, columns)
        return SAME

    return disturb


def foreign_column(sheet: str, before: int, header: int, title: str | None = "Comment", value: Any = "x") -> Disturbance:
    """A column nobody knows in front of column `before`, its title in row `header`, `value` in each filled row below."""

    def disturb(book: Book) -> Expected:
        page = book.sheet(sheet)
        filled = {row for row, _ in page.cells if row > header}
        page.insert_column(before, {header: title, **dict.fromkeys(filled, value)})
        return says("unknown_column") if title and title.strip() else SAME

    return disturb


def extra_sheet(name: str, cells: Mapping[tuple[int, int], Any], first: bool = True, hidden: bool = False) -> Disturbance:
    def disturb(book: Book) -> Expected:
        sheet = Sheet(name, {at: Cell(value) for at, value in cells.items()}, hidden=hidden)
        book.sheets.insert(0 if first else len(book.sheets), sheet)
        return SAME

    return disturb


def sheets_reversed(book: Book) -> Expected:
    book.sheets.reverse()
    return SAME


def hidden_rows_and_columns(book: Book) -> Expected:
    for sheet in book.sheets:
        sheet.hidden_rows = set(range(2, sheet.last_row + 1, 2))
        sheet.hidden_columns = set(range(2, sheet.last_column + 1, 2))
        sheet.filtered = True
    return SAME


def unmerged(book: Book) -> Expected:
    for sheet in book.sheets:
        sheet.merges = []
    return SAME


def sheet_names(change: Callable[[str], str]) -> Disturbance:
    def disturb(book: Book) -> Expected:
        for sheet in book.sheets:
            sheet.name = change(sheet.name)[:31]
        return SAME

    return disturb


def file_name(name: str | Callable[[str], str], expected: Expected = SAME) -> Disturbance:
    def disturb(book: Book) -> Expected:
        book.name = name if isinstance(name, str) else name(book.name)
        return expected

    return disturb


def saved_as(kind: Kind, extension: str | None = None, **writing: Any) -> Disturbance:
    """The same content as another kind of file; as text only its first sheet is left."""

    def disturb(book: Book) -> Expected:
        book.kind = kind
        for name, value in writing.items():
            setattr(book, name, value)
        stem = book.name.rsplit(".", 1)[0]
        book.name = f"{stem}.{extension or kind}"
        return SAME

    return disturb


def last_years_copy(book: Book) -> Expected:
    """Hidden copies of every sheet as a person keeps last year's."""
    for sheet in list(book.sheets):
        copied = deepcopy(sheet)
        copied.name, copied.hidden = f"{sheet.name[:25]} LY", True
        for cell in copied.cells.values():
            cell.origin = None
            if isinstance(cell.value, int) and 2020 <= cell.value <= 2030:
                cell.value -= 1
        book.sheets.append(copied)
    return says("hidden_sheet_ignored")


def rows_below(sheet: str, lines: Iterable[Iterable[Any]], gap: int = 1, expected: Expected = SAME) -> Disturbance:
    """Rows under everything else: a signature, a print date, a second small table."""

    def disturb(book: Book) -> Expected:
        page = book.sheet(sheet)
        for row, cells in enumerate(lines, start=page.last_row + gap + 1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    page.put(row, column, value)
        return expected

    return disturb


def rows_above(sheet: str, lines: Iterable[Iterable[Any]], expected: Expected = SAME) -> Disturbance:
    """Title rows on top of everything else."""
    stated = [list(cells) for cells in lines]

    def disturb(book: Book) -> Expected:
        page = book.sheet(sheet)
        page.move(rows=len(stated))
        for row, cells in enumerate(stated, start=1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    page.put(row, column, value)
        return expected

    return disturb


def texts(sheet: str, change: Callable[[str], str], rows: Iterable[int] | None = None, columns: Iterable[int] | None = None) -> Disturbance:
    """Every text of some rows and columns (all, where not said) rewritten."""

    def disturb(book: Book) -> Expected:
        wanted_rows, wanted_columns = (set(x) if x is not None else None for x in (rows, columns))
        for (row, column), cell in book.sheet(sheet).cells.items():
            inside = (wanted_rows is None or row in wanted_rows) and (wanted_columns is None or column in wanted_columns)
            if inside and isinstance(cell.value, str) and cell.value:
                cell.value = change(cell.value)
        return SAME

    return disturb


def value_at(place: Place, value: Any, expected: Expected = SAME) -> Disturbance:
    """One cell with another value; a callable is given the old one."""

    def disturb(book: Book) -> Expected:
        cell = book.at(place)
        cell.value = value(cell.value) if callable(value) else value
        return expected

    return disturb


def together(*disturbances: Disturbance) -> Disturbance:
    """Several at once; what each of them expects adds up."""

    def disturb(book: Book) -> Expected:
        expected = [one(book) for one in disturbances]
        last = expected[-1]
        rules = frozenset(rule for one in expected for rule in one.says)
        return replace(last, says=rules, asks=frozenset(key for one in expected for key in one.asks))

    return disturb


def fact_places(base: Outcome, side: int) -> list[Place]:
    """Where the units (side 0) or the money (side 1) of each fact stand in the undisturbed file."""
    found = []
    for row in base.facts:
        if at := (str(row["source_cells"] or "|") + "|").split("|")[side]:
            found.append((row["source_sheet"], *coordinate_to_tuple(at)))
    return found


def total_places(base: Outcome) -> list[tuple[Place, ControlTotal]]:
    """Where each printed total stands, one of those that share a cell."""
    assert base.frame is not None
    cells = {(c.sheet, c.cell): c for c in base.frame.controls if c.cell and ":" not in c.cell}
    return [((str(sheet), *coordinate_to_tuple(str(cell))), control) for (sheet, cell), control in cells.items()]


def rewritten(places: Iterable[Place], change: Callable[[Any], Any], expected: Expected = SAME) -> Disturbance:
    """The numbers at these places in another spelling; texts stay as they are."""
    wanted = set(places)

    def disturb(book: Book) -> Expected:
        for sheet in book.sheets:
            for cell in sheet.cells.values():
                if cell.origin in wanted and isinstance(cell.value, int | float):
                    cell.value = change(cell.value)
        return expected

    return disturb


def replaced(places: Iterable[Place], value: Any, expected: Expected = SAME) -> Disturbance:
    """Whatever stands at these places replaced; a callable is given the old value."""
    wanted = set(places)

    def disturb(book: Book) -> Expected:
        for sheet in book.sheets:
            for cell in sheet.cells.values():
                if cell.origin in wanted:
                    cell.value = value(cell.value) if callable(value) else value
        return expected

    return disturb


def columns_in_order(sheet: str, order: Callable[[int], Iterable[int]]) -> Disturbance:
    """The columns of a sheet in another order; `order` is given how many there are."""

    def disturb(book: Book) -> Expected:
        page = book.sheet(sheet)
        page.order_columns(order(page.last_column))
        return SAME

    return disturb


def only_sheet(name: str, **writing: Any) -> Disturbance:
    """One sheet as a text file; the facts of the others are gone with them."""

    def disturb(book: Book) -> Expected:
        book.sheets = [book.sheet(name)]
        saved_as("csv", **writing)(book)
        return Expected(lambda row: None if row["source_cells"] == "gone" else row | {"source_sheet": None})

    return disturb


def visible_copy(sheet: str) -> Disturbance:
    """A second sheet with the same layout in sight: nobody but a person knows which counts."""

    def disturb(book: Book) -> Expected:
        copied = deepcopy(book.sheet(sheet))
        copied.name = f"{copied.name[:24]} LY"
        for cell in copied.cells.values():
            cell.origin = None
        book.sheets.append(copied)
        return asks("accept_warnings", says=("rival_sheet",))

    return disturb
