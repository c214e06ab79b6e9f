"""A plan, stock or papers in a vendor's own layout are asked about before they count as sales."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ingest import importing
from tests.ingest.fresh import aromateque, cdlc, selfridges
from tests.ingest.fresh.grid import Book, Grid, csv, xlsx
from tests.ingest.fresh.online import LINES, SHEET_HEADS, Export
from tests.ingest.samples import fill_catalogue

MATRIX, FORM, EXPORT = cdlc.Matrix(), selfridges.Form(), aromateque.Export()


def titled(book: Book, text: str, sheet: str | None = None) -> Book:
    (name, grid), *_ = book.sheets.items()
    return Book({sheet or name: grid.moved(1, 0).with_cells({(0, 0): text})})


@pytest.mark.parametrize(
    ("book", "name"),
    [
        (titled(MATRIX.book(), "Stock on hand"), MATRIX.name),
        (titled(MATRIX.book(), "Budget 2026"), MATRIX.name),
        (titled(MATRIX.book(), "Riga", "Stock"), MATRIX.name),
        (MATRIX.book(), "CDLC stock 2026 02.xlsx"),
        (titled(FORM.book(), "Sales forecast by store"), FORM.name),
        (titled(EXPORT.book(), "Залишки на складі"), EXPORT.name),
    ],
    ids=["title", "plan", "sheet", "file name", "forecast of sales", "Ukrainian"],
)
def test_what_may_be_no_sales_is_asked_about(database, settings, book, name):
    fill_catalogue(database)
    report = importing.import_file(database, settings, xlsx(book), file_name=name)
    assert report.status == "needs_decision" and "not what was sold" in report.questions[0].text


TITLES = [
    "Sell out and stock by store",
    "Sell-through and stock",
    "Sales vs target",
    "NORDLYS",
    "Prepared by the warehouse team of Vilnius Stockholm",
]


@pytest.mark.parametrize("title", TITLES)
def test_other_titles_are_no_doubt(database, settings, title):
    fill_catalogue(database)
    report = importing.import_file(database, settings, xlsx(titled(MATRIX.book(), title)), file_name=MATRIX.name)
    assert report.status == "stored"


def test_orders_without_any_product_are_nobodys_and_take_no_orders_place(database, settings):
    fill_catalogue(database)
    kept = {key: head for key, head in SHEET_HEADS.items() if key in ("order", "units", "money", "day")}
    bare = Export([replace(line, country=None) for line in LINES], tuple(kept.items())).grid()
    commission = Grid({**bare.cells, (0, 9): "Commission", **{(row, 9): 18.02 for row in range(1, 8)}})
    report = importing.import_file(database, settings, csv(Book({"Orders": commission})), file_name="commission.csv")
    assert report.status == "needs_decision" and report.vendor != "online"
