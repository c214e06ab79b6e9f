"""Answers kept while the data does not change. The key holds the scope, so two scopes never share an answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date

from core.db.engine import Database, Scope
from core.sales.query import Result, SalesQuery
from core.sales.running import data_version, run

Key = tuple[SalesQuery, Scope, int, date]


class ResultCache:
    """The last `size` answers by (query, scope, data version, day). Safe to share between threads; hold one per process."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Result] = OrderedDict()
        self._lock = threading.Lock()

    def run(self, database: Database, query: SalesQuery, scope: Scope = None, today: date | None = None) -> Result:
        """As `running.run`, from memory while the data version is the same."""
        day = today or date.today()
        wanted = None if scope is None else tuple(sorted(set(scope)))
        known = self._find((query, wanted, data_version(database), day))
        if known is not None:
            return known
        result = run(database, query, wanted, day)
        self._keep((query, wanted, result.data_version, day), result)
        return result

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def _find(self, key: Key) -> Result | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, result: Result) -> None:
        with self._lock:
            self._kept[key] = result
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
