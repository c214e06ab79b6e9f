"""The small chart of an anomaly: a year and a half of its figure on the range that was expected, its month marked."""

from __future__ import annotations

from core.sales.anomaly_shapes import Anomaly
from core.sales.chart_spec import Band, ChartSpec, Mark, Series
from core.sales.charts import name_moment

FEWEST = 6


def chart_of(one: Anomaly) -> ChartSpec | None:
    """None where too few months are stated to show anything."""
    stated = [point for point in one.points if point.value is not None]
    if len(stated) < FEWEST:
        return None
    first = next(i for i, point in enumerate(one.points) if point.value is not None)
    points = one.points[first:]
    days = tuple(point.day for point in points)
    marks = tuple(Mark(i, one.title) for i, day in enumerate(days) if one.period.start <= day <= one.period.end)
    return ChartSpec(
        "line",
        one.title,
        days,
        (Series("", tuple(point.value for point in points)),),
        "Month",
        "Net revenue (EUR net)",
        "EUR net",
        category_texts=tuple(name_moment(day, "month") for day in days),
        marks=marks,
        bands=(Band("usual range", tuple(p.low for p in points), tuple(p.high for p in points)),),
    )
