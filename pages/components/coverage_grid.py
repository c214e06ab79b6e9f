"""The coverage matrix: one row a reseller, one column a month, a sign and a word in each cell; a click opens what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core import reminding
from core.ingest.holes import Hole
from core.mail import reminders
from core.sales.coverage import missing_periods, summarise
from core.sales.formatting import format_money, format_number, format_ratio
from core.sales.naming import name_list, name_period
from core.sales.query import Period, months
from pages.components import cached, cached_analyses, cached_files, empty, errors, frame, results, screen, session

MONTHS = 12
ORDER = (
    "missing",
    "late",
    "partial",
    "provisional",
    "restated",
    "due",
    "received",
    "not expected",
)  # the worst of a month's weeks is shown
SIGNS = {
    "received": "✔", "partial": "◐", "restated": "↻", "provisional": "◔ so far", "due": "…", "late": "! late", "missing": "✖ missing",
    "not expected": "·",
}  # fmt: skip
WORDS = {
    "received": "received",
    "partial": "partly: rows wait in the inbox, or days are not covered",
    "provisional": "a part of the month so far; the next file completes it",
    "restated": "received, and restated by a later file",
    "due": "ended, not due yet",
    "late": "late",
    "missing": "missing",
    "not expected": "not expected",
}
TINTS = {
    "received": "40, 140, 90", "partial": "200, 140, 20", "provisional": "120, 130, 140", "restated": "80, 110, 210", "late": "200, 110, 30",
    "missing": "190, 50, 40",
}  # fmt: skip
SHOWN = {"status": "Status", "units": "Units", "sales_eur_net": "Net revenue €"}
WRITE = "write"


@dataclass(frozen=True)
class Cell:
    """What was clicked."""

    reseller: str
    month: date


def headline(slices: pl.DataFrame, holes: Sequence[Hole], today: date) -> None:
    """The newest ended month in one sentence, and what the year-to-date figures say of weeks nobody has sent."""
    names = dict(slices.select("reseller_id", "reseller").unique().iter_rows())
    st.markdown(
        frame.plain(" ".join([summarise(slices, today), *(hole_words(hole, names.get(hole.reseller_id, "")) for hole in holes[-2:])]))
    )


def hole_words(hole: Hole, reseller: str) -> str:
    """`Liberty's 9–15 June 2025 is missing: by the year-to-date figures 67 units were sold in it.`"""
    when = name_period(Period(hole.first, hole.last))
    if not hole.units and not hole.amount:
        return f"{reseller}'s {when} is missing, but by the year-to-date figures nothing was sold in it."
    return f"{reseller}'s {when} is missing: by the year-to-date figures {format_number(hole.units)} units were sold in it."


def legend() -> None:
    """What the signs mean, in one quiet line."""
    shown = ("received", "partial", "restated", "provisional", "due", "late", "missing", "not expected")
    parts = "".join(
        f'<span><b style="{_tint(TINTS.get(status))}">{SIGNS[status].split()[0]}</b> {frame.escaped(WORDS[status])}</span>'
        for status in shown
    )
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
            pl.col("sales_eur_net").sum(),
            pl.col("units").is_not_null().any().alias("figures"),
            pl.col("reminded").max(),
            pl.col("held_share").max(),
            pl.col("cadence").first(),
        )
    )


def _text(row: dict[str, Any], what: str = "status") -> str:
    if what != "status" and row["figures"]:
        return format_number(row[what])
    sign = SIGNS[str(row["status"])]
    if row["status"] == "partial" and row["held_share"]:
        return f"{sign} {format_ratio(row['held_share'], 0)} held"
    if row["cadence"] == "weekly" and row["status"] in ("late", "missing"):
        sign = f"{sign.split()[0]} {row['here']}/{row['expected']} wk"
    return f"{sign} · ✉ {row['reminded']:%-d %b}" if row["reminded"] and row["status"] in ("late", "missing") else sign


def matrix(slices: pl.DataFrame, today: date) -> Cell | None:
    """Draw the last twelve months of the resellers that have something to send; returns the clicked cell."""
    first = months(today.year - 1, today.month, 1).start
    cells = by_month(slices).filter(pl.col("month") >= first).sort("month")
    idle = cells.group_by("reseller").agg((pl.col("status") == "not expected").all().alias("idle")).filter("idle")["reseller"]
    cells = cells.filter(~pl.col("reseller").is_in(idle.to_list()))
    shown = sorted(cells["month"].unique())[-MONTHS:]
    shown = shown[::-1] if screen.is_narrow() else shown  # what can still be asked for is seen first
    resellers = sorted(cells["reseller"].unique(), key=str.casefold)
    what = st.segmented_control(
        "Cells show",
        list(SHOWN),
        format_func=SHOWN.__getitem__,
        default="status",
        key="coverage_shows",
        required=True,
        label_visibility="collapsed",
    )
    picked = _draw(cells, resellers, shown, what) if resellers else None
    if idle.len():
        st.caption(frame.plain(f"Nothing was expected from {name_list(sorted(idle, key=str.casefold), 12)} in these months."))
    return picked


def _draw(cells: pl.DataFrame, resellers: list[str], shown: list[date], what: str) -> Cell | None:
    found = {(row["reseller"], row["month"]): row for row in cells.iter_rows(named=True)}
    labels = {f"{month:%b %y}": month for month in shown}
    texts = {"Reseller": resellers} | {
        label: [_text(found[r, month], what) if (r, month) in found else "" for r in resellers] for label, month in labels.items()
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
    found = [one for one in cached_analyses.restated(session.scope()) if one.reseller == chosen.reseller]
    results.restated(found, months(chosen.month.year, chosen.month.month, 1))
    _ways_on(own)
    _reminder(slices, chosen.reseller, open_now=own["status"].is_in(["late", "missing"]).any())


def _slice_row(row: dict[str, Any]) -> dict[str, str]:
    share = row["held_share"]
    late = f", {row['days_late']} day{'' if row['days_late'] == 1 else 's'}" if row["days_late"] else ""
    return {
        "Period": name_period(Period(row["period_start"], row["period_end"])),
        "Status": _status_words(row) + late,
        "Units": format_number(row["units"]) if row["units"] is not None else "–",
        "Net revenue": format_money(row["sales_eur_net"]) if row["sales_eur_net"] is not None else "–",
        "Held": " · ".join([format_money(row["held_eur_net"]), *([format_ratio(share)] if share else [])]) if row["held_eur_net"] else "–",
        "Due": _due_words(row),
        "Asked for": f"{row['reminded']:%-d %b %Y}" if row["reminded"] else "–",
    }


def _status_words(row: dict[str, Any]) -> str:
    """Of a slice that is here in part, why: rows that wait, or days that nobody stated."""
    if row["status"] != "partial":
        return WORDS[row["status"]]
    rows = row["held_lines"]
    return (
        f"partly: {format_number(rows)} {'row waits' if rows == 1 else 'rows wait'} in the inbox"
        if rows
        else "partly: days are not covered"
    )


def _due_words(row: dict[str, Any]) -> str:
    """`by 10 Jun, usually 6 Jun`: the rule, and what usually happens."""
    usually = f", usually {row['expected_by']:%-d %b}" if row["expected_by"] else ""
    return f"by {row['due_on']:%-d %b %Y}{usually}"


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
    late = slices.filter(pl.col("status").is_in(["late", "missing"]))
    absent = dict(late.select("reseller", "reseller_id").unique(maintain_order=True).iter_rows())
    if not absent:
        st.caption("Nothing is late. Click a cell to see what is behind it.")
        return
    frame.section("To ask for", "Click a cell above to see what is behind it, or write to those whose report is missing.")
    wanted = st.query_params.get(WRITE, "")
    for reseller, reseller_id in absent.items():
        asked = late.filter(pl.col("reseller") == reseller)["reminded"].max()
        note = f", asked for on {asked:%-d %b %Y}" if isinstance(asked, date) else ""
        names = name_list([name_period(period) for period in missing_periods(slices, reseller)], 4)
        box = st.expander(
            frame.plain(f"{reseller}: {names}{note}"), expanded=reseller == wanted, key=f"ask_{reseller_id}", on_change="rerun"
        )
        if box.open:
            with box:
                reminder(reseller_id)


def _reminder(slices: pl.DataFrame, reseller: str, *, open_now: bool) -> None:
    """The way to the mail, where something of this reseller is late or missing; open where it is the clicked month."""
    own = slices.filter((pl.col("reseller") == reseller) & pl.col("status").is_in(["late", "missing"]))
    if own.height:
        with st.expander(
            frame.plain(f"Write to {reseller}"), icon=":material/mail:", expanded=open_now, key=f"write_{reseller}_{open_now}"
        ):
            reminder(own["reseller_id"][0])


def reminder(reseller_id: int) -> None:
    """The mail that asks a reseller for what is late: drafted in its language, changed here, sent from here."""
    if not session.may_do("write_reminders"):
        st.caption("You may see what is late but not write to resellers.")
        return
    database, settings, person = cached.database(), cached.settings(), session.person()
    with errors.boundary():
        first = reminding.draft(database, settings, person, reseller_id, date.today())
        languages = list(reminders.LANGUAGES)
        language = st.selectbox(
            "Language", languages, index=languages.index(first.language), format_func=reminders.LANGUAGES.__getitem__, width=180,
            key=f"language_{reseller_id}",
        )  # fmt: skip
        draft = first if language == first.language else reminding.with_words(database, settings, person, first, language, date.today())
        with st.form(f"reminder_{reseller_id}_{language}", border=False):
            to = st.text_input("To", draft.to, placeholder="the reseller's address; it is kept for the next time")
            subject = st.text_input("Subject", draft.subject)
            text = st.text_area("Text", draft.text, height=270)
            if st.form_submit_button(f"Send to {draft.reseller}", type="primary", icon=":material/send:"):
                results = reminding.send(database, settings, person, replace(draft, to=to, subject=subject, text=text))
                cached_files.forget_reminders()
                session.notify(sent_words(draft.reseller, results[0].status))
                st.rerun()


def sent_words(reseller: str, status: str) -> str:
    if status == "outbox":
        return f"Written to the outbox, as no mail server is set: the reminder to {reseller}."
    return f"The reminder to {reseller} is sent."
