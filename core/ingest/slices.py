"""Liveness in the database: claims decide which rows of a slice count, and rows, held rows and the rollup follow in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.ingest.claiming import CLAIMS
from core.ingest.coarsening import Month, coarsen, count_orders
from core.ingest.content import SLICE, SLICES
from core.ingest.copying import fetch
from core.ingest.shapes import Schema

# The slices a statement is about, as a table.
ASKED = "unnest(cast(:views as text[]), cast(:starts as date[]), cast(:ends as date[])) as asked (view, period_start, period_end)"
SAME = "{0}.view = asked.view and {0}.period_start = asked.period_start and {0}.period_end = asked.period_end"


def asked(slices: pl.DataFrame) -> dict[str, list[Any]]:
    """The parameters of `ASKED`."""
    return {
        "views": slices["view"].to_list(),
        "starts": slices["period_start"].to_list(),
        "ends": slices["period_end"].to_list(),
    }


def read_claims(connection: sa.Connection, reseller_id: int, slices: pl.DataFrame) -> pl.DataFrame:
    """Every claim on these slices, of undone batches too, in the columns CLAIMS."""
    return fetch(
        connection,
        f"""
        select c.id, c.upload_batch_id, c.view, c.period_start, c.period_end, c.content_key, c.facts_batch_id, c.stated_until, c.live,
               b.status = 'stored' as standing
        from slice_claims c
        join {ASKED} on {SAME.format("c")}
        join upload_batches b on b.id = c.upload_batch_id
        where c.reseller_id = :reseller""",
        CLAIMS,
        {"reseller": reseller_id, **asked(slices)},
    )


def settle(connection: sa.Connection, reseller_id: int, slices: pl.DataFrame, fresh_batch: int | None = None) -> pl.DataFrame:
    """Make the best standing claim of each slice the live one; returns the slices whose rows changed.

    The rows of `fresh_batch` were written with the right `live` already and are left alone.
    """
    moves = fetch(connection, _MOVES, _MOVE, {"reseller": reseller_id, **asked(slices)})
    if not moves.height:
        return slices.clear().select(SLICE)
    connection.execute(
        sa.text("update slice_claims set live = false where id = any(cast(:ids as bigint[]))"),
        {"ids": moves["old_id"].drop_nulls().to_list()},
    )
    connection.execute(
        sa.text("update slice_claims set live = true where id = any(cast(:ids as bigint[]))"),
        {"ids": moves["new_id"].drop_nulls().to_list()},
    )
    turned = moves.filter(pl.col("old_facts").ne_missing(pl.col("new_facts")))
    _turn(connection, reseller_id, turned, "old_facts", False, None)
    _turn(connection, reseller_id, turned, "new_facts", True, fresh_batch)
    return turned.select(SLICE)


_MOVE = {**SLICES, "old_id": pl.Int64, "old_facts": pl.Int64, "new_id": pl.Int64, "new_facts": pl.Int64}
# For each slice: the claim that is live and the one that should be, where they differ.
_MOVES = f"""
with best as (
  select distinct on (c.view, c.period_start, c.period_end) c.id, c.view, c.period_start, c.period_end, c.facts_batch_id
  from slice_claims c
  join {ASKED} on {SAME.format("c")}
  join upload_batches b on b.id = c.upload_batch_id
  where c.reseller_id = :reseller and b.status = 'stored'
  order by c.view, c.period_start, c.period_end, c.stated_until desc, c.upload_batch_id desc
)
select asked.view, asked.period_start, asked.period_end, old.id, old.facts_batch_id, best.id, best.facts_batch_id
from {ASKED}
left join slice_claims old on old.reseller_id = :reseller and old.live and {SAME.format("old")}
left join best on {SAME.format("best")}
where old.id is distinct from best.id
"""


def _turn(connection: sa.Connection, reseller_id: int, moves: pl.DataFrame, column: str, live: bool, fresh_batch: int | None) -> None:
    """Set `live` on the rows that a batch holds of each slice."""
    rows = moves.filter(pl.col(column).is_not_null() & pl.col(column).ne_missing(fresh_batch))
    for (batch,), part in rows.partition_by(column, as_dict=True).items():
        for table in ("sellout_entries2", "held_rows"):
            connection.execute(
                sa.text(
                    f"update {table} f set live = :live from {ASKED} where f.upload_batch_id = :batch and f.reseller_id = :reseller"
                    f" and f.live <> :live and {SAME.format('f')}"
                ),
                {"live": live, "batch": batch, "reseller": reseller_id, **asked(part)},
            )


# Orders of the web shop -----------------------------------------------------------------------------------------------


def settle_orders(connection: sa.Connection, reseller_id: int, orders: list[str]) -> list[Any]:
    """Decide for each line of these orders whether it is live; returns the days whose lines changed.

    An order counts as the file states it that reaches furthest (its newest order date; at a tie the later upload). A file states an order
    completely from its own first day on: lines of earlier days stay, as a refund that comes alone in a later export must not
    swallow the sale.
    """
    days: set[Any] = set()
    for table, day in (("ecommerce_orders", "order_date"), ("held_rows", "period_end")):
        changed = connection.execute(sa.text(_TURN_ORDERS.format(table=table, day=day)), {"reseller": reseller_id, "orders": orders})
        days.update(row[0] for row in changed)
    return sorted(days)


_STATED_ORDERS = """
  select f.order_id, f.upload_batch_id from ecommerce_orders f where f.order_id = any(cast(:orders as text[])) and f.reseller_id = :reseller
  union
  select h.order_id, h.upload_batch_id from held_rows h where h.order_id = any(cast(:orders as text[])) and h.reseller_id = :reseller
