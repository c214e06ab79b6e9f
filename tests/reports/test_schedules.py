from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadSchedule
from core.reports.schedules import SPECIAL_DAYS, WEEKDAYS, Rule, clock_note, falls_on, in_words, next_dates, next_due, rule_from

BERLIN = "Europe/Berlin"
ZONES = sorted(available_timezones())
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
rules = st.one_of(
    st.builds(Rule, st.sampled_from(["day", "workday"]), times),
    st.builds(Rule, st.just("week"), times, st.sampled_from(list(WEEKDAYS))),
    st.builds(Rule, st.sampled_from(["month", "quarter"]), times, st.none(), st.integers(1, 28) | st.sampled_from(list(SPECIAL_DAYS))),
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def local(rule: Rule, after: datetime, count: int = 3) -> list[str]:
    return [f"{moment:%a %Y-%m-%d %H:%M}" for moment in next_dates(rule, after, BERLIN, count)]


def test_monday_means_monday():
    assert local(Rule("week", time(8), "mon"), utc(2025, 6, 4)) == ["Mon 2025-06-09 08:00", "Mon 2025-06-16 08:00", "Mon 2025-06-23 08:00"]


def test_eight_o_clock_stays_eight_o_clock_over_the_change_of_clocks():
    assert next_due(Rule("day", time(8)), utc(2025, 3, 29, 12), BERLIN) == utc(2025, 3, 30, 6)
    assert next_due(Rule("day", time(8)), utc(2025, 10, 25, 12), BERLIN) == utc(2025, 10, 26, 7)


def test_a_repeated_half_past_two_is_due_once():
    assert [due.astimezone(UTC) for due in next_dates(Rule("day", time(2, 30)), utc(2025, 10, 25, 12), BERLIN, 2)] == [
        utc(2025, 10, 26, 0, 30),
        utc(2025, 10, 27, 1, 30),
    ]


def test_a_skipped_half_past_two_is_due_after_the_jump():
    assert local(Rule("day", time(2, 30)), utc(2025, 3, 29, 12), 2) == ["Sun 2025-03-30 03:30", "Mon 2025-03-31 02:30"]


def test_the_last_day_follows_the_month():
    rule = Rule("month", time(18), day="last")
    assert local(rule, utc(2024, 2, 1), 3) == ["Thu 2024-02-29 18:00", "Sun 2024-03-31 18:00", "Tue 2024-04-30 18:00"]


def test_first_and_last_workday_avoid_the_week_end():
    assert local(Rule("month", time(8), day="first workday"), utc(2025, 5, 31), 2) == ["Mon 2025-06-02 08:00", "Tue 2025-07-01 08:00"]
    assert local(Rule("month", time(8), day="last workday"), utc(2025, 5, 1), 2) == ["Fri 2025-05-30 08:00", "Mon 2025-06-30 08:00"]


def test_a_quarter_counts_from_its_first_day():
    assert local(Rule("quarter", time(8), day=10), utc(2025, 1, 11), 2) == ["Thu 2025-04-10 08:00", "Thu 2025-07-10 08:00"]
    assert local(Rule("quarter", time(8), day="last"), utc(2025, 1, 11), 1) == ["Mon 2025-03-31 08:00"]


def test_workdays_leave_out_saturday_and_sunday():
    assert local(Rule("workday", time(7)), utc(2025, 6, 6, 12), 1) == ["Mon 2025-06-09 07:00"]


def test_rules_read_as_sentences():
    assert in_words(Rule("week", time(8), "mon"), BERLIN) == "Every Monday at 08:00 (Europe/Berlin)"
    assert (
        in_words(Rule("month", time(7, 30), day="first workday"), BERLIN) == "On the first workday of every month at 07:30 (Europe/Berlin)"
    )
    assert in_words(Rule("quarter", time(8), day=5), BERLIN) == "On day 5 of every quarter at 08:00 (Europe/Berlin)"


def test_a_time_that_the_clocks_touch_is_pointed_out():
    note = clock_note(Rule("day", time(2, 30)), utc(2025, 1, 1), BERLIN)
    assert note == "On 30 March 2025 the clocks change and 02:30 is skipped; it goes out at 03:30."
    assert "comes twice" in clock_note(Rule("day", time(2, 30)), utc(2025, 6, 1), BERLIN)
    assert clock_note(Rule("day", time(8)), utc(2025, 1, 1), BERLIN) == ""


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"every": "second"},
        {"every": "week"},
        {"every": "week", "weekday": 1},
        {"every": "month"},
        {"every": "month", "day": 31},
        {"every": "month", "day": True},
        {"every": "day", "at": "8 o'clock"},
    ],
)
def test_an_incomplete_rule_is_refused_in_words(plain):
    with pytest.raises(BadSchedule):
        rule_from(plain)


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(BadSchedule, match="no time zone"):
        next_due(Rule("day"), utc(2025, 1, 1), "Europe/Nowhere")


@given(rules)
def test_a_rule_survives_being_written_down(rule):
    assert rule_from(rule.to_dict()) == rule


@settings(max_examples=150, deadline=None)
@given(rules, moments, st.sampled_from(ZONES))
def test_the_next_time_is_later_and_nothing_lies_between(rule, after, zone):
    due = next_due(rule, after, zone)
    assert due > after
    assert next_due(rule, due - timedelta(seconds=1), zone) == due
    middle = after + (due - after) / 2
    assert next_due(rule, middle, zone) == due


@settings(max_examples=60, deadline=None)
@given(times, st.sampled_from(ZONES), st.integers(2000, 2036))
def test_a_daily_rule_fires_once_on_every_day_of_a_year(at, zone, year):
    """Except where a zone left out a whole calendar day (Samoa 2011, Kwajalein 1993): two days then share an instant."""
    rule, moment = Rule("day", at), datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
    end = datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    days = []
    while (moment := next_due(rule, moment, zone)) < end:
        days.append(moment.astimezone(ZoneInfo(zone)).date())
    expected = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    assert len(days) == len(set(days))
    assert len(set(expected) - set(days)) <= 1
    assert set(days) <= set(expected)


@given(rules, st.dates(date(2000, 1, 1), date(2036, 12, 31)))
def test_a_month_or_quarter_has_exactly_one_due_day(rule, day):
    if rule.every in ("month", "quarter"):
        months = 1 if rule.every == "month" else 3
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        end = date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
        assert sum(falls_on(rule, first + timedelta(days=n)) for n in range((end - first).days)) == 1
