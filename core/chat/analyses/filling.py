"""Time rows without gaps: a covered month without a line is 0, an uncovered one is blank. Never the other way round."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses.material import Material
from core.sales.charts import moment_end
from core.sales.measures import MEASURES
from core.sales.query import Period, Result

MOST_MOMENTS = 800


def moments(first: date, last: date, dimension: str) -> list[date]:
    """The first days of every day, week, month, quarter or year from the one of `first` to the one of `last`."""
    found: list[date] = []
    day = start_of(first, dimension)
    while day <= last and len(found) < MOST_MOMENTS:
        found.append(day)
        day = moment_end(day, dimension) + timedelta(days=1)
    return found


def start_of(day: date, dimension: str) -> date:
    if dimension == "week":
        return day - timedelta(days=day.weekday())
    if dimension == "day":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[dimension]
    return date(day.year, month, 1)


def with_gaps(m: Material, result: Result, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with a row for every moment of the asked period (or between the first and the last row), for one time dimension alone."""
    dimension = m.query.by[0]
    if len(m.query.by) != 1 or frame[dimension].drop_nulls().is_empty():
        return frame
    present = frame[dimension].drop_nulls()
    first, last = _ends(m, min(present), max(present))
    absent = [day for day in moments(first, last, dimension) if day not in set(present)]
    if not absent:
        return frame
    rows: dict[str, list[Any]] = {
        dimension: absent,
        **{name: [_empty(m, name, day, dimension) for day in absent] for name in frame.columns if name != dimension},
    }
    more = pl.DataFrame([pl.Series(name, values, dtype=frame.schema[name]) for name, values in rows.items()]).select(frame.columns)
    blank = frame.filter(pl.col(dimension).is_null())
    return pl.concat([pl.concat([frame.filter(pl.col(dimension).is_not_null()), more]).sort(dimension), blank])


def _ends(m: Material, first: date, last: date) -> tuple[date, date]:
    period = m.query.period
    if period is None:
        return first, last
    return period.start, max(last, min(period.end, m.today))


def _empty(m: Material, measure: str, day: date, dimension: str) -> Decimal | int | None:
    """0 where an additive figure is covered and has no line; a ratio without lines has no value."""
    if measure not in MEASURES or MEASURES[measure].additivity == "ratio":
        return None
    span = Period(day, moment_end(day, dimension))
    covered = any(m.covered.covers(sender.reseller_id, span) for sender in m.senders())
    if not covered:
        return None
    return 0 if MEASURES[measure].whole else Decimal(0)
