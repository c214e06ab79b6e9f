"""A question laid out in rows and columns, and the answers to all its groupings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import BadQuestion
from core.sales.asking import CHANGES
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS, find_dimensions
from core.sales.measures import find_measures
from core.sales.query import Result, SalesQuery, Values

MOST_DIMENSIONS = 3
GRAINS = ("day", "week", "month", "fiscal_month", "quarter", "fiscal_quarter", "year", "fiscal_year")


@dataclass(frozen=True)
class Member:
    """One value of a dimension. `key`: what makes it one group ('' where nothing is stated); `value`: what is shown, None if not stated."""

    dimension: str
    key: str
    value: Any = field(default=None, compare=False)

    @property
    def is_rest(self) -> bool:
        """True for the remainder of a shortened list."""
        return self.key == OTHERS and self.value == OTHERS

    @property
    def text(self) -> str:
        """As filters and URLs write it; '' where nothing is stated."""
        return "" if self.value in (None, NOT_STATED) else str(self.value)


Path = tuple[Member, ...]  # from the outermost group down; () is the total
Figures = Mapping[str, Any]


@dataclass(frozen=True)
class PivotQuery:
    """`query`: measures, filters, period, comparison and, as `by`, the rows; its `limit` keeps the first groups of each row dimension that is
    not time, the remainder as one group of its own, so that it adds up. `columns`: dimensions across. `at`: the value (as `Member.text`) of
    the outermost column whose figures `order_by` goes by; None: those of the whole row. `running`: sums up to each moment are wanted too.
    """

    query: SalesQuery
    columns: Values = ()
    at: str | None = None
    running: bool = False

    @property
    def rows(self) -> Values:
        return self.query.by

    @property
    def dimensions(self) -> Values:
        return (*self.rows, *self.columns)

    @property
    def sets(self) -> tuple[Values, ...]:
        """The groups of each grouping: every list of outer rows with every list of outer columns, the finest first."""
        depths = [(r, c) for r in range(len(self.rows), -1, -1) for c in range(len(self.columns), -1, -1)]
        return tuple((*self.rows[:r], *self.columns[:c]) for r, c in depths)

    @property
    def time(self) -> str | None:
        """The finest time among the groups: what a running total runs along."""
        return next((name for name in GRAINS if name in self.dimensions), None)

    @property
    def flat(self) -> SalesQuery:
        """The question of the finest cells, without order or limit."""
        return replace(self.query, by=self.dimensions, order_by=None, descending=None, limit=None, others=False)

    def check(self) -> PivotQuery:
        """Itself. Errors: BadQuestion."""
        find_dimensions(self.dimensions)
        find_measures(self.query.measures)
        twice = next((name for name in self.dimensions if self.dimensions.count(name) > 1), None)
        if twice:
            raise BadQuestion(f"{DIMENSIONS[twice].title} stands in the rows or columns twice. Take one away.")
        if len(self.dimensions) > MOST_DIMENSIONS:
            raise BadQuestion(f"A pivot has up to {MOST_DIMENSIONS} dimensions, rows and columns together. Take some away.")
        self._check_order()
        if self.running and self.time is None:
            raise BadQuestion("A running total needs a time among the rows or columns, for example month.")
        return self

    def _check_order(self) -> None:
        figures = [
            f"{name}{suffix}" for name in self.query.measures for suffix in ("", *(CHANGES if self.query.compare is not None else ()))
        ]
        if self.query.order_by not in (None, *self.dimensions, *figures):
            raise BadQuestion(
                f"Rows can not be ordered by “{self.query.order_by}”, which the table does not show. Choose one of its columns."
            )


@dataclass(frozen=True)
class Cells:
    """The answers to all groupings of a pivot. `figures`: by row path and column path, the measures (with a comparison also `_comparable`,
    `_before`, `_change`, `_change_pct`); `so_far`: the same up to each moment, of groupings with time, where it was asked. `result`: what is
    to be known beside them; its frame holds the finest cells."""

    asked: PivotQuery
    result: Result
    figures: Mapping[tuple[Path, Path], Figures]
    so_far: Mapping[tuple[Path, Path], Figures] = field(default_factory=dict)

    def paths(self, side: int, depth: int) -> list[Path]:
        """The distinct paths of so many groups in the rows (side 0) or columns (side 1)."""
        return list(dict.fromkeys(pair[side] for pair in self.figures if len(pair[side]) == depth))
