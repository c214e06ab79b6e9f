"""Carry a plan out: rows, held rows, claims, proof, rollup, version and audit line in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.storing import bump_version
from core.db import tables as t
from core.db.engine import Database
from core.ingest import slices
from core.ingest.content import SLICE
from core.ingest.copying import copy_frame, driver
from core.ingest.planning import Plan
from core.ingest.reporting import save_plan
from core.ingest.rolling_up import roll_up, roll_up_orders
from core.ingest.shapes import ROW_COLUMNS
from core.people import audit

Progress = Callable[[str, int, int], None]
MONEY_COLUMNS = (
    *("amount_local", "currency", "vat_basis", "vat_rate", "fx_rate", "fx_month", "fx_source"),
    *("sales_eur_gross", "sales_eur_net", "valued"),
)
LINEAGE = ("source_sheet", "source_row", "source_cells")
FACTS = (
    *("store_id", "channel", "product_ean", "functional_name", "vendor_key", "product_text", "store_text", "vendor_channel", "group_text"),
    *("view", "primary_view", "period_start", "period_end", "sale_date", "year", "month", "quantity"),
    *MONEY_COLUMNS,
    *("line_kind", "bulk", "provisional"),
    *LINEAGE,
)
ORDER_LINES = (
    *("store_id", "channel", "order_id", "line_id", "product_ean", "functional_name", "vendor_key", "product_text", "quantity"),
    *MONEY_COLUMNS,
    *("line_kind", "bulk", "cost_of_goods", "payment_fee", "country", "city", "utm_source", "utm_medium", "utm_campaign"),
    *("session_pages", "session_count", "device_type", "is_gift"),
    *LINEAGE,
)
HELD = (
    *("order_id", "rule", "key_kind", "key_text", "key", "store_id", "channel", "store_text", "product_ean", "vendor_key", "product_text"),
    *("view", "primary_view", "period_start", "period_end", "quantity"),
    *MONEY_COLUMNS,
    "line_kind",
    *LINEAGE,
)


def store(database: Database, batch_id: int, plan: Plan, by: str, on_progress: Progress | None = None) -> None:
    """Make the plan's rows facts. Old or new state only: everything stands or falls with one transaction, and repeating it is safe."""
    with database.write() as connection:
        if not _begin(connection, batch_id, plan):
            return
        if plan.frame.by_order:
            _store_orders(connection, batch_id, plan, on_progress)
        else:
            _store_slices(connection, batch_id, plan, on_progress)
        save_plan(connection, batch_id, plan, "stored", by)
        size = {"file": _file_name(connection, batch_id), "rows": plan.primary.height}
        audit.record(connection, by, "upload stored", f"batch {batch_id}", size)
        bump_version(connection)


def _begin(connection: sa.Connection, batch_id: int, plan: Plan) -> bool:
    """One import at a time for a reseller; False when this batch was stored already, by the same job run twice.

    The batch row itself is written last: while rows are copied, their number is told to it from outside this transaction.
    """
    lock_reseller(connection, plan.reseller.id)
    connection.execute(sa.text("set local work_mem = '128MB'"))
    status = connection.execute(sa.select(t.upload_batches.c.status).where(t.upload_batches.c.id == batch_id)).scalar_one()
    return status not in ("stored", "undone")


def _mark_stored(connection: sa.Connection, batch_id: int, plan: Plan) -> None:
    """From here on the batch's claims stand."""
    values: dict[str, Any] = {"status": "stored", "reseller_id": plan.reseller.id}
    if plan.frame.by_order:
        values |= {"period_start": plan.rows["period_start"].min(), "period_end": plan.rows["period_end"].max()}
    connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch_id).values(**values))


def lock_reseller(connection: sa.Connection, reseller_id: int) -> None:
    """Hold off other changes of this reseller's facts until the end of the transaction."""
    connection.execute(sa.text("select pg_advisory_xact_lock(81453000, :reseller)"), {"reseller": reseller_id})


def _file_name(connection: sa.Connection, batch_id: int) -> str:
    return str(connection.execute(sa.select(t.upload_batches.c.file_name).where(t.upload_batches.c.id == batch_id)).scalar_one())


# Slices of resellers --------------------------------------------------------------------------------------------------


