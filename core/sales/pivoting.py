"""A result with one dimension turned into columns, with right totals: a total of a count or a ratio is asked for, never added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.errors import BadQuestion
from core.sales.charts import name_moment
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS
from core.sales.query import Result, SalesQuery

TOTAL = "Total"
MOST_COLUMNS = 60
Value = Decimal | int | None


@dataclass(frozen=True)
class Pivot:
    """`labels`: one tuple of texts per row; `columns`: headings in order; `values[row][column]`; `row_totals`, `column_totals`, `total`."""

    measure: str
    rows: tuple[str, ...]
    across: str
    labels: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    row_totals: tuple[Value, ...]
    column_totals: tuple[Value, ...]
    total: Value

    def frame(self) -> pl.DataFrame:
        """One text column per row dimension, one column per heading, then `Total`; the last row holds the totals."""
        titles = [DIMENSIONS[name].title for name in self.rows] or [""]
        labels = [*(self.labels if self.rows else ((),)), (TOTAL, *[""] * (len(titles) - 1))]
        cells = [*self.values, self.column_totals]
        data: dict[str, Any] = {title: [label[i] if label else "" for label in labels] for i, title in enumerate(titles)}
        data |= {column: [row[i] for row in cells] for i, column in enumerate(self.columns)}
        return pl.DataFrame(data | {TOTAL: [*self.row_totals, self.total]}, strict=False)


def queries(query: SalesQuery, across: str) -> tuple[SalesQuery, SalesQuery, SalesQuery]:
    """The three questions of a pivot of the first measure: cells, row totals, column totals. Comparisons are left out."""
    plain = replace(query, measures=query.measures[:1], compare=None, order_by=None, descending=None)
    rows = tuple(name for name in query.by if name != across)
    cells = replace(plain, by=(*rows, across), limit=None, others=False)
    return cells, replace(plain, by=rows), replace(plain, by=(across,), limit=None, others=False)


def pivot(cells: Result, rows: Result, columns: Result, across: str) -> Pivot:
    """Put the three answers together; rows in the order of `rows`. Errors: BadQuestion when there would be too many columns."""
    measure, names = cells.query.measures[0], rows.query.by
    keys = _ordered(columns, across)
    if len(keys) > MOST_COLUMNS:
        raise BadQuestion(
            f"{DIMENSIONS[across].title} has {len(keys)} values, too many for columns. Put it into the rows, or choose a coarser one."
        )
    found = {tuple(row[name] for name in (*names, across)): row[measure] for row in cells.frame.iter_rows(named=True)}
    labels = [tuple(row[name] for name in names) for row in rows.frame.iter_rows(named=True)] if names else [()]
    values = tuple(tuple(found.get((*label, key)) for key in keys) for label in labels)
    totals = {row[across]: row[measure] for row in columns.frame.iter_rows(named=True)}
    return Pivot(
        measure,
        names,
        across,
        tuple(tuple(text(name, value) for name, value in zip(names, label, strict=True)) for label in labels),
        tuple(text(across, key) for key in keys),
        values,
        tuple(rows.frame[measure]) if names else (rows.totals[measure],),
        tuple(totals[key] for key in keys),
        rows.totals[measure],
    )


def text(dimension: str, value: Any) -> str:
    """A value of a dimension as a heading."""
    return name_moment(value, dimension) if isinstance(value, date) else NOT_STATED if value is None else str(value)


def _ordered(columns: Result, across: str) -> Sequence[Any]:
    """Time ascending; else by size, the remainder last."""
    found = columns.frame[across].to_list()
    return (
        sorted(found, key=lambda v: (v is None, v or date.min))
        if DIMENSIONS[across].kind == "date"
        else sorted(found, key=lambda v: v in (NOT_STATED, OTHERS))
    )
