"""Markets drawn by a seed, as the search for anomalies sees them: one that only fluctuates, and ways to break it, each with what must be found.

Nothing here reads a database: the search is pure over these values.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.sales.anomaly_shapes import Book, Cell, Evidence, Kind, month_number, month_period
from core.sales.covered import Sender
from demo.market import SEASON, draw_units

LAST = month_number(date(2025, 10, 1))
JUDGED, ALL = 12, 37
FIRST = LAST - JUDGED + 1
STORES = ("Alpha", "Beta", "Gamma")
RATE = Decimal("0.2345")  # EUR for one złoty
Cells = dict[int, dict[str, Cell]]


@dataclass(frozen=True)
class Injected:
    """A market with one thing wrong: what must be found, where and when."""

    evidence: Evidence
    kind: Kind
    reseller: str
    month: int


def clean(seed: int, resellers: int = 4, products: int = 12, mean: float = 6.0) -> Evidence:
    """Season, growth and Poisson noise; a tenth of the lines ten per cent off; now and then a return. Nothing to find."""
    rng = random.Random(seed)
    return Evidence(tuple(_book(rng, number, products, mean) for number in range(resellers)), FIRST, LAST)


def _book(rng: random.Random, number: int, products: int, mean: float) -> Book:
    polish = number == 1
    sender = Sender(number + 1, f"Reseller {number + 1}", f"r{number + 1}", "monthly")
    levels = {f"P{p} · Product {p}": (mean * rng.uniform(0.6, 2.0), Decimal(rng.choice((34, 87, 180)))) for p in range(products)}
    cells: Cells = {}
    stores: dict[int, dict[str, tuple[Decimal, int]]] = {}
    for month in range(LAST - ALL + 1, LAST + 1):
        level = SEASON[month % 12 + 1] * (1 + 0.005 * (month - LAST + ALL))
        cells[month] = {name: cell for name, (usual, price) in levels.items() if (cell := _cell(rng, usual * level, price)) is not None}
        stores[month] = _split(cells[month])
    whole = frozenset(cells)
    slices = tuple(_slice(sender, month) for month in range(FIRST, LAST + 1))
    rates = dict.fromkeys(cells, RATE) if polish else {}
    country, currency, vat = ("PL", "PLN", "0.23") if polish else ("NL", "EUR", "0.21")
    return Book(sender, country, currency, Decimal(vat), cells, stores, {}, whole, slices, rates)


def _cell(rng: random.Random, mean: float, price: Decimal) -> Cell | None:
    sold = draw_units(rng, mean)
    back = draw_units(rng, sold * 0.015)
    if not sold:
        return None
    cheap = sum(rng.random() < 0.1 for _ in range(sold))
    net = price * (sold - cheap) + price * cheap * Decimal("0.9")
    return Cell(net - price * back, sold - back, sold, back, net - price * back, sold - back, net, sold)


def _split(cells: Mapping[str, Cell]) -> dict[str, tuple[Decimal, int]]:
    net, units = sum((c.net for c in cells.values()), Decimal(0)), sum(c.units for c in cells.values())
    parts = (Decimal("0.5"), Decimal("0.3"), Decimal("0.2"))
    return {store: (net * part, int(units * part)) for store, part in zip(STORES, parts, strict=True)}


def _slice(sender: Sender, month: int) -> dict[str, Any]:
    period = month_period(month)
    values = {"period_start": period.start, "period_end": period.end, "status": "received", "days_late": None, "held_lines": 0}
    return values | {"held_eur_net": None, "sales_eur_net": Decimal(1000), "upload_batch_id": 7, "reseller": sender.name}


# Ways to break it -----------------------------------------------------------------------------------------------------


def scaled(cell: Cell, money: Decimal = Decimal(1), units: float = 1) -> Cell:
    """The cell with its money and units multiplied."""
    times = {n: getattr(cell, n) * money for n in ("net", "regular_net", "priced_net")}
    counts = {n: round(getattr(cell, n) * units) for n in ("units", "sold", "returned", "regular_units", "priced_units")}
    return replace(cell, **times, **counts)


def _changed(evidence: Evidence, number: int, **columns: Any) -> Evidence:
    books = list(evidence.books)
    books[number] = replace(books[number], **columns)
    return replace(evidence, books=tuple(books))


def _cells(evidence: Evidence, number: int, month: int, cells: Mapping[str, Cell]) -> Evidence:
    book = evidence.books[number]
    changed = _changed(evidence, number, cells={**book.cells, month: cells})
    return _changed(changed, number, stores={**book.stores, month: _split(cells)})


def _each(change: Callable[[Cell], Cell], kind: Kind, number: int = 0) -> Callable[[Evidence, random.Random], Injected]:
    """Every product of one reseller in one month."""

    def inject(evidence: Evidence, rng: random.Random) -> Injected:
        month = rng.randint(FIRST, LAST)
        cells = {name: change(cell) for name, cell in evidence.books[number].cells[month].items()}
        return Injected(_cells(evidence, number, month, cells), kind, evidence.books[number].name, month)

    return inject


def _slice_says(kind: Kind, whole: bool, **columns: Any) -> Callable[[Evidence, random.Random], Injected]:
    def inject(evidence: Evidence, rng: random.Random) -> Injected:
        month, book = rng.randint(FIRST, LAST), evidence.books[0]
        slices = tuple(row | columns if month_number(row["period_end"]) == month else row for row in book.slices)
        changed = _changed(evidence, 0, slices=slices, whole=book.whole if whole else book.whole - {month})
        return Injected(changed, kind, book.name, month)

    return inject


def repeated(evidence: Evidence, rng: random.Random) -> Injected:
    month, book = rng.randint(FIRST, LAST), evidence.books[2]
    return Injected(_cells(evidence, 2, month, book.cells[month - 1]), "same_figures", book.name, month)


def store_left_out(evidence: Evidence, rng: random.Random) -> Injected:
    month, book = rng.randint(FIRST, LAST), evidence.books[0]
    stores = {**book.stores, month: {name: sold for name, sold in book.stores[month].items() if name != "Beta"}}
    cells = {name: scaled(cell, Decimal("0.7"), 0.7) for name, cell in book.cells[month].items()}
    return Injected(
        _changed(_changed(evidence, 0, stores=stores), 0, cells={**book.cells, month: cells}), "missing_store", book.name, month
    )


def emptied(evidence: Evidence, rng: random.Random) -> Injected:
    month, book = rng.randint(FIRST, LAST), evidence.books[3]
    changed = _changed(evidence, 3, cells={**book.cells, month: {}}, stores={**book.stores, month: {}})
    return Injected(changed, "empty_month", book.name, month)


def one_product(change: Callable[[Cell], Cell], kind: Kind) -> Callable[[Evidence, random.Random], Injected]:
    """The best seller of one reseller in one month."""

    def inject(evidence: Evidence, rng: random.Random) -> Injected:
        month, book = rng.randint(FIRST, LAST), evidence.books[0]
        cells = dict(book.cells[month])
        name = max(cells, key=lambda n: (cells[n].units, n))
        cells[name] = change(cells[name])
        return Injected(_cells(evidence, 0, month, cells), kind, book.name, month)

    return inject


def gone(evidence: Evidence, rng: random.Random) -> Injected:
    month, book = rng.randint(FIRST, LAST), evidence.books[0]
    before = range(month - 6, month)
    name = max(book.cells[month], key=lambda n: sum(book.cells[m].get(n, Cell()).units for m in before))
    cells = {m: {n: c for n, c in own.items() if n != name or m < month} for m, own in book.cells.items()}
    return Injected(_changed(evidence, 0, cells=cells), "lost_product", book.name, month)


def launched(evidence: Evidence, rng: random.Random) -> Injected:
    month, book = rng.randint(FIRST, LAST), evidence.books[0]
    new = Cell(Decimal(900), 10, 10, 0, Decimal(900), 10, Decimal(900), 10)
    cells = {m: own | ({"N1 · Novelty": new} if m >= month else {}) for m, own in book.cells.items()}
    return Injected(_changed(evidence, 0, cells=cells), "new_product", book.name, month)


def everywhere(evidence: Evidence, rng: random.Random) -> Injected:
    """One product at every reseller."""
    month = rng.randint(FIRST, LAST)
    name = max(evidence.books[0].cells[month], key=lambda n: sum(b.cells[month - 12].get(n, Cell()).net for b in evidence.books))
    changed = evidence
    for number, book in enumerate(evidence.books):
        cell = scaled(book.cells[month].get(name, Cell()), Decimal(3), 3)
        changed = _cells(changed, number, month, {**book.cells[month], name: cell})
    return Injected(changed, "product", "", month)


def _bulk(cell: Cell) -> Cell:
    return replace(cell, net=cell.net + 4000, units=cell.units + 900)


def _returns(cell: Cell) -> Cell:
    return replace(cell, units=cell.units - 14, returned=cell.returned + 14)


def _unpriced(cell: Cell) -> Cell:
    part = round(cell.priced_units * 0.5)
    return replace(
        cell, priced_units=cell.priced_units - part, priced_net=cell.priced_net / 2, net=cell.net / 2, regular_net=cell.regular_net / 2
    )


INJECTIONS: dict[str, Callable[[Evidence, random.Random], Injected]] = {
    "report missing": _slice_says("missing_report", whole=False, status="late", days_late=9),
    "file partial": _slice_says("partial_file", whole=False, status="partial"),
    "money held": _slice_says("held_money", whole=True, status="partial", held_lines=4, held_eur_net=Decimal(800)),
    "a copy of the month before": repeated,
    "an empty month": emptied,
    "a store left out": store_left_out,
    "gross booked as net": _each(lambda c: scaled(c, Decimal("1.21")), "tax_basis"),
    "net booked as gross": _each(lambda c: scaled(c, 1 / Decimal("1.21")), "tax_basis"),
    "złoty taken as euro": _each(lambda c: scaled(c, 1 / RATE), "currency", 1),
    "euro converted as złoty": _each(lambda c: scaled(c, RATE), "currency", 1),
    "units times 12": _each(lambda c: scaled(c, units=12), "unit_switch"),
    "units times 10": _each(lambda c: scaled(c, units=10), "unit_switch"),
    "money times 1000": _each(lambda c: scaled(c, Decimal(1000)), "scale"),
    "a tenth of one price": one_product(lambda c: scaled(c, Decimal("0.1")), "units_and_money"),
    "half the units without money": _each(_unpriced, "without_money"),
    "revenue times 2.5": _each(lambda c: scaled(c, Decimal("2.5"), 2.5), "level"),
    "revenue times 0.2": _each(lambda c: scaled(c, Decimal("0.2"), 0.2), "level"),
    "one product times 3, everywhere": everywhere,
    "a product gone": gone,
    "a product new": launched,
    "prices 12 % lower": _each(lambda c: scaled(c, Decimal("0.88")), "price"),
    "a bulk order": one_product(_bulk, "bulk"),
    "fourteen returns": one_product(_returns, "returns"),
}
