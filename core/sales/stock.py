"""Of which day the stock behind a figure is, and a reseller's newest stock with the weeks it lasts. Stock is stated by some resellers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from core.sales.asking import Asked
from core.sales.compiling_stock import stated
from core.sales.measures import SUMS
from core.sales.naming import name_day, name_list
from core.sales.query import Caveat

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
