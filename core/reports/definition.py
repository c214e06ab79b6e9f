"""What a report consists of, as data that is kept as JSON: a period rule, filters, and blocks that are each one SalesQuery or a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, cast

from core.errors import BadQuestion, BadSchedule
from core.sales.bridging import bridge_query
from core.sales.dimensions import find_dimensions
from core.sales.measures import find_measures
from core.sales.query import Comparison, Filter, Period, SalesQuery, months, parse_period

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
}
COMPARISONS: dict[str, str] = {"prior_year": "the year before", "prior_period": "the period before"}
MOST_BLOCKS = 30


@dataclass(frozen=True)
class Block:
    """One part of a report. `by`: dimensions of a table or chart; `limit` and `others` as in SalesQuery.

    `period`: a rule of its own, counted from the end of the report's period ('year_to_date' beside a month), else the report's.
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


@dataclass(frozen=True)
class ReportDefinition:
    """A report before it has figures. `period`: a key of PERIOD_RULES or a fixed period such as '2025-05'."""

    title: str
    period: str = "last_month"
    compare: Comparison | None = "prior_year"
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
    return ReportDefinition(title, str(plain.get("period") or "last_month"), cast(Comparison | None, compare), where, blocks)


def check(definition: ReportDefinition) -> ReportDefinition:
    """The same definition. Errors: BadSchedule or BadQuestion for what can not be built, at the time of saving and not of sending."""
    if not definition.title:
        raise BadSchedule("Give the report a name.")
    if not 0 < len(definition.blocks) <= MOST_BLOCKS:
        raise BadSchedule(f"A report has between 1 and {MOST_BLOCKS} blocks.")
    if definition.compare not in (None, *COMPARISONS):
        raise BadSchedule("Choose what to compare with: the year before, the period before, or nothing.")
    resolve_period(definition.period, date(2025, 6, 15))
    find_dimensions(f.dimension for f in definition.where)
    for block in definition.blocks:
        _check_block(block)
    return definition


def _check_block(block: Block) -> None:
    if block.kind not in KINDS:
        raise BadSchedule(f"There is no block “{block.kind}”. Choose one of: {', '.join(KINDS.values())}.")
    if block.kind in ("table", "chart") and not block.by:
        raise BadSchedule(f"Choose what the {block.kind} “{block.title}” is split by.")
    if block.kind == "chart" and len(block.by) > 2:
        raise BadSchedule(f"The chart “{block.title}” can be split by two dimensions at most.")
    if block.period is not None:
        resolve_period(block.period, date(2025, 6, 15))
    find_measures(block.measures)
    find_dimensions((*block.by, *(f.dimension for f in block.where)))


def resolve_period(rule: str, today: date) -> Period:
    """The period a rule means on a day. Errors: BadSchedule for a rule nobody knows."""
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
    try:
        return parse_period(rule)
    except BadQuestion as error:
        raise BadSchedule(f"“{rule}” is no period. Choose a rule, or write 2025, 2025-06, 2025-Q2 or 2025-06-09/2025-06-15.") from error


def _months_before(first: date, count: int) -> Period:
    start = first.year * 12 + first.month - 1 - count
    return months(start // 12, start % 12 + 1, count)


def block_period(definition: ReportDefinition, block: Block, today: date) -> Period:
    """The period of a block: its own rule counted from the report's last day, else the report's period."""
    period = resolve_period(definition.period, today)
    if block.period is None:
        return resolve_period("last_12_months", period.end + timedelta(days=1)) if block.kind == "trend" else period
    return resolve_period(block.period, period.end + timedelta(days=1))


def block_query(definition: ReportDefinition, block: Block, today: date) -> SalesQuery:
    """The question a block asks."""
    by = ("month",) if block.kind == "trend" else block.by if block.kind in ("table", "chart") else ()
    if block.kind == "bridge":
        whole = SalesQuery((), (), (*definition.where, *block.where), block_period(definition, block, today), definition.compare)
        return bridge_query(whole, block.by[0] if block.by else "product")
    timed = bool(by) and by[0] in ("day", "week", "month", "quarter", "year")
    limit = None if timed else block.limit
    query = SalesQuery(block.measures, by, (*definition.where, *block.where), block_period(definition, block, today), definition.compare)
    query = replace(query, limit=limit, others=block.others and limit is not None)
    return replace(query, compare=None) if len(by) > 1 else query


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
    )


def _filters(plain: Any) -> tuple[Filter, ...]:
    return tuple(Filter(f["dimension"], tuple(f["values"]), bool(f.get("exclude"))) for f in plain or ())


def _plain_filters(filters: tuple[Filter, ...]) -> list[dict[str, Any]]:
    return [{"dimension": f.dimension, "values": list(f.values), "exclude": f.exclude} for f in filters]


def _plain_block(block: Block) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": block.kind, "title": block.title, "measures": list(block.measures), "by": list(block.by)}
    plain |= {"where": _plain_filters(block.where), "limit": block.limit, "others": block.others}
    return plain | {"period": block.period, "text": block.text}
