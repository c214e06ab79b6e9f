"""CDLC's matrix in every way it may be sent, against an oracle written from its description alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from tests.ingest.fresh import ways
from tests.ingest.fresh.cdlc import LINES, STORES, Matrix
from tests.ingest.fresh.grid import Book, Formula, Grid, uncalculated, xlsx
from tests.ingest.fresh.judged import facts, judge

M = Matrix()
HEAD = 3
HARMLESS, ASKED = dict(ways.harmless(HEAD, (0, 1, 3, 4, 12))), dict(ways.asked(HEAD))
LITHUANIA = (("Vilnius Europa", "Lithuania"), ("Mega Total", "Lithuania"), ("Lithuania Total", "Lithuania"))


@pytest.mark.parametrize("way", HARMLESS)
def test_the_same_report_sent_differently_states_the_same(way):
    ways.assert_same(xlsx(HARMLESS[way](M.book())), M.name, M.facts())


@pytest.mark.parametrize("way", ASKED)
def test_what_only_a_person_knows_is_asked(way):
    ways.assert_asked(xlsx(ASKED[way](M.book())), M.name, "Confirm")


def test_text_files_of_all_countries_state_the_same():
    for name, data in ways.as_texts(M.book()):
        extension = ".xls" if name == "xls" else ".csv"
        ways.assert_same(data, M.name.replace(".xlsx", extension), M.facts())


@pytest.mark.parametrize("month", [date(2024, 2, 1), date(2025, 12, 1), date(2026, 1, 1), date(2027, 10, 1)], ids=str)
def test_any_month_is_read_from_its_names(month):
    other = replace(M, month=month)
    ways.assert_same(xlsx(other.book()), other.name, other.facts())


@pytest.mark.parametrize("title", ["2026 m. vasario mėn.", "2026. gada februāris", "2026 février", "2026 лютого", "NORDLYS 2026 February"])
def test_titles_in_other_languages_agree_with_the_names(title):
    ways.assert_same(xlsx(replace(M, title=title).book()), M.name, M.facts())


def test_a_title_alone_proves_no_month():
    found = ways.assert_asked(xlsx(M.book("Sheet1")), "report.xlsx", "No period is proven")
    assert found.frame is not None and [c.start for c in found.frame.period.candidates] == [M.month]


@pytest.mark.parametrize("title", ["2026 January", "Sell out January 2026"])
def test_a_title_of_last_month_is_a_conflict(title):
    ways.assert_asked(xlsx(replace(M, title=title).book()), M.name, "contradicts itself about its period")


@pytest.mark.parametrize("total", ["TOTAL", "Total:", "Iš viso", "VISO", "Kopā:", "Kokku", "Sum", "Grand Total", "Итого", "Всі разом"])
def test_totals_in_any_word_are_totals_by_their_place_and_shape(total):
    ways.assert_same(xlsx(replace(M, total=total).book()), M.name, M.facts())


@pytest.mark.parametrize(("units", "money"), [("Kiekis", "Suma Eur"), ("Qty.", "Sum, Eur"), ("Units", "Sum Eur"), ("QTY", "Amount EUR")])
def test_heads_in_other_words(units, money):
    ways.assert_same(xlsx(replace(M, units=units, money=money).book()), M.name, M.facts())


def test_money_without_vat_or_in_another_currency_is_read_as_its_head_says():
    net = ways.assert_same(xlsx(replace(M, money="Sum Eur be PVM").book()), M.name, M.facts())
    pounds = ways.assert_same(xlsx(replace(M, money="Sum USD").book()), M.name, M.facts())
    assert net.frame and pounds.frame and (net.frame.vat_basis, pounds.frame.currency) == ("net", "USD") and "vat_basis_stated" in net.rules


@pytest.mark.parametrize(
    "lines",
    [
        [("Vilnius Europa", "9524001001008", -1, "-218.0008")],
        [("E-shop", "9524001001008", 1, "218")],
        [*LINES, ("Kaunas Mega", "", 1, "58")],
    ],
    ids=["only a return", "only one line", "a line without EAN"],
)
def test_few_and_odd_lines(lines):
    other = replace(M, lines=lines)
    found = ways.assert_same(xlsx(other.book()), M.name, other.facts())
    assert found.held == Counter(["ean_missing"] if len(lines) > 1 else [])


def test_new_stores_and_regions_keep_their_names_and_countries():
    stores = (*STORES, ("EE Tallinn Kristiine", "Estonia"), ("Warszawa", "Poland"))
    other = replace(M, stores=stores, lines=(*LINES, *((s, "9524001001008", 1, "218") for s, _ in stores[-2:])))
    found = ways.assert_same(xlsx(other.book()), M.name, other.facts())
    countries = dict(found.frame.rows.select("store_text", "country").iter_rows())  # type: ignore[union-attr]
    assert countries["EE Tallinn Kristiine"] == "EE" and countries["Warszawa"] == "PL"


def test_a_store_may_be_called_total_and_a_region_may_have_one():
    sold = [("Vilnius Europa", "9524001001008", 1, "218"), ("Mega Total", "9524001001008", 2, "436")]
    added = [("Lithuania Total", "9524001001008", 3, "654")]
    grid = replace(M, stores=LITHUANIA, lines=[*sold, *added]).grid()
    grid = grid.with_cells({(4, 9): 3, (4, 10): 654.0, (5, 9): 3, (5, 10): 654.0})  # what all of them add up to
    ways.assert_same(xlsx(Book({"2026 02": grid})), M.name, replace(M, lines=sold).facts())


@pytest.mark.parametrize(
    ("place", "value", "words"), [((9, 3), 77, "prints 77"), ((5, 12), 1.0, "prints 1.00"), ((4, 4), "#REF!", "#REF!")]
)
def test_one_wrong_cell_is_found_and_named(place, value, words):
    ways.assert_asked(xlsx(M.book().main(lambda grid: grid.with_cells({place: value}))), M.name, words)


def test_formulas_count_by_their_value_and_never_without_one():
    book = M.book().main(lambda grid: grid.with_cells({(4, 4): Formula("=D5*218.0008", 218.0008)}))
    ways.assert_same(xlsx(book), M.name, M.facts())
    assert ways.assert_asked(uncalculated(book), M.name, "no calculated value").held["no_cached_value"] == 1


def test_an_ean_that_lost_its_digits_is_held_and_never_guessed():
    def lost(place, value):
        return "9.524E+12" if place[1] == 1 and isinstance(value, str) and value.isdigit() else value

    found = judge(xlsx(M.book().main(lambda grid: grid.changed(lost))), M.name)
    assert found.held == Counter({"ean_lost_digits": len(LINES)}) and found.frame and found.frame.rows["ean"].null_count() == len(LINES)


@pytest.mark.parametrize(
    "order", [{1: 2, 2: 1}, {11: 3, 12: 4, **{c: c + 2 for c in range(3, 11)}}], ids=["EAN behind the name", "total first"]
)
def test_columns_in_another_order(order):
    book = M.book().main(lambda grid: grid.placed(lambda row: row, lambda column: order.get(column, column)))
    ways.assert_same(xlsx(book), M.name, M.facts())


def test_products_below_the_total_are_not_lost_in_silence():
    more = {(12, 1): "9524001001008", (12, 2): "NORDLYS. Glow of Tundra EDP 100 ml", (12, 3): 5, (12, 4): 1090.0}
    ways.assert_asked(xlsx(M.book().main(lambda grid: grid.with_cells(more))), M.name, "below the total row")


def test_without_totals_the_facts_stay_and_nothing_proves_them():
    def bare(grid: Grid) -> Grid:
        return Grid({(r, c): v for (r, c), v in grid.cells.items() if r != 9 and c < 11}, grid.merges[:-1])

    found = ways.assert_same(xlsx(M.book().main(bare)), M.name, M.facts())
    assert found.frame is not None and not found.frame.controls


def with_region_total(label: str) -> Book:
    """A pair that adds the Lithuanian stores up, in front of Latvia's."""
    grid = M.grid().placed(lambda row: row, lambda column: column + 2 * (column >= 9))
    added = {(1, 9): label, (3, 9): "Qty", (3, 10): "Sum Eur"}
    for row in range(4, 10):
        for at in (0, 1):
            pair = [value for column in (5, 7) if (value := grid.cells.get((row, column + at))) is not None]
            added |= {(row, 9 + at): sum(pair)} if pair else {}
    return Book({"2026 02": grid.with_cells(added)})


