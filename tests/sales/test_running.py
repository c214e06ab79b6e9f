from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.db import tables
from core.errors import BadQuestion, QueryRefused
from core.sales import bridging
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.query import build_query, parse_period
from core.sales.running import run, run_all
from core.sales.standard import by_product, by_reseller, channel_mix, key_figures, monthly, overview
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, VIAL, Market

TODAY = date(2025, 7, 15)


def ask(market: Market, measures, by=(), where=None, period=None, compare=None, scope=None, today=TODAY, **options):
    return run(market.database, build_query(measures, by, where, period, compare, **options), scope, today)


def kinds(result) -> list[str]:
    return [caveat.kind for caveat in result.caveats]


def text_of(result, kind: str) -> str:
    return " ".join(caveat.text for caveat in result.caveats if caveat.kind == kind)


def test_sums_are_exact_decimals(market):
    for _ in range(10):
        market.line("galilu", "2025-05", TUNDRA, 1, "0.1")
    result = ask(market, "sales_eur_net")
    assert result.frame["sales_eur_net"].to_list() == [Decimal("1.0")]
    assert result.totals == {"sales_eur_net": Decimal("1.0")}


def test_default_population_leaves_samples_out_and_says_so(market):
    market.line("galilu", "2025-05", TUNDRA, 3, 300)
    market.line("galilu", "2025-05", TUNDRA, -1, -100)
    market.line("galilu", "2025-05", VIAL, 3588, 0)
    market.line("galilu", "2025-05", TUNDRA, 9, 468, line_kind="tester")
    result = ask(market, ["sales_eur_net", "units", "units_sold", "units_returned"], period="2025-05")
    assert result.frame.row(0) == (Decimal(200), 2, 3, 1)
    assert text_of(result, "left_out").replace("\u202f", " ") == "Left out: 3 588 sample units, € 0; 9 tester units, € 468."


def test_line_kinds_widen_the_population(market):
    market.line("galilu", "2025-05", TUNDRA, 3, 300)
    market.line("galilu", "2025-05", VIAL, 40, 0)
    result = ask(market, "units", line_kinds=("sale", "sample"))
    assert result.totals["units"] == 43
    assert "left_out" not in kinds(result)


def test_a_filter_on_line_kind_chooses_the_population(market):
    market.line("galilu", "2025-05", VIAL, 40, 0)
    assert ask(market, "units", where={"line_kind": "sample"}).totals["units"] == 40


def test_adjustments_count_in_money_only(market):
    market.line("galilu", "2025-05", TUNDRA, 0, -50)
    market.line("galilu", "2025-05", TUNDRA, 5, -20, line_kind="adjustment")
    result = ask(market, ["sales_eur_net", "units"])
    assert result.frame.row(0) == (Decimal(-70), None)


def test_orders_are_null_where_nobody_states_them(market):
    market.line("galilu", "2025-05", TUNDRA, 3, 300)
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100)
    result = ask(market, ["orders", "aov"], by="reseller", order_by="reseller")
    assert result.frame.rows() == [("Galilu", None, None), ("Online", 1, Decimal(100))]
    assert "web_shop_only" in kinds(result)


def test_average_order_value_is_per_order_not_per_line(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100)
    market.order_line("A1", "2025-05-02", SAUNA, 2, 50)
    market.order_line("A2", "2025-05-03", TUNDRA, 1, 90)
    market.order_line("A3", "2025-05-03", VIAL, 1, 0)
    result = ask(market, ["orders", "aov", "units_per_order"])
    assert result.frame.row(0) == (2, Decimal(120), Decimal(2))


def test_distinct_counts_do_not_add_up_but_the_total_is_right(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100)
    market.order_line("A1", "2025-05-02", SAUNA, 1, 50)
    result = ask(market, "orders", by="product")
    assert result.frame["orders"].to_list() == [1, 1]
    assert result.totals == {"orders": 1}


