"""The list of uploads: filters and the chosen file in the URL, one row a file, and the story of the chosen one with its undo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from core import uploads
from core.db.engine import Scope
from core.ingest import superseding, undoing
from core.ingest.shapes import ImportReport
from core.ingest.undoing import Outcome, UndoReport
from core.reports import sent_since
from core.reports.sent_since import SentReport
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list
from pages.components import cached, cached_files, empty, proof, proof_tables, session, stock_again
from pages.components.frame import plain, section
from pages.components.picking import pick
from pages.components.upload_cards import STATES, load_again_button, overview_query, progress, state
from pages.components.uploading import size_words

SHOWN = 200


def visible(batches: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The uploads of the resellers a person may see; discarded ones are listed for nobody."""
    kept = batches.filter(pl.col("status") != "discarded")
    return kept if scope is None else kept.filter(pl.col("reseller").is_in(cached.known(scope).resellers))


def narrowed(batches: pl.DataFrame) -> pl.DataFrame:
    """By reseller, status and words of the file name; the choice stands in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_filters"):
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
        words = st.text_input("File name", placeholder="Part of the file's name", key="history_file", bind="query-params", width=260)
    kept = batches
    if reseller:
        kept = kept.filter(pl.col("reseller") == reseller)
    if status:
        kept = kept.filter(pl.col("status") == status)
    if words:
        kept = kept.filter(pl.col("file_name").str.to_lowercase().str.contains(words.lower(), literal=True))
    return kept


def table(batches: pl.DataFrame) -> dict[str, Any] | None:
    """Draw the rows; returns the chosen one, which the URL names: `?upload=27`."""
    if batches.is_empty():
        empty.say("No upload fits", "Widen the filters above.")
        return None
    shown = batches.head(SHOWN)
    overtaken = cached_files.superseded()
    rows = pl.DataFrame([_row(row, overtaken.get(row["id"])) for row in shown.iter_rows(named=True)], infer_schema_length=None)
    place = pick(rows, [str(number) for number in shown["id"]], "upload", column_config=_columns())
    if batches.height > SHOWN:
        st.caption(f"The newest {SHOWN} of {format_number(batches.height)} uploads. Filter to see the others.")
    return None if place is None else shown.row(place, named=True)


def _columns() -> dict[str, Any]:
    right = {name: st.column_config.TextColumn(alignment="right") for name in ("Held", "Money", "Totals")}
    return right | {
        "File": st.column_config.TextColumn(width=270),
        "Reseller": st.column_config.TextColumn(width=120),
        "Status": st.column_config.TextColumn(width=110),
        "Rows": st.column_config.NumberColumn(format="localized"),
        "Taken in": st.column_config.DatetimeColumn(format="D MMM YY, HH:mm", timezone=cached.settings().time_zone),
    }


def _row(row: dict[str, Any], overtaken: bool | None) -> dict[str, Any]:
    total, known = row["controls_total"] or 0, bool(row["rows_read"])
    proven = "–" if not total else f"✔ {total}" if row["controls_agree"] == total else f"✖ {total - row['controls_agree']} of {total}"
    return {
        "File": row["file_name"],
        "Reseller": row["reseller"] or "–",
        "Period": proof.period_words(row["period_start"], row["period_end"]) if row["period_start"] else "–",
        "Status": status_words(row, overtaken),
        "Rows": row["rows_stored"] if known else None,
        "Held": _held(row) if known else "",
        "Money": format_money(row["amount_local"], 2, row["currency"]) if row["currency"] and known else "–",
        "Totals": proven,
        "By": row["uploaded_by"],
        "Taken in": row["uploaded_at"],
    }


def _held(row: dict[str, Any]) -> str:
    """`3 · 1.2 %`: rows that wait, and their part of the file's money."""
    if not row["rows_held"]:
        return ""
    share = proof.held_share(row["held_amount"], row["amount_local"]).replace("under ", "<")
    return " · ".join(part for part in (format_number(row["rows_held"]), share) if part)


def status_words(row: dict[str, Any], overtaken: bool | None = None) -> str:
    """`stored`, `stored, superseded` where later files took all of its place, `stored, partly superseded` where some of it still counts."""
    word = state(row["status"], _is_taken_back(row))[0]
    if row["status"] != "stored" or overtaken is None:
        return word
    return f"{word}, {'superseded' if overtaken else 'partly superseded'}"


def _is_taken_back(row: dict[str, Any]) -> bool:
    return row["status"] == "stored" and (row["progress"] or "{}") != "{}"


def detail(batch: dict[str, Any] | None) -> None:
    """The story of one file, and the way back."""
    if batch is None:
        return
    section(plain(batch["file_name"]))
    file = uploads.find(cached.database(), batch["id"])
    if file.works:
        st.fragment(_watch, run_every=1.0, key=f"history_watch_{file.id}")(file.id)
        return
    if file.status != batch["status"]:
        cached_files.forget_batches()
        st.rerun()
    report = cached_files.batch_report(file.id, file.revision)
    if report.reason and file.status != "stored":
        st.markdown(plain(_reason(batch, report)))
    background = cached_files.background(file.id, file.revision)
    proof.head(report, background)
    proof.why(report)
    proof.proven(report, background)
    proof.noticed(report)
    if file.status == "stored" and batch["id"] in cached_files.superseded():
        _successors(batch["id"])
    _actions(batch, report)
    proof_tables.details(report, file.id)
    st.caption(plain(origin_words(batch)))


