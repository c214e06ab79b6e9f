"""`make run` as a newcomer meets it: first start, stop, second start, a dead child."""

from __future__ import annotations

import os
import signal
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests import running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> running.Running:
    """A first start that became ready, answered, and was stopped by SIGTERM."""
    begun = time.monotonic()
    workbench = running.start(tmp_path_factory.mktemp("home"))
    workbench.wait_for("The workbench is ready", 240)
    workbench.seconds = time.monotonic() - begun
    assert status(f"{workbench.url}/readyz") == 200 and status(f"{workbench.url}/healthz") == 200
    assert workbench.stop(signal.SIGTERM) == 0
    return workbench


@pytest.fixture
def home(first: running.Running) -> Path:
    """The folder of a workbench that was started before."""
    return first.home


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return int(answer.status)


def another_than(scheduler: psutil.Process, workbench: running.Running) -> bool:
    """Whether within a minute a scheduler runs that is not this one."""
    for _ in range(300):
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(workbench.process.pid).children()
            if any(p.pid != scheduler.pid and "scheduler.py" in " ".join(p.cmdline()) for p in children):
                return True
        time.sleep(0.2)
    return False


def test_first_start_prints_a_password_once_and_stops_cleanly_on_sigterm(first: running.Running) -> None:
    assert first.password and len(first.password) >= 12
    assert sum("password “" in line for line in first.lines) == 1
    assert "Nothing was lost" in "".join(first.lines)


def test_second_start_is_quick_and_prints_no_password(first: running.Running, home: Path) -> None:
    begun = time.monotonic()
    with running.running(home) as workbench:
        assert time.monotonic() - begun < max(60, first.seconds)  # about seven seconds on a machine with nothing else to do
        assert workbench.password is None
        assert workbench.stop(signal.SIGINT) == 0


def test_nothing_is_left_running_after_a_stop(home: Path) -> None:
    with running.running(home) as workbench:
        family = psutil.Process(workbench.process.pid).children(recursive=True)
        assert workbench.stop() == 0
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(home / "postgres") in " ".join(p.info["cmdline"] or [])]


def test_a_killed_scheduler_is_started_again(home: Path) -> None:
    with running.running(home) as workbench:
        scheduler = next(p for p in psutil.Process(workbench.process.pid).children() if "scheduler.py" in " ".join(p.cmdline()))
        os.kill(scheduler.pid, signal.SIGKILL)
        workbench.wait_for("The scheduler ended by itself", 60)
        assert another_than(scheduler, workbench)


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        workbench = running.start(tmp_path, WORKBENCH_PORT=str(taken.getsockname()[1]))
        assert workbench.ended(180) == 1
        assert "is in use" in "".join(workbench.lines)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    workbench = running.start(tmp_path, SMTP_SECURITY="sometimes")
    assert workbench.ended(180) == 1
    assert "SMTP_SECURITY" in "".join(workbench.lines)
