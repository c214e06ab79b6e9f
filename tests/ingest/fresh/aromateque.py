"""Aromateque's 1C export written from its description: stores by month above, products by month with euros of the whole span below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.ingest.fresh.grid import Book, Grid
from tests.ingest.fresh.judged import Fact

MONTHS = tuple(date(2027, month, 1) for month in range(1, 6))
STORES = {"Sky Mall": (3, 0, 2, None, 1), "Online": (1, 2, None, 4, None), "Lviv Forum": (None, 1, 1, None, None)}
Product = tuple[str, str | None, tuple[int | None, ...], str | None]  # name, SKU, units by month, euros of the span
PRODUCTS: tuple[Product, ...] = (
    ("NORDLYS PARFUM Glow of Tundra Eau de Parfum 100 ml", "NLGOT100", (2, 1, None, 3, 1), "1526"),
    ("NORDLYS PARFUM Summer Rain Eau de Parfum 30 ml", "NLSR30", (1, 2, 2, 1, None), "624"),
    ("NORDLYS PARFUM Total Eclipse 10 ml Total", "NLTE10", (-1, None, 1, None, None), "0"),
    ("NORDLYS PARFUM Advent Week 7 x 2 ml", None, (2, None, None, None, None), "116"),
)


@dataclass(frozen=True)
class Export:
    """`show` prints a month header; the columns after `nominal` are partial."""

    months: Sequence[date] = MONTHS
    stores: tuple[tuple[str, tuple[int | None, ...]], ...] = tuple(STORES.items())
    products: Sequence[Product] = PRODUCTS
    nominal: date = date(2027, 4, 1)
    show: Callable[[date], Any] = lambda day: f"{day:%d.%m.%Y}"
    words: tuple[str, str, str] = ("Store", "total", "Total in euro")
    gap: int = 1
    pad: int = 150

    def facts(self) -> list[Fact]:
        ends = [date(m.year + m.month // 12, m.month % 12 + 1, 1) - timedelta(days=1) for m in self.months]
        spans = list(zip(self.months, ends, strict=True))
        found: list[Fact] = []
        for store, units in self.stores:
            found += [("store_month", store, None, *span, n, None) for span, n in zip(spans, units, strict=True) if n]
        for name, sku, units, euros in self.products:
            key = sku or name
            found += [("product_month", None, key, *span, n, None) for span, n in zip(spans, units, strict=True) if n]
            total = sum(n or 0 for n in units)
            found += [("product_span_euro", None, key, self.months[0], ends[-1], total, euros)] if euros is not None else []
        return found

    def grid(self) -> Grid:
        store, total, euro = self.words
        cells: dict[tuple[int, int], Any] = {(0, 1): store, (0, 2 + len(self.months)): total}
        row = 1
        for name, units in self.stores:
            cells[row, 1] = name
            row = self._line(cells, row, units)
        cells[row, 1] = total
        row = self._line(cells, row, self._sums([units for _, units in self.stores])) + self.gap
        for at, month in enumerate(self.months):
            cells[0, 2 + at] = cells[row, 2 + at] = self.show(month)
        cells[row, 2 + len(self.months)], cells[row, 3 + len(self.months)] = total, euro
        row += 1
        for name, sku, units, euros in self.products:
            cells |= {(row, 0): name.ljust(self.pad), (row, 1): sku, (row, 3 + len(self.months)): None if euros is None else float(euros)}
            row = self._line(cells, row, units)
        cells |= {(row, 1): total, (row, 3 + len(self.months)): float(sum(Decimal(euros or 0) for *_, euros in self.products))}
        self._line(cells, row, self._sums([units for _, _, units, _ in self.products]))
        return Grid({place: value for place, value in cells.items() if value is not None})

    def _line(self, cells: dict[tuple[int, int], Any], row: int, units: Sequence[int | None]) -> int:
        cells |= {(row, 2 + at): n for at, n in enumerate(units)} | {(row, 2 + len(units)): sum(n or 0 for n in units)}
        return row + 1

    @staticmethod
    def _sums(lines: Sequence[Sequence[int | None]]) -> list[int]:
        return [sum(n or 0 for n in column) for column in zip(*lines, strict=True)]

    def book(self, sheet: str = "TDSheet") -> Book:
        return Book({sheet: self.grid()})

    @property
    def second_header(self) -> int:
        return len(self.stores) + 2 + self.gap

    @property
    def name(self) -> str:
        return f"nordlys sales {self.nominal:%B}'{self.nominal:%y}.xlsx".lower()
