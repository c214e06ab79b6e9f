"""Which period a file is about: every hint collected and shown, the strongest or the majority proposed, a disagreement asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import product
from typing import Literal

from core.ingest import dates
from core.ingest.dates import Span
from core.ingest.normalising import collapse, fold
from core.ingest.shapes import PeriodEvidence, PeriodReading, Problem, ReadOptions

Source = Literal["columns", "header", "chain", "sheet", "file_name", "title", "person"]
Grain = Literal["day", "week", "month"]

STRENGTH: tuple[Source, ...] = ("person", "columns", "header", "chain", "sheet", "file_name", "title")
EXTENSIONS = re.compile(r"\.(?:xlsx|xlsm|xlsb|xls|ods|csv|tsv|txt)\b", re.IGNORECASE)
COPIES = re.compile(
    r"\(\d{1,3}\)|__\d{1,3}_(?=\W|$)|(?<![^\W_])(?:copy|copia|kopie|kopia|multi)(?![^\W_])(?:\s*\d{1,2}(?=\W|$))?", re.IGNORECASE
)
DIGITS = re.compile(r"\d(?:[\d._\- ]*\d)?")
SEPARATORS = re.compile(r"[._\- ]+")
WEEK_NUMBER = re.compile(r"(?<![^\W\d_])(?:w|wk|week|kw)[ ._\-]*\d{1,2}(?!\d)")  # `wk 22 June 2025` is no 22nd of June
SHORT_YEARS = 20  # two digits from here on may be a year


def bare_name(file_name: str) -> str:
    """The name without extensions and without what browsers and people add to copies: `(4)`, `__3_`, `copy`, `_multi`."""
    return collapse(COPIES.sub(" ", EXTENSIONS.sub(" ", collapse(file_name))))


def find_months(text: str, source: Source = "file_name") -> tuple[PeriodEvidence, ...]:
    """Months with their year in a name or title: `APR2025`, `2025 04`, `march'25`, `02-2025`, `may_2025`, `2025_06_June`.

    A month in digits needs a separator or the exact form `202504`; full dates are not months.
    """
    name = bare_name(text)
    found = dict.fromkeys([*_months_in_words(name), *_months_in_digits(name)])
    return tuple(PeriodEvidence(source, name, *dates.month_span(year, month)) for year, month in found)


def find_days(text: str, order: dates.DateOrder = "dmy") -> tuple[date, ...]:
    """Every day a name may mean, also with one-digit parts, a separator missing or a short year: `25_05_2025`, `1_6_2025`, `5_52024`,
    `2025-04-30`, `25_05_25`, `25th May 2025`."""
    name = bare_name(text)
    found: dict[date, None] = dict.fromkeys(_worded_days(name))
    for run in DIGITS.findall(name):
        found.update(dict.fromkeys(_days_of(run, order)))
    return tuple(found)


def is_odd_date(text: str) -> bool:
    """True when the date in a name is not written as two digits, two digits, four digits with separators between them."""
    name = bare_name(text)
    return re.search(r"(?<!\d)(?:\d{2}[._\- ]\d{2}[._\- ]\d{4}|\d{4}[._\- ]\d{2}[._\- ]\d{2})(?!\d)", name) is None


def find_weeks(text: str) -> tuple[int, ...]:
    """Week labels in a name (`wk15`, `Week 7`, `W23`): numbers only, the vendor's calendar says which days they are."""
    return tuple(int(found) for found in re.findall(r"(?<![^\W\d_])(?:wk|week|w|kw)[ ._-]*(\d{1,2})(?!\d)", bare_name(text), re.IGNORECASE))


def find_years(text: str) -> tuple[int, ...]:
    """Four-digit years in a name."""
    return tuple(year for found in re.findall(r"(?<!\d)\d{4}(?!\d)", bare_name(text)) if (year := dates.read_year(found)))


