"""The rollup made coarser, for questions that name no store, no product or no day: equal to the rollup, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.ingest.copying import copy_frame, driver, fetch
from core.ingest.rolling_up import by_store, without_stores

Month = tuple[int, int]  # year, month
SUMS = (
    *("lines", "quantity", "sales_eur_net", "sales_eur_gross", "amount_local", "unconverted_lines", "unconverted_local"),
    *("cost_of_goods", "cost_with_net", "net_with_cost", "payment_fee", "priced_quantity", "priced_net", "net_with_gross"),
    *("rated_quantity", "rated_gross"),
)
_ADDED = ", ".join(f"sum({name})" for name in SUMS)
_NAMED = ", ".join(f"sum({name}) as {name}" for name in SUMS)
_LISTED = ("listed_gross", "gross_at_list")
_ASKED = " and (year, month) in (select * from unnest(cast(:years as int[]), cast(:months as int[])))"
_YEARS = " and year = any(cast(:years as int[]))"
_PRICE = """(select l.unit_price from price_list l where l.ean = product_ean and l.currency = {0}.currency and l.vat_basis = 'gross'
    and l.valid_from <= period_end order by l.valid_from desc limit 1)"""
_ROLLED = f"""
    select source, f.reseller_id, f.channel, product_ean, case when source = 'd2c' then f.country else s.country end as country,
      period_start, period_end, year, month, line_kind, bulk, valued, currency, vat_basis, sale_date, {_NAMED}
    from sales_rollup f left join stores s on s.id = f.store_id
    where f.reseller_id = :reseller{{asked}}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"""
# Rows of one month are written beside each other, as they are asked for.
_DAYS = f"""
insert into sales_days (source, reseller_id, channel, product_ean, country, period_start, period_end, year, month, line_kind, bulk, valued,
  currency, vat_basis, sale_date, {", ".join((*SUMS, *_LISTED))})
select source, reseller_id, channel, product_ean, country, period_start, period_end, year, month, line_kind, bulk, valued, currency,
  vat_basis, sale_date, {", ".join(SUMS)}, rated_quantity * list_price, case when list_price is not null then rated_gross end
from (
  select added.*, {_PRICE.format("added")} as list_price
  from ({{rolled}}
  ) as added
) as listed
order by year, month
"""
_DAY_TOTALS = f"""
insert into sales_day_totals (source, reseller_id, channel, country, period_start, period_end, year, month, line_kind, bulk, valued,
  currency, vat_basis, sale_date, {", ".join((*SUMS, *_LISTED))})
select source, reseller_id, channel, country, period_start, period_end, year, month, line_kind, bulk, valued, currency, vat_basis, sale_date,
  {", ".join(f"sum({name})" for name in (*SUMS, *_LISTED))}
from sales_days where reseller_id = :reseller{{asked}}
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
order by year, month
"""
_EXTRA = ("undated", "undated_long", *_LISTED)
_MONTHS = f"""
insert into sales_months (source, reseller_id, channel, product_ean, country, period_start, period_end, year, month, line_kind, bulk, valued,
  currency, vat_basis, {", ".join((*SUMS, *_EXTRA))})
select source, reseller_id, channel, product_ean, country, case when not inside then period_start end, case when not inside then period_end end,
  year, month, line_kind, bulk, valued, currency, vat_basis, {_ADDED},
  coalesce(sum(lines) filter (where undated), 0), coalesce(sum(lines) filter (where undated and period_end - period_start >= 7), 0),
  {", ".join(f"sum({name})" for name in _LISTED)}
from (
  select d.*, period_start >= make_date(year, month, 1) and period_end < make_date(year, month, 1) + interval '1 month' as inside,
         sale_date is null and period_start <> period_end as undated
  from sales_days d where reseller_id = :reseller{{asked}}
) as days
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
order by year, month
"""
_TOTALS = f"""
insert into sales_totals (source, reseller_id, channel, country, period_start, period_end, year, month, line_kind, bulk, valued, currency,
  vat_basis, {", ".join((*SUMS, *_EXTRA))})
select source, reseller_id, channel, country, period_start, period_end, year, month, line_kind, bulk, valued, currency, vat_basis,
  {", ".join(f"sum({name})" for name in (*SUMS, *_EXTRA))}
from sales_months where reseller_id = :reseller{{asked}}
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
"""
_QUARTERS = f"""
insert into sales_quarters (source, reseller_id, channel, product_ean, country, year, line_kind, bulk, valued, currency, vat_basis, quarter,
  {", ".join((*SUMS, *_EXTRA))})
