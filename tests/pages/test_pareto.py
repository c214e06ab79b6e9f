import pytest

from core.sales.classes import Cuts, classes_query, find_classes
from core.sales.formatting import format_figure
from core.sales.query import SalesQuery, parse_period
from core.sales.running import run
from pages.components import classing
from pages.components.classing import View
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import words
from tests.sales.conftest import CANDLE, SAUNA, Market, market  # noqa: F401

PAGE, PERIOD = "analyses/pareto.py", "2025-01/2025-06"
SAUNA_NAME = "NLMS100 · Midnight Sauna 100 ml"


def classed(market: Market) -> None:  # noqa: F811
    """Galilu's Tundra is 3 021 of each half year; Liberty's Sauna 1 800, and much more in 2024, in months here; the candle is new and came
    back once."""
    market.change_reseller("liberty", cadence="monthly")
    fill(market)
    market.line("liberty", "2024-05", SAUNA, 90, 90_000)
    market.line("galilu", "2025-05", CANDLE, 2, 60)
    market.line("galilu", "2025-05", None, None, 33)
    market.fill_rollup()


def test_classes_on_the_page_are_those_of_the_core(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD)
    query = SalesQuery(("sales_eur_net",), (), (), parse_period(PERIOD), "prior_year")
    found = find_classes(run(market.database, classes_query(query, "product")), Cuts())
    listed = next(frame.value for frame in page.dataframe if "Class" in frame.value.columns and "Running share" in frame.value.columns)
    assert listed["Class"].to_list()[: len(found.rows)] == [row.group for row in found.rows]
    assert listed["Class before"].to_list()[:2] == ["C", "A"] and not page.exception and not page.warning
    assert f"money that names none {format_figure('sales_eur_net', 33)}".replace("\u202f", " ") in words(page)
    assert "equal figures share a class" in words(page)


def test_a_cell_of_the_matrix_lists_its_items(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD, was="C", **{"is": "A"})
    moved = next(frame.value for frame in page.dataframe if "Was" in frame.value.columns)
    assert moved["Product"].to_list() == ["NLGOT100 · Glow of Tundra 100 ml"] and "Products: was C, now A" in words(page)
    page.button(key="classes_all").click().run()
    assert "was" not in page.query_params and "All products" in words(page)


def test_the_cuts_stand_in_the_address(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD, a="60")
    assert page.selectbox(key="classes_a").value == "60" and "A to 60 %, B to 95 %" in words(page)
    page.selectbox(key="classes_b").select("99").run()
    assert page.query_params["b"] in ("99", ["99"]) and "B to 99 %" in words(page)


def test_another_comparison_changes_who_moved(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    assert "Choose a comparison above to see who changed class" in words(open_page(PAGE, period=PERIOD, compare=""))


@pytest.mark.parametrize("by", ["product", "store", "reseller", "country", "size"])
@pytest.mark.parametrize("measure", ["sales_eur_net", "units", "gross_profit"])
def test_each_dimension_and_figure_is_calm(open_page: Open, market: Market, by: str, measure: str) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD, by=by, measure=measure)
    assert not page.exception and not page.error and not page.warning


def test_a_hand_edited_address_is_explained(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD, a="97", b="abc", was="Q")
    said = page.info[0].value.replace("\\", "")
    assert "“abc” can not be chosen" in said and "cuts must rise" in said and "no move from “Q”" in said
    assert page.selectbox(key="classes_a").value == "80" and not page.exception


def test_a_gone_product_shows_the_ways_out(open_page: Open, market: Market) -> None:  # noqa: F811
    classed(market)
    page = open_page(PAGE, period=PERIOD, where="product:Gone for good")
    assert "No sale names the product “Gone for good”" in words(page) and not page.exception


def test_one_statement_answers_the_page(open_page: Open, market: Market, asked: list[str]) -> None:  # noqa: F811
    classed(market)
    page = open_page("admin/dictionary.py")
    asked.clear()
    page.switch_page(PAGE).run()
    assert sum("by Product" in said for said in asked if "from sums" in said) == 1 and len(asked) < 60


def test_the_state_is_written_as_it_is_read() -> None:
    view = View("store", "units", 70, 90, "A", "gone")
    assert classing.read(classing.written(view)) == (view, ()) and classing.written(View()) == {}
