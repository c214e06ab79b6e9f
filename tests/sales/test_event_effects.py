"""Around an event, against figures summed by hand and against the engine's own answer for the same two spans."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.sales import equal_days, event_effects
from core.sales.calendar_reading import Calendar, read_calendar
from core.sales.query import Filter, Period, SalesQuery, parse_period
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market, market  # noqa: F401

TODAY = date(2025, 6, 30)


def calendar_of(market: Market, period: str = "2025", where: tuple[Filter, ...] = ()) -> Calendar:  # noqa: F811
    return read_calendar(market.database, lambda query: run(market.database, query, None, TODAY), where, parse_period(period))


def sell_orders(market: Market, around: date, amounts: dict[int, int]) -> None:  # noqa: F811
    for offset, net in amounts.items():
        day = around + timedelta(days=offset)
        market.order_line(f"{day}", day.isoformat(), TUNDRA, 1, net)


@pytest.fixture
def shop(market: Market) -> Market:  # noqa: F811
    """The web shop around Easter 2024 (31 March) and 2025 (20 April): € 300 then € 309 in the fourteen days before, and on plain days."""
    market.covers("online", "2024-01-01/2025-06-30")
    sell_orders(market, date(2024, 3, 31), {-14: 100, -3: 200, -15: 5000, 2: 7000})
    sell_orders(market, date(2025, 4, 20), {-14: 103, -3: 206, -16: 5000, 3: 7000})
    sell_orders(market, date(2024, 4, 17), {0: 50})  # three days before the same date a year ago
    market.fill_rollup()
    return market


def test_the_days_around_easter_are_compared_with_the_days_around_easter(shop: Market) -> None:
    (found,) = (e for e in event_effects.effects(calendar_of(shop), parse_period("2025-04"), TODAY) if e.occurrence.event.key == "easter")
    assert (found.now, found.before, found.aligned) == (309, 300, Decimal("0.03"))
    assert found.same_dates == Decimal("309") / 50 - 1


def test_it_is_the_engines_own_figure(shop: Market) -> None:
    (found,) = event_effects.effects(calendar_of(shop), parse_period("2025-04-20"), TODAY)[:1]
    asked = SalesQuery(("sales_eur_net",), (), (), found.window, found.window_before)
    totals = run(shop.database, asked, None, TODAY).totals
    assert (totals["sales_eur_net_comparable"], totals["sales_eur_net_before"]) == (found.now, found.before)


def test_days_that_one_year_does_not_cover_are_not_compared(market: Market) -> None:  # noqa: F811
    market.covers("online", "2024-03-25/2024-05-31", "2025-01-01/2025-06-30")
    sell_orders(market, date(2024, 3, 31), {-3: 200})
    sell_orders(market, date(2025, 4, 20), {-14: 1000, -3: 206})
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market), parse_period("2025-04"), TODAY)
    (easter,) = (e for e in found if e.occurrence.event.key == "easter")
    assert (easter.now, easter.before) == (206, 200)
    drawn = event_effects.by_distance(calendar_of(market), easter)
    assert drawn.filter(distance=-14).row(0) == (-14, None, None)  # 17 March 2024 is not stated
    assert drawn.filter(distance=-3).row(0) == (-3, 206, 200) and (drawn["now"].sum(), drawn["before"].sum()) == (206, 200)


def test_weekly_files_are_compared_by_the_week_that_holds_the_event(market: Market) -> None:  # noqa: F811
    market.covers_weeks("liberty", "2024-01-07", "2025-06-29")
    for week, net in (("2024-03-25/2024-03-31", 400), ("2025-04-14/2025-04-20", 500), ("2024-04-15/2024-04-21", 900)):
        market.line("liberty", week, TUNDRA, 1, net)
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market), parse_period("2025-04"), TODAY, {"easter": (0, 0)})
    (easter,) = (e for e in found if e.occurrence.event.key == "easter")
    (part,) = easter.parts
    assert (part.grain, part.now, part.before, str(part.window)) == ("week", 500, 400, "2025-04-14/2025-04-20")
    assert (part.same_now, part.same_before) == (500, 900)


def test_christmas_week_is_the_week_of_the_day_in_each_year(market: Market) -> None:  # noqa: F811
    market.covers_weeks("liberty", "2023-12-03", "2024-12-29")
    for week, net in (("2023-12-25/2023-12-31", 300), ("2024-12-23/2024-12-29", 600), ("2023-12-18/2023-12-24", 9000)):
        market.line("liberty", week, TUNDRA, 1, net)
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market, "2024"), parse_period("2024-12"), TODAY, {"christmas": (0, 0)})
    assert [(e.now, e.before) for e in found if e.occurrence.event.key == "christmas"] == [(600, 300)]


def test_monthly_files_are_left_out_with_the_reason(market: Market) -> None:  # noqa: F811
    market.covers("galilu", "2024-04", "2025-04")
    market.line("galilu", "2025-04", TUNDRA, 1, 100)
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market), parse_period("2025-04"), TODAY)
    (easter,) = (e for e in found if e.occurrence.event.key == "easter")
    assert easter.left_out == (("Galilu", event_effects.MONTHS_ONLY),) and easter.aligned is None
    assert "no reseller can be compared" in event_effects.says(easter)


def test_a_reseller_whose_lines_state_days_is_compared_by_days(market: Market) -> None:  # noqa: F811
    market.covers("skins_sa", "2024-03", "2024-04", "2025-03", "2025-04")
    for period, day, net in (("2024-03", "2024-03-30", 80), ("2025-04", "2025-04-19", 100), ("2025-04", "2025-04-25", 999)):
        market.line("skins_sa", period, TUNDRA, 1, net, sale_date=date.fromisoformat(day))
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market), parse_period("2025-04"), TODAY)
    (easter,) = (e for e in found if e.occurrence.event.key == "easter")
    assert [(p.reseller, p.grain, p.now, p.before) for p in easter.parts] == [("Skins SA", "day", 100, 80)]


def test_monthly_files_with_days_give_one_figure_in_the_calendar_and_in_every_comparison(market: Market) -> None:  # noqa: F811
    market.covers("skins_sa", "2024-03", "2024-04", "2025-03", "2025-04")
    for period, day, net in (("2024-03", "2024-03-30", 80), ("2024-03", "2024-03-02", 500), ("2025-04", "2025-04-19", 100)):
        market.line("skins_sa", period, TUNDRA, 1, net, sale_date=date.fromisoformat(day))
    market.fill_rollup()
    found = event_effects.effects(calendar_of(market), parse_period("2025-04"), TODAY)
    (easter,) = (e for e in found if e.occurrence.event.key == "easter")
    totals = run(market.database, SalesQuery(("sales_eur_net",), (), (), easter.window, easter.window_before), None, TODAY).totals
    assert (totals["sales_eur_net_comparable"], totals["sales_eur_net_before"]) == (easter.now, easter.before) == (100, 80)


def test_the_few_lines_without_a_day_count_on_the_last_of_their_month_in_both(market: Market) -> None:  # noqa: F811
    market.covers("skins_sa", "2024-11", "2025-11")
    for number in range(60):
        market.line("skins_sa", "2024-11", TUNDRA, 1, 10, sale_date=date(2024, 11, 1 + number % 28))
    market.line("skins_sa", "2024-11", TUNDRA, 1, 7, sale_date=None)
    market.line("skins_sa", "2025-11", TUNDRA, 1, 9, sale_date=date(2025, 11, 28))
    market.fill_rollup()
    calendar = read_calendar(market.database, lambda q: run(market.database, q, None, date(2025, 12, 5)), (), parse_period("2025-11"))
    number = market.resellers["skins_sa"]
    assert calendar.grains[number] == "day" and calendar.days[number][date(2024, 11, 30)] == 7


def test_trading_days_are_those_of_the_compared_months_only(market: Market) -> None:  # noqa: F811
    market.covers("galilu", "2024-01", "2024-02", "2025-02")
    market.line("galilu", "2024-02", TUNDRA, 1, 2500)
    market.line("galilu", "2025-02", TUNDRA, 1, 2400)
    market.line("galilu", "2024-01", TUNDRA, 1, 9999)
    market.fill_rollup()
    query = SalesQuery(period=parse_period("2025-01/2025-02"), compare="prior_year")
    result = run(market.database, equal_days.trading_query(query), None, TODAY)
    (row,) = equal_days.equalise(result, calendar_of(market, "2025-01/2025-02"), TODAY).rows
    assert (row.days, row.days_before, row.calendar_days) == (24, 25, (28, 29))  # 29 February 2024 was a Thursday
    assert row.change == Decimal("-0.04") and row.adjusted == 0 and "files state months" in row.basis


def test_frames_carry_every_event_and_the_total(shop: Market) -> None:
    calendar = calendar_of(shop)
    events = event_effects.effects_frame(event_effects.effects(calendar, parse_period("2025-01/2025-06"), TODAY))
    assert events.filter(event="Easter")["change_aligned"].to_list() == [Decimal("0.030000000")]
    query = SalesQuery(period=parse_period("2025-04"), compare="prior_year")
    frame = equal_days.equalised_frame(
        equal_days.equalise(run(shop.database, equal_days.trading_query(query), None, TODAY), calendar, TODAY)
    )
    assert frame["reseller"].to_list() == ["Online", "Total"] and frame["trading_days"].to_list() == [Decimal(30), None]


def test_a_window_is_asked_of_a_scope_without_rows(shop: Market) -> None:
    scope = (shop.resellers["galilu"],)
    calendar = read_calendar(shop.database, lambda q: run(shop.database, q, scope, TODAY), (), parse_period("2025"), scope)
    assert calendar.senders == () and event_effects.effects_frame(event_effects.effects(calendar, Period(TODAY, TODAY), TODAY)).is_empty()
