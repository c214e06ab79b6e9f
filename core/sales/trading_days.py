"""How many days of selling two periods hold, and what the change would be on equally many. Pure.

Formula: change on equal trading days = (now ÷ T now) ÷ (before ÷ T before) − 1, where T is the sum of the weights of the days compared: the
proportional method of calendar adjustment (ESS guidelines on seasonal adjustment; the regression they prefer, as in X-13ARIMA-SEATS, needs
longer series than a young brand has). Weights are learned where lines state their days, else a selling day is Monday to Saturday without
public holidays and weighs 1. Limits: proportional means that a customer who finds the shop closed is lost, so the effect is rather over-
than understated; holidays are the country's nation-wide ones; opening hours and school holidays are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import holidays

from core.sales.events import black_friday
from core.sales.naming import name_list
from core.sales.query import Period
from core.sales.relative import relative_change

FEWEST_WEEKS, FEWEST_HOLIDAYS = 12, 4  # below, weekday weights and the weight of a holiday are not learned
SUBDIVISIONS = {"GB": "ENG"}  # where the country's own list leaves out what closes its shops
PLACES = Decimal("0.0001")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayWeights:
    """`weekdays`: Monday to Sunday, an average day is 1. `weeks`, `holidays_seen`: what they were learned from (0: not learned)."""

    weekdays: tuple[Decimal, ...]
    holiday: Decimal
    weeks: int = 0
    holidays_seen: int = 0

    @property
    def learned(self) -> bool:
        return self.weeks > 0


PLAIN = DayWeights((Decimal(1),) * 6 + (Decimal(0),), Decimal(0))
LEVEL = DayWeights((Decimal(1),) * 7, Decimal(1))  # a shop without a country never closes


@dataclass(frozen=True)
class TradingDays:
    """One reseller's part of a comparison. `days`, `days_before`: weighted trading days of what is compared; `now`, `before`: EUR net over
    the same; `calendar_days`: plain days of both; `basis`: where the weights come from, in words."""

    reseller: str
    country: str | None
    now: Decimal
    before: Decimal
    days: Decimal
    days_before: Decimal
    calendar_days: tuple[int, int]
    basis: str
    weights: DayWeights

    @property
    def change(self) -> Decimal | None:
        return relative_change(self.now, self.before)

    @property
    def adjusted_now(self) -> Decimal | None:
        """Now, had it held as many trading days as before; EUR net."""
        return self.now * self.days_before / self.days if self.days else None

    @property
    def adjusted(self) -> Decimal | None:
        """The change on equal trading days, a ratio."""
        return None if self.adjusted_now is None else relative_change(self.adjusted_now, self.before)


@dataclass(frozen=True)
class Equalised:
    """All resellers together: EUR net and both changes; `rows` by size; `left_out`: compared, but on no trading day of one side."""

    rows: tuple[TradingDays, ...]
    left_out: tuple[str, ...] = ()

    @property
    def now(self) -> Decimal:
        return sum((row.now for row in self.rows), Decimal(0))

    @property
    def before(self) -> Decimal:
        return sum((row.before for row in self.rows), Decimal(0))

    @property
    def change(self) -> Decimal | None:
        return relative_change(self.now, self.before)

    @property
    def adjusted(self) -> Decimal | None:
        """Each reseller on its own equal days, then added up."""
        return relative_change(sum((row.adjusted_now or Decimal(0) for row in self.rows), Decimal(0)), self.before)


@lru_cache(maxsize=256)
def public_holidays(country: str | None, year: int) -> Mapping[date, str]:
    """The nation-wide public holidays of a country in a year, with names; none where the country is not known."""
    if country is None:
        return {}
    try:
        found = holidays.country_holidays(country, subdiv=SUBDIVISIONS.get(country), years=year, language=_english(country))
    except NotImplementedError:
        return {}
    return dict(found)


@lru_cache(maxsize=64)
def _english(country: str) -> str | None:
    known = holidays.country_holidays(country).supported_languages
    return next((language for language in ("en_GB", "en_US") if language in known), None)


def learn_weights(days: Mapping[date, Decimal], covered: Sequence[Period], country: str | None) -> DayWeights:
    """From revenue by day (covered days without a line are 0): the mean share of each weekday in its own week, times 7, over complete weeks
    without a public holiday, Black Friday week and the days around New Year, so that season and trend cancel; each week counts alike.

    A holiday weighs its revenue against an average ordinary day of its week; as Sunday where fewer than FEWEST_HOLIDAYS were seen.
    PLAIN (or LEVEL without a country) where fewer than FEWEST_WEEKS weeks were seen.
    """
    weeks = [monday for span in covered for monday in _mondays(span)]
    known = {monday: [days.get(monday + n * DAY, Decimal(0)) for n in range(7)] for monday in weeks}
    ordinary = [week for monday, week in known.items() if sum(week) > 0 and _is_ordinary(monday, country)]
    if len(ordinary) < FEWEST_WEEKS:
        return LEVEL if country is None else PLAIN
    shares = [[value / sum(week) for value in week] for week in ordinary]
    weights = tuple((sum((share[n] for share in shares), Decimal(0)) / len(shares) * 7).quantize(PLACES) for n in range(7))
    factor, seen = _holiday_weight(known, weights, country)
    return DayWeights(weights, weights[6] if factor is None else factor, len(ordinary), seen)


def _holiday_weight(known: Mapping[date, list[Decimal]], weights: Sequence[Decimal], country: str | None) -> tuple[Decimal | None, int]:
    sold, usual, seen = Decimal(0), Decimal(0), 0
    for monday, week in known.items():
        closed = [n for n in range(7) if is_holiday(monday + n * DAY, country)]
        open_weight = sum((weights[n] for n in range(7) if n not in closed), Decimal(0))
        if not closed or not open_weight or _is_new_year(monday):
            continue
        average = sum((week[n] for n in range(7) if n not in closed), Decimal(0)) / open_weight
        for n in closed:
            sold, usual, seen = sold + week[n], usual + average, seen + 1
    return ((sold / usual).quantize(PLACES), seen) if seen >= FEWEST_HOLIDAYS and usual > 0 else (None, 0)


def is_holiday(day: date, country: str | None) -> bool:
    return day in public_holidays(country, day.year)


def _is_ordinary(monday: date, country: str | None) -> bool:
    friday = black_friday(monday.year)
    sale = monday <= friday + 3 * DAY and friday <= monday + 6 * DAY
    return not sale and not _is_new_year(monday) and not any(is_holiday(monday + n * DAY, country) for n in range(7))


def _is_new_year(monday: date) -> bool:
    return any((day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 2) for day in (monday, monday + 6 * DAY))


def _mondays(span: Period) -> Iterable[date]:
    monday = span.start + timedelta(days=-span.start.weekday() % 7)
    while monday + 6 * DAY <= span.end:
        yield monday
        monday += 7 * DAY


def count_days(spans: Iterable[Period], weights: DayWeights, country: str | None) -> Decimal:
    """Weighted trading days of the spans."""
    return sum((_weight(span.start + n * DAY, weights, country) for span in spans for n in range(span.days)), Decimal(0))


def _weight(day: date, weights: DayWeights, country: str | None) -> Decimal:
    return weights.holiday if is_holiday(day, country) else weights.weekdays[day.weekday()]


def basis_words(weights: DayWeights, country: str | None, grain: str, years: Iterable[int]) -> str:
    """`selling days Mon–Sat without public holidays of GB; files state weeks`"""
    listed = any(public_holidays(country, year) for year in years)
    if weights.learned:
        about = f"weekdays learned from {weights.weeks} weeks"
        about += f", a public holiday from {weights.holidays_seen}" if weights.holidays_seen else ", a public holiday counts as a Sunday"
        return about if country and listed else about.split(",")[0]
    if country is None:
        return "no country in the catalogue: every day counts 1"
    without = f"Mon–Sat without public holidays of {country}"
    if not listed:
        without = f"Mon–Sat; no public holidays are known for {country} in {name_list([str(year) for year in sorted(set(years))])}"
    return f"{without}; its files state {grain}s"
