"""Only a positive base gives a percentage; everywhere else the change is said in its unit, and why."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reports import cells, content, csv, tables, workbook
from core.reports.definition import Block, ReportDefinition
from core.reports.parts import Figure
from core.sales import bridge_words, files, movers, shown
from core.sales.bridging import Bridge
from core.sales.bridging import movers as plain_movers
from core.sales.measures import MEASURES
from core.sales.pivot_query import PivotQuery
from core.sales.pivot_table import table
from core.sales.query import SalesQuery, build_query
from core.sales.relative import NEW, NONE, change_words, in_place, negative_bases, rate_words, relative_change, stands_for
from core.sales.running import run
from core.sales.running_pivots import run_pivot
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

D = Decimal
NET = "sales_eur_net"
RETURNS = "the base is negative: returns outweigh sales"


@pytest.fixture
def returned(market: Market) -> Market:
    """May 2024 → May 2025 at Galilu: Tundra −199 → 19 901 (only a return before), Sauna 0 → 50, Candle 100 → −10 (more returned than sold)."""
    market.line("galilu", "2024-05", TUNDRA, -1, "-199")
    market.line("galilu", "2025-05", TUNDRA, 100, "19901")
    market.line("galilu", "2025-05", SAUNA, 1, "50")
    market.line("galilu", "2024-05", CANDLE, 2, "100")
    market.line("galilu", "2025-05", CANDLE, 1, "40")
    market.line("galilu", "2025-05", CANDLE, -1, "-50")
    market.covers("galilu", "2024-05", "2025-05")
    return market


def asked(*measures: str, by: tuple[str, ...] = ("product",)) -> SalesQuery:
    return build_query(measures or (NET,), by, None, "2025-05", "prior_year")


def changes(market: Market) -> dict[str, tuple[object, ...]]:
    frame = run(market.database, asked()).frame
    rows = frame.select(NET, f"{NET}_before", f"{NET}_change", f"{NET}_change_pct").iter_rows()
    return {str(round(now)): tuple(row) for now, *row in rows}


def test_a_negative_base_has_a_change_and_no_percentage(returned: Market) -> None:
    assert changes(returned)["19901"] == (-199, 20100, None)


def test_a_base_of_nothing_has_no_percentage(returned: Market) -> None:
    assert changes(returned)["50"] == (0, 50, None)


def test_what_falls_below_zero_falls_by_more_than_all_of_it(returned: Market) -> None:
    assert changes(returned)["-10"] == (100, -110, D("-1.1"))


def test_a_caveat_names_what_has_no_percentage_with_its_change(returned: Market) -> None:
    said = [caveat.text for caveat in run(returned.database, asked()).caveats if caveat.kind == "negative_base"]
    assert len(said) == 1
    assert "−€\u202f199 → €\u202f19\u202f901 (+€\u202f20\u202f100)" in said[0]
    assert "returns outweigh sales" in said[0]
    assert "in all −€\u202f99 →" in said[0]  # −199 + 100


def test_no_caveat_where_every_base_is_positive_or_nothing(returned: Market) -> None:
    result = run(returned.database, build_query(NET, "product", {"product": CANDLE}, "2025-05", "prior_year"))
    assert not [caveat for caveat in result.caveats if caveat.kind == "negative_base"]


def test_a_workbook_says_new_or_a_dash_where_no_percentage_can_stand(returned: Market) -> None:
    result = run(returned.database, asked())
    book = openpyxl.load_workbook(io.BytesIO(files.xlsx_bytes(result, "Products")))
    column = [row[-1].value for row in book["Figures"].iter_rows(min_row=4)]
    assert column == [NONE, NEW, -1.1, NONE]  # 19 901, 50, −10, in all


def test_a_csv_file_leaves_the_cell_empty_and_says_why(returned: Market) -> None:
    text = files.csv_bytes(run(returned.database, asked()), "Products").decode()
    assert ",20100,," in text
    assert "No percentage where the earlier figure is negative" in text


def test_a_pivot_says_new_or_a_dash_in_its_cells_and_files(returned: Market) -> None:
    seen = table(run_pivot(returned.database, PivotQuery(asked())))
    place = next(i for i, head in enumerate(seen.heads) if head.figure == f"{NET}_change_pct")
    assert [seen.word(row, place) for row in range(len(seen.lines))] == [NONE, NEW, "", NONE]
    assert list(seen.as_shown("Products").stands.values()) == [(NONE, NEW, "", NONE)]


def test_a_table_of_a_report_says_the_same(returned: Market) -> None:
    result = run(returned.database, asked())
    for made in (tables.result_table("Products", result), tables.shown_table(shown.of_result(result, "Products"), "May 2025")):
        assert [row[-1] for row in cells.rows_of(made)] == [NONE, NEW, "−110.0\u202f%"]
        totals = cells.totals_of(made)
        assert totals is not None and totals[-1] == NONE


def test_movers_have_no_points_of_a_negative_whole(returned: Market) -> None:
    result = run(returned.database, movers.movers_query(asked(), "product"))
    found = movers.find_movers(result)
    assert found.before == -99
    assert found.rows["points"].to_list() == [None, None, None]
    assert plain_movers(result)["points"].to_list() == [None, None, None]


def test_a_bridge_from_below_zero_says_no_percentage() -> None:
    assert bridge_words.headline(Bridge(before=D(-199), new=D(20100), now=D(19901))) == (
        f"Net revenue rose by €\u202f20\u202f100 ({RETURNS}), from −€\u202f199 to €\u202f19\u202f901."
    )
    assert "(new)" in bridge_words.headline(Bridge(new=D(5), now=D(5)))


def test_a_key_figure_of_a_report_says_its_change_in_euros() -> None:
    figure = Figure(NET, "Net revenue", "EUR net", D(19901), D(-199), None, D(19901))
    assert figure.change_words("May 2024") == f"+€\u202f20\u202f100 ({RETURNS}) from −€\u202f199, May 2024"
    assert (
        content._headline((figure,), build_query(NET, (), None, "2025-05").period, None) == "Net revenue in May 2025: €\u202f19\u202f901."
    )  # type: ignore[arg-type]


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2))
def test_a_percentage_has_the_sign_of_the_change_or_is_none(now: Decimal, before: Decimal) -> None:
    ratio = relative_change(now, before)
    assert (ratio is None) == (before <= 0)
    assert ratio is None or ((ratio > 0) == (now > before) and (ratio < 0) == (now < before))
    assert (stands_for(now, before) == "") == (before > 0)
    assert "%" in rate_words(NET, ratio, now, before) or ratio is None


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (D(60), D(50), "+20.0\u202f%"),
        (D(-10), D(100), "−110.0\u202f%"),
        (D(50), D(0), "+€\u202f50 (new)"),
        (D(-50), D(0), "−€\u202f50 (nothing before)"),
        (D(0), D(0), "€\u202f0 (nothing before)"),
        (D(50), D(-10), f"+€\u202f60 ({RETURNS})"),
        (None, D(10), "n/a"),
        (D(10), None, "n/a"),
    ],
)
def test_a_change_on_its_own_is_a_percentage_or_an_amount_with_its_reason(now: Decimal | None, before: Decimal | None, said: str) -> None:
    assert change_words(NET, relative_change(now, before), now, before) == said


def test_a_loss_is_no_return() -> None:
    assert rate_words("gross_profit", None, D(10), D(-5)) == "the base is negative"
    assert "returns" not in negative_bases(["gross_profit"], [("", {"gross_profit_before": D(-5), "gross_profit_comparable": D(10)})])


def test_words_stand_only_where_a_percentage_is_missing_though_both_are_known() -> None:
    rows = [{"now": now, "before": before, "change_pct": None} for now, before in ((1, 0), (1, -1), (None, 1), (1, 1))]
    assert in_place(rows, ["now", "change_pct"]) == {"change_pct": (NEW, NONE, "", "")}
    assert in_place(rows[2:], ["change_pct"]) == {}


def test_every_measure_can_say_its_change() -> None:
    for name in MEASURES:
        assert change_words(name, None, D(2), D(-1)).endswith(")")


def test_a_report_and_its_workbook_stand_with_words_in_their_cells(returned: Market) -> None:
    definition = ReportDefinition("R", "2025-05", blocks=(Block("kpis"), Block("table", "Products", (NET,), ("product",), exact=True)))
    made = content.build(returned.database, definition, None, date(2025, 6, 10))
    sheets = openpyxl.load_workbook(io.BytesIO(workbook.render(made)))
    values = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert {NEW, NONE} <= values
    assert any("+€\u202f19\u202f" in value or f"({RETURNS})" in value for value in values)
    assert csv.render(made)
    assert "No percentage where the earlier figure is negative" in " ".join(made.caveats)


def test_a_rate_that_was_nothing_is_not_new() -> None:
    assert rate_words("returns_rate", None, D("0.02"), D(0)) == "nothing before"
    row = {"returns_rate_comparable": D("0.02"), "returns_rate_before": D(0), "returns_rate_change_pct": None}
    assert in_place([row], ["returns_rate_change_pct"]) == {"returns_rate_change_pct": (NONE,)}


def test_a_part_of_more_returned_than_sold_is_no_share(market: Market) -> None:
    """Tundra 50, Sauna −100: in all −50. A share would call the sale −100 % and the return 200 %."""
    market.line("galilu", "2025-05", TUNDRA, 1, "50")
    market.line("galilu", "2025-05", SAUNA, -2, "-100")
    market.covers("galilu", "2025-05")
    frame = run(market.database, build_query(("share", "units_share"), "product", None, "2025-05")).frame
    assert frame.select("share", "units_share").rows() == [(None, None)] * 2
