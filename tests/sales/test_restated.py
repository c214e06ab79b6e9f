"""Restated periods: old and new, by which file, since when, and only of resellers in sight."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.sales.caveats import Caveat
from core.sales.query import build_query, parse_period
from core.sales.restated import change_words, old_to_new, restated, since_words
from core.sales.running import run
from tests.sales.conftest import TUNDRA, Market

MAY, JUNE = datetime(2025, 5, 10, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC)


@pytest.fixture
def changed(market: Market) -> Market:
    """Galilu's April: 10 units for 1 000, then 13 for 1 212."""
    for content, units, net, moment, live in (("a", 10, 1000, MAY, False), ("b", 13, 1212, JUNE, True)):
        batch = market.new_batch("galilu", file_name=f"{content}.xlsx", stored_at=moment)
        market.covers("galilu", "2025-04", batch=batch, live=live, content=content)
        market.line("galilu", "2025-04", TUNDRA, units, net, upload_batch_id=batch, live=live)
    return market


def test_a_restated_period_says_what_was_stated_before_and_now(changed: Market) -> None:
    (one,) = restated(changed.database)
    assert (one.reseller, one.period, one.units, one.net, one.file_name) == ("Galilu", parse_period("2025-04"), 3, Decimal(212), "b.xlsx")
    assert change_words(one).replace("\u202f", " ") == "Galilu April 2025 +3 units, +€ 212"
    assert old_to_new(one).replace("\u202f", " ") == "10 → 13 units, € 1 000 → € 1 212, by “b.xlsx”"


def test_only_what_came_since_a_moment_is_told_of_a_report(changed: Market) -> None:
    later = restated(changed.database, since=MAY)
    assert since_words(later, MAY.date()).replace("\u202f", " ") == (
        "Changed since the report of 10 May 2025: Galilu April 2025 +3 units, +€ 212."
    )
    assert restated(changed.database, since=JUNE) == () and since_words((), MAY.date()) == ""


def test_scope_and_period_narrow_what_is_told(changed: Market) -> None:
    assert restated(changed.database, (changed.resellers["liberty"],)) == ()
    assert restated(changed.database, period=parse_period("2025-05")) == ()


def test_a_copy_with_the_same_figures_restates_nothing(market: Market) -> None:
    for live in (False, True):
        market.covers("galilu", "2025-04", live=live, content="a")
    assert restated(market.database) == ()


def test_a_month_that_moves_to_a_finer_view_is_restated_by_the_difference_only(market: Market) -> None:
    first, second = (market.new_batch("galilu", file_name=name, stored_at=moment) for name, moment in (("a", MAY), ("b", JUNE)))
    market.covers("galilu", "2025-04", batch=first, live=False, content="ranking", view="product")
    market.line("galilu", "2025-04", TUNDRA, 31, 310, upload_batch_id=first, live=False, view="product")
    market.covers("galilu", "2025-04", batch=second, content="nothing", view="product")
    market.covers("galilu", "2025-04", batch=second, content="split", view="store_product")
    market.line("galilu", "2025-04", TUNDRA, 32, 320, upload_batch_id=second, view="store_product")
    assert [(one.units_before, one.units_after, one.net) for one in restated(market.database)] == [(31, 32, 10)]


def test_a_file_that_was_taken_back_restates_nothing(changed: Market) -> None:
    with changed.database.write() as connection:
        connection.exec_driver_sql("update upload_batches set status = 'undone' where file_name = 'a.xlsx'")
    assert restated(changed.database) == ()


def test_every_answer_over_a_restated_month_says_so(changed: Market) -> None:
    told = [c for c in run(changed.database, build_query("units", period="2025-04")).caveats if c.kind == "restated"]
    assert told == [Caveat("restated", "Restated by a later file: Galilu April 2025.")]
    assert not [c for c in run(changed.database, build_query("units", period="2025-05")).caveats if c.kind == "restated"]
