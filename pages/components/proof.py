"""The proof of a file in a few lines: who, when and how much, why it was read so, whether it agrees, what is held, what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from core.ingest import suspecting
from core.ingest.shapes import ImportReport, Question
from core.ingest.waiting import Background, Chain
from core.sales.formatting import format_money, format_number, format_ratio
from core.sales.naming import name_list, name_period
from core.sales.query import Period
from core.uploads import layouts
from pages.components import cached_files
from pages.components.frame import escaped

REMARKS_SHOWN, KEYS_SHOWN, CELLS_SHOWN, EFFECTS_SHOWN = 3, 3, 3, 4
# By the totals' line, by the question, by the list of changes:
SAID_ELSEWHERE = ("control_total_mismatch", "unknown_vendor", "no_period_in_name", "history_restated")
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


def head(report: ImportReport, background: Background | None = None) -> None:
    """Vendor, period, rows, units and money."""
    if report.vendor:
        st.html(f'<div class="proof"><b>{escaped(headline(report, (background or Background()).since))}</b></div>')


def why(report: ImportReport) -> None:
    """Why it was read as this vendor's report of this period."""
    facts = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>" for name, text in reasons(report))
    if facts:
        st.html(f'<div class="proof"><dl class="facts">{facts}</dl></div>', width="stretch")


def proven(report: ImportReport, background: Background | None = None) -> None:
    """Whether it is stored, whether the totals and the chain agree, how much is held."""
    _list(proofs(report, background or Background()))


def noticed(report: ImportReport) -> None:
    """What is odd about it, and what it changes."""
    _list(remarks(report, cached_files.product_names()))


def _list(found: Sequence[Line]) -> None:
    if found:
        st.html(f'<div class="proof"><ul>{"".join(_html(line) for line in found)}</ul></div>')


def _html(line: Line) -> str:
    more = "".join(f"<small>{escaped(part)}</small>" for part in line.more.split("\n") if part)
    return f'<li class="{line.mark}"><span>{escaped(line.text)}</span>{more}</li>'


def headline(report: ImportReport, since: date | None = None) -> str:
    """`Liberty · 2–8 June 2025 · 39 rows · 67 units · £ 7 305.31 with VAT`. `since`: the first day of its rows: what is counted and summed is
    all that the file states, so a list that grows from month to month names the whole span."""
    known = bool(report.period_start) or bool(report.rows_read)
    start = min(since, report.period_start) if since and report.period_start else report.period_start
    parts = [report.reseller or layouts().get(report.vendor or "", report.vendor or "")]
    parts += [period_words(start, report.period_end)] if known else []
    if report.rows_read:
        parts += [count_words(report.rows_read, "row"), count_words(report.units, "unit") if report.units else "", _money_stated(report)]
    return " · ".join(part for part in parts if part)


def _money_stated(report: ImportReport) -> str:
    """The money of the file; of one that states pieces alone, that it states none."""
    if not report.amount_local and report.units:
        return money(None, None)
    basis = {"gross": "with VAT", "net": "without VAT"}.get(report.vat_basis or "", "")
    return f"{money(report.amount_local, report.currency)} {basis}".strip() if report.currency else ""


def reasons(report: ImportReport) -> list[tuple[str, str]]:
    """Why this vendor and this period, with what speaks against it."""
    found = []
    if report.evidence or report.evidence_against:
        against = f" Against: {'; '.join(report.evidence_against)}." if report.evidence_against else ""
        found.append(("Vendor", f"{'; '.join(report.evidence) or 'a person said so'}.{against}"))
    if report.period_evidence:
        found.append(("Period", "; ".join(f"{hint.source.replace('_', ' ')} “{hint.text}”" for hint in report.period_evidence[:4]) + "."))
    return found


def proofs(report: ImportReport, background: Background) -> list[Line]:
    """The proof, line by line; the keys that wait are drawn under the last one."""
    if not _tells(report):
        return []
    return [*_stored(report), *_controls(report), *_chain(background.chain), *_held(report, background)]


