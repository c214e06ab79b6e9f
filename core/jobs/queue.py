"""The job queue: jobs are rows, written in the caller's own transaction, run by workers. The only file that knows procrastinate."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import psycopg_pool
import sqlalchemy as sa
from procrastinate import App, PsycopgConnector, RetryDecision, SyncPsycopgConnector, exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy

from core.db.engine import Database
from core.db.locking import try_lock
from core.jobs.tasks import (
    CHECK_ALERTS,
    IMPORTS,
    MAIL,
    PREVIEW_UPLOAD,
    SEND_DELIVERIES,
    STORE_UPLOAD,
    TASKS,
    TELL_OF_ACCOUNT,
    TELL_OF_UPLOAD,
    UNDO_UPLOAD,
    Task,
)

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0  # four beats missed: the worker is gone or frozen
LOST_DATABASE = (sa.exc.OperationalError, psycopg.OperationalError, psycopg_pool.PoolTimeout, exceptions.ConnectorException, OSError)


@dataclass(frozen=True)
class Work:
    """What a task does, called with the job's arguments; `gave_up(error, **arguments)` runs when it will not be tried again."""

    run: Callable[..., object]
    gave_up: Callable[..., object] | None = None


# Deferring: any process, in the caller's transaction --------------------------------------------------------------------


def defer_preview(connection: sa.Connection, batch_id: int, answers: Mapping[str, Any] | None = None) -> int | None:
    """Read an uploaded file and show what would happen. Two previews of one batch run one after the other.

    A password is no answer for a job: jobs are kept, and a password is used once and never kept. Preview such a file directly.
    """
    if answers and "password" in answers:
        raise ValueError("a password must not be written into the job queue")
    return defer(connection, PREVIEW_UPLOAD, lock=f"batch:{batch_id}", batch_id=batch_id, answers=dict(answers or {}))


def defer_store(connection: sa.Connection, batch_id: int, reseller_id: int | None, accepted_by: str) -> int | None:
    """Store a previewed batch. Imports of one reseller never run at the same time; waiting twice is waiting once."""
    lock = _reseller_lock(reseller_id, batch_id)
    return defer(connection, STORE_UPLOAD, lock=lock, once=f"store:{batch_id}", batch_id=batch_id, accepted_by=accepted_by)


def defer_undo(connection: sa.Connection, batch_id: int, reseller_id: int | None, by: str) -> int | None:
    """Take a batch back, in turn with the imports of its reseller."""
    lock = _reseller_lock(reseller_id, batch_id)
    return defer(connection, UNDO_UPLOAD, lock=lock, once=f"undo:{batch_id}", batch_id=batch_id, by=by)


def defer_sending(connection: sa.Connection) -> int | None:
    """Send what is due in the ledger of deliveries; one such job waits at most, while others may be running."""
    return defer(connection, SEND_DELIVERIES, once="send_deliveries")


def defer_alerts(connection: sa.Connection) -> int | None:
    """Look whether an alert has come true."""
    return defer(connection, CHECK_ALERTS, lock="alerts", once="alerts")


def defer_telling(connection: sa.Connection, batch_id: int) -> int | None:
    """Tell those who want to know what became of an upload."""
    return defer(connection, TELL_OF_UPLOAD, once=f"tell:{batch_id}", batch_id=batch_id)


def defer_account_mail(connection: sa.Connection, username: str, what: str) -> int | None:
    """Tell a person what became of the own account. `what`: created, password_changed, password_reset or locked."""
    return defer(connection, TELL_OF_ACCOUNT, once=f"account:{username}:{what}", username=username, what=what)


def _reseller_lock(reseller_id: int | None, batch_id: int) -> str:
    return f"reseller:{reseller_id}" if reseller_id is not None else f"batch:{batch_id}"


def defer(
    connection: sa.Connection,
    task: Task,
    *,
    lock: str | None = None,
    once: str | None = None,
    after: datetime | None = None,
    **arguments: Any,
) -> int | None:
    """Queue a job; it exists when the caller's transaction commits, and never if that is rolled back. Returns the job's id.

    Jobs with the same `lock` run one after the other, in order. None: a job with the same `once` waits already.
    """
    job = Job(
        queue=task.queue,
        task_name=task.name,
        priority=task.priority,
        lock=lock,
        queueing_lock=once,
        task_kwargs=arguments,
        scheduled_at=after,
    )
    driver = connection.connection.driver_connection
    try:
        with connection.begin_nested():
            return JobManager(SyncPsycopgConnector()).defer_job(job, connection=driver).id
    except exceptions.AlreadyEnqueued:
        return None


