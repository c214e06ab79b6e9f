"""From a cell of a pivot to the filters that leave exactly it: the way to its parts, its lines and their cells. Pure."""

from __future__ import annotations

from collections.abc import Iterator

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
    running = table.shown_as == "running"
    sides = [list(_filters(table.cells, side, path, running)) for side, path in ((0, line.path), (1, head.path))]
    found = tuple(one for side in sides for one in side)
    return found if all(len(one.values) <= MOST_LEFT_OUT for one in found) else None


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
