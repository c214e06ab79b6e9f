"""The one question type. Page, chat, report, alert, API and notebook all build a SalesQuery; nothing else asks for a figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

import polars as pl

from core.errors import BadQuestion

T = TypeVar("T")

Comparison = Literal["prior_year", "prior_period", "prior_year_days", "prior_year_weeks"]
COMPARISONS: dict[Comparison, str] = {
    "prior_year": "Prior year: months with months, days with days, weeks with the week 364 days earlier",
    "prior_period": "The period before, of the same length",
    "prior_year_days": "Prior year, the same calendar days",
    "prior_year_weeks": "Prior year, 364 days earlier: the same weekdays",
}
LikeForLike = Literal["stores", "products"]
Values = tuple[str, ...]
Conditions = Mapping[str, str | Sequence[str]] | Sequence[tuple[str, str | Sequence[str]]]


@dataclass(frozen=True, order=True)
class Period:
    """First and last day, both inside."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise BadQuestion(f"The period ends ({self.end}) before it starts ({self.start}). Swap the two days.")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"


FiscalPart = Literal["year", "quarter", "month"]


class FiscalYears(Protocol):
    """What fiscal periods mean: `core.sales.fiscal.FiscalCalendar`."""

    def year(self, number: int) -> Period: ...

    def quarter(self, year: int, number: int) -> Period: ...

    def month(self, year: int, number: int) -> Period: ...

    def part_of(self, day: date, part: FiscalPart) -> Period: ...


FIRST_YEAR, LAST_YEAR = 1900, 2199  # what is compared with, and what a calendar knows, lies beside it


def parse_period(text: str, fiscal: FiscalYears | None = None) -> Period:
    """`2025`, `2025-06`, `2025-Q2`, `2025-H1`, `2025-W23` (ISO), a day `2025-06-09`, or first and last: `2025-06-09/2025-06-15`.

    With the brand's calendar also `FY2026`, `FY2026-Q2`, `FY2026-P03`. Errors: BadQuestion, also outside the years 1900 to 2199.
    """
    found = _period(text.strip(), fiscal)
    if found.start.year < FIRST_YEAR or found.end.year > LAST_YEAR:
        raise BadQuestion(
            f"“{text.strip()}” lies outside the years {FIRST_YEAR} to {LAST_YEAR}. Write the year with four digits, like 2025."
        )
    return found


def _period(text: str, fiscal: FiscalYears | None) -> Period:
    try:
        if "/" in text:
            first, last = text.split("/", 1)
            return Period(parse_period(first, fiscal).start, parse_period(last, fiscal).end)
        if match := re.fullmatch(r"FY(\d{4})(?:-?([QP])(\d{1,2}))?", text, re.I):
            return _fiscal_period(text, int(match[1]), (match[2] or "").upper(), int(match[3] or 0), fiscal)
        if re.fullmatch(r"\d{4}", text):
            return Period(date(int(text), 1, 1), date(int(text), 12, 31))
        if match := re.fullmatch(r"(\d{4})-?Q([1-4])", text, re.I):
            return months(int(match[1]), int(match[2]) * 3 - 2, 3)
        if match := re.fullmatch(r"(\d{4})-?H([12])", text, re.I):
            return months(int(match[1]), int(match[2]) * 6 - 5, 6)
        if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text, re.I):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return Period(monday, monday + timedelta(days=6))
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
            return months(int(match[1]), int(match[2]), 1)
        day = date.fromisoformat(text)
        return Period(day, day)
    except (ValueError, OverflowError) as error:
        raise BadQuestion(f"“{text}” is no period. Write 2025, 2025-06, 2025-Q2, a day, or 2025-06-09/2025-06-15.") from error


def _fiscal_period(text: str, year: int, part: str, number: int, fiscal: FiscalYears | None) -> Period:
    if fiscal is None:
        raise BadQuestion(
            f"“{text}” is a fiscal period, which can not be used here. Write its first and last day, or 2025, 2025-06, 2025-Q2."
        )
    return fiscal.quarter(year, number) if part == "Q" else fiscal.month(year, number) if part == "P" else fiscal.year(year)


