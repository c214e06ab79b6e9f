"""The held part of a file's totals follows every answer, and returns with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.ingest import inbox, undoing
from core.ingest.held_parts import controls_of, record_of
from core.ingest.inbox import Decision, HeldKey
from core.ingest.shapes import ControlTotal
from tests.ingest.samples import CANDLE, FEBRUARY, JANUARY, TUNDRA, bring_in, fill_catalogue, report, scalar

TOTALS = (
    ControlTotal("all units", "units", Decimal(6)),
    ControlTotal("January", "amount", Decimal(600), where={"period_start": JANUARY[0]}),
    ControlTotal("mystery", "units", Decimal(2), where={"sku_text": ("NLMYSTERY", "NLOTHER")}, over=("main",)),
)
LINES = [("Sol", "NLMYSTERY", 2, "300"), ("Sol", TUNDRA, 3, "300")]


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def held(database, batch: int) -> list[Decimal]:
    query = f"select array_agg(held_value order by id) from batch_controls where upload_batch_id = {batch}"
    return scalar(database, query)


def answer(database, ean: str) -> int:
    group = inbox.groups(database).row(0, named=True)
    return inbox.resolve(
        database, HeldKey(group["reseller_id"], group["key_kind"], group["key"]), Decision("match_product", ean)
    ).decision_id


def test_an_answer_empties_the_held_part_and_its_undo_fills_it_again(shop):
    batch = bring_in(shop, report((JANUARY, LINES), (FEBRUARY, [("Sol", CANDLE, 1, "80")]), controls=TOTALS))
    assert held(shop, batch) == [2, 300, 2]
    decision = answer(shop, CANDLE)
    assert held(shop, batch) == [0, 0, 0] and scalar(shop, "select held_amount from upload_batches") == 0
    inbox.undo_decision(shop, decision)
    assert held(shop, batch) == [2, 300, 2]


def test_files_that_share_their_rows_follow_together(shop):
    first = bring_in(shop, report((JANUARY, LINES), controls=TOTALS))
    second = bring_in(shop, report((JANUARY, LINES), (FEBRUARY, [("Sol", "NLMYSTERY", 1, "80")]), controls=TOTALS))
    assert (held(shop, first), held(shop, second)) == ([2, 300, 2], [3, 300, 3])
    answer(shop, CANDLE)
    assert held(shop, first) == held(shop, second) == [0, 0, 0]


def test_rows_of_later_files_that_lose_their_place_are_named_too(shop):
    bring_in(shop, report((JANUARY, LINES)))
    decision = answer(shop, CANDLE)
    later = bring_in(shop, report((FEBRUARY, [("Sol", "NLMYSTERY", 1, "80")]), controls=TOTALS[:1]))
    assert held(shop, later) == [0]
    inbox.undo_decision(shop, decision)
    assert held(shop, later) == [1]
    undoing.undo(shop, later)
    answer(shop, TUNDRA)
    assert held(shop, later) == [0], "also while it is taken back, so that it is true when it is looked at"


def test_what_a_total_is_about_survives_being_kept():
    about = [*TOTALS, ControlTotal("empty", "units", Decimal(0), where={"vendor_channel": None, "period_end": (date(2025, 1, 31), None)})]
    back = controls_of(record_of(about))
    assert [(c.measure, dict(c.where), c.over) for c in back] == [(c.measure, dict(c.where), c.over) for c in about]
