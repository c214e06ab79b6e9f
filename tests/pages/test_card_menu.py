from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.db.engine import Database
from core.people.permissions import Person
from core.reports.records import list_reports
from core.sales import saving, standard
from core.sales.query import Filter, SalesQuery, parse_period
from core.sales.running import run
from core.settings import Settings
from core.workbench import Workbench
from pages.components import choosing, exploring, view_actions
from pages.components.card_menu import parameters
from pages.components.choosing import Choice, Known
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import labels, words
from tests.sales.conftest import Market, market  # noqa: F401

KNOWN = Known(date(2024, 1, 1), date(2025, 6, 30), ("Galilu", "Liberty"))
CHOSEN = Choice(parse_period("2025-01/2025-06"), "stores", ("Liberty",))
ACTIONS = ["Explore", "Ask about this", "Save this view", "Send as report", "Open in notebook", "Trace to source"]


@pytest.fixture
def opened_menu(open_page: Open, market: Market) -> Callable[..., AppTest]:  # noqa: F811
    """The overview with the menu of its resellers open."""

    def opened(role: str = "admin", **address: Any) -> AppTest:
        fill(market)
        page = open_page("insight/overview.py", role=role, period="2025-01/2025-06", **address)
        page.session_state["menu_resellers"] = True
        return page.run()

    return opened


def pressed(page: AppTest, action: str) -> AppTest:
    return page.button(key=f"{action}_resellers").click().run()


def submitted(page: AppTest, action: str, label: str, card: str = "resellers") -> None:
    """Press a button inside the dialog of an action; AppTest runs the whole page, so the dialog is opened anew with it."""
    page.session_state[f"menu.{card}.action"] = action
    next(button for button in page.button if button.label == label).click().run()


def test_explore_asks_the_very_question_of_the_card() -> None:
    for ask in (standard.by_reseller, standard.by_product, standard.channel_mix, standard.monthly):
        query = ask(CHOSEN.where, CHOSEN.period)
        stated = parameters(query, CHOSEN, KNOWN)
        chosen, _ = choosing.read(stated, KNOWN, date(2026, 1, 1))
        view, problems = exploring.read(stated)
        assert not problems and (view.measures, view.by, view.limit or None) == (query.measures, query.by, query.limit)
        assert (chosen.where, chosen.period, chosen.comparison) == (query.where, query.period, query.compare)


def test_a_row_of_the_channel_mix_names_a_channel_of_the_bar() -> None:
    assert [choosing.channel_of(*row) for row in (("d2c", "online"), ("sell-out", "offline"), ("sell-out", "not stated"))] == [
        "own-shop",
        "stores",
        None,
    ]


def test_a_closed_menu_costs_one_element_and_an_open_one_offers_everything(opened_menu: Callable[..., AppTest]) -> None:
    page = opened_menu()
    keys = [button.key or "" for button in page.button]
    assert [button.label for button in page.button if (button.key or "").endswith("_resellers")] == ACTIONS
    assert not any(key.endswith(("_channels", "_products", "_change")) for key in keys)
    assert [part.proto.label for part in page.get("download_button")] == ["Export Excel", "Export CSV"]


def test_a_viewer_is_offered_no_report(opened_menu: Callable[..., AppTest]) -> None:
    assert "Send as report" not in labels(opened_menu("viewer"))


def test_ask_about_this_hands_the_question_to_the_conversation(opened_menu: Callable[..., AppTest]) -> None:
    page = pressed(opened_menu(reseller="Liberty"), "ask")
    told = words(page)
    assert not page.exception and page.title[0].value == "Ask"
    assert "Net revenue and units by reseller for Liberty in all channels in Jan–Jun 2025 against the year before" in told


def test_what_the_conversation_is_not_asked_for_is_said(opened_menu: Callable[..., AppTest]) -> None:
    page = pressed(opened_menu(alike="stores"), "ask")
    assert "Asked without: like for like over stores" in page.toast[0].value


