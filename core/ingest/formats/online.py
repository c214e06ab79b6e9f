"""The own web shop: order lines as a workbook or a WooCommerce export, EUR without the destination's VAT, one fee for each order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from core.errors import NotASalesReport
from core.ingest import dates, periods
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import fees, tables
from core.ingest.formats.tables import Table
from core.ingest.layout import sheets_set_aside
from core.ingest.normalising import fold, map_texts, present_column, read_eans, read_flag
from core.ingest.numbers import NumberColumn
from core.ingest.shapes import (
    MONEY,
    Guess,
    PeriodEvidence,
    PeriodReading,
    Problem,
    RawBook,
    ReadOptions,
    SalesFrame,
    SetAside,
    complete_rows,
)

KEY = "online"
TITLE = "Web shop"

COLUMNS = {
    "line_id": ("id", "line id", "order item id"),
    "order_id": ("order_id", "order number", "order no"),
    "ean": ("product_ean", "ean"),
    "code": ("functional_name",),
    "name": ("product_name",),
    "quantity": ("quantity",),
    "amount": ("sales_eur",),
    "cost": ("cost_of_goods",),
    "fee": ("stripe_fee",),
    "date": ("order_date",),
    "country": ("country",),
    "city": ("city",),
    "reseller": ("reseller",),
    "is_gift": ("is_gift",),
    "utm_source": ("utm_source",),
    "utm_medium": ("utm_medium",),
    "utm_campaign": ("utm_campaign",),
    "session_pages": ("session_pages",),
    "session_count": ("session_count",),
    "device_type": ("device_type",),
}
REQUIRED = ("order_id", "quantity", "amount", "date")
PASSED_ON = ("line_id", "city", "utm_source", "utm_medium", "utm_campaign", "device_type")
ANALYTICS = {"order #", "product(s)", "items sold", "net sales"}
OWN_SHOP = {"online", "webshop", "web shop", "nordlys webshop", "d2c", "e-shop", "eshop"}


@dataclass(frozen=True)
class Order:
    """The columns that are numbers, read."""

    units: NumberColumn
    amounts: NumberColumn
    costs: NumberColumn
    fees: NumberColumn


def recognise(book: RawBook) -> Guess:
    """Guess from the order columns; an analytics export of the shop is recognised too, so that it can be explained."""
    table = tables.find_table(book, COLUMNS, REQUIRED)
    headers = tables.header_texts(book)
    sellers = {fold(text) for text in table.column("reseller").head(1000).unique().drop_nulls()} if table is not None else set()
    has = set(table.places) if table is not None else set()
    clues = (
        Clue("a list with order number, order date, quantity and sales in EUR", table is not None, 0.5),
        Clue("an order fee (Stripe)", "fee" in has, 0.2),
        Clue("product EAN and functional name", {"ean", "code"} <= has, 0.15),
        Clue("destination country", "country" in has, 0.1),
        Clue("rows that say “Online”", bool(sellers & OWN_SHOP), 0.1),
        Clue("campaign or session columns of the shop", bool(has & {"utm_source", "session_pages"}), 0.1),
        Clue("columns of the shop's analytics export: Order #, Product(s), Items sold", headers >= ANALYTICS, 0.9),
    )
    against = (Clue(f"rows of another reseller ({', '.join(sorted(sellers - OWN_SHOP)[:3])})", bool(sellers - OWN_SHOP), 0.4),)
    return weigh(KEY, clues, against)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Every order line as a fact of its day. NotASalesReport for the analytics export, whose lines can not be told apart."""
    found = tables.find_table(book, COLUMNS, REQUIRED)
    if found is None:
        if tables.header_texts(book) >= ANALYTICS:
            raise NotASalesReport(
                "This is the shop's analytics export: all products of an order stand in one cell, so the lines can not be told apart. "
                "Export the order lines instead, and nothing of this file was stored."
            )
        return SalesFrame(KEY, complete_rows(pl.DataFrame()), periods.resolve((), "day", options), "EUR", "net", by_order=True)
    totals = tables.is_total(found, ("ean", "code"))
    again = _exported_again(found) & ~totals
    table = found.only(~(totals | again))
    order = Order(*(table.numbers(key, None, "units" if key == "quantity" else "amount") for key in ("quantity", "amount", "cost", "fee")))
    lines, problems = _lines(table, order, options)
    empty = lines["quantity"].is_null() & lines["amount_local"].is_null() & lines["held_reason"].is_null()
    zero = ((lines["quantity"] == 0) & (lines["amount_local"] == 0)).fill_null(False)
    rows = complete_rows(
        lines.filter(~(empty | zero)),
        source_sheet=table.sheet.name,
        currency=options.currency or "EUR",
        vat_basis=options.vat_basis or "net",
    )
    period = _period(book, rows, options)
    return SalesFrame(
        KEY,
        rows,
        period,
        options.currency or "EUR",
        options.vat_basis or "net",
        set_aside=(
            *tables.runs(found.rows.filter(totals), "total row", found.sheet.name),
            *tables.runs(found.rows.filter(again), "same line id as a line above: exported twice, counted once", found.sheet.name),
            *tables.runs(table.rows.filter(empty), "no units and no amount", found.sheet.name),
            *_other_sheets(book, table),
        ),
        problems=(
            *book.problems,
            *problems,
            *_repeated(found, again),
            *fees.remarks(table, order.fees.values),
            *tables.unknown_columns(table),
            *tables.hidden_remarks(book, table),
            *periods.describe(period),
        ),
        explicit_zeros=int(zero.sum()),
        by_order=True,
    )


