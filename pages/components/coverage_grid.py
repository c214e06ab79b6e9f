"""The coverage matrix: one row a reseller, one column a month, a sign and a word in each cell; a click opens what is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import polars as pl
import streamlit as st

from core.sales.coverage import missing_periods, reminder_text, summarise
from core.sales.formatting import format_money, format_number, format_ratio
from core.sales.naming import name_list, name_period
from core.sales.query import Period, months
from pages.components import cached, empty, frame

MONTHS = 12
ORDER = ("missing", "late", "partial", "restated", "due", "received", "not expected")  # the worst of a month's weeks is shown
SIGNS = {"received": "✔", "partial": "◐", "restated": "↻", "due": "…", "late": "! late", "missing": "✖ missing", "not expected": "·"}
WORDS = {
    "received": "received",
    "partial": "partly: lines wait in the inbox, or days are not covered",
    "restated": "received, and restated by a later file",
    "due": "ended, not due yet",
    "late": "late",
    "missing": "missing",
    "not expected": "not expected",
}
TINTS = {"received": "40, 140, 90", "partial": "200, 140, 20", "restated": "80, 110, 210", "late": "200, 110, 30", "missing": "190, 50, 40"}


@dataclass(frozen=True)
class Cell:
    """What was clicked."""

    reseller: str
    month: date


def headline(slices: pl.DataFrame, today: date) -> None:
    st.markdown(frame.plain(summarise(slices, today)))


def legend() -> None:
    """What the signs mean, in one quiet line."""
    shown = ("received", "partial", "restated", "due", "late", "missing", "not expected")
    parts = "".join(f"<span><b>{SIGNS[status].split()[0]}</b> {frame.escaped(WORDS[status])}</span>" for status in shown)
    st.html(f'<div class="legend">{parts}</div>')


def by_month(slices: pl.DataFrame) -> pl.DataFrame:
    """One row per reseller and month of the slice's last day: worst status, received of expected slices, units, held share."""
    rank = {status: number for number, status in enumerate(ORDER)}
    return (
        slices.with_columns(
            pl.col("period_end").dt.truncate("1mo").alias("month"), pl.col("status").replace_strict(rank, default=9).alias("rank")
        )
        .group_by("reseller", "month")
        .agg(
            pl.col("status").sort_by("rank").first(),
            pl.col("status").is_in(["received", "partial", "restated"]).sum().alias("here"),
            (pl.col("status") != "not expected").sum().alias("expected"),
            pl.col("units").sum(),
            pl.col("held_share").max(),
            pl.col("cadence").first(),
        )
    )


def _text(row: dict[str, object]) -> str:
    sign = SIGNS[str(row["status"])]
    if row["status"] == "partial" and row["held_share"]:
        return f"{sign} {format_ratio(row['held_share'], 0)} held"
    if row["cadence"] == "weekly" and row["status"] in ("late", "missing"):
        return f"{sign.split()[0]} {row['here']}/{row['expected']} wk"
    return sign


def matrix(slices: pl.DataFrame, today: date) -> Cell | None:
    """Draw the last twelve months of the resellers that have something to send; returns the clicked cell."""
    first = months(today.year - 1, today.month, 1).start
    cells = by_month(slices).filter(pl.col("month") >= first).sort("month")
    idle = cells.group_by("reseller").agg((pl.col("status") == "not expected").all().alias("idle")).filter("idle")["reseller"]
    cells = cells.filter(~pl.col("reseller").is_in(idle.to_list()))
    shown = sorted(cells["month"].unique())[-MONTHS:]
    resellers = sorted(cells["reseller"].unique(), key=str.casefold)
    picked = _draw(cells, resellers, shown) if resellers else None
    if idle.len():
        st.caption(frame.plain(f"Nothing was expected from {name_list(sorted(idle, key=str.casefold), 12)} in these months."))
    return picked


