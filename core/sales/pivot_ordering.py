"""The order of a pivot's groups, and which of them stand on their own where a list is shortened. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.sales.compiling_pivots import path_text
from core.sales.dimensions import DIMENSIONS, WEEKDAYS
from core.sales.pivot_query import Figures, Member, Path, PivotQuery

MOST_COLUMNS = 20  # groups across that are not time; the rest is one column “others”
All = Mapping[tuple[Path, Path], Figures]


def arranged(asked: PivotQuery, figures: All, side: int) -> list[Path]:
    """The finest paths of the rows (side 0) or columns (side 1) in order, the remainder of each group last; [()] without groups."""
    children: dict[Path, dict[Path, None]] = {}
    names = asked.rows if side == 0 else asked.columns
    for pair in figures:
        path = pair[side]
        for depth in range(1, len(path) + 1):
            children.setdefault(path[: depth - 1], {})[path[:depth]] = None

    def below(path: Path) -> Iterable[Path]:
        if len(path) == len(names):
            yield path
            return
        for child in order(asked, figures, side, children.get(path, {})):
            yield from below(child)

    return list(below(()))


def order(asked: PivotQuery, figures: All, side: int, siblings: Iterable[Path]) -> list[Path]:
    """The groups of one parent in order: time upwards (always, where a total runs along it), weekdays from Monday, others by the figure asked for, largest first; blanks of the
    figure and the remainder last."""
    listed = list(siblings)
    if not listed:
        return []
    by = _order_of(asked, side, listed[0][-1].dimension)
    if by.figure is None:
        listed.sort(key=lambda path: _natural(path[-1]), reverse=by.descending)
        listed.sort(key=lambda path: path[-1].value is None)
    else:
        value = _figure(asked, figures, side, by.figure)
        listed.sort(key=lambda path: _natural(path[-1]))
        listed.sort(key=lambda path: -v if by.descending and (v := value(path)) is not None else value(path) or 0)
        listed.sort(key=lambda path: value(path) is None)
    listed.sort(key=lambda path: path[-1].is_rest)
    return listed


def shortened(asked: PivotQuery, figures: All) -> dict[str, frozenset[str]]:
    """By dimension whose list is too long, the paths that stand on their own: the first `limit` of each row group that is not time, and the
    first MOST_COLUMNS groups across."""
    found: dict[str, frozenset[str]] = {}
    for side, names, most in ((0, asked.rows, asked.query.limit), (1, asked.columns, MOST_COLUMNS)):
        kept: set[Path] = {()}
        cut = False  # once an outer list is shortened, its remainder has no parts
        for depth, name in enumerate(names, 1):
            siblings: dict[Path, list[Path]] = {}
            for path in dict.fromkeys(pair[side] for pair in figures if len(pair[side]) == depth and pair[side][:-1] in kept):
                siblings.setdefault(path[:-1], []).append(path)
            long = most is not None and DIMENSIONS[name].kind == "text" and any(len(group) > most for group in siblings.values())
            ordered = [order(asked, figures, side, group)[: most if long else None] for group in siblings.values()]
            kept = {path for group in ordered for path in group}
            cut = DIMENSIONS[name].kind == "text" and (long or cut)
            if cut:
                found[name] = frozenset(path_text([member.key for member in path]) for path in kept)
    return found


@dataclass(frozen=True)
class _Order:
    figure: str | None
    descending: bool


def _order_of(asked: PivotQuery, side: int, name: str) -> _Order:
    chosen, down, dimension = asked.query.order_by, asked.query.descending, DIMENSIONS[name]
    if chosen == name:
        return _Order(None, bool(down))
    if asked.running and name == asked.time:
        return _Order(None, False)
    natural = dimension.kind == "date" or name == "weekday"
    if chosen is None or chosen in DIMENSIONS or side == 1:
        return _Order(None, bool(down) and chosen is None and natural) if natural else _Order(asked.query.measures[0], True)
    return _Order(chosen, down is not False)


def _figure(asked: PivotQuery, figures: All, side: int, name: str) -> Callable[[Path], Any]:
    """The figure of a group in all columns (rows), or in the one column the order goes by."""
    across: dict[Path, Path] = {}
    if side == 0 and asked.at is not None:
        columns = {pair[1] for pair in figures if len(pair[1]) == 1 and pair[1][0].text == asked.at}
        across = {(): next(iter(columns), ())}
    other = across.get((), ())

    def value(path: Path) -> Any:
        pair = (path, other) if side == 0 else ((), path)
        return figures.get(pair, {}).get(name)

    return value


def _natural(member: Member) -> tuple[Any, ...]:
    value: Any = member.value
    if value is None:
        return (2,)
    if member.dimension == "weekday" and value in WEEKDAYS:
        return (0, WEEKDAYS.index(value))
    if member.dimension == "size" and str(value).removesuffix(" ml").replace(".", "", 1).isdigit():
        return (0, float(str(value).removesuffix(" ml")))
    return (1, value if DIMENSIONS[member.dimension].kind == "date" else str(value).casefold())
