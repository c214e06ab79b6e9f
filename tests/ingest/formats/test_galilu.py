"""Galilu's living workbook, in its own layout and in the shared files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ingest.formats import galilu
from core.ingest.shapes import RawBook, ReadOptions, SalesFrame
from tests.ingest.formats import building, truth
from tests.ingest.formats.mutating import Mutation, mutate, mutations

NAME = "Nordlys_sellout_Galilu_2025__3_.xlsx"
RAIN, TUNDRA, CANDLE = "Summer Rain EDP 100ML", "Glow of Tundra EDP 30ML", "WOOLEN STORM  świeca zapachowa 290 g"
NB = "\u00a0"
RANKING = [[2025, "Jan", "Feb", "Total"], [RAIN, 3, 1, 4], [TUNDRA, 0, 2, 2], [CANDLE, None, None, None], ["Total", 3, 3, 6]]
SPLIT = [[2025, "Jan", "Total"], ["Poznań", 1, 1], [RAIN, 2, 2], [TUNDRA, -1, -1], ["www", 2, 2], [RAIN, 1, 1], [TUNDRA, 1, 1]]
SPLIT += [["Total", 3, 3]]
BOLD = {"Split_by_store_2025": (0, 1, 4, 7)}
OLDER = [[], [None, 2024, None, None, None, 2025], ["Product", "nov", "december", "TOTAL 2024", "TOTAL "], [RAIN, 2, NB, 2, NB]]
OLDER += [[TUNDRA, NB, 1, 1, NB], ["Lantern Choir EDP 100 ml", NB, NB, NB, NB]]
WIDE = [2025, "jan", "feb", "march", "Total"]
SELLOUT = [
    ["Galilu sellout "],
    [],
    ["value (PLN)", *(None,) * 6, "volume"],
    [],
    [*WIDE, "share", None, *WIDE],
    ["Poznan", 979, 1958, None, 2937, 0.6, None, "Poznan", 1, 2, None, 3],
    ["online", 1468, 489.5, None, 1957.5, 0.4, None, "online", 2, 1, None, 3],
    ["Total", 2447, 2447.5, None, 4894.5, None, None, "Total", 3, 3, 0, 6],
    ["MoM", None, 0.0002],
    [],
    [*(None,) * 7, "by channel/size"],
    [*(None,) * 7, 2025, "size", "offline"],
]
YOY = [[], ["value in PLN", *(None,) * 4, "volume"], ["months", 2024, 2025, "YoY", None, "months", 2024, 2025]]
YOY += [["jan", None, 2447, 0.1, None, "jan", None, 3], ["feb ", None, 2447.5, None, None, "feb ", None, 3]]
YOY += [["total ", None, 4894.5, None, None, "total ", None, 6]]
SHEETS = {"YoY": YOY, "monthly sellout": SELLOUT, "product ranking_2025": RANKING, "product ranking_2023-24": OLDER}
SHEETS |= {"Split_by_store_2025": SPLIT}


def book(name: str = NAME, sheets: dict[str, Any] | None = None, **options: Any) -> RawBook:
    return building.book_of(name, {**SHEETS, **(sheets or {})}, bold=options.pop("bold", BOLD), **options)


def read(name: str = NAME, sheets: dict[str, Any] | None = None, **options: Any) -> SalesFrame:
    return galilu.read(book(name, sheets, **options), ReadOptions())


def facts(frame: SalesFrame, view: str) -> list[tuple[Any, ...]]:
    names = ("primary_view", "source_cells", "store_text", "vendor_key", "period_start", "quantity", "amount_local")
    return [tuple(row[name] for name in names) for row in frame.rows.iter_rows(named=True) if row["view"] == view]


JAN, FEB = date(2025, 1, 1), date(2025, 2, 1)
NOV, DEC = date(2024, 11, 1), date(2024, 12, 1)


def test_units_by_store_and_product_where_the_split_covers_the_month() -> None:
    assert facts(read(), "store_product_month") == [
        (True, "B3|", "Poznań", RAIN, JAN, 2, None),
        (True, "B4|", "Poznań", TUNDRA, JAN, -1, None),
        (True, "B6|", "www", RAIN, JAN, 1, None),
        (True, "B7|", "www", TUNDRA, JAN, 1, None),
    ]


def test_units_by_product_are_facts_of_the_other_months_only() -> None:
    assert facts(read(), "product_month") == [
        (False, "B2|", None, RAIN, JAN, 3, None),
        (True, "C2|", None, RAIN, FEB, 1, None),
        (True, "C3|", None, TUNDRA, FEB, 2, None),
        (True, "B4|", None, RAIN, NOV, 2, None),
        (True, "C5|", None, TUNDRA, DEC, 1, None),
    ]


def test_money_stands_by_store_and_month_and_volume_beside_it() -> None:
    frame = read()
    assert [fact[:2] + fact[2:3] + fact[4:] for fact in facts(frame, "store_month_money")][:2] == [
        (True, "|B6", "Poznan", JAN, None, Decimal(979)),
        (True, "|C6", "Poznan", FEB, None, Decimal(1958)),
    ]
    assert [(fact[0], fact[1], fact[5]) for fact in facts(frame, "store_month_volume")][:2] == [(False, "I6|", 1), (False, "J6|", 2)]
    assert (frame.currency, frame.vat_basis, frame.living) == ("PLN", "gross", True)


def test_every_printed_total_is_met() -> None:
    frame = read()
    assert truth.disagreeing(frame) == []
    expected = {"Poznań, subtotal 2025-01", "Poznań, volume 2025-01 = split", "Volume 2025-02 = ranking", "YoY, value 2025"}
    assert expected <= {control.what for control in frame.controls}


def test_a_wrong_total_stays_visible() -> None:
    wrong = [*RANKING[:-1], ["Total", 4, 3, 6]]
    assert truth.disagreeing(read(sheets={"product ranking_2025": wrong})) == ["product ranking_2025, units: total 2025-01 units: 4 ≠ 3"]


def test_totals_ratios_and_names_without_figures_are_set_aside() -> None:
    aside = {(a.sheet, a.row_start): a.reason for a in read().set_aside}
    assert aside["product ranking_2025", 4] == "a name without figures"
    assert aside["monthly sellout", 9] == "'MoM' row below the total"
    assert aside["monthly sellout", 11] == "a summary below the tables, repeats their figures"
    assert aside["Split_by_store_2025", 5] == "store header row with the subtotal of www"
    assert aside["YoY", None] == "month totals only, control totals"


def test_the_newest_month_of_the_ranking_is_the_report() -> None:
    frame = read()
    assert (frame.period.start, frame.period.history_start, frame.period.conflict) == (FEB, NOV, False)
    assert read(name="Nordlys_sellout_Galilu_2024_04.xlsx").period.conflict
    assert {"no_amount_per_product", "views_cover_different_months"} <= truth.rules(frame)


def test_each_view_claims_the_months_it_states() -> None:
    claimed: dict[str, list[date]] = {}
    for part in read().slices:
        claimed.setdefault(part.view, []).append(part.period_start)
    assert claimed["store_product_month"] == [JAN]
    assert claimed["product_month"] == [NOV, DEC, JAN, FEB]
    assert claimed["store_month_money"] == [JAN, FEB]


def test_a_store_is_told_by_its_sum_where_nothing_is_bold() -> None:
    assert facts(read(bold={}), "store_product_month") == facts(read(), "store_product_month")


def test_a_misspelt_product_is_no_store() -> None:
    misspelt = [*SPLIT[:2], ["Sumer Rain EDP 100ML", 2, 2], *SPLIT[3:]]
    stores = {fact[2] for fact in facts(read(sheets={"Split_by_store_2025": misspelt}), "store_product_month")}
    assert stores == {"Poznań", "www"}


@pytest.mark.parametrize(("sheet", "header"), [("monthly sellout", 4), ("product ranking_2025", 0), ("product ranking_2023-24", 2)])
def test_a_foreign_column_moves_nothing(sheet: str, header: int) -> None:
    frame = read(sheets={sheet: building.with_column(SHEETS[sheet], 2, header)})
    for view in galilu.VIEWS:
        assert [fact[2:] for fact in facts(frame, view)] == [fact[2:] for fact in facts(read(), view)]
    assert truth.disagreeing(frame) == []
    assert "unknown_column" in truth.rules(frame)


def test_moved_sheets_in_another_order_give_the_same_facts() -> None:
    turned = building.book_of(NAME, {"Notes": [["hello"]], **dict(reversed(SHEETS.items()))}, bold=BOLD, down=2, right=2)
    frame = galilu.read(turned, ReadOptions())
    for view in galilu.VIEWS:
        assert sorted(map(str, (f[2:] for f in facts(frame, view)))) == sorted(map(str, (f[2:] for f in facts(read(), view))))


def test_recognised_by_its_tables() -> None:
    assert galilu.recognise(book("workbook.xlsx")).confidence > 0.8
    flat = [["EAN", "Store", "value"], ["9524001001008", "Poznan", 3]]
    assert galilu.recognise(building.book_of("Galilu.xlsx", {"Sheet": flat})).confidence == 0


def test_no_ranking_of_older_years_is_needed() -> None:
    older = [list(row) for row in YOY]
    older[3][6] = 5
    frame = galilu.read(
        building.book_of(NAME, {**{k: v for k, v in SHEETS.items() if "2023" not in k}, "YoY": older}, bold=BOLD), ReadOptions()
    )
    assert not [c for c in frame.controls if c.over == ("product_month",) and c.what.startswith("YoY, volume 2024")]
    assert [c.file_value for c in frame.controls if c.over == ("product_month",) and c.what == "YoY, volume 2025-01"] == [3]


def test_the_only_split_being_hidden_is_asked_about() -> None:
    frame = read(hidden=("Split_by_store_2025",))
    assert [p.sheet for p in frame.problems if p.rule == "hidden_sheet_read"] == ["Split_by_store_2025"]
    assert len(facts(frame, "store_product_month")) == 4


def test_a_split_is_known_by_the_stores_of_the_sellout_whatever_its_sheet_is_called() -> None:
    short = [SPLIT[0], ["Poznań", 1, 1], [RAIN, 1, 1], ["Total", 1, 1]]
    other = building.book_of(NAME, {**{k: v for k, v in SHEETS.items() if "Split" not in k}, "sklepy": short}, bold={"sklepy": (0, 1, 3)})
    assert facts(galilu.read(other, ReadOptions()), "store_product_month") == [(True, "B3|", "Poznań", RAIN, JAN, 1, None)]


def test_a_ranking_stays_one_though_a_line_is_called_as_a_store_is() -> None:
    with_line = [*RANKING[:-1], ["online", 1, 1, 2], ["Total", 4, 4, 8]]
    found = facts(read(sheets={"product ranking_2025": with_line}), "product_month")
    assert [fact[3] for fact in found if fact[4] == FEB] == [RAIN, TUNDRA, "online"]


def test_a_row_that_compares_months_is_no_store_even_without_a_total_above() -> None:
    bare = [row for row in SELLOUT if row[:1] != ["Total"]]
    assert {fact[2] for fact in facts(read(sheets={"monthly sellout": bare}), "store_month_money")} == {"Poznan", "online"}


def test_money_in_another_currency_is_asked_about() -> None:
    euros = [[f"€ {cell}" if row[0] == "Poznan" and c in (1, 2) else cell for c, cell in enumerate(row)] if row else row for row in SELLOUT]
    found = [p for p in read(sheets={"monthly sellout": euros}).problems if p.rule == "currency_conflict"]
    assert [(p.sheet, p.cell) for p in found] == [("monthly sellout", "B6")] and "PLN" in found[0].message


def test_a_month_with_another_year_in_the_name_contradicts_the_ranking() -> None:
    assert read("sales march'27.xlsx").period.conflict and not read("Galilu march'25.xlsx").period.conflict


def test_products_above_the_first_store_are_asked_about() -> None:
    above = [SPLIT[0], [RAIN, 1, 1], *SPLIT[1:-1], ["Total", 4, 4]]
    frame = read(sheets={"Split_by_store_2025": above}, bold={"Split_by_store_2025": (0, 2, 5, 8)})
    assert [p.cell for p in frame.problems if p.rule == "store_blank"] == ["A2"]


def test_months_may_say_their_year_and_be_dates() -> None:
    ranking = [[2025, date(2025, 1, 1), "Feb-25", "Total"], *RANKING[1:]]
    older = [*OLDER[:2], ["Product", "Nov-24", date(2024, 12, 1), "TOTAL", "TOTAL "], *OLDER[3:]]
    frame = read(sheets={"product ranking_2025": ranking, "product ranking_2023-24": older})
    assert facts(frame, "product_month") == facts(read(), "product_month")


def test_a_ranking_without_months_is_asked_about() -> None:
    frame = read(sheets={"product ranking_2023-24": [["Product", "I", "II"], [RAIN, 1, 2]]})
    assert [p.sheet for p in frame.problems if p.rule == "sheet_unread"] == ["product ranking_2023-24"]


def test_a_sheet_by_size_is_no_ranking_without_months() -> None:
    frame = read(sheets={"ranking by size": [["size", "units"], ["100 ml", 12], ["30 ml", 3]]})
    assert "sheet_unread" not in truth.rules(frame)
    assert "sheet_unread" in truth.rules(read(sheets={"ranking II": [["Product", "units"], [RAIN, 12], ["30 ml", 3]]}))


@pytest.mark.shared
@pytest.mark.parametrize("path", truth.files_of("galilu"), ids=lambda path: path.name)
def test_shared_files_give_exactly_their_truth(path: Path) -> None:
    read_book_ = truth.book_of(path)
    blank_end_of_the_summary = {("monthly sellout", 72)}
    differences = truth.differences(galilu.read(read_book_, ReadOptions()), truth.load(path))
    assert differences == {"set aside": blank_end_of_the_summary}
    assert galilu.recognise(read_book_).confidence >= 0.9


@pytest.mark.shared
@pytest.mark.parametrize("mutation", mutations("product ranking_2025", 3, 1), ids=lambda mutation: mutation.name)
@pytest.mark.parametrize("path", [p for p in truth.files_of("galilu") if "_04" in p.name], ids=lambda path: path.name)
def test_shared_files_changed_by_hand_give_the_same_facts(path: Path, mutation: Mutation, tmp_path: Path) -> None:
    frame = galilu.read(truth.book_of(mutate(path, tmp_path, mutation)), ReadOptions())
    assert truth.differences(frame, truth.load(path), mutation) == {}
