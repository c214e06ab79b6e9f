"""The asked comparison on equally many trading days, reseller by reseller: the engine's own pairs of days, counted. Pure over its inputs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from core.sales.calendar_reading import Calendar
from core.sales.comparing import Pair, align, weeks_counted_in
from core.sales.covered import Sender, cut
from core.sales.query import Comparison, Period, Result, SalesQuery
from core.sales.trading_days import DayWeights, Equalised, TradingDays, basis_words, count_days, learn_weights

EUR = pl.Decimal(38, 9)


def trading_query(query: SalesQuery) -> SalesQuery:
    """What the trading-day table is made of: net revenue by reseller, now and before."""
    return SalesQuery(("sales_eur_net",), ("reseller",), query.where, query.period, query.compare, like_for_like=query.like_for_like)


def equalise(result: Result, calendar: Calendar, today: date) -> Equalised:
    """`result`: the answer to `trading_query`, with a comparison. Only what both periods cover is compared, over the very same days."""
    query = result.query
    assert query.period is not None and query.compare is not None
    found = {row["reseller"]: row for row in result.frame.iter_rows(named=True)}
    rows, left_out = [], []
    for sender in calendar.senders:
        row = found.get(sender.name)
        if row is None or row["sales_eur_net_before"] is None or row["sales_eur_net_comparable"] is None:
            continue
        one = _row(calendar, sender, row["sales_eur_net_comparable"], row["sales_eur_net_before"], query.period, query.compare, today)
        if one.days and one.days_before:
            rows.append(one)
        else:
            left_out.append(sender.name)
    return Equalised(tuple(sorted(rows, key=lambda row: -row.now)), tuple(left_out))


def _row(
    calendar: Calendar, sender: Sender, now: Decimal, before: Decimal, period: Period, comparison: Comparison | Period, today: date
) -> TradingDays:
    country, grain = calendar.countries.get(sender.reseller_id), calendar.grains[sender.reseller_id]
    pairs = align(period, comparison, calendar.covered, [sender], today).pairs
    weights = weights_of(calendar, sender)
    sides = [_stated_days(calendar, sender, pairs, side) for side in ("now", "before")]
    both = tuple(count_days(side, weights, country) for side in sides)
    plain = (sum(span.days for span in sides[0]), sum(span.days for span in sides[1]))
    years = {day.year for pair in pairs for day in (pair.now.start, pair.now.end, pair.before.start, pair.before.end)}
    basis = basis_words(weights, country, grain, years or {period.start.year})
    return TradingDays(sender.name, country, now, before, both[0], both[1], plain, basis, weights)


def weights_of(calendar: Calendar, sender: Sender) -> DayWeights:
    """The weekday weights of a reseller, learned where its lines state days."""
    own = calendar.days.get(sender.reseller_id, {}) if calendar.grains[sender.reseller_id] == "day" else {}
    inside = cut(calendar.covered.spans(sender.reseller_id), calendar.learned) if own else ()
    return learn_weights(own, inside, calendar.countries.get(sender.reseller_id))


def _stated_days(calendar: Calendar, sender: Sender, pairs: Iterable[Pair], side: Literal["now", "before"]) -> list[Period]:
    """The days whose sales are compared: of a month of weeks, its four or five weeks."""
    of_weeks = sender.cadence == "weekly" and not sender.by_day
    found: list[Period] = []
    for pair in pairs:
        span: Period = getattr(pair, side)
        found += weeks_counted_in(sender, calendar.covered, span) if of_weeks and pair.add_months else (span,)
    return found


def equalised_frame(found: Equalised) -> pl.DataFrame:
    """reseller, country, sales_eur_net, sales_eur_net_before (EUR net of what is compared), trading_days, trading_days_before, change,
    change_on_equal_days (ratios), basis; the last row is the total, whose days differ by reseller and stay empty."""
    rows: list[tuple[Any, ...]] = [
        (r.reseller, r.country, r.now, r.before, r.days, r.days_before, _rounded(r.change), _rounded(r.adjusted), r.basis)
        for r in found.rows
    ]
    rows.append(("Total", None, found.now, found.before, None, None, _rounded(found.change), _rounded(found.adjusted), ""))
    names = ("sales_eur_net", "sales_eur_net_before", "trading_days", "trading_days_before", "change", "change_on_equal_days")
    schema: dict[str, Any] = {"reseller": pl.String, "country": pl.String, **dict.fromkeys(names, EUR), "basis": pl.String}
    return pl.DataFrame(rows if found.rows else [], schema=schema, orient="row")


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.000000001"))
