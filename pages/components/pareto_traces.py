"""A Pareto chart's parts: bars by size, the line of their running share, its axis and the cuts. Values, no drawing."""

from __future__ import annotations

from typing import Any

from core.sales.chart_spec import ChartSpec, Series
from core.sales.palette import Palette
from core.sales.vega import class_colors

Trace = dict[str, Any]
WIDTH, BESIDE = 1.45, 1.03  # of the share axis: its end, and where the labels stand


def traces(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """Bars lie on their side; the line is the running share; figure and class stand in a column at the right, where no line crosses them."""
    shades = dict(zip(("A", "B", "C", ""), class_colors(colors), strict=True))
    texts = [f"{text}  {group}".rstrip() for text, group in zip(spec.value_texts[0], spec.groups, strict=True)]
    names = list(spec.texts)
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": spec.series[0].name,
        "y": names,
        "x": _numbers(spec.series[0]),
        "marker": {"color": [shades[group] for group in spec.groups]},
        "customdata": [f"{text}, running share {share}" for text, share in zip(texts, spec.value_texts[1], strict=True)],
        "hovertemplate": "%{y}: %{customdata}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": spec.series[1].name,
        "xaxis": "x2",
        "y": names,
        "x": _numbers(spec.series[1]),
        "line": {"color": colors.quiet, "width": 1.4},
        "marker": {"size": 4.5, "color": colors.quiet},
        "customdata": list(spec.value_texts[1]),
        "hovertemplate": "%{y}: running share %{customdata}<extra></extra>",
    }
    labels = {
        "type": "scatter",
        "mode": "text",
        "xaxis": "x2",
        "y": names,
        "x": [BESIDE] * len(names),
        "text": texts,
        "textposition": "middle right",
        "textfont": {"size": 11.5, "color": colors.text},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    return [bars, line, labels]


def share_axis(spec: ChartSpec, axis: dict[str, Any], colors: Palette) -> dict[str, Any]:
    """The running share has a scale of its own, above; each cut is a dashed line over all bars."""
    cut = {"type": "line", "xref": "x2", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": colors.quiet, "width": 1, "dash": "dot"}}
    above = {"overlaying": "x", "side": "top", "range": [0, WIDTH], "tickformat": ".0%", "showgrid": False, "zeroline": False}
    above |= {"tickvals": [0, *(float(level) for level in spec.levels)]}
    return {"xaxis2": {**axis, **above}, "shapes": [{**cut, "x0": float(level), "x1": float(level)} for level in spec.levels]}


def _numbers(series: Series) -> list[float | None]:
    return [None if value is None else float(value) for value in series.values]
