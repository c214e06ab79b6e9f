"""The living list of BOXNOX, undisturbed and as other people would save it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.ingest.formats import boxnox
from core.ingest.reading import read_book
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame, SetAside
from tests.ingest.workbook_bytes import book_of, delimited, uncalculated, workbook

NAME = "BOXNOX - NORDLYS Monthly Sales Report FEB2025.xlsx"
HEADER = ["YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU"]
LINES: list[list[Any]] = [
    [2025, 1, "Retail", "Galería Norte", "9524001001008", 2, 360.34, "EDP GLOW OF TUNDRA ", "NLGOT100"],
    [2025, 1, "Wholesale", "Perfumería Sol", "9524001001206", 12, 1124.28, "EDP SUMMER RAIN", "NLSR100"],
    [2025, 2, "Retail", "Abedul Online", "9524001001008", -1, -180.17, "EDP GLOW OF TUNDRA", "NLGOT100"],
    [2025, 2, "Retail", "Abedul Online", "9524001001008", 0, -50, "EDP GLOW OF TUNDRA", "NLGOT100"],
    [2025, 2, "Retail", "Corner Gran Vía", "9524001009509", 5, 0, "DISCOVERY SET 5 X 2 ML", "NLFD5X2"],
]
TOTALS = [
    ["POS", "JAN 2025", None, "FEB 2025", None],
    [None, "QTY", "AMOUNT", "QTY", "AMOUNT"],
    ["Galería Norte", 2, 360.34, None, None],
    ["TOTAL", 14, 1484.62, 4, -230.17],
]
SHEETS = {"SELL OUT BY EAN": [HEADER, *LINES], "Sales Data": TOTALS}


def read(book: RawBook, **options: Any) -> SalesFrame:
    return boxnox.read(book, ReadOptions(**options))


def figures(frame: SalesFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.rows.select("period_start", "store_text", "ean", "quantity", "amount_local", "vendor_channel").rows(), key=str)


UNDISTURBED = figures(read(book_of(SHEETS, NAME)))


def test_every_line_is_a_fact_of_its_own_month() -> None:
    frame = read(book_of(SHEETS, NAME))
    assert frame.rows.height == 5 and frame.rows["amount_local"].sum() == Decimal("1254.45")
    first = frame.rows.row(0, named=True)
    assert (first["source_row"], first["source_cells"], first["period_end"]) == (2, "F2|G2", date(2025, 1, 31))
    assert (frame.currency, frame.vat_basis, frame.living, frame.period.start) == ("EUR", "net", True, date(2025, 2, 1))


def test_month_totals_of_the_other_sheet_are_controls() -> None:
    controls = read(book_of(SHEETS, NAME)).controls
    assert [(c.measure, c.file_value, c.cell, c.where["period_start"].month) for c in controls if "store_text" not in c.where] == [
        ("units", Decimal(14), "B4", 1),
        ("amount", Decimal("1484.62"), "C4", 1),
        ("units", Decimal(4), "D4", 2),
        ("amount", Decimal("-230.17"), "E4", 2),
    ]


def test_the_month_of_a_pos_is_a_control_under_each_of_its_spellings() -> None:
    lines = [*LINES, [2025, 1, "Retail", "GALERIA NORTE ", "9524001001206", 1, 180.17, "EDP SUMMER RAIN", "NLSR100"]]
    frame = read(book_of({**SHEETS, "SELL OUT BY EAN": [HEADER, *lines]}, NAME))
    of_pos = [c for c in frame.controls if "store_text" in c.where]
    assert [(c.measure, c.file_value, c.cell, c.where["store_text"]) for c in of_pos] == [
        ("units", Decimal(2), "B3", ("GALERIA NORTE ", "Galería Norte")),
        ("amount", Decimal("360.34"), "C3", ("GALERIA NORTE ", "Galería Norte")),
    ]


def test_a_total_that_was_never_calculated_is_said() -> None:
    totals = [*TOTALS[:-1], ["TOTAL", "#REF!", 1484.62, 4, -230.17]]
    frame = read(book_of({**SHEETS, "Sales Data": totals}, NAME))
    assert [(p.rule, p.cell) for p in frame.problems if p.sheet == "Sales Data"] == [("cell_error", "B4")]


def test_the_list_claims_each_month_from_its_first_to_its_last() -> None:
    claimed = read(book_of(SHEETS, NAME)).slices
    assert [(c.period_start, c.period_end) for c in claimed] == [
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 2, 1), date(2025, 2, 28)),
    ]


def moved(rows: Sequence[Sequence[Any]], down: int, right: int) -> list[list[Any]]:
    return [[] for _ in range(down)] + [[None] * right + list(row) for row in rows]


def with_foreign_column(rows: Sequence[Sequence[Any]], at: int) -> list[list[Any]]:
    return [[*row[:at], "REGION" if number == 0 else "ES", *row[at:]] for number, row in enumerate(rows)]


def reordered(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(reversed(row)) for row in rows]


LIST = SHEETS["SELL OUT BY EAN"]


@pytest.mark.parametrize(
    "sheets",
    [
        {"SELL OUT BY EAN": moved(LIST, 3, 2), "Sales Data": TOTALS},
        {"SELL OUT BY EAN": with_foreign_column(LIST, 4), "Sales Data": TOTALS},
        {"SELL OUT BY EAN": reordered(LIST), "Sales Data": TOTALS},
        {"Notes": [["Dear Ana, see below"], ["Total 999"]], "Sales Data": TOTALS, "sell out by ean": LIST},
        {"Hoja1": [[" year ", "Month", "CHANNEL", "pos", "EAN", "Qty", "AMOUNT ", "description", "SKU"], *LINES]},
        {"SELL OUT BY EAN": [*LIST, [], ["TOTAL", None, None, None, None, 18, 1254.45]]},
    ],
    ids=["moved", "foreign column", "reordered", "notes first", "other spelling", "own total row"],
)
def test_columns_are_found_by_their_text_wherever_they_stand(sheets: dict[str, list[list[Any]]]) -> None:
    book = book_of(sheets, NAME)
    assert boxnox.recognise(book).confidence > 0.5 and figures(read(book)) == UNDISTURBED


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8-sig")])
def test_a_text_export_holds_the_same_facts(delimiter: str, encoding: str) -> None:
    book = read_book(delimited(LIST, delimiter, encoding), "sell out.csv")
    assert figures(read(book)) == UNDISTURBED and read(book).rows["source_cells"][0] == "R2C6|R2C7"


def test_amounts_as_text_with_decimal_comma_are_read_and_mentioned_once() -> None:
    rows = [HEADER, *([*line[:6], f"{line[6]:.2f}".replace(".", ","), *line[7:]] for line in LINES)]
    frame = read(book_of({"SELL OUT BY EAN": rows}, NAME))
    assert figures(frame) == UNDISTURBED and [p.rule for p in frame.problems].count("amount_as_text") == 1


@pytest.mark.parametrize(
    "ean", [9524001001008, 9524001001008.0, "9524001001008.0", "'9524001001008", " 9524001001008 ", "9,524001001008E+12"]
)
def test_one_ean_in_every_spelling(ean: Any) -> None:
    rows = [HEADER, [*LINES[0][:4], ean, *LINES[0][5:]]]
    assert read(book_of({"A": rows}, NAME)).rows["ean"].to_list() == ["9524001001008"]


def test_a_line_without_ean_goes_by_its_sku() -> None:
    frame = read(book_of({"A": [HEADER, [*LINES[0][:4], None, *LINES[0][5:]]]}, NAME))
    assert frame.rows.select("ean", "vendor_key", "held_reason").row(0) == (None, "NLGOT100", None)
    assert [(p.rule, p.cell) for p in frame.problems if p.rule == "ean_missing"] == [("ean_missing", "E2")]


def test_a_line_without_any_key_is_held() -> None:
    frame = read(book_of({"A": [HEADER, [*LINES[0][:4], None, 1, 10, None, None]]}, NAME))
    assert frame.rows["held_reason"].to_list() == ["ean_missing"]


@pytest.mark.parametrize(
    ("quantity", "amount", "rule"),
    [(1.5, 10, "fractional_units"), ("many", 10, "cell_error"), (1, "#REF!", "cell_error"), (1, "zehn", "cell_error")],
)
def test_a_number_that_can_not_be_read_holds_its_line_and_names_the_cell(quantity: Any, amount: Any, rule: str) -> None:
    frame = read(book_of({"A": [HEADER, [*LINES[0][:5], quantity, amount, "x", "NLGOT100"]]}, NAME))
    assert frame.rows["held_reason"].to_list() == [rule]
    assert [(p.rule, p.severity) for p in frame.problems if p.rule == rule] == [(rule, "error")]


def test_a_formula_never_calculated_holds_its_line() -> None:
    frame = read(book_of(uncalculated([HEADER, [*LINES[0][:6], "=2*180.17", *LINES[0][7:]]]), NAME))
    assert frame.rows["held_reason"].to_list() == ["no_cached_value"]
    assert [p.cell for p in frame.problems if p.rule == "no_cached_value"] == ["G2"]


def test_an_unreadable_month_is_held_never_guessed() -> None:
    frame = read(book_of({"A": [HEADER, LINES[0], [2025, "soon", *LINES[0][2:]]]}, NAME))
    assert frame.rows["held_reason"].to_list() == [None, "missing_period"] and frame.rows["period_start"][1] is None


def test_zeros_are_counted_and_rows_with_nothing_are_set_aside() -> None:
    zero, empty, nowhere = [*LINES[0][:5], 0, 0, "x", "s"], [*LINES[0][:5], None, None, "x", "s"], [None] * 7 + ["remark", None]
    frame = read(book_of({"A": [HEADER, LINES[0], zero, empty, nowhere]}, NAME))
    assert frame.rows.height == 1 and frame.explicit_zeros == 1
    assert frame.set_aside == (
        SetAside("neither year nor POS", "A", 5, 5, 1),
        SetAside("no units and no amount", "A", 4, 4, 1),
    )


def test_a_product_called_total_is_no_total_row() -> None:
    line = [*LINES[0][:7], "TOTAL BLOOM", "NLTB100"]
    assert read(book_of({"A": [HEADER, line, [*line[:3], "Total", *line[4:]]]}, NAME)).rows.height == 2


def test_name_and_newest_month_that_disagree_are_asked() -> None:
    frame = read(book_of(SHEETS, NAME.replace("FEB", "MAR")))
    assert frame.period.conflict and "period_conflict" in {p.rule for p in frame.problems}


def test_foreign_money_or_a_missing_pos_speak_against_it() -> None:
    foreign = [HEADER, *([*line[:6], f"£{line[6]:.2f}", *line[7:]] for line in LINES)]
    assert boxnox.recognise(book_of({"A": foreign}, "x.xlsx")).evidence_against
    assert boxnox.recognise(book_of({"A": [[h for h in HEADER if h != "POS"], *LINES]}, "x.xlsx")).confidence < 0.5


def test_a_list_on_a_hidden_sheet_is_read_only_with_an_error_that_asks() -> None:
    frame = read(book_of(workbook({"cover": [["hello"]], "data": LIST}, hidden=["data"]), NAME))
    assert frame.rows.height == 5 and [p.severity for p in frame.problems if p.rule == "hidden_sheet_read"] == ["error"]
