"""What a report consists of, as data that is kept as JSON: a period rule, filters, and blocks that are each one SalesQuery or a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from core.errors import BadQuestion, BadSchedule
from core.sales.bridging import bridge_query
from core.sales.dimensions import find_dimensions
from core.sales.measures import find_measures
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_values import SHOWN_AS, As
from core.sales.query import Filter, FiscalPart, FiscalYears, LikeForLike, Period, SalesQuery, as_comparison, months, parse_period

Kind = Literal["kpis", "trend", "table", "chart", "bridge", "coverage", "text"]
KINDS: dict[Kind, str] = {
    "kpis": "Key figures",
    "trend": "Trend by month",
    "table": "Table",
    "chart": "Chart",
    "bridge": "Where the change comes from",
    "coverage": "Coverage",
    "text": "Text",
}
PERIOD_RULES = {
    "last_week": "last week (Monday to Sunday)",
    "last_month": "last complete month",
    "last_quarter": "last complete quarter",
    "last_12_months": "last 12 complete months",
    "month_to_date": "this month so far",
    "year_to_date": "this year through the last complete month",
    "last_fiscal_month": "last complete fiscal month",
    "last_fiscal_quarter": "last complete fiscal quarter",
    "last_fiscal_year": "last complete fiscal year",
    "fiscal_year_to_date": "this fiscal year through the last complete fiscal month",
}
COMPARISONS: dict[str, str] = {
    "prior_year": "the year before",
    "prior_period": "the period before",
    "prior_year_days": "the year before, same days",
    "prior_year_weeks": "the year before, same weekdays",
}
MOST_BLOCKS = 30
VIEW_PARTS = ("exact", "subtotals", "at", "order_by", "descending", "without_bulk", "like_for_like")  # kept only where a block states them


@dataclass(frozen=True)
class Block:
    """One part of a report. `by`: dimensions of a table or chart; `limit` and `others` as in SalesQuery.

    `period`: a rule of its own, counted from the end of the report's period ('year_to_date' beside a month), else the report's.
    `compare`: a comparison of its own ('' none, a name of COMPARISONS, the text of a period), None: the report's. `exact`: a view of a page
    sent as a report: its question is asked as it stands there, comparison over several dimensions and limit over time included, and every
    column of it is shown. `columns`, `shown_as`, `subtotals`, `at`: of a pivot, as in `PivotQuery` and `pivot_table.table`.
    """

    kind: Kind
    title: str = ""
    measures: tuple[str, ...] = ("sales_eur_net",)
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    limit: int | None = None
    others: bool = True
    period: str | None = None
    text: str = ""
    compare: str | None = None
    exact: bool = False
    columns: tuple[str, ...] = ()
    shown_as: As = "value"
    subtotals: bool = False
    at: str | None = None
    order_by: str | None = None
    descending: bool | None = None
    line_kinds: tuple[str, ...] | None = None
    without_bulk: bool = False
    like_for_like: LikeForLike | None = None

    @property
    def is_pivot(self) -> bool:
        """Whether its table is laid out in rows and columns, with subtotals or in another way than values."""
        return self.kind == "table" and bool(self.columns or self.subtotals or self.shown_as != "value")


@dataclass(frozen=True)
class ReportDefinition:
    """A report before it has figures. `period`: a key of PERIOD_RULES or a fixed period such as '2025-05' or 'FY2026-P03'; `compare`: a name
    of COMPARISONS, the text of a period, or None."""

    title: str
    period: str = "last_month"
    compare: str | None = "prior_year"
    where: tuple[Filter, ...] = ()
    blocks: tuple[Block, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `definition_from`."""
        plain = {"title": self.title, "period": self.period, "compare": self.compare, "where": _plain_filters(self.where)}
        return plain | {"blocks": [_plain_block(block) for block in self.blocks]}


def definition_from(plain: Mapping[str, Any]) -> ReportDefinition:
    """Read a definition as it was kept; `check` says whether it can be built. Errors: BadSchedule."""
    try:
        title, blocks = str(plain["title"]).strip(), tuple(_block(block) for block in plain.get("blocks") or ())
        where = _filters(plain.get("where"))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadSchedule("This report can not be read any more. Build it again.") from error
    compare = plain.get("compare")
    return ReportDefinition(title, str(plain.get("period") or "last_month"), str(compare) if compare else None, where, blocks)


def check(definition: ReportDefinition, fiscal: FiscalYears | None = None) -> ReportDefinition:
    """The same definition. Errors: BadSchedule or BadQuestion for what can not be built, at the time of saving and not of sending."""
    if not definition.title:
        raise BadSchedule("Give the report a name.")
    if not 0 < len(definition.blocks) <= MOST_BLOCKS:
        raise BadSchedule(f"A report has between 1 and {MOST_BLOCKS} blocks.")
    _check_comparison(definition.compare, fiscal)
    resolve_period(definition.period, date(2025, 6, 15), fiscal)
    find_dimensions(f.dimension for f in definition.where)
    for block in definition.blocks:
        _check_block(block, fiscal)
        if block.is_pivot:
            pivot_query(definition, block, date(2025, 6, 15), fiscal).check()
    return definition


