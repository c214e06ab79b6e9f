import pytest

from tests.pages.conftest import Open
from tests.pages.test_every_page import fill
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
