"""When a report is due: a rule as data, and pure arithmetic over it that is right on the nights when clocks change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import BadSchedule

Every = Literal["day", "workday", "week", "month", "quarter"]
EVERY: tuple[Every, ...] = ("day", "workday", "week", "month", "quarter")
WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
SPECIAL_DAYS = {"last": "the last day", "first workday": "the first workday", "last workday": "the last workday"}


@dataclass(frozen=True)
class Rule:
    """How often, on which day, at what local time.

    `weekday` belongs to 'week'; `day` to 'month' and 'quarter': 1–28 counts from the first day of the month or quarter, or one of
    SPECIAL_DAYS. Workdays are Monday to Friday.
    """

    every: Every
    at: time = time(8)
    weekday: str | None = None
    day: int | str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `rule_from`."""
        plain = {"every": self.every, "at": f"{self.at:%H:%M}", "weekday": self.weekday, "day": self.day}
        return {name: value for name, value in plain.items() if value is not None}


def rule_from(plain: Mapping[str, Any]) -> Rule:
    """`{"every": "week", "weekday": "mon", "at": "08:00"}` → Rule. Errors: BadSchedule says what is missing."""
    every = plain.get("every")
    if every not in EVERY:
        raise BadSchedule("Choose how often: every day, workday, week, month or quarter.")
    weekday, day = plain.get("weekday"), plain.get("day")
    if every == "week" and weekday not in WEEKDAYS:
        raise BadSchedule("Choose the weekday.")
    if every in ("month", "quarter") and not _is_day(day):
        raise BadSchedule("Choose the day: 1 to 28, the last day, or the first or last workday.")
    weekday = weekday if every == "week" else None
    return Rule(cast(Every, every), _time(plain.get("at", "08:00")), weekday, day if every in ("month", "quarter") else None)


def _is_day(day: object) -> bool:
    return day in SPECIAL_DAYS if isinstance(day, str) else isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 28


def _time(text: object) -> time:
    try:
        return time.fromisoformat(str(text)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise BadSchedule("Write the time like 08:00.") from error


def zone(name: str) -> ZoneInfo:
    """Errors: BadSchedule for a time zone nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSchedule(f"“{name}” is no time zone. Write it like Europe/Berlin.") from error


def next_due(rule: Rule, after: datetime, time_zone: str) -> datetime:
    """The first due instant later than `after` (aware), in UTC. Each day the rule names is due exactly once.

    A local time that the spring night skips is due when the clock has jumped over it (02:30 becomes 03:30); a local time that the autumn
    night repeats is due the first time only.
    """
    return next(_due_instants(rule, after, zone(time_zone)))


def next_dates(rule: Rule, after: datetime, time_zone: str, count: int = 5) -> tuple[datetime, ...]:
    """The next `count` due instants as local times of `time_zone`."""
    instants = _due_instants(rule, after, zone(time_zone))
    return tuple(next(instants).astimezone(zone(time_zone)) for _ in range(count))


def _due_instants(rule: Rule, after: datetime, local: ZoneInfo) -> Iterator[datetime]:
    day = after.astimezone(local).date() - timedelta(days=2)
    while True:
        if falls_on(rule, day):
            instant = datetime.combine(day, rule.at, local).astimezone(UTC)
            if instant > after:
                yield instant
                after = instant
        day += timedelta(days=1)


def falls_on(rule: Rule, day: date) -> bool:
    """Whether the rule names this calendar day."""
    match rule.every:
        case "day":
            return True
        case "workday":
            return day.weekday() < 5
        case "week":
            return list(WEEKDAYS)[day.weekday()] == rule.weekday
        case _:
            return day == _day_of(rule, *_span(rule.every, day))


def _span(every: Every, day: date) -> tuple[date, date]:
    """First and last day of the month or quarter around `day`."""
    length = 3 if every == "quarter" else 1
    first = (day.month - 1) // length * length
    following = day.year * 12 + first + length
    return date(day.year, first + 1, 1), date(following // 12, following % 12 + 1, 1) - timedelta(days=1)


def _day_of(rule: Rule, first: date, last: date) -> date:
    match rule.day:
        case "last":
            return last
        case "first workday":
            return first + timedelta(days=max(0, 7 - first.weekday()) if first.weekday() > 4 else 0)
        case "last workday":
            return last - timedelta(days=max(0, last.weekday() - 4))
        case _:
            return first + timedelta(days=int(cast(int, rule.day)) - 1)


def in_words(rule: Rule, time_zone: str) -> str:
    """`Every Monday at 08:00 (Europe/Berlin)`."""
    match rule.every:
        case "day":
            days = "Every day"
        case "workday":
            days = "Every workday"
        case "week":
            days = f"Every {WEEKDAYS[str(rule.weekday)]}"
        case _:
            days = f"On {SPECIAL_DAYS.get(str(rule.day), f'day {rule.day}')} of every {rule.every}"
    return f"{days} at {rule.at:%H:%M} ({time_zone})"


def clock_note(rule: Rule, after: datetime, time_zone: str) -> str:
    """A sentence when one of the rule's times is skipped or repeated by a change of clocks within a year, else ''."""
    local = zone(time_zone)
    for offset in range(366):
        moment = datetime.combine(after.astimezone(local).date() + timedelta(days=offset), rule.at, local)
        if falls_on(rule, moment.date()) and moment.utcoffset() != moment.replace(fold=1).utcoffset():
            skipped = moment.astimezone(UTC).astimezone(local).time() != rule.at
            happens = (
                f"is skipped; it goes out at {moment.astimezone(UTC).astimezone(local):%H:%M}"
                if skipped
                else "comes twice; it goes out the first time"
            )
            return f"On {moment:%d %B %Y} the clocks change and {rule.at:%H:%M} {happens}."
    return ""
