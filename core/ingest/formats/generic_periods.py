"""The period of each line of a list nobody knows: from its own columns, else from what sheet, name, title or a person say of the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from core.ingest import dates, periods
from core.ingest.dates import Span
from core.ingest.formats.generic_layout import Band, Found
from core.ingest.formats.tables import Table
from core.ingest.normalising import map_texts
from core.ingest.shapes import Choice, PeriodEvidence, PeriodReading, Question, RawBook, ReadOptions, Slice

Grain = Literal["day", "week", "month"]
STARTS, ENDS, DAY = "period_start", "period_end", "sale_date"
LONGEST_LIST_OF_DAYS = 4_000
WEEK_AND_YEAR = re.compile(r"(\d{4})[\s./_-]*[^\W\d_]{0,12}[\s./_-]*(\d{1,2})(?:\.0+)?|[^\W\d_]{0,12}[\s./_-]*(\d{1,2})[\s./_-]+(\d{4})")
WEEK_ALONE = re.compile(r"[^\W\d_]{0,12}[\s./_-]*(\d{1,2})(?:\.0+)?")


@dataclass(frozen=True)
class Dated:
    """Periods by line: `frame` has period_start, period_end, sale_date (Date, null where unreadable). `of_rows`: the lines state it."""

    frame: pl.DataFrame
    grain: Grain
    of_rows: bool
    questions: tuple[Question, ...] = ()
    note: str | None = None


def evidence_around(book: RawBook, found: Found) -> tuple[PeriodEvidence, ...]:
    """What the sheet's name, the cells above the list and the file's name say of its period."""
    hints: list[PeriodEvidence] = []
    name = found.sheet.name
    if name:
        own = periods.from_text("sheet", name)
        hints += [own] if own else periods.find_months(name, "sheet")
    for cells in found.sheet.head(max(found.header_row, 0)):
        for text in cells:
            if text and len(text) < 200:
                own = periods.from_text("title", text)
                hints += [own] if own and dates.read_year(text) is None else periods.find_months(text, "title")
    hints += periods.find_months(book.file_name)
    return tuple(dict.fromkeys(hints))


def year_of(month: int, book: RawBook, found: Found, options: ReadOptions) -> int | None:
    """The year of a month without one: of a person's period the month that lies in it or before it, else the only year in the sheet's name,
    the cells above or the file's name. Columns that run on from December into January say nothing by a bare year: None, a person has to."""
    wrapped = _turns_the_year(found)
    if options.period is None:
        return None if wrapped else _year_around(book, found)
    first, last = options.period
    if month <= last.month:
        return last.year
    return first.year if last.year - first.year == 1 and month >= first.month else last.year - 1 if wrapped else None


def _turns_the_year(found: Found) -> bool:
    months = [band.month for band in found.bands if band.month]
    return list(dict.fromkeys(months)) != sorted(set(months))


def _year_around(book: RawBook, found: Found) -> int | None:
    texts = [found.sheet.name or "", book.file_name]
    texts += [text for cells in found.sheet.head(max(found.header_row, 0)) for text in cells if text]
    years = {year for text in texts for year in (*periods.find_years(text), *_years_of_months(text))}
    return next(iter(years)) if len(years) == 1 else None


def _years_of_months(text: str) -> Iterator[int]:
    yield from (hint.start.year for hint in periods.find_months(text))


def date_lines(table: Table, book: RawBook, found: Found, options: ReadOptions) -> Dated:
    """The period of every line of `table`, in its order. Where no line's own can be read at all, a person's word is."""
    dated = _by_column(table, book, found, options)
    if options.period is None or not dated.of_rows or dated.questions or not dated.frame[STARTS].is_null().all():
        return dated
    return _frame(table.height, options.period, "month")


def _by_column(table: Table, book: RawBook, found: Found, options: ReadOptions) -> Dated:
    has = table.places
    if "date" in has:
        return _by_day(table, book, found, options)
    if "week_end" in has or "week_start" in has:
        return _by_week_day(table, book, options)
    if "week" in has:
        return _by_week(table, options)
    if "period" in has:
        return _by_period(table)
    if "month" in has:
        return _by_month(table, book, found, options)
    if "year" in has:
        return _by_year(table)
    return _frame(table.height, options.period or _one(evidence_around(book, found)), "month")


