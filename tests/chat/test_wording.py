"""A question of a page, put into words, is read back by the grammar as the same question; what can not be said is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.chat.wording import in_words
from core.sales import standard
from core.sales.measures import LINE_KINDS, MEASURES
from core.sales.query import Filter, SalesQuery, parse_period
from tests.chat.words import read

SHOP = Filter("source", ("d2c",))
GLOW = "NLGOT100 · Glow of Tundra Eau de Parfum 100 ml"
PERIODS = (
    "2024",
    "2024-05",
    "2024-01/2024-05",
    "2024-Q2",
    "2024-03-01/2024-03-24",
    "2024-03-05",
    "2023-11/2024-10",
    "2024-02-26/2024-03-03",
)
WHERE = (
    (),
    (Filter("reseller", ("Liberty",)),),
    (Filter("reseller", ("Liberty", "Galilu")),),
    (Filter("reseller", ("Liberty", "Galilu"), True),),
    (SHOP,),
    (Filter("source", ("sell-out",)), Filter("channel", ("online",))),
    (Filter("product", (GLOW,)),),
    (Filter("product", (GLOW,), True),),
    (Filter("country", ("GB",)),),
    (Filter("category", ("candle",)),),
    (Filter("store", ("Galilu Kraków",)),),
)
AGAINST = (None, "prior_year", "prior_period", parse_period("2023-05"))
CARDS: tuple[Callable[..., SalesQuery], ...] = (standard.monthly, standard.by_reseller, standard.by_product)


def is_read_back(query: SalesQuery) -> bool:
    """Whether the grammar reads the words of a query as that query; a figure or group that only the web shop states narrows nothing."""
    said = in_words(query)
    reading = read(said.text)
    assert not said.unsaid and reading.understood and reading.query is not None, (said.text, reading.not_understood, reading.question_back)
    found = reading.query
    shop_alone = MEASURES[query.measures[0]].only == "d2c" or {"utm_source", "utm_campaign", "device"} & set(query.by)
    where = tuple(one for one in found.where if one != SHOP or one in query.where or not shop_alone)
    asked = (query.measures[0], query.by, query.where, query.period, query.compare)
    assert (found.measures[0], found.by, where, found.period, found.compare) == asked, said.text  # both sides stand in the failure
    return True


@pytest.mark.parametrize("against", AGAINST, ids=str)
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.__name__)
def test_every_card_is_read_back_for_every_period_and_filter(card, against):
    for period in PERIODS:
        assert is_read_back(card((), parse_period(period), against=against))
    for where in WHERE:
        assert is_read_back(card(where, parse_period("2024-01/2024-05"), against=against))


MEASURES_SAID = (
    "units orders aov average_unit_price returns_rate units_returned margin gross_profit sales_eur_gross active_stores active_products"
)


@pytest.mark.parametrize("measure", MEASURES_SAID.split())
def test_every_common_figure_is_read_back(measure):
    for by in ((), ("month",), ("product",), ("reseller",), ("country",), ("product", "month")):
        assert is_read_back(SalesQuery((measure,), by, (), parse_period("2024")))


@pytest.mark.parametrize("group", "day week quarter year weekday store category size country city utm_source utm_campaign device".split())
def test_every_common_group_is_read_back(group):
    assert is_read_back(SalesQuery(("sales_eur_net",), (group,), (), parse_period("2024-Q1")))


@pytest.mark.parametrize("against", AGAINST[1:], ids=str)
def test_a_figure_that_is_compared_asks_why_it_changed(against):
    query = SalesQuery(("sales_eur_net",), (), (Filter("reseller", ("Liberty",)),), parse_period("2024-05"), against)
    assert read(in_words(query).text).operation == "why"
    assert is_read_back(query)


def test_a_row_of_tiles_asks_how_we_are_doing():
    query = standard.key_figures((Filter("reseller", ("Liberty",)),), parse_period("2024-05"), None)
    reading = read(in_words(query).text)
    assert reading.operation == "overview" and reading.query.where == query.where and reading.query.period == query.period


def test_a_short_list_is_a_ranking():
    query = SalesQuery(("sales_eur_net",), ("product",), (), parse_period("2024"), limit=10, others=True)
    assert in_words(query).text == "Top 10 products by net revenue in 2024"
    assert read(in_words(query).text).query.limit == 10


def test_options_are_said_too():
    query = SalesQuery(("units",), ("month",), (), parse_period("2024"), line_kinds=LINE_KINDS, without_bulk=True)
    found = read(in_words(query).text).query
    assert found.line_kinds == LINE_KINDS and found.without_bulk and found.by == ("month",)


@pytest.mark.parametrize(
    ("changed", "unsaid"),
    [
        ({"like_for_like": "stores", "compare": "prior_year"}, "like for like over stores"),
        ({"compare": "prior_year_weeks"}, "364 days earlier"),
        ({"where": (Filter("channel", ("offline",)),)}, "stores alone"),
        ({"where": (Filter("device", ("mobile",)),)}, "Device: mobile"),
        ({"where": (Filter("product", ("",)),)}, "Product: not stated"),
        ({"measures": ("price_realisation",)}, "Price realisation"),
        ({"by": ("currency",)}, "by currency"),
        ({"limit": 50}, "only the first 50 rows"),
        ({"line_kinds": ("sale",)}, "only sales"),
    ],
)
def test_what_the_chat_can_not_be_asked_for_is_named(changed, unsaid):
    query = replace(SalesQuery(("sales_eur_net",), ("product",), (), parse_period("2024")), **changed)
    said = in_words(query)
    assert unsaid in " ".join(said.unsaid) and read(said.text).question_back is None
