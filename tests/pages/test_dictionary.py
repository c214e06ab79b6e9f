from __future__ import annotations

from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401


def test_every_figure_is_shown_with_who_states_it(open_page: Open, market: Market) -> None:  # noqa: F811
    market.line("galilu", "2024-05", TUNDRA, 2, 200)
    market.fill_rollup()
    told = words(open_page("admin/dictionary.py"))
    assert "Σ sales_eur_net" in told and "1 of 1 resellers, since 2024" in told and "adds up" in told
    assert "Dimensions" in told and "Lines that state no store stand in a row of their own." in told


def test_a_search_in_the_address_shows_that_figure_alone(open_page: Open) -> None:
    told = words(open_page("admin/dictionary.py", find="aov"))
    assert "Average order value" in told and "Gross margin" not in told


def test_a_search_that_meets_nothing_suggests(open_page: Open) -> None:
    page = open_page("admin/dictionary.py", find="<b>net revnue</b>")
    assert not page.exception and "Nothing is called" in words(page)
