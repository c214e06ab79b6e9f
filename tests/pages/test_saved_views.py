"""Views of any page: kept, opened, shared, stale."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.db.engine import Database
from core.people.permissions import Person
from core.sales import saving
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import labels, words
from tests.sales.conftest import Market, market  # noqa: F401

ADMIN, ADA = Person("admin", "Admin", "admin"), Person("ada", "Ada", "analyst")
STATE = {"period": ["2025-01/2025-06"], "reseller": ["Liberty"]}


def address(page: AppTest) -> dict[str, list[str]]:
    stated = {name: page.query_params[name] for name in page.query_params}
    return {name: [value] if isinstance(value, str) else list(value) for name, value in stated.items()}


def opened_views(page: AppTest) -> AppTest:
    page.session_state["views_0"] = True
    return page.run()


@pytest.fixture(autouse=True)
def _filled(market: Market) -> None:  # noqa: F811
    fill(market)


def test_the_state_of_any_page_is_kept_and_shown_as_that_view(open_page: Open, database: Database) -> None:
    page = opened_views(open_page("insight/overview.py", period="2025-01/2025-06", reseller="Liberty"))
    page.text_input[0].set_value("Liberty half-year")
    next(b for b in page.button if b.label == "Save").click().run()
    (kept,) = saving.views(database, ADMIN)
    assert (kept.page, kept.name, kept.state) == ("overview", "Liberty half-year", STATE)
    assert address(page) == {**STATE, "view": [str(kept.id)]}
    assert "Liberty half-year" in words(page) and "the figures are those of then" in words(page)


def test_a_view_of_the_newest_data_can_keep_to_its_period(open_page: Open, database: Database) -> None:
    page = opened_views(open_page("insight/overview.py"))
    page.text_input[0].set_value("x")
    next(box for box in page.checkbox if box.label.startswith("Keep to")).check()
    next(b for b in page.button if b.label == "Save").click().run()
    assert saving.views(database, ADMIN)[0].state == {"period": ["2025-01/2025-06"]}


def test_opening_a_view_leads_to_its_page_with_that_state_alone(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADMIN, "explore", "Units", {"measure": ["units"], "channel": ["stores"]})
    page = opened_views(open_page("insight/overview.py", period="2024", reseller="Liberty"))
    page.button(key=f"view_{number}").click().run()
    assert page.title[0].value == "Explore" and not page.exception
    assert address(page) == {"measure": ["units"], "channel": ["stores"], "view": [str(number)]}


def test_an_address_with_nothing_but_the_view_shows_it(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADMIN, "overview", "Half-year", STATE)
    page = open_page("insight/overview.py", view=str(number))
    assert address(page) == {**STATE, "view": [str(number)]} and not page.exception


def test_it_says_that_data_changed_since(open_page: Open, database: Database, market: Market) -> None:  # noqa: F811
    number = saving.save(database, ADMIN, "overview", "Half-year", STATE)
    then = saving.views(database, ADMIN)[0].data_version or 0
    market.set_state("data_version", then + 18)
    page = open_page("insight/overview.py", view=str(number))
    assert f"at data version {then}; now {then + 18}" in words(page)


STALE = {"reseller": ["Harrods"], "where": ["product:NLOLD", "country:PL"], "measure": ["turnover", "units"], "by": ["colour", "month"]}


def test_a_stale_view_opens_with_an_explanation_and_is_mended(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADMIN, "explore", "Old", STALE)
    page = open_page("insight/explore.py", **STALE, view=str(number))
    told = words(page)
    assert not page.exception and "Parts of this saved view can not be shown any more" in told
    for part in ("Harrods", "NLOLD", "turnover", "colour"):
        assert part in told
    page.button(key="view_repair").click().run()
    assert saving.views(database, ADMIN)[0].state == {"where": ["country:PL"], "measure": ["units"], "by": ["month"]}
    assert "can not be shown" not in words(page) and not page.exception


def test_a_stale_view_can_be_forgotten_where_it_is_shown(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADMIN, "explore", "Old", STALE)
    page = open_page("insight/explore.py", **STALE, view=str(number))
    page.button(key="view_forget").click().run()
    assert saving.views(database, ADMIN) == () and "view" not in page.query_params


def test_somebody_else_s_stale_view_says_whom_to_ask(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADA, "explore", "Old", STALE, shared=True)
    page = open_page("insight/explore.py", **STALE, view=str(number))
    assert "Ask ada to mend it" in words(page) and "Keep what still works" not in labels(page)


def test_a_narrower_person_sees_own_rows_and_no_other_name(open_page: Open, database: Database, market: Market) -> None:  # noqa: F811
    state = {"period": ["2025-01/2025-03"], "reseller": ["Liberty"], "by": ["reseller", "month"]}
    number = saving.save(database, ADA, "explore", "Liberty by month", state, shared=True)
    page = opened_views(open_page("insight/explore.py", role="viewer", scope=(market.resellers["galilu"],)))
    assert not any("Liberty" in button.label for button in page.button)
    page.button(key=f"view_{number}").click().run()
    assert not page.exception and address(page) == {"period": ["2025-01/2025-03"], "by": ["reseller", "month"], "view": [str(number)]}
    assert "resellers or stores that you do not see" in words(page) and "Liberty" not in words(page)
    assert page.dataframe[0].value.iloc[0, 0] == "Galilu"


def test_a_view_that_is_not_shared_is_as_good_as_none(open_page: Open, database: Database) -> None:
    number = saving.save(database, ADA, "overview", "Mine", STATE)
    for text in (str(number), "999", "x", "9" * 40):
        page = open_page("insight/overview.py", view=text)
        assert not page.exception and "does not exist any more" in words(page) and "Mine" not in words(page)


def test_nothing_is_read_of_views_before_they_are_opened(open_page: Open, asked: list[str]) -> None:
    page = open_page("insight/overview.py")
    asked.clear()
    page.run()
    assert not any("saved_queries" in statement for statement in asked)
