"""The state that every page of figures shares, as a value: period, comparison, channel, resellers and cross-filters. Read from a URL's
parameters, offered as options, turned into what a SalesQuery takes. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.errors import BadQuestion
from core.sales.dimensions import NOT_STATED, OTHERS, find_dimension
from core.sales.naming import name_period
from core.sales.query import Comparison, Filter, FiscalYears, LikeForLike, Period, as_comparison, months, parse_period

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


COMPARISONS: Mapping[str, str] = {
    "prior_year": "vs prior year",
    "prior_period": "vs prior period",
    "prior_year_days": "vs prior year, same days",
    "prior_year_weeks": "vs prior year, same weekdays",
    "": "No comparison",
}
ALIKE: Mapping[str, str] = {"": "Everything", "stores": "Same stores", "products": "Same products"}
USUAL = "prior_year"
NAMES = ("period", "channel", "reseller", "compare", "alike", "where", "not")


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
    """What the bar at the top says. `channel` '' and `resellers` () mean all. `compare`: a name of COMPARISONS, or the text of a period;
    `alike`: what a comparison is kept to; `filters`: cross-filters, set by clicking figures."""

    period: Period
    channel: str = ""
    resellers: tuple[str, ...] = ()
    compare: str = USUAL
    alike: str = ""
    filters: tuple[Filter, ...] = ()

    @property
    def where(self) -> tuple[Filter, ...]:
        """For SalesQuery.where."""
        own = (Filter("reseller", self.resellers),) if self.resellers else ()
        return (*CHANNEL_FILTERS.get(self.channel, ()), *own, *self.filters)

    @property
    def comparison(self) -> Comparison | Period | None:
        """For SalesQuery.compare."""
        return as_comparison(self.compare or None)

    @property
    def like_for_like(self) -> LikeForLike | None:
        """For SalesQuery.like_for_like."""
        return self.alike if self.alike and self.compare else None  # type: ignore[return-value]

    @property
    def words(self) -> str:
        """`Jan–May 2025 · Stores · Liberty · Product: Glow of Tundra 100 ml`."""
        parts = [name_period(self.period), CHANNELS[self.channel] if self.channel else "", ", ".join(self.resellers)]
        parts += [filter_words(one) for one in self.filters]
        return " · ".join(part for part in parts if part)


def filter_words(one: Filter) -> str:
    """`Country: GB, PL`, `not Product: not stated`."""
    values = ", ".join(value or "not stated" for value in one.values)
    return f"{'not ' if one.exclude else ''}{find_dimension(one.dimension).title}: {values}"


def narrowed(choice: Choice, dimension: str, value: str) -> Choice:
    """The choice with `value` alone of `dimension`; the same click again takes it away. A reseller goes into the bar; the remainder of a
    list can not be shown alone, so a click on it changes nothing."""
    if value == OTHERS:
        return choice
    value = "" if value == NOT_STATED else value
    if dimension == "reseller" and value:
        return replace(choice, resellers=() if choice.resellers == (value,) else (value,))
    rest = tuple(one for one in choice.filters if one.dimension != dimension or one.exclude)
    same = Filter(dimension, (value,)) in choice.filters
    return replace(choice, filters=rest if same else (*rest, Filter(dimension, (value,))))


def added(choice: Choice, filters: Sequence[Filter]) -> Choice:
    """The choice narrowed further by these filters too; one reseller alone goes into the bar."""
    for one in filters:
        if one.dimension == "reseller" and not one.exclude and len(one.values) == 1 and one.values[0]:
            choice = replace(choice, resellers=one.values)
        elif one not in choice.filters:
            choice = replace(choice, filters=(*choice.filters, one))
    return choice


def without(choice: Choice, dimension: str, value: str, exclude: bool) -> Choice:
    """The choice less one value of a cross-filter."""
    kept = [
        replace(one, values=tuple(v for v in one.values if v != value)) if (one.dimension, one.exclude) == (dimension, exclude) else one
        for one in choice.filters
    ]
    return replace(choice, filters=tuple(one for one in kept if one.values))


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
    stated = ((name, name == "not") for name in ("where", "not"))
    filters = tuple(one for name, no in stated for one in read_filters(parameters.get(name, ()), problems, exclude=no, fiscal=fiscal))
    resellers = _resellers(parameters.get("reseller", ()), known, problems)
    compare, alike = _compare(parameters, problems, fiscal), _last(parameters, "alike")
    if alike not in ALIKE:
        problems.append(f"“{alike}” is nothing to compare over. Everything is compared; choose stores or products above.")
        alike = ""
    return Choice(period, channel, resellers, compare, alike, filters), tuple(problems)


def _resellers(names: Sequence[str], known: Known, problems: list[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name for name in names if name))
    folded = {name.casefold(): name for name in known.resellers}
    unknown = [name for name in wanted if name.casefold() not in folded]
    if unknown:
        problems.append(f"There is no reseller {', '.join(f'“{name}”' for name in unknown)} that you can see. It was left out.")
    return tuple(folded[name.casefold()] for name in wanted if name.casefold() in folded)


def _compare(parameters: Mapping[str, Sequence[str]], problems: list[str], fiscal: FiscalYears | None) -> str:
    """A name of COMPARISONS or a period; `compare=` alone stands for none."""
    if "compare" not in parameters:
        return USUAL
    text = _last(parameters, "compare")
    if text in COMPARISONS:
        return text
    try:
        return period_text(parse_period(text, fiscal))
    except BadQuestion:
        problems.append(f"“{text}” is no comparison. The prior year is compared with; write a period such as 2024-05 for another.")
        return USUAL


def read_filters(
    texts: Sequence[str], problems: list[str], *, exclude: bool = False, fiscal: FiscalYears | None = None
) -> tuple[Filter, ...]:
    """`country:GB`, `country:PL` → one filter with two values."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, mark, value = text.partition(":")
        try:
            if not mark:
                raise BadQuestion(f"“{text}” is no filter. A filter reads like country:GB.")
            if "\x00" in value:
                raise BadQuestion("A filter holds a sign that no name has.")
            dimension = find_dimension(name)
            if dimension.kind == "date" and value:
                parse_period(value, fiscal)
            listed = found.setdefault(dimension.name, [])
            listed += [value] if value not in listed else []
        except BadQuestion as error:
            problems.append(f"{error.message} It was left out.")
    return tuple(Filter(name, tuple(values), exclude) for name, values in found.items())


def written(choice: Choice, known: Known, today: date) -> dict[str, list[str]]:
    """The parameters of a URL that state this choice, the inverse of `read`; defaults are left out."""
    parameters: dict[str, list[str]] = {}
    if choice.period != default_period(known, today):
        parameters["period"] = [period_text(choice.period)]
    if choice.channel:
        parameters["channel"] = [choice.channel]
    if choice.resellers:
        parameters["reseller"] = list(choice.resellers)
    if choice.compare != USUAL:
        parameters["compare"] = [choice.compare]
    if choice.alike:
        parameters["alike"] = [choice.alike]
    for name, exclude in (("where", False), ("not", True)):
        listed = [f"{one.dimension}:{value}" for one in choice.filters if one.exclude is exclude for value in one.values]
        parameters |= {name: listed} if listed else {}
    return parameters


def _last(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    values = parameters.get(name) or ("",)
    return values[-1].strip()


def _back(year: int, month: int, count: int) -> tuple[int, int]:
    index = year * 12 + month - 1 - count
    return index // 12, index % 12 + 1


def _months_between(first: date, last: date) -> int:
    return max((last.year - first.year) * 12 + last.month - first.month, 0)
