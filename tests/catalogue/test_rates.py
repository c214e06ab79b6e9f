"""Exchange rates: a person's override first, then the shipped history, never a silent 1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.catalogue import rates, storing
from core.catalogue.rates import RateNeed

JUNE = date(2024, 6, 9)


def rate(database, currency: str, day: date, method: str = "monthly_average"):
    with database.write() as connection:
        found = rates.rates_for(connection, [RateNeed(currency, day)], method)
    return found.select("fx_rate", "fx_source").row(0) if found.height else None


def test_an_override_wins_over_the_shipped_history(database):
    assert rate(database, "GBP", JUNE)[1] == "ecb"
    with database.write() as connection:
        storing.store_fx_rates(connection, [{"currency": "GBP", "month": "2024-06", "rate_to_eur": "1.5"}])
    assert rate(database, "GBP", JUNE) == (Decimal("1.5"), "override")


def test_a_month_is_one_divided_by_the_mean_of_its_published_days():
    quotes = [quote for day, quote in rates._quotes("GBP").items() if (day.year, day.month) == (2024, 6)]
    assert len(quotes) == 20
    assert abs(rates.monthly_average("GBP", JUNE) * (sum(quotes) / len(quotes)) - 1) < Decimal("1e-9")


def test_a_sunday_takes_the_friday_before(database):
    assert rates.day_rate("GBP", JUNE) == rates.day_rate("GBP", date(2024, 6, 7))
    assert rate(database, "GBP", JUNE, "period_end")[0] == rates.day_rate("GBP", date(2024, 6, 7))


def test_gaps_of_months_have_no_rate(database):
    assert rate(database, "UAH", JUNE) is None and rate(database, "XXX", JUNE) is None
    assert rate(database, "HRK", JUNE) is None, "the kuna ended in 2022"
    assert rate(database, "EUR", JUNE) == (1, "euro")


def test_complete_months_are_kept_where_people_see_them(database):
    rate(database, "SEK", JUNE)
    with database.read() as connection:
        kept = connection.exec_driver_sql("select currency, month, source from fx_rates").all()
    assert kept == [("SEK", date(2024, 6, 1), "ecb")]
