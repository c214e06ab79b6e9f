"""Hints at the period, where they come from and how they are weighed."""

from __future__ import annotations

from datetime import date

import pytest

from core.ingest import periods
from core.ingest.shapes import PeriodEvidence, ReadOptions


def month(source: periods.Source, year: int, number: int) -> PeriodEvidence:
    hint = periods.from_months(source, [(year, number)], "test")
    assert hint is not None
    return hint


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("BOXNOX - NORDLYS Monthly Sales Report APR2025 (1).xlsx", date(2025, 4, 1)),
        ("CDLC NORDLYS_Sell_Out_2025 05.xlsx", date(2025, 5, 1)),
        ("Nordlys_Sell_Out_2025_06.xlsx", date(2025, 6, 1)),
        ("NORDLYS_Sell_Out_202504.xlsx", date(2025, 4, 1)),
        ("nordlys sales march'25 (4).xlsx", date(2025, 3, 1)),
        ("NORDLYSPARF_ReportPeriod03-2025 .xlsx", date(2025, 3, 1)),
        ("NORDLYSPARF_ReportPeriod04-2025__1_.xlsx", date(2025, 4, 1)),
        ("Skins SA NORDLYS CY 2025 February.xlsx", date(2025, 2, 1)),
        ("online_orders_may_2025.xlsx", date(2025, 5, 1)),
        ("NORDLYS_Online_2025_06_June.xlsx", date(2025, 6, 1)),
        ("Sprzedaż marzec 2025 - kopia.xlsx", date(2025, 3, 1)),
    ],
)
def test_months_in_file_names(name: str, first: date) -> None:
    assert [hint.start for hint in periods.find_months(name)] == [first]


@pytest.mark.parametrize(
    "name",
    [
        "Nordlys_sellout_Galilu_2025__3_.xlsx",
        "Nordlys_sellout_Galilu_2025 (1).xlsx",
        "Report (4).xlsm",
        "Nordlys weekly sell out FY25.xlsx",
        "NORDLYS_Sell_Out_2025.xlsx",
        "Continuity Supplier Size Report 25_05_2025.xlsx",
        "wc-orders-export-2025-04-30.csv",
        "sell out june.xlsx",
    ],
)
def test_copy_numbers_years_and_days_are_no_months(name: str) -> None:
    assert periods.find_months(name) == ()


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("Size Report 25_05_2025.xlsx", [date(2025, 5, 25)]),
        ("Size Report 08-06-2025.xlsx", [date(2025, 6, 8)]),
        ("Size Report 1_6_2025.xlsx", [date(2025, 6, 1)]),
        ("Size Report 5_52024.xlsx", [date(2024, 5, 5)]),
        ("Size Report 6_07_2025.xlsx", [date(2025, 7, 6)]),
        ("Size Report 1112024.xlsx", [date(2024, 11, 1), date(2024, 1, 11)]),
        ("Size Report 15_06_2025.xlsm - Sales By Size (1).csv", [date(2025, 6, 15)]),
        ("wc-orders-export-2025-04-30.csv", [date(2025, 4, 30)]),
        ("Size Report (4).xlsm", []),
        ("Period 12-2025.xlsx", []),
    ],
)
def test_days_in_file_names(name: str, days: list[date]) -> None:
    assert sorted(periods.find_days(name)) == sorted(days)


def test_an_oddly_written_date_is_noticed() -> None:
    assert periods.is_odd_date("Size Report 1_6_2025.xlsx") and not periods.is_odd_date("Size Report 01_06_2025.xlsx")


def test_week_labels_are_only_numbers() -> None:
    assert periods.find_weeks("Selfridges - NORDLYS Weekly Sell Out FY25 wk15.xlsx") == (15,)


def test_hints_that_agree_give_the_period() -> None:
    reading = periods.resolve([month("columns", 2025, 4), month("file_name", 2025, 4)], "month")
    assert (reading.start, reading.end, reading.conflict) == (date(2025, 4, 1), date(2025, 4, 30), False)
    assert [hint.source for hint in reading.evidence] == ["columns", "file_name"]


def test_a_year_that_contains_the_month_agrees_with_it() -> None:
    year = PeriodEvidence("file_name", "2025", date(2025, 1, 1), date(2025, 12, 31))
    assert not periods.resolve([year, month("header", 2025, 4)], "month").conflict


def test_the_strongest_hint_is_proposed_in_a_conflict() -> None:
    reading = periods.resolve([month("file_name", 2025, 3), month("columns", 2025, 4)], "month")
    assert reading.conflict and reading.start == date(2025, 4, 1) and len(reading.candidates) == 2


def test_the_majority_outweighs_a_title_that_was_copied() -> None:
    reading = periods.resolve([month("title", 2025, 4), month("sheet", 2025, 5), month("file_name", 2025, 5)], "month")
    assert reading.conflict and reading.start == date(2025, 5, 1)
    assert "file contradicts itself" in periods.describe(reading)[0].message


def test_a_persons_answer_ends_the_conflict() -> None:
    answer = ReadOptions(period=(date(2025, 6, 1), date(2025, 6, 30)))
    reading = periods.resolve([month("title", 2025, 4), month("sheet", 2025, 5)], "month", answer)
    assert not reading.conflict and reading.start == date(2025, 6, 1) and len(reading.evidence) == 3


def test_without_a_hint_the_period_is_asked_and_never_today() -> None:
    reading = periods.resolve([None], "month")
    assert reading.start is None and [problem.rule for problem in periods.describe(reading)] == ["no_period_in_name"]


def test_several_equal_candidates_are_asked() -> None:
    candidates = [month("file_name", 2025, 1), month("file_name", 2024, 11)]
    reading = periods.ask_between(candidates, "week")
    assert reading.start is None and len(reading.candidates) == 2


@pytest.mark.parametrize(
    "name",
    ["Report 25th May 2025 v2.xlsx", "WE 25-May-2025.xlsx", "w_e 25 May 25.xlsx", "Report May 25, 2025.xlsx", "Raport 25 maja 2025.xlsx",
     "Report 25_05_25.xlsx", "Report 25.5.25 (1).xlsx"],
)  # fmt: skip
def test_days_in_words_and_with_short_years_in_a_name(name: str) -> None:
    assert date(2025, 5, 25) in periods.find_days(name)


@pytest.mark.parametrize("name", ["Report wk 22 June 2025.xlsx", "Week_22 june 2025.xlsx", "Report 2025 v1.2.3.xlsx"])
def test_numbers_of_weeks_and_versions_are_no_days(name: str) -> None:
    assert periods.find_days(name) == ()


def test_a_short_year_stands_first_only_where_it_can_be_one() -> None:
    assert periods.find_days("Report 10-05-23.xlsx") == (date(2023, 5, 10),)
    assert date(2025, 6, 22) in periods.find_days("Report 25-06-22.xlsx")
