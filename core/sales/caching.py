"""Answers kept while the data does not change. The key holds the scope, so two scopes never share an answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any

from core.db.engine import Database, Scope
from core.sales.pivot_query import Cells, PivotQuery
from core.sales.query import Result, SalesQuery
from core.sales.running import data_version, run, run_all
from core.sales.running_pivots import run_pivot

Key = tuple[Hashable, Scope, int, date]


class ResultCache:
    """The last answers by (query, scope, data version, day): `size` of them at most, and about `most_bytes`. Safe to share between threads;
    hold one per process. `version`: the data version, where the caller knows it already."""

    def __init__(self, size: int = 256, most_bytes: int = 128_000_000) -> None:
        self._size, self._most_bytes, self._bytes = size, most_bytes, 0
        self._kept: OrderedDict[Key, Any] = OrderedDict()
        self._lock = threading.Lock()

    def run(
        self, database: Database, query: SalesQuery, scope: Scope = None, today: date | None = None, version: int | None = None
    ) -> Result:
        """As `running.run`, from memory while the data version is the same."""

        def ask(wanted: Scope, day: date) -> tuple[Result, int]:
            result = run(database, query, wanted, day)
            return result, result.data_version

        found: Result = self._answer(database, query, scope, today, ask, version)
        return found

    def run_all(
        self,
        database: Database,
        queries: Sequence[SalesQuery],
        scope: Scope = None,
        today: date | None = None,
        version: int | None = None,
    ) -> tuple[Result, ...]:
        """As `running.run_all`, of what is not in memory."""
        day, wanted = today or date.today(), _wanted(scope)
        known = version if version is not None else data_version(database)
        found = {query: self._find((query, wanted, known, day)) for query in queries}
        missing = [query for query, answer in found.items() if answer is None]
        for query, answer in zip(missing, run_all(database, missing, wanted, day) if missing else (), strict=True):
            found[query] = answer
            self._keep((query, wanted, answer.data_version, day), answer)
        return tuple(found[query] for query in queries)

    def run_pivot(
        self, database: Database, asked: PivotQuery, scope: Scope = None, today: date | None = None, version: int | None = None
    ) -> Cells:
        """As `running_pivots.run_pivot`, from memory while the data version is the same."""

        def ask(wanted: Scope, day: date) -> tuple[Cells, int]:
            cells = run_pivot(database, asked, wanted, day)
            return cells, cells.result.data_version

        found: Cells = self._answer(database, asked, scope, today, ask, version)
        return found

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """About how much memory the answers take."""
        return self._bytes

    def _answer(
        self,
        database: Database,
        query: Hashable,
        scope: Scope,
        today: date | None,
        ask: Callable[[Scope, date], tuple[Any, int]],
        version: int | None,
    ) -> Any:
        day, wanted = today or date.today(), _wanted(scope)
        known = self._find((query, wanted, version if version is not None else data_version(database), day))
        if known is not None:
            return known
        answer, found = ask(wanted, day)
        self._keep((query, wanted, found, day), answer)
        return answer

    def _find(self, key: Key) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, answer: Any) -> None:
        with self._lock:
            self._bytes += weight(answer) - weight(self._kept.get(key))
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while len(self._kept) > self._size or (self._bytes > self._most_bytes and len(self._kept) > 1):
                self._bytes -= weight(self._kept.popitem(last=False)[1])


def _wanted(scope: Scope) -> Scope:
    return None if scope is None else tuple(sorted(set(scope)))


def weight(answer: Any) -> int:
    """About how many bytes an answer takes."""
    if isinstance(answer, Cells):
        return weight(answer.result) + 400 * len(answer.figures) * max(1, len(answer.asked.query.measures))
    if isinstance(answer, Result):
        return 4_000 + int(answer.frame.estimated_size()) + len(answer.sql) + sum(len(caveat.text) for caveat in answer.caveats)
    return 0
