"""What the calendar analyses are about: the day and week rows of resellers, what they cover, their countries and how fine their files are.

`Ask` answers a SalesQuery: `cached.result` on pages, `running.run` elsewhere. Rows come from the one query model; nothing is summed anew in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
MOST_UNDATED = Decimal("0.02")  # of a reseller's lines; with more, its files do not state days
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

    def dated(self, sender: Sender) -> Sender:
        """The reseller as comparisons by day see it: one whose every line states its day is compared by days whatever its cadence."""
        return replace(sender, cadence="any") if self.grains[sender.reseller_id] == "day" else sender


def read_calendar(database: Database, ask: Ask, where: tuple[Filter, ...], period: Period, scope: Scope = None) -> Calendar:
    """Everything the calendar analyses of `period` need, in two questions and one look at the coverage."""
    asked = resolve(SalesQuery(where=where), calendar_of(database))
    with database.reader(scope) as connection:
        covered = read_covered(connection)
        countries = dict(connection.execute(COUNTRIES).fetchall())
    senders = tuple(s for s in concerned(asked, covered) if covered.slices.get(s.reseller_id))
    window = Period(period.start - timedelta(days=LEARNED_FROM), period.end + timedelta(days=AROUND))
    daily = ask(SalesQuery(("sales_eur_net", "lines"), ("reseller", "day"), where, window))
    by_name = {sender.name: sender for sender in senders}
    dated = dated_resellers(daily.frame)
    grains = {s.reseller_id: grain_of(s, s.name in dated) for s in senders}
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
        _by_reseller(daily.frame, "day", by_name),
        _by_reseller(weeks, "week", by_name),
        Period(window.start, period.end),
    )


def dated_resellers(frame: pl.DataFrame) -> frozenset[str]:
    """Names whose lines state their day, all but a few. `frame`: reseller, day (null: not stated), lines."""
    lines = frame.group_by("reseller").agg(
        pl.col("lines").sum().alias("all"), pl.col("lines").filter(pl.col("day").is_null()).sum().alias("undated")
    )
    return frozenset(name for name, count, undated in lines.iter_rows() if count and Decimal(undated or 0) / Decimal(count) <= MOST_UNDATED)


def grain_of(sender: Sender, dated: bool) -> Grain:
    if sender.by_day or dated:
        return "day"
    return "week" if sender.cadence == "weekly" else "month"


def _by_reseller(frame: pl.DataFrame | None, time: str, by_name: Mapping[str, Sender]) -> dict[int, dict[date, Decimal]]:
    found: dict[int, dict[date, Decimal]] = {}
    if frame is not None:
        for name, day, net in frame.select("reseller", time, "sales_eur_net").drop_nulls().iter_rows():
            if name in by_name:
                found.setdefault(by_name[name].reseller_id, {})[day] = net
    return found
