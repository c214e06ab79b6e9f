"""How launches performed: the month a product first sold, and what it made in that month and the months after, next to the median launch.

A launch is the first month with units sold. A product that sold in the very first month the data holds may have been there before: its
launch is not known, and it is no part of the median. Only complete months count, those that end by the last covered day of every reseller;
one that is more than MOST_BEHIND months behind the newest is waited for no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

import polars as pl

from core.sales.chart_spec import ChartSpec, Series
from core.sales.dimensions import NOT_STATED
from core.sales.formatting import format_change, format_money
from core.sales.histories import MOST_BEHIND
from core.sales.naming import SHORT_MONTHS
from core.sales.query import Filter, Result, SalesQuery
from core.sales.shown import Shown, about

MOST_MONTHS = 24  # of a curve
FIRST = 4  # the launch month and the first three full months
EUR = pl.Decimal(38, 9)
LAUNCHES: dict[str, Any] = {
    "product": pl.String,
    "launch": pl.Date,
    "first_month": EUR,
    "first_three": EUR,
    "units_first_three": pl.Int64,
    "against_median": EUR,
}


@dataclass(frozen=True)
class Launch:
    """One product. `month`: the first of its launch month; `net`, `units`: EUR net and units of the launch month and each complete month
    after it; `known` False: it sold in the first month of the data."""

    product: str
    month: date
    net: tuple[Decimal, ...]
    units: tuple[int, ...]
    known: bool

    def first(self, count: int = FIRST) -> Decimal | None:
        """EUR net of the first `count` months, None while they are not complete."""
        return sum(self.net[:count], Decimal(0)) if len(self.net) >= count else None


def launches_query(where: tuple[Filter, ...] = ()) -> SalesQuery:
    """Units sold and net revenue by product and month, over all data."""
    return SalesQuery(("units_sold", "sales_eur_net"), ("product", "month"), where)


def launches(result: Result) -> tuple[Launch, ...]:
    """Every product that ever sold, newest launch first. `result`: the answer to `launches_query`."""
    through = _complete_through(result)
    rows = result.frame.filter((pl.col("product") != NOT_STATED) & pl.col("month").is_not_null())
    begun = rows["month"].min()
    if through is None or not isinstance(begun, date):
        return ()
    last = _number(through) if (_months_after(through, 1) - through).days == 1 else _number(through) - 1
    found = [_launch(name, part, begun, last) for (name,), part in rows.partition_by("product", as_dict=True).items()]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (-_number(one.month), one.product)))


def _complete_through(result: Result) -> date | None:
    """The last day that all have stated who still report: a file that is late is no month of small sales."""
    days = result.data_through.values()
    newest = max(days, default=None)
    return min((day for day in days if newest and _number(newest) - _number(day) <= MOST_BEHIND["month"]), default=None)


def _launch(name: Any, rows: pl.DataFrame, begun: date, last: int) -> Launch | None:
    sold = rows.filter(pl.col("units_sold") > 0)["month"].min()
    if not isinstance(sold, date):
        return None
    first = _number(sold)
    net = {_number(month): value for month, value in rows.select("month", "sales_eur_net").iter_rows()}
    units = {_number(month): value for month, value in rows.select("month", "units_sold").iter_rows()}
    span = range(first, max(first - 1, last) + 1)
    return Launch(str(name), sold, tuple(net.get(n) or Decimal(0) for n in span), tuple(int(units.get(n) or 0) for n in span), sold > begun)


def median_curve(found: Sequence[Launch], without: str = "") -> tuple[Decimal, ...]:
    """EUR net of the median launch, by complete months since it; as far as at least two known launches reach."""
    known = [one.net for one in found if one.known and one.product != without]
    ages = range(max((len(net) for net in known), default=0))
    reached = [[net[age] for net in known if len(net) > age] for age in ages]
    return tuple(round(Decimal(median(values)), 2) for values in reached if len(values) > 1)


def median_first(found: Sequence[Launch], without: str = "", count: int = FIRST) -> Decimal | None:
    """EUR net of the median launch over its first `count` months."""
    sums = [total for one in found if one.known and one.product != without and (total := one.first(count)) is not None]
    return round(Decimal(median(sums)), 2) if sums else None


def launch_table(found: Sequence[Launch]) -> pl.DataFrame:
    """Known launches, newest first (LAUNCHES): EUR net of the launch month, of it with the first three full months, units of the same, and
    that sum ÷ the median launch's − 1 (null while the months are not complete)."""
    typical = median_first(found)
    rows = [
        (
            one.product,
            one.month,
            one.net[0] if one.net else None,
            one.first(),
            sum(one.units[:FIRST]) if len(one.units) >= FIRST else None,
            round(first / typical - 1, 9) if (first := one.first()) is not None and typical and typical > 0 else None,
        )
        for one in found
        if one.known
    ]
    return pl.DataFrame(rows, schema=LAUNCHES, orient="row")


def curve_chart(found: Sequence[Launch], product: str) -> ChartSpec | None:
    """Net revenue by months since the launch, beside the median launch; None where the launch is not known or too young."""
    own = next((one for one in found if one.product == product), None)
    if own is None or not own.known or len(own.net) < 2:
        return None
    count = min(len(own.net), MOST_MONTHS)
    typical = median_curve(found, product)[:count]
    names = ("launch", *(f"+{age}" for age in range(1, count)))
    others = [Series("median launch", (*typical, *(None,) * (count - len(typical))), "before")] if typical else []
    title = f"{product} since its launch in {month_words(own.month)}"
    return ChartSpec(
        "line", title, names, (Series("this product", own.net[:count]), *others), "Months since launch", "Net revenue (EUR net)", "EUR net"
    )


def curve_words(found: Sequence[Launch], product: str) -> str:
    """`Launched in Mar 2025: € 12 000 in its first four months, 30 % above the median of 7 launches.`, or why nothing is known."""
    own = next((one for one in found if one.product == product), None)
    if own is None:
        return "It has not sold yet."
    if not own.known:
        return f"It sold in {month_words(own.month)} already, where the data begins: when it was launched is not known."
    first, typical = own.first(), median_first(found, product)
    if first is None:
        return f"Launched in {month_words(own.month)}; its first three full months are not complete yet."
    text = f"Launched in {month_words(own.month)}: {format_money(first)} in that month and the first three full months after it"
    others = sum(one.known and one.product != product and one.first() is not None for one in found)
    if typical is None or typical <= 0:
        return f"{text}; no other launch to compare with."
    return f"{text}, {format_change(first / typical - 1)} against the median of {others} other {'launch' if others == 1 else 'launches'}."


def month_words(day: date) -> str:
    return f"{SHORT_MONTHS[day.month]} {day.year}"


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _months_after(day: date, count: int) -> date:
    number = _number(day) + count
    return date(number // 12, number % 12 + 1, 1)


def as_shown(found: Sequence[Launch], result: Result) -> Shown:
    """The table of launches, to be taken away. `result`: the answer to `launches_query`."""
    told = (
        "Launch",
        "The first month with units sold, of products that did not sell in the first month of the data; complete months only.",
    )
    units = {
        "launch": "month",
        "first_month": "EUR net",
        "first_three": "EUR net",
        "units_first_three": "units",
        "against_median": "change",
    }
    names = {
        "product": "Product",
        "launch": "Launch month",
        "first_month": "Launch month, net €",
        "first_three": "With its first three full months, net €",
        "units_first_three": "Units of the same",
        "against_median": "Against the median launch",
    }
    return Shown(
        "Launches", launch_table(found).rename(names), (told, *about(result)), {}, {names[name]: unit for name, unit in units.items()}
    )
