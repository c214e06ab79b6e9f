"""Files as they arrive in an ordinary year: late, twice, longer, shorter, with a hole, under another name; and the web shop's exports, which
overlap. What counts afterwards does not depend on luck, and what would take figures away is asked first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from core.ingest import coarsening, importing
from tests.ingest.formats.test_liberty import MERGES, NAME, item, rows_of
from tests.ingest.samples import CANDLE, TUNDRA, fill_catalogue, live, rollup_gap, scalar
from tests.ingest.test_laws import Living, Orders
from tests.ingest.workbook_bytes import workbook

SOME = (("Sol", TUNDRA, 1, "180"), ("Sol", CANDLE, 2, "160"))
MORE = (("Sol", TUNDRA, 3, "540"),)
YEAR = Living(1, (SOME, MORE, SOME, MORE))  # January to April


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def months(database) -> dict[int, int]:
    """Units that are live, by month."""
    found: Counter[int] = Counter()
    for row in live(database).elements():
        found[row[6].month] += row[7]
    return dict(found)


@dataclass(frozen=True)
class Arrival:
    """A file that comes after another; what it says, what it asks, and the units of each month once it is stored (after a yes)."""

    first: Living
    then: Living
    units: dict[int, int]
    says: str | None = None
    asks: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)


ARRIVALS = {
    "an older list after a newer one": Arrival(
        YEAR, Living(1, (SOME[:1], MORE)), {1: 3, 2: 3, 3: 3, 4: 3}, "superseded_on_arrival"
    ),
    "an older list that reaches further back": Arrival(Living(3, (SOME, MORE)), Living(1, (MORE, MORE, MORE)), {1: 3, 2: 3, 3: 3, 4: 3}, "superseded_on_arrival"),
    "a line is gone": Arrival(YEAR, Living(1, (SOME[1:], MORE, SOME, MORE)), {1: 2, 2: 3, 3: 3, 4: 3}, "history_restated", "1 line that is live now (1 units) is not"),
    "one of two products is gone": Arrival(YEAR, Living(1, (SOME[:1], MORE, SOME[:1], MORE)), {1: 1, 2: 3, 3: 1, 4: 3}, "history_restated", "2 lines that are live now (4 units) are not"),
    "half of the lines are gone from every month": Arrival(
        Living(1, (SOME, SOME)), Living(1, (SOME[:1], SOME[:1], SOME)), {1: 1, 2: 1, 3: 3}, "history_restated", "2 lines that are live now (4 units) are not"
    ),
    "one month of the history is empty": Arrival(YEAR, Living(1, (SOME, (), SOME, MORE)), {1: 3, 3: 3, 4: 3}, "history_restated", "1 line that is live now (3 units) is not"),
    "one month of the history is empty and a new one has come": Arrival(
        Living(1, (SOME, MORE, SOME)), Living(1, (SOME, (), SOME, MORE)), {1: 3, 3: 3, 4: 3}, "history_restated", "1 line that is live now (3 units) is not"
    ),
    "a list that begins later leaves what lies before": Arrival(Living(1, (SOME, MORE, SOME)), Living(3, (SOME, MORE)), {1: 3, 2: 3, 3: 3, 4: 3}),
    "a month restated upwards": Arrival(Living(1, (SOME, MORE)), Living(1, (SOME, SOME * 2, MORE)), {1: 3, 2: 6, 3: 3}, "history_restated"),
    "another file of the same month": Arrival(YEAR, Living(1, (SOME, MORE, SOME, SOME)), {1: 3, 2: 3, 3: 3, 4: 3}, None, "would replace it"),
    "only one product, only one month": Arrival(Living(1, (SOME,)), Living(2, (MORE,)), {1: 3, 2: 3}),
}  # fmt: skip


@pytest.mark.parametrize("what", ARRIVALS)
def test_a_list_that_comes_after_another(shop, settings, what):
    case = ARRIVALS[what]
    assert importing.import_file(shop, settings, case.first.data, file_name=case.first.name).status == "stored"
    before = live(shop)
    found = importing.import_file(shop, settings, case.then.data, file_name=case.then.name)
    assert case.says is None or case.says in set(found.problems["rule"])
    if case.asks is not None:
        assert found.status == "needs_decision" and case.asks in found.questions[0].text and live(shop) == before
        found = importing.import_file(shop, settings, case.then.data, file_name=case.then.name, accept_warnings=True)
    assert found.status == "stored", found.questions
    assert months(shop) == case.units and not rollup_gap(shop)


def test_a_history_with_a_hole_has_no_sales_there_and_a_later_list_fills_it(shop, settings):
    for name, list_ in (("hole", Living(1, (SOME, (), SOME))), ("filled", Living(1, (SOME, MORE, SOME, MORE)))):
        assert importing.import_file(shop, settings, list_.data, file_name=list_.name).status == "stored", name
        assert months(shop) == ({1: 3, 3: 3} if name == "hole" else {1: 3, 2: 3, 3: 3, 4: 3}) and not rollup_gap(shop)


# Weeks of Liberty -----------------------------------------------------------------------------------------------------

NOTHING = [None, None]
WEEKS = {
    # flagship: week and year to date, internet the same, all channels the same
    "an empty block of the internet": ([1, 84, 3, 252, None, None, None, None, 1, 84, 3, 252], {"Flagship": 1}),
    "a week of returns alone": ([-1, -84, 3, 252, None, None, None, None, -1, -84, 3, 252], {"Flagship": -1}),
    "returns in one place, sales in the other": ([-2, -168, 3, 252, 1, 84, 5, 420, -1, -84, 8, 672], {"Flagship": -2, "Internet": 1}),
}  # fmt: skip


def liberty(figures: list[Any]) -> bytes:
    rows = rows_of(item("000910001", "TOTAL ECLIPSE SCENTED CANDLE 290G", figures, "CANDLES"), grand=figures)
    return workbook({"Sales By Size": rows}, merges={"Sales By Size": MERGES})


@pytest.mark.parametrize("what", WEEKS)
def test_a_week_of_few_sales_is_stored_and_proven(shop, settings, what):
    figures, units = WEEKS[what]
    found = importing.import_file(shop, settings, liberty(figures), file_name=NAME)
    assert found.status == "stored", found.questions
    assert found.controls.height and found.controls["agrees"].all()
    stated = scalar(shop, "select jsonb_object_agg(store_text, quantity) from (select store_text, quantity from held_rows union all"
                          " select store_text, quantity from sellout_entries2) f")  # fmt: skip
    assert stated == units


def test_a_week_sent_again_under_the_next_weeks_name_is_asked(shop, settings):
    lines = [
        item(f"00091000{n}", f"CANDLE NUMBER {n}", [n, 84 * n, 30, 2520, None, None, None, None, n, 84 * n, 30, 2520]) for n in range(1, 7)
    ]
    total = [21, 84 * 21, 180, 2520 * 6, None, None, None, None, 21, 84 * 21, 180, 2520 * 6]
    files = [
        workbook({"Sales By Size": rows_of(*lines, grand=total), extra: [[1]]}, merges={"Sales By Size": MERGES}) for extra in ("A", "B")
    ]
    assert importing.import_file(shop, settings, files[0], file_name=NAME).status == "stored"
    before = live(shop)
    found = importing.import_file(shop, settings, files[1], file_name=NAME.replace("08_06", "15_06"))
    assert found.status == "needs_decision" and found.questions[0].key == "period" and live(shop) == before
    assert "same_content_other_period" in set(found.problems["rule"])


# Exports of the web shop ----------------------------------------------------------------------------------------------

SALE = ((1, 1, TUNDRA, 1, "180"), (1, 1, CANDLE, 1, "80"), (2, 2, TUNDRA, 1, "180"))
EXPORTS = {
    "overlapping": (Orders(SALE), Orders((*SALE[2:], (3, 3, TUNDRA, 1, "180"))), Orders(((3, 3, TUNDRA, 1, "180"), (4, 5, CANDLE, 2, "160")))),
    "an order that grows": (Orders(SALE), Orders((*SALE, (2, 2, CANDLE, 1, "80"), (3, 3, TUNDRA, 1, "180")))),
    "a refund in a later export": (Orders(SALE), Orders((*SALE, (1, 5, TUNDRA, -1, "-180")))),
    "a refund that comes alone": (Orders(SALE), Orders(((1, 5, TUNDRA, -1, "-180"), (4, 5, TUNDRA, 1, "180")))),
}  # fmt: skip


@pytest.mark.parametrize("what", EXPORTS)
def test_exports_of_the_shop_come_to_the_same_in_any_order_and_ask_nothing(shop, settings, what):
    ends = []
    for files in permutations(EXPORTS[what]):
        for number, file in enumerate(files):
            found = importing.import_file(shop, settings, file.data, file_name=f"{number} {file.name}")
            assert (found.status, found.questions) == ("stored", ()), [f.days for f in files]
            assert not rollup_gap(shop)
        ends.append(live(shop))
        empty(shop)
    whole = {(line[0], line[1], line[2]): line for file in EXPORTS[what] for line in file.lines}
    assert ends[0].total() == len(whole) and all(end == ends[0] for end in ends)


def empty(database) -> None:
    with database.write() as connection:
        sums = ("sales_rollup", *coarsening.TABLES, "order_days")
        for table in (*sums, "ecommerce_orders", "held_rows", "slice_claims", "error_reports", "batch_controls", "batch_changes"):
            connection.exec_driver_sql(f"delete from {table}")
        connection.exec_driver_sql("update upload_batches set duplicate_of = null")
        connection.exec_driver_sql("delete from upload_batches")


def test_an_order_that_loses_a_line_in_a_later_export_is_asked_about(shop, settings):
    importing.import_file(shop, settings, Orders(SALE).data, file_name=Orders.name)
    later = Orders((SALE[0], SALE[2], (3, 3, TUNDRA, 1, "180")))
    found = importing.import_file(shop, settings, later.data, file_name=Orders.name)
    assert found.status == "needs_decision" and "1 line that is live now" in found.questions[0].text


def test_an_older_export_says_that_newer_lines_stay(shop, settings):
    newer = Orders((*SALE, (1, 5, TUNDRA, -1, "-180")))
    importing.import_file(shop, settings, newer.data, file_name=Orders.name)
    before = live(shop)
    found = importing.import_file(shop, settings, Orders(SALE).data, file_name=Orders.name)
    assert found.status == "stored" and "superseded_on_arrival" in set(found.problems["rule"]) and not found.changes.height
    assert live(shop) == before and not rollup_gap(shop)
    assert scalar(shop, "select min(order_date) from ecommerce_orders") == date(2025, 5, 1)
