"""A heat map: items by months, quarters, weeks or fiscal months, each cell with what is known of it. Pure over answers of `running.run`.

A cell without a line is blank where none of the item's carriers was heard of, and 0 where they were; a cell whose slot runs on, or which
some carriers did not state, is known in part and says whom it misses (see `core.sales.carrying`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from core.errors import BadQuestion
from core.sales.carrying import Carriers, Heard, heard, reaches, slots_in
from core.sales.charts import name_moment
from core.sales.covered import Covered
from core.sales.dimensions import DIMENSIONS, FISCAL, NOT_STATED, OTHERS
from core.sales.fiscal import FiscalCalendar, name_part
from core.sales.formatting import format_change
from core.sales.measures import MEASURES, Measure, find_measure
from core.sales.naming import name_period
from core.sales.query import Comparison, Period, Result, SalesQuery
from core.sales.relative import NEW, change_words, relative_change, stands_for
from core.sales.restated import Restated, restatement_words
from core.sales.shown import Shown, about

Across = Literal["month", "quarter", "week", "fiscal_month"]
Tint = Literal["value", "season", "change"]
Order = Literal["size", "launch", "name"]
ACROSS: Mapping[str, str] = {"month": "Months", "quarter": "Quarters", "week": "Weeks", "fiscal_month": "Fiscal months"}
MEASURES_OF_CELLS = ("sales_eur_net", "units", "sales_eur_gross", "gross_profit")
MOST_SLOTS = 160
RATIO = Decimal("0.000000001")
MOST_NAMED = 200  # cells known in part that a file names
Value = Decimal | int | None


@dataclass(frozen=True)
class Cell:
    """`value`: the figure; 0 where the carriers stated nothing sold; None where none was heard of. `now`, `before`: the part that is
    compared and what it is compared with, None without. `restated`: what a later file stated differently, in words."""

    value: Value
    heard: Heard
    now: Value = None
    before: Value = None
    restated: str = ""

    @property
    def change(self) -> Decimal | None:
        """(now − before) ÷ before; None without a positive base, or where it is not covered."""
        ratio = relative_change(self.now, self.before)
        return None if ratio is None else ratio.quantize(RATIO)

    @property
    def is_new(self) -> bool:
        """Sold now, and nothing before, where both are covered; more returned than sold is not nothing."""
        return stands_for(self.now, self.before) == NEW


@dataclass(frozen=True)
class Row:
    """One item, or the others together (`is_rest`). `total`: of the asked period, also what states no slot."""

    name: str
    cells: tuple[Cell, ...]
    total: Value
    is_rest: bool = False


@dataclass(frozen=True)
class HeatMap:
    """`slots`: the spans of the columns, in order; `moments`: the days that name them in answers; `titles`: as people read them.
    `rows`: by size, by launch or by name, the others last. `totals`: of each column; `total`: of all; `without_slot`: what states none."""

    measure: str
    item: str
    across: str
    slots: tuple[Period, ...]
    moments: tuple[date, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Value, ...]
    total: Value
    without_slot: Value
    items: int

    def shade(self, row: Row, place: int, tint: Tint) -> Decimal | None:
        """What a cell is coloured by: its value, its part of the row's largest one, or its change."""
        cell = row.cells[place]
        if tint == "change":
            return cell.change
        if tint == "value" or cell.value is None:
            return None if cell.value is None else Decimal(cell.value)
        most = max((Decimal(c.value) for c in row.cells if c.value is not None), default=Decimal(0))
        return (Decimal(cell.value) / most).quantize(RATIO) if most > 0 else None

    def frame(self) -> pl.DataFrame:
        """One row an item: its name, a column per slot (null: not covered; 0: covered, nothing sold), `Total`."""
        title = DIMENSIONS[self.item].title
        dtype: Any = pl.Int64 if MEASURES[self.measure].whole else pl.Decimal(38, 9)
        columns = {title: pl.Series([row.name for row in self.rows], dtype=pl.String)}
        columns |= {name: pl.Series([row.cells[i].value for row in self.rows], dtype=dtype) for i, name in enumerate(self.titles)}
        return pl.DataFrame(columns | {"Total": pl.Series([row.total for row in self.rows], dtype=dtype)})


def heat_query(
    query: SalesQuery, item: str, across: str, measure: str = "sales_eur_net", compare: Comparison | Period | None = None
) -> SalesQuery:
    """The question of the cells: the same filters and period. Errors: BadQuestion for a figure that does not add up."""
    found = find_measure(measure)
    if found.additivity != "additive":
        raise BadQuestion(f"{found.label} of several items do not add up, so the map has no totals. Choose net revenue or units.")
    return replace(
        query,
        measures=(measure,),
        by=(item, across),
        compare=compare,
        like_for_like=query.like_for_like if compare is not None else None,
        order_by=None,
        descending=None,
        limit=None,
        others=False,
    )


