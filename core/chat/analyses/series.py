"""Figures over time: trend, moving average, running total, heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses import filling
from core.chat.analyses.material import EUR, Finding, Material, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    change,
    change_of,
    counted,
    figure,
    label,
    name_of,
    population,
    reach,
    sentence,
    title,
    was,
    when,
)
from core.sales.charts import chart_for, moment_end
from core.sales.query import Result

STEADY = Decimal("0.03")  # a difference of the two ends below this is called steady


def trend(m: Material) -> Finding:
    """The series, its first and last complete value, and the direction between the two ends."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    dimension, name = m.query.by[0], m.measure
    frame = filling.with_gaps(m, result, result.frame)
    chart = chart_for(replace(result, frame=frame), m.today)
    if len(m.query.by) > 1:
        text = f"{label(name)}{population(m)} by {' and '.join(title(d, False) for d in m.query.by)}{when(m)}: {frame.height} rows, {counted(name, result.totals[name])} in total."
        return Finding(text + reach(result), frame, result, chart)
    points = [
        (day, Decimal(value))
        for day, value in frame.select(dimension, name).iter_rows()
        if day and value is not None and moment_end(day, dimension) < m.today
    ]
    if len(points) < 2:
        only = figure(name, points[0][1]) if points else figure(name, result.totals[name])
        return Finding(
            sentence(f"{label(name)}{population(m)}{when(m)} {was(name)} {only}; one {title(dimension, False)} makes no trend")
            + reach(result),
            frame,
            result,
            chart,
        )
    text, rule, step = _direction(m, points, dimension)
    return Finding(text + reach(result), frame, result, chart, (rule,), (step,))


def _direction(m: Material, points: Sequence[tuple[date, Decimal]], dimension: str) -> tuple[str, str, Decimal | None]:
    name, third = m.measure, max(1, min(3, len(points) // 2))
    start, end = (sum((v for _, v in part), Decimal(0)) / third for part in (points[:third], points[-third:]))
    step = change_of(end, start)
    word = "steady" if step is not None and abs(step) < STEADY else "rising" if end > start else "falling"
    (first_day, first), (last_day, last) = points[0], points[-1]
    answer = f"Is it rising? {'Yes' if word == 'rising' else 'No'}. " if m.slots.has("growth") and not m.slots.has("trend") else ""
    text = (
        f"{answer}{label(name)}{population(m)}{when(m)} is {word}: {figure(name, first)} in {name_of(dimension, first_day)}, "
        f"{figure(name, last)} in {name_of(dimension, last_day)}."
    )
    span = title(dimension, third != 1)
    rule = (
        f"Direction: average of the last {third} complete {span} against the first {third} ({change(step)}); under 3 % is called steady."
        if third > 1
        else f"Direction: last complete {span} against the first ({change(step)}); under 3 % is called steady."
    )
    return text, rule, step


def rolling(m: Material) -> Finding:
    """Daily values with the mean of the last seven; the first six rows have none."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    dimension, name = m.query.by[0], m.measure
    window = m.slots.asked.bare[0] if m.slots.asked.bare else m.slots.number or (7 if dimension == "day" else 3)
    frame = filling.with_gaps(m, result, result.frame).filter(pl.col(dimension).is_not_null())
    values = [value_of(value) for value in frame[name]]
    means = [None if i + 1 < window else sum(values[i + 1 - window : i + 1], Decimal(0)) / window for i in range(len(values))]
    frame = frame.with_columns(pl.Series("moving_average", [None if v is None else round(v, 9) for v in means], dtype=EUR))
    last = next((v for v in reversed(means) if v is not None), None)
    text = f"{label(name)}{population(m)} by {title(dimension, False)}{when(m)} with the mean of the last {window} {title(dimension)}"
    text += f": {figure(name, last)} at the end" if last is not None else ": there are too few rows for it"
    as_result = replace(result, frame=frame)
    note = f"The first {window - 1} rows have no moving average, because fewer than {window} {title(dimension)} stand before them."
    return Finding(sentence(text) + reach(result), frame, result, _two_lines(as_result, m, window), (note,), (window, window - 1))


def _two_lines(result: Result, m: Material, window: int) -> Any:
    from core.sales.charts import Series

    chart = chart_for(result, m.today)
    if chart is None:
        return None
    return replace(
        chart,
        kind="line",
        series=(replace(chart.series[0], role="before"), Series(f"Mean of {window}", tuple(result.frame["moving_average"]))),
    )


def cumulative(m: Material) -> Finding:
    """The running total, which ends at the total of the period."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    dimension, name = m.query.by[0], m.measure
    frame = filling.with_gaps(m, result, result.frame)
    running, total = [], Decimal(0)
    for value in frame[name]:
        total += value_of(value)
        running.append(total)
    frame = frame.with_columns(pl.Series("running_total", running, dtype=EUR))
    text = (
        f"{label(name)}{population(m)}{when(m)} adds up to {counted(name, total)} over {frame.height} {title(dimension, frame.height != 1)}"
    )
    chart = chart_for(replace(result, frame=frame.drop(name).rename({"running_total": name})), m.today)
    return Finding(sentence(text) + reach(result), frame, result, chart, figures=(total,))


def heatmap(m: Material) -> Finding:
    """Two groups as a grid: blank = not covered, 0 = covered without sales."""
    result = m.ask(replace(m.query, limit=None))
    if result.frame.is_empty():
        return nothing(m, result)
    rows, across = m.query.by[0], m.query.by[-1]
    text = f"{label(m.measure)}{population(m)} by {title(rows, False)} and {title(across, False)}{when(m)}: {result.frame.height} cells, {counted(m.measure, result.totals[m.measure])} in total"
    return Finding(sentence(text) + reach(result), result.frame, result, chart_for(result, m.today))
