"""Texts for comparison, absent values, EANs, line kinds."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.normalising import (
    ABSENT,
    ean_variants,
    fold,
    fold_column,
    is_absent,
    line_kind,
    present_column,
    read_ean,
    read_eans,
    read_flag,
)
from core.ingest.shapes import MONEY

EAN = "9524001001008"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GALERIA NORTE", "Galería  Norte "),
        ("Poznan", "Poznań"),
        ("WOOLEN STORM  świeca\u00a0zapachowa 290 g", "woolen storm swieca zapachowa 290 G"),
        ("Manufaktura Łódź", "manufaktura lodz"),
        ("Zoe\u0301", "Zoé"),
        ("NLxF100", "NLXF100"),
    ],
)
def test_spellings_that_compare_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text("abŁé  -", max_size=5) | st.none(), max_size=8))
def test_a_column_folds_like_its_texts(texts: list[str | None]) -> None:
    assert fold_column(pl.Series(texts, dtype=pl.String)).to_list() == [None if text is None else fold(text) for text in texts]


@given(st.lists(st.sampled_from([*ABSENT, "0", " NaN\u00a0", "\u200b", "Nona", "x-", "N/A ", "\x1f"]) | st.text(max_size=4), max_size=10))
def test_a_column_and_its_cells_agree_on_what_says_nothing(texts: list[str]) -> None:
    expected = [None if is_absent(text) else text for text in texts]
    assert present_column(pl.Series(texts, dtype=pl.String)).to_list() == expected


def test_a_zero_is_a_value() -> None:
    assert not is_absent("0") and not is_absent("0.00")


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("1", True), ("Yes", True), ("FALSE", False), ("0", False), ("", None), ("?", None)]
)
def test_flags(text: str, flag: bool | None) -> None:
    assert read_flag(text) is flag


@pytest.mark.parametrize("text", [f"{EAN}.0", f"'{EAN}", "9.524001001008E+12", "9,524001001008E+12", f'="{EAN}"', "952-4001-001008"])
def test_an_ean_in_another_spelling_keeps_its_digits(text: str) -> None:
    assert (read_ean(text).ean, read_ean(text).rule) == (EAN, "ean_format")


def test_blanks_around_an_ean_are_nothing_to_mention() -> None:
    assert (read_ean(f" {EAN}\u00a0").ean, read_ean(EAN).rule) == (EAN, None)


@pytest.mark.parametrize("text", ["9.52E+12", "8,41E+11", "8410000000000", "9.5240010010E+12"])
def test_lost_digits_are_never_guessed(text: str) -> None:
    assert (read_ean(text).ean, read_ean(text).rule) == (None, "ean_lost_digits")


@pytest.mark.parametrize("text", ["None", "nan", "0", "0000000000000", "", " ", "-", None])
def test_no_ean_is_no_key(text: str | None) -> None:
    assert read_ean(text).ean is None and read_ean(text).rule is None


def test_a_wrong_check_digit_is_only_mentioned() -> None:
    assert (read_ean("9524001998877").ean, read_ean("9524001998877").rule) == ("9524001998877", "ean_check_digit")


def test_short_codes_are_never_padded() -> None:
    assert read_ean("54400112233").ean is None and read_ean("4006381333").ean is None


def test_a_upc_and_an_outer_gtin_find_the_item() -> None:
    assert ean_variants("036000291452") == ("036000291452", "0036000291452")
    assert EAN in ean_variants("19524001001005")


def test_eans_of_a_column_read_like_their_cells() -> None:
    eans, rules = read_eans(pl.Series([EAN, None, "9.52E+12", EAN]))
    assert eans.to_list() == [EAN, None, None, EAN] and rules.to_list() == [None, None, "ean_lost_digits", None]


@pytest.mark.parametrize(
    ("product", "units", "amount", "kind"),
    [
        ("tester", 1, "0", "tester"),
        ("tester", 2, "52", "tester"),
        ("tester", -1, "0", "return"),
        ("tester", 1, "-5", "adjustment"),
        ("full", -1, "-180.17", "return"),
        ("full", -1, "180.17", "return"),
        ("full", 0, "-180.17", "adjustment"),
        ("full", 5, "0", "sample"),
        ("full", 5, "-3", "adjustment"),
        ("full", 1, "180.17", "sale"),
        (None, 3, None, "sale"),
        (None, None, "100", "sale"),
        (None, -2, None, "return"),
        ("tester", 4, None, "tester"),
    ],
)
def test_one_rule_decides_the_kind_of_a_line(product: str | None, units: int | None, amount: str | None, kind: str) -> None:
    row = pl.DataFrame(
        {"p": [product], "q": [units], "a": [None if amount is None else Decimal(amount)]},
        schema={"p": pl.String, "q": pl.Int64, "a": MONEY},
    )
    assert row.select(line_kind(pl.col("p"), pl.col("q"), pl.col("a"))).item() == kind
