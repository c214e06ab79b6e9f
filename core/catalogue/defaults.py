"""What is known of each vendor before anybody fills the catalogue: the reading rules that the catalogue page then shows and changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class VendorDefaults:
    """Rules of one vendor key. Rates are fractions (0.21 = 21 %); tolerances are units, and money in the vendor's currency.

    `settings`: `match_by` (the keys that identify a product, in order), `living` (the file grows and sends all history again),
    `value_from_price_list` (revenue is units × list price where the file has no money), `tolerance_per_row`, `date_order`.
    """

    key: str
    name: str
    country: str | None
    currency: str | None
    vat_basis: str | None
    vat_rate: Decimal | None
    cadence: str = "monthly"
    aliases: tuple[str, ...] = ()
    tolerance_amount: Decimal = Decimal("0.005")
    settings: dict[str, Any] = field(default_factory=dict)


MATCH_BY = ("ean", "code", "sku", "name")

VENDORS: tuple[VendorDefaults, ...] = (
    VendorDefaults(
        "liberty", "Liberty", "GB", "GBP", "gross", Decimal("0.20"), "weekly", ("Liberty London", "Liberty Retail"),
        # The supplier reference is a second opinion only: candles carry a shortened one, some items one that no list has.
        settings={"match_by": ["ean", "code"], "opinion": "sku"},
    ),
    VendorDefaults("galilu", "Galilu", "PL", "PLN", "gross", Decimal("0.23"), settings={"living": True}),
    VendorDefaults("boxnox", "BOXNOX", "ES", "EUR", "net", Decimal("0.21"), settings={"living": True}),
    VendorDefaults(
        "skins_sa", "Skins SA", "ZA", "ZAR", "net", Decimal("0.15"), aliases=("Skins South Africa",),
        tolerance_amount=Decimal("0.01"), settings={"living": True, "date_order": "mdy", "till_lines": True},
    ),
    VendorDefaults(
        "skins_nl", "Skins NL", "NL", "EUR", "net", Decimal("0.21"), aliases=("Skins Netherlands", "Skins Cosmetics"),
        settings={"tolerance_per_row": "0.50"},
    ),
    VendorDefaults(
        "cdlc", "Creme de la Creme", "LT", "EUR", "gross", Decimal("0.21"), aliases=("CDLC", "Crème de la Crème"),
        tolerance_amount=Decimal("0.01"),
    ),
    VendorDefaults(
        "aromateque", "Aromateque", "UA", "EUR", "gross", Decimal("0.20"), aliases=("Aromateka",),
        settings={"living": True, "value_from_price_list": True, "vat_rate_assumed": True},
    ),
    VendorDefaults("selfridges", "Selfridges", "GB", "GBP", "gross", Decimal("0.20"), "weekly", ("Selfridges & Co",), settings={"living": True}),
    VendorDefaults("online", "Online", None, "EUR", "net", None, "any", ("Web shop", "Webshop", "D2C")),
)  # fmt: skip
BY_KEY = {vendor.key: vendor for vendor in VENDORS}
