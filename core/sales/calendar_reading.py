"""What the calendar analyses are about: the day and week rows of resellers, what they cover, their countries and how fine their files are.

`Ask` answers a SalesQuery: `cached.result` on pages, `running.run` elsewhere. Rows come from the one query model; nothing is summed anew in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

from core.db.engine import Database, Scope
from core.sales.asking import resolve
from core.sales.covered import Covered, Sender
from core.sales.covering import concerned, read_covered
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.running import calendar_of

Ask = Callable[[SalesQuery], Result]
Grain = Literal["day", "week", "month"]
COUNTRIES = "select id, country from readable.resellers"
LEARNED_FROM = 731  # days before the asked period that weekday weights are learned from
AROUND = 62  # days beside the asked period that the season of an event may reach into


@dataclass(frozen=True)
class Calendar:
    """`senders`: the resellers of the question; `countries`, `grains` by reseller id. `days`, `weeks`: EUR net of each by day, by Monday of
    its week (only of those whose files state weeks and no days)."""

    senders: tuple[Sender, ...]
    covered: Covered
    countries: Mapping[int, str | None]
    grains: Mapping[int, Grain]
    days: Mapping[int, Mapping[date, Decimal]]
    weeks: Mapping[int, Mapping[date, Decimal]]
    learned: Period  # what weekday weights are learned from


def read_calendar(database: Database, ask: Ask, where: tuple[Filter, ...], period: Period, scope: Scope = None) -> Calendar:
    """Everything the calendar analyses of `period` need, in two questions and one look at the coverage."""
    asked = resolve(SalesQuery(where=where), calendar_of(database))
    with database.reader(scope) as connection:
        covered = read_covered(connection)
        countries = dict(connection.execute(COUNTRIES).fetchall())
    senders = tuple(s for s in concerned(asked, covered) if covered.slices.get(s.reseller_id))
    window = Period(period.start - timedelta(days=LEARNED_FROM), period.end + timedelta(days=AROUND))
    daily = ask(SalesQuery(("sales_eur_net",), ("reseller", "day", "month"), where, window))
    by_name = {sender.name: sender for sender in senders}
    grains = {s.reseller_id: grain_of(s) for s in senders}
    weekly_names = tuple(s.name for s in senders if grains[s.reseller_id] == "week")
    weeks = (
        ask(SalesQuery(("sales_eur_net",), ("reseller", "week"), (*where, Filter("reseller", weekly_names)), window)).frame
        if weekly_names
        else None
    )
    return Calendar(
        senders,
        covered,
        countries,
        grains,
        _by_reseller(counted_days(daily.frame), "day", by_name),
        _by_reseller(weeks, "week", by_name),
        Period(window.start, period.end),
    )


def grain_of(sender: Sender) -> Grain:
    """How finely its files can be cut, as every comparison cuts them."""
    if sender.states_days:
        return "day"
    return "week" if sender.cadence == "weekly" else "month"


def counted_days(frame: pl.DataFrame) -> pl.DataFrame:
    """reseller, day, EUR net: the few lines of a month that state no day stand on its last one, where they count. `frame`: reseller, day, month,
    sales_eur_net."""
    day = pl.coalesce("day", pl.col("month").dt.month_end())
    return frame.with_columns(day.alias("day")).group_by("reseller", "day").agg(pl.col("sales_eur_net").sum())


def _by_reseller(frame: pl.DataFrame | None, time: str, by_name: Mapping[str, Sender]) -> dict[int, dict[date, Decimal]]:
    found: dict[int, dict[date, Decimal]] = {}
    if frame is not None:
        for name, day, net in frame.select("reseller", time, "sales_eur_net").drop_nulls().iter_rows():
            if name in by_name:
                found.setdefault(by_name[name].reseller_id, {})[day] = net
    return found
