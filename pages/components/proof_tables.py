"""The tables behind a card: totals, changes, problems, what was not loaded; and the files that can be taken along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from core import checked_files
from core.ingest import originals
from core.ingest.annotating import workbook_name
from core.ingest.shapes import ImportReport, SetAside
from core.sales.formatting import format_number
from core.sales.naming import name_list
from pages.components import cached, cached_files, session
from pages.components.proof import restated

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def details(report: ImportReport, batch_id: int) -> None:
    """The tables behind the card, drawn when somebody opens them."""
    box = st.expander("Totals, changes and problems", key=f"details_{batch_id}", on_change="rerun")
    if not box.open:
        return
    drawn = {"Totals": totals, "Changes": changes, "Problems": problems, "Not loaded": set_aside}
    with box:
        for tab, draw in zip(st.tabs([_tab(name, report) for name in drawn]), drawn.values(), strict=True):
            with tab:
                draw(report)


def _tab(name: str, report: ImportReport) -> str:
    aside = sum(part.rows for part in report.set_aside)
    count = {"Totals": report.controls.height, "Changes": report.changes.height, "Problems": report.problems.height}.get(name, aside)
    return f"{name} ({format_number(count)})" if count else name


def totals(report: ImportReport) -> None:
    if report.controls.is_empty():
        st.caption("The file prints no totals.")
        return
    frame = report.controls.sort("agrees").with_columns(pl.col("file_value", "loaded_value", "held_value", "difference").cast(pl.Float64))
    st.dataframe(
        frame.select("agrees", "what", "measure", "sheet", "cell", "file_value", "loaded_value", "held_value", "difference"),
        hide_index=True,
        placeholder="",
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
    ordered = pl.concat([restated(report.changes), report.changes.filter(pl.col("change") == "added")])
    frame = ordered.select("change", "period_start", "store", "product", *numbers).with_columns(
        pl.col("before_amount", "after_amount").cast(pl.Float64), pl.col("product").replace(cached_files.product_names())
    )
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
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
        "suggestion": "Suggestion",
        "sheet": "Sheet",
        "cell": "Cell",
        "value": "Value",
        "rule": "Rule",
    }
    words = {"error": "✖ error", "warning": "! warning", "info": "· remark"}
    frame = report.problems.select(list(columns)).with_columns(pl.col("severity").replace(words))
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        column_config={
            **columns,
            "severity": st.column_config.TextColumn("Weight", width=90),
            "message": st.column_config.TextColumn("What", width="large"),
            "suggestion": st.column_config.TextColumn("Suggestion", width="large"),
        },
    )


def set_aside(report: ImportReport) -> None:
    """Rows that are no sales of their own, by reason."""
    if not report.set_aside:
        st.caption("Every row of the file is loaded.")
        return
    parts: dict[tuple[str, str | None], list[SetAside]] = {}
    for part in report.set_aside:
        parts.setdefault((part.reason, part.sheet), []).append(part)
    rows = [
        {"Why": reason, "Sheet": sheet or "", "Rows": sum(p.rows for p in found), "Where": _rows_words(found)}
        for (reason, sheet), found in parts.items()
    ]
    st.dataframe(pl.DataFrame(rows, infer_schema_length=None), hide_index=True)


def _rows_words(parts: Sequence[SetAside]) -> str:
    """`6, 9, 12 and 28 more`"""
    spans = [f"{p.row_start}–{p.row_end}" if p.row_end and p.row_end != p.row_start else str(p.row_start) for p in parts if p.row_start]
    return name_list(spans, 8)


def downloads(batch_id: int, report: ImportReport) -> None:
    """The original byte for byte; what was found written into it, and a mail that sends this to the reseller. Made when somebody asks."""
    database, settings, person = cached.database(), cached.settings(), session.person()
    _download("Original", "original", report.file_name, None, lambda: originals.read_original(database, settings, batch_id), batch_id)
    if not checked_files.worth_sending(report):
        return
    name = workbook_name(report.file_name)
    _download(
        "Error workbook", "checked", name, WORKBOOK, lambda: checked_files.error_workbook(database, settings, batch_id, person), batch_id
    )
    if report.reseller:
        mail = f"{name.removesuffix('.xlsx')}.eml"
        _download(
            f"Mail to {report.reseller}",
            "mail",
            mail,
            "message/rfc822",
            lambda: checked_files.correction_mail(database, settings, batch_id, person),
            batch_id,
        )


HELP = {
    "original": "The file as it was uploaded, byte for byte.",
    "checked": "The file with each bad cell coloured and commented, and lists of what was found. Correct it and load it here.",
    "mail": "A mail ready to send from your mail program, the error workbook attached.",
}
ICONS = {"original": ":material/download:", "checked": ":material/rule:", "mail": ":material/mail:"}


def _download(label: str, kind: str, name: str, media_type: str | None, make: Callable[[], bytes], batch_id: int) -> None:
    st.download_button(
        label,
        data=make,
        file_name=name,
        mime=media_type,
        icon=ICONS[kind],
        help=HELP[kind],
        key=f"{kind}_{batch_id}",
        on_click="ignore",
        type="tertiary",
    )
