"""Skins NL's monthly report, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import skins_nl
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "NORDLYSPARF_ReportPeriod04-2025__1_.xlsx"
BRAND = "NORDLYSPARF"
INFO = [["Brand", "BrandName", "Month", "Information"], [BRAND, "NORDLYS PARFUM", 4, "Sales excl. VAT"]]
MEASURES = ["SalesAmount", "SalesAmountSPLY", "SalesAmountVariance", "SalesQuantity", "SalesQuantitySPLY", "SalesQuantityVariance"]
ARTICLES = [
    ["Brand", "Article", "EANCode", *MEASURES],
    [BRAND, "214014 - Glow of Tundra EDP 100ml", "9524001001008", "€ 1.744", "€ 180", "−12,5%", 10, 1, 9],
    [BRAND, "214057 - Tester Glow of Tundra EDP 100ml", "9524001001046", None, "€ 64", None, None, 1, None],
    [BRAND, "214066 - Midnight Sauna EDP 100ml", "9.52E+12", "€ −180", None, None, -1, None, None],
    [BRAND, "214056 - Sample Glow of Tundra 2ml", "9524001001039", "€ 0", None, None, 542, None, None],
    ["OTHERBRAND", "999001 - Soap", "4000000000006", "€ 5", None, None, 1, None, None],
]
LOCATIONS = [["Brand", "Location", *MEASURES], [BRAND, "NL01 Amsterdam", "€ 1.000", None, None, 300, None, None]]
LOCATIONS += [[BRAND, "NL90 Webshop", "€ 565", None, None, 251, None, None]]
SHEETS = {"Info": INFO, "SalesPerSKU": ARTICLES, "SalesPerLocation": LOCATIONS}


def book(name: str = NAME, sheets: dict[str, Any] | None = None, **options: Any) -> RawBook:
    return building.book_of(name, {**SHEETS, **(sheets or {})}, **options)


def read(name: str = NAME, sheets: dict[str, Any] | None = None, **options: Any) -> SalesFrame:
    return skins_nl.read(book(name, sheets, **options), ReadOptions())


def facts(frame: SalesFrame) -> list[tuple[Any, ...]]:
    names = ("view", "source_row", "source_cells", "store_text", "vendor_key", "quantity", "amount_local")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True)]


def test_articles_are_facts_and_locations_a_second_view() -> None:
    assert facts(read()) == [
        ("main", 2, "G2|D2", None, "9524001001008", 10, Decimal(1744)),
        ("main", 4, "G4|D4", None, "214066", -1, Decimal(-180)),
        ("main", 5, "G5|D5", None, "9524001001039", 542, Decimal(0)),
        ("location_month", 2, "F2|C2", "NL01 Amsterdam", None, 300, Decimal(1000)),
        ("location_month", 3, "F3|C3", "NL90 Webshop", None, 251, Decimal(565)),
    ]
    assert read().rows["primary_view"].to_list() == [True, True, True, False, False]
    assert {s.view for s in read().slices} == {"main", "location_month"}


def test_locations_prove_the_articles_within_rounding() -> None:
    frame = read()
    assert [(c.measure, c.file_value, c.tolerance, c.cell) for c in frame.controls] == [
        ("units", Decimal(551), Decimal(0), "F2:F3"),
        ("amount", Decimal(1565), Decimal(5), "C2:C3"),
    ]
    assert truth.disagreeing(frame) == []


def test_last_years_rows_and_other_brands_are_set_aside() -> None:
    reasons = {aside.row_start: aside.reason for aside in read().set_aside}
    assert reasons == {3: "last year's figures only, nothing sold this year", 6: "a row of another brand"}


def test_a_lost_ean_is_replaced_by_the_article_number() -> None:
    frame = read()
    assert frame.rows.select("ean", "code_text").row(1) == (None, "214066")
    assert [(p.rule, p.cell, p.value) for p in frame.problems if p.rule == "ean_format"] == [("ean_format", "C4", "9.52E+12")]


@pytest.mark.parametrize(
    ("name", "month", "start", "conflict"),
    [
        (NAME, 4, date(2025, 4, 1), False),
        ("NORDLYSPARF_ReportPeriod05-2025 .xlsx", 4, date(2025, 5, 1), True),
        ("report.xlsx", 4, None, False),
    ],
)
def test_the_name_says_the_month_and_info_may_disagree(name: str, month: int, start: date | None, conflict: bool) -> None:
    period = read(name, {"Info": [INFO[0], [BRAND, "NORDLYS PARFUM", month, ""]]}).period
    assert (period.start, period.conflict) == (start, conflict)


def test_columns_and_sheets_in_another_order_give_the_same_facts() -> None:
    turned = [list(reversed(row)) for row in building.with_column(ARTICLES, 3, 0)]
    other = building.book_of(NAME, {"SalesPerLocation": LOCATIONS, "Notes": [["hi"]], "SalesPerSKU": turned, "Info": INFO}, down=2, right=1)
    frame = skins_nl.read(other, ReadOptions())
    assert sorted(map(str, (fact[3:] for fact in facts(frame)))) == sorted(map(str, (fact[3:] for fact in facts(read()))))
    assert "unknown_column" in truth.rules(frame)


def test_recognised_by_its_headers_and_not_as_skins_sa() -> None:
    assert skins_nl.recognise(book("data.xlsx")).confidence > 0.9
    till = [["Branch", "StockCode", "SalesAmount"], ["SKINS", "9524001001008", 1]]
    assert skins_nl.recognise(building.book_of("online.xlsx", {"NORDLYS": till})).confidence == 0


def test_the_only_sheet_by_location_being_hidden_is_asked_about() -> None:
    frame = read(hidden=("SalesPerLocation",))
    assert [p.sheet for p in frame.problems if p.rule == "hidden_sheet_read"] == ["SalesPerLocation"]
    assert {s.view for s in frame.slices} == {"main", "location_month"}


def test_two_columns_of_one_meaning_are_asked_about() -> None:
    rows = [[*row, "SalesQuantity" if number == 0 else 77] for number, row in enumerate(ARTICLES)]
    assert [(p.rule, p.cell) for p in read(sheets={"SalesPerSKU": rows}).problems if p.rule == "rival_columns"] == [("rival_columns", "J1")]


def test_pounds_in_a_report_in_euros_are_asked_about() -> None:
    rows = [ARTICLES[0], [*ARTICLES[1][:3], "£ 1.744", *ARTICLES[1][4:]], *ARTICLES[2:]]
    assert [(p.cell, p.value) for p in read(sheets={"SalesPerSKU": rows}).problems if p.rule == "currency_conflict"] == [("D2", "£ 1.744")]


def test_euros_with_three_decimals_may_be_thousands_and_are_held() -> None:
    rows = [ARTICLES[0], [*ARTICLES[1][:3], "1,744", *ARTICLES[1][4:]]]
    frame = read(sheets={"SalesPerSKU": rows})
    assert frame.rows.filter(frame.rows["view"] == "main").select("amount_local", "held_reason").rows() == [(None, "ambiguous_number")]


def test_locations_alone_are_no_report() -> None:
    frame = read(sheets={"SalesPerSKU": [["Article"]]})
    assert not frame.rows.height and "columns_missing" in truth.rules(frame)


@pytest.mark.shared
@pytest.mark.parametrize("path", [p for p in truth.files_of("skins_nl") if "05-2025" not in p.name], ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    read_book_ = truth.book_of(path)
    stated = truth.load(path)
    stated["expected_warnings"] = [w for w in stated["expected_warnings"] if w["code"] != "sign_mismatch"]
    assert truth.differences(skins_nl.read(read_book_, ReadOptions()), stated) == {}
    assert skins_nl.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("SalesPerSKU", 4, 1), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [p for p in truth.files_of("skins_nl") if "03-2025" in p.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = skins_nl.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}


def test_a_december_on_info_beside_a_january_is_the_december_before() -> None:
    period = read("NORDLYSPARF_ReportPeriod01-2026.xlsx", {"Info": [INFO[0], [BRAND, "NORDLYS PARFUM", 12, ""]]}).period
    assert period.conflict and [hint.start for hint in period.candidates] == [date(2026, 1, 1), date(2025, 12, 1)]
