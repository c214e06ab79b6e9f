from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.comparing import align, explain, prior_period, prior_year
from core.sales.covered import Covered, Sender, join, months_in
from core.sales.query import Period, build_query, parse_period
from core.sales.running import run
from tests.sales.conftest import SAUNA, TUNDRA

TODAY = date(2025, 7, 15)
GALILU = Sender(1, "Galilu", "galilu", "monthly")
LIBERTY = Sender(2, "Liberty", "liberty", "weekly")
SHOP = Sender(3, "Online", "online", "any")
SKINS = Sender(4, "Skins SA", "skins_sa", "monthly", dated=True)


def periods(*texts: str) -> tuple[Period, ...]:
    return tuple(parse_period(text) for text in texts)


def aligned(sender: Sender, now: str, comparison, *slices: str, today: date = TODAY):
    stated = periods(*slices)
    stated = tuple(month for span in stated for month in months_in(span)) if sender.key in ("galilu", "skins_sa") else stated
    covered = Covered((sender,), {sender.reseller_id: stated})
    return align(parse_period(now), comparison, covered, [sender], today)


@pytest.mark.parametrize(
    ("period", "year", "before"),
    [
        ("2025-05", "2024-05", "2025-04"),
        ("2025-02", "2024-02", "2025-01"),
        ("2025", "2024", "2024"),
        ("2025-01/2025-05", "2024-01/2024-05", "2024-08/2024-12"),
        ("2025-06-01/2025-06-14", "2024-06-01/2024-06-14", "2025-05-18/2025-05-31"),
        ("2025-06-09/2025-06-15", "2024-06-10/2024-06-16", "2025-06-02/2025-06-08"),
        ("2024-02-29", "2023-02-28", "2024-02-28"),
    ],
)
def test_the_period_before_is_as_people_expect(period, year, before):
    assert prior_year(parse_period(period)) == parse_period(year)
    assert prior_period(parse_period(period)) == parse_period(before)


def test_only_months_covered_in_both_years_are_compared():
    found = aligned(GALILU, "2025-01/2025-06", "prior_year", "2024-01/2024-12", "2025-01/2025-04")
    assert found.common == periods("2025-01/2025-04")
    assert [p.before for p in found.pairs] == list(periods("2024-01/2024-04"))


def test_a_month_that_has_not_ended_waits_until_it_is_complete():
    found = aligned(GALILU, "2025", "prior_year", "2024", "2025-01/2025-07", today=date(2025, 7, 15))
    assert found.common == periods("2025-01/2025-06")


def test_a_new_reseller_has_nothing_to_compare():
    found = aligned(GALILU, "2025-05", "prior_year", "2025-05")
    assert (found.pairs, found.compared, found.concerned) == ((), (), ("Galilu",))
    assert explain(found).startswith("Nothing can be compared")


def test_weeks_compare_with_the_week_364_days_earlier():
    weeks = ("2025-05-26/2025-06-01", "2025-06-02/2025-06-08", "2024-05-27/2024-06-02")
    found = aligned(LIBERTY, "2025-06", "prior_year", *weeks)
    assert [(p.now, p.before, p.add_days) for p in found.pairs] == [(*periods("2025-05-26/2025-06-01", "2024-05-27/2024-06-02"), 364)]
    assert "Liberty (2–8 June 2025)" in explain(found)


def test_a_week_lands_in_the_month_of_its_counterpart_whatever_the_rule():
    by_start = Sender(2, "Liberty", "liberty", "weekly", "week_start")
    found = aligned(by_start, "2025-03", "prior_year", "2025-03-31/2025-04-06", "2024-04-01/2024-04-07")
    assert [(p.before, p.lands_on) for p in found.pairs] == [(*periods("2024-04-01/2024-04-07"), date(2025, 3, 31))]


def test_a_running_month_of_the_web_shop_compares_the_same_days():
    found = aligned(SHOP, "2025-07", "prior_year", "2024", "2025-01-01/2025-07-14")
    assert [(p.now, p.before) for p in found.pairs] == [periods("2025-07-01/2025-07-14", "2024-07-01/2024-07-14")]


