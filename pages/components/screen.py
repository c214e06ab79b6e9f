"""How wide the screen is, as far as a page must know: tables are drawn where no style sheet reaches."""

from __future__ import annotations

import streamlit as st

from pages.components import session

NAME = 132  # pixels of the names at the left of a table on a narrow screen: figures stand beside them
SCRIPT = """export default function ({ data, setStateValue }) {
  const narrow = window.matchMedia("(max-width: 640px)").matches;
  if (narrow !== data) setStateValue("narrow", narrow);
}"""


def watch() -> None:
    """Learn whether the screen is narrow; a narrow one draws its first page twice, a wide one says nothing."""
    with st.container(key="unseen_screen"):
        watched = st.components.v2.component("workbench_screen", js=SCRIPT)
        answer = watched(data=is_narrow(), key="screen", on_narrow_change=lambda: None)
    if answer.narrow is not None:
        session.remember("screen.narrow", bool(answer.narrow))


def is_narrow() -> bool:
    """Whether this browser's screen is as wide as a telephone's."""
    return session.recall("screen.narrow", False)


def name_width() -> int | None:
    """Of the column of names; None: as wide as they are."""
    return NAME if is_narrow() else None
