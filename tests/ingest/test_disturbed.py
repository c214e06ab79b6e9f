"""What vendors do to their files, format by format: the facts stay exactly the same, or a question says why they can not be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from core.ingest.dates import LANGUAGES
from tests.conftest import SHARED
from tests.ingest import disturbing as d


@dataclass(frozen=True)
class Layout:
    """Where the reports of a vendor have what disturbances aim at: the sheet of facts, a text of its header, its key and store columns.

    `between`: (sheet, column, header row) in front of which a foreign column may come. `asked_without_date`: nothing in the file dates it.
    """

    sheet: str
    header: str
    between: tuple[tuple[str, int, int], ...]
    text: str | None = None
    ean: str | None = None
    store: str | None = None
    asked_without_date: bool = False


LAYOUTS = {
    "liberty": Layout("Sales By Size", "Item ID | Colour", (("Sales By Size", 6, 3), ("Sales By Size", 14, 3), ("Sales By Size", 17, 3)), "Item", asked_without_date=True),
    "galilu": Layout("product ranking_2025", "Jan", (("product ranking_2025", 2, 1), ("Split_by_store_2025", 3, 1), ("monthly sellout", 4, 5))),
    "boxnox": Layout("SELL OUT BY EAN", "POS", tuple(("SELL OUT BY EAN", c, 1) for c in (1, 4, 6, 7)), "DESCRIPTION", "EAN", "POS"),
    "skins_sa": Layout("NORDLYS", "Branch", tuple(("NORDLYS", c, 1) for c in (1, 4, 7, 14)), "StockDescription", "StockCode", "Branch"),
    "skins_nl": Layout("SalesPerSKU", "Article", (("SalesPerSKU", 1, 1), ("SalesPerSKU", 4, 1), ("SalesPerSKU", 7, 1), ("SalesPerLocation", 3, 1)), "Article", "EANCode", asked_without_date=True),
}  # fmt: skip
SMALL = {"galilu": (date(2025, 3, 1), date(2025, 4, 1)), "boxnox": (date(2025, 3, 1), date(2025, 4, 1)), "liberty": (date(2025, 4, 1),)}


def sample(vendor: str) -> d.Book:
    return d.sample(vendor, SMALL.get(vendor, (date(2025, 4, 1),)), -1)


def each_vendor(cases: Iterable[str]) -> Callable[[Any], Any]:
    """A test for every vendor and case."""
    return pytest.mark.parametrize(("vendor", "name"), [(vendor, name) for vendor in LAYOUTS for name in cases])


# Where things stand ---------------------------------------------------------------------------------------------------

MOVES: Mapping[str, d.Disturbance] = {
    "down 12": d.moved_by(12, 0),
    "down 5, right 2": d.moved_by(5, 2),
    "notes first": d.extra_sheet("Notes", {(1, 1): "Please see the next sheets", (2, 1): "Total", (2, 2): 999, (3, 1): "May 2019"}),
    "info first": d.extra_sheet("Info", {(1, 1): "Report month", (1, 2): "May 2019", (2, 1): "Printed", (2, 2): date(2020, 1, 1)}),
    "sheets reversed": d.sheets_reversed,
    "rows and columns hidden, filtered": d.hidden_rows_and_columns,
    "nothing merged": d.unmerged,
    "last year hidden": d.last_years_copy,
    "sheet names with blanks, upper case": d.sheet_names(lambda name: f" {name.upper()} "),
    "old Excel": d.saved_as("xls"),
    "with macros": d.saved_as("xlsx", "xlsm"),
    "workbook named as text": d.saved_as("xlsx", "csv"),
}


@each_vendor(MOVES)
def test_the_same_facts_wherever_they_stand(vendor: str, name: str) -> None:
    d.assert_survives(sample(vendor), MOVES[name])


@pytest.mark.parametrize(("title", "value"), [("Comment", "x"), (None, 7), ("Qty LY", 12)])
@pytest.mark.parametrize(("vendor", "place"), [(v, place) for v, layout in LAYOUTS.items() for place in layout.between], ids=str)
def test_a_foreign_column_changes_nothing(vendor: str, place: tuple[str, int, int], title: str | None, value: Any) -> None:
    d.assert_survives(sample(vendor), d.foreign_column(*place, title=title, value=value))


ORDERS: Mapping[str, d.Disturbance] = {
    "boxnox": d.columns_in_order("SELL OUT BY EAN", lambda n: range(n, 0, -1)),
    "skins_sa": d.columns_in_order("NORDLYS", lambda n: range(n, 0, -1)),
    "skins_nl": d.together(*(d.columns_in_order(sheet, lambda n: [*range(4, n + 1), 1, 2, 3]) for sheet in ("SalesPerSKU", "SalesPerLocation"))),
    "galilu": d.columns_in_order("monthly sellout", lambda n: [1, *range(18, n + 1), *range(2, 18)]),
    "liberty": d.columns_in_order("Sales By Size", lambda n: [*range(1, 13), 18, 17, 20, 19, 13, 14, 15, 16, *range(21, n + 1)]),
    "liberty, year to date first": d.columns_in_order("Sales By Size", lambda n: [*range(1, 13), 15, 16, 13, 14, 19, 20, 17, 18, 23, 24, 21, 22]),
    "liberty, figures first": d.columns_in_order("Sales By Size", lambda n: [*range(13, n + 1), *range(1, 13)]),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_columns_in_another_order_mean_the_same(name: str) -> None:
    d.assert_survives(sample(name.split(",")[0]), ORDERS[name])


BELOW: Mapping[str, list[list[Any]]] = {
    "signature": [["Prepared by: Anna Nowak"], ["Printed on 12/06/2025 10:22"], [None, "Signature"]],
    "a second table": [["Store", "Units"], ["Oxford", 5]],
}
ABOVE = [["NORDLYS Parfum report May 2019"], ["Printed 01.01.2020"], [None, "Week 33 2021"]]


@each_vendor(BELOW)
def test_rows_below_the_report_are_no_facts(vendor: str, name: str) -> None:
    d.assert_survives(sample(vendor), d.rows_below(LAYOUTS[vendor].sheet, BELOW[name]))


@pytest.mark.parametrize("vendor", LAYOUTS)
def test_a_title_with_another_date_moves_no_fact(vendor: str) -> None:
    d.assert_survives(sample(vendor), d.rows_above(LAYOUTS[vendor].sheet, ABOVE))


@pytest.mark.parametrize("vendor", LAYOUTS)
def test_two_sheets_with_the_layout_are_asked_about(vendor: str) -> None:
    d.assert_survives(sample(vendor), d.visible_copy(LAYOUTS[vendor].sheet))


@pytest.mark.parametrize("vendor", LAYOUTS)
def test_a_report_that_is_hidden_is_asked_about(vendor: str) -> None:
    def hide(book: d.Book) -> d.Expected:
        for sheet in book.sheets:
            sheet.hidden = True
        book.sheets.append(d.Sheet("Notes", {(1, 1): d.Cell("unhide the sheets")}))
        return d.Expected(asks=frozenset({"accept_warnings"}), says=frozenset({"hidden_sheet_read"}))

    d.assert_survives(sample(vendor), hide)


# Names ----------------------------------------------------------------------------------------------------------------

NAMES: Mapping[str, Callable[[str], str]] = {
    "browser copy": lambda name: name.replace(".xlsx", " (4).xlsx"),
    "copy of": lambda name: f"Copy of {name}",
    "upper case": str.upper,
    "final": lambda name: name.replace(".xlsx", "_FINAL_v2.xlsx"),
    "forwarded": lambda name: f"FW {name.replace(' ', '+')}",
    "no-break blanks": lambda name: name.replace(" ", "\u00a0"),
}
UNDATED = ("report.xlsx", "Book1.xlsx", "(4).xlsm", "BOXNOX - NORDLYS Monthly Sales Report.xlsx", "Skins SA NORDLYS CY.xlsx", "Nordlys_sellout_Galilu.xlsx")  # fmt: skip


@each_vendor(NAMES)
def test_what_people_add_to_a_name_changes_nothing(vendor: str, name: str) -> None:
    d.assert_survives(sample(vendor), d.file_name(NAMES[name]))


@each_vendor(UNDATED)
def test_a_name_without_date_or_of_another_vendor_is_no_proof(vendor: str, name: str) -> None:
    expected = d.asks("period") if LAYOUTS[vendor].asked_without_date else d.SAME
    assert d.assert_survives(sample(vendor), d.file_name(name, expected)).vendor == vendor


@pytest.mark.parametrize("vendor", [v for v, layout in LAYOUTS.items() if not layout.asked_without_date])
def test_a_name_of_another_year_contradicts_the_rows(vendor: str) -> None:
    other = d.Expected(asks=frozenset({"period"}), says=frozenset({"period_conflict"}))
    d.assert_survives(sample(vendor), d.file_name(lambda _: {"galilu": "Galilu_2023.xlsx"}.get(vendor, "sales MAR2023.xlsx"), other))


# Numbers --------------------------------------------------------------------------------------------------------------


def grouped(value: float, thousands: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "_").replace(".", decimal).replace("_", thousands)


MONEY: Mapping[str, Callable[[float], Any]] = {
    "decimal comma": lambda x: f"{x:.2f}".replace(".", ","),
    "no-break blank": lambda x: grouped(x, "\u00a0", ","),
    "blanks before": lambda x: "   " + grouped(x, " ", ","),
    "narrow blank": lambda x: grouped(x, "\u202f", ","),
    "dots as thousands": lambda x: grouped(x, ".", ","),
    "commas as thousands": lambda x: grouped(x, ",", "."),
    "true minus sign": lambda x: f"{x:.2f}".replace("-", "\u2212").replace(".", ","),
    "brackets": lambda x: f"({abs(x):.2f})" if x < 0 else f"{x:.2f}",
    "minus behind": lambda x: f"{abs(x):.2f}-" if x < 0 else f"{x:.2f}",
}
UNITS: Mapping[str, Callable[[float], Any]] = {
    "text": lambda x: f" {x:.0f}\u00a0",
    "three decimals": lambda x: f"{x:.3f}".replace(".", ","),
    "brackets": lambda x: f"({-x:.0f})" if x < 0 else f"{x:.0f}",
    "apostrophe": lambda x: f"'{x:.0f}",
}
SPELLINGS = [(0, name) for name in UNITS] + [(1, name) for name in MONEY]


@pytest.mark.parametrize(("side", "name"), SPELLINGS)
@pytest.mark.parametrize("vendor", LAYOUTS)
def test_a_number_written_as_text_is_the_same_number(vendor: str, side: int, name: str) -> None:
    base = d.read_once(sample(vendor))
    change = (UNITS, MONEY)[side][name]
    d.assert_survives(sample(vendor), d.rewritten(d.fact_places(base, side), change))


@pytest.mark.parametrize("vendor", LAYOUTS)
@pytest.mark.parametrize(("value", "rule"), [("=1+1", "no_cached_value"), ("#REF!", "cell_error"), ("'=SUM(A1:A3)", "cell_error"), ("abc", "cell_error")])  # fmt: skip
def test_a_cell_that_is_no_number_holds_its_line(vendor: str, value: str, rule: str) -> None:
    base = d.read_once(sample(vendor))
    place = d.fact_places(base, 1 if vendor != "galilu" else 0)[3]
    found = d.assert_survives(sample(vendor), d.replaced([place], value, d.Expected(None, says=frozenset({rule}))))
    assert [row["held_reason"] for row in found.facts if row["held_reason"]] == [rule]
    assert len(found.facts) == len(base.facts)


@pytest.mark.parametrize("vendor", LAYOUTS)
def test_half_a_unit_is_never_cut_off(vendor: str) -> None:
    place = d.fact_places(d.read_once(sample(vendor)), 0)[2]
    found = d.assert_survives(sample(vendor), d.replaced([place], 1.5, d.Expected(None, says=frozenset({"fractional_units"}))))
    assert "fractional_units" in {row["held_reason"] for row in found.facts}


# The file's own totals ------------------------------------------------------------------------------------------------

TOTALS = [(v, at) for v in ("liberty", "galilu", "boxnox", "skins_sa") for at in range(0, 40, 5)]


@pytest.mark.parametrize(("vendor", "at"), TOTALS)
def test_a_wrong_total_is_found_with_its_place_and_both_figures(vendor: str, at: int) -> None:
    book = sample(vendor)
    totals = d.total_places(d.read_once(book))
    place, control = totals[at * 7 % len(totals)]
    step = 1 if control.measure == "units" else Decimal("0.01")
    wrong = control.file_value + step
    change = d.replaced([place], float(wrong), d.asks("accept_warnings", words=(f"{place[0]}!{control.cell}",)))
    found = d.assert_survives(book, change)
    assert any(
        c.cell == control.cell and c.file_value == wrong and c.file_value != d.total_of(found.frame, c) for c in found.frame.controls
    )


@pytest.mark.parametrize("vendor", ["liberty", "galilu", "skins_sa"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_fact_that_grew_by_one_breaks_a_total(vendor: str, side: int) -> None:
    places = d.fact_places(d.read_once(sample(vendor)), side)
    if vendor == "skins_sa" and side == 0:
        pytest.skip("its subtotals prove money; they count a return as one more unit")
    grown = d.replaced(places[5:6], lambda value: 1 + (value if not isinstance(value, str) else 7), d.asks("accept_warnings"))
    d.assert_survives(sample(vendor), grown)


@pytest.mark.parametrize(("vendor", "value", "rule"), [(v, *bad) for v in ("liberty", "boxnox", "skins_sa") for bad in (("=1+1", "no_cached_value"), ("#REF!", "cell_error"))])  # fmt: skip
def test_a_total_that_can_not_be_read_is_said(vendor: str, value: str, rule: str) -> None:
    (place, _), *_ = d.total_places(d.read_once(sample(vendor)))
    d.assert_survives(sample(vendor), d.replaced([place], value, d.says(rule)))


# Products and stores --------------------------------------------------------------------------------------------------

EANS: Mapping[str, Callable[[str], Any]] = {
    "number": int,
    "float": float,
    "text with .0": lambda ean: f"{ean}.0",
    "apostrophe": lambda ean: f"'{ean}",
    "blanks": lambda ean: f"\u00a0 {ean} \t",
    "scientific": lambda ean: f"{ean[0]}.{ean[1:]}E+12",
    "scientific with comma": lambda ean: f"{ean[0]},{ean[1:]}E+12",
}
LOST: Mapping[str, Callable[[str], Any]] = {
    "text": lambda ean: f"{ean[0]}.{ean[1:3]}E+12",
    "number": lambda ean: float(f"{ean[0]}.{ean[1:5]}E+12"),
    "None": lambda ean: "None",
    "nan": lambda ean: "nan",
    "zero": lambda ean: 0,
    "error": lambda ean: "#N/A",
}


def eans_changed(layout: Layout, change: Callable[[str], Any], expected: d.Expected, rows: range = range(10_000)) -> d.Disturbance:
    def disturb(book: d.Book) -> d.Expected:
        page = book.sheet(layout.sheet)
        header, column = page.find(str(layout.ean))
        for (row, at), cell in page.cells.items():
            if at == column and row > header and row - header - 1 in rows and (ean := d.digits_of(cell.value)):
                cell.value = change(ean)
        return expected

    return disturb


@pytest.mark.parametrize("vendor", [v for v, layout in LAYOUTS.items() if layout.ean])
@pytest.mark.parametrize("name", EANS)
def test_an_ean_in_any_spelling_is_its_digits(vendor: str, name: str) -> None:
    d.assert_survives(sample(vendor), eans_changed(LAYOUTS[vendor], EANS[name], d.SAME))


@pytest.mark.parametrize("vendor", [v for v, layout in LAYOUTS.items() if layout.ean])
@pytest.mark.parametrize("name", LOST)
def test_an_ean_that_lost_its_digits_is_never_guessed(vendor: str, name: str) -> None:
    base = d.read_once(sample(vendor))
    found = d.assert_survives(sample(vendor), eans_changed(LAYOUTS[vendor], LOST[name], d.Expected(None), range(1, 4)))
    assert {row["ean"] for row in found.facts} <= {row["ean"] for row in base.facts} | {None}
    rules = {"ean_lost_digits", "ean_missing", "ean_format"}
    assert found.rules & rules and len(found.facts) == len(base.facts)
    assert sum(row["ean"] is None for row in found.facts) > sum(row["ean"] is None for row in base.facts)


ODD_NAMES = ("SUMMER RAIN EDP 100 ML", "SUM OF PARTS EDP 30 ML", "TOTAL ECLIPSE EDP 100ML", "NOIR TOTAL", "Razem 30 ml")


@pytest.mark.parametrize("vendor", [v for v, layout in LAYOUTS.items() if layout.text])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_product_that_sounds_like_a_total_is_a_product(vendor: str, name: str) -> None:
    layout = LAYOUTS[vendor]

    def rename(book: d.Book) -> d.Expected:
        page = book.sheet(layout.sheet)
        row, column = page.find(str(layout.text))
        first = next(r for r in range(row + 1, page.last_row + 1) if page.value(r, column))
        page.put(first, column, f"{page.value(first, column).split(' - ')[0]} - {name}" if vendor == "skins_nl" else name)
        return d.SAME

    d.assert_survives(sample(vendor), rename)


@pytest.mark.parametrize("sheet", ["product ranking_2025", "Split_by_store_2025"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_new_display_name_stays_a_product_of_galilu(sheet: str, name: str) -> None:
    def rename(book: d.Book) -> d.Expected:
        page = book.sheet(sheet)
        row = next(r for r in range(2, page.last_row) if not page.cells[r, 1].bold)
        page.put(row, 1, name)
        return d.Expected(lambda fact: fact | {"vendor_key": name} if (fact["source_sheet"], fact["source_row"]) == (sheet, row) else fact)

    d.assert_survives(sample("galilu"), rename)


@pytest.mark.parametrize("name", ["Perfumería Nueva", "TOTAL LOOK", "Totally Beauty", "ONLINE STORE 2"])
@pytest.mark.parametrize("vendor", [v for v, layout in LAYOUTS.items() if layout.store])
def test_a_new_store_keeps_its_own_name(vendor: str, name: str) -> None:
    layout = LAYOUTS[vendor]

    def rename(book: d.Book) -> d.Expected:
        page = book.sheet(layout.sheet)
        row, column = page.find(str(layout.store))
        page.put(row + 1, column, name)
        asked = frozenset({"accept_warnings"}) if vendor == "boxnox" else frozenset[str]()  # the month of that POS is printed elsewhere
        return d.Expected(lambda fact: fact | {"store_text": name} if fact["source_row"] == row + 1 else fact, asked)

    d.assert_survives(sample(vendor), rename)


@pytest.mark.parametrize("vendor", LAYOUTS)
def test_superfluous_blanks_in_texts_change_nothing(vendor: str) -> None:
    def pad(book: d.Book) -> d.Expected:
        for sheet in book.sheets:
            for cell in sheet.cells.values():
                if isinstance(cell.value, str) and any(sign.isalpha() for sign in cell.value):
                    cell.value = f"\u00a0{cell.value.replace(' ', '  ')} "
        return d.SAME

    d.assert_survives(sample(vendor), pad)


# Months and dates -----------------------------------------------------------------------------------------------------


def month_names(language: str, width: str) -> Mapping[int, str]:
    return Locale.parse(language).months["format"][width]


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_in_any_language_head_the_same_columns(language: str) -> None:
    english = {name.casefold(): number for number, name in month_names("en", "abbreviated").items()}

    def translate(book: d.Book) -> d.Expected:
        for cell in book.sheet("product ranking_2025").row(1).values():
            if isinstance(cell.value, str) and cell.value.casefold() in english:
                cell.value = month_names(language, "wide")[english[cell.value.casefold()]].upper()
        return d.SAME

    d.assert_survives(sample("galilu"), translate)


@pytest.mark.parametrize("language", ["es", "pl", "nl", "uk", "lt"])
@pytest.mark.parametrize("vendor", ["boxnox", "skins_sa"])
def test_a_month_column_may_say_its_month_in_words(vendor: str, language: str) -> None:
    def translate(book: d.Book) -> d.Expected:
        page = book.sheet(LAYOUTS[vendor].sheet)
        header, column = page.find("MONTH")
        for (row, at), cell in page.cells.items():
            if at == column and row > header and cell.value:
                cell.value = month_names(language, "abbreviated")[int(cell.value)]
        return d.SAME

    d.assert_survives(sample(vendor), translate)


DATES: Mapping[str, Callable[[date], Any]] = {
    "American text": lambda day: f"{day.month}/{day.day}/{day.year}",
    "day number": lambda day: (day - date(1899, 12, 30)).days,
    "ISO text": lambda day: f"{day.isoformat()}T10:00:00",
}


@pytest.mark.parametrize("name", DATES)
def test_order_dates_of_skins_sa_are_american_in_every_spelling(name: str) -> None:
    def respell(book: d.Book) -> d.Expected:
        page = book.sheet("NORDLYS")
        header, column = page.find("OrderDate")
        for (row, at), cell in page.cells.items():
            if at == column and row > header and cell.value is not None:
                cell.value, cell.number_format = DATES[name](d.american(cell.value)), "General"
        return d.SAME

    d.assert_survives(sample("skins_sa"), respell)


def test_a_workbook_that_counts_days_from_1904_states_the_same_days() -> None:
    def from_1904(book: d.Book) -> d.Expected:
        book.date_1904 = True
        return d.SAME

    d.assert_survives(sample("skins_sa"), from_1904)


# Other kinds of file --------------------------------------------------------------------------------------------------

WRITINGS: Mapping[str, Mapping[str, str]] = {
    "semicolons, cp1252": {"delimiter": ";", "decimal": ",", "encoding": "cp1252"},
    "tabs, UTF-16": {"delimiter": "\t", "decimal": ",", "encoding": "utf-16"},
    "commas, UTF-8 with mark": {"delimiter": ",", "decimal": ".", "encoding": "utf-8-sig"},
    "bars": {"delimiter": "|", "decimal": ".", "encoding": "utf-8"},
}


@pytest.mark.parametrize("name", WRITINGS)
@pytest.mark.parametrize("vendor", ["liberty", "boxnox", "skins_sa", "skins_nl"])
def test_the_sheet_of_facts_as_text_states_the_same(vendor: str, name: str) -> None:
    d.assert_survives(sample(vendor), d.only_sheet(LAYOUTS[vendor].sheet, **WRITINGS[name]))


# The shared files -----------------------------------------------------------------------------------------------------


def shared_files() -> list[Path]:
    found = [path for vendor in LAYOUTS for path in sorted((SHARED / "vendors" / vendor).glob("*.xls[xm]"))] if SHARED.is_dir() else []
    return [path for path in found if path.suffix in (".xlsx", ".xlsm")]


@pytest.mark.shared
@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("path", shared_files(), ids=lambda path: path.name)
def test_every_shared_file_moved_about_states_the_same(path: Path, name: str) -> None:
    book = d.load_once(path)
    d.assert_survives(book, lambda copied: replace(MOVES[name](copied)))


@pytest.mark.shared
@pytest.mark.parametrize("path", shared_files(), ids=lambda path: path.name)
def test_every_total_of_the_shared_files_is_a_proof(path: Path) -> None:
    book = d.load_once(path)
    for place, control in d.total_places(d.read_once(book))[::9]:
        wrong = float(control.file_value + (1 if control.measure == "units" else max(Decimal("0.01"), control.tolerance + 1)))
        d.assert_survives(book, d.replaced([place], wrong, d.asks("accept_warnings")))
