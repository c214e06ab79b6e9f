"""From a figure to its lines: they add up to it, name their cells, and say how the printed amount became EUR."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.sales.measures import MEASURES
from core.sales.query import build_query
from core.sales.running import run
from core.sales.tracing import chain, narrowed, sentence, trace, without
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, VIAL, Market

GBP = {
    "valued": False, "amount_local": Decimal("84"), "currency": "GBP", "vat_basis": "gross", "vat_rate": Decimal("0.2"),
    "fx_rate": Decimal("1.1800000"), "fx_month": date(2025, 6, 1), "fx_source": "ecb", "sales_eur_net": Decimal("82.6"), "quantity": 1,
}  # fmt: skip


@pytest.fixture
def shop(market: Market) -> Market:
    return market.once(_shop)


def _shop(market: Market) -> None:
    market.store("galilu", "Kraków")
    market.line("galilu", "2025-05", TUNDRA, 2, "20.5", store="Kraków", source_sheet="Sales", source_row=7, source_cells="M7|N7")
    market.line("galilu", "2025-05", SAUNA, 1, 10)
    market.line("galilu", "2025-05", VIAL, 30, 0)
    market.line("galilu", "2024-05", TUNDRA, 9, 90)
    market.line("liberty", "2025-05-05/2025-05-11", TUNDRA, -1, "-15")
    market.order_line("1", "2025-05-03", TUNDRA, 1, 100, cost_of_goods=30, payment_fee=2)
    market.order_line("1", "2025-05-03", VIAL, 1, 0, cost_of_goods=1, payment_fee=1)
    for reseller in ("galilu", "liberty", "online"):
        market.covers(reseller, "2025-05", "2024-05")
    market.fill_rollup()


def test_the_lines_behind_a_figure_add_up_to_it_and_name_their_cells(shop: Market) -> None:
    query = build_query("sales_eur_net", "reseller", {"product": TUNDRA}, "2025", "prior_year")
    shown = run(shop.database, query)
    found = trace(shop.database, query)
    assert found.adds == found.frame["adds"].sum() == found.value == shown.totals["sales_eur_net"] == Decimal("105.5")
    row = found.frame.filter(reseller="Galilu").row(0, named=True)
    assert (row["file_name"], row["source_sheet"], row["source_row"], row["source_cells"]) == ("file.xlsx", "Sales", 7, "M7|N7")
    assert sentence(found, "€ 105.50") == "3 lines of 2025 add up to € 105.50."


@pytest.mark.parametrize("measure", ["active_products", "active_stores"])
def test_behind_a_count_stand_the_sales_that_are_counted_alone(shop: Market, measure: str) -> None:
    shop.line("galilu", "2025-05", TUNDRA, -1, -10, store="Kraków")
    found = trace(shop.database, build_query(measure, (), {"reseller": "Galilu"}, "2025"))
    assert set(found.frame["line_kind"]) == {"sale"} and found.frame.height == (2 if measure == "active_products" else 1)


@pytest.mark.parametrize("measure", [m.name for m in MEASURES.values() if m.additivity == "additive"])
def test_every_additive_figure_is_the_sum_of_what_its_lines_add(shop: Market, measure: str) -> None:
    shown = run(shop.database, build_query(measure, ("month", "reseller"), None, "2025"))
    for row in shown.frame.iter_rows(named=True):
        found = trace(shop.database, narrowed(shown.query, row))
        assert found.adds_up and (found.value or 0) == (row[measure] or 0)


@pytest.mark.parametrize("by", ["month", "week", "day", "product", "store", "channel", "line_kind", "reseller", "size"])
def test_each_cell_of_a_table_leads_to_its_own_lines(shop: Market, by: str) -> None:
    shown = run(shop.database, build_query("units", by, None, "2025"))
    assert shown.frame.height
    for row in shown.frame.iter_rows(named=True):
        assert trace(shop.database, narrowed(shown.query, row)).frame["adds"].sum() == row["units"]


def test_the_rest_of_a_short_list_is_everything_that_is_not_listed(shop: Market) -> None:
    shown = run(shop.database, build_query("units", "product", None, "2025", limit=1, others=True))
    rest = trace(shop.database, without(shown.query, "product", shown.frame["product"]))
    assert rest.value == shown.frame["units"][-1] == rest.frame["adds"].sum()


def test_the_compared_figure_has_lines_of_its_own(shop: Market) -> None:
    query = build_query("sales_eur_net", "reseller", None, "2025-05", "prior_year")
    shown = run(shop.database, query, today=date(2025, 7, 1)).frame.filter(reseller="Galilu").row(0, named=True)
    found = trace(shop.database, narrowed(query, shown), side="before", today=date(2025, 7, 1))
    assert found.adds == found.value == shown["sales_eur_net_before"] == 90
    with pytest.raises(BadQuestion):
        trace(shop.database, build_query("units", period="2025"), side="before")


def test_the_compared_figure_keeps_to_its_like_for_like_base(shop: Market) -> None:
    shop.store("galilu", "Closed", closed=date(2024, 12, 31))
    shop.line("galilu", "2024-05", TUNDRA, 1, 1000, store="Closed")
    query = build_query("sales_eur_net", (), {"reseller": "Galilu"}, "2025-05", "prior_year", like_for_like="stores")
    shown = run(shop.database, query, today=date(2025, 7, 1)).totals["sales_eur_net_before"]
    found = trace(shop.database, query, side="before", today=date(2025, 7, 1))
    assert found.adds == found.value == shown and shown < 1000
    assert trace(shop.database, query).value == run(shop.database, query).totals["sales_eur_net"]


def test_a_ratio_shows_its_lines_and_its_formula(shop: Market) -> None:
    found = trace(shop.database, build_query("aov", period="2025-05"))
    assert found.value == 100 and not found.adds_up
    assert sentence(found, "€ 100.00") == "1 line of May 2025 stands behind € 100.00: Σ net of the web shop ÷ orders."


def test_a_share_is_traced_by_its_own_revenue(shop: Market) -> None:
    shown = run(shop.database, build_query("share", "reseller", None, "2025-05"))
    galilu = shown.frame.filter(reseller="Galilu").row(0, named=True)
    assert trace(shop.database, narrowed(shown.query, galilu)).value == Decimal("30.5")


def test_held_and_replaced_lines_are_shown_on_request_and_add_nothing(shop: Market) -> None:
    shop.held("galilu", "2025-05", 4, 40)
    shop.line("galilu", "2025-05", TUNDRA, 5, 55, live=False)
    query = build_query("sales_eur_net", where={"reseller": "Galilu", "product": TUNDRA}, period="2025-05")
    assert trace(shop.database, query).frame["state"].to_list() == ["counts"]
    found = trace(shop.database, query, also=("held", "superseded"))
    assert found.frame["state"].to_list() == ["counts", "held", "superseded"] and found.adds == Decimal("20.5")
    assert found.frame.filter(state="held")["sales_eur_net"].item() == 40


def test_lines_of_a_file_that_was_taken_back_say_so(shop: Market) -> None:
    undone = shop.new_batch("galilu", status="undone")
    shop.line("galilu", "2025-05", CANDLE, 1, 9, live=False, upload_batch_id=undone)
    found = trace(shop.database, build_query("units", where={"product": CANDLE}, period="2025"), also=("taken back", "superseded"))
    assert found.frame["state"].to_list() == ["taken back"] and found.value is None


def test_a_long_list_says_that_it_was_shortened_and_still_adds_up(market: Market) -> None:
    for _ in range(3):
        market.line("galilu", "2025-05", TUNDRA, 1, 1)
    found = trace(market.database, build_query("units"), limit=2)
    assert found.shortened and found.adds_up and (found.frame.height, found.lines, found.adds) == (2, 3, 3)
    assert not trace(market.database, build_query("units"), limit=3).shortened


def test_a_scope_holds_for_lines_of_every_state(shop: Market) -> None:
    shop.held("galilu", "2025-05", 4, 40)
    shop.line("galilu", "2025-05", TUNDRA, 5, 55, live=False)
    query = build_query("units", where={"reseller": "Galilu"})
    found = trace(shop.database, query, scope=(shop.resellers["liberty"],), also=("held", "superseded", "taken back"))
    assert found.frame.is_empty() and found.value is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "£ 84.00 incl. VAT → less 20 % VAT £ 70.00 → × 1.18 (June 2025, ecb) → € 82.60 net"),
        ({"vat_basis": "net"}, "£ 84.00 without VAT → × 1.18 (June 2025, ecb) → € 82.60 net"),
        ({"currency": "EUR", "vat_basis": "net", "fx_rate": Decimal(1)}, "€ 84.00 without VAT"),
        ({"sales_eur_net": None, "fx_rate": None}, "£ 84.00 incl. VAT → less 20 % VAT £ 70.00 → no rate known, so not in EUR"),
        ({"amount_local": None, "sales_eur_net": None}, "the file states units only, no money"),
        ({"valued": True, "quantity": 3}, "3 units × list price, as the file states no money here → € 82.60 net"),
        ({"amount_local": Decimal("-84"), "vat_basis": "net"}, "−£ 84.00 without VAT → × 1.18 (June 2025, ecb) → € 82.60 net"),
    ],
)
def test_the_way_from_the_printed_amount_to_eur_is_told(changed: dict[str, object], words: str) -> None:
    assert chain(GBP | changed).replace("\u202f", " ") == words


line = st.tuples(
    st.sampled_from(["galilu", "liberty"]), st.sampled_from([TUNDRA, SAUNA, None]), st.sampled_from(["2025-05", "2025-06"]), st.integers(-3, 9),
    st.decimals(-100, 900, places=2),
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, min_size=1, max_size=6), measure=st.sampled_from(["sales_eur_net", "units", "units_sold", "lines"]))
def test_the_lines_of_any_cell_add_up_to_the_cell(market: Market, lines: list[tuple[object, ...]], measure: str) -> None:
    with market.database.write() as connection:
        connection.exec_driver_sql("truncate sellout_entries2")
    for reseller, ean, period, quantity, net in lines:
        market.line(str(reseller), str(period), ean, quantity, net)  # type: ignore[arg-type]
    shown = run(market.database, build_query(measure, ("month", "reseller", "product")))
    for row in shown.frame.iter_rows(named=True):
        assert trace(market.database, narrowed(shown.query, row)).adds_up
    assert trace(market.database, replace(shown.query, by=())).adds_up
