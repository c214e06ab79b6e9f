"""The calendar and the anomalies from a notebook: the same figures as everywhere."""

from datetime import date
from decimal import Decimal

from core.sales import equal_days
from core.settings import Settings
from core.workbench import Workbench
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

TODAY = date(2025, 7, 25)


def filled(market: Market, settings: Settings) -> Workbench:  # noqa: F811
    market.covers("online", "2024-01-01/2025-06-30")
    for day, net in (("2024-03-28", 200), ("2025-04-17", 206)):
        market.order_line(day, day, TUNDRA, 1, net)
    for period, net in (("2024-02", 2500), ("2025-02", 2400)):
        market.covers("galilu", period)
        market.line("galilu", period, TUNDRA, 1, net)
    market.held("galilu", "2025-02", 1, 90)
    market.fill_rollup()
    return Workbench(market.database, settings)


def test_events_and_trading_days_are_frames(market: Market, settings: Settings) -> None:  # noqa: F811
    wb = filled(market, settings)
    events = wb.events("2025-04", today=TODAY)
    assert events.filter(event="Easter").select("sales_eur_net", "change_aligned").row(0) == (206, Decimal("0.030000000"))
    days = wb.trading_days("2025-02", today=TODAY)
    assert days.filter(reseller="Galilu").select("trading_days", "trading_days_before", "change_on_equal_days").row(0) == (24, 25, 0)
    assert list(days.columns) == list(equal_days.equalised_frame(equal_days.Equalised(())).columns)


def test_anomalies_are_a_frame_with_the_largest_money_first(market: Market, settings: Settings) -> None:  # noqa: F811
    found = filled(market, settings).anomalies(TODAY)
    assert ("data", "Money in the inbox", Decimal("-90.00")) in found.select("reason", "kind", "size_eur_net").rows()
    assert found["size_eur_net"].abs().to_list() == sorted(found["size_eur_net"].abs().to_list(), reverse=True)
