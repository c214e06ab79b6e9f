"""BOXNOX: one living list of lines with year, month, POS and EAN, EUR without VAT, and a sheet of month totals beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from core.ingest import dates, periods
from core.ingest.cells import CellReader, Columns, month_slices
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import list_doubts, tables
from core.ingest.formats.remarks import Lines, Remark, Written, tell
from core.ingest.formats.tables import Table
from core.ingest.layout import carried_labels, first_text, leads_total, rival_sheets, sheets_set_aside, total_of
from core.ingest.normalising import collapse, ean_column, fold, is_absent, map_texts, present_column
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodReading,
    Problem,
    RawBook,
    RawSheet,
    ReadOptions,
    SalesFrame,
    SetAside,
    complete_rows,
)

KEY = "boxnox"
TITLE = "BOXNOX"

COLUMNS = {
    "year": ("YEAR", "AÑO"),
    "month": ("MONTH", "MES"),
    "channel": ("CHANNEL", "CANAL"),
    "pos": ("POS",),
    "ean": ("EAN",),
    "quantity": ("QTY",),
    "amount": ("AMOUNT",),
    "description": ("DESCRIPTION",),
    "sku": ("SKU",),
}
REQUIRED = ("year", "month", "pos", "quantity", "amount")
MONEY = ("amount",)
MEASURES = ("qty", "amount")
RIVALS = ("year", "month", "pos", "ean", "quantity", "amount")  # two columns of one of these that differ: asked


def recognise(book: RawBook) -> Guess:
    """Guess from the nine headers of the list; the name only supports it."""
    table = tables.find_table(book, COLUMNS, REQUIRED, MONEY)
    sheets = {fold(sheet.name or "") for sheet in book.visible}
    signs = table.currencies("amount") if table is not None else set()
    clues = (
        Clue("a list with YEAR, MONTH, POS, QTY and AMOUNT", table is not None, 0.5),
        Clue("columns EAN and SKU", table is not None and {"ean", "sku"} <= table.places.keys(), 0.2),
        Clue("a column CHANNEL", table is not None and "channel" in table, 0.1),
        Clue("a sheet “SELL OUT BY EAN”", "sell out by ean" in sheets, 0.1),
        Clue("month totals by POS on another sheet", any(_month_pairs(sheet) for sheet in book.visible), 0.05),
        Clue("“BOXNOX” in the file name", "boxnox" in fold(book.file_name), 0.15),
    )
    against = (
        Clue("no column POS", table is None and {"year", "month"} <= tables.header_texts(book), 0.3),
        Clue(f"amounts in {', '.join(sorted(signs))}", bool(signs - {"EUR"}), 0.5),
    )
    return weigh(KEY, clues, against)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Every line of the list as a fact of its own month; the month totals of the other sheet as controls."""
    found = find(book)
    if found is None:
        period = periods.resolve(periods.find_months(book.file_name), "month", options)
        terms = options.currency or "EUR", options.vat_basis or "net"
        return SalesFrame(KEY, complete_rows(pl.DataFrame()), period, *terms, problems=book.problems, living=True)
    return conclude(book, found, read_lines(found, options), options)


def find(book: RawBook) -> Table | None:
    """The list; of a file that is read in pieces `book` has the first of them."""
    return tables.find_table(book, COLUMNS, REQUIRED, MONEY)


def spell(found: Table) -> Written:
    """How the numbers of this piece of the list are written, each text looked at."""
    totals = _totals(found)
    return tables.spell(found.only(~(totals | ~(found.written("year") | found.written("pos")))), ("quantity", "amount"), exact=True)


def read_lines(found: Table, options: ReadOptions, written: Written | None = None) -> Lines:
    """What the list, or a piece of it, states. `written`: how the list is written so far, where `found` is a piece of it."""
    totals = _totals(found)
    nowhere = ~(found.written("year") | found.written("pos") | totals)
    listed = found.only(~(totals | nowhere))
    figures = tables.read_figures(listed, ",", written, coins=True)
    stated = ~figures.absent
    table = listed if stated.all() else listed.only(stated)
    again = None if written is None else replace(written + figures.written, whole=True)
    cells = Cells.of(table, figures if table is listed else tables.read_figures(table, ",", again, coins=True))
    facts = tables.facts_of(_lines(table, cells))
    currency = options.currency or "EUR"
    rows = complete_rows(facts.lines, source_sheet=table.sheet.name, currency=currency, vat_basis=options.vat_basis or "net")
    doubts = (
        list_doubts.storeless_remark(table, "pos"),
        list_doubts.foreign_remark(table, "amount", cells.figures.amounts, currency),
    )
    aside = {
        "total row": tables.spans_of(found.rows.filter(totals)),
        "neither year nor POS": tables.spans_of(found.rows.filter(nowhere)),
        "no units and no amount": tables.spans_of(listed.rows.filter(~stated)),
    }
    days, stores = (frozenset(column.unique().drop_nulls()) for column in (rows["period_start"], table.column("pos")))
    return Lines(rows, days, stores, aside, (*_list_remarks(table, cells), *doubts), facts.zeros, figures.written)


