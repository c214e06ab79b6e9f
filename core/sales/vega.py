"""A ChartSpec as Vega-Lite 5, for paper and mail (vl-convert draws it). Values become numbers for drawing only; texts stay exact."""

from __future__ import annotations

from typing import Any

from core.sales.chart_spec import ChartSpec, Series
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.palette import Palette, blend, palette

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
Row = dict[str, Any]


def to_vega(spec: ChartSpec, width: int = 640, height: int = 320, dark: bool = False) -> dict[str, Any]:
    """A complete Vega-Lite specification with its data inside; `width`, `height`: of the plot, in pixels."""
    colors = palette(dark)
    draw = {"donut": _donut, "heatmap": _heatmap, "waterfall": _waterfall, "horizontal_bar": _horizontal, "line": _line}
    draw |= {"pareto": _pareto}
    body = draw.get(spec.kind, _bars)(spec, colors)
    title: Row = {"text": _wrap(spec.title, width), "subtitle": spec.subtitle, "anchor": "start", "color": colors.text, "fontSize": 14}
    title |= {"fontWeight": 600, "subtitleColor": colors.quiet, "subtitleFontSize": 11, "offset": 12}
    return {
        "$schema": SCHEMA,
        "title": title,
        "width": width,
        "height": height,
        "background": colors.background,
        "padding": 8,
        "config": _config(colors),
        **body,
    }


def _wrap(text: str, width: int) -> list[str]:
    """A title on as few lines as fit the width; about 7.5 pixels a character."""
    lines, most = [""], max(20, int(width / 7.5))
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _config(colors: Palette) -> Row:
    axis: Row = {
        "labelColor": colors.quiet,
        "titleColor": colors.quiet,
        "gridColor": colors.grid,
        "domainColor": colors.grid,
        "tickColor": colors.grid,
    }
    axis |= {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": 400, "labelLimit": 220}
    legend = {"labelColor": colors.text, "titleColor": colors.quiet, "orient": "top", "title": None, "labelLimit": 220, "columns": 4}
    return {"font": "sans-serif", "axis": axis, "legend": legend, "view": {"stroke": None}, "locale": {"number": NUMBERS}}


NUMBERS = {"decimal": ".", "thousands": "\u202f", "grouping": [3], "currency": ["€\u202f", ""], "minus": "−"}


def _rows(spec: ChartSpec) -> list[Row]:
    texts, shown = spec.texts, spec.value_texts
    return [
        {
            "category": texts[i],
            "series": s.name,
            "place": n,
            "value": None if v is None else float(v),
            "text": shown[n][i],
            "partial": i in spec.partial,
            "rest": texts[i] in (NOT_STATED, OTHERS),
            "change": s.role == "change",
        }
        for n, s in enumerate(spec.series)
        for i, v in enumerate(s.values)
    ]


def _value(spec: ChartSpec, **more: Any) -> Row:
    axis: Row = {"format": ".0%" if spec.unit == "ratio" else ",.0f" if _is_large(spec) else ",.2~f"}
    whole: Row = {"scale": {"domain": [0, 1]}} if spec.is_whole else {}
    return {"field": "value", "type": "quantitative", "title": spec.value_label, "axis": axis, **whole, **more}


def _is_large(spec: ChartSpec) -> bool:
    return any(abs(float(v)) >= 20 for s in spec.series for v in s.values if v is not None)


def _category(spec: ChartSpec, title: str | None = None, **axis: Any) -> Row:
    return {
        "field": "category",
        "type": "ordinal",
        "sort": list(spec.texts),
        "title": title,
        "axis": {"labelOverlap": True, "labelAngle": 0, **axis},
    }


def _color(spec: ChartSpec, colors: Palette) -> Row:
    scale = {"domain": [s.name for s in spec.series], "range": series_colors(spec, colors)}
    return {"field": "series", "type": "nominal", "scale": scale, "sort": scale["domain"], "legend": None if len(spec.series) == 1 else {}}


def series_colors(spec: ChartSpec, colors: Palette) -> list[str]:
    """The colour of each series: main ones in palette order, the compared period quiet, the remainder grey."""
    chosen: list[str] = []
    number = 0
    for series in spec.series:
        if series.role == "main":
            chosen.append(colors.color(number))
            number += 1
        elif series.role == "ahead":
            chosen.append(colors.color(0))
        else:
            chosen.append(colors.rest)
    return chosen


def _hatched(spec: ChartSpec) -> Row:
    return {"condition": {"test": "datum.partial", "value": 0.45}, "value": 1} if spec.partial else {"value": 1}


def _line(spec: ChartSpec, colors: Palette) -> Row:
    dash: Row = {"field": "series", "type": "nominal", "legend": None}
    dash["scale"] = {"domain": [s.name for s in spec.series], "range": [_dash(s) for s in spec.series]}
    encoding = {"x": _category(spec), "y": _value(spec), "color": _color(spec, colors)}
    lines = {"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": encoding | {"strokeDash": dash}}
    points = {"mark": {"type": "point", "filled": True, "size": 34}, "encoding": encoding | {"opacity": _hatched(spec)}}
    return {"data": {"values": _rows(spec)}, "layer": [*_bands(spec, colors), lines, points, *_marks(spec, colors)]}


def _bands(spec: ChartSpec, colors: Palette) -> list[Row]:
    """Ranges behind the lines."""
    rows = [
        {"category": spec.texts[place], "band": band.name, "low": float(low or 0), "high": float(high or 0)}
        for band, place, low, high, _ in spec.banded()
    ]
    low = {"field": "low", "type": "quantitative", "title": spec.value_label}
    encoding = {"x": _category(spec), "y": low, "y2": {"field": "high"}, "detail": {"field": "band"}}
    mark = {"type": "area", "opacity": 0.16, "color": colors.color(0)}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}] if rows else []


