"""What the search for anomalies looks at, and what it finds: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from core.sales.covered import Sender
from core.sales.query import Period, months
from core.sales.restated import Restated

Reason = Literal["data", "business", "calendar"]
REASONS: dict[Reason, str] = {"data": "Data problems", "business": "Business changes", "calendar": "Explained by the calendar"}
Kind = Literal[
    "missing_report", "partial_file", "held_money", "restated", "same_figures", "empty_month", "missing_store", "tax_basis", "currency",
    "unit_switch", "scale", "units_and_money", "without_money", "level", "week", "product", "new_product", "lost_product", "price", "bulk",
    "returns", "calendar",
]  # fmt: skip
KINDS: dict[Kind, str] = {
    "missing_report": "Report missing or late",
    "partial_file": "Partial file",
    "held_money": "Money in the inbox",
    "restated": "Restated by a later file",
    "same_figures": "Same figures as another period",
    "empty_month": "Stated, but nothing sold",
    "missing_store": "A store is missing",
    "tax_basis": "Gross and net changed over",
    "currency": "Currency changed over",
    "unit_switch": "Other unit of counting",
    "scale": "Other scale of money",
    "units_and_money": "Units and money do not fit",
    "without_money": "Units without money",
    "level": "Revenue outside its range",
    "week": "Week outside its range",
    "product": "Product outside its range",
    "new_product": "New at a reseller",
    "lost_product": "Gone from a reseller",
    "price": "Prices changed",
    "bulk": "Bulk order",
    "returns": "Many returns",
    "calendar": "Calendar",
}
NONE = Decimal(0)


@dataclass(frozen=True)
class Cell:
    """One product at one reseller in one month. EUR net; `regular_*`: without bulk lines; `priced_*`: sale lines that state units and money,
    without bulk."""

    net: Decimal = NONE
    units: int = 0
    sold: int = 0
    returned: int = 0
    regular_net: Decimal = NONE
    regular_units: int = 0
    priced_net: Decimal = NONE
    priced_units: int = 0

    @property
    def price(self) -> float | None:
        """EUR net of one unit."""
        return float(self.priced_net / self.priced_units) if self.priced_units > 0 and self.priced_net > 0 else None

    @property
    def bulk_net(self) -> Decimal:
        return self.net - self.regular_net

    @property
    def bulk_units(self) -> int:
        return self.units - self.regular_units


@dataclass(frozen=True)
class Book:
    """One reseller's figures. Months count through from year 0. `whole`: months that have ended and are stated completely; `weeks`: of
    those whose files state weeks, by Monday; `slices`: the rows of its coverage."""

    sender: Sender
    country: str | None
    currency: str | None
    vat_rate: Decimal | None
    cells: Mapping[int, Mapping[str, Cell]]
    stores: Mapping[int, Mapping[str, tuple[Decimal, int]]] = field(default_factory=dict)
    weeks: Mapping[date, Mapping[str, tuple[Decimal, int]]] = field(default_factory=dict)
    whole: frozenset[int] = frozenset()
    slices: tuple[Mapping[str, Any], ...] = ()
    rates: Mapping[int, Decimal] = field(default_factory=dict)  # EUR for one unit of its currency, by month
    lists: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)  # list price incl. VAT in its currency, by product
    closed: Mapping[str, date] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.sender.name

    @cached_property
    def _sums(self) -> dict[int, tuple[Decimal, int]]:
        return {m: (sum((c.net for c in cells.values()), NONE), sum(c.units for c in cells.values())) for m, cells in self.cells.items()}

    @cached_property
    def _prices(self) -> dict[tuple[int, str], float]:
        """Unit prices in the reseller's own currency, where they and the rate are known."""
        rates = {month: self.rate(month) for month in self.cells}
        found = ((m, name, cell.price, rates[m]) for m, cells in self.cells.items() for name, cell in cells.items())
        return {(month, name): price / rate for month, name, price, rate in found if price is not None and rate is not None}

    @cached_property
    def unit_price(self) -> float:
        """EUR net of one unit over everything."""
        priced = [cell for cells in self.cells.values() for cell in cells.values() if cell.priced_units > 0]
        units = sum(cell.priced_units for cell in priced)
        return float(sum((cell.priced_net for cell in priced), NONE) / units) if units else 0.0

    def net(self, month: int) -> Decimal:
        return self._sums.get(month, (NONE, 0))[0]

    def units(self, month: int) -> int:
        return self._sums.get(month, (NONE, 0))[1]

    def series(self, without: frozenset[int] = frozenset()) -> dict[int, Decimal]:
        """EUR net of the months that are stated whole; a whole month without a line is 0."""
        return {month: self.net(month) for month in self.whole if month not in without}

    def rate(self, month: int) -> float | None:
        """EUR for one unit of its currency in a month; 1 where all its money is EUR, None where nothing was converted then."""
        return float(self.rates[month]) if month in self.rates else None if self.rates else 1.0

    def price(self, month: int, product: str) -> float | None:
        """One unit net in the reseller's own currency, so that the rate of exchange moves no price."""
        return self._prices.get((month, product))

    def before(self, month: int, count: int) -> list[int]:
        """The last `count` whole months before, newest first."""
        return sorted((m for m in self.whole if m < month), reverse=True)[:count]


@dataclass(frozen=True)
class Evidence:
    """Everything looked at. `first`, `last`: the months that are judged; `restated`: what later files stated differently."""

    books: tuple[Book, ...]
    first: int
    last: int
    restated: tuple[Restated, ...] = ()

    @property
    def judged(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Point:
    """One month (or week) of the small chart: what was stated (None: not whole), and the range that was expected."""

    day: date
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    partial: bool = False


@dataclass(frozen=True)
class Anomaly:
    """Something that looks odd. `size`: EUR net against what was expected, signed; `evidence`: whole sentences; `batch`: the upload behind it.

    `key` stays the same while the same thing is odd, so that it can be told once and dismissed.
    """

    key: str
    kind: Kind
    reason: Reason
    reseller: str
    period: Period
    title: str
    why: str
    size: Decimal
    product: str = ""
    store: str = ""
    resellers: tuple[str, ...] = ()  # of one thing at several of them
    units: int | None = None
    value: Decimal | None = None
    expected: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    evidence: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    batch: int | None = None

    def told(self, *sentences: str) -> Anomaly:
        """With more evidence."""
        return replace(self, evidence=(*self.evidence, *(text for text in sentences if text)))


@dataclass(frozen=True)
class Short:
    """A reseller whose history is too short for a range: `months` whole ones, `needed` at least."""

    reseller: str
    months: int
    needed: int


@dataclass(frozen=True)
class Found:
    """What was found, the largest first, and who has too short a history to be judged by ranges."""

    anomalies: tuple[Anomaly, ...]
    short: tuple[Short, ...] = ()


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_period(number: int) -> Period:
    return months(number // 12, number % 12 + 1, 1)


def key_of(kind: str, period: Period, *parts: str) -> str:
    return ":".join((kind, str(period.start), str(period.end), *parts))
