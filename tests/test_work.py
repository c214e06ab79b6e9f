"""Jobs do their work on real files: an upload is read, stored, told of and taken back by the queue alone."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.catalogue.storing import load_folder
from core.db.tables import email_logs, upload_batches, users
from core.ingest.importing import take_in
from core.jobs import queue
from core.jobs.tasks import TASKS
from core.mail.outbox import entries, read_message
from core.people import accounts
from core.people.permissions import SYSTEM
from core.reports.definition import Block, ReportDefinition
from core.reports.deliveries import list_deliveries, send_now
from core.reports.records import save_report
from core.work import tell_of_account, tell_of_upload, tick, tidy, work_of
from demo.brand import write_catalogue
from demo.layouts import cdlc
from demo.market import months_until
from tests.conftest import make_settings
from tests.jobs.test_queue import wait_until


@pytest.fixture
def settings(tmp_path):
    return make_settings(tmp_path / "home", WORKBENCH_NOTIFY="team@example.com")


@pytest.fixture
def vendor_file(database, tmp_path):
    """A store matrix of the demo brand, with the catalogue it needs."""
    load_folder(database, write_catalogue(tmp_path / "catalogue"))
    return cdlc.files(tmp_path, months_until(date(2026, 11, 22), 2), seed=5)[-1][0]


@contextmanager
def workers(database, settings):
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(queue.run_workers(database, work_of(database, settings, stop), stop)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def batch(database, batch_id):
    with database.read() as connection:
        return connection.execute(sa.select(upload_batches).where(upload_batches.c.id == batch_id)).one()


def busy(database):
    with database.read() as connection:
        status = queue.queue_status(connection)
        assert status.failed == 0
        return status.waiting + status.running


def test_every_task_has_its_work(database, settings):
    assert set(work_of(database, settings, threading.Event())) == set(TASKS)


def test_an_upload_is_previewed_stored_told_of_and_taken_back(database, settings, vendor_file):
    number = take_in(database, settings, vendor_file, uploaded_by="anna")
    with workers(database, settings):
        with database.write() as connection:
            queue.defer_preview(connection, number)
        wait_until(lambda: batch(database, number).status in ("preview", "needs_decision"), 90)
        seen = batch(database, number)
        with database.write() as connection:
            queue.defer_store(connection, number, seen.reseller_id, "anna")
        wait_until(lambda: batch(database, number).status == "stored", 90)
        wait_until(lambda: entries(settings.outbox))
        with database.write() as connection:
            queue.defer_undo(connection, number, seen.reseller_id, "anna")
        wait_until(lambda: batch(database, number).status == "undone", 90)
        wait_until(lambda: busy(database) == 0)
    mails = [read_message(settings.outbox, entry.name) for entry in entries(settings.outbox)]
    stored = next(mail for mail in mails if mail.entry.subject.endswith("is stored"))
    assert stored.entry.to == "team@example.com"
    assert vendor_file.name in stored.text
    assert "totals of the file agree" in stored.text


def test_a_file_that_is_no_report_is_refused_and_its_uploader_hears_of_it_once(database, settings):
    with database.write() as connection:
        connection.execute(
            sa.insert(users).values(username="anna", name="Anna", email="anna@example.com", password_hash="x", role="analyst")
        )
    number = take_in(database, settings, b"\x00\x01 nothing to read", "picture.xlsx", "anna")
    with database.write() as connection:
        queue.defer_preview(connection, number)
    with workers(database, settings):
        wait_until(lambda: len(entries(settings.outbox)) == 2, 90)
    assert sorted(entry.to for entry in entries(settings.outbox)) == ["anna@example.com", "team@example.com"]
    assert all(entry.subject.endswith("picture.xlsx was refused") for entry in entries(settings.outbox))
    assert tell_of_upload(database, settings, number) == 0
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(email_logs)).scalar_one() == 2


def test_a_person_is_told_of_the_own_account_and_never_the_password(database, settings):
    password = accounts.create(database, SYSTEM, "anna", "Anna", "analyst", email="anna@example.com")
    with workers(database, settings):
        wait_until(lambda: len(entries(settings.outbox)) == 1, 90)
    (entry,) = entries(settings.outbox)
    message = read_message(settings.outbox, entry.name)
    assert entry.to == "anna@example.com" and "An account was made for you" in message.text and password not in message.text + message.html
    assert tell_of_account(database, settings, "nobody", "locked") == 0


def test_an_import_whose_process_died_again_and_again_is_called_failed(database, settings):
    number = take_in(database, settings, b"x", "large.xlsx", "anna")
    with database.write() as connection:
        connection.execute(sa.update(upload_batches).values(status="reading"))
    work_of(database, settings, threading.Event())["preview_upload"].gave_up(RuntimeError(), batch_id=number, answers={})
    assert batch(database, number).status == "failed"
    assert "Split the file" in batch(database, number).reason
    with database.read() as connection:
        assert [line.task for line in queue.queue_status(connection).jobs] == ["tell_of_upload"]


def test_the_clock_has_waiting_deliveries_sent_even_when_their_job_was_lost(database, settings):
    report = save_report(database, SYSTEM, ReportDefinition("Small", blocks=(Block("kpis"),)))
    send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], datetime.now(UTC))
    with database.write() as connection:
        connection.execute(sa.text("delete from procrastinate_jobs"))
    tick(database, datetime.now(UTC))
    with workers(database, settings):
        wait_until(lambda: len(entries(settings.outbox)) == 1)
    with database.read() as connection:
        assert [line.status for line in list_deliveries(connection)] == ["outbox"]


def test_old_jobs_and_editions_are_swept_out(database, settings):
    report = save_report(database, SYSTEM, ReportDefinition("Small", blocks=(Block("kpis"),)))
    send_now(database, SYSTEM, report, ["anna@example.com"], ["pdf"], datetime.now(UTC))
    with workers(database, settings):
        wait_until(lambda: entries(settings.outbox) and busy(database) == 0)
    tidy(database, datetime.now(UTC) + timedelta(days=500))
    with database.read() as connection:
        assert connection.execute(sa.text("select count(*) from procrastinate_jobs")).scalar_one() == 0
        assert connection.execute(sa.text("select count(*) from edition_files")).scalar_one() == 0
        assert len(list_deliveries(connection)) == 1


def test_a_file_that_nobody_works_on_any_more_is_called_failed(database, settings, vendor_file):
    left, worked_on = (take_in(database, settings, vendor_file, name) for name in ("left.xlsx", "worked on.xlsx"))
    with database.write() as connection:
        connection.execute(upload_batches.update().values(status="reading"))
        queue.defer_preview(connection, worked_on)
    tidy(database, datetime.now(UTC))
    assert batch(database, left).status == "reading"
    tidy(database, datetime.now(UTC) + timedelta(hours=2))
    assert batch(database, left).status == "failed" and "Load it again" in batch(database, left).reason
    assert batch(database, worked_on).status == "reading"