def test_monthly_files_with_days_compare_the_same_days_and_never_half_a_month_with_a_whole_one():
    stated = ("2024-04/2024-05", "2025-04/2025-05")
    part = aligned(SKINS, "2025-04-10/2025-05-05", "prior_year", *stated)
    assert [(str(p.now), str(p.before)) for p in part.pairs] == [("2025-04-10/2025-05-05", "2024-04-10/2024-05-05")]
    whole, by_month = (aligned(one, "2025-04/2025-05", "prior_year", *stated) for one in (SKINS, replace(SKINS, dated=False)))
    assert whole.pairs == by_month.pairs and whole.common == periods("2025-04/2025-05")


def test_weekly_months_compare_with_the_month_before_only_when_all_weeks_are_there():
    weeks = ["2025-03-31/2025-04-06", "2025-04-07/2025-04-13", "2025-04-14/2025-04-20", "2025-04-21/2025-04-27"]
    weeks += ["2025-04-28/2025-05-04", "2025-05-05/2025-05-11", "2025-05-12/2025-05-18", "2025-05-19/2025-05-25"]
    assert len(aligned(LIBERTY, "2025-05", "prior_period", *weeks).pairs) == 1
    assert aligned(LIBERTY, "2025-05", "prior_period", *weeks[:-1]).pairs == ()


def test_the_explanation_counts_resellers_and_names_what_is_left_out():
    slices = {1: months_in(parse_period("2024-01/2025-04")), 3: periods("2024", "2025-01-01/2025-05-31")}
    covered = Covered((GALILU, SHOP, Sender(4, "New", "new", "monthly")), {**slices, 4: periods("2025-05")})
    found = align(parse_period("2025-01/2025-05"), "prior_year", covered, covered.senders, TODAY)
    assert explain(found) == "2 of 3 resellers, Jan–May 2025 in both periods; left out of the change: New (May 2025)."


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 60)), max_size=8))
def test_joined_spans_hold_the_same_days_and_never_touch(spans):
    days = [Period(date.fromordinal(739000 + start), date.fromordinal(739000 + start + length)) for start, length in spans]
    joined = join(days)
    expected = {n for p in days for n in range(p.start.toordinal(), p.end.toordinal() + 1)}
    assert {n for p in joined for n in range(p.start.toordinal(), p.end.toordinal() + 1)} == expected
    assert all(a.end.toordinal() + 1 < b.start.toordinal() for a, b in itertools.pairwise(joined))


def compare(market, by=(), period="2025-01/2025-05", measures="sales_eur_net", comparison="prior_year", **options):
    return run(market.database, build_query(measures, by, {}, period, comparison, **options), None, TODAY)


