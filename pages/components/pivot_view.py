"""A `PivotTable` on the screen: subtotals heavy, repeated groups quiet, every cell and heading to be clicked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from core.sales import marking
from core.sales.formatting import format_points, format_ratio
from core.sales.measures import MEASURES
from core.sales.palette import palette
from core.sales.pivot_query import Member
from core.sales.pivot_table import Head, Line, Name, PivotTable, namer
from core.sales.pivot_tracing import measure_of
from core.sales.pivot_values import SHOWN_AS, is_share
from core.sales.shown import POINTS
from pages.components import cached, frame, results

MOST_STYLED = 60_000  # cells that are written in full; a larger table keeps plain numbers
MOST_LINES = 20_000
MARK = f" {marking.SIGN}"


@dataclass(frozen=True)
class Clicked:
    """A cell, or with `line` None a heading; `head` None: a heading or label of the rows' `dimension`."""

    line: Line | None
    head: Head | None
    dimension: str = ""


def names(table: PivotTable | None = None) -> Name:
    """Members as people read them; restated moments of the table carry a mark."""
    plain = namer(cached.fiscal_calendar(), results.WORDS)
    marks: Mapping[str, Mapping[date, str]] = results.restated_in(table.result) if table is not None else {}

    def name(member: Member) -> str:
        told = isinstance(member.value, date) and member.value in marks.get(member.dimension, {})
        return f"{plain(member)}{MARK}" if told else plain(member)

    return name


def draw(table: PivotTable, *, key: str, rows: int = 22) -> Clicked | None:
    """Draw it; returns what was clicked."""
    name = names(table)
    lines = table.lines[:MOST_LINES]
    found = _frame(table, name, len(lines))
    labels = len(table.label_columns())
    caption(table, len(lines))
    event = st.dataframe(
        _styled(table, found, labels),
        hide_index=True,
        key=key,
        height=results.height(len(lines), rows),
        column_config=_columns(table, found, labels),
        on_select="rerun",
        selection_mode=["single-cell", "single-column"],
        placeholder="",
        alt=", ".join(found.columns),
    )
    return _clicked(table, found.columns, event.selection, labels)


def caption(table: PivotTable, shown: int) -> None:
    """What the figures are, once, in place of in every heading."""
    asked = table.cells.asked
    figures = " and ".join(results.short_title(name) for name in asked.query.measures)
    how = f", {SHOWN_AS[table.shown_as].lower()}" if table.shown_as != "value" else ""
    cut = f" The first {shown} of {len(table.lines)} lines are listed." if shown < len(table.lines) else ""
    if asked.columns or table.shown_as != "value" or cut:
        st.caption(f"{figures}{how}.{cut}")


def _frame(table: PivotTable, name: Name, count: int) -> pl.DataFrame:
    found = table.frame(name).head(count)
    titles = _titles(table, name)
    return found.rename(dict(zip(found.columns[len(table.label_columns()) :], titles, strict=True)))


def _titles(table: PivotTable, name: Name) -> list[str]:
    """Short headings, each once: the unit stands in the caption, or in the heading where there are no columns."""
    several = len({head.figure for head in table.heads}) > 1
    found: list[str] = []
    for head in table.heads:
        above = " · ".join(name(member) for member in head.path) + (" · Total" if head.kind == "subtotal" else "")
        groups = above or ("Total" if table.cells.asked.columns else "")
        title = " · ".join(part for part in (groups, _figure(table, head, several)) if part)
        found.append(title + "\u200b" * sum(other.rstrip("\u200b") == title for other in (*table.label_columns(), *found)))
    return found


def _figure(table: PivotTable, head: Head, several: bool) -> str:
    if table.cells.asked.columns and not several:
        return ""
    if is_share(measure_of(head.figure), table.shown_as):
        return f"{MEASURES[head.figure].label} %"
    title = results.short_title(head.figure)
    many = len(table.cells.asked.query.measures) > 1 and head.figure.endswith(("_change", "_change_pct"))
    return f"{MEASURES[measure_of(head.figure)].label} {title}" if many else title


def _styled(table: PivotTable, found: pl.DataFrame, labels: int) -> Any:
    plain = found.with_columns(pl.col(n).cast(pl.Float64) for n, dtype in found.schema.items() if isinstance(dtype, pl.Decimal))
    data = plain.to_pandas()
    if found.height * found.width > MOST_STYLED:
        return data
    figures = dict(zip(found.columns[labels:], table.heads, strict=True))
    styled = data.style.format({title: _formatter(head) for title, head in figures.items()}, na_rep="")
    changes = [title for title, head in figures.items() if head.figure.endswith(("_change", "_change_pct"))]
    if changes:
        styled = styled.map(results.sign_colour, subset=changes)
    heavy = [i for i, line in enumerate(table.lines[: found.height]) if line.kind in ("subtotal", "total")]
    styled = styled.set_properties(subset=pd.IndexSlice[heavy, :], **{"font-weight": "600"})
    quiet = [i for i, line in enumerate(table.lines[: found.height]) if line.kind == "cells" and len(line.path) > 1]
    if quiet and any(line.kind == "subtotal" for line in table.lines):
        styled = styled.set_properties(subset=pd.IndexSlice[quiet, list(found.columns[: labels - 1])], color=palette(frame.is_dark()).quiet)
    return styled


def _formatter(head: Head) -> Any:
    def text(value: Any) -> str:
        if value is None or pd.isna(value):
            return ""
        if head.unit == "ratio":
            return format_ratio(value)
        return format_points(value) if head.unit == POINTS else results.bare(head.figure, value)

    return text


def _columns(table: PivotTable, found: pl.DataFrame, labels: int) -> dict[str, Any]:
    wide = found.width > 7
    config: dict[str, Any] = {
        title: st.column_config.Column(title.strip(), pinned=wide and i == 0) for i, title in enumerate(found.columns[:labels])
    }
    for title, head in zip(found.columns[labels:], table.heads, strict=True):
        measure = MEASURES[measure_of(head.figure)]
        config[title] = st.column_config.NumberColumn(
            title.rstrip("\u200b"), help=f"{measure.definition} ({measure.formula})", alignment="right"
        )
    return config


def _clicked(table: PivotTable, titles: list[str], selection: Any, labels: int) -> Clicked | None:
    if selection.columns:
        place = titles.index(selection.columns[0])
        if place < labels:
            return Clicked(None, None, table.cells.asked.rows[place]) if table.cells.asked.rows else None
        return Clicked(None, table.heads[place - labels])
    if not selection.cells:
        return None
    row, title = selection.cells[0]
    if row is None or row >= len(table.lines) or title not in titles:
        return None
    place = titles.index(title)
    line = table.lines[row]
    total = next(head for head in table.heads if not head.path)
    if place < labels:  # a label stands for its whole group, in all columns
        own = Line(line.path[: place + 1], line.kind) if len(line.path) > place else line
        return Clicked(own, total, table.cells.asked.rows[place] if table.cells.asked.rows else "")
    return Clicked(line, table.heads[place - labels])