def conclude(book: RawBook, found: Table, lines: Lines, options: ReadOptions) -> SalesFrame:
    """The report that the lines add up to, with the period they show and the totals that other sheets print."""
    trouble: list[Problem] = []
    stores = _spellings(lines.stores)
    controls = tuple(control for sheet in book.visible if sheet is not found.sheet for control in _controls(sheet, stores, trouble))
    period = _period(book, lines.days, options)
    problems = (
        *book.problems,
        *tell(lines.remarks),
        *trouble,
        *_remarks(book, found, options.currency or "EUR"),
        *periods.describe(period),
        *_unproven(lines.days, controls),
    )
    return SalesFrame(
        KEY,
        lines.rows,
        period,
        options.currency or "EUR",
        options.vat_basis or "net",
        controls,
        (),
        month_slices("main", pl.Series(sorted(lines.days), dtype=pl.Date)),
        (*lines.set_aside(found.sheet.name), *_other_sheets(book, found, controls)),
        problems,
        explicit_zeros=lines.zeros,
        living=True,
    )


def _totals(found: Table) -> pl.Series:
    """Mask of total rows, also of a POS: `Total Galería Norte` without year, month, EAN and SKU, as no line of the list is, and
    `Galería Norte Total` without any product, where year and month may be merged over its lines."""
    product = found.written("ean") | found.written("sku")
    keyed, described = product | found.written("year") | found.written("month"), product | found.written("description")
    led, ended = (map_texts(found.column("pos"), says, pl.Boolean) for says in (leads_total, lambda text: total_of(text) is not None))
    return tables.is_total(found, ("ean", "sku")) | (led & ~keyed) | (ended & ~described)


@dataclass(frozen=True)
class Cells:
    """The columns of the list, read. `undated` masks lines whose year or month can not be read."""

    year: pl.Series
    month: pl.Series
    ean_text: pl.Series
    ean: pl.Series
    ean_rule: pl.Series
    sku: pl.Series
    description: pl.Series
    figures: tables.Figures

    @classmethod
    def of(cls, table: Table, figures: tables.Figures) -> Cells:
        sku, description = (present_column(table.column(key)) for key in ("sku", "description"))
        year = map_texts(table.column("year"), dates.read_year_cell, pl.Int32)
        return cls(year, dates.read_months(table.column("month"), year), *ean_column(table.column("ean")), sku, description, figures)

    @property
    def undated(self) -> pl.Series:
        return self.year.is_null() | self.month.is_null()


def _lines(table: Table, cells: Cells) -> pl.DataFrame:
    """The columns of ROW_COLUMNS that the list states, one row for each line."""
    columns = {
        "source_row": table.rows,
        "row": table.rows,
        "store_text": table.column("pos"),
        "vendor_channel": map_texts(table.column("channel"), lambda text: (text and collapse(text)) or None, pl.String),
        "ean": cells.ean,
        "ean_text": cells.ean_text,
        "sku_text": cells.sku,
        "product_text": cells.description,
        "year": cells.year,
        "month": cells.month,
        "quantity": cells.figures.quantity,
        "amount_local": cells.figures.amounts.values,
        "held": cells.figures.held,
    }
    keyless = pl.col("ean_text").is_null() & pl.col("sku_text").is_null()
    first_day = pl.date("year", "month", 1)
    return pl.DataFrame(columns).with_columns(
        table.cells("quantity", "amount").alias("source_cells"),
        pl.when(keyless).then("product_text").alias("name_text"),
        pl.coalesce("ean_text", "sku_text", "product_text", pl.lit("")).alias("vendor_key"),
        first_day.alias("period_start"),
        first_day.dt.month_end().alias("period_end"),
        pl.coalesce(
            "held",
            pl.when(first_day.is_null()).then(pl.lit("missing_period")),
            pl.when(keyless & pl.col("product_text").is_null()).then(pl.lit("ean_missing")),
        ).alias("held_reason"),
    )