def test_the_change_compares_like_with_like(market):
    for month, net in (("2024-04", 50), ("2024-05", 40), ("2025-04", 60), ("2025-05", 500)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-04", "2025-04", "2025-05")
    result = compare(market)
    names = ["sales_eur_net", "sales_eur_net_comparable", "sales_eur_net_before", "sales_eur_net_change", "sales_eur_net_change_pct"]
    assert result.frame.select(names).row(0) == (560, 60, 50, 10, Decimal("0.2"))
    assert result.compared_with == parse_period("2024-01/2024-05")
    assert "left out of the change: Galilu (May 2025)" in result.caveats[0].text


def test_a_new_product_has_no_percentage_and_a_lost_one_is_minus_everything(market):
    market.line("galilu", "2024-05", TUNDRA, 1, 40)
    market.line("galilu", "2025-05", SAUNA, 1, 30)
    market.covers("galilu", "2024-05", "2025-05")
    frame = compare(market, "product", "2025-05").frame
    values = frame.select("sales_eur_net", "sales_eur_net_before", "sales_eur_net_change", "sales_eur_net_change_pct").rows()
    assert values == [(30, 0, 30, None), (0, 40, -40, -1)]


def test_a_reseller_that_was_not_covered_has_no_change(market):
    market.line("skins_sa", "2025-05", TUNDRA, 1, 30)
    market.covers("skins_sa", "2025-05")
    row = compare(market, "reseller", "2025-05").frame.row(0, named=True)
    assert (row["sales_eur_net"], row["sales_eur_net_before"], row["sales_eur_net_change"]) == (30, None, None)


def test_the_year_before_lands_on_the_month_of_this_year(market):
    for month, net in (("2024-04", 10), ("2024-05", 20), ("2025-04", 11), ("2025-05", 25)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.covers("galilu", "2024-04", "2024-05", "2025-04", "2025-05")
    frame = compare(market, "month").frame
    assert frame.select("month", "sales_eur_net", "sales_eur_net_before").rows() == [(date(2025, 4, 1), 11, 10), (date(2025, 5, 1), 25, 20)]


def test_a_shifted_week_lands_in_the_month_of_its_counterpart(market):
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 1, 70)
    market.line("liberty", "2024-05-27/2024-06-02", TUNDRA, 1, 50)
    market.covers("liberty", "2025-05-26/2025-06-01", "2024-05-27/2024-06-02")
    frame = compare(market, "month", "2025-06").frame
    assert frame.select("month", "sales_eur_net", "sales_eur_net_before").rows() == [(date(2025, 6, 1), 70, 50)]


def test_ratios_and_orders_are_compared_from_their_own_sums(market):
    for order, day, net in (("A", "2024-05-02", 100), ("B", "2024-05-03", 50), ("C", "2025-05-02", 90)):
        market.order_line(order, day, TUNDRA, 1, net)
    market.covers("online", "2024-05", "2025-05")
    row = compare(market, (), "2025-05", ["aov", "orders"]).frame.row(0, named=True)
    assert (row["aov"], row["aov_before"], row["aov_change_pct"]) == (90, 75, Decimal("0.2"))
    assert (row["orders"], row["orders_before"], row["orders_change"]) == (1, 2, -1)


def test_others_of_a_comparison_add_up_too(market):
    for ean, now, before in ((TUNDRA, 50, 40), (SAUNA, 20, 30), (None, 5, 6)):
        market.line("galilu", "2025-05", ean, 1, now)
        market.line("galilu", "2024-05", ean, 1, before)
    market.covers("galilu", "2024-05", "2025-05")
    result = compare(market, "product", "2025-05", limit=1, others=True)
    assert result.frame["sales_eur_net_change"].sum() == result.totals["sales_eur_net_change"] == -1
    assert result.frame["sales_eur_net_before"].to_list() == [40, 36]


def test_rows_can_be_ordered_by_their_change(market):
    for ean, now, before in ((TUNDRA, 50, 40), (SAUNA, 20, 90)):
        market.line("galilu", "2025-05", ean, 1, now)
        market.line("galilu", "2024-05", ean, 1, before)
    market.covers("galilu", "2024-05", "2025-05")
    frame = compare(market, "product", "2025-05", order_by="sales_eur_net_change", descending=False).frame
    assert frame["sales_eur_net_change"].to_list() == [-70, 10]


def test_the_rollup_and_the_facts_compare_alike(market):
    for month, net in (("2024-05", 20), ("2025-05", 25)):
        market.line("galilu", month, TUNDRA, 1, net)
    market.line("liberty", "2025-05-26/2025-06-01", TUNDRA, 1, 70)
    market.line("liberty", "2024-05-27/2024-06-02", TUNDRA, 1, 50)
    market.order_line("A", "2025-06-02", TUNDRA, 1, 8)
    market.order_line("B", "2024-06-03", TUNDRA, 1, 9)
    market.covers("galilu", "2024-05", "2025-05")
    market.covers("liberty", "2025-05-26/2025-06-01", "2024-05-27/2024-06-02")
    market.covers("online", "2025-06-01/2025-06-02", "2024-06-01/2024-06-30")
    from_facts = compare(market, ["month", "reseller"], "2025-05/2025-06")
    market.fill_rollup()
    from_rollup = compare(market, ["month", "reseller"], "2025-05/2025-06")
    assert from_facts.frame.equals(from_rollup.frame) and from_facts.totals == from_rollup.totals
    assert "readable.sales_totals" in from_rollup.sql and "readable.sales_totals" not in from_facts.sql
