"""The calendar analyses as charts: around an event day by day, and the weekdays."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from core.sales.chart_spec import ChartSpec, Series
from core.sales.dimensions import WEEKDAYS
from core.sales.event_effects import Effect
from core.sales.trading_days import DayWeights

MOST_SHOPS = 4


def around_chart(found: Effect, days: pl.DataFrame) -> ChartSpec | None:
    """This year's days around the event on last year's. `days`: as `event_effects.by_distance` returns it."""
    if days.height < 2 or not any(part.grain == "day" for part in found.parts):
        return None
    one = found.occurrence
    texts = tuple(_distance(offset) for offset in days["distance"])
    series = (Series(str(one.day.year), tuple(days["now"])), Series(str(one.before.year), tuple(days["before"]), "before"))
    return ChartSpec(
        "line", f"Net revenue around {one.name}, day by day", texts, series, "Days from the event", "Net revenue (EUR net)", "EUR net"
    )


def _distance(offset: int) -> str:
    return "0" if offset == 0 else f"+{offset}" if offset > 0 else f"−{-offset}"


def weekday_chart(weights: Mapping[str, DayWeights]) -> ChartSpec | None:
    """Share of each weekday in an ordinary week, for the resellers it was learned of. `weights`: by reseller."""
    learned = {name: one for name, one in weights.items() if one.learned}
    if not learned:
        return None
    series = tuple(Series(name, tuple(w / Decimal(7) for w in one.weekdays)) for name, one in list(learned.items())[:MOST_SHOPS])
    texts = tuple(day[:3] for day in WEEKDAYS)
    return ChartSpec("bar", "Share of the weekdays in an ordinary week", texts, series, "Weekday", "Share of the week (%)", "ratio")
