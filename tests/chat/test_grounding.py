"""Figures in prose against the rows they speak of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from core.chat.grounding import check_numbers, checked_sentences, plain_text

FRAME = pl.DataFrame(
    {
        "reseller": ["Liberty", "Serum 30 Shop"],
        "month": [date(2025, 5, 1), date(2025, 5, 1)],
        "sales_eur_net": [Decimal("12345.67"), Decimal("4115.22")],
        "sales_eur_net_change_pct": [Decimal("0.254"), Decimal("-0.118")],
        "units": [300, 100],
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "Liberty sold 300 units for EUR 12,345.67 in May 2025.",
        "Liberty made 12,346 EUR, about 12.3k or €12.35k.",
        "Together they made 16,460.89 EUR.",
        "Liberty holds 75% of 16.5 thousand EUR.",
        "Liberty sold 200 units more.",
        "Liberty grew 25.4%, while the other fell 11.8 %.",
        "Liberty grew by 25 percent.",
        "The other declined by 12%.",
        "The two resellers sold 400 units.",
        "Serum 30 Shop sold 100 units.",
        "Sales rose.",
        "From 1 May 2025, that is 2025-05-01 or 2025-05.",
        "On May 1, 2025 it sold 300.",
        "",
    ],
)
def test_what_follows_from_the_rows_is_grounded(text: str) -> None:
    assert check_numbers(text, FRAME).unsupported == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Liberty sold 301 units.", "301"),
        ("Liberty made 12,345.68 EUR.", "12,345.68"),
        ("Liberty made 12.4k EUR.", "12.4k"),
        ("Liberty made 13 million EUR.", "13 million"),
        ("Liberty grew 26%.", "26%"),
        ("Liberty fell 25.4%.", "25.4%"),
        ("The other rose by 11.8%.", "11.8%"),
        ("Five resellers sold.", "five"),
        ("Sales in 2024 were lower.", "2024"),
        ("Liberty doubled its sales.", "doubled"),
        ("Reseller#9 leads.", "Reseller#9"),
        ("Liberty leads with 7 stores.", "7"),
        ("On 2 May 2025 it sold 300.", "-05-02"),
        ("Since 2025-04 it sold 300.", "2025-04"),
    ],
)
def test_what_does_not_follow_is_named(text: str, wrong: str) -> None:
    assert check_numbers(text, FRAME).unsupported == (wrong,)


def test_numbers_of_the_question_are_known() -> None:
    assert check_numbers("The top 5 of 2024.", FRAME, known=["Top 5 resellers in 2024"]).grounded


def test_how_many_figures_were_checked_is_told() -> None:
    assert check_numbers("300 units, 12,346 EUR and 75%.", FRAME).checked == 3


def test_a_stream_ends_before_the_first_sentence_that_is_not_proven() -> None:
    pieces = ["Liberty sold 300", " units. Together 4", "00 units were sold. Liberty has 9", "9 stores. It is good."]
    assert list(checked_sentences(pieces, FRAME)) == ["Liberty sold 300 units.", "Together 400 units were sold."]


def test_nothing_is_shown_when_the_first_sentence_is_wrong() -> None:
    assert list(checked_sentences(["Liberty sold 999 units. It sold 300 units."], FRAME)) == []


def test_a_decimal_point_does_not_end_a_sentence() -> None:
    assert list(checked_sentences(["Liberty made 12,345.", "67 EUR."], FRAME)) == ["Liberty made 12,345.67 EUR."]


def test_markup_links_and_invisible_characters_are_taken_out() -> None:
    text = "**Liberty** <script>x</script> [here](http://evil.example/?q=1) ![p](http://evil.example/p.png) `a`\n\u202ehttps://evil.example"
    assert plain_text(text) == "Liberty x here p a"
