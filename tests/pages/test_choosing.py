from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.fiscal import FiscalCalendar
from core.sales.query import Filter, Period, parse_period
from pages.components.choosing import CHANNELS, Choice, Known, default_period, period_options, period_text, read, written

TODAY = date(2026, 11, 22)
KNOWN = Known(date(2024, 1, 1), date(2025, 5, 31), ("Creme de la Creme", "Galilu", "Liberty"))
EMPTY = Known(None, None, ())
days = st.dates(date(2020, 1, 1), date(2027, 12, 31))


def test_an_empty_url_means_the_year_so_far_of_everything() -> None:
    choice, problems = read({}, KNOWN, TODAY)
    assert (choice, problems) == (Choice(parse_period("2025-01/2025-05")), ())
    assert choice.words == "Jan–May 2025"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"period": ["banana"]}, "“banana” is no period"),
        ({"period": ["2025-13"]}, "is no period"),
        ({"period": ["2025-06/2025-01"]}, "ends"),
        ({"channel": ["x"]}, "“x” is no channel"),
        ({"reseller": ["Nobody"]}, "There is no reseller “Nobody”"),
    ],
)
def test_a_hand_edited_url_is_explained(parameters: dict[str, list[str]], sentence: str) -> None:
    choice, problems = read(parameters, KNOWN, TODAY)
    assert sentence in problems[0]
    assert choice == read({}, KNOWN, TODAY)[0]


def test_a_fiscal_period_in_the_url_is_that_of_the_brand() -> None:
    choice, problems = read({"period": ["FY2025-Q1"]}, KNOWN, TODAY, FiscalCalendar(4))
    assert (choice.period, problems) == (parse_period("2024-04/2024-06"), ())


def test_the_rest_of_a_bad_url_is_used() -> None:
    choice, problems = read({"period": ["banana"], "reseller": ["liberty", "Foo"], "channel": ["own-shop"]}, KNOWN, TODAY)
    assert choice.resellers == ("Liberty",) and choice.channel == "own-shop" and len(problems) == 2


def test_channels_keep_the_two_cuts_apart() -> None:
    where = Choice(parse_period("2025"), "reseller-online", ("Liberty",)).where
    assert where == (Filter("channel", ("online",)), Filter("source", ("sell-out",)), Filter("reseller", ("Liberty",)))


@given(days, days, st.sampled_from(list(CHANNELS)), st.lists(st.sampled_from(KNOWN.resellers), unique=True))
def test_a_choice_survives_the_url(one: date, other: date, channel: str, resellers: list[str]) -> None:
    choice = Choice(Period(min(one, other), max(one, other)), channel, tuple(resellers))
    assert read(written(choice, KNOWN, TODAY), KNOWN, TODAY) == (choice, ())


@given(days, days)
def test_the_short_text_of_a_period_is_read_back(one: date, other: date) -> None:
    period = Period(min(one, other), max(one, other))
    assert parse_period(period_text(period)) == period


@pytest.mark.parametrize("known", [KNOWN, EMPTY])
def test_the_default_is_the_first_option(known: Known) -> None:
    options = period_options(known, TODAY)
    assert next(iter(options)) == period_text(default_period(known, TODAY))
    assert all(parse_period(text) for text in options)


def test_options_reach_back_to_the_first_data() -> None:
    options = period_options(KNOWN, TODAY)
    assert {"2024", "2025", "2025-05", "2024-06/2025-05"} <= set(options) and "2023" not in options
