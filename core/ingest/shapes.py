"""The data of an import, stage by stage: RawBook → Recognition → SalesFrame → ImportReport. Frozen values, no behaviour beyond reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import polars as pl

MONEY = pl.Decimal(38, 9)
Severity = Literal["error", "warning", "info"]
Status = Literal["stored", "needs_decision", "duplicate", "refused", "preview"]
Measure = Literal["units", "amount"]

Schema = dict[str, pl.DataType | type[pl.DataType]]

ROW_COLUMNS: Schema = {
    "view": pl.String,  # 'main', or the vendor's name of one of several views of the same sales
    "primary_view": pl.Boolean,  # False: a further view of the same sales, stored, never added
    "source_sheet": pl.String,  # null for text files
    "source_row": pl.Int32,  # 1-based row (line) of the file
    "source_cells": pl.String,  # 'M5|N5' units|amount, either side may be empty; text files 'R7C5|R7C6'
    "store_text": pl.String,  # as printed; null: this view has no stores
    "vendor_key": pl.String,  # the product key as printed (EAN, else code, else SKU, else name); null: this view has no products
    "ean": pl.String,  # digits of the EAN after clean-up, null where absent or unreadable
    "code_text": pl.String,  # reseller's own id as printed
    "sku_text": pl.String,  # brand code or vendor SKU as printed
    "name_text": pl.String,  # display name where it serves as a key
    "product_text": pl.String,  # description as printed
    "period_start": pl.Date,
    "period_end": pl.Date,
    "sale_date": pl.Date,  # exact day where the file states one
    "quantity": pl.Int64,  # signed units; null where the view states money only
    "amount_local": MONEY,  # signed money as stated, in `currency` and `vat_basis`; null where none is stated
    "amount_gross": MONEY,  # a rival gross column where the file has one (Skins SA), for checks only
    "currency": pl.String,  # ISO 4217
    "vat_basis": pl.String,  # 'gross' | 'net': the basis of amount_local
    "vendor_channel": pl.String,  # the vendor's own word, e.g. Retail / Wholesale
    "group_text": pl.String,  # the vendor's product group, for group controls
    "provisional": pl.Boolean,  # lies after the nominal period (partial figures)
    "held_reason": pl.String,  # rule that holds the row already while reading (e.g. 'ean_lost_digits', 'cell_error')
    # order lines of the web shop; null elsewhere
    "order_id": pl.String,
    "line_id": pl.String,
    "country": pl.String,
    "city": pl.String,
    "is_gift": pl.Boolean,
    "utm_source": pl.String,
    "utm_medium": pl.String,
    "utm_campaign": pl.String,
    "session_pages": pl.Int32,
    "session_count": pl.Int32,
    "device_type": pl.String,
    "payment_fee": MONEY,  # share of the order's single fee, split by largest remainder; EUR
    "cost_of_goods": MONEY,  # EUR of the line; null = unknown, never 0
}


def complete_rows(frame: pl.DataFrame, **constants: Any) -> pl.DataFrame:
    """`frame` with every column of ROW_COLUMNS in order and type; `constants` fill whole columns, the rest is null.

    `view` defaults to 'main', `primary_view` to True, `provisional` to False.
    """
    defaults: dict[str, Any] = {"view": "main", "primary_view": True, "provisional": False, **constants}
    columns = [
        (pl.col(name) if name in frame.columns else pl.lit(defaults.get(name))).cast(dtype).alias(name)
        for name, dtype in ROW_COLUMNS.items()
    ]
    return frame.select(columns) if frame.width else pl.DataFrame(schema=ROW_COLUMNS)


@dataclass(frozen=True)
class Merge:
    """A merged range, 0-based, both corners inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class RawSheet:
    """One sheet as read. `frame` has columns `c0`, `c1`, … (all String) and one row per file row, leading empty rows and columns kept,
    so that frame row r, column c is the cell (r + 1, c + 1) of the file. Numbers are canonical text (`218.0008`, `76`), dates ISO text.

    `typed` has the same shape (Boolean): True where the cell held a true number, date or boolean, whose text needs no guessing.
    None: a text file, nothing is typed. `no_value`: cells (row, column) with a formula but no cached value. `bold`: bold cells, if known.
    """

    name: str | None
    frame: pl.DataFrame
    typed: pl.DataFrame | None = None
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    no_value: frozenset[tuple[int, int]] = frozenset()
    bold: frozenset[tuple[int, int]] = frozenset()

    @property
    def height(self) -> int:
        return self.frame.height

    @property
    def width(self) -> int:
        return self.frame.width

    @cached_property
    def grid(self) -> list[tuple[str | None, ...]]:
        """All cells as Python text, for the small matrix reports; use `frame` for long lists."""
        return self.frame.rows()

    def head(self, rows: int = 30) -> list[tuple[str | None, ...]]:
        """The first `rows` rows as text, enough to find headers without turning a long list into Python objects."""
        return self.frame.head(rows).rows()

    def is_typed(self, row: int, column: int) -> bool:
        """True where the cell held a true number, date or boolean (0-based indices)."""
        return self.typed is not None and bool(self.typed.item(row, column))

    def address(self, row: int, column: int) -> str:
        """`M5` in a workbook, `R5C13` in a text file, from 0-based indices."""
        return f"R{row + 1}C{column + 1}" if self.name is None else f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class RawBook:
    """A file as read: its name as given, its kind by content, its sheets in file order."""

    file_name: str
    kind: Literal["xlsx", "xls", "xlsb", "ods", "csv"]
    sheets: tuple[RawSheet, ...]
    problems: tuple[Problem, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    date_1904: bool = False  # date numbers count from 1904-01-01 instead of 1899-12-30

    @property
    def visible(self) -> tuple[RawSheet, ...]:
        return tuple(sheet for sheet in self.sheets if not sheet.hidden)


@dataclass(frozen=True)
class Problem:
    """Something about a file, a row or a cell that a person may want to know; `rule` is a code of VENDOR_RULES."""

    rule: str
    message: str
    severity: Severity = "warning"
    sheet: str | None = None
    cell: str | None = None
    value: str | None = None
    suggestion: str | None = None
    more: int = 0  # further lines like this that are only counted


@dataclass(frozen=True)
class SetAside:
    """Rows that are no facts, and why. `row_end` None = one row; `row_start` None = the whole sheet."""

    reason: str
    sheet: str | None = None
    row_start: int | None = None
    row_end: int | None = None
    rows: int = 1


@dataclass(frozen=True)
class Guess:
    """One vendor this file may come from. `confidence` in 0…1."""

    vendor: str
    confidence: float
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """Ranked guesses, best first; `vendor` is None while a person has to say."""

    guesses: tuple[Guess, ...]
    vendor: str | None
    reason: str


@dataclass(frozen=True)
class PeriodEvidence:
    """One hint at the period. `source`, strongest first: columns, header, chain, sheet, file_name, title, person."""

    source: Literal["columns", "header", "chain", "sheet", "file_name", "title", "person"]
    text: str
    start: date
    end: date


@dataclass(frozen=True)
class PeriodReading:
    """The nominal (newest complete) period, or None while a person has to say; all evidence is kept and shown."""

    start: date | None
    end: date | None
    grain: Literal["day", "week", "month"]
    evidence: tuple[PeriodEvidence, ...] = ()
    conflict: bool = False
    history_start: date | None = None
    candidates: tuple[PeriodEvidence, ...] = ()


@dataclass(frozen=True)
class ControlTotal:
    """A total printed in the file. `where` filters the rows to sum by equality on ROW_COLUMNS (a tuple value = any of).

    `file_value` is what the file prints: units, or money in the file's currency and basis. `tolerance` in the same unit.
    `over` names the views the sum runs over (default: all primary rows).
    """

    what: str
    measure: Measure
    file_value: Decimal
    cell: str | None = None
    sheet: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    tolerance: Decimal = Decimal("0")
    over: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Slice:
    """What a file states completely: every row of a view in a period. The web shop's slices are its order numbers instead."""

    view: str
    period_start: date
    period_end: date


@dataclass(frozen=True)
class YearToDate:
    """A cumulative figure the file prints, for the proof across files (Liberty, Selfridges). `key` as in where-filters."""

    what: str
    measure: Measure
    value: Decimal
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StockLine:
    """Units of one product that a file states to be in stock at the end of its period, with the keys of the product as printed and the
    cell. `store_text` None: of the reseller as a whole. A blank cell is no stock line; a printed 0 is."""

    quantity: int
    cell: str
    row: int
    sheet: str | None = None
    vendor_key: str | None = None
    ean: str | None = None
    code_text: str | None = None
    sku_text: str | None = None
    name_text: str | None = None
    product_text: str | None = None
    store_text: str | None = None


@dataclass(frozen=True)
class SalesFrame:
    """What a vendor format reads out of a file. `rows` has ROW_COLUMNS: each unit and each unit of money exactly once per view.

    Nothing is matched yet: products and stores are texts. `explicit_zeros` counts cells that print 0 and are no facts.
    """

    vendor: str
    rows: pl.DataFrame
    period: PeriodReading
    currency: str | None
    vat_basis: Literal["gross", "net"] | None
    controls: tuple[ControlTotal, ...] = ()
    year_to_date: tuple[YearToDate, ...] = ()
    slices: tuple[Slice, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    problems: tuple[Problem, ...] = ()
    explicit_zeros: int = 0
    by_order: bool = False
    living: bool = False
    questions: tuple[Question, ...] = ()  # what only a person can say before these rows mean anything
    columns: tuple[ColumnChoice, ...] = ()  # of a layout nobody knows: how each column was read
    reseller: str | None = None  # named by the file itself
    basis_from: Literal["file", "person", "rule"] = "rule"  # who says `vat_basis`; 'rule': the reseller's, else the format's usual one
    stock: tuple[StockLine, ...] = ()  # of the nominal period's last day; never a fact

    def with_rows(self, rows: pl.DataFrame) -> SalesFrame:
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Choice:
    """One possible answer to a question: the value to pass back, a label, and why it is offered."""

    value: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class ColumnChoice:
    """How one column of an unknown list is read. `key` names it in an answer (its header, else its letter); `samples`: three of its values;
    `meaning`: a key of `formats.meanings.MEANINGS`; `reason`: why; `open`: a person should look at it."""

    key: str
    header: str | None
    samples: tuple[str, ...]
    meaning: str
    reason: str
    open: bool = False


QuestionKey = Literal[
    "vendor", "period", "accept_warnings", "reseller", "currency", "vat_basis", "password",
    "columns", "amount_is", "completeness", "date_order", "decimal",
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What a person has to say before the file can be stored. `key` is the argument of `import_file` that takes the answer.

    `columns` (of the question 'columns'): every column with its proposed meaning; its answer maps column keys to meanings.
    `beyond` (of 'accept_warnings'): what of the text the report's controls and changes do not state already.
    """

    key: QuestionKey
    text: str
    choices: tuple[Choice, ...] = ()
    columns: tuple[ColumnChoice, ...] = ()
    beyond: str | None = None


@dataclass(frozen=True)
class ReadOptions:
    """What a person or the reseller's settings say about a file before it is read."""

    period: tuple[date, date] | None = None
    vat_basis: Literal["gross", "net"] | None = None
    currency: str | None = None
    cost_is: Literal["line", "unit"] = "line"
    brand: str = "NORDLYS"
    time_zone: str = "Europe/Berlin"  # of the web shop: the day an order counts on
    # of a layout that is nobody's
    columns: Mapping[str, str] = field(default_factory=dict)  # column → meaning, as a person said
    known_columns: Mapping[str, str] = field(default_factory=dict)  # the same, said of an earlier file like this
    amount_is: Literal["line", "unit"] | None = None
    completeness: Literal["complete", "adds"] | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    decimal: Literal[".", ","] | None = None
    reseller: str | None = None


CONTROLS: Schema = {
    "what": pl.String,
    "measure": pl.String,
    "sheet": pl.String,
    "cell": pl.String,
    "file_value": pl.Decimal(38, 6),
    "loaded_value": pl.Decimal(38, 6),
    "held_value": pl.Decimal(38, 6),
    "difference": pl.Decimal(38, 6),
    "agrees": pl.Boolean,
}
PROBLEMS: Schema = {
    "sheet": pl.String,
    "cell": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "message": pl.String,
    "suggestion": pl.String,
}
CHANGES: Schema = {
    "change": pl.String,
    "view": pl.String,
    "store": pl.String,
    "product": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "vendor_channel": pl.String,
    "before_units": pl.Int64,
    "after_units": pl.Int64,
    "before_amount": MONEY,
    "after_amount": MONEY,
    "before_lines": pl.Int64,
    "after_lines": pl.Int64,
}


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or (status 'preview') would do.

    `controls`, `problems`, `changes` are polars frames with the columns CONTROLS, PROBLEMS, CHANGES; `rows` (previews) has the columns of
    `Workbench.rows()`. `reason` is one sentence for the person at the screen. `questions` is empty unless status is 'needs_decision'.
    """

    status: Status
    file_name: str
    sha256: str
    reason: str = ""
    upload_batch_id: int | None = None
    duplicate_of: int | None = None
    vendor: str | None = None
    reseller: str | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    period_start: date | None = None
    period_end: date | None = None
    period_evidence: tuple[PeriodEvidence, ...] = ()
    currency: str | None = None
    vat_basis: str | None = None
    rows_read: int = 0
    rows_stored: int = 0
    rows_held: int = 0
    rows_set_aside: int = 0
    rows_unchanged: int = 0
    units: int = 0
    amount_local: Decimal = Decimal("0")
    held_amount: Decimal = Decimal("0")
    controls: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CONTROLS))
    problems: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROBLEMS))
    changes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CHANGES))
    set_aside: tuple[SetAside, ...] = ()
    questions: tuple[Question, ...] = ()
    columns: tuple[ColumnChoice, ...] = ()  # of a list that is nobody's report: how each column was read
    rows: pl.DataFrame | None = None
