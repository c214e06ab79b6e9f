"""Figures over time: trend, moving average, running total, averages and medians, volatility, launches, heat map."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses import filling
from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, total_of, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    change,
    change_of,
    count_of,
    counted,
    figure,
    joined,
    label,
    name_of,
    percent,
    population,
    reach,
    sentence,
    title,
    was,
    when,
)
from core.sales.charts import chart_for, moment_end
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.measures import MEASURES
from core.sales.query import Period, Result

STEADY = Decimal("0.03")  # a difference of the two ends below this is called steady
FEWEST_MONTHS = 6  # for volatility


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


# Averages ---------------------------------------------------------------------------------------------------------------


def average(m: Material) -> Finding:
    """A mean (or median) per month, day, store …: the sum ÷ a divisor that the answer states."""
    grain = next((d for d in m.query.by if d in TIME), None)
    items = [d for d in m.query.by if d not in TIME]
    if MEASURES[m.measure].additivity == "ratio":
        return _mean_of_ratio(m)
    if grain is None:
        return _per_item(m, items[0])
    if grain in ("weekday",):
        return _per_item(m, "weekday")
    period, units = _whole_units(m, grain)
    if period is None:
        return Finding(f"There is no complete {title(grain, False)}{population(m)}{when(m)} to average over.", unanswered=True)
    if items:
        return _per_item_and_grain(m, items[0], grain, period, units)
    return _per_grain(m, grain, period, units)


def _mean_of_ratio(m: Material) -> Finding:
    result = m.ask(flat(m.query))
    if result.totals.get(m.measure) is None:
        return nothing(m, result)
    text = f"{label(m.measure)}{population(m)}{when(m)} {was(m.measure)} {figure(m.measure, result.totals[m.measure])}"
    note = f"Computed as {MEASURES[m.measure].formula}, never as a mean of rows."
    return Finding(sentence(text) + reach(result), result.frame, result, None, (note,))


def _whole_units(m: Material, grain: str) -> tuple[Period | None, list[date]]:
    """The complete, covered days, weeks, months … of the asked period, and the period they make."""
    months = m.stated_months(m.query.period)
    if grain == "month":
        return (Period(months[0].start, months[-1].end), [p.start for p in months]) if months else (None, [])
    span = m.query.period or m.data_span()
    data = m.data_span()
    if span is None or data is None:
        return None, []
    first, last = max(span.start, data.start), min(span.end, data.end, m.today - timedelta(days=1))
    if first > last:
        return None, []
    starts = [s for s in filling.moments(first, last, grain) if s >= first and moment_end(s, grain) <= last]
    return (Period(starts[0], moment_end(starts[-1], grain)), starts) if starts else (None, [])


def _per_grain(m: Material, grain: str, period: Period, starts: Sequence[date]) -> Finding:
    result = m.ask(replace(m.query, by=(grain,), period=period, order_by=None, limit=None))
    name = m.measure
    by_start = {row[0]: value_of(row[1]) for row in result.frame.select(grain, name).iter_rows()}
    values = [by_start.get(start, Decimal(0)) for start in starts]
    total = value_of(total_of(result, name))
    mean = total / len(starts)
    median = Decimal(statistics.median(values))
    frame = frame_of([(s, v) for s, v in zip(starts, values, strict=True)], {grain: pl.Date, name: EUR})
    span = times.describe(period)
    noun = title(grain, False)
    if m.slots.has("median"):
        text = f"A typical {noun}{population(m)} makes {counted(name, _cents(name, median))} {label(name).lower()} (median of {len(starts)} complete {title(grain)}, {span}); the mean is {counted(name, _cents(name, mean))}"
    else:
        text = f"Average {label(name).lower()} per {noun}{population(m)}: {counted(name, _cents(name, mean))} = {counted(name, total)} ÷ {len(starts)} complete {title(grain, len(starts) != 1)} ({span})"
    chart = chart_for(replace(result, frame=frame), m.today)
    return Finding(sentence(text) + reach(result), frame, result, chart, _left_out(m, period), (mean, median, total, len(starts)))


def _cents(name: str, value: Decimal) -> Decimal:
    return round(value, 2) if MEASURES[name].unit.startswith("EUR") else round(value, 1)


def _left_out(m: Material, period: Period) -> tuple[str, ...]:
    asked = m.query.period
    if asked is None or (asked.start >= period.start and asked.end <= period.end):
        return ()
    return (f"Only complete, covered periods count: {times.describe(period)} of {times.describe(asked)}.",)


def _per_item(m: Material, item: str) -> Finding:
    """Average sales per store, order, product: the total ÷ how many of them sold."""
    result = m.ask(replace(m.query, by=(item,), order_by=None, limit=None))
    name = m.measure
    rows = [(value, value_of(v)) for value, v in result.frame.select(item, name).iter_rows() if value not in (NOT_STATED, OTHERS, None)]
    if not rows:
        return nothing(m, result)
    total = sum((v for _, v in rows), Decimal(0))
    text = f"Average {label(name).lower()} per {title(item, False)}{population(m)}{when(m)}: {counted(name, _cents(name, total / len(rows)))} = {counted(name, total)} ÷ {count_of(len(rows), item)} with sales"
    return Finding(
        sentence(text) + reach(result), result.frame, result, chart_for(result, m.today), figures=(total / len(rows), total, len(rows))
    )


def _per_item_and_grain(m: Material, item: str, grain: str, period: Period, starts: Sequence[date]) -> Finding:
    """Per product and month: each over the covered months since its first sale; per store and month also over all stores."""
    result = m.ask(replace(m.query, by=(item, grain), period=period, order_by=None, limit=None))
    rows = _item_means(result.frame, item, grain, m.measure, starts)
    if not rows:
        return nothing(m, result)
    name, noun = m.measure, title(grain, False)
    frame = frame_of(rows, {item: pl.String, "total": EUR, f"{grain}s": pl.Int64, "average": EUR})
    total, divisor = sum((row[1] for row in rows), Decimal(0)), sum(row[2] for row in rows)
    if item == "store":
        text = f"A store sells {counted(name, _cents(name, total / divisor))} per {noun} on average{population(m)}: {counted(name, total)} ÷ {divisor} store-{title(grain)} ({count_of(len(rows), item)}, each from its first sale on, {times.describe(period)})"
    else:
        best = [f"{name_of(item, row[0])} {counted(name, _cents(name, row[3]))}" for row in rows[:3]]
        text = f"Average {label(name).lower()} per {noun} by {title(item, False)}{population(m)} ({times.describe(period)}): {joined(best)}"
    note = f"Divisor: complete {title(grain)} since the first sale of each; shown in the table."
    return Finding(
        sentence(text) + reach(result), frame, result, None, (note, *_left_out(m, period)), (total / divisor, total, divisor, len(rows))
    )


def _item_means(frame: pl.DataFrame, item: str, grain: str, measure: str, starts: Sequence[date]) -> list[tuple[Any, ...]]:
    sums: dict[str, Decimal] = {}
    first: dict[str, date] = {}
    for name, start, value in frame.select(item, grain, measure).iter_rows():
        if name not in (NOT_STATED, OTHERS) and start in set(starts):
            sums[name] = sums.get(name, Decimal(0)) + value_of(value)
            first[name] = min(first.get(name, start), start)
    rows = []
    for name, total in sums.items():
        count = sum(start >= first[name] for start in starts)
        rows.append((name, total, count, total / count))
    return sorted(rows, key=lambda row: row[3], reverse=True)


# Products over months ---------------------------------------------------------------------------------------------------


def volatility(m: Material) -> Finding:
    """Sample standard deviation of the months ÷ their mean, over covered months since the first sale, at least six."""
    item = next((d for d in m.query.by if d not in TIME), "product")
    months = m.stated_months(m.query.period)
    if len(months) < FEWEST_MONTHS:
        return Finding(f"Volatility needs at least {FEWEST_MONTHS} complete months; there are {len(months)}{when(m)}.", unanswered=True)
    period = Period(months[0].start, months[-1].end)
    result = m.ask(replace(m.query, by=(item, "month"), period=period, order_by=None, limit=None))
    rows = _deviations(result.frame, item, m.measure, [p.start for p in months])
    if not rows:
        return Finding(f"Nothing{population(m)} has {FEWEST_MONTHS} covered months since its first sale.", result=result)
    calm = m.slots.has("bottom") or any(word in m.reading.question.lower() for word in ("stable", "steady", "least volatile", "steadiest"))
    rows.sort(key=lambda row: row[3], reverse=not calm)
    shown = rows[: m.slots.number or (1 if not m.slots.plural else len(rows))]
    frame = frame_of(shown, {item: pl.String, "mean": EUR, "deviation": EUR, "coefficient": EUR, "months": pl.Int64})
    listed = [f"{name_of(item, row[0])} {percent(row[3])}" for row in shown[:3]]
    kind = "Most stable" if calm else "Most volatile"
    text = f"{kind} {title(item, len(shown) != 1)} by monthly {label(m.measure).lower()}{population(m)} ({times.describe(period)}), standard deviation in percent of the mean: {', '.join(listed)}"
    return Finding(
        sentence(text) + reach(result),
        frame,
        result,
        None,
        (f"At least {FEWEST_MONTHS} covered months since the first sale; a covered month without sales counts as 0.",),
    )


def _deviations(frame: pl.DataFrame, item: str, measure: str, months: Sequence[date]) -> list[tuple[Any, ...]]:
    values: dict[str, dict[date, Decimal]] = {}
    for name, month, value in frame.select(item, "month", measure).iter_rows():
        if name not in (NOT_STATED, OTHERS):
            values.setdefault(name, {})[month] = value_of(value)
    rows = []
    for name, by_month in values.items():
        line = [by_month.get(month, Decimal(0)) for month in months if month >= min(by_month)]
        mean = sum(line, Decimal(0)) / len(line) if line else Decimal(0)
        if len(line) >= FEWEST_MONTHS and mean > 0:
            deviation = statistics.stdev(line)
            rows.append((name, mean, deviation, deviation / mean, len(line)))
    return rows


def launch(m: Material) -> Finding:
    """First month with units sold, that month and the first 3 full months after it, beside the median launch."""
    months = m.stated_months()
    if len(months) < 2:
        return Finding("There are not enough complete months to see launches.", unanswered=True)
    name = m.measure
    result = m.ask(
        replace(
            m.query,
            measures=("units_sold", name),
            by=("product", "month"),
            period=Period(months[0].start, months[-1].end),
            order_by=None,
            limit=None,
        )
    )
    rows = _launches(result.frame, name, [p.start for p in months])
    asked = m.query.period
    median_base = sorted(row[3] for row in rows if row[3] is not None)
    median = Decimal(statistics.median(median_base)) if median_base else None
    shown = [row for row in rows if asked is None or asked.start <= row[1] <= asked.end]
    frame = frame_of(
        shown, {"product": pl.String, "launched": pl.Date, "first_month": EUR, "first_three_months": EUR, "full_months": pl.Int64}
    )
    if not shown:
        return Finding(
            f"No product was sold for the first time{when(m)}." + reach(result), frame, result, None, (_first_month_note(months[0]),)
        )
    listed = [
        f"{name_of('product', row[0])} ({name_of('month', row[1])}) {figure(name, row[2])}"
        + (f", first 3 full months {figure(name, row[3])}" if row[3] is not None else "")
        for row in shown[:3]
    ]
    text = f"{len(shown)} launches{population(m)}{when(m)}; the newest: {'; '.join(listed)}."
    text += f" The median launch made {figure(name, median)} in its first 3 full months." if median is not None else ""
    return Finding(text + reach(result), frame, result, None, (_first_month_note(months[0]),), (len(shown), median, 3))


def _first_month_note(first: Period) -> str:
    return f"A product already sold in {times.describe(first)}, the first month of the data, has no known launch."


def _launches(frame: pl.DataFrame, measure: str, months: Sequence[date]) -> list[tuple[Any, ...]]:
    sold: dict[str, dict[date, Decimal]] = {}
    first: dict[str, date] = {}
    for name, month, units, value in frame.select("product", "month", "units_sold", measure).iter_rows():
        sold.setdefault(name, {})[month] = value_of(value)
        if units and units > 0:
            first[name] = min(first.get(name, month), month)
    rows = []
    for name, start in first.items():
        if name in (NOT_STATED, OTHERS) or start <= months[0]:
            continue
        following = [month for month in months if month > start][:3]
        three = sum((sold[name].get(month, Decimal(0)) for month in following), Decimal(0)) if len(following) == 3 else None
        rows.append((name, start, sold[name].get(start, Decimal(0)), three, len(following)))
    return sorted(rows, key=lambda row: (row[1], row[2]), reverse=True)


def heatmap(m: Material) -> Finding:
    """Two groups as a grid: blank = not covered, 0 = covered without sales."""
    result = m.ask(replace(m.query, limit=None))
    if result.frame.is_empty():
        return nothing(m, result)
    rows, across = m.query.by[0], m.query.by[-1]
    text = f"{label(m.measure)}{population(m)} by {title(rows, False)} and {title(across, False)}{when(m)}: {result.frame.height} cells, {counted(m.measure, result.totals[m.measure])} in total"
    return Finding(sentence(text) + reach(result), result.frame, result, chart_for(result, m.today))
