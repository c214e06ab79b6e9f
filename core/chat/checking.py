"""What the sentence of an answer may state beside its rows, and the check of its figures by `grounding`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses.material import Finding
from core.chat.analyses.wording import moment_name
from core.chat.grounding import Grounding, check_numbers
from core.chat.reading import Reading
from core.chat.times import day_words
from core.sales.formatting import round_half_up
from core.sales.query import Result

MOST_CELLS = 400  # of the rows that were read beside the shown ones


def check_text(finding: Finding, results: Sequence[Result], reading: Reading) -> str:
    """“12 of 12”: figures of the sentence that stand in the rows or follow from them; blank where it states none."""
    checked = check_sentence(finding, results, reading)
    return f"{checked.checked - len(checked.unsupported)} of {checked.checked}" if checked.checked else ""


def check_sentence(finding: Finding, results: Sequence[Result], reading: Reading) -> Grounding:
    """The sentence against the shown rows, the totals, the rows read beside them, and the figures the analysis declares."""
    return check_numbers(finding.text, finding.frame, list(_known(finding, results, reading)))


def _known(finding: Finding, results: Sequence[Result], reading: Reading) -> Iterator[str]:
    yield from (reading.question, reading.period_words, *(chip.text for chip in reading.chips))
    yield from _names(finding.frame)
    yield from (moment_name("week", day) for day in _weeks(finding.frame))
    for value in finding.figures:
        yield from _written(value)
    for result in results:
        yield from _names(result.frame)
        yield from (text for value in result.totals.values() for text in _written(value))
        yield from (text for value in _numbers(result.frame) for text in _written(value))
        yield from (day_words(day) for day in result.data_through.values())
        yield from (str(len(result.resellers_covered)), str(len(result.resellers_expected)), str(result.frame.height))


def _written(value: Any) -> Iterator[str]:
    """A figure as a sentence may write it: rounded, or in percent."""
    if isinstance(value, date):
        yield day_words(value)
    elif isinstance(value, str):
        yield value
    elif value is not None:
        number = Decimal(value)
        yield from (str(round_half_up(number, places)) for places in (0, 1, 2))
        yield from (str(round_half_up(number * 100, places)) for places in (0, 1))


def _numbers(frame: pl.DataFrame) -> Iterable[Any]:
    columns = [frame[name].drop_nulls().to_list() for name, dtype in frame.schema.items() if dtype.is_numeric()]
    return [value for column in columns for value in column][:MOST_CELLS]


def _weeks(frame: pl.DataFrame) -> list[date]:
    return frame["week"].drop_nulls().to_list()[:MOST_CELLS] if frame.schema.get("week") == pl.Date else []


def _names(frame: pl.DataFrame) -> Iterator[str]:
    """Names with digits in them: `Station 47`."""
    for name, dtype in frame.schema.items():
        if dtype == pl.String:
            yield from (text for text in frame[name].drop_nulls().unique().to_list()[:MOST_CELLS] if any(c.isdigit() for c in text))
