"""Lists of nobody's layout: what they state is read, what they leave open is asked at once, what is no sales is said to be none."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from core.errors import NotASalesReport
from core.ingest import recognising
from core.ingest.formats import generic
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats import truth
from tests.ingest.formats.unknown_files import CANDLE, MAY, MAY_END, NO_SALES, SALES, TUNDRA, Unknown
from tests.ingest.workbook_bytes import book_of, delimited


def read(file: Unknown, **said: object) -> SalesFrame:
    return generic.read(file.book(), ReadOptions(**said))  # type: ignore[arg-type]


def asked(frame: SalesFrame) -> set[str]:
    """What is open: the format's questions, and the period where none is proven."""
    keys = {str(question.key) for question in frame.questions}
    return keys | ({"period"} if frame.period.start is None and "date_order" not in keys else set())


@pytest.mark.parametrize("file", SALES, ids=lambda file: file.name)
def test_a_list_is_nobodys_and_asks_for_what_it_does_not_state(file: Unknown) -> None:
    assert recognising.recognise(file.book()).vendor == "generic"
    assert asked(read(file)) == file.asks


@pytest.mark.parametrize("file", SALES, ids=lambda file: file.name)
def test_with_the_answers_every_line_is_read(file: Unknown) -> None:
    frame = read(file, **file.said)
    rows = frame.rows.filter(pl.col("held_reason").is_null())
    assert (rows.height, rows["quantity"].sum()) == (file.rows, file.units)
    assert (rows["amount_local"].sum() if file.amount else None) == file.total
    assert (rows["period_start"].min(), rows["period_end"].max()) == (file.first, file.last)
    assert (frame.currency, frame.vat_basis) == (file.currency, file.basis)
    assert not file.asks & {"columns", "decimal", "date_order"} or not asked(read(file, **file.said)) & set(file.said)
    assert len(frame.controls) >= file.controls and not truth.disagreeing(frame)


@pytest.mark.parametrize("file", NO_SALES, ids=lambda file: file.name)
def test_what_is_no_sales_is_refused_with_its_reason(file: Unknown) -> None:
    with pytest.raises(NotASalesReport, match=file.refused) as refusal:
        recognising.recognise(file.book())
    assert refusal.value.message.endswith("Nothing was stored.")


def test_the_price_of_one_is_multiplied_and_said() -> None:
    frame = read(next(file for file in SALES if file.name.startswith("unit price")))
    (said,) = (problem for problem in frame.problems if problem.rule == "price_multiplied")
    assert "price × units" in said.message


def test_two_columns_for_one_meaning_are_never_merged() -> None:
    frame = read(next(file for file in SALES if file.name.startswith("rival")))
    question = next(question for question in frame.questions if question.key == "columns")
    assert "“NetSalesValue”" in question.text and "“ExVatNetsales”" in question.text
    assert [column.open for column in question.columns] == [False, False, True, True]


def test_a_column_shows_three_values_its_meaning_and_why() -> None:
    frame = read(next(file for file in SALES if file.name == "no header.csv"))
    first = frame.columns[0]
    assert (first.key, first.header, first.meaning, first.reason, first.open) == ("A", None, "date", "days", True)
    assert first.samples == ("12.05.2025", "23.05.2025", "28.05.2025")


def test_a_header_the_values_contradict_is_not_believed() -> None:
    rows = [["EAN", "Qty", "Sales EUR", "Month"], [TUNDRA, "many", "218.00", "May 2025"], [CANDLE, "some", "96.00", "May 2025"]]
    frame = generic.read(book_of(delimited(rows, ";"), "x.csv"), ReadOptions())
    (units,) = (column for column in frame.columns if column.header == "Qty")
    assert units.meaning == "ignore" and "the values are names" in units.reason and "columns" in asked(frame)


def test_only_lines_that_can_be_read_are_placed_and_the_others_wait() -> None:
    rows = [
        ["Date", "EAN", "Qty", "Sales EUR"],
        ["2025-05-02", TUNDRA, 1, "218.00"],
        ["Invalid Date", TUNDRA, 1, "218.00"],
        ["2025-05-03", "9.52E+12", 1, "5.00"],
    ]
    frame = generic.read(book_of(delimited(rows, ";"), "x.csv"), ReadOptions())
    assert frame.rows["held_reason"].to_list() == [None, "missing_period", "ean_lost_digits"]
    assert frame.rows["period_start"].null_count() == 0


def test_a_total_without_its_word_is_a_proof_and_no_line() -> None:
    rows = [
        ["EAN", "Month", "Qty", "Sales EUR"],
        [TUNDRA, "May 2025", 2, "436.00"],
        [CANDLE, "May 2025", 1, "96.00"],
        ["", "", 3, "532.00"],
    ]
    frame = generic.read(book_of(delimited(rows, ";"), "x.csv"), ReadOptions())
    assert frame.rows.height == 2 and {control.file_value for control in frame.controls} == {Decimal(3), Decimal("532.00")}


def test_a_total_below_does_not_hide_what_a_column_is() -> None:
    rows = [["StockCode", "Month", "Qty"], [TUNDRA, "May 2025", 2], [CANDLE, "May 2025", 1], ["Total", "", 3]]
    frame = generic.read(book_of(delimited(rows, ";"), "x.csv"), ReadOptions())
    assert frame.rows["ean"].to_list() == [TUNDRA, CANDLE] and frame.columns[0].meaning == "ean"


def test_summer_rain_is_a_product_and_no_total() -> None:
    rows = [["Product", "Month", "Qty", "Sales EUR"], ["SUMMER RAIN 100 ML", "May 2025", 2, "436.00"], ["Total", "", 2, "436.00"]]
    frame = generic.read(book_of(delimited(rows, ";"), "x.csv"), ReadOptions())
    assert frame.rows["product_text"].to_list() == ["SUMMER RAIN 100 ML"] and len(frame.controls) == 2


def test_a_name_of_another_month_contradicts_the_lines() -> None:
    rows = [["EAN", "Month", "Qty"], [TUNDRA, "May 2025", 2], [CANDLE, "May 2025", 1]]
    frame = generic.read(book_of(delimited(rows, ";"), "sell out June 2025.csv"), ReadOptions())
    assert frame.period.conflict and (frame.period.start, frame.period.end) == (MAY, MAY_END)


def test_what_adds_replaces_nothing() -> None:
    rows = [["EAN", "Month", "Qty"], [TUNDRA, "May 2025", 2], [CANDLE, "May 2025", 1]]
    book = book_of(delimited(rows, ";"), "more.csv")
    complete, adds = (generic.read(book, ReadOptions(completeness=word)) for word in ("complete", "adds"))  # type: ignore[arg-type]
    assert {s.view for s in complete.slices} == {"main"} and not {s.view for s in adds.slices} & {"main"}
    assert generic.read(book, ReadOptions(completeness="adds")).slices == adds.slices


def test_two_lists_on_two_sheets_are_not_silently_one() -> None:
    rows = [["EAN", "Month", "Qty"], [TUNDRA, "May 2025", 2]]
    frame = generic.read(book_of({"North": rows, "South": rows}, "x.xlsx"), ReadOptions())
    assert frame.rows.height == 1 and "second_list" in {problem.rule for problem in frame.problems}
