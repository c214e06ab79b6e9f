"""The invented brand NORDLYS Parfum: its catalogue, resellers, stores, vendor keys and price lists. Nothing here is real."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.catalogue.rates import monthly_average

SCENTS = (
    ("Glow of Tundra", "GOT"),
    ("Midnight Sauna", "MS"),
    ("Summer Rain", "SR"),
    ("Fjord Letters", "FL"),
    ("Birch Lullaby", "BL"),
    ("Reindeer Hour", "RH"),
    ("Lantern Choir", "LC"),
    ("Polar Kiosk", "PK"),
    ("Wool Cathedral", "WC"),
    ("Harbour Mirage", "HM"),
    ("Station 47", "S47"),
    ("xFjord", "XF"),
)
CANDLES = (("Woolen Storm", "WS"), ("Pine Pantry", "PP"), ("Ember Chapel", "EC"))
SETS = (("Discovery Set 5 x 2 ml", "NLFD5X2"), ("Advent Week 7 x 2 ml", "NLAW7X2"), ("Duo Set 2 x 10 ml", "NLXD2X10"))
# format: EAN digit, code suffix, name, size in ml, kind, category
FORMATS = (
    (0, "100", "Eau de Parfum 100 ml", 100, "full", "perfume"),
    (1, "30", "Eau de Parfum 30 ml", 30, "full", "perfume"),
    (2, "10", "Eau de Parfum 10 ml", 10, "full", "perfume"),
    (3, "2", "Vial 2 ml", 2, "sample", "sample"),
    (4, "T100", "Eau de Parfum Tester 100 ml", 100, "tester", "tester"),
)
# recommended retail price incl. VAT: EUR, GBP, PLN, ZAR from the first day, and from PRICE_RISE on
PRICES = {
    "100": ((218, 198, 979, 5150), (226, 206, 1015, 5350)),
    "30": ((104, 95, 469, 2460), (108, 99, 485, 2560)),
    "10": ((41, 38, 185, 985), (43, 40, 195, 1025)),
    "2": ((9, 8, 39, 215), (9, 8, 39, 215)),
    "candle": ((96, 84, 429, 2290), (99, 87, 445, 2380)),
    "NLFD5X2": ((39, 36, 175, 920), (41, 38, 185, 960)),
    "NLAW7X2": ((58, 52, 259, 1370), (60, 54, 270, 1430)),
    "NLXD2X10": ((74, 67, 329, 1745), (77, 70, 345, 1815)),
}
CURRENCIES = ("EUR", "GBP", "PLN", "ZAR")
FIRST_PRICE, PRICE_RISE = date(2023, 11, 1), date(2025, 7, 1)


@dataclass(frozen=True)
class Product:
    ean: str
    code: str
    name: str
    scent: str
    size_ml: int | None
    kind: str
    category: str
    price_key: str

    def price(self, currency: str, day: date) -> Decimal:
        """Recommended retail price incl. VAT of one unit on `day`."""
        column = CURRENCIES.index(currency)
        return Decimal(PRICES[self.price_key][day >= PRICE_RISE][column])


def ean13(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return twelve + str(-total % 10)


def _perfumes() -> list[Product]:
    products = []
    for number, (scent, letters) in enumerate(SCENTS):
        for digit, suffix, name, size, kind, category in FORMATS:
            code = "NLxF100" if letters == "XF" and suffix == "100" else f"NL{letters}{suffix}"
            price_key = "100" if suffix == "T100" else suffix
            ean = ean13(f"9524001{100 + 10 * number + digit:05d}")
            products.append(Product(ean, code, f"{scent} {name}", scent, size, kind, category, price_key))
    return products


def _candles_and_sets() -> list[Product]:
    products = []
    for number, (scent, letters) in enumerate(CANDLES):
        full, tester = (ean13(f"9524001{900 + 2 * number + step:05d}") for step in (0, 1))
        products.append(Product(full, f"NL{letters}C3", f"{scent} Scented Candle 290 g", scent, None, "candle", "candle", "candle"))
        products.append(
            Product(tester, f"NL{letters}T3", f"{scent} Scented Candle Tester 290 g", scent, None, "tester", "tester", "candle")
        )
    for number, (name, code) in enumerate(SETS):
        products.append(Product(ean13(f"9524001{950 + number:05d}"), code, name, name.rsplit(" ", 3)[0], None, "set", "set", code))
    return products


PRODUCTS = (*_perfumes(), *_candles_and_sets())
BY_CODE = {product.code.upper(): product for product in PRODUCTS}

# name, country, currency, VAT basis of the stated amount, VAT rate, cadence
RESELLERS = (
    ("Liberty", "GB", "GBP", "gross", "0.20", "weekly"),
    ("Galilu", "PL", "PLN", "gross", "0.23", "monthly"),
    ("BOXNOX", "ES", "EUR", "net", "0.21", "monthly"),
    ("Skins SA", "ZA", "ZAR", "net", "0.15", "monthly"),
    ("Skins NL", "NL", "EUR", "net", "0.21", "monthly"),
    ("Creme de la Creme", "LT", "EUR", "gross", "0.21", "monthly"),
    ("Aromateque", "UA", "EUR", "gross", "0.20", "monthly"),
    ("Selfridges", "GB", "GBP", "gross", "0.20", "weekly"),
    ("Online", "", "EUR", "net", "", "monthly"),
)
# reseller, store, spelling in the files, channel, city, country
STORES = (
    ("Liberty", "Liberty Flagship", "Flagship", "offline", "London", "GB"),
    ("Liberty", "Liberty Internet", "Internet", "online", "", "GB"),
    ("BOXNOX", "Abedul Online", "Abedul Online", "online", "", "ES"),
    ("BOXNOX", "Perfumería Sol", "Perfumería Sol", "offline", "Madrid", "ES"),
    ("BOXNOX", "Galería Norte", "Galería Norte", "offline", "Bilbao", "ES"),
    ("BOXNOX", "Corner Gran Vía", "Corner Gran Vía", "offline", "Madrid", "ES"),
    ("BOXNOX", "Lavanda Web", "Lavanda Web", "online", "", "ES"),
    ("Creme de la Creme", "CDLC E-shop", "E-shop", "online", "", "LT"),
    ("Creme de la Creme", "CDLC Vilnius Europa", "Vilnius Europa", "offline", "Vilnius", "LT"),
    ("Creme de la Creme", "CDLC Vilnius Ozas", "Vilnius Ozas", "offline", "Vilnius", "LT"),
    ("Creme de la Creme", "CDLC Kaunas Mega", "Kaunas Mega", "offline", "Kaunas", "LT"),
    ("Creme de la Creme", "CDLC Riga Alfa", "LV Riga Alfa CdlC", "offline", "Riga", "LV"),
    ("Galilu", "Galilu Browary Warszawa", "Browary (WAW)", "offline", "Warszawa", "PL"),
    ("Galilu", "Galilu Manufaktura Łódź", "Manufaktura LDZ", "offline", "Łódź", "PL"),
    ("Galilu", "Galilu Manufaktura Łódź", "Manufaktura Łódź", "offline", "Łódź", "PL"),
    ("Galilu", "Galilu Poznań", "Poznań", "offline", "Poznań", "PL"),
    ("Galilu", "Galilu Kraków", "Kraków", "offline", "Kraków", "PL"),
    ("Galilu", "Galilu Online", "www", "online", "", "PL"),
    ("Galilu", "Galilu Online", "online", "online", "", "PL"),
    ("Skins SA", "Skins Waterfront", "SKINS WATERFRONT", "offline", "Cape Town", "ZA"),
    ("Skins SA", "Skins Menlyn", "SKINS MENLYN", "offline", "Pretoria", "ZA"),
    ("Skins SA", "Skins Hyde Park", "SKINS HYDE PARK", "offline", "Johannesburg", "ZA"),
    ("Skins SA", "Skins Online", "ONLINE STORE", "online", "", "ZA"),
    ("Skins SA", "Skins Online", "ON01 ONLINE", "online", "", "ZA"),
    ("Skins NL", "Skins Amsterdam", "NL01 Amsterdam", "offline", "Amsterdam", "NL"),
    ("Skins NL", "Skins Utrecht", "NL04 Utrecht", "offline", "Utrecht", "NL"),
    ("Skins NL", "Skins Webshop NL", "NL90 Webshop", "online", "", "NL"),
    ("Aromateque", "Aromateque Sky Mall", "Sky Mall", "offline", "Kyiv", "UA"),
    ("Aromateque", "Aromateque Online", "Online", "online", "", "UA"),
    ("Aromateque", "Aromateque Lviv Forum", "Lviv Forum", "offline", "Lviv", "UA"),
    ("Aromateque", "Aromateque Odesa", "Odesa", "offline", "Odesa", "UA"),
    ("Selfridges", "Selfridges London", "London Oxford Street", "offline", "London", "GB"),
    ("Selfridges", "Selfridges Trafford", "Manchester Trafford", "offline", "Manchester", "GB"),
    ("Selfridges", "Selfridges Exchange Square", "Manchester Exchange Sq", "offline", "Manchester", "GB"),
    ("Selfridges", "Selfridges Birmingham", "Birmingham Bullring", "offline", "Birmingham", "GB"),
    ("Selfridges", "Selfridges Online", "Selfridges.com", "online", "", "GB"),
    ("Online", "Nordlys Webshop", "Online", "online", "", ""),
)


def liberty_items() -> dict[str, str]:
    """Liberty's nine-digit item id by product code: candles first, then bottles, as the reseller numbers them."""
    codes = ["NLWSC3", "NLPPC3", "NLECC3"]
    codes += [f"NL{letters}{size}" for size in ("100", "30") for _, letters in SCENTS]
    codes += ["NLFD5X2", "NLGOT10", "NLMS10", "NLAW7X2"]
    return {code.upper(): f"{910745 + 2 * number:09d}" for number, code in enumerate(codes)}


