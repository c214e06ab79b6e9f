"""A report with its figures, before it is a document: PDF, workbook, CSV and mail are all drawn from this one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import polars as pl

from core.db.engine import Database, Scope
from core.reports.definition import Block, ReportDefinition, block_query, pivot_query, resolve_period
from core.reports.parts import Chart, Column, Figure, KeyFigures, Part, Table, Text
from core.reports.tables import change_column, coverage_table, exact_table, period_name, result_table, shown_table
from core.sales import running
from core.sales.bridging import bridge
from core.sales.charts import bridge_chart, chart_for
from core.sales.dimensions import DIMENSIONS
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import MISSING
from core.sales.marking import mark_restated
from core.sales.measures import MEASURES
from core.sales.naming import name_day, name_period
from core.sales.pivot_query import Cells
from core.sales.pivot_table import namer
from core.sales.pivot_table import table as pivot_table
from core.sales.query import Caveat, Period, Result, SalesQuery
from core.sales.restated import Restated, restated
from core.sales.running_pivots import run_pivot
from core.sales.shown import filters_in_words

Answer = Result | Cells
TRIES = 3  # a report is built again when data changed while it was built


@dataclass(frozen=True)
class ReportContent:
    """Everything a document shows. `caveats` and `definitions` are whole sentences; `data_through` by reseller."""

    title: str
    brand: str
    period: Period
    compared_with: Period | None
    parts: tuple[Part, ...]
    filters: str
    caveats: tuple[str, ...]
    comparison: str
    definitions: tuple[tuple[str, str], ...]
    data_through: Mapping[str, date]
    covered: tuple[str, ...]
    expected: tuple[str, ...]
    data_version: int
    built_at: datetime
    headline: str = ""
    link: str = ""
    figures: tuple[Figure, ...] = field(default=())

    @property
    def period_name(self) -> str:
        return name_period(self.period)

    @property
    def coverage(self) -> str:
        """`Data through 31 May 2025 · 8 of 9 resellers complete · data version 412`."""
        through = f"Data through {name_day(max(self.data_through.values()))}" if self.data_through else "No data yet"
        return f"{through} · {len(self.covered)} of {len(self.expected)} resellers complete · data version {self.data_version}"

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, those behind charts included, in the report's order."""
        return tuple(part.table if isinstance(part, Chart) else part for part in self.parts if isinstance(part, Chart | Table))


def build(
    database: Database,
    definition: ReportDefinition,
    scope: Scope,
    today: date,
    *,
    brand: str = "",
    link: str = "",
    built_at: datetime | None = None,
) -> ReportContent:
    """Ask every block's question and put the answers in order; all of them see the same version of the data.

    Errors: BadQuestion, QueryRefused: a report is built whole or not at all.
    """
    fiscal = running.calendar_of(database)
    period = resolve_period(definition.period, today, fiscal)
    for attempt in range(TRIES):
        whole = running.run(database, SalesQuery(where=definition.where, period=period), scope, today)
        answers = [_run(database, definition, block, scope, today, fiscal) for block in definition.blocks]
        results = [_result(answer) for answer in answers if answer is not None]
        versions = {result.data_version for result in (whole, *results)}
        if len(versions) == 1 or attempt == TRIES - 1:
            break
    found = restated(database, scope, whole.period)
    parts = tuple(_part(block, answer or whole, found, fiscal) for block, answer in zip(definition.blocks, answers, strict=True))
    return _assemble(definition, parts, whole, results, brand, link, built_at or datetime.now(UTC))


def _run(
    database: Database, definition: ReportDefinition, block: Block, scope: Scope, today: date, fiscal: FiscalCalendar
) -> Answer | None:
    if block.kind in ("text", "coverage"):
        return None
    if block.is_pivot:
        return run_pivot(database, pivot_query(definition, block, today, fiscal), scope, today)
    return running.run(database, block_query(definition, block, today, fiscal), scope, today)


def _result(answer: Answer) -> Result:
    return answer.result if isinstance(answer, Cells) else answer


