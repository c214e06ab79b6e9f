"""Every figure of an answer's sentence is looked for in its rows, its totals and the declared derivations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import polars as pl

from core.chat.analyses.material import Finding
from core.chat.reading import Reading
from core.chat.times import MONTH_NAMES
from core.sales.query import Result

_NUMBER = re.compile(
    r"(?<![\w.])[−-]?(?:€[\u202f ]?)?\d{1,3}(?:[\u202f]\d{3})*(?:\.\d+)?(?![\w])(\s?%|\s?pp)?|(?<![\w.])\d+(?:\.\d+)?(\s?%)?(?![\w])"
)
_DATES = re.compile(
    rf"\b(?:\d{{1,2}} )?(?:{'|'.join(MONTH_NAMES)})(?: \d{{4}})?|\bQ[1-4] \d{{4}}|\bweek \d+ of \d{{4}}|\b(?:half of|of) \d{{4}}|\b(?:19|20)\d\d\b|\bthe last \d+\b|\bfirst \d+\b"
)


@dataclass(frozen=True)
class Checked:
    """`found` of `stated` figures of a text were found; `missing` are the others."""

    found: int
    stated: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.found} of {self.stated}" if self.stated else ""


def check_text(finding: Finding, results: Sequence[Result], reading: Reading) -> str:
    """“12 of 12”: figures of the sentence found; blank when it states none."""
    return str(check(finding.text, values_of(finding, results), names_of(finding, reading)))


def check(text: str, values: Iterable[Decimal], names: Iterable[str]) -> Checked:
    """Numbers inside `names` (product names, periods) are no figures. A figure may be rounded, or a ratio in percent."""
    for name in sorted({n for n in names if n}, key=len, reverse=True):
        text = text.replace(name, " ")
    text = _DATES.sub(" ", text)
    known = list({abs(value) for value in values})
    stated = [match.group().strip() for match in _NUMBER.finditer(text)]
    missing = tuple(figure for figure in stated if not _is_known(figure, known))
    return Checked(len(stated) - len(missing), len(stated), missing)


def _is_known(figure: str, known: Sequence[Decimal]) -> bool:
    percent = figure.endswith(("%", "pp"))
    digits = re.sub(r"[^\d.]", "", figure)
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return False
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    tolerance = Decimal(1).scaleb(-decimals) / 2
    return any(abs(candidate * (100 if percent else 1) - value) <= tolerance for candidate in known) or (percent and value in known)


def values_of(finding: Finding, results: Sequence[Result]) -> set[Decimal]:
    """All numbers an answer may state: cells, sums and counts of rows, totals, declared figures."""
    found = {Decimal(finding.frame.height)}
    for frame in (finding.frame, *(result.frame for result in results)):
        found |= _cells(frame)
        found.add(Decimal(frame.height))
    for result in results:
        found |= {Decimal(value) for value in result.totals.values() if value is not None}
        found |= {Decimal(len(result.resellers_covered)), Decimal(len(result.resellers_expected))}
    for value in finding.figures:
        if value is not None and not isinstance(value, date):
            found.add(Decimal(value))
    return found


def _cells(frame: pl.DataFrame) -> set[Decimal]:
    found: set[Decimal] = set()
    for name, dtype in frame.schema.items():
        if dtype.is_numeric():
            values = frame[name].drop_nulls()
            found |= {Decimal(value) for value in values.to_list()[:5_000]}
            found |= {Decimal(values.sum())} if len(values) else set()
            for length in (2, 3, 5, 10, 20):
                found |= {Decimal(values.head(length).sum())} if len(values) else set()
    return found


def names_of(finding: Finding, reading: Reading) -> set[str]:
    """Texts whose digits are part of a name or a period."""
    texts: set[str] = {reading.period_words}
    for chosen in reading.slots.chosen:
        texts |= {chosen.label, *(part for value in chosen.values for part in str(value).split(" · ")), *chosen.values}
    for name, dtype in finding.frame.schema.items():
        if dtype == pl.String:
            for value in finding.frame[name].drop_nulls().unique().to_list()[:2_000]:
                texts |= {value, *str(value).split(" · ")}
    compare = reading.slots.asked.compare
    texts.add(compare.text if compare else "")
    return {text for text in texts if isinstance(text, str) and any(c.isdigit() for c in text)}
