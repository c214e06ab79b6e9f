"""A chart as data: what stands in it, without any drawing library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.sales.formatting import format_value
from core.sales.measures import Unit

Kind = Literal["line", "bar", "stacked_bar", "horizontal_bar", "donut", "heatmap", "waterfall", "pareto"]
Value = Decimal | int | None


@dataclass(frozen=True)
class Series:
    """One line, stack or row of a chart: a value per category; None leaves a gap. `role` decides how it is drawn.

    role: 'main' · 'before' (the compared period, quiet and dashed) · 'rest' (remainder or not stated, grey) · 'change' (bars of rises and
    falls: the colour follows the sign, and so do the texts) · 'ahead' (estimated, not stated: the first colour, dashed, hollow).
    """

    name: str
    values: tuple[Value, ...]
    role: Literal["main", "before", "rest", "change", "ahead"] = "main"
    unit: Unit | None = None  # of its values, where it is not the chart's own


@dataclass(frozen=True)
class Band:
    """A range around a line, a low and a high per category; both None where there is none: “80 % interval”, “usual range”."""

    name: str
    low: tuple[Value, ...]
    high: tuple[Value, ...]


@dataclass(frozen=True)
class Mark:
    """Something to know of one category: its place among them, and the sentence; `series`: whose value it is about, '' for all together."""

    place: int
    text: str
    series: str = ""


@dataclass(frozen=True)
class ChartSpec:
    """A chart without any drawing library. `categories`: dates, or texts in the order in which they are drawn (first on top or left).

    heatmap: each series is a row. donut, waterfall: one series. `totals`: categories of a waterfall that are levels, not steps.
    `partial`: categories whose period has not ended or is not complete (drawn hatched or dotted). `unit`: of every value.
    `marks`: categories that were restated (a hollow diamond on lines and bars over time). `bands`: ranges behind the lines of a line chart.
    pareto: two series, the figure (bars) and the running share (line, `unit` ratio); `groups`: the class of each category; `levels`: the cuts.
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
    marks: tuple[Mark, ...] = ()
    bands: tuple[Band, ...] = ()
    groups: tuple[str, ...] = ()
    levels: tuple[Decimal, ...] = ()

    @property
    def is_time(self) -> bool:
        return bool(self.categories) and isinstance(self.categories[0], date)

    @property
    def is_whole(self) -> bool:
        """True where the stacks of every category are shares of one whole."""
        return self.kind == "stacked_bar" and self.unit == "ratio"

    @property
    def texts(self) -> tuple[str, ...]:
        """The categories as people read them."""
        return self.category_texts or tuple(str(c) for c in self.categories)

    @property
    def value_texts(self) -> tuple[tuple[str, ...], ...]:
        """Every value as people read it, by series."""
        return tuple(tuple(_signed(v, s, s.unit or self.unit) for v in s.values) for s in self.series)

    def banded(self) -> tuple[tuple[Band, int, Value, Value, str], ...]:
        """Every place of every band that has a range: band, place, low, high and the range as people read it."""
        return tuple(
            (band, place, low, high, f"{format_value(low, self.unit)} to {format_value(high, self.unit)}")
            for band in self.bands
            for place, (low, high) in enumerate(zip(band.low, band.high, strict=True))
            if low is not None and high is not None
        )

    def marked(self) -> tuple[tuple[Mark, Value], ...]:
        """Every mark with the height it stands at: on its series' line, else on this period's; at the end of a bar or stack."""
        return tuple((mark, height) for mark in self.marks if (height := self._height(mark)) is not None)

    def _height(self, mark: Mark) -> Value:
        values = {series.name: series.values[mark.place] for series in self.series if series.role != "before"}
        stated = [value for value in values.values() if value is not None]
        if not stated or self.kind not in ("line", "bar", "stacked_bar"):
            return None
        if self.kind == "stacked_bar":
            return sum(stated)
        own = values.get(mark.series)
        return own if own is not None else stated[0] if self.kind == "line" else max(stated)


def _signed(value: Value, series: Series, unit: Unit) -> str:
    text = format_value(value, unit)
    return f"+{text}" if series.role == "change" and value is not None and value > 0 else text
