"""The week that a file name dates: Monday to the Sunday it names, also where the date is written oddly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from core.ingest import dates, periods
from core.ingest.shapes import PeriodEvidence, PeriodReading, Problem, ReadOptions

SUNDAY = 6


def period_of(file_name: str, options: ReadOptions) -> PeriodReading:
    """The week that ends on the Sunday in a file name, for reports in which nothing else is dated.

    A name that means several Sundays, or none, is asked; a date that is no Sunday proposes the Sunday next to it.
    """
    days = periods.find_days(file_name)
    weeks = [week_evidence("file_name", day, day) for day in days if day.weekday() == SUNDAY]
    if options.period is not None:
        return answered(options.period, weeks)
    if not weeks and len(days) == 1:
        near = week_evidence("file_name", days[0], nearest_sunday(days[0]))
        return PeriodReading(near.start, near.end, "week", (near,), conflict=True, candidates=(near,))
    return periods.ask_between(weeks, "week") if len(weeks) > 1 else periods.resolve(weeks, "week")


def answered(given: dates.Span, weeks: Sequence[PeriodEvidence]) -> PeriodReading:
    """A person's answer: a week as it is, a day as the week it lies in, anything longer only as far as the name narrows it down."""
    first, last = given
    if last - first < timedelta(days=7):
        sunday = last + timedelta(days=SUNDAY - last.weekday())
        return periods.resolve([week_evidence("person", last, sunday)], "week")
    inside = [week for week in weeks if first <= week.end <= last]
    if len(inside) == 1:
        return periods.resolve(inside, "week")
    sundays = [first + timedelta(days=SUNDAY - first.weekday() + 7 * n) for n in range((last - first).days // 7 + 1)]
    return periods.ask_between(inside or [week_evidence("person", day, day) for day in sundays if day <= last], "week")


def week_evidence(source: Literal["file_name", "person"], day: date, sunday: date) -> PeriodEvidence:
    return PeriodEvidence(source, f"{day:%d %B %Y}, a {day:%A}", *dates.week_span(sunday))


def nearest_sunday(day: date) -> date:
    """The Sunday at most three days before or after."""
    return day + timedelta(days=(SUNDAY - day.weekday() + 3) % 7 - 3)


def remarks(file_name: str, period: PeriodReading) -> Iterator[Problem]:
    """What a person may want to know about the week."""
    by_name = any(hint.source == "file_name" for hint in period.evidence)
    if period.start is None and not period.candidates:
        yield from periods.describe(period)
    if by_name and periods.is_odd_date(file_name):
        message = f"The date in the name '{file_name}' is written unusually"
        read_as = f" and was read as {period.end:%d %B %Y}." if period.end else ". Choose the week it means."
        yield Problem("odd_date_in_name", message + read_as, "info", value=file_name)
    if by_name and period.conflict and period.end:
        message = (
            f"The file is dated {period.evidence[0].text}, but its weeks end on Sundays. The week to {period.end:%d %B %Y} is proposed."
        )
        yield Problem("date_not_sunday", message, "warning", value=file_name)
    if period.start and period.end and period.start.month != period.end.month:
        message = (
            f"The week {period.start:%d %B} to {period.end:%d %B %Y} lies in two months. The reseller's period rule says which one counts."
        )
        yield Problem("week_spans_two_months", message, "info", value=f"{period.start}/{period.end}")
