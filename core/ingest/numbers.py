"""Numbers in every spelling that occurs, read by their structure and exactly: nothing is deleted until it has been understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

import polars as pl

from core.ingest.normalising import is_absent, is_error, map_texts
from core.ingest.shapes import MONEY

DecimalSign = Literal[".", ","]
State = Literal["value", "absent", "error", "unreadable", "ambiguous"]

PLACES = Decimal("1e-9")  # the stored precision
BLANKS = "\u00a0\u202f\u2009\u2007 "
CURRENCY_SIGNS: dict[str, str | None] = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "zł": "PLN",
    "zl": "PLN",
    "₴": "UAH",
    "R": "ZAR",
    "Kč": "CZK",
    "kr": None,  # four currencies write it
}
CURRENCY_CODES = {
    *("AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "ISK", "JPY", "KRW"),
    *("KWD", "MXN", "NOK", "NZD", "PLN", "PLY", "QAR", "RON", "SAR", "SEK", "SGD", "TRY", "UAH", "USD", "ZAR"),
}
TYPING_ERRORS = {"PLY": "PLN"}
MARK = "|".join(sorted((re.escape(mark) for mark in (*CURRENCY_SIGNS, *CURRENCY_CODES)), key=len, reverse=True))
CURRENCY = re.compile(rf"^(?P<sign>-?)\s*(?:(?P<before>{MARK})\s*)?(?P<number>[-\d.,'’\s]+?)\s*(?:(?P<after>{MARK})\.?)?$")

GROUP = rf"[{BLANKS}'’]"
READ_AS: dict[DecimalSign, re.Pattern[str]] = {
    ".": re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:(?:,\d{{3}})+|(?:{GROUP}\d{{3}})+))?(?:\.\d*)?"),
    ",": re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:{GROUP}\d{{3}})+))?(?:,\d*)?"),
}
SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}")
PLAIN = r"^-?\d{1,20}(\.\d{1,9})?$"
THREE_DECIMALS = re.compile(r"-?\d{1,3}([.,])\d{3}")


@dataclass(frozen=True)
class NumberReading:
    """One cell as a number. `value` exact, None unless `state` is 'value'; `currency` if the cell carries a sign or code; `percent`: ÷ 100."""

    value: Decimal | None
    state: State
    currency: str | None = None
    percent: bool = False


@dataclass(frozen=True)
class NumberColumn:
    """A column as numbers. `values` Decimal(38, 9), null where `states` (String, a `State`) is not 'value'; `as_text`: true numbers typed
    as text with a decimal comma or thousands signs; `decimal` the column's sign, None when every value reads the same under both."""

    values: pl.Series
    states: pl.Series
    as_text: pl.Series
    decimal: DecimalSign | None
    ambiguous: bool
    currencies: tuple[str, ...] = ()

    @property
    def unreadable(self) -> pl.Series:
        """Mask of the cells that hold a text no rule reads, or an error."""
        return self.states.is_in(["unreadable", "error"])


@lru_cache(maxsize=1 << 16)
def read_number(text: str | None, decimal: DecimalSign | None = None) -> NumberReading:
    """One cell. With `decimal` the sign is known; without, a text that reads differently under both signs is 'ambiguous'.

    >>> read_number("£1\\u00a0782,00").value, read_number("(1,234.50)").value, read_number("1.234").state
    (Decimal('1782.00'), Decimal('-1234.50'), 'ambiguous')
    """
    if text is None or is_absent(text):
        return NumberReading(None, "absent")
    if is_error(text):
        return NumberReading(None, "error")
    bare, negative, percent = _unwrap(text)
    found = CURRENCY.match(bare)
    if found is None or (found["sign"] and found["number"].startswith("-")):
        return _read_scientific(bare, negative)
    mark = found["before"] or found["after"]
    number = found["number"].strip()
    minus = negative ^ bool(found["sign"]) ^ number.startswith("-")
    currency = read_currency(mark) if mark else None
    value, state = _read_digits(number.removeprefix("-").lstrip(), decimal)
    if value is not None:
        value = (-value if minus and value else value) / (100 if percent else 1)
    return NumberReading(value, state, currency, percent)


def read_currency(text: str | None) -> str | None:
    """ISO code of a currency sign, word or code; `PLY`, a common typing error, is PLN. None where it says nothing certain."""
    word = (text or "").strip()
    if word in CURRENCY_SIGNS:
        return CURRENCY_SIGNS[word]
    return TYPING_ERRORS.get(word.upper(), word.upper()) if word.upper() in CURRENCY_CODES else None


def read_typed(text: str | None) -> NumberReading:
    """A cell that held a true number: its text is canonical and needs no guessing."""
    if text is None:
        return NumberReading(None, "absent")
    try:
        return NumberReading(Decimal(text), "value")
    except ArithmeticError:
        return NumberReading(None, "unreadable")