def test_ratios_of_the_total_come_from_its_own_sums(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 100)
    market.line("galilu", "2025-05", SAUNA, 9, 90)
    result = ask(market, "average_unit_price", by="product")
    assert sorted(result.frame["average_unit_price"]) == [Decimal(10), Decimal(100)]
    assert result.totals["average_unit_price"] == Decimal(19)


def test_average_unit_price_uses_lines_with_units_and_money_only(market):
    market.line("galilu", "2025-05", None, None, 5000)
    market.line("galilu", "2025-05", TUNDRA, 40, None)
    market.line("liberty", "2025-05-05/2025-05-11", TUNDRA, 2, 180)
    result = ask(market, ["average_unit_price"])
    assert result.totals["average_unit_price"] == Decimal(90)
    assert "Galilu 40" in text_of(result, "units_without_money")


def test_division_by_zero_is_no_value(market):
    market.line("galilu", "2025-05", TUNDRA, -1, -100)
    result = ask(market, ["returns_rate", "margin", "aov", "average_unit_price"])
    assert result.frame.row(0) == (None, None, None, None)


def test_no_lines_give_one_row_without_values(market):
    result = ask(market, ["sales_eur_net", "units", "lines"], period="2031")
    assert result.frame.rows() == [(None, None, 0)]
    assert ask(market, "sales_eur_net", by="product", period="2031").frame.height == 0


def test_gross_profit_reads_known_costs_only(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100, cost_of_goods=30)
    market.order_line("A1", "2025-05-02", SAUNA, 1, 100)
    market.order_line("A1", "2025-05-02", VIAL, 1, 0, cost_of_goods=2)
    result = ask(market, ["gross_profit", "margin", "cost_coverage", "cost_of_goods", "cost_of_free_goods"])
    assert result.frame.row(0) == (Decimal(70), Decimal("0.7"), Decimal("0.5"), Decimal(30), Decimal(2))


def test_payment_fee_counts_the_shares_on_gifts_too(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100, payment_fee="1.50", cost_of_goods=30)
    market.order_line("A1", "2025-05-02", VIAL, 1, 0, payment_fee="0.50")
    market.fill_rollup()
    result = ask(market, ["payment_fee", "sales_eur_net", "contribution", "units"], period="2025-05")
    assert result.frame.row(0) == (Decimal(2), Decimal(100), Decimal(68), 1)


def test_shares_add_up_to_one_with_what_is_not_stated(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 30)
    market.line("galilu", "2025-05", None, None, 70)
    result = ask(market, ["sales_eur_net", "share"], by="product")
    assert result.frame.select("product", "share").rows() == [
        (NOT_STATED, Decimal("0.7")),
        ("NLGOT100 · Glow of Tundra 100 ml", Decimal("0.3")),
    ]
    assert result.totals["share"] == 1
    assert "€ 70 is not stated by product" in text_of(result, "not_stated").replace("\u202f", " ")


def test_a_limit_with_others_still_adds_up(market):
    for number, ean in enumerate((TUNDRA, SAUNA, CANDLE, None)):
        market.order_line("A1", "2025-05-02", ean, 1, 10 * (4 - number))
        market.order_line(f"B{number}", "2025-05-02", ean, 1, 1)
    result = ask(market, ["sales_eur_net", "orders", "share"], by="product", limit=2, others=True)
    assert result.frame["product"].to_list()[2] == OTHERS
    assert result.frame["sales_eur_net"].sum() == result.totals["sales_eur_net"] == 104
    assert result.frame["orders"].to_list() == [2, 2, 3]
    assert result.frame["share"].sum() == 1
    assert result.rows_in_all == 4


def test_a_limit_without_others_says_that_it_shortened(market):
    for ean in (TUNDRA, SAUNA, CANDLE):
        market.line("galilu", "2025-05", ean, 1, 10)
    result = ask(market, "sales_eur_net", by="product", limit=2)
    assert (result.frame.height, result.rows_in_all, result.totals["sales_eur_net"]) == (2, 3, 30)
    assert "shortened" in kinds(result)


