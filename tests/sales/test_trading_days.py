"""Trading days against a calendar on the wall, weights against figures made to carry them."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.sales.query import Period, parse_period
from core.sales.relative import relative_change
from core.sales.trading_days import (
    LEVEL,
    PLAIN,
    Equalised,
    TradingDays,
    basis_words,
    count_days,
    is_holiday,
    learn_weights,
    public_holidays,
)


def days_of(period: Period, weights: tuple[int, ...], holiday: int | None = None, country: str | None = None) -> dict[date, Decimal]:
    found = {}
    for n in range(period.days):
        day = period.start + timedelta(days=n)
        closed = holiday is not None and is_holiday(day, country)
        found[day] = Decimal(holiday if closed and holiday is not None else weights[day.weekday()])
    return found


def test_plain_selling_days_are_counted_as_on_the_wall() -> None:
    # Poland: April 2025 has 26 days Mon–Sat, Easter Monday is one of them; April 2024 had 26, Easter Monday the 1st is one of them.
    assert count_days([parse_period("2025-04")], PLAIN, "PL") == 25
    assert count_days([parse_period("2024-04")], PLAIN, "PL") == 25
    # March 2024: 26 Mon–Sat; 2025: 26. May: 27 (3 May is a Saturday, 1 May a Thursday) − 2 in 2025; 27 − 2 in 2024 (1 and 3 May, Corpus Christi 30) − 1.
    assert [count_days([parse_period(month)], PLAIN, "PL") for month in ("2025-05", "2024-05")] == [25, 24]


def test_the_leap_day_is_one_more_selling_day() -> None:
    assert [count_days([parse_period(month)], PLAIN, "NL") for month in ("2024-02", "2025-02")] == [25, 24]


def test_england_closes_on_easter_monday() -> None:
    assert is_holiday(date(2025, 4, 21), "GB") and not is_holiday(date(2025, 4, 22), "GB")


def test_a_country_nobody_knows_has_no_holidays_and_says_so() -> None:
    assert public_holidays("QQ", 2025) == {} and public_holidays(None, 2025) == {}
    assert "no public holidays are known for QQ in 2025" in basis_words(PLAIN, "QQ", "month", [2025])


def test_weights_are_the_weekdays_share_of_their_week() -> None:
    year = parse_period("2025-02/2025-10")
    learned = learn_weights(days_of(year, (1, 1, 1, 1, 2, 5, 3)), [year], None)
    assert learned.weekdays == (Decimal("0.5000"),) * 4 + (Decimal("1.0000"), Decimal("2.5000"), Decimal("1.5000")) and learned.learned


def test_a_growing_shop_has_the_same_weights() -> None:
    weeks = parse_period("2025-02-03/2025-10-26")
    grown = {day: value * (1 + (day - weeks.start).days // 7) for day, value in days_of(weeks, (1, 1, 1, 1, 2, 5, 3)).items()}
    assert learn_weights(grown, [weeks], None).weekdays[5] == Decimal("2.5000")


def test_a_closed_holiday_weighs_nothing_once_enough_were_seen() -> None:
    years = parse_period("2024-01/2025-12")
    learned = learn_weights(days_of(years, (2, 2, 2, 2, 2, 2, 2), holiday=0, country="PL"), [years], "PL")
    assert learned.holiday == 0 and learned.holidays_seen >= 4


def test_too_few_weeks_teach_nothing() -> None:
    short = parse_period("2025-02-03/2025-03-30")
    assert learn_weights(days_of(short, (1,) * 7), [short], "NL") == PLAIN
    assert learn_weights(days_of(short, (1,) * 7), [short], None) == LEVEL


def test_the_weeks_of_black_friday_and_new_year_teach_nothing() -> None:
    year = parse_period("2025-02/2026-01")
    wild = days_of(year, (1,) * 7)
    for day in (date(2025, 11, 28), date(2025, 12, 24), date(2026, 1, 1)):
        wild[day] = Decimal(500)
    assert learn_weights(wild, [year], None).weekdays == (Decimal("1.0000"),) * 7


def row(now: int, before: int, days: int, days_before: int) -> TradingDays:
    return TradingDays("A", "NL", Decimal(now), Decimal(before), Decimal(days), Decimal(days_before), (days, days_before), "", PLAIN)


def test_a_change_that_is_all_days_is_no_change_on_equal_days() -> None:
    one = row(1040, 1000, 26, 25)
    assert (one.change, one.adjusted) == (Decimal("0.04"), Decimal(0))


def test_the_total_adds_up_resellers_on_their_own_days() -> None:
    both = Equalised((row(1040, 1000, 26, 25), row(500, 500, 20, 20)))
    assert both.adjusted == 0 and both.change == relative_change(Decimal(1540), Decimal(1500))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 40))
def test_equal_days_leave_the_change_alone(now: int, before: int, days: int) -> None:
    one = row(now, before, days, days)
    assert one.adjusted is not None and one.change is not None and abs(one.adjusted - one.change) < Decimal("1e-18")
