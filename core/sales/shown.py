"""What is seen, as a value that can be taken away: the table exactly as it stands on the page and what it says of itself. Pure.

    seen = shown.of_result(result, "Net revenue by reseller")
    files.xlsx_bytes(seen), files.csv_bytes(seen)

A derived analysis (classes, a forecast) makes its own: `Shown(title, frame, shown.about(result), totals, units)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from core.sales.asking import CHANGES
from core.sales.dimensions import DIMENSIONS, NOT_STATED, OTHERS
from core.sales.fiscal import FiscalCalendar, Part, name_part
from core.sales.formatting import format_number
from core.sales.measures import DEFAULT_KINDS, MEASURES, PARTS
from core.sales.naming import name_list, name_period
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.relative import in_place

About = tuple[tuple[str, str], ...]
CHANGE, POINTS, NUMBER, SQL = "change", "points", "number", "SQL"


@dataclass(frozen=True)
class Shown:
    """A table as it is seen. `frame`: its columns and rows in order, figures exact (never rounded for display).

    A column is named as in `Result.frame` (its heading follows) or by the heading itself. `about`: (label, sentence) pairs: period,
    comparison, filters, definition and formula of each figure, data through, data version, notes. `totals`: by column, of the last line;
    empty where there is none. `units`: by column, a `measures.Unit`, or 'change' (ratio with a sign), 'points' (difference of two
    ratios), 'number' (two decimals); for dates a time dimension. What has no unit is text, a plain number or a day, by its type.
    `stands`: by column what stands in each row (and last in the totals) where a percentage would, '' where there is one.
    """

    title: str
    frame: pl.DataFrame
    about: About = ()
    totals: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    stands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def word(self, row: int, column: str) -> str:
        """What stands in a cell without a value; `row` = the frame's height: in the totals."""
        words = self.stands.get(column, ())
        return words[row] if row < len(words) else ""


def of_result(result: Result, title: str, columns: Sequence[str] = (), calendar: FiscalCalendar | None = None) -> Shown:
    """A result as its table shows it: without the comparable part, unless `columns` names it. `calendar` names fiscal parts in words."""
    names = list(columns) or [name for name in result.frame.columns if not name.endswith("_comparable")]
    frame = result.frame.select(names)
    if calendar is not None:
        frame = frame.with_columns(_fiscal(name, frame[name], calendar) for name in names if name.startswith("fiscal_"))
    totals = {name: result.totals[name] for name in names if name in result.totals} if result.query.by else {}
    units = {name: unit for name in names if (unit := unit_of(name)) and not isinstance(frame.schema[name], pl.String)}
    stands = in_place([*result.frame.iter_rows(named=True), *([result.totals] if totals else [])], names)
    return Shown(title, frame, about(result), totals, units, stands)


def unit_of(column: str) -> str:
    """The unit of a column of `Result.frame`; of a time dimension its name; '' for a text."""
    known = MEASURES | PARTS
    if column in known:
        return known[column].unit
    if column in DIMENSIONS:
        return column if DIMENSIONS[column].kind == "date" else ""
    if column.endswith("_change_pct"):
        return CHANGE
    base = next((column.removesuffix(suffix) for suffix in CHANGES if column.endswith(suffix)), column)
    unit = known[base].unit if base in known else ""
    return POINTS if unit == "ratio" and column.endswith("_change") else unit


def about(result: Result) -> About:
    """What a file says of the figures in it, so that they can be read, judged and asked for again without the page."""
    return (*_asked(result), *definitions(result.query.measures), *_reach(result), (SQL, result.sql))


def definitions(measures: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(`Net revenue (EUR net)`, definition and formula) of each measure."""
    for measure in ((MEASURES | PARTS)[name] for name in measures):
        yield f"{measure.label} ({measure.unit})", f"{measure.definition} Formula: {measure.formula}."


def _asked(result: Result) -> Iterator[tuple[str, str]]:
    query = result.query
    yield "Period", period_words(result.period)
    if result.compared_with:
        yield "Compared with", period_words(result.compared_with)
    yield from (("Comparison", caveat.text) for caveat in result.caveats if caveat.kind == "comparison")
    yield "Filters", filters_in_words(query.where)
    yield "Lines", _population(query)
    if query.limit and result.rows_in_all > query.limit:
        rest = f"the rest as one row “{OTHERS}”" if query.others else "totals cover all of them"
        yield "Rows", f"the first {format_number(query.limit)} of {format_number(result.rows_in_all)}, {rest}"


def _reach(result: Result) -> Iterator[tuple[str, str]]:
    complete, expected = len(result.resellers_covered), len(result.resellers_expected)
    if expected:
        missing = [name for name in result.resellers_expected if name not in result.resellers_covered]
        without = f", not {name_list(missing, len(missing))}" if missing else ""
        yield "Coverage", f"{complete} of {expected} resellers complete{without}"
    through = "; ".join(f"{reseller} {day:%Y-%m-%d}" for reseller, day in sorted(result.data_through.items()))
    yield "Data through", through or "no data"
    yield "Data version", str(result.data_version)
    yield from (("Note", caveat.text) for caveat in result.caveats if caveat.kind not in ("comparison", "shortened"))


def period_words(period: Period | None) -> str:
    """`Jan–May 2025 (2025-01-01 to 2025-05-31)`; `all data` where there is none."""
    return f"{name_period(period)} ({period.start} to {period.end})" if period else "all data"


def filters_in_words(filters: Iterable[Filter]) -> str:
    """`Channel: offline · Reseller: all but Galilu`; everything where nothing is filtered."""
    return " · ".join(filter_words(one) for one in filters) or "All resellers and channels"


def filter_words(one: Filter) -> str:
    """`Reseller: all but Galilu and Liberty`"""
    title = DIMENSIONS[one.dimension].title if one.dimension in DIMENSIONS else one.dimension
    values = [value or NOT_STATED for value in one.values]
    return f"{title}: {'all but ' if one.exclude else ''}{name_list(values, len(values))}"


def _population(query: SalesQuery) -> str:
    named = next((f.values for f in query.where if f.dimension == "line_kind" and not f.exclude), DEFAULT_KINDS)
    kinds = name_list([f"{kind}s" for kind in query.line_kinds or named])
    bulk = ", bulk lines left out" if query.without_bulk else ""
    alike = f", kept to the {query.like_for_like} that both periods cover" if query.like_for_like else ""
    return f"{kinds}{bulk}{alike}"


def _fiscal(name: str, days: pl.Series, calendar: FiscalCalendar) -> pl.Series:
    part: Part = name.removeprefix("fiscal_")  # type: ignore[assignment]
    return pl.Series(name, [None if day is None else name_part(calendar, day, part) for day in days], dtype=pl.String)
