"""The year-to-date chain: a file's own link, the links to its loaded neighbours, and the weeks at which an undated file would fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from core.ingest.content import nominal
from core.ingest.reconciling import WeekToDate, actuals, chain_problems, link, ytd_key
from core.ingest.shapes import PeriodEvidence, Problem, SalesFrame


def this_week(rows: pl.DataFrame, frame: SalesFrame) -> WeekToDate | None:
    """The file's own link of the year-to-date chain; its dates are placeholders while the period is open."""
    if not frame.year_to_date:
        return None
    start, end = nominal(frame) or (date.max, date.max)
    to_date = {ytd_key(figure): figure.value for figure in frame.year_to_date}
    return WeekToDate(0, "", start, end, to_date, actuals(rows, frame.year_to_date))


def chain_of(rows: pl.DataFrame, frame: SalesFrame, weeks: Sequence[WeekToDate]) -> list[Problem]:
    """This week's year-to-date against the last loaded week before it, and the next loaded week's against this one."""
    week = this_week(rows, frame)
    if week is None or nominal(frame) is None or frame.living:
        return []
    before = [w for w in weeks if w.period_end < week.period_start]
    after = [w for w in weeks if w.period_start > week.period_end]
    links = [link(before[-1], week)] if before else []
    links += [link(week, after[0])] if after and (after[0].period_start - week.period_end).days == 1 else []
    return [problem for found in links for problem in chain_problems(found, frame.currency)]


def fitting_weeks(rows: pl.DataFrame, frame: SalesFrame, weeks: Sequence[WeekToDate]) -> list[PeriodEvidence]:
    """Weeks at which the chain closes: the one after a loaded week, or the one before it."""
    week = this_week(rows, frame)
    found: list[PeriodEvidence] = []
    for other in weeks if week else ():
        assert week is not None
        after, before = link(other, week), link(week, other)
        if not after.surplus and not after.new_year:
            found.append(_shifted(other, 1, f"year to date follows {other.file_name}"))
        if not before.surplus and not before.new_year:
            found.append(_shifted(other, -1, f"year to date leads to {other.file_name}"))
    return found


def _shifted(week: WeekToDate, weeks: int, text: str) -> PeriodEvidence:
    by = timedelta(weeks=weeks)
    return PeriodEvidence("chain", text, week.period_start + by, week.period_end + by)


def year_to_date_record(rows: pl.DataFrame, frame: SalesFrame) -> list[list[Any]]:
    """The cumulative figures as plain values, for the chain of later files."""
    week = this_week(rows, frame)
    if week is None:
        return []
    return [
        [measure, [[name, value] for name, value in where], str(total), str(week.actual[(measure, where)])]
        for (measure, where), total in week.to_date.items()
    ]
