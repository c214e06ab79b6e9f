"""Held rows judged again when the catalogue knows more, or less: what can be placed becomes a fact, what no longer can goes back to the inbox.

A held row keeps the whole normalised row, so that it is placed exactly as if its key had been known when its file came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.catalogue.rates import rates_for
from core.catalogue.reading import read_catalogue
from core.catalogue.records import Catalogue, Reseller
from core.ingest import held_parts, slices, stock
from core.ingest.content import SLICE
from core.ingest.copying import copy_frame, driver, fetch
from core.ingest.held_parts import kept_rows
from core.ingest.matching import match
from core.ingest.price_proofs import value_by_statements
from core.ingest.shapes import ROW_COLUMNS, Schema, complete_rows
from core.ingest.storing import FACTS, HELD, ORDER_LINES, held_frame
from core.ingest.valuing import rate_needs, value

_HELD: Schema = {
    "id": pl.Int64,
    "upload_batch_id": pl.Int64,
    "online": pl.Boolean,
    "live": pl.Boolean,
    "resolved": pl.Boolean,
    "old_rule": pl.String,
    "old_key_kind": pl.String,
    "old_key": pl.String,
    "old_ean": pl.String,
    "old_store": pl.Int64,
    "fact_ean": pl.String,
    "fact_store": pl.Int64,
    "row": pl.String,
}
_READ = """
select h.id, h.upload_batch_id, h.online, h.live, h.resolved_at is not null, h.rule, h.key_kind, h.key, h.product_ean, h.store_id,
       coalesce(f.product_ean, o.product_ean), coalesce(f.store_id, o.store_id), h.row::text
