"""What stands in a FROM list and which columns it offers; how a written column finds its source. The same rules as PostgreSQL's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NamedTuple

from core.chat.guard.refusals import Refusal

MANY, SOME = 1e6, 1e4  # rows a view is taken to have, and a list of distinct or grouped values
MOST_PAIRS = 4e8  # rows that sources without a common condition may make together
MOST_COPIES = 2  # of one view inside one FROM list


class Size(NamedTuple):
    """How large an expression is. `growth`: by which power of two its value may be longer than stored ones. `weight`: how many parts it
    has once the planner has put the queries inside one another into one; that doubles with each level and nothing interrupts it.
    """

    growth: float = 0.0
    weight: int = 1

    @classmethod
    def around(cls, parts: Iterable[Size], growth: float | None = None) -> Size:
        """The size of an expression over `parts`; without `growth` its value is as long as its longest part."""
        parts = list(parts)
        longest = max((part.growth for part in parts), default=0.0)
        return cls(longest if growth is None else growth, 1 + sum(part.weight for part in parts))


STORED = Size()
Columns = dict[str, Size]


@dataclass(frozen=True)
class Output:
    """The columns and the guessed size of a query. `explicit`: each column was named, none came from a star."""

    columns: Columns
    explicit: bool = True
    rows: float = 1.0
    views: Counter[str] = field(default_factory=Counter)

    def settled(self) -> Output:
        """The same where the planner can not look inside: grouped, sorted out or cut rows."""
        return replace(self, columns={name: Size(size.growth) for name, size in self.columns.items()})

    def renamed(self, names: Sequence[str]) -> Output:
        """The first columns under other names: WITH x(a, b), AS t(a, b)."""
        old = list(self.columns.items())
        return replace(self, columns={**{n: g for n, (_, g) in zip(names, old, strict=False)}, **dict(old[len(names) :])})


@dataclass(frozen=True, eq=False)
class Source:
    """One entry of a FROM list. `view`: its published name when it stands there under no other. `scalar`: one value a row."""

    name: str | None
    output: Output
    view: str | None = None
    scalar: bool = False


@dataclass(frozen=True)
class Scope:
    """The sources an expression can see; then those of the query around it."""

    sources: tuple[Source, ...] = ()
    outer: Scope | None = None

    def levels(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def find(self, parts: Sequence[str], schemas: Sequence[str]) -> tuple[Source, Size]:
        """The source and size of a written column. Raises Refusal."""
        if len(parts) == 1:
            return self._bare(parts[0])
        if len(parts) == 2:
            return self._of(self.named(parts[0]), parts)
        if len(parts) == 3 and parts[0] in schemas:
            return self._of(next((s for level in self.levels() for s in level.sources if s.view == parts[1]), None), parts)
        raise Refusal("column", name=".".join(parts))

    def named(self, name: str) -> Source | None:
        return next((s for level in self.levels() for s in level.sources if s.name == name), None)

    def _bare(self, name: str) -> tuple[Source, Size]:
        for level in self.levels():
            for source in level.sources:
                if name in source.output.columns:
                    return source, source.output.columns[name]
        whole = self.named(name)
        if whole is None:
            raise Refusal("column", name=name)
        if whole.scalar:
            return whole, next(iter(whole.output.columns.values()))
        raise Refusal("whole_row", name=name)

    @staticmethod
    def _of(source: Source | None, parts: Sequence[str]) -> tuple[Source, Size]:
        if source is None or parts[-1] not in source.output.columns:
            raise Refusal("column", name=".".join(parts))
        return source, source.output.columns[parts[-1]]


def joined(name: str | None, sources: Sequence[Source]) -> Source:
    """Several sources behind the one alias of a join."""
    columns: Columns = {}
    for source in sources:
        columns = {**source.output.columns, **columns}
    views: Counter[str] = sum((s.output.views for s in sources), Counter())
    rows = max((s.output.rows for s in sources), default=1.0)
    return Source(name, Output(columns, all(s.output.explicit for s in sources), rows, views))


def combined_rows(sources: Sequence[Source], links: Sequence[set[int]]) -> float:
    """Rows that a FROM list is taken to make. Raises Refusal when sources stand side by side without a condition, or too often."""
    views: Counter[str] = sum((s.output.views for s in sources), Counter())
    if views and views.most_common(1)[0][1] > MOST_COPIES:
        raise Refusal("join", name=views.most_common(1)[0][0])
    groups = _groups(sources, links)
    largest = [max(s.output.rows for s in group) for group in groups]
    if prod(largest) > MOST_PAIRS:
        lonely = min((g for g in groups if max(s.output.rows for s in g) > 1), key=len)
        raise Refusal("join", name=lonely[-1].name or "this part")
    return float(max(1.0, prod(largest)))


def _groups(sources: Sequence[Source], links: Sequence[set[int]]) -> list[list[Source]]:
    """Sources that are connected by conditions, directly or through others."""
    group = {id(s): id(s) for s in sources}
    for link in links:
        met = {group[i] for i in link if i in group}
        group = {i: (min(met) if g in met else g) for i, g in group.items()}
    found: dict[int, list[Source]] = {}
    for source in sources:
        found.setdefault(group[id(source)], []).append(source)
    return list(found.values())


def written(fields: Any) -> list[str]:
    """The names of a column reference."""
    return [str(part.sval) for part in fields]
