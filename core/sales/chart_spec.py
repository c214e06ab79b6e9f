"""A chart as data: what stands in it, without any drawing library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.sales.formatting import format_value
from core.sales.measures import Unit

Kind = Literal["line", "bar", "stacked_bar", "horizontal_bar", "donut", "heatmap", "waterfall"]
Value = Decimal | int | None


@dataclass(frozen=True)
class Series:
    """One line, stack or row of a chart: a value per category; None leaves a gap. `role` decides how it is drawn.

    role: 'main' · 'before' (the compared period, quiet and dashed) · 'rest' (remainder or not stated, grey).
    """

    name: str
    values: tuple[Value, ...]
    role: Literal["main", "before", "rest"] = "main"


@dataclass(frozen=True)
class ChartSpec:
    """A chart without any drawing library. `categories`: dates, or texts in the order in which they are drawn (first on top or left).

    heatmap: each series is a row. donut, waterfall: one series. `totals`: categories of a waterfall that are levels, not steps.
    `partial`: categories whose period has not ended or is not complete (drawn hatched or dotted). `unit`: of every value.
    """

    kind: Kind
    title: str
    categories: tuple[str | date, ...]
    series: tuple[Series, ...]
    category_label: str
    value_label: str
    unit: Unit
    subtitle: str = ""
    category_texts: tuple[str, ...] = ()
    totals: tuple[int, ...] = ()
    partial: tuple[int, ...] = ()

    @property
    def is_time(self) -> bool:
        return bool(self.categories) and isinstance(self.categories[0], date)

    @property
    def texts(self) -> tuple[str, ...]:
        """The categories as people read them."""
        return self.category_texts or tuple(str(c) for c in self.categories)

    @property
    def value_texts(self) -> tuple[tuple[str, ...], ...]:
        """Every value as people read it, by series."""
        return tuple(tuple(format_value(v, self.unit) for v in s.values) for s in self.series)