def _list_remarks(table: Table, cells: Cells) -> tuple[Remark, ...]:
    """What is odd about the cells of the list."""
    undated = "The year or month of this line can not be read; the line is held."
    return (
        *tables.figure_remarks(table, cells.figures),
        table.remark(cells.undated, "month", "missing_period", undated, "error"),
        *tables.ean_remarks(table, cells.ean_text, cells.ean_rule, cells.sku.is_not_null(), "SKU"),
    )


def _remarks(book: RawBook, table: Table, currency: str) -> tuple[Problem, ...]:
    rivals = rival_sheets(book, table.sheet.name, find)
    columns = (*list_doubts.rival_columns(table, COLUMNS, RIVALS), *list_doubts.foreign_headers(table, MONEY, currency))
    return (*tables.unknown_columns(table), *columns, *tables.hidden_remarks(book, table), *rivals)


def _period(book: RawBook, days: frozenset[date], options: ReadOptions) -> PeriodReading:
    """The newest month of the rows, confirmed or contradicted by the name. `days`: the first day of each of their months."""
    months = [(day.year, day.month) for day in days]
    hints = [periods.from_months("columns", months, "YEAR and MONTH of the rows"), *periods.find_months(book.file_name)]
    return periods.resolve(hints, "month", options, min(days, default=None))


def _spellings(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Folded name → all its spellings among the texts of a column."""
    names: dict[str, tuple[str, ...]] = {}
    for text in sorted(text for text in texts if not is_absent(text)):
        names[fold(text)] = (*names.get(fold(text), ()), text)
    return names


def _month_pairs(sheet: RawSheet) -> tuple[int, list[tuple[int, tuple[int, int], str]]] | None:
    """(row of the QTY and AMOUNT headers, [(column, (year, month), header)]) of a sheet of month totals."""
    for row in range(1, min(10, sheet.height)):
        headers = [fold(text or "") for text in sheet.frame.row(row)]
        if "qty" in headers and "amount" in headers:
            labels = [dates.read_month_text(label) for label in carried_labels(sheet, row - 1)]
            pairs = [(column, label, headers[column]) for column, label in enumerate(labels) if label and headers[column] in MEASURES]
            return (row, pairs) if pairs else None
    return None


def _controls(sheet: RawSheet, stores: Mapping[str, tuple[str, ...]], problems: list[Problem]) -> Iterator[ControlTotal]:
    """Units and money of each month on a sheet of month totals: its TOTAL row, and the rows of those POS that the list names too.

    `stores`: folded name → spellings in the list. Cells that can not be read are added to `problems`.
    """
    found = _month_pairs(sheet)
    if found is None:
        return
    header, pairs = found
    places = [(month, Columns(*(column if title == side else None for side in ("qty", "amount")))) for column, month, title in pairs]
    reader = CellReader.over(sheet, [at for _, at in places], header + 1, sign=",")
    for row in range(header + 1, sheet.height):
        name = (first_text(sheet.grid[row]) or "").strip()
        total, spellings = total_of(name) == "", stores.get(fold(name))
        if not total and spellings is None:
            continue
        for (year, month), at in places:
            where = {"period_start": date(year, month, 1), **({} if spellings is None else {"store_text": spellings})}
            yield from reader.controls(f"{sheet.name}, {name} of {year}-{month:02}", row, at, where)
        if total:
            break
    problems += reader.problems


def _other_sheets(book: RawBook, table: Table, controls: tuple[ControlTotal, ...]) -> tuple[SetAside, ...]:
    summaries = {control.sheet: "summary of the list, control totals only" for control in controls}
    return sheets_set_aside(book, {table.sheet.name}, summaries)


def _unproven(days: frozenset[date], controls: tuple[ControlTotal, ...]) -> tuple[Problem, ...]:
    """Months without a printed total are said to be unproven by the file."""
    proven = {control.where["period_start"] for control in controls if "store_text" not in control.where}
    bare = sorted(day for day in days if day not in proven)
    if not bare:
        return ()
    span = f"{bare[0]:%Y-%m} to {bare[-1]:%Y-%m}" if len(bare) > 1 else f"{bare[0]:%Y-%m}"
    months = "month" if len(bare) == 1 else "months"
    message = f"The file prints no totals for {len(bare)} {months} ({span}), so the file does not prove them."
    return (Problem("no_control_total", message, "info"),)
