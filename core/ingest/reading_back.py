"""Rows as they are stored, with the place in the file each came from: of one batch, or what is live now over all of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from core.db.engine import Database, Scope
from core.errors import UnknownRecord
from core.ingest.copying import fetch
from core.ingest.planning import Plan
from core.ingest.shapes import MONEY, Schema
from core.sales.fiscal import FiscalCalendar
from core.sales.query import parse_period

ROWS: Schema = {
    "view": pl.String,
    "source_sheet": pl.String,
    "source_row": pl.Int64,
    "source_cells": pl.String,
    "reseller": pl.String,
    "store": pl.String,
    "channel": pl.String,
    "product_ean": pl.String,
    "vendor_key": pl.String,
    "product_text": pl.String,
    "store_text": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "sale_date": pl.Date,
    "quantity": pl.Int64,
    "amount_local": MONEY,
    "currency": pl.String,
    "vat_basis": pl.String,
    "line_kind": pl.String,
    "held": pl.Boolean,
    "held_reason": pl.String,
    "sales_eur_net": pl.Decimal(38, 6),
    "sales_eur_gross": pl.Decimal(38, 6),
    "vendor_channel": pl.String,
    "order_id": pl.String,
    "country": pl.String,
    "primary_view": pl.Boolean,
    "upload_batch_id": pl.Int64,
    "live": pl.Boolean,
}
_SELLOUT = """
select f.view, f.source_sheet, f.source_row, f.source_cells, r.name, s.name, f.channel, f.product_ean, f.vendor_key, f.product_text,
       f.store_text, f.period_start, f.period_end, f.sale_date, f.quantity, f.amount_local, f.currency, f.vat_basis, f.line_kind,
       false, null, f.sales_eur_net, f.sales_eur_gross, f.vendor_channel, null, null, f.primary_view, f.upload_batch_id, f.live
from sellout_entries2 f join resellers r on r.id = f.reseller_id left join stores s on s.id = f.store_id
where {where}
"""
_ORDERS = """
select 'main', f.source_sheet, f.source_row, f.source_cells, r.name, s.name, f.channel, f.product_ean, f.vendor_key, f.product_text,
       null, f.order_date, f.order_date, f.order_date, f.quantity, f.amount_local, f.currency, f.vat_basis, f.line_kind,
       false, null, f.sales_eur_net, f.sales_eur_gross, null, f.order_id, f.country, true, f.upload_batch_id, f.live
from ecommerce_orders f join resellers r on r.id = f.reseller_id left join stores s on s.id = f.store_id
where {where}
"""
_HELD = """
select f.view, f.source_sheet, f.source_row, f.source_cells, r.name, s.name, f.channel, f.product_ean, f.vendor_key, f.product_text,
       f.store_text, f.period_start, f.period_end, (f.row ->> 'sale_date')::date, f.quantity, f.amount_local, f.currency, f.vat_basis,
       f.line_kind, true, f.rule, f.sales_eur_net, f.sales_eur_gross, f.row ->> 'vendor_channel', f.order_id, f.row ->> 'country',
       f.primary_view, f.upload_batch_id, f.live