def _check_comparison(compare: str | None, fiscal: FiscalYears | None) -> None:
    try:
        as_comparison(compare or None, fiscal)
    except BadQuestion as error:
        raise BadSchedule(
            "Choose what to compare with: the year before, the period before, a period such as 2024-05, or nothing."
        ) from error


def _check_block(block: Block, fiscal: FiscalYears | None) -> None:
    if block.kind not in KINDS:
        raise BadSchedule(f"There is no block “{block.kind}”. Choose one of: {', '.join(KINDS.values())}.")
    if block.kind in ("table", "chart") and not (block.by or block.columns):
        raise BadSchedule(f"Choose what the {block.kind} “{block.title}” is split by.")
    if block.kind == "chart" and len(block.by) > 2:
        raise BadSchedule(f"The chart “{block.title}” can be split by two dimensions at most.")
    if block.shown_as not in SHOWN_AS:
        raise BadSchedule(f"Figures can not be shown as “{block.shown_as}”. Choose one of: {', '.join(SHOWN_AS.values())}.")
    if block.period is not None:
        resolve_period(block.period, date(2025, 6, 15), fiscal)
    _check_comparison(block.compare, fiscal)
    find_measures(block.measures)
    find_dimensions((*block.by, *(f.dimension for f in block.where)))


def resolve_period(rule: str, today: date, fiscal: FiscalYears | None = None) -> Period:
    """The period a rule means on a day; with the brand's calendar also fiscal ones. Errors: BadSchedule for a rule nobody knows."""
    this_month = date(today.year, today.month, 1)
    match rule:
        case "last_week":
            sunday = today - timedelta(days=today.isoweekday())
            return Period(sunday - timedelta(days=6), sunday)
        case "last_month":
            return _months_before(this_month, 1)
        case "last_quarter":
            return _months_before(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3)
        case "last_12_months":
            return _months_before(this_month, 12)
        case "month_to_date":
            return Period(this_month, today)
        case "year_to_date":
            last = this_month - timedelta(days=1)
            return Period(date(last.year, 1, 1), last)
    if rule in PERIOD_RULES:
        return _fiscal_period(rule, today, fiscal)
    try:
        return parse_period(rule, fiscal)
    except BadQuestion as error:
        if rule.strip().upper().startswith("FY"):
            raise BadSchedule(error.message) from error
        raise BadSchedule(f"“{rule}” is no period. Choose a rule, or write 2025, 2025-06, 2025-Q2 or 2025-06-09/2025-06-15.") from error


def _fiscal_period(rule: str, today: date, fiscal: FiscalYears | None) -> Period:
    """Counted in the brand's own calendar; weeks of it are Monday to Sunday, as the last week is."""
    if fiscal is None:
        raise BadSchedule(f"The {PERIOD_RULES[rule]} needs the brand's calendar, which is not known here. Choose another period.")
    if rule == "fiscal_year_to_date":
        last = _last_fiscal("month", today, fiscal)
        return Period(fiscal.part_of(last.end, "year").start, last.end)
    part: FiscalPart = rule.removeprefix("last_fiscal_")  # type: ignore[assignment]
    return _last_fiscal(part, today, fiscal)


def _last_fiscal(part: FiscalPart, today: date, fiscal: FiscalYears) -> Period:
    return fiscal.part_of(fiscal.part_of(today, part).start - timedelta(days=1), part)


