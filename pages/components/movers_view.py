"""The parts of the Movers page: the bridge of the whole and by item, risers and fallers with their reasons, new and lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from core.errors import BadQuestion
from core.sales import bridging, movers
from core.sales.bridge_words import bridge_sentences
from core.sales.bridging import Bridge
from core.sales.carrying import noun
from core.sales.charts import bridge_chart
from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.formatting import format_change, format_difference, format_figure, format_number
from core.sales.measures import MEASURES
from core.sales.movers import Movers
from core.sales.naming import name_list
from core.sales.query import Result, SalesQuery
from core.sales.relative import total_rate
from pages.components import bridge_view, cached, cached_analyses, charts, filters, frame, moving, results, session, stating
from pages.components.card_menu import PLAIN, Menu, card
from pages.components.choosing import Choice, Known
from pages.components.moving import View

NO_COMPARISON = "Choose a comparison above to see what rose and what fell."
NOTHING = "Nothing can be compared in this period yet: no reseller has stated both periods."
SIDES: Mapping[str, tuple[str, str]] = {
    "up": ("Rose", "Sold in both periods, and more now"),
    "down": ("Fell", "Sold in both periods, and less now"),
    "new": ("New", "Sold now; before nothing, or returns outweighed sales. Their resellers are covered in both periods"),
    "lost": ("Lost", "Sold before; now nothing, or returns outweigh sales. Their resellers are covered in both periods"),
}


def controls(stated: View) -> View:
    """What to list, by which figure, and which view of it."""
    with st.container(key="analysis_bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        by = stating.select("By", "movers_by", stating.ITEM_LABELS, stated.by)
        in_units = stated.show in moving.IN_UNITS
        measure = stating.select("Figure", "movers_measure", moving.MEASURE_LABELS, stated.measure, told=moving.COUNTED if in_units else "")
        show = stating.segments("Show", "movers_show", moving.SHOWS, stated.show)
    view = View(by, measure, show)
    stating.write(moving.NAMES, moving.written(view))
    if (show in moving.IN_UNITS) != in_units:
        st.rerun()  # the figure is open, or waits, from the same click on
    return view


def what_moved(view: View, chosen: Choice, known: Known) -> None:
    """The bridge, and what rose, fell, came and went."""
    population, scope = moving.population(chosen), session.scope()
    if population.compare is None:
        st.caption(NO_COMPARISON)
        return
    answer = cached.result(movers.movers_query(population, view.by, view.measure), scope)
    if not answer.frame[f"{view.measure}_change"].is_not_null().any():
        st.caption(NOTHING if view.measure != "gross_profit" else f"{NOTHING} Gross profit is known where a line states its cost.")
        results.caveats(answer)
        return
    explained, bridge, reasons = _explained(population, view.by)
    found = movers.find_movers(answer, reasons)
    st.markdown(frame.plain(_summary(found, answer)))
    left, right = st.columns(2)
    with (
        left,
        card(
            "Why net revenue changed",
            "EUR net, to the cent, over what is covered in both periods",
            Menu(
                "bridge",
                explained or answer,
                chosen,
                known,
                shown=None if isinstance(bridge, str) or explained is None else bridge_view.table(bridge, explained),
                code=stating.call("bridge", view.by, population),
                leave_out=PLAIN,
            ),
        ),
    ):
        _bridge(bridge, explained)
    by = DIMENSIONS[view.by].title.lower()
    lead = f"{MEASURES[view.measure].label}: the largest changes and the others, adding up to the whole; click a bar to see it alone"
    with right, card(f"Where it changed, by {by}", lead, _menu("items", found, answer, chosen, known)):
        clicked = charts.draw(movers.items_chart(found, answer), key="items", select=True)
        filters.narrow(chosen, "movers.items", view.by, clicked if clicked in found.rows["item"] else None)
    for side in ("up", "down"):
        _side(side, found, answer, chosen, known)
    for column, side in zip(st.columns(2), ("new", "lost"), strict=True):
        with column:
            _side(side, found, answer, chosen, known)
    _uncompared(found)
    results.caveats(answer, without=("comparison",))


def _explained(population: SalesQuery, item: str) -> tuple[Result | None, Bridge | str, dict[str, str]]:
    """The bridge with its answer and each item's reasons; a sentence where there are too many groups to explain."""
    query, scope = bridging.bridge_query(population, item), session.scope()
    try:
        bridge, reasons = cached_analyses.explained(query, scope)
        return cached.result(query, scope), bridge, reasons
    except BadQuestion as error:
        return None, error.message, {}


