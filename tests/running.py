"""The whole product as a newcomer starts it: `start.py` in a folder of its own, on a free port, with a short demo brand."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Running:
    """A started workbench. `lines` is all that it has printed so far."""

    process: subprocess.Popen[str]
    url: str
    home: Path
    lines: list[str] = field(default_factory=list)
    seconds: float = 0  # until it was ready, where that was measured
    _reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def password(self) -> str | None:
        found = re.search(r"password “([^”]+)”", "".join(self.lines))
        return found[1] if found else None

    def wait_for(self, words: str, seconds: float) -> None:
        """Wait until a printed line contains `words`."""
        until = time.monotonic() + seconds
        while not any(words in line for line in self.lines):
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"“{words}” was not printed:\n{''.join(self.lines[-60:])}")
            time.sleep(0.1)

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 90) -> int:
        self.process.send_signal(number)
        return self.ended(seconds)

    def ended(self, seconds: float = 90) -> int:
        """Wait until it has ended and everything it printed is read; returns its exit code."""
        code = self.process.wait(seconds)
        self._reader.join(10)
        return code


def free_port() -> int:
    """Below those that the system gives to outgoing connections, which could take it before the application does."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start(home: Path, **settings: str) -> Running:
    """Start without waiting; nothing of the developer's own settings gets in."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WORKBENCH_", "SMTP_", "OPENAI_", "DATABASE_URL", "STREAMLIT_"))}
    own = {"WORKBENCH_HOME": str(home), "WORKBENCH_PORT": str(port), "WORKBENCH_DEMO_MONTHS": "3", **settings}
    process = subprocess.Popen(
        [sys.executable, "start.py"],
        cwd=ROOT,
        env={**kept, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return Running(process, f"http://127.0.0.1:{port}", home)


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Running]:
    """A ready workbench, stopped at the end."""
    workbench = start(home, **settings)
    try:
        workbench.wait_for("The workbench is ready", 240)
        yield workbench
    finally:
        if workbench.process.poll() is None:
            workbench.stop()
