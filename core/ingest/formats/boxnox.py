"""BOXNOX: one living list of lines with year, month, POS and EAN, EUR without VAT, and a sheet of month totals beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import polars as pl

from core.ingest import dates, periods
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import tables
from core.ingest.formats.tables import Table
from core.ingest.layout import carried_labels, sheets_set_aside, total_of
from core.ingest.normalising import fold, map_texts, present_column, read_eans
from core.ingest.numbers import NumberColumn, read_number, read_typed
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    Measure,
    PeriodReading,
    Problem,
    RawBook,
    RawSheet,
    ReadOptions,
    SalesFrame,
    SetAside,
    Slice,
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
MEASURES: dict[str, tuple[Measure, Decimal]] = {"qty": ("units", Decimal(0)), "amount": ("amount", Decimal("0.005"))}


def recognise(book: RawBook) -> Guess:
    """Guess from the nine headers of the list; the name only supports it."""
    table = tables.find_table(book, COLUMNS, REQUIRED)
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
    found = tables.find_table(book, COLUMNS, REQUIRED)
    if found is None:
        return _nothing(book, options)
    totals = tables.is_total(found, ("ean", "sku"))
    nowhere = ~(found.written("year") | found.written("pos") | totals)
    table = found.only(~(totals | nowhere))
    units, amounts = table.numbers("quantity", ",", "units"), table.numbers("amount", ",")
    lines, problems = _lines(table, units, amounts)
    empty = lines["quantity"].is_null() & lines["amount_local"].is_null() & lines["held_reason"].is_null()
    zero = ((lines["quantity"] == 0) & (lines["amount_local"] == 0)).fill_null(False)
    rows = complete_rows(
        lines.filter(~(empty | zero)),
        source_sheet=table.sheet.name,
        currency=options.currency or "EUR",
        vat_basis=options.vat_basis or "net",
    )
    controls = tuple(control for sheet in book.visible if sheet is not table.sheet for control in _controls(sheet))
    period = _period(book, rows, options)
    return SalesFrame(
        KEY,
        rows,
        period,
        options.currency or "EUR",
        options.vat_basis or "net",
        controls=controls,
        slices=_slices(rows),
        set_aside=(
            *tables.runs(found.rows.filter(totals), "total row", found.sheet.name),
            *tables.runs(found.rows.filter(nowhere), "neither year nor POS", found.sheet.name),
            *tables.runs(table.rows.filter(empty), "no units and no amount", found.sheet.name),
            *_other_sheets(book, table, controls),
        ),
        problems=(
            *book.problems,
            *problems,
            *tables.unknown_columns(table),
            *tables.hidden_remarks(book, table),
            *periods.describe(period),
            *_unproven(rows, controls),
        ),
        explicit_zeros=int(zero.sum()),
        living=True,
    )


def _nothing(book: RawBook, options: ReadOptions) -> SalesFrame:
    period = periods.resolve(periods.find_months(book.file_name), "month", options)
    return SalesFrame(KEY, complete_rows(pl.DataFrame()), period, "EUR", "net", problems=book.problems, living=True)


def _lines(table: Table, units: NumberColumn, amounts: NumberColumn) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The columns of ROW_COLUMNS that the list states, one row for each line, and what is odd about its cells."""
    years, months = table.column("year"), table.column("month")
    year, month = map_texts(years, dates.read_year, pl.Int32), map_texts(months, dates.read_month, pl.Int8)
    ean_text, sku, name = (present_column(table.column(key)) for key in ("ean", "sku", "description"))
    ean, ean_rule = read_eans(table.column("ean"))
    held_units, unit_problems = tables.number_problems(table, "quantity", units)
    held_amount, amount_problems = tables.number_problems(table, "amount", amounts)
    fractional = (units.values % 1 != 0).fill_null(False)
    undated = year.is_null() | month.is_null()
    lines = pl.DataFrame(
        {
            "row": table.rows,
            "store_text": table.column("pos"),
            "ean": ean,
            "ean_text": ean_text,
            "sku_text": sku,
            "product_text": name,
            "vendor_channel": table.column("channel"),
            "year": year,
            "month": month,
            "quantity": units.values,
            "amount_local": amounts.values,
            "held_units": held_units,
            "held_amount": held_amount,
            "fractional": fractional,
            "undated": undated,
        }
    )
    first_day = pl.date("year", "month", 1)
    keyless = pl.col("ean_text").is_null() & pl.col("sku_text").is_null()
    lines = lines.select(
        pl.col("row").alias("source_row"),
        table.cells("quantity", "amount").alias("source_cells"),
        "store_text",
        "ean",
        "sku_text",
        "product_text",
        "vendor_channel",
        pl.when(keyless).then("product_text").alias("name_text"),
        pl.coalesce("ean_text", "sku_text", "product_text", pl.lit("")).alias("vendor_key"),
        pl.when(~pl.col("undated")).then(first_day).alias("period_start"),
        pl.when(~pl.col("undated")).then(first_day.dt.month_end()).alias("period_end"),
        pl.when(~pl.col("fractional")).then(pl.col("quantity").cast(pl.Int64, strict=False)).alias("quantity"),
        "amount_local",
        pl.coalesce(
            "held_units",
            "held_amount",
            pl.when("fractional").then(pl.lit("fractional_units")),
            pl.when("undated").then(pl.lit("missing_period")),
            pl.when(keyless & pl.col("product_text").is_null()).then(pl.lit("ean_missing")),
        ).alias("held_reason"),
    )
    problems = (
        *unit_problems,
        *amount_problems,
        *tables.as_text_problem(table, "amount", amounts),
        *table.remarks(fractional, "quantity", "fractional_units", "Units must be whole; the line is held.", "error"),
        *table.remarks(undated, "month", "missing_period", "The year or month of this line can not be read; the line is held.", "error"),
        *tables.ean_problems(table, ean_text, ean_rule, sku.is_not_null(), "SKU"),
    )
    return lines, problems