def launch_query(query: SalesQuery, item: str) -> SalesQuery:
    """When each item sold: units sold by item and month, over all data."""
    where = tuple(f for f in query.where if not DIMENSIONS[f.dimension].is_time)
    return SalesQuery(("units_sold",), (item, "month"), where, without_bulk=query.without_bulk)


def launches(result: Result) -> dict[str, date]:
    """The first month with units sold, by item. `result`: the answer to `launch_query`."""
    sold = result.frame.filter((pl.col("units_sold") > 0) & pl.col("month").is_not_null())
    return dict(sold.group_by(result.query.by[0]).agg(pl.col("month").min()).iter_rows())


def heat_map(
    result: Result,
    carriers: Carriers,
    covered: Covered,
    today: date,
    calendar: FiscalCalendar,
    *,
    most: int = 25,
    order: Order = "size",
    launched: Mapping[str, date] | None = None,
    restated: Sequence[Restated] = (),
) -> HeatMap:
    """The `most` largest items and the others. `result`: the answer to `heat_query`; `launched`: for the order by launch.

    Errors: BadQuestion where there would be too many columns, or the answer is not whole.
    """
    if result.rows_in_all > result.frame.height:
        raise BadQuestion("These are too many cells to draw. Choose a shorter period, coarser columns or fewer resellers.")
    item, across, measure = result.query.by[0], result.query.by[1], find_measure(result.query.measures[0])
    slots = _slots(result, across, calendar)
    spans = reaches(covered, slots, today)
    lines = _Lines.of(result, item, across, measure.name)
    names = lines.by_size
    listed, rest = names[:most], names[most:]
    if len(rest) == 1:  # one item is not “others”
        listed, rest = names, []

    def row(name: str, members: Sequence[str], is_rest: bool = False) -> Row:
        owners = frozenset().union(*(carriers.get(member, frozenset()) for member in members))
        told, sums = [one for one in restated if one.reseller in owners], lines.of_items(members)
        cells = tuple(
            _cell(sums.get(slot.start, NOTHING), _heard(owners, spans[slot], slot, result.period, today), measure, _told(told, slot))
            for slot in slots
        )
        return Row(name, cells, lines.total(members), is_rest)

    together = lines.of_items(names)
    rows = [row(name, [name]) for name in _ordered(listed, order, launched or {})]
    rows += [row(OTHERS, rest, True)] if rest else []
    return HeatMap(
        measure.name,
        item,
        across,
        slots,
        tuple(slot.start for slot in slots),
        tuple(slot_title(slot, across, calendar) for slot in slots),
        tuple(rows),
        tuple(together.get(slot.start, NOTHING).value for slot in slots),
        result.totals.get(measure.name),
        together.get(None, NOTHING).value,
        len(names),
    )


def slot_title(slot: Period, across: str, calendar: FiscalCalendar) -> str:
    """`May 2025`, `Q2 2025`, `w/c 2 Jun 2025`, `FY2026 P03`."""
    if across in FISCAL:
        return name_part(calendar, slot.start, across.removeprefix("fiscal_"))  # type: ignore[arg-type]
    return name_moment(slot.start, across)


@dataclass(frozen=True)
class _Sums:
    value: Value = None
    now: Value = None
    before: Value = None

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(_add(self.value, other.value), _add(self.now, other.now), _add(self.before, other.before))


NOTHING = _Sums()


@dataclass(frozen=True)
class _Lines:
    """The answer by item and moment (None: what states none)."""

    sums: Mapping[str, Mapping[date | None, _Sums]]

    @classmethod
    def of(cls, result: Result, item: str, across: str, measure: str) -> _Lines:
        names = [measure, *(f"{measure}{suffix}" for suffix in ("_comparable", "_before") if result.query.compare is not None)]
        found: dict[str, dict[date | None, _Sums]] = {}
        for name, moment, *values in result.frame.select(item, across, *names).iter_rows():
            found.setdefault(name, {})[moment] = _Sums(*values)
        return cls(found)

    @property
    def by_size(self) -> list[str]:
        """The largest first; what is not stated last."""
        return sorted(self.sums, key=lambda name: (name == NOT_STATED, -Decimal(self.total([name]) or 0), name.casefold()))

    def of_items(self, members: Sequence[str]) -> dict[date | None, _Sums]:
        """These items together, by moment."""
        found: dict[date | None, _Sums] = {}
        for member in members:
            for moment, sums in self.sums[member].items():
                found[moment] = found[moment].plus(sums) if moment in found else sums
        return found

    def total(self, members: Sequence[str]) -> Value:
        found: Value = None
        for member in members:
            for sums in self.sums[member].values():
                found = _add(found, sums.value)
        return found


