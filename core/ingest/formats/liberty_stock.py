"""Liberty's stock: the units of 'All Warehouse' beside each item, at the end of the week. Never a fact; a blank cell states nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.ingest.cells import CellReader, Columns
from core.ingest.layout import Header
from core.ingest.shapes import Problem, RawSheet, StockLine

COLUMN = "Stock Qty Un"
REFUSED = "Its stock was not kept; the sales of this row are not touched by it."


@dataclass(frozen=True)
class Stock:
    """What a report states of its stock, and what is wrong with it."""

    lines: tuple[StockLine, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_stock(sheet: RawSheet, header: Header, items: Mapping[int, StockLine], total: int | None) -> Stock:
    """The stock column of the report. `items`: by row (0-based), the product of that row, its quantity still open; `total`: the row of the
    grand total, whose printed stock the lines must add up to."""
    columns = header.starting(COLUMN)
    if not columns:
        return Stock()
    column = columns[0]
    reader = CellReader.over(sheet, (Columns(column, None),), header.row + 1)
    stated = ((item, row, reader.units(row, column)[0]) for row, item in items.items())
    lines = tuple(
        replace(item, quantity=units, cell=reader.address(row, column), row=row + 1, sheet=sheet.name)
        for item, row, units in stated
        if units is not None
    )
    printed = reader.units(total, column)[0] if total is not None else None
    unread = tuple(replace(p, rule="stock_not_read", severity="warning", suggestion=REFUSED) for p in reader.problems)
    return Stock(lines, (*unread, *_disagreement(sheet, lines, printed, "" if total is None else reader.address(total, column))))


def _disagreement(sheet: RawSheet, lines: tuple[StockLine, ...], printed: int | None, cell: str) -> tuple[Problem, ...]:
    added = sum(line.quantity for line in lines)
    if printed is None or printed == added:
        return ()
    text = f"Stock: the file prints {printed:,} units in all, its items add up to {added:,}."
    return (
        Problem(
            "stock_total_mismatch", text, "warning", sheet.name, cell, f"{printed}", "Sell-through follows the items; ask the reseller."
        ),
    )
