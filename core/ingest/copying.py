"""Frames into tables by COPY: CSV text made by polars in blocks, sent while the next block is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.copy import LibpqWriter, QueuedLibpqWriter

BLOCK_ROWS = 25_000
MOST_DAYS = 20_000  # apart: for more, looking up is no gain


def copy_frame(connection: psycopg.Connection[Any], table: str, frame: pl.DataFrame, on_rows: Callable[[int], None] | None = None) -> None:
    """Append all rows of `frame` to `table`; its columns are the table's. Null stays null, an empty text an empty text.

    Columns without any value are left to the table: not sending them is the fastest way to store nothing.
    """
    if not frame.height:
        return
    frame = stated_columns(frame)
    statement = copy_statement(table, frame.columns)
    cursor = connection.cursor()
    # For one block a thread of its own costs more than it saves.
    writer = LibpqWriter(cursor) if frame.height <= BLOCK_ROWS else QueuedLibpqWriter(cursor)
    with cursor.copy(statement, writer=writer) as copy:
        done = 0
        for rows, text in blocks(frame):
            copy.write(text)
            done += rows
            if on_rows is not None:
                on_rows(done)


def stated_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the columns that have no value at all, those with one value for all rows first."""
    stated = [column for column in frame.get_columns() if column.null_count() < frame.height]
    return pl.DataFrame(sorted(stated, key=lambda column: not is_constant(column)))


def is_constant(column: pl.Series) -> bool:
    """Whether all rows state the same value; false where none or some state nothing."""
    return not column.null_count() and column[0] == column[-1] and bool((column == column[0]).all())


def copy_statement(table: str, columns: Sequence[str]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    return sql.SQL("copy {} ({}) from stdin (format csv)").format(sql.Identifier(table), names)


def blocks(frame: pl.DataFrame) -> Iterator[tuple[int, bytes]]:
    """The rows as COPY text, block by block with the number of its rows."""
    leading = next((at for at, column in enumerate(frame.get_columns()) if not is_constant(column)), 0)
    for start in range(0, frame.height, BLOCK_ROWS):
        block = frame.slice(start, BLOCK_ROWS)
        text = _csv(block[:, leading:])
        if text.count(b"\n") == block.height and leading:  # what all lines begin with is made once
            begin = _csv(block[:1, :leading]).rstrip(b"\n") + b","
            yield block.height, begin + text[:-1].replace(b"\n", b"\n" + begin) + b"\n"
        else:
            yield block.height, text if not leading else _csv(block)


def _csv(frame: pl.DataFrame) -> bytes:
    text = BytesIO()
    frame.with_columns(*_short_decimals(frame.schema), *_dates(frame)).write_csv(text, include_header=False)
    return text.getvalue()


def _dates(frame: pl.DataFrame) -> list[pl.Series]:
    """Dates as text, each day written once and then looked up."""
    found = []
    for column in frame.get_columns():
        if column.dtype == pl.Date:
            days = column.to_physical()
            first, last = days.min(), days.max()
            if isinstance(first, int) and isinstance(last, int) and last - first < min(MOST_DAYS, frame.height):
                texts = pl.int_range(first, last + 1, dtype=pl.Int32, eager=True).cast(pl.Date).cast(pl.String)
                found.append(texts.gather(days - first).alias(column.name))
    return found


def _short_decimals(schema: pl.Schema) -> list[pl.Expr]:
    """Decimals without the zeros that a fixed scale adds, so that the database keeps 180.17 and not 180.170000000."""
    names = [name for name, dtype in schema.items() if isinstance(dtype, pl.Decimal) and dtype.scale]
    return [pl.col(name).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".") for name in names]


def driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The psycopg connection beneath, in the same transaction."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


def fetch(connection: sa.Connection, statement: str, schema: dict[str, Any], parameters: dict[str, Any] | None = None) -> pl.DataFrame:
    """The rows of a statement as a frame of exactly that schema; parameters as `:name`."""
    rows = [tuple(row) for row in connection.execute(sa.text(statement), parameters or {})]
    return pl.DataFrame(rows, schema=schema, orient="row")