@pytest.mark.parametrize("label", ["Lithuania Total", "Total Lithuania", "LITHUANIA TOTAL:"])
def test_the_total_of_a_region_is_no_store_and_proves_the_region_alone(label):
    found = ways.assert_same(xlsx(with_region_total(label)), M.name, M.facts())
    assert found.frame is not None and any("Lithuania" in control.what.title() for control in found.frame.controls)
    wrong = with_region_total(label).main(lambda grid: grid.with_cells({(4, 9): 99}))
    ways.assert_asked(xlsx(wrong), M.name, "prints 99")


def repeated(title: str | None, totals: bool) -> Book:
    """The header again below four products, as at the top of a page, or (`title`) with the labels of another month's table."""
    first = 0 if title else 3
    opened = M.grid().placed(lambda row: row + (4 - first if row > 6 else 0), lambda column: column)
    heads = {(row - first + 7, column): value for (row, column), value in opened.cells.items() if first <= row <= 3}
    cells = {**opened.cells, **heads, **({(8, 1): title} if title else {})}
    return Book({"2026 02": Grid({p: v for p, v in cells.items() if totals or p[0] < opened.height - 1}, opened.merges)})


@pytest.mark.parametrize("totals", [True, False])
def test_a_header_repeated_at_the_top_of_a_page_is_no_line(totals):
    ways.assert_same(xlsx(repeated(None, totals)), M.name, M.facts())


@pytest.mark.parametrize("totals", [True, False])
def test_another_months_table_below_is_asked_about_and_never_added(totals):
    found = ways.assert_asked(xlsx(repeated("2026 January", totals)), M.name, "Another table with a header of its own")
    assert found.facts.total() < len(LINES)


@pytest.mark.parametrize("money_first", [False, True])
def test_a_store_that_heads_two_pairs_keeps_both_amounts_and_is_asked(money_first):
    grid = M.grid().with_cells({(2, 7): "Vilnius Europa", (2, 8): "Vilnius Europa"})
    swapped = {
        (row, column + (1 if column % 2 else -1)) if row > 2 < column else (row, column): value
        for (row, column), value in grid.cells.items()
    }
    turned = Grid(swapped, grid.merges) if money_first else grid
    lines = [("Vilnius Europa" if store == "Kaunas Mega" else store, *rest) for store, *rest in LINES]
    found = ways.assert_asked(xlsx(Book({"2026 02": turned})), M.name, "Several pairs of columns are headed “Vilnius Europa”")
    assert found.facts == facts(replace(M, lines=lines).facts())
