"""What the values of a column are, where no header says it: 13 digits, days, months, small whole numbers, money, codes, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from core.ingest import dates
from core.ingest.layout import total_of
from core.ingest.normalising import is_absent, read_ean
from core.ingest.numbers import read_currency, read_number

LOOKED_AT = 300
MOST = 0.9  # share of the values that have to agree
MOST_UNITS = 5_000


@dataclass(frozen=True)
class Kind:
    """`meaning` that the values suggest, and why in words; `number` True where they are numbers at all."""

    meaning: str | None
    reason: str
    number: bool = False


def values_of(texts: Sequence[str | None]) -> list[str]:
    """The values of a column that say something, as printed, the first few hundred; the label of a total is none of them."""
    telling = (text for text in texts if text is not None and not is_absent(text) and total_of(text) != "")
    return list(islice(telling, LOOKED_AT))


def kind_of(values: Sequence[str]) -> Kind:
    """What `values` (without absent ones) are; the first kind that nine of ten are wins."""
    if not values:
        return Kind(None, "empty")
    for meaning, reason, fits in _KINDS:
        if _share(values, fits) >= MOST:
            return Kind(meaning, reason)
    return _figures(values)


def _figures(values: Sequence[str]) -> Kind:
    """Numbers: units where they are small and whole, money else; texts where they are none."""
    pairs = [(read_number(value, "."), read_number(value, ",")) for value in values]
    numbers = [point if point.value is not None else comma for point, comma in pairs if point.value is not None or comma.value is not None]
    if len(numbers) < MOST * len(values):
        return _words(values)
    if any(reading.percent for reading in numbers):
        return Kind(None, "percentages", True)
    signed = any(reading.currency for reading in numbers)
    amounts = [reading.value for reading in numbers if reading.value is not None]
    printed = any(re.search(r"[.,]\d{2}\D*$", value) for value in values)
    whole = not printed and all(amount == amount.to_integral_value() for amount in amounts)
    if whole and not signed and all(abs(amount) <= MOST_UNITS for amount in amounts):
        return Kind("units", "small whole numbers", True)
    return Kind("amount", "amounts with a currency" if signed else "numbers with decimals" if not whole else "large numbers", True)


def _words(values: Sequence[str]) -> Kind:
    """Texts: codes without blanks, few that repeat (a store), or many (a product)."""
    if _share(values, lambda text: " " not in text.strip() and any(sign.isdigit() for sign in text) and len(text.strip()) <= 20) >= MOST:
        return Kind("code", "codes of letters and digits")
    different = len({value.strip().casefold() for value in values})
    if len(values) >= 6 and different * 3 <= len(values):
        return Kind("store", f"{different} names that repeat")
    return Kind("text", "names")


def _share(values: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(1 for value in values if fits(value)) / len(values)


def _is_ean(text: str) -> bool:
    reading = read_ean(text)
    return reading.ean is not None and len(reading.ean) >= 12


def _is_day(text: str) -> bool:
    return bool(dates.read_dates_of(text)) and not text.strip().isdigit()


def _is_period(text: str) -> bool:
    return dates.read_span(text) is not None and dates.read_year(text) is None


def _is_month_word(text: str) -> bool:
    return dates.read_month(text) is not None and not text.strip(" .0").isdigit()


_KINDS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("ean", "12- to 14-digit values", _is_ean),
    ("date", "days", _is_day),
    ("period", "periods", _is_period),
    ("month", "names of months", _is_month_word),
    ("year", "years", lambda text: dates.read_year(text) is not None),
    ("currency", "currency codes", lambda text: read_currency(text) is not None and not any(sign.isdigit() for sign in text)),
)
