"""`make run`: prepare the database, then keep the application and the scheduler running until Ctrl-C or SIGTERM.

Asks nothing and needs no terminal. Children run in sessions of their own, so that Ctrl-C reaches this process alone and
they are stopped in order: the application first, then the scheduler, which finishes its job, then the database server.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from core.db.embedded import forget_dead_processes
from core.db.engine import open_database
from core.errors import WorkbenchError
from core.people.accounts import first_administrator
from core.settings import Settings
from demo.loading import load_demo_once

ROOT = Path(__file__).parent
READY_SECONDS = 120
STOP_SECONDS = 60
RESTART_PAUSE = 1.0


def say(text: str) -> None:
    print(text, flush=True)


@dataclass
class Child:
    """A process that is started again when it ends by itself."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"The {self.name} did not stop within {STOP_SECONDS} seconds and was ended; its job is resumed at the next start.")
            self.process.kill()
            self.process.wait()


def children(settings: Settings) -> list[Child]:
    environment = {**os.environ, "WORKBENCH_PREPARED": "1"}
    streamlit = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={settings.port}", f"--server.address={settings.host}"]
    return [
        Child("scheduler", [sys.executable, "scheduler.py"], environment),
        Child("application", streamlit, environment),
    ]


def port_is_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True


def is_ready(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def keep_running(settings: Settings, running: list[Child], stop: threading.Event) -> None:
    """Announce the address once everything answers; start a child again when it ends by itself."""
    announced, begun = False, time.monotonic()
    while not stop.wait(0.3):
        if not announced and is_ready(settings):
            announced = True
            say(f"\nThe workbench is ready: {settings.link}\nStop it with Ctrl-C.\n")
        if not announced and time.monotonic() - begun > READY_SECONDS:
            announced = True
            say(f"The application has not become ready in {READY_SECONDS} seconds; {settings.link}/readyz says why.")
        for child in running:
            if child.process.poll() is not None and not stop.is_set():
                say(f"The {child.name} ended by itself (exit code {child.process.returncode}) and is started again.")
                time.sleep(RESTART_PAUSE)
                child.start()


def prepare(settings: Settings) -> None:
    """Migrate, create the first administrator, load the demo brand into an empty database."""
    database = open_database(settings)
    try:
        password = first_administrator(database)
        if password:
            say(f"\nFirst administrator: user “admin”, password “{password}”. It is shown only this once.\n")
        if settings.demo:
            load_demo_once(database, settings, say)
    finally:
        database.close()


def main() -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings()
        if not port_is_free(settings):
            say(f"Port {settings.port} is in use. Stop the other program, or start with WORKBENCH_PORT set to a free port.")
            return 1
        prepare(settings)
    except ValidationError as error:
        say("A setting can not be used:\n" + "\n".join(f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
        return 1
    except WorkbenchError as error:
        say(error.message)
        return 1
    running = children(settings)
    for child in running:
        child.start()
    try:
        keep_running(settings, running, stop)
    finally:
        say("Stopping …")
        for child in reversed(running):
            child.stop()
        if settings.database_url is None:
            forget_dead_processes(settings.home / "postgres")
        say("Stopped. Nothing was lost.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
