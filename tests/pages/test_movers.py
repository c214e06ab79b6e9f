import re
from unittest.mock import patch

import pytest

from pages.components import card_menu, moving
from pages.components.moving import View
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import words
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market, market  # noqa: F401

PAGE, PERIOD = "analyses/movers.py", "2025-01/2025-06"


def moved(market: Market) -> None:  # noqa: F811
    """Tundra sells more and dearer, Sauna less, the candle is new at Galilu and lost at Liberty, which reports months here."""
    market.change_reseller("liberty", cadence="monthly")
    fill(market)
    market.line("galilu", "2025-06", TUNDRA, 5, 900)
    market.line("galilu", "2025-05", CANDLE, 2, 60)
    market.line("liberty", "2024-05", SAUNA, 9, 900)
    market.fill_rollup()


def tables(page: object) -> list[str]:
    return [frame.value.drop(columns="#").iloc[:, 0].to_list() for frame in page.dataframe]  # type: ignore[attr-defined]


def test_what_rose_and_fell_stands_with_its_reasons(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, period=PERIOD)
    text = words(page)
    assert not page.exception and not page.error and not page.warning
    assert re.search(r"Net revenue (rose|fell) by €.\d+ \([+−]\d", text) and "Products: 1 rose, 1 fell, 1 new" in text
    rose = next(frame.value for frame in page.dataframe if "Why (net revenue)" in frame.value.columns)
    assert rose["Product"][0] == "NLGOT100 · Glow of Tundra 100 ml" and "higher prices +€" in rose["Why (net revenue)"][0]


@pytest.mark.parametrize("show", moving.SHOWS)
@pytest.mark.parametrize("by", ["product", "store", "country"])
def test_each_view_is_calm_by_each_dimension(open_page: Open, market: Market, show: str, by: str) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, period=PERIOD, show=show, by=by)
    assert not page.exception and not page.error and not page.warning
    assert page.selectbox(key="movers_by").value == by


def test_movers_by_units_and_by_gross_profit(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    assert "Units fell by" in words(open_page(PAGE, period=PERIOD, measure="units"))
    assert "Gross profit is known where a line states its cost" in words(open_page(PAGE, period=PERIOD, measure="gross_profit"))


def test_a_missing_file_makes_nothing_fall(open_page: Open, market: Market) -> None:  # noqa: F811
    market.line("galilu", "2024-05", TUNDRA, 10, 100)
    market.line("skins_sa", "2024-05", SAUNA, 10, 900)
    market.line("galilu", "2025-05", TUNDRA, 10, 90)
    market.covers("galilu", "2024-05", "2025-05")
    market.covers("skins_sa", "2024-05")
    market.fill_rollup()
    text = words(open_page(PAGE, period="2025-05"))
    assert "Net revenue fell by € 10 (−10.0 %)" in text and "Products: 1 fell." in text
    assert "left out of the change: Skins SA" in text


def test_declining_says_which_reseller_is_missing(open_page: Open, market: Market) -> None:  # noqa: F811
    for month, units in (("2025-04", 30), ("2025-05", 20), ("2025-06", 10)):
        market.line("galilu", month, TUNDRA, units, units)
        market.line("galilu", month, SAUNA, units, units)
    market.line("skins_sa", "2025-04", SAUNA, 1, 1)
    market.covers("galilu", "2025-04", "2025-05", "2025-06")
    market.covers("skins_sa", "2025-04", "2025-05")
    market.fill_rollup()
    text = words(open_page(PAGE, period=PERIOD, show="declining"))
    assert "1 product fell every month" in text and "Not known: 1 product" in text
    page = open_page(PAGE, period=PERIOD, show="declining")
    assert [frame.value["Product"][0][:6] for frame in page.dataframe] == ["NLGOT1", "NLMS10"]
    assert page.dataframe[1].value["Missing"][0] == "Skins SA not wholly covered"


def test_asleep_lists_what_is_on_sale_without_a_sale(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    for reseller in ("galilu", "liberty"):
        market.covers(reseller, *[f"2024-{month:02d}" for month in range(7, 13)])
    assert "Everything on sale sold" in words(open_page(PAGE, period=PERIOD, show="asleep"))
    asleep = open_page(PAGE, period="2025-01/2025-04", show="asleep").dataframe[0].value
    assert asleep[asleep["Product"] == "NLWSC3 · Woolen Storm candle"]["Last sale"].to_list() == ["never"]


def test_without_a_comparison_the_way_to_one_is_said(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, period=PERIOD, compare="")
    assert "Choose a comparison above" in words(page) and not page.exception


def test_a_hand_edited_address_is_explained(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, period=PERIOD, by="produkt", show="everything", measure="aov")
    said = page.info[0].value.replace("\\", "")
    assert "“produkt” can not be chosen" in said and "“everything”" in said and "“aov”" in said
    assert page.selectbox(key="movers_by").value == "product" and not page.exception


def test_a_narrowed_person_sees_movers_of_own_resellers_only(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, role="viewer", scope=(market.resellers["liberty"],), period=PERIOD, by="reseller")
    assert tables(page) == [["Liberty"]] and "Galilu" not in words(page)


def test_few_statements_answer_the_page(open_page: Open, market: Market, asked: list[str]) -> None:  # noqa: F811
    moved(market)
    page = open_page("admin/dictionary.py", period=PERIOD)
    asked.clear()
    page.switch_page(PAGE).run()
    figures = [said for said in asked if "from sums" in said and "Reseller," not in said[:60]]
    assert len(figures) <= 3, "the totals, the movers and the bridge"
    assert len(asked) < 60


def test_the_state_is_written_as_it_is_read() -> None:
    view = View("store", "units", "asleep")
    assert moving.read(moving.written(view)) == (view, ()) and moving.written(View()) == {}


def test_the_figure_waits_where_units_are_told(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    figure = open_page(PAGE, period=PERIOD, show="pace", measure="units").selectbox(key="movers_measure")
    assert figure.disabled and figure.value == "units" and "units sold" in figure.help
    page = open_page(PAGE, period=PERIOD, show="movers")
    assert not page.selectbox(key="movers_measure").disabled
    page.segmented_control(key="movers_show").select("asleep").run()
    assert page.selectbox(key="movers_measure").disabled and not page.exception


def test_every_list_opens_in_a_notebook_and_says_its_unit_once(open_page: Open, market: Market) -> None:  # noqa: F811
    for month, units in (("2025-04", 9), ("2025-05", 5), ("2025-06", 2)):
        market.line("galilu", month, TUNDRA, units, units * 100)
        market.covers("galilu", month)
    market.fill_rollup()
    menus: dict[str, card_menu.Menu] = {}
    with patch.object(card_menu.Menu, "draw", autospec=True, side_effect=lambda menu: menus.update({menu.key: menu})):
        page = open_page(PAGE, period=PERIOD, show="declining", compare="", channel="stores")
        assert list(page.dataframe[0].value.columns)[2:] == ["April 2025 €", "May 2025 €", "June 2025 €", "Change €"]
        open_page(PAGE, show="pace")
        open_page(PAGE, show="asleep")
    assert not page.exception
    assert menus["declining"].code == (
        "wb.declining('product', {'channel': ['offline']}, '2025-01-01/2025-06-30', measure='sales_eur_net').found"
    )
    assert menus["slowest"].code.endswith("'2025-01-01/2025-06-30').slowest") and menus["asleep"].code.startswith("wb.asleep('product'")
