from datetime import date

from core.sales import standard
from core.sales.query import parse_period
from pages.components import choosing, exploring
from pages.components.card_menu import parameters, why
from pages.components.choosing import Choice, Known
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.sales.conftest import Market, market  # noqa: F401

KNOWN = Known(date(2024, 1, 1), date(2025, 6, 30), ("Galilu", "Liberty"))
CHOSEN = Choice(parse_period("2025-01/2025-06"), "stores", ("Liberty",))


def test_explore_asks_the_very_question_of_the_card() -> None:
    for ask in (standard.by_reseller, standard.by_product, standard.channel_mix, standard.monthly):
        query = ask(CHOSEN.where, CHOSEN.period)
        stated = parameters(query, CHOSEN, KNOWN)
        chosen, _ = choosing.read(stated, KNOWN, date(2026, 1, 1))
        view, problems = exploring.read(stated)
        asked = exploring.question(view, chosen)
        assert not problems and (asked.measures, asked.by, asked.where, asked.period, asked.compare, asked.limit) == (
            query.measures,
            query.by,
            query.where,
            query.period,
            query.compare,
            query.limit,
        )


def test_the_question_why_names_figure_reseller_channel_and_period() -> None:
    assert why("sales_eur_net", CHOSEN) == "Why did net revenue at Liberty change in stores in Jan–Jun 2025 against last year?"
    assert why("aov", Choice(CHOSEN.period)).startswith("Why did ")


def test_a_row_of_the_channel_mix_names_a_channel_of_the_bar() -> None:
    assert [choosing.channel_of(*row) for row in (("d2c", "online"), ("sell-out", "offline"), ("sell-out", "not stated"))] == [
        "own-shop",
        "stores",
        None,
    ]


def test_ask_why_hands_its_question_to_the_conversation(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06", reseller="Liberty")
    page.button(key="why_resellers").click().run()
    assert not page.exception and any("Why did net revenue at Liberty" in part.value for part in page.markdown)
