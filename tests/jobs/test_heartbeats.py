from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.jobs.heartbeats import CLOCK, beat, beat_of_clock, list_beats, say_goodbye

NOW = datetime(2025, 6, 10, 8, tzinfo=UTC)


def test_a_beat_renews_the_line_of_its_process(database):
    with database.write() as connection:
        beat(connection, "worker-a", NOW - timedelta(seconds=50), {"pid": 1})
        beat(connection, "worker-a", NOW, {"pid": 1})
        beat(connection, CLOCK, NOW)
        assert [b.name for b in list_beats(connection)] == [CLOCK, "worker-a"]
        assert list_beats(connection)[1].is_alive(NOW + timedelta(seconds=59))


def test_a_silent_clock_is_noticed(database):
    with database.write() as connection:
        assert beat_of_clock(connection) is None
        beat(connection, CLOCK, NOW)
        last = beat_of_clock(connection)
        assert last is not None and last.is_alive(NOW + timedelta(seconds=30)) and not last.is_alive(NOW + timedelta(minutes=2))


def test_who_says_goodbye_and_who_is_long_gone_is_not_missed(database):
    with database.write() as connection:
        beat(connection, "worker-a", NOW - timedelta(days=3))
        beat(connection, "worker-b", NOW)
        say_goodbye(connection, "worker-b")
        assert list_beats(connection) == ()
