"""The words that ask for a report: every language whole, every fact in them, nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from core.mail.reminders import COUNTRIES, LANGUAGES, TEXTS, Missing, draft, language_of, period_words

MAY, JUNE = (date(2025, 5, 1), date(2025, 5, 31)), (date(2025, 6, 1), date(2025, 6, 30))


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_every_language_says_who_what_and_since_when(language: str) -> None:
    missing = Missing("Galilu", (MAY, JUNE), "Nordlys_sellout_Galilu_2025.xlsx", date(2025, 4, 30))
    subject, text = draft(missing, "NORDLYS Parfum", "Anna Berg", language)
    for words in ("Galilu", "Nordlys_sellout_Galilu_2025.xlsx", "30", "2025", "Anna Berg", "NORDLYS Parfum"):
        assert words in text
    assert "NORDLYS Parfum" in subject and "{" not in subject + text and period_words(MAY, language) in text
    assert len(text.split("\n\n")) == 4 and language in LANGUAGES


def test_one_and_several_reports_are_asked_for_in_their_own_words() -> None:
    one, many = (draft(Missing("Galilu", spans), "B", "A")[1] for spans in ((MAY,), (MAY, JUNE)))
    assert "your sell-out report for May 2025 yet" in one and "your sell-out reports for May 2025, June 2025 yet" in many


def test_nothing_is_said_of_a_last_file_where_there_is_none() -> None:
    assert "last file" not in draft(Missing("Galilu", (MAY,)), "B", "A")[1]


@pytest.mark.parametrize(
    ("country", "chosen", "language"), [("PL", None, "pl"), ("pl", None, "pl"), ("GB", None, "en"), (None, None, "en"), ("PL", "de", "de"), ("PL", "xx", "pl")]
)  # fmt: skip
def test_the_language_follows_the_country_unless_one_was_chosen(country: str | None, chosen: str | None, language: str) -> None:
    assert language_of(country, chosen) == language and set(COUNTRIES.values()) <= set(TEXTS)


@pytest.mark.parametrize(
    ("span", "language", "words"),
    [
        (MAY, "pl", "maj 2025"),
        ((MAY[0], JUNE[1]), "de", "Mai – Juni 2025"),
        ((date(2025, 6, 2), date(2025, 6, 8)), "en", "2–8 June 2025"),
        ((date(2024, 12, 1), date(2025, 1, 31)), "en", "December 2024 – January 2025"),
    ],
)
def test_periods_are_written_in_the_language(span: tuple[date, date], language: str, words: str) -> None:
    assert period_words(span, language) == words