def _store_slices(connection: sa.Connection, batch_id: int, plan: Plan, on_progress: Progress | None) -> None:
    decided = plan.standing.slices
    written = plan.rows.join(
        decided.filter(pl.col("shared_from").is_null()).select(*SLICE, pl.col("wins").alias("live")), on=SLICE, how="inner"
    )
    _copy_rows(connection, batch_id, plan, written, on_progress)
    claims = decided.select(
        pl.lit(batch_id).alias("upload_batch_id"),
        pl.lit(plan.reseller.id).alias("reseller_id"),
        *SLICE,
        "content_key",
        pl.coalesce("shared_from", pl.lit(batch_id)).alias("facts_batch_id"),
        pl.lit(plan.stated_until).alias("stated_until"),
    )
    copy_frame(driver(connection), "slice_claims", claims)
    _mark_stored(connection, batch_id, plan)
    slices.settle(connection, plan.reseller.id, decided, batch_id)
    _roll_up(connection, plan.reseller.id, decided.filter("wins"), written)


def _roll_up(connection: sa.Connection, reseller_id: int, won: pl.DataFrame, written: pl.DataFrame) -> None:
    """Slices nobody stated before are summed from the rows at hand; the others from the table, where earlier rows may share them."""
    fresh = pl.col("shared_from").is_null() & pl.col("live_key").is_null()
    slices.roll_up_slices(connection, reseller_id, won.filter(~fresh))
    placed = written.filter(pl.col("live") & pl.col("primary_view") & pl.col("rule").is_null())
    sums = roll_up(placed.join(won.filter(fresh), on=SLICE, how="semi"))
    copy_frame(driver(connection), "sales_rollup", sums.select(pl.lit(reseller_id).alias("reseller_id"), pl.all()))


def _copy_rows(connection: sa.Connection, batch_id: int, plan: Plan, rows: pl.DataFrame, on_progress: Progress | None) -> None:
    """`rows` with `live`: placed ones into the facts, the others into the held rows."""
    keys = (pl.lit(plan.reseller.id).alias("reseller_id"), pl.lit(batch_id).alias("upload_batch_id"))
    placed = rows.filter(pl.col("rule").is_null())
    raw = driver(connection)
    total = placed.height

    def say(done: int) -> None:
        if on_progress is not None:
            on_progress("Storing", done, total)

    if plan.frame.by_order:
        copy_frame(raw, "ecommerce_orders", placed.select(*keys, "order_date", *ORDER_LINES, "live"), say)
    else:
        copy_frame(raw, "sellout_entries2", placed.select(*keys, *FACTS, "live"), say)
    held = rows.filter(pl.col("rule").is_not_null())
    copy_frame(raw, "held_rows", held_frame(held, plan.frame.by_order).select(*keys, pl.all()))


def held_frame(rows: pl.DataFrame, online: bool) -> pl.DataFrame:
    """Held rows as `held_rows` keeps them: what is known, the key to resolve, and the whole normalised row to place it exactly later."""
    whole = pl.struct(list(ROW_COLUMNS)).struct.json_encode().alias("row")
    return rows.select(pl.lit(online).alias("online"), *HELD, whole, "live")


# Orders of the web shop -----------------------------------------------------------------------------------------------


def _store_orders(connection: sa.Connection, batch_id: int, plan: Plan, on_progress: Progress | None) -> None:
    orders = plan.rows.get_column("order_id").drop_nulls().unique().to_list()
    rivals = slices.known_orders(connection, plan.reseller.id, orders)
    lines = plan.rows.with_columns(pl.lit(True).alias("live"), pl.coalesce("sale_date", "period_end").alias("order_date"))
    own_days = set(lines.get_column("order_date").unique())
    filled = set(slices.filled_days(connection, plan.reseller.id, min(own_days), max(own_days)))
    _copy_rows(connection, batch_id, plan, lines, on_progress)
    _mark_stored(connection, batch_id, plan)
    turned = set(slices.settle_orders(connection, plan.reseller.id, rivals)) if rivals else set()
    mixed = (own_days & filled) | turned
    slices.roll_up_days(connection, plan.reseller.id, sorted(mixed))
    fresh = lines.filter(pl.col("rule").is_null() & ~pl.col("order_date").is_in(sorted(mixed)))
    sums = roll_up_orders(fresh).select(pl.lit(plan.reseller.id).alias("reseller_id"), pl.all())
    copy_frame(driver(connection), "sales_rollup", sums)
