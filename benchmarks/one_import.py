"""One import in a process of its own, so that its memory and processor time are its own: `python -m benchmarks.one_import HOME FILE`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import peak_megabytes, timed
from core.db.engine import open_database
from core.ingest.importing import import_file
from core.settings import Settings


@dataclass(frozen=True)
class Imported:
    """`seconds` of wall time and of this process's processor time, and its peak in MB; the server's are not in it."""

    seconds: float
    processor: float
    megabytes: float
    status: str
    rows: int
    reason: str


def import_in_process(settings: Settings, path: Path) -> Imported:
    """Import `path` into the workbench of `settings` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.one_import", str(settings.home), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    if done.returncode:
        raise SystemExit(f"The import ended early:\n{done.stderr[-2000:]}")
    return Imported(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    home, path = Path(sys.argv[1]), Path(sys.argv[2])
    settings = Settings().model_copy(update={"home": home, "database_url": None})
    database = open_database(settings, migrate=False)
    begun = time.process_time()
    seconds, report = timed(lambda: import_file(database, settings, path, accept_warnings=True))
    outcome = Imported(
        seconds, time.process_time() - begun, peak_megabytes(), report.status, report.rows_stored + report.rows_held, report.reason
    )
    database.close()
    print(json.dumps(vars(outcome)))


if __name__ == "__main__":
    main()