def from_text(source: Source, text: str | None) -> PeriodEvidence | None:
    """Evidence of a cell, sheet name or header that is nothing but a period text; None for anything else."""
    span = dates.read_span(text)
    return PeriodEvidence(source, collapse(text or ""), *span) if span else None


def from_months(source: Source, months: Iterable[tuple[int, int]], what: str) -> PeriodEvidence | None:
    """Evidence of the newest of several (year, month) pairs, for living lists; `what` names where they stand."""
    newest = max(months, default=None)
    return PeriodEvidence(source, f"{what}: newest is {newest[0]}-{newest[1]:02}", *dates.month_span(*newest)) if newest else None


def resolve(
    evidence: Sequence[PeriodEvidence | None], grain: Grain, options: ReadOptions | None = None, history_start: date | None = None
) -> PeriodReading:
    """The period that `evidence` adds up to.

    A person's answer wins and ends every conflict. Otherwise all hints must agree (a hint that only contains the period, such as a year,
    agrees with it); if they do not, `conflict` is set and the majority of the sources, at a tie the strongest, is proposed with all
    readings as `candidates`. No hint: `start` is None, a person has to say.
    """
    hints = [hint for hint in evidence if hint is not None]
    if options is not None and options.period is not None:
        hints.insert(0, PeriodEvidence("person", "given by a person", *options.period))
    hints.sort(key=lambda hint: STRENGTH.index(hint.source))
    if not hints:
        return PeriodReading(None, None, grain, history_start=history_start)
    spans = _narrowest([(hint.start, hint.end) for hint in hints])
    chosen = (hints[0].start, hints[0].end) if hints[0].source == "person" else _favourite(spans, hints)
    conflict = len(spans) > 1 and hints[0].source != "person"
    rivals = tuple(next(hint for hint in hints if (hint.start, hint.end) == span) for span in spans) if conflict else ()
    return PeriodReading(*chosen, grain, tuple(hints), conflict, history_start, rivals)


def ask_between(candidates: Sequence[PeriodEvidence], grain: Grain, evidence: Sequence[PeriodEvidence] = ()) -> PeriodReading:
    """A reading that only a person can finish: several periods fit equally well."""
    return PeriodReading(None, None, grain, tuple(evidence) or tuple(candidates), candidates=tuple(candidates))


def describe(period: PeriodReading) -> tuple[Problem, ...]:
    """The remarks a reading deserves: `period_conflict`, or `no_period_in_name` when nothing in the file says the period."""
    if period.start is None and not period.candidates:
        return (
            Problem("no_period_in_name", "Neither the file nor its name says which period this is. Choose the period and import it again."),
        )
    if not period.conflict:
        return ()
    readings = " · ".join(f"{_source_name(hint.source)} says {_span_text((hint.start, hint.end))}" for hint in period.candidates)
    proposed = _span_text((period.start, period.end)) if period.start and period.end else "none"
    return (Problem("period_conflict", f"The file contradicts itself about its period: {readings}. Proposed: {proposed}."),)


def _narrowest(spans: list[Span]) -> list[Span]:
    """Different spans, without those that merely contain another one."""
    different = list(dict.fromkeys(spans))
    return [span for span in different if not any(other != span and span[0] <= other[0] and other[1] <= span[1] for other in different)]


def _favourite(spans: list[Span], hints: Sequence[PeriodEvidence]) -> Span:
    """The span most sources agree on; the earlier, that is stronger, at a tie."""
    votes = Counter((hint.start, hint.end) for hint in {(h.source, h.start, h.end): h for h in hints}.values())
    return max(spans, key=lambda span: votes[span])


def _source_name(source: Source) -> str:
    return {
        "file_name": "the file name",
        "sheet": "the sheet name",
        "title": "a title cell",
        "columns": "the rows",
        "header": "the header",
    }.get(source, source)


def _span_text(span: Span) -> str:
    first, last = span
    return f"{first:%Y-%m}" if span == dates.month_span(first.year, first.month) else f"{first} to {last}"


