"""The chart of an answer: the one its analysis chose, or the kind the question asked for. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from core.chat.analyses.material import Finding
from core.chat.reading import Reading
from core.sales.charts import MOST_SLICES, ChartSpec, Series, axis_label, chart_title
from core.sales.dimensions import DIMENSIONS, OTHERS
from core.sales.measures import MEASURES

_KINDS: dict[str, Literal["line", "bar"]] = {"line": "line", "bar": "bar"}


def chart_of(finding: Finding, reading: Reading) -> ChartSpec | None:
    """None where a table was asked for, or where there is nothing to draw."""
    wanted = reading.slots.chart
    if wanted == "table" or finding.frame.is_empty():
        return None
    if wanted == "pie":
        return _pie(finding) or finding.chart
    if finding.chart is not None and wanted in _KINDS and finding.chart.kind in ("line", "bar", "stacked_bar", "horizontal_bar"):
        return replace(finding.chart, kind=_KINDS[wanted])
    return finding.chart


def _pie(finding: Finding) -> ChartSpec | None:
    """A ring of the largest parts; the small ones together are one more."""
    result = finding.result
    if result is None or len(result.query.by) != 1 or result.frame.height < 2:
        return None
    dimension, measure = DIMENSIONS[result.query.by[0]], MEASURES[result.query.measures[0]]
    rows: list[tuple[Any, Any]] = [
        (name, value) for name, value in result.frame.select(dimension.name, measure.name).iter_rows() if value is not None
    ]
    if any(value < 0 for _, value in rows) or measure.additivity != "additive":
        return None
    rows.sort(key=lambda row: row[1], reverse=True)
    shown, small = rows[:MOST_SLICES], rows[MOST_SLICES:]
    names = [str(name) for name, _ in shown] + ([OTHERS] if small else [])
    values = [value for _, value in shown] + ([sum((value for _, value in small), Decimal(0))] if small else [])
    title = chart_title(result, measure)
    return ChartSpec(
        "donut", title, tuple(names), (Series(measure.label, tuple(values)),), dimension.title, axis_label(measure), measure.unit
    )