def _one(hints: tuple[PeriodEvidence, ...]) -> Span | None:
    """The only period that is named around the list, by whatever source."""
    reading = periods.resolve(hints, "month")
    return None if reading.start is None or reading.end is None or reading.conflict else (reading.start, reading.end)


def _frame(height: int, span: Span | None, grain: Grain, questions: tuple[Question, ...] = ()) -> Dated:
    start, end = span or (None, None)
    columns = {STARTS: start, ENDS: end, DAY: None}
    frame = pl.DataFrame({name: pl.Series([value], dtype=pl.Date).new_from_index(0, height) for name, value in columns.items()})
    return Dated(frame, grain, False, questions)


def _spans(texts: pl.Series, read: object) -> pl.DataFrame:
    """Start and end of each different text, read once."""
    spans = {text: read(text) for text in texts.unique().to_list()}  # type: ignore[operator]
    start = map_texts(texts, lambda text: spans[text][0] if spans[text] else None, pl.Date)
    end = map_texts(texts, lambda text: spans[text][1] if spans[text] else None, pl.Date)
    return pl.DataFrame({STARTS: start, ENDS: end, DAY: pl.Series([None], dtype=pl.Date).new_from_index(0, len(texts))})


# Days -----------------------------------------------------------------------------------------------------------------


def _by_day(table: Table, book: RawBook, found: Found, options: ReadOptions) -> Dated:
    texts = dates.local_days(table.column("date"), options.time_zone)
    read = dates.read_dates(texts, options.date_order, table.sheet.name is not None, book.date_1904)
    days = read.values
    asked = (_which_order(texts, evidence_around(book, found)),) if read.ambiguous else ()
    meant, said = _day_or_month(days.drop_nulls().unique().to_list(), book, found, options)
    if meant != "month":
        return Dated(pl.DataFrame({STARTS: days, ENDS: days, DAY: days}), "day", True, asked or said)
    none = pl.Series([None], dtype=pl.Date).new_from_index(0, len(days))
    frame = pl.DataFrame({STARTS: days.dt.month_start(), ENDS: days.dt.month_end(), DAY: none})
    return Dated(frame, "month", True, asked, "Every date is the first or the last day of a month, so the lines count as months.")


def _day_or_month(days: list[date], book: RawBook, found: Found, options: ReadOptions) -> tuple[Grain, tuple[Question, ...]]:
    """Whether dates stand for their months: several that all are first days, or all last days, do; a single one may be a day's own report,
    so that the file's name, what stands around, or a person has to say."""
    if not days or not (all(day.day == 1 for day in days) or all((day + timedelta(days=1)).day == 1 for day in days)):
        return "day", ()
    if len(days) > 1:
        return "month", ()
    day, month = days[0], dates.month_span(days[0].year, days[0].month)
    if options.period is not None:
        return ("month" if options.period != (day, day) else "day"), ()
    if day in periods.find_days(book.file_name):
        return "day", ()
    if any((hint.start, hint.end) == month for hint in evidence_around(book, found)):
        return "month", ()
    choices = (
        Choice(f"{month[0]}/{month[1]}", f"{day:%B %Y}", "the date stands for its month"),
        Choice(f"{day}/{day}", f"{day:%-d %B %Y}", "the file is the report of one day"),
    )
    return "day", (Question("period", f"Every line is dated {day:%-d %B %Y}. Is it one day, or the whole month?", choices),)


def _which_order(texts: pl.Series, hints: tuple[PeriodEvidence, ...]) -> Question:
    """Day first or month first, with an example read both ways; the order in which the dates fit the file's own name comes first."""
    example = next(text for text in texts.drop_nulls().to_list() if len(dates.read_dates_of(text)) > 1)
    ranked = []
    for order, label in (("dmy", "Day first"), ("mdy", "Month first")):
        read = dates.read_dates(texts, order)  # type: ignore[arg-type]
        day = dates.read_date(str(example), order)[0]  # type: ignore[arg-type]
        first, last = read.values.min(), read.values.max()
        fits = sum(hint.start <= first and last <= hint.end for hint in hints) if isinstance(first, date) and isinstance(last, date) else 0
        reason = f"“{str(example).strip()}” is {day:%-d %B %Y}" if day else ""
        if isinstance(first, date) and isinstance(last, date):
            reason += f"; the dates run from {first:%-d %b %Y} to {last:%-d %b %Y}"
        ranked.append((fits, Choice(order, label, reason + ("; fits the period the file names" if fits else ""))))
    ranked.sort(key=lambda pair: -pair[0])
    return Question(
        "date_order", "The dates can be read in two ways. Which comes first, the day or the month?", tuple(c for _, c in ranked)
    )


