"""The controls of the Explore page: measures, rows, columns, comparison and filters as chips; code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import streamlit as st

from core.sales.dimensions import DIMENSIONS, NOT_STATED
from core.sales.fiscal import FiscalCalendar
from core.sales.query import Filter, Result, SalesQuery
from pages.components import cached, exploring, filters, session
from pages.components.choosing import Choice
from pages.components.exploring import DIMENSION_LABELS, MEASURE_LABELS, View

MOST_VALUES = 300


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
        by = _many("Rows", "explore_by", list(labels), stated.by, labels)
        across = _one("Columns", "explore_across", ["", *labels], stated.across, {"": "None", **labels})
        _add_filter(chosen)
        limits = {str(number): f"First {number}" if number else "All" for number in exploring.LIMITS}
        limit = int(_one("Number of rows", "explore_limit", list(limits), str(stated.limit), limits))
        session.show_in("explore_bulk", stated.without_bulk)
        bulk = st.toggle("Leave bulk lines out", key="explore_bulk", help="Thousands of minis for advent calendars and boxes.")
    picked = replace(
        stated,
        measures=measures or stated.measures,
        by=by,
        across=across,
        limit=limit,
        without_bulk=bulk,
    )
    write(picked)
    return picked


def show(stated: View) -> exploring.Show:
    """The switch between table, chart and source rows."""
    session.show_in("explore_show", stated.show)
    picked = st.segmented_control(
        "Show",
        list(exploring.SHOWS),
        format_func=exploring.SHOWS.__getitem__,
        key="explore_show",
        label_visibility="collapsed",
        required=True,
    )
    write(replace(stated, show=picked))
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


def fell_out(answer: Result) -> None:
    """Everything a like-for-like comparison leaves out, with its reason; the first few stand in the lines under the figures."""
    if answer.base is not None and answer.base.fell_out:
        with st.expander(f"Left out of like for like ({len(answer.base.fell_out)})"):
            rows = pl.DataFrame([(one.name, one.reason) for one in answer.base.fell_out], ["Left out", "Why"], orient="row")
            st.dataframe(rows, hide_index=True, key="explore_fell_out")


def menu(query: SalesQuery, across: str) -> None:
    """Take the code."""
    with st.popover("Code", icon=":material/code:", type="tertiary"):
        st.caption("The same figures in a notebook:")
        st.code(exploring.code(query, across), language="python")


def _parameters() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in exploring.NAMES if name in st.query_params}


def _many(label: str, key: str, options: list[str], current: tuple[str, ...], words: dict[str, str]) -> tuple[str, ...]:
    session.show_in(key, list(current))
    return tuple(st.multiselect(label, options, format_func=words.__getitem__, key=key, placeholder="Choose"))


def _one(label: str, key: str, options: list[str], current: str, words: dict[str, str]) -> str:
    session.show_in(key, current)
    return st.selectbox(label, options, format_func=words.__getitem__, key=key)


def _add_filter(chosen: Choice) -> None:
    """A form for one more cross-filter; those that are set stand as chips under the title."""
    with st.popover("Add a filter", icon=":material/filter_alt:", width="stretch"):
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
