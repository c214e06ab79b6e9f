"""One file through the whole importer in a process of its own: what became of it, how long it took, how much memory it needed."""

from __future__ import annotations

import multiprocessing
import resource
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from core.catalogue.storing import ensure_reseller, load_folder
from core.db.engine import Database, connect
from core.ingest import importing, reading_back
from demo.brand import write_catalogue
from tests.conftest import NAMES, SECRET, make_settings
from tests.ingest.samples import rollup_gap, scalar

SECONDS, MEGABYTES = 10, 1024
PATIENCE = 120  # seconds until a reader that hangs is ended
ADDRESSES = 12 << 30  # bytes a reader may reserve: it fails alone, before the machine does
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Measured:
    """`status` of the import, or 'died' or 'hung'; `sentence` for the person; `seconds`: of processor time, which
    does not depend on what else the machine does; `megabytes`: the most that was in memory; `sound`: nothing is half stored."""

    status: str
    sentence: str
    seconds: float
    megabytes: float
    rows: int = 0
    sound: bool = True

    @property
    def within(self) -> bool:
        return self.seconds <= SECONDS and self.megabytes <= MEGABYTES


def measure(dsn: str, home: Path, path: Path, name: str | None = None, password: str | None = None) -> Measured:
    """Import `path` in a fresh process. `dsn`: of a migrated database that holds nothing yet."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_import, args=(sender, dsn, home, path, name or path.name, password))
    process.start()
    sender.close()
    began = time.perf_counter()
    answered = receiver.poll(PATIENCE)
    try:
        status, sentence, seconds, megabytes = receiver.recv() if answered else ("hung", "", PATIENCE, 0.0)
    except EOFError:
        status, sentence, seconds, megabytes = "died", "", time.perf_counter() - began, 0.0
    process.kill()
    process.join()
    database = connect(dsn, NAMES, SECRET)
    try:
        return Measured(status, sentence, seconds, megabytes, *_left(database, status))
    finally:
        database.close()


def _import(sender: Connection, dsn: str, home: Path, path: Path, name: str, password: str | None) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    database, settings = connect(dsn, NAMES, SECRET), make_settings(home)
    began = time.process_time()
    report = importing.import_file(
        database, settings, path, file_name=name, accept_warnings=True, password=password, uploaded_by="evidence"
    )
    seconds = time.process_time() - began
    sender.send((report.status, report.reason, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    sender.close()


def _left(database: Database, status: str) -> tuple[int, bool]:
    """Live rows, and whether what is there is whole: stored with an equal rollup, or nothing at all."""
    rows = reading_back.live_rows(database, all_views=True).height
    claims = int(scalar(database, "select count(*) from slice_claims"))
    if status == "stored":
        return rows, rows > 0 and not rollup_gap(database)
    return rows, not rows and not claims and not scalar(database, "select count(*) from sales_rollup")


def fill(dsn: str, folder: Path) -> None:
    """The catalogue of the demo brand."""
    database = connect(dsn, NAMES, SECRET)
    try:
        load_folder(database, write_catalogue(folder))
        with database.write() as connection:
            ensure_reseller(connection, "boxnox")
    finally:
        database.close()
