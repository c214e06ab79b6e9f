"""What the card of an upload shows beside its report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.db.engine import Database
from core.errors import UnknownRecord
from core.ingest import importing, inbox
from core.ingest.inbox import Decision, HeldKey
from core.ingest.reconciling import WeekToDate
from core.ingest.waiting import Chain, _joined, background
from core.settings import Settings
from tests.uploading import fill_catalogue, week

UNITS = ("units", ())


def link_of(number: int, to_date: int, own: int) -> WeekToDate:
    start = date(2025, 6, 2 + 7 * number)
    return WeekToDate(number, "", start, date(2025, 6, 8 + 7 * number), {UNITS: Decimal(to_date)}, {UNITS: Decimal(own)})


def test_a_chain_that_closes_shows_its_sum() -> None:
    assert _joined(link_of(0, 687, 60), link_of(1, 754, 67)) == Chain(687, 67, 754)


@pytest.mark.parametrize(("number", "to_date"), [(1, 755), (2, 754), (1, 60)])
def test_a_surplus_a_missing_week_or_a_new_year_is_no_proof(number: int, to_date: int) -> None:
    assert _joined(link_of(0, 687, 60), link_of(number, to_date, 67)) is None


def test_keys_are_the_same_before_and_after_storing_and_go_when_answered(database: Database, settings: Settings, tmp_path: Path) -> None:
    fill_catalogue(database, tmp_path)
    number = importing.take_in(database, settings, week(tmp_path))
    importing.preview_batch(database, settings, number)
    before = background(database, number)
    importing.store_batch(database, settings, number)
    assert before.waiting and before.since and background(database, number) == before
    (key,) = before.waiting
    assert before.reseller_id and key.key_kind and key.key
    held = HeldKey(before.reseller_id, key.key_kind, key.key)
    target = inbox.suggestions(database, held, key.key_text or "", key.product_text)[0].target
    inbox.resolve(database, held, Decision("match_product", target))
    assert background(database, number).waiting == ()


def test_an_answer_ahead_of_storing_is_remembered_and_can_be_taken_back(database: Database, settings: Settings, tmp_path: Path) -> None:
    fill_catalogue(database, tmp_path)
    number = importing.take_in(database, settings, week(tmp_path))
    importing.preview_batch(database, settings, number)
    known = background(database, number)
    key = known.waiting[0]
    assert known.reseller_id and key.key_kind and key.key
    held = HeldKey(known.reseller_id, key.key_kind, key.key)
    with pytest.raises(UnknownRecord):
        inbox.resolve(database, held, Decision("match_product", "1"))
    target = inbox.suggestions(database, held, key.key_text or "", key.product_text)[0].target
    done = inbox.resolve(database, held, Decision("match_product", target), text=key.key_text)
    assert (done.rows, done.reason) == (0, "Remembered for every later file.")
    assert importing.store_batch(database, settings, number).rows_held == 0
    inbox.undo_decision(database, done.decision_id)
    assert background(database, number).waiting == known.waiting


def test_an_upload_that_is_not_there_is_said(database: Database) -> None:
    with pytest.raises(UnknownRecord, match="does not exist any more"):
        background(database, 4711)