# Looking: for pages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobLine:
    """One job as a person sees it. `status`: waiting, running, failed."""

    id: int
    task: str
    status: str
    attempts: int
    arguments: dict[str, Any]
    since: datetime | None


@dataclass(frozen=True)
class QueueStatus:
    """How the queue is: live workers, jobs by status, the age of the oldest job that could run now (seconds)."""

    workers: int
    waiting: int
    running: int
    failed: int
    oldest_waiting_seconds: float
    jobs: tuple[JobLine, ...]


COUNTS = """
-- Live workers, and jobs by status; a job that is scheduled for later does not count as late.
select (select count(*) from procrastinate_workers where last_heartbeat > now() - make_interval(secs => :stalled)) as workers,
       count(*) filter (where j.status = 'todo') as waiting,
       count(*) filter (where j.status = 'doing') as running,
       count(*) filter (where j.status = 'failed') as failed,
       coalesce(extract(epoch from now() - min(e.at) filter (where j.status = 'todo' and coalesce(j.scheduled_at, now()) <= now())), 0) as oldest
from procrastinate_jobs j
left join lateral (select min(at) as at from procrastinate_events where job_id = j.id) e on true
where j.status in ('todo', 'doing', 'failed')
"""
LINES = """
-- The newest jobs that wait, run or failed.
select j.id, j.task_name, case j.status when 'todo' then 'waiting' when 'doing' then 'running' else 'failed' end as status,
       j.attempts, j.args, (select max(at) from procrastinate_events where job_id = j.id) as since
from procrastinate_jobs j where j.status in ('todo', 'doing', 'failed') order by j.id desc limit :limit
"""


def queue_status(connection: sa.Connection, limit: int = 50) -> QueueStatus:
    """The queue as it is now, with its newest `limit` unfinished or failed jobs."""
    counts = connection.execute(sa.text(COUNTS), {"stalled": STALLED_SECONDS}).one()
    lines = connection.execute(sa.text(LINES), {"limit": limit}).all()
    return QueueStatus(
        counts.workers, counts.waiting, counts.running, counts.failed, float(counts.oldest), tuple(JobLine(*line) for line in lines)
    )


def retry_failed(connection: sa.Connection, job_id: int) -> bool:
    """Put a failed job back into the queue; False when it is not failed any more."""
    statement = "update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null where id = :id and status = 'failed'"
    return bool(connection.execute(sa.text(statement), {"id": job_id}).rowcount)


def forget_finished(connection: sa.Connection, before: datetime) -> int:
    """Delete jobs that ended well before a moment; failed jobs stay until somebody looks at them."""
    statement = """delete from procrastinate_jobs j where status in ('succeeded', 'cancelled', 'aborted')
        and (select max(at) from procrastinate_events where job_id = j.id) < :before"""
    return connection.execute(sa.text(statement), {"before": before}).rowcount


# Working ----------------------------------------------------------------------------------------------------------------


