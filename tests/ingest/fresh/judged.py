"""A file judged without a database: what is read from it, and whether a person would be asked before it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.catalogue.folding import fold
from core.catalogue.records import Reseller
from core.errors import WorkbenchError
from core.ingest.asking import Answers, ask
from core.ingest.formats.registry import format_of
from core.ingest.reading import ReadLimits, read_book
from core.ingest.recognising import recognise
from core.ingest.reconciling import disagreements, reconcile
from core.ingest.shapes import CHANGES, ReadOptions, SalesFrame
from core.ingest.standing import Standing

Fact = tuple[Any, ...]  # view, store, key, first day, last day, units, money


@dataclass(frozen=True)
class Judged:
    """What came of a file. `stopped`: the sentence of a refusal or of the question whose file it is; `asked`: questions before storing."""

    vendor: str | None
    facts: Counter[Fact]
    held: Counter[str]
    rules: frozenset[str]
    asked: tuple[str, ...] = ()
    stopped: str | None = None
    frame: SalesFrame | None = None
    sentences: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        """Nobody would be asked anything."""
        return self.stopped is None and not self.asked

    @property
    def period(self) -> tuple[date | None, date | None]:
        assert self.frame is not None
        return self.frame.period.start, self.frame.period.end


def judge(data: bytes, name: str, vendor: str | None = None, period: tuple[date, date] | None = None) -> Judged:
    """Read, recognise, read as that vendor's report, prove. `vendor`, `period`: what a person said."""
    nothing: Counter[Any] = Counter()
    try:
        book = read_book(data, name, ReadLimits())
        found = vendor or recognise(book).vendor
        format_ = format_of(found or "")
        if format_ is None:
            return Judged(None, nothing, nothing, frozenset(), stopped=recognise(book).reason)
        frame = format_.read(book, ReadOptions(period=period))
    except WorkbenchError as error:
        return Judged(None, nothing, nothing, frozenset(), stopped=str(error))
    if not frame.rows.height:
        return Judged(found, nothing, nothing, frozenset(p.rule for p in frame.problems), stopped="no sales were found", frame=frame)
    controls = reconcile(
        frame.rows.with_columns(pl.col("held_reason").alias("rule")), frame.controls, Reseller(1, found or "", found or "")
    )
    answers = Answers(period=period)
    questions = ask(frame, controls, pl.DataFrame(schema=CHANGES), (), Standing(), answers)
    asked = tuple(f"{question.key}: {question.text}" for question in questions)
    asked += ("reseller: whose sales are these?",) if found == "generic" else ()
    problems = [*frame.problems, *disagreements(controls, frame.currency)]
    rows = frame.rows
    return Judged(
        found,
        facts_of(rows),
        Counter(rows["held_reason"].drop_nulls().to_list()),
        frozenset(problem.rule for problem in problems),
        asked,
        None,
        frame,
        tuple(f"{p.rule}: {p.sheet}!{p.cell}: {p.message}" for p in problems),
    )


def facts_of(rows: pl.DataFrame) -> Counter[Fact]:
    names = ("view", "store_text", "ean", "sku_text", "code_text", "vendor_key", "period_start", "period_end", "quantity", "amount_local")
    return Counter(
        fact(view, store, ean or sku or code or key, start, end, units, money)
        for view, store, ean, sku, code, key, start, end, units, money in rows.select(names).iter_rows()
    )


def fact(view: str, store: str | None, key: str | None, start: date | None, end: date | None, units: int | None, money: Any) -> Fact:
    exact = None if money is None else Decimal(str(money)).normalize() + 0
    return view, None if store is None else fold(store), None if key is None else fold(key), start, end, units, exact


def facts(stated: Iterable[Fact]) -> Counter[Fact]:
    return Counter(fact(*one) for one in stated)


def difference(judged: Judged, truth: Counter[Fact]) -> str:
    """'' where what was read is the truth, else the first facts that are too many and that are missing."""
    more, less = judged.facts - truth, truth - judged.facts
    return "" if not more and not less else f"too many: {list(more.items())[:4]}; missing: {list(less.items())[:4]}"
