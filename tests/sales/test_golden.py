"""Cases of the calendar and of missing data, each figure counted by hand or by SQL of its own over the tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from core.sales.bridging import bridge, bridge_query, movers
from core.sales.query import build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market

D = Decimal


def ask(market: Market, measures="sales_eur_net", by=(), period=None, compare="prior_year", today="2025-07-15", **options):
    query = build_query(measures, by, options.pop("where", None), period, compare, **options)
    return run(market.database, query, None, date.fromisoformat(today))


def compared(result, measure="sales_eur_net") -> tuple[object, ...]:
    """All of now, the comparable part of it, before, change, ratio."""
    return tuple(result.totals[f"{measure}{suffix}"] for suffix in ("", "_comparable", "_before", "_change", "_change_pct"))


def by_hand(market: Market, statement: str) -> Decimal:
    with market.database.read() as connection:
        return connection.execute(sa.text(statement)).scalar_one()


def said(result, kind: str) -> str:
    return " ".join(c.text for c in result.caveats if c.kind == kind).replace("\u202f", " ")


def test_leap_day_counts_in_the_month_and_is_named(market):
    for day, net in (("2024-02-28", 1), ("2024-02-29", 100), ("2025-02-28", 10)):
        market.order_line(day, day, TUNDRA, 1, net)
    market.covers("online", "2024-01-01/2025-06-30")
    result = ask(market, period="2025-02", by="month")
    assert compared(result) == (10, 10, 101, -91, round(D(-91) / 101, 9))
    assert result.frame["month"].to_list() == [date(2025, 2, 1)]
    assert said(result, "calendar") == "29 February 2024 makes one of the periods a day longer: 28 days against 29."


def test_leap_day_has_no_day_of_its_own_in_the_year_before(market):
    market.order_line("A", "2024-02-29", TUNDRA, 1, 100)
    market.order_line("B", "2023-02-28", TUNDRA, 1, 80)
    market.covers("online", "2023-01-01/2024-12-31")
    result = ask(market, period="2024-02-29", today="2024-12-31")
    assert compared(result) == (100, None, None, None, None)
    assert said(result, "comparison").startswith("Nothing can be compared")


def test_week_53_is_compared_364_days_back(market):
    """Week 53 of 2020 is 28 December to 3 January; 364 days earlier is week 1 of 2020."""
    market.line("liberty", "2020-12-28/2021-01-03", TUNDRA, 5, 500, month=1, year=2021)
    market.line("liberty", "2019-12-30/2020-01-05", TUNDRA, 4, 400)
    market.line("liberty", "2019-12-23/2019-12-29", TUNDRA, 9, 900)
    market.covers_weeks("liberty", "2019-12-29", "2021-01-10")
    result = ask(market, period="2020-W53", today="2021-06-30")
    assert result.compared_with == parse_period("2019-12-30/2020-01-05")
    assert compared(result) == (500, 500, 400, 100, D("0.25"))
    assert said(result, "calendar").startswith("Week 53 of 2020 is compared with week 1 of 2020")


def test_the_web_shop_by_weekday_and_by_date(market):
    """Monday 9 June 2025 is 364 days after Monday 10 June 2024."""
    for day, net in (("2025-06-09", 7), ("2025-06-15", 1), ("2024-06-09", 50), ("2024-06-10", 20), ("2024-06-16", 3)):
        market.order_line(day, day, TUNDRA, 1, net)
    market.covers("online", "2024-01-01/2025-06-30")
    week = "2025-06-09/2025-06-15"
    assert compared(ask(market, period=week))[:3] == (8, 8, 23)
    assert compared(ask(market, period=week, compare="prior_year_weeks"))[:3] == (8, 8, 23)
    assert compared(ask(market, period=week, compare="prior_year_days"))[:3] == (8, 8, 70)
    monday = ask(market, by="day", period=week, compare="prior_year_weeks").frame.row(0)
    assert monday[:4] == (date(2025, 6, 9), 7, 7, 20)


def test_monthly_resellers_compare_months_also_by_weekday(market):
    for month, net in (("2025-05", 60), ("2024-05", 40)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-05", "2025-05")
    assert compared(ask(market, period="2025-05", compare="prior_year_weeks"))[:3] == (60, 60, 40)


def test_easter_moves_from_march_to_april(market):
    for month, net in (("2024-03", 150), ("2024-04", 100), ("2025-03", 100), ("2025-04", 150)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-03", "2024-04", "2025-03", "2025-04")
    april, both = ask(market, period="2025-04"), ask(market, period="2025-03/2025-04")
    assert compared(april)[-1] == D("0.5") and said(april, "calendar").startswith("Easter (20 April 2025) lies in April 2025")
    assert compared(both)[-1] == 0 and said(both, "calendar") == ""
    easter = ask(market, period="2025-04", compare=parse_period("2024-03"))
    assert compared(easter) == (150, 150, 150, 0, 0)


def test_a_missing_vendor_never_makes_its_products_fall(market):
    """Galilu's May is missing: its candle did not fall to nothing, and the total compares Liberty alone."""
    market.line("galilu", "2024-05", CANDLE, 10, 1000)
    market.line("liberty", "2025-05-19/2025-05-25", TUNDRA, 3, 330)
    market.line("liberty", "2024-05-20/2024-05-26", TUNDRA, 3, 300)
    market.covers("galilu", "2024-05")
    market.covers_weeks("liberty", "2024-05-05", "2025-05-25")
    result = ask(market, by="product", period="2025-05")
    assert compared(result) == (330, 330, 300, 30, D("0.1"))
    assert movers(result)["product"].to_list() == ["NLGOT100 · Glow of Tundra 100 ml"]
    assert said(result, "comparison") == "1 of 2 resellers, 28 April–25 May 2025 in both periods; left out of the change: Galilu."
    assert said(result, "missing") == "Not loaded yet: Galilu (May 2025)."
    closing = bridge(ask(market, bridge_query(build_query("units")).measures, bridge_query(build_query("units")).by, "2025-05"))
    assert (closing.lost, closing.price, closing.before, closing.now) == (0, 30, 300, 330)


