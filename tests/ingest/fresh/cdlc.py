"""CDLC's store matrix written from its description: regions over stores, a pair of columns a store, a Total pair and a Total row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.ingest.fresh.grid import Book, Grid
from tests.ingest.fresh.judged import Fact

Line = tuple[str, str, int | None, str | None]  # store, EAN, units, money
NAMES = {
    "9524001001008": "NORDLYS. Glow of Tundra EDP 100 ml",
    "9524001001015": "NORDLYS. Glow of Tundra EDP 30 ml",
    "9524001001206": "NORDLYS. Summer Rain EDP 100 ml",
    "9524001002005": "NORDLYS. Station 47 EDP 100 ml",
    "9524001000999": "NORDLYS. Total Eclipse EDP 100 ml Total",
    "": "NORDLYS. Advent Week 7x2 ml",
}
STORES = (("E-shop", None), ("Vilnius Europa", "Lithuania"), ("Kaunas Mega", "Lithuania"), ("LV Riga Alfa CdlC", "Latvia"))
LINES: tuple[Line, ...] = (
    ("E-shop", "9524001001008", 1, "218.0008"),
    ("Vilnius Europa", "9524001001008", 2, "436.0016"),
    ("LV Riga Alfa CdlC", "9524001001008", -1, "-218.0008"),
    ("Vilnius Europa", "9524001001015", 1, "103.9957"),
    ("Kaunas Mega", "9524001001206", 12, "2616.0096"),
    ("E-shop", "9524001002005", 1, "218.0008"),
    ("LV Riga Alfa CdlC", "9524001002005", 0, "-4.1002"),
    ("Kaunas Mega", "9524001000999", 3, "654.0024"),
)


@dataclass(frozen=True)
class Matrix:
    """A month's report: its lines, and the stores in the file's order with their region (None: the label spans its own pair only)."""

    month: date = date(2026, 2, 1)
    lines: Sequence[Line] = LINES
    stores: Sequence[tuple[str, str | None]] = STORES
    title: str = ""
    total: str = "Total"
    units: str = "Qty"
    money: str = "Sum Eur"

    @property
    def eans(self) -> list[str]:
        return list(dict.fromkeys(ean for _, ean, _, _ in self.lines))

    def facts(self) -> list[Fact]:
        last = date(self.month.year + self.month.month // 12, self.month.month % 12 + 1, 1).toordinal() - 1
        span = (self.month, date.fromordinal(last))
        return [("main", store, ean or NAMES[ean], *span, units, money) for store, ean, units, money in self.lines]

    def grid(self) -> Grid:
        cells: dict[tuple[int, int], Any] = {(1, 1): self.title or f"{self.month:%Y %B}"}
        merges, column, columns, regions = [], 3, dict[str, int](), dict[str, list[int]]()
        for store, region in self.stores:
            columns[store] = column
            regions.setdefault(region or store, []).append(column)
            if region:
                cells[2, column] = cells[2, column + 1] = store
            column += 2
        regions["Total"] = [column]
        columns["Total"] = column
        for label, places in regions.items():
            cells[1, places[0]] = self.total if label == "Total" else label
            merges.append((1, places[0], 1, places[-1] + 1))
        for place in columns.values():
            cells[3, place], cells[3, place + 1] = self.units, self.money
        for row, ean in enumerate(self.eans, start=4):
            cells |= {(row, 1): ean or None, (row, 2): NAMES.get(ean, f"NORDLYS. {ean}")}
            self._pairs(cells, row, columns, [line for line in self.lines if line[1] == ean])
        end = 4 + len(self.eans)
        cells[end, 1] = self.total
        for store, place in columns.items():
            self._sum(cells, end, place, [line for line in self.lines if store in ("Total", line[0])])
        return Grid({place: value for place, value in cells.items() if value is not None}, tuple(merges))

    def _pairs(self, cells: dict[tuple[int, int], Any], row: int, columns: dict[str, int], own: Sequence[Line]) -> None:
        for store, _, units, money in own:
            cells[row, columns[store]], cells[row, columns[store] + 1] = units, None if money is None else float(money)
        self._sum(cells, row, columns["Total"], own)

    def _sum(self, cells: dict[tuple[int, int], Any], row: int, place: int, own: Sequence[Line]) -> None:
        cells[row, place] = sum(units or 0 for _, _, units, _ in own)
        cells[row, place + 1] = float(sum(Decimal(money or 0) for _, _, _, money in own))

    def book(self, sheet: str | None = None) -> Book:
        return Book({sheet or f"{self.month:%Y %m}": self.grid()})

    @property
    def name(self) -> str:
        return f"CDLC NORDLYS_Sell_Out_{self.month:%Y %m}.xlsx"
