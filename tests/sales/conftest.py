"""A small market written as literals: resellers, stores, products, lines, orders, claims, held rows."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database
from core.ingest.slices import roll_up_reseller
from tests.conftest import FillOnce

TUNDRA, SAUNA, CANDLE, VIAL = "9524001001008", "9524001002005", "9524001009004", "9524001001022"
PRODUCTS = (
    (TUNDRA, "NLGOT100", "Glow of Tundra 100 ml", 100, "full", "perfume"),
    (SAUNA, "NLMS100", "Midnight Sauna 100 ml", 100, "full", "perfume"),
    (CANDLE, "NLWSC3", "Woolen Storm candle", None, "candle", "candle"),
    (VIAL, "NLGOT2", "Glow of Tundra 2 ml", 2, "sample", "sample"),
)
RESELLERS = {
    "liberty": ("Liberty", "GB", "GBP", "weekly"),
    "galilu": ("Galilu", "PL", "PLN", "monthly"),
    "skins_sa": ("Skins SA", "ZA", "ZAR", "monthly"),
    "online": ("Online", None, "EUR", "monthly"),
}
# Resellers with lines, or with sums of lines that were there.
SOLD = " union ".join(
    f"select reseller_id from {table}" for table in ("sellout_entries2", "ecommerce_orders", "sales_rollup", "order_days")
)


def money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@dataclass
class Market:
    """Writes lines with as few words as a test needs; every id is looked up by name."""

    database: Database
    resellers: dict[str, int]
    stores: dict[str, int]
    batch: int
    fill_once: FillOnce = field(default=lambda key, prepare: prepare(), repr=False)

    def once(self, fill: Callable[[Market], object]) -> Market:
        """What `fill` writes into a market; done once, from then on a new market holds it at once."""
        resellers, stores, self.batch = self.fill_once(fill, lambda: (fill(self), self._known())[1])
        self.resellers, self.stores = dict(resellers), dict(stores)
        return self

    def _known(self) -> tuple[dict[str, int], dict[str, int], int]:
        return dict(self.resellers), dict(self.stores), self.batch

    def reseller(self, key: str, name: str, cadence: str = "monthly", **columns: Any) -> int:
        values = {"key": key, "name": name, "cadence": cadence, **columns}
        with self.database.write() as c:
            self.resellers[key] = c.execute(t.resellers.insert().returning(t.resellers.c.id), values).scalar_one()
        return self.resellers[key]

    def change_reseller(self, key: str, **columns: Any) -> None:
        with self.database.write() as c:
            c.execute(t.resellers.update().where(t.resellers.c.key == key), columns)

    def store(self, reseller: str, name: str, channel: str = "offline", **columns: Any) -> int:
        values = {"reseller_id": self.resellers[reseller], "name": name, "channel": channel, **columns}
        with self.database.write() as c:
            self.stores[name] = c.execute(t.stores.insert().returning(t.stores.c.id), values).scalar_one()
        return self.stores[name]

    def line(self, reseller: str, period: str, ean: str | None, quantity: int | None, net: Any, **columns: Any) -> None:
        """`period`: 2025-05 (a month) or 2025-05-26/2025-06-01 (a week that counts by its end)."""
        start, end = span(period)
        store = columns.pop("store", None)
        local = columns.pop("local", net)
        values = {
            "reseller_id": self.resellers[reseller],
            "store_id": self.stores[store] if store else None,
            "channel": columns.pop("channel", "offline"),
            "product_ean": ean,
            "view": "main",
            "primary_view": True,
            "period_start": start,
            "period_end": end,
            "year": end.year,
            "month": end.month,
            "quantity": quantity,
            "amount_local": money(local),
            "currency": RESELLERS.get(reseller, ("", "", "EUR"))[2],
            "sales_eur_net": money(net),
            "sales_eur_gross": None if net is None else money(net) * Decimal("1.2"),  # type: ignore[operator]
            "line_kind": kind_of(quantity, net),
            "upload_batch_id": self.batch,
            "source_row": 1,
            "live": True,
            **columns,
        }
        with self.database.write() as c:
            c.execute(t.sellout_entries2.insert(), values)

    def order_line(self, order: str, day: str, ean: str | None, quantity: int | None, net: Any, **columns: Any) -> None:
        for name in ("cost_of_goods", "payment_fee"):
            if name in columns:
                columns[name] = money(columns[name])
        values = {
            "reseller_id": self.resellers["online"],
            "store_id": self.stores["Nordlys Webshop"],
            "channel": "online",
            "order_id": order,
            "order_date": date.fromisoformat(day),
            "product_ean": ean,
            "quantity": quantity,
            "amount_local": money(net),
            "currency": "EUR",
            "sales_eur_net": money(net),
            "sales_eur_gross": money(net),
            "line_kind": kind_of(quantity, net),
            "country": "DE",
            "upload_batch_id": self.batch,
            "source_row": 1,
            "live": True,
            **columns,
        }
        with self.database.write() as c:
            c.execute(t.ecommerce_orders.insert(), values)

    def covers(
        self, reseller: str, *periods: str, view: str = "main", batch: int | None = None, live: bool = True, content: str = "a"
    ) -> None:
        slices = [slice_ for period in periods for slice_ in self._slices(reseller, period)]
        self._claim(reseller, slices, view, batch, live, content)

    def covers_as_one(self, reseller: str, period: str, view: str = "main") -> None:
        """One slice, however long."""
        self._claim(reseller, [span(period)], view)

    def _claim(
        self,
        reseller: str,
        slices: list[tuple[date, date]],
        view: str,
        batch: int | None = None,
        live: bool = True,
        content: str = "a",
    ) -> None:
        owner = batch or self.new_batch(reseller)
        with self.database.write() as c:
            for start, end in slices:
                values = {"upload_batch_id": owner, "facts_batch_id": owner, "reseller_id": self.resellers[reseller], "view": view}
                values |= {"period_start": start, "period_end": end, "content_key": content, "stated_until": end, "live": live}
                c.execute(t.slice_claims.insert(), values)

    def _slices(self, reseller: str, period: str) -> list[tuple[date, date]]:
        """A long period of those who report months is one slice a month."""
        start, end = span(period)
        monthly = reseller != "online" and RESELLERS.get(reseller, ("", "", "", "monthly"))[3] == "monthly"
        if not monthly or start.day != 1 or (end - start).days <= 31:
            return [(start, end)]
        numbers = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
        return [span(f"{n // 12}-{n % 12 + 1:02d}") for n in numbers]

    def covers_weeks(self, reseller: str, first_end: str, last_end: str) -> None:
        end, last, weeks = date.fromisoformat(first_end), date.fromisoformat(last_end), []
        while end <= last:
            weeks.append(f"{end - timedelta(days=6)}/{end}")
            end += timedelta(days=7)
        self.covers(reseller, *weeks)

    def new_batch(self, reseller: str = "liberty", **columns: Any) -> int:
        values = {
            "sha256": "0",
            "file_name": "file.xlsx",
            "file_size": 1,
            "status": "stored",
            "reseller_id": self.resellers[reseller],
            **columns,
        }
        with self.database.write() as c:
            return int(c.execute(t.upload_batches.insert().returning(t.upload_batches.c.id), values).scalar_one())

    def held(self, reseller: str, period: str, quantity: int | None, net: Any, local: Any = None) -> None:
        start, end = span(period)
        values = {"reseller_id": self.resellers[reseller], "rule": "unmatched_product", "view": "main", "primary_view": True}
        values |= {"period_start": start, "period_end": end, "quantity": quantity, "sales_eur_net": money(net)}
        values |= {"amount_local": money(local if local is not None else net), "currency": RESELLERS[reseller][2], "line_kind": "sale"}
        with self.database.write() as c:
            c.execute(t.held_rows.insert(), {**values, "upload_batch_id": self.batch, "source_row": 1, "live": True})

    def fill_rollup(self) -> None:
        with self.database.write() as c:
            for (reseller_id,) in c.execute(sa.text(SOLD)).all():
                roll_up_reseller(c, reseller_id)

    def set_state(self, key: str, value: Any) -> None:
        with self.database.write() as c:
            c.execute(sa.delete(t.app_state).where(t.app_state.c.key == key))
            c.execute(t.app_state.insert(), {"key": key, "value": value})


def span(period: str) -> tuple[date, date]:
    if "/" in period:
        start, end = period.split("/")
        return date.fromisoformat(start), date.fromisoformat(end)
    year, month = (int(part) for part in period.split("-"))
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def kind_of(quantity: int | None, net: Any) -> str:
    if quantity is not None and quantity < 0:
        return "return"
    if quantity == 0 and net:
        return "adjustment"
    return "sample" if quantity and not net and net is not None else "sale"


@pytest.fixture
def market(database: Database, fill_once: FillOnce) -> Market:
    """Liberty (weekly), Galilu and Skins SA (monthly), the web shop, four products; no lines, nothing covered yet."""
    with database.write() as c:
        for key, (name, country, currency, cadence) in RESELLERS.items():
            c.execute(t.resellers.insert(), {"key": key, "name": name, "country": country, "currency": currency, "cadence": cadence})
        resellers = {row.key: row.id for row in c.execute(sa.select(t.resellers.c.key, t.resellers.c.id))}
        columns = ("ean", "functional_name", "product_name", "size_ml", "kind", "category")
        c.execute(t.products.insert(), [dict(zip(columns, product, strict=True)) for product in PRODUCTS])
    made = Market(database, resellers, {}, 0, fill_once)
    made.store("online", "Nordlys Webshop", "online")
    made.batch = made.new_batch(status="preview")
    return made
