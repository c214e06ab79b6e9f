from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.sales.arrivals import Usual, usual

END = date(2025, 5, 31)


def arrivals(*lags: int) -> list[tuple[date, date]]:
    return [(END + timedelta(days=31 * n), END + timedelta(days=31 * n + lag)) for n, lag in enumerate(lags)]


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ((5, 6, 5, 20), Usual(6, 4)),
        ((5, 5), None),  # too few to say
        ((5, 300, 5, -2, 6), Usual(5, 3)),  # history loaded later, and a running month, say nothing
        ((), None),
        (tuple(range(20)), Usual(14, 12)),  # the newest twelve
    ],
)
def test_the_usual_day_is_the_middle_of_the_newest_arrivals(lags: tuple[int, ...], expected: Usual | None) -> None:
    assert usual(arrivals(*lags), 45) == expected
