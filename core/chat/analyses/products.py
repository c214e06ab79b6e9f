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
from core.sales import launches
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.query import Period, Result

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
    """Launches as the product page and the notebook tell them: net revenue of the launch month and with the first three full months after
    it, beside the median launch."""
    result = m.ask(launches.launches_query(m.query.where))
    known = launches.launches(result)
    rows, asked, note = launches.launch_table(known), m.query.period, _first_month_note(result)
    shown = rows if asked is None else rows.filter(pl.col("launch").is_between(asked.start, asked.end))
    if shown.is_empty():
        return Finding(f"No product was sold for the first time{population(m)}{when(m)}." + reach(result), shown, result, None, note)
    listed = [_launched(row) for row in shown.head(3).iter_rows(named=True)]
    launched = "1 launch" if shown.height == 1 else f"{shown.height} launches"
    text = f"{launched}{population(m)}{when(m)}; the newest: {'; '.join(listed)}."
    typical = launches.median_first(known)
    text += f" The median launch made {_net(typical)} in that time." if typical is not None else ""
    return Finding(text + reach(result), shown, result, None, note, (shown.height, typical, launches.FIRST - 1))


def _launched(row: dict[str, Any]) -> str:
    text = f"{name_of('product', row['product'])} ({name_of('month', row['launch'])}) {_net(row['first_month'])}"
    return text if row["first_three"] is None else f"{text}, with its first three full months {_net(row['first_three'])}"


def _net(value: Any) -> str:
    return figure("sales_eur_net", value)


def _first_month_note(result: Result) -> tuple[str, ...]:
    first = result.frame["month"].min()
    if not isinstance(first, date):
        return ()
    return (f"A product already sold in {name_of('month', first)}, the first month of the data, has no known launch.",)
