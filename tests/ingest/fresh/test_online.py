"""The web shop's exports in every way they may be sent, against an oracle written from their description alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.ingest import importing, reading_back
from tests.ingest.fresh import ways
from tests.ingest.fresh.grid import Book, csv, xls, xlsx
from tests.ingest.fresh.judged import judge
from tests.ingest.fresh.online import HEADS, LINES, Export, day, workbook

W, X = workbook(), Export()
NAME, TEXT = "online_orders_february_2028.xlsx", "wc-orders-export-2028-02-29.csv"
NO_LIST = {"units with three decimals", "no-break blanks inside"}
HARMLESS = {name: way for name, way in ways.harmless(0, (0, 4, 6)) if name not in NO_LIST}
ASKED = dict(ways.asked(0))
DATES = (
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%Y-%m-%dT10:00:00+00:00",
    "%Y-%m-%d 10:11:12",
    "%d %b %Y",
    "%b %d, %Y",
    "%a, %d %b %Y",
)


@pytest.mark.parametrize("way", HARMLESS)
def test_the_same_orders_sent_differently_state_the_same(way):
    ways.assert_same(xlsx(HARMLESS[way](W.book())), NAME, W.facts())


@pytest.mark.parametrize("way", ASKED)
def test_what_only_a_person_knows_is_asked(way):
    ways.assert_asked(xlsx(ASKED[way](W.book())), NAME, "Confirm")


def test_text_files_of_all_countries_state_the_same():
    for delimiter, decimal in ((",", "."), (";", ","), ("\t", "."), ("|", ",")):
        for encoding in ("utf-8-sig", "cp1252", "utf-16"):
            ways.assert_same(csv(X.book(), delimiter, encoding, decimal), TEXT, X.facts())
    ways.assert_same(xls(W.book()), NAME.replace("xlsx", "xls"), W.facts())


def dated(export: Export, spelling: str) -> bytes:
    def shown(place, value):
        return date.fromisoformat(value).strftime(spelling) if place[1] == 3 and place[0] > 0 else value

    return csv(export.book().main(lambda grid: grid.changed(shown)))


@pytest.mark.parametrize("spelling", DATES)
def test_dates_in_every_spelling(spelling):
    ways.assert_same(dated(X, spelling), "orders.csv", X.facts())


def test_a_day_is_the_day_of_the_shop():
    late = Export([replace(line, day=line.day) for line in LINES[:1]])
    assert judge(dated(late, "%Y-%m-%dT23:30:00Z"), "orders.csv").period == (date(2028, 2, 1), date(2028, 2, 29))
    found = judge(dated(late, "%Y-%m-%dT23:30:00Z"), "orders.csv").frame
    assert found is not None and found.rows["sale_date"].to_list() == [date(2028, 2, 2)]


def test_dates_that_make_a_month_only_when_read_month_first_are_asked():
    low = Export([replace(line, day=day(min(line.day.day, 12))) for line in LINES])
    ways.assert_same(dated(low, "%d/%m/%Y"), "orders.csv", low.facts())
    ways.assert_asked(dated(low, "%m/%d/%Y"), "orders.csv", "period")
    ways.assert_same(dated(low, "%m/%d/%Y"), "orders.csv", low.facts(), period=(date(2028, 2, 1), date(2028, 2, 29)))


ODD = {
    "a line exported twice": (Export((*LINES, replace(LINES[0], line_id="id-1"))), X.facts()),
    "two lines that are equal": (Export((*LINES, LINES[0])), None),
    "an order of twenty lines": (Export([replace(LINES[0], order="9", ean=f"95240010{n:05}", money=f"{n}.111111", fee="7.77") for n in range(20)]), None),
    "only a refund": (Export(LINES[5:6]), None),
    "only a gift": (Export(LINES[2:3]), None),
    "no country": (Export([replace(line, country=None) for line in LINES]), None),
    "EANs as floats": (Export([replace(line, ean=line.ean and f"{line.ean}.0") for line in LINES]), X.facts()),
    "EANs as powers of ten": (Export([replace(line, ean=line.ean and f"{line.ean[0]}.{line.ean[1:]}E+12") for line in LINES]), X.facts()),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_odd_exports(what):
    export, truth = ODD[what]
    ways.assert_same(csv(export.book()), TEXT, truth if truth is not None else export.facts())


def test_an_order_fee_counts_once_and_adds_up_to_the_cent():
    frame = judge(csv(ODD["an order of twenty lines"][0].book()), TEXT).frame
    assert frame is not None and str(frame.rows["payment_fee"].sum()).startswith("7.77")


def test_one_line_id_with_two_contents_is_asked():
    twice = Export((*LINES, replace(LINES[0], line_id="id-1", money="99")))
    ways.assert_asked(csv(twice.book()), TEXT, "occur twice")


def test_destinations_in_words_are_countries():
    words = ("Germany", "UK", "nl", "Deutschland", " France ")
    frame = judge(csv(Export([replace(LINES[0], country=word) for word in words]).book()), TEXT).frame
    assert frame is not None and frame.rows["country"].to_list() == ["DE", "GB", "NL", "DE", "FR"]


@pytest.mark.parametrize(("total", "asked"), [((45, 3918.366858), False), ((44, 3900.0), True)])
@pytest.mark.parametrize("label", ["Total", "Sum", "Kopā", None])
def test_a_total_row_is_a_proof_whatever_it_is_called(total, asked, label):
    cells = {(9, 0): label, (9, 4): total[0], (9, 5): total[1]}
    data = xlsx(W.book().main(lambda grid: grid.with_cells({p: v for p, v in cells.items() if v is not None})))
    if asked and label:
        ways.assert_asked(data, NAME, "prints 44")
    elif not asked:
        ways.assert_same(data, NAME, W.facts())
    else:  # neither a name nor the sums of the list: a line without an order, held
        assert judge(data, NAME).held


@pytest.mark.parametrize(
    "heads",
    [
        {"money": "Net Sales EUR"},
        {"order": "Order #", "units": "Qty"},
        {"ean": "barcode", "day": "Date"},
        {"fee": "Stripe fee (EUR)", "code": "SKU"},
    ],
    ids=str,
)
def test_heads_in_other_words(heads):
    other = Export(heads=tuple((key, heads.get(key, head)) for key, head in HEADS.items()))
    ways.assert_same(csv(other.book()), TEXT, other.facts())


@pytest.mark.parametrize("head", ["Sales GBP", "sales_eur_gross", "Sales EUR incl. VAT"])
def test_money_of_another_kind_is_never_read_as_net_euro(head):
    other = Export(heads=tuple((key, head if key == "money" else text) for key, text in HEADS.items()))
    found = judge(csv(other.book()), TEXT)
    assert not found.silent and found.vendor != "online"


def test_two_columns_of_one_meaning_that_differ_are_asked():
    other = Export(heads=(*HEADS.items(), ("cost", "Sales EUR")))
    ways.assert_asked(csv(other.book()), TEXT, "mean the same and differ")


def test_two_lists_in_one_workbook_are_asked():
    both = Book({"May": workbook(LINES[:3]).grid(), "June": workbook(LINES[3:]).grid()})
    ways.assert_asked(xlsx(both), "online.xlsx", "“June” was not")


@pytest.mark.parametrize("name", ["online_orders_march_2028.xlsx", "BOXNOX - NORDLYS Monthly Sales Report APR2025.xlsx"])
def test_a_name_of_another_month_is_asked(name):
    ways.assert_asked(xlsx(W.book()), name, "contradicts itself")


STATES = {"status": "cancelled", "Order Status": "on-hold", "financial_status": "Refunded", "Payment status": "failed"}


@pytest.mark.parametrize("head", STATES)
def test_orders_that_were_never_paid_are_asked_about(head):
    said = [(0, head), *((row, STATES[head] if row == 4 else "completed") for row in range(1, 8))]
    beside = Book({"Orders": X.grid().with_cells({(row, 25): text for row, text in said})})
    ways.assert_asked(csv(beside), TEXT, f"calls 1 line “{STATES[head]}”")
    for text in ("partially refunded", "not cancelled"):
        fine = beside.main(lambda grid, said=text: grid.with_cells({(4, 25): said}))
        ways.assert_same(csv(fine), TEXT, X.facts())


@pytest.mark.parametrize("code", ["USD", "SEK", "£"])
def test_a_column_of_another_currency_is_asked_about(code):
    column = {(0, 25): "Currency", **{(row, 25): "EUR" for row in range(1, 8)}}
    ways.assert_same(csv(Book({"Orders": X.grid().with_cells(column)})), TEXT, X.facts())
    ways.assert_asked(csv(Book({"Orders": X.grid().with_cells({**column, (3, 25): code})})), TEXT, "were read so")


@pytest.mark.parametrize("spelling", ["%b %d, %Y", "%B %d, %Y 10:02 AM", "%d %B %Y, 10:02", "%Y/%m/%d"])
def test_days_in_words_with_their_times(spelling):
    ways.assert_same(dated(X, spelling), "orders.csv", X.facts())


def test_an_order_is_the_same_order_in_every_spelling_of_its_number(database, settings):
    spellings = ("{}", "#{}", " {} ", "{}.0", "'{}", "# {}")
    for number, spelling in enumerate(spellings):
        export = Export([replace(line, order=spelling.format(line.order), city=f"City {number}") for line in LINES])
        importing.import_file(database, settings, csv(export.book()), file_name=f"orders {number}.csv", accept_warnings=True)
    rows = reading_back.live_rows(database)
    assert rows.height == len(LINES) and set(rows["order_id"]) == {line.order for line in LINES}
