"""Files stored before stock was read: their kept originals are read again for it, and nothing else changes; taken away again exactly."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import UnknownRecord
from core.ingest import importing, originals, restocking, undoing
from tests.ingest.formats.test_liberty import MERGES, NAME, item, rows_of
from tests.ingest.samples import fill_catalogue, live, scalar
from tests.ingest.workbook_bytes import workbook

FIGURES = [1, 84, 3, 252, None, None, None, None, 1, 84, 3, 252]


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def report_file(stock: int | None) -> bytes:
    rows = rows_of(item("000910001", "TOTAL ECLIPSE SCENTED CANDLE 290G", FIGURES, "CANDLES"), grand=FIGURES)
    if stock is not None:
        rows[2], rows[4], rows[-1] = [*rows[2], "Stock Qty Un"], [*rows[4], stock], [*rows[-1], stock]
    return workbook({"Sales By Size": rows}, merges={"Sales By Size": MERGES})


def stored(shop: Any, settings: Any, stock: int | None = 65) -> int:
    """A week as it lay in the database before stock was read."""
    found = importing.import_file(shop, settings, report_file(stock), file_name=NAME)
    assert found.status == "stored" and found.upload_batch_id is not None
    with shop.write() as connection:
        connection.exec_driver_sql("delete from stock_levels")
    return found.upload_batch_id


def stock(shop: Any) -> Any:
    return scalar(shop, "select coalesce(sum(quantity), 0) from stock_levels")


def everything(shop: Any) -> tuple[Any, ...]:
    rows = "select md5(string_agg(x::text, '|' order by x::text)) from {} x"
    return (live(shop), *(scalar(shop, rows.format(name)) for name in ("sellout_entries2", "held_rows", "slice_claims", "batch_controls")))


def test_only_the_stock_is_added_and_taken_away_again(shop, settings):
    batch, before = stored(shop, settings), everything(shop)
    assert restocking.state(shop, batch) == "missing" and restocking.waiting(shop) == (batch,)
    assert restocking.read_all_again(shop, settings) == (restocking.Restocked(batch, NAME, 1),)
    assert (stock(shop), restocking.state(shop, batch), restocking.waiting(shop)) == (65, "added", ())
    assert everything(shop) == before
    assert restocking.take_away(shop, (batch,)) == 1
    assert (stock(shop), restocking.state(shop, batch), everything(shop)) == (0, "missing", before)


def test_reading_twice_adds_once(shop, settings):
    batch = stored(shop, settings)
    assert [restocking.read_again(shop, settings, batch).lines for _ in range(2)] == [1, 0]
    assert stock(shop) == 65


def test_stock_is_not_placed_by_a_catalogue_that_was_changed_meanwhile(shop, settings, monkeypatch):
    batch, judged = stored(shop, settings), restocking._judged

    def slowly(*file: Any) -> Any:
        found = judged(*file)
        with shop.write() as connection:
            connection.exec_driver_sql("update products set product_name = product_name || ' new'")
        return found

    monkeypatch.setattr(restocking, "_judged", slowly)
    assert "catalogue was changed" in restocking.read_again(shop, settings, batch).why and stock(shop) == 0
    monkeypatch.undo()
    assert restocking.read_again(shop, settings, batch).lines == 1


def test_undoing_the_file_takes_its_stock_along(shop, settings):
    batch = stored(shop, settings)
    restocking.read_again(shop, settings, batch)
    counting = "select count(*) from slice_claims c join stock_levels k using (upload_batch_id) where c.live and c.period_end = k.as_of"
    assert scalar(shop, counting) == 1
    undoing.undo(shop, batch)
    assert scalar(shop, counting) == 0 and restocking.state(shop, batch) == "none"


def test_stock_that_came_with_its_file_stays(shop, settings):
    found = importing.import_file(shop, settings, report_file(65), file_name=NAME)
    assert restocking.state(shop, found.upload_batch_id) == "kept"
    assert restocking.take_away(shop, (found.upload_batch_id,)) == 0 and stock(shop) == 65


def test_a_file_without_stock_or_that_is_not_kept_says_so(shop, settings):
    batch = stored(shop, settings, None)
    assert restocking.read_again(shop, settings, batch).why == "It states no stock."
    originals.original_path(settings, scalar(shop, "select sha256 from upload_batches")).unlink()
    assert "not kept any more" in restocking.read_again(shop, settings, batch).why
    with pytest.raises(UnknownRecord, match="stored upload"):
        restocking.read_again(shop, settings, batch + 1)
