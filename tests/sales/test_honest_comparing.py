"""Comparisons that would flatter or frighten: each case with its figures counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.sales.calendar_reading import read_calendar
from core.sales.equal_days import equalise, trading_query
from core.sales.query import build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market


def ask(market: Market, period, compare="prior_year", by=(), measures="sales_eur_net", today="2025-07-15", **options):
    query = build_query(measures, by, options.pop("where", None), period, compare, **options)
    return run(market.database, query, None, date.fromisoformat(today))


def compared(result, measure="sales_eur_net") -> tuple[object, ...]:
    """All of now, the comparable part of it, before."""
    return tuple(result.totals[f"{measure}{suffix}"] for suffix in ("", "_comparable", "_before"))


def said(result, kind: str) -> str:
    return " ".join(c.text for c in result.caveats if c.kind == kind).replace("\u202f", " ")


def test_a_shorter_period_of_ones_own_choice_takes_no_weeks_from_after_it(market):
    """Four weeks against two chosen ones: the first two are compared, and the weeks after the chosen ones are in no figure."""
    for day, net in (("2025-05-11", 10), ("2025-05-18", 20), ("2025-05-25", 30), ("2025-06-01", 40)):
        market.line("liberty", week(day), TUNDRA, 1, net)
    for day, net in (("2024-03-10", 1), ("2024-03-17", 2), ("2024-03-24", 300), ("2024-03-31", 400)):
        market.line("liberty", week(day), TUNDRA, 1, net)
    market.covers_weeks("liberty", "2024-03-10", "2025-06-29")
    result = ask(market, "2025-05-05/2025-06-01", "2024-03-04/2024-03-17")
    assert compared(result) == (100, 30, 3)


def test_days_outside_of_the_range_are_in_neither_of_the_two_years(market):
    """Skins SA names the day of each order: 5 May lies outside of the range, so 5 May of the year before does too."""
    for day, net in (("2025-05-05", 1), ("2025-05-25", 10), ("2024-05-05", 500), ("2024-05-25", 8)):
        market.line("skins_sa", day[:7], TUNDRA, 1, net, sale_date=date.fromisoformat(day))
    market.line("skins_sa", "2024-05", TUNDRA, 1, 2)
    market.covers("skins_sa", "2024-05", "2024-06", "2025-05", "2025-06")
    assert compared(ask(market, "2025-05-20/2025-06-30")) == (10, 10, 10)
    market.fill_rollup()
    for by in ((), "product", "store"):
        assert compared(ask(market, "2025-05-20/2025-06-30", by=by)) == (10, 10, 10)


def test_the_first_month_of_a_weekly_reseller_is_no_month_if_it_began_in_the_midst(market):
    """Two weeks of March against five of a whole one would be a rise of 150 % that nobody sold."""
    for day in ("2025-03-23", "2025-03-30", "2025-04-06", "2025-04-13", "2025-04-20", "2025-04-27"):
        market.line("liberty", week(day), TUNDRA, 1, 10)
        market.covers("liberty", week(day))
    result = ask(market, "2025-04", "prior_period")
    assert compared(result) == (40, None, None)
    assert said(result, "comparison").startswith("Nothing can be compared")


def weeks(market: Market, first_end: str, last_end: str, net: int) -> None:
    """A line of so much in each week."""
    end = date.fromisoformat(first_end)
    while end <= date.fromisoformat(last_end):
        market.line("liberty", week(str(end)), TUNDRA, 1, net)
        market.covers("liberty", week(str(end)))
        end += timedelta(days=7)


def test_a_week_is_never_compared_with_a_month_of_the_time_before_files_came_weekly(market):
    """A month of 400 counts on 30 April 2024, inside the week that lies 364 days before the one from 28 April 2025: no fall of 75 %."""
    for month in ("2024-04", "2024-05"):
        market.line("liberty", month, TUNDRA, 1, 400)
        market.covers("liberty", month)
    weeks(market, "2025-04-06", "2025-06-01", 100)
    for period in ("2025-04-28/2025-05-04", "2025-05"):
        assert compared(ask(market, period))[1:] == (None, None)
    market.change_reseller("liberty", cadence="monthly")
    assert compared(ask(market, "2025-05"))[1:] == (None, None)


def test_a_quarter_in_one_file_is_compared_with_the_three_months_of_the_other_year_only(market):
    market.line("galilu", "2024-01-01/2024-03-31", TUNDRA, 3, 300)
    market.covers_as_one("galilu", "2024-01-01/2024-03-31")
    for month in ("2025-01", "2025-02", "2025-03"):
        market.line("galilu", month, TUNDRA, 1, 110)
        market.covers("galilu", month)
    assert compared(ask(market, "2025-03")) == (110, None, None)
    assert compared(ask(market, "2025-Q1")) == (330, 330, 300)
    whole = ask(market, "2024", None, by="month")
    assert said(whole, "grain") == "Galilu states several months as one: such lines are not spread, but stand in one of them."


def test_five_weeks_against_four_are_said(market):
    weeks(market, "2025-05-04", "2025-06-29", 100)
    result = ask(market, "2025-06", "prior_period")
    assert compared(result) == (500, 500, 400)
    assert said(result, "comparison") == "1 of 1 resellers, June 2025 in both periods."
    assert "Liberty states weeks: 5 count in the period, 4 in the earlier one" in said(result, "calendar")


def test_on_equal_days_five_even_weeks_are_no_more_than_four(market):
    weeks(market, "2025-03-02", "2025-07-06", 100)
    period = parse_period("2025-06")
    query = trading_query(build_query("sales_eur_net", (), {}, period, "prior_period"))
    calendar = read_calendar(market.database, lambda one: run(market.database, one, None, date(2025, 7, 15)), (), period)
    (row,) = equalise(run(market.database, query, None, date(2025, 7, 15)), calendar, date(2025, 7, 15)).rows
    assert (row.now, row.before, row.calendar_days) == (500, 400, (35, 28))
    assert abs(row.adjusted) < row.change / 3  # what is left are public holidays


@pytest.mark.parametrize("earlier", [3, 200])
def test_dated_lines_of_a_quarter_in_one_file_are_no_months(market, earlier):
    """A line counts inside the last month of its file's period: a day that it states in another month is not the day it counts on."""
    for month in ("2024-04", "2024-05", "2024-06"):
        for _ in range(earlier // 3):
            market.line("galilu", month, TUNDRA, 1, 100, sale_date=date.fromisoformat(f"{month}-10"))
        market.covers("galilu", month)
    for month in (4, 5, 6):
        market.line("galilu", "2025-04-01/2025-06-30", TUNDRA, 1, 110, sale_date=date(2025, month, 10))
    market.covers_as_one("galilu", "2025-04-01/2025-06-30")
    market.fill_rollup()
    assert compared(ask(market, "2025-04"))[1:] == (None, None) and compared(ask(market, "2025-06"))[1:] == (None, None)
    assert said(ask(market, "2025", None, by="month"), "grain").startswith("Galilu states several months as one")


def test_a_reseller_that_reports_no_longer_is_named(market):
    market.change_reseller("galilu", active_until=date(2024, 12, 31))
    for reseller, month, net in (("galilu", "2024-05", 1000), ("skins_sa", "2024-05", 10), ("skins_sa", "2025-05", 11)):
        market.line(reseller, month, TUNDRA, 1, net)
        market.covers(reseller, month)
    result = ask(market, "2025-05")
    assert compared(result) == (11, 11, 10)
    assert said(result, "comparison").endswith("Only in the earlier period, and in no change: Galilu.")


def test_a_longer_period_of_ones_own_choice_is_said_to_be_compared_in_part(market):
    for day, net in (("2024-03-05", 5), ("2024-04-20", 900), ("2025-05-03", 7)):
        market.order_line(day, day, TUNDRA, 1, net)
    market.covers("online", "2024-01-01/2025-06-30")
    result = ask(market, "2025-05", "2024-03/2024-04")
    assert compared(result) == (7, 7, 5)
    assert "31 days against 61: the change is of May 2025 against March 2024 only." in said(result, "calendar")


def test_a_weekday_of_last_year_is_the_weekday_it_was(market):
    """10 May was a Friday in 2024 and is a Saturday in 2025."""
    market.order_line("A", "2024-05-10", TUNDRA, 1, 70)
    market.order_line("B", "2025-05-10", TUNDRA, 1, 80)
    market.covers("online", "2024-01-01/2025-06-30")
    frame = ask(market, "2025-05", by="weekday").frame
    assert frame.select("weekday", "sales_eur_net", "sales_eur_net_before").rows() == [("Friday", 0, 70), ("Saturday", 80, 0)]


def test_the_29_of_february_beside_the_28_is_said_where_days_are_shown(market):
    for day, net in (("2024-02-28", 10), ("2024-02-29", 100), ("2025-02-28", 10)):
        market.order_line(day, day, TUNDRA, 1, net)
    market.covers("online", "2024-01-01/2025-06-30")
    sentence = "Days that the later month does not have stand beside its last: 29 February 2024 beside 28 February 2025."
    assert sentence in said(ask(market, "2025-02", by="day"), "calendar")
    assert sentence not in said(ask(market, "2025-02"), "calendar")


def test_a_question_about_one_place_misses_no_file_of_another(market):
    market.store("galilu", "Kraków")
    for reseller, month, store in (("galilu", "2024-05", "Kraków"), ("galilu", "2025-05", "Kraków"), ("skins_sa", "2024-05", None)):
        market.line(reseller, month, TUNDRA, 1, 10, store=store)
        market.covers(reseller, month)
    for where in ({"store": "Kraków"}, {"country": "PL"}, {"currency": "pln"}):
        result = ask(market, "2025-05", where=where)
        assert said(result, "missing") == ""
        assert said(result, "comparison") == "1 of 1 resellers, May 2025 in both periods."
    assert said(ask(market, "2025-05"), "missing") == "Not loaded yet: Skins SA (May 2025)."


def test_of_a_longer_period_than_the_one_before_its_compared_part_is_named(market):
    market.order_line("A", "2024-03-03", TUNDRA, 1, 10)
    market.covers("online", "2024-03-01/2024-03-31", "2025-04-01/2025-05-31")
    result = ask(market, "2025-04-01/2025-05-31", "2024-03")
    assert "61 days against 31: the change is of 1 April–1 May 2025 against March 2024 only." in said(result, "calendar")


def test_who_names_no_stores_has_no_number_of_stores(market):
    market.store("galilu", "Kraków")
    market.line("galilu", "2025-05", TUNDRA, 1, 10, store="Kraków")
    market.line("skins_sa", "2025-05", None, 1, 10)
    found = ask(market, "2025-05", None, by="reseller", measures=["active_stores", "active_products"]).frame
    assert sorted(found.rows()) == [("Galilu", 1, 1), ("Skins SA", None, None)]


def test_who_names_stores_no_longer_has_lost_none(market):
    market.store("galilu", "Kraków")
    market.line("galilu", "2024-05", TUNDRA, 1, 10, store="Kraków")
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    market.covers("galilu", "2024-05", "2025-05")
    (row,) = ask(market, "2025-05", by="reseller", measures=["active_stores", "active_products"]).frame.rows(named=True)
    assert (row["active_stores"], row["active_stores_before"], row["active_stores_change"]) == (None, 1, None)
    assert row["active_products_change"] == 0


def test_money_of_a_whole_span_beside_months_covers_no_month_that_is_missing(market):
    """A living workbook states units by month and, in a view of its own, euros from January to May: March was never stated."""
    for month in ("2025-01", "2025-02", "2025-04", "2025-05"):
        market.line("galilu", month, TUNDRA, 1, 10)
        market.covers("galilu", month, view="product_month")
    market.covers_as_one("galilu", "2025-01-01/2025-05-31", view="product_span_euro")
    assert said(ask(market, "2025-01/2025-05", None), "missing") == "Not loaded yet: Galilu (March 2025)."


def week(last_day: str) -> str:
    end = date.fromisoformat(last_day)
    return f"{date.fromordinal(end.toordinal() - 6)}/{end}"


def dated_months(market, *months: str, reseller: str = "galilu", lines: int = 60) -> None:
    """So many lines of 10 a month, all on its 10th."""
    for month in months:
        for _ in range(lines):
            market.line(reseller, month, TUNDRA, 1, 10, sale_date=date.fromisoformat(f"{month}-10"))
        market.covers(reseller, month)


def test_the_months_of_a_few_lines_in_a_longer_file_are_named_as_left_out(market):
    """Of 181 dated lines one stands in a quarter's file, which is no month: January to March are in no change, and said so."""
    dated_months(market, "2024-01", "2024-02", "2024-03", "2024-04", "2025-04", "2025-05")
    market.line("galilu", "2025-01-01/2025-03-31", TUNDRA, 1, 10, sale_date=date(2025, 3, 10))
    market.covers_as_one("galilu", "2025-01-01/2025-03-31")
    market.fill_rollup()
    result = ask(market, "2025-01/2025-04")
    assert compared(result) == (610, 600, 600)
    assert said(result, "comparison") == "1 of 1 resellers, April 2025 in both periods; left out of the change: Galilu (Q1 2025)."


def test_the_months_of_a_shop_that_was_not_there_before_are_named_as_left_out(market):
    for day in ("2024-04-10", "2025-03-10", "2025-04-10"):
        market.order_line(day, day, TUNDRA, 1, 10)
    market.covers("online", "2024-04-01/2025-04-30")
    result = ask(market, "2025-03/2025-04")
    assert compared(result) == (20, 10, 10)
    assert said(result, "comparison").endswith("left out of the change: Online (March 2025).")


def test_days_of_a_longer_file_are_compared_with_no_days(market):
    """364 days before the days of March 2025 lie days of a quarter's file, whose few lines count on its end: they are no days."""
    dated_months(market, "2024-04", "2025-03", "2025-04", lines=100)
    market.line("galilu", "2024-01-01/2024-03-31", TUNDRA, 1, 700, sale_date=date(2024, 3, 11))
    market.covers_as_one("galilu", "2024-01-01/2024-03-31")
    market.fill_rollup()
    result = ask(market, "2025-03", "prior_year_weeks")
    assert compared(result)[1:] == (None, None)  # only 31 March stands against a day, 1 April 2024; both without a line
    assert said(result, "comparison").startswith("1 of 1 resellers, 31 March 2025 in both periods")


def test_a_week_among_days_that_states_no_day_makes_its_sender_no_day_sender(market):
    """Skins SA sends any range: days last year, a week this year. Its week is not the Sunday that it counts on."""
    market.change_reseller("skins_sa", cadence="any")
    for day in range(1, 31):
        market.line("skins_sa", f"2024-06-{day:02}/2024-06-{day:02}", TUNDRA, 1, 10)
    market.covers("skins_sa", "2024-06-01/2024-06-30")
    market.line("skins_sa", "2025-06-09/2025-06-15", TUNDRA, 7, 70)
    market.covers("skins_sa", "2025-06-09/2025-06-15")
    market.fill_rollup()
    result = ask(market, "2025-06-09/2025-06-13")
    assert compared(result) == (None, None, None)  # as days: nothing against 50
    assert said(result, "comparison").startswith("Nothing can be compared")
    assert compared(ask(market, "2025-06-15/2025-06-15"))[1:] == (None, None)  # as days: 70 against 10, +600 %