def _marks(spec: ChartSpec, colors: Palette) -> list[Row]:
    """A hollow diamond on each restated period."""
    rows = [{"category": spec.texts[mark.place], "value": float(height or 0)} for mark, height in spec.marked()]
    shape = {"type": "point", "shape": "diamond", "filled": True, "fill": colors.background, "stroke": colors.text, "size": 90}
    mark = {**shape, "strokeWidth": 1.5, "opacity": 1}
    return [{"data": {"values": rows}, "mark": mark, "encoding": {"x": _category(spec), "y": _value(spec)}}] if rows else []


def _dash(series: Series) -> list[int]:
    return {"before": [5, 4], "ahead": [3, 3]}.get(series.role, [1, 0])


def _bars(spec: ChartSpec, colors: Palette) -> Row:
    encoding = {"x": _category(spec), "y": _value(spec), "color": _color(spec, colors), "opacity": _hatched(spec)}
    if spec.kind == "stacked_bar":
        encoding["order"] = {"field": "place", "type": "quantitative"}
    elif len(spec.series) > 1:
        encoding["xOffset"] = {"field": "series", "sort": [s.name for s in spec.series]}
    bars: Row = {"mark": {"type": "bar", "cornerRadiusEnd": 1}, "encoding": encoding}
    marks = _marks(spec, colors)
    return {"data": {"values": _rows(spec)}, **({"layer": [bars, *marks]} if marks else bars)}


def _horizontal(spec: ChartSpec, colors: Palette) -> Row:
    room: Row = {"grid": False, "domain": False, "labels": False, "ticks": False}
    y = _category(spec, labelLimit=300)
    encoding: Row = {"y": y, "x": _value(spec, axis=room, scale=_room_for_labels(spec)), "color": _color(spec, colors)}
    if len(spec.series) > 1:
        encoding["yOffset"] = {"field": "series", "sort": [s.name for s in spec.series]}
    text = {
        "type": "text",
        "align": {"expr": "datum.value < 0 ? 'right' : 'left'"},
        "dx": {"expr": "datum.value < 0 ? -4 : 4"},
        "fontSize": 11,
    }
    labels = encoding | {"text": {"field": "text"}, "color": {"value": colors.text}}
    told = [
        {"test": "datum.change && datum.value < 0", "value": colors.down},
        {"test": "datum.change", "value": colors.up},
        {"test": "datum.rest", "value": colors.rest},
    ]
    bars: Row = {"mark": {"type": "bar", "cornerRadiusEnd": 1}, "encoding": encoding | {"color": {"condition": told, **encoding["color"]}}}
    return {"data": {"values": _rows(spec)}, "layer": [bars, {"mark": text, "encoding": labels}]}


def _room_for_labels(spec: ChartSpec) -> Row:
    """Bars start at zero; the longest one leaves room for its label, on the side where it ends."""
    values = [0.0, *(float(v) for s in spec.series for v in s.values if v is not None)]
    return {"domain": [min(values) * 1.16, max(values) * 1.16], "nice": False}


def _donut(spec: ChartSpec, colors: Palette) -> Row:
    names = list(spec.texts)
    scale = {"domain": names, "range": [colors.rest if n in (NOT_STATED, OTHERS) else colors.color(i) for i, n in enumerate(names)]}
    theta = {"field": "value", "type": "quantitative", "stack": True}
    color = {"field": "category", "type": "nominal", "scale": scale, "sort": names, "legend": {"orient": "right", "columns": 1}}
    order = {"field": "place", "type": "quantitative"}
    rows = [row | {"place": i} for i, row in enumerate(_rows(spec))]  # one series: the order of the slices
    encoding = {"theta": theta, "order": order}
    arcs = {"mark": {"type": "arc", "innerRadius": 60, "outerRadius": 105}, "encoding": encoding | {"color": color}}
    labels = {
        "mark": {"type": "text", "radius": 126, "fontSize": 11, "fill": colors.text},
        "encoding": encoding | {"text": {"field": "text"}},
    }
    return {"data": {"values": rows}, "layer": [arcs, labels]}