from held_rows f join resellers r on r.id = f.reseller_id left join stores s on s.id = f.store_id
where f.resolved_at is null and {where}
"""
_IN_SCOPE = " and (:everything or f.reseller_id = any(cast(:scope as bigint[])))"
# A batch's slices, each with the batch whose stored rows hold it.
_OF_BATCH = """exists (select from slice_claims c where c.upload_batch_id = :batch and c.facts_batch_id = f.upload_batch_id
  and c.reseller_id = f.reseller_id and c.view = f.view and c.period_start = f.period_start and c.period_end = f.period_end)"""


def rows(database: Database, upload_batch_id: int, all_views: bool = False, scope: Scope = None) -> pl.DataFrame:
    """Stored and held rows of a batch (ROWS), in file order; slices that repeat an earlier file show that file's rows.

    Each unit and each unit of money once; `all_views` adds the further views of the same sales. Money in `currency`, `vat_basis`.
    `scope`: ids of the only resellers that may be seen; a batch of another one has no rows.
    """
    views = ("true" if all_views else "f.primary_view") + _IN_SCOPE
    slices, orders = f"{_OF_BATCH} and {views}", f"f.upload_batch_id = :batch{_IN_SCOPE}"
    held = f"{views} and (({_OF_BATCH}) or (f.online and {orders}))"
    return _read(
        database,
        _SELLOUT.format(where=slices),
        _ORDERS.format(where=orders),
        _HELD.format(where=held),
        batch=upload_batch_id,
        **_scoped(scope),
    )


def live_rows(
    database: Database, reseller: str | None = None, period: str | None = None, all_views: bool = False, scope: Scope = None
) -> pl.DataFrame:
    """What is live now over all batches of the resellers in sight, stored and held, in the columns ROWS. `period`: rows that end inside it."""
    span = parse_period(period, FiscalCalendar(database.fiscal_year_start, database.fiscal_months)) if period else None
    views = "" if all_views else " and f.primary_view"
    who = _IN_SCOPE + (
        "" if reseller is None else " and (lower(r.name) = lower(:reseller) or r.key = :reseller"
        " or r.id = (select a.reseller_id from reseller_aliases a where lower(a.alias) = lower(:reseller)))"
    )  # fmt: skip
    when = "" if span is None else " and f.{day} between :start and :end"
    sellout, orders = f"f.live{views}{who}{when.format(day='period_end')}", f"f.live{who}{when.format(day='order_date')}"
    parameters = {**_scoped(scope), "reseller": reseller, "start": span.start if span else None, "end": span.end if span else None}
    return _read(database, _SELLOUT.format(where=sellout), _ORDERS.format(where=orders), _HELD.format(where=sellout), **parameters)


def _scoped(scope: Scope) -> dict[str, Any]:
    return {"everything": scope is None, "scope": list(scope or ())}


def _read(database: Database, *statements: str, **parameters: Any) -> pl.DataFrame:
    names = ", ".join(ROWS)
    union = " union all ".join(statements)
    with database.read() as connection:
        return fetch(
            connection,
            f"select {names} from ({union}) l ({names}) order by upload_batch_id, source_sheet, source_row, source_cells",
            ROWS,
            parameters,
        )


def preview_rows(plan: Plan) -> pl.DataFrame:
    """Every row a plan would store or hold, in the columns ROWS; nothing of it is live."""
    held = pl.col("rule").is_not_null()
    filled = plan.primary.with_columns(
        pl.lit(plan.reseller.name).alias("reseller"),
        held.alias("held"),
        pl.col("rule").alias("held_reason"),
        pl.lit(None, pl.Int64).alias("upload_batch_id"),
        pl.lit(False).alias("live"),
    )
    return filled.select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())


BATCHES: Schema = {
    "id": pl.Int64,
    "file_name": pl.String,
    "reseller": pl.String,
    "vendor": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "status": pl.String,
    "reason": pl.String,
    "rows_read": pl.Int64,
    "rows_stored": pl.Int64,
    "rows_held": pl.Int64,
    "rows_set_aside": pl.Int64,
    "rows_unchanged": pl.Int64,
    "units": pl.Int64,
    "amount_local": MONEY,
    "held_amount": MONEY,
    "currency": pl.String,
    "controls_agree": pl.Int64,
    "controls_total": pl.Int64,
    "uploaded_by": pl.String,
    "uploaded_at": pl.Datetime("us", "UTC"),
    "accepted_by": pl.String,
    "stored_at": pl.Datetime("us", "UTC"),
    "undone_at": pl.Datetime("us", "UTC"),
    "undone_by": pl.String,
    "duplicate_of": pl.Int64,
    "sha256": pl.String,
    "file_size": pl.Int64,
    "progress": pl.String,
}


def batches(database: Database, upload_batch_id: int | None = None, scope: Scope = None) -> pl.DataFrame:
    """One row a file that was taken in (BATCHES), newest first; of one batch only where its id is given. `scope`: ids of the only resellers
    that may be seen; files of nobody known are then left out. Errors: UnknownRecord."""
    columns = ", ".join({"reseller": "r.name", "progress": "b.progress::text"}.get(name, f"b.{name}") for name in BATCHES)
    statement = f"""
        select {columns} from upload_batches b left join resellers r on r.id = b.reseller_id
        where (cast(:batch as bigint) is null or b.id = cast(:batch as bigint))
          and (:everything or b.reseller_id = any(cast(:scope as bigint[])))
        order by b.id desc"""
    with database.read() as connection:
        found = fetch(connection, statement, BATCHES, {"batch": upload_batch_id, **_scoped(scope)})
    if upload_batch_id is not None and not found.height:
        raise UnknownRecord("This upload does not exist any more. Go back to the list and choose again.")
    return found
