"""Rates, rules and bases that change: derived figures follow, what the file stated stays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue import storing as catalogue
from core.catalogue.holding import valuation_state
from core.ingest import importing, inbox, reading_back, streaming
from core.ingest.asking import Answers
from core.ingest.inbox import Decision, HeldKey
from core.ingest.shapes import Problem
from tests.ingest.samples import CANDLE, JANUARY, TUNDRA, bring_in, fill_catalogue, plan_of, report, rollup_gap, scalar
from tests.ingest.workbook_bytes import delimited
from tests.revaluing import revalue

WEEK = (JANUARY[0].replace(day=27), JANUARY[1].replace(month=2, day=2))


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def reseller_id(database, key: str) -> int:
    return int(scalar(database, f"select id from resellers where key = '{key}'"))


def eur(database) -> list[tuple[object, ...]]:
    return reading_back.live_rows(database).select("amount_local", "sales_eur_net", "sales_eur_gross").rows()


def test_adding_a_rate_converts_what_was_named_as_not_converted(shop):
    frame = report((JANUARY, [("Sol", TUNDRA, 1, "100")]), currency="UAH")
    assert "fx_missing" in {problem.rule for problem in plan_of(shop, frame).problems}
    bring_in(shop, frame)
    assert eur(shop) == [(100, None, None)] and scalar(shop, "select sum(unconverted_local) from sales_rollup") == 100
    with shop.write() as connection:
        before = valuation_state(connection)
        catalogue.store_fx_rates(connection, [{"currency": "UAH", "month": "2025-01", "rate_to_eur": "0.02"}])
        assert valuation_state(connection) != before
    assert revalue(shop, reseller_id(shop, "boxnox")) == 1
    assert eur(shop) == [(100, Decimal(2), Decimal("2.42"))] and not rollup_gap(shop)
    assert revalue(shop, reseller_id(shop, "boxnox")) == 0


def test_a_changed_period_rule_moves_months_and_no_figure(shop):
    bring_in(shop, report((WEEK, [("Sol", TUNDRA, 1, "100")])))
    before = eur(shop)
    with shop.write() as connection:
        connection.exec_driver_sql("update resellers set period_rule = 'majority'")
    revalue(shop, reseller_id(shop, "boxnox"))
    assert scalar(shop, "select month from sellout_entries2") == scalar(shop, "select month from sales_rollup") == 1
    assert eur(shop) == before


def test_a_wrong_basis_is_corrected_in_one_action(shop):
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 1, "121")])))
    assert eur(shop) == [(121, 121, Decimal("146.41"))]
    revalue(shop, reseller_id(shop, "boxnox"), by="ana", vat_basis="gross")
    assert eur(shop) == [(121, 100, 121)] and not rollup_gap(shop)
    assert scalar(shop, "select count(*) from audit_log where action = 'revalued' and username = 'ana'") == 1


def test_held_rows_are_valued_too(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 1, "100")]), currency="UAH"))
    with shop.write() as connection:
        catalogue.store_fx_rates(connection, [{"currency": "UAH", "month": "2025-01", "rate_to_eur": "0.02"}])
    assert revalue(shop, reseller_id(shop, "boxnox")) == 1 and eur(shop) == [(100, Decimal(2), Decimal("2.42"))]


# Whose basis it is ----------------------------------------------------------------------------------------------------

SAID = Problem("vat_basis_stated", "The file says its amounts are without VAT.", "info")
SOURCES = {
    "the reseller's rule": ({}, Answers(accept_warnings=True), "rule", "gross"),
    "the file": ({"problems": (SAID,)}, Answers(accept_warnings=True), "file", "net"),
    "a person": ({}, Answers(accept_warnings=True, vat_basis="net"), "person", "net"),
}


@pytest.mark.parametrize("who", SOURCES)
@pytest.mark.parametrize("kept", ["as it is kept now", "as it was kept before"])
def test_a_changed_rule_leaves_what_a_file_or_a_person_said(shop, who, kept):
    values, answers, source, after = SOURCES[who]
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 1, "121"), ("Sol", "NLMYSTERY", 1, "121")]), **values), answers=answers)
    assert scalar(shop, "select report ->> 'basis_from' from upload_batches") == source
    if kept == "as it was kept before":
        with shop.write() as connection:
            connection.exec_driver_sql("update upload_batches set report = report - 'basis_from', answers = %s", ('{"vat_basis": "net"}' if source == "person" else "{}",))  # fmt: skip
    assert revalue(shop, reseller_id(shop, "boxnox"), vat_basis="gross") == (2 if after == "gross" else 0)
    assert reading_back.live_rows(shop)["vat_basis"].to_list() == [after] * 2 and not rollup_gap(shop)


def change_basis(database) -> None:
    """As the catalogue page does it."""
    with database.write() as connection:
        connection.exec_driver_sql("update resellers set vat_basis = 'gross' where key = 'boxnox'")
    revalue(database, reseller_id(database, "boxnox"), vat_basis="gross")


def test_a_held_row_is_placed_in_the_basis_that_was_set_meanwhile(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 1, "121")])))
    change_basis(shop)
    group = inbox.groups(shop).row(0, named=True)
    inbox.resolve(shop, HeldKey(group["reseller_id"], group["key_kind"], group["key"]), Decision("match_product", CANDLE))
    assert eur(shop) == [(121, 100, 121)] and not rollup_gap(shop)


@pytest.mark.parametrize("in_pieces", [False, True])
def test_the_next_file_is_in_the_basis_that_was_set(shop, settings, tmp_path, monkeypatch, in_pieces):
    monkeypatch.setattr(streaming, "LONG", 0 if in_pieces else 1 << 30)
    head = ["YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU"]
    lines = [[2025, month, "Retail", "Sol", TUNDRA, 1, 121, "EDP", ""] for month in (1, 2)]
    for month, name in enumerate(("JAN", "FEB"), 1):
        path = tmp_path / f"BOXNOX - NORDLYS Monthly Sales Report {name}2025.csv"
        path.write_bytes(delimited([head, *lines[:month]]))
        found = importing.import_file(shop, settings, path)
        assert found.status == "stored"
        change_basis(shop)
    assert eur(shop) == [(121, 100, 121)] * 2 and found.vat_basis == "gross" and found.rows_unchanged == 1 and not rollup_gap(shop)


def test_a_list_that_says_it_is_without_vat_stays_so(shop, settings):
    head = ["Store", "EAN", "Quantity", "Net amount EUR", "Month"]
    data = delimited([head, ["Sol", TUNDRA, 1, "121.00", "2025-01"], ["Sol", CANDLE, 2, "50.00", "2025-01"]])
    said = {"reseller": "BOXNOX", "amount_is": "line", "completeness": "complete", "accept_warnings": True}
    found = importing.import_file(shop, settings, data, file_name="list.csv", **said)
    assert found.status == "stored", found.questions
    change_basis(shop)
    assert set(reading_back.live_rows(shop)["vat_basis"]) == {"net"}
