"""Where a change comes from: movers, the bridge from before to now, and how concentrated revenue is. Pure over answers of `running.run`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

import polars as pl

from core.errors import BadQuestion
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.formatting import round_half_up
from core.sales.query import Result, SalesQuery

CENT = Decimal("0.01")
PRECISE = Decimal("0.000000001")
BRIDGE_MEASURES = ("sales_eur_net", "priced_revenue", "priced_units")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Bridge:
    """EUR net, in cents: before + new + lost + volume + price + without_units = now, exactly.

    new, lost: items sold in one period only. volume: (q1 − q0) · p0. price: (p1 − p0) · q1. without_units: change of money whose
    units are not stated (adjustments, resellers that state money and units apart, items with more returns than sales).
    """

    before: Decimal
    new: Decimal
    lost: Decimal
    volume: Decimal
    price: Decimal
    without_units: Decimal
    now: Decimal

    @property
    def steps(self) -> tuple[tuple[str, Decimal], ...]:
        """Label and effect of each step between before and now, in order."""
        return (
            ("New", self.new),
            ("Lost", self.lost),
            ("Volume", self.volume),
            ("Price", self.price),
            ("Money without units", self.without_units),
        )


@dataclass(frozen=True)
class Item:
    """One product (or other item) in both periods: EUR net, the part of it that states units, and those units."""

    net_now: Decimal = ZERO
    net_before: Decimal = ZERO
    priced_now: Decimal = ZERO
    priced_before: Decimal = ZERO
    units_now: int = 0
    units_before: int = 0


def bridge_query(query: SalesQuery, item: str = "product") -> SalesQuery:
    """The question whose answer `bridge` needs: the same population and comparison, by `item`."""
    return replace(query, measures=BRIDGE_MEASURES, by=(item,), order_by=None, descending=None, limit=None, others=False)


def bridge(result: Result) -> Bridge:
    """The bridge over the comparable part of the asked period. `result`: the answer to `bridge_query`. Errors: BadQuestion without a comparison."""
    _needs_comparison(result)
    columns = [f"{name}{era}" for name in BRIDGE_MEASURES for era in ("_comparable", "_before")]
    rows = result.frame.select(columns).fill_null(0).iter_rows()
    return bridge_items(Item(*row) for row in rows)


def bridge_items(items: Iterable[Item]) -> Bridge:
    """Effects summed over items, then rounded to cents by largest remainder so that the bridge closes."""
    effects = [ZERO] * 5
    before = now = ZERO
    for item in items:
        before, now = before + item.net_before, now + item.net_now
        effects = [total + effect for total, effect in zip(effects, _effects(item), strict=True)]
    first, last = round_half_up(before), round_half_up(now)
    new, lost, volume, price, rest = _round_to_sum(effects, last - first)
    return Bridge(first, new, lost, volume, price, rest, last)


def _effects(item: Item) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    """new, lost, volume, price, without units; their sum is net_now − net_before exactly."""
    priced = item.priced_now - item.priced_before
    rest = item.net_now - item.net_before - priced
    if item.units_before == 0 and item.priced_before == 0:
        return item.priced_now, ZERO, ZERO, ZERO, rest
    if item.units_now == 0 and item.priced_now == 0:
        return ZERO, -item.priced_before, ZERO, ZERO, rest
    if item.units_before <= 0 or item.units_now <= 0:
        return ZERO, ZERO, ZERO, ZERO, rest + priced
    volume = ((item.units_now - item.units_before) * item.priced_before / item.units_before).quantize(PRECISE)
    return ZERO, ZERO, volume, priced - volume, rest


def _round_to_sum(effects: list[Decimal], total: Decimal) -> list[Decimal]:
    floors = [effect.quantize(CENT, rounding=ROUND_FLOOR) for effect in effects]
    missing = int((total - sum(floors)) / CENT)
    by_remainder = sorted(range(len(effects)), key=lambda i: effects[i] - floors[i], reverse=True)
    for index in by_remainder[:missing]:
        floors[index] += CENT
    if missing < 0:
        floors[by_remainder[-1]] += CENT * missing
    return floors


def movers(result: Result, measure: str | None = None) -> pl.DataFrame:
    """What moved most, first: the dimensions, `now` (comparable), `before`, `change`, `change_pct`, `points` (change ÷ total before)."""
    _needs_comparison(result)
    name = measure or result.query.measures[0]
    whole = result.totals.get(f"{name}_before")
    points = (
        pl.lit(None, dtype=pl.Decimal(38, 9)) if not whole else (pl.col("change").cast(pl.Decimal(38, 9)) / pl.lit(abs(Decimal(whole))))
    )
    columns = {f"{name}_comparable": "now", f"{name}_before": "before", f"{name}_change": "change", f"{name}_change_pct": "change_pct"}
    frame = result.frame.select(*result.query.by, *columns).rename(columns).filter(pl.col("change").is_not_null())
    for dimension in result.query.by:
        if frame.schema[dimension] == pl.String:
            frame = frame.filter(pl.col(dimension) != OTHERS)
    return frame.with_columns(points.alias("points")).sort(pl.col("change").abs(), descending=True, maintain_order=True)


def pareto(result: Result, measure: str | None = None) -> pl.DataFrame:
    """Rows by size with `share`, `running_share` and `group` (A up to 80 %, B up to 95 %, C the rest); what states no value comes last.

    Errors: BadQuestion when the measure does not add up.
    """
    name = measure or result.query.measures[0]
    rows = result.frame.filter(pl.col(name) > 0)
    for dimension in result.query.by:
        if rows.schema[dimension] == pl.String:
            rows = rows.filter(~pl.col(dimension).is_in([NOT_STATED, OTHERS]))
    if rows.is_empty():
        raise BadQuestion("There is nothing to rank: no group has a positive figure in this period.")
    ordered = rows.sort(name, descending=True, maintain_order=True).select(*result.query.by, name)
    values = [Decimal(value) for value in ordered[name].to_list()]
    whole, running, shares, cumulated = sum(values), ZERO, [], []
    for value in values:
        running += value
        shares.append(round(value / whole, 9))
        cumulated.append(round(running / whole, 9))
    groups = [_group(reached - share) for reached, share in zip(cumulated, shares, strict=True)]
    dtype = pl.Decimal(38, 9)
    return ordered.with_columns(
        pl.Series("share", shares, dtype=dtype),
        pl.Series("running_share", cumulated, dtype=dtype),
        pl.Series("group", groups, dtype=pl.String),
    )


def _group(reached_before: Decimal) -> str:
    return "A" if reached_before < Decimal("0.8") else "B" if reached_before < Decimal("0.95") else "C"


def _needs_comparison(result: Result) -> None:
    if result.query.compare is None:
        raise BadQuestion("This needs a comparison. Choose one, for example the prior year.")
