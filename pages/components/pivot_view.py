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
from core.sales.formatting import format_number, format_points, format_ratio
from core.sales.measures import MEASURES
from core.sales.palette import palette
from core.sales.pivot_query import Member
from core.sales.pivot_table import Head, Line, Name, PivotTable, namer
from core.sales.pivot_tracing import measure_of
from core.sales.pivot_values import SHOWN_AS, is_share
from core.sales.shown import POINTS
from pages.components import cached, cached_analyses, frame, results, session

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
    found = table.frame(name).head(MOST_LINES)
    heads = _headings(table, name)
    event = st.dataframe(
        _styled(table, found, heads),
        hide_index=True,
        key=key,
        height=results.height(found.height + (any(above for above, _ in heads)), rows),
        column_config=_columns(table, found, heads),
        on_select="rerun",
        selection_mode=["single-cell", "single-column"],
        placeholder="",
        alt=", ".join(found.columns),
    )
    return _clicked(table, [below for _, below in heads], event.selection)


def caption(table: PivotTable) -> str:
    """What the figures are, once, in place of in every heading."""
    asked = table.cells.asked
    figures = " and ".join(results.short_title(name) for name in asked.query.measures)
    how = f", {SHOWN_AS[table.shown_as].lower()}" if table.shown_as != "value" else ""
    cut = f" The first {format_number(MOST_LINES)} of {format_number(len(table.lines))} lines." if len(table.lines) > MOST_LINES else ""
    return f"{figures}{how}.{cut}" if asked.columns or how or cut else ""


def _headings(table: PivotTable, name: Name) -> list[tuple[str, str]]:
    """For each column what stands above, '' where nothing does, and its own heading, each once: a selection tells only that one. The unit
    stands in the caption, or in the heading where there are no columns."""
    found = [("", title) for title in table.label_columns()]
    several = len(table.cells.asked.query.measures) > 1
    for head in table.heads:
        groups = [name(member) for member in head.path] + (["Total"] if head.kind != "cells" and table.cells.asked.columns else [])
        change = head.figure.endswith("_change_pct") and table.shown_as == "value"
        parts = [*groups, *([_figure(table, head)] if several or not groups or change else [])]
        grouped = len(parts) > 1 and (several or len(head.path) > 1 or head.kind == "subtotal")
        found.append((" · ".join(parts[:-1]), parts[-1]) if grouped else ("", " ".join(parts)))
    return [(above, f"{below}{_unseen(place)}") for place, (above, below) in enumerate(found)]


def _unseen(number: int) -> str:
    """A number in characters without width: headings that read alike stay apart."""
    return "".join("\u200b" if digit == "0" else "\u200c" for digit in f"{number:b}")


def _figure(table: PivotTable, head: Head) -> str:
    if is_share(measure_of(head.figure), table.shown_as):
        return f"{MEASURES[head.figure].label} %"
    title = results.short_title(head.figure)
    many = len(table.cells.asked.query.measures) > 1 and head.figure.endswith(("_change", "_change_pct"))
    return f"{MEASURES[measure_of(head.figure)].label} {title}" if many else title


