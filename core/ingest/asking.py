"""What a person has to say before a file may be stored, each question with ranked answers and their reasons. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from core.errors import BadQuestion
from core.ingest.chaining import fitting_weeks
from core.ingest.claiming import tied
from core.ingest.content import SLICE, nominal
from core.ingest.formats.meanings import MEANINGS
from core.ingest.shapes import Choice, Problem, Question, SalesFrame
from core.ingest.standing import EarlierFile, Standing
from core.sales.formatting import format_number

CONFIRMED = frozenset(
    {"hidden_sheet_read", "rival_sheet", "rival_columns", "stores_not_found", "line_id_conflict", "rows_below_total",
     "week_ends_uneven", "second_list", "other_brand_file", "period_overlap", "not_a_sale", "period_in_blocks", "amounts_in_thousands",
     "overlapping_periods", "columns_repeated", "month_unread", "sheet_unread", "store_blank", "currency_conflict", "figures_apart", "resellers_mixed"}
)  # fmt: skip  # said by a format, to be accepted
WORDS = {
    "vat_basis": ("gross", "net"),
    "amount_is": ("line", "unit"),
    "completeness": ("complete", "adds"),
    "date_order": ("dmy", "mdy"),
    "decimal": (".", ","),
}
TELLING_ROWS = 3  # so few lines may well be equal in two periods


@dataclass(frozen=True)
class Answers:
    """What a person said about a file."""

    vendor: str | None = None
    period: tuple[date, date] | None = None
    accept_warnings: bool = False
    reseller: str | None = None
    currency: str | None = None
    vat_basis: str | None = None
    password: str | None = field(default=None, repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)  # of a list nobody knows: column → meaning
    amount_is: str | None = None  # 'line' | 'unit'
    completeness: str | None = None  # 'complete' | 'adds'
    date_order: str | None = None  # 'dmy' | 'mdy'
    decimal: str | None = None  # '.' | ','


def check_answers(columns: Mapping[str, str], words: Mapping[str, str | None]) -> None:
    """Errors: BadQuestion for an answer that is none of those offered."""
    for key, word in words.items():
        if word and key in WORDS and word not in WORDS[key]:
            raise BadQuestion(f"“{word}” is no answer here. Say {' or '.join(WORDS[key])}.")
    for column, meaning in columns.items():
        if meaning not in MEANINGS:
            raise BadQuestion(f"“{meaning}” is no meaning of the column “{column}”. Choose one of: {', '.join(MEANINGS)}.")


def ask(
    frame: SalesFrame, controls: pl.DataFrame, changes: pl.DataFrame, chain: Sequence[Problem], standing: Standing, answers: Answers
) -> list[Question]:
    """What a person has to say before these rows may be stored, the period first."""
    period = nominal(frame)
    found = period_question(frame, standing, answers)
    if period is None or answers.accept_warnings:
        return found
    confirmed = [problem.message for problem in frame.problems if problem.rule in CONFIRMED]
    beyond = [*_broken_chain(chain), *_contradictions(frame), *confirmed]
    warnings = [*_mismatch(controls), *beyond, *_vanished(changes), *_correction(changes, standing, period)]
    if warnings:
        choice = Choice("true", "Store it all the same", "the batch stays marked")
        found.append(Question("accept_warnings", " ".join(warnings), (choice,), beyond=" ".join(beyond)))
    return found


def period_question(frame: SalesFrame, standing: Standing, answers: Answers) -> list[Question]:
    """Asked when no period is proven, when the evidence contradicts itself, or when another period holds the same content."""
    if answers.period is not None:
        return []
    twin, period = copy_of(frame, standing), nominal(frame)
    if period is not None and twin is None and (not frame.period.conflict or answers.accept_warnings):
        return []
    if twin is not None:
        text = f"The content equals {twin.file_name}, which is another period. A copy for another period is almost surely a mistake of the sender."
    elif period is None:
        text = "No period is proven by this file. Which period does it cover?"
    else:
        text = "The file contradicts itself about its period. Which one is right?"
    return [Question("period", text, period_choices(frame, standing))]


def copy_of(frame: SalesFrame, standing: Standing) -> EarlierFile | None:
    """The stored file of another period whose content a fresh report repeats."""
    twin, period = standing.same_but_dates, nominal(frame)
    if twin is None or period is None or twin.period_end == period[1] or frame.rows.height < TELLING_ROWS or frame.living:
        return None
    return twin


def period_choices(frame: SalesFrame, standing: Standing) -> tuple[Choice, ...]:
    """Ranked: equal content first, then the chain, the format's proposal, its other evidence."""
    twin = standing.same_but_dates
    proposal = nominal(frame)
    listed: list[tuple[date, date, str]] = []
    if twin and twin.period_start and twin.period_end:
        listed.append((twin.period_start, twin.period_end, f"all cells equal {twin.file_name}"))
    listed += [
        (e.start, e.end, e.text)
        for e in fitting_weeks(frame.rows.with_columns(pl.lit(None, pl.String).alias("rule")), frame, standing.weeks)
    ]
    if proposal:
        listed.append((*proposal, "proposed by the evidence"))
    listed += [(e.start, e.end, e.text) for e in (*frame.period.candidates, *frame.period.evidence)]
    reasons: dict[tuple[date, date], list[str]] = {}
    for start, end, why in listed:
        reasons.setdefault((start, end), []).append(why)
    return tuple(Choice(f"{start}/{end}", _span(start, end), "; ".join(dict.fromkeys(why))) for (start, end), why in reasons.items())


