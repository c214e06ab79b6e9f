"""A vendor's file of the demo brand, and a worker that runs the waiting jobs here and now."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa

from core.catalogue.storing import load_folder
from core.db.engine import Database
from core.db.tables import upload_batches
from core.settings import Settings
from core.work import work_of
from demo.brand import write_catalogue
from demo.layouts import cdlc, liberty
from demo.market import months_until

TODAY = date(2026, 11, 22)


def matrix(folder: Path, month: int = -1) -> Path:
    """A store matrix of Creme de la Creme; -1 is October 2026, -2 September."""
    return [path for path, _ in cdlc.files(folder / "cdlc", months_until(TODAY, 2), seed=5)][month]


def week(folder: Path) -> Path:
    """A week of Liberty with a row whose product is not known."""
    paths = [path for path, _ in liberty.files(folder / "liberty", months_until(TODAY, 2), seed=5)]
    return next(path for path in paths if "10749" in str([c.value for row in openpyxl.load_workbook(path).active.iter_rows() for c in row]))


def with_wrong_total(path: Path) -> tuple[bytes, str]:
    """The same file with 100 more in its grand total, and a name for it."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    row = max(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "Total")
    sheet.cell(row, sheet.max_column).value += 100
    data = io.BytesIO()
    book.save(data)
    return data.getvalue(), path.name


def fill_catalogue(database: Database, folder: Path) -> None:
    load_folder(database, write_catalogue(folder / "catalogue"))


def jobs(database: Database) -> list[tuple[str, Mapping[str, Any]]]:
    """What waits for a worker: task and arguments, the oldest first."""
    with database.read() as connection:
        rows = connection.execute(sa.text("select task_name, args from procrastinate_jobs where status = 'todo' order by id"))
        return [(row.task_name, row.args) for row in rows]


def work(database: Database, settings: Settings) -> None:
    """Run every waiting job, also those that a job queues, as a worker would."""
    works = work_of(database, settings, threading.Event())
    while waiting := jobs(database):
        with database.write() as connection:
            connection.execute(sa.text("delete from procrastinate_jobs where status = 'todo'"))
        for task, arguments in waiting:
            works[task].run(**arguments)


def entry(database: Database, batch_id: int) -> sa.Row[Any]:
    with database.read() as connection:
        return connection.execute(sa.select(upload_batches).where(upload_batches.c.id == batch_id)).one()