def test_a_card_keeps_the_page_under_its_own_title(opened_menu: Callable[..., AppTest], database: Database) -> None:
    page = pressed(opened_menu(reseller="Liberty"), "save")
    assert page.text_input[0].value == "Resellers"
    submitted(page, "save", "Save")
    (kept,) = saving.views(database, Person("admin", "Admin", "admin"))
    assert (kept.page, kept.name, kept.state["reseller"]) == ("overview", "Resellers", ["Liberty"])


def test_a_card_becomes_a_report_of_the_same_question_beside_its_preview(opened_menu: Callable[..., AppTest], database: Database) -> None:
    page = pressed(opened_menu(reseller="Liberty"), "send")
    page.text_input[0].set_value("Liberty so far")
    submitted(page, "send", "Make the report")
    assert not page.exception and page.title[0].value == "Reports" and "As it is saved" in words(page)
    with database.read() as connection:
        made = next(report for report in list_reports(connection) if report.name == "Liberty so far")
    (block,) = made.definition.blocks
    assert made.definition.period == "2025-01/2025-06" and page.query_params["report"] in (str(made.id), [str(made.id)])
    assert (made.definition.where, block.by, block.exact) == ((Filter("reseller", ("Liberty",)),), ("reseller",), True)


def test_a_rule_says_what_it_means_today() -> None:
    today, period = date(2025, 6, 10), parse_period("2025-05")
    assert view_actions.rule_words("2025-05", period, today) == "Always May 2025"
    assert view_actions.rule_words("last_month", period, today) == "Last complete month (now May 2025)"


@pytest.mark.parametrize("scoped", [False, True])
def test_the_notebook_s_code_runs_and_gives_the_same_figures(
    market: Market,  # noqa: F811
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    scoped: bool,
) -> None:
    fill(market)
    scope = (market.resellers["galilu"],) if scoped else None
    where = (Filter("reseller", ("Liberty",), exclude=True), Filter("product", ('Glow "of" Tundra\'s',), exclude=True))
    query = SalesQuery(("sales_eur_net", "units"), ("reseller", "month"), where, CHOSEN.period, "prior_year", limit=3, others=True)
    monkeypatch.setattr(core, "open", lambda: Workbench(database, settings))
    twice = (*where, Filter("channel", ("offline", "online")), Filter("channel", ("offline",)))
    others = replace(query, like_for_like="products", without_bulk=True, line_kinds=("sale",), order_by="units")
    for asked in (query, replace(query, where=twice), others):
        names: dict[str, Any] = {}
        exec(view_actions.code(asked, scope, 7), names)
        expected = run(database, asked, scope)
        assert names["result"].frame.equals(expected.frame) and names["result"].totals == expected.totals and expected.frame.height


def test_the_code_is_shown_to_copy(opened_menu: Callable[..., AppTest]) -> None:
    page = pressed(opened_menu(), "notebook")
    assert not page.exception and "wb = core.open()" in page.code[0].value and "by=['reseller']" in page.code[0].value


def test_the_table_of_explore_is_sent_with_its_rows_columns_and_shares(open_page: Open, market: Market, database: Database) -> None:  # noqa: F811
    fill(market)
    address = {"by": ["reseller"], "across": ["quarter"], "as": "share_row", "measure": ["units"], "period": "2025-01/2025-06"}
    page = open_page("insight/explore.py", **address)
    page.session_state["menu_explore"] = True
    page.run()
    page.button(key="send_explore").click().run()
    submitted(page, "send", "Make the report", "explore")
    assert not page.exception and page.title[0].value == "Reports"
    with database.read() as connection:
        (block,) = next(report for report in list_reports(connection) if report.name == "Units by Reseller and Quarter").definition.blocks
    assert (block.measures, block.by, block.columns, block.shown_as) == (("units",), ("reseller",), ("quarter",), "share_row")
