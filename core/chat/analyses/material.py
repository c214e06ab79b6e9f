"""What an analysis works with and what it hands back. Asking is a function in the material, so that analyses hold no connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.reading import Reading
from core.chat.slots import Slots
from core.chat.vocabulary import Vocabulary
from core.sales.charts import ChartSpec
from core.sales.covered import Covered, Sender, months_in, senders_in
from core.sales.query import Filter, Period, Result, SalesQuery

Value = Decimal | int
EUR = pl.Decimal(38, 9)


@dataclass(frozen=True)
class Finding:
    """The answer of one analysis. `text`: one or two sentences. `result`: the main answer of the query model, for SQL and coverage.

    `figures`: values that the text states and that stand in no cell of `frame` (sums, differences, divisors), for the check of the sentence.
    `caveats`: what this analysis adds to the caveats of its results. `unanswered`: the text asks back or declines.
    """

    text: str
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    result: Result | None = None
    chart: ChartSpec | None = None
    caveats: tuple[str, ...] = ()
    figures: tuple[Any, ...] = ()
    unanswered: bool = False
    declined: bool = False


@dataclass(frozen=True)
class Material:
    """One question and everything its analysis may use. `ask` runs a query, `look_up` a fixed statement over the published views.

    `today`: the day that relative periods count from, which is the last day of the data where those ended long ago; `day`: the day of the
    question itself, by which months are complete. `covered`: what each reseller has stated.
    """

    reading: Reading
    vocabulary: Vocabulary
    today: date
    day: date
    covered: Covered
    ask: Callable[[SalesQuery], Result]
    look_up: Callable[[str, Mapping[str, Any]], pl.DataFrame]
    look_into: Callable[[str], Any] = lambda name: None

    @property
    def slots(self) -> Slots:
        return self.reading.slots

    @property
    def query(self) -> SalesQuery:
        assert self.reading.query is not None
        return self.reading.query

    @property
    def measure(self) -> str:
        return self.query.measures[0]

    def senders(self) -> tuple[Sender, ...]:
        """The resellers the filters leave in."""
        return senders_in(self.covered, self.query.where)

    def stated_months(self, period: Period | None = None) -> list[Period]:
        """Ended months that at least one of the resellers in question has stated, in order."""
        span = period or self.data_span()
        if span is None:
            return []
        ended = [month for month in months_in(span) if month.end < self.today and (period is None or span.start <= month.start)]
        inside = [month for month in ended if month.end <= span.end or period is None]
        return [month for month in inside if any(self.covered.covers(s.reseller_id, month) for s in self.senders())]

    def data_span(self) -> Period | None:
        first, last = self.vocabulary.first_day, self.vocabulary.last_day
        return Period(first, last) if first is not None and last is not None else None


def value_of(value: Any) -> Decimal:
    """A cell as an exact number; nothing stated counts as 0."""
    return Decimal(value) if value is not None else Decimal(0)


def total_of(result: Result, measure: str) -> Decimal | None:
    value = result.totals.get(measure)
    return None if value is None else Decimal(value)


def without(query: SalesQuery, *dimensions: str) -> SalesQuery:
    """The query without its filters on these dimensions."""
    return replace(query, where=tuple(f for f in query.where if f.dimension not in dimensions))


def narrowed(query: SalesQuery, *filters: Filter) -> SalesQuery:
    """The query with further filters; one that names the same dimension gives way."""
    names = {f.dimension for f in filters}
    return replace(query, where=(*(f for f in query.where if f.dimension not in names or f.exclude), *filters))


def flat(query: SalesQuery, **changes: Any) -> SalesQuery:
    """The same population as one total."""
    alike = {} if changes.get("compare") is not None else {"like_for_like": None}
    return replace(
        query, **{"by": (), "compare": None, **alike, "order_by": None, "descending": None, "limit": None, "others": False, **changes}
    )


def frame_of(rows: Sequence[Sequence[Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows as a frame with exact decimals."""
    columns = [pl.Series(name, [_cell(row[i], dtype) for row in rows], dtype=dtype) for i, (name, dtype) in enumerate(schema.items())]
    return pl.DataFrame(columns)


def _cell(value: Any, dtype: Any) -> Any:
    if value is not None and isinstance(dtype, pl.Decimal):
        return round(Decimal(value), 9)
    return value