def _styled(table: PivotTable, found: pl.DataFrame, heads: list[tuple[str, str]]) -> Any:
    labels = len(table.label_columns())
    plain = found.with_columns(pl.col(n).cast(pl.Float64) for n, dtype in found.schema.items() if isinstance(dtype, pl.Decimal))
    data = plain.to_pandas()
    data.columns = pd.MultiIndex.from_tuples(heads) if any(above for above, _ in heads) else pd.Index([below for _, below in heads])
    if found.height * found.width > MOST_STYLED:
        return data
    figures = dict(zip(data.columns[labels:], table.heads, strict=True))
    styled = data.style.format({title: _formatter(head) for title, head in figures.items()}, na_rep="")
    for row, title, head in _restated(table, list(figures.items()), min(found.height, len(table.lines))):
        styled = styled.format(lambda value, head=head: f"{_formatter(head)(value)}{MARK}", subset=pd.IndexSlice[[row], [title]], na_rep="")
    for row, place, word in _words(table, min(found.height, len(table.lines))):
        styled = styled.format(_formatter(table.heads[place]), subset=pd.IndexSlice[[row], [data.columns[labels + place]]], na_rep=word)
    changes = [title for title, head in figures.items() if head.figure.endswith(("_change", "_change_pct"))]
    if changes:
        styled = styled.map(results.sign_colour, subset=changes)
    kinds = [line.kind for line in table.lines[: found.height]]
    heavy = [place for place, kind in enumerate(kinds) if kind in ("subtotal", "total")]
    styled = styled.set_properties(subset=pd.IndexSlice[heavy, :], **{"font-weight": "600"})
    quiet = [place for place, kind in enumerate(kinds) if kind == "cells" and len(table.lines[place].path) > 1]
    if quiet and "subtotal" in kinds:
        colour = {"color": palette(frame.is_dark()).quiet}
        styled = styled.set_properties(subset=pd.IndexSlice[quiet, list(data.columns[: labels - 1])], **colour)
    return styled


def _words(table: PivotTable, rows: int) -> list[tuple[int, int, str]]:
    """The cells that have a change and no percentage."""
    heads = [place for place, head in enumerate(table.heads) if head.figure.endswith("_change_pct")]
    return [(row, place, word) for row in range(rows) for place in heads if (word := table.word(row, place))]


def _restated(table: PivotTable, figures: list[tuple[Any, Head]], rows: int) -> list[tuple[int, Any, Head]]:
    """The cells of one reseller's month (week, …) that a later file stated differently, with a figure to mark."""
    told = marking.of_result(table.result, cached_analyses.restated(session.scope()))
    dimensions = set(table.cells.asked.rows) | set(table.cells.asked.columns)
    if not told or "reseller" not in dimensions:
        return []  # a month that is nobody's own carries the mark in its heading
    found = []
    for row, line in enumerate(table.lines[:rows]):
        for place, (title, head) in enumerate(figures):
            members = {one.dimension: one.value for one in (*line.path, *head.path)}
            stated = table.values[row][place] is not None and "reseller" in members
            if stated and marking.restated_cell(members, told):
                found.append((row, title, head))
    return found


def _formatter(head: Head) -> Any:
    def text(value: Any) -> str:
        if value is None or pd.isna(value):
            return ""
        if head.unit == "ratio":
            return format_ratio(value)
        return format_points(value) if head.unit == POINTS else results.bare(head.figure, value)

    return text


def _columns(table: PivotTable, found: pl.DataFrame, heads: list[tuple[str, str]]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for place, (_, title) in enumerate(heads):
        head = table.heads[place - len(table.label_columns())] if place >= len(table.label_columns()) else None
        if head is None:
            longest = max((len(text) for text in found[found.columns[place]]), default=0)
            config[title] = st.column_config.Column(width=max(80, min(260, 30 + 7 * longest)), pinned=place == 0 and found.width > 7)
            continue
        measure = MEASURES[measure_of(head.figure)]
        config[title] = st.column_config.NumberColumn(help=f"{measure.definition} ({measure.formula})", alignment="right")
    return config


def _clicked(table: PivotTable, titles: list[str], selection: Any) -> Clicked | None:
    labels, rows = len(table.label_columns()), table.cells.asked.rows
    if selection.columns and selection.columns[0] in titles:
        place = titles.index(selection.columns[0])
        return Clicked(None, table.heads[place - labels]) if place >= labels else Clicked(None, None, rows[place]) if rows else None
    if not selection.cells:
        return None
    row, title = selection.cells[0]
    if row is None or row >= len(table.lines) or title not in titles:
        return None
    place, line = titles.index(title), table.lines[row]
    if place >= labels:
        return Clicked(line, table.heads[place - labels])
    total = next(head for head in table.heads if not head.path)  # a label stands for its whole group, in all columns
    return Clicked(Line(line.path[: place + 1], line.kind) if len(line.path) > place else line, total)