"""
_TURN_ORDERS = f"""
with claims as (
  select o.order_id, b.id as batch, b.period_start, b.period_end
  from ({_STATED_ORDERS}) o join upload_batches b on b.id = o.upload_batch_id
  where b.status = 'stored'
), verdict as (
  select f.id, own.status = 'stored' and not exists (
           select from claims c
           where c.order_id = f.order_id and (c.period_end, c.batch) > (own.period_end, own.id) and c.period_start <= f.{{day}}
         ) as live
  from {{table}} f join upload_batches own on own.id = f.upload_batch_id
  where f.order_id = any(cast(:orders as text[])) and f.reseller_id = :reseller
)
update {{table}} f set live = verdict.live from verdict
where verdict.id = f.id and f.live <> verdict.live
returning f.{{day}}
"""


def known_orders(connection: sa.Connection, reseller_id: int, orders: list[str]) -> list[str]:
    """Those of the orders that an earlier batch states too."""
    if not orders or not has_orders(connection, reseller_id):
        return []
    rows = connection.execute(sa.text(f"select distinct order_id from ({_STATED_ORDERS}) o"), {"reseller": reseller_id, "orders": orders})
    return [row[0] for row in rows]


LATER: Schema = {"order_id": pl.String, "stated_from": pl.Date}
_LATER_ORDERS = f"""
select o.order_id, min(b.period_start) from ({_STATED_ORDERS}) o join upload_batches b on b.id = o.upload_batch_id
where b.status = 'stored' and b.period_end > :until group by 1
"""


def later_orders(connection: sa.Connection, reseller_id: int, orders: list[str], until: date) -> pl.DataFrame:
    """Those of the orders (LATER) that a stored file states which reaches further, and the day from which it does: there its lines stay."""
    return fetch(connection, _LATER_ORDERS, LATER, {"reseller": reseller_id, "orders": orders, "until": until})


def has_orders(connection: sa.Connection, reseller_id: int) -> bool:
    """Whether any order was stored before."""
    exists = "select exists (select from {table} where reseller_id = :reseller and order_id is not null)"
    tables = ("ecommerce_orders", "held_rows")
    return any(connection.execute(sa.text(exists.format(table=table)), {"reseller": reseller_id}).scalar_one() for table in tables)


def filled_days(connection: sa.Connection, reseller_id: int, first: Any, last: Any) -> list[Any]:
    """The days between two days that have live order lines."""
    statement = """select distinct period_start from sales_rollup
        where source = 'd2c' and reseller_id = :reseller and period_start between :first and :last"""
    return [row[0] for row in connection.execute(sa.text(statement), {"reseller": reseller_id, "first": first, "last": last})]


# Rollup ---------------------------------------------------------------------------------------------------------------

_ROLLUP = """
insert into sales_rollup (source, reseller_id, store_id, channel, product_ean, country, view, period_start, period_end, year, month, line_kind,
  bulk, valued, currency, vat_basis, sale_date, lines, quantity, sales_eur_net, sales_eur_gross, amount_local, unconverted_lines, unconverted_local,
  cost_of_goods, cost_with_net, net_with_cost, payment_fee, priced_quantity, priced_net, net_with_gross, rated_quantity, rated_gross)
select '{source}', f.reseller_id, f.store_id, f.channel, f.product_ean, {country}, {view}, {start}, {end}, {year}, {month}, f.line_kind,
  f.bulk, f.valued, f.currency, f.vat_basis, {sale_date}, count(*), sum(f.quantity), sum(f.sales_eur_net), sum(f.sales_eur_gross), sum(f.amount_local),
  count(*) filter (where f.amount_local is not null and f.sales_eur_net is null),
  sum(f.amount_local) filter (where f.sales_eur_net is null),
  {costs},
  sum(f.quantity) filter (where f.sales_eur_net is not null), sum(f.sales_eur_net) filter (where f.quantity is not null),
  sum(f.sales_eur_net) filter (where f.sales_eur_gross is not null),
  sum(f.quantity * {rate}) filter (where {rated}),
  sum(f.sales_eur_gross) filter (where f.quantity is not null and {rated})
