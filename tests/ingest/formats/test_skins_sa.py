"""Skins SA's list of till lines, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import skins_sa
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "Skins SA NORDLYS CY 2025 March.xlsx"
HEADER = ["Branch", "OrderDate", "StockCode", "OrderQty", "StockDescription", "NetSalesValue", " ExVatNetsales", "MONTH", "YEAR"]
HEADER += ["STATUS", "SUPPLIER", "CATEGORY", "BRAND", "ABC MAP"]
TUNDRA, SET = "9524001001008", 9524001009509


def line(branch: str, day: Any, code: Any, qty: Any, gross: Any, net: Any, month: int = 3, brand: str = "NORDLYS") -> list[Any]:
    text = "Nordlys Glow of Tundra EDP 100ml"
    return [branch, day, code, qty, text, gross, net, month, 2025, "ACTIVE", "SKINS NETHERLANDS", "FRAGRANCE", brand, "A"]


LIST = [
    HEADER,
    line("SKINS MENLYN", "2/3/2025", TUNDRA, 1, 5150, "   4\u00a0478,26", 2),
    line("ONLINE STORE", "3/4/2025", TUNDRA, 1, 5150, "   4 478,26"),
    line("ONLINE STORE", "3/4/2025", TUNDRA, 1, 5150, "   4 478,26"),
    line("ON01 ONLINE", date(2025, 2, 28), SET, 1, -920, "   -800,00"),
    ["ONLINE STORE Total", None, None, 3, None, 9380],
    [],
    line("SKINS MENLYN", "3/28/2025", None, 1, 115, 100),
    line("SKINS MENLYN", "3/28/2025", TUNDRA, 1, 115, 100, brand="OTHERS"),
]
SUMMARY = [["Sales summary"], [], ["YEAR", "MONTH", "Lines", "NetSalesValue", "ExVatNetsales"], [2025, 2, 1, 5150, 4478.26]]
SUMMARY += [[2025, 3, 4, 9495, 8256.52], ["Grand Total", None, None, 14645, 12734.78]]


def book(name: str = NAME, rows: list[list[Any]] = LIST, **options: Any) -> RawBook:
    return building.book_of(name, {"NORDLYS": rows, "sales summary": SUMMARY}, **options)


def read(name: str = NAME, rows: list[list[Any]] = LIST, **options: Any) -> SalesFrame:
    return skins_sa.read(book(name, rows, **options), ReadOptions())


def facts(frame: SalesFrame) -> list[tuple[Any, ...]]:
    names = ("source_row", "source_cells", "store_text", "ean", "sale_date", "period_start", "quantity", "amount_local", "amount_gross")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True)]


def test_every_till_line_is_a_fact_also_the_repeated_one() -> None:
    march, money = date(2025, 3, 1), Decimal("4478.26")
    assert facts(read()) == [
        (2, "D2|G2", "SKINS MENLYN", TUNDRA, date(2025, 2, 3), date(2025, 2, 1), 1, money, Decimal(5150)),
        (3, "D3|G3", "ONLINE STORE", TUNDRA, date(2025, 3, 4), march, 1, money, Decimal(5150)),
        (4, "D4|G4", "ONLINE STORE", TUNDRA, date(2025, 3, 4), march, 1, money, Decimal(5150)),
        (5, "D5|G5", "ON01 ONLINE", str(SET), date(2025, 2, 28), march, -1, Decimal(-800), Decimal(-920)),
        (8, "D8|G8", "SKINS MENLYN", None, date(2025, 3, 28), march, 1, Decimal(100), Decimal(115)),
    ]


def test_money_decides_the_sign_and_the_month_column_the_month() -> None:
    told = {(problem.rule, problem.cell) for problem in read().problems}
    assert {("sign_mismatch", "D5"), ("date_conflict", "B5")} <= told


def test_a_line_without_code_is_held_and_not_dropped() -> None:
    assert read().rows["held_reason"].to_list() == [None] * 4 + ["ean_missing"]


def test_subtotals_and_other_brands_are_set_aside() -> None:
    rows = {aside.row_start: aside.reason.split(",")[0] for aside in read().set_aside if aside.row_start}
    assert rows == {6: "branch subtotal", 9: "a row of another brand"}


def test_the_summary_proves_each_month_and_the_whole() -> None:
    frame = read()
    assert [(c.cell, c.measure, c.file_value) for c in frame.controls] == [
        ("E4", "amount", Decimal("4478.26")),
        ("E5", "amount", Decimal("8256.52")),
        ("E6", "amount", Decimal("12734.78")),
    ]
    assert truth.disagreeing(frame) == []


def test_a_wrong_subtotal_or_amount_is_told() -> None:
    wrong = [list(row) for row in LIST]
    wrong[5][5], wrong[1][6] = 9999, "   4 400,00"
    cells = {problem.cell for problem in read(rows=wrong).problems if problem.rule == "control_total_mismatch"}
    assert cells == {"F6", "G2"}


def test_the_newest_month_is_the_report_and_every_month_a_slice() -> None:
    frame = read("Skins_SA_NORDLYS_Sell_Out_2025.xlsx")
    assert (frame.period.start, frame.period.history_start, frame.period.conflict) == (date(2025, 3, 1), date(2025, 2, 1), False)
    assert [s.period_start.month for s in frame.slices] == [2, 3]
    assert read("Skins SA NORDLYS CY 2025 April.xlsx").period.conflict


def test_columns_anywhere_give_the_same_facts() -> None:
    turned = [list(reversed(row + [None] * (14 - len(row)))) for row in LIST]
    frame = read(rows=building.with_column(turned, 4, 0), down=3, right=2)
    assert [(row - 3, *rest) for row, _, *rest in facts(frame)] == [(row, *rest) for row, _, *rest in facts(read())]
    assert "unknown_column" in truth.rules(frame)


def test_recognised_by_its_columns_and_not_as_skins_nl() -> None:
    assert skins_sa.recognise(book("tills.xlsx")).confidence > 0.9
    report = [["Brand", "EANCode", "SalesAmount", "SalesAmountSPLY"], ["NORDLYSPARF", TUNDRA, 1, 1]]
    assert skins_sa.recognise(building.book_of("Skins SA.xlsx", {"SalesPerSKU": report})).confidence == 0


def test_a_subtotal_may_leave_out_what_is_of_another_brand() -> None:
    foreign = line("ONLINE STORE", "3/4/2025", TUNDRA, 1, 800, 695.65, brand="OTHERS")
    frame = read(rows=[*LIST[:3], foreign, *LIST[3:]])
    assert facts(frame)[0][6] == 1 and "control_total_mismatch" not in truth.rules(frame)


def test_a_wrong_summary_names_both_figures_plainly() -> None:
    rows = [row for row in LIST if row and row[1] != "2/3/2025"]
    said = [p.message for p in read(rows=rows).problems if p.rule == "control_total_mismatch"]
    assert "February 2025, Lines: the file prints 1, its lines come to 0." in said


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("skins_sa"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    read_book_ = truth.book_of(path)
    assert truth.differences(skins_sa.read(read_book_, ReadOptions()), truth.load(path)) == {}
    assert skins_sa.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("NORDLYS", 4, 1), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [p for p in truth.files_of("skins_sa") if "March" in p.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = skins_sa.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}
