"""Answers kept while the data does not change. The key holds the scope, so two scopes never share an answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from typing import Any

from core.db.engine import Database, Scope
from core.sales.pivot_query import Cells, PivotQuery
from core.sales.query import Result, SalesQuery
from core.sales.running import data_version, run
from core.sales.running_pivots import run_pivot

Key = tuple[Hashable, Scope, int, date]


class ResultCache:
    """The last `size` answers by (query, scope, data version, day). Safe to share between threads; hold one per process."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Any] = OrderedDict()
        self._lock = threading.Lock()

    def run(self, database: Database, query: SalesQuery, scope: Scope = None, today: date | None = None) -> Result:
        """As `running.run`, from memory while the data version is the same."""

        def ask(wanted: Scope, day: date) -> tuple[Result, int]:
            result = run(database, query, wanted, day)
            return result, result.data_version

        found: Result = self._answer(database, query, scope, today, ask)
        return found

    def run_pivot(self, database: Database, asked: PivotQuery, scope: Scope = None, today: date | None = None) -> Cells:
        """As `running_pivots.run_pivot`, from memory while the data version is the same."""

        def ask(wanted: Scope, day: date) -> tuple[Cells, int]:
            cells = run_pivot(database, asked, wanted, day)
            return cells, cells.result.data_version

        found: Cells = self._answer(database, asked, scope, today, ask)
        return found

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def _answer(
        self, database: Database, query: Hashable, scope: Scope, today: date | None, ask: Callable[[Scope, date], tuple[Any, int]]
    ) -> Any:
        day = today or date.today()
        wanted = None if scope is None else tuple(sorted(set(scope)))
        known = self._find((query, wanted, data_version(database), day))
        if known is not None:
            return known
        answer, version = ask(wanted, day)
        self._keep((query, wanted, version, day), answer)
        return answer

    def _find(self, key: Key) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, answer: Any) -> None:
        with self._lock:
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
