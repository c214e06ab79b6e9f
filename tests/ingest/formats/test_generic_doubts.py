"""Lists that look like sales and are not quite: what a careful analyst would ask about is asked, and never counts in silence."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter

from core.ingest.asking import CONFIRMED
from core.ingest.formats import generic
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats import truth
from tests.ingest.formats.unknown_files import CANDLE, TUNDRA
from tests.ingest.workbook_bytes import book_of, workbook

HEAD = "EAN;Qty;Amount;Month;Year"
MAY = (date(2025, 5, 1), date(2025, 5, 31))


def read(text: str | dict[str, list[list[object]]], name: str = "list.csv", **said: object) -> SalesFrame:
    told = {"currency": "EUR", "vat_basis": "gross", "amount_is": "line", "completeness": "complete", **said}
    data = text.encode() if isinstance(text, str) else workbook(text)
    return generic.read(book_of(data, name), ReadOptions(**told))  # type: ignore[arg-type]


def asked(frame: SalesFrame) -> set[str]:
    return {problem.rule for problem in frame.problems if problem.rule in CONFIRMED} | {q.key for q in frame.questions}


def money(frame: SalesFrame) -> Decimal:
    return frame.rows.filter(pl.col("held_reason").is_null())["amount_local"].sum()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"{HEAD};Type\n{TUNDRA};1;218,00;5;2025;Sale\n{CANDLE};2;192,00;5;2025;Return", "not_a_sale"),
        (f"{HEAD};Status\n{TUNDRA};1;218,00;5;2025;ok\n{CANDLE};2;192,00;5;2025;storniert", "not_a_sale"),
        (f"{HEAD}\n{TUNDRA};1;218,00;5;2025\nReturns;;;;\n{CANDLE};2;192,00;5;2025", "not_a_sale"),
        (f"Sales May 2025;;\nEAN;Qty;Amount\n{TUNDRA};1;218,00\nJune 2025;;\n{CANDLE};2;192,00", "period_in_blocks"),
        (f"Values in thousands EUR;;;;\n{HEAD}\n{TUNDRA};1;0,218;5;2025\n{CANDLE};2;0,1925;5;2025", "amounts_in_thousands"),
        (f"EAN;Qty;Amount;Period\n{TUNDRA};1;218,00;Jan 2025\n{TUNDRA};1;218,00;Q1 2025", "overlapping_periods"),
        (f"Store;{HEAD}\nParis;{TUNDRA};1;218,00;5;2025\n;{CANDLE};2;192,00;5;2025", "store_blank"),
        (f"{HEAD};Currency\n{TUNDRA};1;£218.00;5;2025;EUR\n{CANDLE};2;£192.00;5;2025;EUR", "currency_conflict"),
        (f"EAN;Units sold;Units returned;Amount;Month;Year\n{TUNDRA};3;1;436,00;5;2025\n{CANDLE};2;0;192,00;5;2025", "figures_apart"),
        (f"EAN;Qty;Price;Discount;Month;Year\n{TUNDRA};3;218,00;10,00;5;2025\n{CANDLE};2;96,00;0;5;2025", "figures_apart"),
        (f"EAN;Product;Sales;Month;Year\n{TUNDRA};a;3;5;2025\n{CANDLE};b;2;5;2025", "columns"),
        (f"EAN;Qty;Amount;Week\n{TUNDRA};1;218,00;2025-05-31", "columns"),
    ],
)
def test_what_may_be_no_sale_of_its_period_is_asked_about(text: str, rule: str) -> None:
    assert rule in asked(read(text))


def test_returns_with_a_minus_sign_are_no_doubt() -> None:
    assert not asked(read(f"{HEAD};Type\n{TUNDRA};1;218,00;5;2025;Sale\n{CANDLE};-2;-192,00;5;2025;Return"))


def test_resellers_none_of_whom_was_named_are_not_taken_for_the_one_who_was() -> None:
    text = f"{HEAD};Reseller\n{TUNDRA};1;218,00;5;2025;Boots\n{CANDLE};2;192,00;5;2025;Douglas"
    assert "resellers_mixed" in asked(read(text, reseller="Harrods"))
    assert not asked(read(text, reseller="Boots"))


def test_a_quarter_beside_its_months_is_their_proof_and_no_further_sale() -> None:
    head = ["EAN", "Product", "Jan 2025", "Feb 2025", "Mar 2025", "Q1 2025"]
    frame = read({"S": [head, [TUNDRA, "a", 1, 2, 3, 6], [CANDLE, "b", 1, 1, 1, 4]]}, "list.xlsx", columns={"months": "units"})
    assert frame.rows["quantity"].sum() == 9
    assert truth.disagreeing(frame) == ["Q1 2025, 9524001009004 units: 4 ≠ 3"]


def test_two_columns_under_one_header_are_said() -> None:
    head = ["EAN", "Product", "Jan 2025", "Jan 2025", "Feb 2025", "Feb 2025"]
    frame = read({"S": [head, [TUNDRA, "a", 1, 218, 2, 436], [CANDLE, "b", 1, 96, 2, 192]]}, "list.xlsx")
    assert "columns_repeated" in asked(frame)


def test_the_year_over_months_may_stand_beside_a_word() -> None:
    above = ["", "", "FY 2024", None, None, "FY 2025", None, None]
    head = ["EAN", "Product", "Jan", "Feb", "Mar", "Jan", "Feb", "Mar"]
    frame = read({"S": [above, head, [TUNDRA, "a", 1, 2, 3, 4, 5, 6], [CANDLE, "b", 1, 1, 1, 2, 2, 2]]}, columns={"months": "units"})
    assert (frame.rows["quantity"].sum(), frame.rows["period_start"].n_unique()) == (30, 6)


def test_a_week_number_with_its_year_is_never_a_month() -> None:
    frame = read(f"EAN;Qty;Amount;Week\n{TUNDRA};1;218,00;202501\n{CANDLE};2;192,00;202512")
    assert frame.rows["period_end"].to_list() == [date(2025, 1, 5), date(2025, 3, 23)]


def test_a_single_border_day_is_a_day_or_a_month_only_when_something_says_so() -> None:
    text = f"EAN;Qty;Amount;Date\n{TUNDRA};1;218,00;31.05.2025\n{CANDLE};2;192,00;31.05.2025"
    assert asked(read(text)) == {"period"}
    spans = {name: read(text, name).rows.select("period_start", "period_end").row(0) for name in ("sales May 2025.csv", "2025-05-31.csv")}
    assert spans == {"sales May 2025.csv": MAY, "2025-05-31.csv": (MAY[1], MAY[1])}
    for said in (MAY, (MAY[1], MAY[1])):
        frame = read(text, period=said)
        assert not asked(frame) and frame.rows.select("period_start", "period_end").row(0) == said


def test_a_persons_period_holds_where_no_line_states_a_readable_one() -> None:
    text = f"EAN;Qty;Amount;Period\n{TUNDRA};1;218,00;P11\n{CANDLE};2;192,00;P11"
    assert read(text).period.start is None
    frame = read(text, period=MAY)
    assert (frame.period.start, frame.period.end, money(frame)) == (*MAY, Decimal(410))


def test_a_period_may_be_written_as_its_first_and_last_day() -> None:
    frame = read(f"EAN;Qty;Amount;Period\n{TUNDRA};1;218,00;01.05.2025 - 31.05.2025\n{CANDLE};2;192,00;2025-05-01/2025-05-31")
    assert frame.rows.select("period_start", "period_end").unique().rows() == [MAY]


def test_a_total_price_is_the_money_of_the_line() -> None:
    assert money(read(f"EAN;Qty;Total price;Month;Year\n{TUNDRA};2;436,00;5;2025\n{CANDLE};3;288,50;5;2025")) == Decimal("724.50")


def test_units_of_three_digits_behind_a_sign_are_asked_about_where_the_amounts_say_otherwise() -> None:
    text = f'{HEAD}\n{TUNDRA};1,000;"12,345.67";5;2025\n{CANDLE};2,000;"20,345.67";5;2025'
    assert "decimal" in asked(read(text))
    assert [read(text, decimal=sign).rows["quantity"].sum() for sign in (".", ",")] == [3000, 3]


def test_sums_of_groups_are_no_lines_of_a_list_without_products() -> None:
    lines = [
        "Store;Units;Amount",
        "Paris;1;218,00",
        "Lyon;2;192,50",
        "Subtotal France;3;410,50",
        "Berlin;1;104,00",
        "Total Germany;1;104,00",
    ]
    frame = read("\n".join([*lines, "Total 2025;4;514,50"]), "sales May 2025.csv")
    assert money(frame) == Decimal("514.50") and not truth.disagreeing(frame) and len(frame.controls) == 2
    assert money(read("\n".join([*lines[:3], "Berlin;1;104,00", ";9;999,00"]), "sales May 2025.csv")) == Decimal("514.50")


def test_one_of_several_sheets_may_be_the_one_that_leaves_something_open() -> None:
    head = ["EAN", "Qty", "Amount"]
    sheets = {"May 2025": [head, [TUNDRA, 1, 218], [CANDLE, 1, 96]], "June 2025": [head, [TUNDRA, 2, 436], [CANDLE, 3, 288]]}
    assert "amount_is" in asked(read(sheets, "list.xlsx", amount_is=None))


def test_a_merged_store_stands_on_every_line_of_its_range_and_a_merged_figure_on_one() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("May 2025")
        for row, cells in enumerate(
            [["Store", "EAN", "Qty", "Amount"], ["", TUNDRA, 1, ""], ["", CANDLE, 2, ""], ["Lyon", TUNDRA, 1, 218]]
        ):
            sheet.write_row(row, 0, cells)
        sheet.merge_range("A2:A3", "Paris")
        sheet.merge_range("D2:D3", 410)
    told = ReadOptions(currency="EUR", vat_basis="gross", amount_is="line", completeness="complete")
    frame = generic.read(book_of(target.getvalue(), "list.xlsx"), told)
    assert frame.rows["store_text"].to_list() == ["Paris", "Paris", "Lyon"] and money(frame) == 628


def test_months_that_run_into_the_next_year_take_theirs_from_a_person() -> None:
    head = ["EAN", "Name", "Nov", "Dec", "Jan", "Feb"]
    sheets = {"S": [head, [TUNDRA, "a", 1, 2, 3, 4], [CANDLE, "b", 1, 1, 1, 1]]}
    assert read(sheets, "sales 2025.xlsx", columns={"months": "units"}).period.start is None
    frame = read(sheets, "sales 2025.xlsx", columns={"months": "units"}, period=(date(2026, 2, 1), date(2026, 2, 28)))
    assert sorted(frame.rows["period_start"].unique().to_list()) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_a_line_of_a_later_month_than_the_period_a_person_names_is_held() -> None:
    frame = read(
        f"EAN;Qty;Amount;Month\n{TUNDRA};1;218,00;December\n{CANDLE};2;192,00;January", period=(date(2026, 1, 1), date(2026, 1, 31))
    )
    assert frame.rows["held_reason"].to_list() == ["missing_period", None]


@pytest.mark.parametrize("days", [["01/05/2025", "02/05/2025", "03/05/2025"], ["2025-04-30", "2025-05-01", "2025-05-02"]])
def test_columns_of_days_are_days(days: list[str]) -> None:
    frame = read({"S": [["EAN", "Name", *days], [TUNDRA, "a", 1, 2, 3], [CANDLE, "b", 1, 1, 1]]}, "list.xlsx", columns={"months": "units"})
    assert frame.rows["quantity"].sum() == 9 and frame.rows["period_start"].equals(frame.rows["period_end"])
    assert frame.rows["period_start"].n_unique() == 3


def test_a_line_with_two_dates_is_no_header_of_days() -> None:
    text = f"Best;Versand;EAN;Stk;Betrag\n01.05.2025;02.05.2025;{TUNDRA};1;218,00\n13.05.2025;14.05.2025;{CANDLE};2;192,00"
    assert read(text).rows.height == 2 and "columns" in asked(read(text))


def test_one_week_of_several_is_never_proposed_as_the_units_or_the_money() -> None:
    frame = read({"S": [["EAN", "Name", "W1", "W2", "W3"], [TUNDRA, "a", 1, 2, 3], [CANDLE, "b", 1, 1, 1]]}, "2025.xlsx")
    assert {choice.meaning for choice in frame.columns if choice.key.startswith("W")} == {"ignore"} and not frame.rows.height
