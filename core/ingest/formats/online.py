"""The own web shop: order lines as a workbook or a WooCommerce export, EUR without the destination's VAT, one fee for each order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import cast

import polars as pl

from core.errors import NotASalesReport
from core.ingest import dates, periods
from core.ingest.countries import country_code
from core.ingest.evidence import Clue, weigh
from core.ingest.formats import fees, list_doubts, orders, tables
from core.ingest.formats.tables import Table
from core.ingest.layout import first_text, rival_sheets, sheets_set_aside, total_of
from core.ingest.normalising import fold, map_texts, present_column, read_eans, read_flag
from core.ingest.numbers import NumberColumn
from core.ingest.shapes import (
    MONEY,
    ControlTotal,
    Guess,
    Measure,
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
    "line_id": ("id", "line id", "order item id", "item id"),
    "order_id": ("order_id", "order number", "order no", "order no.", "order #", "order"),
    "ean": ("product_ean", "ean", "ean code", "eancode", "ean13", "gtin", "barcode"),
    "code": ("functional_name", "sku", "product code"),
    "name": ("product_name", "product", "item name", "item", "description", "product description"),
    "quantity": ("quantity", "qty", "units", "units sold"),
    "amount": (
        "sales_eur",
        "sales eur net",
        "sales eur (net)",
        "net sales eur",
        "net sales (eur)",
        "sales eur excl. vat",
        "sales eur ex vat",
        "sales (eur)",
        "sales, eur",
        "sales €",
    ),
    "cost": ("cost_of_goods", "cogs", "cost of goods eur", "cost of goods (eur)"),
    "fee": ("stripe_fee", "stripe fee eur", "stripe fee (eur)", "payment_fee", "payment fee (eur)"),
    "date": ("order_date", "date", "order date (utc)", "created at", "date created", "order created"),
    "country": ("country", "country code", "shipping country", "delivery country", "ship country", "destination"),
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
RIVALS = ("ean", "quantity", "amount", "date")  # two columns of one of these with different values: a person says which counts
TOTAL_TOLERANCE = Decimal("0.005")
KEYS = ("ean", "code", "name", "order_id", "line_id", "date")
REQUIRED = ("order_id", "quantity", "amount", "date")
PASSED_ON = ("line_id", "city", "utm_source", "utm_medium", "utm_campaign", "device_type")
COUNTS = ("session_pages", "session_count")
ANALYTICS = {"order #", "product(s)", "items sold", "net sales"}
OWN_SHOP = {"online", "webshop", "web shop", "nordlys webshop", "d2c", "e-shop", "eshop"}


def recognise(book: RawBook) -> Guess:
    """Guess from the order columns; an analytics export of the shop is recognised too, so that it can be explained."""
    table = tables.find_table(book, COLUMNS, REQUIRED)
    headers = tables.header_texts(book)
    sellers = {fold(text) for text in table.column("reseller").head(1000).unique().drop_nulls()} if table is not None else set()
    has = set(table.places) if table is not None else set()
    clues = (
        Clue(
            "a list with order number, order date, quantity and sales in EUR",
            table is not None,
            0.5 if has & {"ean", "code", "name"} else 0.3,
        ),
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
    basis, currency = options.vat_basis or "net", options.currency or "EUR"
    if found is None:
        _explain_analytics(book)
        return SalesFrame(KEY, complete_rows(pl.DataFrame()), periods.resolve((), "day", options), currency, basis, by_order=True)
    totals = tables.is_total(found, KEYS) | _is_sum(found)
    blank = ~(found.written("quantity") | found.written("amount")) & ~totals
    again = _exported_again(found) & ~totals & ~blank
    table = found.only(~(totals | again | blank))
    cells = Cells.of(table, options)
    facts = tables.facts_of(_lines(table, cells, options))
    rows = complete_rows(facts.lines, source_sheet=table.sheet.name, currency=currency, vat_basis=basis)
    period = _period(book, rows, cells, options)
    aside = (
        *tables.runs(found.rows.filter(totals), "total row", found.sheet.name),
        *tables.runs(found.rows.filter(again), "same line id as a line above: exported twice, counted once", found.sheet.name),
        *tables.runs(found.rows.filter(blank), "a text that belongs to no order line", found.sheet.name),
        *tables.runs(table.rows.filter(facts.empty), "no units and no amount", found.sheet.name),
        *_other_sheets(book, table),
    )
    doubts = (*_repeated(found, again), *orders.other_currencies(table, currency))
    problems = (*book.problems, *_problems(table, cells), *doubts, *_remarks(book, table), *periods.describe(period))
    controls = _printed_totals(found, totals)
    return SalesFrame(
        KEY, rows, period, currency, basis, controls, set_aside=aside, problems=problems, explicit_zeros=facts.zeros, by_order=True
    )


def _is_sum(table: Table) -> pl.Series:
    """Mask of a last row without any key whose units and money are the sums of all rows above."""
    nobody = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    last = table.only(table.rows == table.rows[-1]) if table.height > 2 else None
    if last is None or any(last.written(key)[0] for key in KEYS):
        return nobody
    figures = [table.numbers("quantity", None, "units").values, table.numbers("amount").values]
    added = all(column[-1] is not None and column[-1] == column[:-1].sum() for column in figures)
    return nobody.set(table.rows == table.rows[-1], True) if added else nobody


def _printed_totals(found: Table, totals: pl.Series) -> tuple[ControlTotal, ...]:
    """What the last total row states for the whole list."""
    if not totals.any():
        return ()
    table = found.only(totals)
    texts = [cast("tuple[str | None, ...]", cells[1:]) for cells in table.body.rows()]
    whole = [at for at, cells in enumerate(texts) if not total_of(first_text(cells))]
    if not whole:
        return ()
    at, row = whole[-1], table.rows[whole[-1]]
    values = {"units": ("quantity", table.numbers("quantity", None, "units")), "amount": ("amount", table.numbers("amount"))}
    return tuple(
        ControlTotal("Total", cast(Measure, measure), value, table.address(row, meaning), table.sheet.name, tolerance=TOTAL_TOLERANCE)
        for measure, (meaning, column) in values.items()
        if (value := column.values[at]) is not None
    )


def _explain_analytics(book: RawBook) -> None:
    if tables.header_texts(book) >= ANALYTICS:
        raise NotASalesReport(
            "This is the shop's analytics export: all products of an order stand in one cell, so the lines can not be told apart. "
            "Export the order lines instead; nothing of this file was stored."
        )


@dataclass(frozen=True)
class Cells:
    """The columns of the list, read."""

    days: dates.DateColumn
    order_id: pl.Series
    ean_text: pl.Series
    ean: pl.Series
    ean_rule: pl.Series
    code: pl.Series
    name: pl.Series
    figures: tables.Figures
    costs: NumberColumn
    fees: NumberColumn

    other_days: dates.DateColumn | None = None  # the dates read month first, where nothing proves that they are written day first

    @classmethod
    def of(cls, table: Table, options: ReadOptions) -> Cells:
        local = dates.local_days(table.column("date"), options.time_zone)
        days = dates.read_dates(local, "dmy")
        other = dates.read_dates(local, "mdy") if days.order == "dmy" and not days.proven else None
        if other is not None and options.period is not None and _within(other, options.period) and not _within(days, options.period):
            days, other = other, None
        order_id = orders.order_numbers(table.column("order_id"))
        ean_text, code, name = (present_column(table.column(key)) for key in ("ean", "code", "name"))
        eans = read_eans(table.column("ean"))
        figures, costs, charged = tables.read_figures(table), table.numbers("cost"), table.numbers("fee")
        return cls(days, order_id, ean_text, *eans, code, name, figures, costs, charged, other)

    @property
    def undated(self) -> pl.Series:
        return self.days.values.is_null()


def _within(days: dates.DateColumn, period: dates.Span) -> bool:
    return bool(days.values.is_between(*period).fill_null(True).all())


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
        *_conflicting(table, again & ~same),
    )


def _conflicting(table: Table, lines: pl.Series) -> tuple[Problem, ...]:
    """One question for all lines whose id stood before with other contents: nobody but a person knows which one holds."""
    if not lines.any():
        return ()
    message = f"{int(lines.sum())} line ids occur twice with different contents; the first line of each counts. Confirm it, or export the orders anew."
    return (Problem("line_id_conflict", message, "error", table.sheet.name),)


def _lines(table: Table, cells: Cells, options: ReadOptions) -> pl.DataFrame:
    """The columns of ROW_COLUMNS that the list states, one row for each line."""
    amounts = cells.figures.amounts.values
    columns = {
        "source_row": table.rows,
        "row": table.rows,
        "sale_date": cells.days.values,
        "order_id": cells.order_id,
        "ean": cells.ean,
        "ean_text": cells.ean_text,
        "sku_text": cells.code,
        "name": cells.name,
        "quantity": cells.figures.quantity,
        "amount_local": amounts,
        "cost": cells.costs.values,
        "payment_fee": fees.split_by_order(cells.order_id, amounts, cells.fees.values),
        "held": cells.figures.held,
        "seller": present_column(table.column("reseller")),
        **_visit(table),
    }
    keyless = pl.col("ean_text").is_null() & pl.col("sku_text").is_null()
    return pl.DataFrame(columns).with_columns(
        table.cells("quantity", "amount").alias("source_cells"),
        pl.col("seller").fill_null("Online").alias("store_text"),
        pl.when(keyless).then("name").alias("name_text"),
        pl.coalesce("ean_text", "sku_text", "name", pl.lit("")).alias("vendor_key"),
        pl.coalesce("name", "sku_text").alias("product_text"),
        pl.col("sale_date").alias("period_start"),
        pl.col("sale_date").alias("period_end"),
        (pl.col("cost") * (pl.col("quantity") if options.cost_is == "unit" else 1)).cast(MONEY).alias("cost_of_goods"),
        pl.coalesce(
            "held",
            pl.when(pl.col("sale_date").is_null()).then(pl.lit("missing_period")),
            pl.when(keyless & pl.col("name").is_null()).then(pl.lit("ean_missing")),
        ).alias("held_reason"),
    )


def _visit(table: Table) -> dict[str, pl.Series]:
    """Where the order went and what is known of the visit; texts as printed."""
    return {
        "country": map_texts(table.column("country"), country_code, pl.String),
        "is_gift": map_texts(table.column("is_gift"), read_flag, pl.Boolean),
        **{key: table.column(key).cast(pl.Float64, strict=False).cast(pl.Int32, strict=False) for key in COUNTS},
        **{key: table.column(key) for key in PASSED_ON},
    }


def _problems(table: Table, cells: Cells) -> tuple[Problem, ...]:
    """What is odd about the cells of the list."""
    undated = "The order date of this line can not be read; the line is held."
    no_order = "This line has no order number; it stays out of orders and averages."
    return (
        *tables.figure_problems(table, cells.figures),
        *_unknown_amounts(table, "cost", cells.costs),
        *_unknown_amounts(table, "fee", cells.fees),
        *table.remarks(cells.undated, "date", "missing_period", undated, "error"),
        *table.remarks(cells.order_id.is_null(), "order_id", "order_missing", no_order),
        *_date_remarks(table, cells.days),
        *orders.unsold(table, cells.order_id, cells.figures.amounts.values),
        *tables.ean_problems(table, cells.ean_text, cells.ean_rule, cells.code.is_not_null(), "code"),
        *fees.remarks(table, cells.fees.values),
    )


def _unknown_amounts(table: Table, meaning: str, numbers: NumberColumn) -> tuple[Problem, ...]:
    """A cost or fee that can not be read is unknown, not zero; it holds no line."""
    broken = numbers.states.is_in(["unreadable", "error", "ambiguous"])
    return table.remarks(broken, meaning, "cell_error", "This is no number; it counts as unknown.")


def _remarks(book: RawBook, table: Table) -> tuple[Problem, ...]:
    return (
        *tables.unknown_columns(table),
        *list_doubts.rival_columns(table, COLUMNS, RIVALS),
        *_rival_lists(book, table),
        *tables.hidden_remarks(book, table),
    )


def _rival_lists(book: RawBook, table: Table) -> tuple[Problem, ...]:
    if table.sheet.name is None or table.sheet.hidden:
        return ()
    return rival_sheets(book, table.sheet.name, lambda one: tables.find_table(one, COLUMNS, REQUIRED))


def _date_remarks(table: Table, days: dates.DateColumn) -> tuple[Problem, ...]:
    """Dates in digits that a person could read two ways: said so, with what decided."""
    if days.order is None or not len(table.rows):
        return ()
    reason = "days above 12 in the column prove it" if days.proven else "the shop writes them so; no day above 12 proves it"
    order = "day first" if days.order == "dmy" else "month first"
    open_ones = table.column("date").str.contains(r"^\s*(0?\d|1[0-2])[./-](0?\d|1[0-2])[./-]\d{2,4}")
    return table.summary(open_ones.fill_null(False), "date", "ambiguous_dates", f"dates were read {order} ({reason})")


def _period(book: RawBook, rows: pl.DataFrame, cells: Cells, options: ReadOptions) -> PeriodReading:
    """From the first to the last order date; the whole month when all dates lie in one. A name that says another month contradicts, and so
    do dates that make one month when they are read month first, and several as the shop writes them."""
    span = _span(rows["sale_date"])
    if span is None or options.period is not None:
        return periods.resolve((), "day", options)
    other = _span(cells.other_days.values) if cells.other_days is not None else None
    if other is not None and _is_month(other) and not _is_month(span):
        readings = (
            PeriodEvidence("columns", "order dates, day first", *span),
            PeriodEvidence("columns", "order dates, month first", *other),
        )
        return PeriodReading(*span, "day", readings, conflict=True, candidates=readings)
    first, last = (str(day) for day in (rows["sale_date"].min(), rows["sale_date"].max()))
    stated = PeriodEvidence("columns", f"order dates {first} to {last}", *span)
    named = periods.find_months(book.file_name)
    reading = periods.resolve([stated, *(hint for hint in named if hint.end < span[0] or hint.start > span[1])], "day")
    return replace(reading, start=span[0], end=span[1], evidence=(stated, *named))


def _span(days: pl.Series) -> dates.Span | None:
    """The first and last of some days, or the whole month where they lie in one."""
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return (first, last) if (first.year, first.month) != (last.year, last.month) else dates.month_span(first.year, first.month)


def _is_month(span: dates.Span) -> bool:
    return span == dates.month_span(span[0].year, span[0].month)


def _other_sheets(book: RawBook, table: Table) -> tuple[SetAside, ...]:
    return sheets_set_aside(book, {table.sheet.name}, {}) if table.sheet.name is not None else ()