def remarks(report: ImportReport, names: Mapping[str, str]) -> list[Line]:
    """What else a person should know. `names`: EAN → product name."""
    return [*_remarks(report), *_changes(report, names), *_corrected(report)] if _tells(report) else []


def word_wanted(report: ImportReport, question: Question) -> str:
    """Why a file needs a person's word; the figures that its proof shows above are not said again."""
    if question.beyond is None:
        return question.text
    totals = [] if report.controls["agrees"].all() else ["its totals do not agree"]
    gone = report.changes.filter(pl.col("change") == "vanished").height
    changed = report.changes.filter(pl.col("change") == "changed").height
    live = ["figures that are live would go"] if gone else ["figures that are live would change"] if changed else []
    because = f"This file needs your word, because {name_list([*totals, *live])}." if totals or live else ""
    return " ".join(part for part in (because, question.beyond, "Stored all the same, it stays marked in History.") if part)


def _tells(report: ImportReport) -> bool:
    return bool(report.vendor) and report.status not in ("refused", "duplicate")


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
    where = f" ({_place(first)})" if first["cell"] else ""
    gap = f"{first['what']}{where}: the file prints {file}, its rows add up to {loaded}, difference {apart}."
    return [Line("bad", text, "\n".join([gap, *_suspects(report)]))]


def _place(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row["sheet"], row["cell"]) if part)


def _suspects(report: ImportReport) -> list[str]:
    """The rows most likely behind it, or that none fits."""
    found = report.problems.filter(pl.col("rule") == suspecting.RULE)
    if found.is_empty():
        return ["No single row, and no two rows together, are worth the difference."]
    more = f" And {count_words(found.height - KEYS_SHOWN, 'more row')} under Problems." if found.height > KEYS_SHOWN else ""
    shown = found.head(KEYS_SHOWN)["message"].to_list()
    return [*shown[:-1], shown[-1] + more]


def _chain(chain: Chain | None) -> list[Line]:
    if chain is None:
        return []
    sums = " = ".join((" + ".join(map(format_number, (chain.before, chain.own))), format_number(chain.after)))
    return [Line("good", f"Year-to-date chain: {sums} units, as the file before says.")]


def _held(report: ImportReport, background: Background) -> list[Line]:
    """How many rows wait, and for how many answers; the keys themselves are drawn below, with their answers."""
    if not report.rows_held:
        return []
    amount = f" ({money(report.held_amount, report.currency)})" if report.held_amount else ""
    share = held_share(report.held_amount, report.amount_local)
    part = f", {share} of the file's money" if share else ""
    text = f"{count_words(report.rows_held, 'row')} held{amount}{part}: in no figure until somebody says what it is."
    text = text if report.rows_held == 1 else text.replace("what it is", "what they are")
    more = f"{count_words(len(background.waiting), 'answer')} would place them." if len(background.waiting) > 1 else ""
    return [Line("mind", text, more)]


def held_share(held: Decimal | None, whole: Decimal | None) -> str:
    """`1.2 %` of a file's money that waits in the inbox, `under 0.1 %`; '' where no money waits or the file states none."""
    if not held or not whole or not 0 < held / whole <= 1:
        return ""
    return f"under {format_ratio(Decimal('0.001'))}" if held / whole < Decimal("0.0005") else format_ratio(held / whole)


def _remarks(report: ImportReport) -> list[Line]:
    """What else a person should know before storing; what the totals and the question say already is not said twice."""
    said = [message for message in report.problems["message"].unique() if any(message in question.text for question in report.questions)]
    serious = report.problems.filter(
        (pl.col("severity") != "info")
        & ~pl.col("message").str.contains(INBOX, literal=True)
        & ~pl.col("rule").is_in(SAID_ELSEWHERE)
        & ~pl.col("message").is_in(said)
    )
    first = serious.unique("rule", keep="first", maintain_order=True)
    counts = dict(serious.group_by("rule").len().iter_rows())
    lines = [_remark(row, counts[row["rule"]]) for row in first.head(REMARKS_SHOWN).iter_rows(named=True)]
    rest = first.height - len(lines)
    return [*lines, Line("note", f"{count_words(rest, 'more kind')} of remarks under Problems.")] if rest else lines