select source, reseller_id, channel, product_ean, country, year, line_kind, bulk, valued, currency, vat_basis, coalesce(quarter, 0),
  {", ".join(f"sum({name})" for name in (*SUMS, *_EXTRA))}
from (select *, (month + 2) / 3 as quarter from sales_months where reseller_id = :reseller{{years}}) as months
group by grouping sets ((source, reseller_id, channel, product_ean, country, year, line_kind, bulk, valued, currency, vat_basis, quarter),
  (source, reseller_id, channel, product_ean, country, year, line_kind, bulk, valued, currency, vat_basis))
order by year, quarter
"""
OF_STORES = tuple(name for name in SUMS if not name.startswith("rated"))
_STORE_KEYS = (
    "source, reseller_id, store_id, channel, country, period_start, period_end, year, month, line_kind, bulk, valued, currency, vat_basis"
)
_STORES = f"""
insert into sales_store_months ({_STORE_KEYS}, {", ".join(OF_STORES)}, undated, undated_long)
select source, reseller_id, store_id, channel, country, case when not inside then period_start end, case when not inside then period_end end,
  year, month, line_kind, bulk, valued, currency, vat_basis, {", ".join(f"sum({name})" for name in OF_STORES)},
  coalesce(sum(lines) filter (where undated), 0), coalesce(sum(lines) filter (where undated and period_end - period_start >= 7), 0)
from (
  select f.*, period_start >= make_date(year, month, 1) and period_end < make_date(year, month, 1) + interval '1 month' as inside,
         sale_date is null and period_start <> period_end as undated
  from sales_rollup f where reseller_id = :reseller{{asked}}
) as told
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
order by year, month
"""
_FORGET_QUARTERS = "delete from sales_quarters where reseller_id = :reseller{years}"
TABLES = ("sales_days", "sales_day_totals", "sales_months", "sales_totals", "sales_store_months", "sales_quarters")
_FORGET_SUMS = "with {}".format(
    ", ".join(f"{table}_gone as (delete from {table} where reseller_id = :reseller{{asked}})" for table in TABLES[1:-1])
    + f" delete from {TABLES[0]} where reseller_id = :reseller{{asked}}"
)
_ADDED_DAYS = f"""
create temp table days_added on commit drop as
select source, reseller_id, channel, product_ean, country, period_start, period_end, year, month, line_kind, bulk, valued, currency, vat_basis,
  sale_date, {", ".join(SUMS)} from sales_days limit 0
