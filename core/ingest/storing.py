"""Carry a plan out: rows, held rows, claims, proof, rollup, version and audit line in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.holding import hold_still, state_of
from core.catalogue.storing import bump_version
from core.db import tables as t
from core.db.engine import Database
from core.errors import WorkbenchError
from core.ingest import slices
from core.ingest.claiming import decide
from core.ingest.coarsening import coarsen, coarsen_with, count_orders, months_of
from core.ingest.content import SLICE
from core.ingest.copying import copy_frame, driver
from core.ingest.planning import Plan
from core.ingest.pouring import Pouring
from core.ingest.reporting import save_plan
from core.ingest.rolling_up import ROLLED, Sums, roll_up, roll_up_orders
from core.ingest.shapes import ROW_COLUMNS
from core.ingest.standing import same_content
from core.ingest.stock import stock_key, store_stock
from core.people import audit

ROLLUP_ORDER = ("period_start", "store_id")
FRESH = pl.col("shared_from").is_null() & pl.col("live_key").is_null()  # a slice nobody stated before
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


class Overtaken(WorkbenchError):
    """Another file of this reseller was stored, or the catalogue was changed, meanwhile. Look at this one again."""


def store(database: Database, batch_id: int, plan: Plan, by: str, on_progress: Progress | None = None) -> None:
    """Make the plan's rows facts. Old or new state only: everything stands or falls with one transaction, and repeating it is safe.

    Errors: Overtaken when another file changed what is live of these slices, or a person the catalogue, since the plan was made.
    """
    with database.write() as connection:
        if not begin(connection, batch_id, plan.reseller.id):
            return
        check_still_true(connection, plan)
        if plan.frame.by_order:
            _store_orders(connection, batch_id, plan, on_progress)
        else:
            _store_slices(connection, batch_id, plan, on_progress)
        complete(connection, batch_id, plan, by)


def complete(connection: sa.Connection, batch_id: int, plan: Plan, by: str) -> None:
    """The end of it: figures and proof with the batch, the audit line, the next version of the data."""
    save_plan(connection, batch_id, plan, "stored", by)
    size = {"file": _file_name(connection, batch_id), "rows": plan.seen.counts.primary}
    audit.record(connection, by, "upload stored", f"batch {batch_id}", size)
    bump_version(connection)


def begin(connection: sa.Connection, batch_id: int, reseller_id: int) -> bool:
    """One import at a time for a reseller; False when this batch was stored already, by the same job run twice.

    The batch row itself is written last: while rows are copied, their number is told to it from outside this transaction.
    """
    hold_still(connection)
    lock_reseller(connection, reseller_id)
    connection.execute(sa.text("set local work_mem = '128MB'"))
    status = connection.execute(sa.select(t.upload_batches.c.status).where(t.upload_batches.c.id == batch_id)).scalar_one()
    return status not in ("stored", "undone")


def check_still_true(connection: sa.Connection, plan: Plan) -> None:
    """Overtaken when the catalogue says something else than what the plan was judged by, or its content was stored since."""
    if state_of(connection, plan.reseller.id) != plan.catalogue_state or _stored_meanwhile(connection, plan):
        raise Overtaken


def _stored_meanwhile(connection: sa.Connection, plan: Plan) -> bool:
    """Whether another worker has stored the very same content since the plan was made: exports of the shop have no slice to show it."""
    return same_content(connection, plan.reseller.id, plan.content.file_key, stock_key(plan.stock)) is not None


def _mark_stored(connection: sa.Connection, batch_id: int, plan: Plan) -> None:
    """From here on the batch's claims stand."""
    values: dict[str, Any] = {"status": "stored", "reseller_id": plan.reseller.id}
    if plan.frame.by_order:
        values |= {"period_start": plan.rows["period_start"].min(), "period_end": plan.rows["period_end"].max()}
    connection.execute(t.upload_batches.update().where(t.upload_batches.c.id == batch_id).values(**values))


def lock_reseller(connection: sa.Connection, reseller_id: int) -> None:
    """Hold off other changes of this reseller's facts until the end of the transaction."""
    connection.execute(sa.text("select pg_advisory_xact_lock(81453000, :reseller)"), {"reseller": reseller_id})


def is_new(connection: sa.Connection, reseller_id: int) -> bool:
    """Whether nothing of the reseller was ever stored, so that every slice of a file is stated for the first time."""
    query = sa.select(sa.exists().where(t.slice_claims.c.reseller_id == reseller_id))
    return not connection.execute(query).scalar_one()


def _file_name(connection: sa.Connection, batch_id: int) -> str:
    return str(connection.execute(sa.select(t.upload_batches.c.file_name).where(t.upload_batches.c.id == batch_id)).scalar_one())


# Slices of resellers --------------------------------------------------------------------------------------------------


def _store_slices(connection: sa.Connection, batch_id: int, plan: Plan, on_progress: Progress | None) -> None:
    decided = plan.standing.slices
    if not decide(plan.content.slices, slices.read_claims(connection, plan.reseller.id, decided), plan.stated_until).equals(decided):
        raise Overtaken
    with writing(connection, batch_id, plan.reseller.id, plan.seen.counts.rows, on_progress) as lines:
        for rows in plan.pieces():
            lines.write(_written(rows, decided), decided.filter("wins"))
    claim_slices(connection, batch_id, plan, lines.sums)


