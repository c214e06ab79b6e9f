"""The Calendar page: events, the chosen one and its window in the address, trading days, and what can not be used."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from core.sales.events import occurrences
from core.sales.query import Period
from pages.components import calendar_view, dating
from pages.components.dating import View
from tests.pages.conftest import Open
from tests.pages.words import words
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

PAGE = "analyses/calendar.py"


@pytest.fixture
def shop(market: Market) -> Market:  # noqa: F811
    """The web shop and Galilu around Easter 2024 (31 March) and 2025 (20 April)."""
    market.covers("online", "2024-01-01/2025-06-30")
    for easter, amounts in ((date(2024, 3, 31), (100, 200)), (date(2025, 4, 20), (103, 206))):
        for offset, net in zip((-14, -3), amounts, strict=True):
            day = easter + timedelta(days=offset)
            market.order_line(f"{day}", day.isoformat(), TUNDRA, 1, net)
    for month in ("2024-04", "2025-04"):
        market.covers("galilu", month)
        market.line("galilu", month, TUNDRA, 5, 500)
    market.fill_rollup()
    return market


def test_the_page_says_how_easter_moved_and_what_that_did(open_page: Open, shop: Market) -> None:
    page = open_page(PAGE, period="2025-04", event="easter")
    text = words(page)
    assert not page.exception and "Easter moved from 31 March 2024 to 20 April 2025" in text
    assert "3.0" in text and "Galilu: files of months can not be cut at an event" in text.replace("\\", "")


def test_an_event_and_window_in_the_address_are_used(open_page: Open, shop: Market) -> None:
    page = open_page(PAGE, period="2025-04", event="easter", window="3-0")
    assert not page.exception and page.number_input(key="calendar_before").value == 3
    assert "+3.0" in words(page)


def test_changing_the_days_writes_the_window_into_the_address(open_page: Open, shop: Market) -> None:
    page = open_page(PAGE, period="2025-04", event="easter")
    page.number_input(key="calendar_before").set_value(5).run()
    assert page.query_params["window"] in ("5-1", ["5-1"]) and page.query_params["event"] in ("easter", ["easter"])


def test_an_event_outside_the_period_is_explained(open_page: Open, shop: Market) -> None:
    page = open_page(PAGE, period="2025-04", event="black-friday", window="a-b")
    text = words(page).replace("\\", "")
    assert not page.exception and "No event “black-friday” lies in April 2025" in text and "“a-b” is no window" in text


def test_trading_days_need_a_comparison(open_page: Open, shop: Market) -> None:
    page = open_page(PAGE, period="2025-04", compare="")
    assert not page.exception and "Choose a comparison above" in words(page)


def test_trading_days_stand_beside_the_change(open_page: Open, shop: Market) -> None:
    text = words(open_page(PAGE, period="2025-04"))
    assert "on equally many trading days" in text and "Mon–Sat without public holidays of PL" in text.replace("\\", "")


def test_nothing_loaded_and_a_scope_without_data_are_calm(open_page: Open, market: Market) -> None:  # noqa: F811
    page = open_page(PAGE)
    assert not page.exception and "No sales" in words(page)
    page = open_page(PAGE, role="viewer", scope=(market.resellers["skins_sa"],))
    assert not page.exception


def test_few_statements_draw_the_page(open_page: Open, shop: Market, asked: list[str]) -> None:
    page = open_page(PAGE, period="2025-04")
    asked.clear()
    page.run()
    assert not page.exception and len(asked) <= 12


def test_state_of_the_address_is_read_as_it_was_written() -> None:
    for view in (View(), View("easter"), View("mothers-day-pl", (10, 2))):
        assert dating.read(dating.written(view)) == (view, ())
    assert dating.windows(View("mothers-day-pl", (10, 2))) == {"mothers-day": (10, 2)}
    assert dating.with_event(View("easter", (3, 3)), "christmas") == View("christmas")
    assert dating.read({"window": ["99-1"]})[1][0].startswith("“99-1” is no window")


def test_names_over_the_year_never_touch() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    found = occurrences(year, ["GB", "PL", "FR", "GR", "ZA", "NO", "SE", None])
    spans: dict[int, list[tuple[float, float]]] = {}
    for one, (lane, left) in zip(found, calendar_view.lanes_of(found, year), strict=True):
        day, width = (one.day - year.start).days, calendar_view.DAYS_A_LETTER * len(calendar_view._words(one))
        spans.setdefault(lane, []).append((day - width, day) if left else (day, day + width))
    assert len(found) > 8 and len(spans) > 1
    for lane in spans.values():
        ordered = sorted(lane)
        assert all(one[1] < other[0] for one, other in pairwise(ordered)) and ordered[-1][1] <= year.days