def _successors(batch_id: int) -> None:
    """Which later files count in its place."""
    found = superseding.superseded_by(cached.database(), batch_id)
    if found is None:
        return
    which = (
        "All of it is" if found.wholly else f"{format_number(found.slices - found.live)} of its {format_number(found.slices)} periods are"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(f"{which} superseded: later files state the same periods, and their figures count."), width="content")
        for successor in found.by[:3]:
            empty.link("history", plain(successor.file_name), query={"upload": str(successor.upload_batch_id)})


def origin_words(batch: dict[str, Any]) -> str:
    """`Upload 27 · 25 KB · SHA-256 3f2a… · taken in by anna, stored by ben on 8 Jun 2025`"""
    stored = f", stored by {batch['accepted_by'] or batch['uploaded_by']} on {batch['stored_at']:%-d %b %Y}" if batch["stored_at"] else ""
    parts = (
        f"Upload {batch['id']}",
        size_words(batch["file_size"]),
        f"SHA-256 {batch['sha256']}",
        f"taken in by {batch['uploaded_by']}{stored}",
    )
    return " · ".join(parts)


def _reason(batch: dict[str, Any], report: ImportReport) -> str:
    if batch["status"] != "undone":
        return report.reason
    day = f"{batch['undone_at']:%-d %b %Y}" if batch["undone_at"] else ""
    return f"Taken back by {batch['undone_by']} on {day}: what was there before it is live again. Nothing was deleted."


def _watch(batch_id: int) -> None:
    file = uploads.find(cached.database(), batch_id)
    if not file.works:
        cached_files.forget_batches()
        st.rerun()
    share, words = progress(file, datetime.now(UTC))
    st.progress(share, text=words)


def _actions(batch: dict[str, Any], report: ImportReport) -> None:
    status = batch["status"]
    with st.container(horizontal=True, vertical_alignment="center"):
        if status == "stored" and session.may_do("undo_imports"):
            _undo(batch)
        if status == "stored":
            stock_again.offer(batch)
        if status == "undone":
            load_again_button(batch["id"])
        if status in ("preview", "needs_decision"):
            empty.link("upload", "Decide on the Upload page")
        if status == "stored":
            empty.link("overview", "Open in overview", query=overview_query(report))
            if report.rows_held:
                empty.link("inbox", f"Answer {proof.count_words(report.rows_held, 'held row')}")
        if report.duplicate_of:
            empty.link("history", "Open the first upload", query={"upload": str(report.duplicate_of)})
        proof_tables.downloads(batch["id"], report)


def _undo(batch: dict[str, Any]) -> None:
    """Says exactly what will happen before it happens."""
    with st.popover("Undo this upload", icon=":material/undo:", key=f"undo_box_{batch['id']}", on_change="rerun") as box:
        if not box.open:
            return
        effect = undoing.preview_undo(cached.database(), batch["id"])
        for sentence in (*effect_words(effect), *sent_words(sent_since.sent_since(cached.database(), batch["stored_at"]))):
            st.markdown(plain(sentence))
        st.caption("Nothing is deleted; the file can be loaded again.")
        if st.button("Undo now", type="primary", key=f"undo_{batch['id']}"):
            uploads.take_back(cached.database(), session.person(), batch["id"])
            cached_files.forget_batches()
            st.rerun()


def effect_words(effect: UndoReport) -> list[str]:
    """What an undo would do, sentence by sentence: its rows, each with what becomes of it; the periods; the live rows before and after."""
    restored, emptied = proof.count_words(effect.restored, "period"), proof.count_words(effect.emptied, "period")
    periods = [f"{restored} {'shows' if effect.restored == 1 else 'show'} the file before again"] if effect.restored else []
    periods += [f"{emptied} {'becomes' if effect.emptied == 1 else 'become'} empty"] if effect.emptied else []
    rows = f"Live rows: {format_number(effect.rows_live_before)} now, {format_number(effect.rows_live_after)} after."
    said = [_outcome_words(outcome) for outcome in effect.outcomes if outcome.rows]
    return [*said, f"{name_list(periods)}. {rows}" if periods else f"No figure changes. {rows}"]


def _outcome_words(outcome: Outcome) -> str:
    """`38 rows are reversed: …`"""
    done = {"reversed": "reversed", "superseded": "left alone", "shared": "kept"}[outcome.kind]
    return f"{proof.count_words(outcome.rows, 'row')} {'is' if outcome.rows == 1 else 'are'} {done}: {outcome.why}."


def sent_words(sent: tuple[SentReport, ...]) -> list[str]:
    """Reports that went out while the upload counted."""
    if not sent:
        return []
    named = name_list([f"“{report.name}” ({proof.count_words(report.mails, 'mail')}, last {report.last:%-d %b %Y})" for report in sent], 4)
    return [f"Sent since it was stored: {named}. They may show its figures, and are not called back."]
