"""What is said about a list, in a form that adds up: a list may be read in one piece or in many, and the same is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from core.ingest.numbers import Spelling
from core.ingest.shapes import Problem, SetAside, Severity

SHOWN_CELLS = 20


@dataclass(frozen=True)
class Remark:
    """One thing to say about cells of a list: the first of them by address and text, and their number. Remarks of two pieces add up."""

    rule: str
    message: str
    severity: Severity
    sheet: str | None
    suggestion: str | None
    first: tuple[tuple[str | None, str | None], ...]
    count: int
    summed: bool = False

    def __add__(self, other: Remark) -> Remark:
        return replace(self, first=(self.first + other.first)[:SHOWN_CELLS], count=self.count + other.count)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One problem a cell and one for the rest, or one for all of them."""
        if not self.count:
            return ()
        if self.summed:
            cell, text = self.first[0]
            shown = f", the first “{text.strip()}”" if text and text.strip() else ""
            message = " ".join((f"{self.count:,} {self.message}{shown}.", *([self.suggestion] if self.suggestion else [])))
            return (Problem(self.rule, message, self.severity, self.sheet, cell, text),)
        listed = [Problem(self.rule, self.message, self.severity, self.sheet, cell, text, self.suggestion) for cell, text in self.first]
        rest = self.count - len(listed)
        more = f"{self.message} {rest:,} more cells like this."
        return (*listed, *([Problem(self.rule, more, self.severity, self.sheet)] if rest else []))


def tell(remarks: Iterable[Remark]) -> tuple[Problem, ...]:
    """The problems of all remarks, in their order."""
    return tuple(problem for remark in remarks for problem in remark.problems)


@dataclass(frozen=True)
class Written:
    """How the number columns of a list are written: meaning → spelling; `whole`: of all its rows, else of those read so far."""

    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    whole: bool = False

    def __add__(self, other: Written) -> Written:
        names = self.spellings.keys() | other.spellings.keys()
        return Written({name: self.of(name) + other.of(name) for name in names})

    def of(self, meaning: str) -> Spelling:
        return self.spellings.get(meaning, Spelling())


@dataclass(frozen=True)
class Lines:
    """What a list, or a piece of it, states. Pieces add up in the order of the file; `rows` (ROW_COLUMNS) are left out of the sum.

    `days`: the first days of the periods; `stores`: every store text of a line; `aside`: reason → spans of file rows, first and last;
    `written`: of this piece alone, empty where it was known before.
    """

    rows: pl.DataFrame
    days: frozenset[date]
    stores: frozenset[str]
    aside: Mapping[str, tuple[tuple[int, int], ...]]
    remarks: tuple[Remark, ...]
    zeros: int
    written: Written = field(default_factory=Written)

    def __add__(self, other: Lines) -> Lines:
        return Lines(
            self.rows.clear(),
            self.days | other.days,
            self.stores | other.stores,
            {reason: _joined(spans, other.aside[reason]) for reason, spans in self.aside.items()},
            tuple(mine + others for mine, others in zip(self.remarks, other.remarks, strict=True)),
            self.zeros + other.zeros,
            self.written + other.written,
        )

    def set_aside(self, sheet: str | None) -> tuple[SetAside, ...]:
        return tuple(
            SetAside(reason, sheet, first, last, last - first + 1) for reason, spans in self.aside.items() for first, last in spans
        )


def _joined(spans: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Spans of two pieces; one that goes on over the border is one."""
    if spans and others and spans[-1][1] + 1 == others[0][0]:
        return (*spans[:-1], (spans[-1][0], others[0][1]), *others[1:])
    return spans + others
