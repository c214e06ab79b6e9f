"""What changes while a file is judged: the rows that are stored are those of the catalogue as it is when they are stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import catalogue_changes
from core.catalogue.editing import Edits
from core.catalogue.grids import BY_NAME
from core.errors import UnknownRecord
from core.ingest import importing, inbox, storing, streaming
from core.ingest.inbox import Decision, HeldKey
from core.people.permissions import SYSTEM
from tests.ingest.samples import (
    CANDLE,
    JANUARY,
    TUNDRA,
    TUNDRA_30,
    bring_in,
    fill_catalogue,
    judged_again,
    live,
    plan_of,
    report,
    rollup_gap,
    scalar,
)
from tests.ingest.test_once_only import at_once
from tests.revaluing import revalue

HEAD = "YEAR,MONTH,CHANNEL,POS,EAN,QTY,AMOUNT,DESCRIPTION,SKU\n"
LINES = [f"2025,1,Retail,Sol,{TUNDRA},60,600,EDP,", "2025,1,Retail,Sol,,1,80,NEW,NLNEW", "2025,1,Retail,Luna,,1,80,NEW,NLNEW"]
NAME = "BOXNOX - NORDLYS Monthly Sales Report JAN2025.csv"
BOXNOX = "(select id from resellers where key = 'boxnox')"
CHANGES = {
    "a rate": "insert into fx_rates (currency, month, source, rate_to_eur) values ('EUR', '2025-01-01', 'override', 2)",
    "a reseller's VAT rate": "update resellers set vat_rate = 0.5 where key = 'boxnox'",
    "a country's VAT rate": "update vat_rates set rate = 0.5 where country = 'ES'",
    "a price": f"update price_list set unit_price = 11 where ean = '{TUNDRA}'",  # then it is no bulk
    "a product's kind": f"update products set kind = 'tester' where ean = '{TUNDRA}'",
    "a product's key": f"insert into product_aliases (reseller_id, kind, alias, alias_key, ean) values ({BOXNOX}, 'sku', 'NLNEW', 'nlnew', '{CANDLE}')",
    "a store's spelling": f"insert into store_aliases (reseller_id, store_id, alias, alias_key) select {BOXNOX}, id, 'Luna', 'luna' from stores"
    f" where reseller_id = {BOXNOX}",
}  # fmt: skip


@pytest.fixture
def shop(database):
    """The store stands in another country than its reseller says of itself, so that both rates can matter."""
    fill_catalogue(database)
    return database


def once(change: Callable[[], object], before: Callable[..., Any]) -> Callable[..., Any]:
    """`before`, with a change made right before its first call."""
    left = [change]

    def call(*values: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return before(*values, **named)

    return call


def sql(database, statement: str) -> None:
    with database.write() as connection:
        connection.execute(sa.text(statement))


def nothing_is_left_behind(database) -> bool:
    """No row would be valued or placed otherwise by the catalogue as it is."""
    reseller = scalar(database, "select id from resellers where key = 'boxnox'")
    return revalue(database, reseller) == 0 and judged_again(database) == 0 and not rollup_gap(database)


@pytest.mark.parametrize("way", ["whole", "in pieces, the first of a reseller", "in pieces"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_between_judging_and_storing_counts(shop, settings, tmp_path: Path, monkeypatch, what, way):
    path = tmp_path / NAME
    path.write_text(HEAD + "\n".join(LINES) + "\n")
    if way != "whole":
        monkeypatch.setattr(streaming, "LONG", 0)
        monkeypatch.setattr("core.ingest.pieces.PIECE", 150)
    if way == "in pieces":
        bring_in(shop, report((JANUARY, [("Sol", TUNDRA_30, 1, "80")])))
    first = way == "in pieces, the first of a reseller"
    place, name = (importing.storing, "is_new") if first else (importing.storing, "store")

    def change() -> None:
        sql(shop, CHANGES[what])
        if way == "in pieces":  # what was stored before follows, as it does after every change of the catalogue
            nothing_is_left_behind(shop)

    monkeypatch.setattr(place, name, once(change, getattr(place, name)))
    assert importing.import_file(shop, settings, path, accept_warnings=True).status == "stored"
    assert nothing_is_left_behind(shop)


def test_a_plan_of_an_earlier_catalogue_is_never_stored(shop):
    plan = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 1, "100")])))
    sql(shop, CHANGES["a rate"])
    with pytest.raises(storing.Overtaken):
        storing.store(shop, new_batch(shop), plan, "tester")
    assert not live(shop)


def new_batch(database) -> int:
    values = "insert into upload_batches (sha256, file_name, file_size, status) values ('x', 'x', 1, 'storing') returning id"
    with database.write() as connection:
        return int(connection.execute(sa.text(values)).scalar_one())


def test_another_resellers_spelling_does_not_have_a_file_judged_again(shop):
    plan = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 1, "100")])))
    sql(shop, CHANGES["a product's key"].replace("'boxnox'", "'liberty'"))
    storing.store(shop, new_batch(shop), plan, "tester")
    assert live(shop).total() == 1


def test_a_rate_saved_while_the_first_file_of_a_reseller_is_written_waits_for_it(shop, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(streaming, "LONG", 0)
    path = tmp_path / NAME
    path.write_text(HEAD + "\n".join(LINES[:1] * 9) + "\n")
    rate = Edits(({"currency": "EUR", "month": JANUARY[0], "rate_to_eur": 2.0},), (), ())
    saving = threading.Thread(target=lambda: catalogue_changes.save(shop, SYSTEM, BY_NAME["fx_rates"], rate))
    monkeypatch.setattr(importing.storing, "check_still_true", once(saving.start, storing.check_still_true))
    assert importing.import_file(shop, settings, path, accept_warnings=True).status == "stored"
    saving.join(30)
    assert nothing_is_left_behind(shop) and scalar(shop, "select sum(sales_eur_net) from sellout_entries2") == 9 * 1200


# Answers --------------------------------------------------------------------------------------------------------------


def outcome(task: Callable[[], object]) -> str:
    try:
        task()
    except UnknownRecord:
        return "refused"
    return "done"


def together(database, *tasks: Callable[[], object]) -> list[str]:
    """All tasks begun while the reseller's facts are held off, so that each has come as far as it may before any goes on."""
    with database.write() as connection:
        connection.execute(sa.text(f"select pg_advisory_xact_lock(81453000, {BOXNOX}::int)"))
        gate = threading.Timer(0.3, connection.commit)
        gate.start()
        found = at_once(*(lambda task=task: outcome(task) for task in tasks))  # type: ignore[misc]
        gate.join()
    return sorted(found)


