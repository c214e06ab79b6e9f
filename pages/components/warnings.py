"""One line above the figures, only when something is missing or held, with the way to mend it."""

from __future__ import annotations

import streamlit as st

from core.sales.query import Result
from pages.components import empty
from pages.components.frame import plain

KINDS = {"missing": ("coverage", "Open coverage"), "held": ("inbox", "Open inbox"), "unconverted": ("catalogue", "Open rates")}


def line(result: Result) -> None:
    """Draw nothing when the figures are whole."""
    found = [caveat for caveat in result.caveats if caveat.kind in KINDS]
    if not found:
        return
    with st.container(key="warnings", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":orange[:material/warning:] {' '.join(plain(caveat.text) for caveat in found)}", width="stretch")
        for kind in dict.fromkeys(caveat.kind for caveat in found):
            empty.link(*KINDS[kind])
