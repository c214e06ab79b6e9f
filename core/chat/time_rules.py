"""Periods in words → exact days. Every rule is a pattern over symbols, so one grammar serves all languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from core.chat.calendar_words import MONTHS, NAMED_DAYS, SEASONS, SYMBOLS, UNFIXED_DAYS, WEEKDAYS, named_day
from core.chat.times import MONTH_NAMES, Clock, Moment, describe, months_back
from core.chat.tokens import NUMBER_WORDS, Token
from core.errors import BadQuestion
from core.sales.query import Period, months, parse_period

_MAY_COMES_AFTER = {"of", "since", "until", "from", "to", "between", "and", "before", "after", "last", "this", "next", "same"}

_MAY_ALSO_AFTER = {"for", "during", "vs", "versus", "against", "over", "than", "with", "or", "compare", "pour", "pendant", "fur"}

ONE = {"one", "ein", "eine", "un", "une", "jeden", "zero", "null", "sex"}


def symbols(tokens: Sequence[Token]) -> list[str]:
    """One symbol a word: months `m5`, units and relations by name, numbers as digits, everything else `~`."""
    return [_symbol(tokens, i) for i in range(len(tokens))]


def _symbol(tokens: Sequence[Token], i: int) -> str:
    key = tokens[i].key
    if key in MONTHS:
        return f"m{MONTHS[key]}" if key != "may" or _is_month_may(tokens, i) else "~"
    if match := re.fullmatch(r"(\d{1,2})(st|nd|rd|th|er|e|te|ten)", key):
        return match[1]
    if re.fullmatch(r"[qhwt]\d{1,2}|fy\d{2,4}|\d+|kw\d{1,2}", key):
        return key.replace("kw", "w")
    if re.fullmatch(r"\d{4}-.+|\d{1,2}[./]\d{1,2}[./]\d{4}|(0?[1-9]|1[0-2])[./](19|20)\d\d", key):
        return f"#{key}"
    if re.fullmatch(r"p(0?[1-9]|1\d)", key) and any(re.fullmatch(r"fy\d{2,4}", t.key) for t in tokens[max(i - 1, 0) : i + 3]):
        return key
    if key in NUMBER_WORDS and key not in ONE:
        return str(int(NUMBER_WORDS[key]))
    if key in WEEKDAYS:
        return f"d{WEEKDAYS[key]}"
    if key in SEASONS and (key != "fall" or _is_season_fall(tokens, i)):
        return f"s{SEASONS[key]}"
    return SYMBOLS.get(key, "~")


def _is_season_fall(tokens: Sequence[Token], i: int) -> bool:
    """`fall 2024`, `last fall`; elsewhere it is a verb."""
    following = tokens[i + 1].key if i + 1 < len(tokens) else ""
    return bool(re.fullmatch(r"(19|20)\d\d", following)) or (i > 0 and tokens[i - 1].key in ("last", "this", "in", "since"))


def _is_month_may(tokens: Sequence[Token], i: int) -> bool:
    following = tokens[i + 1].key if i + 1 < len(tokens) else ""
    if re.fullmatch(r"(19|20)\d\d|\d{1,2}(st|nd|rd|th)?", following):
        return True
    if i == 0:
        return len(tokens) == 1 or SYMBOLS.get(following) in {"and", "to"} or following in _MAY_ALSO_AFTER
    before_it = tokens[i - 1].key
    return SYMBOLS.get(before_it) in _MAY_COMES_AFTER or before_it in _MAY_ALSO_AFTER or before_it.isdigit() or tokens[i].capital


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Clock], Moment]]


def read_time(tokens: Sequence[Token], start: int, clock: Clock, as_symbols: Sequence[str]) -> tuple[int, Moment] | None:
    """The longest period that begins at word `start`, and how many words it takes."""
    if list(as_symbols[start : start + 2]) == ["week", "of"] and (day := read_time(tokens, start + 2, clock, as_symbols)) is not None:
        return _week_around(day) if day[1].grain == "day" and day[1].period is not None else None
    best = _named(tokens, start, clock)
    text = " ".join(as_symbols[start : start + 9]) + " "
    for pattern, build in RULES:
        if match := pattern.match(text):
            words = match.group().count(" ")
            if best is None or words > best[0]:
                best = (words, _safely(build, match, clock))
    return best


def _week_around(day: tuple[int, Moment]) -> tuple[int, Moment]:
    """`the week of Black Friday`: the ISO week that holds the day."""
    length, moment = day
    assert moment.period is not None
    monday = moment.period.start - timedelta(days=moment.period.start.weekday())
    period = Period(monday, monday + timedelta(days=6))
    return length + 2, Moment(period, "week", f"the week of {moment.text.split(' (')[0]} ({describe(period)})")


def _safely(build: Callable[[re.Match[str], Clock], Moment], match: re.Match[str], clock: Clock) -> Moment:
    try:
        return build(match, clock)
    except (ValueError, OverflowError, BadQuestion):
        return Moment(None, problem="This date does not exist. Write it as 14 February 2025 or 2025-02-14.")


def _named(tokens: Sequence[Token], start: int, clock: Clock) -> tuple[int, Moment] | None:
    for length in (4, 3, 2, 1):
        name = tuple(t.key for t in tokens[start : start + length])
        if len(name) == length and name in UNFIXED_DAYS:
            return length, Moment(None, problem=f"{UNFIXED_DAYS[name]} differs by country. Please give the date.")
        if len(name) == length and name in NAMED_DAYS:
            return _dated(NAMED_DAYS[name], length, tokens[start + length : start + length + 2], clock)
    return None


def _dated(name: str, length: int, rest: Sequence[Token], clock: Clock) -> tuple[int, Moment]:
    following, given = [t.key for t in rest if SYMBOLS.get(t.key) != "of"][:1], True
    if following and re.fullmatch(r"(19|20)\d\d", following[0]):
        year, length = int(following[0]), length + [t.key for t in rest].index(following[0]) + 1
    elif [SYMBOLS.get(t.key) for t in rest] == ["last", "year"]:
        year, length = clock.today.year - 1, length + 2
    else:
        given = False
        year = clock.known_until.year if named_day(name, clock.known_until.year)[0] <= clock.known_until else clock.known_until.year - 1
    period = Period(*named_day(name, year))
    return length, Moment(period, "day" if period.days == 1 else "days", f"{name} {year} ({describe(period)})", year_given=given)


def _year_of(match: re.Match[str], clock: Clock) -> tuple[int, bool]:
    groups = match.groupdict()
    if groups.get("y"):
        return int(groups["y"]), True
    if groups.get("rel"):
        return clock.today.year - (1 if groups["rel"].startswith("last") else 0), True
    return clock.known_until.year, False


def _explicit(match: re.Match[str], clock: Clock) -> Moment:
    text = match["x"]
    if dotted := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", text):
        return _day(int(dotted[3]), int(dotted[2]), int(dotted[1]), note=_day_first(text, int(dotted[1]), int(dotted[2])))
    if dotted := re.fullmatch(r"(\d{1,2})[./](\d{4})", text):
        text = f"{dotted[2]}-{dotted[1]}"
    if week := re.fullmatch(r"(\d{4})-w(\d{1,2})", text):
        return _week(int(week[1]), int(week[2]))
    if text[5:6] == "q" and text[6:] not in {"1", "2", "3", "4"}:
        return Moment(None, problem="A year has four quarters: Q1 to Q4.")
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
        year, month, day = (int(part) for part in text.split("-"))
        return _day(year, month, day)
    grain = "quarter" if "q" in text else "half" if "h" in text else "month"
    try:
        return Moment(parse_period(text), grain)
    except BadQuestion:
        return Moment(None, problem=f"“{text}” is no date that exists.")


def _day_first(text: str, first: int, second: int) -> str:
    return f"“{text}” is read as day before month." if "/" in text and first <= 12 and second <= 12 and first != second else ""


def _day(year: int, month: int, day: int, year_given: bool = True, note: str = "") -> Moment:
    if not 1 <= month <= 12:
        return Moment(None, problem=f"There is no month {month}.")
    last = months(year, month, 1).end.day
    if not 1 <= day <= last:
        name = MONTH_NAMES[month - 1]
        return Moment(None, problem=f"{day} {name} {year} does not exist: {name} {year} has {last} days.")
    moment = date(year, month, day)
    return Moment(Period(moment, moment), "day", note=note, year_given=year_given)


def _day_of_month(match: re.Match[str], clock: Clock) -> Moment:
    year, given = _year_of(match, clock)
    month, day = int(match["m"]), int(match["d"])
    if not given and day <= months(year, month, 1).end.day and date(year, month, day) > clock.known_until:
        year -= 1
    return _day(year, month, day, given)


def _month(match: re.Match[str], clock: Clock) -> Moment:
    year, given = _year_of(match, clock)
    month = int(match["m"])
    if not given and date(year, month, 1) > clock.known_until:
        year -= 1
    return Moment(months(year, month, 1), "month", year_given=given)


def _last_named_month(match: re.Match[str], clock: Clock) -> Moment:
    month, forward = int(match["m"]), match["w"] == "next"
    year = clock.today.year
    if match["w"] == "last" and months(year, month, 1).end >= clock.today:
        year -= 1
    if forward and date(year, month, 1) <= clock.today:
        year += 1
    return Moment(months(year, month, 1), "month")


def _quarter(match: re.Match[str], clock: Clock) -> Moment:
    number = int(match["q"])
    if not 1 <= number <= 4:
        return Moment(None, problem=f"There is no quarter {number}: a year has four quarters, Q1 to Q4.")
    year, given = _year_of(match, clock)
    if not given and date(year, number * 3 - 2, 1) > clock.known_until:
        year -= 1
    return Moment(months(year, number * 3 - 2, 3), "quarter", year_given=given)


def _half(match: re.Match[str], clock: Clock) -> Moment:
    number = int(match["h"])
    if number not in (1, 2):
        return Moment(None, problem=f"There is no half-year {number}: a year has two, H1 and H2.")
    year, given = _year_of(match, clock)
    if not given and date(year, number * 6 - 5, 1) > clock.known_until:
        year -= 1
    return Moment(months(year, number * 6 - 5, 6), "half", year_given=given)


def _week_rule(match: re.Match[str], clock: Clock) -> Moment:
    year, given = _year_of(match, clock)
    number = int(match["wk"])
    if not given and 1 <= number <= 53 and _monday(year, min(number, 52)) > clock.known_until:
        year -= 1
    return _week(year, number, given)


def _monday(year: int, week: int) -> date:
    return date.fromisocalendar(year, week, 1)


def _week(year: int, number: int, given: bool = True) -> Moment:
    weeks = date(year, 12, 28).isocalendar().week
    if not 1 <= number <= weeks:
        return Moment(None, problem=f"The year {year} has {weeks} ISO weeks; there is no week {number}.")
    monday = _monday(year, number)
    period = Period(monday, monday + timedelta(days=6))
    return Moment(period, "week", f"ISO week {number} of {year} ({describe(period)})", year_given=given)


def _year(match: re.Match[str], clock: Clock) -> Moment:
    year = int(match["y"])
    period = months(year, 1, 12)
    if period.start <= clock.today < period.end:
        return Moment(Period(period.start, clock.today), "ytd", _to_date_words(Period(period.start, clock.today), f"{year} so far"))
    return Moment(period, "year")


def _to_date_words(period: Period, name: str) -> str:
    return f"{name} ({describe(period)})"


def _running(match: re.Match[str], clock: Clock) -> Moment:
    unit = {"ytd": "year", "mtd": "month", "qtd": "quarter"}.get(match["u"], match["u"])
    period = Period(_start_of(unit, clock.today), clock.today)
    return Moment(period, "ytd" if unit == "year" else f"{unit}_to_date", _to_date_words(period, f"this {unit} so far"))


def _start_of(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    first = {"quarter": (day.month - 1) // 3 * 3 + 1, "half": 1 if day.month < 7 else 7}.get(unit, 1)
    return day if unit == "day" else date(day.year, first, 1)


_MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def _last(match: re.Match[str], clock: Clock) -> Moment:
    """The last complete unit(s): `last month`, `last 12 months`, `last 90 days` (up to yesterday)."""
    unit, count = match["u"], int(match.groupdict().get("n") or 1)
    if not 1 <= count <= 1200:
        return Moment(None, problem=f"Please give a number of {unit}s from 1 to 1,200.")
    start = _start_of(unit, clock.today)
    if unit in _MONTHS_IN:
        period = months_back(start, count * _MONTHS_IN[unit], count * _MONTHS_IN[unit])
    else:
        days = count * (7 if unit == "week" else 1)
        period = Period(start - timedelta(days=days), start - timedelta(days=1))
    if count == 1:
        return Moment(period, unit, words="" if unit != "week" else f"last week ({describe(period)})", relation=f"last_{unit}")
    noun = f"{unit}s" if unit == "day" else f"complete {unit}s"
    return Moment(period, f"{unit}s", f"the last {count} {noun} ({describe(period)})", relation="several")


def _ago(match: re.Match[str], clock: Clock) -> Moment:
    unit, count = match["u"], int(match.groupdict().get("n") or 1)
    start = _start_of(unit, clock.today)
    if unit in _MONTHS_IN:
        return Moment(months_back(start, count * _MONTHS_IN[unit], _MONTHS_IN[unit]), unit, relation="prior_year" if unit == "year" else "")
    length = 7 if unit == "week" else 1
    first = start - timedelta(days=count * length)
    return Moment(Period(first, first + timedelta(days=length - 1)), unit)


def _next(match: re.Match[str], clock: Clock) -> Moment:
    unit, count = match["u"], int(match.groupdict().get("n") or 1)
    start = _start_of(unit, clock.today)
    if unit in _MONTHS_IN:
        return Moment(months_back(start, -_MONTHS_IN[unit], min(count, 120) * _MONTHS_IN[unit]), unit, edge="future")
    length = 7 if unit == "week" else 1
    first = start + timedelta(days=length)
    return Moment(Period(first, first + timedelta(days=min(count, 3660) * length - 1)), unit, edge="future")


def _first_months(match: re.Match[str], clock: Clock) -> Moment:
    year, given = _year_of(match, clock)
    return Moment(months(year, 1, min(12, int(match["n"]))), "months", year_given=given)


def _season(match: re.Match[str], clock: Clock) -> Moment:
    year, given = _year_of(match, clock)
    month = int(match["s"])
    if not given and date(year, month, 1) > clock.known_until:
        year -= 1
    period = months(year, month, 3)
    return Moment(period, "months", note=f"The season is taken as the three months {describe(period)}.", year_given=given)


def _weekday(match: re.Match[str], clock: Clock) -> Moment:
    back = (clock.today.weekday() - int(match["wd"]) - 1) % 7 + 1
    day = clock.today - timedelta(days=back)
    return Moment(Period(day, day), "day")


def _days_from_today(days: int) -> Callable[[re.Match[str], Clock], Moment]:
    def build(match: re.Match[str], clock: Clock) -> Moment:
        day = clock.today + timedelta(days=days)
        return Moment(Period(day, day), "day", edge="future" if days > 0 else "")

    return build


def _fiscal(match: re.Match[str], clock: Clock) -> Moment:
    """A fiscal year, quarter or month by the brand's own calendar; asked about where it states none."""
    groups, calendar = match.groupdict(), clock.fiscal
    if calendar is None:
        return Moment(None, problem="fiscal")
    running = calendar.year_of(clock.today)
    year = running + {"last": -1, "next": 1}.get((groups.get("w") or groups.get("rel") or "").split(" ")[0].removesuffix("year"), 0)
    if stated := groups.get("fy") or groups.get("y"):
        year = int(stated) if len(stated) == 4 else 2000 + int(stated)
    part = groups.get("part") or ""
    name = f"FY{year}" + (f"-{part[0].upper()}{int(part[1:]):02d}".replace("Q0", "Q") if part else "")
    try:
        period = calendar.parse(name)
    except BadQuestion as error:
        return Moment(None, problem=error.message)
    return Moment(period, "days", f"{name.replace('-', ' ')} ({describe(period)})", edge="future" if period.start > clock.today else "")


