"""What questions about uploads and the inbox read of the app's own tables, always within the person's scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.db.engine import Database, Scope
from core.sales import coverage as sales_coverage

EUR = pl.Decimal(38, 9)
UPLOADS: dict[str, Any] = {
    "upload_batch_id": pl.Int64,
    "file_name": pl.String,
    "reseller": pl.String,
    "uploaded_at": pl.Date,
    "uploaded_by": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "rows_read": pl.Int64,
    "rows_stored": pl.Int64,
    "rows_held": pl.Int64,
    "sales_eur_net": EUR,
    "controls_agree": pl.Int64,
    "controls_total": pl.Int64,
}
HELD: dict[str, Any] = {
    "reseller": pl.String,
    "rule": pl.String,
    "key": pl.String,
    "text": pl.String,
    "lines": pl.Int64,
    "units": pl.Int64,
    "sales_eur_net": EUR,
    "amount_local": EUR,
    "currency": pl.String,
}
_UPLOADS = sa.text("""
select b.id, b.file_name, r.name, b.uploaded_at::date, b.uploaded_by, b.period_start, b.period_end, b.rows_read, b.rows_stored, b.rows_held,
       (select round(sum(net), 9) from (
          select sum(sales_eur_net) as net from sellout_entries2 where upload_batch_id = b.id
          union all select sum(sales_eur_net) from ecommerce_orders where upload_batch_id = b.id) as facts),
       b.controls_agree, b.controls_total
from upload_batches b left join resellers r on r.id = b.reseller_id
where b.status = 'stored' and (cast(:scope as bigint[]) is null or b.reseller_id = any(cast(:scope as bigint[])))
order by b.id desc limit 10""")
_HELD = sa.text("""
select r.name, h.rule, coalesce(h.key_text, h.key, h.vendor_key, ''), max(coalesce(h.product_text, h.store_text)), count(*), sum(h.quantity)::bigint,
       round(sum(h.sales_eur_net), 9), round(sum(h.amount_local), 9), h.currency
from held_rows h join resellers r on r.id = h.reseller_id
where h.live and h.resolved_at is null and h.primary_view
  and (cast(:scope as bigint[]) is null or h.reseller_id = any(cast(:scope as bigint[])))
group by 1, 2, 3, 9
union all
select r.name, 'not_in_product_list', f.product_ean, max(f.product_text), count(*), sum(f.quantity)::bigint, round(sum(f.sales_eur_net), 9), round(sum(f.amount_local), 9), f.currency
from (
  select reseller_id, product_ean, product_text, quantity, sales_eur_net, amount_local, currency from sellout_entries2 where live and primary_view
  union all select reseller_id, product_ean, product_text, quantity, sales_eur_net, amount_local, currency from ecommerce_orders where live
) as f join resellers r on r.id = f.reseller_id
where f.product_ean is not null and not exists (select from products p where p.ean = f.product_ean)
  and (cast(:scope as bigint[]) is null or f.reseller_id = any(cast(:scope as bigint[])))
group by r.name, f.product_ean, f.currency
order by 7 desc nulls last, 1, 3 limit 1000""")


def recent_uploads(database: Database, scope: Scope = None) -> pl.DataFrame:
    """The ten newest stored files, newest first, columns UPLOADS; `sales_eur_net` is what their rows are worth in EUR net."""
    return _read(database, _UPLOADS, UPLOADS, scope)


def held_keys(database: Database, scope: Scope = None) -> pl.DataFrame:
    """Keys that wait in the inbox, the most money first, columns HELD."""
    return _read(database, _HELD, HELD, scope)


def coverage(database: Database, scope: Scope, today: date) -> tuple[pl.DataFrame, str]:
    """The coverage table and its sentence."""
    frame = sales_coverage.coverage(database, scope, today)
    return frame, sales_coverage.summarise(frame, today)


def _read(database: Database, statement: sa.TextClause, schema: dict[str, Any], scope: Scope) -> pl.DataFrame:
    with database.read() as connection:
        rows: Sequence[Any] = connection.execute(statement, {"scope": list(scope) if scope is not None else None}).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
