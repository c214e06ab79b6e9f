"""Aromateque's export in every way it may be sent, against an oracle written from its description alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.ingest import importing
from tests.ingest.fresh import ways
from tests.ingest.fresh.aromateque import MONTHS, PRODUCTS, Export
from tests.ingest.fresh.grid import Book, Grid, csv, xls, xlsx
from tests.ingest.fresh.judged import judge

M = Export()
HEAD = M.second_header
HARMLESS, ASKED = dict(ways.harmless(HEAD, (0, 1, 2, 6, 8))), dict(ways.asked(HEAD))
GENITIVE = ("", "січня", "лютого", "березня", "квітня", "травня")
NOMINATIVE = ("", "січень", "лютий", "березень", "квітень", "травень")
HEADERS = {
    "real dates": lambda day: day, "березня-27": lambda day: f"{GENITIVE[day.month]}-{day:%y}", "березень 2027": lambda day: f"{NOMINATIVE[day.month]} {day.year}",
    "березня 2027 р.": lambda day: f"{GENITIVE[day.month]} {day.year} р.", "Березень 2027 г.": lambda day: f"{NOMINATIVE[day.month].capitalize()} {day.year} г.",
    "2027-03-01": str, "Mar-27": lambda day: f"{day:%b-%y}", "March 2027": lambda day: f"{day:%B %Y}", "2027-03": lambda day: f"{day:%Y-%m}", "03.2027": lambda day: f"{day:%m.%Y}",
}  # fmt: skip
WORDS = (
    ("Магазин", "Итого", "Итого в евро"), ("Магазин", "Разом", "Разом в євро"), ("Склад", "Всього", "Всього, євро"), ("Store", "TOTAL", "TOTAL EUR"),
    ("Stores", "total", "Total in euro"), ("Shop", "Sum", "Sum in euro"), ("Store", "Total qty", "total in €"), ("Point", "Total:", "Total in euro"),
)  # fmt: skip


@pytest.mark.parametrize("way", HARMLESS)
def test_the_same_export_sent_differently_states_the_same(way):
    ways.assert_same(xlsx(HARMLESS[way](M.book())), M.name, M.facts())


@pytest.mark.parametrize("way", ASKED)
def test_what_only_a_person_knows_is_asked(way):
    ways.assert_asked(xlsx(ASKED[way](M.book())), M.name, "Confirm")


def test_text_files_of_all_countries_state_the_same():
    for name, data in ways.as_texts(M.book()):
        ways.assert_same(data, M.name.replace(".xlsx", ".xls" if name == "xls" else ".csv"), M.facts())
    ukrainian = replace(M, words=("Магазин", "Всього", "Всього в євро"), show=HEADERS["березня-27"])
    ways.assert_same(csv(ukrainian.book(), ";", "cp1251", ","), M.name.replace("xlsx", "csv"), M.facts())
    ways.assert_same(xls(replace(M, show=HEADERS["real dates"]).book()), M.name.replace("xlsx", "xls"), M.facts())


@pytest.mark.parametrize("spelling", HEADERS)
def test_months_in_every_spelling(spelling):
    ways.assert_same(xlsx(replace(M, show=HEADERS[spelling]).book()), M.name, M.facts())


@pytest.mark.parametrize("words", WORDS, ids=str)
def test_heads_in_other_words_and_languages(words):
    ways.assert_same(xlsx(replace(M, words=words).book()), M.name, M.facts())


@pytest.mark.parametrize("gap", [0, 1, 3, 12])
def test_the_products_begin_wherever_their_head_stands(gap):
    ways.assert_same(xlsx(replace(M, gap=gap).book()), M.name, M.facts())


GROWN = tuple((f"Store {number}", (1, None, 2, 0, None)) for number in range(45))
ODD = {
    "45 stores": replace(M, stores=GROWN, products=(("NORDLYS Glow of Tundra 100 ml", "NLGOT100", (45, None, 90, 0, None), "29430"),)),
    "one month": replace(M, months=MONTHS[:1], stores=(("Sky", (2,)),), products=(("NORDLYS A 100 ml", "NLA100", (2,), "436"),), nominal=MONTHS[0]),
    "a month of returns": replace(M, months=MONTHS[:2], stores=(("Sky", (2, -1)),), products=(("NORDLYS A 100 ml", "NLA100", (2, -1), "218"),), nominal=MONTHS[1]),
    "over the turn of a year": replace(M, months=[date(2026, 11, 1), date(2026, 12, 1), *MONTHS[:3]], nominal=date(2027, 1, 1)),
    "no codes at all": replace(M, products=[(name, None, units, euros) for name, _, units, euros in PRODUCTS]),
    "names without blanks around": replace(M, pad=0),
    "names of one word": replace(M, products=[(name.replace(" ", "_"), sku or "NLAW7X2", units, euros) for name, sku, units, euros in PRODUCTS]),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_odd_exports(what):
    ways.assert_same(xlsx(ODD[what].book()), ODD[what].name, ODD[what].facts())


def test_columns_after_the_months_own_are_provisional():
    found = ways.assert_same(xlsx(M.book()), M.name, M.facts())
    rows = found.frame.rows.filter("provisional")  # type: ignore[union-attr]
    assert set(rows["period_start"]) == {date(2027, 5, 1)} and "columns_after_nominal_period" in found.rules


@pytest.mark.parametrize("name", ["(4).xlsx", "TDSheet.xlsx", "nordlys sales.xlsx"])
def test_without_a_month_in_the_name_the_newest_ones_are_offered(name):
    found = ways.assert_asked(xlsx(M.book()), name, "No period is proven")
    assert [c.start for c in found.frame.period.candidates] == [date(2027, 5, 1), date(2027, 4, 1)]  # type: ignore[union-attr]
    ways.assert_same(xlsx(M.book()), name, M.facts(), period=(date(2027, 4, 1), date(2027, 4, 30)))


@pytest.mark.parametrize("name", ["nordlys sales june'27.xlsx", "nordlys sales december'26.xlsx"])
def test_a_month_that_no_column_states_is_a_conflict(name):
    ways.assert_asked(xlsx(M.book()), name, "contradicts itself")


@pytest.mark.parametrize(
    "name", ["nordlys sales квітень'27.xlsx", "NORDLYS SALES APR27 (2).xlsx", "nordlys sales april’27.xlsx", "sales 04.2027.xlsx"]
)
def test_the_month_in_the_name_in_any_spelling(name):
    assert ways.assert_same(xlsx(M.book()), name, M.facts()).period == (date(2027, 4, 1), date(2027, 4, 30))


def test_stores_and_products_that_differ_are_asked():
    other = replace(M, stores=M.stores[:-1])
    ways.assert_asked(xlsx(other.book()), M.name, "Stores = products, 2027-02")


def test_one_wrong_total_is_found_and_named():
    ways.assert_asked(xlsx(M.book().main(lambda grid: grid.with_cells({(4, 2): 99}))), M.name, "prints 99")


def test_an_export_without_its_products_is_refused():
    stores = {place: value for place, value in M.grid().cells.items() if place[0] < HEAD}
    ways.assert_asked(xlsx(Book({"TDSheet": Grid(stores)})), M.name)


def test_tables_on_two_sheets_or_in_the_other_order_state_the_same():
    cells = M.grid().cells
    upper, lower = ({p: v for p, v in cells.items() if (p[0] < HEAD) is first} for first in (True, False))
    below = {(row - HEAD, column): value for (row, column), value in lower.items()}
    ways.assert_same(xlsx(Book({"Stores": Grid(upper), "Products": Grid(below)})), M.name, M.facts())
    swapped = {**below, **{(row + 10, column): value for (row, column), value in upper.items()}}
    ways.assert_same(xlsx(Book({"TDSheet": Grid(swapped)})), M.name, M.facts())


def test_money_in_another_currency_proves_no_euro():
    found = judge(xlsx(replace(M, words=("Store", "total", "Total in UAH")).book()), M.name)
    assert found.frame is not None and found.frame.currency == "UAH" and "no_amount_per_product" in found.rules


def test_a_line_that_can_not_be_read_is_held():
    found = judge(xlsx(M.book().main(lambda grid: grid.with_cells({(HEAD + 1, 2): "#REF!"}))), M.name)
    assert found.held == Counter({"cell_error": 1}) and not found.silent


def broken_over_pages(row: int, head: int) -> Book:
    """The head of a table again in front of `row`, as on a printed page."""
    opened = M.grid().placed(lambda at: at + (at >= row), lambda column: column)
    return Book({"TDSheet": opened.with_cells({(row, c): value for (r, c), value in M.grid().cells.items() if r == head})})


@pytest.mark.parametrize(("row", "head"), [(2, 0), (HEAD + 3, HEAD)], ids=["stores", "products"])
def test_a_header_repeated_at_the_top_of_a_page_loses_no_line(row, head):
    def bare(grid: Grid) -> Grid:
        return Grid({(r, c): v for (r, c), v in grid.cells.items() if grid.cells.get((r, 1)) != "total"}, grid.merges)

    book = broken_over_pages(row, head)
    ways.assert_same(xlsx(book), M.name, M.facts())
    ways.assert_same(xlsx(book.main(bare)), M.name, M.facts())


def test_month_heads_written_month_first_are_the_months_they_are():
    ways.assert_same(xlsx(replace(M, show=lambda day: f"{day.month}/1/{day.year}").book()), M.name, M.facts())
    ways.assert_same(xlsx(replace(M, show=lambda day: f"{day:%m}/01/{day.year}").book()), M.name, M.facts())


@pytest.mark.parametrize("text", ["берзень 2027", "Mrach-27", "2027/13", "M03"])
def test_a_month_that_can_not_be_read_is_asked_about_and_not_left_out_in_silence(text):
    other = replace(M, show=lambda day: text if day.month == 3 else f"{day:%d.%m.%Y}")
    ways.assert_asked(xlsx(other.book()), M.name, "looks like a month that can not be read")


def test_a_month_that_stands_twice_is_asked():
    other = replace(M, show=lambda day: f"01.0{min(day.month, 3)}.{day.year}")
    ways.assert_asked(xlsx(other.book()), M.name, "Several columns are headed as March 2027")


def test_several_columns_under_one_month_are_asked():
    opened = M.grid().placed(lambda row: row, lambda column: column + (column >= 3))
    merged = replace(opened, merges=((0, 2, 0, 3), (HEAD, 2, HEAD, 3))).with_cells({(HEAD + 1, 3): 436.5})
    ways.assert_asked(xlsx(Book({"TDSheet": merged})), M.name, "the others were not read")


def test_an_export_whose_products_sold_nothing_is_refused(database, settings):
    nothing = replace(M, stores=(("Sky Mall", (None,) * 5),), products=[(name, sku, (None,) * 5, "0") for name, sku, _, _ in PRODUCTS])
    report = importing.import_file(database, settings, xlsx(nothing.book()), file_name=M.name)
    assert report.status == "refused" and "No sales were found" in report.reason


def test_months_merged_over_columns_without_figures_are_no_question():
    opened = M.grid().placed(lambda row: row, lambda column: column + (column >= 3))
    ways.assert_same(xlsx(Book({"TDSheet": replace(opened, merges=((0, 2, 0, 3), (HEAD, 2, HEAD, 3)))})), M.name, M.facts())


@pytest.mark.parametrize("days", [5, 14])
def test_an_export_by_day_is_asked_about_and_never_read_as_months(days):
    units = (1,) * days
    daily = Export(
        [date(2027, 4, day + 1) for day in range(days)],
        (("Sky Mall", units),),
        [("NORDLYS PARFUM Glow of Tundra 100 ml", "NLGOT100", units, None)],
    )
    ways.assert_asked(xlsx(daily.book()), M.name, "Several columns are headed as April 2027")


def test_months_by_their_last_day_written_month_first():
    last = {day: date(day.year, day.month + 1, 1) - timedelta(days=1) for day in MONTHS}
    ways.assert_same(xlsx(replace(M, show=lambda day: f"{last[day]:%m/%d/%Y}").book()), M.name, M.facts())


ASIDE = [
    "EAN13",
    "EAN 13",
    "5555.5",
    "Column1",
    "YTD",
    "YTD 2027",
    "2026 total",
    "Total 2026",
    "Q1 2027",
    "RRP 2027",
    "Ціна 2027",
    "Size 50",
]


@pytest.mark.parametrize("head", ASIDE)
def test_a_column_beside_the_months_is_no_month_that_was_left_out(head):
    ways.assert_same(xlsx(M.book().main(lambda grid: grid.with_column(4, 0, head, 5))), M.name, M.facts())


@pytest.mark.parametrize("text", ["Page 1 of 2", "14.05.2027", "тел. 044 123 45 67", "Printed by Olena"])
def test_a_footer_under_the_months_is_no_row_with_units(text):
    ways.assert_same(xlsx(M.book().main(lambda grid: grid.with_cells({(grid.height + 1, 3): text}))), M.name, M.facts())


@pytest.mark.parametrize("units", [4, "4,000", "-4", "(4)", "1 004"])
def test_units_that_belong_to_no_line_are_asked_about(units):
    ways.assert_asked(xlsx(M.book().main(lambda grid: grid.with_cells({(grid.height + 1, 3): units}))), M.name, "1 row with units")
