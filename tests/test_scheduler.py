"""The scheduler as a real process against a real database and a real mail server: it fires, finishes, survives and never sends twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core.db.tables import schedules
from core.jobs.heartbeats import beat_of_clock, list_beats
from core.people.permissions import SYSTEM
from core.reports.definition import Block, ReportDefinition
from core.reports.deliveries import list_deliveries, send_now
from core.reports.records import list_reports, save_report, save_schedule
from core.reports.schedules import Rule
from tests.conftest import NAMES, SECRET
from tests.mail.server import Mailbox, running

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
REPORT = ReportDefinition("Small report", blocks=(Block("kpis"),))


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def surroundings(owner_dsn, tmp_path, mailbox):
    """The environment of a scheduler process, with a mail server that is there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH_", "SMTP_", "OPENAI_"))}
    with running(mailbox) as port:
        yield kept | {
            "DATABASE_URL": owner_dsn,
            "WORKBENCH_HOME": str(tmp_path / "home"),
            "WORKBENCH_SECRET_KEY": SECRET,
            "WORKBENCH_ROLE_PREFIX": NAMES.app.removesuffix("_app"),
            "WORKBENCH_TICK_SECONDS": "0.3",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_SECURITY": "none",
            "SMTP_SECONDS": "15",
        }


@contextmanager
def scheduler(surroundings, *arguments):
    """A running scheduler; killed at the end if it still lives."""
    process = subprocess.Popen([sys.executable, "scheduler.py", *arguments], cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        print(process.communicate(timeout=60)[0])  # pytest shows it when the test fails


def finish(process) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=120)
    return process.returncode, log


def wait_until(condition, seconds=100.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def make_due(database, recipients=("anna@example.com",)):
    """A schedule that has just become due."""
    now = datetime.now(UTC)
    report = save_report(database, SYSTEM, REPORT)
    schedule = save_schedule(database, SYSTEM, report, Rule("day"), "Europe/Berlin", recipients, ("pdf",), now)
    with database.write() as connection:
        connection.execute(sa.update(schedules).where(schedules.c.id == schedule).values(next_due=now - timedelta(seconds=1)))


def statuses(database):
    with database.read() as connection:
        return [line.status for line in list_deliveries(connection)]


def test_a_due_report_arrives_and_the_process_ends_in_order(database, surroundings, mailbox):
    make_due(database)
    with scheduler(surroundings) as process:
        assert mailbox.wait_for(1, 100)
        wait_until(lambda: statuses(database) == ["sent"])
        with database.read() as connection:
            clock = beat_of_clock(connection)
            assert clock is not None and clock.is_alive(datetime.now(UTC))
        code, log = finish(process)
    assert (code, len(mailbox.messages)) == (0, 1)
    assert "every job that was running is finished" in log
    with database.read() as connection:
        assert list_beats(connection) == ()


def test_two_schedulers_at_once_send_once(database, surroundings, mailbox):
    people = tuple(f"person{i}@example.com" for i in range(6))
    with scheduler(surroundings) as first, scheduler(surroundings) as second:
        wait_until(lambda: _processes(database) == 3)
        make_due(database, people)
        wait_until(lambda: statuses(database) == ["sent"] * 6)
        time.sleep(1)
        assert finish(first)[0] == finish(second)[0] == 0
    assert sorted(to for _, (to,) in mailbox.envelopes) == list(people)


def _processes(database):
    with database.read() as connection:
        return len(list_beats(connection))


def test_sigterm_lets_the_running_job_finish(database, surroundings, mailbox):
    async def slowly():
        await asyncio.sleep(2)

    mailbox.before_reply = slowly
    make_due(database)
    with scheduler(surroundings) as process:
        assert mailbox.reached.wait(100)
        assert finish(process)[0] == 0
    assert statuses(database) == ["sent"]


def test_kill_while_handing_over_leaves_unknown_and_no_second_mail(database, surroundings, mailbox):
    async def never():
        await asyncio.sleep(60)

    mailbox.before_reply = never
    make_due(database)
    with scheduler(surroundings) as process:
        assert mailbox.reached.wait(100)
        process.kill()
    mailbox.before_reply = None
    with scheduler(surroundings) as process:
        wait_until(lambda: statuses(database) == ["unknown"])
        time.sleep(1)
        assert finish(process)[0] == 0
    assert len(mailbox.messages) == 1


def test_kill_before_handing_over_is_made_good(database, surroundings, mailbox):
    reached = []

    async def never():
        reached.append(1)
        await asyncio.sleep(60)

    mailbox.before_rcpt = never
    make_due(database)
    with scheduler(surroundings) as process:
        wait_until(lambda: reached)
        process.kill()
    mailbox.before_rcpt = None
    with scheduler(surroundings) as process:
        wait_until(lambda: statuses(database) == ["sent"])
        assert finish(process)[0] == 0
    assert len(mailbox.messages) == 1


def test_workers_only_sends_what_is_asked_and_fires_nothing(database, surroundings, mailbox):
    make_due(database)
    with scheduler(surroundings, "--workers-only") as process:
        wait_until(lambda: _processes(database) == 1)
        with database.read() as connection:
            report = list_reports(connection)[0].id
        send_now(database, SYSTEM, report, ["ben@example.com"], ["pdf"], datetime.now(UTC))
        wait_until(lambda: statuses(database) == ["sent"])
        assert finish(process)[0] == 0
    assert [to for _, (to,) in mailbox.envelopes] == ["ben@example.com"]


def test_a_lost_database_is_waited_for(database, surroundings, owner_dsn, mailbox):
    with scheduler(surroundings) as process:
        wait_until(lambda: _processes(database) == 2)
        with psycopg.connect(owner_dsn, autocommit=True) as admin:
            cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            for _ in range(3):
                admin.execute(cut)
                time.sleep(0.3)
        make_due(database)
        wait_until(lambda: statuses(database) == ["sent"])
        assert process.poll() is None
        assert finish(process)[0] == 0


def test_a_setting_that_can_not_be_used_is_said_and_ends_it(surroundings):
    with scheduler(surroundings | {"SMTP_PORT": "many"}) as process:
        log, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "A setting can not be used" in log
    assert "Traceback" not in log
