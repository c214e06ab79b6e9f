"""Selfridges' weekly form written from its description: a block of products a store, a pair of columns a week, totals with cached values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.ingest.fresh.grid import Book, Formula, Grid
from tests.ingest.fresh.judged import Fact

KEYS = (
    "97110403 - glow of tundra edpno colour100ml",
    "97110486 - summer rain edpno colour30ml",
    "97110917 - fragrance discovery set 5x 2 mlno colourno size",
    "97110931 - total eclipse edpno colour100ml",
)
STORES = ("London Oxford Street", "Manchester Trafford", "Manchester Exchange Sq", "Selfridges.com")
Line = tuple[int, int, int, int | None, str | None]  # store, key, week, units, money
LINES: tuple[Line, ...] = (
    (0, 0, 0, 2, "396"), (0, 1, 0, 1, "95"), (1, 0, 1, 1, "198"), (3, 2, 1, 3, "108"), (2, 3, 2, -1, "-198"),
    (0, 0, 2, 0, "-9.5"), (3, 0, 3, 1, "178.2"), (3, 3, 3, 4, "792"), (0, 2, 1, 1, "36"),
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """The form of a fiscal year: `filled` weeks of `weeks`, the first of which ends on `first` (a Saturday) and is called `number`."""

    first: date = date(2026, 2, 7)
    number: int = 1
    weeks: int = 6
    filled: Sequence[int] = (0, 1, 2, 3)
    lines: Sequence[Line] = LINES
    stores: Sequence[str] = STORES
    keys: Sequence[str] = KEYS
    show: Callable[[date], Any] = lambda day: day
    label: str = "Wk {:02}"
    heads: tuple[str, str, str, str, str] = ("Store", "Product", "RRP £", "Sold", "Sales £")
    grand: str = "Total Selfridges"

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(weeks=at) for at in range(self.weeks)]

    def facts(self) -> list[Fact]:
        ends = self.days
        return [
            ("main", self.stores[store], self.keys[key][:8], ends[week] - timedelta(days=6), ends[week], units, money)
            for store, key, week, units, money in self.lines
        ]

    def grid(self) -> Grid:
        store, product, rrp, sold, sales = self.heads
        titles = ("SELFRIDGES & CO", "Supplier: NORDLYS Parfum", "Sell out by store and week - sales incl. VAT")
        cells: dict[tuple[int, int], Any] = {(row, 0): text for row, text in enumerate(titles)}
        cells |= {(4, 0): store, (4, 1): product, (4, 2): rrp}
        merges = [(4, column, 6, column) for column in range(3)]
        for at, day in enumerate([*self.days, None]):
            left = 3 + 2 * at
            cells |= {(4, left): self.label.format(self.number + at) if day else "YTD", (6, left): sold, (6, left + 1): sales}
            merges.append((4, left, 4, left + 1) if day else (4, left, 5, left + 1))
            if day:
                cells[5, left] = self.show(day)
                merges.append((5, left, 5, left + 1))
        row = 7
        for number, name in enumerate(self.stores):
            merges.append((row, 0, row + len(self.keys) - 1, 0)) if len(self.keys) > 1 else None
            cells[row, 0] = name
            for key, text in enumerate(self.keys):
                cells |= {(row, 1): text, (row, 2): 198}
                own = [line for line in self.lines if line[:2] == (number, key)]
                for _, _, week, units, money in own:
                    cells |= {(row, 3 + 2 * week): units, (row, 4 + 2 * week): None if money is None else float(money)}
                self._pair(cells, row, self.weeks, own)
                row += 1
            cells[row, 0] = f"{name} Total"
            row = self._totals(cells, row, [line for line in self.lines if line[0] == number])
        cells[row, 0] = self.grand
        self._totals(cells, row, self.lines)
        return Grid({place: value for place, value in cells.items() if value is not None}, tuple(merges))

    def _totals(self, cells: dict[tuple[int, int], Any], row: int, own: Sequence[Line]) -> int:
        for week in range(self.weeks):
            self._pair(cells, row, week, [line for line in own if line[2] == week])
        self._pair(cells, row, self.weeks, own)
        return row + 1

    def _pair(self, cells: dict[tuple[int, int], Any], row: int, week: int, own: Sequence[Line]) -> None:
        units, money = sum(line[3] or 0 for line in own), float(sum(Decimal(line[4] or 0) for line in own))
        cells[row, 3 + 2 * week], cells[row, 4 + 2 * week] = Formula("=SUM(A1)", units), Formula("=SUM(A2)", money)

    def book(self, sheet: str = "Sell Out") -> Book:
        return Book({sheet: self.grid()})

    @property
    def name(self) -> str:
        last = self.number + max(self.filled)
        return f"Selfridges - NORDLYS Weekly Sell Out FY{self.first:%y} wk{last:02}.xlsx"
