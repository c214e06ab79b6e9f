"""What storing a file would do, and what a person has to say first. Pure: the file, the catalogue and what is live in, a plan out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from core.catalogue.records import Catalogue, Reseller
from core.ingest.checking import check, money, too_large
from core.ingest.claiming import changing, fresh, tied
from core.ingest.content import SLICE, file_key, nominal, slice_keys, timeless_key
from core.ingest.diffing import cells, difference
from core.ingest.matching import match
from core.ingest.reconciling import WeekToDate, actuals, chain_problems, disagreements, link, reconcile, ytd_key
from core.ingest.shapes import CHANGES, Choice, PeriodEvidence, Problem, Question, SalesFrame
from core.ingest.standing import EarlierFile, Standing
from core.ingest.valuing import value, value_from_price_list

LONGEST_CELL = timedelta(days=35)
LONG_LIST = 200_000
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


@dataclass(frozen=True)
class Content:
    """What a file states, by keys: its slices (view, period, content_key), the whole, and the whole without its dates."""

    slices: pl.DataFrame
    file_key: str
    timeless: str

    @classmethod
    def of(cls, frame: SalesFrame) -> Content:
        keyed = slice_keys(frame)
        return cls(keyed, file_key(keyed), timeless_key(frame.rows))


@dataclass(frozen=True)
class Plan:
    """A file ready to be stored, once its questions are answered. `rows`: every row, matched and valued; `rule` null where placed."""

    frame: SalesFrame
    reseller: Reseller
    content: Content
    rows: pl.DataFrame
    standing: Standing
    controls: pl.DataFrame
    changes: pl.DataFrame
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    duplicate_of: EarlierFile | None = None

    @property
    def primary(self) -> pl.DataFrame:
        """The rows that count: each unit and each unit of money once."""
        return self.rows.filter(pl.col("primary_view"))

    @property
    def stated_until(self) -> date:
        period = nominal(self.frame)
        assert period is not None
        return period[1]


def fill_in(frame: SalesFrame, reseller: Reseller, answers: Answers) -> SalesFrame:
    """Currency and VAT basis where the row does not state them: what a person said, the file's own, the reseller's setting."""
    currency = answers.currency or frame.currency or reseller.currency
    basis = answers.vat_basis or frame.vat_basis or reseller.vat_basis
    rows = frame.rows.with_columns(
        pl.coalesce("currency", pl.lit(currency, pl.String)).alias("currency"),
        pl.coalesce("vat_basis", pl.lit(basis, pl.String)).alias("vat_basis"),
    )
    return too_large_held(frame.with_rows(rows))


def too_large_held(frame: SalesFrame) -> SalesFrame:
    """Impossible amounts and order lines without an order are held; nothing else can be done with them."""
    rows = too_large(frame.rows)
    if frame.by_order:
        lost = pl.when(pl.col("order_id").is_null()).then(pl.lit("order_id_missing"))
        rows = rows.with_columns(pl.coalesce("held_reason", lost).alias("held_reason"))
    return frame.with_rows(rows)


def place_and_value(rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller, rates: pl.DataFrame) -> pl.DataFrame:
    """Rows (ROW_COLUMNS) with MATCHED and VALUED."""
    valued = value(match(rows, catalogue, reseller), catalogue, reseller, rates)
    return value_from_price_list(valued) if reseller.values_from_price_list else valued


def make_plan(
    frame: SalesFrame, content: Content, rows: pl.DataFrame, catalogue: Catalogue, reseller: Reseller, standing: Standing, answers: Answers, brand: str
) -> Plan:  # fmt: skip
    """The whole judgement of a file."""
    controls = reconcile(rows, frame.controls, reseller)
    changes = changes_of(rows, frame, standing)
    chain = chain_of(rows, frame, standing.weeks)
    problems = [
        *check(rows, frame, catalogue, reseller, brand),
        *disagreements(controls, frame.currency or reseller.currency),
        *chain,
        *not_proven(controls, frame),
        *once_only(frame, standing),
        *nothing_before(rows, standing),
        *restatements(changes, standing),
        *stores_missing(rows, frame, standing),
    ]
    duplicate = duplicate_of(frame, standing)
    questions = [] if duplicate else ask(frame, controls, changes, chain, standing, answers)
    return Plan(frame, reseller, content, rows, standing, controls, changes, tuple(problems), tuple(questions), duplicate)


# Against what is live -------------------------------------------------------------------------------------------------


def changes_of(rows: pl.DataFrame, frame: SalesFrame, standing: Standing) -> pl.DataFrame:
    """The difference list over the slices that the file would make live."""
    if frame.by_order:
        return difference(standing.cells, cells(rows))
    if all_new(rows, standing):
        return pl.DataFrame(schema=CHANGES)
    won = pl.concat([changing(standing.slices), fresh(standing.slices)]).select(SLICE)
    # A further view that spans many months at once (a money total over the whole list) has no cell to compare with.
    recurring = pl.col("primary_view") | ((pl.col("period_end") - pl.col("period_start")) <= LONGEST_CELL)
    spans = rows.filter(~recurring).select(SLICE).unique()
    before = standing.cells.join(spans, on=SLICE, how="anti")
    return difference(before, cells(rows.filter(recurring).join(won, on=SLICE, how="semi")))


def all_new(rows: pl.DataFrame, standing: Standing) -> bool:
    """True for a very long list of which nothing was stored before: a difference list would be the list itself."""
    return rows.height > LONG_LIST and not changing(standing.slices).height and not standing.cells.height


def nothing_before(rows: pl.DataFrame, standing: Standing) -> list[Problem]:
    if not all_new(rows, standing):
        return []
    return [
        Problem(
            "all_new", f"Nothing of these periods was stored before: all {rows.height:,} rows are new and not listed as changes.", "info"
        )
    ]


def restatements(changes: pl.DataFrame, standing: Standing) -> list[Problem]:
    """Earlier periods that the file states differently than what is live."""
    touched = changes.filter(pl.col("change") != "added")
    older = touched.join(changing(standing.slices).select(SLICE), on=SLICE, how="semi") if standing.slices.height else touched
    if not older.height:
        return []
    first = older["period_start"].min()
    assert isinstance(first, date)
    units = (older["after_units"].fill_null(0) - older["before_units"].fill_null(0)).sum()
    counts = {kind: older.filter(pl.col("change") == kind).height for kind in ("changed", "vanished")}
    return [
        Problem(
            "history_restated",
            f"{counts['changed']} earlier cells changed and {counts['vanished']} vanished, from {first:%b %Y} on ({units:+} units).",
            "warning",
            suggestion="Read the list of changes before you store; reports that were sent may have shown the earlier figures.",
        )
    ]


def once_only(frame: SalesFrame, standing: Standing) -> list[Problem]:
    """Slices of an older file that a newer one has stated already, gaps that close, content that was there before."""
    found = []
    lost = standing.slices.filter(~pl.col("wins"))
    if lost.height:
        found.append(
            Problem(
                "superseded_on_arrival",
                f"A newer file already states {lost.height} of the {standing.slices.height} periods of this file; there the newer figures stay.",
                "info",
            )
        )
    period = nominal(frame)
    if frame.living is False and not frame.by_order and period and standing.last_period is None and _later(standing, period):
        found.append(Problem("late_period_arrived", f"{period[0]:%-d %b} – {period[1]:%-d %b %Y} arrived after later periods.", "info"))
    return found


def _later(standing: Standing, period: tuple[date, date]) -> bool:
    return any(week.period_start > period[1] for week in standing.weeks)


def stores_missing(rows: pl.DataFrame, frame: SalesFrame, standing: Standing) -> list[Problem]:
    """Stores of the last period that a fresh report does not name at all."""
    if frame.living or frame.by_order or any(problem.rule == "store_missing" for problem in frame.problems):
        return []
    named = set(rows.get_column("store").drop_nulls()) | {p.value for p in frame.problems if p.value}
    if not named & set(standing.last_stores):
        return []
    return [
        Problem(
            "store_missing",
            f"{store} reported last time and is not in this file.",
            "warning",
            value=store,
            suggestion="Ask whether it closed.",
        )
        for store in standing.last_stores
        if store not in named
    ]


def duplicate_of(frame: SalesFrame, standing: Standing) -> EarlierFile | None:
    """The stored file that states exactly the same, slice by slice."""
    return standing.same_content if nominal(frame) is not None else None


# The proof ------------------------------------------------------------------------------------------------------------


def this_week(rows: pl.DataFrame, frame: SalesFrame) -> WeekToDate | None:
    """The file's own link of the year-to-date chain; its dates are placeholders while the period is open."""
    if not frame.year_to_date:
        return None
    start, end = nominal(frame) or (date.max, date.max)
    to_date = {ytd_key(figure): figure.value for figure in frame.year_to_date}
    return WeekToDate(0, "", start, end, to_date, actuals(rows, frame.year_to_date))