def claim_slices(connection: sa.Connection, batch_id: int, plan: Plan, sums: pl.DataFrame) -> None:
    """Claim the slices whose rows are written, make the best claims live, and bring the rollup up to date; `sums` are written there already."""
    decided = plan.standing.slices
    claims = decided.select(
        pl.lit(batch_id).alias("upload_batch_id"),
        pl.lit(plan.reseller.id).alias("reseller_id"),
        *SLICE,
        "content_key",
        pl.coalesce("shared_from", pl.lit(batch_id)).alias("facts_batch_id"),
        pl.lit(plan.stated_until).alias("stated_until"),
    )
    copy_frame(driver(connection), "slice_claims", claims)
    store_stock(connection, batch_id, plan.reseller.id, plan.stock)
    _mark_stored(connection, batch_id, plan)
    slices.settle(connection, plan.reseller.id, decided, batch_id)
    touched = slices.resum_slices(connection, plan.reseller.id, decided.filter(pl.col("wins") & ~FRESH))
    coarsen_with(connection, plan.reseller.id, touched, sums)


@contextmanager
def writing(
    connection: sa.Connection, batch_id: int, reseller_id: int, total: int = 0, on_progress: Progress | None = None
) -> Iterator[Writing]:
    """Rows of slices on their way into facts and held rows; at the end of the block what they add up to goes into the rollup, while the
    server takes in the last of them. Lives inside the caller's transaction, which nothing else may use meanwhile."""
    said = Said(total, on_progress)
    with Pouring(driver(connection), said) as pouring:
        lines = Writing(pouring, batch_id, reseller_id, said)
        yield lines
        lines.sum_up()


@dataclass
class Said:
    """Tells how many rows the server has."""

    total: int
    on_progress: Progress | None
    done: int = 0

    def __call__(self, table: str, rows: int) -> None:
        if table == "sellout_entries2":
            self.done += rows
            if self.on_progress is not None:
                self.on_progress("Storing", self.done, max(self.total, self.done))


class Writing:
    """`sums`: after the block, what was added to the rollup."""

    def __init__(self, pouring: Pouring, batch_id: int, reseller_id: int, said: Said) -> None:
        self._keys = (pl.lit(reseller_id).alias("reseller_id"), pl.lit(batch_id).alias("upload_batch_id"))
        self._pouring = pouring
        self._said = said
        self._sums = Sums()

    def expect(self, rows: int) -> None:
        """How many rows there will be, as far as is known by now."""
        self._said.total = rows

    def sum_up(self) -> None:
        self.sums = self._sums.total.sort(ROLLUP_ORDER).with_columns(self._keys[0])
        self._pouring.pour("sales_rollup", self.sums)

    def write(self, rows: pl.DataFrame, won: pl.DataFrame | None = None) -> None:
        """`rows` with `live`. `won`: the slices that win (DECIDED); None: all of them, stated by nobody before."""
        self._sums.add(_fresh_sums(rows, won))
        self._pouring.pour("sellout_entries2", _only(rows.select(*self._keys, *FACTS, "live"), rows["rule"].is_null()))
        held = rows.filter(pl.col("rule").is_not_null())
        if held.height:
            self._pouring.pour("held_rows", held_frame(held, False).select(*self._keys, pl.all()))


def first_statement(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, live: of a reseller of whom nothing was stored before."""
    return rows.with_columns(pl.lit(True).alias("live"))


def _written(rows: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """The rows of slices whose content is not stored yet, with `live`. Every row has its slice: `undated_held` sees to it."""
    if decided["wins"].all() and decided["shared_from"].null_count() == decided.height:
        return rows.with_columns(pl.lit(True).alias("live"))  # every row, so nothing has to be copied
    wanted = decided.filter(pl.col("shared_from").is_null()).select(*SLICE, pl.col("wins").alias("live"))
    return rows.join(wanted, on=SLICE, how="inner", maintain_order="left")


def _fresh_sums(written: pl.DataFrame, won: pl.DataFrame | None) -> pl.DataFrame:
    """The rollup of the slices nobody stated before, from the rows at hand; of others earlier rows may share the table, which is asked."""
    placed = pl.col("live") & pl.col("primary_view") & pl.col("rule").is_null()
    counted = written.select(*ROLLED, placed.alias("placed")).filter("placed")
    fresh = None if won is None else won.filter(FRESH)
    return roll_up(counted if fresh is None or won is None or fresh.height == won.height else counted.join(fresh, on=SLICE, how="semi"))


def _copy_rows(connection: sa.Connection, batch_id: int, plan: Plan, rows: pl.DataFrame, on_progress: Progress | None) -> None:
    """Order lines with `live`: placed ones into the orders, the others into the held rows."""
    keys = (pl.lit(plan.reseller.id).alias("reseller_id"), pl.lit(batch_id).alias("upload_batch_id"))
    placed = _only(rows.select(*keys, "order_date", *ORDER_LINES, "live"), rows["rule"].is_null())
    raw = driver(connection)
    total = placed.height

    def say(done: int) -> None:
        if on_progress is not None:
            on_progress("Storing", done, total)

    copy_frame(raw, "ecommerce_orders", placed, say)
    held = rows.filter(pl.col("rule").is_not_null())
    copy_frame(raw, "held_rows", held_frame(held, True).select(*keys, pl.all()))


def _only(rows: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """The rows where `mask` is true; not copied where that is all of them."""
    return rows if mask.all() else rows.filter(mask)


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
    touched = slices.resum_days(connection, plan.reseller.id, sorted(mixed))
    fresh = lines.filter(pl.col("rule").is_null() & ~pl.col("order_date").is_in(sorted(mixed)))
    sums = roll_up_orders(fresh).select(pl.lit(plan.reseller.id).alias("reseller_id"), pl.all())
    copy_frame(driver(connection), "sales_rollup", sums)
    coarsen(connection, plan.reseller.id, touched | months_of(sums))
    count_orders(connection, plan.reseller.id, sorted(own_days | mixed))
