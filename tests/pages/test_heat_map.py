from __future__ import annotations

from unittest.mock import patch

import pytest

from core.sales import tracing
from core.sales.carrying import carriers_of, carriers_query
from core.sales.covering import covered_in
from core.sales.dimensions import OTHERS
from core.sales.fiscal import FiscalCalendar
from core.sales.heat_map import HeatMap, heat_map, heat_query
from core.sales.palette import DARK, LIGHT
from core.sales.query import Result, SalesQuery, parse_period
from core.sales.running import run
from pages.components import heat_grid, heat_view, heating
from pages.components.heat_grid import Clicked
from pages.components.heating import View
from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
from tests.pages.words import words
from tests.sales.conftest import CANDLE, Market, market  # noqa: F401
from tests.sales.test_heat_map import TODAY

PAGE, PERIOD = "analyses/heatmap.py", "2025-01/2025-06"
TUNDRA_NAME, SAUNA_NAME = "NLGOT100 · Glow of Tundra 100 ml", "NLMS100 · Midnight Sauna 100 ml"


def mapped(market: Market, most: int = 25, compare: str | None = None) -> tuple[HeatMap, Result]:  # noqa: F811
    query = heat_query(SalesQuery(period=parse_period(PERIOD)), "product", "month", compare=compare)
    answer = run(market.database, query, None, TODAY)
    carriers = carriers_of(run(market.database, carriers_query(query, "product"), None, TODAY))
    return heat_map(answer, carriers, covered_in(market.database), TODAY, FiscalCalendar(), most=most), answer


@pytest.fixture
def holes(market: Market) -> Market:  # noqa: F811
    return market.once(_holes)


def _holes(market: Market) -> None:  # noqa: F811
    """As everywhere, the candle sells at Galilu in May only, and Skins SA sold it once, of which nothing is known since."""
    fill(market)
    market.line("galilu", "2025-05", CANDLE, 2, 60)
    market.line("skins_sa", "2024-12", CANDLE, 2, 60)
    market.covers("skins_sa", "2024-12")
    market.fill_rollup()


def test_the_grid_says_blank_zero_and_partly_in_texts_shapes_and_words(holes: Market) -> None:
    rows = {row["text"]: row for row in heat_grid.grid(mapped(holes)[0], "value", LIGHT)["rows"]}
    candle = rows["NLWSC3 · Woolen Storm candle"]["cells"]
    assert [(cell["text"], cell["kind"]) for cell in candle[3:6]] == [("0", "partly"), ("60", "partly"), ("0", "partly")]
    assert "Skins SA not wholly covered" in candle[3]["hint"] and candle[3]["hint"].startswith("NLWSC3")
    sauna = rows[SAUNA_NAME]["cells"]
    assert [cell["text"] for cell in sauna[:3]] == ["300", "300", "300"] and sauna[1]["kind"] == ""
    assert rows["Total"]["key"] is None and rows["Total"]["cells"][-1]["text"].replace("\u202f", "") == str(3021 + 1800 + 210 + 60)


@pytest.mark.parametrize("tint", heating.TINTS)
@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_every_colour_has_a_text_beside_it(holes: Market, tint: str, colors: object) -> None:
    found = mapped(holes, compare="prior_year")[0]
    cells = [cell for row in heat_grid.grid(found, tint, colors)["rows"] for cell in row["cells"] if cell.get("color")]  # type: ignore[arg-type]
    assert cells and all(cell["text"] and cell["color"].startswith("#") and len(cell["color"]) == 7 for cell in cells)


@pytest.mark.parametrize("tint", heating.TINTS)
@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_every_figure_is_read_on_its_colour(holes: Market, tint: str, colors: object) -> None:
    found = mapped(holes, compare="prior_year")[0]
    cells = [cell for row in heat_grid.grid(found, tint, colors)["rows"] for cell in row["cells"] if cell.get("color")]  # type: ignore[arg-type]
    assert cells and all(heat_grid.contrast(cell["ink"], cell["color"]) >= 3.9 for cell in cells)


def test_a_cell_leads_to_exactly_its_lines(holes: Market) -> None:
    found, answer = mapped(holes, most=1)
    assert [row.name for row in found.rows] == [TUNDRA_NAME, OTHERS]
    for row in found.rows:
        for place in (2, 4):
            traced = tracing.trace(holes.database, heat_view.cell_query(found, answer, Clicked(row.name, place)), today=TODAY)
            assert traced.value == row.cells[place].value and traced.adds_up


@pytest.mark.parametrize("across", ["month", "quarter", "week", "fiscal_month"])
@pytest.mark.parametrize("tint", heating.TINTS)
def test_each_view_is_calm(open_page: Open, holes: Market, across: str, tint: str) -> None:
    page = open_page(PAGE, period=PERIOD, across=across, tint=tint)
    assert not page.exception and not page.error and not page.warning
    assert page.selectbox(key="heat_across").value == across


def test_the_page_says_what_its_cells_mean(open_page: Open, holes: Market) -> None:
    text = words(open_page(PAGE, period=PERIOD))
    assert "not covered" in text and "covered, nothing sold" in text and "Known in part (hatched)" in text


def test_rows_can_be_anything_in_any_order(open_page: Open, holes: Market) -> None:
    for by, order in (("reseller", "name"), ("country", "size"), ("product", "launch")):
        page = open_page(PAGE, period=PERIOD, by=by, order=order)
        assert not page.exception and not page.error and not page.warning


def test_a_hand_edited_address_is_explained(open_page: Open, holes: Market) -> None:
    page = open_page(PAGE, period=PERIOD, across="hour", top="7", tint="rainbow")
    said = page.info[0].value.replace("\\", "")
    assert "“hour”" in said and "“7”" in said and "“rainbow”" in said and not page.exception


def test_a_narrowed_person_without_data_reads_why(open_page: Open, holes: Market) -> None:
    page = open_page(PAGE, role="viewer", scope=(holes.resellers["online"],), period="2024-01")
    assert "Nothing to see yet" in words(page) and "Galilu" not in words(page) and not page.exception


def test_too_many_weeks_are_refused_in_a_sentence(open_page: Open, holes: Market) -> None:
    page = open_page(PAGE, period="2015/2025", across="week")
    assert "columns are too many to read" in page.warning[0].value and not page.exception


def test_two_statements_answer_the_page(open_page: Open, holes: Market, asked: list[str]) -> None:
    page = open_page("admin/dictionary.py")
    asked.clear()
    page.switch_page(PAGE).run()
    assert sum("by Product" in said for said in asked if "from sums" in said) == 2 and len(asked) < 60


def test_the_state_is_written_as_it_is_read() -> None:
    view = View("store", "units", "week", "season", "launch", 50)
    assert heating.read(heating.written(view)) == (view, ()) and heating.written(View()) == {}


@pytest.mark.parametrize(("dark", "said"), [(False, "darker: more"), (True, "brighter: more")])
def test_the_legend_says_which_way_the_colour_goes(dark: bool, said: str) -> None:
    with patch.object(heat_grid.frame, "is_dark", return_value=dark), patch.object(heat_grid.st, "html") as drawn:
        heat_grid.legend("value")
    assert said in drawn.call_args.args[0]
