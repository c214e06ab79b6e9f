"""Keys to products and stores: exact or approved, else held with the key a person resolves."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from core.catalogue.records import PRODUCT_ALIASES, PRODUCTS, STORE_ALIASES, STORES, Catalogue, Reseller
from core.ingest.matching import match
from core.ingest.shapes import complete_rows

BOTTLE, SMALL, TESTER = "9524001001008", "9524001001015", "9524001001046"
ALIASES = [
    (1, 1, "code", "000910748 | 98-no colour", BOTTLE, False, None, None),
    (2, 1, "sku", "nlgot100x", SMALL, False, None, None),
    (3, 1, "name", "woolen storm 290 g", SMALL, False, None, date(2025, 3, 31)),
    (4, 1, "name", "gift wrap", None, True, None, None),
    (5, 2, "sku", "other", BOTTLE, False, None, None),
]
CATALOGUE = Catalogue(
    products=pl.DataFrame(
        [(BOTTLE, "NLxF100", "Bottle", None, "full", "perfume", None), (SMALL, "NLGOT30", "Small", None, "full", "perfume", None)],
        schema=PRODUCTS,
        orient="row",
    ),
    product_aliases=pl.DataFrame(ALIASES, schema=PRODUCT_ALIASES, orient="row"),
    stores=pl.DataFrame([(7, 1, "Galería Norte", "offline", "Bilbao", "ES")], schema=STORES, orient="row"),
    store_aliases=pl.DataFrame([(1, "galeria norte", 7)], schema=STORE_ALIASES, orient="row"),
)
RESELLER = Reseller(1, "boxnox", "BOXNOX")


def placed(reseller: Reseller = RESELLER, **row: Any) -> dict[str, Any]:
    filled = {"store_text": "GALERIA NORTE", "period_start": date(2025, 1, 1), "vendor_key": row.get("code_text") or "key", **row}
    return match(complete_rows(pl.DataFrame([filled])), CATALOGUE, reseller).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "ean"),
    [
        ({"ean": BOTTLE, "sku_text": "NLGOT100X"}, BOTTLE),
        ({"code_text": "000910748 | 98-NO COLOUR"}, BOTTLE),
        ({"code_text": "000910748"}, BOTTLE),
        ({"code_text": "000910748 | 98-NO COLOUR Total"}, BOTTLE),
        ({"sku_text": " nlgot100X "}, SMALL),
        ({"sku_text": "NLXF100"}, BOTTLE),
        ({"name_text": "WOOLEN\u00a0 STORM 290 g "}, SMALL),
        ({"ean": "9524001999909", "sku_text": "NLGOT30"}, SMALL),
    ],
)
def test_keys_match_in_order(row, ean):
    found = placed(**row)
    assert (found["product_ean"], found["rule"], found["store"], found["channel"]) == (ean, None, "Galería Norte", "offline")


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"ean": "9524001999909"}, ("unmatched_product", "ean", "9524001999909")),
        ({"code_text": "000910771 | 98-NO COLOUR"}, ("unmatched_product", "code", "000910771")),
        ({"sku_text": "OTHER"}, ("unmatched_product", "sku", "other")),
        ({"name_text": "Woolen Storm 290 g", "period_start": date(2025, 4, 1)}, ("unmatched_product", "name", "woolen storm 290 g")),
        ({"name_text": "Gift  wrap"}, ("not_a_product", "name", "gift wrap")),
        ({"ean": BOTTLE, "store_text": "London"}, ("unmatched_store", "store", "london")),
        (
            {"ean": None, "vendor_key": "9.52E+12", "held_reason": "ean_lost_digits", "product_text": "Tundra"},
            ("ean_lost_digits", "name", "tundra"),
        ),
        ({"ean": BOTTLE, "held_reason": "cell_error"}, ("cell_error", None, None)),
    ],
)
def test_what_is_not_known_is_held_with_its_key(row, held):
    found = placed(**row)
    assert (found["rule"], found["key_kind"], found["key"]) == held


def test_a_second_opinion_never_places_a_row():
    liberty = Reseller(1, "liberty", "Liberty", settings={"match_by": ["ean", "code"]})
    assert placed(liberty, code_text="000910771", sku_text="NLGOT30")["rule"] == "unmatched_product"


def test_views_without_products_or_stores_are_whole():
    found = match(complete_rows(pl.DataFrame({"quantity": [3], "period_start": [date(2025, 1, 1)]})), CATALOGUE, RESELLER).row(
        0, named=True
    )
    assert (found["rule"], found["product_ean"], found["store_id"], found["channel"]) == (None, None, None, None)


def test_an_approved_name_places_a_row_whose_ean_is_lost():
    found = placed(vendor_key="9.52E+12", held_reason="ean_lost_digits", product_text="Woolen Storm 290 g")
    assert (found["product_ean"], found["rule"]) == (SMALL, None)


def test_every_row_comes_out_once_and_in_order():
    rows = complete_rows(
        pl.DataFrame({"source_row": range(500), "vendor_key": [f"k{n % 7}" for n in range(500)], "sku_text": ["NLGOT30", "?"] * 250})
    )
    assert match(rows, CATALOGUE, RESELLER)["source_row"].to_list() == list(range(500))
