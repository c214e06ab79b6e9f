"""How much of a week, a month or a quarter a reseller has stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.sales.carrying import reach_of
from core.sales.covered import Covered, Sender
from core.sales.query import parse_period

SKINS = Sender(4, "Skins SA", "skins_sa", "monthly", dated=True)
MONTH, QUARTER, WEEK = "2025-05", "2025-04-01/2025-06-30", "2025-05-05/2025-05-11"


@pytest.mark.parametrize(
    ("stated", "slot", "dated", "by_span"),
    [
        (MONTH, WEEK, "whole", "coarse"),
        (MONTH, "2025-05-26/2025-06-01", "part", "coarse"),
        (MONTH, MONTH, "whole", "whole"),
        (QUARTER, MONTH, "coarse", "coarse"),
        (QUARTER, WEEK, "coarse", "coarse"),
        (QUARTER, QUARTER, "whole", "whole"),
    ],
)
def test_lines_that_state_their_day_stand_in_the_weeks_of_their_month_and_in_no_month_of_a_quarter(stated, slot, dated, by_span) -> None:
    for sender, expected in ((SKINS, dated), (replace(SKINS, dated=False), by_span)):
        covered = Covered((sender,), {4: (parse_period(stated),)})
        assert reach_of(sender, covered, parse_period(slot), date(2025, 7, 15)) == expected