from held_rows h
left join sellout_entries2 f on f.held_row_id = h.id and not h.online
left join ecommerce_orders o on o.held_row_id = h.id and h.online
where h.reseller_id = :reseller
order by h.id
"""


@dataclass(frozen=True)
class Rejudged:
    """How many rows became facts, went back to the inbox, or wait there for another reason than before."""

    placed: int = 0
    taken_back: int = 0
    moved: int = 0
    batches: tuple[int, ...] = field(default=())

    @property
    def changed(self) -> int:
        return self.placed + self.taken_back + self.moved


def rejudge(connection: sa.Connection, reseller_id: int, decision_id: int | None = None) -> Rejudged:
    """Judge every held row of a reseller against the catalogue as it is now; rollup and batch figures follow in this transaction."""
    catalogue = read_catalogue(connection)
    reseller = next(r for r in catalogue.resellers if r.id == reseller_id)
    stock.replay(connection, reseller_id, catalogue, reseller)
    held = fetch(connection, _READ, _HELD, {"reseller": reseller_id})
    if not held.height:
        return Rejudged()
    judged = _judge(connection, held, catalogue, reseller)
    open_now = pl.col("rule").is_not_null()
    same_place = pl.col("product_ean").eq_missing(pl.col("fact_ean")) & pl.col("store_id").eq_missing(pl.col("fact_store"))
    back = judged.filter(pl.col("resolved") & (open_now | ~same_place))
    placed = judged.filter(~open_now & (~pl.col("resolved") | ~same_place))
    waiting = judged.filter(open_now & ~pl.col("resolved"))
    moved = waiting.filter(pl.col("rule").ne_missing(pl.col("old_rule")) | pl.col("key").ne_missing(pl.col("old_key")))
    known = pl.col("product_ean").ne_missing(pl.col("old_ean")) | pl.col("store_id").ne_missing(pl.col("old_store"))
    _take_back(connection, back)
    _place(connection, reseller_id, placed, decision_id)
    _relabel(connection, pl.concat([moved, waiting.filter(known), back.filter(open_now)]).unique("id"), decision_id)
    touched = pl.concat([back, placed, moved])
    _follow(connection, reseller_id, touched)
    batches = tuple(touched["upload_batch_id"].unique().sort().to_list())
    return Rejudged(placed.height, back.filter(open_now).height, moved.height, batches)


def _judge(connection: sa.Connection, held: pl.DataFrame, catalogue: Catalogue, reseller: Reseller) -> pl.DataFrame:
    rows = kept_rows(held["row"])
    rates = rates_for(connection, rate_needs(rows), reseller.fx_method)
    judged = pl.concat([held.drop("row"), value(match(rows, catalogue, reseller), catalogue, reseller, rates)], how="horizontal")
    return value_by_statements(connection, reseller.id, judged) if reseller.values_from_price_list else judged


def _take_back(connection: sa.Connection, rows: pl.DataFrame) -> None:
    ids = {"ids": rows["id"].to_list()}
    for table in ("sellout_entries2", "ecommerce_orders"):
        connection.execute(sa.text(f"delete from {table} where held_row_id = any(cast(:ids as bigint[]))"), ids)
    connection.execute(sa.text("update held_rows set resolved_at = null, decision_id = null where id = any(cast(:ids as bigint[]))"), ids)


def _place(connection: sa.Connection, reseller_id: int, rows: pl.DataFrame, decision_id: int | None) -> None:
    keys = (pl.lit(reseller_id).alias("reseller_id"), "upload_batch_id", pl.col("id").alias("held_row_id"), "live")
    raw = driver(connection)
    copy_frame(raw, "sellout_entries2", rows.filter(~pl.col("online")).select(*keys, *FACTS))
    day = pl.coalesce("sale_date", "period_end").alias("order_date")
    copy_frame(raw, "ecommerce_orders", rows.filter("online").select(*keys, day, *ORDER_LINES))
    connection.execute(
        sa.text("update held_rows set resolved_at = now(), decision_id = :decision where id = any(cast(:ids as bigint[]))"),
        {"decision": decision_id, "ids": rows["id"].to_list()},
    )


def _relabel(connection: sa.Connection, rows: pl.DataFrame, decision_id: int | None) -> None:
    """Rows that wait for another reason now: the product is known, the store is not; or they are marked as no product."""
    statement = sa.text(
        "update held_rows set rule = :rule, key_kind = :kind, key_text = :text, key = :key, product_ean = :ean, store_id = :store,"
        " channel = :channel, line_kind = :line_kind, decision_id = :decision where id = :id"
    )
    columns = {"id": "id", "rule": "rule", "kind": "key_kind", "text": "key_text", "key": "key", "ean": "product_ean", "store": "store_id"}
    named = rows.select(*(pl.col(column).alias(name) for name, column in columns.items()), "channel", "line_kind")
    if named.height:
        connection.execute(statement, [{**row, "decision": decision_id} for row in named.rows(named=True)])


def _follow(connection: sa.Connection, reseller_id: int, touched: pl.DataFrame) -> None:
    """Rollup of the touched slices and days, and the figures of every batch that shows these rows."""
    slices.roll_up_slices(connection, reseller_id, touched.filter(~pl.col("online")).select(SLICE).unique())
    slices.roll_up_days(connection, reseller_id, touched.filter("online").get_column("period_end").unique().sort().to_list())
    batches = touched["upload_batch_id"].unique().to_list()
    connection.execute(sa.text(_BATCH_FIGURES), {"batches": batches})
    held_parts.follow(connection, batches)


_BATCH_FIGURES = """
with shown as (
  select c.upload_batch_id as batch, c.facts_batch_id as facts, c.view, c.period_start, c.period_end
  from slice_claims c
  where c.upload_batch_id in (select upload_batch_id from slice_claims where facts_batch_id = any(cast(:batches as bigint[])))
), waiting as (
  select s.batch, h.amount_local from shown s
  join held_rows h on h.upload_batch_id = s.facts and h.view = s.view and h.period_start = s.period_start and h.period_end = s.period_end
  where h.resolved_at is null and h.primary_view
  union all
  select h.upload_batch_id, h.amount_local from held_rows h
  where h.online and h.resolved_at is null and h.upload_batch_id = any(cast(:batches as bigint[]))
), figures as (
  select b.id, count(w.batch) as held, coalesce(sum(w.amount_local), 0) as amount
  from upload_batches b left join waiting w on w.batch = b.id
  where b.id in (select batch from shown) or b.id = any(cast(:batches as bigint[]))
  group by b.id
)
update upload_batches b
set rows_stored = b.rows_stored + b.rows_held - f.held, rows_held = f.held, held_amount = f.amount
from figures f where f.id = b.id and b.status in ('stored', 'undone') and (b.rows_held, b.held_amount) is distinct from (f.held, f.amount)
"""


# Facts back into the inbox --------------------------------------------------------------------------------------------


def unplace(connection: sa.Connection, reseller_id: int, kind: str, fact_ids: dict[str, list[int]]) -> None:
    """Turn facts that were matched by a key (`kind`) into held rows, so that they can be judged without it.

    `fact_ids`: ids by table. What a fact does not keep of its file's row is nothing that decides where it belongs.
    """
    for table, ids in fact_ids.items():
        if ids:
            _unplace(connection, reseller_id, kind, table, ids)


def _unplace(connection: sa.Connection, reseller_id: int, kind: str, table: str, ids: list[int]) -> None:
    online = table == "ecommerce_orders"
    facts = _facts(connection, table, ids)
    keyed = {"ean": "ean", "code": "code_text", "sku": "sku_text", "name": "name_text"}.get(kind, "name_text")
    exact = pl.col("product_ean") if kind == "store" else pl.lit(None, pl.String)
    named = facts.with_columns(
        (exact if keyed != "ean" else pl.col("vendor_key")).alias("ean"),
        *([pl.col("vendor_key").alias(keyed)] if keyed != "ean" and kind != "store" else []),
    )
    rows = complete_rows(named)
    extra = named.select(name for name in (*HELD, "live", "upload_batch_id") if name in named.columns and name not in rows.columns)
    whole = pl.concat([rows, extra], how="horizontal").with_columns(
        pl.lit("unmatched_store" if kind == "store" else "unmatched_product").alias("rule"),
        *(pl.lit(None, pl.String).alias(name) for name in ("key_kind", "key_text", "key")),
    )
    held = held_frame(whole, online)
    copy_frame(
        driver(connection),
        "held_rows",
        held.select(pl.lit(reseller_id).alias("reseller_id"), pl.Series("upload_batch_id", named["upload_batch_id"]), pl.all()),
    )
    connection.execute(sa.text(f"delete from {table} where id = any(cast(:ids as bigint[]))"), {"ids": ids})


_SHARED = (
    *("store_id", "channel", "product_ean", "vendor_key", "product_text", "quantity", "amount_local", "currency", "vat_basis", "vat_rate"),
    *("fx_rate", "fx_month", "fx_source", "sales_eur_gross", "sales_eur_net", "valued", "line_kind", "source_sheet", "source_row"),
    *("source_cells", "upload_batch_id", "live"),
)
_OWN = {
    "sellout_entries2": (
        *("store_text", "vendor_channel", "group_text", "view", "primary_view", "period_start", "period_end", "sale_date", "provisional"),
    ),
    "ecommerce_orders": (
        *("order_id", "line_id", "cost_of_goods", "payment_fee", "country", "city", "utm_source", "utm_medium", "utm_campaign"),
        *("session_pages", "session_count", "device_type", "is_gift"),
    ),
}
_TYPES: Schema = {
    **ROW_COLUMNS,
    **dict.fromkeys(("store_id", "upload_batch_id"), pl.Int64),
    **dict.fromkeys(("channel", "product_ean", "fx_source", "line_kind"), pl.String),
    **dict.fromkeys(("vat_rate", "fx_rate"), pl.Decimal(38, 10)),
    **dict.fromkeys(("sales_eur_gross", "sales_eur_net"), pl.Decimal(38, 6)),
    **dict.fromkeys(("valued", "live"), pl.Boolean),
    "fx_month": pl.Date,
}


def _facts(connection: sa.Connection, table: str, ids: list[int]) -> pl.DataFrame:
    names = [*_SHARED, *_OWN[table]]
    schema: dict[str, Any] = {name: _TYPES[name] for name in names}
    statement = f"select {', '.join(names)} from {table} where id = any(cast(:ids as bigint[])) order by id"
    if table == "ecommerce_orders":
        statement = statement.replace(" from ", ", 'main', true, order_date, order_date, order_date from ", 1)
        schema |= {name: _TYPES[name] for name in ("view", "primary_view", "period_start", "period_end", "sale_date")}
    return fetch(connection, statement, schema, {"ids": ids})