def _draw(cells: pl.DataFrame, resellers: list[str], shown: list[date]) -> Cell | None:
    found = {(row["reseller"], row["month"]): row for row in cells.iter_rows(named=True)}
    labels = {f"{month:%b %y}": month for month in shown}
    texts = {"Reseller": resellers} | {
        label: [_text(found[r, month]) if (r, month) in found else "" for r in resellers] for label, month in labels.items()
    }
    tints = {(r, label): TINTS.get(str(found[r, m]["status"])) for label, m in labels.items() for r in resellers if (r, m) in found}
    table = pl.DataFrame(texts).to_pandas().set_index("Reseller")
    styled = table.style.apply(lambda column: [_tint(tints.get((reseller, column.name))) for reseller in column.index])
    event = st.dataframe(styled, on_select="rerun", selection_mode="single-cell", key="coverage_matrix", row_height=34)
    picked = event.selection.cells
    if not picked or picked[0][1] not in labels:
        return None
    return Cell(resellers[picked[0][0]], labels[picked[0][1]])


def _tint(colour: str | None) -> str:
    return f"background-color: rgba({colour}, 0.16)" if colour else ""


def detail(slices: pl.DataFrame, chosen: Cell | None) -> None:
    """The slices of the clicked month, or else whose reports are missing; each with the mail that asks for them."""
    if chosen is None:
        _all_missing(slices)
        return
    frame.section(f"{chosen.reseller}, {name_period(months(chosen.month.year, chosen.month.month, 1))}")
    in_month = pl.col("period_end").dt.truncate("1mo") == chosen.month
    own = slices.filter((pl.col("reseller") == chosen.reseller) & in_month).sort("period_start")
    rows = pl.DataFrame([_slice_row(row) for row in own.iter_rows(named=True)], infer_schema_length=None)
    right = {name: st.column_config.TextColumn(alignment="right") for name in ("Units", "Net revenue", "Held")}
    st.dataframe(rows, hide_index=True, column_config=right)
    _ways_on(own)
    _reminder(slices, chosen.reseller)


def _slice_row(row: dict[str, Any]) -> dict[str, str]:
    late = f", {row['days_late']} day{'' if row['days_late'] == 1 else 's'}" if row["days_late"] else ""
    return {
        "Period": name_period(Period(row["period_start"], row["period_end"])),
        "Status": WORDS[row["status"]] + late,
        "Units": format_number(row["units"]) if row["units"] is not None else "–",
        "Net revenue": format_money(row["sales_eur_net"]) if row["sales_eur_net"] is not None else "–",
        "Held": format_money(row["held_eur_net"]) if row["held_eur_net"] else "–",
    }


def _ways_on(own: pl.DataFrame) -> None:
    """To the file behind the month, to the rows it holds, or to the Upload page when nothing is here."""
    batches = own["upload_batch_id"].drop_nulls().unique(maintain_order=True).to_list()
    with st.container(horizontal=True):
        if len(batches) == 1:
            empty.link("history", "Open the file", query={"upload": str(batches[0])})
        elif batches:
            empty.link("history", f"Open the {len(batches)} files", query={"history_reseller": own["reseller"][0]})
        if own["held_lines"].sum():
            empty.link("inbox", "Answer the held rows")
        if not batches:
            empty.link("upload", "Load the file")


def _all_missing(slices: pl.DataFrame) -> None:
    absent = slices.filter(pl.col("status").is_in(["late", "missing"]))["reseller"].unique(maintain_order=True).to_list()
    if not absent:
        st.caption("Nothing is late. Click a cell to see what is behind it.")
        return
    frame.section("To ask for", "Click a cell above to see what is behind it, or open the mail that asks for what is missing.")
    for reseller in absent:
        with st.expander(f"{reseller}: {', '.join(name_period(period) for period in missing_periods(slices, reseller)[:4])}"):
            _reminder(slices, reseller)


def _reminder(slices: pl.DataFrame, reseller: str) -> None:
    """The drafted mail, to copy or to open in the mail program."""
    missing = missing_periods(slices, reseller)
    if not missing:
        return
    brand = cached.settings().brand
    text = reminder_text(reseller, missing, brand)
    st.code(text, language=None, wrap_lines=True)
    subject = f"{brand}: sell-out report {', '.join(name_period(period) for period in missing[:3])}"
    address = cached.contacts().get(reseller, "")
    st.link_button("Open as mail", f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(text)}", icon=":material/mail:")
    if not address:
        st.caption("No address is known; enter it as the contact under Admin, Catalogue.")
