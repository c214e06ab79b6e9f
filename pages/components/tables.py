"""Small tables of our own rows: checks, lists. For sales figures use `results`."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import streamlit as st

from core.status import Check
from pages.components import cached
from pages.components.frame import escaped

DOTS = {"up": "good", "down": "bad", "off": "off"}


def checks(found: Iterable[Check]) -> None:
    """One line a part of the system: a dot, its name, its sentence."""
    lines = (
        f'<dt><span class="state {DOTS[c.state]}">{escaped(c.name.capitalize())}</span></dt><dd>{escaped(c.sentence)}</dd>' for c in found
    )
    st.html(f'<dl class="facts">{"".join(lines)}</dl>')


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values, one line each."""
    lines = (f"<dt>{escaped(name)}</dt><dd>{escaped(value)}</dd>" for name, value in pairs)
    st.html(f'<dl class="facts">{"".join(lines)}</dl>')


def log(lines: pl.DataFrame) -> None:
    """Lines of the audit log, newest first, in this machine's time."""
    local = lines.with_columns(pl.col("at").dt.convert_time_zone(str(cached.settings().time_zone)))
    titles = {"username": "Who", "action": "What", "subject": "Which", "details": "Details"}
    config = {name: st.column_config.TextColumn(title) for name, title in titles.items()}
    when = st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm:ss", timezone=cached.settings().time_zone)
    st.dataframe(
        local, hide_index=True, height=700 if lines.height > 20 else "content", column_config={"at": when, **config}, placeholder=""
    )
