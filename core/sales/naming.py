"""Periods, days and lists in words: “Jan–May 2025”, “week 2–8 June 2025”, “8 June 2025”."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from core.sales.query import Period, months

MONTHS = tuple(calendar.month_name)
SHORT_MONTHS = tuple(calendar.month_abbr)


def name_day(day: date) -> str:
    """8 June 2025"""
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def name_period(period: Period) -> str:
    """The shortest unmistakable name: “2025”, “May 2025”, “Q2 2025”, “Jan–May 2025”, “2–8 June 2025”, “8 June 2025”."""
    start, end = period.start, period.end
    if period.days == 1:
        return name_day(start)
    if start.day == 1 and (end + timedelta(days=1)).day == 1:
        return _name_whole_months(period)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{end.day} {MONTHS[end.month]} {end.year}"
    first = f"{start.day} {MONTHS[start.month]}" + (f" {start.year}" if start.year != end.year else "")
    return f"{first}–{name_day(end)}"


def _name_whole_months(period: Period) -> str:
    start, end = period.start, period.end
    if (start.year, start.month) == (end.year, end.month):
        return f"{MONTHS[start.month]} {start.year}"
    if start.month == 1 and end.month == 12:
        return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
    if start.month % 3 == 1 and period == months(start.year, start.month, 3):
        return f"Q{start.month // 3 + 1} {start.year}"
    first = SHORT_MONTHS[start.month] + (f" {start.year}" if start.year != end.year else "")
    return f"{first}–{SHORT_MONTHS[end.month]} {end.year}"


def name_list(names: Sequence[str], most: int = 5) -> str:
    """“A, B and C”; beyond `most`, “A, B, C, D, E and 4 more”."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