def chain_of(rows: pl.DataFrame, frame: SalesFrame, weeks: Sequence[WeekToDate]) -> list[Problem]:
    """This week's year-to-date against the last loaded week before it, and the next loaded week's against this one."""
    week = this_week(rows, frame)
    if week is None or nominal(frame) is None or frame.living:
        return []
    before = [w for w in weeks if w.period_end < week.period_start]
    after = [w for w in weeks if w.period_start > week.period_end]
    links = [link(before[-1], week)] if before else []
    links += [link(week, after[0])] if after and (after[0].period_start - week.period_end).days == 1 else []
    return [problem for found in links for problem in chain_problems(found, frame.currency)]


def fitting_weeks(rows: pl.DataFrame, frame: SalesFrame, weeks: Sequence[WeekToDate]) -> list[PeriodEvidence]:
    """Weeks at which the chain closes: the one after a loaded week, or the one before it."""
    week = this_week(rows, frame)
    found: list[PeriodEvidence] = []
    for other in weeks if week else ():
        assert week is not None
        after, before = link(other, week), link(week, other)
        if not after.surplus and not after.new_year:
            found.append(_shifted(other, 1, f"year to date follows {other.file_name}"))
        if not before.surplus and not before.new_year:
            found.append(_shifted(other, -1, f"year to date leads to {other.file_name}"))
    return found


