"""A report with its figures, before it is a document: PDF, workbook, CSV and mail are all drawn from this one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

import polars as pl

from core.db.engine import Database, Scope
from core.reports.definition import Block, ReportDefinition, block_query, resolve_period
from core.sales import running
from core.sales.bridging import bridge
from core.sales.chart_spec import ChartSpec
from core.sales.charts import bridge_chart, chart_for
from core.sales.dimensions import DIMENSIONS, TIME
from core.sales.formatting import format_change, format_figure, format_points
from core.sales.marking import mark_restated
from core.sales.measures import MEASURES, Unit
from core.sales.naming import name_day, name_list, name_period
from core.sales.query import Caveat, Filter, Period, Result, SalesQuery
from core.sales.restated import Restated, restated

ColumnKind = Literal["text", "date", "figure", "change", "points"]
TRIES = 3  # a report is built again when data changed while it was built


@dataclass(frozen=True)
class Column:
    """One column of a table. `kind` 'figure': a value in `unit`; 'change': a ratio; 'points': the
    difference of two ratios. `grain` of a date: day, week, month, quarter, year."""

    name: str
    label: str
    kind: ColumnKind = "text"
    unit: Unit | None = None
    grain: str = "day"
    measure: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in ("figure", "change", "points")


@dataclass(frozen=True)
class Figure:
    """A key figure with its change: a ratio, or for figures that are ratios the difference; None where nothing is comparable."""

    measure: str
    label: str
    unit: Unit
    value: Any
    before: Any = None
    change: Any = None

    @property
    def text(self) -> str:
        return format_figure(self.measure, self.value)

    @property
    def change_text(self) -> str:
        return format_points(self.change) if self.unit == "ratio" else format_change(self.change)

    def change_words(self, compared_with: str) -> str:
        """`+6.1 % from € 388 600, May 2024`; '' where nothing was compared."""
        if not compared_with:
            return ""
        if self.before is None:
            return f"nothing to compare in {compared_with}"
        change = "" if self.change is None else f"{self.change_text} "
        return f"{change}from {format_figure(self.measure, self.before)}, {compared_with}"


@dataclass(frozen=True)
class KeyFigures:
    title: str
    period: str
    compared_with: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    """Rows and, where they mean something, totals. `frame` has exactly the columns of `columns`; figures are exact."""

    title: str
    period: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    totals: Mapping[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of `table`; `spec` is None when there is too little to draw."""

    title: str
    period: str
    spec: ChartSpec | None
    table: Table


@dataclass(frozen=True)
class Text:
    title: str
    text: str


Part = KeyFigures | Table | Chart | Text


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
    for attempt in range(TRIES):
        whole = running.run(database, SalesQuery(where=definition.where, period=resolve_period(definition.period, today)), scope, today)
        results = [_run(database, definition, block, scope, today) for block in definition.blocks]
        versions = {result.data_version for result in (whole, *results) if result is not None}
        if len(versions) == 1 or attempt == TRIES - 1:
            break
    found = restated(database, scope, whole.period)
    parts = tuple(_part(block, result or whole, found) for block, result in zip(definition.blocks, results, strict=True))
    return _assemble(definition, parts, whole, [r for r in results if r], brand, link, built_at or datetime.now(UTC))


def _run(database: Database, definition: ReportDefinition, block: Block, scope: Scope, today: date) -> Result | None:
    if block.kind in ("text", "coverage"):
        return None
    return running.run(database, block_query(definition, block, today), scope, today)


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
    change = (
        f", {first.change_text} against {name_period(compared)} where both are covered" if compared and first.change is not None else ""
    )
    return f"{first.label} in {name_period(period)}: {first.text}{change}."


def filters_in_words(filters: Iterable[Filter]) -> str:
    """`Channel: offline · Reseller: all but Galilu`; all data when there is no filter."""
    parts = [f"{DIMENSIONS[f.dimension].title}: {'all but ' if f.exclude else ''}{name_list(f.values, 8)}" for f in filters]
    return " · ".join(parts) or "All resellers and channels"


