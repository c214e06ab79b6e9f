"""Text as people type it → text that can be compared: folding, absent values, product keys, line kinds. Numbers: `numbers`; dates: `dates`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import polars as pl
from stdnum import ean as stdnum_ean

from core.catalogue.folding import collapse as collapse
from core.catalogue.folding import fold as fold

ABSENT = {"", "-", "–", "—", "--", "n/a", "n.a.", "#n/a n/a", "nan", "none", "null", "nil", "inf", "-inf", "nat", "undefined"}
BLANKS = r"[\s\x1C-\x1F\u{200B}-\u{200F}\u{2060}\u{FEFF}\u{AD}]*"  # the separators of files and records are blanks to Python alone
ABSENT_TEXT = r"(?i)^" + BLANKS + "(?:" + "|".join(map(re.escape, sorted(ABSENT))) + ")" + BLANKS + "$"
CELL_ERRORS = ("#ref!", "#n/a", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#getting_data", "#spill!", "#calc!")
YES, NO = {"true", "1", "yes", "y", "wahr", "vrai", "x"}, {"false", "0", "no", "n", "falsch", "faux"}

EAN_LENGTHS = (8, 12, 13, 14)


def is_absent(text: str | None) -> bool:
    """True for an empty cell and for the spellings of one: blanks, `-`, `n/a`, `nan`, `None`, `null`. A zero is a value."""
    return text is None or collapse(text).casefold() in ABSENT


def is_error(text: str | None) -> bool:
    """True for the text of an error cell such as `#REF!`."""
    return text is not None and text.startswith("#") and text.strip().casefold() in CELL_ERRORS


def present(text: str | None) -> str | None:
    """`text` as printed, None where it says nothing."""
    return None if is_absent(text) else text


def read_flag(text: str | None) -> bool | None:
    """`true`, `1`, `Yes` → True; `false`, `0`, `No` → False; anything else → None."""
    word = fold(text or "")
    return True if word in YES else False if word in NO else None


def map_texts(column: pl.Series, read: Callable[[str | None], Any], dtype: Any) -> pl.Series:
    """`read` applied to each different text of `column` once; the way to use exact Python on a long column."""
    unique = column.unique()
    values = pl.Series([read(text) for text in unique.to_list()], dtype=dtype)
    pairs = pl.DataFrame({"text": unique, "value": values})
    return (
        pl.DataFrame({"text": column})
        .join(pairs, on="text", how="left", nulls_equal=True, maintain_order="left")["value"]
        .alias(column.name)
    )


def fold_column(column: pl.Series) -> pl.Series:
    """`fold` of a String column; null stays null."""
    return map_texts(column, lambda text: None if text is None else fold(text), pl.String)


def present_column(column: pl.Series) -> pl.Series:
    """The column with null where `is_absent` holds, all other texts as printed; no Python object per cell."""
    return column.set(column.str.contains(ABSENT_TEXT).fill_null(False), None)


@dataclass(frozen=True)
class EanReading:
    """The digits of one EAN cell (8, 12, 13 or 14 of them) or None, and the rule it met: `ean_format`, `ean_lost_digits`, `ean_check_digit`.

    `ean_format` without digits: the text is no EAN at all. No rule and no digits: the cell says nothing.
    """

    ean: str | None
    rule: str | None = None


NO_EAN = EanReading(None)


@lru_cache(maxsize=1 << 16)
def read_ean(text: str | None) -> EanReading:
    """The EAN of one cell. Digits are never guessed and never padded.

    >>> read_ean("9524001001008.0").ean, read_ean("9.524001001008E+12").ean, read_ean("9.52E+12").rule
    ('9524001001008', '9524001001008', 'ean_lost_digits')
    """
    if text is None or is_absent(text):
        return NO_EAN
    bare = re.sub(r"[\s'\"`’\u00a0-]", "", collapse(text)).removeprefix("=")
    if not bare.strip("0.,"):
        return NO_EAN
    digits = _ean_digits(bare)
    if digits is None:
        return EanReading(None, "ean_lost_digits" if re.fullmatch(r"\d([.,]\d+)?[eE]\+?\d{1,2}", bare) else "ean_format")
    valid = is_valid_ean(digits)
    if digits.endswith("0000000") and not valid:
        return EanReading(None, "ean_lost_digits")
    return EanReading(digits, ("ean_format" if digits != text.strip() else None) if valid else "ean_check_digit")


def _ean_digits(bare: str) -> str | None:
    """The digits of a spelling that keeps all of them, None otherwise."""
    if (plain := re.fullmatch(r"(\d+)(?:[.,]0+)?", bare)) is not None:
        return plain[1] if len(plain[1]) in EAN_LENGTHS else None
    scientific = re.fullmatch(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})", bare)
    if scientific is None or len(scientific[2]) != int(scientific[3]):
        return None
    digits = scientific[1] + scientific[2]
    return digits if len(digits) in EAN_LENGTHS else None


def is_valid_ean(digits: str) -> bool:
    """True when the check digit of an EAN-8, UPC-A, EAN-13 or GTIN-14 is right."""
    return len(digits) in EAN_LENGTHS and bool(stdnum_ean.is_valid(digits))


def ean_variants(ean: str) -> tuple[str, ...]:
    """The spellings under which a catalogue may know the item: a UPC-A with a leading 0, the inner item of a GTIN-14."""
    if len(ean) == 12:
        return (ean, f"0{ean}")
    if len(ean) == 14:
        return (ean, f"{ean[1:13]}{stdnum_ean.calc_check_digit(ean[1:13])}")
    return (ean, ean[1:]) if len(ean) == 13 and ean.startswith("0") else (ean,)


def read_eans(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """(`ean`, `rule`) of a String column, both String: `read_ean` on each different text."""
    return map_texts(column, lambda text: read_ean(text).ean, pl.String), map_texts(column, lambda text: read_ean(text).rule, pl.String)


def ean_column(column: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(text, `ean`, `rule`) of an EAN column; the text is null where the cell says nothing (blank, `None`, `nan`, `0`)."""
    ean, rule = read_eans(column)
    return present_column(column).set(ean.is_null() & rule.is_null(), None), ean, rule


def line_kind(product_kind: pl.Expr, quantity: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """Kind of a fact, one rule for every vendor: sale, return, tester, sample, adjustment.

    `product_kind` of the catalogue (null: unknown product); `quantity` signed units and `amount` stated money, null where the view states
    none. The first rule that fits: tester (nothing negative) · units < 0 → return · no units but money → adjustment · units for 0 → sample ·
    units for negative money → adjustment · else sale (also facts that state only units or only money).
    """
    zero = pl.lit(Decimal(0))
    free = (quantity >= 0).fill_null(True) & ~(amount < zero).fill_null(False)
    return (
        pl.when((product_kind == "tester").fill_null(False) & free)
        .then(pl.lit("tester"))
        .when((quantity < 0).fill_null(False))
        .then(pl.lit("return"))
        .when((quantity == 0).fill_null(False) & (amount != zero).fill_null(False))
        .then(pl.lit("adjustment"))
        .when((quantity > 0).fill_null(False) & (amount == zero).fill_null(False))
        .then(pl.lit("sample"))
        .when((quantity > 0).fill_null(False) & (amount < zero).fill_null(False))
        .then(pl.lit("adjustment"))
        .otherwise(pl.lit("sale"))
    )
