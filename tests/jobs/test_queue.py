from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from core.jobs import queue
from core.jobs.queue import Work
from core.jobs.tasks import STORE_UPLOAD


@contextmanager
def workers(database, **work: Work | Callable):
    """Workers in a thread; leaving the block stops them and waits for running jobs."""
    stop = threading.Event()
    table = {name: w if isinstance(w, Work) else Work(w) for name, w in work.items()}
    thread = threading.Thread(target=lambda: asyncio.run(queue.run_workers(database, table, stop)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def wait_until(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.03)
    assert condition()


def status(database):
    with database.read() as connection:
        return queue.queue_status(connection)


def test_a_job_runs_with_its_arguments(database):
    seen = []
    with database.write() as connection:
        queue.defer_preview(connection, 7, {"vendor": "liberty"})
    with workers(database, preview_upload=lambda **given: seen.append(given)):
        wait_until(lambda: seen)
    assert seen == [{"batch_id": 7, "answers": {"vendor": "liberty"}}]
    assert status(database).waiting == status(database).running == 0


def test_a_job_of_a_rolled_back_transaction_never_exists(database):
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        queue.defer_store(connection, 7, 1, "anna")
        1 / 0
    assert status(database).waiting == 0


def test_waiting_twice_is_waiting_once(database):
    with database.write() as connection:
        first, second = (queue.defer_store(connection, 7, 1, "anna") for _ in range(2))
        assert connection.execute(sa.text("select 1")).scalar_one() == 1
    assert first is not None
    assert second is None
    assert status(database).waiting == 1


def test_two_imports_of_one_reseller_never_run_at_once_and_two_resellers_do(database):
    running: dict[int, int] = {}
    most, both = [], threading.Event()

    def store(batch_id, accepted_by):
        reseller = batch_id // 10
        running[reseller] = running.get(reseller, 0) + 1
        most.append(running[reseller])
        if len([r for r in running.values() if r]) == 2:
            both.set()
        both.wait(30)  # the other reseller's may begin late on a busy machine
        time.sleep(0.1)
        running[reseller] -= 1

    with database.write() as connection:
        for batch in (11, 12, 21, 22):
            queue.defer_store(connection, batch, batch // 10, "anna")
    with workers(database, store_upload=store):
        wait_until(lambda: len(most) == 4)
    assert max(most) == 1
    assert both.is_set()


def test_jobs_wait_for_a_lost_database_and_try_again(database):
    tries = []

    def store(batch_id, accepted_by):
        tries.append(batch_id)
        if len(tries) == 1:
            raise psycopg.OperationalError("server closed the connection")

    quick = queue.Patience(STORE_UPLOAD).get_retry_decision(
        exception=psycopg.OperationalError(), job=queue.Job(queue="imports", lock=None, queueing_lock=None, task_name="x")
    )
    assert quick.retry_at > datetime.now(UTC) + timedelta(seconds=3)
    with database.write() as connection:
        queue.defer_store(connection, 7, 1, "anna")
    with workers(database, store_upload=store):
        wait_until(lambda: tries)
        wait_until(lambda: status(database).waiting == 1)
        with database.write() as connection:
            connection.execute(sa.text("update procrastinate_jobs set scheduled_at = now()"))
        wait_until(lambda: len(tries) == 2)


def test_an_error_that_stays_is_told_once_and_the_job_is_failed(database):
    told = []

    def store(batch_id, accepted_by):
        raise ValueError("this file can not be stored")

    def tell(error, batch_id, accepted_by):
        told.append((str(error), batch_id))

    with database.write() as connection:
        job = queue.defer_store(connection, 7, 1, "anna")
    with workers(database, store_upload=Work(store, tell)):
        wait_until(lambda: status(database).failed == 1)
    assert told == [("this file can not be stored", 7)]
    with database.write() as connection:
        assert queue.retry_failed(connection, job)
        assert not queue.retry_failed(connection, job)
    assert status(database).waiting == 1


def leave_behind(database, attempts=0):
    """A running job whose worker is gone, as after kill -9."""
    with database.write() as connection:
        queue.defer_store(connection, 7, 1, "anna")
        connection.execute(
            sa.text("insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')"),
        )
        connection.execute(
            sa.text("update procrastinate_jobs set status = 'doing', attempts = :a, worker_id = (select id from procrastinate_workers)"),
            {"a": attempts},
        )


def test_the_job_of_a_killed_worker_is_found_and_run_again(database):
    seen = []
    leave_behind(database)
    with workers(database, store_upload=lambda **given: seen.append(given)):
        wait_until(lambda: seen)
        wait_until(lambda: status(database).running == 0)
    assert len(seen) == 1


def test_a_job_that_kills_its_worker_every_time_is_given_up_and_told(database):
    seen, told = [], []
    leave_behind(database, attempts=2)
    with workers(database, store_upload=Work(lambda **given: seen.append(given), lambda error, **given: told.append(given["batch_id"]))):
        wait_until(lambda: status(database).failed == 1)
        wait_until(lambda: told)
    assert (seen, told) == ([], [7])


def test_a_slow_worker_keeps_its_job(database):
    seen = []
    leave_behind(database)
    with queue.try_lock(database, "job:1") as held:
        assert held
        with workers(database, store_upload=lambda **given: seen.append(given)):
            time.sleep(0.6)
    assert seen == []
    assert status(database).running == 1


def test_stopping_waits_for_the_running_job(database):
    finished, begun = [], threading.Event()

    def store(batch_id, accepted_by):
        begun.set()
        time.sleep(0.6)
        finished.append(batch_id)

    with database.write() as connection:
        queue.defer_store(connection, 7, 1, "anna")
    with workers(database, store_upload=store):
        assert begun.wait(60)
    assert finished == [7]
    assert status(database).running == status(database).workers == 0


def test_the_page_sees_workers_and_jobs(database):
    with database.write() as connection:
        queue.defer_store(connection, 7, 1, "anna")
        later = datetime.now(UTC) + timedelta(hours=1)
        queue.defer(connection, STORE_UPLOAD, after=later, batch_id=8, accepted_by="anna")
    seen = status(database)
    assert (seen.workers, seen.waiting, seen.running, seen.failed) == (0, 2, 0, 0)
    assert [line.arguments["batch_id"] for line in seen.jobs] == [8, 7]
    assert 0 <= seen.oldest_waiting_seconds < 60
    with workers(database):
        wait_until(lambda: status(database).workers == 2)


def test_finished_jobs_are_forgotten_and_failed_ones_stay(database):
    with workers(database, store_upload=lambda batch_id, accepted_by: 1 / batch_id):
        with database.write() as connection:
            queue.defer_store(connection, 1, 1, "anna")
            queue.defer_store(connection, 0, 2, "anna")
        wait_until(lambda: status(database).failed == 1 and status(database).waiting == 0 and status(database).running == 0)
    with database.write() as connection:
        assert queue.forget_finished(connection, datetime.now(UTC) + timedelta(seconds=5)) == 1
    assert status(database).failed == 1


def test_workers_come_back_after_their_connections_were_cut(database, owner_dsn):
    seen = []
    with workers(database, store_upload=lambda **given: seen.append(given)):
        wait_until(lambda: status(database).workers == 2)
        with psycopg.connect(owner_dsn, autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            )
        with database.write() as connection:
            queue.defer_store(connection, 7, 1, "anna")
        wait_until(lambda: seen)
    assert [given["batch_id"] for given in seen] == [7]