def _remark(row: dict[str, Any], count: int) -> Line:
    others = f"{count_words(count - 1, 'more line')} of this kind. " if count > 1 else f"In {_place(row)}. " if row["cell"] else ""
    return Line("bad" if row["severity"] == "error" else "mind", row["message"], others + (row["suggestion"] or ""))


def _changes(report: ImportReport, names: Mapping[str, str]) -> list[Line]:
    """What is live and would be another figure: earlier months first, by their effect; new figures are only counted."""
    if report.changes.is_empty():
        return []
    counts = dict(report.changes.group_by("change").len().iter_rows())
    if set(counts) == {"added"}:
        return [Line("note", f"{count_words(counts['added'], 'new figure')}; nothing that is live changes.")]
    words = ", ".join(f"{format_number(counts.get(kind, 0))} {kind}" for kind in ("added", "changed", "vanished"))
    effects = effect(report.changes, report.currency)
    moved = f"{name_list(effects, EFFECTS_SHOWN)}." if effects else ""
    cells = [_cell(row, names, report.currency) for row in restated(report.changes).head(CELLS_SHOWN).iter_rows(named=True)]
    return [Line("mind", f"Against what is live: {words}.", "\n".join(part for part in (moved, *cells) if part))]


def restated(changes: pl.DataFrame) -> pl.DataFrame:
    """Figures that are live already and differ, the earliest period first."""
    return changes.filter(pl.col("change") != "added").sort("period_start", "change", maintain_order=True)


def effect(changes: pl.DataFrame, currency: str | None) -> list[str]:
    """What past totals move by, month by month: `January 2025 +3 units, +£ 250.00`."""
    months = (
        restated(changes)
        .group_by(pl.col("period_start").dt.truncate("1mo").alias("month"), maintain_order=True)
        .agg(_moved("units"), _moved("amount"))
    )
    return [_effect(row, currency) for row in months.iter_rows(named=True) if row["month"] is not None]


def _moved(what: str) -> pl.Expr:
    return (pl.col(f"after_{what}").fill_null(0) - pl.col(f"before_{what}").fill_null(0)).sum().alias(what)


def _effect(row: Mapping[str, Any], currency: str | None) -> str:
    if not row["units"] and not row["amount"]:
        return f"{row['month']:%B %Y} stays the same in total"
    parts = [f"{signed(row['units'])} {'unit' if abs(row['units']) == 1 else 'units'}"]
    parts += [f"{'+' if row['amount'] > 0 else ''}{money(row['amount'], currency)}"] if row["amount"] else []
    return f"{row['month']:%B %Y} {' and '.join(parts)}"


def signed(number: int) -> str:
    return f"+{format_number(number)}" if number > 0 else format_number(number) if number else "±0"


def _cell(row: Mapping[str, Any], names: Mapping[str, str], currency: str | None) -> str:
    """`Flagship, Pine Pantry, 2–8 June 2025: units 4 → 7, £ 400.00 → £ 700.00`"""
    what = ", ".join(part for part in (row["store"], names.get(row["product"] or "", row["product"])) if part)
    pairs = [(row[f"before_{name}"], row[f"after_{name}"]) for name in ("units", "amount")]
    units, amounts = (pair if pair != (None, None) and pair[0] != pair[1] else None for pair in pairs)
    parts = [f"units {_or_none(units[0], None)} → {_or_none(units[1], None)}"] if units else []
    parts += [f"{_or_none(amounts[0], currency)} → {_or_none(amounts[1], currency)}"] if amounts else []
    if not parts:
        parts = [f"{row['before_lines'] or 0} → {row['after_lines'] or 0} lines"]
    return f"{what}, {period_words(row['period_start'], row['period_end'])}: {', '.join(parts)}"


def _or_none(value: Any, currency: str | None) -> str:
    return "none" if value is None else money(value, currency) if isinstance(value, Decimal) else format_number(value)


def _corrected(report: ImportReport) -> list[Line]:
    found = report.problems.filter(pl.col("rule") == "corrected_file")
    return [Line("note", text) for text in found["message"]]
