"""A scratch workbench for measurements, and lines that say a figure as a ratio to a peer measured in the same run."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from core.catalogue.storing import load_folder
from core.db.engine import Database, open_database
from core.settings import Settings
from demo.brand import write_catalogue

T = TypeVar("T")


@contextmanager
def scratch_workbench() -> Iterator[tuple[Database, Settings]]:
    """An empty workbench with the demo brand's catalogue, removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="workbench-bench-"))
    settings = Settings().model_copy(update={"home": home, "database_url": None})
    database = open_database(settings)
    try:
        load_folder(database, write_catalogue(home / "catalogue"))
        yield database, settings
    finally:
        database.close()
        shutil.rmtree(home, ignore_errors=True)


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """Seconds of wall time, and what the action returned."""
    begun = time.perf_counter()
    outcome = action()
    return time.perf_counter() - begun, outcome


def best_of(times: int, action: Callable[[], object]) -> float:
    return min(timed(action)[0] for _ in range(times))


def say(what: str, figure: str, aim: str = "", holds: bool | None = None) -> None:
    mark = {True: "reached", False: "NOT reached", None: ""}[holds]
    print(f"{what:<62} {figure:>16}   {aim:<14} {mark}", flush=True)


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
