"""Liberty's weekly size report, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import liberty
from core.ingest.reading import read_book
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "Continuity Supplier Size Report 08_06_2025.xlsx"
WEEK = (date(2025, 6, 2), date(2025, 6, 8))
CHANNELS = ("Flagship", "Internet", "All Sales Channels")
LABELS = [*(None,) * 8, *(cell for channel in CHANNELS for cell in (channel, None, None, None))]
SPANS = [*(None,) * 8, *(cell for _ in CHANNELS for cell in ("Actual", None, "YTD", None))]
HEADER = ["Retail Group", "Brand", "Colour Phase", "Product Group", "Item ID | Colour", "Item", "Supplier Reference", "Size"]
HEADER += ["Sales Qty Un", "Sales Inc VAT £ "] * 6
MERGES = [(0, c, 0, c + 3) for c in (8, 12, 16)] + [(1, c, 1, c + 1) for c in range(8, 20, 2)]


def item(number: str, name: str, figures: list[Any], group: str | None = None) -> list[list[Any]]:
    key = f"{number} | 98-NO COLOUR"
    first = ["407LG FRAGRANCE", "NORDLYS", "CURRENT", group] if group else [None] * 4
    return [[*first, key, name, "NLXX(NO COLOUR"], [*(None,) * 7, "ONE", *figures], [*(None,) * 5, f"{key} Total", None, None, *figures]]


def rows_of(*items: list[list[Any]], grand: list[Any]) -> list[list[Any]]:
    group = [None, "407LG FRAGRANCE Total", *(None,) * 6, *grand]
    return [LABELS, SPANS, HEADER, *(row for lines in items for row in lines), group, ["Grand Total", *(None,) * 7, *grand]]


CANDLE = item("000910001", "TOTAL ECLIPSE SCENTED CANDLE 290G", [1, 84, 3, 252, None, None, 1, 80, 1, 84, 4, 332], "CANDLES")
RAIN = item("000910002", "SUMMER RAIN EAU DE PARFUM 100ML", [0, -19.8, 2, 376.2, -1, -198, 5, 990, -1, -217.8, 7, 1366.2], "FRAGRANCE")
ZERO = item("000910003", "STATION 47 EAU DE PARFUM 30ML", [0, 0, 1, 95, 2, 190, 2, 190, 2, 190, 3, 285])
ROWS = rows_of(CANDLE, RAIN, ZERO, grand=[1, 64.2, 6, 723.2, 1, -8, 8, 1260, 2, 56.2, 14, 1983.2])


def book(rows: list[list[Any]] = ROWS, name: str = NAME, **options: Any) -> RawBook:
    return building.book_of(name, {"Sales By Size": rows}, merges={"Sales By Size": MERGES}, **options)


def read(rows: list[list[Any]] = ROWS, name: str = NAME, period: tuple[date, date] | None = None, **options: Any) -> SalesFrame:
    return liberty.read(book(rows, name, **options), ReadOptions(period=period))


def facts(frame: SalesFrame) -> list[tuple[Any, ...]]:
    names = ("source_row", "source_cells", "store_text", "vendor_key", "quantity", "amount_local")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True)]


def test_this_weeks_channels_are_the_facts() -> None:
    frame = read()
    assert facts(frame) == [
        (5, "I5|J5", "Flagship", "000910001 | 98-NO COLOUR", 1, Decimal(84)),
        (8, "I8|J8", "Flagship", "000910002 | 98-NO COLOUR", 0, Decimal("-19.8")),
        (8, "M8|N8", "Internet", "000910002 | 98-NO COLOUR", -1, Decimal(-198)),
        (11, "M11|N11", "Internet", "000910003 | 98-NO COLOUR", 2, Decimal(190)),
    ]
    assert (frame.period.start, frame.period.end) == WEEK
    assert frame.rows["group_text"].to_list() == ["CANDLES", "FRAGRANCE", "FRAGRANCE", "FRAGRANCE"]


def test_zeros_are_counted_and_are_no_facts() -> None:
    assert read().explicit_zeros == 1


def test_money_without_units_is_told() -> None:
    problems = [problem for problem in read().problems if problem.rule == "zero_unit_money"]
    assert [(problem.cell, problem.value) for problem in problems] == [("J8", "-19.80")]


def test_every_printed_total_of_the_week_is_met() -> None:
    frame = read()
    assert truth.disagreeing(frame) == []
    grand = {(c.what, c.measure, c.cell) for c in frame.controls if c.what.startswith("Grand Total")}
    assert ("Grand Total / All Sales Channels", "amount", "R14") in grand
    assert ("Grand Total / Flagship", "units", "I14") in grand


def test_a_wrong_total_of_the_vendor_stays_visible() -> None:
    wrong = [list(row) for row in ROWS]
    wrong[-1][9] = 99
    frame = read(wrong)
    assert truth.disagreeing(frame) == ["Grand Total / Flagship amount: 99.000000 ≠ 64.200000000"]
    assert len(facts(frame)) == 4


def test_year_to_date_comes_by_item_group_channel_and_in_total() -> None:
    values = {(figure.what, figure.measure): figure.value for figure in read().year_to_date}
    assert values["Grand Total / All Sales Channels", "units"] == 14
    assert values["FRAGRANCE / Internet", "amount"] == Decimal(1180)
    assert values["000910001 | 98-NO COLOUR / Flagship", "amount"] == Decimal(252)


def test_a_wrong_year_to_date_is_told() -> None:
    wrong = [list(row) for row in ROWS]
    wrong[-1][10] = 60
    problems = [problem for problem in read(wrong).problems if problem.rule == "control_total_mismatch"]
    assert [(problem.cell, problem.severity) for problem in problems] == [("K14", "warning")]


def test_totals_and_trailing_text_are_set_aside_with_reasons() -> None:
    frame = read([*ROWS, [], ["Printed by M. on Monday"]])
    reasons = {aside.row_start: aside.reason for aside in frame.set_aside}
    assert sorted(reasons) == [6, 9, 12, 13, 14, 16]
    assert reasons[16] == "a text that belongs to no item"


@pytest.mark.parametrize("before", [0, 5, 9, 13])
def test_a_foreign_column_moves_nothing(before: int) -> None:
    rows = building.with_column(ROWS, before, 2)
    frame = liberty.read(building.book_of(NAME, {"Sales By Size": rows}), ReadOptions())
    assert [fact[2:] for fact in facts(frame)] == [fact[2:] for fact in facts(read())]
    assert [problem.value for problem in frame.problems if problem.rule == "unknown_column"] == ["Foreign"]


def test_a_moved_header_gives_the_same_facts() -> None:
    moved, plain = facts(read(down=3, right=2)), facts(read())
    assert [(row - 3, *rest) for row, _, *rest in moved] == [(row, *rest) for row, _, *rest in plain]
    assert moved[0][1] == "K8|L8"


def test_an_unread_number_holds_the_line() -> None:
    broken = [list(row) for row in ROWS]
    broken[4][9] = "see mail"
    frame = read(broken)
    assert frame.rows["held_reason"].to_list() == ["cell_error", None, None, None]
    assert [(problem.cell, problem.severity) for problem in frame.problems if problem.rule == "cell_error"] == [("J5", "error")]


@pytest.mark.parametrize(
    ("name", "end", "rules"),
    [
        ("Continuity Supplier Size Report 1_6_2025.xlsx", date(2025, 6, 1), {"odd_date_in_name", "week_spans_two_months"}),
        ("Continuity Supplier Size Report 5_52024.xlsx", date(2024, 5, 5), {"odd_date_in_name", "week_spans_two_months"}),
        ("Continuity Supplier Size Report 09-06-2025.xlsx", date(2025, 6, 8), {"date_not_sunday"}),
        ("(4).xlsm", None, {"no_period_in_name"}),
    ],
)
def test_the_week_is_read_from_the_name_or_asked(name: str, end: date | None, rules: set[str]) -> None:
    frame = read(name=name)
    assert frame.period.end == end
    assert frame.rows["period_end"].unique().to_list() == [end]
    assert rules == truth.rules(frame) - {"zero_unit_money"}


def test_a_date_that_is_no_sunday_is_a_question() -> None:
    assert read(name="Size Report 09-06-2025.xlsx").period.conflict


def test_a_person_can_say_the_week_as_week_or_day_but_not_as_a_month() -> None:
    assert (read(name="(4).xlsm", period=WEEK).period.start, read(name="(4).xlsm", period=(WEEK[1], WEEK[1])).period.start) == (
        WEEK[0],
    ) * 2
    month = read(name="(4).xlsm", period=(date(2025, 6, 1), date(2025, 6, 30))).period
    assert month.start is None
    assert [choice.end.day for choice in month.candidates] == [1, 8, 15, 22, 29]


def test_the_text_export_gives_the_same_facts() -> None:
    text = "\n".join(",".join(f'"{as_text(value, c)}"' for c, value in enumerate(row)) for row in ROWS)
    frame = liberty.read(read_book(text.encode(), "08_06_2025.xlsm - Sales By Size (1).csv"), ReadOptions())
    assert [(fact[0], *fact[2:]) for fact in facts(frame)] == [(fact[0], *fact[2:]) for fact in facts(read())]
    assert frame.rows["source_cells"][0] == "R5C9|R5C10"
    assert truth.disagreeing(frame) == []


def as_text(value: Any, column: int) -> str:
    """As the reseller's export prints it: NBSP between thousands, decimal comma, brackets for minus."""
    if not isinstance(value, int | float):
        return value or ""
    money = column % 2 == 1
    printed = f"£{abs(value):,.2f}".replace(",", "\u00a0").replace(".", ",") if money else str(abs(value))
    return f"({printed})" if value < 0 else printed


