"""Small tables of our own rows: checks, lists. For sales figures use `results`."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.status import Check
from pages.components.frame import escaped

DOTS = {"up": "good", "down": "bad", "off": "off"}


def checks(found: Iterable[Check]) -> None:
    """One line a part of the system: a dot, its name, its sentence."""
    lines = (
        f'<dt><span class="state {DOTS[c.state]}">{escaped(c.name.capitalize())}</span></dt><dd>{escaped(c.sentence)}</dd>' for c in found
    )
    st.html(f'<dl class="facts">{"".join(lines)}</dl>')
