"""The shapes in which an answer can be drawn, each only where it suits, and why not where it does not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from core.sales.chart_spec import ChartSpec, Kind, Series, Value
from core.sales.charts import MOST_BARS, MOST_CELLS, MOST_SERIES, MOST_SLICES, axis_label, chart_for, chart_title, moment_end, name_moment
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS, Dimension
from core.sales.fiscal import FiscalCalendar, Part, name_part
from core.sales.measures import Measure, find_measure
from core.sales.naming import name_day, name_period
from core.sales.query import Result
from core.sales.sharing import shares_of

Shape = Literal["line", "bar", "stacked_bar", "stacked_share", "horizontal_bar", "donut", "heatmap", "waterfall"]
SHAPES: dict[Shape, str] = {
    "line": "Lines",
    "bar": "Bars",
    "stacked_bar": "Stacked",
    "stacked_share": "100 % stacked",
    "horizontal_bar": "Horizontal bars",
    "donut": "Donut",
    "heatmap": "Heat map",
    "waterfall": "Waterfall of change",
}
MOST_UPRIGHT = 16  # bars side by side whose names can be read
MOST_GROUPED = 4  # bars of one category
MOST_STEPS = 10


@dataclass(frozen=True)
class Drawn:
    """An answer by one or two groups: `series` by `categories`; `measure` is what is drawn."""

    result: Result
    measure: Measure
    across: Dimension
    group: Dimension | None
    categories: tuple[Any, ...]
    series: tuple[Series, ...]

    @property
    def is_time(self) -> bool:
        return self.across.kind == "date"

    @property
    def adds_up(self) -> bool:
        return self.measure.additivity == "additive"

    @property
    def is_positive(self) -> bool:
        return all(value is None or value >= 0 for series in self.series for value in series.values)


def shapes_for(
    result: Result, measure: str = "", today: date | None = None, calendar: FiscalCalendar | None = None
) -> dict[Shape, ChartSpec]:
    """Every shape that suits the answer, the best first; empty where a number or a table says it better. `measure`: which of its measures
    (default: the first). `today` marks a running period as partial, `calendar` names fiscal periods."""
    asked = replace(result, query=replace(result.query, measures=(measure or result.query.measures[0],)))
    drawn = _drawn(asked)
    if drawn is None:
        return {}
    found: dict[Shape, ChartSpec] = {shape: spec for shape in SHAPES if not why_not(drawn, shape) and (spec := DRAW[shape](drawn))}
    usual = chart_for(asked if drawn.group is None else replace(asked, compared_with=None), today)
    if usual is not None:
        best: dict[Shape, ChartSpec] = {usual.kind: usual}  # type: ignore[dict-item]
        found = best | {shape: spec for shape, spec in found.items() if shape != usual.kind}
    return {shape: _named(_partial(spec, drawn, today), drawn, calendar) for shape, spec in found.items()}


def refusal(result: Result, measure: str, shape: Shape) -> str:
    """Why a shape does not suit the answer, in a sentence."""
    drawn = _drawn(replace(result, query=replace(result.query, measures=(measure or result.query.measures[0],))))
    return "A chart needs one or two dimensions with at least two values." if drawn is None else why_not(drawn, shape)


def why_not(drawn: Drawn, shape: Shape) -> str:
    """'' where the shape suits."""
    label, count, series = SHAPES[shape], len(drawn.categories), len(drawn.series)
    what = drawn.measure.label
    if shape == "line" and not drawn.is_time:
        return "Lines need time among the rows or columns, for example month."
    if shape == "line" and series > MOST_SERIES:
        return f"{series} lines can not be told apart. Ask for fewer rows, or filter."
    if shape in ("stacked_bar", "stacked_share", "donut") and not (drawn.adds_up and drawn.is_positive):
        reason = "does not add up over groups" if not drawn.adds_up else "is below zero in places"
        return f"{label}: {what} {reason}, so its parts make no whole. Choose bars or lines."
    if shape in ("stacked_bar", "stacked_share") and drawn.group is None:
        return f"{label} needs a second dimension to stack."
    if shape in ("horizontal_bar", "donut") and (drawn.group is not None or drawn.is_time):
        return f"{label} shows one dimension that is not time."
    if shape == "donut" and count > MOST_SLICES:
        return f"A donut shows up to {MOST_SLICES} shares; here are {count}. Choose bars."
    if shape == "heatmap" and drawn.group is None:
        return "A heat map needs two dimensions."
    if shape == "heatmap" and count * series > MOST_CELLS:
        return "There are too many cells for a heat map. Ask for fewer rows."
    if shape in ("bar", "stacked_bar", "stacked_share") and not drawn.is_time and count > MOST_UPRIGHT:
        return f"{count} bars side by side can not be read. Ask for fewer rows, or choose horizontal bars."
    if shape == "bar" and drawn.group is not None and series > MOST_GROUPED:
        return f"Bars side by side show up to {MOST_GROUPED} groups; here are {series}. Choose stacked bars."
    if shape == "waterfall":
        return _no_waterfall(drawn)
    return ""


def _no_waterfall(drawn: Drawn) -> str:
    if f"{drawn.measure.name}_change" not in drawn.result.frame.columns:
        return "A waterfall of change needs a comparison. Choose one above, for example the prior year."
    if drawn.group is not None:
        return "A waterfall of change shows one dimension. Take the other away."
    return "" if drawn.adds_up else f"{drawn.measure.label} does not add up over groups, so its changes make no steps."


def _drawn(result: Result) -> Drawn | None:
    """Time across where there is one, else the first group; values by series and category, the remainder last."""
    measure = find_measure(result.query.measures[0])
    dimensions = sorted((DIMENSIONS[name] for name in result.query.by), key=lambda d: d.kind != "date")
    if not 1 <= len(dimensions) <= 2 or (len(dimensions) == 2 and dimensions[1].kind == "date") or measure.name not in result.frame.columns:
        return None
    across, group = dimensions[0], dimensions[1] if len(dimensions) == 2 else None
    frame = result.frame.filter(pl.col(across.name).is_not_null())
    categories = _ordered(frame[across.name].unique(maintain_order=True).to_list(), across)
    if len(categories) < 2:
        return None
    if group is None:
        values = dict(frame.select(across.name, measure.name).iter_rows())
        series: tuple[Series, ...] = (Series(measure.label, tuple(values.get(c) for c in categories)),)
    else:
        cells = {(c, g): value for c, g, value in frame.select(across.name, group.name, measure.name).iter_rows()}
        names = _ordered(frame[group.name].unique(maintain_order=True).to_list(), group)
        series = tuple(_series(name, tuple(cells.get((c, name)) for c in categories)) for name in names)
    return Drawn(result, measure, across, group, tuple(categories), series)


def _ordered(values: list[Any], dimension: Dimension) -> list[Any]:
    return sorted(values) if dimension.kind == "date" else sorted(values, key=lambda value: value in (NOT_STATED, OTHERS))


def _series(name: str, values: tuple[Value, ...]) -> Series:
    return Series(name, values, "rest" if name in (NOT_STATED, OTHERS) else "main")


def _spec(drawn: Drawn, kind: Kind, series: Sequence[Series]) -> ChartSpec:
    texts = tuple(name_moment(c, drawn.across.name) for c in drawn.categories) if drawn.is_time else ()
    through = f"Data through {name_day(max(drawn.result.data_through.values()))}" if drawn.result.data_through else ""
    compared = any(one.role == "before" for one in series)
    title = chart_title(drawn.result if compared else replace(drawn.result, compared_with=None), drawn.measure)
    label = axis_label(drawn.measure)
    return ChartSpec(kind, title, drawn.categories, tuple(series), drawn.across.title, label, drawn.measure.unit, through, texts)


def _with_before(drawn: Drawn) -> tuple[Series, ...]:
    """Beside the compared period, where there is one group only."""
    name, result = f"{drawn.measure.name}_before", drawn.result
    if drawn.group is not None or name not in result.frame.columns or not (result.period and result.compared_with):
        return drawn.series
    before = dict(result.frame.select(drawn.across.name, name).iter_rows())
    now = replace(drawn.series[0], name=name_period(result.period))
    return now, Series(name_period(result.compared_with), tuple(before.get(c) for c in drawn.categories), "before")


def _line(drawn: Drawn) -> ChartSpec:
    return _spec(drawn, "line", _with_before(drawn))


def _bar(drawn: Drawn) -> ChartSpec:
    return _spec(drawn, "bar", _with_before(drawn))


def _horizontal(drawn: Drawn) -> ChartSpec:
    short = replace(drawn, categories=drawn.categories[:MOST_BARS])
    return _spec(short, "horizontal_bar", [replace(s, values=s.values[:MOST_BARS]) for s in _with_before(drawn)])


def _donut(drawn: Drawn) -> ChartSpec:
    return _spec(drawn, "donut", drawn.series)


def _heatmap(drawn: Drawn) -> ChartSpec:
    return _spec(drawn, "heatmap", drawn.series)


def _stacked(drawn: Drawn) -> ChartSpec:
    return _spec(drawn, "stacked_bar", _folded(drawn.series))


def _stacked_share(drawn: Drawn) -> ChartSpec:
    """Each category is a whole; shares add to 1 exactly."""
    folded = _folded(drawn.series)
    wholes = [shares_of([Decimal(s.values[i] or 0) for s in folded]) for i in range(len(drawn.categories))]
    series = [replace(s, values=tuple(whole[n] for whole in wholes)) for n, s in enumerate(folded)]
    spec = _spec(drawn, "stacked_bar", series)
    label = f"Share of {drawn.measure.label.lower()}"
    return replace(spec, unit="ratio", title=f"{label}{spec.title.removeprefix(drawn.measure.label)}", value_label=f"{label} (%)")


def _folded(series: tuple[Series, ...]) -> tuple[Series, ...]:
    """At most MOST_SERIES: what is beyond joins the remainder, by adding; only for measures that add up."""
    if len(series) <= MOST_SERIES:
        return series
    own = [s for s in series if s.role == "main"]
    kept, rest = own[: MOST_SERIES - 2], own[MOST_SERIES - 2 :] + [s for s in series if s.name == OTHERS]
    stated = [[s.values[i] for s in rest if s.values[i] is not None] for i in range(len(rest[0].values))]
    folded = Series(OTHERS, tuple(sum(values) if values else None for values in stated), "rest")  # type: ignore[arg-type]
    return (*kept, folded, *(s for s in series if s.name == NOT_STATED))


def _waterfall(drawn: Drawn) -> ChartSpec | None:
    """From the compared period to the compared part of this one: what each group changed, the largest first, the small ones together."""
    frame, name = drawn.result.frame, drawn.measure.name
    rows = frame.filter(pl.col(f"{name}_change").is_not_null())
    if rows.is_empty() or not (drawn.result.period and drawn.result.compared_with):
        return None
    steps = [(_text(drawn, group), change) for group, change in rows.select(drawn.across.name, f"{name}_change").iter_rows() if change]
    if not drawn.is_time:
        steps.sort(key=lambda step: (step[0] == OTHERS, -abs(step[1])))
    if len(steps) > MOST_STEPS and not drawn.is_time:
        more = sum(change for _, change in steps[MOST_STEPS:])
        steps = [*steps[:MOST_STEPS], (OTHERS, more)]
    before, now = (sum(rows[f"{name}{suffix}"].drop_nulls().to_list(), Decimal(0)) for suffix in ("_before", "_comparable"))
    whole = sum(frame[name].drop_nulls().to_list(), Decimal(0)) == now
    levels = name_period(drawn.result.compared_with), name_period(drawn.result.period) + ("" if whole else ", compared part")
    categories = (levels[0], *(text for text, _ in steps), levels[1])
    values = (before, *(change for _, change in steps), now)
    spec = _spec(drawn, "waterfall", [Series(drawn.measure.label, values)])
    title = f"Change of {drawn.measure.label.lower()} by {drawn.across.title.lower()}, {levels[1]} against {levels[0]}"
    return replace(spec, categories=categories, category_texts=(), title=title, totals=(0, len(categories) - 1))


def _text(drawn: Drawn, value: Any) -> str:
    return name_moment(value, drawn.across.name) if isinstance(value, date) else str(value if value is not None else NOT_STATED)


def _partial(spec: ChartSpec, drawn: Drawn, today: date | None) -> ChartSpec:
    if today is None or not spec.is_time or spec.kind not in ("line", "bar", "stacked_bar"):
        return spec
    running = (i for i, day in enumerate(spec.categories) if isinstance(day, date) and moment_end(day, drawn.across.name) >= today)
    return replace(spec, partial=tuple(running))


def _named(spec: ChartSpec, drawn: Drawn, calendar: FiscalCalendar | None) -> ChartSpec:
    if calendar is None or not spec.is_time or not drawn.across.name.startswith("fiscal_"):
        return spec
    part: Part = drawn.across.name.removeprefix("fiscal_")  # type: ignore[assignment]
    return replace(spec, category_texts=tuple(name_part(calendar, day, part) for day in spec.categories if isinstance(day, date)))


DRAW: Mapping[Shape, Callable[[Drawn], ChartSpec | None]] = {
    "line": _line,
    "bar": _bar,
    "stacked_bar": _stacked,
    "stacked_share": _stacked_share,
    "horizontal_bar": _horizontal,
    "donut": _donut,
    "heatmap": _heatmap,
    "waterfall": _waterfall,
}