def test_a_store_that_opened_mid_year_is_growth_but_not_like_for_like(market):
    market.store("galilu", "Kraków")
    market.store("galilu", "Gdańsk", opened=date(2024, 9, 15))
    for store, month, net in (("Kraków", "2024-05", 100), ("Kraków", "2025-05", 110), ("Gdańsk", "2025-05", 90)):
        market.line("galilu", month, TUNDRA, 1, net, store=store)
    market.covers("galilu", "2024-05", "2025-05")
    assert compared(ask(market, period="2025-05"))[-1] == 1
    alike = ask(market, period="2025-05", like_for_like="stores")
    assert compared(alike) == (200, 110, 100, 10, D("0.1"))
    assert alike.base.fell_out[0].reason == "opened 15 September 2024"


def test_a_restated_month_counts_as_it_was_stated_last(market):
    market.line("galilu", "2025-01", TUNDRA, 149, 14900, live=False)
    market.line("galilu", "2025-01", TUNDRA, 152, 15200)
    market.line("galilu", "2024-01", TUNDRA, 100, 10000)
    market.covers("galilu", "2025-01", live=False, content="first")
    market.covers("galilu", "2025-01", content="second")
    market.covers("galilu", "2024-01")
    market.fill_rollup()
    found = ask(market, ["sales_eur_net", "units"], period="2025-01")
    assert compared(found) == (15200, 15200, 10000, 5200, D("0.52"))
    assert found.totals["units"] == by_hand(market, "select sum(quantity) from sellout_entries2 where live and year = 2025")


def test_a_base_of_zero_has_no_percentage(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 40)
    market.line("galilu", "2024-05", SAUNA, 1, 30)
    market.line("galilu", "2024-05", SAUNA, -1, -30)
    market.covers("galilu", "2024-05", "2025-05")
    result = ask(market, by="product", period="2025-05")
    assert compared(result) == (40, 40, 0, 40, None)
    assert result.frame["sales_eur_net_change_pct"].to_list() == [None, None]