def _span(start: date, end: date) -> str:
    whole_month = start.day == 1 and (end + timedelta(days=1)).day == 1 and (start.year, start.month) == (end.year, end.month)
    return f"{start:%B %Y}" if whole_month else f"{start:%-d %b} – {end:%-d %b %Y}"


def _mismatch(controls: pl.DataFrame) -> list[str]:
    wrong = controls.filter(~pl.col("agrees"))
    if wrong.is_empty():
        return []
    row = wrong.row(0, named=True)
    file, loaded = (_figure(row[name], row["measure"]) for name in ("file_value", "loaded_value"))
    return [
        f"{wrong.height} of {controls.height} totals of the file {'does' if wrong.height == 1 else 'do'} not agree, "
        f"first “{row['what']}”: the file prints {file}, its rows add up to {loaded}."
    ]


def _broken_chain(chain: Sequence[Problem]) -> list[str]:
    broken = any(problem.rule == "control_total_mismatch" for problem in chain)
    return ["The year-to-date figures do not follow from the last loaded week."] if broken else []


def _contradictions(frame: SalesFrame) -> list[str]:
    """Totals that no fact carries (year to date, lines, money with VAT) and that the file itself does not keep; the first one in words."""
    wrong = [problem.message for problem in frame.problems if problem.rule == "control_total_mismatch"]
    return [wrong[0] + (f" {len(wrong) - 1} more totals of the file contradict it." if len(wrong) > 1 else "")] if wrong else []


def _figure(value: object, measure: str) -> str:
    return format_number(value, 0 if measure == "units" else 2)


def _vanished(changes: pl.DataFrame) -> list[str]:
    gone = changes.filter(pl.col("change") == "vanished")
    if not gone.height:
        return []
    lines, units = gone["before_lines"].sum(), gone["before_units"].sum() or 0
    what = "line that is" if lines == 1 else "lines that are"
    return [f"{lines:,} {what} live now ({units:,} units) {'is' if lines == 1 else 'are'} not in this file any more."]


def _correction(changes: pl.DataFrame, standing: Standing, period: tuple[date, date]) -> list[str]:
    rivals = tied(standing.slices, period[1])
    touched = changes.join(rivals.select(SLICE), on=SLICE, how="semi") if rivals.height else changes.clear()
    if not touched.height:
        return []
    differ = "1 cell differs" if touched.height == 1 else f"{touched.height} cells differ"
    return [f"Another file states the same period with other figures; this one would replace it ({differ})."]
