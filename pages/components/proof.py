"""The proof of a file: the story in a few lines, and the tables behind it one click away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from core.ingest import originals
from core.ingest.shapes import ImportReport, SetAside
from core.sales.formatting import format_money, format_number
from core.sales.naming import name_list, name_period
from core.sales.query import Period
from core.uploads import layouts
from pages.components import cached
from pages.components.frame import escaped

REMARKS_SHOWN, KEYS_SHOWN = 3, 2
SAID_ELSEWHERE = ("control_total_mismatch", "unknown_vendor", "no_period_in_name")  # by the totals' line, by the question
INBOX = " is held in the inbox: "


@dataclass(frozen=True)
class Line:
    """A line of the story. `mark`: good, bad, mind (look at it), note; it is drawn as a sign and a colour. `more`: a quieter second sentence."""

    mark: str
    text: str
    more: str = ""


def money(amount: Decimal | None, currency: str | None) -> str:
    """`£ 7 305.31` from a local amount; the currency's code where it has no sign."""
    return "no money stated" if amount is None else format_money(amount, 2, currency or "")


def period_words(start: date | None, end: date | None) -> str:
    return name_period(Period(start, end)) if start and end else "period not proven"


def count_words(number: int, one: str, many: str = "") -> str:
    """`1 row`, `12 rows`."""
    return f"{format_number(number)} {one if number == 1 else many or one + 's'}"


# The story ------------------------------------------------------------------------------------------------------------


def summary(report: ImportReport) -> None:
    """Vendor, period, rows and money; whether the totals agree; what is held; what is odd; what changes; why it was read so."""
    if not report.vendor:
        return
    rows = "".join(_html(line) for line in story(report))
    facts = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>" for name, text in reasons(report))
    st.html(f'<div class="proof"><b>{escaped(headline(report))}</b><ul>{rows}</ul><dl class="facts">{facts}</dl></div>')


def _html(line: Line) -> str:
    more = f"<small>{escaped(line.more)}</small>" if line.more else ""
    return f'<li class="{line.mark}">{escaped(line.text)} {more}</li>'


def headline(report: ImportReport) -> str:
    """`Liberty · 2–8 June 2025 · 39 rows · £ 7 305.31 gross`"""
    known = bool(report.period_start) or bool(report.rows_read)
    parts = [report.reseller or layouts().get(report.vendor or "", report.vendor or "")]
    parts += [period_words(report.period_start, report.period_end)] if known else []
    parts += [count_words(report.rows_read, "row")] if report.rows_read else []
    if report.currency and report.rows_read:
        basis = {"gross": "with VAT", "net": "without VAT"}.get(report.vat_basis or "", "")
        parts.append(f"{money(report.amount_local, report.currency)} {basis}".strip())
    return " · ".join(part for part in parts if part)


def reasons(report: ImportReport) -> list[tuple[str, str]]:
    """Why this vendor and this period, with what speaks against it."""
    found = []
    if report.evidence or report.evidence_against:
        against = f" Against: {'; '.join(report.evidence_against)}." if report.evidence_against else ""
        found.append(("Vendor", f"{'; '.join(report.evidence) or 'a person said so'}.{against}"))
    if report.period_evidence:
        found.append(("Period", "; ".join(f"{hint.source.replace('_', ' ')} “{hint.text}”" for hint in report.period_evidence[:4]) + "."))
    return found


def story(report: ImportReport) -> list[Line]:
    """The lines of a card, the proof first."""
    if report.status in ("refused", "duplicate"):
        return []
    return [*_stored(report), *_controls(report), *_held(report), *_remarks(report), *_changes(report)]


def _stored(report: ImportReport) -> list[Line]:
    return [Line("good", report.reason)] if report.status == "stored" and report.reason else []


