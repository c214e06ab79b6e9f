"""Selfridges' form in every way it may be sent, against an oracle written from its description alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.ingest.fresh import ways
from tests.ingest.fresh.grid import Book, Formula, Grid, csv, uncalculated, xls, xlsx
from tests.ingest.fresh.judged import judge
from tests.ingest.fresh.selfridges import KEYS, LINES, STORES, Form

M = Form()
HEAD = 6
NOT_POUNDS = {"euro signs in front"}
HARMLESS = {name: way for name, way in ways.harmless(HEAD, (0, 2, 3, 4, 15)) if name not in NOT_POUNDS}
ASKED = dict(ways.asked(HEAD))
DAYS = {
    "07/02/2026": lambda day: f"{day:%d/%m/%Y}", "02/07/2026": lambda day: f"{day:%m/%d/%Y}", "07-Feb-26": lambda day: f"{day:%d-%b-%y}",
    "w/e 07/02/2026": lambda day: f"w/e {day:%d/%m/%Y}", "2026-02-07": str, "7 Feb 2026": lambda day: f"{day.day} {day:%b %Y}",
    "Week ending 7th February 2026": lambda day: f"Week ending {day.day}th {day:%B %Y}", "Sat, 7 Feb 2026": lambda day: f"Sat, {day.day} {day:%b %Y}",
}  # fmt: skip
HEADS = (
    ("STORE", "PRODUCT", "RRP", "SOLD", "SALES £"), ("Location", "Item", "RRP £", "Units Sold", "Sales Value"), ("Branch", "Product", "RRP £", "Qty", "Sales"),
    ("Store name", "Product description", "RRP £", "Sold ", "Sales £ (inc VAT)"), ("Shop", "Style", "RRP £", "Units", "Value £"),
)  # fmt: skip


@pytest.mark.parametrize("way", HARMLESS)
def test_the_same_form_sent_differently_states_the_same(way):
    ways.assert_same(xlsx(HARMLESS[way](M.book())), M.name, M.facts())


@pytest.mark.parametrize("way", ASKED)
def test_what_only_a_person_knows_is_asked(way):
    ways.assert_asked(xlsx(ASKED[way](M.book())), M.name, "Confirm")


def test_text_files_of_all_countries_state_the_same():
    for delimiter, decimal in ((",", "."), (";", ","), ("\t", ".")):
        for encoding in ("utf-8-sig", "cp1252", "utf-16"):
            ways.assert_same(csv(M.book(), delimiter, encoding, decimal, "%d/%m/%Y"), M.name.replace("xlsx", "csv"), M.facts())
    ways.assert_same(xls(M.book()), M.name.replace("xlsx", "xls"), M.facts())


@pytest.mark.parametrize("spelling", DAYS)
def test_week_ends_in_every_spelling(spelling):
    ways.assert_same(xlsx(replace(M, show=DAYS[spelling]).book()), M.name, M.facts())


@pytest.mark.parametrize("heads", HEADS, ids=str)
def test_heads_in_other_words(heads):
    ways.assert_same(xlsx(replace(M, heads=heads).book()), M.name, M.facts())


@pytest.mark.parametrize("label", ["Week {:02}", "WK{:02}", "{}", "wk {:02} FY26"])
def test_week_labels_in_other_words(label):
    ways.assert_same(xlsx(replace(M, label=label).book()), M.name, M.facts())


ODD = {
    "a missing week": replace(M, filled=(0, 1, 3), lines=[line for line in LINES if line[2] != 2]),
    "week 53 and the turn of the fiscal year": Form(first=date(2026, 1, 17), number=51, weeks=5),
    "over the turn of the year": Form(first=date(2026, 12, 19), number=46, weeks=5),
    "a leap day": Form(first=date(2028, 2, 12), number=2, weeks=5),
    "one product": replace(M, keys=KEYS[:1], lines=[line for line in LINES if line[1] == 0]),
    "one store": replace(M, stores=STORES[:1], lines=[*(line for line in LINES if line[0] == 0), (0, 3, 3, 1, "10")]),
    "more stores": replace(M, stores=(*STORES, "Birmingham Bullring", "Total Beauty Pop-up"), lines=(*LINES, (4, 0, 0, 1, "198"), (5, 1, 3, 2, "190"))),
    "only a return": replace(M, lines=[(0, 0, 3, -1, "-198")]),
    "one week": Form(weeks=1, filled=(0,), lines=[line for line in LINES if line[2] == 0]),
    "keys with a long dash": replace(M, keys=[key.replace(" - ", " – ") for key in KEYS]),
    "keys without blanks": replace(M, keys=[key.replace(" - ", "-", 1) for key in KEYS]),
    "keys with a leading zero": replace(M, keys=["0" + key[1:] for key in KEYS]),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_odd_forms(what):
    found = ways.assert_same(xlsx(ODD[what].book()), ODD[what].name, ODD[what].facts())
    assert ("missing_period" in found.rules) is (what in ("a missing week", "only a return"))


def test_weeks_that_are_not_filled_state_nothing():
    found = ways.assert_same(xlsx(M.book()), M.name, M.facts())
    assert found.frame is not None and max(s.period_end for s in found.frame.slices) == M.days[3]


@pytest.mark.parametrize("number", ["wk07", "wk02"])
def test_another_week_in_the_name_is_asked(number):
    ways.assert_asked(xlsx(M.book()), M.name.replace("wk04", number), "period")


def test_week_ends_that_make_no_weeks_are_asked():
    ways.assert_asked(xlsx(replace(M, show=lambda day: day + timedelta(days=day.day // 10)).book()), "form.xlsx", "whole weeks apart")


def swapped(grid: Grid) -> Grid:
    return grid.with_cells({(row, c): grid.cells[9 - row, c] for c in range(3, 15, 2) for row in (4, 5)})


def repeated(grid: Grid) -> Grid:
    cells = {(row, 0): store for at, store in enumerate(STORES) for row in range(7 + 5 * at, 11 + 5 * at)}
    return Grid({**grid.cells, **cells}, tuple(merge for merge in grid.merges if merge[0] < 7))


def headed(grid: Grid) -> Grid:
    opened = grid.placed(lambda row: row + sum(row >= first for first in (7, 12, 17, 22)), lambda column: column)
    up = {((r - 1 if c == 0 and value in STORES else r), c): value for (r, c), value in opened.cells.items()}
    return Grid(up, tuple(merge for merge in opened.merges if merge[0] < 7))


@pytest.mark.parametrize(
    "change", [swapped, repeated, headed], ids=["dates over labels", "the store in each row", "the store above its products"]
)
def test_other_ways_to_lay_the_form_out(change):
    ways.assert_same(xlsx(M.book().main(change)), M.name, M.facts())


def test_a_form_without_a_head_over_its_stores():
    book = M.book().main(lambda grid: Grid({p: v for p, v in grid.cells.items() if p != (4, 0)}, grid.merges))
    ways.assert_same(xlsx(book), M.name, M.facts())


def test_rows_under_no_store_are_held_and_never_given_to_another_one():
    book = M.book().main(lambda grid: Grid({p: v for p, v in grid.cells.items() if p != (12, 0)}, grid.merges))
    found = ways.assert_asked(xlsx(book), M.name, "under no store")
    assert found.held["store_unnamed"] == 1


@pytest.mark.parametrize(("place", "value", "words"), [((11, 3), 99, "prints 99"), ((7, 15), 99, "YTD"), ((7, 3), "#REF!", "#REF!")])
def test_one_wrong_cell_is_found_and_named(place, value, words):
    ways.assert_asked(xlsx(M.book().main(lambda grid: grid.with_cells({place: value}))), M.name, words)


def test_formulas_without_a_value_are_held_and_totals_without_one_prove_nothing():
    ways.assert_same(uncalculated(M.book()), M.name, M.facts())
    found = judge(uncalculated(M.book().main(lambda grid: grid.with_cells({(7, 4): Formula("=D8*198", 396)}))), M.name)
    assert found.held["no_cached_value"] == 1


@pytest.mark.parametrize("title", ["sales excl. VAT", "net of VAT", "sales ex VAT", "without VAT", "VAT excluded"])
def test_a_title_that_says_without_vat_counts_and_is_remarked(title):
    found = judge(xlsx(M.book().main(lambda grid: grid.with_cells({(2, 0): f"Sell out - {title}"}))), M.name)
    assert found.frame is not None and found.frame.vat_basis == "net" and "vat_basis_stated" in found.rules


@pytest.mark.parametrize("words", ["Total {}", "Subtotal {}", "Total for {}", "{} TOTAL:"])
def test_a_stores_total_in_other_words_is_that_stores(words):
    def renamed(place, value):
        name = value.removesuffix(" Total") if place[1] == 0 and isinstance(value, str) and value.endswith(" Total") else None
        return words.format(name) if name else value

    ways.assert_same(xlsx(M.book().main(lambda grid: grid.changed(renamed))), M.name, M.facts())


def test_a_week_end_that_was_typed_twice_is_asked():
    other = replace(M, show=lambda day: M.days[1] if day == M.days[2] else day)
    ways.assert_asked(xlsx(other.book()), "form.xlsx", "Several pairs of columns end on")


def test_a_header_repeated_at_the_top_of_a_page_is_no_line():
    grid = M.grid()
    opened = grid.placed(lambda row: row + 3 * (row >= 10), lambda column: column)
    again = {(row + 6, column): value for (row, column), value in grid.cells.items() if row in (4, 5, 6)}
    found = ways.assert_same(xlsx(Book({"Sell Out": opened.with_cells(again)})), M.name, M.facts())
    assert found.frame is not None and [a.row_start for a in found.frame.set_aside if a.reason == "header repeated"] == [11, 12, 13]
