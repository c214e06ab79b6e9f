"""Comparisons that would flatter or frighten: each case with its figures counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.sales.query import build_query
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market

D = Decimal


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


def week(last_day: str) -> str:
    end = date.fromisoformat(last_day)
    return f"{date.fromordinal(end.toordinal() - 6)}/{end}"
