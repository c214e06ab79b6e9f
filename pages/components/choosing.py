"""The global choice period · channel · reseller as a value: read from a URL's parameters, offered as options, turned into filters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import BadQuestion
from core.sales.naming import name_period
from core.sales.query import Filter, FiscalYears, Period, months, parse_period

CHANNELS: Mapping[str, str] = {
    "": "All channels",
    "stores": "Stores",
    "reseller-online": "Resellers' web shops",
    "own-shop": "Own web shop",
}
CHANNEL_FILTERS: Mapping[str, tuple[Filter, ...]] = {
    "stores": (Filter("channel", ("offline",)),),
    "reseller-online": (Filter("channel", ("online",)), Filter("source", ("sell-out",))),
    "own-shop": (Filter("source", ("d2c",)),),
}


def channel_of(source: str, channel: str) -> str | None:
    """The choice that shows a row of source and channel alone; None for what no choice shows, as a channel that is not stated."""
    return "own-shop" if source == "d2c" else {"offline": "stores", "online": "reseller-online"}.get(channel)


@dataclass(frozen=True)
class Known:
    """What can be chosen: the first and last covered day, and the resellers in sight."""

    since: date | None
    through: date | None
    resellers: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """What the bar at the top says. `channel` '' and `resellers` () mean all."""

    period: Period
    channel: str = ""
    resellers: tuple[str, ...] = ()

    @property
    def where(self) -> tuple[Filter, ...]:
        """For SalesQuery.where."""
        return (*CHANNEL_FILTERS.get(self.channel, ()), *((Filter("reseller", self.resellers),) if self.resellers else ()))

    @property
    def words(self) -> str:
        """`Jan–May 2025 · Stores · Liberty`."""
        parts = [name_period(self.period), CHANNELS[self.channel] if self.channel else "", ", ".join(self.resellers)]
        return " · ".join(part for part in parts if part)


def default_period(known: Known, today: date) -> Period:
    """The year so far, up to the month of the newest data; the current year while there is none."""
    newest = known.through or today
    return months(newest.year, 1, newest.month)


def period_text(period: Period) -> str:
    """The shortest text that `parse_period` reads back: 2025, 2025-05, 2025-01/2025-05, or days."""
    first, after = period.start, months(period.end.year, period.end.month, 1)
    if first.day != 1 or after.end != period.end:
        return str(first) if period.days == 1 else str(period)
    if (first.month, period.end.month, first.year) == (1, 12, period.end.year):
        return str(first.year)
    begin, end = f"{first:%Y-%m}", f"{period.end:%Y-%m}"
    return begin if begin == end else f"{begin}/{end}"


def period_options(known: Known, today: date) -> dict[str, str]:
    """Texts and names of the periods people ask for, the default first: year so far, last 12 months, quarters, months, years."""
    newest, since = known.through or today, known.since or today
    year, month = newest.year, newest.month
    periods = [default_period(known, today), months(*_back(year, month, 11), 12), months(year, (month - 1) // 3 * 3 + 1, 3)]
    periods += [months(*_back(year, month, back), 1) for back in range(min(13, _months_between(since, newest) + 1))]
    periods += [Period(date(y, 1, 1), date(y, 12, 31)) for y in range(year, since.year - 1, -1)]
    return {period_text(period): name_period(period) for period in periods}


def read(
    parameters: Mapping[str, Sequence[str]], known: Known, today: date, fiscal: FiscalYears | None = None
) -> tuple[Choice, tuple[str, ...]]:
    """The choice that a URL's parameters state, and one sentence for each part that can not be used and was left out."""
    problems: list[str] = []
    period = default_period(known, today)
    if text := _last(parameters, "period"):
        try:
            period = parse_period(text, fiscal)
        except BadQuestion as error:
            problems.append(f"{error.message} {name_period(period)} is shown instead.")
    channel = _last(parameters, "channel")
    if channel not in CHANNELS:
        problems.append(f"“{channel}” is no channel. Every channel is shown; choose one above.")
        channel = ""
    wanted = tuple(dict.fromkeys(name for name in parameters.get("reseller", ()) if name))
    folded = {name.casefold(): name for name in known.resellers}
    unknown = [name for name in wanted if name.casefold() not in folded]
    if unknown:
        problems.append(f"There is no reseller {', '.join(f'“{name}”' for name in unknown)} that you can see. It was left out.")
    return Choice(period, channel, tuple(folded[name.casefold()] for name in wanted if name.casefold() in folded)), tuple(problems)


def written(choice: Choice, known: Known, today: date) -> dict[str, list[str]]:
    """The parameters of a URL that state this choice, the inverse of `read`; defaults are left out."""
    parameters: dict[str, list[str]] = {}
    if choice.period != default_period(known, today):
        parameters["period"] = [period_text(choice.period)]
    if choice.channel:
        parameters["channel"] = [choice.channel]
    if choice.resellers:
        parameters["reseller"] = list(choice.resellers)
    return parameters


def _last(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    values = parameters.get(name) or ("",)
    return values[-1].strip()


def _back(year: int, month: int, count: int) -> tuple[int, int]:
    index = year * 12 + month - 1 - count
    return index // 12, index % 12 + 1


def _months_between(first: date, last: date) -> int:
    return max((last.year - first.year) * 12 + last.month - first.month, 0)