@cache
def _name_months() -> dict[str, int]:
    """Month words that may be taken out of a running name: English ones, and others of four letters or more (`out`, `set` are words)."""
    english = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
    return {word: number for word, number in dates.month_names().items() if word in english or len(word) > 3}


def _months_in_words(name: str) -> Iterator[tuple[int, int]]:
    plain = fold(name)
    for word, year in re.findall(r"([^\W\d_]+)[ ._'’`´\-]*(?<!\d)(\d{4}|\d{2})(?!\d)", plain):
        yield from _checked(year, _name_months().get(word))
    for year, word in re.findall(r"(?<!\d)(\d{4})[ ._\-]*(?:\d{1,2}[ ._\-]+)?([^\W\d_]+)", plain):
        yield from _checked(year, _name_months().get(word))


def _months_in_digits(name: str) -> Iterator[tuple[int, int]]:
    for run in DIGITS.findall(name):
        parts = SEPARATORS.split(run)
        if len(parts) == 2 and len(parts[0]) == 4 and len(parts[1]) == 2:
            yield from _checked(parts[0], int(parts[1]))
        elif len(parts) == 2 and len(parts[0]) <= 2 and len(parts[1]) == 4:
            yield from _checked(parts[1], int(parts[0]))
        elif len(parts) == 1 and len(run) == 6 and run.startswith("20"):
            yield from _checked(run[:4], int(run[4:]))


def _checked(year: str, month: int | None) -> Iterator[tuple[int, int]]:
    number = dates.read_year(year if len(year) == 4 else f"'{year}")
    if number and month and 1 <= month <= 12:
        yield number, month


def _worded_days(name: str) -> Iterator[date]:
    """`25 May 2025`, `25th May 25`, `25-May-2025`, `May 25, 2025`; the months in all languages."""
    plain = WEEK_NUMBER.sub(" ", fold(name))
    for day, word, year in re.findall(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[ ._\-]*([^\W\d_]+)[ ._'’\-]*(\d{4}|\d{2})(?!\d)", plain):
        for number, month in _checked(year, _name_months().get(word)):
            yield from dates.valid_days((number, month, int(day)))
    for word, day, year in re.findall(r"([^\W\d_]+)[ ._\-]*(\d{1,2})(?:st|nd|rd|th)?,?[ ._\-]+(\d{4})(?!\d)", plain):
        for number, month in _checked(year, _name_months().get(word)):
            yield from dates.valid_days((number, month, int(day)))


def _days_of(run: str, order: dates.DateOrder) -> Iterator[date]:
    """All dates that the digits of `run` can be cut into; every separator must fall on a cut."""
    parts = SEPARATORS.split(run)
    if len(parts) == 2 and max(map(len, parts)) == 4 and min(map(len, parts)) <= 2:
        return  # month and year
    if len(parts) == 3 and all(len(part) <= 2 for part in parts):
        one, two, three = (int(part) for part in parts)
        if three >= SHORT_YEARS:
            yield from dates.valid_days((2000 + three, two, one) if order == "dmy" else (2000 + three, one, two))
        if one >= SHORT_YEARS:
            yield from dates.valid_days((2000 + one, two, three))
    digits = "".join(parts)
    borders = {sum(map(len, parts[: at + 1])) for at in range(len(parts) - 1)}
    for first, second in product((1, 2), (1, 2)):
        if len(digits) == first + second + 4 and borders <= {first, first + second}:
            one, two, year = int(digits[:first]), int(digits[first : first + second]), int(digits[-4:])
            yield from dates.valid_days((year, two, one) if order == "dmy" else (year, one, two))
    if len(digits) == 8 and borders <= {4, 6} and not (borders and borders <= {2, 4} and borders != {4}):
        yield from dates.valid_days((int(digits[:4]), int(digits[4:6]), int(digits[6:])))
