"""From a cell of a pivot to the filters that leave exactly it: the way to its parts, its lines and their cells. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.sales.measures import MEASURES
from core.sales.pivot_query import Cells, Member, Path
from core.sales.pivot_table import Head, Line, PivotTable
from core.sales.query import Filter

MOST_LEFT_OUT = 60  # values a remainder is told by; a longer list is no address


def filters_of(table: PivotTable, line: Line, head: Head) -> tuple[Filter, ...] | None:
    """The filters whose only answer is the figure in that cell; of a running total the time so far, of the remainder everything that stands
    on its own left out. None where no filter says it: held money, a remainder of very many."""
    if line.kind == "held":
        return None
    return filters_at(table.cells, line.path, head.path, running=table.shown_as == "running")


def filters_at(cells: Cells, row: Path, column: Path, *, running: bool = False) -> tuple[Filter, ...] | None:
    """As `filters_of`, of the cell at these paths."""
    found = (*_filters(cells, 0, row, running), *_filters(cells, 1, column, running))
    return found if all(len(one.values) <= MOST_LEFT_OUT for one in found) else None


def find(cells: Cells, values: Mapping[str, Any]) -> tuple[Path, Path] | None:
    """The paths of the cell where the dimensions have these values, and no other dimension any: for a click on a chart."""
    for pair in cells.figures:
        members = [member for path in pair for member in path]
        if len(members) == len(values) and all(m.dimension in values and values[m.dimension] == m.value for m in members):
            return pair
    return None


def measure_of(figure: str) -> str:
    """`units` of `units_change_pct`."""
    return next(name for name in (figure, *(figure.removesuffix(s) for s in ("_change_pct", "_change", "_before"))) if name in MEASURES)


def _filters(cells: Cells, side: int, path: Path, running: bool) -> Iterator[Filter]:
    for depth, member in enumerate(path, 1):
        if running and member.dimension == cells.asked.time and member.value is not None:
            moments = sorted(one.text for one in _known(cells, side, depth, member) if one.value and one.value <= member.value)
            yield Filter(member.dimension, tuple(dict.fromkeys(moments)))
        elif member.is_rest:
            own = {one.text: None for one in _siblings(cells, side, path[:depth]) if not one.is_rest}
            if own:
                yield Filter(member.dimension, tuple(own), exclude=True)
        else:
            yield Filter(member.dimension, (member.text,))


def _siblings(cells: Cells, side: int, path: Path) -> Iterator[Member]:
    return (other[-1] for other in cells.paths(side, len(path)) if other[:-1] == path[:-1])


def _known(cells: Cells, side: int, depth: int, member: Member) -> Iterator[Member]:
    return (path[-1] for path in cells.paths(side, depth) if path[-1].dimension == member.dimension)
