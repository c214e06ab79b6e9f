"""What stands in the cells of a pivot: figures, shares that add to 1 exactly, or running totals. Pure; nothing that does not add up is added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from core.sales.measures import Measure, find_measure, find_measures
from core.sales.pivot_ordering import arranged
from core.sales.pivot_query import Cells, Member, Path, PivotQuery
from core.sales.sharing import shares_of

As = Literal["value", "share_total", "share_row", "share_column", "share_parent", "running", "change", "change_pct"]
SHOWN_AS: dict[As, str] = {
    "value": "Value",
    "share_total": "Share of total",
    "share_row": "Share of row",
    "share_column": "Share of column",
    "share_parent": "Share within group",
    "running": "Running total",
    "change": "Change",
    "change_pct": "Change in %",
}
SHARES = ("share_total", "share_row", "share_column", "share_parent")
Pair = tuple[Path, Path]
Value = Decimal | int | None


def why_not(asked: PivotQuery, shown_as: As) -> str:
    """Why these rows, columns and figures can not be shown so; '' where they can."""
    label = SHOWN_AS[shown_as].lower()
    if shown_as in SHARES and not any(_adds_up(measure) for measure in find_measures(asked.query.measures)):
        return f"No figure here adds up over groups, so there is no {label}. Choose revenue or units among the figures."
    if shown_as == "share_row" and not asked.columns:
        return "A share of the row needs columns. Put a dimension into the columns."
    if shown_as == "share_column" and not (asked.columns and asked.rows):
        return "A share of the column needs rows and columns. Without columns it is the share of total."
    if shown_as == "share_parent" and len(asked.rows) < 2:
        return "A share within a group needs two dimensions in the rows, for example reseller and product."
    if shown_as == "running" and asked.time is None:
        return "A running total needs a time among the rows or columns, for example month."
    if shown_as in ("change", "change_pct") and (asked.query.compare is None or asked.query.period is None):
        return "A change needs a comparison. Choose one above, for example the prior year."
    return ""


def figures_in(asked: PivotQuery, shown_as: As, *, total: bool) -> tuple[str, ...]:
    """The figures that stand under one heading: in each column, or in the total over all columns."""
    measures = asked.query.measures
    if shown_as in ("change", "change_pct"):
        return tuple(f"{name}_{shown_as}" for name in measures)
    if shown_as != "value" or asked.query.compare is None or not total:
        return measures
    suffixes = ("", "_change_pct") if asked.columns else ("", "_before", "_change", "_change_pct")
    return tuple(f"{name}{suffix}" for name in measures for suffix in suffixes)


def is_share(figure: str, shown_as: As) -> bool:
    """Whether a figure is shown as a share: of measures that add up only."""
    return shown_as in SHARES and _adds_up(find_measure(figure))


def reader(cells: Cells, shown_as: As, held: Value = None) -> Callable[[Pair, str], Value]:
    """Gives the value of a figure in a cell. `held`: EUR net in the inbox, a part of the whole in shares of total and of column."""
    computed: dict[str, Mapping[Pair, Value]] = {}
    for measure in find_measures(cells.asked.query.measures):
        if is_share(measure.name, shown_as):
            computed[measure.name] = _shares(cells, measure.name, shown_as, held if measure.name == "sales_eur_net" else None)
        elif shown_as == "running":
            computed[measure.name] = _running(cells, measure)

    def value(pair: Pair, figure: str) -> Value:
        found = computed.get(figure)
        return found.get(pair) if found is not None else cells.figures.get(pair, {}).get(figure)

    return value


def _adds_up(measure: Measure) -> bool:
    return measure.additivity == "additive"


def _shares(cells: Cells, name: str, shown_as: As, held: Value) -> dict[Pair, Value]:
    rows, columns = (arranged(cells.asked, cells.figures, side) for side in (0, 1))
    if shown_as == "share_total":
        return _parts(cells, name, [(r, c) for r in rows for c in columns], held)
    found: dict[Pair, Value] = {}
    if shown_as == "share_row":
        for row in {pair[0] for pair in cells.figures}:
            found |= {pair: v for pair, v in _parts(cells, name, [(row, c) for c in columns]).items() if pair[0] == row}
    elif shown_as == "share_column":
        for column in {pair[1] for pair in cells.figures}:
            parts = _parts(cells, name, [(r, column) for r in rows], held if not column else None)
            found |= {pair: v for pair, v in parts.items() if pair[1] == column}
    else:
        for column in {pair[1] for pair in cells.figures}:
            for siblings in _families(rows):
                parts = _parts(cells, name, [(r, column) for r in siblings])
                found |= {pair: parts[pair] for pair in ((r, column) for r in siblings) if pair in parts}
            found[((), column)] = Decimal(1) if (cells.figures[((), column)].get(name) or 0) > 0 else None
    return found


def _families(rows: Iterable[Path]) -> list[list[Path]]:
    """All groups of one parent together, at every depth."""
    families: dict[Path, dict[Path, None]] = {}
    for path in rows:
        for depth in range(1, len(path) + 1):
            families.setdefault(path[: depth - 1], {})[path[:depth]] = None
    return [list(family) for family in families.values()]


def _parts(cells: Cells, name: str, pairs: list[Pair], held: Value = None) -> dict[Pair, Value]:
    """Shares of cells that together are a whole, and of every subtotal of them, as sums of these. Held money is a part under HELD."""
    stated = [pair for pair in pairs if cells.figures.get(pair, {}).get(name) is not None]
    values = [Decimal(cells.figures[pair][name]) for pair in stated]
    shares = shares_of([*values, Decimal(held or 0)])
    found: dict[Pair, Value] = {}
    for (row, column), share in zip([*stated, *([HELD_PAIR] if held else [])], shares, strict=False):
        for above in _above(row):
            for left in _above(column):
                pair = (above, left)
                found[pair] = None if share is None else Decimal(found.get(pair) or 0) + share
    return found


def _above(path: Path) -> list[Path]:
    return [path[:depth] for depth in range(len(path) + 1)]


HELD = "held"
HELD_PAIR: Pair = ((Member("", HELD, HELD),), ())


def _running(cells: Cells, measure: Measure) -> dict[Pair, Value]:
    """Up to each moment: summed where the measure adds up, else as it was asked for; without a moment the whole, of no moment nothing."""
    time = cells.asked.time
    found: dict[Pair, Value] = {pair: f[measure.name] for pair, f in cells.figures.items() if _moment(pair, time) is None}
    if not _adds_up(measure):
        return found | {pair: f[measure.name] for pair, f in cells.so_far.items() if "_of_all}" not in measure.expression}
    tracks: dict[Pair, dict[Member, Value]] = {}
    moments: dict[Member, None] = {}
    for pair, figures in cells.figures.items():
        moment = _moment(pair, time)
        if moment is not None and moment.value is not None:
            moments[moment] = None
            tracks.setdefault(_at(pair, Member(moment.dimension, "")), {})[moment] = figures[measure.name]
    for place, track in tracks.items():
        so_far: Any = None
        for moment in sorted(moments, key=lambda one: one.value):
            value = track.get(moment)
            so_far = so_far if value is None else value + (so_far or 0)
            found[_at(place, moment)] = so_far
    return found


def _moment(pair: Pair, time: str | None) -> Member | None:
    return next((member for path in pair for member in path if member.dimension == time), None)


def _at(pair: Pair, moment: Member) -> Pair:
    """The cell at another moment."""
    row, column = (tuple(moment if member.dimension == moment.dimension else member for member in path) for path in pair)
    return row, column


def can_be_held(asked: PivotQuery) -> bool:
    """Whether money in the inbox is surely a part of what the question covers: no filter but on resellers, which held lines state."""
    return all(one.dimension == "reseller" for one in asked.query.where) and "sales_eur_net" in asked.query.measures
