from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.sales import covering, running
from core.sales.forecasting import forecast
from core.sales.histories import histories, histories_query, told
from core.sales.query import Filter
from tests.sales.conftest import SAUNA, TUNDRA, Market
from tests.sales.forecast_series import YEAR

D = Decimal
TODAY = date(2025, 7, 15)
MONTHS = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(30)]  # January 2023 to June 2025


def known(market: Market, measure="sales_eur_net", where=(), grain="month", part="reseller", today=TODAY, **options):
    answer = running.run(market.database, histories_query(measure, where, grain, part), None, today)
    return histories(answer, covering.covered_in(market.database), today, **options)


@pytest.fixture
def two_years(market: Market) -> Market:
    """Galilu by the month through June 2025 but March 2025, Liberty by the week through May, the shop by the day into July."""
    for i, month in enumerate(MONTHS):
        if month != "2025-03":
            market.line("galilu", month, TUNDRA, 10, round(1000 * YEAR[i % 12]))
        market.order_line(month, f"{month}-11", SAUNA, 1, 50 + i)
    market.order_line("running", "2025-07-02", SAUNA, 1, 9999)
    market.covers("galilu", *(month for month in MONTHS if month != "2025-03"))
    market.covers("online", "2023-01-01/2025-07-14")
    return market


def track(found, reseller, part=None):
    return next(t.values for t in found.tracks if t.reseller == reseller and t.part == (part or reseller))


def test_a_missing_month_is_a_gap_and_the_running_one_is_none_yet(two_years):
    found = known(two_years)
    galilu = track(found, "Galilu")
    assert galilu[26] is None and len(galilu) == 30 and galilu[25] == 700
    assert len(track(found, "Online")) == 30 and max(v for v in track(found, "Online")) < 100
    assert (found.through, found.open_steps, found.left_out) == (date(2025, 6, 30), 0, ())


def test_figures_are_those_of_the_tables(two_years):
    with two_years.database.read() as connection:
        month = "to_char(make_date(year, month, 1), 'YYYY-MM')"
        rows = connection.execute(sa.text(f"select {month}, sum(sales_eur_net) from sellout_entries2 group by 1 order by 1")).all()
    found = known(two_years)
    stated = {f"{found.step(i):%Y-%m}": value for (part, _, i), value in found.known.items() if part == "Galilu"}
    assert stated == dict(rows)


def test_a_covered_month_without_sales_is_zero_and_a_series_starts_with_its_first_sale(two_years):
    found = known(two_years, where=(Filter("product", (TUNDRA,)),))
    assert [t.reseller for t in found.tracks] == ["Galilu"]
    market = two_years
    market.line("galilu", "2024-04", SAUNA, 1, 30)
    market.line("galilu", "2024-06", SAUNA, 1, 40)
    again = known(market, where=(Filter("product", (SAUNA,)),))
    assert again.left_out == ()
    sauna = track(again, "Galilu")
    assert sauna[:15] == (None,) * 15 and sauna[15:18] == (30.0, 0.0, 40.0) and sauna[26] is None


def test_money_without_a_rate_is_a_gap_and_no_zero(two_years):
    two_years.line("galilu", "2025-03", TUNDRA, 10, None, local=4000)
    two_years.covers("galilu", "2025-03")
    assert track(known(two_years), "Galilu")[26] is None
    assert track(known(two_years, "units"), "Galilu")[26] == 10


def test_who_is_new_far_behind_or_gone_is_left_out_by_name(two_years):
    market = two_years
    for month in MONTHS[-5:]:
        market.line("skins_sa", month, TUNDRA, 1, 100)
    market.covers("skins_sa", *MONTHS[-5:])
    market.reseller("aromateque", "Aromateque")
    for month in MONTHS[:20]:
        market.line("aromateque", month, TUNDRA, 1, 10)
    market.covers("aromateque", *MONTHS[:20])
    market.change_reseller("galilu", active_until=date(2025, 6, 30))
    found = known(market)
    assert told(found.left_out, "sales_eur_net").replace("\u202f", " ") == (
        "Not in it: Aromateque (nothing complete since August 2024; € 120 in its last known year), Galilu (it reports no longer; "
        "€ 11 400 in its last known year) and Skins SA (5 complete months of the 13 that are needed; € 500 in its last known year)."
    )
    assert {t.reseller for t in found.tracks} == {"Online"}


def test_weeks_are_carried_on_where_weeks_are_stated(two_years):
    market = two_years
    market.covers_weeks("liberty", "2025-05-04", "2025-06-29")
    for end in ("2025-05-04", "2025-06-29"):
        day = date.fromisoformat(end)
        market.line("liberty", f"{date.fromordinal(day.toordinal() - 6)}/{end}", TUNDRA, 3, 300)
    found = known(market, grain="week")
    assert {t.reseller for t in found.tracks} == {"Online"} and found.season == 52
    reasons = {one.reseller: one.reason for one in found.left_out}
    assert reasons == {"Galilu": "it states no whole weeks", "Liberty": "9 complete weeks of the 53 that are needed"}
    assert found.step(0).weekday() == 0 and sum(v or 0 for v in track(found, "Online")) == 1935 + 9999


def test_the_last_month_of_a_late_reseller_is_open(two_years):
    market = two_years
    for month in MONTHS[:29]:
        market.line("skins_sa", month, TUNDRA, 1, 100)
    market.covers("skins_sa", *MONTHS[:29])
    found = known(market)
    assert (found.through, found.open_steps) == (date(2025, 5, 31), 1)
    row = forecast(found, 1).rows[0]
    assert (row.reported, row.expected) == (900 + 79, 900 + 79 + 100)


def test_parts_beyond_the_largest_are_one_row(two_years):
    found = known(two_years, part="product", most=1)
    assert {t.part for t in found.tracks} == {"NLGOT100 · Glow of Tundra 100 ml", "others"}


def test_nobody_else_is_read_in_a_scope(two_years):
    answer = running.run(two_years.database, histories_query("units", ()), (two_years.resellers["online"],), TODAY)
    found = histories(answer, covering.covered_in(two_years.database, (two_years.resellers["online"],)), TODAY)
    assert {t.reseller for t in found.tracks} == {"Online"}


def test_leap_days_and_short_months_are_whole_months(market):
    market.order_line("A", "2024-02-29", SAUNA, 1, 29)
    market.covers("online", "2024-01-01/2024-03-30")
    found = known(market, today=date(2024, 3, 31))
    assert found.tracks == () and [one.reason for one in found.left_out] == ["1 complete month of the 13 that are needed"]
