"""Small reports as values, and the shortest way to store one: what the tests of the back half of the importer start from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue import storing as catalogue
from core.db import tables as t
from core.db.engine import Database
from core.ingest import proposing, reading_back, storing
from core.ingest.asking import Answers
from core.ingest.planning import Plan
from core.ingest.rejudging import rejudge
from core.ingest.shapes import ControlTotal, PeriodReading, SalesFrame, Slice, complete_rows

MAY = date(2025, 5, 20)
JANUARY, FEBRUARY, MARCH = ((date(2025, m, 1), date(2025, m + 1, 1) - timedelta(days=1)) for m in (1, 2, 3))
TUNDRA, TUNDRA_30, TESTER, CANDLE = "9524001001008", "9524001001015", "9524001001046", "9524001009004"
PRODUCTS = [
    (TUNDRA, "NLGOT100", "Glow of Tundra Eau de Parfum 100 ml", "100", "full", "perfume", "218"),
    (TUNDRA_30, "NLGOT30", "Glow of Tundra Eau de Parfum 30 ml", "30", "full", "perfume", "104"),
    (TESTER, "NLGOTT100", "Glow of Tundra Eau de Parfum Tester 100 ml", "100", "tester", "tester", "218"),
    (CANDLE, "NLWSC3", "Woolen Storm Candle 290 g", None, "candle", "candle", "96"),
]
Line = tuple[str | None, str, int | None, str | None]  # store, product key, units, money


def fill_catalogue(database: Database) -> None:
    """Four products, four resellers with a store each, list prices and rates."""
    with database.write() as connection:
        names = ("ean", "functional_name", "product_name", "size_ml", "kind", "category", "rrp_eur")
        catalogue.store_products(connection, [dict(zip(names, row, strict=True)) for row in PRODUCTS])
        for vendor in ("boxnox", "liberty", "online", "cdlc", "aromateque"):
            catalogue.ensure_reseller(connection, vendor)
        stores = [("BOXNOX", "Perfumería Sol", "Sol", "offline", "ES"), ("Creme de la Creme", "CDLC Riga", "LV Riga", "offline", "LV")]
        stores += [("Liberty", "Liberty Flagship", "Flagship", "offline", "GB"), ("Online", "Webshop", "Online", "online", "")]
        columns = ("reseller", "store", "alias", "channel", "country")
        catalogue.store_stores(connection, [dict(zip(columns, row, strict=True)) for row in stores])
        price = {"valid_from": "2023-11-01", "vat_basis": "gross", "currency": "EUR"}
        prices = {TUNDRA: "218", TUNDRA_30: "104", CANDLE: "96"}
        catalogue.store_prices(connection, [{**price, "ean": ean, "unit_price": p} for ean, p in prices.items()])
        catalogue.store_fx_rates(connection, [{"currency": "GBP", "month": "2025-01", "rate_to_eur": "1.18"}])


def boxnox_rows(lines: Sequence[Line], period: tuple[date, date] = JANUARY, **constants: Any) -> pl.DataFrame:
    """One row a line, keyed by EAN where the key has 13 digits, else by SKU."""
    rows = [
        {
            "source_row": number,
            "source_cells": f"F{number}|G{number}",
            "store_text": store,
            "vendor_key": key,
            "ean": key if key.isdigit() and len(key) == 13 else None,
            "sku_text": None if key.isdigit() and len(key) == 13 else key,
            "product_text": f"text of {key}",
            "quantity": units,
            "amount_local": None if money is None else Decimal(money),
        }
        for number, (store, key, units, money) in enumerate(lines, start=2)
    ]
    frame = pl.DataFrame(
        rows, schema_overrides={"amount_local": pl.Decimal(38, 9), "quantity": pl.Int64, "store_text": pl.String, "ean": pl.String}
    )
    spans = {"period_start": period[0], "period_end": period[1], "source_sheet": "SELL OUT BY EAN"}
    return complete_rows(frame, **spans, **constants)


def report(
    *months: tuple[tuple[date, date], Sequence[Line]],
    vendor: str = "boxnox",
    controls: Sequence[ControlTotal] = (),
    living: bool = True,
    **values: Any,
) -> SalesFrame:
    """A living list of several months; the newest is the nominal period."""
    rows = pl.concat([boxnox_rows(lines, period) for period, lines in months if lines] or [boxnox_rows([]).clear()])
    newest = max(period for period, _ in months)
    slices = tuple(Slice("main", *period) for period, _ in months)
    facts: dict[str, Any] = {"currency": "EUR", "vat_basis": "net", **values}
    return SalesFrame(vendor, rows, PeriodReading(*newest, grain="month"), controls=tuple(controls), slices=slices, living=living, **facts)


def order_lines(*lines: tuple[str, date, str, int, str]) -> SalesFrame:
    """An export of the web shop: order, day, EAN, units, money."""
    rows = [
        {
            "source_row": number,
            "source_cells": f"R{number}C5|R{number}C6",
            "store_text": "Online",
            "order_id": order,
            "vendor_key": ean,
            "ean": ean,
            "period_start": day,
            "period_end": day,
            "sale_date": day,
            "quantity": units,
            "amount_local": Decimal(money),
            "country": "NL",
        }
        for number, (order, day, ean, units, money) in enumerate(lines, start=2)
    ]
    days = [line[1] for line in lines]
    period = PeriodReading(min(days), max(days), grain="day")
    frame = pl.DataFrame(rows, schema_overrides={"amount_local": pl.Decimal(38, 9), "quantity": pl.Int64})
    return SalesFrame("online", complete_rows(frame), period, "EUR", "net", by_order=True)


def plan_of(database: Database, frame: SalesFrame, answers: Answers | None = None) -> Plan:
    with database.write() as connection:
        return proposing.propose(connection, frame, answers or Answers(accept_warnings=True), "NORDLYS Parfum")


def bring_in(database: Database, frame: SalesFrame, name: str = "report.xlsx", answers: Answers | None = None) -> int | None:
    """Store a report as if its file had been read; the batch id, None where it repeats a stored one or asks a question."""
    plan = plan_of(database, frame, answers)
    if plan.duplicate_of is not None or plan.questions:
        return None
    sha256 = hashlib.sha256(f"{name}{frame.rows.rows()}".encode()).hexdigest()
    row = {"sha256": sha256, "file_name": name, "file_size": 1, "status": "storing"}
    with database.write() as connection:
        batch_id: int = connection.execute(t.upload_batches.insert().values(**row).returning(t.upload_batches.c.id)).scalar_one()
    storing.store(database, batch_id, plan, "tester")
    return batch_id


FIGURES = ("view", "reseller", "store", "channel", "product_ean", "vendor_key", "period_start", "quantity", "amount_local", "line_kind")
MONEY = ("currency", "vat_basis", "sales_eur_net", "sales_eur_gross", "held", "held_reason", "order_id")


def live(database: Database) -> Counter[tuple[Any, ...]]:
    """Every live row with its figures: what a person sees of the state."""
    return Counter(reading_back.live_rows(database, all_views=True).select(*FIGURES, *MONEY).rows())


PLACED = "source, reseller_id, channel, product_ean, country, year, month, line_kind, bulk, valued, currency, vat_basis"
ADDED = "sum(quantity), sum(sales_eur_net), sum(sales_eur_gross), sum(amount_local), sum(payment_fee), sum(cost_of_goods)"
RATED = "sales_eur_gross is not null and sales_eur_net is not null and amount_local <> 0 and list_price is not null"
LISTED = (
    f"sum(quantity * list_price * fx_rate) filter (where {RATED}), sum(sales_eur_gross) filter (where quantity is not null and {RATED})"
)
UNDATED = "count(*) filter (where sold_on is null), count(*) filter (where sold_on is null and period_end - period_start >= 7)"
DATED = "store_id, view, period_start, period_end, sold_on, counted_on"
TOTALLED = PLACED.replace("product_ean, ", "")
STORED = f"store_id, {TOTALLED}"
QUARTERS = PLACED.replace("month, ", "")
DAYS = DATED.removeprefix("store_id, view, ")
STATE = "reseller_id, store_id, channel, country, currency, vat_basis, bulk"
EQUAL = (  # what is asked of single lines, and of the sums that must say the same
    (
        f"select {PLACED}, {DATED}, count(*), {ADDED}, {LISTED} from sales group by {PLACED}, {DATED}",
        f"select {PLACED}, {DATED}, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list) from sales_rollup group by {PLACED}, {DATED}",
    ),
    (
        f"select {PLACED}, {DAYS}, count(*), {ADDED}, {LISTED}, {UNDATED} from sales group by {PLACED}, {DAYS}",
        f"select {PLACED}, {DAYS}, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list), sum(undated), sum(undated_long)"
        f" from sales_days group by {PLACED}, {DAYS}",
    ),
    (
        f"select {PLACED}, count(*), {ADDED}, {LISTED}, {UNDATED} from sales group by {PLACED}",
        f"select {PLACED}, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list), sum(undated), sum(undated_long)"
        f" from sales_months group by {PLACED}",
    ),
    (
        f"select {STORED}, count(*), {ADDED}, {UNDATED} from sales group by {STORED}",
        f"select {STORED}, sum(lines), {ADDED}, sum(undated), sum(undated_long) from sales_store_months group by {STORED}",
    ),
    *(
        (
            f"select {QUARTERS}, {quarter}, count(*), {ADDED}, {LISTED}, {UNDATED} from sales group by {QUARTERS}, {quarter}",
            f"select {QUARTERS}, quarter, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list), sum(undated), sum(undated_long)"
            f" from sales_quarters where {only} group by {QUARTERS}, quarter",
        )
        for quarter, only in (("(month + 2) / 3", "quarter > 0"), ("0 * month", "quarter = 0"))
    ),
    (
        f"select {TOTALLED}, {DAYS}, count(*), {ADDED}, {LISTED}, {UNDATED} from sales group by {TOTALLED}, {DAYS}",
        f"select {TOTALLED}, {DAYS}, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list), sum(undated), sum(undated_long)"
        f" from sales_day_totals group by {TOTALLED}, {DAYS}",
    ),
    (
        f"select {TOTALLED}, count(*), {ADDED}, {LISTED}, {UNDATED} from sales group by {TOTALLED}",
        f"select {TOTALLED}, sum(lines), {ADDED}, sum(listed_gross), sum(gross_at_list), sum(undated), sum(undated_long)"
        f" from sales_totals group by {TOTALLED}",
    ),
    *(
        (
            f"select {keys}, count(distinct order_id) from sales where source = 'd2c' and line_kind = 'sale' group by {keys}",
            f"select {keys}, count(distinct order_id) + coalesce(sum(orders), 0) from order_days group by {keys}",
        )
        for keys in ("reseller_id", "reseller_id, counted_on", STATE, f"{STATE}, counted_on", "reseller_id, country", "month")
    ),
)


def rollup_gap(database: Database) -> list[Any]:
    """What the sums and the live facts disagree about, each summed to its own grain; empty where they are equal."""
    with database.reader() as connection:
        gaps = (f"({facts} except all {sums}) union all ({sums} except all {facts})" for facts, sums in EQUAL)
        return [row for gap in gaps for row in connection.execute(gap.encode()).fetchall()]


def state(database: Database) -> tuple[Counter[tuple[Any, ...]], list[Any]]:
    """Live rows, and the rollup's gap, which is always empty."""
    return live(database), rollup_gap(database)


def scalar(database: Database, statement: str) -> Any:
    with database.read() as connection:
        return connection.execute(sa.text(statement)).scalar_one()


def judged_again(database: Database) -> int:
    """Judge every waiting row by the catalogue as it is now; returns how many changed."""
    with database.write() as connection:
        waiting = (
            connection.execute(sa.text("select distinct reseller_id from held_rows where resolved_at is null order by 1")).scalars().all()
        )
        return sum(rejudge(connection, reseller_id).changed for reseller_id in waiting)
