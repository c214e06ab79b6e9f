"""What the Explore page shows: the way back, then the same figures as table, chart or the rows behind them; every cell leads further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.errors import BadQuestion
from core.sales import marking, tracing
from core.sales.chart_choices import SHAPES, refusal, shapes_for
from core.sales.chart_spec import ChartSpec
from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import MISSING, format_points, format_ratio
from core.sales.pivot_query import Cells, PivotQuery
from core.sales.pivot_table import Head, Line, PivotTable, finest, table
from core.sales.pivot_tracing import filters_at, filters_of, find, measure_of
from core.sales.query import Filter, Result
from core.sales.shown import POINTS
from core.sales.tracing import Side
from pages.components import (
    cached,
    cached_analyses,
    charts,
    choosing,
    drilling,
    empty,
    explore_actions,
    explore_panel,
    exploring,
    filters,
    frame,
    pivot_view,
    results,
    session,
    source_rows,
)
from pages.components.choosing import Choice
from pages.components.exploring import View
from pages.components.pivot_view import Clicked

FIRST = ("comparison", "grain", "week_rule", "like_for_like")  # what explains the table stands before what explains the data
HEIGHT, MOST_OTHERS = 440, 4


def draw(view: View, chosen: Choice) -> None:
    """The right side of the page."""
    crumbs(view)
    asked, problems = exploring.pivot(view, chosen)
    filters.explain(problems)
    bar = _bar()
    if _show(view, bar) == "rows":
        rows(view, asked)
        return
    try:
        cells = cached.pivot(asked, session.scope())
    except BadQuestion as error:
        empty.say("This can not be laid out", error.message)
        st.button("Start over with resellers", key="explore_again", on_click=explore_panel.write, args=(View(),))
        return
    _too_fine(view, cells)
    seen = table(cells, view.shown_as, subtotals=view.subtotals)
    if not cells.result.rows_in_all or empty.nothing_sold(cells.result):
        empty.no_sales_in(chosen)
    elif view.show == "chart":
        _chart(view, chosen, cells, seen, bar)
    else:
        with bar:
            _take(view, seen)
        _table(view, chosen, seen)
    frame.hint("  \n".join(frame.plain(note) for note in seen.notes))
    results.notes(sorted(cells.result.caveats, key=lambda caveat: FIRST.index(caveat.kind) if caveat.kind in FIRST else len(FIRST)), 8)
    fell_out(cells.result)


def _too_fine(view: View, cells: Cells) -> None:
    """Where nobody states the days or weeks that are asked for, all of it stands in one row: say so above it, and offer months."""
    told = next((caveat.text for caveat in cells.result.caveats if caveat.kind == "grain"), "")
    rows = cells.result.frame
    if not told or not any(name in rows.columns and rows[name].null_count() == rows.height for name in exploring.FINE):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="too_fine"):
        st.info(frame.plain(told), icon=":material/calendar_view_month:", width="stretch")
        st.button("By month instead", key="explore_coarser", on_click=explore_panel.write, args=(exploring.coarser(view),))


# The way back ---------------------------------------------------------------------------------------------------------


def crumbs(view: View) -> None:
    """Every cell that was looked into, each a way back to before it."""
    if not view.trail:
        return
    with st.container(horizontal=True, key="crumbs", vertical_alignment="center", gap="small"):
        st.button(
            "Everything",
            key="crumb_all",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=explore_panel.write,
            args=(exploring.back(view, 0),),
        )
        for place, step in enumerate(view.trail):
            words = drilling.words(step.filters, explore_panel.member_name)
            if place + 1 == len(view.trail):
                st.markdown(f"› **{frame.plain(words)}**", width="content")
            else:
                back = exploring.back(view, place + 1)
                st.button(f"› {frame.plain(words)}", key=f"crumb_{place}", type="tertiary", on_click=explore_panel.write, args=(back,))


def _bar() -> Any:
    return st.container(key="explore_bar", horizontal=True, vertical_alignment="center", gap="small")


def _show(view: View, bar: Any) -> exploring.Show:
    """The switch between table, chart and source rows."""
    session.show_in("explore_show", view.show)
    words = exploring.SHOWS.__getitem__
    with bar:
        picked: exploring.Show = st.segmented_control(
            "Show", list(exploring.SHOWS), format_func=words, key="explore_show", label_visibility="collapsed", required=True
        )
    if picked != view.show:
        explore_panel.go(replace(view, show=picked))
    return picked


def _take(view: View, seen: PivotTable) -> None:
    """The code for a notebook, and the table as a file; at the right of the bar."""
    asked = seen.cells.asked
    st.space("stretch")
    with st.popover("Code", icon=":material/code:", type="tertiary"):
        st.caption("The same table in a notebook:")
        st.code(exploring.pivot_code(asked, seen.shown_as, subtotals=view.subtotals), language="python")
    explore_actions.menu(view, seen)


# Table ----------------------------------------------------------------------------------------------------------------


def _table(view: View, chosen: Choice, seen: PivotTable) -> None:
    """What a click leads to stands above the table, where it is in sight however long the table is."""
    above = st.container(key="explore_above")
    clicked = pivot_view.draw(seen, key=f"pivot_{abs(hash((view, seen.result.query, seen.result.data_version)))}")
    with above:
        if clicked is None:
            frame.hint(f"{pivot_view.caption(seen)} Click a figure to look into it, a heading to sort by it.".strip())
        elif clicked.line is None:
            explore_panel.go(replace(view, sort=_sorted(view, clicked)))
        elif clicked.head is not None:
            _cell(view, chosen, seen, clicked.line, clicked.head)


def _sorted(view: View, clicked: Clicked) -> str:
    head = clicked.head
    if head is None:
        return exploring.turned(view.sort, clicked.dimension)
    return exploring.turned(view.sort, head.figure, head.path[0].text if len(head.path) == 1 else None)


def _cell(view: View, chosen: Choice, seen: PivotTable, line: Line, head: Head) -> None:
    """What a clicked cell is, and where it leads."""
    if line.kind == "held":
        empty.link("inbox", "Held money waits in the inbox")
        return
    where = filters_of(seen, line, head)
    if where is None:
        frame.hint("These others are too many to look into at once. Show more rows first.")
        return
    value = next(v for one, row in zip(seen.lines, seen.values, strict=True) if (one.path, one.kind) == (line.path, line.kind) or one.path == line.path
                 for h, v in zip(seen.heads, row, strict=True) if h == head)  # fmt: skip
    ways(view, chosen, where, measure_of(head.figure), _written(head, value))


def _written(head: Head, value: Any) -> str:
    if value is None:
        return MISSING
    return (
        format_ratio(value) if head.unit == "ratio" else format_points(value) if head.unit == POINTS else results.figure(head.figure, value)
    )


def ways(view: View, chosen: Choice, where: Sequence[Filter], figure: str, value: str) -> None:
    """From one figure: split it by another dimension, see it alone or leave it out, or go to the rows behind it."""
    words = drilling.words(where, explore_panel.member_name)
    mark = abs(hash((view, tuple(where), figure)))
    used = [one.dimension for step in view.trail for one in step.filters] + [one.dimension for one in where if not one.exclude]
    labels = exploring.dimension_labels(view, fiscal=cached.fiscal_calendar() != FiscalCalendar())
    options = drilling.next_dimensions(used, labels)
    with st.container(horizontal=True, key="ways", vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{frame.plain(words)}** &ensp; {frame.plain(exploring.MEASURE_LABELS[figure])} {frame.plain(value)}", width="content"
        )
        alone = st.button(
            "Only this",
            icon=":material/filter_alt:",
            type="primary",
            key=f"only_{mark}",
            help="The page shows this alone, until its chip above is taken away",
        )
        left_out = len(where) == 1 and st.button(
            "Without this",
            icon=":material/filter_alt_off:",
            key=f"without_{mark}",
            help="The page leaves this out, until its chip above is taken away",
        )
        by = st.selectbox(
            "Split by", options, index=None, format_func=labels.__getitem__, placeholder="Split by …", key=f"split_{mark}",
            label_visibility="collapsed", width=190,
        )  # fmt: skip
        rows = st.button("Source rows", icon=":material/account_tree:", key=f"rows_{mark}")
    if alone or left_out:
        changed = choosing.added(chosen, where if alone else [replace(where[0], exclude=not where[0].exclude)])
        filters.choose(changed, cached.known(session.scope()), date.today())
        st.rerun()
    if by:
        explore_panel.go(exploring.looked_into(view, where, by, figure if view.show == "chart" else view.figure))
    if rows:
        explore_panel.go(exploring.traced(view, where, figure))


# Chart ----------------------------------------------------------------------------------------------------------------


def _chart(view: View, chosen: Choice, cells: Cells, seen: PivotTable, bar: Any) -> None:
    names = exploring.charted(view)
    answer = finest(cells, names)
    shapes = shapes_for(answer, view.drawn, date.today(), cached.fiscal_calendar())
    with bar:
        view = _figure(view)
        shape = _shape(view, list(shapes))
        _take(view, seen)
    if view.shape and view.shape not in shapes:
        filters.explain([f"{refusal(answer, view.drawn, view.shape)}{' Another shape is shown.' if shapes else ''}"])  # type: ignore[arg-type]
    if not shapes:
        frame.hint(refusal(answer, view.drawn, "bar") or "A chart needs one or two dimensions with at least two values.")
        _other_rows(view)
        return
    asked = replace(answer, query=replace(answer.query, measures=(view.drawn,)))
    spec = marking.mark_restated(shapes[shape], asked, cached_analyses.restated(session.scope()))  # type: ignore[index]
    assert spec is not None
    above = st.container(key="explore_above")
    picked = charts.draw_parts(spec, key=f"explore_{abs(hash((view, answer.query)))}", height=HEIGHT)
    with above:
        _look(view, chosen, cells, asked, spec, picked)


def _other_rows(view: View) -> None:
    """Where one value is left to draw (only this product): the same figures by something else, at a press."""
    labels = exploring.dimension_labels(view, fiscal=cached.fiscal_calendar() != FiscalCalendar())
    with st.container(horizontal=True, key="other_rows", gap="small"):
        for name in drilling.next_dimensions([*view.rows, *view.across], labels)[:MOST_OTHERS]:
            args = (replace(view, by=(name,), across=(), sort=""),)
            st.button(f"By {labels[name].lower()}", key=f"other_{name}", on_click=explore_panel.write, args=args)


def _figure(view: View) -> View:
    if len(view.measures) < 2:
        return view
    session.show_in("explore_figure", view.drawn)
    words = exploring.MEASURE_LABELS.__getitem__
    picked = st.selectbox("Figure", list(view.measures), format_func=words, key="explore_figure", label_visibility="collapsed", width=190)
    if picked != view.drawn:
        explore_panel.go(replace(view, figure=picked))
    return view


def _shape(view: View, offered: list[str]) -> str:
    """The shapes that suit, the best first; another than the best stands in the URL."""
    if not offered:
        return ""
    current = view.shape if view.shape in offered else offered[0]
    session.show_in("explore_shape", current)
    picked = st.selectbox(
        "Shape", offered, format_func=lambda name: SHAPES[name], key="explore_shape", label_visibility="collapsed", width=190
    )
    if picked != current:
        explore_panel.go(replace(view, shape="" if picked == offered[0] else picked))
    return current


def _look(view: View, chosen: Choice, cells: Cells, answer: Result, spec: ChartSpec, picked: tuple[str, str] | None) -> None:
    """The clicked part of the chart, or one chosen from a list: the same ways further as from a cell of the table, in sight above the chart
    however high it is."""
    across = next((name for name in answer.query.by if DIMENSIONS[name].title == spec.category_label), answer.query.by[0])
    group = next((name for name in answer.query.by if name != across), None)
    levels = {spec.categories[place] for place in spec.totals}
    categories = {text: {across: value} for text, value in zip(spec.texts, spec.categories, strict=True) if value not in levels}
    series = {one.name: {group: one.name} for one in spec.series} if group else {}
    key = f"look_{abs(hash((view, spec.title)))}"
    options = {**categories, **series}
    with st.container(horizontal=True, key="look", vertical_alignment="center", gap="small"):
        st.caption("Click a part of the chart to look into it, or", width="content")
        listed = st.selectbox(
            "Look into", list(options), index=None, placeholder="choose it here", key=key, label_visibility="collapsed", width=260
        )
    clicked = {**categories[picked[0]], **series.get(picked[1], {})} if picked and picked[0] in categories else None
    values = options[listed] if listed else clicked
    if values is None:
        return
    stated = {name: None if value == NOT_STATED else value for name, value in values.items()}
    pair = find(cells, values) or find(cells, stated)  # type: ignore[arg-type]
    where = filters_at(cells, *pair) if pair is not None else None
    if pair is None or where is None:
        frame.hint("This part stands for many. Show it as a table to look into it.")
        return
    ways(view, chosen, where, view.drawn, results.figure(view.drawn, cells.figures[pair].get(view.drawn)))


# Rows -----------------------------------------------------------------------------------------------------------------


def rows(view: View, asked: PivotQuery) -> None:
    """The rows of the files behind the whole view, or the cell that led here."""
    query = tracing.narrowed(replace(asked.query, by=(), measures=(view.drawn,)))
    side: Side = "now"
    if query.compare is not None:
        side = st.segmented_control("When", list(source_rows.SIDES), default="now", format_func=source_rows.SIDES.__getitem__, key="explore_side", required=True, label_visibility="collapsed")  # fmt: skip
    source_rows.draw(query, key="explore", side=side)


def fell_out(answer: Result) -> None:
    """Everything a like-for-like comparison leaves out, with its reason; the first few stand in the lines under the figures."""
    if answer.base is not None and answer.base.fell_out:
        with st.expander(f"Left out of like for like ({len(answer.base.fell_out)})"):
            listed = pl.DataFrame([(one.name, one.reason) for one in answer.base.fell_out], ["Left out", "Why"], orient="row")
            st.dataframe(listed, hide_index=True, key="explore_fell_out")
