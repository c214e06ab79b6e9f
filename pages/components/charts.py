"""A `ChartSpec` as a Plotly figure, in the palette of the theme, and on the page. The only file that names plotly.

    charts.draw(chart_for(answer), key="trend")                       # nothing is drawn for None
    clicked = charts.draw(spec, key="resellers", select=True)         # the category that was clicked, or None

Direct labels stand where a legend would; the compared period is quiet and dashed; a running period is hatched or dotted;
a restated one carries a hollow diamond.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.sales.chart_spec import Band, ChartSpec, Series
from core.sales.palette import Palette, palette
from core.sales.vega import series_colors
from pages.components import frame, pareto_traces, part_traces, screen

FONT = '"Source Sans", sans-serif'
DASHES = {"before": "dot", "ahead": "dash"}
ROW, GROUPED_ROW = 26, 34  # pixels of one horizontal bar
MANY_TICKS, FEW_TICKS, SMALL = 18, 7, 160  # months that are named under a chart, under a small one, and the pixels it is high
LONGEST_NAME = 26  # characters beside a chart that needs the room
Trace = dict[str, Any]


def draw(spec: ChartSpec | None, *, key: str, height: int = 300, select: bool = False, title: bool = False) -> str | None:
    """Draw the chart; returns the clicked category's text when `select`. `title`: write the spec's title into the chart."""
    if spec is None:
        return None
    figure = to_plotly(spec, dark=frame.is_dark(), height=height, title=title, select=select, narrow=screen.is_narrow())
    points = _event(figure, key, select=select)
    sideways = spec.kind in ("horizontal_bar", "waterfall", "pareto")
    return str(points[0].get("label") or points[0].get("y" if sideways else "x")) if points else None


def _event(figure: go.Figure, key: str, *, select: bool) -> list[Any]:
    event = st.plotly_chart(
        figure,
        key=f"chart_{key}",
        theme=None,
        config={"displayModeBar": False, "displaylogo": False, "scrollZoom": False},
        on_select="rerun" if select else "ignore",
        selection_mode="points",
    )
    return list(event.selection.points) if select else []


def draw_parts(spec: ChartSpec, *, key: str, height: int = 300) -> tuple[str, str] | None:
    """Draw the chart under its title; returns the text of the clicked category and the name of its series, or None."""
    st.html(f'<div class="card-title">{frame.escaped(spec.title)}</div>')
    figure = to_plotly(spec, dark=frame.is_dark(), height=height, select=True, narrow=screen.is_narrow())
    points = _event(figure, key, select=True)
    if not points:
        return None
    upright = spec.kind not in ("horizontal_bar", "waterfall")
    category = points[0].get("label") or points[0].get("x" if upright else "y")
    series = points[0].get("y") if spec.kind == "heatmap" else figure.data[points[0].get("curve_number", 0)].name
    return str(category), str(series or "")


def to_plotly(
    spec: ChartSpec, *, dark: bool = False, height: int = 300, title: bool = False, select: bool = False, narrow: bool = False
) -> go.Figure:
    """The figure of a spec; `height` in pixels is a minimum for charts whose rows need more. `select`: its parts are to be clicked;
    `narrow`: drawn on a telephone."""
    colors = palette(dark)
    kinds: dict[str, Callable[[ChartSpec, Palette], list[Trace]]] = {
        "line": _lines,
        "bar": _bars,
        "stacked_bar": _bars,
        "horizontal_bar": _horizontal,
        "donut": part_traces.donut,
        "heatmap": partial(part_traces.heat_map, select=select),
        "waterfall": _waterfall,
        "pareto": pareto_traces.traces,
    }
    layout = _layout(spec, colors, _height(spec, height), title=title, select=select, narrow=narrow)
    return go.Figure({"data": [*_bands(spec, colors), *kinds[spec.kind](spec, colors), *_marks(spec, colors)], "layout": layout})


def _height(spec: ChartSpec, height: int) -> int:
    if spec.kind == "horizontal_bar":
        return max(140, 24 + len(spec.categories) * (ROW if len(spec.series) == 1 else GROUPED_ROW))
    if spec.kind == "pareto":
        return max(160, 56 + len(spec.categories) * ROW)
    if spec.kind == "heatmap":
        return max(160, 60 + len(spec.series) * ROW)
    return height


def _layout(spec: ChartSpec, colors: Palette, height: int, *, title: bool, select: bool, narrow: bool) -> dict[str, Any]:
    axis = {"color": colors.quiet, "gridcolor": colors.grid, "linecolor": colors.grid, "zerolinecolor": colors.grid, "fixedrange": True}
    values = {**axis, "title": None, "tickformat": ".0%" if spec.unit == "ratio" else ",.0~f", "nticks": 6}
    categories = {**axis, "type": "category", "showgrid": False, "title": None, "automargin": True, "autotickangles": [0, 45, 90]}
    categories |= {"categoryorder": "array", "categoryarray": list(spec.texts)} if spec.bands else {}  # a band may begin anywhere
    values |= {"rangemode": "tozero"} if spec.kind == "line" else {"range": [0, 1]} if spec.is_whole else {}
    flat = spec.kind in ("horizontal_bar", "heatmap", "waterfall", "pareto")
    if spec.kind in ("horizontal_bar", "waterfall", "pareto"):
        values = {**values, "showgrid": False, "showticklabels": False, "zeroline": True, "range": _room(spec, 2 if narrow else 1)}
    shown = _ticks(spec, FEW_TICKS if height <= SMALL or narrow else MANY_TICKS) if not flat else {}
    shown |= {"title": _axis_title(spec.category_label)} if spec.kind == "line" and not spec.is_time else {}
    legend = spec.kind in ("stacked_bar", "donut", "bar") and len(spec.series if spec.kind != "donut" else spec.categories) > 1
    place = {"x": 0, "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 10}}
    head = {"text": spec.title, **place, "font": {"size": 14, "color": colors.text}} if title else None
    above = (72 if legend and spec.kind != "donut" else 44) if title else 14
    right = 14 if spec.kind != "line" else 8 + 6.3 * max((len(series.name) for series in spec.series), default=0)
    return {
        "height": height,
        "margin": {"l": 8, "r": right, "t": above, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colors.text},
        "separators": ".\u202f",
        "showlegend": legend,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 11.5}, "traceorder": "normal"}
        if spec.kind != "donut"
        else {
            "font": {"size": 12},
            "orientation": "h",
            "y": -0.04,
            "yanchor": "top",
            "x": 0.5,
            "xanchor": "center",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "barmode": "stack" if spec.kind == "stacked_bar" else "group",
        "bargap": 0.32,
        "hovermode": "x unified" if spec.kind in ("line", "stacked_bar") else "closest",
        "hoverlabel": {"bgcolor": colors.background, "bordercolor": colors.grid, "font": {"color": colors.text, "size": 12}},
        "xaxis": {
            **(values if spec.kind in ("horizontal_bar", "waterfall", "pareto") else categories),
            **({} if flat else shown),
            **({"range": [-0.5, len(spec.categories) - 0.5]} if spec.kind == "heatmap" else {}),
        },
        "yaxis": {
            **({**categories, **_downwards(spec), **_short_names(spec)} if flat else {**values, "title": _unit(spec), "automargin": True})
        },
        **({"xaxis": {"visible": False}, "yaxis": {"visible": False}} if spec.kind == "donut" else {}),
        "dragmode": False,
        **({"hoverdistance": -1} if spec.kind == "heatmap" and select else {}),
        **(pareto_traces.share_axis(spec, axis, colors) if spec.kind == "pareto" else {}),
        **({"title": head} if head else {}),
    }


def _downwards(spec: ChartSpec) -> dict[str, Any]:
    """The first category on top; of a heat map without a margin, which its points would ask for."""
    return {"range": [len(spec.series) - 0.5, -0.5]} if spec.kind == "heatmap" else {"autorange": "reversed"}


def _unit(spec: ChartSpec) -> dict[str, Any] | None:
    """What the axis counts; the ticks of a share say it themselves."""
    return None if spec.unit == "ratio" else _axis_title(spec.unit)


def _axis_title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 11}, "standoff": 6}


def _room(spec: ChartSpec, share: int = 1) -> list[float]:
    """The value axis with room for the labels at the ends of the bars, twice its `share` where a label takes twice that of a narrow chart; of
    a waterfall, at the levels it climbs through."""
    shown = [float(value) for series in spec.series for value in series.values if value is not None]
    if spec.kind == "pareto":
        return [0.0, pareto_traces.WIDTH * (max((float(value or 0) for value in spec.series[0].values), default=0.0) or 1.0)]
    found = _levels(spec) if spec.kind == "waterfall" else shown or [0.0]
    low, high = min(0.0, *found), max(0.0, *found)
    span = (high - low) or 1.0
    if any(series.role == "change" for series in spec.series):
        beside = (0.22 + 0.2 * share) * span
        return [low - (beside if low < 0 else 0), high + (beside if high > 0 else 0)]
    return [low - (0.16 * share * span if low < 0 else 0), high + 0.2 * share * span]


def _levels(spec: ChartSpec) -> list[float]:
    found, level = [0.0], 0.0
    for place, value in enumerate(spec.series[0].values):
        level = float(value or 0) + (0.0 if place in spec.totals else level)
        found.append(level)
    return found


def _ticks(spec: ChartSpec, most: int) -> dict[str, Any]:
    """Short texts for months: the year stands under the first month of each year only. A small chart names `most` of them, the last among them."""
    texts = list(spec.texts)
    if spec.is_time and all(len(text.split()) == 2 for text in texts):
        apart = -(-len(texts) // most) if most == FEW_TICKS else 1
        texts = texts[::-apart][::-1]
        short, seen = [], set[str]()
        for text in texts:
            month, year = text.split()
            short.append(month if year in seen else f"{month}<br>{year}")
            seen.add(year)
        return {"tickvals": texts, "ticktext": short} if len(texts) <= MANY_TICKS else {"nticks": 14}
    return {}


def _short_names(spec: ChartSpec) -> dict[str, Any]:
    """Products at the side of bars by their name, without the code before it, where that tells them apart; beside a waterfall or a running
    share, which need the room, long ones without their middle."""
    texts = spec.texts
    if spec.kind == "heatmap" or not any(" · " in text or len(text) > LONGEST_NAME for text in texts):
        return {}
    short = [text.split(" · ", 1)[-1] for text in texts]
    roomy = spec.kind == "horizontal_bar" and all(series.role != "change" for series in spec.series)
    short = short if roomy else [_without_middle(text) for text in short]
    return {"tickvals": list(texts), "ticktext": [escape(text) for text in short]} if len(set(short)) == len(short) else {}


def _without_middle(text: str) -> str:
    """The size at the end of a name tells products apart."""
    if len(text) <= LONGEST_NAME:
        return text
    end = " ".join(text.split()[-2:])
    end = end if len(end) <= 9 else end[-7:].lstrip()
    return f"{text[: LONGEST_NAME - len(end) - 2].rstrip()}… {end}"


def _hover(spec: ChartSpec, number: int) -> Trace:
    template = "%{customdata}<extra>%{fullData.name}</extra>"
    return {"customdata": list(spec.value_texts[number]), "hovertemplate": template}


def _numbers(series: Series) -> list[float | None]:
    return [None if value is None else float(value) for value in series.values]


def _lines(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """This period on top of the compared one, each named at its end."""
    traces = []
    for number, (series, color) in enumerate(zip(spec.series, series_colors(spec, colors), strict=True)):
        quiet = series.role != "main"
        last = max((i for i, value in enumerate(series.values) if value is not None), default=-1)
        color = colors.quiet if series.role == "before" else color
        ahead = series.role == "ahead"
        named = last if not spec.bands or last == len(series.values) - 1 else -1  # a name amid a range is not read
        marks = ["circle-open" if ahead or (i in spec.partial and not quiet) else "circle" for i in range(len(series.values))]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text" if last >= 0 else "lines",
                "name": series.name,
                "x": list(spec.texts),
                "y": _numbers(series),
                "line": {"color": color, "width": 1.6 if quiet else 2.6, "dash": DASHES.get(series.role, "solid")},
                "marker": {"size": 6 if ahead else 0.1 if quiet else 7, "symbol": marks, "color": color},
                "text": [series.name if i == named else "" for i in range(len(series.values))],
                "textposition": f"{_label_side(spec, number)} right",
                "textfont": {"color": color, "size": 12},
                "cliponaxis": False,
                "connectgaps": False,
                **_hover(spec, number),
            }
        )
    return traces[::-1]


def _label_side(spec: ChartSpec, number: int, near: float = 0.08) -> str:
    """Where the name at a line's end stands: above or below its point where another line ends close by, else beside it."""
    ends = [next((float(v) for v in reversed(series.values) if v is not None), None) for series in spec.series]
    shown = [float(v) for series in spec.series for v in series.values if v is not None]
    own, span = ends[number], max([0.0, *shown]) - min([0.0, *shown])
    close = [(e, -i) for i, e in enumerate(ends) if i != number and e is not None and own is not None and abs(e - own) < near * span]
    return "middle" if own is None or not close else "top" if (own, -number) > max(close) else "bottom"


