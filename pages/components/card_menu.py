"""The quiet “⋯” of a card: explore the same question, ask why, trace it to the files, take the figures away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from core.sales import files
from core.sales.measures import MEASURES
from core.sales.naming import name_list, name_period
from core.sales.query import Period, Result, SalesQuery
from pages.components import choosing, exploring, frame, session, source_rows
from pages.components.choosing import Choice, Known
from pages.components.exploring import View
from pages.components.sections import ENTRIES

FILES = {entry.url: entry.file for entry in ENTRIES}
CHANNEL_WORDS = {"stores": " in stores", "reseller-online": " online at resellers", "own-shop": " in the own web shop"}


@contextmanager
def card(title: str, lead: str, menu: Menu) -> Iterator[None]:
    """A card with the menu at the right of its title."""
    with frame.card():
        with st.container(horizontal=True, key=f"cardhead_{menu.key}", vertical_alignment="top", gap="small"):
            st.html(
                f'<div class="card-title">{frame.escaped(title)}</div><div class="card-sub">{frame.escaped(lead)}</div>', width="stretch"
            )
            menu.draw()
        yield


class Menu:
    """What one card's menu does. `result`: the figures the card shows; `chosen`: the filter of the page; `show`: how Explore begins."""

    def __init__(self, key: str, result: Result, chosen: Choice, known: Known, *, show: exploring.Show = "table") -> None:
        self.key, self.result, self.chosen, self.known, self.show = key, result, chosen, known, show

    def draw(self) -> None:
        with st.popover("", icon=":material/more_horiz:", type="tertiary", help="Explore, ask why, trace to source, export"):
            if st.button("Explore", icon=":material/pivot_table_chart:", type="tertiary", key=f"explore_{self.key}"):
                st.switch_page(FILES["explore"], query_params=parameters(self.result.query, self.chosen, self.known, self.show))
            if session.may_do("ask") and st.button("Ask why", icon=":material/chat_bubble:", type="tertiary", key=f"why_{self.key}"):
                session.remember("chat.asked", why(self.result.query.measures[0], self.chosen))
                st.switch_page(FILES["chat"])
            source_rows.button(self.result, key=self.key)
            st.download_button(
                "Export CSV",
                lambda: files.csv_bytes(self.result),
                f"{self.key}-{choosing.period_text(self.chosen.period).replace('/', '-')}.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                type="tertiary",
                key=f"csv_{self.key}",
            )


def parameters(query: SalesQuery, chosen: Choice, known: Known, show: exploring.Show = "table") -> Mapping[str, Sequence[str]]:
    """The parameters of Explore's URL that ask the same question; the period is always stated, so that the link stays what it was."""
    view = View(query.measures, query.by, limit=query.limit or 0, show=show)
    compare = str(query.compare) if isinstance(query.compare, Period) else query.compare or ""
    own = tuple(one for one in query.where if one not in chosen.where)
    period = query.period or chosen.period
    asked = replace(chosen, period=period, compare=compare, alike=query.like_for_like or "", filters=(*chosen.filters, *own))
    bar = {"period": [choosing.period_text(period)], **choosing.written(asked, known, chosen.period.end)}
    return {**exploring.written(view), **bar}


def why(measure: str, chosen: Choice) -> str:
    """`Why did net revenue at Liberty change in Jan–May 2025 against last year?`"""
    label = MEASURES[measure].label
    name = label if label.isupper() else label[:1].lower() + label[1:]
    who = f" at {name_list(chosen.resellers, len(chosen.resellers))}" if chosen.resellers else ""
    return f"Why did {name}{who} change{CHANNEL_WORDS.get(chosen.channel, '')} in {name_period(chosen.period)} against last year?"
