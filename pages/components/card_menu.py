"""The quiet “⋯” of a card: explore the same question, ask about it, keep it, send it, go on in a notebook, trace it, take it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import polars as pl
import streamlit as st

from core.people.permissions import Action
from core.sales.query import Period, Result, SalesQuery
from core.sales.shown import Shown, of_result
from pages.components import cached, choosing, errors, exploring, frame, session, source_rows, view_actions
from pages.components.choosing import Choice, Known
from pages.components.exploring import View
from pages.components.view_actions import FILES, MakeReport

EXPLORE = "explore"
PLAIN = ("send",)  # left out where the result's question is not all that is seen: a report would show less
ACTIONS: Mapping[str, tuple[str, str, Action]] = {  # label, icon, who may
    EXPLORE: ("Explore", "pivot_table_chart", "see_sales"),
    "ask": ("Ask about this", "chat_bubble", "ask"),
    "save": ("Save this view", "bookmark_add", "save_views"),
    "send": ("Send as report", "send", "edit_reports"),
    "notebook": ("Open in notebook", "code", "see_sales"),
    "trace": ("Trace to source", "account_tree", "see_sales"),
}


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


def beside(result: Result, title: str, columns: Sequence[str], more: Mapping[str, Sequence[str]]) -> Shown:
    """The columns of a result that a table shows, and the texts that stand beside them, by heading."""
    seen = of_result(result, title, columns, cached.fiscal_calendar())
    return replace(seen, frame=seen.frame.with_columns(pl.Series(name, texts, dtype=pl.String) for name, texts in more.items()))


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
    turn = session.recall(_name(menu, "turn"), 0)
    key = f"menu_{menu.key}" + (f"_{turn}" if turn else "")  # a menu of another key is closed: what was chosen opens without it
    label = f"Menu: {frame.plain(menu.name)}"  # heard, not seen
    box = st.popover(label, icon=":material/more_horiz:", type="tertiary", help="More", key=key, on_change="rerun")
    if box.open:
        with box, st.container(key=f"menulist_{menu.key}", gap=None), errors.boundary():
            _choices(menu)
        frame.focus(f"menulist_{menu.key}")
    action = session.recall(_name(menu, "action"), "")
    session.forget(_name(menu, "action"))
    if action:
        with errors.boundary():
            _act(menu, action)
        frame.give_back_focus(key)


def _choices(menu: Menu) -> None:
    for action, (label, icon, allowed) in ACTIONS.items():
        if action not in menu.leave_out and session.may_do(allowed):
            key = f"{action}_{menu.key}"
            st.button(label, icon=f":material/{icon}:", type="tertiary", key=key, on_click=_choose, args=(menu, action))
    view_actions.exports(menu.seen, f"{menu.key}-{choosing.period_text(menu.chosen.period).replace('/', '-')}", menu.key)


def _choose(menu: Menu, action: str) -> None:
    """Close the menu and do it in the run that follows."""
    session.remember(_name(menu, "action"), action)
    session.remember(_name(menu, "turn"), session.recall(_name(menu, "turn"), 0) + 1)


def _name(menu: Menu, part: str) -> str:
    return f"menu.{menu.key}.{part}"


def _act(menu: Menu, action: str) -> None:
    query = menu.result.query
    match action:
        case "explore":
            st.switch_page(FILES["explore"], query_params=parameters(query, menu.chosen, menu.known, menu.show))
        case "ask":
            view_actions.ask(query)
        case "save":
            view_actions.save_dialog(menu.name, menu.chosen)
        case "send":
            view_actions.report_dialog(menu.name, query, menu.chosen, menu.report or view_actions.report_of(query))
        case "notebook":
            view_actions.notebook_dialog(view_actions.code(query, session.scope(), menu.result.data_version, menu.code))
        case "trace":
            source_rows.dialog(menu.result, query.measures[0])


def parameters(query: SalesQuery, chosen: Choice, known: Known, show: exploring.Show = "table") -> Mapping[str, Sequence[str]]:
    """The parameters of Explore's URL that ask the same question; the period is always stated, so that the link stays what it was."""
    view = View(query.measures, query.by, limit=query.limit or 0, show=show)
    compare = str(query.compare) if isinstance(query.compare, Period) else query.compare or ""
    own = tuple(one for one in query.where if one not in chosen.where)
    period = query.period or chosen.period
    asked = replace(chosen, period=period, compare=compare, alike=query.like_for_like or "", filters=(*chosen.filters, *own))
    bar = {"period": [choosing.period_text(period)], **choosing.written(asked, known, chosen.period.end)}
    return {**exploring.written(view), **bar}
