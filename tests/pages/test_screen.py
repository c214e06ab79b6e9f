"""On a narrow screen figures stand beside names that are cut; on a wide one names are whole."""

import json

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open
from tests.pages.test_movers import PAGE, PERIOD, moved
from tests.sales.conftest import Market, market  # noqa: F401


def widths(page: AppTest) -> set[int | None]:
    """Of the columns of products."""
    columns = (json.loads(frame.proto.columns) for frame in page.dataframe)
    return {found["Product"].get("width") for found in columns if "Product" in found}


def test_names_leave_room_for_figures_on_a_narrow_screen(open_page: Open, market: Market) -> None:  # noqa: F811
    moved(market)
    page = open_page(PAGE, period=PERIOD)
    assert widths(page) == {None}
    page.session_state["screen.narrow"] = True
    page.run()
    assert widths(page) == {132} and not page.exception