class Patience(BaseRetryStrategy):
    """Try again, later each time, when the database went away; every other error is final: the same input gives it again."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, LOST_DATABASE) or job.attempts + 1 >= self.task.attempts:
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=self.task.pause * 2**job.attempts))


async def run_workers(database: Database, work: Mapping[str, Work], stop: threading.Event, slots: int = 2, mail_slots: int = 2) -> None:
    """Run jobs until `stop` is set; then finish the running ones. A lost database is waited for, a dead worker's jobs are taken over.

    Mail has slots of its own, so that a long import never holds up a report.
    """
    while not stop.is_set():
        try:
            app = _open_app(database, work)
            async with app.open_async():
                await _run_until_stopped(app, database, work, stop, {IMPORTS: slots, MAIL: mail_slots})
        except LOST_DATABASE as error:
            log.warning("The database does not answer; the workers wait for it. (%s)", str(error).strip() or type(error).__name__)
            await _pause(stop, 3)


def _open_app(database: Database, work: Mapping[str, Work]) -> App:
    app = App(connector=PsycopgConnector(conninfo=database.app_dsn, min_size=1, max_size=6, timeout=10))
    for name, task in TASKS.items():
        if name in work:
            body = partial(_run_job, database, task, work[name])
            app.task(name=name, queue=task.queue, retry=Patience(task), pass_context=True)(_named(name, body))
    return app


def _named(name: str, body: Callable[..., object]) -> Callable[..., object]:
    def run(context: Any, **arguments: Any) -> None:
        body(context.job, **arguments)

    run.__name__ = name
    return run


def _run_job(database: Database, task: Task, work: Work, job: Job, **arguments: Any) -> None:
    """Run one job under its own lock, so that a job taken over by mistake can never run twice at once."""
    with try_lock(database, _job_lock(job.id)) as mine:
        if not mine:
            raise OSError("This job still runs elsewhere.")  # counts as a passing state: tried again later
        try:
            work.run(**arguments)
        except Exception as error:
            if Patience(task).get_retry_decision(exception=error, job=job) is None:
                _give_up(work, error, arguments)
            raise


def _give_up(work: Work, error: BaseException, arguments: Mapping[str, Any]) -> None:
    if work.gave_up is not None:
        try:
            work.gave_up(error, **arguments)
        except Exception:
            log.exception("Could not tell that a job was given up")


def _job_lock(job_id: int | None) -> str:
    return f"job:{job_id}"


async def _run_until_stopped(
    app: App, database: Database, work: Mapping[str, Work], stop: threading.Event, slots: Mapping[str, int]
) -> None:
    options: dict[str, Any] = {"install_signal_handlers": False, "update_heartbeat_interval": BEAT_SECONDS}
    options |= {"stalled_worker_timeout": STALLED_SECONDS, "fetch_job_polling_interval": 2.0}
    workers = [
        asyncio.create_task(app.run_worker_async(queues=[queue], concurrency=count, name=queue, **options))
        for queue, count in slots.items()
    ]
    rescuer = asyncio.create_task(_rescue(app, database, work))
    while not stop.is_set() and not any(task.done() for task in (*workers, rescuer)):
        await asyncio.sleep(0.1)
    rescuer.cancel()
    for task in workers:
        task.cancel()  # procrastinate's way to ask: it takes no new job and waits for the running ones
    results = await asyncio.gather(*workers, rescuer, return_exceptions=True)
    if not stop.is_set():
        raise next((r for r in results if isinstance(r, LOST_DATABASE)), OSError("a worker ended by itself"))


async def _pause(stop: threading.Event, seconds: float) -> None:
    for _ in range(int(seconds * 10)):
        if not stop.is_set():
            await asyncio.sleep(0.1)


async def _rescue(app: App, database: Database, work: Mapping[str, Work]) -> None:
    """Look again and again for jobs whose worker is gone."""
    while True:
        await rescue_stalled(app, database, work)
        await asyncio.sleep(BEAT_SECONDS)


async def rescue_stalled(app: App, database: Database, work: Mapping[str, Work]) -> int:
    """Queue the jobs of dead workers again, or give them up after their last attempt; returns how many. Slow ones are left alone."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    dead = [job for job in stalled if not await asyncio.to_thread(_still_runs, database, job)]
    for job in dead:
        with suppress(exceptions.ConnectorException):  # another scheduler was faster
            await _take_over(app, job, work)
    return len(dead)


def _still_runs(database: Database, job: Job) -> bool:
    with try_lock(database, _job_lock(job.id)) as free:
        return not free


async def _take_over(app: App, job: Job, work: Mapping[str, Work]) -> None:
    task = TASKS.get(job.task_name)
    if task is not None and job.attempts + 1 < task.attempts:
        log.warning("Job %s (%s) lost its worker and is tried again.", job.id, job.task_name)
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        return
    log.error("Job %s (%s) lost its worker %s times and is given up.", job.id, job.task_name, job.attempts + 1)
    await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    if job.task_name in work:
        lost = RuntimeError("The process that ran this job ended again and again.")
        await asyncio.to_thread(_give_up, work[job.task_name], lost, job.task_kwargs)
