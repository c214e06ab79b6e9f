"""Saved views of every page of figures: keeping its state under a name, opening one, and saying what changed since it was kept.

`filters.head` draws it: the popover `Views` beside the filters, and under them the line about the view that the address names.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from core.sales import saving
from core.sales.naming import name_period
from core.sales.saving import SavedView
from pages.components import cached, cached_analyses, cached_files, choosing, errors, frame, session, view_state
from pages.components.choosing import Choice
from pages.components.frame import plain
from pages.components.sections import ENTRIES
from pages.components.view_state import PARAMETER, World

PAGES = {entry.url: entry for entry in ENTRIES}
TURN, HERE = "views.turn", "page"


def arrive() -> None:
    """Before the filters are read: an address that names a view and nothing else (`?view=12`) shows that view."""
    if list(st.query_params) == [PARAMETER] and (one := _named()) is not None and one.state and one.page == _page():
        _remember_filters(one.state)
        for name, values in one.state.items():
            st.query_params[name] = values


def popover(chosen: Choice) -> None:
    """The views of this page and of others, and a form to keep this one. Nothing is read before it is opened."""
    _popover(chosen)


@st.fragment
def _popover(chosen: Choice) -> None:
    box = st.popover("Views", icon=":material/bookmark:", type="tertiary", key=f"views_{session.recall(TURN, 0)}", on_change="rerun")
    if box.open:
        with box, st.container(key="viewlist"), errors.boundary():
            _listed(saving.views(cached.database(), session.person()))
            if session.may_do("save_views"):
                form(chosen)
        frame.focus("viewlist")


def _listed(found: tuple[SavedView, ...]) -> None:
    here = [one for one in found if one.page == _page()]
    others = [one for one in found if one.page != _page() and one.page in PAGES]
    if not found:
        st.caption("No saved views yet. Give this one a name below; its address can be shared as it is, too.")
    for one in here:
        _line(one, _label(one))
    if others:
        st.caption("On other pages")
    for one in others:
        _line(one, f"{PAGES[one.page].title}: {_label(one)}")


def _label(one: SavedView) -> str:
    return one.name if one.own else f"{one.name} ({one.owner})"


def _line(one: SavedView, label: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        icon = ":material/group:" if one.shared else ":material/bookmark:"
        if st.button(plain(label), key=f"view_{one.id}", icon=icon, type="tertiary", width="stretch"):
            open_view(one)
        mine = one.own or (one.shared and session.person().role == "admin")
        if mine and _icon(f"Forget {plain(one.name)}", "delete", key=f"forget_{one.id}"):
            _forget(one)


def form(chosen: Choice, name: str = "") -> None:
    """A name, shared or not, for the state of the page; `name`: what is proposed."""
    with st.form(f"save_view_{session.recall(TURN, 0)}{'_as' if name else ''}", border=False):
        name = st.text_input("Save this view as", name, placeholder="Liberty by product", max_chars=saving.LONGEST_NAME)
        shared = st.checkbox("Share with everybody", help="Each person sees it with the resellers that they may see.")
        rolls = "period" not in st.query_params
        label = f"Keep to {name_period(chosen.period)}"
        fixed = rolls and st.checkbox(label, help="Otherwise the view follows the newest data, as this page does now.")
        if st.form_submit_button("Save", type="primary"):
            save(name, shared=shared, period=choosing.period_text(chosen.period) if fixed else "")


def save(name: str, *, shared: bool = False, period: str = "") -> None:
    """Keep the state of the address under a name; the page then shows that view."""
    _keep(name, view_state.kept(parameters(), period), shared=shared)


def _keep(name: str, state: dict[str, list[str]], *, shared: bool) -> None:
    kept = saving.save(cached.database(), session.person(), _page(), name, state, shared=shared)
    session.remember(TURN, session.recall(TURN, 0) + 1)
    session.notify(f"Saved “{plain(name.strip())}”. It stands under Views; its address can be shared.")
    _go(state, kept)


def open_view(one: SavedView) -> None:
    """Lead to the view's page in its state."""
    session.remember(TURN, session.recall(TURN, 0) + 1)
    _remember_filters(one.state)
    st.switch_page(PAGES[one.page].file, query_params={**one.state, PARAMETER: str(one.id)})


