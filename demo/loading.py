"""Fill a database with the demo brand through the real importer, so that the demo also proves the path."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from core.catalogue.storing import load_folder
from core.db.engine import Database
from core.db.tables import resellers, upload_batches
from core.errors import WorkbenchError
from core.ingest.importing import import_file
from core.settings import Settings
from demo.generator import DemoFiles, write_demo

Say = Callable[[str], None]


def load_demo_once(database: Database, settings: Settings, say: Say) -> None:
    """Fill the demo brand into a database without resellers and uploads; anything else is left alone.

    A first start that was interrupted goes on where it stopped: files already stored are recognised as duplicates.
    """
    if _is_somebodys(database, settings):
        return
    load_demo(database, settings, say)


def _is_somebodys(database: Database, settings: Settings) -> bool:
    with database.read() as connection:
        filled = connection.execute(sa.select(sa.exists().where(resellers.c.id.is_not(None)))).scalar_one()
        foreign = connection.execute(sa.select(sa.exists().where(upload_batches.c.uploaded_by != "demo"))).scalar_one()
    return bool(foreign) or (bool(filled) and not _unfinished(settings).exists())


def _unfinished(settings: Settings) -> Path:
    return settings.home / "demo" / ".loading"


def load_demo(database: Database, settings: Settings, say: Say, today: date | None = None) -> DemoFiles:
    """Write the files below the home folder and import every one of them. Errors: WorkbenchError for a file that is not stored."""
    folder = settings.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    _unfinished(settings).touch()
    files = write_demo(folder, today or date.today(), settings.demo_months)
    load_folder(database, files.catalogue)
    say(f"Filling the demo brand: {len(files.to_load)} vendor files go through the importer.")
    for number, path in enumerate(files.to_load, start=1):
        report = import_file(database, settings, path, accept_warnings=True, uploaded_by="demo")
        if report.status not in ("stored", "duplicate"):
            raise WorkbenchError(f"The demo file {path.name} was not stored: {report.reason}")
        if number % 25 == 0 or number == len(files.to_load):
            say(f"  {number} of {len(files.to_load)} files stored")
    _offer(folder / "try-these", files.to_try)
    _unfinished(settings).unlink()
    return files


def _offer(folder: Path, files: tuple[Path, ...]) -> None:
    folder.mkdir(exist_ok=True)
    for path in files:
        shutil.copy2(path, folder / path.name)
