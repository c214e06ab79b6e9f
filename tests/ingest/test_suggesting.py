"""Names compared in parts: never another size or form, however alike the strings are."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.records import PRODUCTS, STORE_ALIASES, STORES, Catalogue, Reseller
from core.ingest.product_texts import disagrees, split_text
from core.ingest.suggesting import Suggestions

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
    "12": "Station 47 Eau de Parfum 10 ml",
    "13": "xFjord Eau de Parfum 100 ml",
    "14": "Fjord Letters Eau de Parfum 100 ml",
    "15": "Woolen Storm Candle Tester 290 g",
    "16": "Advent Week 7 x 2 ml",
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


@pytest.mark.parametrize(
    ("text", "ean"),
    [
        ("Glow of Tundra EDP 10 ml", "2"),  # not the 100 ml, not the travel edition
        ("GLOW OF TUNDRA 10 ML TRAVEL ED.", "4"),
        ("Testeur Glow of Tundra 100 ml", "3"),
        ("Tstr. GLOW OF TUNDRA 100ML", "3"),
        ("тестер Glow of Tundra 100 мл", "3"),
        ("47 Station 30 ml", "6"),
        ("Station47 EdP 10ML", "12"),
        ("S47 30ml", "6"),
        ("2*10ml xmas duo", "9"),
        ("2 ml x 5 discovery", "8"),
        ("Set 2 x 10 ml", "9"),
        ("Sauna Midnight edp 100ml", "5"),
        ("Midnight Saunä eau de parfum vapo 100 ml", "5"),
        ("Nordlys - Midnight Sauna - 100ml / 3.4 fl.oz - unisex", "5"),
        ("Midnight Sauna 3.4 oz", "5"),
        ("Midnight Sauna EDP 100", "5"),
        ("Midnight Sauna 0,1 l", "5"),
        ("Midnight Sauna woda perfumowana 10 cl", "5"),
        ("парфумована вода Midnight Sauna 100 мл", "5"),
        ("Midnight Sauna kvapusis vanduo 100 ml", "5"),
        ("Duftkerze Woolen Storm 290g", "7"),
        ("Woolen Storm bougie parfumée", "7"),
        ("Tester świeca Woolen Storm 290 g", "15"),
        ("x Fjord 100 ml", "13"),
        ("Letters Fjord 100ml", "14"),
        ("Summer Rain 2 ml", "10"),
        ("Probeflakon Summer Rain 2ml", "10"),
        ("Advent calendar 7x2ml", "16"),
    ],
)
def test_the_words_of_the_trade_lead_to_the_right_article(text, ean):
    assert KNOWN.products(text)[0].target == ean


@pytest.mark.parametrize(
    "text",
    [
        "Station 10 ml",  # the scent's number is missing
        "Station 48 EDP 30 ml",
        "Discovery 2 x 5 ml",
        "Duo 5 x 2 ml",
        "Glow of Tundra 1000 ml",
        "Glow of Tundra 100 ml & 10 ml",  # two sizes: a person decides
        "Mini Glow of Tundra 10 ml",
        "Glow of Tundra refill 100 ml",
        "Glow of Tundra Limited Edition 100 ml",
        "Gift set Glow of Tundra 100 ml",
        "Travel Edition Midnight Sauna 10 ml",
        "Tester Harbour Mirage 30 ml",
        "Cold Harbour 30 ml",
        "Gift card 100",
        "Engraving",
        "NORDLYS PARFUM 100 ML",
        "",
    ],
)
def test_what_is_not_in_the_catalogue_is_not_suggested(text):
    assert KNOWN.products(text) == []


def test_a_text_without_its_size_is_never_sure():
    found = KNOWN.products("Station 47 EDP")
    assert {s.target for s in found} == {"6", "12"} and all(s.confidence < 70 and "states no size" in s.reason for s in found)


def test_a_cut_off_text_offers_every_size_it_may_have_had():
    found = KNOWN.products("GLOW OF TUNDRA EAU DE PARFUM 1")
    assert {s.target for s in found} == {"1", "2"} and all("cut off" in s.reason for s in found)


def test_a_word_the_catalogue_does_not_have_is_named_and_lowers_the_confidence():
    found = KNOWN.products("Midnight Sauna Intense 100 ml")[0]
    assert found.confidence == 80 and "“intense” is not in its name" in found.reason


def test_two_candidates_that_are_nearly_alike_are_said_to_be():
    first, second = KNOWN.products("fjord 100")
    assert {first.target, second.target} == {"13", "14"} and "others are almost as near" in first.reason


@given(st.sampled_from(sorted(NAMES.values())), st.permutations(range(8)), st.sampled_from(["", "NORDLYS. ", "Nordlys Parfum "]))
def test_no_rewording_of_a_name_leads_to_another_article(name, order, brand):
    words = name.replace(" x ", "x").replace(" ml", "ml").replace(" g", "g").split()
    reworded = brand + " ".join(words[i] for i in order if i < len(words)).upper()
    assert {s.label for s in KNOWN.products(reworded)} <= {name}


STORES_KNOWN = [
    ("flagship regent street", "Regent Street", "offline"),
    ("store 12", "Store 12", "offline"),
    ("internet", "Web shop", "online"),
]
PLACES = Suggestions(
    Catalogue(
        products=CATALOGUE.products,
        stores=pl.DataFrame(
            [(n, 1, name, channel, None, "GB") for n, (_, name, channel) in enumerate(STORES_KNOWN)], schema=STORES, orient="row"
        ),
        store_aliases=pl.DataFrame([(1, key, n) for n, (key, _, _) in enumerate(STORES_KNOWN)], schema=STORE_ALIASES, orient="row"),
    ),
    Reseller(1, "liberty", "Liberty"),
)


@pytest.mark.parametrize(
    ("text", "store"),
    [("Liberty Regent Str. Flagship", "Regent Street"), ("E-Shop", "Web shop"), ("Liberty.com online", "Web shop"), ("Store 12 ", "Store 12"),
     ("Store 21", None), ("Paris", None)],
)  # fmt: skip
def test_a_store_is_suggested_by_the_words_that_tell_it_apart(text, store):
    assert next((s.target for s in PLACES.stores(text)), None) == store