def _exported_again(table: Table) -> pl.Series:
    """Mask of the lines whose line id stood in an earlier line."""
    ids = table.column("line_id").str.strip_chars()
    return (
        (ids.is_not_null() & ~ids.is_first_distinct())
        if "line_id" in table
        else pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    )


def _repeated(table: Table, again: pl.Series) -> tuple[Problem, ...]:
    """`duplicate_line_id`, and as an error where the repeated line differs from the first one."""
    if not again.any():
        return ()
    columns = list(table.sheet.frame.columns)
    same = table.body.select(~pl.struct(columns).is_first_distinct())[columns[0]] if columns else again
    return (
        *table.summary(
            again & same, "line_id", "duplicate_line_id", "lines carry an id that occurred before; they were exported twice and count once"
        ),
        *table.remarks(
            again & ~same,
            "line_id",
            "duplicate_line_id",
            "This line id occurred before with other contents; only the first line counts.",
            "error",
        ),
    )


def _lines(table: Table, order: Order, options: ReadOptions) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """The columns of ROW_COLUMNS that the list states, one row for each line, and what is odd about its cells."""
    days = dates.read_dates(dates.local_days(table.column("date"), options.time_zone), "dmy")
    held_units, unit_problems = tables.number_problems(table, "quantity", order.units)
    held_amount, amount_problems = tables.number_problems(table, "amount", order.amounts)
    fractional = (order.units.values % 1 != 0).fill_null(False)
    undated = days.values.is_null()
    ean_text, code, name = (present_column(table.column(key)) for key in ("ean", "code", "name"))
    ean, ean_rule = read_eans(table.column("ean"))
    order_id = present_column(table.column("order_id"))
    lines = pl.DataFrame(
        {
            "row": table.rows,
            "day": days.values,
            "ean": ean,
            "ean_text": ean_text,
            "code": code,
            "name": name,
            "quantity": order.units.values,
            "amount_local": order.amounts.values,
            "cost": order.costs.values,
            "held": pl.DataFrame(
                {"u": held_units, "a": held_amount, "f": fractional, "d": undated}
            ).select(
                pl.coalesce("u", "a", pl.when("f").then(pl.lit("fractional_units")), pl.when("d").then(pl.lit("missing_period")))
            ).to_series(),
            "order_id": order_id,
            "payment_fee": fees.split_by_order(order_id, order.amounts.values, order.fees.values),
            "country": table.column("country").str.strip_chars().str.to_uppercase(),
            "is_gift": map_texts(table.column("is_gift"), read_flag, pl.Boolean),
            "session_pages": table.column("session_pages").cast(pl.Float64, strict=False).cast(pl.Int32, strict=False),
            "session_count": table.column("session_count").cast(pl.Float64, strict=False).cast(pl.Int32, strict=False),
            "seller": present_column(table.column("reseller")),
            **{key: table.column(key) for key in PASSED_ON},
        }
    )  # fmt: skip
    keyless = pl.col("ean_text").is_null() & pl.col("code").is_null()
    units = pl.when(pl.col("quantity") % 1 == 0).then(pl.col("quantity").cast(pl.Int64, strict=False))
    lines = lines.select(
        pl.col("row").alias("source_row"),
        table.cells("quantity", "amount").alias("source_cells"),
        pl.col("seller").fill_null("Online").alias("store_text"),
        "ean",
        pl.col("code").alias("sku_text"),
        pl.when(keyless).then("name").alias("name_text"),
        pl.coalesce("ean_text", "code", "name", pl.lit("")).alias("vendor_key"),
        pl.coalesce("name", "code").alias("product_text"),
        pl.col("day").alias("period_start"),
        pl.col("day").alias("period_end"),
        pl.col("day").alias("sale_date"),
        units.alias("quantity"),
        "amount_local",
        pl.coalesce("held", pl.when(keyless & pl.col("name").is_null()).then(pl.lit("ean_missing"))).alias("held_reason"),
        "order_id",
        "country",
        "is_gift",
        "payment_fee",
        (pl.col("cost") * (units if options.cost_is == "unit" else 1)).cast(MONEY).alias("cost_of_goods"),
        "session_pages",
        "session_count",
        *PASSED_ON,
    )
    problems = (
        *unit_problems,
        *amount_problems,
        *_cost_and_fee_problems(table, order),
        *tables.as_text_problem(table, "amount", order.amounts),
        *table.remarks(fractional, "quantity", "fractional_units", "Units must be whole; the line is held.", "error"),
        *table.remarks(undated, "date", "missing_period", "The order date of this line can not be read; the line is held.", "error"),
        *table.remarks(
            order_id.is_null(), "order_id", "order_missing", "This line has no order number; it stays out of orders and averages."
        ),
        *_date_remarks(table, days),
        *tables.ean_problems(table, ean_text, ean_rule, code.is_not_null(), "code"),
    )
    return lines, problems