def _part(block: Block, result: Result, found: tuple[Restated, ...]) -> Part:
    title = block.title or default_title(block)
    match block.kind:
        case "text":
            return Text(title, block.text)
        case "coverage":
            return coverage_table(title, result)
        case "kpis":
            return _key_figures(title, result)
        case "table":
            return result_table(title, result)
        case "bridge":
            return _bridge(title, result)
        case _:
            return Chart(title, _name(result.period), mark_restated(chart_for(result), result, found), result_table(title, result))


def _bridge(title: str, result: Result) -> Chart:
    """Where the change comes from: level before, each effect, level now; the column adds up to the cent."""
    if result.compared_with is None or result.frame.is_empty():
        empty = Table(title, _name(result.period), (Column("step", "Step"),), pl.DataFrame(schema={"step": pl.String}))
        return Chart(title, _name(result.period), None, empty)
    found = bridge(result)
    steps = [(_name(result.compared_with), found.before), *found.steps, (f"{_name(result.period)}, comparable part", found.now)]
    frame = pl.DataFrame(steps, schema={"step": pl.String, "amount": pl.Decimal(38, 2)}, orient="row")
    columns = (Column("step", "Step"), Column("amount", "Net revenue", "figure", "EUR net", measure="sales_eur_net"))
    return Chart(title, _name(result.period), bridge_chart(found, result), Table(title, _name(result.period), columns, frame))


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
            totals.get(_change_column(name)),
        )
        for name in result.query.measures
    )
    return KeyFigures(title, _name(result.period), _name(result.compared_with), figures)


def result_table(title: str, result: Result) -> Table:
    """A Result as a table: dimensions, each measure, and (with a comparison) the first measure's base and every change."""
    columns = (*_dimension_columns(result), *_measure_columns(result))
    names = [column.name for column in columns]
    totals = {name: result.totals.get(name) for name in names} if result.totals and result.frame.height > 1 else None
    return Table(title, _name(result.period), columns, result.frame.select(names), totals)


def _dimension_columns(result: Result) -> tuple[Column, ...]:
    return tuple(
        Column(name, DIMENSIONS[name].title, "date", grain=name)
        if name in TIME and name != "weekday"
        else Column(name, DIMENSIONS[name].title)
        for name in result.query.by
    )


def _measure_columns(result: Result) -> tuple[Column, ...]:
    columns: list[Column] = []
    for position, name in enumerate(result.query.measures):
        unit, label = MEASURES[name].unit, MEASURES[name].label
        columns.append(Column(name, label, "figure", unit, measure=name))
        if result.compared_with is not None and name not in ("share", "units_share"):
            if position == 0:
                columns.append(Column(f"{name}_before", _name(result.compared_with), "figure", unit, measure=name))
            columns.append(Column(_change_column(name), "Change", "points" if unit == "ratio" else "change", measure=name))
    return tuple(columns)


def _change_column(measure: str) -> str:
    """A rate that rises from 1 % to 2 % rose by a point, not by 100 %."""
    return f"{measure}_change" if MEASURES[measure].unit == "ratio" else f"{measure}_change_pct"


def coverage_table(title: str, result: Result) -> Table:
    """Who has stated the whole period, and through which day: reseller, data through, state."""
    names = sorted({*result.resellers_expected, *result.data_through})
    states = {name: _state(name, result) for name in names}
    frame = pl.DataFrame(
        {"reseller": names, "data_through": [result.data_through.get(n) for n in names], "state": [states[n] for n in names]},
        schema={"reseller": pl.String, "data_through": pl.Date, "state": pl.String},
    )
    columns = (Column("reseller", "Reseller"), Column("data_through", "Data through", "date"), Column("state", "This period"))
    return Table(title, _name(result.period), columns, frame)


def _state(name: str, result: Result) -> str:
    if name in result.resellers_covered:
        return "complete"
    if name not in result.resellers_expected:
        return "not expected"
    through = result.data_through.get(name)
    nothing = through is None or (result.period is not None and through < result.period.start)
    return "missing" if nothing else "incomplete"


def _name(period: Period | None) -> str:
    return name_period(period) if period else ""
