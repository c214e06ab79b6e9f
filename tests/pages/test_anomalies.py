"""The Anomalies page: groups and their cards, ways on, dismissing and taking back, and what can not be used."""

from datetime import date
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.sales.anomaly_reading import read_evidence
from core.sales.anomaly_shapes import month_number, month_period
from pages.components import cached_analyses, oddities
from pages.components.oddities import View
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

PAGE = "analyses/anomalies.py"
NOW = month_number(date.today()) - 1  # on the first of a month nothing of the month before is late yet


def month(back: int) -> str:
    return f"{month_period(NOW - back).start:%Y-%m}"


SPAN = f"{month(8)}/{month(1)}"


@pytest.fixture
def odd(market: Market) -> Market:  # noqa: F811
    """Galilu sent five months and no more; one of them holds € 320 in the inbox."""
    for back in range(8, 3, -1):
        market.line("galilu", month(back), TUNDRA, 10, 1000)
        market.covers("galilu", month(back))
    market.held("galilu", month(4), 2, 320)
    market.fill_rollup()
    return market


def buttons(page: AppTest, start: str) -> list[str]:
    return [button.key for button in page.button if (button.key or "").startswith(start)]


def test_data_problems_are_listed_with_their_money(open_page: Open, odd: Market) -> None:
    page = open_page(PAGE, period=SPAN)
    text = words(page)
    assert not page.exception and "no report" in text and "320 waits in the inbox" in text
    assert "Data problems (4)" in text
    assert "No figure left its usual range." in text


def test_a_kind_and_an_amount_in_the_address_narrow_the_list(open_page: Open, odd: Market) -> None:
    page = open_page(PAGE, period=SPAN, kind="held_money")
    assert "waits in the inbox" in words(page) and "no report" not in words(page)
    page = open_page(PAGE, period=SPAN, least="500", kind="")
    assert "waits in the inbox" not in words(page) and "no report" in words(page)


def test_what_the_address_can_not_mean_is_explained(open_page: Open, odd: Market) -> None:
    page = open_page(PAGE, period=SPAN, kind="gremlins", show="odd", least="7", most="x")
    text = words(page).replace("\\", "")
    assert not page.exception and "“gremlins” can not be chosen" in text and "“7” can not be chosen" in text


def test_a_dismissed_one_moves_to_its_own_list_and_back(open_page: Open, odd: Market) -> None:
    page = open_page(PAGE, period=SPAN, kind="held_money")
    page.text_input[0].input("known")
    submit = next(button for button in page.button if button.label == "Dismiss")
    submit.click().run()
    assert not page.exception and "waits in the inbox" not in words(page)
    page.segmented_control(key="anomaly_show").select("dismissed").run()
    text = words(page).replace("\\", "")
    assert "Dismissed by admin" in text and "“known”" in text
    next(button for button in page.button if button.label == "Show again").click().run()
    page.segmented_control(key="anomaly_show").select("").run()
    assert "waits in the inbox" in words(page)


def test_a_viewer_dismisses_for_oneself_only(open_page: Open, odd: Market) -> None:
    page = open_page(PAGE, role="viewer", period=SPAN, kind="held_money")
    assert not page.checkbox and any(button.label == "Dismiss" for button in page.button)


def test_a_reseller_of_the_bar_and_a_narrow_scope_show_only_theirs(open_page: Open, odd: Market) -> None:
    assert "no report" not in words(open_page(PAGE, period=SPAN, reseller="Liberty"))
    page = open_page(PAGE, role="viewer", scope=(odd.resellers["liberty"],), period=SPAN)
    assert not page.exception and "Galilu" not in words(page)


def test_nothing_loaded_is_said(open_page: Open) -> None:
    page = open_page(PAGE)
    assert not page.exception and "No sales loaded yet" in words(page)


def test_few_statements_draw_the_page(open_page: Open, odd: Market, asked: list[str]) -> None:
    page = open_page(PAGE, period=SPAN)
    asked.clear()
    page.run()
    assert not page.exception and len(asked) <= 12
    asked.clear()
    read_evidence(odd.database)
    assert len(asked) <= 90


def test_the_navigation_counts_what_the_page_found(open_page: Open, odd: Market) -> None:
    assert cached_analyses.odd("admin") == {}
    open_page(PAGE, period=SPAN)
    assert cached_analyses.odd("admin")["data_problems"] >= 2 and cached_analyses.odd("viewer") == {}
    odd.set_state("data_version", "9")
    assert cached_analyses.odd("admin") == {}


def test_state_of_the_address_is_read_as_it_was_written() -> None:
    for view in (View(), View("data", "held_money", 500, 24), View("dismissed")):
        assert oddities.read(oddities.written(view)) == (view, ())


def test_cards_that_are_not_drawn_are_offered_or_said(process: object) -> None:
    def draw(count: int, most: int) -> None:
        from pages.components import anomaly_cards
        from pages.components.oddities import View

        anomaly_cards._more("dismissed", count, View(most=most))

    page = AppTest.from_function(draw, args=(30, oddities.MOST[0])).run()
    assert [button.label for button in page.button] == ["Show more of 30"]
    page = AppTest.from_function(draw, args=(8, oddities.MOST[0])).run()
    assert not page.button and not page.caption
    page = AppTest.from_function(draw, args=(500, oddities.MOST[-1])).run()
    assert not page.button and f"The first {oddities.MOST[-1]} of 500" in page.caption[0].value


def test_a_channel_narrows_as_far_as_whole_files_tell(open_page: Open, odd: Market) -> None:
    text = words(open_page(PAGE, period=SPAN, channel="own-shop"))
    assert "no report" not in text and "Of the own web shop" in text
    text = words(open_page(PAGE, period=SPAN, channel="stores"))
    assert "no report" in text and "judged whole" in text


def test_one_reseller_is_of_its_channel_and_a_product_everywhere_of_none() -> None:
    shop, galilu, launch, everywhere = (
        SimpleNamespace(reseller=one, resellers=many)
        for one, many in (("Online", ()), ("Galilu", ()), ("", ("Galilu", "Online")), ("", ()))
    )
    found = (shop, galilu, launch, everywhere)
    assert oddities.of_channel(found, "own-shop", {"Online"}) == (shop, launch)
    assert oddities.of_channel(found, "stores", {"Online"}) == (galilu, launch, everywhere)
    assert oddities.of_channel(found, "", {"Online"}) == found and oddities.channel_words("") == ""