def _cost_and_fee_problems(table: Table, order: Order) -> tuple[Problem, ...]:
    """A cost or fee that can not be read is unknown, not zero; it holds no line."""
    return tuple(
        problem
        for key, numbers in (("cost", order.costs), ("fee", order.fees))
        for problem in table.remarks(
            numbers.states.is_in(["unreadable", "error", "ambiguous"]), key, "cell_error", "This is no number; it counts as unknown."
        )
    )


def _date_remarks(table: Table, days: dates.DateColumn) -> tuple[Problem, ...]:
    """Dates in digits that a person could read two ways: said so, with what decided."""
    if days.order is None or not len(table.rows):
        return ()
    reason = "days above 12 in the column prove it" if days.proven else "the shop writes them so; no day above 12 proves it"
    order = "day first" if days.order == "dmy" else "month first"
    open_ones = table.column("date").str.contains(r"^\s*(0?\d|1[0-2])[./-](0?\d|1[0-2])[./-]\d{2,4}")
    return table.summary(open_ones.fill_null(False), "date", "ambiguous_dates", f"dates were read {order} ({reason})")


def _period(book: RawBook, rows: pl.DataFrame, options: ReadOptions) -> PeriodReading:
    """From the first to the last order date; the whole month when all dates lie in one. A name that says another month contradicts."""
    first, last = rows["sale_date"].min(), rows["sale_date"].max()
    if not isinstance(first, date) or not isinstance(last, date) or options.period is not None:
        return periods.resolve((), "day", options)
    span = (first, last) if (first.year, first.month) != (last.year, last.month) else dates.month_span(first.year, first.month)
    stated = PeriodEvidence("columns", f"order dates {first} to {last}", *span)
    named = periods.find_months(book.file_name)
    reading = periods.resolve([stated, *(hint for hint in named if hint.end < span[0] or hint.start > span[1])], "day")
    return replace(reading, start=span[0], end=span[1], evidence=(stated, *named))


def _other_sheets(book: RawBook, table: Table) -> tuple[SetAside, ...]:
    return sheets_set_aside(book, {table.sheet.name}, {}) if table.sheet.name is not None else ()
