import pytest

from core.errors import BadQuestion
from core.sales.pivoting import pivot, queries
from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market


def make(market: Market, measure: str, across: str, *by: str) -> object:
    answers = [run(market.database, query) for query in queries(build_query(measure, by, period="2025"), across)]
    return pivot(*answers, across)


def test_cells_rows_and_columns_add_up(market: Market) -> None:
    market.line("galilu", "2025-01", TUNDRA, 2, 20)
    market.line("galilu", "2025-03", TUNDRA, 1, 10)
    market.line("liberty", "2025-03", TUNDRA, 4, 40)
    found = make(market, "sales_eur_net", "month", "reseller")
    assert found.columns == ("Jan 2025", "Mar 2025") and found.labels == (("Liberty",), ("Galilu",))
    assert found.values == ((None, 40), (20, 10)) and found.row_totals == (40, 30) and found.column_totals == (20, 50) and found.total == 70
    assert found.frame().rows()[-1] == ("Total", 20, 50, 70)


def test_totals_of_ratios_are_asked_for_not_added(market: Market) -> None:
    market.line("galilu", "2025-01", TUNDRA, 1, 10)
    market.line("galilu", "2025-02", TUNDRA, 3, 60)
    found = make(market, "average_unit_price", "month", "reseller")
    assert found.values == ((10, 20),) and found.row_totals == (17.5,) and found.total == 17.5


def test_a_pivot_without_rows_is_one_line(market: Market) -> None:
    market.line("galilu", "2025-01", TUNDRA, 1, 10)
    found = make(market, "units", "month")
    assert found.values == ((1,),) and found.frame().height == 2


def test_too_many_columns_are_refused(market: Market) -> None:
    for day in range(1, 32):
        for month in ("01", "03", "05"):
            market.order_line(f"{month}{day}", f"2025-{month}-{day:02d}", TUNDRA, 1, 1)
    with pytest.raises(BadQuestion, match="too many for columns"):
        make(market, "units", "day", "reseller")
