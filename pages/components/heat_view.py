"""The parts of the Heat map page: its controls, the map, and what a clicked cell is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from core.sales import carrying, heat_map, marking, tracing
from core.sales.dimensions import DIMENSIONS, OTHERS
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import format_figure
from core.sales.heat_map import ACROSS, HeatMap, Tint
from core.sales.measures import MEASURES
from core.sales.naming import name_period
from core.sales.query import Filter, Result, SalesQuery
from pages.components import cached, cached_analyses, filters, frame, heat_grid, heating, moving, results, session, source_rows, stating
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.heat_grid import Clicked
from pages.components.heating import View

LEADS = {
    "value": "{unit} of each cell",
    "season": "Each row by its own best cell: the shape of its season",
    "change": "Change against {before}, over what both periods cover",
}


def controls(stated: View) -> View:
    """Rows, columns, figure, colour, order and how many."""
    across = {name: label for name, label in ACROSS.items() if name != "fiscal_month" or _has_fiscal() or stated.across == name}
    tops = {str(number): f"First {number}" for number in heating.TOPS}
    with st.container(key="analysis_bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        view = View(
            stating.select("Rows", "heat_by", stating.ITEM_LABELS, stated.by, 170),
            stating.select("Figure", "heat_measure", heating.MEASURE_LABELS, stated.measure, 160),
            stating.select("Columns", "heat_across", across, stated.across, 140),
            order=stating.select("Order", "heat_order", heating.ORDERS, stated.order, 145),
            top=int(stating.select("Rows shown", "heat_top", tops, str(stated.top), 115)),
        )
        view = replace(view, tint=stating.segments("Colour", "heat_tint", heating.TINTS, stated.tint))
    stating.write(heating.NAMES, heating.written(view))
    return view


def _has_fiscal() -> bool:
    return cached.fiscal_calendar() != FiscalCalendar()


def the_map(view: View, chosen: Choice, known: Known, answer: Result) -> None:
    """The map with its notes; a click on a name shows it alone, a click on a cell what it is made of."""
    found = _found(view, chosen, answer)
    if not found.rows:
        st.caption("Nothing to draw in this period. Choose another figure, period or reseller.")
        results.caveats(answer)
        return
    before = name_period(answer.compared_with) if answer.compared_with else ""
    lead = LEADS[view.tint].format(unit=MEASURES[view.measure].label, before=before or "the period before")
    title = f"{MEASURES[view.measure].label} by {DIMENSIONS[view.by].title.lower()} and {DIMENSIONS[view.across].title.lower()}"
    tint: Tint = view.tint  # type: ignore[assignment]
    own = {"across": view.across, "measure": view.measure, "most": view.top, "order": view.order}
    code = stating.call("heat_map", view.by, answer.query, **own)
    menu = Menu("heat_map", answer, chosen, known, shown=lambda: heat_map.as_shown(found, answer), code=code, leave_out=PLAIN)
    with card(title, f"{lead}; click a name to see it alone, a cell to see what it is made of", menu):
        clicked = heat_grid.draw(found, tint, key="heat", compared=before)
        heat_grid.legend(tint)
        for note in heat_map.explain(found, format_figure):
            frame.hint(frame.plain(note))
    _follow(clicked, found, answer, view, chosen)
    results.caveats(answer)


def _found(view: View, chosen: Choice, answer: Result) -> HeatMap:
    scope, population = session.scope(), moving.population(chosen)
    carriers = carrying.carriers_of(cached.result(carrying.carriers_query(population, view.by), scope))
    launched = heat_map.launches(cached.result(heat_map.launch_query(population, view.by), scope)) if view.order == "launch" else None
    told = marking.of_result(answer, cached_analyses.restated(scope))
    options: dict[str, Any] = {"most": view.top, "order": view.order, "launched": launched, "restated": told}
    return heat_map.heat_map(answer, carriers, cached.covered(scope), date.today(), cached.fiscal_calendar(), **options)


def _follow(clicked: Clicked | None, found: HeatMap, answer: Result, view: View, chosen: Choice) -> None:
    if clicked is None:
        return
    if clicked.place is None:
        session.remember("clicked.heat.row", None)  # every click of a grid is a new one
        filters.narrow(chosen, "heat.row", view.by, None if clicked.row == OTHERS else clicked.row)
        return
    _cell_dialog(cell_query(found, answer, clicked), f"{clicked.row}, {found.titles[clicked.place]}")


def cell_query(found: HeatMap, answer: Result, clicked: Clicked) -> SalesQuery:
    """The question whose only answer is the clicked cell."""
    moment = found.moments[clicked.place or 0]
    if clicked.row == OTHERS:
        listed = [row.name for row in found.rows if not row.is_rest]
        rest = tracing.without(answer.query, found.item, listed)
        return replace(rest, where=(*rest.where, Filter(found.across, (moment.isoformat(),))))
    return tracing.narrowed(answer.query, {found.item: clicked.row, found.across: moment})


@st.dialog("What this cell is made of", width="large")
def _cell_dialog(query: SalesQuery, title: str) -> None:
    st.markdown(f"**{frame.plain(title)}**")
    source_rows.draw(query, key="heat_cell")


def population_query(view: View, chosen: Choice) -> SalesQuery:
    """The question of the cells."""
    return heat_map.heat_query(moving.population(chosen), view.by, view.across, view.measure, heating.comparison(view, chosen))
