"""Parts of a whole and sums over time: shares that add to 100 % with what waits in the inbox, shares within a group, running totals,
subtotals. Pure over answers; what does not add up is asked for, never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from core.errors import BadQuestion
from core.sales.charts import moment_end
from core.sales.dimensions import DIMENSIONS
from core.sales.measures import find_measure
from core.sales.query import Period, Result, SalesQuery

HELD = "held"
RATIO = pl.Decimal(38, 9)
UNIT = Decimal("0.000000001")


def with_held(result: Result) -> pl.DataFrame:
    """The groups of net revenue with what waits in the inbox as a group of its own: the dimensions, `sales_eur_net`, `share`.

    Shares are of sold and held money together and add to 1 exactly; a result without groups gives one row. Errors: BadQuestion when the
    question does not ask for sales_eur_net, or left groups out.
    """
    _needs_additive(result, "sales_eur_net")
    if result.rows_in_all > result.frame.height or (result.query.limit and not result.query.others):
        raise BadQuestion("Shares need all groups. Ask without a limit, or with the others as one row.")
    frame = result.frame.select(*result.query.by, "sales_eur_net")
    if result.held_net:
        texts = {name: HELD if frame.schema[name] == pl.String else None for name in result.query.by}
        frame = pl.concat([frame, pl.DataFrame([texts | {"sales_eur_net": result.held_net}], schema=frame.schema)])
    values = [Decimal(value or 0) for value in frame["sales_eur_net"]]
    return frame.with_columns(pl.Series("share", shares_of(values), dtype=RATIO))


def shares_of(values: Sequence[Decimal]) -> list[Decimal | None]:
    """value ÷ sum, in nine decimals that add to 1 exactly: the largest takes what rounding leaves. None where the sum is 0."""
    whole = sum(values, Decimal(0))
    if not whole:
        return [None for _ in values]
    shares = [(value / whole).quantize(UNIT) for value in values]
    largest = max(range(len(values)), key=lambda i: abs(values[i]))
    shares[largest] += 1 - sum(shares, Decimal(0))
    return list(shares)


def share_within(result: Result, measure: str, within: str) -> pl.DataFrame:
    """The answer's rows with `share_within`: the measure ÷ its sum over the rows of the same `within` (a dimension of the question).

    Errors: BadQuestion for measures that do not add up.
    """
    _needs_additive(result, measure)
    if within not in result.query.by:
        raise BadQuestion(f"Shares within {DIMENSIONS[within].title.lower()} need it among the groups.")
    frame = result.frame.select(*result.query.by, measure)
    share = pl.Series("share_within", [None] * frame.height, dtype=RATIO)
    for key in frame[within].unique():
        places = [i for i, value in enumerate(frame[within]) if value == key]
        own = shares_of([Decimal(frame[measure][i] or 0) for i in places])
        share = share.scatter(places, own)
    return frame.with_columns(share)


def running_total(result: Result, measure: str) -> pl.DataFrame:
    """Sums from the first moment on, by the question's first time dimension and its other groups: the dimensions, the measure, `running`.

    What states no moment comes last and is in no running total. Errors: BadQuestion without a time dimension, or for a measure that does
    not add up (`running_queries` asks for those).
    """
    _needs_additive(result, measure)
    time = _time_of(result.query)
    frame = result.frame.select(*result.query.by, measure).sort(time, nulls_last=True, maintain_order=True)
    sums: dict[tuple[Any, ...], Any] = {}
    running: list[Any] = []
    others = [name for name in result.query.by if name != time]
    for row in frame.iter_rows(named=True):
        key = tuple(row[name] for name in others)
        if row[time] is not None:
            sums[key] = sums.get(key, 0) + (row[measure] or 0)
        running.append(sums.get(key) if row[time] is not None else None)
    return frame.with_columns(pl.Series("running", running, dtype=frame.schema[measure]))


def running_queries(query: SalesQuery, result: Result) -> tuple[SalesQuery, ...]:
    """One question a moment, from the start of the period to that moment's end: running figures of counts and ratios are asked for.

    `result`: the answer to `query`, which must have a period.
    """
    time = _time_of(query)
    if query.period is None:
        raise BadQuestion("A running figure needs a period. Choose one, for example 2025.")
    plain = replace(query, by=tuple(name for name in query.by if name != time), compare=None, order_by=None, descending=None)
    moments = result.frame[time].drop_nulls().unique().sort().to_list()
    ends = [min(moment_end(moment, time), query.period.end) for moment in moments]
    return tuple(replace(plain, period=Period(query.period.start, end)) for end in ends)


def subtotal_queries(query: SalesQuery) -> tuple[SalesQuery, ...]:
    """The questions of the subtotals of a table by two or three groups: one for each shorter list of its groups, outermost first."""
    plain = replace(query, limit=None, others=False, order_by=None, descending=None)
    return tuple(replace(plain, by=query.by[:count]) for count in range(1, len(query.by)))


def _time_of(query: SalesQuery) -> str:
    time = next((name for name in query.by if DIMENSIONS[name].kind == "date"), None)
    if time is None:
        raise BadQuestion("A running total needs a time among the groups, for example month.")
    return time


def _needs_additive(result: Result, measure: str) -> None:
    found = find_measure(measure)
    if measure not in result.frame.columns:
        raise BadQuestion(f"The question does not ask for {found.label.lower()}. Add it to the measures.")
    if found.additivity != "additive":
        raise BadQuestion(f"{found.label} of several groups do not add up, so they have no shares and no running total.")
