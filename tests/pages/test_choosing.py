from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sales.dimensions import DIMENSIONS
from core.sales.fiscal import FiscalCalendar
from core.sales.query import Filter, Period, parse_period
from pages.components.choosing import (
    ALIKE,
    CHANNELS,
    COMPARISONS,
    Choice,
    Known,
    default_period,
    narrowed,
    period_options,
    period_text,
    read,
    without,
    written,
)

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
        ({"compare": ["banana"]}, "“banana” is no comparison"),
        ({"alike": ["banana"]}, "“banana” is nothing to compare over"),
        ({"where": ["banana"]}, "“banana” is no filter"),
        ({"not": ["banana:1"]}, "There is no dimension “banana”"),
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


def named(dimension: str) -> st.SearchStrategy[Filter]:
    """A filter on names; on time a day, as any other text is explained and left out."""
    texts = ["2025-06-01", ""] if DIMENSIONS[dimension].kind == "date" else ["GB", "", "a:b", "Łódź"]
    return st.builds(
        Filter, st.just(dimension), st.lists(st.sampled_from(texts), min_size=1, max_size=2, unique=True).map(tuple), st.booleans()
    )


filters = st.sampled_from(sorted(DIMENSIONS)).flatmap(named)
choices = st.builds(
    Choice,
    st.builds(lambda one, other: Period(min(one, other), max(one, other)), days, days),
    st.sampled_from(list(CHANNELS)),
    st.lists(st.sampled_from(KNOWN.resellers), unique=True).map(tuple),
    st.sampled_from([*COMPARISONS, "2024-05", "2024-05-01/2024-05-24"]),
    st.sampled_from(list(ALIKE)),
    st.lists(filters, max_size=3, unique_by=lambda f: (f.dimension, f.exclude)).map(
        lambda f: tuple(sorted(f, key=lambda one: one.exclude))
    ),
)


@given(choices)
def test_a_choice_survives_the_url(choice: Choice) -> None:
    assert read(written(choice, KNOWN, TODAY), KNOWN, TODAY) == (choice, ())


def test_a_click_narrows_and_the_same_click_widens_again() -> None:
    one = narrowed(Choice(parse_period("2025")), "product", "Candle")
    assert one.filters == (Filter("product", ("Candle",)),)
    assert narrowed(one, "product", "Candle").filters == ()
    assert narrowed(one, "product", "Soap").filters == (Filter("product", ("Soap",)),)
    assert narrowed(one, "product", "not stated").filters == (Filter("product", ("",)),)
    assert narrowed(one, "product", "others") == one
    assert narrowed(one, "reseller", "Liberty").resellers == ("Liberty",)


def test_one_value_of_a_filter_is_taken_away_alone() -> None:
    choice = Choice(parse_period("2025"), filters=(Filter("country", ("GB", "PL")), Filter("country", ("GB",), exclude=True)))
    assert without(choice, "country", "GB", False).filters == (Filter("country", ("PL",)), Filter("country", ("GB",), exclude=True))
    assert without(choice, "country", "GB", True).filters == (Filter("country", ("GB", "PL")),)


def test_like_for_like_needs_a_comparison() -> None:
    assert Choice(parse_period("2025"), alike="stores").like_for_like == "stores"
    assert Choice(parse_period("2025"), alike="stores", compare="").like_for_like is None
    assert Choice(parse_period("2025"), compare="2023").comparison == parse_period("2023")


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
