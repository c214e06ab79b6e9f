"""Eighteen months of a small market, and reports over it."""

from __future__ import annotations

from datetime import date

import pytest

from core.reports.definition import monthly_report
from core.reports.rendering import build_content
from tests.sales.conftest import CANDLE, SAUNA, TUNDRA, Market
from tests.sales.conftest import market as market

MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)][:17]  # January 2024 to May 2025
TODAY = "2025-06-10"


@pytest.fixture
def filled(market: Market) -> Market:
    return market.once(_fill)


def _fill(market: Market) -> None:
    """Galilu and Skins SA by month through May 2025 (Galilu's May is missing), the web shop by day, one held row."""
    for number, month in enumerate(MONTHS):
        for ean, base in ((TUNDRA, 40), (SAUNA, 25), (CANDLE, 10)):
            units = base + (number * 7) % 11
            market.line("skins_sa", month, ean, units, f"{units * 52.333:.3f}")
            if month != "2025-05":
                market.line("galilu", month, ean, units // 2, f"{units // 2 * 61.17:.2f}")
        for order in range(4):
            market.order_line(f"{month}-{order}", f"{month}-{10 + order}", TUNDRA, 1 + order % 2, "84.50", payment_fee="1.20")
        market.order_line(f"{month}-0", f"{month}-10", CANDLE, -1 if number % 3 == 0 else 1, "-30.00" if number % 3 == 0 else "30.00")
    market.covers("skins_sa", *MONTHS)
    market.covers("galilu", *MONTHS[:-1])
    market.covers("online", *MONTHS)
    market.change_reseller("liberty", active_until="2023-12-31")
    market.held("skins_sa", "2025-05", 3, "120.00")
    market.fill_rollup()


@pytest.fixture
def monthly(filled, database, settings):
    """The monthly report of May 2025 with its figures."""
    return build_content(database, settings, monthly_report(), None, date.fromisoformat(TODAY))