"""
MANY = 5_000  # fresh rows of the rollup that are better summed before they are written than read back


def months_of(sums: pl.DataFrame) -> set[Month]:
    """The months that rows of the rollup count in."""
    return set(sums.select("year", "month").unique().iter_rows())


def coarsen(connection: sa.Connection, reseller_id: int, months: Iterable[Month] | None = None) -> None:
    """Make the sums by day and by month of these months (None: of all), and those by quarter of their years, equal to the rollup."""
    listed = None if months is None else sorted(set(months))
    if listed == []:
        return
    asked, parameters = _months_asked(reseller_id, listed)
    connection.execute(sa.text(_FORGET_SUMS.format(asked=asked)), parameters)
    connection.execute(sa.text(_STORES.format(asked=asked)), parameters)
    _sum_up(connection, asked, parameters, _ROLLED.format(asked=asked))


def coarsen_with(connection: sa.Connection, reseller_id: int, touched: set[Month], fresh: pl.DataFrame) -> None:
    """`coarsen` of the months `touched` and those of `fresh`, rows that were just added to the rollup. Where there are many of them, in
    months that nothing else was stored of, their sums are made from the rows at hand."""
    months = months_of(fresh)
    new = months - touched - _summed(connection, reseller_id, months) if fresh.height > MANY else set()
    coarsen(connection, reseller_id, (touched | months) - new)
    if new:
        asked, parameters = _months_asked(reseller_id, sorted(new))
        rows = fresh.join(pl.DataFrame(sorted(new), fresh.select("year", "month").schema, orient="row"), on=["year", "month"], how="semi")
        connection.execute(sa.text(_ADDED_DAYS))
        copy_frame(driver(connection), "days_added", without_stores(rows, _countries(connection, reseller_id)))
        _sum_up(connection, asked, parameters, "select * from days_added")
        copy_frame(driver(connection), "sales_store_months", by_store(rows))
        connection.execute(sa.text("drop table days_added"))


def _months_asked(reseller_id: int, listed: list[Month] | None) -> tuple[str, dict[str, Any]]:
    """The condition on months, and its parameters."""
    parameters: dict[str, Any] = {"reseller": reseller_id}
    if listed is None:
        return "", parameters
    return _ASKED, parameters | {"years": [year for year, _ in listed], "months": [month for _, month in listed]}


def _sum_up(connection: sa.Connection, asked: str, parameters: dict[str, Any], rolled: str) -> None:
    """`rolled`: the rows by day, without their list price."""
    connection.execute(sa.text(_DAYS.format(rolled=rolled)), parameters)
    years = _YEARS if asked else ""
    for statement in (_DAY_TOTALS, _MONTHS, _TOTALS, _FORGET_QUARTERS, _QUARTERS):
        connection.execute(sa.text(statement.format(asked=asked, years=years)), parameters)


def _summed(connection: sa.Connection, reseller_id: int, months: set[Month]) -> set[Month]:
    """Those of the months that have sums by day, and so rows in the rollup."""
    asked, parameters = _months_asked(reseller_id, sorted(months))
    rows = connection.execute(sa.text(f"select distinct year, month from sales_days where reseller_id = :reseller{asked}"), parameters)
    return {(row.year, row.month) for row in rows}


def _countries(connection: sa.Connection, reseller_id: int) -> pl.DataFrame:
    statement = "select id, country from stores where reseller_id = :reseller"
    return fetch(connection, statement, {"store_id": pl.Int64, "store_country": pl.String}, {"reseller": reseller_id})


def coarsen_all(connection: sa.Connection) -> None:
    """The same of every reseller, after list prices or countries of stores changed: they are in no row of the rollup."""
    for (number,) in connection.execute(sa.text("select distinct reseller_id from sales_rollup order by 1")).all():
        coarsen(connection, number)


# Orders ---------------------------------------------------------------------------------------------------------------

_STATE = "store_id, channel, country, currency, vat_basis, bulk, order_date"
_ORDERS = f"""
insert into order_days (reseller_id, {_STATE}, order_id, orders)
with sold as (
  select order_id, {_STATE} from ecommerce_orders f where f.reseller_id = :reseller and f.live and f.line_kind = 'sale'{{asked}}
  group by order_id, {_STATE}
), counted as (select *, count(*) over (partition by order_id) > 1 as several from sold)
select :reseller, {_STATE}, null, count(*) from counted where not several{{counted}} group by {_STATE}
union all
select :reseller, {_STATE}, order_id, 1 from counted where several{{told}}
"""
_ON_DAYS = """
create temp table order_touched on commit drop as
select distinct order_id from ecommerce_orders where reseller_id = :reseller and order_date = any(cast(:days as date[]))
"""
_DAYS_OF = """
create temp table order_touched_days on commit drop as
select unnest(cast(:days as date[])) as day
union
select f.order_date from ecommerce_orders f join order_touched using (order_id) where f.reseller_id = :reseller and f.live
"""
_FORGET = """
delete from order_days d where d.reseller_id = :reseller
  and ((d.order_id is null and d.order_date in (select day from order_touched_days)) or d.order_id in (select order_id from order_touched))
"""
_PLACES = {
    "asked": """ and f.order_id in (
    select order_id from ecommerce_orders where reseller_id = :reseller and live and line_kind = 'sale'
      and order_date in (select day from order_touched_days))""",
    "counted": " and order_date in (select day from order_touched_days)",
    "told": " and order_id in (select order_id from order_touched)",
}


def count_orders(connection: sa.Connection, reseller_id: int, days: list[date] | None = None) -> None:
    """Make the counted orders equal to the live lines. `days`: those on which a line came, went or changed; None: all.

    An order that states other days too is counted anew on all of them: it may have become one that has to be told apart, or ceased to be.
    """
    parameters: dict[str, Any] = {"reseller": reseller_id, "days": days}
    if days is None:
        connection.execute(sa.text("delete from order_days where reseller_id = :reseller"), parameters)
        connection.execute(sa.text(_ORDERS.format(asked="", counted="", told="")), parameters)
    elif days:
        for statement in (_ON_DAYS, "analyze order_touched", _DAYS_OF, _FORGET, _ORDERS.format(**_PLACES)):
            connection.execute(sa.text(statement), parameters)
        connection.execute(sa.text("drop table order_touched, order_touched_days"))
