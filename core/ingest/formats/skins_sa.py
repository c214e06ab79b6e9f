"""Skins SA: a living list of till lines in ZAR; the amount is the column without VAT, the one beside it includes VAT in spite of its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from core.ingest import dates, periods
from core.ingest.cells import MONEY_TOLERANCE, CellReader, Columns, month_slices
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import list_doubts, tables
from core.ingest.formats.tables import Table
from core.ingest.layout import (
    Header,
    find_header,
    first_text,
    hidden_sheets,
    name_tokens,
    of_brand,
    rival_sheets,
    sheets_set_aside,
    text_at,
    total_of,
)
from core.ingest.normalising import ean_column, map_texts, present_column
from core.ingest.numbers import NumberColumn, doubt_thousands
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodReading,
    Problem,
    RawBook,
    ReadOptions,
    SalesFrame,
    complete_rows,
)
from core.sales.formatting import format_number

KEY = "skins_sa"
TITLE = "Skins SA"

COLUMNS = {
    "branch": ("Branch",),
    "day": ("OrderDate",),
    "ean": ("StockCode",),
    "quantity": ("OrderQty",),
    "description": ("StockDescription",),
    "gross": ("NetSalesValue",),
    "amount": ("ExVatNetsales",),
    "month": ("MONTH",),
    "year": ("YEAR",),
    "brand": ("BRAND",),
    "status": ("STATUS",),
    "supplier": ("SUPPLIER",),
    "category": ("CATEGORY",),
    "class": ("ABC MAP",),
}
REQUIRED = ("branch", "ean", "quantity", "amount", "month", "year")
MONEY = ("amount", "gross")
SUMMARY = ("YEAR", "MONTH", "ExVatNetsales")
CENT = Decimal("0.01")
RIVALS = ("branch", "ean", "quantity", "amount", "month", "year")  # two columns of one of these that differ: asked


def recognise(book: RawBook) -> Guess:
    """Guess from the till list's headers; 'SKINS NETHERLANDS' in the column SUPPLIER says nothing about the reseller."""
    table = tables.find_table(book, COLUMNS, REQUIRED, MONEY)
    headers = tables.header_texts(book)
    signs = table.currencies("amount") if table is not None else set()
    clues = (
        Clue("a list with Branch, StockCode, OrderQty and ExVatNetsales", table is not None, 0.6),
        Clue("an amount with VAT (NetSalesValue) beside the one without", table is not None and "gross" in table, 0.2),
        Clue("a sheet of month totals by YEAR and MONTH", table is not None and any(summaries_of(book, table)), 0.1),
        Clue("branches named SKINS", table is not None and bool(table.column("branch").str.contains("(?i)skins").any()), 0.05),
        Clue("'Skins SA' in the file name", {"skins", "sa"} <= name_tokens(book.file_name), 0.05),
    )
    against = (
        Clue("last year's figures (SPLY), as in Skins NL's report", any(name.endswith("sply") for name in headers), 0.5),
        Clue(f"amounts in {', '.join(sorted(signs))}", bool(signs - {"ZAR"}), 0.5),
    )
    return weigh(KEY, clues, against)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Every till line as a fact of its own, also where two are alike; month totals of the summary as controls."""
    found = tables.find_table(book, COLUMNS, REQUIRED, MONEY)
    if found is None:
        return nothing(book, options)
    subtotals = map_texts(found.column("branch"), lambda text: total_of(text) is not None, pl.Boolean) & ~found.written("ean")
    totals = tables.is_total(found, ("ean",)) | subtotals
    foreign = ~map_texts(found.column("brand"), lambda text: of_brand(text, options.brand), pl.Boolean) & ~totals
    outside = ~(found.written("ean") | found.written("month") | found.written("year") | totals | foreign)
    listed = found.only(~(totals | foreign | outside))
    stated = states_something(listed)
    table = listed if stated.all() else listed.only(stated)
    units, amounts, gross = table.numbers("quantity", ",", "units"), table.numbers("amount", ","), table.numbers("gross", ",")
    amounts, gross = (
        doubt_thousands(table.column(name), table.typed(name), read, ",") for name, read in (("amount", amounts), ("gross", gross))
    )
    lines = lines_of(table, units, amounts, gross)
    zero = ((lines["quantity"] == 0) & (lines["amount_local"] == 0)).fill_null(False)
    basis, currency = options.vat_basis or "net", options.currency or "ZAR"
    rows = complete_rows(lines.filter(~zero), source_sheet=table.sheet.name, currency=currency, vat_basis=basis)
    summaries = list(summaries_of(book, table))
    controls = tuple(control for summary in summaries for control in controls_of(summary))
    period = period_of(book, rows, options)
    aside = {"branch subtotal, its money was compared; its units count returns as +1": totals, "a row of another brand": foreign}
    aside |= {"a row without stock code, month and year": outside}
    problems = (
        *problems_of(table, lines, units, amounts),
        *wrong_subtotals(found, totals, foreign, found.numbers("gross", ",")),
        *(problem for summary in summaries for problem in wrong_summary(summary, lines.filter(~zero))),
        *(problem for summary in summaries for problem in summary.reader.problems),
        *doubts_of(table, amounts, currency),
        *tables.unknown_columns(table),
        *tables.hidden_remarks(book, table),
        *rival_sheets(book, table.sheet.name, lambda one: tables.find_table(one, COLUMNS, REQUIRED, MONEY)),
    )
    return SalesFrame(
        KEY,
        rows,
        period,
        currency,
        basis,
        controls=controls,
        slices=month_slices("main", rows["period_start"]),
        set_aside=(
            *(run for reason, mask in aside.items() for run in tables.runs(found.rows.filter(mask), reason, found.sheet.name)),
            *tables.runs(listed.rows.filter(~stated), "no units and no amount", found.sheet.name),
            *sheets_set_aside(book, {table.sheet.name}, {c.sheet: "summary of the list, control totals only" for c in controls}),
        ),
        problems=(*book.problems, *periods.describe(period), *problems),
        explicit_zeros=int(zero.sum()),
        living=True,
    )


def states_something(table: Table) -> pl.Series:
    """Mask of the lines in which something is written for units or money, be it unreadable."""
    written = [present_column(table.column(name)).is_not_null() | table.without_value(name) for name in ("quantity", "amount", "gross")]
    return written[0] | written[1] | written[2]


def doubts_of(table: Table, amounts: NumberColumn, currency: str) -> tuple[Problem, ...]:
    """What only a person can decide: lines without a branch, another currency, columns that say different things."""
    return (
        *list_doubts.storeless_remark(table, "branch").problems,
        *list_doubts.foreign_remark(table, "amount", amounts, currency).problems,
        *list_doubts.rival_columns(table, COLUMNS, RIVALS),
        *list_doubts.foreign_headers(table, MONEY, currency),
    )


def nothing(book: RawBook, options: ReadOptions) -> SalesFrame:
    period = periods.resolve(periods.find_months(book.file_name), "month", options)
    return SalesFrame(
        KEY, complete_rows(pl.DataFrame()), period, "ZAR", "net", problems=(*book.problems, *hidden_sheets(book)), living=True
    )


def lines_of(table: Table, units: NumberColumn, amounts: NumberColumn, gross: NumberColumn) -> pl.DataFrame:
    """The till lines with the columns of ROW_COLUMNS they state, and `turned`: +1 was printed with negative money, so a unit came back."""
    ean_text, ean, ean_rule = ean_column(table.column("ean"))
    year = map_texts(table.column("year"), dates.read_year_cell, pl.Int32)
    lines = pl.DataFrame(
        {
            "row": table.rows,
            "store_text": table.column("branch"),
            "ean": ean,
            "ean_text": ean_text,
            "ean_rule": ean_rule,
            "product_text": table.column("description"),
            "year": year,
            "month": dates.read_months(table.column("month"), year),
            "sale_date": map_texts(table.column("day"), lambda text: dates.read_date(text, "mdy")[0], pl.Date),
            "units": units.values,
            "amount_local": amounts.values,
            "amount_gross": gross.values,
            "held_units": tables.held_by(table, "quantity", units),
            "held_amount": tables.held_by(table, "amount", amounts),
        }
    )
    money = pl.coalesce("amount_local", "amount_gross")
    return lines.with_columns(
        ((pl.col("units") > 0) & (money < 0)).fill_null(False).alias("turned"),
        (pl.col("units") % 1 != 0).fill_null(False).alias("fractional"),
        pl.date("year", "month", 1).alias("period_start"),
    ).with_columns(
        pl.col("row").alias("source_row"),
        table.cells("quantity", "amount").alias("source_cells"),
        pl.coalesce("ean_text", "product_text").alias("vendor_key"),
        pl.when(pl.col("ean").is_null()).then("product_text").alias("name_text"),
        pl.col("period_start").dt.month_end().alias("period_end"),
        pl.when(~pl.col("fractional")).then(pl.when("turned").then(-pl.col("units")).otherwise("units")).cast(pl.Int64).alias("quantity"),
        held_reason().alias("held_reason"),
    )


def held_reason() -> pl.Expr:
    """The rule that holds a line already while it is read."""
    reasons = {
        "fractional_units": pl.col("fractional"),
        "amount_missing": pl.col("amount_local").is_null() & pl.col("amount_gross").is_not_null(),
        "missing_period": pl.col("period_start").is_null(),
        "ean_lost_digits": pl.col("ean_rule") == "ean_lost_digits",
        "ean_missing": pl.col("ean_text").is_null(),
    }
    return pl.coalesce("held_units", "held_amount", *(pl.when(mask.fill_null(False)).then(pl.lit(rule)) for rule, mask in reasons.items()))


def problems_of(table: Table, lines: pl.DataFrame, units: NumberColumn, amounts: NumberColumn) -> tuple[Problem, ...]:
    """What a person may want to know about the lines, cell by cell."""
    other_month = (lines["sale_date"].dt.month_start() != lines["period_start"]).fill_null(False)
    undated = table.written("day") & lines["sale_date"].is_null()
    return (
        *tables.number_problems(table, "quantity", units),
        *tables.number_problems(table, "amount", amounts),
        *table.remarks(lines["fractional"], "quantity", "fractional_units", "Units must be whole; the line is held.", "error"),
        *table.remarks(
            (lines["held_reason"] == "amount_missing").fill_null(False),
            "amount",
            "amount_missing",
            "The amount without VAT is missing beside the one with VAT; the line is held.",
            "error",
        ),
        *table.remarks(
            lines["turned"], "quantity", "sign_mismatch", "1 unit is printed with negative money: the line is a return and counts as -1."
        ),
        *table.remarks(
            other_month, "day", "date_conflict", "The order date lies in another month than MONTH and YEAR, which decide. Both are kept."
        ),
        *table.remarks(
            undated, "day", "ambiguous_dates", "This is no date in the order month/day/year; the line goes by MONTH and YEAR alone."
        ),
        *table.remarks(
            lines["period_start"].is_null(),
            "month",
            "missing_period",
            "MONTH or YEAR of this line can not be read; the line is held.",
            "error",
        ),
        *tables.ean_problems(
            table, lines["ean_text"], lines["ean_rule"], pl.repeat(False, lines.height, dtype=pl.Boolean, eager=True), "text"
        ),
        *table.remarks(
            off_rate(lines),
            "amount",
            "control_total_mismatch",
            "The amounts with and without VAT of this line do not belong together at the rate of the other lines.",
        ),
    )


def off_rate(lines: pl.DataFrame) -> pl.Series:
    """Mask of the lines whose two amounts do not fit the VAT rate that most lines show."""
    both = lines.select(
        (pl.col("amount_gross").cast(pl.Float64) / pl.col("amount_local").cast(pl.Float64)).round(3).alias("ratio"),
        "amount_gross",
        "amount_local",
    )
    usual = both.filter(pl.col("ratio").is_finite())["ratio"].mode()
    if not len(usual):
        return pl.repeat(False, lines.height, dtype=pl.Boolean, eager=True)
    factor = Decimal(str(usual.sort()[0]))
    return both.select(((pl.col("amount_gross") - pl.col("amount_local") * factor).abs() > CENT * 2).fill_null(False)).to_series()


def period_of(book: RawBook, rows: pl.DataFrame, options: ReadOptions) -> PeriodReading:
    """The newest MONTH and YEAR of the lines, confirmed or contradicted by the name."""
    firsts = rows["period_start"].drop_nulls()
    months = [(day.year, day.month) for day in firsts.unique().to_list()]
    hints = [periods.from_months("columns", months, "MONTH and YEAR of the lines"), *periods.find_months(book.file_name)]
    oldest = firsts.min()
    return periods.resolve(hints, "month", options, oldest if isinstance(oldest, date) else None)


@dataclass(frozen=True)
class Summary:
    """A sheet of month totals: its reader and its rows, each with the month it is about (None: all)."""

    reader: CellReader
    header: Header
    rows: tuple[tuple[int, date | None], ...]

    def at(self, name: str) -> int | None:
        return self.header.first(name)


def summaries_of(book: RawBook, table: Table) -> Iterator[Summary]:
    """Every other sheet with month totals by YEAR and MONTH, down to its grand total."""
    for sheet in book.visible:
        header = None if sheet is table.sheet else find_header(sheet, SUMMARY)
        if header is None:
            continue
        rows: list[tuple[int, date | None]] = []
        for row in range(header.row + 1, sheet.height):
            cells = sheet.grid[row]
            year, month = dates.read_year(text_at(cells, header.first("YEAR"))), dates.read_month(text_at(cells, header.first("MONTH")))
            if year and month:
                rows.append((row, date(year, month, 1)))
            elif total_of(first_text(cells)) == "":
                rows.append((row, None))
                break
        columns = [Columns(header.first("Lines"), header.first(name)) for name in ("ExVatNetsales", "NetSalesValue")]
        yield Summary(CellReader.over(sheet, columns, header.row + 1, sign=","), header, tuple(rows))


def controls_of(summary: Summary) -> Iterator[ControlTotal]:
    """The month totals and the grand total of the summary, without VAT."""
    at = Columns(None, summary.at("ExVatNetsales"))
    name = summary.reader.sheet.name
    for row, month in summary.rows:
        what = f"{name}, {month:%Y-%m}" if month else f"{name}, grand total"
        yield from summary.reader.controls(what, row, at, {"period_start": month} if month else {})


def wrong_summary(summary: Summary, lines: pl.DataFrame) -> Iterator[Problem]:
    """Totals of the summary that no fact carries: the number of lines, and the money with VAT."""
    for row, month in summary.rows:
        own = lines.filter(pl.col("period_start") == month) if month else lines
        figures = {"Lines": Decimal(own.height), "NetSalesValue": Decimal(own["amount_gross"].sum() or 0)}
        for title, added in figures.items():
            printed, _ = summary.reader.amount(row, summary.at(title))
            if printed is not None and abs(printed - added) > MONEY_TOLERANCE:
                what = f"{month:%B %Y}" if month else "All months"
                yield mismatch(summary.reader, row, summary.at(title), f"{what}, {title}", printed, added)


def mismatch(reader: CellReader, row: int, column: int | None, what: str, printed: Decimal, added: Decimal) -> Problem:
    places = 0 if printed == printed.to_integral_value() and added == added.to_integral_value() else 2
    return Problem(
        "control_total_mismatch",
        f"{what}: the file prints {format_number(printed, places)}, its lines come to {format_number(added, places)}.",
        "warning",
        reader.sheet.name,
        reader.address(row, column),
        f"{printed:f}",
        "Ask the reseller for a corrected file, or accept it as it is.",
    )


def adds_up(printed: Decimal, values: Sequence[Decimal | None], is_total: Sequence[bool], at: int) -> bool:
    """True where some run of lines right above row `at` comes to what it prints."""
    added, row = Decimal(0), at - 1
    while row >= 0 and not is_total[row] and abs(added - printed) > MONEY_TOLERANCE:
        added, row = added + (values[row] or Decimal(0)), row - 1
    return abs(added - printed) <= MONEY_TOLERANCE


def wrong_subtotals(found: Table, totals: pl.Series, foreign: pl.Series, gross: NumberColumn) -> Iterator[Problem]:
    """Branch subtotals whose money (with VAT) no run of lines right above them adds up to; a branch may have several spellings, and its
    subtotal may leave out what stands there of another brand (`foreign`)."""
    branches, values, is_total = found.column("branch").to_list(), gross.values.to_list(), totals.to_list()
    ours = [Decimal(0) if other else value for value, other in zip(values, foreign.to_list(), strict=True)]
    for at, printed in enumerate(values):
        if not is_total[at] or printed is None or not total_of(branches[at]):
            continue
        if not any(adds_up(printed, read, is_total, at) for read in (values, ours)):
            yield Problem(
                "control_total_mismatch",
                f"{(branches[at] or '').strip()}: the subtotal prints {printed:,.2f}, no lines above it add up to that.",
                "warning",
                found.sheet.name,
                found.address(int(found.rows[at]), "gross"),
                f"{printed:f}",
            )
