"""One cell of a report's table as text, and its head with the unit. The same words in PDF and mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.reports.parts import Column, Table
from core.sales.formatting import MISSING, format_change, format_number, format_points, format_ratio
from core.sales.naming import MONTHS, SHORT_MONTHS, name_day

HEAD_UNITS = {"EUR net": "€ net", "EUR gross": "€ gross", "EUR per order": "€", "EUR per unit": "€"}
DECIMALS = {"EUR per order": 2, "EUR per unit": 2, "units per order": 2}


def head(column: Column) -> str:
    """`Net revenue, € net`: the unit stands once, in the head."""
    unit = HEAD_UNITS.get(column.unit or "") if column.kind in ("figure", "difference") and not column.name.endswith("_before") else None
    return f"{column.label}, {unit}" if unit else column.label


def cell(column: Column, value: Any, word: str = "") -> str:
    """A value as text without its unit; what is not known is n/a, a text that is empty stays empty. `word`: what stands where no percentage
    can."""
    if value is None:
        return word or (MISSING if column.numeric else column.missing)
    match column.kind:
        case "change":
            return format_change(value)
        case "points":
            return format_points(value)
        case "difference":
            text = _figure(column, value)
            return f"+{text}" if value > 0 and text.strip("0.") else text
        case "figure":
            return _figure(column, value)
        case "date":
            return name_date(value, column.grain)
        case _:
            return str(value)


def rows_of(table: Table) -> list[list[str]]:
    """The rows as text."""
    return [
        [cell(column, value, table.word(place, column.name)) for column, value in zip(table.columns, row, strict=True)]
        for place, row in enumerate(table.frame.iter_rows())
    ]


def totals_of(table: Table) -> list[str] | None:
    """The totals as text, '' under texts; None where there are none."""
    if table.totals is None:
        return None
    last = table.frame.height
    return [cell(c, table.totals[c.name], table.word(last, c.name)) if c.numeric else "" for c in table.columns]


def _figure(column: Column, value: Any) -> str:
    return format_ratio(value) if column.unit == "ratio" else format_number(value, DECIMALS.get(column.unit or "", 0))


def name_date(day: date, grain: str) -> str:
    """`June 2025`, `Q2 2025`, `2025`, `week of 2 Jun 2025`, `8 June 2025`."""
    match grain:
        case "year":
            return str(day.year)
        case "quarter":
            return f"Q{(day.month + 2) // 3} {day.year}"
        case "month":
            return f"{MONTHS[day.month]} {day.year}"
        case "week":
            return f"week of {day.day} {SHORT_MONTHS[day.month]} {day.year}"
        case _:
            return name_day(day)