def months(year: int, month: int, count: int) -> Period:
    """`count` calendar months from the first of `month`."""
    last = year * 12 + month - 1 + count
    return Period(date(year, month, 1), date(last // 12, last % 12 + 1, 1) - timedelta(days=1))


@dataclass(frozen=True)
class Filter:
    """Rows whose `dimension` is (or with `exclude`, is not) one of `values`. The value '' stands for "not stated"."""

    dimension: str
    values: Values
    exclude: bool = False


@dataclass(frozen=True)
class SalesQuery:
    """Measures by dimensions over a period, optionally against another period. Names are those of `measures` and `dimensions`.

    `period` None: all data. `line_kinds` None: the default population (sale, return, adjustment). `limit` keeps the first rows in
    `order_by` order (a measure or dimension; default: time ascending, else first measure descending); `others` adds the remainder as
    one row so that the rows still add up. `without_bulk` leaves bulk lines out. `like_for_like` keeps a comparison to the stores (of each
    reseller) or products that both periods cover and that were open, or on sale, in all of both.
    """

    measures: Values = ("sales_eur_net",)
    by: Values = ()
    where: tuple[Filter, ...] = ()
    period: Period | None = None
    compare: Comparison | Period | None = None
    order_by: str | None = None
    descending: bool | None = None
    limit: int | None = None
    others: bool = False
    line_kinds: Values | None = None
    without_bulk: bool = False
    like_for_like: LikeForLike | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `from_dict`."""
        plain: dict[str, Any] = {"measures": list(self.measures), "by": list(self.by)}
        plain["where"] = [{"dimension": f.dimension, "values": list(f.values), "exclude": f.exclude} for f in self.where]
        plain["period"] = str(self.period) if self.period else None
        plain["compare"] = str(self.compare) if isinstance(self.compare, Period) else self.compare
        plain |= {name: getattr(self, name) for name in ("order_by", "descending", "limit", "others", "without_bulk", "like_for_like")}
        return plain | {"line_kinds": list(self.line_kinds) if self.line_kinds is not None else None}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SalesQuery:
        """Errors: BadQuestion for anything that is not a query."""
        try:
            return cls(
                measures=tuple(plain.get("measures") or ("sales_eur_net",)),
                by=tuple(plain.get("by") or ()),
                where=tuple(Filter(f["dimension"], tuple(f["values"]), bool(f.get("exclude"))) for f in plain.get("where") or ()),
                period=parse_period(plain["period"]) if plain.get("period") else None,
                compare=as_comparison(plain.get("compare")),
                order_by=plain.get("order_by"),
                descending=plain.get("descending"),
                limit=plain.get("limit"),
                others=bool(plain.get("others")),
                line_kinds=tuple(plain["line_kinds"]) if plain.get("line_kinds") is not None else None,
                without_bulk=bool(plain.get("without_bulk")),
                like_for_like=plain.get("like_for_like"),
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise BadQuestion("This saved question can not be read any more. Build it again on the Explore page.") from error


def as_comparison(value: str | Period | None, fiscal: FiscalYears | None = None) -> Comparison | Period | None:
    if value is None or isinstance(value, Period):
        return value
    if value in COMPARISONS:
        return value
    return parse_period(value, fiscal) if value else None


def build_query(
    measures: Sequence[str] | str,
    by: Sequence[str] | str = (),
    where: Conditions | None = None,
    period: str | Period | None = None,
    compare: str | Period | None = None,
    *,
    fiscal: FiscalYears | None = None,
    **options: Any,
) -> SalesQuery:
    """The notebook's spelling: plain names, `where={"channel": "offline"}`, `period="2025-Q2"`. A key `"not reseller"` excludes; pairs in place of
    a mapping, `where=[("source", "d2c"), ("source", …)]`, say two things of one dimension, which must both hold."""
    listed = (measures,) if isinstance(measures, str) else tuple(measures)
    groups = (by,) if isinstance(by, str) else tuple(by)
    pairs = where.items() if isinstance(where, Mapping) else where or ()
    filters = tuple(_filter(name, values) for name, values in pairs)
    span = parse_period(period, fiscal) if isinstance(period, str) else period
    return SalesQuery(listed, groups, filters, span, as_comparison(compare, fiscal), **options)


def _filter(name: str, values: str | Sequence[str]) -> Filter:
    listed = (values,) if isinstance(values, str) else tuple(str(v) for v in values)
    return Filter(name.removeprefix("not "), listed, name.startswith("not "))


def conditions(filters: Sequence[Filter]) -> dict[str, list[str]] | list[tuple[str, list[str]]]:
    """The `where` of `build_query` that gives these filters, the inverse of it: a mapping, or pairs where a mapping would lose one."""
    pairs = [(f"{'not ' if one.exclude else ''}{one.dimension}", list(one.values)) for one in filters]
    return dict(pairs) if len(dict(pairs)) == len(pairs) else pairs


@dataclass(frozen=True)
class Caveat:
    """One thing a reader of the figure must know: what was left out, missing, not converted or held. `amount` in EUR net if known."""

    kind: str
    text: str


@dataclass(frozen=True)
class FellOut:
    """A store or product that a like-for-like comparison leaves out, and why: “first sale June 2024”."""

    name: str
    reason: str


@dataclass(frozen=True)
class Base:
    """What a like-for-like comparison is about. `kept`: how many stores or products of the question it keeps."""

    over: LikeForLike
    kept: int
    fell_out: tuple[FellOut, ...]


@dataclass(frozen=True)
class Compared:
    """What a change is over. `resellers`: compared ones, out of `of` that have data now; `days`: of the asked period that at least one of
    them compares; `shop_days`: those of the own web shop."""

    resellers: tuple[str, ...]
    of: tuple[str, ...]
    days: tuple[Period, ...]
    shop_days: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Result:
    """The answer to a SalesQuery.

    `frame`: one column per dimension (text; dates for day … year), one per measure (Decimal for money and ratios, Int64 for counts);
    with a comparison also `<measure>_before`, `<measure>_change` (difference) and `<measure>_change_pct` (ratio, null where the base is
    0 or not covered). `totals`: the same measures over all rows, right for non-additive measures too. `sql` is what ran, parameters
    filled in for reading. `data_through`: last covered day by reseller. `data_version` rises with every change of the data. `base`: what a
    like-for-like comparison keeps and leaves out. `held_net`: EUR net that waits in the inbox and is in no figure; None where there is none.
    """

    query: SalesQuery
    frame: pl.DataFrame
    totals: dict[str, Any]
    sql: str
    data_version: int
    period: Period | None
    compared_with: Period | None = None
    data_through: dict[str, date] = field(default_factory=dict)
    resellers_covered: tuple[str, ...] = ()
    resellers_expected: tuple[str, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    rows_in_all: int = 0
    base: Base | None = None
    held_net: Decimal | None = None
    compared: Compared | None = None

    def worked_out(self, name: str, work: Callable[[], T]) -> T:
        """What `work` makes of this answer, once for as long as the answer is kept. It is no part of the answer: equality and copies go
        without it."""
        kept: dict[str, Any] = self.__dict__.setdefault("_worked_out", {})
        if name not in kept:
            kept[name] = work()
        found: T = kept[name]
        return found