def _controls(report: ImportReport) -> list[Line]:
    total, wrong = report.controls.height, report.controls.filter(~pl.col("agrees"))
    if not report.rows_read:
        return []
    if not total:
        return [Line("note", "The file prints no totals, so its sums are not proven by the file itself.")]
    if wrong.is_empty():
        what = "The file's total agrees" if total == 1 else f"All {format_number(total)} totals of the file agree"
        return [Line("good", f"{what} with what is loaded.")]
    first = wrong.row(0, named=True)
    digits = 0 if first["measure"] == "units" else 2
    file, loaded, apart = (format_number(first[name], digits) for name in ("file_value", "loaded_value", "difference"))
    text = f"{format_number(wrong.height)} of {count_words(total, 'total')} of the file {'does' if wrong.height == 1 else 'do'} not agree."
    return [Line("bad", text, f"{first['what']}: the file prints {file}, its rows add up to {loaded}, difference {apart}.")]


def _held(report: ImportReport) -> list[Line]:
    """The rows without a known product or store, and what the first of them look like."""
    if not report.rows_held:
        return []
    amount = f" ({money(report.held_amount, report.currency)})" if report.held_amount else ""
    keys = _held_keys(report)
    looks = [
        f"{key['message'].split(INBOX)[-1].split(' (')[0]}: {_looks(key['suggestion'])}"
        for key in keys.head(KEYS_SHOWN).iter_rows(named=True)
    ]
    more = f" And {count_words(keys.height - KEYS_SHOWN, 'more key')}." if keys.height > KEYS_SHOWN else ""
    text = f"{count_words(report.rows_held, 'row')} held{amount}: in no figure until somebody says what it is."
    text = text if report.rows_held == 1 else text.replace("what it is", "what they are")
    return [Line("mind", text, " ".join(looks) + more)]


def _held_keys(report: ImportReport) -> pl.DataFrame:
    return report.problems.filter(pl.col("message").str.contains(INBOX, literal=True))


def _looks(suggestion: str | None) -> str:
    return (suggestion or "nothing in the catalogue looks like it.").split(". ")[0].rstrip(".").replace("It looks", "it looks") + "."


def _remarks(report: ImportReport) -> list[Line]:
    """What else a person should know before storing; what the totals and the question say already is not said twice."""
    said = {question.text for question in report.questions}
    serious = report.problems.filter(
        (pl.col("severity") != "info")
        & ~pl.col("message").str.contains(INBOX, literal=True)
        & ~pl.col("rule").is_in(SAID_ELSEWHERE)
        & ~pl.col("message").is_in(sorted(said))
    )
    first = serious.unique("rule", keep="first", maintain_order=True)
    counts = dict(serious.group_by("rule").len().iter_rows())
    lines = [_remark(row, counts[row["rule"]]) for row in first.head(REMARKS_SHOWN).iter_rows(named=True)]
    rest = first.height - len(lines)
    return [*lines, Line("note", f"{count_words(rest, 'more kind')} of remarks under Problems.")] if rest else lines


def _remark(row: dict[str, Any], count: int) -> Line:
    others = f"{count_words(count - 1, 'more line')} of this kind. " if count > 1 else ""
    return Line("bad" if row["severity"] == "error" else "mind", row["message"], others + (row["suggestion"] or ""))


def _changes(report: ImportReport) -> list[Line]:
    if report.changes.is_empty() or "history_restated" in report.problems["rule"]:
        return []
    counts = dict(report.changes.group_by("change").len().iter_rows())
    if set(counts) == {"added"}:
        return [Line("note", f"{count_words(counts['added'], 'figure')} new; nothing that is live changes.")]
    words = ", ".join(f"{format_number(counts.get(kind, 0))} {kind}" for kind in ("added", "changed", "vanished"))
    return [Line("mind", f"Against what is live: {words}.")]


# The tables behind it -------------------------------------------------------------------------------------------------


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
        download(batch_id, report.file_name)


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
    frame = report.changes.select("change", "period_start", "store", "product", *numbers).with_columns(
        pl.col("before_amount", "after_amount").cast(pl.Float64), pl.col("product").replace(cached.product_names())
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


def download(batch_id: int, file_name: str) -> None:
    """The original, byte for byte; read only when somebody asks."""
    st.download_button(
        "Download the original",
        data=lambda: originals.read_original(cached.database(), cached.settings(), batch_id),
        file_name=file_name,
        icon=":material/download:",
        key=f"original_{batch_id}",
        on_click="ignore",
        type="tertiary",
    )
