"""CDLC's monthly store matrix, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import cdlc
from core.ingest.shapes import ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "NORDLYS_Sell_Out_2025 04.xlsx"
EAN_100, EAN_30 = "9524001001008", "9524001001015"
MERGES = [(1, 3, 1, 4), (1, 5, 1, 8), (1, 9, 1, 10), (1, 11, 1, 12)]
HEAD = [
    [],
    [None, "2025 April", None, "E-shop", None, "Lithuania", None, None, None, "Latvia", None, "Total", None],
    [*(None,) * 5, "Vilnius Europa", "Vilnius Europa", "Kaunas Mega", "Kaunas Mega", "LV Riga Alfa", "LV Riga Alfa", None, None],
    [*(None,) * 3, *("Qty", "Sum Eur") * 5],
]
TUNDRA = [None, EAN_100, "NORDLYS. Glow of Tundra EDP 100 ml", 1, 218.0008, 2, 436.0016, None, None, -1, -218.0008, 2, 436.0016]
SMALL = [None, EAN_30, "NORDLYS. Glow of Tundra EDP 30 ml", None, None, 1, 103.9957, 0, 0, 1, -4.100200000000001, 2, 99.8955]
NAMELESS = [None, None, "NORDLYS. Discovery Set 5x2 ml", *(None,) * 4, 1, 39, None, None, 1, 39]
TOTAL = [None, "Total", None, 1, 218.0008, 3, 539.9973, 1, 39, 0, -222.101, 5, 574.8971]
ROWS = [*HEAD, TUNDRA, SMALL, NAMELESS, TOTAL]


def read(rows: list[list[Any]] = ROWS, name: str = NAME, sheet: str = "2025 04", **options: Any) -> SalesFrame:
    merges = {sheet: MERGES} if options.pop("merged", True) else {}
    return cdlc.read(building.book_of(name, {sheet: rows}, merges=merges, **options), ReadOptions())


def facts(frame: SalesFrame) -> list[tuple[Any, ...]]:
    names = ("source_row", "source_cells", "store_text", "vendor_key", "quantity", "amount_local")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True)]


def test_each_product_and_store_is_a_fact() -> None:
    assert facts(read()) == [
        (5, "D5|E5", "E-shop", EAN_100, 1, Decimal("218.0008")),
        (5, "F5|G5", "Vilnius Europa", EAN_100, 2, Decimal("436.0016")),
        (5, "J5|K5", "LV Riga Alfa", EAN_100, -1, Decimal("-218.0008")),
        (6, "F6|G6", "Vilnius Europa", EAN_30, 1, Decimal("103.9957")),
        (6, "J6|K6", "LV Riga Alfa", EAN_30, 1, Decimal("-4.1002")),
        (7, "H7|I7", "Kaunas Mega", "NORDLYS. Discovery Set 5x2 ml", 1, Decimal(39)),
    ]


def test_the_month_stands_in_sheet_name_and_title() -> None:
    frame = read()
    assert (frame.period.start, frame.period.end, frame.period.conflict) == (date(2025, 4, 1), date(2025, 4, 30), False)
    assert [(s.view, s.period_start) for s in frame.slices] == [("main", date(2025, 4, 1))]


def test_a_title_of_last_month_is_a_conflict_and_loses() -> None:
    frame = read(name="NORDLYS_Sell_Out_2025_05.xlsx", sheet="2025 05")
    assert (frame.period.start, frame.period.conflict) == (date(2025, 5, 1), True)
    assert "period_conflict" in truth.rules(frame)


def test_without_any_date_the_month_is_asked() -> None:
    undated = [HEAD[0], [None, None, *HEAD[1][2:]], *ROWS[2:]]
    frame = read(undated, name="sell out.xlsx", sheet="Sheet1")
    assert frame.period.start is None
    assert frame.rows["period_start"].null_count() == 6
    assert "no_period_in_name" in truth.rules(frame)


def test_the_country_comes_from_the_region_or_the_prefix() -> None:
    countries = dict(read().rows.select("store_text", "country").iter_rows())
    assert countries == {"E-shop": None, "Vilnius Europa": "LT", "LV Riga Alfa": "LV", "Kaunas Mega": "LT"}


def test_a_line_without_ean_is_held_under_its_name() -> None:
    frame = read()
    assert frame.rows["held_reason"].to_list() == [*(None,) * 5, "ean_missing"]
    assert frame.rows["name_text"].to_list()[-1] == "NORDLYS. Discovery Set 5x2 ml"
    assert [p.cell for p in frame.problems if p.rule == "ean_missing"] == ["B7"]


def test_last_row_and_last_pair_prove_the_facts() -> None:
    frame = read()
    assert truth.disagreeing(frame) == []
    assert {(c.what, c.cell) for c in frame.controls} >= {("Total / E-shop", "D8"), ("Total / Total", "M8")}
    assert len(frame.controls) == 16


def test_a_wrong_row_total_stays_visible() -> None:
    wrong = [*HEAD, [*TUNDRA[:-2], 3, TUNDRA[-1]], SMALL, NAMELESS, TOTAL]
    assert truth.disagreeing(read(wrong)) == ["NORDLYS. Glow of Tundra EDP 100 ml / Total units: 3 ≠ 2"]


def test_text_below_the_total_is_set_aside() -> None:
    frame = read([*ROWS, [], [None, "sent by Rasa"]])
    assert [(aside.row_start, aside.reason) for aside in frame.set_aside] == [(8, "total row"), (10, "a text below the total row")]


def test_a_swapped_pair_keeps_its_own_money() -> None:
    swapped = [[*row[:5], *(row[6:7] + row[5:6] if len(row) > 6 else []), *row[7:]] for row in ROWS]
    assert sorted(fact[2:] for fact in facts(read(swapped))) == sorted(fact[2:] for fact in facts(read()))


@pytest.mark.parametrize("before", [1, 3, 4, 6])
def test_a_foreign_column_moves_nothing(before: int) -> None:
    frame = read(building.with_column(ROWS, before, 3), merged=False)
    assert [fact[2:] for fact in facts(frame)] == [fact[2:] for fact in facts(read())]
    assert "unknown_column" in truth.rules(frame)


def test_a_moved_matrix_gives_the_same_facts() -> None:
    moved = facts(read(down=4, right=3))
    assert [(row - 4, *rest) for row, _, *rest in moved] == [(row, *rest) for row, _, *rest in facts(read())]


def test_a_hidden_copy_and_a_notes_sheet_are_set_aside() -> None:
    book = building.book_of(NAME, {"Notes": [["hello"]], "old": ROWS, "2025 04": ROWS}, hidden=("old",))
    frame = cdlc.read(book, ReadOptions())
    assert frame.rows["source_sheet"].unique().to_list() == ["2025 04"]
    assert {(aside.sheet, aside.reason) for aside in frame.set_aside if aside.row_start is None} == {
        ("Notes", "not a part of this report"),
        ("old", "hidden sheet"),
    }


def test_recognised_by_its_pairs_and_not_as_a_till_list() -> None:
    assert cdlc.recognise(building.book_of("file.xlsx", {"Sheet1": ROWS}, merges={"Sheet1": MERGES})).confidence > 0.8
    till = [["Branch", "StockCode", "OrderQty"], ["SKINS", EAN_100, 1]]
    assert cdlc.recognise(building.book_of("Skins_SA_NORDLYS_Sell_Out_2025.xlsx", {"NORDLYS": till})).confidence < 0.1


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("cdlc"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    book = truth.book_of(path)
    assert truth.differences(cdlc.read(book, ReadOptions()), truth.load(path)) == {}
    assert cdlc.recognise(book).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("2025 06", 3, 4), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [path for path in truth.files_of("cdlc") if "_06" in path.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = cdlc.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}


def test_the_only_sheet_with_the_layout_is_read_though_hidden_and_needs_a_yes() -> None:
    book = building.book_of(NAME, {"Notes": [["hello"]], "2025 04": ROWS}, merges={"2025 04": MERGES}, hidden=("2025 04",))
    frame = cdlc.read(book, ReadOptions())
    assert facts(frame) == facts(read())
    assert [(p.rule, p.severity) for p in frame.problems if "hidden" in p.rule] == [("hidden_sheet_read", "error")]
    assert cdlc.recognise(book).confidence > 0.9
