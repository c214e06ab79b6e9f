"""Whether every figure in a sentence stands in the result or follows from it. What does not is not shown. Pure.

A figure is right when it is a cell, a known number of the question, a count of rows, or the sum, difference, share, ratio or change of
cells of one column, rounded the way it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise, permutations
from typing import Any

import polars as pl

from core.chat.masking import TOKEN

LONGEST_TEXT = 800  # characters of a sentence that is shown
PAIRED_ROWS = 60  # above that only neighbours, first and last are compared
SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
WORDS = {w: Decimal(n) for n, w in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
VAGUE = re.compile(
    r"\b(half|twice|double[ds]?|doubling|triple[ds]?|tripling|quadrupl\w+|dozens?|hundreds?|thousands|millions|\w+fold)\b", re.I
)
NUMBER = re.compile(
    r"(?<![\w.,#])(?P<sign>[-−–+])?\s?(?:[€$£]\s?)?(?P<digits>\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?!\d)|\d+)(?P<rest>\.\d+)?"
    r"(?:(?:st|nd|rd|th)\b|\s?(?P<scale>k|thousand|mn|mio|m|million|bn|billion)\b)?\s?(?P<percent>%|percent\b|per cent\b|pp\b)?",
    re.I,
)
MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?P<month{0}>" + "|".join(f"{m}|{m[:3]}" for m in MONTHS) + r")\b\.?"
DAY = re.compile(  # 2025-05-01, 2025-05, 1 May 2025, May 1, 2025 and the same without a year
    r"\b(?P<iso>\d{4}-\d{2}(?:-\d{2})?)\b|\b(?P<day1>\d{1,2})(?:st|nd|rd|th)?\s+" + _MONTH.format(1) + "|"
    r"\b" + _MONTH.format(2) + r"\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?\b(?!\d|[.,]\d)",
    re.I,
)
UP = re.compile(r"\b(up|rose|rises?|grew|grow[sn]?|growth|gain\w*|increas\w+|higher|more|above|climb\w+)\b", re.I)
DOWN = re.compile(r"\b(down|fell|falls?|fallen|drop\w*|declin\w+|decreas\w+|lower|less|fewer|below|shr[aiu]nk\w*|lost|loss)\b", re.I)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(])")


@dataclass(frozen=True)
class Grounding:
    """`checked`: how many figures the text holds; `unsupported`: those that do not follow from the result, as written."""

    checked: int
    unsupported: tuple[str, ...] = ()

    @property
    def grounded(self) -> bool:
        return not self.unsupported


@dataclass(frozen=True)
class Stated:
    """A figure of a text. `unit`: the value of half of its last digit's place, so the room that rounding leaves."""

    text: str
    value: Decimal
    room: Decimal
    percent: bool
    signed: bool


def check_numbers(text: str, frame: pl.DataFrame, known: Iterable[str] = ()) -> Grounding:
    """Compare every figure of `text` with `frame`; numbers and days in `known` texts (the question, the reading) are right too."""
    known = list(known)
    days = {day for cell in _cells(frame) for day in days_of(str(cell))} | {day for part in known for day in days_of(part)}
    given = {abs(figure.value) for part in known for figure in figures_of(part)}
    values, changes = derivable(frame)
    stated, plain = list(days_of(text)), DAY.sub(" ", text)
    wrong = [day for day in stated if not any(other.startswith(day) or other.endswith(day) for other in days)]
    found = list(figures_of(plain))
    wrong += [f.text for f in found if not _supported(f, given, values, changes, _sentence_around(plain, f.text))]
    wrong += [m[0] for pattern in (VAGUE, TOKEN) for m in pattern.finditer(text)]
    return Grounding(len(found) + len(stated), tuple(dict.fromkeys(wrong)))


def days_of(text: str) -> Iterator[str]:
    """The days and ISO months of a text as ISO, `-05-01` for a day without a year; the year of “1 May 2025” is a figure of its own."""
    for found in DAY.finditer(text):
        if found["iso"]:
            yield found["iso"]
        else:
            month, day = found["month1"] or found["month2"], found["day1"] or found["day2"]
            number = next(i for i, name in enumerate(MONTHS, 1) if name.startswith(month.lower()))
            yield f"-{number:02d}-{int(day):02d}"


def _cells(frame: pl.DataFrame) -> Iterator[Any]:
    for series in frame:
        if series.dtype == pl.String or series.dtype.is_temporal():
            yield from series.drop_nulls().unique().to_list()


def checked_sentences(pieces: Iterable[str], frame: pl.DataFrame, known: Iterable[str] = ()) -> Iterator[str]:
    """Whole sentences of a stream, each as plain text once its figures are proven; ends before the first that is not."""
    known, waiting, length = list(known), "", 0
    for piece in (*pieces, None):
        waiting += piece or ""
        *ready, rest = SENTENCE_END.split(waiting) if piece is not None else [waiting, ""]
        waiting = rest
        for sentence in (plain_text(s) for s in ready):
            length += len(sentence)
            if not check_numbers(sentence, frame, known).grounded or length > LONGEST_TEXT:
                return
            if sentence:
                yield sentence


