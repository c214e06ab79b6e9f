"""Which months a question cuts through: they are read by days, all others as they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.sales.asking import ResellerMonth
from core.sales.comparing import Pair
from core.sales.covered import month_of, months_in
from core.sales.query import Period


def cut_months(period: Period | None, pairs: Sequence[Pair] | None, reseller_ids: Iterable[int]) -> tuple[ResellerMonth, ...]:
    """Months of which a part is asked for, or compared, and another is not; and all that lands on another day of its month."""
    edges = _edges(period) if period is not None else ()
    found = {(number, *_key(month)) for number in reseller_ids for month in edges}
    for pair in pairs or ():
        whole = not pair.add_days and pair.lands_on is None
        months = [*_edges(pair.now), *_edges(pair.before)] if whole else [*months_in(pair.now), *months_in(pair.before)]
        found |= {(pair.reseller_id, *_key(month)) for month in months}
    return tuple(sorted(found))


def _edges(period: Period) -> tuple[Period, ...]:
    """The months that the period begins or ends in the midst of."""
    first, last = month_of(period.start), month_of(period.end)
    return (*((first,) if period.start > first.start else ()), *((last,) if period.end < last.end else ()))


def _key(month: Period) -> tuple[int, int]:
    return month.start.year, month.start.month
