"""ABC classes: the few items that make the most of a figure, who changed class, and how much the classes hang on their cuts. Pure.

The rule. Items with a positive figure are ranked by it, and their sum is the whole. An item is in class A while the larger ones together
are below the first cut (80 %), in B while they are below the second (95 %), else in C: the item that crosses a cut belongs to the class
before it. Items with equal figures are never parted: they share the class of the first of them. What is zero, negative or not stated has
no class and is no part of the 100 %; it is listed apart.

Concentration. Herfindahl–Hirschman index: Σ share², here from 0 to 1 (US Department of Justice and FTC, Merger Guidelines 2023, §2.1,
state it in points, × 10 000). Gini coefficient: Σ (2i − n − 1) x_i ÷ (n Σ x), x ascending (Damgaard and Weiner, “Describing inequality in
plant size or fecundity”, Ecology 81, 2000): 0 where all are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from core.errors import BadQuestion
from core.sales.carrying import noun
from core.sales.chart_spec import ChartSpec, Series
from core.sales.charts import axis_label
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS
from core.sales.formatting import format_number, format_ratio
from core.sales.measures import MEASURES, find_measure
from core.sales.naming import name_period
from core.sales.query import Result, SalesQuery
from core.sales.shown import Shown, about

Class = Literal["A", "B", "C"]
CLASSES: tuple[Class, ...] = ("A", "B", "C")
NEW, GONE = "new", "gone"
UNIT = Decimal("0.000000001")
RATIO = pl.Decimal(38, 9)
STEP = Decimal("0.05")
TOP = 10
CLASSED_BY = ("sales_eur_net", "units", "gross_profit", "sales_eur_gross")


@dataclass(frozen=True)
class Cuts:
    """Parts of the whole at which A and B end."""

    a: Decimal = Decimal("0.80")
    b: Decimal = Decimal("0.95")

    def __post_init__(self) -> None:
        if not 0 < self.a < self.b < 1:
            raise BadQuestion("The cuts must rise: A ends below B, and both lie between 0 and 100 %, for example 80 and 95.")

    @property
    def words(self) -> str:
        """“A to 80 %, B to 95 %”"""
        return f"A to {format_ratio(self.a, 0)}, B to {format_ratio(self.b, 0)}"


@dataclass(frozen=True)
class Classed:
    """One item of a class: its figure, its part of the whole, and the part that it makes with all larger ones."""

    name: str
    value: Decimal
    share: Decimal
    running: Decimal
    group: Class


@dataclass(frozen=True)
class Moved:
    """One item in both periods, over what both cover. `before`, `now`: its class, or `new` and `gone` where it has no positive figure."""

    name: str
    before: str
    now: str
    value_before: Decimal
    value_now: Decimal


@dataclass(frozen=True)
class Concentration:
    """`items`: with a positive figure; `top`: the part of the ten largest; `herfindahl`, `gini`: 0 to 1, see the module."""

    items: int
    top: Decimal
    herfindahl: Decimal
    gini: Decimal


@dataclass(frozen=True)
class Classes:
    """`rows`: the classed items of the asked period, largest first; `apart`: items without a positive figure, and what is not stated.
    `moved`: every item that is compared, empty without a comparison; `uncompared`: how many items can not be compared."""

    item: str
    measure: str
    cuts: Cuts
    rows: tuple[Classed, ...]
    apart: tuple[tuple[str, Decimal], ...]
    moved: tuple[Moved, ...] = ()
    uncompared: int = 0
    groups: Mapping[str, Class] = field(default_factory=dict)

    @property
    def whole(self) -> Decimal:
        return sum((row.value for row in self.rows), Decimal(0))

    def members(self, group: Class) -> tuple[Classed, ...]:
        return tuple(row for row in self.rows if row.group == group)

    def matrix(self) -> dict[tuple[str, str], int]:
        """How many items went from the one class to the other; (before, now) of A, B, C, and new or gone."""
        found: dict[tuple[str, str], int] = {}
        for one in self.moved:
            found[one.before, one.now] = found.get((one.before, one.now), 0) + 1
        return found

    def went(self, before: str, now: str) -> tuple[Moved, ...]:
        """The items behind one cell of the matrix, the largest first."""
        return tuple(one for one in self.moved if (one.before, one.now) == (before, now))


def classes_query(query: SalesQuery, item: str, measure: str = "sales_eur_net") -> SalesQuery:
    """The question of the classes. Errors: BadQuestion for a figure that does not add up."""
    found = find_measure(measure)
    if found.additivity != "additive":
        raise BadQuestion(f"{found.label} of several items do not add up to a whole that classes could be parts of. Choose net revenue.")
    return replace(query, measures=(measure,), by=(item,), order_by=None, descending=None, limit=None, others=False)


def find_classes(result: Result, cuts: Cuts | None = None) -> Classes:
    """`result`: the answer to `classes_query`; with a comparison also who changed class, over what both periods cover. Errors: BadQuestion
    where the answer does not hold every item."""
    if result.rows_in_all > result.frame.height:
        raise BadQuestion(f"{format_number(result.rows_in_all)} items are too many to rank. Choose a shorter period or fewer resellers.")
    cuts = cuts or Cuts()
    item, name = result.query.by[0], result.query.measures[0]
    values = _values(result, name)
    rows = classify(values, cuts)
    classed = {row.name for row in rows}
    apart = tuple((one, value) for one, value in sorted(values.items(), key=lambda pair: pair[1]) if one not in classed)
    groups = {row.name: row.group for row in rows}
    if result.query.compare is None:
        return Classes(item, name, cuts, rows, apart, groups=groups)
    now, before = _values(result, f"{name}_comparable"), _values(result, f"{name}_before")
    compared = {one for one in (*now, *before) if one != NOT_STATED}
    uncompared = sum(1 for one in classed if one not in compared)
    return Classes(item, name, cuts, rows, apart, _moved(now, before, cuts), uncompared, groups)


def classify(values: Mapping[str, Decimal], cuts: Cuts) -> tuple[Classed, ...]:
    """The items with a positive figure, largest first, each with its class by the rule above. What is not stated has none."""
    ranked = sorted(
        ((name, value) for name, value in values.items() if value > 0 and name != NOT_STATED), key=lambda p: (-p[1], p[0].casefold())
    )
    whole = sum((value for _, value in ranked), Decimal(0))
    found: list[Classed] = []
    running = larger = Decimal(0)  # `larger`: the sum of what is larger than the item and all that equal it
    for place, (name, value) in enumerate(ranked):
        if place and value < ranked[place - 1][1]:
            larger = running
        running += value
        group: Class = "A" if larger < cuts.a * whole else "B" if larger < cuts.b * whole else "C"
        found.append(Classed(name, value, (value / whole).quantize(UNIT), (running / whole).quantize(UNIT), group))
    return tuple(found)


def sensitivity(found: Classes) -> tuple[tuple[Cuts, ...], pl.DataFrame]:
    """The first cut five points lower and higher, and the items whose class is not the same at all of them: `item`, then one column a cut
    (its class there), in order of size."""
    choices = [a for a in (found.cuts.a - STEP, found.cuts.a, found.cuts.a + STEP) if 0 < a < found.cuts.b]
    cuts = tuple(Cuts(a, found.cuts.b) for a in choices)
    figures = {row.name: row.value for row in found.rows}
    by_cut = [{row.name: row.group for row in classify(figures, one)} for one in cuts]
    unsteady = [row.name for row in found.rows if len({groups[row.name] for groups in by_cut}) > 1]
    told: dict[str, list[str]] = {"item": unsteady}
    told |= {format_ratio(one.a, 0): [groups[name] for name in unsteady] for one, groups in zip(cuts, by_cut, strict=True)}
    return cuts, pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in told.items()])


def concentration(values: Iterable[Decimal]) -> Concentration | None:
    """Of the positive figures; None where there is none."""
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return None
    whole, count = sum(positive, Decimal(0)), len(positive)
    herfindahl = sum((value / whole) ** 2 for value in positive)
    gini = sum((2 * i - count - 1) * value for i, value in enumerate(positive, 1)) / (count * whole)
    top = sum(positive[-TOP:], Decimal(0)) / whole
    return Concentration(count, top.quantize(UNIT), Decimal(herfindahl).quantize(UNIT), Decimal(gini).quantize(UNIT))


def pareto_chart(found: Classes, result: Result, most: int = 25) -> ChartSpec | None:
    """Bars by size and the line of their running share, with the cuts; the others as one bar. None where nothing is classed."""
    if not found.rows:
        return None
    measure = MEASURES[found.measure]
    shown = found.rows if len(found.rows) <= most + 1 else found.rows[:most]
    rest = found.rows[len(shown) :]
    names = [row.name for row in shown] + ([OTHERS] if rest else [])
    bars: list[Any] = [row.value for row in shown] + ([sum((row.value for row in rest), Decimal(0))] if rest else [])
    running = [row.running for row in shown] + ([Decimal(1)] if rest else [])
    period = name_period(result.period) if result.period else ""
    return ChartSpec(
        "pareto",
        headline(found),
        tuple(names),
        (Series(measure.label, tuple(bars)), Series("Running share", tuple(running), "before", "ratio")),
        DIMENSIONS[found.item].title,
        axis_label(measure),
        measure.unit,
        period,
        groups=tuple(row.group for row in shown) + (("",) if rest else ()),
        levels=(found.cuts.a, found.cuts.b),
    )


def headline(found: Classes) -> str:
    """“3 of 24 products make 81 % of net revenue”: the finding of the chart."""
    few = found.members("A")
    if not few:
        return f"No {noun(found.item, 1)} has a positive figure"
    part = format_ratio(few[-1].running, 0)
    makes = "makes" if len(few) == 1 else "make"
    return f"{len(few)} of {len(found.rows)} {noun(found.item, len(found.rows))} {makes} {part} of {MEASURES[found.measure].label.lower()}"


def summary(found: Classes) -> pl.DataFrame:
    """One row a class: `class`, `items`, `value`, `share` (of the whole), `items_before` (over what is compared; null without), all items in
    the last row."""
    before = {group: sum(1 for one in found.moved if one.before == group) for group in CLASSES}
    known = bool(found.moved)
    rows: list[tuple[Any, ...]] = [
        (
            group,
            len(found.members(group)),
            sum((row.value for row in found.members(group)), Decimal(0)),
            sum((row.share for row in found.members(group)), Decimal(0)),
            before[group] if known else None,
        )
        for group in CLASSES
    ]
    rows.append(("All", len(found.rows), found.whole, Decimal(1) if found.rows else Decimal(0), sum(before.values()) if known else None))
    schema: dict[str, Any] = {"class": pl.String, "items": pl.Int64, "value": RATIO, "share": RATIO, "items_before": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def table(found: Classes) -> pl.DataFrame:
    """All items as they are shown and taken away: item, class, class before (over what is compared), figure, share, running share."""
    before = {one.name: one.before for one in found.moved}
    rows: list[tuple[Any, ...]] = [(row.name, row.group, before.get(row.name), row.value, row.share, row.running) for row in found.rows]
    rows += [(name, "no class", before.get(name), value, None, None) for name, value in found.apart]
    label = axis_label(MEASURES[found.measure])
    names = (DIMENSIONS[found.item].title, "Class", "Class before", label, "Share", "Running share")
    types = (pl.String, pl.String, pl.String, RATIO, RATIO, RATIO)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _values(result: Result, column: str) -> dict[str, Decimal]:
    names, values = result.frame[result.query.by[0]], result.frame[column]
    return {name: Decimal(value) for name, value in zip(names, values, strict=True) if value is not None and name != OTHERS}


def _moved(now: Mapping[str, Decimal], before: Mapping[str, Decimal], cuts: Cuts) -> tuple[Moved, ...]:
    after, earlier = ({row.name: row.group for row in classify(values, cuts)} for values in (now, before))
    names = sorted({*after, *earlier}, key=lambda name: (-max(now.get(name, Decimal(0)), before.get(name, Decimal(0))), name.casefold()))
    zero = Decimal(0)
    return tuple(Moved(n, earlier.get(n, NEW), after.get(n, GONE), before.get(n, zero), now.get(n, zero)) for n in names)


def moves_in_words(found: Classes, most: int = 3) -> Sequence[str]:
    """“2 items rose into A: …”, one sentence for each direction that happened; empty without a comparison."""
    rank = {name: place for place, name in enumerate((*CLASSES, GONE))}
    sides = {
        "rose": [one for one in found.moved if one.before in CLASSES and rank[one.now] < rank[one.before]],
        "fell": [one for one in found.moved if one.before in CLASSES and one.now in CLASSES and rank[one.now] > rank[one.before]],
        "are new": [one for one in found.moved if one.before == NEW],
        "are gone": [one for one in found.moved if one.now == GONE],
    }
    said = []
    for words, ones in sides.items():
        if ones:
            named = ", ".join(f"{one.name} ({one.before} → {one.now})" for one in ones[:most]) + (" …" if len(ones) > most else "")
            said.append(f"{len(ones)} {words if len(ones) != 1 else words.replace('are', 'is')}: {named}.")
    return said


RULE = (
    "Ranked by size; an item is in A while the larger ones together are below the first cut, in B below the second, else in C: the item that "
    "crosses a cut belongs to the class before it, and equal figures share a class. Zero and negative figures, and what is not stated, have "
    "no class and are no part of the 100 %."
)


def as_shown(found: Classes, result: Result) -> Shown:
    """The classes with what the file says of them. `result`: the answer that they are made of."""
    label = axis_label(MEASURES[found.measure])
    rows = table(found)
    title = f"{MEASURES[found.measure].label}: classes by {DIMENSIONS[found.item].title.lower()}"
    units = {label: MEASURES[found.measure].unit, "Share": "ratio", "Running share": "ratio"}
    told = (("Classes", f"{found.cuts.words}. {RULE}"),)
    return Shown(title, rows, (*about(result), *told), {label: found.whole}, units)
