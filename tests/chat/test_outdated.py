"""An answer that was given before says what was restated since, of its own periods and resellers only."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.chat.outdated import SAID, in_words, later
from core.sales.covered import Covered, Sender
from core.sales.query import build_query, parse_period
from core.sales.restated import Restated

ASKED = datetime(2025, 6, 1, tzinfo=UTC)
COVERED = Covered((Sender(1, "Galilu", "galilu", "monthly"), Sender(2, "Liberty", "liberty", "weekly")))


def one(period: str = "2025-04", day: int = 10, reseller: str = "Galilu") -> Restated:
    stored = datetime(2025, 6, day, tzinfo=UTC)
    return Restated(reseller, 1, parse_period(period), 12, "b.xlsx", stored, 10, 13, Decimal(1000), Decimal(1212))


@pytest.mark.parametrize(
    ("question", "found", "told"),
    [
        ({"period": "2025-04"}, one(), True),
        ({"period": "2025"}, one(), True),
        ({"period": "2025-05"}, one(), False),
        ({"period": "2026-04", "compare": "prior_year"}, one(), True),
        ({"period": "2025-05", "compare": "prior_period"}, one(), True),
        ({"period": "2026-04", "compare": "2025-05"}, one(), False),
        ({}, one(), True),
        ({"period": "2025-04", "where": {"reseller": "liberty"}}, one(), False),
        ({"period": "2025-04", "where": {"not reseller": "Liberty"}}, one(), True),
        ({"period": "2025-04", "where": {"reseller": "Liberty"}}, one(reseller="Liberty"), True),
    ],
)
def test_an_answer_is_outdated_by_what_restates_its_own_periods_and_resellers(question, found, told) -> None:
    assert later(build_query("units", (), **question), ASKED, (found,), COVERED) == ((found,) if told else ())


def test_what_was_restated_before_the_answer_is_in_it() -> None:
    assert later(build_query("units", (), period="2025-04"), datetime(2025, 6, 10, tzinfo=UTC), (one(),), COVERED) == ()


def test_a_sentence_has_the_old_value_the_new_one_and_the_file() -> None:
    (text,) = in_words((one(),))
    assert text.replace("\u202f", " ") == (
        "Restated since this answer: Galilu April 2025, 10 → 13 units, € 1 000 → € 1 212, by “b.xlsx” (upload 12)."
    )
    assert in_words([one()] * (SAID + 2))[-1] == "And 2 more periods of it; ask again for the figures of today."
    assert in_words(()) == ()
