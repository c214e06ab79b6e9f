"""Failures known from this trade whose proof needs the whole way from a file's rows to the tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.catalogue import storing as catalogue
from core.ingest import importing
from tests.ingest.samples import FEBRUARY, JANUARY, TUNDRA, bring_in, fill_catalogue, plan_of, report, scalar
from tests.ingest.workbook_bytes import delimited

POUNDS = {"vendor": "liberty", "currency": "GBP", "vat_basis": "gross"}


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


@pytest.mark.parametrize(("currency", "price"), [("EUR", 218), ("GBP", None), ("UAH", None)])
def test_a_list_price_counts_only_for_amounts_in_its_own_currency(shop, currency, price):
    rows = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 1, "180")]), currency=currency)).rows
    assert rows["list_price"].to_list() == [price]


@pytest.mark.parametrize(("amount", "said"), [("218", False), ("900", True)])
def test_amounts_far_above_the_list_price_are_said(shop, amount, said):
    """What is in another currency than it says, zloty as euro, stands out against the list price."""
    plan = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 1, amount)]), vat_basis="gross"))
    assert any("list price" in problem.message for problem in plan.problems) is said, [p.message for p in plan.problems]


def test_each_row_says_its_rate_its_month_and_its_source(shop):
    bring_in(shop, report((JANUARY, [("Flagship", TUNDRA, 1, "100")]), (FEBRUARY, [("Flagship", TUNDRA, 1, "100")]), **POUNDS))
    with shop.read() as connection:
        statement = "select fx_month, fx_source, fx_rate, sales_eur_gross from sellout_entries2 order by 1"
        (january, february) = connection.exec_driver_sql(statement).all()
    assert tuple(january) == (date(2025, 1, 1), "override", Decimal("1.18"), Decimal(118))
    assert february[:2] == (date(2025, 2, 1), "ecb") and february[3] == (february[2] * 100).quantize(Decimal("0.000001"))
    kept = "select rate_to_eur from fx_rates where currency = 'GBP' and source = 'ecb' and month = '2025-02-01'"
    assert scalar(shop, kept) == february[2]


@pytest.mark.parametrize("name", ["Creme de la Creme", "Crème de la Crème", "CREME DE LA CREME", " creme  de la creme ", "CDLC", "cdlc"])
def test_one_reseller_under_many_spellings_is_one(shop, name):
    known = scalar(shop, "select count(*) from resellers")
    with shop.write() as connection:
        found = catalogue.ensure_named_reseller(connection, name)
    assert scalar(shop, "select count(*) from resellers") == known
    assert found == scalar(shop, "select id from resellers where key = 'cdlc'")


def test_lists_of_one_reseller_under_two_spellings_count_for_one(shop, settings):
    head = ["Store", "EAN", "Quantity", "Gross amount EUR", "Month"]
    said = {"amount_is": "line", "completeness": "complete", "accept_warnings": True}
    for month, name in ((1, "Fjörd & Søn"), (2, "FJORD & SØN")):
        data = delimited([head, ["Oslo", TUNDRA, month, "121.00", f"2025-0{month}"], ["Bergen", TUNDRA, 1, "60.00", f"2025-0{month}"]])
        found = importing.import_file(shop, settings, data, file_name=f"fjord {month}.csv", reseller=name, **said)
        assert found.status == "stored", found.questions
    assert scalar(shop, "select count(distinct reseller_id) from held_rows") == 1
    assert scalar(shop, "select count(*) from resellers where name ilike 'fj%'") == 1
