"""Rows on their way into the tables while the next ones are still read: text is made here, a thread of its own hands it to the server."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any

import polars as pl
import psycopg

from core.ingest.copying import blocks, copy_statement, stated_columns

AHEAD = 12  # blocks that may wait for the server: bounds what is held, and keeps it busy
Task = tuple[str, tuple[str, ...], bytes, int]


class Pouring:
    """Several tables filled by COPY over one connection, in the order of the calls. Nothing else may use the connection meanwhile.

    Leaving the block waits until the server has everything; an error of either side ends both and is raised.
    """

    def __init__(self, connection: psycopg.Connection[Any], on_rows: Callable[[str, int], None] | None = None) -> None:
        self._connection = connection
        self._on_rows = on_rows
        self._tasks: Queue[Task | None] = Queue(AHEAD)
        self._given_up = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, name="pouring", daemon=True)

    def __enter__(self) -> Pouring:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._given_up = error is not None
        for _ in range(2):  # one ends the work, one the waiting after an error
            self._tasks.put(None)
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error

    def pour(self, table: str, frame: pl.DataFrame) -> None:
        """Append the rows of `frame` to `table`; its columns are the table's, those without any value are left out."""
        stated = stated_columns(frame)
        for done, text in blocks(stated):
            if self._error is not None:
                raise self._error
            self._tasks.put((table, tuple(stated.columns), text, done))

    def _work(self) -> None:
        try:
            task = self._tasks.get()
            while task is not None:
                task = self._copy(task)
        except BaseException as error:
            self._error = error
            while self._tasks.get() is not None:  # whoever waits to put something in must not wait for ever
                pass

    def _copy(self, first: Task) -> Task | None:
        """One COPY for as many blocks as go to the same columns; returns the next task."""
        table, columns, text, rows = first
        with self._connection.cursor().copy(copy_statement(table, columns)) as copy:
            while True:
                copy.write(text)
                if self._on_rows is not None:
                    self._on_rows(table, rows)
                task = self._tasks.get()
                if self._given_up:
                    raise InterruptedError
                if task is None or task[:2] != (table, columns):
                    return task
                *_, text, rows = task
