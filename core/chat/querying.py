"""Run a SELECT that the guard allowed: cost cap, reader role, read-only transaction, cursor, row and byte cap, one audit line.

Each wall holds by itself; the text that runs is the text that was checked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
import psycopg_pool

from core.chat import sql_guard
from core.chat.published import READABLE
from core.chat.tabling import frame_of, size_of
from core.db.engine import Database, Scope
from core.errors import DatabaseUnavailable, QueryRefused
from core.people import audit

MOST_ROWS, MOST_COST, MOST_BYTES = 50_000, 5_000_000.0, 64_000_000
PLANNING_SECONDS = 2.0
CHUNK = 2_000
LIMITS = sql_guard.GuardLimits(schemas=("readable",))

Connection = psycopg.Connection[Any]

# Error classes of PostgreSQL → a sentence that quotes neither data nor names of the catalog.
SENTENCES: Mapping[str, str] = {
    "57014": "This query took too long. Ask for a shorter period or fewer groups.",
    "22012": "This query divides by zero. Put NULLIF(…, 0) around the divisor.",
    "42803": "A column is neither grouped nor summed. Add it to GROUP BY or put it into an aggregate.",
    "42702": "A column name stands in several views. Write the view before it, as in sales.year.",
    "42703": "A column is used where it can not be seen. Name the view it belongs to.",
    "42883": "A function or an operator does not fit the kind of its values. Turn them into one kind first.",
    "42804": "Values of different kinds meet in one place. Turn them into one kind first.",
    "42601": "This is not a complete SQL statement. Check quotes, brackets and commas.",
    "42501": "This query reaches beyond the published views.",
    "22": "A value can not be read as the number or date it is used as. Check the casts and patterns.",
    "42": "This statement does not fit the published views. Check its columns, groups and joins.",
    "0A": "This part of SQL does not work on the published views. Use plain SELECT, JOIN, WHERE and GROUP BY.",
    "53": "This query needs more memory or disk than a question may use. Ask for less at once.",
    "54": "This query is too large. Ask for less at once.",
}
LOST = {"08", "57", "58", "F0", "XX"}  # the connection or the server itself, as far as it is no time-out


@dataclass(frozen=True)
class GuardedResult:
    """Rows of a guarded query. `truncated`: there are more than the cap; `cost`: the planner's estimate; `sql`: exactly what ran."""

    frame: pl.DataFrame
    sql: str
    truncated: bool
    cost: float
    milliseconds: int


def check_sql(statement: str) -> sql_guard.Verdict:
    """Whether `run_sql` would take a statement, before its cost is known."""
    return sql_guard.check(statement, READABLE, LIMITS)


def run_sql(
    database: Database,
    statement: str,
    *,
    scope: Scope = None,
    max_rows: int = MOST_ROWS,
    max_cost: float = MOST_COST,
    seconds: float | None = None,
    username: str = "system",
) -> GuardedResult:
    """Check and run one SELECT as the reader role, seeing only `scope`. Errors: QueryRefused with the reason, DatabaseUnavailable."""
    started = time.monotonic()
    verdict = check_sql(statement)
    if verdict.rewritten is None:
        _log(database, username, statement, verdict.code, started)
        raise QueryRefused(verdict.reason)
    try:
        result = _read(database, verdict.rewritten, scope, max_rows, max_cost, seconds or database.query_seconds)
    except QueryRefused as refusal:
        _log(database, username, statement, "database", started, reason=refusal.message)
        raise
    _log(database, username, statement, "allowed", started, rows=result.frame.height, cost=result.cost)
    return result


def _read(database: Database, text: str, scope: Scope, max_rows: int, max_cost: float, seconds: float) -> GuardedResult:
    started = time.monotonic()
    with _translated(), database.reader(scope, seconds) as connection, _deadline(connection, seconds):
        cost = planned_cost(connection, text, min(seconds, PLANNING_SECONDS))
        if cost > max_cost:
            raise QueryRefused("This query would read too much at once. Ask for a shorter period, fewer groups, or add a join condition.")
        connection.execute(f"set local statement_timeout = {max(1, int(seconds * 1000))}".encode())
        columns, rows, truncated = _fetched(connection, text, max_rows)
    frame = frame_of(columns, rows)
    return GuardedResult(frame, text, truncated, cost, int((time.monotonic() - started) * 1000))


def planned_cost(connection: Connection, text: str, seconds: float) -> float:
    """The planner's estimate, under a time-out of its own: planning computes constant parts."""
    connection.execute(f"set local statement_timeout = {max(1, int(seconds * 1000))}".encode())
    plan = connection.execute(b"explain (format json) " + text.encode(), prepare=True).fetchone()
    assert plan is not None
    return float(plan[0][0]["Plan"]["Total Cost"])


def _fetched(connection: Connection, text: str, max_rows: int) -> tuple[list[tuple[str, int]], list[tuple[Any, ...]], bool]:
    """Rows through a server-side cursor, which takes a SELECT and nothing else, up to the row or byte cap."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    with connection.cursor(name="question") as cursor:
        cursor.execute(text.encode())
        columns = [(column.name, column.type_code) for column in cursor.description or ()]
        while len(rows) <= max_rows and size <= MOST_BYTES:
            chunk = cursor.fetchmany(min(CHUNK, max_rows + 1 - len(rows)))
            if not chunk:
                return columns, rows, False
            rows += chunk
            size += sum(size_of(row) for row in chunk)
    return columns, rows[:max_rows], len(rows) > max_rows or size > MOST_BYTES


@contextmanager
def _deadline(connection: Connection, seconds: float) -> Iterator[None]:
    """The server limits each statement; this limits them all together, from outside of the session."""
    running, lock = [True], threading.Lock()

    def cancel() -> None:
        with lock:  # never after the end: the connection may serve another question by then
            if running:
                connection.cancel_safe(timeout=5)

    timer = threading.Timer(seconds + 1, cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            running.clear()


@contextmanager
def _translated() -> Iterator[None]:
    """The database's errors as sentences; its own texts quote values and names, so they stay in the traceback."""
    try:
        yield
    except psycopg_pool.PoolTimeout as error:
        raise DatabaseUnavailable("Too many questions are running at once. Try again in a minute.") from error
    except psycopg.Error as error:
        state = error.sqlstate or ("22" if isinstance(error, psycopg.DataError) else "")
        if not state or (state[:2] in LOST and state not in SENTENCES):
            raise DatabaseUnavailable from error
        raise QueryRefused(SENTENCES.get(state) or SENTENCES.get(state[:2])) from error


def _log(database: Database, username: str, statement: str, code: str, started: float, **details: Any) -> None:
    """One line for every statement that was tried, allowed or not."""
    text = statement[:2_000].encode("utf-8", "replace").decode().replace("\x00", "␀")
    details |= {"sql": text, "milliseconds": int((time.monotonic() - started) * 1000)}
    with database.write() as connection:
        audit.record(connection, username, "sql", code, details)
