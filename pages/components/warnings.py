"""One line above the figures, only when something is missing, held or not converted, with the way to mend it."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from core.sales.query import Result
from pages.components import cached_files, empty, proof, session
from pages.components.frame import plain

KINDS = {"missing": ("coverage", "Open coverage"), "held": ("inbox", "Open inbox"), "not_converted": ("catalogue", "Open rates")}


def line(result: Result) -> None:
    """Draw nothing when the figures are whole."""
    found = [caveat for caveat in result.caveats if caveat.kind in KINDS]
    if not found:
        return
    with st.container(key="warnings", horizontal=True, vertical_alignment="center", gap="small"):
        said = " ".join(part for part in (*(caveat.text for caveat in found), _held_part(result)) if part)
        st.markdown(f":orange[:material/warning:] {plain(said)}", width="stretch")
        late = _late(result) if any(caveat.kind == "missing" for caveat in found) else []
        for reseller in late:
            empty.link("coverage", f"Write to {reseller}", icon=":material/mail:", query={"write": reseller})
        for kind in dict.fromkeys(caveat.kind for caveat in found):
            if kind != "missing" or not late:
                empty.link(*KINDS[kind])


def _held_part(result: Result) -> str:
    """`That is 0.3 % of net revenue.`: the money in the inbox against all of it; '' where none waits, or nothing is counted beside it."""
    counted = result.totals.get("sales_eur_net")
    if not counted:
        return ""
    share = proof.held_share(result.held_net, (counted or 0) + (result.held_net or 0))
    return f"Held in all: {share} of net revenue." if share else ""


def _late(result: Result, most: int = 2) -> list[str]:
    """Resellers of the question whose report is late or missing by the calendar, the longest first."""
    slices = cached_files.coverage(session.scope(), date.today()).filter(pl.col("status").is_in(["late", "missing"]))
    late = slices.sort("days_late", descending=True, nulls_last=True)["reseller"].unique(maintain_order=True)
    return [name for name in late if name in result.resellers_expected and name not in result.resellers_covered][:most]