def _period(book: RawBook, rows: pl.DataFrame, options: ReadOptions) -> PeriodReading:
    """The newest month of the rows, confirmed or contradicted by the name."""
    firsts = rows["period_start"].drop_nulls()
    months = [(day.year, day.month) for day in firsts.unique().to_list()]
    hints = [periods.from_months("columns", months, "YEAR and MONTH of the rows"), *periods.find_months(book.file_name)]
    oldest = firsts.min()
    return periods.resolve(hints, "month", options, oldest if isinstance(oldest, date) else None)


def _slices(rows: pl.DataFrame) -> tuple[Slice, ...]:
    first, last = rows["period_start"].min(), rows["period_end"].max()
    return (Slice("main", first, last),) if isinstance(first, date) and isinstance(last, date) else ()


def _month_pairs(sheet: RawSheet) -> tuple[int, list[tuple[int, tuple[int, int], str]]] | None:
    """(row of the QTY and AMOUNT headers, [(column, (year, month), header)]) of a sheet of month totals."""
    for row in range(1, min(10, sheet.height)):
        headers = [fold(text or "") for text in sheet.frame.row(row)]
        if "qty" in headers and "amount" in headers:
            labels = [dates.read_month_text(label) for label in carried_labels(sheet, row - 1)]
            pairs = [(column, label, headers[column]) for column, label in enumerate(labels) if label and headers[column] in MEASURES]
            return (row, pairs) if pairs else None
    return None


def _controls(sheet: RawSheet) -> Iterator[ControlTotal]:
    """The TOTAL row of a sheet of month totals: units and money of each month."""
    found = _month_pairs(sheet)
    if found is None:
        return
    header, pairs = found
    for row in range(header + 1, sheet.height):
        cells = sheet.frame.row(row)
        if total_of(next((text for text in cells if text and text.strip()), None)) != "":
            continue
        for column, (year, month), title in pairs:
            reading = read_typed(cells[column]) if sheet.is_typed(row, column) else read_number(cells[column], ",")
            if reading.value is not None:
                measure, tolerance = MEASURES[title]
                where = {"period_start": date(year, month, 1)}
                what = f"{sheet.name}, TOTAL of {year}-{month:02}"
                yield ControlTotal(what, measure, reading.value, sheet.address(row, column), sheet.name, where, tolerance)


def _other_sheets(book: RawBook, table: Table, controls: tuple[ControlTotal, ...]) -> tuple[SetAside, ...]:
    summaries = {control.sheet: "summary of the list, control totals only" for control in controls}
    return sheets_set_aside(book, {table.sheet.name}, summaries)


def _unproven(rows: pl.DataFrame, controls: tuple[ControlTotal, ...]) -> tuple[Problem, ...]:
    """Months without a printed total are said to be unproven by the file."""
    proven = {control.where.get("period_start") for control in controls}
    bare = sorted(day for day in rows["period_start"].drop_nulls().unique().to_list() if day not in proven)
    if not bare:
        return ()
    span = f"{bare[0]:%Y-%m} to {bare[-1]:%Y-%m}" if len(bare) > 1 else f"{bare[0]:%Y-%m}"
    return (
        Problem("no_control_total", f"The file prints no totals for {len(bare)} months ({span}); they are not proven by the file.", "info"),
    )