def _heatmap(spec: ChartSpec, colors: Palette) -> Row:
    scale = {"range": list(colors.ramp)}
    color = {
        "field": "value",
        "type": "quantitative",
        "scale": scale,
        "title": spec.value_label,
        "legend": {"orient": "right", "columns": 1},
    }
    y = {"field": "series", "type": "nominal", "sort": [s.name for s in spec.series], "title": None}
    rows = [row for row in _rows(spec) if row["value"] is not None]
    encoding = {"x": _category(spec), "y": y, "color": color}
    return {"data": {"values": rows}, "mark": {"type": "rect", "stroke": colors.background}, "encoding": encoding}


def _waterfall(spec: ChartSpec, colors: Palette) -> Row:
    rows = _steps(spec)
    kinds = {"domain": ["total", "up", "down"], "range": [colors.total, colors.up, colors.down]}
    y: Row = {"field": "low", "type": "quantitative", "title": spec.value_label, "axis": {"format": ",.0f"}}
    encoding = {"x": _category(spec), "y": y, "y2": {"field": "high"}}
    bars = {
        "mark": {"type": "bar", "size": 44},
        "encoding": encoding | {"color": {"field": "step", "type": "nominal", "scale": kinds, "legend": None}},
    }
    top = {"field": "high", "type": "quantitative"}
    labels = {
        "mark": {"type": "text", "dy": -7, "fontSize": 11, "fill": colors.text},
        "encoding": {"x": _category(spec), "y": top, "text": {"field": "text"}},
    }
    return {"data": {"values": rows}, "layer": [bars, labels]}


def _pareto(spec: ChartSpec, colors: Palette) -> Row:
    """Bars lie on their side, so that names are read; the running share is a line on a scale of its own above, the cuts are dashed."""
    rows = [row | {"group": spec.groups[i % len(spec.categories)] or OTHERS} for i, row in enumerate(_rows(spec))]
    bars, line = rows[: len(spec.categories)], rows[len(spec.categories) :]
    y = _category(spec, labelLimit=300)
    most = max((row["value"] or 0 for row in bars), default=0) or 1
    shades = {"domain": ["A", "B", "C", OTHERS], "range": class_colors(colors)}
    color = {"field": "group", "type": "nominal", "scale": shades, "title": "Class", "legend": {"orient": "right", "columns": 1}}
    figure = _value(spec, scale={"domain": [0, most * 1.3]}, axis={"grid": False, "labels": False, "ticks": False, "domain": False})
    share: Row = {"field": "value", "type": "quantitative", "title": "Running share", "scale": {"domain": [0, 1.3], "nice": False}}
    share["axis"] = {"format": ".0%", "orient": "top", "grid": False, "values": [0, *(float(level) for level in spec.levels), 1]}
    label = {"type": "text", "align": "left", "fontSize": 11}
    texts = {"y": y, "x": {"datum": most * 1.03, "type": "quantitative"}, "text": {"field": "text"}, "color": {"value": colors.text}}
    stroke = {"type": "line", "color": colors.text, "strokeWidth": 1.4, "point": {"size": 18, "color": colors.text}, "opacity": 0.75}
    rule = {"type": "rule", "strokeDash": [4, 3], "color": colors.quiet, "strokeWidth": 1}
    named = [
        {"data": {"values": bars}, "mark": {"type": "bar", "cornerRadiusEnd": 1}, "encoding": {"y": y, "x": figure, "color": color}},
        {"data": {"values": bars}, "mark": label, "encoding": texts},
    ]
    above = [
        {"data": {"values": line}, "mark": stroke, "encoding": {"y": y, "x": share}},
        {"data": {"values": [{"value": float(level)} for level in spec.levels]}, "mark": rule, "encoding": {"x": share}},
    ]
    return {"layer": [{"layer": named}, {"layer": above}], "resolve": {"scale": {"x": "independent"}}}


def class_colors(colors: Palette) -> list[str]:
    """Of classes A, B and C, each paler, and of what has none."""
    first = colors.color(0)
    return [first, blend(first, colors.background, 0.42), blend(first, colors.background, 0.7), colors.rest]


def _steps(spec: ChartSpec) -> list[Row]:
    rows: list[Row] = []
    level = 0.0
    for i, row in enumerate(_rows(spec)):
        value = row["value"] or 0.0
        start = 0.0 if i in spec.totals else level
        level = start + value
        step = "total" if i in spec.totals else "up" if value >= 0 else "down"
        text = row["text"] if step != "up" else f"+{row['text']}"
        rows.append(row | {"low": min(start, level), "high": max(start, level), "step": step, "text": text})
    return rows
