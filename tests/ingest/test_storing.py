"""Storing, superseding and taking back, as laws over small reports."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import tables as t
from core.errors import UnknownRecord
from core.ingest import reading_back, storing, undoing
from core.ingest.asking import Answers
from core.ingest.shapes import ControlTotal, PeriodReading, Slice
from tests.ingest.samples import (
    CANDLE,
    FEBRUARY,
    JANUARY,
    MARCH,
    TUNDRA,
    TUNDRA_30,
    boxnox_rows,
    bring_in,
    fill_catalogue,
    live,
    order_lines,
    plan_of,
    report,
    rollup_gap,
    scalar,
    state,
)

LAW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
amounts = st.decimals(min_value=-500, max_value=500, places=2).map(str)
lines = st.lists(
    st.tuples(
        st.sampled_from(["Sol", "Nobody's shop"]), st.sampled_from([TUNDRA, TUNDRA_30, CANDLE, "NLUNKNOWN"]), st.integers(-3, 60), amounts
    ),
    max_size=5,
)
reports = st.builds(
    lambda first, second, third, months: report(*list(zip([JANUARY, FEBRUARY, MARCH], [first, second, third], strict=True))[:months]),
    lines.filter(bool),
    lines,
    lines,
    st.integers(1, 3),
)


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


@LAW
@given(base=reports, other=reports)
def test_undo_restores_exactly_what_was_there(shop, base, other):
    bring_in(shop, base)
    before = state(shop)
    batch = bring_in(shop, other)
    if batch is not None:
        undoing.undo(shop, batch)
    assert state(shop) == before and not before[1]


@LAW
@given(base=reports)
def test_the_same_report_twice_changes_nothing(shop, base):
    bring_in(shop, base)
    before = state(shop)
    assert bring_in(shop, base, "another name.xlsx") is None
    assert state(shop) == before


@LAW
@given(files=st.lists(reports, min_size=2, max_size=3), data=st.data())
def test_the_order_of_different_newest_periods_is_free(shop, files, data):
    files = list({frame.period.end: frame for frame in files}.values())
    seen = []
    for order in itertools.islice(itertools.permutations(files), 4):
        batches = [batch for frame in order if (batch := bring_in(shop, frame)) is not None]
        seen.append(state(shop))
        for batch in data.draw(st.permutations(batches)):
            undoing.undo(shop, batch)
        assert not live(shop)
    assert all(found == seen[0] for found in seen)


def test_an_older_list_does_not_roll_newer_figures_back(shop):
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")]), (FEBRUARY, [("Sol", TUNDRA, 1, "100")])))
    before = live(shop)
    plan = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 3, "300")])))
    assert "superseded_on_arrival" in {problem.rule for problem in plan.problems} and not plan.changes.height
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 3, "300")])))
    assert live(shop) == before


def test_a_repeated_slice_shares_its_rows(shop):
    january = (JANUARY, [("Sol", TUNDRA, 5, "500"), ("Sol", CANDLE, 1, "80")])
    first = bring_in(shop, report(january))
    second = bring_in(shop, report(january, (FEBRUARY, [("Sol", TUNDRA, 1, "100")])))
    assert scalar(shop, "select count(*) from sellout_entries2") == 3
    assert reading_back.rows(shop, second)["upload_batch_id"].to_list() == [first, first, second]
    undoing.undo(shop, first)
    assert live(shop).total() == 3, "the second list still states January"


def test_identical_lines_are_sales_of_their_own(shop):
    line = ("Sol", TUNDRA, 1, "180.17")
    plan = plan_of(shop, report((JANUARY, [line, line, line])))
    bring_in(shop, plan.frame)
    assert live(shop).total() == 3 and "identical_rows" in {problem.rule for problem in plan.problems}
    assert plan_of(shop, report((JANUARY, [line] * 4))).changes.select("change", "before_lines", "after_lines").rows() == [
        ("changed", 3, 4)
    ]


def test_views_that_prove_each_other_are_never_added(shop):
    main = boxnox_rows([(None, TUNDRA, 5, "500")])
    other = boxnox_rows([("Sol", TUNDRA, 5, "498")]).with_columns(
        pl.lit("location_month").alias("view"), pl.lit(False).alias("primary_view")
    )
    other = other.with_columns(vendor_key=None, ean=None, sku_text=None, product_text=None)
    frame = report((JANUARY, []))
    slices = (Slice("main", *JANUARY), Slice("location_month", *JANUARY))
    batch = bring_in(shop, replace(frame, rows=pl.concat([main, other]), slices=slices))
    assert reading_back.rows(shop, batch)["quantity"].sum() == 5 and reading_back.rows(shop, batch, all_views=True).height == 2
    assert scalar(shop, "select sum(quantity) from sales_rollup") == 5 and not rollup_gap(shop)


def test_a_slice_that_comes_back_empty_empties_its_month(shop):
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    frame = report((JANUARY, []), (FEBRUARY, [("Sol", TUNDRA, 1, "100")]))
    plan = plan_of(shop, frame)
    assert plan.changes["change"].to_list() == ["vanished", "added"]
    bring_in(shop, frame)
    assert [row[6] for row in live(shop)] == [FEBRUARY[0]]


def test_another_resellers_month_is_untouched(shop):
    bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    before = live(shop)
    batch = bring_in(shop, report((JANUARY, [("LV Riga", TUNDRA, 1, "218")]), vendor="cdlc", vat_basis="gross"))
    assert before <= live(shop)
    undoing.undo(shop, batch)
    assert live(shop) == before


def test_an_upload_is_taken_back_once(shop):
    batch = bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    assert undoing.preview_undo(shop, batch).rows_live_after == 0 and live(shop).total() == 1
    assert undoing.undo(shop, batch).slices_changed == 1
    with pytest.raises(UnknownRecord, match="taken back already"):
        undoing.undo(shop, batch)
    assert bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")]))) is not None
    assert scalar(shop, "select count(*) from sellout_entries2") == 1, "the rows were still there"


def test_storing_a_batch_twice_stores_it_once(shop):
    batch = bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    version = scalar(shop, "select value from app_state where key = 'data_version'")
    storing.store(shop, batch, plan_of(shop, report((FEBRUARY, [("Sol", TUNDRA, 1, "100")]))), "tester")
    assert live(shop).total() == 1 and scalar(shop, "select value from app_state where key = 'data_version'") == version


def test_a_plan_that_another_file_overtook_is_not_stored(shop):
    late = plan_of(shop, report((JANUARY, [("Sol", TUNDRA, 7, "700")])))
    batch = bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    before = state(shop)
    with pytest.raises(storing.Overtaken):
        storing.store(shop, waiting(shop, batch + 1), late, "tester")
    assert state(shop) == before and not before[1]


def waiting(database, batch_id: int) -> int:
    """Another batch that was taken in and not stored."""
    row = {"id": batch_id, "sha256": "f" * 64, "file_name": "late.xlsx", "file_size": 1, "status": "storing"}
    with database.write() as connection:
        return connection.execute(t.upload_batches.insert().values(**row).returning(t.upload_batches.c.id)).scalar_one()


def test_nothing_is_stored_when_the_last_step_fails(shop, monkeypatch):
    before = state(shop)
    monkeypatch.setattr(storing, "bump_version", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring_in(shop, report((JANUARY, [("Sol", TUNDRA, 5, "500")])))
    assert state(shop) == before and scalar(shop, "select count(*) from slice_claims") == 0


def test_a_total_that_disagrees_waits_for_a_person(shop):
    control = ControlTotal("TOTAL", "units", 6, where={"period_start": JANUARY[0]}, cell="B9", sheet="Sales Data")
    frame = report(
        (JANUARY, [("Sol", TUNDRA, 5, "500")]), controls=[replace(control, file_value=boxnox_rows([])["amount_local"].sum() + 6)]
    )

    plan = plan_of(shop, frame, Answers())
    assert [question.key for question in plan.questions] == ["accept_warnings"]
    assert plan.controls.select("loaded_value", "difference", "agrees").row(0) == (5, 1, False)


# Orders ---------------------------------------------------------------------------------------------------------------

MAY, JUNE = date(2025, 5, 20), date(2025, 6, 10)


def test_an_order_that_comes_again_is_replaced_as_a_whole(shop):
    bring_in(shop, order_lines(("1", MAY, TUNDRA, 1, "180"), ("1", MAY, CANDLE, 1, "80"), ("2", MAY, TUNDRA, 1, "180")))
    before = state(shop)
    again = bring_in(shop, order_lines(("1", MAY, TUNDRA, 2, "360"), ("3", JUNE, TUNDRA, 1, "180")))
    assert sorted((row[-1], row[7]) for row in live(shop)) == [("1", 2), ("2", 1), ("3", 1)] and not rollup_gap(shop)
    undoing.undo(shop, again)
    assert state(shop) == before


def test_an_older_export_does_not_roll_an_order_back(shop):
    bring_in(shop, order_lines(("1", MAY, TUNDRA, 2, "360"), ("3", JUNE, TUNDRA, 1, "180")))
    before = state(shop)
    bring_in(shop, order_lines(("1", MAY, TUNDRA, 1, "180")))
    assert state(shop) == before


def test_a_refund_that_comes_alone_keeps_the_sale(shop):
    bring_in(shop, order_lines(("1", MAY, TUNDRA, 1, "180")))
    bring_in(shop, order_lines(("1", JUNE, TUNDRA, -1, "-180"), ("2", JUNE, CANDLE, 1, "80")))
    assert sorted((row[-1], row[6], row[7]) for row in live(shop)) == [("1", MAY, 1), ("1", JUNE, -1), ("2", JUNE, 1)]


order_reports = st.lists(
    st.tuples(
        st.sampled_from("123"),
        st.dates(date(2025, 5, 1), date(2025, 5, 9)),
        st.sampled_from([TUNDRA, "9524001999909"]),
        st.integers(1, 3),
        amounts,
    ),
    min_size=1,
    max_size=5,
).map(lambda found: order_lines(*found))


@LAW
@given(files=st.lists(order_reports, min_size=1, max_size=3), data=st.data())
def test_exports_of_the_web_shop_are_undone_in_any_order(shop, files, data):
    states, batches = [state(shop)], []
    for frame in files:
        if (batch := bring_in(shop, frame)) is not None:
            batches.append(batch)
            states.append(state(shop))
            assert not states[-1][1]
    for batch, expected in zip(reversed(batches), reversed(states[:-1]), strict=True):
        undoing.undo(shop, batch)
        assert state(shop) == expected


def test_a_period_reading_is_kept_with_its_evidence(shop):
    frame = report((JANUARY, [("Sol", TUNDRA, 5, "500")]))
    batch = bring_in(shop, replace(frame, period=PeriodReading(*JANUARY, grain="month", history_start=date(2024, 1, 1))))
    assert reading_back.batches(shop, batch).select("period_start", "period_end", "status", "rows_stored").row(0) == (*JANUARY, "stored", 1)