def _slots(result: Result, across: str, calendar: FiscalCalendar) -> tuple[Period, ...]:
    days = result.frame[across].drop_nulls()
    period = result.period or (Period(days.min(), days.max()) if days.len() else None)  # type: ignore[arg-type]
    slots = slots_in(period, across, calendar) if period else ()
    if len(slots) > MOST_SLOTS:
        raise BadQuestion(f"{len(slots)} columns are too many to read. Choose a shorter period or coarser columns.")
    return slots


def _heard(owners: frozenset[str], reach: Mapping[str, Any], slot: Period, period: Period | None, today: date) -> Heard:
    """Of a slot that the asked period cuts, only a part is shown."""
    found = heard(owners, reach, slot, today)
    is_cut = period is not None and (slot.start < period.start or slot.end > period.end)
    return Heard("partly", found.missing) if is_cut and found.state == "covered" else found


def _cell(sums: _Sums, known: Heard, measure: Measure, told: str) -> Cell:
    nothing: Value = 0 if measure.whole else Decimal(0)
    value = sums.value if sums.value is not None or not known.is_known else nothing
    return Cell(value, known, sums.now, sums.before, told)


def _told(restated: Sequence[Restated], slot: Period) -> str:
    ones = [one for one in restated if slot.start <= one.period.end <= slot.end]
    return "; ".join(restatement_words(one, slot) for one in ones[:2]) + (f"; and {len(ones) - 2} more" if len(ones) > 2 else "")


def _ordered(names: Sequence[str], order: Order, launched: Mapping[str, date]) -> list[str]:
    keys: dict[Order, Callable[[str], Any]] = {
        "size": lambda name: 0,
        "launch": lambda name: -launched.get(name, date.min).toordinal(),
        "name": lambda name: (name == NOT_STATED, name.casefold()),
    }
    return sorted(names, key=keys[order])


def _add(one: Value, other: Value) -> Value:
    return other if one is None else one if other is None else one + other


def cell_words(found: HeatMap, cell: Cell, place: int, show: Callable[[str, Any], str], before: str = "") -> str:
    """What the hover of a cell says: the slot, the figure, the change, what is missing, what was restated. `show`: formats a figure."""
    parts = [f"{found.titles[place]}: {show(found.measure, cell.value) if cell.value is not None else 'not known'}"]
    if cell.before is not None:
        went = (
            change_words(found.measure, cell.change, cell.now, cell.before)
            if cell.before < 0
            else "new"
            if cell.is_new
            else format_change(cell.change)
        )
        parts.append(f"{went} against {show(found.measure, cell.before)}{f' in {before}' if before else ''}")
    parts += [cell.heard.words] if cell.heard.words else []
    parts += [f"↻ {cell.restated}"] if cell.restated else []
    return " · ".join(parts)


def explain(found: HeatMap, show: Callable[[str, Any], str]) -> tuple[str, ...]:
    """What a reader must know beside the map: what states no slot, and which cells are not whole."""
    notes = []
    if found.without_slot:
        noun = DIMENSIONS[found.across].title.lower()
        notes.append(f"{show(found.measure, found.without_slot)} states no {noun}: it stands in the totals, in no cell.")
    open_slots = [
        name_period(slot) for i, slot in enumerate(found.slots) if any(row.cells[i].heard.state == "partly" for row in found.rows)
    ]
    if open_slots:
        listed = ", ".join(open_slots[:4]) + (f" and {len(open_slots) - 4} more" if len(open_slots) > 4 else "")
        notes.append(f"Known in part (hatched): {listed}. A cell's own text names who is missing.")
    return tuple(notes)


def as_shown(found: HeatMap, result: Result) -> Shown:
    """The map as a table, with what the file says of it: blank is not covered, 0 is covered without sales."""
    measure = MEASURES[found.measure]
    title = f"{measure.label} by {DIMENSIONS[found.item].title.lower()} and {DIMENSIONS[found.across].title.lower()}"
    told = (("Cells", "Blank: no reseller that carries the item stated the period. 0: stated, and nothing sold."),)
    partly = [
        ("Known in part", f"{row.name}, {found.titles[i]}: {cell.heard.words}")
        for row in found.rows
        for i, cell in enumerate(row.cells)
        if cell.heard.state in ("partly", "running") and cell.value is not None
    ]
    totals = {**dict(zip(found.titles, found.totals, strict=True)), "Total": found.total}
    units = dict.fromkeys((*found.titles, "Total"), measure.unit)
    return Shown(title, found.frame(), (*about(result), *told, *partly[:MOST_NAMED]), totals, units)
