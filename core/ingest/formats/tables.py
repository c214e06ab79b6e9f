"""Long lists: the header row found by its texts on any sheet, columns taken by name, cells checked and reported column by column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

import polars as pl

from core.ingest import layout
from core.ingest.formats.list_bodies import body_below, filled_down, heads_of, without_heads
from core.ingest.formats.remarks import SHOWN_CELLS, Remark, Written, tell
from core.ingest.layout import BARE_TOTALS, HEADER_ROWS
from core.ingest.normalising import fold, fold_column
from core.ingest.numbers import DecimalSign, NumberColumn, Spelling, doubt_thousands, read_number, read_numbers, spelling_of_column
from core.ingest.shapes import Problem, RawBook, RawSheet, SetAside, Severity, column_letters

TOTAL_WORDS = r"(?i)total|^\s*[^\d\s]{1,3}\D{1,12}[:.]?\s*$|" + "|".join(sorted(word for word in BARE_TOTALS if "total" not in word))

Spellings = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Table:
    """A list under a header row. `places` gives the column (0-based) of each meaning, `unknown` the headers nobody knows.

    `body` has the file row (1-based, UInt32) as `row` and the String columns `c0`, `c1`, … of every row below the header that is not blank.
    """

    sheet: RawSheet
    header_row: int
    places: Mapping[str, int]
    unknown: tuple[int, ...]
    body: pl.DataFrame

    def __contains__(self, meaning: str) -> bool:
        return meaning in self.places

    @property
    def height(self) -> int:
        return self.body.height

    @cached_property
    def rows(self) -> pl.Series:
        return self.body["row"]

    def column(self, meaning: str) -> pl.Series:
        """The texts of a meaning as printed; nulls where the file has no such column."""
        if meaning not in self.places:
            return (
                pl.Series(meaning, [None], dtype=pl.String).extend_constant(None, self.height - 1)
                if self.height
                else pl.Series(meaning, [], pl.String)
            )
        return self.body[f"c{self.places[meaning]}"].alias(meaning)

    def typed(self, meaning: str) -> pl.Series | None:
        """Mask of the true numbers and dates of a column, None in a text file."""
        if self.sheet.typed is None or meaning not in self.places:
            return None
        return self.sheet.typed[f"c{self.places[meaning]}"].gather(self.rows - 1)

    def numbers(
        self,
        meaning: str,
        decimal: DecimalSign | None = None,
        measure: Literal["units", "amount"] = "amount",
        spelling: Spelling | None = None,
    ) -> NumberColumn:
        """A column as exact numbers, see `numbers.read_numbers`."""
        return read_numbers(self.column(meaning), self.typed(meaning), decimal, measure, spelling)

    def written(self, meaning: str) -> pl.Series:
        """Mask of the cells that hold something other than blanks."""
        return self.column(meaning).str.contains(r"\S").fill_null(False)

    def currencies(self, meaning: str) -> set[str]:
        """Currency signs and codes in the first thousand cells of a column."""
        return {sign for text in self.column(meaning).head(1000).unique() if (sign := read_number(text).currency)}

    def address(self, row: int, meaning: str) -> str:
        """Address of the cell of a meaning in a file row (1-based): `M5`, in text files `R5C13`."""
        return self.sheet.address(row - 1, self.places[meaning])

    def cells(self, units: str | None, amount: str | None) -> pl.Expr:
        """`source_cells` over `row`: `F2|G2` or `R2C6|R2C7`, either side empty."""
        return pl.concat_str(self._cell(units), pl.lit("|"), self._cell(amount))

    def _cell(self, meaning: str | None) -> pl.Expr:
        if meaning is None or meaning not in self.places:
            return pl.lit("")
        column = self.places[meaning]
        if self.sheet.name is None:
            return pl.concat_str(pl.lit("R"), pl.col("row").cast(pl.String), pl.lit(f"C{column + 1}"))
        return pl.concat_str(pl.lit(column_letters(column)), pl.col("row").cast(pl.String))

    def only(self, keep: pl.Series) -> Table:
        """The table without the rows where `keep` is false."""
        return Table(self.sheet, self.header_row, self.places, self.unknown, self.body.filter(keep))

    def without_value(self, meaning: str) -> pl.Series:
        """Mask of the formulas of a column that have no cached value."""
        column = self.places.get(meaning, -1)
        rows = [row + 1 for row, at in self.sheet.no_value if at == column]
        return self.rows.is_in(rows) if rows else pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)

    def remarks(
        self, mask: pl.Series, meaning: str, rule: str, message: str, severity: Severity = "warning", suggestion: str | None = None
    ) -> tuple[Problem, ...]:
        """One problem for each cell where `mask` is true, the first 20 by address, the rest as a count on one line."""
        return self.remark(mask, meaning, rule, message, severity, suggestion).problems

    def remark(
        self, mask: pl.Series, meaning: str, rule: str, message: str, severity: Severity = "warning", suggestion: str | None = None
    ) -> Remark:
        """The cells where `mask` is true, as a remark that those of the next piece of the list can be added to."""
        return Remark(rule, message, severity, self.sheet.name, suggestion, *self._cells_of(mask, meaning))

    def _cells_of(self, mask: pl.Series, meaning: str) -> tuple[tuple[tuple[str | None, str | None], ...], int]:
        """Address and text of the first cells where `mask` is true, and how many there are."""
        if not mask.any():
            return (), 0
        chosen = mask.fill_null(False)
        rows, texts = self.rows.filter(chosen), self.column(meaning).filter(chosen)
        shown = zip(rows.head(SHOWN_CELLS).to_list(), texts.head(SHOWN_CELLS).to_list(), strict=True)
        return tuple((self.address(row, meaning) if meaning in self else None, text) for row, text in shown), len(rows)

    def summary(self, mask: pl.Series, meaning: str, rule: str, what: str, severity: Severity = "info") -> tuple[Problem, ...]:
        """One problem for a whole column: how many cells, and the first of them."""
        return self.sum_up(mask, meaning, rule, what, severity).problems

    def sum_up(
        self, mask: pl.Series, meaning: str, rule: str, what: str, severity: Severity = "info", suggestion: str | None = None
    ) -> Remark:
        """`summary` as a remark that the next piece of the list can be added to; what to do follows as a sentence of its own."""
        return Remark(rule, what, severity, self.sheet.name, suggestion, *self._cells_of(mask, meaning), summed=True)


@lru_cache(maxsize=1 << 16)
def header_key(text: str | None) -> str:
    """A header as it is compared: folded, `_` as a blank, so that `order_id`, `Order ID` and ` ORDER  id` are one."""
    return " ".join(fold(text or "").replace("_", " ").split())


def find_table(book: RawBook, spellings: Spellings, required: Collection[str], money: Collection[str] = ()) -> Table | None:
    """The first list with all `required` meanings on a visible sheet; hidden sheets are looked at only when no visible one fits.

    A header of one of the `money` meanings may name a currency (`AMOUNT (EUR)`)."""
    hidden = tuple(sheet for sheet in book.sheets if sheet.hidden)
    for sheet in (*book.visible, *hidden):
        found = _find_header(sheet, spellings, required, money)
        if found is not None:
            row, places, unknown = found
            body = body_below(filled_down(sheet, row, places), row)
            return Table(sheet, row, places, unknown, without_heads(body, heads_of(sheet, row, places)))
    return None


def header_texts(book: RawBook, rows: int = HEADER_ROWS) -> set[str]:
    """Every text of the first rows of all visible sheets, as `header_key`, for recognising."""
    return {header_key(cell) for sheet in book.visible for cells in sheet.head(rows) for cell in cells if cell}


def bare_of_currency(key: str) -> str:
    """A header as it is compared, without the currency that it names at its end."""
    found = re.fullmatch(r"(.*[^ (]) ?\(?(?<=[ (])([^ ()]+)\)?", key)
    return found[1].removesuffix(" in").rstrip(" (") if found and layout.currency_named(found[2]) else key


def _find_header(
    sheet: RawSheet, spellings: Spellings, required: Collection[str], money: Collection[str]
) -> tuple[int, dict[str, int], tuple[int, ...]] | None:
    meanings = {header_key(name): meaning for meaning, names in spellings.items() for name in names}
    of_money = {header_key(name): meaning for meaning in money for name in spellings[meaning]}
    best: tuple[int, dict[str, int], tuple[int, ...]] | None = None
    for row, cells in enumerate(sheet.head(HEADER_ROWS)):
        places: dict[str, int] = {}
        unknown = []
        for column, text in enumerate(cells):
            key = header_key(text)
            meaning = meanings.get(key) or of_money.get(bare_of_currency(key))
            if meaning is not None and meaning not in places:
                places[meaning] = column
            elif key:
                unknown.append(column)
        if set(required) <= places.keys() and (best is None or len(places) > len(best[1])):
            best = row, places, tuple(unknown)
    return best


def piece_of(table: Table, sheet: RawSheet, first_row: int) -> Table:
    """More rows of the list `table` is the beginning of; `first_row`: the file row (1-based) of the first of them."""
    body = without_heads(body_below(sheet, -1, first_row), heads_of(table.sheet, table.header_row, table.places))
    return Table(sheet, table.header_row, table.places, table.unknown, body)


def is_total(table: Table, keys: Iterable[str]) -> pl.Series:
    """Mask of total rows, by place and shape: the first text of the row says total, and no product key stands in it."""
    columns = table.sheet.frame.columns
    first = table.body.select(pl.coalesce(columns))[columns[0]]
    if first.str.contains(r"^\s+$").any():
        first = table.body.select(pl.coalesce(pl.when(pl.col(name).str.contains(r"\S")).then(pl.col(name)) for name in columns))[columns[0]]
    likely = first.str.contains(TOTAL_WORDS).fill_null(False)
    said = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    if not likely.any():
        return said
    texts = fold_column(first.set(~likely, None))
    said = (texts.is_in(sorted(BARE_TOTALS)) | texts.str.ends_with(" total")).fill_null(False)
    for key in keys:
        other = table.column(key)
        said &= ~(other.str.contains(r"\S") & (other != first)).fill_null(False)
    return said


def runs(rows: pl.Series, reason: str, sheet: str | None) -> tuple[SetAside, ...]:
    """Set-aside entries of file rows (ascending), neighbours as one span."""
    return tuple(SetAside(reason, sheet, first, last, last - first + 1) for first, last in spans_of(rows))


def spans_of(rows: pl.Series) -> tuple[tuple[int, int], ...]:
    """First and last of each run of neighbouring file rows (ascending)."""
    if not len(rows):
        return ()
    spans = (
        pl.DataFrame({"row": rows.cast(pl.Int64)})
        .with_columns((pl.col("row") - pl.int_range(pl.len())).alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col("row").min().alias("first"), pl.col("row").max().alias("last"))
    )
    return tuple((first, last) for _, first, last in spans.iter_rows())


def unknown_columns(table: Table) -> tuple[Problem, ...]:
    """One remark for each header nobody knows."""
    cells = table.sheet.frame.row(table.header_row)
    return tuple(
        Problem(
            "unknown_column",
            f"The column “{(cells[column] or '').strip()}” is new and was not read. If it matters, ask the reseller what it means.",
            "info",
            table.sheet.name,
            table.sheet.address(table.header_row, column),
            cells[column],
        )
        for column in table.unknown
    )


def hidden_remarks(book: RawBook, table: Table) -> tuple[Problem, ...]:
    """One remark for each hidden sheet: not read, or read because no visible one has the layout, which a person has to confirm."""
    if not table.sheet.hidden:
        return layout.hidden_sheets(book)
    message = f"The only sheet with this layout, “{table.sheet.name}”, is hidden. Confirm that it is the report, or ask the sender."
    return (Problem("hidden_sheet_read", message, "error", table.sheet.name),)


@dataclass(frozen=True)
class Figures:
    """Units and money of a list, read. `fractional` masks units that are not whole; `held` the rule that holds a line because of its
    figures (String, null: none)."""

    units: NumberColumn
    amounts: NumberColumn
    fractional: pl.Series
    held: pl.Series
    written: Written = field(default_factory=Written)

    @property
    def absent(self) -> pl.Series:
        """Mask of the lines that state neither units nor money, nor anything unreadable in their place."""
        return self.units.values.is_null() & self.amounts.values.is_null() & self.held.is_null()

    @property
    def quantity(self) -> pl.Series:
        """Signed units (Int64), null where they are absent or not whole."""
        return self.units.values.set(self.fractional, None).cast(pl.Int64, strict=False)


def read_figures(table: Table, decimal: DecimalSign | None = None, written: Written | None = None, coins: bool = False) -> Figures:
    """The columns `quantity` and `amount`; `decimal` is the vendor's sign where a column leaves it open, `coins`: its money has cents at most.

    `written`: how the list is written so far, where `table` is a piece of it; None where it is the whole list.
    """
    own = Written() if written is None or written.whole else spell(table, ("quantity", "amount"))
    known = None if written is None else written + own
    units = table.numbers("quantity", decimal, "units", None if known is None else known.of("quantity"))
    amounts = table.numbers("amount", decimal, "amount", None if known is None else known.of("amount"))
    if coins and decimal is not None:
        spelling = None if known is None else known.of("amount")
        amounts = doubt_thousands(table.column("amount"), table.typed("amount"), amounts, decimal, spelling)
    fractional = (units.values % 1 != 0).fill_null(False)
    rules = {"u": held_by(table, "quantity", units), "a": held_by(table, "amount", amounts), "f": fractional}
    held = pl.DataFrame(rules).select(pl.coalesce("u", "a", pl.when("f").then(pl.lit("fractional_units"))))
    return Figures(units, amounts, fractional, held.to_series(), own)


def spell(table: Table, meanings: Iterable[str], exact: bool = False) -> Written:
    """How these columns of a text file are written."""
    return Written({meaning: spelling_of_column(table.column(meaning), exact) for meaning in meanings if meaning in table})


def figure_problems(table: Table, figures: Figures) -> tuple[Problem, ...]:
    """Everything that is odd about the columns `quantity` and `amount`."""
    return tell(figure_remarks(table, figures))


def figure_remarks(table: Table, figures: Figures) -> tuple[Remark, ...]:
    """`figure_problems` as remarks."""
    return (
        *number_remarks(table, "quantity", figures.units),
        *number_remarks(table, "amount", figures.amounts),
        as_text_remark(table, "amount", figures.amounts),
        table.remark(figures.fractional, "quantity", "fractional_units", "Units must be whole; the line is held.", "error"),
    )


@dataclass(frozen=True)
class Facts:
    """Lines of a list that state something; `zeros` lines print 0 and 0, `empty` masks lines (of all) that state nothing."""

    lines: pl.DataFrame
    zeros: int
    empty: pl.Series


def facts_of(lines: pl.DataFrame) -> Facts:
    """Lines with `quantity`, `amount_local` and `held_reason` parted into facts, explicit zeros and lines without figures."""
    empty = lines["quantity"].is_null() & lines["amount_local"].is_null() & lines["held_reason"].is_null()
    zero = ((lines["quantity"] == 0) & (lines["amount_local"] == 0)).fill_null(False)
    return Facts(lines.filter(~(empty | zero)), int(zero.sum()), empty)


def held_by(table: Table, meaning: str, numbers: NumberColumn) -> pl.Series:
    """The rule that holds each line because of this number (String, null: none).

    `cell_error`: an error or a text that is no number; `no_cached_value`: a formula never calculated; `ambiguous_number`: two readings.
    """
    masks = {"u": table.without_value(meaning), "b": numbers.unreadable, "a": numbers.states == "ambiguous"}
    held = pl.DataFrame(masks).select(
        pl.when("u").then(pl.lit("no_cached_value")).when("b").then(pl.lit("cell_error")).when("a").then(pl.lit("ambiguous_number"))
    )
    return held.to_series()


def number_problems(table: Table, meaning: str, numbers: NumberColumn) -> tuple[Problem, ...]:
    """One problem for each cell that holds its line, see `held_by`."""
    return tell(number_remarks(table, meaning, numbers))


def number_remarks(table: Table, meaning: str, numbers: NumberColumn) -> tuple[Remark, ...]:
    """`number_problems` as remarks."""
    uncached = table.without_value(meaning)
    broken = numbers.unreadable & ~uncached
    errors = table.column(meaning).str.starts_with("#").fill_null(False) & broken
    said = (
        (
            uncached,
            "no_cached_value",
            "The formula in this cell has no stored result. Open the file in Excel, save it and upload it again.",
        ),
        (errors, "cell_error", "This cell holds an error instead of a number; the line is held."),
        (broken & ~errors, "cell_error", "This is no number; the line is held."),
        (
            numbers.states == "ambiguous",
            "ambiguous_number",
            "This can be read as two different numbers; the line is held until the reseller's decimal sign is set.",
        ),
    )
    return tuple(table.remark(mask, meaning, rule, message, "error") for mask, rule, message in said)


def as_text_remark(table: Table, meaning: str, numbers: NumberColumn) -> Remark:
    """`amount_as_text`, once for a column, with the first cell and the count."""
    return table.sum_up(
        numbers.as_text, meaning, "amount_as_text", "numbers of this column are written as text and were read by its decimal sign"
    )


def ean_problems(table: Table, texts: pl.Series, rules: pl.Series, other_key: pl.Series, other: str) -> tuple[Problem, ...]:
    """`ean_missing`, `ean_format`, `ean_lost_digits` of an EAN column, with what happens to the line: `other_key` masks rows with `other`."""
    return tell(ean_remarks(table, texts, rules, other_key, other))


def ean_remarks(table: Table, texts: pl.Series, rules: pl.Series, other_key: pl.Series, other: str) -> tuple[Remark, ...]:
    """`ean_problems` as remarks."""
    blank = texts.is_null()
    lost = rules == "ean_lost_digits"
    written = rules == "ean_format"
    return (
        table.remark(blank & other_key, "ean", "ean_missing", f"No EAN; the line goes by its {other}."),
        table.remark(blank & ~other_key, "ean", "ean_missing", f"Neither EAN nor {other}; the line is held under its text."),
        table.sum_up(written, "ean", "ean_format", "EANs are not written as 13 plain digits; the digits were taken out of the text"),
        table.remark(
            lost, "ean", "ean_lost_digits", "The EAN lost its last digits and is not guessed. Format the column as text and export again."
        ),
    )
