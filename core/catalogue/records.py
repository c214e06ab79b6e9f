"""The catalogue as values: resellers with their reading rules, and everything matching needs as polars frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.catalogue.defaults import MATCH_BY
from core.catalogue.folding import fold

Schema = dict[str, pl.DataType | type[pl.DataType]]

RATE = pl.Decimal(38, 10)
PRICE = pl.Decimal(38, 9)
PRODUCTS: Schema = {
    "ean": pl.String,
    "functional_name": pl.String,
    "product_name": pl.String,
    "size_ml": pl.Decimal(38, 3),
    "kind": pl.String,
    "category": pl.String,
    "rrp_eur": PRICE,
}
PRODUCT_ALIASES: Schema = {
    "id": pl.Int64,
    "reseller_id": pl.Int64,
    "kind": pl.String,
    "alias_key": pl.String,
    "ean": pl.String,
    "not_a_product": pl.Boolean,
    "valid_from": pl.Date,
    "valid_until": pl.Date,
}
STORES: Schema = {
    "store_id": pl.Int64,
    "reseller_id": pl.Int64,
    "store": pl.String,
    "channel": pl.String,
    "city": pl.String,
    "store_country": pl.String,
}
STORE_ALIASES: Schema = {"reseller_id": pl.Int64, "alias_key": pl.String, "store_id": pl.Int64}
PRICES: Schema = {"ean": pl.String, "currency": pl.String, "valid_from": pl.Date, "unit_price": PRICE, "vat_basis": pl.String}
VAT_RATES: Schema = {"country": pl.String, "valid_from": pl.Date, "rate": RATE}


@dataclass(frozen=True)
class Reseller:
    """One canonical reseller and how its files are read. `vat_rate`: a fraction, 0.21 = 21 %. Tolerances: units, and money in `currency`."""

    id: int
    key: str
    name: str
    country: str | None = None
    currency: str | None = None
    vat_basis: str | None = None
    vat_rate: Decimal | None = None
    cadence: str = "monthly"
    period_rule: str = "week_end"
    fx_method: str = "monthly_average"
    grace_days: int = 10
    tolerance_units: Decimal = Decimal("0")
    tolerance_amount: Decimal = Decimal("0.005")
    store_without_asking: bool = False
    contact_email: str | None = None
    active_from: date | None = None
    active_until: date | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def match_by(self) -> tuple[str, ...]:
        """The keys that identify a product in this reseller's files, the strongest first."""
        return tuple(self.settings.get("match_by") or MATCH_BY)

    @property
    def tolerance_per_row(self) -> Decimal:
        """Money by which each row may be rounded in the file (Skins NL prints whole euros)."""
        return Decimal(str(self.settings.get("tolerance_per_row") or 0))

    @property
    def values_from_price_list(self) -> bool:
        """True where revenue is units × list price, because the file states no money by period."""
        return bool(self.settings.get("value_from_price_list"))


@dataclass(frozen=True)
class Catalogue:
    """Everything matching and valuing need to know. `reseller_keys`: folded name, alias or vendor key → reseller id."""

    resellers: tuple[Reseller, ...] = ()
    reseller_keys: Mapping[str, int] = field(default_factory=dict)
    products: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRODUCTS))
    product_aliases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRODUCT_ALIASES))
    stores: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STORES))
    store_aliases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STORE_ALIASES))
    prices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRICES))
    vat_rates: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VAT_RATES))
    state: str = ""  # of what one reseller's files are judged by (`holding.state_of`), where it was asked for

    def reseller(self, name: str) -> Reseller | None:
        """The reseller of that name, alias or vendor key, compared without case and accents."""
        found = self.reseller_keys.get(fold(name))
        return next((r for r in self.resellers if r.id == found), None)
