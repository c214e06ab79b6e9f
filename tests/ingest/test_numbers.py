"""Every spelling of a number that occurs, read exactly; what reads two ways is asked."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.numbers import DecimalSign, decide_decimal, read_number, read_numbers

LOCALES: dict[str, DecimalSign] = {
    **dict.fromkeys(("en_GB", "en_US", "de_CH"), "."),
    **dict.fromkeys(("es_ES", "en_ZA", "pl_PL", "nl_NL", "lt_LT", "lv_LV", "uk_UA", "de_DE", "fr_FR", "sv_SE", "it_IT"), ","),
}
SPELLINGS = {
    "180,17": "180.17",
    "   4 478,26": "4478.26",
    "   4\u00a0478,26": "4478.26",
    "  -4\u202f478,26": "-4478.26",
    "£1\u00a0782,00": "1782.00",
    "£35,58": "35.58",
    "£1,782.00": "1782.00",
    "€ 180": "180",
    "€ −180": "-180",
    "€1\u00a0744,00": "1744.00",
    "180 €": "180",
    "1 015,00 zł": "1015.00",
    "R 5 150.00": "5150.00",
    "ZAR 12.5": "12.5",
    "(1)": "-1",
    "(£198,00)": "-198.00",
    "(1,234.50)": "-1234.50",
    "1.00-": "-1.00",
    "- 5": "-5",
    "-£5": "-5",
    "0": "0",
    "£0,00": "0",
    "76.0": "76",
    "218.0008": "218.0008",
    "180.165289": "180.165289",
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "1.234.567": "1234567",
    "1’234.50": "1234.50",
    "0,125": "0.125",
    "1E+3": "1000",
    "−18,8%": "-0.188",
    "-18.8 %": "-0.188",
}


@pytest.mark.parametrize(("text", "value"), SPELLINGS.items())
def test_spellings_of_a_number(text: str, value: str) -> None:
    assert read_number(text).value == Decimal(value)


@pytest.mark.parametrize("text", ["-", "–", "—", "n/a", "", "  ", "\u00a0", "NaN", "None", "null", "inf", None])
def test_spellings_of_nothing_are_no_zero(text: str | None) -> None:
    assert read_number(text).state == "absent" and read_number(text).value is None


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("#REF!", "error"),
        ("#N/A", "error"),
        ("abc", "unreadable"),
        ("12.34.56", "unreadable"),
        ("1 2 3", "unreadable"),
        ("--5", "unreadable"),
    ]
    + [(text, "ambiguous") for text in ("1.234", "1,234", "€ 1.744", "2,000")],
)
def test_what_is_no_certain_number(text: str, state: str) -> None:
    assert read_number(text).state == state


@pytest.mark.parametrize(
    ("text", "currency"), [("£5", "GBP"), ("5 €", "EUR"), ("PLY 12", "PLN"), ("R 5", "ZAR"), ("5 zł", "PLN"), ("5", None)]
)
def test_currency_signs_are_evidence(text: str, currency: str | None) -> None:
    assert read_number(text).currency == currency


@pytest.mark.parametrize("locale", LOCALES)
@given(value=st.decimals(-(10**9), 10**9, places=2))
def test_parsing_undoes_formatting_in_every_locale(locale: str, value: Decimal) -> None:
    assert read_number(format_decimal(value, "#,##0.00", locale), LOCALES[locale]).value == value


@given(st.lists(st.decimals(-(10**7), 10**7, places=2), min_size=1, max_size=30), st.sampled_from(sorted(LOCALES)))
def test_a_column_reads_like_its_cells(values: list[Decimal], locale: str) -> None:
    texts = [format_decimal(value, "#,##0.00", locale) for value in values]
    assert read_numbers(pl.Series(texts), decimal=LOCALES[locale]).values.to_list() == values


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=20))
def test_plain_decimals_read_alike_on_the_fast_and_the_exact_path(values: list[Decimal]) -> None:
    texts = [f"{value:f}" for value in values]
    assert read_numbers(pl.Series(texts)).values.to_list() == [read_number(text, ".").value for text in texts]


def test_one_value_decides_the_column() -> None:
    assert read_numbers(pl.Series(["1.234", "12,50"])).values.to_list() == [Decimal(1234), Decimal("12.5")]
    assert read_numbers(pl.Series(["1,234", "12.50"])).values.to_list() == [Decimal(1234), Decimal("12.5")]


def test_a_column_that_reads_two_ways_is_ambiguous_until_the_vendor_decides() -> None:
    column = pl.Series(["1.234", "2.500", "180"])
    assert read_numbers(column).ambiguous and read_numbers(column).values.to_list() == [None, None, Decimal(180)]
    assert read_numbers(column, decimal=",").values.to_list() == [Decimal(1234), Decimal(2500), Decimal(180)]


def test_units_with_three_decimals_are_units() -> None:
    assert read_numbers(pl.Series(["2,000", "-1,000", None]), measure="units").values.to_list() == [Decimal(2), Decimal(-1), None]
    assert decide_decimal(["2,000", "12,500"], "amount") == "ambiguous"


def test_values_that_can_be_read_one_way_each_may_be_mixed() -> None:
    numbers = read_numbers(pl.Series(["198.35", "198,35", None]))
    assert numbers.values.to_list() == [Decimal("198.35"), Decimal("198.35"), None] and not numbers.ambiguous


def test_true_numbers_beside_texts_need_no_guessing() -> None:
    numbers = read_numbers(pl.Series(["1.234", "180,17"]), pl.Series([True, False]))
    assert numbers.values.to_list() == [Decimal("1.234"), Decimal("180.17")] and numbers.as_text.to_list() == [False, True]


def test_errors_and_words_are_named_cell_by_cell() -> None:
    numbers = read_numbers(pl.Series(["1", "#REF!", "many", "-"]))
    assert numbers.states.to_list() == ["value", "error", "unreadable", "absent"] and numbers.unreadable.sum() == 2


def test_float_noise_is_rounded_at_the_ninth_place_only() -> None:
    assert read_numbers(pl.Series(["-4.100200000000001", "103.99569999999999"])).values.to_list() == [
        Decimal("-4.1002"),
        Decimal("103.9957"),
    ]