# Weeks ----------------------------------------------------------------------------------------------------------------


def _by_week_day(table: Table, book: RawBook, options: ReadOptions) -> Dated:
    meaning = "week_end" if "week_end" in table.places else "week_start"
    texts = table.column(meaning)
    read = dates.read_dates(texts, options.date_order, table.sheet.name is not None, book.date_1904)
    asked = (_which_order(texts, ()),) if read.ambiguous else ()
    six = pl.duration(days=6)
    frame = pl.DataFrame({"d": read.values}).select(
        (pl.col("d") - six if meaning == "week_end" else pl.col("d")).alias(STARTS),
        (pl.col("d") if meaning == "week_end" else pl.col("d") + six).alias(ENDS),
        pl.lit(None, pl.Date).alias(DAY),
    )
    return Dated(frame, "week", True, asked)


def _by_week(table: Table, options: ReadOptions) -> Dated:
    """`W23 2025`, or a number beside the year; ISO weeks."""
    weeks, years = table.column("week"), table.column("year")
    year = str(options.period[0].year) if options.period else None
    pairs = pl.DataFrame({"w": weeks, "y": years}).select(
        pl.concat_str("w", pl.coalesce(pl.col("y"), pl.lit(year, pl.String), pl.lit("")), separator="|")
    )
    frame = _spans(pairs.to_series(), _week_of)
    missing = frame[STARTS].is_null() & weeks.str.contains(r"\d").fill_null(False)
    asked = (_which_year("week numbers"),) if year is None and missing.all() and len(missing) else ()
    return Dated(frame, "week", True, asked, "Week numbers were read as ISO weeks, Monday to Sunday.")


def _week_of(pair: str | None) -> Span | None:
    """The days of a week and its year, joined by `|`: `23|2025`, `W23 2025|`, `202523|`, `23.2025|`. Never a month, whatever it looks like."""
    week, _, beside = (pair or "").partition("|")
    if (own := WEEK_AND_YEAR.fullmatch(week.strip())) is not None:
        return dates.read_span(f"W{own[2] or own[3]} {own[1] or own[4]}")
    year, number = dates.read_year(beside), WEEK_ALONE.fullmatch(week.strip())
    return dates.read_span(f"W{number[1]} {year}") if number and year else None


# Months and other periods ---------------------------------------------------------------------------------------------


def _by_period(table: Table) -> Dated:
    frame = _spans(table.column("period"), dates.read_span)
    lengths = (frame[ENDS] - frame[STARTS]).dt.total_days()
    longest = lengths.max()
    return Dated(frame, "week" if longest == 6 else "month", True)


def under(band: Band, height: int, book: RawBook, found: Found, options: ReadOptions) -> Dated:
    """The period of a column's header for every line."""
    year = year_of(band.month, book, found, options) if band.span is None and band.month else None
    span = band.span or (dates.month_span(year, band.month) if year and band.month else None)
    start, end = span or (None, None)
    columns = {STARTS: start, ENDS: end, DAY: start if start == end else None}
    frame = pl.DataFrame({name: pl.Series([value], dtype=pl.Date).new_from_index(0, height) for name, value in columns.items()})
    days = (end - start).days if start and end else None
    return Dated(frame, "day" if days == 0 else "week" if days == 6 else "month", span is not None)


