"""A SalesQuery with its names looked up and its choices made: what the compiler turns into SQL. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.errors import BadQuestion
from core.sales.dimensions import NOT_STATED, Dimension, find_dimension, find_dimensions
from core.sales.fiscal import FiscalCalendar
from core.sales.measures import DEFAULT_KINDS, LINE_KINDS, SUMS, Measure, find_measures
from core.sales.query import SalesQuery
from core.sales.suggesting import did_you_mean

CALENDAR_YEAR = FiscalCalendar()
CHANGES = ("_comparable", "_before", "_change", "_change_pct")
Relation = Literal[
    "sales",
    "sales_rollup",
    "sales_days",
    "sales_day_totals",
    "sales_months",
    "sales_totals",
    "sales_store_months",
    "sales_store_days",
    "order_days",
]
SINGLE: tuple[Relation, ...] = ("sales", "order_days")  # each row as it was stated or counted; the others are sums
BY_MONTH: tuple[Relation, ...] = ("sales_months", "sales_totals", "sales_store_months")
BY_QUARTER: dict[Relation, str] = {"sales_months": "sales_quarters"}  # what quarters and years are read from, in the same columns
BY_DAY: dict[Relation, Relation] = {  # what cut months are read from, in the same columns
    "sales_months": "sales_days",
    "sales_totals": "sales_day_totals",
    "sales_store_months": "sales_store_days",
}
ResellerMonth = tuple[int, int, int]  # reseller id, year, month
Mark = tuple[int, int, int, date, str]  # the same; the day its lines count on in a comparison, and their era: now, both, before
Span = tuple[int, int, int, str]  # reseller id, year, quarter; the era of its lines


@dataclass(frozen=True)
class Asked:
    """`kinds`: line kinds that count. `order`: (column, descending), most important first. `kept`: the like-for-like base, once known.
    `cut`: months of resellers whose days are not all treated alike, so that they can not be read as whole months; `marks`: what a comparison makes of the others;
    `spans`: of quarters (0: the whole year) whose months are all treated alike, and then in no mark."""

    query: SalesQuery
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    filters: tuple[AskedFilter, ...]
    kinds: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    kept: Kept | None = None
    cut: tuple[ResellerMonth, ...] = ()
    marks: tuple[Mark, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def sums(self) -> tuple[str, ...]:
        """Names of the SUMS behind the measures, each once."""
        return tuple(dict.fromkeys(name for measure in self.measures for name in measure.sums))

    @property
    def names_time(self) -> bool:
        """Whether it matters in which month of its era a line counts."""
        return any(d.is_time for d in (*self.dimensions, *(f.dimension for f in self.filters)))

    @property
    def every_kind(self) -> bool:
        """True when a measure reads lines beside the counted kinds (an order's fee also stands on its gifts)."""
        return self.query.line_kinds is None and any(SUMS[name].every_kind for name in self.sums)


@dataclass(frozen=True)
class Kept:
    """What a comparison is kept to: (reseller id, store id or 0 where none is stated), or EANs."""

    stores: tuple[tuple[int, int], ...] | None = None
    products: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AskedFilter:
    """`texts`: values of a text dimension; `days`: values of a date dimension; `blank`: "not stated" is among the values."""

    dimension: Dimension
    texts: tuple[str, ...]
    days: tuple[date, ...]
    blank: bool
    exclude: bool


def resolve(query: SalesQuery, calendar: FiscalCalendar = CALENDAR_YEAR) -> Asked:
    """Errors: BadQuestion for unknown names, with the nearest ones, and for choices that contradict each other."""
    measures = find_measures(query.measures)
    dimensions = tuple(dimension.in_calendar(calendar) for dimension in find_dimensions(query.by))
    if query.compare is not None and query.period is None:
        raise BadQuestion("A comparison needs a period. Choose one, for example 2025 or 2025-06.")
    if query.like_for_like is not None and query.compare is None:
        raise BadQuestion("Like for like needs a comparison. Choose one, for example the prior year.")
    if query.like_for_like not in (None, "stores", "products"):
        raise BadQuestion(f"Like for like is over stores or over products, not over “{query.like_for_like}”.")
    if query.limit is not None and query.limit < 1:
        raise BadQuestion("The number of rows must be at least 1.")
    filters = tuple(_filter(f.dimension, f.values, f.exclude, calendar) for f in query.where)
    return Asked(query, measures, dimensions, filters, _kinds(query), _order(query, measures, dimensions))


def _filter(name: str, values: tuple[str, ...], exclude: bool, calendar: FiscalCalendar) -> AskedFilter:
    dimension = find_dimension(name).in_calendar(calendar)
    stated = tuple(value.strip() for value in values if value.strip() not in ("", NOT_STATED))
    blank = len(stated) < len(values)
    if dimension.kind == "date":
        return AskedFilter(dimension, (), tuple(calendar.parse(value).start for value in stated), blank, exclude)
    return AskedFilter(dimension, stated, (), blank, exclude)


def _kinds(query: SalesQuery) -> tuple[str, ...]:
    named = next((f.values for f in query.where if f.dimension == "line_kind" and not f.exclude), None)
    kinds = query.line_kinds if query.line_kinds is not None else named
    if kinds is None:
        return DEFAULT_KINDS
    for kind in kinds:
        if kind.lower() not in LINE_KINDS:
            raise BadQuestion(f"There is no line kind “{kind}”. {did_you_mean(kind, {k: k for k in LINE_KINDS})}")
    return tuple(kind.lower() for kind in kinds)


def _order(query: SalesQuery, measures: tuple[Measure, ...], dimensions: tuple[Dimension, ...]) -> tuple[tuple[str, bool], ...]:
    names = [d.name for d in dimensions]
    times = [(d.name, False) for d in dimensions if d.is_time]
    if query.order_by is not None:
        _check_order(query, names)
        descending = query.descending if query.descending is not None else query.order_by not in names
        first = [(query.order_by, descending)]
    elif times:
        first = [(name, bool(query.descending)) for name, _ in times]
    else:
        first = [(measures[0].name, query.descending is not False)]
    ordered: dict[str, bool] = {}
    for name, down in [*first, *times, (measures[0].name, True), *((name, False) for name in names)]:
        ordered.setdefault(name, down)
    return tuple(ordered.items())


def _check_order(query: SalesQuery, names: list[str]) -> None:
    columns = [*names, *query.measures]
    if query.compare is not None:
        columns += [f"{name}{suffix}" for name in query.measures for suffix in CHANGES]
    if query.order_by not in columns:
        raise BadQuestion(f"Rows can not be ordered by “{query.order_by}”. {did_you_mean(str(query.order_by), {c: c for c in columns})}")


def choose_relation(asked: Asked) -> Relation:
    """The coarsest sums that answer with the same figures; single lines only for what they alone state (campaigns, cities, devices)."""
    grains = {d.grain for d in (*asked.dimensions, *(f.dimension for f in asked.filters))}
    if "line" in grains:
        return "sales"
    stores = "store" in grains or asked.query.like_for_like == "stores" or any(SUMS[name].by_store for name in asked.sums)
    products = "product" in grains or asked.query.like_for_like == "products" or any(SUMS[name].by_product for name in asked.sums)
    if stores:
        return "sales_rollup" if products or "day" in grains or any(SUMS[name].at_list for name in asked.sums) else "sales_store_months"
    if "day" in grains:
        return "sales_days" if products else "sales_day_totals"
    return "sales_months" if products else "sales_totals"


def choose_orders(asked: Asked) -> Relation:
    """Where orders are counted: over counted ones, or over the web shop's lines, which alone state what differs within an order."""
    named = (*asked.dimensions, *(f.dimension for f in asked.filters))
    whole = all(d.of_orders for d in named) and (asked.kept is None or asked.kept.products is None)
    return "order_days" if whole else "sales"
