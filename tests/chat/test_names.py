"""Names in questions."""

from __future__ import annotations

import pytest

from core.chat.names import find_exact, head_of, nearest, suggest
from core.chat.tokens import tokenise
from tests.chat.words import VOCABULARY

INDEX = VOCABULARY.index


def found(question: str) -> list[tuple[str, str]]:
    return [(mark.named.dimension, mark.named.label) for mark in find_exact(tokenise(question), INDEX, {("online",)})]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Birch Lullaby 100 ml in 2024", [("product", "Birch Lullaby Eau de Parfum 100 ml")]),
        ("100ml Birch Lullaby", [("product", "Birch Lullaby Eau de Parfum 100 ml")]),
        ("the Woolen Storm candle", [("product", "Woolen Storm Scented Candle 290 g")]),
        ("discovery set", [("product", "Discovery Set 5 x 2 ml")]),
        ("Station 47 100 ml", [("product", "Station 47 Eau de Parfum 100 ml")]),
        ("nlgot100", [("product", "Glow of Tundra Eau de Parfum 100 ml")]),
        ("9524001001008", [("product", "Glow of Tundra Eau de Parfum 100 ml")]),
        ("xFjord 30 ml and Fjord Letters", [("product", "xFjord Eau de Parfum 30 ml"), ("product", "Fjord Letters Eau de Parfum 30 ml")]),
        ("Liberty against Galilu", [("reseller", "Liberty"), ("reseller", "Galilu")]),
        ("German resellers", [("country", "Germany")]),
        ("in Polen und Frankreich", [("country", "Poland"), ("country", "France")]),
        ("w Polsce", [("country", "Poland")]),
        ("Krakow", [("city", "Kraków")]),
        ("candles", [("category", "candle")]),
        ("100 ml bottles", [("size", "100 ml")]),
        ("revenue from newsletter", [("utm_source", "newsletter")]),
        ("Galilu Poznań", [("store", "Galilu Poznań")]),
    ],
)
def test_names_are_found(question: str, names: list[tuple[str, str]]) -> None:
    assert found(question) == names


def test_a_scent_without_size_is_all_its_articles() -> None:
    (mark,) = find_exact(tokenise("How is Glow of Tundra doing"), INDEX, ())
    assert len(mark.named.values) == 4


def test_a_size_leaves_the_tester_out_unless_it_is_named() -> None:
    (plain,) = find_exact(tokenise("Glow of Tundra 100 ml"), INDEX, ())
    (tester,) = find_exact(tokenise("Glow of Tundra tester"), INDEX, ())
    assert plain.named.values == ("NLGOT100 · Glow of Tundra Eau de Parfum 100 ml",)
    assert tester.named.values == ("NLGOTT100 · Glow of Tundra Eau de Parfum Tester 100 ml",)


def test_an_article_that_does_not_exist_is_not_replaced_by_another() -> None:
    (mark,) = find_exact(tokenise("Glow of Tundra 50 ml"), INDEX, ())
    assert mark.named.values == ()
    assert "There is no “Glow of Tundra 50 ml”" in mark.problem


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Glow of Thundra", "Glow of Tundra (4 articles)"),
        ("Libertey", "Liberty"),
        ("Galillu", "Galilu"),
        ("tundra", "Glow of Tundra (4 articles)"),
    ],
)
def test_a_near_spelling_is_taken(typed: str, meant: str) -> None:
    tokens = tokenise(typed)
    mark = nearest(tokens, 0, len(tokens), INDEX)
    assert mark is not None and mark.named.label == meant and mark.close


def test_a_far_spelling_is_not_taken() -> None:
    tokens = tokenise("Harrods")
    assert nearest(tokens, 0, 1, INDEX) is None
    assert suggest("Libertea", INDEX)[0] == "Liberty"


def test_a_number_may_belong_to_the_name() -> None:
    assert head_of("Station 47 Eau de Parfum 100 ml") == ("station", "47")
    assert head_of("Advent Week 7 x 2 ml") == ("advent", "week")
