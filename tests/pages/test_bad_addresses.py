"""Addresses written by hand into what can not be used, and places out of sight: each page explains, and draws what is left."""

import pytest

from core.errors import BadQuestion
from core.sales.query import parse_period
from pages.components import choosing, exploring, looking_ahead, stating
from pages.components.sections import ENTRIES
from tests.pages.conftest import Open
from tests.pages.test_every_page import complaints, fill
from tests.pages.words import words
from tests.sales.conftest import Market, market  # noqa: F401

PAGES = [entry for entry in ENTRIES if entry.section in ("Insight", "Analyses") and entry.url not in ("chat", "boards")]
OWN = ("by", "measure", "show", "a", "b", "was", "is", "across", "tint", "order", "top", "event", "window", "kind", "least", "most")
OTHERS = ("figure", "ahead", "split", "step", "product", "rows", "columns", "measures", "limit", "shape", "view", "sort")
ODD = ("<b>x</b>", "9" * 5000)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
@pytest.mark.parametrize("odd", ODD, ids=("markup", "endless"))
def test_what_can_not_be_used_is_explained(open_page: Open, market: Market, entry: object, odd: str) -> None:  # noqa: F811
    fill(market)
    bar = {"period": odd, "channel": odd, "reseller": odd, "compare": odd, "alike": odd, "where": f"product:{odd}", "not": odd}
    page = open_page(entry.file, **bar, **dict.fromkeys((*OWN, *OTHERS), odd))  # type: ignore[attr-defined]
    assert page.title[0].value and not complaints(page) and page.info


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
@pytest.mark.parametrize("period", ("0001", "1900", "2199"))
def test_any_period_is_drawn_or_said_to_be_empty(open_page: Open, market: Market, entry: object, period: str) -> None:  # noqa: F811
    fill(market)
    page = open_page(entry.file, period=period, compare="prior_period")  # type: ignore[attr-defined]
    assert page.title[0].value and not complaints(page)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
def test_a_scope_without_data_is_explained(open_page: Open, market: Market, entry: object) -> None:  # noqa: F811
    fill(market)
    page = open_page(entry.file, role="viewer", scope=(market.resellers["skins_sa"],))  # type: ignore[attr-defined]
    assert not complaints(page) and "no file of theirs is loaded" in words(page).replace("\\", "")


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url)
def test_a_product_that_no_sale_names_is_explained(open_page: Open, market: Market, entry: object) -> None:  # noqa: F811
    fill(market)
    page = open_page(
        entry.file, period="2025", where=["product:Gone \x00 `[x](http://x)`", "store:", "colour:red", "month:x", "day:2025", "week:"]
    )  # type: ignore[attr-defined]
    assert page.title[0].value and not complaints(page) and words(page)


@pytest.mark.parametrize("odd", ["²", "٣", "9" * 5000, "-1", "1e3", ""])
def test_only_the_numbers_that_are_offered_are_taken(odd: str) -> None:
    problems: list[str] = []
    assert stating.number({"top": [odd]}, "top", (10, 25), 25, problems) == 25 and len(problems) == 1
    assert exploring.read({"top": [odd]})[1] and looking_ahead.read({"ahead": [odd]})[1]


@pytest.mark.parametrize("text", ["0001", "9999", "0000-05", "1899-12-31", "2025/2200", "9999-Q4"])
def test_a_year_that_nobody_sells_in_is_no_period(text: str) -> None:
    with pytest.raises(BadQuestion):
        parse_period(text)


def test_filters_that_no_name_can_meet_are_left_out_and_said() -> None:
    problems: list[str] = []
    kept = choosing.read_filters(["product:a\x00b", "month:soon", "month:2025-06-01", "day:", "country:GB"], problems)
    assert [(one.dimension, one.values) for one in kept] == [("month", ("2025-06-01",)), ("day", ("",)), ("country", ("GB",))]
    assert len(problems) == 2
