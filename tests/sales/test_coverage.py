from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from core.sales.coverage import coverage, missing_periods, summarise
from core.sales.query import build_query, parse_period
from core.sales.running import run
from core.status import reach
from tests.sales.conftest import TUNDRA, Market

TODAY = date(2025, 7, 15)


def statuses(market: Market, reseller: str, today: date = TODAY, since: str = "2025-01-01", **options) -> dict[str, str]:
    frame = coverage(market.database, None, today, date.fromisoformat(since), **options).filter(pl.col("reseller") == reseller)
    return {f"{row['period_start']:%m-%d}": row["status"] for row in frame.iter_rows(named=True)}


def test_months_are_received_late_and_missing(market):
    market.covers("galilu", "2025-02", "2025-04")
    assert statuses(market, "Galilu") == {
        "01-01": "not expected",
        "02-01": "received",
        "03-01": "missing",
        "04-01": "received",
        "05-01": "missing",
        "06-01": "late",
    }


def test_a_report_is_due_until_its_days_of_grace_have_passed(market):
    market.covers("galilu", "2025-05")
    assert statuses(market, "Galilu", date(2025, 7, 10))["06-01"] == "due"
    assert statuses(market, "Galilu", date(2025, 7, 11))["06-01"] == "late"


def test_a_restated_month_says_so(market):
    market.covers("galilu", "2025-05", content="old", live=False)
    market.covers("galilu", "2025-05", content="new")
    assert statuses(market, "Galilu")["05-01"] == "restated"


def test_a_copy_of_the_same_content_is_no_restatement(market):
    market.covers("galilu", "2025-05", live=False)
    market.covers("galilu", "2025-05")
    assert statuses(market, "Galilu")["05-01"] == "received"


def test_held_money_makes_a_month_partial(market):
    market.covers("galilu", "2025-05")
    market.line("galilu", "2025-05", TUNDRA, 3, 300)
    market.held("galilu", "2025-05", 1, 100)
    row = coverage(market.database, None, TODAY, date(2025, 5, 1)).filter(reseller="Galilu").row(0, named=True)
    assert (row["status"], row["units"], row["sales_eur_net"]) == ("partial", 3, 300)
    assert (row["held_lines"], row["held_eur_net"], row["held_share"]) == (1, 100, Decimal("0.25"))


def test_weeks_follow_the_weekday_of_the_files(market):
    market.covers_weeks("liberty", "2025-06-01", "2025-06-15")
    market.change_reseller("liberty", grace_days=4)
    found = statuses(market, "Liberty", date(2025, 6, 27), "2025-05-26")
    assert found == {"05-26": "received", "06-02": "received", "06-09": "received", "06-16": "late"}


def test_nothing_is_expected_after_a_reseller_stopped(market):
    market.covers("galilu", "2025-03")
    market.change_reseller("galilu", active_until=date(2025, 4, 30))
    found = statuses(market, "Galilu", since="2025-03-01")
    assert found == {"03-01": "received", "04-01": "missing", "05-01": "not expected", "06-01": "not expected"}


def test_web_shop_exports_cover_their_days_without_claims(market):
    market.new_batch("online", period_start=date(2025, 5, 1), period_end=date(2025, 5, 30))
    market.new_batch("online", period_start=date(2025, 6, 2), period_end=date(2025, 6, 20))
    assert statuses(market, "Online", since="2025-05-01") == {"05-01": "received", "06-01": "partial"}


def test_an_undone_batch_covers_nothing(market):
    market.new_batch("online", period_start=date(2025, 5, 1), period_end=date(2025, 5, 31), status="undone")
    assert statuses(market, "Online", since="2025-05-01") == {"05-01": "not expected", "06-01": "not expected"}


def test_a_scope_sees_its_own_coverage_only(market):
    market.covers("galilu", "2025-05")
    market.covers("skins_sa", "2025-05")
    frame = coverage(market.database, (market.resellers["galilu"],), TODAY)
    assert frame["reseller"].unique().to_list() == ["Galilu"]


def test_the_summary_counts_resellers_and_names_the_late_ones(market):
    market.covers("galilu", "2025-05")
    market.covers("skins_sa", "2025-05", "2025-06")
    frame = coverage(market.database, None, date(2025, 7, 14))
    assert summarise(frame, date(2025, 7, 14)) == "June 2025: 1 of 2 resellers; late: Galilu (4 days)."
    assert missing_periods(frame, "Galilu") == (parse_period("2025-06"),)


def test_months_of_a_living_workbook_that_run_are_provisional_until_they_are_due(market):
    market.covers("galilu", "2025-06")
    market.line("galilu", "2025-06", TUNDRA, 3, 300, provisional=True)
    assert statuses(market, "Galilu", date(2025, 7, 5))["06-01"] == "provisional"
    assert statuses(market, "Galilu", date(2025, 7, 11))["06-01"] == "partial"


@pytest.mark.parametrize(("stretch", "status"), [(1, "partial"), (6, "received")])
def test_a_gap_between_exports_is_days_without_orders_where_the_shop_is_as_quiet(market, stretch, status):
    market.new_batch("online", period_start=date(2025, 5, 1), period_end=date(2025, 5, 28))
    market.new_batch("online", period_start=date(2025, 6, 2), period_end=date(2025, 6, 30))
    for day in range(1, 29, stretch + 1):
        market.order_line(str(day), f"2025-05-{day:02d}", TUNDRA, 1, 10)
    market.fill_rollup()
    assert statuses(market, "Online", since="2025-05-01") == {"05-01": status, "06-01": status}


def test_the_usual_day_stands_beside_the_rule(market):
    for month, day in (("2025-02", 6), ("2025-03", 4), ("2025-04", 6)):
        start = date.fromisoformat(f"{month}-01")
        came = date(start.year, start.month + 1, day)
        batch = market.new_batch("galilu", uploaded_at=datetime(came.year, came.month, came.day, tzinfo=UTC))
        market.covers("galilu", month, batch=batch)
    row = coverage(market.database, None, TODAY, date(2025, 5, 1)).filter(reseller="Galilu").row(0, named=True)
    assert (row["due_on"], row["expected_by"]) == (date(2025, 6, 10), date(2025, 6, 6))


def test_every_page_says_the_same_last_day(market):
    market.covers("galilu", "2025-05")
    market.covers("galilu", "2025-06")
    market.line("galilu", "2025-06", TUNDRA, 3, 300, provisional=True)
    shown = run(market.database, build_query("units"))
    assert reach(market.database, None).through == max(shown.data_through.values()) == date(2025, 5, 31)


def test_the_footer_counts_the_resellers_that_reach_the_last_month(market):
    market.covers("galilu", "2025-05")
    market.covers("liberty", "2025-03")
    words = reach(market.database, None).words()
    assert words[0] == "Data through 31 May 2025" and words[1].startswith("1 of ")
