"""Rates, rules and bases that change: derived figures follow, what the file stated stays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.catalogue import storing as catalogue
from core.ingest import reading_back
from core.ingest.revaluing import revalue, valuation_key
from tests.ingest.samples import JANUARY, TUNDRA, bring_in, fill_catalogue, plan_of, report, rollup_gap, scalar

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
    before = valuation_key(shop)
    with shop.write() as connection:
        catalogue.store_fx_rates(connection, [{"currency": "UAH", "month": "2025-01", "rate_to_eur": "0.02"}])
    assert valuation_key(shop) != before and revalue(shop, reseller_id(shop, "boxnox")) == 1
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
