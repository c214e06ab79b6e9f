"""Names compared in parts: never another size or form, however alike the strings are."""

from __future__ import annotations

import polars as pl
import pytest

from core.catalogue.records import PRODUCTS, STORE_ALIASES, STORES, Catalogue, Reseller
from core.ingest.suggesting import Suggestions, disagrees, split_text

NAMES = {
    "1": "Glow of Tundra Eau de Parfum 100 ml",
    "2": "Glow of Tundra Eau de Parfum 10 ml",
    "3": "Glow of Tundra Eau de Parfum Tester 100 ml",
    "4": "Glow of Tundra Eau de Parfum 10 ml Travel Edition",
    "5": "Midnight Sauna Eau de Parfum 100 ml",
    "6": "Station 47 Eau de Parfum 30 ml",
    "7": "Woolen Storm Candle 290 g",
    "8": "Discovery Set 5 x 2 ml",
    "9": "Duo Set 2 x 10 ml",
    "10": "Summer Rain Vial 2 ml",
    "11": "Harbour Mirage Eau de Parfum 30 ml",
}
CATALOGUE = Catalogue(
    products=pl.DataFrame(
        [(ean, f"NL{ean}", name, None, "full", "perfume", None) for ean, name in NAMES.items()], schema=PRODUCTS, orient="row"
    ),
    stores=pl.DataFrame([(1, 1, "Galilu Manufaktura Łódź", "offline", None, "PL")], schema=STORES, orient="row"),
    store_aliases=pl.DataFrame([(1, "manufaktura lodz", 1)], schema=STORE_ALIASES, orient="row"),
)
KNOWN = Suggestions(CATALOGUE, Reseller(1, "galilu", "Galilu"), "NORDLYS Parfum")


@pytest.mark.parametrize(
    ("text", "ean"),
    [
        ("NORDLYS. Glow of Tundra EDP 100 ml", "1"),
        ("glow of tundra edpno colour100ml", "1"),
        ("GLOW OF TUNDRA EAU DE PARFUM 10ML", "2"),
        ("214057 - Tester Glow of Tundra EDP 100ml", "3"),
        ("Glow of Tundra Travel Edition 10 ml", "4"),
        ("Midnigth Sauna EDP 100 ML", "5"),
        ("Nordlys Parfum Station 47 EDP 30ML", "6"),
        ("WOOLEN STORM  świeca zapachowa 290 g", "7"),
        ("Nordlys Parfum Discovery Set 5 x 2 ml ", "8"),
        ("97110864 - harbour mirage edpno colour30ml", "11"),
    ],
)
def test_the_nearest_product_of_the_same_shape_comes_first(text, ean):
    assert KNOWN.products(text)[0].target == ean


@pytest.mark.parametrize(
    "text", ["Midnight Sauna EDP 30 ml", "Midnight Sauna Tester 100 ml", "Summer Rain EDP 100 ml", "Duo Set 10 x 2 ml", "Pouch"]
)
def test_another_size_or_form_is_never_suggested(text):
    assert KNOWN.products(text) == []


def test_equal_parts_are_surer_than_a_similar_scent():
    exact, close = KNOWN.products("Midnight Sauna EDP 100 ml")[0], KNOWN.products("Midnigth Sauna EDP 100 ml")[0]
    assert exact.confidence == 100 > close.confidence and "equal" in exact.reason


def test_stores_are_suggested_by_spelling():
    assert [s.target for s in KNOWN.stores("Manufaktura Lodz.")] == ["Galilu Manufaktura Łódź"] and KNOWN.stores("London") == []


def test_a_number_inside_a_scent_is_not_a_size():
    assert split_text("Station 47 EDP 30 ml").scent == ("station", "47") and split_text("Station 47").size is None


def test_a_text_that_names_another_size_disagrees():
    assert disagrees("EDP GLOW OF TUNDRA 30ml", NAMES["1"]) and not disagrees("EDP GLOW OF TUNDRA", NAMES["1"])
