"""Averages and medians per month, day, store …: a sum ÷ a divisor that the answer states."""

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
    count_of,
    counted,
    figure,
    joined,
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
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.formatting import format_number
from core.sales.measures import MEASURES
from core.sales.query import Period


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
    whole = [s for s in filling.moments(first, last, grain) if s >= first and moment_end(s, grain) <= last]
    starts = [s for s in whole if any(m.covered.covers(x.reseller_id, Period(s, moment_end(s, grain))) for x in m.senders())]
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
        text = f"A typical {noun}{population(m)} makes {_mean(name, median)} {label(name).lower()} (median of {len(starts)} complete {title(grain)}, {span}); the mean is {_mean(name, mean)}"
    else:
        text = f"Average {label(name).lower()} per {noun}{population(m)}: {_mean(name, mean)} = {counted(name, total)} ÷ {len(starts)} complete {title(grain, len(starts) != 1)} ({span})"
    chart = chart_for(replace(result, frame=frame), m.today)
    return Finding(sentence(text) + reach(result), frame, result, chart, _left_out(m, period), (mean, median, total, len(starts)))


def _mean(name: str, value: Decimal) -> str:
    """Euros to the cent, counts with one decimal and their noun."""
    unit = MEASURES[name].unit
    return figure(name, value) if unit.startswith("EUR") else f"{format_number(value, 1)} {unit}"


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
    text = f"Average {label(name).lower()} per {title(item, False)}{population(m)}{when(m)}: {_mean(name, total / len(rows))} = {counted(name, total)} ÷ {count_of(len(rows), item)} with sales"
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
        text = f"A store sells {_mean(name, total / divisor)} per {noun} on average{population(m)}: {counted(name, total)} ÷ {divisor} store-{title(grain)} ({count_of(len(rows), item)}, each from its first sale on, {times.describe(period)})"
    else:
        best = [f"{name_of(item, row[0])} {_mean(name, row[3])}" for row in rows[:3]]
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
