"""The Explore page in an app: tables, charts, the way down and back, hand-edited addresses, and how much it asks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.sales.query import Filter
from pages.components import drilling
from pages.components.drilling import Step
from tests.pages.conftest import Open
from tests.pages.test_every_page import complaints, fill
from tests.pages.words import words
from tests.sales.conftest import Market, market  # noqa: F401

PAGE = "insight/explore.py"


@pytest.fixture
def explore(open_page: Open, market: Market) -> Any:  # noqa: F811
    """Opens the page over half a year of two years with these parameters in its address."""
    fill(market)

    def opened(**parameters: Any) -> AppTest:
        return open_page(PAGE, **{"period": "2025", **parameters})

    return opened


def shown(page: AppTest) -> Any:
    (table,) = page.dataframe
    return table.value


def titles(page: AppTest) -> list[str]:
    return [str(name[-1] if isinstance(name, tuple) else name).strip("\u200b\u200c") for name in shown(page).columns]


def test_a_pivot_of_three_dimensions_has_subtotals_and_totals(explore: Any) -> None:
    page = explore(measure="sales_eur_net", by=["reseller", "channel"], across="quarter", compare="")
    assert not complaints(page) and titles(page) == ["Reseller", "Channel", "Q1 2025", "Q2 2025", "Total"]
    rows = shown(page).values.tolist()
    assert rows[-1] == ["Total", "", 2616.0, 2415.0, 5031.0][:2] + rows[-1][2:] and rows[0][1] == "Total"
    assert rows[-1][4] == rows[-1][2] + rows[-1][3] == sum(row[4] for row in rows if row[1] == "Total")


def test_a_table_over_one_group_compares(explore: Any) -> None:
    page = explore(measure="sales_eur_net")
    assert titles(page) == ["Reseller", "Net revenue €", "Net revenue € before", "Δ", "Δ %"]


def test_shares_running_totals_and_orders_stand_in_the_address(explore: Any) -> None:
    page = explore(by="month", measure="units", sort="-units", **{"as": "running"})
    units = shown(page).values[:, 1].tolist()
    assert sorted(units[:-1]) == units[:-1] and units[-2] == units[-1]  # along time, whatever the order asked for
    shares = explore(by="reseller", measure="sales_eur_net", **{"as": "share_total"})
    assert shown(shares).values[-1, 1] == 1.0


def test_what_can_not_be_shown_so_is_explained(explore: Any) -> None:
    page = explore(by="reseller", measure="aov", sort="-units", **{"as": "share_total"})
    said = words(page)
    assert "No figure here adds up" in said and "can not be ordered by “units”" in said and not complaints(page)


def test_too_many_columns_are_said_where_the_table_would_be(explore: Any, market: Market) -> None:  # noqa: F811
    for number in range(125):
        market.order_line(str(number), f"2025-{number // 28 + 1:02d}-{number % 28 + 1:02d}", None, 1, 5)
    market.fill_rollup()
    page = explore(across="day", measure="units")
    assert "too many to read" in words(page) and not complaints(page)


def test_more_detail_than_the_data_has_is_said_with_a_way_out(explore: Any) -> None:
    page = explore(by="day", reseller="Galilu", measure="units")
    assert "Galilu states no days" in page.info[0].value and not page.exception
    page.button(key="explore_coarser").click().run()
    assert page.query_params["by"] == "month" and not page.info and not complaints(page)


def test_what_can_not_be_laid_out_leaves_a_way_out(explore: Any, market: Market) -> None:  # noqa: F811
    for number in range(125):
        market.order_line(str(number), f"2025-{number // 28 + 1:02d}-{number % 28 + 1:02d}", None, 1, 5)
    market.fill_rollup()
    page = explore(across="day", measure="units")
    page.button(key="explore_again").click().run()
    assert "across" not in page.query_params and page.dataframe and not complaints(page)


def test_charts_are_offered_as_they_suit(explore: Any) -> None:
    page = explore(by="month", across="reseller", measure="sales_eur_net", show="chart")
    assert page.selectbox(key="explore_shape").options == ["Stacked", "Lines", "Bars", "100 % stacked", "Heat map"]
    page.selectbox(key="explore_shape").select("stacked_share").run()
    assert page.query_params["shape"] == "stacked_share" and not complaints(page)


def test_a_shape_that_does_not_suit_is_explained_and_another_shown(explore: Any) -> None:
    page = explore(by="reseller", show="chart", shape="line")
    assert "Lines need time" in words(page) and "Another shape is shown" in words(page)


def test_a_chart_leads_further_by_a_list_too(explore: Any) -> None:
    page = explore(by="reseller", measure="sales_eur_net", show="chart")
    look = next(box for box in page.selectbox if box.label == "Look into")
    look.select("Galilu").run()
    next(box for box in page.selectbox if box.label == "Split by").select("product").run()
    assert page.query_params["by"] == "product" and page.query_params["drill"] == "chart|reseller|||reseller:Galilu"


@pytest.mark.parametrize("shape", ["heatmap", "stacked_bar"])
def test_a_row_or_column_of_a_chart_of_two_groups_is_looked_into(explore: Any, shape: str) -> None:
    page = explore(by="product", across="reseller", measure="units", show="chart", shape=shape)
    look = next(box for box in page.selectbox if box.label == "Look into")
    for name in ("Galilu", next(option for option in look.options if "Tundra" in option)):
        next(box for box in page.selectbox if box.label == "Look into").select(name).run()
        assert "stands for many" not in words(page) and "Split by" in [box.label for box in page.selectbox] and not complaints(page)


def test_the_part_that_is_not_stated_is_looked_into(explore: Any) -> None:
    page = explore(by="store", measure="units", show="chart")
    look = next(box for box in page.selectbox if box.label == "Look into")
    look.select("not stated").run()
    assert "stands for many" not in words(page) and "Split by" in [box.label for box in page.selectbox]


@pytest.mark.parametrize(("label", "parameter", "excluded"), [("Only this", "where", False), ("Without this", "not", True)])
def test_what_was_chosen_in_a_chart_is_shown_alone_or_left_out(explore: Any, label: str, parameter: str, excluded: bool) -> None:
    page = explore(by="product", measure="units", show="chart")
    look = next(box for box in page.selectbox if box.label == "Look into")
    name = look.options[0]
    look.select(name).run()
    next(button for button in page.button if button.label == label).click().run()
    assert page.query_params[parameter] == f"product:{name}"
    page.button(key=f"chip_product_{excluded}_{name}").click().run()
    assert parameter not in page.query_params and not complaints(page)


def test_a_chart_of_one_value_leads_on_to_what_it_is_made_of(explore: Any) -> None:
    page = explore(by="reseller", measure="units", reseller="Galilu", show="chart")
    assert "at least two values" in words(page)
    page.button(key="other_month").click().run()
    assert page.query_params["by"] == "month" and not complaints(page)


def test_a_cell_is_looked_into_and_left_again(explore: Any) -> None:
    cell = (Filter("reseller", ("Galilu",)), Filter("month", ("2025-05-01",)))
    step = drilling.text(Step(("reseller",), ("month",), "table", "", cell))
    page = explore(by="product", measure="units", drill=step, compare="")
    assert shown(page).values[-1].tolist() == ["Total", 10.0]
    assert "Galilu · May 2025" in words(page)
    page.button(key="crumb_all").click().run()
    assert "drill" not in page.query_params and page.query_params["across"] == "month"


def test_the_rows_behind_exactly_one_cell(explore: Any) -> None:
    cell = (Filter("reseller", ("Galilu",)), Filter("month", ("2025-05-01",)))
    step = drilling.text(Step(("reseller",), ("month",), "table", "-units", cell))
    page = explore(by="reseller", across="month", show="rows", figure="units", drill=step)
    assert "1 line of 2025 adds up to 10" in words(page) and not complaints(page)
    page.button(key="crumb_all").click().run()
    assert page.query_params["sort"] == "-units" and "show" not in page.query_params


@pytest.mark.parametrize(
    "parameters",
    [
        {"by": ["reseller", "product", "store", "month"], "across": "month"},
        {"drill": "nonsense"},
        {"where": "product:long gone"},
        {"by": "", "across": "month"},
        {"measure": "foo", "as": "bar", "shape": "round", "show": "rows"},
        {"sort": "units@never", "across": "month"},
        {"period": "1999"},
    ],
)
def test_an_address_written_by_hand_never_breaks_the_page(explore: Any, parameters: dict[str, Any]) -> None:
    assert not complaints(explore(**parameters))


def test_nothing_loaded_is_said(open_page: Open) -> None:
    for show in ("table", "chart", "rows"):
        assert not complaints(open_page(PAGE, show=show))


def test_a_narrowed_person_sees_nothing_of_others(open_page: Open, market: Market) -> None:  # noqa: F811
    fill(market)
    page = open_page(PAGE, role="viewer", scope=(market.resellers["galilu"],), period="2025", by="reseller")
    assert "Liberty" not in str(shown(page).values.tolist()) + words(page)
    empty = open_page(PAGE, role="analyst", scope=(market.resellers["skins_sa"],), period="2025", by="reseller")
    assert not complaints(empty) and "Galilu" not in words(empty)


@pytest.mark.parametrize(
    ("parameters", "most"),
    [
        ({"by": ["reseller", "product"], "across": "month"}, 3),
        ({"by": ["reseller", "product"], "across": "month", "measure": ["orders", "units"], "as": "running"}, 3),
        ({"by": "month", "across": "reseller", "show": "chart"}, 3),
        ({"show": "rows"}, 1),
    ],
)
def test_a_run_asks_little_and_nothing_twice(explore: Any, asked: list[str], parameters: dict[str, Any], most: int) -> None:
    page = explore(period="2024")  # the first run of a process reads what later ones remember
    for name, value in {"period": "2025", **parameters}.items():
        page.query_params[name] = value
    asked.clear()
    page.run()
    figures = [text for text in asked if "is_total" in text]
    assert not complaints(page) and len(figures) <= most and len(set(figures)) == len(figures) and len(asked) <= 45
    asked.clear()
    page.run()
    assert not [text for text in asked if "is_total" in text] and len(asked) <= 12


def test_clicks_tell_cell_heading_and_label() -> None:
    from core.sales.pivot_query import Cells, Member, PivotQuery
    from core.sales.pivot_table import table
    from core.sales.query import Result, build_query
    from pages.components import pivot_view

    asked = PivotQuery(build_query("units", "reseller"), ("channel",))
    a, x = Member("reseller", "1", "A"), Member("channel", "x", "x")
    figures = {((a,), (x,)): {"units": 1}, ((a,), ()): {"units": 1}, ((), (x,)): {"units": 1}, ((), ()): {"units": 1}}
    seen = table(Cells(asked, Result(asked.flat, None, {}, "", 1, None), figures))  # type: ignore[arg-type]
    heads = [below for _, below in pivot_view._headings(seen, lambda member: str(member.value))]
    assert len(set(heads)) == 3 and [head.strip("\u200b\u200c") for head in heads] == ["Reseller", "x", "Total"]

    def clicked(cells: list[Any] = [], columns: list[str] = []) -> Any:  # noqa: B006
        return pivot_view._clicked(seen, heads, SimpleNamespace(cells=cells, columns=columns))

    assert clicked() is None
    assert clicked(columns=[heads[1]]).head.path == (x,) and clicked(columns=[heads[0]]).dimension == "reseller"
    assert clicked(cells=[(0, heads[1])]).line.path == (a,) and clicked(cells=[(0, heads[0])]).head.path == ()
