from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from core.errors import BadQuestion
from core.sales.covered import Covered, Sender
from core.sales.nowcasting import nowcast_query, nowcasts
from core.sales.query import Period, Result
from core.sales.running_forecasts import ForecastQuestion, run_forecast
from tests.sales.conftest import CANDLE, TUNDRA

SHOP = Sender(4, "Online", "online", "monthly")
GALILU = Sender(2, "Galilu", "galilu", "monthly")


def told(days: dict[date, int], through: date, today: date, sender: Sender = SHOP, first: date = date(2023, 1, 1)):
    frame = pl.DataFrame(
        {"reseller": [sender.name] * len(days), "day": list(days), "sales_eur_net": [Decimal(v) for v in days.values()]},
        schema={"reseller": pl.String, "day": pl.Date, "sales_eur_net": pl.Decimal(38, 9)},
    )
    result = Result(nowcast_query("sales_eur_net", (), through), frame, {}, "", 1, None)
    return nowcasts(result, Covered((sender,), {sender.reseller_id: (Period(first, through),)}), today)


def every_day(through: date, value=lambda day: 10, first: date = date(2023, 1, 1)) -> dict[date, int]:
    return {first + timedelta(days=i): value(first + timedelta(days=i)) for i in range((through - first).days + 1)}


def test_what_is_sold_so_far_is_divided_by_its_usual_part():
    """Every day 10: 15 of 30 days are half of June; each tested month came out exactly."""
    (june,) = told(every_day(date(2025, 6, 15)), date(2025, 6, 15), date(2025, 6, 20))
    assert (june.so_far, june.expected, june.month) == (
        150,
        pytest.approx(Decimal(300), abs=4),
        Period(date(2025, 6, 1), date(2025, 6, 30)),
    )
    assert june.tests == 12 and june.error < 0.03 and june.low <= june.expected <= june.high


def test_a_month_that_sells_late_is_not_divided_by_its_days():
    """10 a day, 100 on each of the last five: half of the days are far less than half of the month."""
    late = every_day(date(2025, 6, 15), lambda day: 100 if (day + timedelta(days=5)).month != day.month else 10)
    (june,) = told(late, date(2025, 6, 15), date(2025, 6, 15))
    assert june.expected == pytest.approx(Decimal(25 * 10 + 5 * 100), rel=Decimal("0.06"))


def test_its_error_stands_beside_that_of_last_years_month():
    growing = every_day(date(2025, 6, 15), lambda day: 10 + (day - date(2023, 1, 1)).days // 30)
    (june,) = told(growing, date(2025, 6, 15), date(2025, 6, 15))
    assert june.knows_better and june.last_year_error > 5 * june.error


def test_the_range_never_falls_below_what_is_sold_already():
    wild = every_day(date(2025, 6, 29), lambda day: (day.toordinal() * 7919) % 400)
    (june,) = told(wild, date(2025, 6, 29), date(2025, 6, 29))
    assert june.so_far <= june.low


@pytest.mark.parametrize("first", [0, -40])
def test_a_month_without_a_sale_so_far_is_not_foretold_as_nothing(first: int):
    day = date(2025, 6, 1)
    assert told(every_day(day) | {day: first}, day, day) == ()


def test_nothing_after_the_day_is_used():
    days = every_day(date(2025, 6, 30))
    (known,) = told({d: v for d, v in days.items() if d <= date(2025, 6, 10)}, date(2025, 6, 10), date(2025, 6, 10))
    (poisoned,) = told({d: v if d <= date(2025, 6, 10) else 9999 for d, v in days.items()}, date(2025, 6, 10), date(2025, 6, 10))
    assert known == poisoned


def test_monthly_reports_a_complete_month_and_a_short_history_have_none():
    june = date(2025, 6, 15)
    assert told(every_day(june), june, june, GALILU) == ()
    assert told(every_day(date(2025, 5, 31)), date(2025, 5, 31), june) == ()
    young = date(2025, 3, 1)
    assert told(every_day(june, first=young), june, june, first=young) == ()


def test_february_of_a_leap_year_is_cut_at_the_same_part_of_its_days():
    (march,) = told(every_day(date(2024, 3, 31)) | {}, date(2024, 3, 30), date(2024, 3, 30), first=date(2023, 1, 1))
    assert march.so_far == 300 and march.expected == pytest.approx(Decimal(310), abs=4)


def orders_of_a_shop(market, twice: bool):
    """Two orders on each tenth and twentieth, from July 2024; with `twice` one order of May 2025 has a line on a second day."""
    numbers = [(2024, month) for month in range(7, 13)] + [(2025, month) for month in range(1, 7)]
    for year, month in numbers:
        for day in (10, 20) if (year, month) != (2025, 6) else (10,):
            for n in range(2):
                market.order_line(f"{year}{month}-{day}-{n}", f"{year}-{month:02d}-{day}", TUNDRA, 1, 50)
    if twice:
        market.order_line("20255-10-0", "2025-05-11", CANDLE, 1, 30)
    market.covers("online", "2024-07-01/2025-06-12")
    return run_forecast(market.database, ForecastQuestion("orders"), None, date(2025, 6, 12))


def test_orders_of_one_day_each_make_a_running_month(market):
    outlook = orders_of_a_shop(market, twice=False)
    (june,) = outlook.running
    assert (june.so_far, june.expected, outlook.not_told) == (2, 4, "")


def test_orders_with_lines_on_several_days_are_not_counted_twice_but_named(market):
    outlook = orders_of_a_shop(market, twice=True)
    assert outlook.running == ()
    assert outlook.not_told == (
        "The running month is not told: 1 order of Online would count twice, having lines on several days. Ask for revenue or units."
    )


def test_orders_have_no_parts_by_product(market):
    with pytest.raises(BadQuestion, match="several products"):
        run_forecast(market.database, ForecastQuestion("orders", part="category"), None, date(2025, 6, 12))
