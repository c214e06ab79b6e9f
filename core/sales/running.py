"""Run a SalesQuery: compiled, executed by the reader role inside one snapshot, with everything a reader must know beside the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
import psycopg

from core.db.engine import Database, Scope
from core.errors import QueryRefused
from core.sales import caveats, comparing, covering, lifetimes, like_for_like
from core.sales.asking import CHANGES, Asked, Relation, choose_relation, resolve
from core.sales.calendar_effects import calendar_notes, days_stacked
from core.sales.compiling import Statement, compile_figures, compile_notes
from core.sales.covered import Covered, Sender
from core.sales.cutting import by_month
from core.sales.dimensions import NOT_STATED
from core.sales.fiscal import FiscalCalendar
from core.sales.formatting import format_number
from core.sales.naming import name_list
from core.sales.query import Base, Caveat, Period, Result, SalesQuery
from core.sales.reading_figures import MOST_ROWS, Connection, Figures, FiguresOf, Found, read_side_by_side, rows_of
from core.sales.stock import stock_caveats
from core.sales.unstated import find_unstated

EUR = pl.Decimal(38, 9)
MANY = 3  # questions that are worth a second connection


def run(database: Database, query: SalesQuery, scope: Scope = None, today: date | None = None, figures: FiguresOf | None = None) -> Result:
    """The answer to `query`, as far as `scope` (reseller ids; None: all) may see. `figures`: who reads the figures, where it is not the usual.

    Errors: BadQuestion for names or choices that do not exist, QueryRefused when it takes longer than the database allows.
    """
    return run_all(database, (query,), scope, today, figures)[0]


def run_all(
    database: Database,
    queries: Iterable[SalesQuery],
    scope: Scope = None,
    today: date | None = None,
    figures: FiguresOf | None = None,
    by_line: bool = False,
) -> tuple[Result, ...]:
    """The answers to all questions of a page, in order, from one snapshot; what several of them need is read once. Errors: as `run`.

    `by_line`: from single lines although sums would answer: the same figures, slowly, to compare with."""
    asked = [resolve(query, calendar_of(database)) for query in queries]
    with _readers(database, scope, len(asked)) as connections:
        try:
            for connection in connections:
                connection.execute(BY_HASHING)
            snapshot = _Snapshot(connections[0], today or date.today(), by_line)
            prepared = [_prepare(snapshot, one, figures or Figures) for one in asked]
            answers = read_side_by_side([one.figures for one in prepared], connections)
            return tuple(_answer(snapshot, one, *answer) for one, answer in zip(prepared, answers, strict=True))
        except psycopg.errors.QueryCanceled as error:
            seconds = f"{database.query_seconds:g} seconds"
            raise QueryRefused(f"This question took longer than {seconds}. Ask for a shorter period or fewer groups.") from error


def calendar_of(database: Database) -> FiscalCalendar:
    """The brand's fiscal calendar, as the settings state it."""
    return FiscalCalendar(database.fiscal_year_start, database.fiscal_months)


def data_version(database: Database) -> int:
    """The number that rises with every change of the data."""
    with database.reader() as connection:
        return _data_version(connection)


