"""The left navigation: sections filtered by role, badge counts, the account at its foot; and the footer of every page."""

from __future__ import annotations

from itertools import groupby

import streamlit as st
from streamlit.navigation.page import Page

from core.people.permissions import Person
from pages.components import cached, cached_analyses, empty, frame, sections, session, sign_in
from pages.components.sections import Entry

HOME = "overview"


def choose(person: Person) -> Page:
    """Draw the navigation and return the page of this URL. `/` leads to the overview."""
    frame.brand(cached.settings().brand)
    counts = cached.attention(session.scope()) | cached_analyses.odd(person.username)
    entries = sections.entries_for(person)
    pages = {entry.url: _page(entry, counts.get(entry.counts or "", 0)) for entry in entries}
    grouped = {name: [pages[entry.url] for entry in group] for name, group in groupby(entries, key=lambda entry: entry.section)}
    home = pages.get(HOME) or next(iter(pages.values()))
    start = st.Page(lambda: st.switch_page(home), title="Start", url_path="start", default=True, visibility="hidden")
    closed = [_closed(entry) for entry in sections.ENTRIES if entry not in entries and entry.path.is_file()]
    chosen = st.navigation({"": [start, *closed], **grouped}, expanded=True)
    _draw_account(person)
    return chosen


def keep_address() -> None:
    """For strangers: know every address, so that a deep link survives signing in, but give away no title and run nothing."""
    start = st.Page(_nothing, title="Sign in", url_path="start", default=True)
    pages = [st.Page(_nothing, title="Sign in", url_path=entry.url) for entry in sections.ENTRIES]
    st.navigation([start, *pages], position="hidden")


def _nothing() -> None:
    """Never run: what a stranger's addresses stand for until somebody has signed in."""


def _page(entry: Entry, count: int) -> Page:
    title = f"{entry.title} :orange-badge[{count}]" if count else entry.title
    return st.Page(entry.path, title=title, icon=f":material/{entry.icon}:", url_path=entry.url, help=entry.help)


def _closed(entry: Entry) -> Page:
    """What stands at the address of a page that the person may not open: nothing of it, but where to go."""

    def say() -> None:
        frame.head(entry.title)
        empty.say("This page is not open to you", "Your account does not include it. An administrator can change that under People.")
        empty.link(HOME, "Go to the overview")

    return st.Page(say, title=entry.title, url_path=entry.url, visibility="hidden")


def _draw_account(person: Person) -> None:
    with st.sidebar, st.popover(person.name, icon=":material/account_circle:", type="tertiary"):
        st.caption(f"{person.username} · {person.role}" + ("" if person.scope is None else " · some resellers"))
        st.button("Sign out", icon=":material/logout:", on_click=sign_in.sign_out, key="sign_out")


def draw_footer() -> None:
    frame.footer(cached.footer(session.scope()))
