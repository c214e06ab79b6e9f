"""The days that move a perfume brand's sales, by year and country: Easter, Black Friday, Christmas, Mother's Day … Pure.

Dates by rule: Easter from `dateutil.easter` (Western: Gregorian computus; Orthodox: Julian computus in Gregorian dates). Mother's Day is a
custom, not a law, so its rule by country stands here; a country without one, and the web shop, which has none, take the most common rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from core.sales.query import Period

ORTHODOX = frozenset(("BG", "BY", "CY", "GE", "GR", "MD", "ME", "MK", "RO", "RS", "RU", "UA"))
MOTHERING_SUNDAY = frozenset(("GB", "IE"))
FIRST_SUNDAY_OF_MAY = frozenset(("ES", "HU", "LT", "PT", "RO"))
Rule = Callable[[int], date]


@dataclass(frozen=True)
class Tradition:
    """One way to keep an event. `countries` None: everybody no other tradition names. `label`: who, for the name of the event."""

    label: str
    day: Rule
    countries: frozenset[str] | None = None


@dataclass(frozen=True)
class Event:
    """`before`, `after`: days around it that are its season, where nobody chooses others."""

    key: str
    name: str
    before: int
    after: int
    traditions: tuple[Tradition, ...]

    def tradition_of(self, country: str | None) -> Tradition:
        named = (t for t in self.traditions if t.countries is not None and country in t.countries)
        return next(named, next(t for t in self.traditions if t.countries is None))


@dataclass(frozen=True)
class Occurrence:
    """An event of one tradition in one year, and on which day it fell the year before."""

    event: Event
    tradition: Tradition
    day: date
    before: date

    @property
    def name(self) -> str:
        return f"{self.event.name} ({self.tradition.label})" if self.tradition.label else self.event.name

    @property
    def slug(self) -> str:
        """For an address: `easter`, `mothers-day-gb-ie`."""
        return "-".join([self.event.key, *re.findall(r"[a-z0-9]+", self.tradition.label.lower())])

    @property
    def moved(self) -> int:
        """Days by which it falls later in its year than the year before (negative: earlier)."""
        return (self.day - _same_date(self.before, self.day.year)).days

    def window(self, days_before: int | None = None, days_after: int | None = None) -> Period:
        return _around(self.day, self._before(days_before), self._after(days_after))

    def window_before(self, days_before: int | None = None, days_after: int | None = None) -> Period:
        """As many days around the day of the year before."""
        return _around(self.before, self._before(days_before), self._after(days_after))

    def _before(self, days: int | None) -> int:
        return self.event.before if days is None else days

    def _after(self, days: int | None) -> int:
        return self.event.after if days is None else days


def sunday(month: int, number: int) -> Rule:
    """The first, second … Sunday of a month; −1 is the last one."""

    def day(year: int) -> date:
        if number > 0:
            first = date(year, month, 1)
            return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    return day


def on(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def mothers_day_in_france(year: int) -> date:
    """The last Sunday of May, a week later where that is Pentecost."""
    last = sunday(5, -1)(year)
    return last + timedelta(days=7) if last == western_easter(year) + timedelta(days=49) else last


def western_easter(year: int) -> date:
    found: date = easter(year, EASTER_WESTERN)
    return found


def orthodox_easter(year: int) -> date:
    found: date = easter(year, EASTER_ORTHODOX)
    return found


EVENTS: tuple[Event, ...] = (
    Event("valentine", "Valentine's Day", 13, 0, (Tradition("", on(2, 14)),)),
    Event("womens-day", "Women's Day", 7, 0, (Tradition("", on(3, 8)),)),
    Event(
        "mothers-day",
        "Mother's Day",
        13,
        0,
        (
            Tradition("GB, IE", lambda year: western_easter(year) - timedelta(days=21), MOTHERING_SUNDAY),
            Tradition("1st Sun May", sunday(5, 1), FIRST_SUNDAY_OF_MAY),
            Tradition("PL", on(5, 26), frozenset(("PL",))),
            Tradition("FR", mothers_day_in_france, frozenset(("FR",))),
            Tradition("SE", sunday(5, -1), frozenset(("SE",))),
            Tradition("NO", sunday(2, 2), frozenset(("NO",))),
            Tradition("2nd Sun May", sunday(5, 2)),
        ),
    ),
    Event("easter", "Easter", 14, 1, (Tradition("Orthodox", orthodox_easter, ORTHODOX), Tradition("", western_easter))),
    Event("singles-day", "Singles' Day", 3, 0, (Tradition("", on(11, 11)),)),
    Event("black-friday", "Black Friday", 4, 3, (Tradition("", black_friday),)),
    Event("christmas", "Christmas", 24, 0, (Tradition("", on(12, 25)),)),
)
BY_KEY = {event.key: event for event in EVENTS}


def occurrences(period: Period, countries: Iterable[str | None]) -> tuple[Occurrence, ...]:
    """The events whose day lies in the period, as these countries keep them, in order of their days."""
    wanted = tuple(dict.fromkeys(countries)) or (None,)
    found: dict[tuple[str, str, int], Occurrence] = {}
    for year in range(period.start.year, period.end.year + 1):
        for event in EVENTS:
            for tradition in (event.tradition_of(country) for country in wanted):
                day = tradition.day(year)
                if period.start <= day <= period.end:
                    found.setdefault((event.key, tradition.label, year), Occurrence(event, tradition, day, tradition.day(year - 1)))
    return tuple(sorted(found.values(), key=lambda one: (one.day, one.name)))


def _around(day: date, before: int, after: int) -> Period:
    return Period(day - timedelta(days=before), day + timedelta(days=after))


def _same_date(day: date, year: int) -> date:
    return date(year, day.month, 28) if (day.month, day.day) == (2, 29) else date(year, day.month, day.day)
