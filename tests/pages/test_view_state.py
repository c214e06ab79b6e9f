from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.sales.query import Period
from core.sales.restated import Restated
from pages.components.choosing import Known
from pages.components.view_state import World, broken, kept, repaired, same, since_saved

WORLD = World(
    Known(date(2024, 1, 1), date(2025, 6, 30), ("Galilu", "Liberty")),
    date(2025, 7, 3),
    None,
    {"9524001001008": "NLGOT100 · Glow of Tundra"},
)
GOOD = {
    "period": ["2025"],
    "reseller": ["Liberty"],
    "where": ["product:9524001001008", "product:NLGOT100 · Glow of Tundra", "product:glow of tundra", "product:", "country:GB"],
    "measure": ["units"],
    "by": ["month"],
    "horizon": ["6"],
}
BAD = {
    "period": ["2025"],
    "reseller": ["Liberty", "Harrods"],
    "where": ["product:NLOLD", "country:GB", "colour:red"],
    "measure": ["units", "turnover"],
    "by": ["month"],
    "horizon": ["6"],
}


def test_a_view_that_works_is_whole() -> None:
    assert broken("explore", GOOD, WORLD) == ()


def test_each_part_that_is_gone_is_named() -> None:
    told = " ".join(broken("explore", BAD, WORLD))
    for name in ("“Harrods”", "There is no product “NLOLD” any more", "“colour”", "“turnover”"):
        assert name in told
    assert "turnover" not in " ".join(broken("overview", BAD, WORLD))


def test_what_still_works_is_kept() -> None:
    assert repaired("movers", BAD, WORLD) == {
        "period": ["2025"],
        "reseller": ["Liberty"],
        "where": ["country:GB"],
        "measure": ["units", "turnover"],
        "by": ["month"],
        "horizon": ["6"],
    }
    mended = repaired("explore", BAD, WORLD)
    assert mended == {"period": ["2025"], "reseller": ["Liberty"], "where": ["country:GB"], "measure": ["units"], "by": ["month"]}


def test_a_period_that_is_none_falls_to_the_newest_data() -> None:
    assert "period" not in repaired("overview", {"period": ["June-ish"]}, WORLD)
    assert repaired("overview", {"period": ["2025-01/2025-06"]}, WORLD) == {"period": ["2025-01/2025-06"]}


TEXTS = st.sampled_from(
    ["2025", "Liberty", "x", "product:a", "product:9524001001008", "reseller:x", ":", "", "units", "prior_year", "stores"]
)
NAMES = st.sampled_from(["period", "channel", "reseller", "compare", "alike", "where", "not", "measure", "by", "across", "top", "show"])


@given(st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=3)))
def test_a_repaired_view_has_nothing_broken_and_stays_as_it_is(state: dict[str, list[str]]) -> None:
    mended = repaired("explore", state, WORLD)
    assert broken("explore", mended, WORLD) == () and repaired("explore", mended, WORLD) == mended


def test_a_view_is_everything_the_address_states_but_the_moment() -> None:
    address = {"by": ["month"], "view": ["3"], "conversation": ["x"], "horizon": ["6"]}
    assert kept(address) == {"by": ["month"], "horizon": ["6"]}
    assert kept(address, "2025")["period"] == ["2025"] and kept({"period": ["2024"]}, "2025") == {"period": ["2024"]}


def test_a_default_that_is_written_changes_nothing() -> None:
    assert same("explore", {"period": ["2025-01/2025-06"], "by": ["reseller"]}, {}, WORLD)
    assert not same("explore", {"by": ["month"]}, {}, WORLD) and not same("overview", {"horizon": ["6"]}, {}, WORLD)


def test_it_says_whether_the_figures_are_those_of_then() -> None:
    then = datetime(2025, 6, 3, tzinfo=UTC)
    one = Restated("Liberty", 1, Period(date(2025, 5, 1), date(2025, 5, 31)), 9, "x.xlsx", None, 3, 5, Decimal(1), Decimal(1))
    assert since_saved(then, 412, 412) == "Saved on 3 June 2025 at data version 412: the figures are those of then."
    assert "at data version 412; now 430. Restated since: Liberty May 2025 +2 units." in since_saved(then, 412, 430, [one])
    assert "now 430. Figures may have changed" in since_saved(then, 412, 430)
    assert since_saved(then, None, 430) == "Saved on 3 June 2025, before data versions were noted."