@dataclass(frozen=True)
class Spelling:
    """How the texts of a column write their numbers, as far as its decimal sign depends on it. Spellings of pieces of a column add up.

    `votes`: signs that some text can only be read with; `open`: some text reads differently under both; `thirds`: the signs before three
    places, '' for a text without; `marks`: any text has a sign at all; `exact`: False where plainly written numbers were not taken one by one.
    """

    votes: frozenset[DecimalSign] = frozenset()
    open: bool = False
    thirds: frozenset[str] = frozenset()
    marks: bool = False
    exact: bool = True

    def __add__(self, other: Spelling) -> Spelling:
        return Spelling(
            self.votes | other.votes,
            self.open or other.open,
            self.thirds | other.thirds,
            self.marks or other.marks,
            self.exact and other.exact,
        )

    @property
    def settled(self) -> bool:
        """Whether `sign` can be relied on: two signs beside each other need a look at every text."""
        return self.exact or len(self.votes) == 1

    def sign(self, measure: Literal["units", "amount"] = "amount") -> DecimalSign | Literal["ambiguous"] | None:
        """See `decide_decimal`."""
        if measure == "units" and len(self.thirds) == 1 and (only := next(iter(self.thirds))):
            return "," if only == "," else "."
        if len(self.votes) == 1:
            return next(iter(self.votes))
        return "ambiguous" if self.open else None


def spelling_of(texts: Iterable[str | None]) -> Spelling:
    """The spelling of all `texts`, each different one looked at."""
    different = [text for text in set(texts) if text is not None and not is_absent(text) and not is_error(text)]
    open_texts = False
    votes: set[DecimalSign] = set()
    for text in different:
        point, comma = read_number(text, "."), read_number(text, ",")
        if point.value != comma.value:
            if point.value is None or comma.value is None:
                votes.add("." if comma.value is None else ",")
            else:
                open_texts = True
    thirds = frozenset(found[1] if (found := THREE_DECIMALS.fullmatch(_unwrap(text)[0])) else "" for text in different)
    return Spelling(frozenset(votes), open_texts, thirds, any("." in text or "," in text for text in different))


def spelling_of_column(column: pl.Series, exact: bool = False) -> Spelling:
    """The spelling of a text column; where all of it is written plainly a short look is enough, unless it is to be `exact`."""
    fractions = column.filter(column.str.contains(".", literal=True))
    if exact or not bool(column.str.contains(PLAIN).all()) or (len(fractions) and _could_be_grouped(column)):
        return spelling_of(column.unique().to_list())
    thirds = frozenset({""}) if column.null_count() < len(column) else frozenset[str]()
    return Spelling(frozenset({"."}), False, thirds, True, False) if len(fractions) else Spelling(thirds=thirds)


def decide_decimal(
    texts: Iterable[str | None], measure: Literal["units", "amount"] = "amount"
) -> DecimalSign | Literal["ambiguous"] | None:
    """The decimal sign under which all `texts` that are not true numbers can be read.

    None: it makes no difference. 'ambiguous': both signs read all of them and differ, so a person or the vendor's locale must say.
    Units that all have exactly three decimals (`2,000`) are decimals: nobody sells thousands of each item.
    A mixed column whose values can each be read one way only also gives None.
    """
    return spelling_of(texts).sign(measure)


def read_numbers(
    column: pl.Series,
    typed: pl.Series | None = None,
    decimal: DecimalSign | None = None,
    measure: Literal["units", "amount"] = "amount",
    spelling: Spelling | None = None,
) -> NumberColumn:
    """A String column as numbers. `typed` marks true numbers; `decimal` is the vendor's sign, used only where the column leaves it open.
    `spelling`: of the whole column, where `column` is a piece of it.

    Values that read differently under both signs stay null with state 'ambiguous' when nothing decides.
    """
    plain = _plainly(column, typed)
    if plain.null_count() == column.null_count() and (typed is not None or _says_itself(column, measure, spelling)):
        states = pl.DataFrame({"v": plain}).select(pl.when(pl.col("v").is_null()).then(pl.lit("absent")).otherwise(pl.lit("value")))
        return NumberColumn(plain, states.to_series(), pl.repeat(False, len(column), dtype=pl.Boolean, eager=True), None, False)
    return _read_mixed(column, typed, decimal, measure, spelling)


