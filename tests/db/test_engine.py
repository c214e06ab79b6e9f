"""The reader's connections: two of one moment, and never more than are free."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from core.db import engine
from core.db.engine import Database
from tests.db.seeding import OWN, seed


def test_two_readers_of_one_moment_see_the_same_whatever_is_written_meanwhile(database: Database) -> None:
    with database.readers_of_one_moment() as (one, two):
        assert one.info.backend_pid != two.info.backend_pid
        assert one.execute("select count(*) from sales").fetchone() == (0,)
        seed(database)
        assert two.execute("select count(*) from sales").fetchone() == (0,)
    with database.reader() as later:
        assert later.execute("select count(*) from sales").fetchone() == (2,)


def test_both_readers_see_the_scope_alone(database: Database) -> None:
    seed(database)
    with database.readers_of_one_moment((OWN,)) as readers:
        assert [reader.execute("select reseller from sales").fetchall() for reader in readers] == [[("Own Shop",)]] * 2


def test_with_all_others_taken_one_reader_does_the_work(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WAIT_FOR_SECOND", 0.01)
    with ExitStack() as taken:
        for _ in range(database.readers.max_size - 1):
            taken.enter_context(database.reader())
        with database.readers_of_one_moment() as readers:
            assert len(readers) == 1 and readers[0].execute("select 1").fetchone() == (1,)


def test_who_waits_for_a_reader_keeps_no_connection_from_writing(database: Database) -> None:
    def page() -> int:
        with database.readers_of_one_moment() as readers:
            return len(readers)

    with ThreadPoolExecutor(1) as pool:
        with ExitStack() as taken:
            for _ in range(database.readers.max_size):
                taken.enter_context(database.reader())
            waiting = pool.submit(page)
            while not database.readers.get_stats().get("requests_waiting"):
                assert not waiting.done()
                time.sleep(0.01)
            assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert waiting.result() == 2
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
