"""The title row of a page with the global filter period · channel · reseller at its right. The choice lives in the URL.

    chosen = filters.head("Overview")
    result = cached.result(SalesQuery(("sales_eur_net",), ("month",), chosen.where, chosen.period, "prior_year"))

The URL wins: a shared link shows what its sender saw. Going to another page keeps the choice. A URL edited by hand into something that
can not be used is explained above the page, and the rest of it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from core.errors import BadQuestion
from core.sales.naming import name_period
from core.sales.query import Period, parse_period
from pages.components import cached, choosing, session
from pages.components.choosing import Choice, Known
from pages.components.frame import plain

NAMES = ("period", "channel", "reseller")


def head(title: str, lead: str = "") -> Choice:
    """Draw title and filters; returns the choice."""
    known, today = cached.known(session.scope()), date.today()
    choice, problems = choosing.read(_parameters(), known, today, cached.fiscal_calendar())
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.title(title, anchor=False)
            if lead:
                st.caption(lead)
        picked = Choice(_period(choice, known, today), _channel(choice), _resellers(choice, known))
    explain(problems)
    if picked != choice:
        choose(picked, known, today)
    return picked


def explain(problems: Sequence[str]) -> None:
    """What of a hand-edited URL can not be used."""
    if problems:
        st.info("  \n".join(plain(problem) for problem in problems), icon=":material/link_off:")


def _parameters() -> dict[str, list[str]]:
    """Of the URL; on a page reached through the navigation, which drops them, those of before are put back."""
    here = {name: st.query_params.get_all(name) for name in NAMES if name in st.query_params}
    if not here:
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


def follow_click(choice: Choice, source: str, reseller: str | None) -> None:
    """A click on a reseller's row shows it alone. `source` names the table, so that one click is followed once."""
    _follow(choice, source, reseller, lambda name: replace(choice, resellers=(name,)))


def follow_channel(choice: Choice, source: str, row: tuple[str, str] | None) -> None:
    """A click on a row of (source, channel) shows that channel alone, once."""
    _follow(choice, source, row and choosing.channel_of(*row), lambda channel: replace(choice, channel=channel))


def _follow(choice: Choice, source: str, clicked: str | None, narrowed: Callable[[str], Choice]) -> None:
    before = session.recall(f"clicked.{source}", None)
    session.remember(f"clicked.{source}", clicked)
    if clicked is not None and clicked != before and narrowed(clicked) != choice:
        choose(narrowed(clicked), cached.known(session.scope()), date.today())
        st.rerun()


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
