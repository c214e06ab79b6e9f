"""The sums by day, month and total, and the counted orders, follow what changes under them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from core.db import tables as t
from core.ingest import coarsening, importing
from core.ingest.coarsening import coarsen_all
from core.ingest.slices import roll_up_days, roll_up_reseller
from core.sales.query import build_query
from core.sales.running import run
from tests.ingest.samples import CANDLE as SCENTED_CANDLE
from tests.ingest.samples import TUNDRA as EAU
from tests.ingest.samples import fill_catalogue, rollup_gap
from tests.ingest.test_importing import boxnox
from tests.sales.conftest import CANDLE, TUNDRA, Market, market  # noqa: F401


def orders(market: Market, by: str = "day") -> list[tuple[object, ...]]:  # noqa: F811
    return run(market.database, build_query("orders", by, None, "2025")).frame.rows()


def test_an_order_on_two_days_counts_once_in_all_and_on_each_day(market: Market) -> None:  # noqa: F811
    market.order_line("A", "2025-05-02", TUNDRA, 1, 10, fx_rate=1)
    market.order_line("A", "2025-05-02", CANDLE, 1, 10, fx_rate=1)
    market.order_line("B", "2025-05-02", TUNDRA, 1, 10, fx_rate=1)
    market.fill_rollup()
    assert [count for _, count in orders(market)] == [2]
    market.order_line("A", "2025-05-09", CANDLE, 1, 5, fx_rate=1)
    with market.database.write() as c:
        roll_up_days(c, market.resellers["online"], ["2025-05-09"])
        named = c.execute(sa.text("select count(*) from order_days where order_id = 'A'")).scalar_one()
    assert [count for _, count in orders(market)] == [2, 1] and named == 2 and not rollup_gap(market.database)
    assert run(market.database, build_query("orders", (), None, "2025")).totals["orders"] == 2


def test_an_order_that_loses_its_second_day_is_a_number_again(market: Market) -> None:  # noqa: F811
    market.order_line("A", "2025-05-02", TUNDRA, 1, 10, fx_rate=1)
    market.order_line("A", "2025-05-09", TUNDRA, 1, 10, fx_rate=1)
    market.fill_rollup()
    with market.database.write() as c:
        c.execute(t.ecommerce_orders.update().where(t.ecommerce_orders.c.order_date == date(2025, 5, 9)).values(live=False))
        roll_up_days(c, market.resellers["online"], ["2025-05-09"])
        assert c.execute(sa.text("select order_id, orders from order_days")).all() == [(None, 1)]
    assert not rollup_gap(market.database)


def test_the_sums_follow_a_store_to_its_country_and_a_new_list_price(market: Market) -> None:  # noqa: F811
    store = market.store("galilu", "Warsaw", country="PL")
    market.line("galilu", "2025-05", TUNDRA, 2, 300, store="Warsaw", fx_rate=1)
    with market.database.write() as c:
        roll_up_reseller(c, market.resellers["galilu"])
        c.execute(t.stores.update().where(t.stores.c.id == store).values(country="LT"))
        c.execute(t.price_list.insert(), {"ean": TUNDRA, "currency": "PLN", "valid_from": "2025-05-20", "unit_price": 200})
        coarsen_all(c)
    assert not rollup_gap(market.database)
    result = run(market.database, build_query(["units", "price_realisation"], "country", None, "2025"))
    assert result.frame.rows()[0][:2] == ("LT", 2) and "sales_totals" in result.sql


def coarser(database) -> list[Counter[tuple[object, ...]]]:
    with database.read() as connection:
        return [Counter(tuple(row)[1:] for row in connection.execute(sa.text(f"select * from {table}"))) for table in coarsening.TABLES]


@pytest.mark.parametrize("many", [0, coarsening.MANY])
def test_fresh_months_summed_before_they_are_written_are_what_is_read_back(database, settings, tmp_path, monkeypatch, many):
    fill_catalogue(database)
    with database.write() as c:
        c.execute(sa.text("update stores set country = 'PT'"))
        boxnox_id = c.execute(sa.select(t.resellers.c.id).where(t.resellers.c.key == "boxnox")).scalar_one()
        store = c.execute(
            t.stores.insert().values(reseller_id=boxnox_id, name="Luna", channel="offline", country="ES").returning(t.stores.c.id)
        )
        c.execute(t.store_aliases.insert().values(reseller_id=boxnox_id, store_id=store.scalar_one(), alias="Luna", alias_key="luna"))
    monkeypatch.setattr(coarsening, "MANY", many)
    first = [
        f"2025,1,{channel},{pos},{ean},{units},80.5,EDP,"
        for channel in ("Retail", "Wholesale")
        for pos in ("Sol", "Luna")
        for ean, units in ((EAU, 1), (SCENTED_CANDLE, -1), ("", 2))
    ]
    second = [*first, f"2025,2,Retail,Sol,{EAU},3,,EDP,", f"2025,2,Retail,Luna,{EAU},,99,EDP,"]
    restated = [*first[1:], f"2025,2,Retail,Sol,{EAU},4,300,EDP,", f"2025,3,Retail,Sol,{EAU},1,75,EDP,"]
    for month, lines in (("JAN", first), ("FEB", second), ("MAR", restated)):
        stored = importing.import_file(database, settings, boxnox(tmp_path, month, *lines), accept_warnings=True)
        assert stored.status == "stored" and not rollup_gap(database)
    summed = coarser(database)
    with database.write() as c:
        coarsen_all(c)
    assert coarser(database) == summed and {row[4] for row in summed[0]} == {"PT", "ES"}
