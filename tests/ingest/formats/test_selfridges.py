"""Selfridges' weekly form, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import selfridges
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "Selfridges - NORDLYS Weekly Sell Out FY25 wk03.xlsx"
TUNDRA, RAIN = "97110403 - glow of tundra edpno colour100ml", "97110486 - summer rain edpno colour30ml"
DAYS = [date(2025, 2, 8), date(2025, 2, 15), date(2025, 2, 22), None]
HEAD = [
    ["SELFRIDGES & CO"],
    ["Sell out by store and week - sales incl. VAT"],
    [],
    ["Store", "Product", "RRP £", *(cell for n in range(1, 5) for cell in (f"Wk {n:02}", None)), "YTD", None],
    [None, None, None, *(cell for day in DAYS for cell in (day, None)), None, None],
    [None, None, None, *("Sold", "Sales £") * 5],
]
BODY = [
    ["London Oxford Street", TUNDRA, 198, 1, 198, None, None, 2, 396, None, None, 3, 594],
    [None, RAIN, 95, None, None, 0, -9.5, -1, -95, None, None, -1, -104.5],
    ["London Oxford Street Total", None, None, 1, 198, 0, -9.5, 1, 301, 0, 0, 2, 489.5],
    ["Manchester Trafford", TUNDRA, 198, None, None, 1, 198, None, None, None, None, 1, 198],
    [None, RAIN, 95, 0, 0, None, None, None, None, None, None, None, None],
    ["Manchester Trafford Total", None, None, 0, 0, 1, 198, 0, 0, 0, 0, 1, 198],
    ["Total Selfridges", None, None, 1, 198, 1, 188.5, 1, 301, 0, 0, 3, 687.5],
]
ROWS = [*HEAD, *BODY]
MERGES = [(3, c, 3, c + 1) for c in range(3, 13, 2)] + [(4, c, 4, c + 1) for c in (3, 5, 7)]


def book(rows: list[list[Any]] = ROWS, name: str = NAME, **options: Any) -> RawBook:
    return building.book_of(name, {"Sell Out": rows}, merges={"Sell Out": MERGES} if options.pop("merged", True) else {}, **options)


def read(rows: list[list[Any]] = ROWS, name: str = NAME, **options: Any) -> SalesFrame:
    return selfridges.read(book(rows, name, **options), ReadOptions())


def facts(frame: SalesFrame) -> list[tuple[Any, ...]]:
    names = ("source_row", "source_cells", "store_text", "code_text", "period_start", "period_end", "quantity", "amount_local")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True)]


def changed(row: int, column: int, value: Any) -> list[list[Any]]:
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = value
    return rows


def test_each_store_product_and_week_is_a_fact() -> None:
    first, second, third = ((date(2025, 2, day), date(2025, 2, day + 6)) for day in (2, 9, 16))
    assert facts(read()) == [
        (7, "D7|E7", "London Oxford Street", "97110403", *first, 1, Decimal(198)),
        (7, "H7|I7", "London Oxford Street", "97110403", *third, 2, Decimal(396)),
        (8, "F8|G8", "London Oxford Street", "97110486", *second, 0, Decimal("-9.5")),
        (8, "H8|I8", "London Oxford Street", "97110486", *third, -1, Decimal(-95)),
        (10, "F10|G10", "Manchester Trafford", "97110403", *second, 1, Decimal(198)),
    ]
    assert read().explicit_zeros == 1


def test_the_last_filled_week_is_the_report() -> None:
    frame = read()
    assert (frame.period.start, frame.period.end, frame.period.history_start) == (date(2025, 2, 16), date(2025, 2, 22), date(2025, 2, 2))
    assert [s.period_end.day for s in frame.slices] == [8, 15, 22]
    assert read(name="weekly.xlsx").period.conflict is False
    assert read(name="weekly wk02.xlsx").period.conflict is True
    assert read(name="weekly wk40.xlsx").period.conflict is True


def test_stores_weeks_and_the_year_to_date_prove_the_facts() -> None:
    frame = read()
    assert truth.disagreeing(frame) == []
    cells = {control.what: control.cell for control in frame.controls}
    assert cells["Total Selfridges, Wk 02"] == "G13"
    assert cells["London Oxford Street Total, YTD"] == "M9"
    assert not any("Wk 04" in what for what in cells)


def test_a_wrong_total_stays_visible() -> None:
    assert truth.disagreeing(read(changed(12, 5, 7))) == ["Total Selfridges, Wk 02 units: 7 ≠ 1"]


def test_an_empty_week_before_a_filled_one_is_missing() -> None:
    rows = [list(cells) for cells in ROWS]
    for cells in rows[6:]:
        cells[5:7] = [None, None]
    missing = [problem.value for problem in read(rows).problems if problem.rule == "missing_period"]
    assert missing == ["Wk 02"]
    assert [s.period_end.day for s in read(rows).slices] == [8, 22]


def test_figures_of_a_week_without_a_date_are_held() -> None:
    frame = read(changed(6, 9, 5))
    assert frame.rows.filter(frame.rows["held_reason"] == "missing_period")["source_cells"].to_list() == ["J7|K7"]


def test_labels_reach_to_the_next_one_where_nothing_is_merged() -> None:
    assert facts(read(merged=False)) == facts(read())


@pytest.mark.parametrize("before", [0, 2, 3, 5])
def test_a_foreign_column_moves_nothing(before: int) -> None:
    frame = read(building.with_column(ROWS, before, 5), merged=False)
    assert [fact[2:] for fact in facts(frame)] == [fact[2:] for fact in facts(read())]
    assert "unknown_column" in truth.rules(frame)


def test_a_moved_form_gives_the_same_facts() -> None:
    assert [(row - 2, *rest) for row, _, *rest in facts(read(down=2, right=3))] == [(row, *rest) for row, _, *rest in facts(read())]


def test_a_title_without_vat_makes_the_amounts_net() -> None:
    assert (read().vat_basis, read(changed(1, 0, "sales excl. VAT")).vat_basis) == ("gross", "net")


def test_recognised_by_its_form_and_not_as_liberty() -> None:
    assert selfridges.recognise(book(name="weekly.xlsx")).confidence > 0.9
    size_report = [[None, "Flagship", "Internet"], ["Item ID | Colour", "Sold", "Sales"]]
    assert selfridges.recognise(building.book_of("Selfridges.xlsx", {"Sheet": size_report})).confidence == 0


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("selfridges"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    read_book_ = truth.book_of(path)
    assert truth.differences(selfridges.read(read_book_, ReadOptions()), truth.load(path)) == {}
    assert selfridges.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("Sell Out", 3, 7), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [p for p in truth.files_of("selfridges") if "wk15" in p.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = selfridges.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}


def test_a_product_that_begins_with_total_is_no_total() -> None:
    frame = read(changed(7, 1, "total eclipse edpno colour30ml"))
    assert [fact[1:3] for fact in facts(frame)] == [fact[1:3] for fact in facts(read())]
