"""An unknown name always comes back with the nearest that exist: misspelt, by its label, in the plural, in another language."""

from __future__ import annotations

import pytest

from core.errors import BadQuestion
from core.sales.dimensions import DIMENSIONS, find_dimension
from core.sales.measures import MEASURES, find_measure
from core.sales.suggesting import did_you_mean, nearest_names
from core.sales.synonyms import SYNONYMS
from pages.components import exploring

MEASURE_WORDS = {
    "sales_net_eur": "sales_eur_net",
    "Net revenue": "sales_eur_net",
    "net revenues": "sales_eur_net",
    "Umsatz": "sales_eur_net",
    "przychód": "sales_eur_net",
    "przychod": "sales_eur_net",
    "chiffre d’affaires": "sales_eur_net",
    "Bruttoumsatz": "sales_eur_gross",
    "unit": "units",
    "Stück": "units",
    "STUECK": "units",
    "sztuki": "units",
    "Bestellungen": "orders",
    "panier moyen": "aov",
    "COGS": "cost_of_goods",
    "Retourenquote": "returns_rate",
    "marża": "margin",
}
DIMENSION_WORDS = {
    "resellers": "reseller",
    "Händler": "reseller",
    "sprzedawca": "reseller",
    "Filiale": "store",
    "sklep": "store",
    "products": "product",
    "SKU": "product",
    "Monat": "month",
    "miesiąc": "month",
    "mois": "month",
    "Woche": "week",
    "Land": "country",
    "rynek": "country",
    "catégorie": "category",
    "Product kinds": "product_kind",
    "utm campaign": "utm_campaign",
}


@pytest.mark.parametrize(("word", "meant"), MEASURE_WORDS.items())
def test_measures_are_suggested_in_any_spelling(word, meant):
    with pytest.raises(BadQuestion) as refused:
        find_measure(word)
    assert f"“{word}”" in refused.value.message and meant in refused.value.message.partition("Did you mean ")[2]


@pytest.mark.parametrize(("word", "meant"), DIMENSION_WORDS.items())
def test_dimensions_are_suggested_in_any_spelling(word, meant):
    with pytest.raises(BadQuestion) as refused:
        find_dimension(word)
    assert refused.value.message.partition("Did you mean ")[2].startswith(meant)


@pytest.mark.parametrize(
    ("name", "word", "meant"), [("measure", "Umsatz", "sales_eur_net"), ("by", "Filialen", "store"), ("by", "prodct", "product")]
)
def test_a_url_explains_an_unknown_word(name, word, meant):
    _, problems = exploring.read({name: [word]})
    assert f"“{word}”" in problems[0] and meant in problems[0]


def test_what_resembles_nothing_is_answered_with_the_list():
    assert did_you_mean("qqqq", {"units": "Units", "orders": "Orders"}) == "Choose one of units, orders."


def test_a_word_of_another_language_is_not_met_by_a_likeness():
    assert "store" not in nearest_names("Lader", dict.fromkeys(DIMENSIONS, ""))


def test_every_name_that_has_other_words_exists():
    assert set(SYNONYMS) <= {*MEASURES, *DIMENSIONS}
