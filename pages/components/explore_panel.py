"""The controls of the Explore page: figures, rows, columns, order and how values are shown as chips."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.fiscal import FiscalCalendar
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_values import SHOWN_AS, why_not
from core.sales.query import Filter, SalesQuery
from pages.components import cached, exploring, filters, results, session
from pages.components.choosing import Choice
from pages.components.exploring import DIMENSION_LABELS, MEASURE_LABELS, View

MOST_VALUES = 300
LARGEST, SMALLEST = "largest first", "smallest first"


def view() -> View:
    """The view of the URL, changed by what the person just did; explains what of the URL can not be used."""
    stated, problems = exploring.read(_parameters())
    filters.explain(problems)
    return stated


def panel(stated: View, chosen: Choice) -> View:
    """Draw the chips; returns the view they say now."""
    labels = exploring.dimension_labels(stated, fiscal=cached.fiscal_calendar() != FiscalCalendar())
    with st.container(key="explore_panel", gap="small"):
        measures = _many("Figures", "explore_measures", list(MEASURE_LABELS), stated.measures, MEASURE_LABELS)
        by = _many("Rows", "explore_by", list(labels), stated.by, labels, most=3)
        across = _many("Columns", "explore_across", list(labels), stated.across, labels, most=2)
        picked = replace(stated, measures=measures or stated.measures, by=by, across=across)
        picked = replace(picked, shown_as=_shown_as(picked, chosen), sort=_sort(picked, chosen))
        limits = {str(number): f"First {number}, then others" if number else "All" for number in exploring.LIMITS}
        limit = int(_one("Rows of each group", "explore_limit", list(limits), str(stated.limit), limits))
        subtotals = stated.subtotals if len(picked.rows) < 2 else _toggle("Subtotals", "explore_subtotals", stated.subtotals)
        bulk = _toggle("Leave bulk lines out", "explore_bulk", stated.without_bulk, "Thousands of minis for advent calendars and boxes.")
        _add_filter(chosen)
    picked = replace(picked, limit=limit, without_bulk=bulk, subtotals=subtotals)
    write(picked)
    return picked


def write(view: View) -> None:
    """Put the view into the URL."""
    parameters = exploring.written(view)
    for name in exploring.NAMES:
        if parameters.get(name, []) != st.query_params.get_all(name):
            if name in parameters:
                st.query_params[name] = parameters[name]
            else:
                del st.query_params[name]
    session.settle()


def go(view: View) -> None:
    """Show another view at once."""
    write(view)
    st.rerun()


def _shown_as(picked: View, chosen: Choice) -> str:
    asked = PivotQuery(exploring.question(picked, chosen), picked.across)
    offered = {name: label for name, label in SHOWN_AS.items() if name == picked.shown_as or not why_not(asked, name)}
    return _one("Show values as", "explore_as", list(offered), picked.shown_as, offered)  # type: ignore[return-value, arg-type]


def _sort(picked: View, chosen: Choice) -> str:
    options = {"": "Usual order"}
    for measure in picked.measures:
        for name in (measure, *([f"{measure}_change_pct"] if chosen.comparison is not None else [])):
            label = MEASURE_LABELS[measure] if name == measure else f"{MEASURE_LABELS[measure]}, Δ %"
            options |= {f"-{name}": f"{label}, {LARGEST}", name: f"{label}, {SMALLEST}"}
    for name in picked.rows:
        first, last = ("oldest first", "newest first") if DIMENSIONS[name].kind == "date" else ("A to Z", "Z to A")
        options |= {name: f"{DIMENSION_LABELS[name]}, {first}", f"-{name}": f"{DIMENSION_LABELS[name]}, {last}"}
    if picked.sort not in options:
        options |= {picked.sort: _sort_label(picked)}
    return _one("Sort", "explore_sort", list(options), picked.sort, options)


def _sort_label(picked: View) -> str:
    """Of an order by one column: `Units in May 2025, largest first`."""
    name, at = exploring.order_of(picked.sort)
    label = MEASURE_LABELS.get(name) or DIMENSION_LABELS.get(name) or results.short_title(name)
    across = picked.across[0] if picked.across else ""
    where = f" in {member_name(across, at)}" if at is not None and across else ""
    return f"{label}{where}, {LARGEST if picked.sort.startswith('-') else SMALLEST}"


def member_name(dimension: str, text: str) -> str:
    """A value as filters write it, as people read it."""
    if DIMENSIONS[dimension].kind == "date" and text:
        try:
            return results.period_name(dimension, date.fromisoformat(text))
        except ValueError:
            return text
    return results.name_value(dimension, text) or NOT_STATED


def _parameters() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in exploring.NAMES if name in st.query_params}


def _many(
    label: str, key: str, options: list[str], current: tuple[str, ...], words: dict[str, str], most: int | None = None
) -> tuple[str, ...]:
    session.show_in(key, list(current))
    return tuple(st.multiselect(label, options, format_func=words.__getitem__, key=key, placeholder="Choose", max_selections=most))


def _one(label: str, key: str, options: list[str], current: str, words: dict[str, str]) -> str:
    session.show_in(key, current)
    return st.selectbox(label, options, format_func=words.__getitem__, key=key)


def _toggle(label: str, key: str, current: bool, help: str | None = None) -> bool:
    session.show_in(key, current)
    return st.toggle(label, key=key, help=help)


def _add_filter(chosen: Choice) -> None:
    """A form for one more cross-filter; those that are set stand as chips under the title. Values are read when it is opened."""
    box = st.popover("Add a filter", icon=":material/filter_alt:", width="stretch", key="explore_add_filter", on_change="rerun")
    if not box.open:
        return
    with box:
        texts = {name: label for name, label in DIMENSION_LABELS.items() if DIMENSIONS[name].kind == "text" and name != "order"}
        name = st.selectbox("Dimension", list(texts), format_func=texts.__getitem__, key="explore_filter_by")
        found = cached.result(SalesQuery(("sales_eur_net",), (name,), chosen.where, chosen.period, limit=MOST_VALUES), session.scope())
        with st.form("add_filter", border=False, clear_on_submit=True):
            values = st.multiselect("Values", found.frame[name].to_list(), placeholder="Choose")
            exclude = st.checkbox("Leave these out")
            sent = st.form_submit_button("Apply")
    if sent and values:
        stated = tuple("" if value == NOT_STATED else value for value in values)
        rest = tuple(one for one in chosen.filters if (one.dimension, one.exclude) != (name, exclude))
        filters.choose(replace(chosen, filters=(*rest, Filter(name, stated, exclude))), cached.known(session.scope()), date.today())
        st.rerun()