def _months_before(first: date, count: int) -> Period:
    start = first.year * 12 + first.month - 1 - count
    return months(start // 12, start % 12 + 1, count)


def rules_for(period: Period, today: date, fiscal: FiscalYears | None = None) -> tuple[str, ...]:
    """The rules that mean this very period today: what a report may follow on from; fiscal ones with the brand's calendar."""
    known = (rule for rule in PERIOD_RULES if fiscal is not None or "fiscal" not in rule)
    return tuple(rule for rule in known if resolve_period(rule, today, fiscal) == period)


def block_period(definition: ReportDefinition, block: Block, today: date, fiscal: FiscalYears | None = None) -> Period:
    """The period of a block: its own rule counted from the report's last day, else the report's period."""
    period = resolve_period(definition.period, today, fiscal)
    if block.period is None:
        return resolve_period("last_12_months", period.end + timedelta(days=1)) if block.kind == "trend" else period
    return resolve_period(block.period, period.end + timedelta(days=1), fiscal)


def block_query(definition: ReportDefinition, block: Block, today: date, fiscal: FiscalYears | None = None) -> SalesQuery:
    """The question a block asks."""
    by = ("month",) if block.kind == "trend" else block.by if block.kind in ("table", "chart") else ()
    compare = as_comparison((definition.compare if block.compare is None else block.compare) or None, fiscal)
    period = block_period(definition, block, today, fiscal)
    whole = SalesQuery(block.measures, by, (*definition.where, *block.where), period, compare)
    if block.kind == "bridge":
        return bridge_query(replace(whole, measures=(), by=()), block.by[0] if block.by else "product")
    if block.exact:
        return _as_on_the_page(whole, block)
    timed = bool(by) and by[0] in ("day", "week", "month", "quarter", "year")
    limit = None if timed else block.limit
    query = replace(whole, limit=limit, others=block.others and limit is not None)
    return replace(query, compare=None) if len(by) > 1 else query


def _as_on_the_page(query: SalesQuery, block: Block) -> SalesQuery:
    return replace(
        query,
        limit=block.limit,
        others=block.others,
        order_by=block.order_by,
        descending=block.descending,
        line_kinds=block.line_kinds,
        without_bulk=block.without_bulk,
        like_for_like=block.like_for_like if query.compare is not None else None,
    )


def pivot_query(definition: ReportDefinition, block: Block, today: date, fiscal: FiscalYears | None = None) -> PivotQuery:
    """The question of a block that is a pivot."""
    return PivotQuery(block_query(definition, block, today, fiscal), block.columns, block.at, block.shown_as == "running")


def view_report(
    title: str,
    query: SalesQuery,
    period: str,
    *,
    columns: tuple[str, ...] = (),
    at: str | None = None,
    shown_as: As = "value",
    subtotals: bool = False,
    chart: bool = False,
) -> ReportDefinition:
    """A report that shows one view of a page: `query` over `period` (a rule, or a fixed period). `chart`: with its picture above the table."""
    compare = str(query.compare) if query.compare is not None else None
    shared: dict[str, Any] = {
        "title": title,
        "measures": query.measures,
        "by": query.by,
        "limit": query.limit,
        "others": query.others,
        "compare": compare or "",
        "exact": True,
        "order_by": query.order_by,
        "descending": query.descending,
        "line_kinds": query.line_kinds,
        "without_bulk": query.without_bulk,
        "like_for_like": query.like_for_like,
    }
    pivoted: dict[str, Any] = {"columns": columns, "at": at, "shown_as": shown_as, "subtotals": subtotals and len(query.by) > 1}
    drawn = chart and 1 <= len(query.by) <= 2 and not columns
    blocks = (*((Block("chart", **shared),) if drawn else ()), Block("table" if query.by or columns else "kpis", **shared, **pivoted))
    return ReportDefinition(title, period, compare, query.where, blocks)


def monthly_report() -> ReportDefinition:
    """The report that is there from the first day: what a board asks every month."""
    return ReportDefinition(
        "Monthly sell-out report",
        blocks=(
            Block("kpis", "Key figures", ("sales_eur_net", "units", "average_unit_price", "orders", "aov", "returns_rate")),
            Block("kpis", "Year to date", ("sales_eur_net", "units", "orders"), period="year_to_date"),
            Block("trend", "Net revenue by month"),
            Block("bridge", "Where the change comes from"),
            Block("chart", "Net revenue by reseller", by=("reseller",), limit=10),
            Block("table", "Resellers", ("sales_eur_net", "units", "share"), ("reseller",)),
            Block("table", "Top products", ("sales_eur_net", "units", "share"), ("product",), limit=10),
            Block("table", "Channels", ("sales_eur_net", "units", "share"), ("channel",)),
            Block("coverage", "Who has reported"),
        ),
    )


def _block(plain: Mapping[str, Any]) -> Block:
    limit = plain.get("limit")
    return Block(
        kind=plain["kind"],
        title=str(plain.get("title", "")),
        measures=tuple(plain.get("measures") or ("sales_eur_net",)),
        by=tuple(plain.get("by") or ()),
        where=_filters(plain.get("where")),
        limit=int(limit) if limit is not None else None,
        others=bool(plain.get("others", True)),
        period=plain.get("period"),
        text=str(plain.get("text", "")),
        compare=plain.get("compare"),
        columns=tuple(plain.get("columns") or ()),
        line_kinds=tuple(plain["line_kinds"]) if plain.get("line_kinds") is not None else None,
        shown_as=plain.get("shown_as") or "value",
        **{name: plain[name] for name in VIEW_PARTS if name in plain},
    )


def _filters(plain: Any) -> tuple[Filter, ...]:
    return tuple(Filter(f["dimension"], tuple(f["values"]), bool(f.get("exclude"))) for f in plain or ())


def _plain_filters(filters: tuple[Filter, ...]) -> list[dict[str, Any]]:
    return [{"dimension": f.dimension, "values": list(f.values), "exclude": f.exclude} for f in filters]


def _plain_block(block: Block) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": block.kind, "title": block.title, "measures": list(block.measures), "by": list(block.by)}
    plain |= {"where": _plain_filters(block.where), "limit": block.limit, "others": block.others}
    plain |= {"period": block.period, "text": block.text}
    usual = Block(block.kind)
    lists = {"columns": list(block.columns), "line_kinds": list(block.line_kinds) if block.line_kinds is not None else None}
    parts = {name: getattr(block, name) for name in ("compare", "shown_as", *VIEW_PARTS)} | lists
    return plain | {name: value for name, value in parts.items() if value != _plain_value(getattr(usual, name))}


def _plain_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
