"""Who sent a file: by content, by a margin, or by asking."""

from __future__ import annotations

import polars as pl
import pytest

from core.errors import NotASalesReport
from core.ingest import recognising
from core.ingest.reading import read_book
from core.ingest.shapes import Guess, RawBook, RawSheet
from tests.ingest.formats.test_boxnox import NAME, SHEETS
from tests.ingest.workbook_bytes import book_of, delimited


class Fixed:
    """A format whose guess is given."""

    def __init__(self, key: str, confidence: float) -> None:
        self.KEY, self.TITLE, self.confidence = key, key.title(), confidence

    def recognise(self, book: RawBook) -> Guess:
        return Guess(self.KEY, self.confidence, (f"evidence of {self.KEY}",) if self.confidence else ())


def choose(monkeypatch: pytest.MonkeyPatch, **confidences: float) -> recognising.Recognition:
    monkeypatch.setattr(recognising, "FORMATS", tuple(Fixed(key, value) for key, value in confidences.items()))
    return recognising.recognise(read_book(b"country,units\nSE,3\nNO,4\n", "x.csv"))


def test_the_best_guess_needs_to_be_sure_and_to_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose(monkeypatch, one=0.9, two=0.3).vendor == "one"
    assert choose(monkeypatch, one=0.45, two=0.0).vendor is None
    assert choose(monkeypatch, one=0.9, two=0.8).vendor is None


def test_an_open_question_names_both_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = choose(monkeypatch, one=0.8, two=0.9)
    assert [guess.vendor for guess in asked.guesses] == ["two", "one"] and "Two" in asked.reason and "One" in asked.reason


@pytest.mark.parametrize("name", [NAME, "(4).xlsm", "Skins SA Liberty online.xlsx", "copy.xlsx"])
def test_content_decides_whatever_the_name_says(name: str) -> None:
    assert recognising.recognise(book_of(SHEETS, name)).vendor == "boxnox"


@pytest.mark.parametrize(
    "rows",
    [
        [["Country", "Month", "Units", "Amount", "Currency"], ["Norway", "may", 12, "14 400,00", "NOK"], ["TOTAL", "", 19]],
        [["12.05.2025", "NLGOT30", 3, "204,00"], ["23.05.2025", "NLxF100", 3, "152,00"]],
        [["Product EAN", "Month", "Year", "Quantity", "Sales LC", "Currency"], ["9524001001008", 5, 2025, 3, 12, "EUR"]],
    ],
)
def test_sales_of_nobody_known_are_read_as_a_list_of_their_own(rows: list[list[object]]) -> None:
    recognition = recognising.recognise(read_book(delimited(rows, ";"), "nordlys sales.csv"))
    assert recognition.vendor == "generic" and "No vendor's layout fits" in recognition.reason


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["Date", "SKU", "Qty", "Sales"]], "nothing below it"),
        ([["Name", "Colour"], ["a", "b"], ["c", "d"]], "no numbers"),
        ([["EAN", "Product", "RRP"], ["9524001001008", "Glow", "218.00"]], "price list"),
        ([["EAN", "Product", "On hand"], ["9524001001008", "Glow", "12"]], "stock list"),
        ([["Date", "Supplier", "Expense"], ["2025-05-01", "Paper", "12.50"]], "expenses"),
    ],
)
def test_what_is_no_sales_report_is_said_to_be_none(rows: list[list[object]], why: str) -> None:
    with pytest.raises(NotASalesReport, match=why) as refused:
        recognising.recognise(read_book(delimited(rows), "file.csv"))
    assert refused.value.message.endswith("Nothing was stored.")


def test_a_book_of_empty_sheets_is_no_report() -> None:
    with pytest.raises(NotASalesReport, match="empty"):
        recognising.recognise(book_of({"A": []}, "x.xlsx"))


def test_a_sheet_without_columns_is_recognised_as_nothing() -> None:
    with pytest.raises(NotASalesReport):
        recognising.recognise(RawBook("x.xlsx", "xlsx", (RawSheet("A", pl.DataFrame()),)))
