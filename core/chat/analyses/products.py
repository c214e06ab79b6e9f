"""Products over months: volatility and launches."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses.material import EUR, Finding, Material, frame_of, value_of
from core.chat.analyses.wording import (
    figure,
    label,
    name_of,
    percent,
    population,
    reach,
    sentence,
    title,
    when,
)
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.query import Period

FEWEST_MONTHS = 6  # for volatility


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