def _assemble(
    definition: ReportDefinition, parts: tuple[Part, ...], whole: Result, results: list[Result], brand: str, link: str, built_at: datetime
) -> ReportContent:
    assert whole.period is not None
    figures = next((part.figures for part in parts if isinstance(part, KeyFigures)), ())
    caveats = [caveat for result in (whole, *results) for caveat in result.caveats]
    measures = dict.fromkeys(m for block in definition.blocks if block.kind not in ("text", "coverage", "bridge") for m in block.measures)
    compared = next((r.compared_with for r in results if r.compared_with and r.period == whole.period), None)
    return ReportContent(
        title=definition.title,
        brand=brand,
        period=whole.period,
        compared_with=compared,
        parts=parts,
        filters=filters_in_words(definition.where),
        caveats=_sentences(caveats, whole.period, results),
        comparison=next((c.text for r in results if r.period == whole.period for c in r.caveats if c.kind == "comparison"), ""),
        definitions=tuple((MEASURES[name].label, MEASURES[name].definition) for name in measures),
        data_through=whole.data_through,
        covered=whole.resellers_covered,
        expected=whole.resellers_expected,
        data_version=max((r.data_version for r in results), default=whole.data_version),
        built_at=built_at,
        headline=_headline(figures, whole.period, compared),
        link=link,
        figures=figures,
    )


def _sentences(caveats: Iterable[Caveat], period: Period, results: list[Result]) -> tuple[str, ...]:
    """Each thing said once; what belongs to another period than the report's names it through its own table, not here."""
    own = {c.text for r in results if r.period != period for c in r.caveats}
    kept = [c.text for c in caveats if c.kind not in ("comparison", "shortened")]
    ours = {c.text for r in results if r.period == period for c in r.caveats}
    return tuple(dict.fromkeys(text for text in kept if text in ours or text not in own))


def _headline(figures: tuple[Figure, ...], period: Period, compared: Period | None) -> str:
    if not figures or figures[0].value is None:
        return ""
    first = figures[0]
    known = first.change_text != MISSING
    change = f", {first.change_text} against {name_period(compared)} where both are covered" if compared and known else ""
    return f"{first.label} in {name_period(period)}: {first.text}{change}."


def _part(block: Block, answer: Answer, found: tuple[Restated, ...], fiscal: FiscalCalendar) -> Part:
    title = block.title or default_title(block)
    if isinstance(answer, Cells):
        laid = pivot_table(answer, block.shown_as, subtotals=block.subtotals)
        return shown_table(laid.as_shown(title, namer(fiscal)), period_name(answer.result.period))
    match block.kind:
        case "text":
            return Text(title, block.text)
        case "coverage":
            return coverage_table(title, answer)
        case "kpis":
            return _key_figures(title, answer)
        case "table":
            return exact_table(title, answer, fiscal) if block.exact else result_table(title, answer)
        case "bridge":
            return _bridge(title, answer)
        case _:
            return Chart(title, period_name(answer.period), mark_restated(chart_for(answer), answer, found), result_table(title, answer))


def _bridge(title: str, result: Result) -> Chart:
    """Where the change comes from: level before, each effect, level now; the column adds up to the cent."""
    if result.compared_with is None or result.frame.is_empty():
        empty = Table(title, period_name(result.period), (Column("step", "Step"),), pl.DataFrame(schema={"step": pl.String}))
        return Chart(title, period_name(result.period), None, empty)
    found = bridge(result)
    steps = [(period_name(result.compared_with), found.before), *found.steps, (f"{period_name(result.period)}, comparable part", found.now)]
    frame = pl.DataFrame(steps, schema={"step": pl.String, "amount": pl.Decimal(38, 2)}, orient="row")
    columns = (Column("step", "Step"), Column("amount", "Net revenue", "figure", "EUR net", measure="sales_eur_net"))
    return Chart(title, period_name(result.period), bridge_chart(found, result), Table(title, period_name(result.period), columns, frame))


def default_title(block: Block) -> str:
    """What stands above a block that has no name."""
    what = MEASURES[block.measures[0]].label
    by = ("month",) if block.kind == "trend" else block.by
    return f"{what} by {', '.join(DIMENSIONS[name].title.lower() for name in by)}" if by else block.title or "Key figures"


def _key_figures(title: str, result: Result) -> KeyFigures:
    totals = result.totals
    figures = tuple(
        Figure(
            name,
            MEASURES[name].label,
            MEASURES[name].unit,
            totals.get(name),
            totals.get(f"{name}_before"),
            totals.get(change_column(name)),
            totals.get(f"{name}_comparable"),
        )
        for name in result.query.measures
    )
    return KeyFigures(title, period_name(result.period), period_name(result.compared_with), figures)
