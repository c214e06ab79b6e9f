"""KPI tiles: value, change with arrow and sign, sparkline, what it covers, its definition on hover.

tiles.row([tiles.of("sales_eur_net", answer, trend), tiles.of("units", answer, trend)])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.sales.comparing import short_days
from core.sales.covered import cut
from core.sales.formatting import MISSING, format_change, format_difference, format_figure
from core.sales.measures import MEASURES
from core.sales.naming import name_period
from core.sales.query import Result
from core.sales.relative import stands_for, why_none
from pages.components import frame, source_rows

LOWER_IS_BETTER = ("returns_rate", "returns_value_rate", "units_returned", "payment_fee", "cost_of_goods")


@dataclass(frozen=True)
class Tile:
    """One figure, ready to draw. `direction`: of the change; `change` '' draws none; `source`: the answer it is of, to be traced."""

    name: str
    label: str
    value: str
    change: str
    direction: Literal["up", "down", "flat"]
    against: str
    cover: str
    definition: str
    change_cover: str = ""
    trend: tuple[float, ...] = ()
    source: Result | None = None


def of(measure: str, result: Result, trend: Result | None = None) -> Tile:
    """The tile of a measure from an answer without dimensions; `trend`: the same measure by month, for the sparkline."""
    known, value = MEASURES[measure], result.totals.get(measure)
    ratio = known.unit == "ratio"
    in_unit = ratio or result.totals.get(f"{measure}_change_pct") is None  # without a positive base there is no percentage
    moved = result.totals.get(f"{measure}_change" if in_unit else f"{measure}_change_pct")
    change = "" if moved is None else format_difference(measure, moved) if in_unit else format_change(moved)
    change = "±0" if in_unit and moved is not None and not any(c in "123456789" for c in change) else change
    text = format_figure(measure, value) if value is not None else "–"
    against = f"vs {name_period(result.compared_with)}{_base(measure, result)}" if result.compared_with and change else ""
    definition = f"{known.definition} **{known.formula}**, {known.unit}. [Dictionary](/dictionary?find={measure})"
    return Tile(
        measure,
        known.label,
        text,
        change,
        _direction(moved, change),
        against,
        cover(result, measure),
        definition,
        change_cover(result, measure) if change else "",
        _line(measure, trend),
        result,
    )


def _base(measure: str, result: Result) -> str:
    """Why the change is in its unit: `: new`, ` (−€ 199): the base is negative: …`; '' where it is a percentage."""
    now, before = (result.totals.get(f"{measure}{suffix}") for suffix in ("_comparable", "_before"))
    if MEASURES[measure].unit == "ratio" or stands_for(now, before) in ("", MISSING):
        return ""
    told = f" ({format_figure(measure, before)}, no percentage)" if before < 0 else ""
    return f"{told}: {why_none(measure, now, before)}"


def cover(result: Result, measure: str) -> str:
    """`7 of 9 resellers complete`, or whose figure it is; money that waits for a rate of exchange is said on the tile it would count in."""
    if MEASURES[measure].only == "d2c":
        return "own web shop"
    done, all_of_them = len(result.resellers_covered), len(result.resellers_expected)
    text = f"{done} of {all_of_them} resellers complete" if all_of_them != 1 else "reports complete" if done else "reports not complete"
    short = MEASURES[measure].unit.startswith("EUR") and any(caveat.kind == "not_converted" for caveat in result.caveats)
    return f"{text}, not all converted" if short else text


def change_cover(result: Result, measure: str) -> str:
    """`change: 7 of 9, 1–24 Nov 2025 in both years`: what the change compares, where that is not simply everything."""
    compared = result.compared
    if compared is None or result.period is None or result.compared_with is None:
        return ""
    shop = MEASURES[measure].only == "d2c"
    days = cut(compared.shop_days if shop else compared.days, result.period)
    whole = days == (result.period,)
    parts = [] if shop or len(compared.of) == 1 else [f"{len(compared.resellers)} of {len(compared.of)}"]
    parts += [f"same {result.base.over}"] if result.base else []
    parts += [] if whole or not days else [short_days(days, result.period, result.compared_with)]
    return f"change: {', '.join(parts)}" if parts else ""


def _direction(moved: object, change: str) -> Literal["up", "down", "flat"]:
    if moved is None or change in (MISSING, "") or change.startswith("±"):
        return "flat"
    return "up" if moved > 0 else "down"  # type: ignore[operator]


def _line(measure: str, trend: Result | None) -> tuple[float, ...]:
    if trend is None or measure not in trend.frame.columns or trend.frame[measure].count() == 0 or trend.frame.height < 3:
        return ()
    return tuple(float(value or 0) for value in trend.frame[measure])


def draw(tile: Tile) -> None:
    """One tile, in a card of its own."""
    better, worse = ("down", "up") if tile.name in LOWER_IS_BETTER else ("up", "down")
    colours = {better: "blue", worse: "orange", "flat": "gray"}
    with st.container(border=True, key=f"tile_{tile.name}", height="stretch"):
        st.metric(
            tile.label,
            tile.value,
            tile.change or None,
            delta_color=colours[tile.direction],
            delta_arrow=tile.direction if tile.direction != "flat" else "off",
            delta_description=tile.against or None,
            help=tile.definition,
            chart_data=tile.trend or None,
            chart_type="line",
        )
        with st.container(horizontal=True, vertical_alignment="center", key=f"tilefoot_{tile.name}"):
            lines = "<br>".join(frame.escaped(line) for line in (tile.cover, tile.change_cover) if line)
            st.html(f'<div class="tile-cover">{lines}</div>', width="stretch")
            if tile.source is not None:
                source_rows.button(
                    tile.source, key=f"tile_{tile.name}", label=f"Trace to source: {tile.label}", measure=tile.name, icon=True
                )


def row(tiles: Iterable[Tile]) -> None:
    """Tiles side by side, as many in a row as there is room for."""
    with st.container(horizontal=True, key="tiles", gap="small"):
        for tile in tiles:
            draw(tile)
