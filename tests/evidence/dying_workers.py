"""The table of killed workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.db.engine import connect
from tests.conftest import NAMES, SECRET
from tests.evidence.databases import Databases
from tests.evidence.killing import DEAD, STEPS, Killed, kill_and_resume
from tests.evidence.page import Part, table
from tests.ingest.samples import fill_catalogue

AT_ONCE = 4


def kills_part(databases: Databases) -> Part:
    def kill(number: int) -> Killed:
        with databases.dsn() as dsn:
            database = connect(dsn, NAMES, SECRET)
            fill_catalogue(database)
            database.close()
            return kill_and_resume(dsn, databases.folder / f"home{number}", STEPS[number])

    with ThreadPoolExecutor(AT_ONCE) as pool:  # most of the time nothing happens: a worker has died and the next one waits to be sure
        found = list(pool.map(kill, range(len(STEPS))))
    heads = ("job", "killed", "the file says", "its rows", "afterwards it says", "its rows", "seconds", "sound")
    lines = [f"A worker ends by `kill -9`; the next one notices after {DEAD:.0f} seconds here (twenty in the product). *old*: nothing of the "
             "file counts, *new*: all of it does. Sound: never half, the original is kept byte for byte, the data version rose once, no job "
             "is left.", "", *table(heads, map(_row, found))]  # fmt: skip
    return Part("kills", "Workers killed in the middle of their job", all(killed.sound for killed in found), tuple(lines))


def _row(k: Killed) -> tuple[object, ...]:
    return k.step.job, k.step.words, k.status, k.state, k.status_after, k.state_after, f"{k.seconds:.0f}", "yes" if k.sound else "**no**"
