"""From any figure down to the cell it was read from: the lines behind it, how each amount became EUR, and the original file around the cell.

source_rows.draw(query, key="explore")                          # the lines of a question, on the page
source_rows.button(result, key="tile_units")                    # opens the same in a dialog, for any figure of a result
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.errors import WorkbenchError
from core.ingest.excerpts import Excerpt
from core.sales import files, tracing
from core.sales.dimensions import DIMENSIONS, OTHERS
from core.sales.formatting import GAP, format_figure, format_money, format_number
from core.sales.measures import MEASURES
from core.sales.naming import name_period
from core.sales.query import Period, Result, SalesQuery
from core.sales.tracing import Side, State, Trace
from pages.components import cached, cached_analyses, cached_files, empty, frame, results, session
from pages.components.frame import escaped, plain

MOST = 1_000
OTHER_LINES: dict[State, str] = {"held": "Held", "superseded": "Replaced by a later file", "taken back": "Of files taken back"}
STATES = {"counts": "", **{state: label.lower() for state, label in OTHER_LINES.items()}}
SIDES: dict[Side, str] = {"now": "This period", "before": "The period it is compared with"}


def button(asked: Result | SalesQuery, *, key: str, label: str = "Trace to source", measure: str | None = None, icon: bool = False) -> None:
    """A quiet way into the dialog; `measure`: the figure it begins with; `icon`: its words are heard only, for the foot of a tile."""
    if st.button(label, icon=":material/account_tree:", type="tertiary", key=f"trace_{key}", help=label if icon else None):
        result = asked if isinstance(asked, Result) else cached.result(asked, session.scope())
        dialog(result, measure or result.query.measures[0])


@st.dialog("Where this number comes from", width="large")
def dialog(result: Result, measure: str) -> None:
    panel(result, measure)


def panel(result: Result, measure: str) -> None:
    """Which figure of the result, then its lines."""
    query, side = _choose(result, measure)
    draw(query, key="dialog", side=side)


def _choose(result: Result, measure: str) -> tuple[SalesQuery, Side]:
    """The figure: a measure, a row of the result (or its total), this period or the compared one."""
    query, rows = result.query, result.frame
    names = list(query.measures)
    side: Side = "now"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(names) > 1:
            measure = st.selectbox(
                "Figure", names, index=names.index(measure), format_func=lambda n: MEASURES[n].label, key="trace_figure", width=220
            )
        row: Mapping[str, Any] | None = None
        if query.by and rows.height:
            labels = [_row_label(query, one) for one in rows.iter_rows(named=True)]
            place = st.selectbox(
                "Of", range(-1, len(labels)), format_func=lambda n: labels[n] if n >= 0 else "Total", key="trace_row", width=340
            )
            row = rows.row(place, named=True) if place >= 0 else None
        if query.compare is not None:
            side = st.segmented_control("When", list(SIDES), default="now", format_func=SIDES.__getitem__, key="trace_side", required=True)
    asked = SalesQuery(**{**query.__dict__, "measures": (measure,)})
    if row is not None and row[query.by[0]] == OTHERS and len(query.by) == 1:
        return tracing.without(asked, query.by[0], rows[query.by[0]].to_list()), side
    return tracing.narrowed(asked, row) if row is not None or not query.by else tracing.narrowed(asked), side


def _row_label(query: SalesQuery, row: Mapping[str, Any]) -> str:
    parts = (results.period_name(n, row[n]) if isinstance(row[n], date) else results.name_value(n, str(row[n])) for n in query.by if row[n])
    return " · ".join(parts) or "not stated"


def draw(query: SalesQuery, *, key: str, side: Side = "now", limit: int = MOST) -> None:
    """The lines of the first measure of a question: their sum, each with its place; a chosen one with the original around its cell."""
    also = _also(key) if side == "now" else ()
    found = cached_analyses.trace(query, session.scope(), side, also, limit)
    st.markdown(_sum_words(found))
    if found.shortened:
        st.caption(f"The {format_number(limit)} largest lines are listed; the sum is of all {format_number(found.lines)}.")
    chosen = _table(found, key)
    with st.container(horizontal=True):
        st.download_button(
            "Lines as CSV", lambda: files.frame_csv(found.frame), "lines.csv", "text/csv", icon=":material/download:", on_click="ignore",
            type="tertiary", key=f"lines_csv_{key}",
        )  # fmt: skip
        with st.popover("SQL", icon=":material/code:", type="tertiary"):
            st.code(found.sql, language="sql", wrap_lines=True)
    if chosen is not None:
        with st.container(key=f"original_{key}"):
            original(chosen, key)
        frame.bring_into_view(f"original_{key}", f"{chosen['upload_batch_id']} {_where(chosen)}")
    elif found.frame.height:
        st.caption("Choose a line to see its cell in the original file.")


def _also(key: str) -> tuple[State, ...]:
    chosen = st.pills(
        "Also show lines that do not count",
        list(OTHER_LINES),
        format_func=OTHER_LINES.__getitem__,
        selection_mode="multi",
        key=f"trace_also_{key}",
    )
    return tuple(chosen)


def _sum_words(found: Trace) -> str:
    value = _shown(found)
    what = "".join(f" · {plain(_filter_words(f.dimension, f.values, f.exclude))}" for f in found.query.where)
    return f"**{plain(found.measure.label)} {plain(value)}**{what}  \n{plain(tracing.sentence(found, value))}"


def _shown(found: Trace) -> str:
    """The figure, in cents where the lines add up to cents."""
    if found.measure.unit.startswith("EUR") and found.value is not None:
        return format_money(found.value, 2)
    return format_figure(found.measure.name, found.value)


def _filter_words(name: str, values: tuple[str, ...], exclude: bool) -> str:
    shown = [
        results.period_name(name, date.fromisoformat(v)) if DIMENSIONS[name].kind == "date" and v else results.name_value(name, v)
        for v in values
    ]
    text = ", ".join(value or f"{DIMENSIONS[name].title.lower()} not stated" for value in shown[:3])
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return f"{'without ' if exclude else ''}{text}{more}"


def _table(found: Trace, key: str) -> dict[str, Any] | None:
    """The lines, the largest first; returns the chosen one."""
    lines = found.frame
    if lines.is_empty():
        st.caption("No line stands behind it: nothing is loaded for this choice.")
        return None
    money = found.measure.unit.startswith("EUR")
    rows = [_row(line, money=money, states=lines["state"].n_unique() > 1) for line in lines.iter_rows(named=True)]
    right = {name: st.column_config.TextColumn(alignment="right") for name in ("Adds", "Units", "As printed")}
    picked = st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None), hide_index=True, on_select="rerun", selection_mode="single-row", key=f"lines_{key}",
        height=330 if len(rows) > 8 else "content", column_config=right | {"From the print to EUR": st.column_config.TextColumn(width="large")},
        placeholder="–",
    ).selection.rows  # fmt: skip
    return lines.row(picked[0], named=True) if picked and picked[0] < lines.height else None


def _row(line: Mapping[str, Any], *, money: bool, states: bool) -> dict[str, Any]:
    adds = line["adds"]
    shown = "–" if adds is None else format_money(adds, 2) if money else format_number(adds)
    row = {"State": STATES[line["state"]]} if states else {}
    return row | {
        "Adds": shown,
        "Reseller": line["reseller"],
        "Product": line["functional_name"] or line["product_text"],
        "Store": line["store"],
        "Period": name_period(Period(line["period_start"], line["period_end"])),
        "Kind": line["line_kind"],
        "Units": format_number(line["quantity"]) if line["quantity"] is not None else None,
        "As printed": format_money(line["amount_local"], 2, line["currency"] or "") if line["amount_local"] is not None else None,
        "File": line["file_name"],
        "Cells": _where(line),
        "From the print to EUR": line["chain"],
    }


def _where(line: Mapping[str, Any]) -> str:
    """`Sales By Size!M12, N12`"""
    cells = ", ".join(part for part in (line["source_cells"] or "").split("|") if part) or f"row {line['source_row']}"
    return f"{line['source_sheet']}!{cells}" if line["source_sheet"] else cells


def original(line: Mapping[str, Any], key: str) -> None:
    """One line in its file: the cells as printed, the steps to EUR, the sheet around them, the file itself."""
    try:
        kept = cached_files.original(line["upload_batch_id"], session.scope())
    except WorkbenchError as error:
        st.caption(plain(error.message))
        return
    st.markdown(f"**{plain(kept.file_name)}** · {plain(_where(line))}  \n{plain(line['chain'])}")
    try:
        _sheet(cached_files.excerpt(kept, line["source_sheet"], line["source_row"], line["source_cells"]))
    except WorkbenchError as error:
        st.caption(plain(error.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the original", data=kept.path.read_bytes, file_name=kept.file_name, icon=":material/download:", on_click="ignore",
            type="tertiary", key=f"trace_original_{key}_{kept.batch_id}",
        )  # fmt: skip
        empty.link("history", "Its proof and history", query={"upload": str(kept.batch_id)})
        st.caption(f"{format_number(kept.size)}{GAP}bytes, SHA-256 {kept.sha256[:16]}…", help=f"Kept as it came: {kept.sha256}")


def _sheet(found: Excerpt) -> None:
    """The rows around the cell as a small sheet with its own letters and numbers."""
    heads = "".join(f"<th>{escaped(letter)}</th>" for letter in found.letters)
    header = "".join(f"<td>{escaped(text or '')}</td>" for text in found.header)
    lines = (
        [f'<tr class="header"><th></th>{header}</tr>'] if any(found.header) and found.header not in {row for _, row in found.rows} else []
    )
    for number, row in found.rows:
        cells = "".join(
            f'<td class="{"marked" if (number, letter) in found.marked else ""}">{escaped(text or "")}</td>'
            for letter, text in zip(found.letters, row, strict=True)
        )
        lines.append(f"<tr><th>{number}</th>{cells}</tr>")
    st.html(f'<div class="wide"><table class="sheet"><tr><th></th>{heads}</tr>{"".join(lines)}</table></div>')
    printed = ", ".join(f"{place} “{text or ''}”" for place, text in found.printed)
    if printed:
        st.caption(f"As printed: {plain(printed)}")
