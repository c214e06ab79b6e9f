"""What a list of a vendor leaves to a person: two columns for one thing, another currency, lines without a store."""

from __future__ import annotations

from typing import Any

import pytest

from core.ingest.asking import CONFIRMED
from core.ingest.formats import boxnox, skins_sa
from core.ingest.shapes import Problem, ReadOptions, SalesFrame
from tests.ingest.formats import test_boxnox, test_skins_sa
from tests.ingest.workbook_bytes import book_of

LISTS: dict[str, Any] = {"boxnox": test_boxnox.LIST, "skins_sa": test_skins_sa.LIST}
NAMES = {"boxnox": test_boxnox.NAME, "skins_sa": test_skins_sa.NAME}
READ = {"boxnox": boxnox.read, "skins_sa": skins_sa.read}


def read(vendor: str, rows: list[list[Any]], **options: Any) -> SalesFrame:
    return READ[vendor](book_of({"List": rows}, NAMES[vendor]), ReadOptions(**options))


def asked(frame: SalesFrame) -> list[Problem]:
    return [problem for problem in frame.problems if problem.rule in CONFIRMED]


def wide(vendor: str) -> list[list[Any]]:
    width = len(LISTS[vendor][0])
    return [[*row, *(None,) * (width - len(row))] for row in LISTS[vendor]]


@pytest.mark.parametrize(
    ("vendor", "header"), [("boxnox", "AMOUNT"), ("boxnox", "qty"), ("skins_sa", "ExVatNetsales"), ("skins_sa", "STOCKCODE")]
)
def test_two_columns_of_one_meaning_are_asked_about(vendor: str, header: str) -> None:
    rows = [[*row, header if number == 0 else 77 if any(row) else None] for number, row in enumerate(wide(vendor))]
    (problem,) = asked(read(vendor, rows))
    assert problem.rule == "rival_columns" and "mean the same and differ" in problem.message and header in problem.message


def test_a_column_that_repeats_another_exactly_is_no_question() -> None:
    assert asked(read("boxnox", [[*row, row[6]] for row in LISTS["boxnox"]])) == []


@pytest.mark.parametrize(
    ("header", "place", "say"),
    [("EAN", 4, "{}.0"), ("EAN", 4, " {} "), ("MES", 1, "0{}"), ("AMOUNT", 6, ""), ("QTY", 5, " {} ")],
    ids=["float", "blanks", "other header", "blank", "text"],
)
def test_a_column_that_says_the_same_in_other_words_or_nothing_is_no_question(header: str, place: int, say: str) -> None:
    rows = [[*row, say.format(row[place]) if number else header] for number, row in enumerate(LISTS["boxnox"])]
    assert asked(read("boxnox", rows)) == []


def test_a_column_that_fills_the_gaps_of_another_is_asked_about() -> None:
    rows = [[*row, row[6] if number else "AMOUNT"] for number, row in enumerate(LISTS["boxnox"])]
    rows[2][6] = None
    assert [(p.rule, p.cell) for p in asked(read("boxnox", rows))] == [("rival_columns", "J1")]


def test_amounts_in_another_currency_are_asked_about_and_a_person_may_name_it() -> None:
    rows = [LISTS["boxnox"][0], *([*row[:6], f"£ {row[6]}", *row[7:]] for row in LISTS["boxnox"][1:])]
    (problem,) = asked(read("boxnox", rows))
    assert (problem.rule, problem.cell) == ("currency_conflict", "G2") and "GBP" in problem.message and "EUR" in problem.message
    frame = read("boxnox", rows, currency="GBP")
    assert asked(frame) == [] and set(frame.rows["currency"]) == {"GBP"}


@pytest.mark.parametrize(("vendor", "column"), [("boxnox", 3), ("skins_sa", 0)])
def test_lines_without_a_store_are_asked_about(vendor: str, column: int) -> None:
    rows = wide(vendor)
    rows[3][column] = None
    (problem,) = asked(read(vendor, rows))
    assert (
        problem.rule == "store_blank"
        and problem.cell == f"{'ABCD'[column]}4"
        and problem.message.startswith("1 lines name no store. If it")
    )


@pytest.mark.parametrize("header", ["AMOUNT (EUR)", "Amount EUR", "AMOUNT_€", "amount in EUR"])
def test_a_header_of_money_may_name_its_currency(header: str) -> None:
    rows = [[header if text == "AMOUNT" else text for text in LISTS["boxnox"][0]], *LISTS["boxnox"][1:]]
    assert asked(read("boxnox", rows)) == [] and read("boxnox", rows).rows.height == 5


def test_a_header_that_names_another_currency_is_asked_about() -> None:
    rows = [["AMOUNT (GBP)" if text == "AMOUNT" else text for text in LISTS["boxnox"][0]], *LISTS["boxnox"][1:]]
    assert [(p.rule, p.cell) for p in asked(read("boxnox", rows))] == [("currency_conflict", "G1")]
    assert asked(read("boxnox", rows, currency="GBP")) == []