def _shifted(week: WeekToDate, weeks: int, text: str) -> PeriodEvidence:
    by = timedelta(weeks=weeks)
    return PeriodEvidence("chain", text, week.period_start + by, week.period_end + by)


def not_proven(controls: pl.DataFrame, frame: SalesFrame) -> list[Problem]:
    """Said plainly where the file prints no total to compare with."""
    said = any(problem.rule == "no_control_total" for problem in frame.problems)
    if controls.height or frame.year_to_date or said:
        return []
    return [Problem("no_control_total", "The file prints no totals, so its sums are not proven by the file itself.", "info")]


# Questions ------------------------------------------------------------------------------------------------------------


def ask(
    frame: SalesFrame, controls: pl.DataFrame, changes: pl.DataFrame, chain: Sequence[Problem], standing: Standing, answers: Answers
) -> list[Question]:
    """What a person has to say before these rows may be stored, the period first."""
    period = nominal(frame)
    found = period_question(frame, standing, answers)
    if period is None or answers.accept_warnings:
        return found
    warnings = [
        *_mismatch(controls, chain),
        *_vanished(changes),
        *_correction(changes, standing, period),
    ]
    if warnings:
        found.append(Question("accept_warnings", " ".join(warnings), (Choice("true", "Store it all the same", "the batch stays marked"),)))
    return found


def period_question(frame: SalesFrame, standing: Standing, answers: Answers) -> list[Question]:
    """Asked when no period is proven, when the evidence contradicts itself, or when another period holds the same content."""
    if answers.period is not None:
        return []
    twin, period = standing.same_but_dates, nominal(frame)
    copied = (
        twin is not None and period is not None and twin.period_end != period[1] and frame.rows.height >= TELLING_ROWS and not frame.living
    )
    if period is not None and not copied and (not frame.period.conflict or answers.accept_warnings):
        return []
    if copied and twin is not None:
        text = f"The content equals {twin.file_name}, which is another period. A copy for another period is almost surely a mistake of the sender."
    elif period is None:
        text = "No period is proven by this file. Which period does it cover?"
    else:
        text = "The file contradicts itself about its period. Which one is right?"
    return [Question("period", text, period_choices(frame, standing))]


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


def _mismatch(controls: pl.DataFrame, chain: Sequence[Problem]) -> list[str]:
    wrong = controls.filter(~pl.col("agrees"))
    found = []
    if wrong.height:
        row = wrong.row(0, named=True)
        found.append(
            f"{wrong.height} of {controls.height} totals of the file do not agree, first “{row['what']}”: "
            f"the file prints {money(row['file_value'], '')}, its rows add up to {money(row['loaded_value'], '')}."
        )
    if any(problem.rule == "control_total_mismatch" for problem in chain):
        found.append("The year-to-date figures do not follow from the last loaded week.")
    return found


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
    return [f"Another file states the same period with other figures; this one would replace it ({touched.height} cells differ)."]


def year_to_date_record(plan: Plan) -> list[list[Any]]:
    """The cumulative figures as plain values, for the chain of later files."""
    week = this_week(plan.rows, plan.frame)
    if week is None:
        return []
    return [
        [measure, [[name, value] for name, value in where], str(total), str(week.actual[(measure, where)])]
        for (measure, where), total in week.to_date.items()
    ]