def waiting_key(database) -> HeldKey:
    group = inbox.groups(database).row(0, named=True)
    return HeldKey(group["reseller_id"], group["key_kind"], group["key"])


def test_an_answer_is_taken_back_once_however_many_ask_at_the_same_instant(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    done = inbox.resolve(shop, waiting_key(shop), Decision("match_product", CANDLE))
    assert together(shop, *[lambda: inbox.undo_decision(shop, done.decision_id)] * 2) == ["done", "refused"]
    assert scalar(shop, "select count(*) from audit_log where action = 'decision undone'") == 1
    assert inbox.count(shop) == 1 and not rollup_gap(shop)


def test_a_key_is_answered_once_however_many_answer_at_the_same_instant(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    key = waiting_key(shop)
    answers = [lambda ean=ean: inbox.resolve(shop, key, Decision("match_product", ean)) for ean in (CANDLE, TUNDRA)]
    assert together(shop, *answers) == ["done", "refused"]
    assert scalar(shop, "select count(*) from inbox_decisions") == 1 and live(shop).total() == 1 and not rollup_gap(shop)


def test_an_answer_taken_back_while_the_key_is_answered_anew_leaves_one_state(shop):
    bring_in(shop, report((JANUARY, [("Sol", "NLMYSTERY", 2, "300")])))
    key = waiting_key(shop)
    done = inbox.resolve(shop, key, Decision("match_product", CANDLE))
    anew = [lambda: inbox.undo_decision(shop, done.decision_id), lambda: inbox.resolve(shop, key, Decision("match_product", TUNDRA))]
    found = together(shop, *anew)
    open_ = scalar(shop, "select count(*) from inbox_decisions where undone_at is null")
    assert (found, open_, inbox.count(shop)) in ((["done", "done"], 1, 0), (["done", "refused"], 0, 1)) and not rollup_gap(shop)