def test_recognised_by_its_headers_whatever_its_name() -> None:
    assert liberty.recognise(book(name="report.xlsx")).confidence > 0.9
    listed = building.book_of(NAME, {"Sheet1": [["Channel", "Period", "Item", "Sales"], ["Web", "2025-06", "A", 3]]})
    assert liberty.recognise(listed).confidence < 0.3


def test_the_sum_of_the_channels_is_proven_item_by_item() -> None:
    wrong = [list(row) for row in ROWS]
    wrong[4][16] = 1000
    assert truth.disagreeing(read(wrong)) == ["000910001 | 98-NO COLOUR / All Sales Channels = its channels units: 1000 ≠ 1"]


def test_a_product_in_two_groups_is_proven_in_each_of_them() -> None:
    again = item("000910001", "TOTAL ECLIPSE SCENTED CANDLE 290G", [2, 168, 2, 168, None, None, None, None, 2, 168, 2, 168], "SETS")
    frame = read(rows_of(CANDLE, again, grand=[3, 252, 5, 420, None, None, 1, 80, 3, 252, 6, 500]))
    assert truth.disagreeing(frame) == [] and "control_total_mismatch" not in truth.rules(frame)
    assert [(fact[4], group) for fact, group in zip(facts(frame), frame.rows["group_text"], strict=True)] == [(1, "CANDLES"), (2, "SETS")]
    grown = [f.value for f in frame.year_to_date if f.measure == "units" and f.what.startswith("000910001") and f.what.endswith("Flagship")]
    assert grown == [5]


