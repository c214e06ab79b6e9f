import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import words
from tests.sales.conftest import Market, market  # noqa: F401


def test_tiles_show_the_same_figure_as_the_core(open_page: Open, market: Market) -> None:  # noqa: F811
    from core.sales import standard
    from core.sales.formatting import format_figure
    from core.sales.query import parse_period
    from core.sales.running import run

    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06")
    totals = run(market.database, standard.key_figures((), parse_period("2025-01/2025-06"))).totals
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Net revenue"] == format_figure("sales_eur_net", totals["sales_eur_net"])
    assert shown["Units"] == format_figure("units", totals["units"])


def test_a_filter_in_the_url_narrows_every_figure(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06", reseller="Liberty")
    assert next(m.value for m in page.metric if m.label == "Units") == "18"


def test_the_two_largest_reasons_of_the_change_are_said_under_the_bridge(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    market.line("galilu", "2025-06", "9524001001008", 5, 900)
    market.fill_rollup()
    text = words(open_page("insight/overview.py", period="2025-01/2025-06"))
    assert re.search(r"Higher prices of the same products added € \d+", text)


def test_explore_keeps_a_comparison_to_what_is_alike_and_says_what_fell_out(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/explore.py", period="2025-01/2025-06", compare="prior_year_days", alike="products")
    assert not page.exception and not page.error
    assert "The change is like for like over" in words(page)
    assert page.segmented_control(key="filter_alike").value == "products" and page.radio(key="filter_compare").value == "prior_year_days"


def test_choosing_a_channel_writes_it_into_the_url(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py")
    page.selectbox(key="filter_channel").select("own-shop").run()
    assert page.query_params["channel"] in ("own-shop", ["own-shop"])
    assert next(m.value for m in page.metric if m.label == "Units") == "2"


def test_a_narrowed_person_sees_own_resellers_only(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", role="viewer", scope=(market.resellers["liberty"],), period="2025-01/2025-06")
    assert next(m.value for m in page.metric if m.label == "Units") == "18"


@pytest.mark.parametrize("show", ["table", "chart", "rows"])
def test_explore_draws_each_view(open_page: Open, market: Market, show: str) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/explore.py", show=show, across="month", period="2025")
    assert not page.exception and not page.error and not page.warning


def test_a_week_without_a_rate_shows_its_units_and_names_the_money(open_page: Open, market: Market) -> None:  # noqa: F811
    market.line("liberty", "2025-06-02/2025-06-08", "9524001001008", 7, None, local="7305.31")
    market.covers_weeks("liberty", "2025-06-08", "2025-06-08")
    market.fill_rollup()
    page = open_page("insight/overview.py", period="2025-06-02/2025-06-08", reseller="Liberty")
    shown, text = {metric.label: metric.value for metric in page.metric}, words(page)
    assert (shown["Units"], shown["Net revenue"]) == ("7", "–") and not page.exception
    assert "GBP 7 305.31 of Liberty not converted" in text and "reports complete, not all converted" in text
    assert "Nothing sold here" not in text


def test_a_period_whose_every_line_waits_in_the_inbox_says_so(open_page: Open, market: Market) -> None:  # noqa: F811
    market.held("liberty", "2025-05-05/2025-05-11", 2, "320.50")
    market.covers_weeks("liberty", "2025-05-11", "2025-05-11")
    text = words(open_page("insight/overview.py", period="2025-05-05/2025-05-11", reseller="Liberty"))
    assert "Liberty holds 1 row in the inbox (€ 320.50 net)" in text and "Nothing sold here" in text


def test_a_cross_filter_in_the_url_narrows_every_figure_and_its_chip_takes_it_away(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06", where="country:GB")
    assert units(page) == "18"
    next(button for button in page.button if button.label.startswith("Country")).click()
    page.run()
    assert units(page) != "18" and "where" not in page.query_params


def test_going_back_in_the_browser_takes_the_filter_away(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06")
    everything = units(page)
    page.selectbox(key="filter_channel").select("stores").run()
    assert units(page) != everything and page.query_params["channel"] in ("stores", ["stores"])
    del page.query_params["channel"]
    page.run()
    assert "channel" not in page.query_params and page.selectbox(key="filter_channel").value == ""
    assert units(page) == everything


def test_another_page_keeps_the_filter_of_the_one_before(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06")
    page.query_params.clear()
    page.switch_page("insight/explore.py").run()
    assert page.query_params["period"] in ("2025-01/2025-06", ["2025-01/2025-06"])
    assert page.selectbox(key="filter_period").value == "2025-01/2025-06"


def test_a_comparison_with_a_period_of_its_own_is_said_on_the_tiles(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-06", compare="2025-05")
    revenue = next(metric for metric in page.metric if metric.label == "Net revenue")
    assert "vs May 2025" in revenue.proto.delta_description and page.radio(key="filter_compare").value == "another"


def test_without_a_comparison_no_change_is_claimed(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", period="2025-01/2025-06", compare="")
    assert not page.exception and not any(metric.delta for metric in page.metric)
    assert "Choose a comparison above" in words(page)


def test_a_change_over_part_of_the_period_says_which(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    market.line("galilu", "2025-07", "9524001001008", 5, 500)
    market.covers("galilu", "2025-07")
    market.fill_rollup()
    text = words(open_page("insight/overview.py", period="2025-05/2025-07", reseller="Galilu"))
    assert "change: May–Jun 2025 in both years" in text


@pytest.mark.parametrize(
    ("state", "sentence", "way"),
    [
        ({"period": "2019"}, "The first data is of", "Show"),
        ({"period": "2031"}, "The newest data is of", "Show"),
        ({"where": "product:Fjrd"}, "No sale names the product “Fjrd”.", "Take the filters away"),
        (
            {"channel": "own-shop", "period": "2024-01"},
            "No sales are loaded for January 2024 · Own web shop.",
            "All channels and resellers",
        ),
    ],
)
def test_what_leaves_nothing_offers_a_way_out(open_page: Open, market: Market, state: dict[str, str], sentence: str, way: str) -> None:  # noqa: F811
    fill(market)
    page = open_page("insight/overview.py", **state)
    assert not page.exception and sentence in words(page)
    next(button for button in page.button if button.label.startswith(way)).click()
    assert page.run().metric


def test_a_person_whose_resellers_sent_nothing_is_told_whose_sales_they_may_see(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    idle = market.reseller("skins_nl", "Skins NL")
    text = words(open_page("insight/overview.py", role="viewer", scope=(idle,)))
    assert "You see Skins NL, and no file of theirs is loaded." in text and "Liberty" not in text


def units(page: AppTest) -> str:
    return next(metric.value for metric in page.metric if metric.label == "Units")