def plain_text(text: str) -> str:
    """A model's words without markup, links, line breaks or invisible characters."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"https?://\S+|</?\w[^>]*>|[`*_#|]{2,}|`", "", text)
    text = "".join(" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or unicodedata.category(c)[0] != "C")
    return re.sub(r"\s+", " ", text).strip()[:LONGEST_TEXT]


def figures_of(text: str) -> Iterator[Stated]:
    """Every number of a text, also two to twelve as words; ISO dates and times count as their parts."""
    for found in NUMBER.finditer(text):
        stated = _stated(found)
        if stated is not None:
            yield stated
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in WORDS:
            yield Stated(word, WORDS[word], Decimal(0), False, False)


def _stated(found: re.Match[str]) -> Stated | None:
    digits = re.sub(r"[, \u00a0\u202f]", "", found["digits"]) + (found["rest"] or "")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None
    scale = SCALES.get((found["scale"] or "").lower(), 0)
    places = len(found["rest"] or ".") - 1
    room = Decimal(5).scaleb(scale - places - 1) if places or scale else Decimal("0.5")
    minus = found["sign"] in ("-", "−") and found.start() != 0 and not found.string[found.start() - 1].isalnum()
    return Stated(found[0].strip(), value.scaleb(scale) * (-1 if minus else 1), room, bool(found["percent"]), minus)


def _supported(figure: Stated, given: set[Decimal], values: set[Decimal], changes: dict[Decimal, int], sentence: str) -> bool:
    value = abs(figure.value)
    if value in given:
        return True
    wanted = value / 100 if figure.percent else value
    room = figure.room / 100 if figure.percent else figure.room
    signs = {sign for number, sign in changes.items() if abs(number - wanted) <= room}
    if signs:
        return _direction_fits(signs, sentence, figure.signed)
    if figure.percent and any(abs(abs(v) - value) <= figure.room for v in values):  # the result states percentages itself
        return True
    exact = figure.room == Decimal("0.5") and wanted < 100 and not figure.percent
    return any(abs(abs(v) - wanted) <= (0 if exact and v == v.to_integral_value() else room) for v in values)


def _direction_fits(signs: set[int], sentence: str, minus: bool) -> bool:
    up, down = bool(UP.search(sentence)), bool(DOWN.search(sentence)) or minus
    if up == down:
        return True
    return (1 in signs or 0 in signs) if up else (-1 in signs or 0 in signs)


def _sentence_around(text: str, figure: str) -> str:
    return next((s for s in SENTENCE_END.split(text) if figure in s), text)


def derivable(frame: pl.DataFrame) -> tuple[set[Decimal], dict[Decimal, int]]:
    """Absolute values that may be stated, and changes (absolute → sign) whose direction has to be told rightly."""
    values: set[Decimal] = {Decimal(frame.height)}
    changes: dict[Decimal, int] = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype.is_numeric() or series.dtype == pl.Decimal:
            numbers = [Decimal(str(v)) for v in series.drop_nulls().to_list() if Decimal(str(v)).is_finite()]
            signed = name.endswith(("_change", "_change_pct"))
            _add_numbers(numbers, values, changes, signed)
        else:
            values |= {v for cell in series.drop_nulls().unique().to_list() for v in _parts(cell)}
    return values, changes


def _add_numbers(numbers: list[Decimal], values: set[Decimal], changes: dict[Decimal, int], signed: bool) -> None:
    if signed:
        changes.update({abs(n): (n > 0) - (n < 0) for n in numbers})
        return
    total = sum(numbers, Decimal(0))
    values.update(numbers)
    values.add(total)
    if numbers:
        values.add(total / len(numbers))
    if total:
        values.update(n / total for n in numbers)
    pairs: Iterable[tuple[Decimal, Decimal]] = permutations(numbers, 2) if len(numbers) <= PAIRED_ROWS else _neighbours(numbers)
    for before, after in pairs:
        values.add(abs(after - before))
        if before > 0:  # a change against nothing, or against returns, has no percentage
            values.add(abs(after - before) / before)


def _neighbours(numbers: list[Decimal]) -> Iterator[tuple[Decimal, Decimal]]:
    yield from pairwise(numbers)
    yield numbers[0], numbers[-1]
    yield min(numbers), max(numbers)


def _parts(cell: Any) -> list[Decimal]:
    """The numbers inside a text, and the year of a date: `Serum 30 ml` holds 30."""
    if isinstance(cell, (date, datetime)):
        return [Decimal(cell.year)]
    return [abs(figure.value) for figure in figures_of(str(cell))] if isinstance(cell, str) else []
