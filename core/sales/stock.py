"""Of which day the stock behind a figure is, and a reseller's newest stock with the weeks it lasts. Stock is stated by some resellers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import psycopg

from core.db.engine import Database, Scope
from core.sales.asking import Asked
from core.sales.compiling_stock import stated
from core.sales.covered import cut
from core.sales.covering import read_covered
from core.sales.formatting import format_number
from core.sales.measures import SUMS
from core.sales.naming import name_day, name_list
from core.sales.query import Caveat, Filter, Period, Result, SalesQuery
from core.sales.shown import Shown, about

DAYS = """
select reseller, max(period_end) from readable.stock_levels
where reseller_id = any(%(resellers)s) and (%(start)s::date is null or counted_on between %(start)s and %(end)s)
group by reseller order by reseller
"""
NOT_SPLIT = "Stock is stated for a reseller as a whole: there is none by store, channel, country or day."
NOBODY = "Nobody states stock in this period."


def asks_for_stock(asked: Asked) -> bool:
    return any(SUMS[name].of_stock for name in asked.sums)


def stock_caveats(connection: psycopg.Connection[Any], asked: Asked, reseller_ids: Sequence[int]) -> tuple[Caveat, ...]:
    """The days of the stock behind the figures, where the question asks for any."""
    if not asks_for_stock(asked):
        return ()
    if not stated(asked):
        return (Caveat("stock", NOT_SPLIT),)
    period = asked.query.period
    span = {"start": period.start if period else None, "end": period.end if period else None}
    days = connection.execute(DAYS, {"resellers": list(reseller_ids), **span}).fetchall()
    if not days:
        return (Caveat("stock", NOBODY),)
    listed = name_list([f"{name_day(day)} ({name})" for name, day in days])
    others = "; nobody else states stock" if len(days) < len(reseller_ids) else ""
    return (Caveat("stock", f"Stock as of {listed}, with the units sold until then{others}."),)


# A reseller's newest stock ----------------------------------------------------------------------------------------------

WEEKS = 4  # whose units say how long the stock lasts
STOCK: dict[str, Any] = {
    "product": pl.String,
    "product_ean": pl.String,
    "stock_units": pl.Int64,
    "source_sheet": pl.String,
    "source_cells": pl.String,
    "upload_batch_id": pl.Int64,
}
COVER: dict[str, Any] = {
    "product": pl.String,
    "stock_units": pl.Int64,
    "weekly_units": pl.Decimal(38, 2),  # of what is stated of the last WEEKS weeks up to the day of the stock; null: nothing of them is
    "weeks_of_cover": pl.Decimal(38, 1),  # null where nothing sold in them: it would last for ever
    "sell_through": pl.Decimal(38, 9),  # of the same weeks
    "state": pl.String,  # out, low (less than two weeks), high (more than half a year), ''
}
LOW, HIGH = Decimal(2), Decimal(26)
NEWEST = """
select coalesce(functional_name || ' · ' || product_name, product_ean), product_ean, sum(quantity)::bigint, min(source_sheet),
       string_agg(source_cells, ', ' order by source_row), max(upload_batch_id), max(period_end)
from readable.stock_levels s
where reseller = %(reseller)s and period_end = (
  select max(period_end) from readable.stock_levels where reseller = %(reseller)s and period_end <= coalesce(%(until)s::date, period_end))
group by functional_name, product_name, product_ean order by 1
"""


@dataclass(frozen=True)
class StockOnDay:
    """What a reseller's file states of its stock at the end of `day`: columns STOCK, by product. `weeks`: how many of the last WEEKS weeks up
    to then it has stated; a week whose file is missing is no week without sales."""

    day: date
    frame: pl.DataFrame
    weeks: Decimal = Decimal(WEEKS)

    @property
    def pace(self) -> str:
        """`the last 4 weeks`, `2 of the last 4 weeks (the others are not stated)`"""
        last = f"the last {WEEKS} weeks"
        return (
            last
            if self.weeks == WEEKS
            else f"{format_number(self.weeks, 0 if self.weeks == int(self.weeks) else 1)} of {last} (the others are not stated)"
        )


def read_stock(database: Database, reseller: str, scope: Scope = None, until: date | None = None) -> StockOnDay | None:
    """The reseller's last stated stock, up to a day; None where it states none (or is out of sight)."""
    with database.reader(scope) as connection:
        rows = connection.execute(NEWEST, {"reseller": reseller, "until": until}).fetchall()
        covered = read_covered(connection)
    if not rows:
        return None
    day, spans = rows[0][-1], (span for s in covered.senders if s.name == reseller for span in covered.spans(s.reseller_id))
    stated = sum(span.days for span in cut(spans, _weeks_before(day)))
    return StockOnDay(day, pl.DataFrame([row[:-1] for row in rows], schema=STOCK, orient="row"), Decimal(stated) / 7)


def _weeks_before(day: date) -> Period:
    return Period(day - timedelta(days=7 * WEEKS - 1), day)


def recent_units_query(reseller: str, stock: StockOnDay) -> SalesQuery:
    """The units of the weeks that say how long the stock lasts."""
    return SalesQuery(("units",), ("product",), (Filter("reseller", (reseller,)),), _weeks_before(stock.day))


def weeks_of_cover(stock: StockOnDay, units: Result) -> pl.DataFrame:
    """How long the stock lasts at the pace of the last weeks (COVER), the shortest first. `units`: the answer to `recent_units_query`."""
    sold = dict(units.frame.select("product", "units").iter_rows())
    rows = [
        _cover(name, left, max(0, sold.get(name) or 0), stock.weeks)
        for name, left in stock.frame.select("product", "stock_units").iter_rows()
    ]
    frame = pl.DataFrame(rows, schema=COVER, orient="row")
    return frame.sort(pl.col("weeks_of_cover").fill_null(10**6), "product")


def _cover(name: str, left: int, sold: int, weeks: Decimal) -> tuple[Any, ...]:
    if not weeks:
        return name, left, None, None, None, "out" if left <= 0 else ""
    weekly = round(sold / weeks, 2)
    cover = round(left * weeks / sold, 1) if sold else None
    through = round(Decimal(sold) / (left + sold), 9) if left + sold else None
    state = "out" if left <= 0 else "low" if cover is not None and cover < LOW else "high" if cover is None or cover > HIGH else ""
    return name, left, weekly, cover, through, state


def as_shown(reseller: str, held: StockOnDay, cover: pl.DataFrame, units: Result) -> Shown:
    """The stock with its cover, to be taken away."""
    told = ("Stock", f"At the end of {name_day(held.day)}, as the file states it; cover at the pace of {held.pace}.")
    names = {"product": "Product", "weekly_units": "Units a week", "weeks_of_cover": "Weeks of cover", "state": "State"}
    kinds = {"stock_units": "units", "sell_through": "ratio", "Units a week": "number", "Weeks of cover": "number"}
    return Shown(f"Stock of {reseller}", cover.rename(names), (told, *about(units)), {}, kinds)