def _bands(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """Each range as a closed shape behind the lines; the hover says it in words."""
    traces: list[Trace] = []
    found = spec.banded() if spec.kind == "line" else ()
    for band in dict.fromkeys(band for band, *_ in found):
        places = [(spec.texts[place], float(low or 0), float(high or 0), text) for own, place, low, high, text in found if own == band]
        traces += _band(band, places, colors)
    return traces


def _band(band: Band, places: list[tuple[str, float, float, str]], colors: Palette) -> list[Trace]:
    texts, low, high, words = (list(column) for column in zip(*places, strict=True))
    edge = {"type": "scatter", "mode": "lines", "x": texts, "line": {"width": 0, "color": colors.color(0)}, "showlegend": False}
    under = {**edge, "y": low, "hoverinfo": "skip", "name": band.name}
    over = {**edge, "y": high, "fill": "tonexty", "fillcolor": _faint(colors.color(0)), "name": band.name, "customdata": words}
    return [under, {**over, "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>"}]


def _faint(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _bars(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """A running period is hatched."""
    shapes = ["/" if i in spec.partial else "" for i in range(len(spec.categories))]
    return [
        {
            "type": "bar",
            "name": series.name,
            "x": list(spec.texts),
            "y": _numbers(series),
            "marker": {
                "color": color,
                "pattern": {
                    "shape": shapes if series.role != "before" else "",
                    "fillmode": "overlay",
                    "fgcolor": colors.background,
                    "size": 6,
                    "solidity": 0.35,
                },
            },
            **_hover(spec, number),
        }
        for number, (series, color) in enumerate(zip(spec.series, series_colors(spec, colors), strict=True))
    ]


def _marks(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """A hollow diamond on each restated period; the hover says by which file, from what to what."""
    marked = spec.marked()
    if not marked:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "restated",
            "showlegend": False,
            "x": [spec.texts[mark.place] for mark, _ in marked],
            "y": [float(height or 0) for _, height in marked],
            "marker": {"symbol": "diamond", "size": 11, "color": colors.background, "line": {"color": colors.text, "width": 1.8}},
            "customdata": [escape(mark.text).replace("\n", "<br>") for mark, _ in marked],
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
        }
    ]


def _horizontal(spec: ChartSpec, colors: Palette) -> list[Trace]:
    """Values stand at the ends of the bars; the compared period is a thin bar beneath."""
    traces = []
    for number, (series, color) in enumerate(zip(spec.series, series_colors(spec, colors), strict=True)):
        quiet = series.role == "before"
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": series.name,
                "y": list(spec.texts),
                "x": _numbers(series),
                "text": None if quiet else list(spec.value_texts[number]),
                "textposition": "outside",
                "cliponaxis": False,
                "textfont": {"size": 11.5, "color": colors.text},
                "constraintext": "none",
                "marker": {"color": _bar_colors(spec, series, color, colors)},
                **_hover(spec, number),
            }
        )
    return traces


def _bar_colors(spec: ChartSpec, series: Series, color: str, colors: Palette) -> list[str]:
    if series.role == "change":
        return [colors.up if (value or 0) > 0 else colors.down for value in series.values]
    return [colors.rest if name in ("others", "not stated") else color for name in spec.texts]


def _waterfall(spec: ChartSpec, colors: Palette) -> list[Trace]:
    measures = ["absolute" if i in spec.totals else "relative" for i in range(len(spec.categories))]
    texts = [
        text if i in spec.totals or (value or 0) < 0 else f"+{text}"
        for i, (text, value) in enumerate(zip(spec.value_texts[0], spec.series[0].values, strict=True))
    ]
    return [
        {
            "type": "waterfall",
            "orientation": "h",
            "y": list(spec.texts),
            "x": _numbers(spec.series[0]),
            "measure": measures,
            "text": texts,
            "textposition": "outside",
            "cliponaxis": False,
            "textfont": {"size": 11.5, "color": colors.text},
            "connector": {"line": {"color": colors.grid, "width": 1}},
            "increasing": {"marker": {"color": colors.up}},
            "decreasing": {"marker": {"color": colors.down}},
            "totals": {"marker": {"color": colors.total}},
            "constraintext": "none",
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    ]