def galilu_name(product: Product) -> str:
    """Galilu's display name: its only product key."""
    if product.category == "candle":
        return f"{product.scent.upper()}  świeca zapachowa 290 g"
    return f"Nordlys Parfum {product.name} " if product.category == "set" else f"{product.scent} EDP {product.size_ml}ML"


def skins_nl_article(product: Product) -> str:
    """Skins NL's article id, before the dash."""
    return str(214000 + PRODUCTS.index(product) * 7)


def selfridges_key(product: Product) -> str:
    """Selfridges' key: a number, a dash, then name, `edp`, colour and size glued together."""
    number = 97110400 + PRODUCTS.index(product) * 11
    if product.category == "set":
        return f"{number} - {product.name.lower()}no colourno size"
    return f"{number} - {product.scent.lower()} edpno colour{product.size_ml}ml"


UNMAPPED_AT_LIBERTY = "NLECC3"  # its lines wait in the inbox, so that the demo shows one


def write_catalogue(folder: Path, months: Iterable[date] = ()) -> Path:
    """The catalogue as the CSV files that `load_catalogue` takes. `months` (first days) get exchange rates where no published one is known."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "products.csv",
        "ean,functional_name,product_name,size_ml,kind,category,rrp_eur",
        [(p.ean, p.code, p.name, p.size_ml or "", p.kind, p.category, PRICES[p.price_key][0][0]) for p in PRODUCTS],
    )
    _write(folder / "resellers.csv", "name,country,currency,vat_basis,vat_rate,cadence,period_rule", [(*r, "week_end") for r in RESELLERS])
    _write(folder / "stores.csv", "reseller,store,alias,channel,city,country", STORES)
    _write(folder / "product_aliases.csv", "reseller,alias_type,alias,ean", _aliases())
    _write(folder / "price_list.csv", "ean,currency,valid_from,unit_price,vat_basis", _price_rows())
    _write(folder / "fx_rates.csv", "currency,month,rate_to_eur", _rate_rows(months))
    return folder


def _rate_rows(months: Iterable[date]) -> list[tuple[str, date, Decimal]]:
    """For months after the last published one, the demo goes on with that one."""
    rows = []
    for currency in CURRENCIES[1:]:
        for month in months:
            known, rate = month, monthly_average(currency, month)
            while rate is None and known.year > month.year - 5:
                known = (known - timedelta(days=1)).replace(day=1)
                rate = monthly_average(currency, known)
            if rate is not None and known != month:
                rows.append((currency, month, rate))
    return rows


def _aliases() -> list[tuple[str, str, str, str]]:
    liberty = [
        ("Liberty", "code", f"{item} | 98-NO COLOUR", BY_CODE[code].ean)
        for code, item in liberty_items().items()
        if code != UNMAPPED_AT_LIBERTY
    ]
    codes = [(name, kind, p.code, p.ean) for name, kind in (("BOXNOX", "sku"), ("Online", "code"), ("Aromateque", "sku")) for p in PRODUCTS]
    bottles = [p for p in PRODUCTS if p.kind in ("full", "set", "candle")]
    names = [("Galilu", "name", galilu_name(p), p.ean) for p in bottles]
    articles = [("Skins NL", "code", skins_nl_article(p), p.ean) for p in PRODUCTS]
    numbers = [("Selfridges", "code", selfridges_key(p).split(" ")[0], p.ean) for p in bottles if p.category != "candle"]
    return liberty + codes + names + articles + numbers


def _price_rows() -> list[tuple[str, str, date, int, str]]:
    return [
        (p.ean, currency, day, PRICES[p.price_key][later][column], "gross")
        for p in PRODUCTS
        for column, currency in enumerate(CURRENCIES)
        for later, day in ((0, FIRST_PRICE), (1, PRICE_RISE))
        if later == 0 or PRICES[p.price_key][0] != PRICES[p.price_key][1]
    ]


def _write(path: Path, header: str, rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
