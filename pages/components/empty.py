"""Empty states: what is not here yet, and what to do next."""

from __future__ import annotations

import streamlit as st

from core.people.permissions import may
from core.sales.query import Result
from pages.components import cached, frame, session
from pages.components.choosing import Choice
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
    """For pages that show figures while nothing is loaded."""
    say("No sales loaded yet", "Load a vendor's file and its figures appear here. Nothing is stored before you say so.")
    link("upload", "Load the first file")


def nothing_sold(result: Result) -> bool:
    """No line stands behind the totals: not one figure has a value, and no money waits for a rate of exchange."""
    return all(value is None for value in result.totals.values()) and all(c.kind != "not_converted" for c in result.caveats)


def no_sales_in(choice: Choice) -> None:
    """For pages whose filter leaves nothing: say so and how to see more; nothing loaded at all is said differently."""
    if cached.known(session.scope()).through is None:
        no_sales()
        return
    say("Nothing sold here", f"No sales are loaded for {choice.words}. Choose another period, channel or reseller above.")
    link("coverage", "See what is loaded")
