"""The title row of a page with the global choice period · comparison · channel · reseller at its right, and the cross-filters as chips below.
The choice lives in the URL.

    chosen = filters.head("Overview")
    result = cached.result(SalesQuery(("sales_eur_net",), ("month",), chosen.where, chosen.period, chosen.comparison), session.scope())
    filters.narrow(chosen, "overview.products", "product", charts.draw(spec, key="products", select=True))

The URL wins: a shared link shows what its sender saw. Going to another page keeps the choice. A URL edited by hand into something that
can not be used is explained above the page, and the rest of it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from core.errors import BadQuestion
from core.sales.charts import moment_end, name_moment
from core.sales.dimensions import DIMENSIONS
from core.sales.naming import name_period
from core.sales.query import Period, Result, parse_period
from pages.components import cached, choosing, saved_views, session
from pages.components.choosing import Choice, Known
from pages.components.frame import plain

NAMES = choosing.NAMES
OTHER_PERIOD = "another"


def head(title: str, lead: str = "", *, compare: bool = True) -> Choice:
    """Draw title and filters; returns the choice. `compare` False: the page compares in a way of its own, so the bar offers none."""
    saved_views.arrive()
    known, today = cached.known(session.scope()), date.today()
    choice, problems = choosing.read(_parameters(), known, today, cached.fiscal_calendar())
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.title(title, anchor=False)
            if lead:
                st.caption(lead)
        picked = replace(choice, period=_period(choice, known, today))
        picked = _comparison(picked) if compare else picked
        picked = replace(picked, channel=_channel(choice), resellers=_resellers(choice, known))
        saved_views.popover(picked)
    with st.container(key="told"):  # always there, so that nothing below it moves to another place when a filter comes or goes
        saved_views.line(picked)
        explain(problems)
        if picked != choice:
            choose(picked, known, today)
        _stated(picked)  # not before the address says it: a run may end here, as somebody has clicked on
        _chips(picked, known, today)
    return picked


def _stated(picked: Choice) -> None:
    """What the address says from now on, for each part of the bar."""
    session.stated("filter_period", choosing.period_text(picked.period))
    session.stated("filter_compare", picked.compare if picked.compare in choosing.COMPARISONS else OTHER_PERIOD)
    session.stated("filter_compare_period", "" if picked.compare in choosing.COMPARISONS else picked.compare)
    for key, value in (("alike", picked.alike), ("channel", picked.channel), ("resellers", list(picked.resellers))):
        session.stated(f"filter_{key}", value)


def explain(problems: Sequence[str]) -> None:
    """What of a hand-edited URL can not be used."""
    if problems:
        st.info("  \n".join(plain(problem) for problem in problems), icon=":material/link_off:")


def _parameters() -> dict[str, list[str]]:
    """Of the URL; on a page reached through the navigation, which drops them, those of before are put back. An address that loses them
    while the page stays (back in the browser) says what it says."""
    here = {name: st.query_params.get_all(name) for name in NAMES if name in st.query_params}
    if session.entered() and not here:
        here = session.recall("filters", {})
        for name, values in here.items():
            st.query_params[name] = values
    session.remember("filters", here)
    return here


def choose(choice: Choice, known: Known, today: date) -> None:
    """Write a choice into the URL."""
    parameters = choosing.written(choice, known, today)
    session.remember("filters", parameters)
    for name in NAMES:
        if name in parameters:
            st.query_params[name] = parameters[name]
        elif name in st.query_params:
            del st.query_params[name]


def narrow(choice: Choice, source: str, dimension: str, value: str | None) -> None:
    """Follow a click on a figure of `value` once: the whole page then shows it alone, and the same click again takes that away. `source`
    names the chart or table, so that one click is followed once. `value` None: nothing is chosen there."""
    _follow(source, value, lambda clicked: choosing.narrowed(choice, dimension, clicked), choice)


def follow_channel(choice: Choice, source: str, row: tuple[str, str] | None) -> None:
    """A click on a row of (source, channel) shows that channel alone, once."""
    _follow(
        source,
        row and choosing.channel_of(*row),
        lambda channel: replace(choice, channel="" if choice.channel == channel else channel),
        choice,
    )


def follow_moment(choice: Choice, source: str, result: Result, clicked: str | None) -> None:
    """A click on a moment of a chart over time (its text) shows that month, quarter or week alone, once."""
    time = next((name for name in result.query.by if DIMENSIONS[name].kind == "date"), None)
    if time is None:
        return
    days = {name_moment(day, time): day for day in result.frame[time].drop_nulls()}
    spans = {text: Period(day, moment_end(day, time)) for text, day in days.items()}
    _follow(source, clicked if clicked in spans else None, lambda text: replace(choice, period=spans[text]), choice)


def _follow(source: str, clicked: str | None, changed: Callable[[str], Choice], choice: Choice) -> None:
    before, seen = session.recall(f"clicked.{source}", (None, choice))
    session.remember(f"clicked.{source}", (clicked, choice))
    if seen != choice:  # the place that is marked held another value when it was clicked, or was left by going back
        return
    if clicked is not None and clicked != before and changed(clicked) != choice:
        choose(changed(clicked), cached.known(session.scope()), date.today())
        st.rerun()


def _chips(choice: Choice, known: Known, today: date) -> None:
    """Each value of a cross-filter as a button that takes it away, and one that takes all away."""
    if not choice.filters:
        return
    with st.container(horizontal=True, key="chips", gap="small"):
        for one in choice.filters:
            for value in one.values:
                told = choosing.filter_words(replace(one, values=(value,)))
                st.button(
                    plain(told),
                    key=f"chip_{one.dimension}_{one.exclude}_{value}",
                    icon=":material/close:",
                    help="Take this filter away",
                    on_click=choose,
                    args=(choosing.without(choice, one.dimension, value, one.exclude), known, today),
                )
        st.button("Clear", key="chips_clear", type="tertiary", on_click=choose, args=(replace(choice, filters=()), known, today))


def _comparison(choice: Choice) -> Choice:
    """What is compared with, and over what: a popover that says both."""
    label = choosing.COMPARISONS.get(choice.compare) or f"vs {name_period(parse_period(choice.compare))}"
    with st.popover(f"{label} · {choosing.ALIKE[choice.alike].lower()}" if choice.like_for_like else label, width=185):
        compare = _compare(choice)
        session.show_in("filter_alike", choice.alike)
        alike = st.segmented_control(
            "Compare over",
            list(choosing.ALIKE),
            format_func=choosing.ALIKE.__getitem__,
            key="filter_alike",
            required=True,
            disabled=not compare,
            help="Like for like keeps to the stores, or products, that both periods cover and that were there in all of both.",
        )
    return replace(choice, compare=compare, alike=alike)


def _compare(choice: Choice) -> str:
    """A comparison of the list, or with a period of its own."""
    options = {**choosing.COMPARISONS, OTHER_PERIOD: "vs another period"}
    session.show_in("filter_compare", choice.compare if choice.compare in options else OTHER_PERIOD)
    picked = st.radio("Compare", list(options), format_func=options.__getitem__, key="filter_compare")
    if picked != OTHER_PERIOD:
        return picked
    session.show_in("filter_compare_period", "" if choice.compare in options else choice.compare)
    text = st.text_input("Period to compare with", key="filter_compare_period", placeholder="2024-05, 2024-Q2, 2024-05-01/2024-05-24")
    try:
        return choosing.period_text(parse_period(text, cached.fiscal_calendar())) if text else choice.compare
    except BadQuestion as error:
        st.caption(plain(error.message))
        return choice.compare


def _period(choice: Choice, known: Known, today: date) -> Period:
    """A period of the list, or one typed: 2025, 2025-06, 2025-Q2, a day, 2025-06-09/2025-06-15."""
    options = choosing.period_options(known, today)
    current = choosing.period_text(choice.period)
    options = options if current in options else {current: name_period(choice.period), **options}
    session.show_in("filter_period", current)
    picked = st.selectbox(
        "Period",
        list(options),
        format_func=lambda text: options.get(text, text),
        key="filter_period",
        label_visibility="collapsed",
        accept_new_options=True,
        width=185,
    )
    named = {name.casefold(): text for text, name in options.items()}
    typed = named.get((picked or current).casefold(), picked or current)
    try:
        return parse_period(typed, cached.fiscal_calendar())
    except BadQuestion as error:
        st.toast(error.message, icon=":material/event_busy:")
        return choice.period


def _channel(choice: Choice) -> str:
    session.show_in("filter_channel", choice.channel)
    return st.selectbox(
        "Channel",
        list(choosing.CHANNELS),
        format_func=choosing.CHANNELS.__getitem__,
        key="filter_channel",
        label_visibility="collapsed",
        width=185,
    )


def _resellers(choice: Choice, known: Known) -> tuple[str, ...]:
    session.show_in("filter_resellers", list(choice.resellers))
    label = ", ".join(choice.resellers) if choice.resellers else "All resellers"
    with st.popover(label if len(label) <= 24 else f"{len(choice.resellers)} resellers", width=185):
        picked = st.pills("Resellers", known.resellers, selection_mode="multi", key="filter_resellers")
    return tuple(name for name in known.resellers if name in (picked or ()))
