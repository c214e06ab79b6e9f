"""What rose and what fell, item by item, each with its own reasons; what is new, what was lost, and what could not be compared. Pure.

Figures are over what both periods cover (`core.sales.comparing`), so nothing falls because a file is missing: what is sold now where
nothing can be compared stands apart in `uncompared`. VENDORS' formulas: Δ = now − before; points = Δ ÷ before of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from core.errors import BadQuestion
from core.sales.bridge_words import short_reasons
from core.sales.bridging import bridge_items, round_to_sum
from core.sales.carrying import noun
from core.sales.chart_spec import ChartSpec, Series
from core.sales.charts import axis_label
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS
from core.sales.formatting import format_number, round_half_up
from core.sales.measures import MEASURES, find_measure
from core.sales.naming import name_period
from core.sales.query import Result, SalesQuery
from core.sales.relative import in_place
from core.sales.shown import CHANGE, Shown, about

MOVED_BY = ("sales_eur_net", "units", "gross_profit")
Side = Literal["up", "down", "new", "lost"]
RATIO = pl.Decimal(38, 9)
Amount = Decimal | int


@dataclass(frozen=True)
class Movers:
    """`rows`: largest change first: `item`, `before`, `now`, `change` (in the measure's unit), `change_pct` (ratio, null without a positive
    base), `points` (ratio, null where the whole was not positive before), `side` (up, down, new: nothing sold before or only returns, lost: the same now,
    still), `reasons` (words on net revenue, '' where not known). `uncompared`: `item`, `value`, sold now where nothing is compared. `before`
    and `now`: totals of the compared part; `left_out`: what of the asked period is not compared.
    """

    item: str
    measure: str
    rows: pl.DataFrame
    uncompared: pl.DataFrame
    before: Amount
    now: Amount
    left_out: Amount

    @property
    def change(self) -> Amount:
        return self.now - self.before

    def on(self, side: Side) -> pl.DataFrame:
        """The rows of one side, the largest change first."""
        return self.rows.filter(pl.col("side") == side)


def movers_query(query: SalesQuery, item: str, measure: str = "sales_eur_net") -> SalesQuery:
    """The question of the movers: the same population and comparison. Errors: BadQuestion for a figure that does not add up."""
    found = find_measure(measure)
    if found.additivity != "additive":
        raise BadQuestion(
            f"{found.label} of several items do not add up, so no item has a part in the change. Choose net revenue or units."
        )
    return replace(query, measures=(measure,), by=(item,), order_by=None, descending=None, limit=None, others=False)


def find_movers(result: Result, reasons: Mapping[str, str] | None = None) -> Movers:
    """`result`: the answer to `movers_query`; `reasons`: as `reasons_of` gives them. Errors: BadQuestion without a comparison, or where the
    answer does not hold every item."""
    if result.query.compare is None:
        raise BadQuestion("Movers need a comparison. Choose one, for example the prior year.")
    if result.rows_in_all > result.frame.height:
        raise BadQuestion(f"{format_number(result.rows_in_all)} items are too many to list. Choose a shorter period or fewer resellers.")
    item, name = result.query.by[0], result.query.measures[0]
    columns = {f"{name}_before": "before", f"{name}_comparable": "now", f"{name}_change": "change", f"{name}_change_pct": "change_pct"}
    plain = result.frame.select(pl.col(item).alias("item"), pl.col(name).alias("value"), *(pl.col(c).alias(a) for c, a in columns.items()))
    compared = plain.filter(pl.col("change").is_not_null()).with_columns(rate())
    rows = compared.select("item", "before", "now", "change", "change_pct").with_columns(
        _points(result, name),
        side().alias("side"),
        pl.Series("reasons", [(reasons or {}).get(one, "") for one in compared["item"]], dtype=pl.String),
    )
    alone = plain.filter(pl.col("change").is_null() & pl.col("value").is_not_null() & (pl.col("value") != 0)).select("item", "value")
    before, now = (result.totals.get(f"{name}{suffix}") or 0 for suffix in ("_before", "_comparable"))
    return Movers(
        item,
        name,
        rows.sort(pl.col("change").abs(), descending=True, maintain_order=True),
        alone.sort("value", descending=True, maintain_order=True),
        before,
        now,
        (result.totals.get(name) or 0) - now,
    )


def reasons_of(result: Result, most: int = 2) -> dict[str, str]:
    """The largest effects of each item's own bridge, in words: “fewer units −€ 310, lower prices −€ 40”. `result`: the answer to
    `bridging.bridge_query`. What is new or lost has no other reason than that."""
    rows = bridge_items(result, apart=True)
    return {row[rows.columns[0]]: short_reasons(row, most) for row in rows.iter_rows(named=True)}


def item_steps(found: Movers, most: int = 8) -> tuple[tuple[str, Amount], ...]:
    """The largest changes by item, the others as one, in cents (or units): with `before` they add up to `now` exactly."""
    whole = MEASURES[found.measure].whole
    changes = [(row["item"], row["change"]) for row in found.rows.iter_rows(named=True) if row["change"]]
    if not whole:
        total = round_half_up(Decimal(found.now)) - round_half_up(Decimal(found.before))
        cents = round_to_sum([Decimal(value) for _, value in changes], total) if changes else []
        changes = [(name, value) for (name, _), value in zip(changes, cents, strict=True)]
    listed = changes if len(changes) <= most + 1 else changes[:most]
    rest = sum((value for _, value in changes[len(listed) :]), Decimal(0) if not whole else 0)
    return (*listed, *(((OTHERS, rest),) if len(changes) > len(listed) else ()))


def items_chart(found: Movers, result: Result, most: int = 8) -> ChartSpec:
    """The waterfall from before to now by item. `result`: the answer that `found` is made of."""
    levels = (
        name_period(result.compared_with) if result.compared_with else "Before",
        name_period(result.period) if result.period else "Now",
    )
    steps = item_steps(found, most)
    ends = [value if MEASURES[found.measure].whole else round_half_up(Decimal(value)) for value in (found.before, found.now)]
    categories = (levels[0], *(name for name, _ in steps), levels[1])
    measure = MEASURES[found.measure]
    title = f"{measure.label} by {DIMENSIONS[found.item].title.lower()}, {levels[1]} against {levels[0]}"
    series = (Series(measure.label, (ends[0], *(value for _, value in steps), ends[1])),)
    return ChartSpec("waterfall", title, categories, series, "", axis_label(measure), measure.unit, totals=(0, len(categories) - 1))


def headline(found: Movers, names: Sequence[str] = ("up", "down", "new", "lost")) -> str:
    """“Products: 12 rose, 8 fell, 2 new, 1 lost.” What is not stated counts as no item."""
    counts = {side: found.on(side).filter(pl.col("item") != NOT_STATED).height for side in names}  # type: ignore[arg-type]
    words = {"up": "rose", "down": "fell", "new": "new", "lost": "lost"}
    parts = [f"{format_number(count)} {words[side]}" for side, count in counts.items() if count]
    what = noun(found.item).capitalize()
    return f"{what}: {', '.join(parts)}." if parts else f"{what}: none moved."


def _points(result: Result, name: str) -> pl.Expr:
    whole = result.totals.get(f"{name}_before")
    if whole is None or whole <= 0:
        return pl.lit(None, dtype=RATIO).alias("points")
    return (pl.col("change").cast(RATIO) / pl.lit(Decimal(whole))).alias("points")


def rate() -> pl.Expr:
    """`change_pct` where there is a positive base, null elsewhere. Columns: `before`, `change_pct`."""
    return pl.when(pl.col("before") > 0).then(pl.col("change_pct")).alias("change_pct")


def side() -> pl.Expr:
    """Whether a row rose, fell, is new or lost (`Movers.rows`), or none of it: still. Columns: `before`, `now`, `change`."""
    return (
        pl.when((pl.col("before") <= 0) & (pl.col("now") > 0)).then(pl.lit("new"))
        .when((pl.col("now") <= 0) & (pl.col("before") > 0)).then(pl.lit("lost"))
        .when(pl.col("change") > 0).then(pl.lit("up"))
        .when(pl.col("change") < 0).then(pl.lit("down"))
        .otherwise(pl.lit("still"))
    )  # fmt: skip


def table(found: Movers) -> pl.DataFrame:
    """All movers as they are shown and taken away: item, before, now, change, change %, points, what they are, reasons."""
    title = DIMENSIONS[found.item].title
    words: dict[str, Any] = {"up": "rose", "down": "fell", "new": "new", "lost": "lost", "still": "unchanged"}
    return found.rows.select(
        pl.col("item").alias(title),
        pl.col("before").alias("Before"),
        pl.col("now").alias("Now"),
        pl.col("change").alias("Change"),
        pl.col("change_pct").alias("Change %"),
        pl.col("points").alias("Points of the whole"),
        pl.col("side").replace_strict(words, return_dtype=pl.String).alias("Movement"),
        pl.col("reasons").alias("Reasons (net revenue)"),
    )


def as_shown(found: Movers, result: Result) -> Shown:
    """The movers with what the file says of them. `result`: the answer that they are made of."""
    unit = MEASURES[found.measure].unit
    title = f"{MEASURES[found.measure].label}: what moved by {DIMENSIONS[found.item].title.lower()}"
    units = {"Before": unit, "Now": unit, "Change": unit, "Change %": CHANGE, "Points of the whole": CHANGE}
    totals = {"Before": found.before, "Now": found.now, "Change": found.change}
    told = (("Points", "Change ÷ total before: what an item adds to the change in percent."), ("Not compared", str(found.left_out)))
    stands = {"Change %": words} if any(words := in_place(found.rows.iter_rows(named=True), ["change_pct"]).get("change_pct", ())) else {}
    return Shown(title, table(found), (*about(result), *told), totals, units, stands)