def test_a_negative_base_gives_a_change_and_no_percentage(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 40)
    market.line("galilu", "2024-05", TUNDRA, -1, -20)
    market.covers("galilu", "2024-05", "2025-05")
    assert compared(ask(market, period="2025-05")) == (40, 40, -20, 60, None)


def test_a_week_across_a_month_end_counts_once_where_the_rule_puts_it(market):
    """Monday 26 May to Sunday 1 June 2025 ends in June; its counterpart, 27 May to 2 June 2024, does too."""
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 7, 70)
    market.line("liberty", "2024-05-27/2024-06-02", TUNDRA, 5, 50)
    market.covers_weeks("liberty", "2024-04-07", "2025-06-29")
    assert compared(ask(market, period="2025-05")) == (None, None, None, None, None)
    june = ask(market, period="2025-06")
    assert compared(june) == (70, 70, 50, 20, D("0.4"))
    assert said(june, "partial_period") == "Liberty reaches over the edge of the period: 1 line counts inside it, each as a whole."
    year = ask(market, by="month", period="2025-05/2025-06").frame
    assert year.select("month", "sales_eur_net", "sales_eur_net_before").rows() == [(date(2025, 6, 1), 70, 50)]


def test_a_month_partly_inside_the_range_counts_whole_or_not_at_all(market):
    market.line("galilu", "2025-05", TUNDRA, 1, 310)
    assert ask(market, period="2025-05-10/2025-05-20", compare=None).totals["sales_eur_net"] is None
    inside = ask(market, period="2025-05-20/2025-06-10", compare=None)
    assert inside.totals["sales_eur_net"] == 310
    assert said(inside, "partial_period") == "Galilu reaches over the edge of the period: 1 line counts inside it, each as a whole."


def test_the_first_month_of_the_data_has_nothing_before_it(market):
    market.line("galilu", "2025-05", TUNDRA, 4, 400)
    market.covers("galilu", "2025-05")
    for compare in ("prior_year", "prior_period"):
        result = ask(market, period="2025-05", compare=compare)
        assert compared(result) == (400, None, None, None, None)
        assert said(result, "comparison").startswith("Nothing can be compared")
    assert movers(ask(market, by="product", period="2025-05")).height == 0


def test_the_running_month_compares_days_with_days_and_waits_for_months(market):
    """On 14 July the web shop is through the 13th and Galilu's July is not complete: only 1–13 July of the shop are compared."""
    for day, net in (("2025-07-01", 10), ("2025-07-13", 20), ("2024-07-01", 5), ("2024-07-13", 5), ("2024-07-14", 900)):
        market.order_line(day, day, TUNDRA, 1, net)
    market.line("galilu", "2024-07", TUNDRA, 1, 77)
    market.covers("online", "2024-01-01/2025-07-13")
    market.covers("galilu", "2024-07", "2025-06")
    result = ask(market, period="2025-07", today="2025-07-14")
    assert compared(result) == (30, 30, 10, 20, 2)
    assert said(result, "comparison").startswith("1 of 2 resellers, 1–13 July 2025 in both periods")


def test_year_to_date_takes_from_each_only_what_both_years_cover(market):
    """January to May: Galilu lacks May, the shop has everything: (100 + 100 + 7) against (80 + 80 + 5)."""
    for year, net in ((2024, 80), (2025, 100)):
        for month in (1, 2) if year == 2025 else (1, 2, 5):
            market.line("galilu", f"{year}-0{month}", TUNDRA, 1, net)
        market.order_line(f"{year}", f"{year}-05-20", TUNDRA, 1, 7 if year == 2025 else 5)
    market.covers("galilu", *(f"2024-0{m}" for m in range(1, 6)), *(f"2025-0{m}" for m in range(1, 5)))
    market.covers("online", "2024-01-01/2025-05-31")
    result = ask(market, period="2025-01/2025-05", by="reseller")
    assert compared(result) == (207, 207, 165, 42, round(D(42) / 165, 9))
    here = "coalesce(sum(sales_eur_net) filter (where year = {0} and month <= 4), 0)"
    galilu = by_hand(market, f"select {here.format(2025)} - {here.format(2024)} from sellout_entries2")
    assert galilu == result.frame.filter(reseller="Galilu")["sales_eur_net_change"].item() == 40
