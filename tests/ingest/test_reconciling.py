"""The file's own totals, and the year-to-date chain across files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from core.catalogue.records import Reseller
from core.ingest.reconciling import WeekToDate, chain_problems, disagreements, link, reconcile
from core.ingest.shapes import ControlTotal, complete_rows

SHOP = Reseller(1, "skins_nl", "Skins NL", settings={"tolerance_per_row": "0.50"}, tolerance_amount=Decimal("0"))
ROWS = complete_rows(
    pl.DataFrame(
        {
            "store_text": ["Flagship", "Flagship", "Internet"],
            "vendor_key": ["a", "b", "a"],
            "quantity": [2, 1, -1],
            "amount_local": [Decimal("20.00"), Decimal("5.50"), Decimal("-10.00")],
        }
    )
).with_columns(pl.Series("rule", [None, "unmatched_product", None], pl.String))


def judged(measure: str, value: str, **where) -> dict:
    control = ControlTotal("Total", measure, Decimal(value), "N9", "Sheet", where)
    return reconcile(ROWS, [control], Reseller(1, "x", "X", tolerance_amount=Decimal("0.005"))).row(0, named=True)


def test_held_rows_count_in_the_proof_and_are_stated_apart():
    row = judged("amount", "15.50")
    assert (row["loaded_value"], row["held_value"], row["difference"], row["agrees"]) == (Decimal("15.5"), Decimal("5.5"), 0, True)


@pytest.mark.parametrize(
    ("measure", "value", "where", "agrees"),
    [
        ("units", "3", {"store_text": "Flagship"}, True),
        ("units", "2", {"store_text": "Flagship"}, False),
        ("units", "1", {"vendor_key": ("a",)}, True),
        ("amount", "25.51", {"store_text": "Flagship"}, False),
        ("amount", "25.504", {"store_text": "Flagship"}, True),
        ("units", "0", {"store_text": "Nobody"}, True),
    ],
)
def test_totals_are_judged_over_what_they_add_up(measure, value, where, agrees):
    assert judged(measure, value, **where)["agrees"] is agrees


def test_rounded_rows_may_differ_by_half_a_euro_each():
    control = [ControlTotal("Locations", "amount", Decimal(value)) for value in ("17", "17.01")]
    assert reconcile(ROWS, control, SHOP)["agrees"].to_list() == [True, False]


def test_further_views_are_summed_only_when_named():
    both = pl.concat([ROWS, ROWS.with_columns(pl.lit("location_month").alias("view"), pl.lit(False).alias("primary_view"))])
    controls = [ControlTotal("Units", "units", Decimal(2)), ControlTotal("Units", "units", Decimal(2), over=("location_month",))]
    assert reconcile(both, controls, SHOP)["agrees"].all()


def test_a_disagreement_names_both_figures_and_the_difference():
    wrong = reconcile(ROWS, [ControlTotal("Grand Total", "amount", Decimal("1015.5"), "N9", "Sheet")], SHOP)
    problem = disagreements(wrong, "GBP")[0]
    assert (problem.rule, problem.cell) == ("control_total_mismatch", "N9")
    assert all(text in problem.message.replace("\u202f", " ") for text in ("£ 1 015.50", "£ 15.50", "£ 1 000.00"))


FIRST = date(2025, 5, 19)


def week(number: int, ytd: int, own: int, item: int | None = None) -> WeekToDate:
    start = FIRST + timedelta(weeks=number)
    item = ytd if item is None else item
    keys = {("units", ()): (ytd, own), ("units", (("vendor_key", "a"),)): (item, own)}
    to_date = {key: Decimal(total) for key, (total, _) in keys.items()}
    return WeekToDate(
        number, f"week {number}", start, start + timedelta(days=6), to_date, {key: Decimal(w) for key, (_, w) in keys.items()}
    )


def test_a_closed_chain_says_nothing():
    assert chain_problems(link(week(0, 633, 64), week(1, 687, 54)), "GBP") == []


def test_a_missing_week_is_named_by_its_worth():
    (problem,) = chain_problems(link(week(0, 633, 64), week(2, 754, 67)), "GBP")
    assert problem.rule == "missing_period" and "54 units" in problem.message and problem.value == "2025-05-26/2025-06-01"


def test_a_single_item_that_does_not_follow_is_a_disagreement():
    (problem,) = chain_problems(link(week(0, 633, 64), week(1, 687, 54, item=690)), "GBP")
    assert problem.rule == "control_total_mismatch" and "a" in problem.message and "3 units" in problem.message


def test_a_falling_year_to_date_is_a_new_year():
    assert chain_problems(link(week(0, 633, 64), week(1, 54, 54)), "GBP") == []