def test_months_come_in_order_and_the_rest_by_size(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.line("galilu", "2025-04", SAUNA, 1, 10)
    market.line("galilu", "2025-04", TUNDRA, 1, 20)
    frame = ask(market, "sales_eur_net", by=["product", "month"]).frame
    assert frame["month"].to_list() == [date(2025, 4, 1), date(2025, 4, 1), date(2025, 5, 1)]
    assert frame["sales_eur_net"].to_list() == [20, 10, 10]


def test_rows_can_be_ordered_by_any_asked_column(market):
    for ean, units, net in ((TUNDRA, 1, 10), (SAUNA, 9, 5), (CANDLE, 5, 7)):
        market.line("galilu", "2025-05", ean, units, net)
    assert ask(market, ["sales_eur_net", "units"], by="product", order_by="units").frame["units"].to_list() == [9, 5, 1]
    assert ask(market, ["sales_eur_net", "units"], by="product", order_by="units", descending=False).frame["units"].to_list() == [1, 5, 9]


def test_filters_compare_without_case_and_exclude(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.line("galilu", "2025-05", SAUNA, 1, 5)
    market.line("galilu", "2025-05", None, None, 2)
    total = lambda **where: ask(market, "sales_eur_net", where=where).totals["sales_eur_net"]  # noqa: E731
    assert total(product="nlgot100") == total(product=TUNDRA) == total(product="GLOW OF TUNDRA 100 ML") == 10
    assert total(**{"not product": "nlgot100"}) == 7
    assert total(product="") == 2
    assert total(**{"not product": ["", "nlms100"]}) == 10
    assert total(reseller="GALILU") == 17
    assert total(reseller="Liberty") is None


def test_values_are_bound_never_part_of_the_statement(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    result = ask(market, "sales_eur_net", where={"product": "x'); drop table users; -- %(start)s"})
    assert result.totals["sales_eur_net"] is None
    assert ask(market, "sales_eur_net").totals["sales_eur_net"] == 10


def test_months_can_be_filtered_by_name_of_the_period(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.line("galilu", "2025-04", TUNDRA, 1, 5)
    assert ask(market, "sales_eur_net", where={"month": "2025-05"}).totals["sales_eur_net"] == 10
    assert ask(market, "sales_eur_net", where={"quarter": "2025-Q2"}).totals["sales_eur_net"] == 15


def test_two_stores_of_one_name_stay_two(market):
    market.reseller("other", "Other")
    market.store("galilu", "Online shop")
    market.line("galilu", "2025-05", TUNDRA, 1, 10, store="Online shop")
    market.store("other", "Online shop")
    market.line("other", "2025-05", TUNDRA, 1, 5, store="Online shop")
    frame = ask(market, "sales_eur_net", by="store").frame
    assert frame.rows() == [("Online shop (Galilu)", Decimal(10)), ("Online shop (Other)", Decimal(5))]


def test_devices_are_one_whatever_their_case(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100, device_type="Mobile")
    market.order_line("A2", "2025-05-02", TUNDRA, 1, 10, device_type="mobile")
    market.order_line("A3", "2025-05-02", TUNDRA, 1, 1)
    assert ask(market, "sales_eur_net", by="device").frame.rows() == [("Mobile", Decimal(110)), (NOT_STATED, Decimal(1))]


def test_weekdays_come_in_the_order_of_the_week(market):
    for day in ("2025-05-02", "2025-05-05", "2025-05-04"):
        market.order_line(day, day, TUNDRA, 1, 10)
    assert ask(market, "sales_eur_net", by="weekday").frame["weekday"].to_list() == ["Monday", "Friday", "Sunday"]


def test_a_week_counts_where_its_rule_puts_it_and_is_never_split(market):
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 7, 70)
    assert ask(market, "sales_eur_net", period="2025-05").totals["sales_eur_net"] is None
    june = ask(market, "sales_eur_net", period="2025-06")
    assert june.totals["sales_eur_net"] == 70
    assert "counts inside it" in text_of(june, "partial_period")


def test_another_period_rule_moves_the_week_to_may(market):
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 7, 70, month=5)
    assert ask(market, "sales_eur_net", by="month").frame.rows() == [(date(2025, 5, 1), Decimal(70))]
    assert ask(market, "sales_eur_net", period="2025-05").totals["sales_eur_net"] == 70


def test_monthly_lines_stand_beside_the_days(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100)
    result = ask(market, "sales_eur_net", by="day", period="2025-05")
    assert result.frame.rows() == [(date(2025, 5, 2), Decimal(100)), (None, Decimal(10))]
    assert "not stated by day" in text_of(result, "not_stated")
    assert text_of(result, "grain") == "Galilu states no days: such lines are not spread over days, but stand in a row of their own."


def test_weeks_are_stated_by_weekly_files_and_days_only(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 7, 70)
    result = ask(market, "returns_rate", by="week")
    assert text_of(result, "grain").startswith("Galilu states no weeks")
    assert "grain" not in kinds(ask(market, "sales_eur_net", by="week", where={"reseller": "Liberty"}))


def test_a_stated_sale_day_decides_inside_its_month(market):
    market.line("skins_sa", "2025-05", TUNDRA, 1, 10, sale_date=date(2025, 5, 6))
    market.line("skins_sa", "2025-05", TUNDRA, 1, 5)
    assert ask(market, "sales_eur_net", period="2025-05-01/2025-05-10").totals["sales_eur_net"] == 10
    assert ask(market, "sales_eur_net", period="2025-05").totals["sales_eur_net"] == 15


def test_unconverted_money_is_named_beside_revenue(market):
    market.line("skins_sa", "2025-05", TUNDRA, 2, None, local="641908.58")
    result = ask(market, "sales_eur_net", by="reseller", period="2025-05")
    assert text_of(result, "not_converted").replace("\u202f", " ").startswith("ZAR 641 908.58 of Skins SA not converted")
    assert "not_converted" not in kinds(ask(market, "units", period="2025-05"))


def test_held_money_of_the_period_is_named(market):
    market.held("liberty", "2025-05-05/2025-05-11", 2, "320.50")
    market.held("liberty", "2025-03-03/2025-03-09", 2, 99)
    text = text_of(ask(market, "sales_eur_net", period="2025-05"), "held").replace("\u202f", " ")
    assert text == "Liberty holds 1 row in the inbox (€ 320.50 net), not in these figures."
    assert "held" not in kinds(ask(market, "sales_eur_net", period="2025-05", where={"reseller": "Galilu"}))


def test_money_derived_from_list_prices_is_named(market):
    market.line("galilu", "2025-05", TUNDRA, 2, 360, valued=True)
    assert "derived from list prices" in text_of(ask(market, "sales_eur_net"), "valued")


def test_without_bulk_leaves_bulk_lines_out_and_says_how_much(market):
    market.line("galilu", "2025-05", TUNDRA, 500, 1000, bulk=True)
    market.line("galilu", "2025-05", TUNDRA, 2, 360)
    result = ask(market, ["sales_eur_net", "units"], without_bulk=True)
    assert result.frame.row(0) == (Decimal(360), 2)
    assert "500 bulk units" in text_of(result, "left_out")


def test_missing_months_and_different_ends_are_named(market):
    market.covers("galilu", "2025-03", "2025-04")
    market.covers("skins_sa", "2025-03", "2025-04", "2025-05")
    result = ask(market, "sales_eur_net", period="2025-Q2")
    assert text_of(result, "missing") == "Not loaded yet: Galilu (May–Jun 2025) and Skins SA (June 2025)."
    assert text_of(result, "data_through") == "Data through 31 May 2025, but Galilu 30 April 2025."
    assert result.data_through == {"Galilu": date(2025, 4, 30), "Skins SA": date(2025, 5, 31)}
    assert (result.resellers_covered, result.resellers_expected) == ((), ("Galilu", "Skins SA"))


def test_a_complete_period_has_no_missing_slices(market):
    market.covers("galilu", "2025-04", "2025-05")
    result = ask(market, "sales_eur_net", period="2025-05")
    assert (result.resellers_covered, kinds(result)) == (("Galilu",), [])


def test_partial_months_are_called_provisional(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10, provisional=True)
    market.covers("galilu", "2025-04", "2025-05")
    result = ask(market, "sales_eur_net", period="2025-05")
    assert "May 2025 is partial" in text_of(result, "provisional")
    assert result.data_through == {"Galilu": date(2025, 4, 30)}


def test_cities_of_customers_are_hidden_until_allowed(market):
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100, city="Oulu")
    hidden = ask(market, "sales_eur_net", by="city")
    assert hidden.frame["city"].to_list() == [NOT_STATED]
    assert "city" in kinds(hidden)
    market.set_state("show_city", True)
    assert ask(market, "sales_eur_net", by="city").frame["city"].to_list() == ["Oulu"]


def test_a_scope_sees_its_resellers_only(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.line("skins_sa", "2025-05", TUNDRA, 1, 5)
    market.held("liberty", "2025-05-05/2025-05-11", 2, 320)
    market.fill_rollup()
    mine = ask(market, ["sales_eur_net", "share"], by="reseller", scope=(market.resellers["galilu"],))
    assert mine.frame.rows() == [("Galilu", Decimal(10), Decimal(1))]
    assert "held" not in kinds(mine)
    assert ask(market, "sales_eur_net", scope=()).totals["sales_eur_net"] is None


def test_the_statement_is_shown_with_its_values(market):
    sql = ask(market, "sales_eur_net", by="reseller", period="2025-05", where={"product": "NLGOT100"}).sql
    assert sql.startswith("-- Net revenue by Reseller, 2025-05-01/2025-05-31")
    assert "'2025-05-01'::date" in sql and "{NLGOT100}" in sql and "%(" not in sql


def test_unknown_names_are_refused_with_the_nearest(market):
    with pytest.raises(BadQuestion, match="Did you mean sales_eur_net"):
        ask(market, "sales_eur_nett")
    with pytest.raises(BadQuestion, match="reseller"):
        ask(market, "units", by="resellr")
    with pytest.raises(BadQuestion, match="line kind"):
        ask(market, "units", line_kinds=("gift",))
    with pytest.raises(BadQuestion, match="ordered"):
        ask(market, "units", by="month", order_by="share")
    with pytest.raises(BadQuestion, match="needs a period"):
        ask(market, "units", compare="prior_year")


def test_the_data_version_is_part_of_the_answer(market):
    market.set_state("data_version", 412)
    assert ask(market, "units").data_version == 412


def test_bulk_can_be_left_out_of_the_average_price(market):
    market.line("galilu", "2025-05", TUNDRA, 500, 1000, bulk=True)
    market.line("galilu", "2025-05", TUNDRA, 2, 360)
    totals = ask(market, ["average_unit_price", "average_unit_price_without_bulk"]).totals
    assert totals["average_unit_price_without_bulk"] == 180 and totals["average_unit_price"] == round(Decimal(1360) / 502, 9)


def test_price_realisation_takes_the_list_price_of_the_month_and_currency(market):
    """2 units for PLN 1,800 where the list says 1,000 each until May and 2,000 after; the net line of Skins SA is 9 tenths of list too."""
    with market.database.write() as c:
        c.execute(
            tables.price_list.insert(),
            [
                {"ean": TUNDRA, "currency": currency, "valid_from": day, "unit_price": price}
                for currency, day, price in (
                    ("PLN", date(2024, 1, 1), 1000),
                    ("PLN", date(2025, 6, 1), 2000),
                    ("ZAR", date(2024, 1, 1), 5000),
                )
            ],
        )
    market.line("galilu", "2025-05", TUNDRA, 2, 360, local=1800, vat_basis="gross", sales_eur_gross=Decimal(450))
    market.line("skins_sa", "2025-05", TUNDRA, 1, 200, local=3600, vat_basis="net", sales_eur_gross=Decimal(250))
    market.line("galilu", "2025-05", SAUNA, 1, 77, local=300, vat_basis="gross")
    frame = ask(market, "price_realisation", by="reseller", order_by="reseller").frame
    assert frame.rows() == [("Galilu", Decimal("0.9")), ("Skins SA", Decimal("0.9"))]


@pytest.mark.parametrize("question", [monthly, by_reseller, by_product, channel_mix, key_figures])
def test_the_overview_reads_sums_never_single_lines(market, question):
    """The plan of each question of the overview: no table of lines."""
    market.order_line("A1", "2025-05-02", TUNDRA, 1, 100)
    market.fill_rollup()
    query = question((), parse_period("2025-01-01/2025-11-22"))
    for asked in (query, bridging.bridge_query(query)):
        with market.database.reader() as connection:
            plan = str(connection.execute(f"explain {run(market.database, asked, None, TODAY).sql}").fetchall())
        assert re.search("on sales_(totals|months)", plan) and not re.search("sellout_entries2|ecommerce_orders|sales_rollup", plan)
        assert ("on order_days" in plan) == ("orders" in asked.measures)


def page_of(market: Market):
    market.line("galilu", "2024-05", TUNDRA, 3, 30)
    market.line("galilu", "2025-05", TUNDRA, 4, 44)
    market.line("galilu", "2025-05", SAUNA, 1, 12)
    market.order_line("A", "2025-05-03", TUNDRA, 1, 8)
    market.covers("galilu", "2024-05", "2025-05")
    market.fill_rollup()
    return overview((), parse_period("2025-05"))


def test_the_questions_of_a_page_have_the_same_answers_together_as_alone(market):
    queries = page_of(market)
    together = run_all(market.database, queries, None, TODAY)
    alone = [run(market.database, query, None, TODAY) for query in queries]
    for one, other in zip(together, alone, strict=True):
        assert one.frame.equals(other.frame.select(one.frame.columns)) and one.caveats == other.caveats
        assert {name: other.totals[name] for name in one.totals} == one.totals


def test_a_month_asked_alone_and_among_others_is_read_once(market):
    queries = page_of(market)
    for listed in (queries, queries[::-1]):
        answers = run_all(market.database, listed, None, TODAY)
        narrow, wide = sorted((answer for answer in answers if answer.query.by == ("month",)), key=lambda one: len(one.query.measures))
        assert (wide.sql, len(wide.query.measures), len(narrow.query.measures)) == (narrow.sql, 5, 1)


def test_a_month_of_gifts_alone_is_no_row_of_a_question_that_does_not_read_gifts(market):
    market.order_line("A", "2025-05-03", TUNDRA, 1, 8)
    market.order_line("B", "2025-06-03", TUNDRA, 1, 0, line_kind="sample", payment_fee=1)
    market.fill_rollup()
    queries = [build_query(measures, "month", None, "2025") for measures in (["units"], ["units", "payment_fee"], ["units", "lines"])]
    assert [answer.frame.height for answer in run_all(market.database, queries, None, TODAY)] == [1, 2, 1]


def test_a_page_that_takes_too_long_is_refused_with_a_sentence(market):
    slow = replace(market.database, query_seconds=0.001)
    with pytest.raises(QueryRefused, match="longer than"):
        run_all(slow, page_of(market), None, TODAY)
