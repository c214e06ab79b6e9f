"""Where a change comes from: movers and the bridge from before to now. Pure over answers of `running.run`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from core.errors import BadQuestion
from core.sales.bridge_effects import Amounts, Cell, Effects, effects_by_item, total_effects
from core.sales.dimensions import OTHERS
from core.sales.formatting import format_number, round_half_up
from core.sales.query import Result, SalesQuery

CENT = Decimal("0.01")
PRECISE = Decimal("0.000000001")
EUR = pl.Decimal(38, 9)
BRIDGE_MEASURES = (
    "sales_eur_net",
    "revenue_returned",
    "revenue_of_free",
    "sold_revenue_with_units",
    "sold_units_with_revenue",
    "sold_revenue",
    "sold_gross",
    "sold_net_with_gross",
    "sold_local",
)
CELL = ("product", "reseller", "currency", "vat_basis", "country")
ZERO, NOTHING = Decimal(0), Fraction(0)
LABELS = {
    "new": "New",
    "lost": "Lost",
    "volume": "Volume",
    "mix": "Mix",
    "price": "Price",
    "currency": "Currency",
    "vat": "VAT rates",
    "returns": "Returns",
    "free_goods": "Free goods",
    "without_units": "Money without units",
}


@dataclass(frozen=True)
class Bridge:
    """EUR net, in cents: before + the sum of the effects = now, exactly. `core.sales.bridge_effects` states each formula and their order.

    new, lost: items sold in one period only. volume: more or fewer units at the average price. mix: units moved to dearer or cheaper
    products and places. price: of the same product at the same place. currency, vat: rates of exchange and of VAT. returns, free_goods:
    change of their money. without_units: change of money whose units are not stated.
    """

    before: Decimal = ZERO
    new: Decimal = ZERO
    lost: Decimal = ZERO
    volume: Decimal = ZERO
    mix: Decimal = ZERO
    price: Decimal = ZERO
    currency: Decimal = ZERO
    vat: Decimal = ZERO
    returns: Decimal = ZERO
    free_goods: Decimal = ZERO
    without_units: Decimal = ZERO
    now: Decimal = ZERO

    @property
    def steps(self) -> tuple[tuple[str, Decimal], ...]:
        """Label and effect of each step between before and now, in order."""
        return tuple((label, getattr(self, name)) for name, label in LABELS.items())

    @property
    def change(self) -> Decimal:
        return self.now - self.before


def bridge_query(query: SalesQuery, item: str = "product") -> SalesQuery:
    """The question whose answer `bridge` needs: the same population and comparison, by `item` and what prices and rates depend on."""
    by = tuple(dict.fromkeys((item, *CELL)))
    return replace(query, measures=BRIDGE_MEASURES, by=by, order_by=None, descending=None, limit=None, others=False)


def bridge(result: Result) -> Bridge:
    """The bridge over the comparable part of the asked period. `result`: the answer to `bridge_query`. Errors: BadQuestion without a comparison."""
    return result.worked_out("bridge", lambda: bridge_of(_cells(result)))


def bridge_of(cells: Iterable[Cell]) -> Bridge:
    """Effects summed over items, then rounded to cents by largest remainder so that the bridge closes."""
    listed = list(cells)
    before = round_half_up(_decimal(sum((c.before.net for c in listed), Fraction(0))))
    now = round_half_up(_decimal(sum((c.now.net for c in listed), Fraction(0))))
    effects = total_effects(effects_by_item(listed))
    rounded = round_to_sum([_decimal(getattr(effects, name)) for name in LABELS], now - before)
    return Bridge(before, now=now, **dict(zip(LABELS, rounded, strict=True)))


def bridge_items(result: Result, *, apart: bool = False) -> pl.DataFrame:
    """The effects of each item, largest change first: the item, `before`, one column per effect, `change`, `now` (EUR net, unrounded).

    `result`: the answer to `bridge_query`. `apart`: each item explained by itself (its volume at its own price of before), as movers are;
    else as its part of the whole bridge. By currency, which is an effect too, the first column is `item`. Errors: BadQuestion without a
    comparison.
    """
    return result.worked_out(f"bridge_items {apart}", lambda: _items(result, apart))


def _items(result: Result, apart: bool) -> pl.DataFrame:
    cells = _cells(result)
    totals: dict[Hashable, list[Fraction]] = {}
    for cell in cells:
        own = totals.setdefault(cell.item, [Fraction(0), Fraction(0)])
        totals[cell.item] = [own[0] + cell.before.net, own[1] + cell.now.net]
    names = [f.name for f in fields(Effects)]
    rows = [_item_row(item, totals[item], effects, names) for item, effects in effects_by_item(cells, apart=apart).items()]
    item = result.query.by[0]
    schema: dict[str, Any] = {"item" if item in names else item: result.frame.schema[item]} | dict.fromkeys(
        ("before", *names, "change", "now"), EUR
    )
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort(pl.col("change").abs(), descending=True, maintain_order=True)


def _item_row(item: Hashable, totals: list[Fraction], effects: Effects, names: list[str]) -> tuple[Any, ...]:
    before, now = totals
    return (item, _decimal(before), *(_decimal(getattr(effects, name)) for name in names), _decimal(now - before), _decimal(now))


def _cells(result: Result) -> list[Cell]:
    _needs_comparison(result)
    if result.rows_in_all > result.frame.height:
        raise BadQuestion(
            f"{format_number(result.rows_in_all)} groups are too many to explain. Choose a shorter period or fewer resellers."
        )
    item = result.query.by[0]
    return [_cell(row, item) for row in result.frame.iter_rows(named=True)]


def _cell(row: Mapping[str, Any], item: str) -> Cell:
    place = (row["reseller"], row["currency"], row["vat_basis"], row["country"])
    return Cell(row[item], *place, _amounts(row, "_comparable"), _amounts(row, "_before"), row["product"])


def _amounts(row: Mapping[str, Any], era: str) -> Amounts:
    values = (row[f"{name}{era}"] for name in BRIDGE_MEASURES)
    return Amounts(*(Fraction(value) if value else NOTHING for value in values))


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(PRECISE)


def round_to_sum(effects: list[Decimal], total: Decimal) -> list[Decimal]:
    """Cents that add up to `total`, what is missing given to the largest remainders; effects that are 0 stay 0 where others can take it."""
    floors = [effect.quantize(CENT, rounding=ROUND_FLOOR) for effect in effects]
    missing = int((total - sum(floors)) / CENT)
    by_remainder = sorted(range(len(effects)), key=lambda i: effects[i] - floors[i], reverse=True)
    for index in by_remainder[:missing]:
        floors[index] += CENT
    if missing < 0:
        floors[max(range(len(effects)), key=lambda i: abs(effects[i]))] += CENT * missing
    return floors


def movers(result: Result, measure: str | None = None) -> pl.DataFrame:
    """What moved most, first: the dimensions, `now` (comparable), `before`, `change`, `change_pct`, `points` (change ÷ total before;
    null where that is not positive)."""
    _needs_comparison(result)
    name = measure or result.query.measures[0]
    whole = result.totals.get(f"{name}_before")
    points = (
        (pl.col("change").cast(pl.Decimal(38, 9)) / pl.lit(Decimal(whole)))
        if whole is not None and whole > 0
        else pl.lit(None, dtype=pl.Decimal(38, 9))
    )
    columns = {f"{name}_comparable": "now", f"{name}_before": "before", f"{name}_change": "change", f"{name}_change_pct": "change_pct"}
    frame = result.frame.select(*result.query.by, *columns).rename(columns).filter(pl.col("change").is_not_null())
    for dimension in result.query.by:
        if frame.schema[dimension] == pl.String:
            frame = frame.filter(pl.col(dimension) != OTHERS)
    return frame.with_columns(points.alias("points")).sort(pl.col("change").abs(), descending=True, maintain_order=True)


def _needs_comparison(result: Result) -> None:
    if result.query.compare is None:
        raise BadQuestion("This needs a comparison. Choose one, for example the prior year.")