from {table} f{join}
where f.live{primary} and f.reseller_id = :reseller{condition}
group by {groups}
returning year, month
"""
_RATED = {  # the rate of a line, and the lines whose units can be priced at list
    "rate": "coalesce(f.fx_rate, case when f.vat_basis = 'gross' then f.sales_eur_gross else f.sales_eur_net end / nullif(f.amount_local, 0))",
    "rated": "f.sales_eur_gross is not null and f.sales_eur_net is not null and f.amount_local <> 0",
}
_SELLOUT = {
    "source": "sell-out",
    "table": "sellout_entries2",
    "country": "null",
    "view": "f.view",
    "start": "f.period_start",
    "end": "f.period_end",
    "sale_date": "f.sale_date",
    "year": "f.year",
    "month": "f.month",
    "costs": "null, null, null, null",
    "primary": " and f.primary_view",
    "groups": "2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17",
}
_ORDERS = {
    "source": "d2c",
    "table": "ecommerce_orders",
    "country": "f.country",
    "view": "'main'",
    "start": "f.order_date",
    "end": "f.order_date",
    "sale_date": "null::date",
    "year": "extract(year from f.order_date)::int",
    "month": "extract(month from f.order_date)::int",
    "costs": "sum(f.cost_of_goods), sum(f.cost_of_goods) filter (where f.sales_eur_net is not null),"
    " sum(f.sales_eur_net) filter (where f.cost_of_goods is not null), sum(f.payment_fee)",
    "primary": "",
    "groups": "2, 3, 4, 5, 6, f.order_date, 12, 13, 14, 15, 16",
}


def roll_up_slices(connection: sa.Connection, reseller_id: int, slices: pl.DataFrame) -> None:
    """Make the rollup of these slices equal to their live rows."""
    coarsen(connection, reseller_id, resum_slices(connection, reseller_id, slices))


def resum_slices(connection: sa.Connection, reseller_id: int, slices: pl.DataFrame) -> set[Month]:
    """`roll_up_slices` without the sums by day and month; returns the months that the caller has to `coarsen`."""
    if not slices.height:
        return set()
    parameters = {"reseller": reseller_id, **asked(slices)}
    # `is true`, so that the slices are hashed: joined, where few rows are expected, each row is compared with each of them
    gone = f"""delete from sales_rollup r where r.reseller_id = :reseller and r.source = 'sell-out'
        and ((r.view, r.period_start, r.period_end) in (select * from {ASKED})) is true returning year, month"""
    join = f" join {ASKED} on {SAME.format('f')}"
    fresh = _ROLLUP.format(**_SELLOUT, **_RATED, join=join, condition="")
    return _months(connection, gone, parameters) | _months(connection, fresh, parameters)


def roll_up_days(connection: sa.Connection, reseller_id: int, days: list[Any]) -> None:
    """Make the rollup of these days of the web shop, and its counted orders, equal to their live lines."""
    coarsen(connection, reseller_id, resum_days(connection, reseller_id, days))
    count_orders(connection, reseller_id, days)


def resum_days(connection: sa.Connection, reseller_id: int, days: list[Any]) -> set[Month]:
    """`roll_up_days` without the sums by day and month and the orders; returns the months that the caller has to `coarsen`."""
    if not days:
        return set()
    parameters = {"reseller": reseller_id, "days": days}
    where = " where reseller_id = :reseller and source = 'd2c' and period_start = any(cast(:days as date[])) returning year, month"
    fresh = _ROLLUP.format(**_ORDERS, **_RATED, join="", condition=" and f.order_date = any(cast(:days as date[]))")
    return _months(connection, f"delete from sales_rollup{where}", parameters) | _months(connection, fresh, parameters)


def roll_up_reseller(connection: sa.Connection, reseller_id: int) -> None:
    """Make the whole rollup of a reseller equal to its live rows, after its rules or stores changed."""
    connection.execute(sa.text("delete from sales_rollup where reseller_id = :reseller"), {"reseller": reseller_id})
    for source in (_SELLOUT, _ORDERS):
        _months(connection, _ROLLUP.format(**source, **_RATED, join="", condition=""), {"reseller": reseller_id})
    coarsen(connection, reseller_id)
    count_orders(connection, reseller_id)


def _months(connection: sa.Connection, statement: str, parameters: dict[str, Any]) -> set[Month]:
    """Run a change of the rollup; the months it touched."""
    touched = connection.execute(sa.text(f"with touched as ({statement}) select distinct year, month from touched"), parameters)
    return {(row.year, row.month) for row in touched}