def _relation(relation: str) -> Callable[[re.Match[str], Clock], Moment]:
    def build(match: re.Match[str], clock: Clock) -> Moment:
        return Moment(None, relation=relation)

    return build


_Y = r"(?P<y>(?:19|20)\d\d)"

_REL = r"(?P<rel>last (?:of )?year|lastyear|this year|thisyear)"

_IN_YEAR = rf"(?: (?:of )*(?:year )?(?:{_Y}|{_REL}))"

_UNIT = r"(?P<u>day|week|month|quarter|half|year)"

_N = r"(?P<n>\d{1,4})"

_RULES: list[tuple[str, Callable[[re.Match[str], Clock], Moment]]] = [
    (r"#(?P<x>\S+)", _explicit),
    (rf"(?:of )?(?P<d>\d{{1,2}}) (?:of )*m(?P<m>\d+){_IN_YEAR}?", _day_of_month),
    (rf"m(?P<m>\d+) (?:of )?(?P<d>\d{{1,2}}){_IN_YEAR}?", _day_of_month),
    (rf"m(?P<m>\d+){_IN_YEAR}?", _month),
    (rf"{_Y} m(?P<m>\d+)", _month),
    (r"(?P<w>last|this|next) m(?P<m>\d+)", _last_named_month),
    (rf"[qt](?P<q>\d+){_IN_YEAR}?", _quarter),
    (rf"{_Y} [qt](?P<q>\d+)", _quarter),
    (rf"(?P<q>[1-9])(?:st|nd|rd|th)? quarter{_IN_YEAR}?", _quarter),
    (rf"quarter (?P<q>[1-9]){_IN_YEAR}?", _quarter),
    (rf"h(?P<h>\d+){_IN_YEAR}?", _half),
    (rf"{_Y} h(?P<h>\d+)", _half),
    (rf"(?P<h>[1-9])(?:st|nd)? half{_IN_YEAR}?", _half),
    (rf"week (?P<wk>\d{{1,2}}){_IN_YEAR}?", _week_rule),
    (rf"w(?P<wk>\d{{1,2}}){_IN_YEAR}?", _week_rule),
    (rf"(?:year )?{_Y}(?: year)?(?: so far)?", _year),
    (rf"(?:of )?(?:last|complete) (?:complete )?{_N} (?:complete )?{_UNIT}", _last),
    (rf"{_N} last {_UNIT}", _last),
    (rf"(?:of )?last (?:complete )?{_UNIT}(?! 1?\d )", _last),
    (rf"{_UNIT} last", _last),
    (rf"{_N} {_UNIT} ago", _ago),
    (rf"~ {_UNIT} ago", _ago),
    (rf"this {_UNIT}(?: (?:so far|to date))?", _running),
    (rf"{_UNIT} to date", _running),
    (r"(?P<u>ytd|mtd|qtd)", _running),
    (rf"so far this {_UNIT}", _running),
    (rf"next {_N} {_UNIT}", _next),
    (rf"next {_UNIT}", _next),
    (rf"{_UNIT} next", _next),
    (rf"(?:1st|first) {_N} month{_IN_YEAR}?", _first_months),
    (rf"s(?P<s>\d+){_IN_YEAR}?", _season),
    (r"last s(?P<s>\d+)", _season),
    (r"last d(?P<wd>\d)", _weekday),
    (r"today", _days_from_today(0)),
    (r"(?:of )*day before yesterday", _days_from_today(-2)),
    (r"yesterday", _days_from_today(-1)),
    (r"tomorrow", _days_from_today(1)),
    (rf"fiscal(?: year)?{_IN_YEAR}?", _fiscal),
    (r"(?P<w>last|this|next) fiscal(?: year)?", _fiscal),
    (rf"fy(?P<fy>\d+)?(?: {_Y})?(?: (?P<part>[qp]\d{{1,2}}))?", _fiscal),
    (rf"(?P<part>[qp]\d{{1,2}}) (?:of )?(?:fy(?P<fy>\d+)|fiscal(?: year)?{_IN_YEAR}?)", _fiscal),
    (
        r"(?:of )*(?:same )(?:period|month|week|quarter|day|half|time)?(?: of)*(?: last year| year (?:before|earlier|ago))?",
        _relation("prior_year"),
    ),
    (r"(?:of )*(?:same )(?:period|month|week|quarter|day)? ?(?:of )*lastyear", _relation("prior_year")),
    (r"lastyear", _relation("prior_year")),
    (r"(?:of )*year (?:before|earlier)", _relation("prior_year")),
    (r"~ year (?:before|earlier)", _relation("prior_year")),
    (r"(?:of )*(?:month|quarter|week|day|period) (?:before|earlier)", _relation("prior_period")),
    (r"(?:of )*last period", _relation("prior_period")),
    (r"(?P<u>thisyear)", lambda match, clock: Moment(Period(date(clock.today.year, 1, 1), clock.today), "ytd")),
]

RULES: list[Rule] = [(re.compile(rf"{pattern} "), build) for pattern, build in _RULES]
