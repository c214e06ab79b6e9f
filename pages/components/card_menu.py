"""The quiet “⋯” of a card: explore the same question, ask about it, keep it, send it, go on in a notebook, trace it, take it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from core.sales.query import Period, Result, SalesQuery
from core.sales.shown import Shown, of_result
from pages.components import cached, choosing, errors, exploring, frame, session, source_rows, view_actions
from pages.components.choosing import Choice, Known
from pages.components.exploring import View
from pages.components.view_actions import FILES, MakeReport

EXPLORE = "explore"


@contextmanager
def card(title: str, lead: str, menu: Menu) -> Iterator[None]:
    """A card with the menu at the right of its title."""
    menu.title = menu.title or title
    with frame.card():
        with st.container(horizontal=True, key=f"cardhead_{menu.key}", vertical_alignment="top", gap="small"):
            st.html(
                f'<div class="card-title">{frame.escaped(title)}</div><div class="card-sub">{frame.escaped(lead)}</div>', width="stretch"
            )
            menu.draw()
        yield


class Menu:
    """What one card's menu does. `result`: the figures the card shows; `chosen`: the filter of the page; `show`: how Explore begins.

    `shown`: the table as the card shows it, where that is more than the result (made when it is taken away, if it is a function);
    `code`: the notebook's line for an analysis (`wb.pareto(…)`), or all of its code; `leave_out`: actions without a place here; `report`: the report of the view, where it is not the result's question.
    Nothing of it is made before the menu is opened: opening and choosing run this menu alone, not the page.
    """

    def __init__(
        self,
        key: str,
        result: Result,
        chosen: Choice,
        known: Known,
        *,
        show: exploring.Show = "table",
        shown: Shown | Callable[[], Shown] | None = None,
        code: str = "",
        report: MakeReport | None = None,
        title: str = "",
        leave_out: tuple[str, ...] = (),
    ) -> None:
        self.key, self.result, self.chosen, self.known, self.show = key, result, chosen, known, show
        self.shown, self.code, self.report, self.title, self.leave_out = shown, code, report, title, leave_out

    def draw(self) -> None:
        _draw(self)

    def seen(self) -> Shown:
        """The table to take away."""
        if self.shown is None:
            return of_result(self.result, self.title or exploring.title(self.result.query), calendar=cached.fiscal_calendar())
        return self.shown if isinstance(self.shown, Shown) else self.shown()

    @property
    def name(self) -> str:
        """What a view, report or file of it is called at first."""
        return self.title or exploring.title(self.result.query)


@st.fragment
def _draw(menu: Menu) -> None:
    box = st.popover(
        "",
        icon=":material/more_horiz:",
        type="tertiary",
        help="Explore, ask, save, send, notebook, source, export",
        key=f"menu_{menu.key}",
        on_change="rerun",
    )
    if box.open:
        with box, st.container(key=f"menulist_{menu.key}", gap=None), errors.boundary():
            _choices(menu)


def _choices(menu: Menu) -> None:
    query = menu.result.query
    if EXPLORE not in menu.leave_out and _choice("Explore", "pivot_table_chart", "explore", menu):
        st.switch_page(FILES["explore"], query_params=parameters(query, menu.chosen, menu.known, menu.show))
    if session.may_do("ask") and _choice("Ask about this", "chat_bubble", "ask", menu):
        view_actions.ask(query)
    if session.may_do("save_views") and _choice("Save this view", "bookmark_add", "save", menu):
        view_actions.save_dialog(menu.name, menu.chosen)
    if session.may_do("edit_reports") and _choice("Send as report", "send", "send", menu):
        view_actions.report_dialog(menu.name, query, menu.chosen, menu.report or view_actions.report_of(query))
    if _choice("Open in notebook", "code", "notebook", menu):
        view_actions.notebook_dialog(view_actions.code(query, session.scope(), menu.result.data_version, menu.code))
    source_rows.button(menu.result, key=menu.key)
    view_actions.exports(menu.seen, f"{menu.key}-{choosing.period_text(menu.chosen.period).replace('/', '-')}", menu.key)


def _choice(label: str, icon: str, action: str, menu: Menu) -> bool:
    return st.button(label, icon=f":material/{icon}:", type="tertiary", key=f"{action}_{menu.key}")


def parameters(query: SalesQuery, chosen: Choice, known: Known, show: exploring.Show = "table") -> Mapping[str, Sequence[str]]:
    """The parameters of Explore's URL that ask the same question; the period is always stated, so that the link stays what it was."""
    view = View(query.measures, query.by, limit=query.limit or 0, show=show)
    compare = str(query.compare) if isinstance(query.compare, Period) else query.compare or ""
    own = tuple(one for one in query.where if one not in chosen.where)
    period = query.period or chosen.period
    asked = replace(chosen, period=period, compare=compare, alike=query.like_for_like or "", filters=(*chosen.filters, *own))
    bar = {"period": [choosing.period_text(period)], **choosing.written(asked, known, chosen.period.end)}
    return {**exploring.written(view), **bar}
