"""The tables of the catalogue as people edit them: which columns, of which kind, with which help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from core.db import tables as t

Kind = Literal["text", "number", "whole", "date", "month", "choice", "yes_no", "reseller", "store"]


@dataclass(frozen=True)
class GridColumn:
    """One column. `name`: as in the CSV export; `column`: of the database table where that differs."""

    name: str
    title: str
    kind: Kind = "text"
    options: tuple[str, ...] = ()
    needed: bool = False
    help: str = ""
    column: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Grid:
    """One table. `keys`: columns that name a row in the database. `keeps_rows`: rows may be changed and added, not removed."""

    name: str
    title: str
    text: str
    table: sa.Table
    columns: tuple[GridColumn, ...]
    keys: tuple[str, ...] = ("id",)
    keeps_rows: str = ""
    constants: tuple[tuple[str, Any], ...] = ()


C = GridColumn
RESELLER = C("reseller", "Reseller", "reseller", needed=True, column="reseller_id")
CHANNELS, BASES = ("offline", "online"), ("gross", "net")
GRIDS: tuple[Grid, ...] = (
    Grid(
        "resellers",
        "Resellers",
        "Who sends files, and how their amounts are read.",
        t.resellers,
        (
            C("name", "Name", needed=True),
            C("key", "Key", needed=True, help="The vendor key of the file format; fixed once made.", fixed=True),
            C("country", "Country", help="Two letters, for example GB."),
            C("currency", "Currency", help="Three letters, for example GBP."),
            C("vat_basis", "Amounts are", "choice", BASES, help="gross: VAT inside the file's amounts; net: without."),
            C("vat_rate", "VAT rate", "number", help="0.2 = 20 %; empty: the country's rate of the day."),
            C("cadence", "Sends", "choice", ("weekly", "monthly", "any"), needed=True),
            C("period_rule", "A week counts", "choice", ("week_end", "week_start", "majority"), needed=True),
            C("fx_method", "Rate", "choice", ("monthly_average", "period_end"), needed=True),
            C("grace_days", "Days of grace", "whole", needed=True, help="Days after the period's end before a file is late."),
            C("tolerance_units", "Tolerance units", "number", needed=True),
            C("tolerance_amount", "Tolerance amount", "number", needed=True),
            C("store_without_asking", "Store without asking", "yes_no", help="A file that is fine in every respect is stored by itself."),
            C("contact_email", "Contact"),
            C("active_from", "Active from", "date"),
            C("active_until", "Active until", "date", help="No file is expected after this day."),
        ),
        keeps_rows="A reseller's sales stay, so it is not removed. Set “active until” instead.",
    ),
    Grid(
        "stores",
        "Stores",
        "Selling points. Their spellings in files stand under Store spellings.",
        t.stores,
        (
            RESELLER,
            C("store", "Store", needed=True, column="name"),
            C("channel", "Channel", "choice", CHANNELS, needed=True),
            C("city", "City"),
            C("country", "Country"),
            C("opened", "Opened", "date"),
            C("closed", "Closed", "date"),
        ),
        keeps_rows="A store's sales stay, so it is not removed. Set “closed” instead.",
    ),
    Grid(
        "store_aliases",
        "Store spellings",
        "How a store is written in a reseller's files; compared without case, accents and extra blanks.",
        t.store_aliases,
        (RESELLER, C("store", "Store", "store", needed=True, column="store_id"), C("alias", "Spelling", needed=True)),
    ),
    Grid(
        "products",
        "Products",
        "Articles of the brand by EAN; prices incl. VAT in EUR.",
        t.products,
        (
            C("ean", "EAN", needed=True),
            C("functional_name", "Code", needed=True),
            C("product_name", "Name", needed=True),
            C("size_ml", "ml", "number"),
            C("kind", "Kind", "choice", ("full", "tester", "sample", "set", "candle"), needed=True),
            C("category", "Category", "choice", ("perfume", "set", "candle", "accessory", "sample", "tester"), needed=True),
            C("rrp_eur", "RRP €", "number"),
            C("on_sale_from", "On sale from", "date"),
            C("on_sale_until", "On sale until", "date"),
        ),
        keys=("ean",),
        keeps_rows="A product's sales stay, so it is not removed. Set “on sale until” instead.",
    ),
    Grid(
        "product_aliases",
        "Product keys",
        "A reseller's own key for a product. Without EAN: no product (gift card, shipping), set aside when read.",
        t.product_aliases,
        (
            RESELLER,
            C("alias_type", "Kind of key", "choice", ("ean", "code", "sku", "name"), needed=True, column="kind"),
            C("alias", "Key", needed=True),
            C("ean", "EAN"),
            C("valid_from", "Valid from", "date"),
            C("valid_until", "Valid until", "date"),
        ),
    ),
    Grid(
        "price_list",
        "Prices",
        "Recommended price of one unit from a day on. A later price never rewrites an earlier month.",
        t.price_list,
        (
            C("ean", "EAN", needed=True),
            C("currency", "Currency", needed=True),
            C("valid_from", "Valid from", "date", needed=True),
            C("unit_price", "Price", "number", needed=True),
            C("vat_basis", "Basis", "choice", BASES, needed=True),
        ),
        keys=("ean", "currency", "valid_from"),
    ),
    Grid(
        "fx_rates",
        "Exchange rates",
        "EUR for one unit of the currency in a month. These win over the shipped ECB history.",
        t.fx_rates,
        (
            C("currency", "Currency", needed=True),
            C("month", "Month", "month", needed=True),
            C("rate_to_eur", "EUR for one unit", "number", needed=True),
        ),
        keys=("currency", "month", "source"),
        constants=(("source", "override"),),
    ),
    Grid(
        "vat_rates",
        "VAT rates",
        "A country's standard rate from a day on; 0.21 = 21 %.",
        t.vat_rates,
        (
            C("country", "Country", needed=True),
            C("valid_from", "Valid from", "date", needed=True),
            C("rate", "Rate", "number", needed=True),
        ),
        keys=("country", "valid_from"),
    ),
)
BY_NAME: Mapping[str, Grid] = {grid.name: grid for grid in GRIDS}
