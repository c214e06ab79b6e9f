from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from core.sales.caching import ResultCache
from core.sales.query import build_query
from tests.sales.conftest import TUNDRA

TODAY = date(2025, 7, 15)
UNITS = build_query("units")


def test_an_answer_is_kept_until_the_data_change(market):
    cache = ResultCache()
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    first = cache.run(market.database, UNITS, None, TODAY)
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    assert cache.run(market.database, UNITS, None, TODAY) is first
    market.set_state("data_version", 2)
    assert cache.run(market.database, UNITS, None, TODAY).totals["units"] == 2


def test_two_scopes_never_share_an_answer(market):
    cache = ResultCache()
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    mine, other = (market.resellers["galilu"],), (market.resellers["liberty"],)
    assert [cache.run(market.database, UNITS, scope, TODAY).totals["units"] for scope in (None, mine, other, ())] == [1, 1, None, None]
    assert len(cache) == 4


def test_the_cache_is_bounded_and_forgets_the_oldest(market):
    cache = ResultCache(size=2)
    for measure in ("units", "lines", "sales_eur_net"):
        cache.run(market.database, build_query(measure), None, TODAY)
    assert len(cache) == 2


def test_threads_may_share_a_cache(market):
    cache = ResultCache(size=3)
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    with ThreadPoolExecutor(4) as pool:
        totals = list(
            pool.map(
                lambda n: cache.run(market.database, build_query("units", (), None, str(2025 + n % 5)), None, TODAY).totals["units"],
                range(40),
            )
        )
    assert totals == [1, None, None, None, None] * 8


def test_all_questions_of_a_page_are_kept_one_by_one(market):
    cache = ResultCache()
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    queries = [UNITS, build_query("lines"), UNITS]
    first = cache.run_all(market.database, queries, None, TODAY)
    assert [answer.totals.get("units", answer.totals.get("lines")) for answer in first] == [1, 1, 1] and len(cache) == 2
    assert cache.run(market.database, UNITS, None, TODAY) is first[0]
    narrow = cache.run_all(market.database, queries, (), TODAY)
    assert [answer.totals.get("units") for answer in narrow] == [None, None, None] and len(cache) == 4


def test_memory_is_bounded_in_bytes(market):
    cache = ResultCache(most_bytes=40_000)
    for year in range(2000, 2030):
        cache.run(market.database, build_query("units", (), None, str(year)), None, TODAY)
    assert cache.bytes <= 40_000 and 1 < len(cache) < 10
    cache.clear()
    assert cache.bytes == 0


def test_a_known_data_version_saves_looking_it_up(market):
    cache = ResultCache()
    first = cache.run(market.database, UNITS, None, TODAY)
    market.line("galilu", "2025-05", TUNDRA, 1, 10)
    assert cache.run(market.database, UNITS, None, TODAY, version=0) is first
    market.set_state("data_version", 2)
    assert cache.run(market.database, UNITS, None, TODAY, version=2).totals["units"] == 1
