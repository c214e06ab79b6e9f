"""Charts as data: which shape suits an answer, and what stands in it. Plotly draws it on screen, Vega-Lite on paper (`core.sales.vega`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import polars as pl

from core.sales.bridging import Bridge
from core.sales.chart_spec import ChartSpec as ChartSpec
from core.sales.chart_spec import Kind
from core.sales.chart_spec import Series as Series
from core.sales.dimensions import DIMENSIONS, FISCAL, NOT_STATED, OTHERS, Dimension
from core.sales.measures import MEASURES, Measure
from core.sales.naming import SHORT_MONTHS, name_day, name_period
from core.sales.query import Result
from core.sales.vega import to_vega as to_vega

MOST_SERIES = 8
MOST_BARS = 30
MOST_SLICES = 6
MOST_CELLS = 3000


def chart_for(result: Result, today: date | None = None) -> ChartSpec | None:
    """The chart that suits an answer; None where a single number or a table says it better.

    Time → line (bars for a few periods); time × group → lines or stacked bars; one group → horizontal bars; shares of a few → donut;
    two groups → heat map. `today` marks a running period as partial.
    """
    dimensions = [DIMENSIONS[name] for name in result.query.by]
    if not dimensions or result.frame.height < 2 or len(dimensions) > 2:
        return None
    measure = MEASURES[result.query.measures[0]]
    times = [d for d in dimensions if d.kind == "date"]
    groups = [d for d in dimensions if d.kind == "text"]
    if times and not groups:
        return _over_time(result, times[0], measure, today) if len(times) == 1 else None
    if times:
        return _groups_over_time(result, times[0], groups[0], measure, today)
    if len(groups) == 1:
        return _by_group(result, groups[0], measure)
    return _grid(result, groups[0], groups[1], measure)


def bridge_chart(bridge: Bridge, result: Result) -> ChartSpec:
    """The waterfall from the compared period to the asked one, in EUR net."""
    now, before = result.period, result.compared_with
    levels = (name_period(before) if before else "Before", name_period(now) if now else "Now")
    steps = [(label, value) for label, value in bridge.steps if value]
    categories = (levels[0], *(label for label, _ in steps), levels[1])
    values = (bridge.before, *(value for _, value in steps), bridge.now)
    title = f"Where the change of net revenue comes from, {levels[1]} against {levels[0]}"
    series = (Series("Net revenue", values),)
    label = axis_label(MEASURES["sales_eur_net"])
    return ChartSpec("waterfall", title, categories, series, "", label, "EUR net", totals=(0, len(categories) - 1))


def movers_chart(moved: pl.DataFrame, result: Result, most: int = 9) -> ChartSpec | None:
    """The largest rises and falls, largest rise first. `moved`: as `bridging.movers` returns it, over one dimension; `result`: the answer
    it is of. None where nothing moved."""
    name, measure = result.query.by[0], MEASURES[result.query.measures[0]]
    up = moved.filter(pl.col("change") > 0).sort("change", descending=True, maintain_order=True).head(most)
    down = moved.filter(pl.col("change") < 0).sort("change", descending=True, maintain_order=True).tail(most)
    rows = pl.concat([up, down])
    if rows.is_empty():
        return None
    series = Series(f"Change of {measure.label.lower()}", tuple(rows["change"]), "change")
    return _spec(result, "horizontal_bar", measure, rows[name].to_list(), [series], DIMENSIONS[name])


def axis_label(measure: Measure) -> str:
    """“Net revenue (EUR net)”, “Units”, “Returns (%)”."""
    if measure.unit == "ratio":
        return f"{measure.label} (%)"
    return measure.label if measure.unit == measure.label.lower() else f"{measure.label} ({measure.unit})"


def chart_title(result: Result, measure: Measure) -> str:
    """“Net revenue by month and reseller, Jan–May 2025 against Jan–May 2024”."""
    by = " and ".join(DIMENSIONS[name].title.lower() for name in result.query.by)
    period = name_period(result.period) if result.period else "all periods"
    against = f" against {name_period(result.compared_with)}" if result.compared_with else ""
    return f"{measure.label} by {by}, {period}{against}"


def name_moment(day: date, dimension: str) -> str:
    """A time category as people read it: “May 2025”, “Q2 2025”, “2025”, “2 Jun 2025”, “w/c 2 Jun 2025”."""
    if dimension == "year":
        return str(day.year)
    if dimension == "quarter":
        return f"Q{(day.month + 2) // 3} {day.year}"
    if dimension == "month":
        return f"{SHORT_MONTHS[day.month]} {day.year}"
    text = f"{day.day} {SHORT_MONTHS[day.month]} {day.year}"
    return f"w/c {text}" if dimension == "week" else text


def moment_end(day: date, dimension: str) -> date:
    """The last day of the period that a time category names."""
    if dimension in ("day", "week"):
        return day + timedelta(days=6 if dimension == "week" else 0)
    if dimension in FISCAL:  # at least so long, whatever the calendar
        return day + timedelta(days={"fiscal_month": 27, "fiscal_quarter": 89, "fiscal_year": 363}[dimension])
    count = {"month": 1, "quarter": 3, "year": 12}[dimension]
    number = day.year * 12 + day.month - 1 + count
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


def _spec(
    result: Result, kind: Kind, measure: Measure, categories: Sequence[Any], series: Sequence[Series], dimension: Dimension
) -> ChartSpec:
    title, value_label = chart_title(result, measure), axis_label(measure)
    texts = tuple(name_moment(c, dimension.name) for c in categories) if dimension.kind == "date" else ()
    return ChartSpec(kind, title, tuple(categories), tuple(series), dimension.title, value_label, measure.unit, _through(result), texts)


def _through(result: Result) -> str:
    if not result.data_through:
        return ""
    return f"Data through {name_day(max(result.data_through.values()))}"


def _over_time(result: Result, time: Dimension, measure: Measure, today: date | None) -> ChartSpec | None:
    frame = result.frame.filter(pl.col(time.name).is_not_null()).sort(time.name)
    if frame.height < 2:
        return None
    series = [Series(measure.label, tuple(frame[measure.name]))]
    if f"{measure.name}_before" in frame.columns:
        name = name_period(result.compared_with) if result.compared_with else "Before"
        now = name_period(result.period) if result.period else "Now"
        series = [replace(series[0], name=now), Series(name, tuple(frame[f"{measure.name}_before"]), "before")]
    kind: Kind = "line" if frame.height > 6 or len(series) > 1 else "bar"
    return _marked(_spec(result, kind, measure, frame[time.name].to_list(), series, time), time, today)


def _groups_over_time(result: Result, time: Dimension, group: Dimension, measure: Measure, today: date | None) -> ChartSpec | None:
    frame = result.frame.filter(pl.col(time.name).is_not_null())
    moments = frame[time.name].unique().sort().to_list()
    names = _by_size(frame, group.name, measure)
    if len(names) > MOST_SERIES:
        return _heatmap(result, moments, time, names, group, measure, frame)
    if len(moments) < 2:
        return None
    values = {(day, name): value for day, name, value in frame.select(time.name, group.name, measure.name).iter_rows()}
    stacked = measure.additivity == "additive" and all(v is None or v >= 0 for v in values.values())
    series = [Series(n, tuple(values.get((m, n)) for m in moments), _role(n)) for n in names]
    return _marked(_spec(result, "stacked_bar" if stacked else "line", measure, moments, series, time), time, today)


def _by_group(result: Result, group: Dimension, measure: Measure) -> ChartSpec | None:
    frame = result.frame.filter(pl.col(measure.name).is_not_null())
    rows = frame if group.name == "weekday" else pl.concat([frame.filter(~_is_rest(group)), frame.filter(_is_rest(group))])
    if rows.height < 2:
        return None
    names, values = rows[group.name].to_list()[:MOST_BARS], rows[measure.name].to_list()[:MOST_BARS]
    few = rows.height <= MOST_SLICES and measure.name in ("share", "units_share") and all(v >= 0 for v in values)
    kind: Kind = "donut" if few else "bar" if group.name == "weekday" else "horizontal_bar"
    series = [Series(measure.label, tuple(values))]
    if not few and f"{measure.name}_before" in rows.columns and result.compared_with and result.period:
        before = tuple(rows[f"{measure.name}_before"].to_list()[:MOST_BARS])
        series = [replace(series[0], name=name_period(result.period)), Series(name_period(result.compared_with), before, "before")]
    return _spec(result, kind, measure, names, series, group)


def _grid(result: Result, row: Dimension, column: Dimension, measure: Measure) -> ChartSpec | None:
    columns = _by_size(result.frame, column.name, measure)
    return _heatmap(result, columns, column, _by_size(result.frame, row.name, measure), row, measure, result.frame)


def _heatmap(
    result: Result, columns: list[Any], across: Dimension, rows: list[str], down: Dimension, measure: Measure, frame: pl.DataFrame
) -> ChartSpec | None:
    """Blank where nothing is stated, 0 where a covered period has no sales."""
    if len(columns) * len(rows) > MOST_CELLS or len(columns) < 2:
        return None
    values = {(a, d): value for a, d, value in frame.select(across.name, down.name, measure.name).iter_rows()}
    series = [Series(name, tuple(values.get((column, name)) for column in columns), _role(name)) for name in rows]
    return _spec(result, "heatmap", measure, columns, series, across)


def _marked(spec: ChartSpec, time: Dimension, today: date | None) -> ChartSpec:
    if today is None:
        return spec
    running = tuple(i for i, day in enumerate(spec.categories) if isinstance(day, date) and moment_end(day, time.name) >= today)
    return replace(spec, partial=running)


def _by_size(frame: pl.DataFrame, name: str, measure: Measure) -> list[Any]:
    """Groups by their largest sum first; what is not stated and the remainder last."""
    sums = frame.group_by(name, maintain_order=True).agg(pl.col(measure.name).sum())
    ordered = sums.sort(pl.col(name).is_in([NOT_STATED, OTHERS]), -pl.col(measure.name).cast(pl.Float64), maintain_order=True)
    return ordered[name].to_list()


def _is_rest(group: Dimension) -> pl.Expr:
    return pl.col(group.name).is_in([NOT_STATED, OTHERS])


def _role(name: str) -> Literal["main", "rest"]:
    return "rest" if name in (NOT_STATED, OTHERS) else "main"
