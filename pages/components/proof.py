"""The proof of a file: the story in a few lines, and the tables behind it one click away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import streamlit as st

from core.ingest import originals
from core.ingest.shapes import ImportReport
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_period
from core.sales.query import Period
from pages.components import cached, session
from pages.components.frame import plain

CHANGE_WORDS = {"added": "added", "changed": "changed", "vanished": "vanished"}


def money(amount: Decimal | None, currency: str | None) -> str:
    """`£ 7 305.31` from a local amount; the currency's code where it has no sign."""
    return "no money stated" if amount is None else format_money(amount, 2, currency or "")


def period_words(start: date | None, end: date | None) -> str:
    return name_period(Period(start, end)) if start and end else "period not proven"


def summary(report: ImportReport) -> None:
    """Vendor, period, rows and money; why; whether the totals agree; what is held; what changes."""
    for mark, line in story(report):
        st.markdown(f":{mark}: {line}" if mark else line)


def story(report: ImportReport) -> list[tuple[str, str]]:
    """The lines of a card: a mark (material icon with colour) and a sentence in Markdown."""
    lines: list[tuple[str, str]] = []
    if report.reseller or report.vendor:
        parts = [
            report.reseller or report.vendor or "",
            period_words(report.period_start, report.period_end),
            f"{format_number(report.rows_read)} rows",
        ]
        if report.currency:
            parts.append(f"{money(report.amount_local, report.currency)} {report.vat_basis or ''}".strip())
        lines.append(("", "**" + plain(" · ".join(parts)) + "**"))
        against = "; ".join(report.evidence_against) or "none"
        lines.append(
            (
                "",
                f"Why {plain(report.reseller or report.vendor)}: {plain('; '.join(report.evidence) or 'a person said so')} (against: {plain(against)})",
            )
        )
    if report.period_evidence:
        hints = "; ".join(f"{hint.source.replace('_', ' ')} “{hint.text}”" for hint in report.period_evidence[:4])
        lines.append(("", f"Period from: {plain(hints)}"))
    lines += _controls(report)
    if report.rows_held:
        share = f" ({money(report.held_amount, report.currency)})" if report.held_amount else ""
        lines.append(
            (
                "orange[:material/pause_circle:]",
                plain(f"{format_number(report.rows_held)} rows held{share}: their product or store is not known yet"),
            )
        )
    lines += _changes(report)
    return lines


def _controls(report: ImportReport) -> list[tuple[str, str]]:
    total = report.controls.height
    if not report.vendor or report.status in ("refused", "duplicate"):
        return []
    if not total:
        return [("gray[:material/remove:]", "The file carries no totals, so it is not proven by itself")]
    wrong = report.controls.filter(~pl.col("agrees"))
    if wrong.is_empty():
        return [("green[:material/check_circle:]", f"{total} of {total} totals of the file agree with what is loaded")]
    first = wrong.row(0, named=True)
    text = f"{wrong.height} of {total} totals do not agree. {first['what']}: file {format_number(first['file_value'], 2)}, loaded {format_number(first['loaded_value'], 2)}, difference {format_number(first['difference'], 2)}"
    return [("red[:material/error:]", plain(text))]


def _changes(report: ImportReport) -> list[tuple[str, str]]:
    if report.changes.is_empty():
        return []
    counts = dict(report.changes.group_by("change").len().rows())
    return [("", "Changes: " + ", ".join(f"{format_number(counts.get(kind, 0))} {word}" for kind, word in CHANGE_WORDS.items()))]


def details(report: ImportReport, batch_id: int) -> None:
    """The tables behind the card, closed until asked for."""
    names = ["Totals", "Changes", "Problems", "Set aside", "File"]
    with st.expander("Proof, changes and problems"):
        for tab, draw in zip(
            st.tabs(names), (totals, changes, problems, set_aside, lambda r: downloads(batch_id, r.file_name)), strict=True
        ):
            with tab:
                draw(report)


def totals(report: ImportReport) -> None:
    if report.controls.is_empty():
        st.caption("The file carries no totals.")
        return
    frame = report.controls.sort("agrees").with_columns(pl.col("file_value", "loaded_value", "held_value", "difference").cast(pl.Float64))
    st.dataframe(
        frame.select("agrees", "what", "measure", "sheet", "cell", "file_value", "loaded_value", "held_value", "difference"),
        hide_index=True,
        height="auto",
        column_config={
            "agrees": st.column_config.CheckboxColumn("Agrees", width="small"),
            "what": "Total",
            "measure": "In",
            "sheet": "Sheet",
            "cell": "Cell",
            "file_value": st.column_config.NumberColumn("File", format="localized"),
            "loaded_value": st.column_config.NumberColumn("Loaded", format="localized"),
            "held_value": st.column_config.NumberColumn("of it held", format="localized"),
            "difference": st.column_config.NumberColumn("Difference", format="localized"),
        },
    )


def changes(report: ImportReport) -> None:
    if report.changes.is_empty():
        st.caption("Nothing that is live would change.")
        return
    numbers = ["before_units", "after_units", "before_amount", "after_amount"]
    frame = report.changes.select("change", "period_start", "store", "product", *numbers).with_columns(
        pl.col("before_amount", "after_amount").cast(pl.Float64)
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "change": "Change",
            "period_start": st.column_config.DateColumn("Period from", format="D MMM YYYY"),
            "store": "Store",
            "product": "Product",
            "before_units": "Units before",
            "after_units": "Units after",
            "before_amount": st.column_config.NumberColumn("Amount before", format="localized"),
            "after_amount": st.column_config.NumberColumn("Amount after", format="localized"),
        },
    )


def problems(report: ImportReport) -> None:
    if report.problems.is_empty():
        st.caption("No remarks on any cell.")
        return
    columns = {
        "severity": "Weight",
        "message": "What",
        "sheet": "Sheet",
        "cell": "Cell",
        "value": "Value",
        "suggestion": "Suggestion",
        "rule": "Rule",
    }
    st.dataframe(report.problems.select(list(columns)), hide_index=True, column_config=dict(columns))


def set_aside(report: ImportReport) -> None:
    if not report.set_aside:
        st.caption("Every row of the file became a fact.")
        return
    rows = [{"Sheet": s.sheet, "From row": s.row_start, "To row": s.row_end, "Rows": s.rows, "Why": s.reason} for s in report.set_aside]
    st.dataframe(pl.DataFrame(rows, infer_schema_length=None), hide_index=True)


def downloads(batch_id: int, file_name: str) -> None:
    """The original, byte for byte; read only when somebody asks."""
    if session.may_do("see_sales"):
        st.download_button(
            "Download the original",
            data=lambda: originals.read_original(cached.database(), cached.settings(), batch_id),
            file_name=file_name,
            icon=":material/download:",
            key=f"original_{batch_id}",
            on_click="ignore",
        )
