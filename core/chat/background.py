"""What every question of a moment needs: the names and what is covered. Read once for each version of the data and each scope."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.chat.vocabulary import Vocabulary, read_vocabulary
from core.db.engine import Database, Scope
from core.sales.covered import Covered
from core.sales.covering import read_covered
from core.sales.running import data_version


@dataclass(frozen=True)
class Background:
    """`version`: of the data it was read from."""

    vocabulary: Vocabulary
    covered: Covered
    version: int


def background(database: Database, scope: Scope = None, brand: str = "") -> Background:
    """From memory while neither sales nor catalogue have changed."""
    wanted = None if scope is None else tuple(sorted(set(scope)))
    return _read(database, wanted, brand, data_version(database), _catalogue_mark(database))


def _catalogue_mark(database: Database) -> tuple[int, ...]:
    """Changes when products, stores or resellers are added; renaming raises the data version."""
    with database.reader() as connection:
        row = connection.execute(
            "select (select count(*) from readable.products), (select count(*) from readable.stores), (select count(*) from readable.resellers)"
        ).fetchone()
    return tuple(row or ())


@lru_cache(maxsize=8)
def _read(database: Database, scope: Scope, brand: str, version: int, mark: tuple[int, ...]) -> Background:
    vocabulary = read_vocabulary(database, scope, brand)
    with database.reader(scope) as connection:
        return Background(vocabulary, read_covered(connection), version)