def _go(state: dict[str, list[str]], view_id: int | None) -> None:
    """The same page with another state."""
    _remember_filters(state)
    address: dict[str, Any] = {**state, **({PARAMETER: str(view_id)} if view_id is not None else {})}
    st.switch_page(PAGES[_page()].file, query_params=address)


def _forget(one: SavedView) -> None:
    saving.remove(cached.database(), session.person(), one.id)
    session.remember(TURN, session.recall(TURN, 0) + 1)
    session.notify(f"“{plain(one.name)}” is forgotten.")
    if st.query_params.get(PARAMETER) == str(one.id):
        del st.query_params[PARAMETER]
    st.rerun()


# The line about the opened view ---------------------------------------------------------------------------------------


def line(chosen: Choice) -> None:
    """Which view is shown, at which data it was saved, what changed since, what of it does not work any more and the way out."""
    if PARAMETER not in st.query_params:
        return
    one = _named()
    if one is None or one.page != _page():
        st.info("The saved view of this address does not exist any more, or is not shared with you.", icon=":material/bookmark_remove:")
        return
    world = World(cached.known(session.scope()), date.today(), cached.fiscal_calendar(), cached_files.product_names())
    problems, now = view_state.broken(one.page, one.state, world), view_state.kept(parameters())
    with st.container(key="view_line", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/bookmark: **{plain(_label(one))}** &ensp; {plain(_since(one, chosen))}{_withheld(one)}", width="stretch")
        if problems:
            _way_out(one, world)
        elif (
            one.own
            and not view_state.same(one.page, now, one.state, world)
            and st.button("Save changes", key="view_update", type="tertiary")
        ):
            _keep(one.name, now, shared=one.shared)
        if _icon("Close this view; the page stays as it is", "close", key="view_close"):
            del st.query_params[PARAMETER]
            st.rerun()
    if problems:
        told = " ".join(plain(problem) for problem in problems if problem.startswith("There is no product"))
        ask = "" if one.own else f" Ask {plain(one.owner)} to mend it, or save it under a name of your own."
        st.info(f"Parts of this saved view can not be shown any more. {told}{ask}".strip(), icon=":material/build:")


def _icon(label: str, icon: str, *, key: str) -> bool:
    """A button whose words are heard, and seen on hover."""
    return st.button(label, key=key, icon=f":material/{icon}:", type="tertiary", help=label)


def _way_out(one: SavedView, world: World) -> None:
    if one.own and st.button("Keep what still works", key="view_repair", icon=":material/build:", type="tertiary"):
        _keep(one.name, view_state.repaired(one.page, one.state, world), shared=one.shared)
    if one.own and st.button("Forget it", key="view_forget", icon=":material/delete:", type="tertiary"):
        _forget(one)


def _since(one: SavedView, chosen: Choice) -> str:
    now = cached.version()
    changed = ()
    if one.data_version is not None and one.data_version != now:
        changed = cached_analyses.restated_since(session.scope(), chosen.period, one.saved_at)
    return view_state.since_saved(one.saved_at, one.data_version, now, changed)


def _withheld(one: SavedView) -> str:
    """That something was left out, never what."""
    if not one.withheld:
        return ""
    return " It was made for resellers or stores that you do not see; they are left out, and what is shown is of those you see."


def _named() -> SavedView | None:
    number = st.query_params.get(PARAMETER, "")
    return saving.view(cached.database(), session.person(), int(number)) if number.isdecimal() and len(number) < 18 else None


def _page() -> str:
    return session.recall(HERE, "")


def parameters() -> dict[str, list[str]]:
    """Everything that the address states."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _remember_filters(state: dict[str, list[str]]) -> None:
    """What another page would take over, so that the address alone decides."""
    session.remember("filters", {name: state[name] for name in choosing.NAMES if name in state})
