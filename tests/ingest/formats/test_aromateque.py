"""Aromateque's two cross-tabs, in their own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import aromateque
from core.ingest.reading import read_book
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "nordlys sales march'25 (4).xlsx"
MONTHS = [date(2025, 2, 1), "01.03.2025", "квітня-25"]
PAD = " " * 150
STORES = [[None, "Store", *MONTHS, "total", None], [None, "Sky Mall", 3, 1, None, 4, None], [None, "Online", None, 2, 1, 3, None]]
STORES += [[None, "total", 3, 3, 1, 7, None]]
PRODUCTS = [[None, None, *MONTHS, "total", "Total in euro"]]
PRODUCTS += [[f"NORDLYS PARFUM Total Eclipse EAU DE PARFUM 100 ML{PAD}", "NLTE100", 3, -1, 1, 3, 654]]
PRODUCTS += [[f"NORDLYS PARFUM Summer Rain EAU DE PARFUM 30 ML{PAD}", None, None, 4, 0, 4, 416]]
PRODUCTS += [[None, "total", 3, 3, 1, 7, 1070]]
ROWS = [*STORES, [], *PRODUCTS]


def book(rows: list[list[Any]] = ROWS, name: str = NAME, **options: Any) -> RawBook:
    return building.book_of(name, {"TDSheet": rows}, **options)


def read(rows: list[list[Any]] = ROWS, name: str = NAME, **options: Any) -> SalesFrame:
    return aromateque.read(book(rows, name, **options), ReadOptions())


def facts(frame: SalesFrame, view: str) -> list[tuple[Any, ...]]:
    names = ("source_row", "source_cells", "store_text", "vendor_key", "period_start", "quantity", "amount_local", "provisional")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True) if row["view"] == view]


RAIN = "NORDLYS PARFUM Summer Rain EAU DE PARFUM 30 ML"
FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in (2, 3, 4))


def test_units_by_product_and_month_are_the_facts() -> None:
    assert facts(read(), "product_month") == [
        (7, "C7|", None, "NLTE100", FEBRUARY, 3, None, False),
        (7, "D7|", None, "NLTE100", MARCH, -1, None, False),
        (7, "E7|", None, "NLTE100", APRIL, 1, None, True),
        (8, "D8|", None, RAIN, MARCH, 4, None, False),
    ]
    assert read().explicit_zeros == 1


def test_stores_and_euros_are_further_views() -> None:
    frame = read()
    assert [fact[2:6] for fact in facts(frame, "store_month")] == [
        ("Sky Mall", None, FEBRUARY, 3),
        ("Sky Mall", None, MARCH, 1),
        ("Online", None, MARCH, 2),
        ("Online", None, APRIL, 1),
    ]
    assert [(f[1], f[3], f[5], f[6]) for f in facts(frame, "product_span_euro")] == [
        ("|G7", "NLTE100", 3, Decimal(654)),
        ("|G8", RAIN, 4, Decimal(416)),
    ]
    assert set(frame.rows.filter(frame.rows["primary_view"])["view"]) == {"product_month"}


def test_both_tables_prove_each_other() -> None:
    frame = read()
    assert truth.disagreeing(frame) == []
    assert {"Stores = products, 2025-03", "Products, total in euro", "Sky Mall, total"} <= {control.what for control in frame.controls}


def test_a_wrong_month_total_of_the_stores_stays_visible() -> None:
    wrong = [list(row) for row in ROWS]
    wrong[3][3] = 9
    assert truth.disagreeing(read(wrong)) == ["Stores, total 2025-03 units: 9 ≠ 3", "Stores = products, 2025-03 units: 9 ≠ 3"]


def test_the_name_says_the_month_and_later_columns_are_partial() -> None:
    frame = read()
    assert (frame.period.start, frame.period.conflict, frame.period.history_start) == (MARCH, False, FEBRUARY)
    assert [p.cell for p in frame.problems if p.rule == "columns_after_nominal_period"] == ["E6"]
    assert read(name="nordlys sales april'25.xlsx").rows["provisional"].any() is False
    assert read(name="nordlys sales june'25.xlsx").period.conflict


def test_months_are_slices_of_both_views() -> None:
    slices = [(s.view, s.period_start.month, s.period_end.month) for s in read().slices]
    assert slices[:3] == [("product_month", 2, 2), ("product_month", 3, 3), ("product_month", 4, 4)]
    assert slices[-1] == ("product_span_euro", 2, 4)


def test_a_missing_sku_is_told_and_the_name_takes_its_place() -> None:
    frame = read()
    assert [(p.cell, p.value) for p in frame.problems if p.rule == "sku_missing"] == [("B8", RAIN)]
    assert frame.rows.filter(frame.rows["source_row"] == 8)["name_text"].unique().to_list() == [RAIN]


def test_units_with_three_decimals_are_no_thousands() -> None:
    lines = ["\tStore\t01.01.2025\ttotal\t", "\tSky Mall\t2,000\t2,000\t", "\ttotal\t2,000\t2,000\t"]
    lines += ["\t\t01.01.2025\ttotal\tTotal in euro", "Rain 30 ml\tNLSR30\t2,000\t2,000\t€1 744,00", "\ttotal\t2,000\t2,000\t€1 744,00"]
    frame = aromateque.read(read_book("\n".join(lines).encode(), "nordlys sales january'25.txt"), ReadOptions())
    assert [fact[5] for fact in facts(frame, "product_month")] == [2]
    assert [fact[6] for fact in facts(frame, "product_span_euro")] == [Decimal(1744)]
    assert truth.disagreeing(frame) == []


@pytest.mark.parametrize("before", [1, 2, 4])
def test_a_foreign_column_moves_nothing(before: int) -> None:
    frame = read(building.with_column(ROWS, before, 0))
    for view in ("product_month", "store_month"):
        assert [fact[2:] for fact in facts(frame, view)] == [fact[2:] for fact in facts(read(), view)]
    assert "unknown_column" in truth.rules(frame)


def test_moved_tables_with_garbage_below_give_the_same_facts() -> None:
    frame = read([*ROWS, [], ["Exported by 1C"]], down=3, right=1)
    assert [fact[2:] for fact in facts(frame, "product_month")] == [fact[2:] for fact in facts(read(), "product_month")]
    assert [aside.row_start for aside in frame.set_aside] == [7, 12, 14]


def test_recognised_by_its_two_headers() -> None:
    assert aromateque.recognise(book(name="export.xlsx")).confidence > 0.8
    flat = [["order date", "ean", "amount UAH"], ["01.01.2025", "9524001001008", 3]]
    assert aromateque.recognise(building.book_of("nordlys sales.xlsx", {"TDSheet": flat})).confidence < 0.1


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("aromateque"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    read_book_ = truth.book_of(path)
    assert truth.differences(aromateque.read(read_book_, ReadOptions()), truth.load(path)) == {}
    assert aromateque.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("TDSheet", 3, 1), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [p for p in truth.files_of("aromateque") if "march" in p.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = aromateque.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}
