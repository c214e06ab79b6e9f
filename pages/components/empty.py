"""Empty states: what is not here yet, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from core.people.permissions import may
from core.sales.dimensions import find_dimension
from core.sales.naming import name_day, name_list, name_period
from core.sales.query import Filter, Result, SalesQuery
from core.sales.suggesting import nearest_names
from pages.components import cached, choosing, filters, frame, session
from pages.components.choosing import Choice, Known
from pages.components.sections import ENTRIES


def say(title: str, text: str, *, url: str | None = None, label: str = "") -> None:
    """A quiet box: what is missing, one sentence what to do, and (with `url` of a page the person may open) a link to do it."""
    st.html(f'<div class="empty"><b>{frame.escaped(title)}</b><p>{frame.escaped(text)}</p></div>')
    if url:
        link(url, label)


def link(url: str, label: str, icon: str = ":material/arrow_forward:", query: dict[str, str] | None = None) -> None:
    """A link to one of the workbench's pages, drawn only when the person may open it. `query`: parameters of its URL."""
    entry = next((entry for entry in ENTRIES if entry.url == url), None)
    if entry and entry.path.is_file() and may(session.person(), entry.action):
        st.page_link(entry.file, label=label, icon=icon, query_params=query)


def no_sales() -> None:
    """For pages that show figures while nothing is loaded, or nothing that this person may see."""
    if session.scope() is not None:
        own = cached.known(session.scope()).resellers
        text = f"You see {name_list(own)}, and no file of theirs is loaded." if own else "No reseller is open to you yet."
        say("Nothing to see yet", f"{text} An administrator can open more under People.")
        return
    say("No sales loaded yet", "Load a vendor's file and its figures appear here. Nothing is stored before you say so.")
    link("upload", "Load the first file")


def no_files(title: str, text: str) -> None:
    """For pages about files while none is loaded, or none that this person may see."""
    if session.scope() is not None:
        no_sales()
        return
    say(title, text, url="upload", label="Load the first file")


def nothing_sold(result: Result) -> bool:
    """No line stands behind the totals: not one figure has a value, and no money waits for a rate of exchange."""
    return all(value is None for value in result.totals.values()) and all(c.kind != "not_converted" for c in result.caveats)


def no_sales_in(choice: Choice) -> None:
    """For pages whose filter leaves nothing: say why and offer the ways out; nothing loaded at all is said differently."""
    known, today = cached.known(session.scope()), date.today()
    if known.through is None or known.since is None:
        no_sales()
        return
    say("Nothing sold here", " ".join([f"No sales are loaded for {choice.words}.", _reach(choice, known), *map(_unknown, choice.filters)]))
    with st.container(horizontal=True, key="ways_out", gap="small", vertical_alignment="center"):
        if choice.filters:
            _way_out("Take the filters away", "filters", replace(choice, filters=()), known, today)
        if choice.channel or choice.resellers:
            _way_out("All channels and resellers", "places", replace(choice, channel="", resellers=()), known, today)
        newest = choosing.default_period(known, today)
        if choice.period != newest:
            _way_out(f"Show {name_period(newest)}", "period", replace(choice, period=newest), known, today)
        link("coverage", "See what is loaded")


def _way_out(label: str, key: str, choice: Choice, known: Known, today: date) -> None:
    st.button(label, key=f"way_{key}", on_click=filters.choose, args=(choice, known, today))


def _reach(choice: Choice, known: Known) -> str:
    if known.since is None or known.through is None or choice.period.end < known.since:
        return f"The first data is of {name_day(known.since)}." if known.since else ""
    return f"The newest data is of {name_day(known.through)}." if choice.period.start > known.through else ""


def _unknown(one: Filter) -> str:
    """Of a filter on something that no sale names (any more): what comes near it."""
    found = cached.result(SalesQuery(("lines",), (one.dimension,)), session.scope()).frame[one.dimension].to_list()
    names = {str(name): str(name) for name in found}
    gone = [value for value in one.values if value and value not in names]
    if not gone or one.exclude:
        return ""
    near = nearest_names(gone[0], names)
    title = find_dimension(one.dimension).title.lower()
    return f"No sale names the {title} “{gone[0]}”." + (f" Near it: {name_list(near)}." if near else "")
