"""Answers as tables of a report: as reports show them, or exactly as a page does."""

from __future__ import annotations

import polars as pl

from core.reports.parts import Column, ColumnKind, Table
from core.sales.dimensions import DIMENSIONS, FISCAL, NOT_STATED, TIME
from core.sales.files import column_title
from core.sales.fiscal import FiscalCalendar
from core.sales.measures import MEASURES, Unit
from core.sales.naming import name_period
from core.sales.query import Period, Result
from core.sales.relative import in_place
from core.sales.shown import CHANGE, POINTS, Shown, about, of_result


def result_table(title: str, result: Result) -> Table:
    """A Result as a table: dimensions, each measure, and (with a comparison) the first measure's base and every change."""
    columns = (*_dimension_columns(result), *_measure_columns(result))
    names = [column.name for column in columns]
    totals = {name: result.totals.get(name) for name in names} if result.totals and result.frame.height > 1 else None
    stands = in_place([*result.frame.iter_rows(named=True), *([result.totals] if totals else [])], names)
    return Table(title, period_name(result.period), columns, result.frame.select(names), totals, stands=stands)


def exact_table(title: str, result: Result, fiscal: FiscalCalendar) -> Table:
    """A Result as the page shows it: every column but the comparable part, and in words what was cut or left out."""
    seen = of_result(result, title, calendar=fiscal)
    columns = (*(_exact_column(name, result, seen) for name in seen.frame.columns),)
    totals = {**dict.fromkeys(seen.frame.columns), **seen.totals} if seen.totals else None
    return Table(title, period_name(result.period), columns, seen.frame, totals, _cut_words(result), seen.stands)


def _exact_column(name: str, result: Result, seen: Shown) -> Column:
    if name in DIMENSIONS:
        grain = seen.units.get(name, "")
        return (
            Column(name, DIMENSIONS[name].title, "date", grain=grain, missing=NOT_STATED) if grain else Column(name, DIMENSIONS[name].title)
        )
    measure = next(m for m in result.query.measures if name in (m, *(f"{m}{end}" for end in ("_before", "_change", "_change_pct"))))
    label, unit = MEASURES[measure].label, MEASURES[measure].unit
    several = f"{label}, " if len(result.query.measures) > 1 else ""
    match name.removeprefix(measure):
        case "":
            return Column(name, label, "figure", unit, measure=measure)
        case "_before":
            return Column(name, f"{several}{period_name(result.compared_with)}", "figure", unit, measure=measure)
        case "_change":
            return Column(name, f"{several}change", "points" if unit == "ratio" else "difference", unit, measure=measure)
        case _:
            return Column(name, f"{several}change %", "change", measure=measure)


def _cut_words(result: Result) -> str:
    said = dict(about(result))
    query = result.query
    lines = said["Lines"] if query.without_bulk or query.line_kinds or query.like_for_like else ""
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in (said.get("Rows", ""), lines) if text)


def shown_table(seen: Shown, period: str) -> Table:
    """What is seen on a page as a table of a report."""
    columns = tuple(_shown_column(name, dtype, seen.units.get(name, "")) for name, dtype in seen.frame.schema.items())
    totals = {**dict.fromkeys(seen.frame.columns), **seen.totals} if seen.totals else None
    note = " ".join(f"{label}: {text[:1].lower()}{text[1:].rstrip('.')}." for label, text in seen.about if label in ("Rows", "Shown as"))
    return Table(seen.title, period, columns, seen.frame, totals, note.replace("Shown as: value.", "").strip(), seen.stands)


def _shown_column(name: str, dtype: pl.DataType, unit: str) -> Column:
    if not dtype.is_numeric():
        return Column(name, column_title(name), "date", grain=unit or "day") if dtype == pl.Date else Column(name, column_title(name))
    kind: ColumnKind = "change" if unit == CHANGE else "points" if unit == POINTS else "figure"
    return Column(name, name if name not in MEASURES else MEASURES[name].label, kind, _known_unit(unit) if kind == "figure" else None)


def _known_unit(unit: str) -> Unit | None:
    return next((one.unit for one in MEASURES.values() if one.unit == unit), None)


def _dimension_columns(result: Result) -> tuple[Column, ...]:
    return tuple(
        Column(name, DIMENSIONS[name].title, "date", grain=name, missing=NOT_STATED)
        if name in (*TIME, *FISCAL) and name != "weekday"
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
                columns.append(Column(f"{name}_before", period_name(result.compared_with), "figure", unit, measure=name))
            columns.append(Column(change_column(name), "Change", "points" if unit == "ratio" else "change", measure=name))
    return tuple(columns)


def change_column(measure: str) -> str:
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
    return Table(title, period_name(result.period), columns, frame)


def _state(name: str, result: Result) -> str:
    if name in result.resellers_covered:
        return "complete"
    if name not in result.resellers_expected:
        return "not expected"
    through = result.data_through.get(name)
    nothing = through is None or (result.period is not None and through < result.period.start)
    return "missing" if nothing else "incomplete"


def period_name(period: Period | None) -> str:
    """`Jan–May 2025`; '' without a period."""
    return name_period(period) if period else ""