def _read_mixed(
    column: pl.Series,
    typed: pl.Series | None,
    decimal: DecimalSign | None,
    measure: Literal["units", "amount"],
    spelling: Spelling | None,
) -> NumberColumn:
    is_typed = typed if typed is not None else pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    texts = column.filter(~is_typed)
    decided = (spelling or spelling_of(texts.unique().to_list())).sign(measure)
    ambiguous = decided == "ambiguous" and decimal is None
    sign: DecimalSign | None = decimal if decided == "ambiguous" else decided
    readings = {text: read_number(text, sign) for text in texts.unique().to_list()}
    read = {text: reading if reading.value is not None or sign is None else read_number(text) for text, reading in readings.items()}
    from_text = map_texts(column, lambda text: _rounded(read[text].value) if text in read else None, MONEY)
    states = map_texts(column, lambda text: read[text].state if text in read else "value", pl.String)
    odd = map_texts(column, lambda text: text in read and read[text].value is not None and not re.match(PLAIN, text or ""), pl.Boolean)
    currencies = sorted({reading.currency for reading in read.values() if reading.currency})
    if typed is None:
        return NumberColumn(from_text, states, odd, sign, ambiguous, tuple(currencies))
    true_values = map_texts(
        column.zip_with(is_typed, column.clear().extend_constant(None, len(column))), lambda t: _rounded(read_typed(t).value), MONEY
    )
    true_states = pl.DataFrame({"v": true_values}).select(
        pl.when(pl.col("v").is_null()).then(pl.lit("unreadable")).otherwise(pl.lit("value"))
    )
    return NumberColumn(
        true_values.zip_with(is_typed, from_text),
        true_states.to_series().zip_with(is_typed, states),
        odd & ~is_typed,
        sign,
        ambiguous,
        tuple(currencies),
    )


def may_be_thousands(text: str | None, own: DecimalSign) -> bool:
    """True for money such as `1,640` where the comma is the vendor's decimal sign: no coin has three decimals, so it may be thousands."""
    read, other = read_number(text, own), read_number(text, "," if own == "." else ".")
    differ = read.value is not None and other.value is not None and read.value != other.value
    return differ and read.value is not None and read.value.as_tuple().exponent == -3


def doubt_thousands(
    column: pl.Series, typed: pl.Series | None, read: NumberColumn, own: DecimalSign, spelling: Spelling | None = None
) -> NumberColumn:
    """Money that nothing but the vendor's own sign decided: texts that `may_be_thousands` stay 'ambiguous'."""
    if read.decimal != own:
        return read
    texts = column if typed is None else column.set(typed, None)
    if (spelling or spelling_of(texts.unique().to_list())).sign() != "ambiguous":
        return read
    open_ones = map_texts(texts, lambda text: may_be_thousands(text, own), pl.Boolean)
    return replace(read, values=read.values.set(open_ones, None), states=read.states.set(open_ones, "ambiguous"), ambiguous=True)


def _plainly(column: pl.Series, typed: pl.Series | None) -> pl.Series:
    """Values of the cells that are written as `123` or `-123.45`; null elsewhere. In a workbook only true numbers are that plain."""
    values = column.str.to_decimal(scale=9).cast(MONEY)
    shape = column.str.contains(PLAIN)
    keep = shape if typed is None else shape & typed
    return values.set(~keep.fill_null(False), None)


def _says_itself(column: pl.Series, measure: Literal["units", "amount"], spelling: Spelling | None) -> bool:
    """True where plain decimals can be nothing else: the column they belong to is known to have points, or does not leave it open."""
    if spelling is None:
        return not _could_be_grouped(column)
    return spelling.sign(measure) == "." or not column.str.contains(".", literal=True).any()


def _could_be_grouped(column: pl.Series) -> bool:
    """True when each plain decimal has three places, so that the point may be a thousands sign (`1.234`)."""
    fractions = column.filter(column.str.contains(".", literal=True))
    return len(fractions) > 0 and bool(fractions.str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$").all())


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(PLACES, ROUND_HALF_UP)


def _unwrap(text: str) -> tuple[str, bool, bool]:
    """The text without brackets, trailing minus and percent sign; whether those made it negative; whether it is a percentage."""
    bare = text.strip().lstrip("'").replace("−", "-").replace("\u2010", "-").replace("\u2011", "-").replace("–", "-").strip()
    negative = percent = False
    if bare.startswith("(") and bare.endswith(")"):
        bare, negative = bare[1:-1].strip(), True
    if bare.endswith("%"):
        bare, percent = bare[:-1].rstrip(), True
    if bare.endswith("-"):
        bare, negative = bare[:-1].rstrip(), not negative
    return bare.removeprefix("+").lstrip(), negative, percent


def _read_scientific(bare: str, negative: bool) -> NumberReading:
    if SCIENTIFIC.fullmatch(bare):
        value = Decimal(bare.replace(",", "."))
        if abs(value) < Decimal("1e20"):
            return NumberReading(-value if negative else value, "value")
    return NumberReading(None, "unreadable")


def _read_digits(number: str, decimal: DecimalSign | None) -> tuple[Decimal | None, State]:
    if decimal is not None:
        value = _read_as(number, decimal)
        return value, "value" if value is not None else "unreadable"
    point, comma = _read_as(number, "."), _read_as(number, ",")
    if point is not None and comma is not None and point != comma:
        return None, "ambiguous"
    value = point if point is not None else comma
    return value, "value" if value is not None else "unreadable"


def _read_as(number: str, decimal: DecimalSign) -> Decimal | None:
    if not any(sign.isdigit() for sign in number) or READ_AS[decimal].fullmatch(number) is None:
        return None
    digits = re.sub(rf"{GROUP}|{re.escape(',' if decimal == '.' else '.')}", "", number)
    return Decimal(digits.replace(",", ".")) if len(digits) <= 28 else None
