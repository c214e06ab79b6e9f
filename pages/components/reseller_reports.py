"""What a reseller has sent: a strip of its reports, its newest files with their proof, and what was restated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core.sales.naming import SHORT_MONTHS, name_period
from core.sales.query import Period
from core.sales.restated import Restated, restatement_words
from pages.components import batch_list, cached_analyses, cached_files, empty, frame, numbered, session
from pages.components.coverage_grid import SIGNS, TINTS, WORDS
from pages.components.reseller_view import Page
from pages.components.view_actions import FILES

SLICES, NEWEST, RESTATED = 26, 6, 5


def strip(page: Page) -> None:
    """One cell for each report that was expected, newest last; a sign and a word, never colour alone."""
    own = cached_files.coverage(session.scope(), date.today()).filter(pl.col("reseller") == page.facts.name).sort("period_end").tail(SLICES)
    with frame.card("Reports", "One cell for each week or month, the newest last; hover for the whole story"):
        cells = "".join(_cell(row) for row in own.iter_rows(named=True))
        st.html(f'<div class="strip">{cells}</div>' if cells else '<div class="card-sub">No report is expected yet.</div>')
        empty.link("coverage", "Open coverage")


def _cell(row: dict[str, Any]) -> str:
    status, end = row["status"], row["period_end"]
    label = f"{end.day} {SHORT_MONTHS[end.month]}" if row["cadence"] == "weekly" else f"{SHORT_MONTHS[end.month]} {end:%y}"
    tint = f"background: rgba({TINTS[status]}, 0.16)" if status in TINTS else ""
    held = f", {row['held_lines']} rows held" if row["held_lines"] else ""
    told = f"{name_period(Period(row['period_start'], end))}: {WORDS[status]}{held}"
    sign = SIGNS[status].split(" ")[0]
    return f'<span style="{tint}" title="{frame.escaped(told)}"><b>{frame.escaped(sign)}</b>{frame.escaped(label)}</span>'


def files(page: Page) -> None:
    """Its newest files; a row opens one in History."""
    seen = batch_list.visible(cached_files.batches(), session.scope()).filter(pl.col("reseller") == page.facts.name).head(NEWEST)
    with frame.card("Recent files", "Click a row to see its proof, its changes and the original"):
        if seen.is_empty():
            st.caption("No file of it was taken in yet.")
            return
        table = pl.DataFrame([_file(row) for row in seen.iter_rows(named=True)])
        event = st.dataframe(
            numbered.numbered(table), hide_index=True, height="content", key="reseller_files", on_select="rerun", selection_mode="single-cell",
            placeholder="–", column_config=numbered.COLUMN,
        )  # fmt: skip
        if (place := numbered.chosen(event, seen.height)) is not None:
            st.switch_page(FILES["history"], query_params={"upload": str(seen["id"][place])})


def _file(row: dict[str, Any]) -> dict[str, Any]:
    stated = row["period_start"] and row["period_end"]
    agreed, total = row["controls_agree"], row["controls_total"]
    proof = f"{'✔' if agreed == total else '✖'} {agreed} of {total} totals agree" if total else "no totals to compare"
    return {
        "File": row["file_name"],
        "Period": name_period(Period(row["period_start"], row["period_end"])) if stated else "–",
        "Status": row["status"].replace("_", " "),
        "Rows": row["rows_stored"],
        "Held": row["rows_held"],
        "Proof": proof,
    }


def own_restated(page: Page) -> list[Restated]:
    """What later files of it stated differently, newest first."""
    return [one for one in cached_analyses.restated(session.scope()) if one.reseller == page.facts.name][:RESTATED]


def restated(own: Sequence[Restated]) -> None:
    with frame.card("Restated", "Periods that a later file stated differently"):
        st.html(f'<div class="caveats">{"".join(f"<div>↻ {frame.escaped(restatement_words(one))}</div>" for one in own)}</div>')
