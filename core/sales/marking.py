"""Which periods of a chart or table were restated by a later file, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core.sales.chart_spec import ChartSpec, Mark
from core.sales.charts import moment_end
from core.sales.dimensions import DIMENSIONS
from core.sales.query import Period, Result
from core.sales.restated import Restated, restatement_words

SIGN = "\u21bb"  # beside a restated period in tables
SAID = 3  # restatements told of one period


def restated_moments(dimension: str, moments: Iterable[date], found: Sequence[Restated]) -> Mapping[date, tuple[Restated, ...]]:
    """By the first day of a month (week, quarter, …) that `moments` names: what was restated of it. A period counts where it ends."""
    spans = {moment: Period(moment, moment_end(moment, dimension)) for moment in moments}
    inside = {m: tuple(one for one in found if span.start <= one.period.end <= span.end) for m, span in spans.items()}
    return {moment: ones for moment, ones in inside.items() if ones}


def restated_cell(members: Mapping[str, Any], found: Sequence[Restated]) -> tuple[Restated, ...]:
    """What was restated of the figure of one cell, by the groups it stands in (dimension → value): of its months (weeks, …) and, where it is
    one reseller's, of that one. A cell without a moment has none: its period is the whole table's."""
    moments = [(name, value) for name, value in members.items() if isinstance(value, date) and DIMENSIONS[name].kind == "date"]
    if not moments:
        return ()
    seller = members.get("reseller")
    kept = [one for one in found if seller is None or one.reseller == seller]
    for name, moment in moments:
        kept = [one for one in kept if moment <= one.period.end <= moment_end(moment, name)]
    return tuple(kept)


def of_result(result: Result, found: Iterable[Restated]) -> tuple[Restated, ...]:
    """Those of the resellers that the question is about."""
    return tuple(one for one in found if one.reseller in result.resellers_expected)


def mark_restated(spec: ChartSpec | None, result: Result, found: Iterable[Restated]) -> ChartSpec | None:
    """The chart with a mark on every restated period; unchanged where its categories are not time."""
    times = [name for name in result.query.by if DIMENSIONS[name].kind == "date"]
    if spec is None or not spec.is_time or len(times) != 1:
        return spec
    days = [category for category in spec.categories if isinstance(category, date)]
    moments = restated_moments(times[0], days, of_result(result, found))
    return replace(spec, marks=tuple(_mark(days.index(day), times[0], day, ones) for day, ones in moments.items()))


def _mark(place: int, dimension: str, day: date, ones: Sequence[Restated]) -> Mark:
    names = {one.reseller for one in ones}
    return Mark(place, words(dimension, day, ones), names.pop() if len(names) == 1 else "")


def words(dimension: str, day: date, ones: Sequence[Restated]) -> str:
    """What was restated of one period, a line each."""
    span = Period(day, moment_end(day, dimension))
    more = [f"and {len(ones) - SAID} more"] if len(ones) > SAID else []
    return "\n".join([*(restatement_words(one, span) for one in ones[:SAID]), *more])
