"""The title row of a page with the global filter period · channel · reseller at its right. The choice lives in the URL.

    chosen = filters.head("Overview")
    result = cached.result(SalesQuery(("sales_eur_net",), ("month",), chosen.where, chosen.period, "prior_year"))

The URL wins: a shared link shows what its sender saw. Going to another page keeps the choice. A URL edited by hand into something that
can not be used is explained above the page, and the rest of it is used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from pages.components import cached, choosing, session
from pages.components.choosing import Choice, Known

NAMES = ("period", "channel", "reseller")


def head(title: str, lead: str = "") -> Choice:
    """Draw title and filters; returns the choice."""
    known, today = cached.known(session.scope()), date.today()
    choice, problems = choosing.read(_parameters(), known, today)
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.title(title, anchor=False)
            if lead:
                st.caption(lead)
        _period(choice, known, today)
        _channel(choice, known, today)
        _resellers(choice, known, today)
    for problem in problems:
        st.info(problem, icon=":material/link_off:")
    return choice


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
    """Write a choice into the URL; the run that follows reads it."""
    parameters = choosing.written(choice, known, today)
    session.remember("filters", parameters)
    for name in NAMES:
        if name in parameters:
            st.query_params[name] = parameters[name]
        elif name in st.query_params:
            del st.query_params[name]


def follow_click(choice: Choice, source: str, reseller: str | None) -> None:
    """A click on a reseller's row shows it alone. `source` names the table, so that one click is followed once."""
    if reseller is None or session.recall(f"clicked.{source}", None) == reseller:
        session.remember(f"clicked.{source}", reseller)
        return
    session.remember(f"clicked.{source}", reseller)
    choose(replace(choice, resellers=(reseller,)), cached.known(session.scope()), date.today())
    st.rerun()


def _period(choice: Choice, known: Known, today: date) -> None:
    options = choosing.period_options(known, today)
    current = choosing.period_text(choice.period)
    options = options if current in options else {current: current.replace("/", " – "), **options}
    help = "Choose, or type 2025, 2025-06, 2025-Q2, a day, or 2025-06-09/2025-06-15"
    key = f"filter_period_{current}"
    picked = st.selectbox(
        "Period",
        list(options),
        index=list(options).index(current),
        format_func=lambda text: options.get(text, text),
        key=key,
        label_visibility="collapsed",
        accept_new_options=True,
        width=185,
        placeholder=help,
    )
    if picked and picked != current:
        _choose_period(choice, picked, known, today)
        st.rerun()


def _choose_period(choice: Choice, text: str, known: Known, today: date) -> None:
    """What was typed goes into the URL as it is: the next run reads it, or says why it can not."""
    names = {name: text for text, name in choosing.period_options(known, today).items()}
    parameters = choosing.written(choice, known, today) | {"period": [names.get(text, text)]}
    session.remember("filters", parameters)
    st.query_params["period"] = parameters["period"]


def _channel(choice: Choice, known: Known, today: date) -> None:
    keys = list(choosing.CHANNELS)
    picked = st.selectbox(
        "Channel",
        keys,
        index=keys.index(choice.channel),
        format_func=choosing.CHANNELS.__getitem__,
        key=f"filter_channel_{choice.channel}",
        label_visibility="collapsed",
        width=185,
    )
    if picked != choice.channel:
        choose(replace(choice, channel=picked or ""), known, today)
        st.rerun()


def _resellers(choice: Choice, known: Known, today: date) -> None:
    label = ", ".join(choice.resellers) if choice.resellers else "All resellers"
    label = label if len(label) <= 24 else f"{len(choice.resellers)} resellers"
    with st.popover(label, width=185):
        picked = st.pills(
            "Resellers",
            known.resellers,
            selection_mode="multi",
            default=[name for name in choice.resellers if name in known.resellers],
            key=f"filter_resellers_{'|'.join(choice.resellers)}",
        )
    if set(picked) != set(choice.resellers):
        choose(replace(choice, resellers=tuple(name for name in known.resellers if name in picked)), known, today)
        st.rerun()
