from decimal import Decimal

from core.sales.lines import lines
from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import SAUNA, TUNDRA, Market


def test_the_lines_behind_a_figure_add_up_to_it(market: Market) -> None:
    market.line("galilu", "2025-05", TUNDRA, 2, "20.5", source_sheet="Sales", source_row=7, source_cells="M7|N7")
    market.line("galilu", "2025-05", SAUNA, 1, 10)
    market.line("galilu", "2024-05", TUNDRA, 9, 90)
    query = build_query("sales_eur_net", "reseller", {"product": TUNDRA}, "2025", "prior_year")
    found = lines(market.database, query)
    assert found.frame["sales_eur_net"].sum() == run(market.database, query).totals["sales_eur_net"] == Decimal("20.5")
    row = found.frame.row(0, named=True)
    assert (row["file_name"], row["source_sheet"], row["source_row"], row["source_cells"]) == ("file.xlsx", "Sales", 7, "M7|N7")


def test_a_long_list_says_that_it_was_shortened(market: Market) -> None:
    for _ in range(3):
        market.line("galilu", "2025-05", TUNDRA, 1, 1)
    assert lines(market.database, build_query("units"), limit=2).shortened
    assert not lines(market.database, build_query("units"), limit=3).shortened


def test_a_scope_holds_for_lines_too(market: Market) -> None:
    market.line("galilu", "2025-05", TUNDRA, 1, 1)
    assert lines(market.database, build_query("units"), scope=(market.resellers["liberty"],)).frame.is_empty()
