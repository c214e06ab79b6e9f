"""Top movers, up and down, as two short lists with bars drawn to one scale."""

from __future__ import annotations

import polars as pl
import streamlit as st

from core.sales.formatting import format_change, format_difference
from pages.components.frame import escaped

MOST = 7


def draw(frame: pl.DataFrame, measure: str = "sales_eur_net") -> None:
    """`frame`: as `bridging.movers` returns it, one dimension."""
    name = frame.columns[0]
    up = frame.filter(pl.col("change") > 0).head(MOST)
    down = frame.filter(pl.col("change") < 0).head(MOST)
    widest = max((abs(float(value)) for value in frame["change"].to_list()), default=0) or 1
    lines = [_line(row, name, measure, widest) for part in (up, down) for row in part.iter_rows(named=True)]
    if not lines:
        st.caption("Nothing can be compared in this period yet.")
        return
    st.html(f'<table class="movers">{"".join(lines)}</table>')


def _line(row: dict[str, object], name: str, measure: str, widest: float) -> str:
    change = float(row["change"])  # type: ignore[arg-type]
    side, width = ("up" if change > 0 else "down"), max(abs(change) / widest * 100, 1.5)
    percent = _percent(row)
    return (
        f'<tr class="{side}"><td>{escaped(row[name])}</td><td class="bar"><i style="width:{width:.1f}%"></i></td>'
        f"<td class='n'>{escaped(format_difference(measure, row['change']))}</td><td class='n quiet'>{escaped(percent)}</td></tr>"
    )


def _percent(row: dict[str, object]) -> str:
    """`+12.4 %`, `×11` where a percentage says nothing any more, `new` where there was nothing before."""
    change = row["change_pct"]
    if change is None:
        return "" if row["before"] else "new"
    return f"×{float(change) + 1:.0f}" if float(change) >= 9.5 else format_change(change)  # type: ignore[arg-type]