class _Snapshot:
    """What one transaction sees beside the figures, each thing read at most once."""

    def __init__(self, connection: Connection, today: date, by_line: bool) -> None:
        self.connection, self.today, self.by_line = connection, today, by_line
        self._notes: dict[str, pl.DataFrame] = {}
        self._held: dict[Any, pl.DataFrame] = {}
        self._alignments: dict[Any, comparing.Alignment | None] = {}
        self._by_reseller: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def covered(self) -> Covered:
        return covering.read_covered(self.connection)

    @cached_property
    def state(self) -> tuple[int, bool, bool]:
        """The data version, whether anything is rolled up, whether cities may be shown."""
        row = self.connection.execute(STATE).fetchone()
        assert row is not None
        return int(row[0] or 0), bool(row[1]), bool(row[2])

    def relation(self, asked: Asked) -> Relation:
        """The sums that answer the question, or the lines while nothing is rolled up yet."""
        return choose_relation(asked) if self.state[1] and not self.by_line else "sales"

    def alignment(self, asked: Asked, senders: tuple[Sender, ...]) -> comparing.Alignment | None:
        key = (asked.query.period, asked.query.compare, tuple(s.reseller_id for s in senders))
        if key not in self._alignments:
            self._alignments[key] = _align(asked, self.covered, senders, self.today)
        return self._alignments[key]

    def notes(self, asked: Asked, relation: Relation) -> pl.DataFrame:
        statement = compile_notes(asked, relation)
        key = f"{statement.text}{statement.parameters}"
        if key not in self._notes:
            self._notes[key] = _frame_of(self.connection, statement, NOTES)
        return self._notes[key]

    def by_reseller(self, asked: Asked, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of a question by reseller."""
        relation = self.relation(asked)
        asked = by_month(asked, None, numbers, relation)
        statement = compile_figures(asked, relation, None, MOST_ROWS)
        key = f"{statement.text}{statement.parameters}"
        if key not in self._by_reseller:
            self._by_reseller[key] = rows_of(self.connection, statement)[1:]
        return self._by_reseller[key]

    def held(self, period: Period | None, reseller_ids: tuple[int, ...]) -> pl.DataFrame:
        key = (period, reseller_ids)
        if key not in self._held:
            self._held[key] = covering.read_held(self.connection, period, reseller_ids)
        return self._held[key]


STATE = """
select (select version from readable.data_version), exists (select from readable.sales_rollup), readable.shows_city()
"""
BY_HASHING = "set local enable_sort = off"  # few groups of many lines: added up by hashing, whatever the planner expects


@contextmanager
def _readers(database: Database, scope: Scope, questions: int) -> Iterator[list[Connection]]:
    """One reader, or for the questions of a whole page two of one moment."""
    if questions >= MANY:
        with database.readers_of_one_moment(scope) as readers:
            yield readers
    else:
        with database.reader(scope) as reader:
            yield [reader]


@dataclass(frozen=True)
class _Prepared:
    """A question with all that is known before its figures are."""

    asked: Asked
    figures: Figures
    evidence: caveats.Evidence
    senders: tuple[Sender, ...]
    alignment: comparing.Alignment | None
    base: Base | None
    numbers: list[int]


def _prepare(snapshot: _Snapshot, asked: Asked, reading: FiguresOf) -> _Prepared:
    connection, covered, today = snapshot.connection, snapshot.covered, snapshot.today
    senders = covering.at_these_places(connection, asked, covering.concerned(asked, covered), snapshot.state[1])
    alignment = snapshot.alignment(asked, senders)
    pairs = alignment.pairs if alignment else None
    relation = snapshot.relation(asked)
    asked, base = keep_like_for_like(connection, asked, relation, alignment, senders, covered)
    numbers = [s.reseller_id for s in covered.senders]
    plain = replace(asked, kept=None, query=replace(asked.query, measures=(), by=(), like_for_like=None), measures=(), dimensions=())
    beside = snapshot.relation(plain)
    plain = by_month(plain, None, numbers, beside)
    asked = by_month(asked, pairs, numbers, relation)
    figures = reading(connection, asked, relation, pairs)
    evidence = caveats.Evidence(
        snapshot.notes(plain, beside),
        snapshot.held(asked.query.period, tuple(s.reseller_id for s in senders)),
        covered,
        tuple(s for s in senders if asked.query.period is None or covered.is_expected(s, asked.query.period)),
        today,
        snapshot.state[2],
    )
    return _Prepared(asked, figures, evidence, tuple(senders), alignment, base, numbers)


def _answer(snapshot: _Snapshot, prepared: _Prepared, figures: Figures, found: Found) -> Result:
    asked, alignment, base, senders = prepared.asked, prepared.alignment, prepared.base, prepared.senders
    rows, others, groups = found
    frame, totals = _frame(asked, [*rows, *others]), _totals(asked, figures.total)
    unstated = find_unstated(asked, frame, lambda one: snapshot.by_reseller(one, prepared.numbers))
    evidence = replace(prepared.evidence, unstated=unstated)
    return Result(
        asked.query,
        frame,
        totals,
        figures.sql,
        snapshot.state[0],
        asked.query.period,
        alignment.before if alignment else None,
        covering.data_through(snapshot.covered, senders),
        caveats.complete_senders(evidence, asked.query.period),
        tuple(s.name for s in evidence.senders),
        (
            *_comparison_caveat(asked, alignment, base),
            *stock_caveats(snapshot.connection, asked, [s.reseller_id for s in senders]),
            *caveats.find_caveats(asked, evidence),
            *caveats.without_percentage(asked, frame, totals),
            *_shortened(asked, groups, len(rows)),
        ),
        groups,
        base,
        _held_net(evidence.held),
        comparing.compared_of(alignment, senders) if alignment else None,
    )


def _align(asked: Asked, covered: Covered, senders: Sequence[Sender], today: date) -> comparing.Alignment | None:
    if asked.query.compare is None or asked.query.period is None:
        return None
    return comparing.align(asked.query.period, asked.query.compare, covered, senders, today)


def keep_like_for_like(
    connection: Connection,
    asked: Asked,
    relation: Relation,
    alignment: comparing.Alignment | None,
    senders: Sequence[Sender],
    covered: Covered,
) -> tuple[Asked, Base | None]:
    """The question kept to its like-for-like base, where it asks for one."""
    over = asked.query.like_for_like
    if over is None or alignment is None:
        return asked, None
    found = lifetimes.read_lifetimes(connection, asked, relation)
    kept, base = like_for_like.choose_base(over, found, alignment, senders, covered)
    return replace(asked, kept=kept), base


NOTES: dict[str, Any] = {
    "reseller": pl.String,
    "line_kind": pl.String,
    "bulk": pl.Boolean,
    "valued": pl.Boolean,
    "currency": pl.String,
    "inside": pl.Boolean,
    "partly": pl.Boolean,
    "lines": pl.Int64,
    "quantity": pl.Int64,
    "net": EUR,
    "unpriced": pl.Int64,
    "unconverted_lines": pl.Int64,
    "unconverted_local": EUR,
    "undated": pl.Int64,
    "longer_than_a_week": pl.Int64,
}


def _frame_of(connection: Connection, statement: Statement, schema: Mapping[str, Any]) -> pl.DataFrame:
    rows = rows_of(connection, statement)
    return pl.DataFrame([_series(name, dtype, [row[name] for row in rows]) for name, dtype in schema.items()])


def _series(name: str, dtype: Any, values: list[Any]) -> pl.Series:
    if dtype == EUR and any(isinstance(value, str) for value in values):
        return pl.Series(name, values, dtype=pl.String).cast(EUR)
    if dtype == pl.Int64:
        values = [None if v is None else int(v) for v in values]
    return pl.Series(name, values, dtype=dtype)


def _frame(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    series = []
    for dimension in asked.dimensions:
        values = [row[dimension.name] for row in rows]
        if dimension.kind == "text":
            values = [NOT_STATED if value is None else value for value in values]
        series.append(pl.Series(dimension.name, values, dtype=pl.Date if dimension.kind == "date" else pl.String))
    return pl.DataFrame([*series, *(_series(name, dtype, [row[name] for row in rows]) for name, dtype in _columns(asked).items())])


def _columns(asked: Asked) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for measure in asked.measures:
        dtype = pl.Int64 if measure.whole else EUR
        columns[measure.name] = dtype
        for suffix in CHANGES if asked.query.compare is not None else ():
            columns[f"{measure.name}{suffix}"] = EUR if suffix == "_change_pct" else dtype
    return columns


def _totals(asked: Asked, total: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: Decimal(total[name]) if isinstance(total[name], str) else total[name] for name in _columns(asked)} if total else {}


def _held_net(held: pl.DataFrame) -> Decimal | None:
    known = [Decimal(value) for value in held["net"].drop_nulls()]
    return sum(known, Decimal(0)) if known else None


def _comparison_caveat(asked: Asked, alignment: comparing.Alignment | None, base: Base | None) -> list[Caveat]:
    found = [Caveat("comparison", comparing.explain(alignment))] if alignment else []
    if alignment and alignment.pairs:
        found += [Caveat("calendar", text) for text in (*calendar_notes(alignment.now, alignment.before), *alignment.notes)]
        stacked = days_stacked(alignment.pairs) if any(d.name == "day" for d in asked.dimensions) else ()
        found += (
            [Caveat("calendar", f"Days that the later month does not have stand beside its last: {name_list(stacked, 3)}.")]
            if stacked
            else []
        )
    return [*found, Caveat("like_for_like", like_for_like.explain_base(base))] if base else found


def _shortened(asked: Asked, groups: int, shown: int) -> list[Caveat]:
    if groups <= shown or asked.query.others:
        return []
    return [Caveat("shortened", f"The first {format_number(shown)} of {format_number(groups)} rows are shown; totals cover all of them.")]


def _data_version(connection: Connection) -> int:
    row = connection.execute("select version from readable.data_version").fetchone()
    return int(row[0]) if row else 0
