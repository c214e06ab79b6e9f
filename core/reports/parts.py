"""What a report is made of, as values: key figures, tables, charts, texts. PDF, workbook, CSV and mail draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from core.sales.chart_spec import ChartSpec
from core.sales.formatting import MISSING, format_figure, format_points
from core.sales.measures import Unit
from core.sales.relative import change_words

ColumnKind = Literal["text", "date", "figure", "difference", "change", "points"]


@dataclass(frozen=True)
class Column:
    """One column of a table. `kind` 'figure': a value in `unit`; 'difference': of two such values; 'change': a ratio; 'points': the
    difference of two ratios. `grain` of a date: day, week, month, quarter, year. `missing`: what stands for a text
    or date that is not there."""

    name: str
    label: str
    kind: ColumnKind = "text"
    unit: Unit | None = None
    grain: str = "day"
    measure: str = ""
    missing: str = "–"

    @property
    def numeric(self) -> bool:
        return self.kind in ("figure", "difference", "change", "points")


@dataclass(frozen=True)
class Figure:
    """A key figure with its change: a ratio, or for figures that are ratios the difference; None where nothing is comparable, or the base is
    not positive: then the change is told in its unit. `comparable`: the part of the value that is compared."""

    measure: str
    label: str
    unit: Unit
    value: Any
    before: Any = None
    change: Any = None
    comparable: Any = None

    @property
    def text(self) -> str:
        return format_figure(self.measure, self.value)

    @property
    def change_text(self) -> str:
        """`+6.1 %`; without a positive base `+€ 20 100 (the base is negative: …)`, `+€ 500 (new)`."""
        if self.unit == "ratio":
            return format_points(self.change)
        return change_words(self.measure, self.change, self.comparable, self.before)

    def change_words(self, compared_with: str) -> str:
        """`+6.1 % from € 388 600, May 2024`; '' where nothing was compared."""
        if not compared_with:
            return ""
        if self.before is None:
            return f"nothing to compare in {compared_with}"
        change = "" if self.change_text == MISSING else f"{self.change_text} "
        return f"{change}from {format_figure(self.measure, self.before)}, {compared_with}"


@dataclass(frozen=True)
class KeyFigures:
    title: str
    period: str
    compared_with: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    """Rows and, where they mean something, totals. `frame` has exactly the columns of `columns`; figures are exact."""

    title: str
    period: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    totals: Mapping[str, Any] | None = None
    note: str = ""
    stands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # as `Shown.stands`

    def word(self, row: int, column: str) -> str:
        """What stands in a cell where a percentage would; `row` = the frame's height: in the totals."""
        words = self.stands.get(column, ())
        return words[row] if row < len(words) else ""


@dataclass(frozen=True)
class Chart:
    """A picture of `table`; `spec` is None when there is too little to draw."""

    title: str
    period: str
    spec: ChartSpec | None
    table: Table


@dataclass(frozen=True)
class Text:
    title: str
    text: str


Part = KeyFigures | Table | Chart | Text
