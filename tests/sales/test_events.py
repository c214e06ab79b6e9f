"""Days of events against almanacs: fixed, by rule, by country."""

from datetime import date

import pytest

from core.sales.events import BY_KEY, black_friday, mothers_day_in_france, occurrences, orthodox_easter, western_easter
from core.sales.query import parse_period


def test_both_easters_fall_where_the_almanac_says() -> None:
    assert [western_easter(year) for year in (2023, 2024, 2025)] == [date(2023, 4, 9), date(2024, 3, 31), date(2025, 4, 20)]
    assert [orthodox_easter(year) for year in (2023, 2024, 2025)] == [date(2023, 4, 16), date(2024, 5, 5), date(2025, 4, 20)]


def test_black_friday_follows_the_fourth_thursday_even_where_november_begins_on_a_friday() -> None:
    assert [black_friday(year) for year in (2019, 2024, 2025)] == [date(2019, 11, 29), date(2024, 11, 29), date(2025, 11, 28)]


@pytest.mark.parametrize(
    ("country", "day"),
    [("GB", date(2025, 3, 30)), ("ES", date(2025, 5, 4)), ("PL", date(2025, 5, 26)), ("NL", date(2025, 5, 11)), ("SE", date(2025, 5, 25)),
     ("FR", date(2025, 5, 25)), ("NO", date(2025, 2, 9)), (None, date(2025, 5, 11))],
)  # fmt: skip
def test_mothers_day_of_2025_by_country(country: str | None, day: date) -> None:
    assert BY_KEY["mothers-day"].tradition_of(country).day(2025) == day


def test_french_mothers_day_gives_way_to_pentecost() -> None:
    assert mothers_day_in_france(2023) == date(2023, 6, 4)  # Pentecost was 28 May, the last Sunday


def test_only_what_the_countries_keep_is_listed_in_order() -> None:
    found = occurrences(parse_period("2025-03/2025-05"), ["GB", "UA", "UA"])
    assert [(one.name, one.day.isoformat()) for one in found] == [
        ("Women's Day", "2025-03-08"),
        ("Mother's Day (GB, IE)", "2025-03-30"),
        ("Easter", "2025-04-20"),
        ("Easter (Orthodox)", "2025-04-20"),
        ("Mother's Day (2nd Sun May)", "2025-05-11"),
    ]


def test_an_event_knows_how_far_it_moved_and_its_two_windows() -> None:
    (easter,) = (one for one in occurrences(parse_period("2025-04"), ["NL"]) if one.event.key == "easter")
    assert (easter.before, easter.moved) == (date(2024, 3, 31), 20)
    assert str(easter.window(14, 1)) == "2025-04-06/2025-04-21" and str(easter.window_before(14, 1)) == "2024-03-17/2024-04-01"


def test_a_fixed_day_never_moves() -> None:
    assert {one.moved for one in occurrences(parse_period("2025"), ["NL"]) if one.event.key in ("valentine", "christmas")} == {0}
