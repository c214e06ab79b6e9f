"""Run a pivot: every grouping from one statement inside the snapshot that also reads what must be known beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.db.engine import Database, Scope
from core.errors import BadQuestion
from core.sales import pivot_ordering, reading_figures, running
from core.sales.asking import CHANGES
from core.sales.compiling_pivots import Listed, compile_pivot
from core.sales.dimensions import DIMENSIONS
from core.sales.formatting import format_number
from core.sales.measures import find_measures
from core.sales.pivot_query import Cells, Figures, Member, Path, PivotQuery
from core.sales.query import SalesQuery, Values

MOST_MOMENTS = 120  # columns of time; more is asked for in a coarser grain
Pairs = dict[tuple[Path, Path], Figures]


def run_pivot(database: Database, asked: PivotQuery, scope: Scope = None, today: date | None = None) -> Cells:
    """The answers to all groupings of a pivot, as far as `scope` may see: one statement for the figures, one before it where a list may be
    shortened, one after it for running figures that do not add up.

    Errors: BadQuestion for names or choices that do not exist and for too many columns, QueryRefused when it takes too long.
    """
    asked.check()
    readers: list[_Figures] = []

    def reading(*context: Any) -> _Figures:
        reader = _Figures(*context)
        reader.pivot = asked
        readers.append(reader)
        return reader

    result = running.run(database, asked.flat, scope, today, reading)
    return Cells(asked, result, readers[-1].cells, readers[-1].so_far)


@dataclass
class _Figures(reading_figures.Figures):
    """Reads all groupings; `read` returns the finest cells."""

    pivot: PivotQuery = field(default_factory=lambda: PivotQuery(SalesQuery()))
    cells: Pairs = field(default_factory=dict)
    so_far: Pairs = field(default_factory=dict)

    def read(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
        sets, time = self.pivot.sets, self.pivot.time
        outline = self._outline()
        listed = pivot_ordering.shortened(self.pivot, _pairs(self.pivot, outline))
        rows = outline if outline and not listed and not self.pivot.columns else self._ask(sets, listed)
        self.total = next((row for row in rows if row["is_total"]), None)
        self.cells = _pairs(self.pivot, rows)
        if self.pivot.running and time and any(measure.additivity != "additive" for measure in self.asked.measures):
            self.so_far = _pairs(self.pivot, self._ask([one for one in sets if time in one], listed, time))
        _check_columns(self.pivot, self.cells)
        finest = [row for row in rows if row["level"] == 0]
        return finest, [], len(finest)

    def _outline(self) -> list[dict[str, Any]]:
        """The totals of rows and columns, where a list may be too long; with an order by one column also the rows' figures in columns."""
        pivot = self.pivot
        across = any(DIMENSIONS[name].kind == "text" for name in pivot.columns)
        if not across and not (pivot.query.limit and any(DIMENSIONS[name].kind == "text" for name in pivot.rows)):
            return []
        depth = 1 if pivot.at is not None else 0
        sets = [one for one in pivot.sets if len(_inside(pivot.columns, one)) <= depth or not _inside(pivot.rows, one)]
        return self._ask(sets, {})

    def _ask(self, sets: Sequence[Values], listed: Listed, so_far: str = "") -> list[dict[str, Any]]:
        axes = (self.pivot.rows, self.pivot.columns)
        statement = compile_pivot(self.asked, self.relation, self.pairs, axes, sets, listed, so_far)
        if not so_far:
            self.sql = reading_figures.sql_of(self.connection, statement)
        return reading_figures.rows_of(self.connection, statement)


def _inside(names: Values, one: Values) -> Values:
    return tuple(name for name in names if name in one)


def _pairs(pivot: PivotQuery, rows: Iterable[Mapping[str, Any]]) -> Pairs:
    """The figures of each row of the answer by its row path and column path."""
    found: Pairs = {}
    columns = _figure_columns(pivot)
    names = pivot.dimensions
    for row in rows:
        inside = [name for place, name in enumerate(names) if not row["level"] >> (len(names) - 1 - place) & 1]
        members = {name: Member(name, row[f"key_{name}"] or "", row[name]) for name in inside}
        pair = (tuple(members[n] for n in pivot.rows if n in members), tuple(members[n] for n in pivot.columns if n in members))
        found[pair] = {name: row[name] for name in columns}
    return found


def _figure_columns(pivot: PivotQuery) -> list[str]:
    suffixes = ("", *CHANGES) if pivot.query.compare is not None else ("",)
    return [f"{measure.name}{suffix}" for measure in find_measures(pivot.query.measures) for suffix in suffixes]


def _check_columns(pivot: PivotQuery, cells: Pairs) -> None:
    across = {pair[1] for pair in cells if len(pair[1]) == len(pivot.columns)}
    if len(across) > MOST_MOMENTS:
        titles = " and ".join(DIMENSIONS[name].title.lower() for name in pivot.columns)
        raise BadQuestion(
            f"By {titles} there would be {format_number(len(across))} columns, too many to read. Put it into the rows, or choose a coarser one."
        )