def _summary(found: Movers, answer: Result) -> str:
    """“Net revenue rose by € 1 200 (+4.2 %). Products: 12 rose, 8 fell, 2 new.” and what the comparison covers."""
    label, change = MEASURES[found.measure].label, found.change
    went = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    amount = f" by {format_figure(found.measure, abs(change))} ({total_rate(answer.totals, found.measure)})" if change else ""
    over = next((caveat.text for caveat in answer.caveats if caveat.kind == "comparison"), "")
    return f"{label} {went}{amount}. {movers.headline(found)} {over}".strip()


def _bridge(bridge: Bridge | str, explained: Result | None) -> None:
    if isinstance(bridge, str) or explained is None:
        st.caption(str(bridge))
        return
    charts.draw(bridge_chart(bridge, explained), key="bridge")
    frame.hint(" ".join(bridge_sentences(bridge)[1:5]))


def _side(side: str, found: Movers, answer: Result, chosen: Choice, known: Known) -> None:
    title, lead = SIDES[side]
    rows = found.on(side)  # type: ignore[arg-type]
    if rows.is_empty() and side in ("new", "lost"):
        return
    before, now = (sum(rows[name].to_list()) for name in ("before", "now"))
    part, total = replace(found, rows=rows, before=before, now=now), now - before
    count = rows.filter(pl.col("item") != NOT_STATED).height
    head = f"{title}: {format_number(count)} {noun(found.item, count)}, {format_difference(found.measure, total)}"
    with card(head if rows.height else f"{title}: none", lead, _menu(f"movers_{side}", part, answer, chosen, known, side)):
        if rows.height:
            clicked = _listed(side, rows, found)
            filters.narrow(chosen, f"movers.{side}", found.item, clicked)


def _listed(side: str, rows: pl.DataFrame, found: Movers) -> str | None:
    """One table of movers; a click shows the item alone."""
    title = DIMENSIONS[found.item].title
    columns: dict[str, pl.Expr] = {title: pl.col("item")}
    formats: dict[str, Any] = {}
    unit = " €" if MEASURES[found.measure].unit.startswith("EUR") else ""
    for name, label in (("before", f"Before{unit}"), ("now", f"Now{unit}")):
        if (side, name) not in (("new", "before"), ("lost", "now")) or rows[name].cast(pl.Float64).abs().sum():
            columns[label] = pl.col(name)
            formats[label] = lambda value: stating.bare(format_figure(found.measure, value))
    if side in ("up", "down"):
        change, rate, points = f"Change{unit}", "Δ %", "Points"
        columns |= {change: pl.col("change"), rate: pl.col("change_pct"), points: pl.col("points")}
        formats[change] = lambda value: stating.bare(format_difference(found.measure, value))
        formats[rate] = lambda value: stating.arrow(_rate(value), value)
        formats[points] = lambda value: format_change(value, 2).replace("%", "pp")
        if any(rows["reasons"]):
            columns["Why (net revenue)"] = pl.col("reasons")
    shown = rows.select(expression.alias(label) for label, expression in columns.items())
    signs = [name for name in ("Δ %",) if name in columns]
    return stating.table(shown, formats, key=f"movers_{side}", select=True, signs=signs)


def _menu(key: str, found: Movers, answer: Result, chosen: Choice, known: Known, side: str = "") -> Menu:
    """The movers of a card as they are seen, and the notebook's line for them."""
    code = stating.call("movers", found.item, answer.query, measure=found.measure) + (f".on({side!r})" if side else "")
    return Menu(key, answer, chosen, known, shown=lambda: movers.as_shown(found, answer), code=code, leave_out=PLAIN)


def _rate(value: float) -> str:
    """`+4.2 %`; `×11` where a percentage says nothing any more."""
    return f"×{value + 1:.0f}" if value >= 9.5 else format_change(value)


def _uncompared(found: Movers) -> None:
    """What is sold now where nothing can be compared."""
    if found.uncompared.is_empty():
        return
    names = [f"{name} {format_figure(found.measure, value)}" for name, value in found.uncompared.iter_rows()]
    frame.hint(frame.plain(f"Not compared, as their resellers did not state both periods: {name_list(names, 5)}."))
