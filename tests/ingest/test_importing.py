"""The whole story of a file: taken in, asked about, stored, repeated, refused, discarded; a crash leaves the old state or the new one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest

from core.catalogue import storing as catalogue
from core.db.engine import connect
from core.errors import BadQuestion, UnknownRecord
from core.ingest import importing, originals, reading_back, reporting, storing, undoing
from tests.conftest import NAMES, SECRET, make_settings
from tests.ingest.samples import TUNDRA, fill_catalogue, live, rollup_gap, scalar

HEAD = "YEAR,MONTH,CHANNEL,POS,EAN,QTY,AMOUNT,DESCRIPTION,SKU\n"
NAME = "BOXNOX - NORDLYS Monthly Sales Report {}2025.csv"


def boxnox(folder: Path, month: str = "FEB", *lines: str) -> Path:
    """A BOXNOX list as CSV; by default two months with three lines."""
    body = lines or (
        f"2025,1,Retail,Sol,{TUNDRA},1,180.17,EDP,",
        f"2025,2,Retail,Sol,{TUNDRA},2,360.34,EDP,",
        "2025,2,Retail,Sol,,1,80,NEW,NLNEW",
    )
    path = folder / NAME.format(month)
    path.write_text(HEAD + "\n".join(body) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def test_a_file_is_stored_with_its_story(shop, settings, tmp_path):
    steps = []
    report = importing.import_file(shop, settings, boxnox(tmp_path), on_progress=lambda step, done, total: steps.append(step))
    assert (report.status, report.vendor, report.rows_stored, report.rows_held, report.units) == ("stored", "boxnox", 2, 1, 4)
    assert list(dict.fromkeys(steps)) == ["Reading", "Understanding", "Checking", "Storing"]
    kept = reporting.load_report(shop, report.upload_batch_id)
    assert (kept.status, kept.evidence, kept.reason) == ("stored", report.evidence, report.reason)
    for name in ("controls", "problems", "changes"):
        assert getattr(kept, name).sort(getattr(kept, name).columns).equals(getattr(report, name).sort(getattr(report, name).columns))
    assert originals.read_original(shop, settings, report.upload_batch_id) == boxnox(tmp_path).read_bytes()


def test_a_preview_leaves_no_trace(shop, settings, tmp_path):
    report = importing.preview_file(shop, settings, boxnox(tmp_path))
    assert (report.status, report.upload_batch_id, report.rows.height, report.rows["held"].sum()) == ("preview", None, 3, 1)
    assert not reading_back.batches(shop).height and not live(shop)
    stored = importing.import_file(shop, settings, boxnox(tmp_path))
    columns = [name for name in reading_back.ROWS if name not in ("upload_batch_id", "live")]
    order = ["source_row", "source_cells"]
    assert report.rows.select(columns).sort(order).equals(reading_back.rows(shop, stored.upload_batch_id).select(columns).sort(order))
    assert importing.preview_file(shop, settings, boxnox(tmp_path)).rows.height == 3


def test_the_same_bytes_are_a_duplicate_under_any_name(shop, settings, tmp_path):
    first = importing.import_file(shop, settings, boxnox(tmp_path))
    again = importing.import_file(shop, settings, boxnox(tmp_path).read_bytes(), file_name=NAME.format("FEB").replace(".csv", " (1).csv"))
    assert (again.status, again.duplicate_of, again.rows_stored) == ("duplicate", first.upload_batch_id, 0)
    assert set(again.problems["rule"]) == {"same_file_again"} and live(shop).total() == 3


def test_the_same_bytes_of_another_month_are_never_booked(shop, settings, tmp_path):
    first = importing.import_file(shop, settings, boxnox(tmp_path))
    copy = boxnox(tmp_path).rename(tmp_path / NAME.format("MAR"))
    asked = importing.import_file(shop, settings, copy)
    assert asked.status == "needs_decision" and asked.questions[0].key == "period"
    assert importing.import_file(shop, settings, copy, period="2025-03", accept_warnings=True).status == "refused"
    assert importing.import_file(shop, settings, copy, period="2025-02").duplicate_of == first.upload_batch_id
    assert live(shop).total() == 3


def test_other_bytes_with_equal_cells_are_a_duplicate(shop, settings, tmp_path):
    first = importing.import_file(shop, settings, boxnox(tmp_path))
    reordered = boxnox(tmp_path).read_text().splitlines()
    (tmp_path / "copy").mkdir()
    path = tmp_path / "copy" / NAME.format("FEB")
    path.write_text("\n".join([reordered[0], *reversed(reordered[1:])]) + "\r\n", encoding="utf-8")
    again = importing.import_file(shop, settings, path)
    assert (again.status, again.duplicate_of) == ("duplicate", first.upload_batch_id)
    assert "same_period_again" in set(again.problems["rule"])


def test_two_files_at_once_never_count_twice(shop, settings, tmp_path, monkeypatch):
    newer = boxnox(tmp_path, "MAR", f"2025,1,Retail,Sol,{TUNDRA},3,540.51,EDP,", f"2025,3,Retail,Sol,{TUNDRA},1,180.17,EDP,")
    store = storing.store

    def overtaken(*arguments):
        monkeypatch.setattr(storing, "store", store)
        assert importing.import_file(shop, settings, newer).status == "stored"
        store(*arguments)

    monkeypatch.setattr(storing, "store", overtaken)
    assert importing.import_file(shop, settings, boxnox(tmp_path)).status == "stored"
    units = reading_back.live_rows(shop).group_by("period_start").agg(pl.col("quantity").sum()).sort("period_start")["quantity"].to_list()
    assert units[0] == 3 and units[-1] == 1 and not rollup_gap(shop)


def test_one_upload_worked_on_twice_at_once_stays_stored(shop, settings, tmp_path, monkeypatch):
    judge = importing.judge

    def overtaken(*arguments):
        monkeypatch.setattr(importing, "judge", judge)
        assert importing.import_file(shop, settings, boxnox(tmp_path)).status == "stored"
        return judge(*arguments)

    monkeypatch.setattr(importing, "judge", overtaken)
    report = importing.import_file(shop, settings, boxnox(tmp_path))
    assert report.status == "stored" and reading_back.batches(shop)["status"].to_list() == ["stored"]
    undoing.undo(shop, report.upload_batch_id)
    assert not live(shop)


def test_an_interrupted_import_can_be_discarded(shop, settings, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "judge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        importing.import_file(shop, settings, boxnox(tmp_path))
    importing.discard_batch(shop, reading_back.batches(shop)["id"][0])


def test_vanished_lines_wait_for_a_yes(shop, settings, tmp_path):
    importing.import_file(shop, settings, boxnox(tmp_path))
    shorter = boxnox(tmp_path, "MAR", f"2025,1,Retail,Sol,{TUNDRA},1,180.17,EDP,", f"2025,3,Retail,Sol,{TUNDRA},1,180.17,EDP,")
    lines = [*shorter.read_text().splitlines()[1:], f"2025,2,Retail,Sol,{TUNDRA},2,360.34,EDP,"]
    path = boxnox(tmp_path, "MAR", *lines)
    asked = importing.import_file(shop, settings, path)
    assert [q.key for q in asked.questions] == ["accept_warnings"] and live(shop).total() == 3
    done = importing.import_file(shop, settings, path, accept_warnings=True)
    assert (done.status, done.upload_batch_id) == ("stored", asked.upload_batch_id)
    undoing.undo(shop, done.upload_batch_id)
    assert live(shop).total() == 3 and not rollup_gap(shop)


@pytest.mark.parametrize("content", [b"", b"\x00" * 40, HEAD.encode(), b"%PDF-1.7"])
def test_what_holds_no_sales_is_refused_with_a_sentence(shop, settings, content):
    report = importing.import_file(shop, settings, content, file_name=NAME.format("FEB"))
    assert report.status == "refused" and report.reason.endswith(".") and not live(shop)
    assert originals.read_original(shop, settings, report.upload_batch_id) == content


def test_what_holds_no_sales_is_refused_also_under_a_vendor_that_is_none(shop, settings):
    report = importing.import_file(shop, settings, b"a,b\nred,blue\n", file_name="colours.csv", vendor="nobody")
    assert report.status == "refused" and report.reason.endswith("Nothing was stored.")


def test_a_file_of_nobody_asks_whose_it_is(shop, settings):
    report = importing.import_file(shop, settings, b"a,b,c\n1,2,3\n4,5,6\n", file_name="numbers.csv")
    asked = {question.key for question in report.questions}
    assert report.status == "needs_decision" and {"columns", "reseller", "period"} <= asked  # which column is money is not known yet
    with pytest.raises(BadQuestion):
        importing.import_file(shop, settings, b"a,b\n1,2\n", file_name="numbers.csv", period="some day")


def test_a_known_vendor_needs_no_catalogue(database, settings, tmp_path):
    report = importing.import_file(database, settings, boxnox(tmp_path))
    assert (report.status, report.reseller, report.rows_held, report.currency) == ("stored", "BOXNOX", 3, "EUR")


def test_the_page_looks_then_stores_then_looks_again(shop, settings, tmp_path):
    batch = importing.take_in(shop, settings, boxnox(tmp_path), uploaded_by="ana")
    assert reading_back.batches(shop, batch)["status"].item() == "queued"
    assert importing.preview_batch(shop, settings, batch).status == "preview" and not live(shop)
    assert importing.take_in(shop, settings, boxnox(tmp_path)) == batch, "it still waits"
    stored = importing.store_batch(shop, settings, batch, accepted_by="ana")
    assert stored.status == "stored" and importing.store_batch(shop, settings, batch, accepted_by="ana").status == "stored"
    assert live(shop).total() == 3 and reading_back.batches(shop, batch)["accepted_by"].item() == "ana"
    with pytest.raises(UnknownRecord):
        importing.discard_batch(shop, batch)


def test_a_discarded_file_stores_nothing(shop, settings, tmp_path):
    batch = importing.take_in(shop, settings, boxnox(tmp_path))
    importing.discard_batch(shop, batch, by="ana")
    assert importing.store_batch(shop, settings, batch).status == "discarded" and not live(shop)


def test_a_trusted_reseller_is_stored_without_asking_only_when_nothing_is_doubtful(shop, settings, tmp_path):
    with shop.write() as connection:
        connection.exec_driver_sql("update resellers set store_without_asking = true")
        catalogue.store_product_aliases(connection, [{"reseller": "BOXNOX", "alias_type": "sku", "alias": "NLOTHER", "ean": TUNDRA}])
    doubtful = importing.take_in(shop, settings, boxnox(tmp_path))
    assert importing.preview_batch(shop, settings, doubtful).status == "preview"
    clean = importing.take_in(shop, settings, boxnox(tmp_path, "JAN", f"2025,1,Retail,Sol,{TUNDRA},1,180.17,EDP,"))
    assert importing.preview_batch(shop, settings, clean).status == "stored"


# A worker that dies ---------------------------------------------------------------------------------------------------


def die_at(step: str, owner_dsn: str, home: Path, batch: int) -> None:
    """Store a batch in a process that kills itself where `step` is about to be written."""
    database = connect(owner_dsn, NAMES, SECRET)
    real = storing.Pouring.pour

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def pour(pouring: storing.Pouring, table: str, frame: pl.DataFrame) -> None:
        (die if table == step else real)(pouring, table, frame)

    storing.Pouring.pour = pour  # type: ignore[method-assign]
    places = {"slice_claims": "copy_frame", "claims": "claim_slices", "coarser sums": "coarsen_with", "version": "bump_version"}
    if step in places:
        setattr(storing, places[step], die)
    importing.store_batch(database, make_settings(home), batch)


@pytest.mark.parametrize("step", ["sales_rollup", "claims", "slice_claims", "coarser sums", "version"])
def test_a_killed_worker_leaves_the_old_state_and_can_be_repeated(shop, owner_dsn, settings, tmp_path, step):
    batch = importing.take_in(shop, settings, boxnox(tmp_path))
    importing.preview_batch(shop, settings, batch)
    worker = multiprocessing.get_context("spawn").Process(target=die_at, args=(step, owner_dsn, settings.home, batch))
    worker.start()
    worker.join(150)
    assert worker.exitcode == -signal.SIGKILL
    wait_for_rollback(shop)
    assert not live(shop) and scalar(shop, "select count(*) from slice_claims") == 0 and not rollup_gap(shop)
    assert importing.store_batch(shop, settings, batch).status == "stored"
    assert live(shop).total() == 3 and not rollup_gap(shop)


def wait_for_rollback(database) -> None:
    """The server notices the lost connection on its own."""
    open_ones = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
    for _ in range(1000):
        if not scalar(database, open_ones):
            return
        time.sleep(0.05)
