"""A heat map on the page: a grid whose first column stays in sight, whose cells are reached by mouse, touch and keyboard.

Blank is not covered, 0 is covered without sales, hatched is known in part; each cell says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import streamlit as st

from core.sales import marking
from core.sales.dimensions import DIMENSIONS
from core.sales.formatting import format_change, format_figure, format_number, format_ratio
from core.sales.heat_map import Cell, HeatMap, Row, Tint, cell_words
from core.sales.measures import MEASURES
from core.sales.palette import Palette, blend, palette
from pages.components import frame

SCRIPT, STYLE = (Path(__file__).with_name(f"heat_grid.{kind}") for kind in ("js", "css"))
WIDEST = Decimal("0.5")  # a change of half or more has the full colour


@dataclass(frozen=True)
class Clicked:
    """A row, or one cell of it: `place` of its column, None for the whole row."""

    row: str
    place: int | None


def draw(found: HeatMap, tint: Tint, *, key: str, compared: str = "") -> Clicked | None:
    """Draw the map; returns what was clicked in this run. `compared`: the name of the compared period."""
    component = st.components.v2.component(
        "workbench_heat_grid", html='<div class="grid"></div>', css=STYLE.read_text("utf-8"), js=SCRIPT.read_text("utf-8")
    )
    answer = component(key=f"grid_{key}", data=grid(found, tint, palette(frame.is_dark()), compared), on_clicked_change=lambda: None)
    clicked = answer.clicked
    if not clicked or clicked["row"] not in {row.name for row in found.rows}:
        return None
    column = clicked["column"]
    return Clicked(clicked["row"], column if column is not None and column < len(found.slots) else None)


def grid(found: HeatMap, tint: Tint, colors: Palette, compared: str = "") -> dict[str, Any]:
    """The map as plain values: texts, hints and colours."""
    most = max(
        (shade for row in found.rows if not row.is_rest for i in range(len(found.slots)) if (shade := found.shade(row, i, tint))),
        default=None,
    )
    marked = [any(row.cells[i].restated for row in found.rows) for i in range(len(found.slots))]
    columns = [{"key": i, "text": f"{title}{' ↻' if marked[i] else ''}"} for i, title in enumerate(found.titles)]
    whole = {"kind": "total", "still": True}
    rows = [
        {
            "key": row.name,
            "text": row.name,
            "hint": row.name,
            "kind": "rest" if row.is_rest else "",
            "cells": [
                *(_cell(found, row, i, tint, most, colors, compared) for i in range(len(found.slots))),
                {**whole, "text": _bare(found.measure, row.total)},
            ],
        }
        for row in found.rows
    ]
    sums = [{"text": _bare(found.measure, value), "kind": "", "still": True} for value in (*found.totals, found.total)]
    rows.append({"key": None, "text": "Total", "kind": "total", "cells": sums})
    unit = " €" if MEASURES[found.measure].unit.startswith("EUR") else ""
    return {"corner": f"{DIMENSIONS[found.item].title}{unit}", "columns": [*columns, {"key": None, "text": "Total"}], "rows": rows}


def _cell(found: HeatMap, row: Row, place: int, tint: Tint, most: Decimal | None, colors: Palette, compared: str) -> dict[str, Any]:
    cell, shade = row.cells[place], found.shade(row, place, tint)
    kind = cell.heard.state if cell.value is None or cell.heard.state in ("partly", "running") else ""
    color = None if row.is_rest and tint == "value" else _color(shade, tint, most, colors)
    return {
        "text": _marked(_text(found.measure, cell, shade, tint), cell),
        "hint": f"{row.name}, {cell_words(found, cell, place, format_figure, compared)}",
        "kind": kind,
        "color": color,
        "ink": None if color is None else max((colors.text, colors.background), key=lambda ink: contrast(ink, color)),
    }


def _marked(text: str, cell: Cell) -> str:
    return f"{text}\u202f{marking.SIGN}" if text and cell.restated else text


def _text(measure: str, cell: Cell, shade: Decimal | None, tint: Tint) -> str:
    if tint == "value":
        return _bare(measure, cell.value)
    if tint == "change":
        return format_change(shade, 0) if shade is not None else "new" if cell.is_new else "" if cell.value is None else "–"
    return "" if shade is None else format_ratio(shade, 0)


def _bare(measure: str, value: Any) -> str:
    """Without the currency's sign, which stands in the corner; blank where nothing is known."""
    return "" if value is None else format_figure(measure, value).replace("€\u202f", "")


def _strength(shade: Decimal, tint: Tint, most: Decimal | None) -> Decimal:
    """0 to 1: how much of the colour a cell takes."""
    if tint == "change":
        return min(abs(shade) / WIDEST, Decimal(1))
    return max(Decimal(0), min(shade / most, Decimal(1))) if most else Decimal(0)


def _color(shade: Decimal | None, tint: Tint, most: Decimal | None, colors: Palette) -> str | None:
    if shade is None:
        return None
    part = _strength(shade, tint, most)
    if tint == "change":
        return blend(colors.ramp[0], colors.up if shade >= 0 else colors.down, float(part))
    return blend(*colors.ramp, float(part))


def contrast(one: str, other: str) -> float:
    """The ratio of the luminances of two `#rrggbb`, 1 to 21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def legend(tint: Tint) -> None:
    """What the cells say, in one quiet line."""
    said = {
        "value": f"{'brighter' if frame.is_dark() else 'darker'}: more",
        "season": "part of the row's best",
        "change": "blue: more than before, orange: less; full colour at 50 %",
    }[tint]
    parts = (("", "not covered"), (format_number(0), "covered, nothing sold"), ("▨", "known in part or running"), ("↻", "restated"))
    spans = "".join(f"<span><b>{frame.escaped(sign) or '&#9633;'}</b> {frame.escaped(words)}</span>" for sign, words in parts)
    st.html(f'<div class="legend"><span>{frame.escaped(said)}</span>{spans}</div>')
