"""Order lines of the web shop written from their description, as the workbook with sheet `Orders` and as the shop's text export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tests.ingest.fresh.grid import Book, Grid
from tests.ingest.fresh.judged import Fact

HEADS = {
    "line_id": "id", "order": "order_id", "ean": "product_ean", "day": "order_date", "units": "quantity", "money": "sales_eur",
    "country": "country", "code": "functional_name", "gift": "is_gift", "city": "city", "source": "utm_source", "medium": "utm_medium",
    "campaign": "utm_campaign", "pages": "session_pages", "sessions": "session_count", "device": "device_type", "fee": "stripe_fee",
    "name": "product_name", "cost": "cost_of_goods", "seller": "reseller",
}  # fmt: skip
SHEET_HEADS = {
    "order": "Order ID", "ean": "Product EAN", "code": "Functional Name", "name": "Product Name", "units": "Quantity", "money": "Sales EUR",
    "cost": "Cost of Goods", "fee": "Stripe Fee", "day": "Order Date", "country": "Country", "city": "City", "seller": "Reseller",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of an order; amounts as text, so that they stay exact."""

    order: str
    day: date
    ean: str | None = "9524001001008"
    units: int = 1
    money: str = "180.165289"
    country: str | None = "NL"
    code: str | None = "NLGOT100"
    name: str | None = "GLOW OF TUNDRA - 100 ml"
    fee: str | None = None
    cost: str | None = "12.5"
    gift: str = "false"
    line_id: str = ""
    city: str | None = "Utrecht"
    source: str | None = "google"
    medium: str | None = "cpc"
    campaign: str | None = "17846201355902231"
    pages: str | None = "9"
    sessions: str | None = None
    device: str | None = "Mobile"
    seller: str | None = "Online"


def day(number: int, month: int = 2, year: int = 2028) -> date:
    return date(year, month, number)


LINES: tuple[Line, ...] = (
    Line("5101", day(1), fee="5.51"),
    Line("5101", day(1), "9524001001015", 2, "171.900826", code="NLGOT30", name="GLOW OF TUNDRA - 30 ml", fee="5.51"),
    Line("5101", day(1), "9524001001039", 1, "0", code="NLGOT2", name="GLOW OF TUNDRA - 2 ml", fee="5.51", gift="true", cost=None),
    Line("5102", day(13), "9524001001206", 1, "87.394958", "DE", "NLSR30", "SUMMER RAIN - 30 ml", "2.11", device=None),
    Line("5103", day(28), None, 1, "50", "IE", None, "Gift card 50 EUR", "1.2", cost=None),
    Line("5104", day(29), "9524001002005", -1, "-174.4", "SE", "NLS47100", "STATION 47 - 100 ml", None),
    Line("5105", day(29), "9524001001008", 40, "3603.305785", "FR", "NLGOT100", "Total Eclipse - 100 ml, bulk", "90.1"),
)


@dataclass(frozen=True)
class Export:
    lines: Sequence[Line] = LINES
    heads: tuple[tuple[str, str], ...] = tuple(HEADS.items())
    sheet: str = "Orders"
    real_dates: bool = False
    numbers: bool = True

    def facts(self) -> list[Fact]:
        return [
            ("main", one.seller or "Online", one.ean or one.code or one.name, one.day, one.day, one.units, one.money) for one in self.lines
        ]

    def grid(self) -> Grid:
        cells: dict[tuple[int, int], Any] = {(0, at): head for at, (_, head) in enumerate(self.heads)}
        for row, line in enumerate(self.lines, start=1):
            values = asdict(replace(line, line_id=line.line_id or f"id-{row}"))
            cells |= {(row, at): self.shown(key, values[key]) for at, (key, _) in enumerate(self.heads)}
        return Grid({place: value for place, value in cells.items() if value is not None})

    def shown(self, key: str, value: Any) -> Any:
        if key == "day":
            return value if self.real_dates else value.isoformat()
        if value is not None and self.numbers and key in ("money", "fee", "cost"):
            return float(value)
        return value

    def book(self) -> Book:
        return Book({self.sheet: self.grid()})


def workbook(lines: Sequence[Line] = LINES) -> Export:
    return Export(lines, tuple(SHEET_HEADS.items()), real_dates=True)