@pytest.mark.parametrize(("week", "year"), [("This Week", "Year to Date"), ("WTD", "Season to Date"), ("ACTUAL ", "ytd")])
def test_spans_in_other_words_mean_the_same(week: str, year: str) -> None:
    words = {"Actual": week, "YTD": year}
    assert facts(read([LABELS, [words.get(text, text) for text in SPANS], *ROWS[2:]])) == facts(read())


def test_two_pairs_of_one_channel_and_span_are_asked_about() -> None:
    frame = read([LABELS, [*SPANS[:10], "Actual", *SPANS[11:]], *ROWS[2:]])
    assert {problem.cell for problem in frame.problems if problem.rule == "rival_columns"} == {"K3", "L3"}


def test_a_summary_with_year_to_date_proves_nothing_where_the_items_state_none() -> None:
    bare = [[cell for c, cell in enumerate(row) if c not in (10, 11, 14, 15, 18, 19)] for row in ROWS]
    heads = [[None, "Flagship", None, None, None], [None, "Actual", None, "YTD", None], ["Product Group", *HEADER[8:10] * 2]]
    summary = [*heads, ["CANDLES", 1, 84, 3, 252], ["Grand Total", 1, 64.2, 6, 723.2]]
    merges = {"Sales By Size": [(0, c, 0, c + 1) for c in (8, 10, 12)] + [(1, c, 1, c + 1) for c in (8, 10, 12)]}
    frame = liberty.read(building.book_of(NAME, {"Sales By Size": bare, "Product Group Analysis": summary}, merges=merges), ReadOptions())
    assert len(facts(frame)) == 4 and "control_total_mismatch" not in truth.rules(frame)


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("liberty"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    stated = truth.load(path)
    period = tuple(map(date.fromisoformat, (stated["period"]["start"], stated["period"]["end"]))) if "(4)" in path.name else None
    read_book_ = truth.book_of(path)
    frame = liberty.read(read_book_, ReadOptions(period=period))  # type: ignore[arg-type]
    expected = dict(stated, expected_warnings=[w for w in stated["expected_warnings"] if w["code"] != "no_period_in_name"])
    assert truth.differences(frame, expected) == {}
    assert liberty.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("Sales By Size", 6, 3), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [path for path in truth.files_of("liberty") if "08-06" in path.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = liberty.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}


def with_stock(*units: Any, total: Any = None) -> list[list[Any]]:
    """The report with a stock column: one cell for each item's size row, and the grand total's."""
    rows = [list(row) for row in ROWS]
    rows[2] = [*rows[2], "Stock Qty Un"]
    for row, value in zip((4, 7, 10), units, strict=True):
        rows[row] = [*rows[row], value]
    rows[-1] = [*rows[-1], total]
    return rows


def test_stock_stands_beside_the_items_and_a_blank_cell_states_none() -> None:
    frame = read(with_stock(65, 0, None, total=65))
    assert [(line.vendor_key, line.quantity, line.cell, line.row) for line in frame.stock] == [
        ("000910001 | 98-NO COLOUR", 65, "U5", 5),
        ("000910002 | 98-NO COLOUR", 0, "U8", 8),
    ]
    assert facts(frame) == facts(read()) and frame.problems == read().problems


def test_stock_that_does_not_add_up_or_can_not_be_read_is_told() -> None:
    frame = read(with_stock(65, "many", 3, total=70))
    assert [(p.rule, p.severity, p.cell) for p in frame.problems if p.rule.startswith("stock")] == [
        ("stock_not_read", "warning", "U8"),
        ("stock_total_mismatch", "warning", "U14"),
    ]
    assert [line.quantity for line in frame.stock] == [65, 3] and len(facts(frame)) == 4


def test_stock_of_an_item_without_any_sales_is_kept() -> None:
    quiet = item("000910004", "QUIET HARBOUR EAU DE PARFUM 30ML", [None] * 12)
    rows = rows_of(CANDLE, quiet, grand=[1, 84, 3, 252, None, None, 1, 80, 1, 84, 4, 332])
    rows[2], rows[7] = [*rows[2], "Stock Qty Un"], [*rows[7], 9]
    frame = read(rows)
    assert [(line.vendor_key, line.quantity) for line in frame.stock] == [("000910004 | 98-NO COLOUR", 9)]