def _by_month(table: Table, book: RawBook, found: Found, options: ReadOptions) -> Dated:
    texts, years = table.column("month"), table.column("year")
    own = _spans(texts, lambda text: dates.month_span(*both) if (both := dates.read_month_text(text)) else _month_of_date(text))
    number = map_texts(texts, dates.read_month, pl.Int32)
    year = map_texts(years, dates.read_year, pl.Int32)
    if "year" not in table.places:
        years_of = {month: year_of(month, book, found, options) for month in number.drop_nulls().unique().to_list()}
        year = number.replace_strict(years_of, default=None, return_dtype=pl.Int32)
    first = pl.DataFrame({"y": year, "m": number}).select(pl.date("y", "m", 1)).to_series()
    frame = own.with_columns(pl.col(STARTS).fill_null(first), pl.col(ENDS).fill_null(first.dt.month_end()))
    nameless = frame[STARTS].is_null() & number.is_not_null()
    asked = (_which_year("months"),) if nameless.any() and "year" not in table.places else ()
    return Dated(frame, "month", True, asked)


def _month_of_date(text: str | None) -> Span | None:
    days = dates.read_dates_of(text) if text and not text.strip().isdigit() else ()
    return dates.month_span(days[0].year, days[0].month) if len(days) == 1 else None


def _which_year(what: str) -> Question:
    return Question("period", f"The lines state {what} without a year. Which year is it? A year such as 2025 is enough.")


def _by_year(table: Table) -> Dated:
    def read(text: str | None) -> Span | None:
        year = dates.read_year(text)
        return (date(year, 1, 1), date(year, 12, 31)) if year else None

    return Dated(_spans(table.column("year"), read), "month", True)


# The whole ------------------------------------------------------------------------------------------------------------


def read_period(rows: pl.DataFrame, dated: Dated, hints: tuple[PeriodEvidence, ...], options: ReadOptions) -> PeriodReading:
    """The newest month or week the lines state (their days, where they lie in one month), confirmed or contradicted by what stands around."""
    first, last = rows[STARTS].min(), rows[ENDS].max()
    if not dated.of_rows or not isinstance(first, date) or not isinstance(last, date):
        if dated.of_rows and options.period is not None:
            return PeriodReading(None, None, dated.grain)
        return periods.resolve(hints, dated.grain, options)
    newest = _newest(rows, dated.grain, first, last)
    own = PeriodEvidence("columns", f"the lines run from {first} to {last}", *newest)
    ranges = {hint.text for hint in hints if sum(other.text == hint.text for other in hints) > 1}  # “Jan 2025 – May 2025” names two months
    near = tuple(
        hint for hint in hints if not (first <= hint.start and hint.end < newest[0] and (hint.text in ranges or hint.source == "title"))
    )
    said = None if options.period and options.period[0] <= newest[0] and newest[1] <= options.period[1] else options
    return periods.resolve((own, *near), dated.grain, said, first if first < newest[0] else None)


def _newest(rows: pl.DataFrame, grain: Grain, first: date, last: date) -> Span:
    if grain == "day":
        month = dates.month_span(last.year, last.month)
        return (first, last) if first >= month[0] else month
    newest = rows.filter(pl.col(ENDS) == last)[STARTS].max()
    return (newest if isinstance(newest, date) else first), last


def slices_of(rows: pl.DataFrame, view: str, grain: Grain, period: PeriodReading) -> tuple[Slice, ...]:
    """What the file states completely: every month, week or day from its first to its last, also those without a line."""
    spans = rows.select(STARTS, ENDS).drop_nulls().unique().sort(STARTS).rows()
    present = tuple(Slice(view, *span) for span in spans)
    if not spans:
        return ()
    first, last = spans[0][0], max(end for _, end in spans)
    if grain == "day":
        around = [e for e in period.evidence if e.start <= first and last <= e.end and (e.end - e.start).days <= 31]
        first, last = min([first, *(e.start for e in around)]), max([last, *(e.end for e in around)])
        if (last - first).days < LONGEST_LIST_OF_DAYS:
            return tuple(Slice(view, day, day) for day in pl.date_range(first, last, "1d", eager=True).to_list())
        return present
    months = all(span == dates.month_span(span[0].year, span[0].month) for span in spans)
    weeks = all((end - start).days == 6 for start, end in spans) and len({start.weekday() for start, _ in spans}) == 1
    if months:
        return tuple(Slice(view, *dates.month_span(day.year, day.month)) for day in pl.date_range(first, last, "1mo", eager=True).to_list())
    if weeks:
        return tuple(Slice(view, day, day + timedelta(days=6)) for day in pl.date_range(first, last, "7d", eager=True).to_list())
    return present
