"""The list of uploads: filters in the URL, one row a file, and the story of the chosen one with its undo."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from core import uploads
from core.db.engine import Scope
from core.ingest import reporting, undoing
from core.sales.formatting import format_money, format_number
from pages.components import cached, empty, proof, session
from pages.components.frame import plain, section
from pages.components.upload_cards import STATES

SHOWN = 200


def visible(batches: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The uploads of the resellers a person may see."""
    if scope is None:
        return batches
    names = cached.known(scope).resellers
    return batches.filter(pl.col("reseller").is_in(names))


def narrowed(batches: pl.DataFrame) -> pl.DataFrame:
    """By reseller, status and words of the file name; the choice stands in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        resellers = sorted(batches["reseller"].drop_nulls().unique(), key=str.casefold)
        reseller = st.selectbox(
            "Reseller", ["", *resellers], format_func=lambda v: v or "All resellers", key="history_reseller", bind="query-params", width=220
        )
        states = [state for state in STATES if state in batches["status"].unique()]
        status = st.selectbox(
            "Status",
            ["", *states],
            format_func=lambda v: STATES[v][0].capitalize() if v else "Any status",
            key="history_status",
            bind="query-params",
            width=200,
        )
        words = st.text_input("File name", placeholder="part of the file's name", key="history_file", bind="query-params", width=260)
    kept = batches
    if reseller:
        kept = kept.filter(pl.col("reseller") == reseller)
    if status:
        kept = kept.filter(pl.col("status") == status)
    if words:
        kept = kept.filter(pl.col("file_name").str.to_lowercase().str.contains(words.lower(), literal=True))
    return kept


def table(batches: pl.DataFrame) -> dict[str, Any] | None:
    """Draw the rows; returns the chosen one."""
    if batches.is_empty():
        empty.say("No upload fits", "Widen the filters above.")
        return None
    shown = batches.head(SHOWN)
    rows = [_row(row) for row in shown.iter_rows(named=True)]
    event = st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="history_table",
        height=min(38 * (len(rows) + 1), 460),
        column_config={
            "Rows": st.column_config.NumberColumn(format="localized"),
            "Held": st.column_config.NumberColumn(format="localized"),
            "Taken in": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=cached.settings().time_zone),
            "File": st.column_config.TextColumn(width="medium"),
        },
    )
    if batches.height > SHOWN:
        st.caption(f"The newest {SHOWN} of {format_number(batches.height)} uploads. Filter to see the others.")
    picked = event.selection.rows
    return shown.row(picked[0], named=True) if picked else None


def _row(row: dict[str, Any]) -> dict[str, Any]:
    total = row["controls_total"] or 0
    proven = "–" if not total else f"✔ {total}" if row["controls_agree"] == total else f"✖ {total - row['controls_agree']} of {total}"
    return {
        "File": row["file_name"],
        "Reseller": row["reseller"] or "–",
        "Period": proof.period_words(row["period_start"], row["period_end"]) if row["period_start"] else "–",
        "Status": STATES.get(row["status"], (row["status"],))[0],
        "Rows": row["rows_stored"],
        "Held": row["rows_held"],
        "Money": format_money(row["amount_local"], 2, row["currency"]) if row["currency"] else "–",
        "Totals": proven,
        "By": row["uploaded_by"],
        "Taken in": row["uploaded_at"],
    }


def detail(batch: dict[str, Any] | None) -> None:
    if batch is None:
        return
    section(plain(batch["file_name"]))
    report = reporting.load_report(cached.database(), batch["id"])
    if batch["reason"]:
        st.markdown(plain(batch["reason"]))
    proof.summary(report)
    proof.details(report, batch["id"])
    if batch["status"] == "stored" and session.may_do("undo_imports"):
        _undo(batch)


def _undo(batch: dict[str, Any]) -> None:
    """Says exactly what will happen before it happens."""
    with st.popover("Undo this upload", icon=":material/undo:"):
        effect = undoing.preview_undo(cached.database(), batch["id"])
        st.markdown(plain(effect.reason))
        st.caption(
            f"Live rows: {format_number(effect.rows_live_before)} before, {format_number(effect.rows_live_after)} after. Nothing is deleted."
        )
        if st.button("Undo now", type="primary", key=f"undo_{batch['id']}"):
            uploads.take_back(cached.database(), session.person(), batch["id"])
            session.notify("The upload is being taken back.")
            st.rerun()
