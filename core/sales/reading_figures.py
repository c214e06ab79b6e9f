"""Read the figures of compiled questions: one by one, or those of a page side by side on several connections of one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from core.sales import comparing
from core.sales.asking import Asked, Relation
from core.sales.compiling import Statement, compile_figures, compile_remainder
from core.sales.dimensions import OTHERS

MOST_ROWS = 200_000  # more groups than this are no answer a person or a chart can use; a shortened frame says so
Connection = psycopg.Connection[Any]


@dataclass
class Figures:
    """The rows of a question as dictionaries; `total` and `sql` are known once `read` has run."""

    connection: Connection
    asked: Asked
    relation: Relation
    pairs: Sequence[comparing.Pair] | None
    total: Mapping[str, Any] | None = None
    sql: str = ""

    def read(self) -> Found:
        """The rows in order, the remainder row if asked for, and how many rows there are in all."""
        limit = min(self.asked.query.limit or MOST_ROWS, MOST_ROWS)
        statement = compile_figures(self.asked, self.relation, self.pairs, limit if self.asked.dimensions else None)
        self.sql = sql_of(self.connection, statement)
        found = rows_of(self.connection, statement, as_text=True)
        self.total = found[0]
        rows = found[1:] if self.asked.dimensions else found
        groups = found[0]["groups"] - 1 if self.asked.dimensions else 1
        return rows, self._remainder(rows, groups), groups

    def _remainder(self, rows: list[dict[str, Any]], groups: int) -> list[dict[str, Any]]:
        if not self.asked.query.others or groups <= len(rows):
            return []
        keys = [[row[f"key_{d.name}"] for d in self.asked.dimensions] for row in rows]
        found = rows_of(self.connection, compile_remainder(self.asked, self.relation, self.pairs, keys), as_text=True)
        return [row | {d.name: OTHERS if d.kind == "text" else None for d in self.asked.dimensions} for row in found]


Found = tuple[list[dict[str, Any]], list[dict[str, Any]], int]  # what `Figures.read` gives


def read_side_by_side(figures: Sequence[Figures], connections: Sequence[Connection]) -> list[tuple[Figures, Found]]:
    """What each question reads, those over most groups first, on as many connections of one snapshot as there are.

    A question by time is not read where another asks for the same and no fewer measures: it has that one's answer."""
    wide = [max((other for other in figures if includes(other, one)), key=lambda other: len(other.asked.measures)) for one in figures]
    waiting = sorted({id(one): one for one in wide}.values(), key=lambda one: len(one.asked.dimensions) * len(one.asked.measures))
    found: dict[int, Found] = {}

    def work(connection: Connection) -> None:
        try:
            while one := _next(waiting):
                one.connection = connection
                found[id(one)] = one.read()
        except BaseException:
            waiting.clear()  # nothing more is asked for an answer that will not be given
            raise

    with ThreadPoolExecutor(len(connections)) as lanes:
        beside = [lanes.submit(work, connection) for connection in connections[1:]]
        work(connections[0])
        for lane in beside:
            lane.result()
    return [(one, found[id(one)]) for one in wide]


def _next(waiting: list[Figures]) -> Figures | None:
    try:
        return waiting.pop()
    except IndexError:
        return None


def includes(wide: Figures, narrow: Figures) -> bool:
    """Whether the answer to `wide` holds that to `narrow`: the same question by time alone, with its measures among its own."""
    if wide is narrow:
        return True
    alike = [(replace(one.asked.query, measures=(), order_by=None), one.relation, one.asked.every_kind) for one in (wide, narrow)]
    plain = all(type(one) is Figures and one.asked.query.order_by is None and one.asked.query.limit is None for one in (wide, narrow))
    in_time = all(dimension.is_time for dimension in narrow.asked.dimensions)
    holds = set(wide.asked.query.measures) >= set(narrow.asked.query.measures)
    return plain and in_time and holds and alike[0] == alike[1]


FiguresOf = Callable[[Connection, Asked, Relation, Sequence[comparing.Pair] | None], Figures]


def rows_of(connection: Connection, statement: Statement, as_text: bool = False) -> list[dict[str, Any]]:
    """`as_text`: numerics as the server writes them, for frames, which read text many times faster than Python's decimals."""
    cursor = connection.cursor()
    if as_text:
        cursor.adapters.register_loader("numeric", TextLoader)
    cursor.execute(_bytes(statement), statement.parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sql_of(connection: Connection, statement: Statement) -> str:
    """The statement with its parameters filled in, for reading."""
    return psycopg.ClientCursor(connection).mogrify(_bytes(statement), statement.parameters)


def _bytes(statement: Statement) -> bytes:
    return statement.text.encode()
