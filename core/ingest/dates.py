"""Dates, months, weeks and ranges in every spelling that occurs, in English and in the languages of the vendors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl
from babel import Locale

from core.ingest.normalising import fold, is_absent, map_texts

DateOrder = Literal["dmy", "mdy"]
Span = tuple[date, date]
State = Literal["value", "absent", "unreadable", "ambiguous"]

LANGUAGES = ("en", "pl", "es", "lt", "lv", "nl", "af", "uk", "de", "fr", "sv", "it", "et", "fi", "da", "nb", "pt", "cs", "ru")
OWN_SPELLINGS = {"sept": 9, "sep": 9, "jany": 1, "febr": 2, "mrch": 3, "juni": 6, "juli": 7,
                 "кві": 4, "тра": 5, "чер": 6, "сер": 8, "жов": 10, "лис": 11, "гру": 12}  # fmt: skip
EPOCH, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
YEARS = (1990, 2079)
SERIALS = (32_874, 65_380)  # the same years as day numbers

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
YEAR_FIRST = re.compile(r"(\d{4})[./ ](\d{1,2})[./ ](\d{1,2})(?: .*)?")
NUMERIC = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?:,? +\d{1,2}:\d{2}.*)?")
COMPACT = re.compile(r"(19|20)(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
WEEKDAY = re.compile(r"^[^\W\d_]{2,9}\.?,? (?=\d)")
WORDED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[. \-]*(?:de |of )?([^\W\d]+)\.?,?[. \-]*(?:de )?(\d{4}|'?\d{2})(?:,? .*)?")
OFFSET = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$"
# `march'25`, `березень 2025 р.`, `febrero de 2026`, `2025 April`, `2026 m. vasario mėn.`, `2026. gada februāris`
MONTH_AND_YEAR = re.compile(
    r"([^\W\d_]+)\.?(?: de| del)?[ ._'’`´,-]*(\d{4}|\d{2})(?: ?[rgmрг]\.?)?(?: ?(?:року|года?))?"
    r"|(\d{4})[ ._'’-]*(?:(?:m|г|р)\.? |gada |рік |року )?([^\W\d_]+)\.?(?: men\.?)?"
)
MONTH_FIRST = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? .*)?")


@dataclass(frozen=True)
class DateColumn:
    """A column as dates. `states` (String, a `State`); `order` the column's day and month order, None when no value needed one;
    `ambiguous`: some value reads as two dates and neither the column nor the vendor decides; `proven`: a value of the column decided."""

    values: pl.Series
    states: pl.Series
    order: DateOrder | None
    ambiguous: bool
    proven: bool


@cache
def month_names() -> dict[str, int]:
    """Folded names of the months in all languages: full, short, genitive and nominative. A name with two meanings is left out."""
    names: dict[str, set[int]] = {}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[use][width].items():
                    names.setdefault(fold(name).rstrip("."), set()).add(number)
    english = {fold(name): number for width in ("wide", "abbreviated") for number, name in Locale("en").months["format"][width].items()}
    certain = {name: next(iter(numbers)) for name, numbers in names.items() if len(numbers) == 1 and not name.isdigit() and len(name) > 2}
    return {**certain, **OWN_SPELLINGS, **english}


@cache
def weekday_names() -> frozenset[str]:
    """Folded names of the days of the week in all languages, full and short."""
    names = (Locale.parse(language).days for language in LANGUAGES)
    return frozenset(fold(day).rstrip(".") for days in names for width in ("wide", "abbreviated") for day in days["format"][width].values())


def read_month(text: str | None) -> int | None:
    """`Jan`, `march`, `sept`, `sep `, `березня`, `styczeń`, `03`, `12.0` → 1…12; None for anything else."""
    word = fold(text or "").lstrip("'").rstrip(".")
    if (named := re.fullmatch(r"(\d{1,2}) ?[-._/ ] ?([^\W\d_]+)", word)) is not None:  # `01-Jan`, `03 marzo`
        month = month_names().get(named[2])
        return month if month == int(named[1]) else None
    if (number := re.fullmatch(r"(\d{1,2})(?:[.,]0+)?", word)) is not None:
        return int(number[1]) if 1 <= int(number[1]) <= 12 else None
    return month_names().get(word)


def read_year(text: str | None) -> int | None:
    """`2025`, `2025.0`, `'25` → 2025; None for anything else, also for years no sales file has."""
    found = re.fullmatch(r"(?:'?(\d{4})(?:[.,]0+)?|'(\d{2}))", fold(text or ""))
    year = int(found[1] or f"20{found[2]}") if found else 0
    return year if YEARS[0] <= year <= YEARS[1] else None


def read_year_cell(text: str | None) -> int | None:
    """`read_year` of a column that holds nothing but years, where `25` is one too."""
    short = re.fullmatch(r"'?(\d{2})(?:[.,]0+)?", fold(text or ""))
    return 2000 + int(short[1]) if short else read_year(text)


def read_months(texts: pl.Series, years: pl.Series) -> pl.Series:
    """A column of months (Int8) beside its `years`: `3`, `marzo`, also with a year (`Mar-26`, `2026-03`, a date), which must be the same."""
    plain = map_texts(texts, read_month, pl.Int8)
    dated = map_texts(texts, lambda text: (read_month_text(text) or (None, None))[0], pl.Int32)
    months = map_texts(texts, lambda text: (read_month_text(text) or (None, None))[1], pl.Int8)
    return plain.zip_with(plain.is_not_null(), months.set((dated != years).fill_null(True), None))


def month_span(year: int, month: int) -> Span:
    """First and last day of a month."""
    return date(year, month, 1), (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))


def week_span(last_day: date) -> Span:
    """The seven days that end on `last_day`."""
    return last_day - timedelta(days=6), last_day


@lru_cache(maxsize=1 << 14)
def read_month_text(text: str | None) -> tuple[int, int] | None:
    """(year, month) of a text that is nothing but a month: `APR2025`, `2025 April`, `2025 04`, `march'25`, `March-25`, `02-2025`, `202504`,
    `березня-25`, `березень 2025`, `01.01.2025` (a header shown as the first day). None for anything else."""
    plain = fold(text or "").strip(". ")
    if not plain:
        return None
    if (first := re.fullmatch(r"01[./]0?(\d{1,2})[./](\d{4})|(\d{4})-(\d{2})-01(?:t00:00:00)?", plain)) is not None:
        return _checked(int(first[2] or first[3]), int(first[1] or first[4]))
    if (numbers := re.fullmatch(r"(\d{4})(?: ?m\. ?|[ ._/-]?)(\d{2})|(\d{1,2})[ ._/-](\d{4})|(\d{4})[._/-](\d)", plain)) is not None:
        return _checked(int(numbers[1] or numbers[4] or numbers[5]), int(numbers[2] or numbers[3] or numbers[6]))
    words = MONTH_AND_YEAR.fullmatch(plain)
    month = month_names().get(words[1] or words[4]) if words else None
    if words is None or month is None:
        return None
    year = words[2] or words[3]
    return _checked(int(year) if len(year) == 4 else 2000 + int(year), month)


@lru_cache(maxsize=1 << 14)
def read_span(text: str | None) -> Span | None:
    """First and last day of a period text: a month, `Q1 2024`, `2024-Q1`, `Jan-Mar 2024`, `W23 2025`, `2025-W23` (ISO weeks), `2025`."""
    plain = fold(text or "")
    if (month := read_month_text(text)) is not None:
        return month_span(*month)
    if (quarter := re.fullmatch(r"q([1-4])[ /-]*(\d{4})|(\d{4})[ /-]*q([1-4])", plain)) is not None:
        year, number = int(quarter[2] or quarter[3]), int(quarter[1] or quarter[4])
        return date(year, number * 3 - 2, 1), month_span(year, number * 3)[1]
    if (
        week := re.fullmatch(r"(?:w|wk|week|kw|cw)[ .-]*(\d{1,2})[ /-]+(\d{4})|(\d{4})[ /-]*(?:w|wk|week|kw|cw)[ .-]*(\d{1,2})", plain)
    ) is not None:
        return _iso_week(int(week[2] or week[3]), int(week[1] or week[4]))
    if (several := re.fullmatch(r"([^\W\d_]+)\.? ?(?:-|to|bis|do) ?([^\W\d_]+)\.? (\d{4})", plain)) is not None:
        first, last = month_names().get(several[1]), month_names().get(several[2])
        if first and last and first <= last:
            return date(int(several[3]), first, 1), month_span(int(several[3]), last)[1]
    if (days := re.fullmatch(r"(\S+?)(?: ?[–—/] ?| (?:-|to|bis|do|au|al|a) )(\S+)", plain)) is not None:
        return _between(days[1], days[2])
    whole = read_year(plain) if len(plain) == 4 else None
    return (date(whole, 1, 1), date(whole, 12, 31)) if whole else None


def _between(first: str, last: str) -> Span | None:
    """Two days that can be read one way only, or that both are the day-first borders of a month."""
    starts, ends = read_dates_of(first), read_dates_of(last)
    spans = [(start, end) for start in starts for end in ends if start <= end]
    whole = [span for span in spans if span == month_span(span[0].year, span[0].month)]
    chosen = spans if len(spans) == 1 else whole
    return chosen[0] if len(chosen) == 1 else None


@lru_cache(maxsize=1 << 16)
def read_dates_of(text: str | None, serials: bool = False, date_1904: bool = False) -> tuple[date, ...]:
    """Every day a cell may mean: none, one, or two (day first, then month first). `serials`: five-digit numbers are day numbers."""
    if text is None or is_absent(text):
        return ()
    plain = " ".join(text.split()).lstrip("'")
    if (iso := ISO.fullmatch(plain) or YEAR_FIRST.fullmatch(plain)) is not None:
        return valid_days((int(iso[1]), int(iso[2]), int(iso[3])))
    if (compact := COMPACT.fullmatch(plain)) is not None:
        return valid_days((int(compact[1] + compact[2]), int(compact[3]), int(compact[4])))
    if serials and (number := SERIAL.fullmatch(plain)) is not None:
        days = int(number[1]) + (EPOCH_1904 - EPOCH).days * date_1904
        return (EPOCH + timedelta(days=days),) if SERIALS[0] <= days <= SERIALS[1] else ()
    if (numeric := NUMERIC.fullmatch(plain)) is not None:
        first, second = int(numeric[1]), int(numeric[2])
        year = int(numeric[3]) if len(numeric[3]) == 4 else 2000 + int(numeric[3])
        return tuple(dict.fromkeys(valid_days((year, second, first)) + valid_days((year, first, second))))
    return _read_worded(fold(plain))


def decide_order(texts: Iterable[str | None]) -> tuple[DateOrder | None, bool]:
    """(order, open): the order of the numeric dates of a column as its own values prove it, and whether any value needs one."""
    day_first = month_first = needed = False
    for text in set(texts):
        found = NUMERIC.fullmatch(" ".join((text or "").split()).lstrip("'"))
        if found is None or found[1] == found[2]:
            continue
        first, second = int(found[1]), int(found[2])
        day_first |= first > 12 >= second
        month_first |= second > 12 >= first
        needed |= first <= 12 and second <= 12
    if day_first == month_first:
        return None, needed
    return ("dmy" if day_first else "mdy"), needed


def read_dates(column: pl.Series, order: DateOrder | None = None, serials: bool = True, date_1904: bool = False) -> DateColumn:
    """A String column as dates, read in one order throughout: the one its values prove, else `order` (the vendor's), else none (ambiguous).

    A value that is impossible in that order is 'unreadable', never quietly read in the other one.
    """
    if (fast := _all_iso(column)) is not None:
        states = (
            pl.DataFrame({"v": fast}).select(pl.when(pl.col("v").is_null()).then(pl.lit("absent")).otherwise(pl.lit("value"))).to_series()
        )
        return DateColumn(fast, states, None, False, False)
    texts = column.unique().to_list()
    proven, needed = decide_order(texts)
    chosen = proven or order
    readings = {text: read_date(text, chosen, serials, date_1904) for text in texts}
    return DateColumn(
        map_texts(column, lambda text: readings[text][0], pl.Date),
        map_texts(column, lambda text: readings[text][1], pl.String),
        chosen,
        needed and chosen is None,
        proven is not None,
    )


def read_date(text: str | None, order: DateOrder | None = None, serials: bool = True, date_1904: bool = False) -> tuple[date | None, State]:
    """One cell as a date in the given order, and how that went."""
    if text is None or is_absent(text):
        return None, "absent"
    possible = read_dates_of(text, serials, date_1904)
    numeric = NUMERIC.fullmatch(" ".join(text.split()).lstrip("'"))
    if numeric is not None and order is not None:
        year = int(numeric[3]) if len(numeric[3]) == 4 else 2000 + int(numeric[3])
        first, second = int(numeric[1]), int(numeric[2])
        possible = valid_days((year, second, first) if order == "dmy" else (year, first, second))
    if len(possible) > 1:
        return None, "ambiguous"
    return (possible[0], "value") if possible else (None, "unreadable")


def local_days(column: pl.Series, time_zone: str) -> pl.Series:
    """The column with each ISO time that states its offset replaced by the day it was in `time_zone`; other texts unchanged."""
    if not column.str.contains(OFFSET).any():
        return column
    zone = ZoneInfo(time_zone)

    def local(text: str | None) -> str | None:
        if text is None or re.search(OFFSET, text) is None:
            return text
        try:
            return datetime.fromisoformat(text.strip()).astimezone(zone).date().isoformat()
        except ValueError:
            return text

    return map_texts(column, local, pl.String)


def _all_iso(column: pl.Series) -> pl.Series | None:
    """The column as dates when every value is ISO, without a Python object per cell."""
    days = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    longer = column.filter(days.is_not_null()).str.slice(10)
    if days.null_count() != column.null_count() or longer.str.contains(r"^[^T ]").any():
        return None
    return days


def _read_worded(plain: str) -> tuple[date, ...]:
    """`05-Nov-2013`, `28 january 2025`, `7th February 2026`, `Sat, 7 Feb 2026`, `January 28, 2025`."""
    if (found := WEEKDAY.match(plain)) is not None and found[0].rstrip(" ,.") in weekday_names():
        plain = plain[found.end() :]
    if (found := WORDED.fullmatch(plain)) is not None and (month := month_names().get(found[2])) is not None:
        year = found[3].lstrip("'")
        return valid_days((int(year) if len(year) == 4 else 2000 + int(year), month, int(found[1])))
    if (found := MONTH_FIRST.fullmatch(plain)) is not None and (month := month_names().get(found[1])) is not None:
        return valid_days((int(found[3]), month, int(found[2])))
    return ()


def valid_days(parts: tuple[int, int, int]) -> tuple[date, ...]:
    try:
        day = date(*parts)
    except ValueError:
        return ()
    return (day,) if YEARS[0] <= day.year <= YEARS[1] else ()


def _checked(year: int, month: int) -> tuple[int, int] | None:
    return (year, month) if YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12 else None


def _iso_week(year: int, week: int) -> Span | None:
    try:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    except ValueError:
        return None
