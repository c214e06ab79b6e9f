"""Heat maps and donuts for Plotly, as plain values, so drawn that each of their parts can be clicked.

The page learns of a click on points, and on parts that have a parent, only. So cells carry an unseen point in their middle, and the ring of a
donut is a sunburst of one level; its legend, which a sunburst has none of, is drawn by empty lines.
"""

from __future__ import annotations

from html import escape
from typing import Any

from core.sales.chart_spec import ChartSpec
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.palette import Palette

Trace = dict[str, Any]
FEW = 13  # columns of a heat map that leave room for figures in the cells
READABLE = 0.05  # of the ring: a smaller part has no room for its share


def donut(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """The ring, clockwise from the top, with the share in each part that has room for it, and its legend with the figures."""
    values = [float(value or 0) for value in spec.series[0].values]
    shades = [colors.rest if name in (OTHERS, NOT_STATED) else colors.color(i) for i, name in enumerate(spec.texts)]
    whole = sum(values) or 1.0
    shares = [f"{100 * value / whole:.0f}\u202f%" for value in values]
    told = [f"{escape(name)}: {text}, {share}" for name, text, share in zip(spec.texts, spec.value_texts[0], shares, strict=True)]
    seen = [share if value / whole >= READABLE else "" for share, value in zip(shares, values, strict=True)]
    ring = {  # a sunburst runs against the clock, so the parts are given the other way round; the first is the hole
        "type": "sunburst",
        "ids": ["whole", *(f"part {place}" for place in reversed(range(len(values))))],
        "labels": ["", *reversed(spec.texts)],
        "parents": ["", *("whole" for _ in values)],
        "values": [sum(values), *reversed(values)],
        "branchvalues": "total",
        "text": ["", *reversed(spec.value_texts[0])],
        "texttemplate": ["", *reversed(seen)],
        "insidetextorientation": "horizontal",
        "sort": False,
        "rotation": 90,
        "leaf": {"opacity": 1},
        "marker": {"colors": [colors.background, *reversed(shades)], "line": {"color": colors.background, "width": 1.5}},
        "customdata": ["", *reversed(told)],
        "hoverinfo": ["skip", *("text" for _ in values)],
        "hovertemplate": ["", *("%{customdata}<extra></extra>" for _ in values)],
    }
    return [ring, *(_legend_line(name, text, shade) for name, text, shade in zip(spec.texts, spec.value_texts[0], shades, strict=True))]


def _legend_line(name: str, text: str, color: str) -> Trace:
    mark = {"symbol": "square", "size": 11, "color": color}
    return {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": f"{escape(name)}  {text}", "marker": mark}


def heat_map(spec: ChartSpec, colors: Palette, *, select: bool = False) -> list[Trace]:
    """Blank where nothing is stated, 0 where nothing was sold. `select`: each cell with a figure can be clicked."""
    few = len(spec.categories) <= FEW
    cells = {
        "type": "heatmap",
        "x": list(spec.texts),
        "y": [series.name for series in spec.series],
        "z": [[None if value is None else float(value) for value in series.values] for series in spec.series],
        "text": [["" if v is None else t for v, t in zip(s.values, row, strict=True)] for s, row in zip(spec.series, spec.value_texts, strict=True)],
        "texttemplate": "%{text}" if few else None,
        "textfont": {"size": 10.5},
        "customdata": [list(row) for row in spec.value_texts],
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
        "colorscale": [[0, colors.ramp[0]], [1, colors.ramp[1]]],
        **_range(spec),
        "showscale": not few,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
    }  # fmt: skip
    return [{**cells, "hoverinfo": "skip", "hovertemplate": None}, _middles(spec, colors)] if select else [cells]


def _range(spec: ChartSpec) -> Trace:
    """Of the colours: a remainder, the sum of many, would leave all others pale."""
    own = [
        float(v)
        for s in spec.series
        if s.role == "main"
        for c, v in zip(spec.texts, s.values, strict=True)
        if v is not None and c != OTHERS
    ]
    return {"zmin": min(own), "zmax": max(own)} if own and min(own) < max(own) else {}


def _middles(spec: ChartSpec, colors: Palette) -> Trace:
    """An unseen point in each cell; the clicked one is framed."""
    stated = [
        (column, series.name, text)
        for series, row in zip(spec.series, spec.value_texts, strict=True)
        for column, value, text in zip(spec.texts, series.values, row, strict=True)
        if value is not None
    ]
    columns, rows, texts = (list(part) for part in zip(*stated, strict=True)) if stated else ([], [], [])
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "",
        "showlegend": False,
        "x": columns,
        "y": rows,
        "customdata": texts,
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
        "marker": {"symbol": "square-open", "size": 22, "opacity": 0, "color": colors.text, "line": {"width": 2}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 0}},
    }
