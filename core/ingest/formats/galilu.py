"""Galilu: a living workbook in PLN with three views that never meet: store × product units, product units, and money by store."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from core.ingest import dates, periods
from core.ingest.cells import CellReader, Columns, Pair, facts_frame, month_slices
from core.ingest.evidence import Clue, weigh
from core.ingest.formats.year_tables import YearTable, measure_above, month_word, table_of_several_years, tables_on
from core.ingest.layout import (
    HEADER_ROWS,
    first_text,
    header_of,
    hidden_sheets,
    name_tokens,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import fold
from core.ingest.numbers import read_currency
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodEvidence,
    PeriodReading,
    Problem,
    RawBook,
    RawSheet,
    ReadOptions,
    SalesFrame,
    SetAside,
)

KEY = "galilu"
TITLE = "Galilu"

BY_STORE_AND_PRODUCT, BY_PRODUCT, MONEY, VOLUME = "store_product_month", "product_month", "store_month_money", "store_month_volume"
VIEWS = (BY_STORE_AND_PRODUCT, BY_PRODUCT, MONEY, VOLUME)
NAMELESS = "(no name)"
LONGEST = 2000
KNOWN = ("Total", "share", "Product")


@dataclass(frozen=True)
class Workbook:
    """The tables of the workbook by what they are; `summaries` are sheets of month totals over several years."""

    rankings: tuple[YearTable, ...] = ()
    splits: tuple[YearTable, ...] = ()
    money: tuple[YearTable, ...] = ()
    volumes: tuple[YearTable, ...] = ()
    summaries: tuple[RawSheet, ...] = ()

    @property
    def tables(self) -> tuple[YearTable, ...]:
        return (*self.rankings, *self.splits, *self.money, *self.volumes)

    @property
    def kinds(self) -> tuple[bool, ...]:
        """Which of the four kinds of tables there are."""
        return bool(self.rankings), bool(self.splits), bool(self.money), bool(self.volumes)


@dataclass
class Found:
    """What the tables gave so far; `stores` maps the folded names of the split to their spelling there."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    split_months: set[date] = field(default_factory=set)
    stores: dict[str, str] = field(default_factory=dict)
    named: list[CellReader] = field(default_factory=list)  # readers of money, for the currencies that its cells name
    zeros: int = 0


def recognise(book: RawBook) -> Guess:
    """Guess from the three kinds of tables and the title 'Galilu sellout'."""
    book = with_hidden(book, has_tables)
    small = small_sheets(book)
    tables = workbook_of(small)
    texts = {fold(text) for sheet in small for cells in sheet.head() for text in cells if text}
    headers = {name for sheet in book.visible for row in range(min(5, sheet.height)) for name in header_of(sheet, row).columns}
    return weigh(
        KEY,
        (
            Clue("money and volume by store and month, year below year", bool(tables.money and tables.volumes), 0.35),
            Clue("a ranking of products by month", bool(tables.rankings), 0.15),
            Clue("a split by store", bool(tables.splits), 0.15),
            Clue("the title 'Galilu sellout'", any(text.startswith("galilu") for text in texts), 0.2),
            Clue("a title 'value (PLN)'", any(text.startswith("value") and "pl" in text for text in texts), 0.1),
            Clue("'Galilu' in the file name", "galilu" in name_tokens(book.file_name), 0.15),
        ),
        (
            Clue("a single sheet", len(book.visible) == 1, 0.2),
            Clue("a column of EANs, which Galilu never sends", bool(headers & {"ean", "eancode", "stockcode", "product ean"}), 0.4),
        ),
    )


def small_sheets(book: RawBook) -> list[RawSheet]:
    """The sheets that a report of a few stores may fill; a long list is not searched for tables."""
    return [sheet for sheet in book.visible if sheet.height <= LONGEST]


def has_tables(book: RawBook) -> bool:
    tables = workbook_of(small_sheets(book))
    return bool(tables.rankings and tables.money)


def with_hidden_tables(book: RawBook) -> RawBook:
    """The book with those hidden sheets shown that are the only ones of their kind, such as a hidden split by store."""
    for hidden in (sheet for sheet in book.sheets if sheet.hidden and sheet.height <= LONGEST):
        shown = replace(book, sheets=tuple(replace(sheet, hidden=sheet.hidden and sheet is not hidden) for sheet in book.sheets))
        if workbook_of(small_sheets(shown)).kinds > workbook_of(small_sheets(book)).kinds:
            book = shown
    return book


def workbook_of(sheets: Collection[RawSheet]) -> Workbook:
    """The tables of all sheets, told apart by their titles and by the names that repeat in a split."""
    rankings: list[YearTable] = []
    splits: list[YearTable] = []
    money: list[YearTable] = []
    volumes: list[YearTable] = []
    summaries: list[RawSheet] = []
    unnamed: list[YearTable] = []
    for sheet in sheets:
        if summary_columns(sheet):
            summaries.append(sheet)
            continue
        for table in tables_on(sheet):
            {"value": money, "volume": volumes, None: unnamed}[table.measure].append(table)
        if several := table_of_several_years(sheet, "Product"):
            unnamed.append(several)
    stores = {fold(table.name(row)) for table in (*money, *volumes) for row in table.rows}
    for table in unnamed:
        (splits if table.measure is None and is_split(table, stores) else rankings).append(table)
    return Workbook(tuple(rankings), tuple(splits), tuple(money), tuple(volumes), tuple(summaries))


def is_split(table: YearTable, stores: set[str]) -> bool:
    """True where products repeat, once for each store, or where the sheet says so or, not being called a ranking, has a store among its names."""
    names, said = [fold(table.name(row)) for row in table.rows], name_tokens(table.sheet.name or "")
    by_store = "ranking" not in said and any(name in stores for name in names if name)
    return "split" in said or len(set(names)) < len(names) * 0.7 or by_store


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Units by store and product where the split covers the month, else by product; money by store and month."""
    shown, found = with_hidden_tables(with_hidden(book, has_tables)), Found()
    tables = workbook_of(shown.visible)
    read_splits(tables, found)
    read_rankings(tables, found)
    read_stores(tables, found)
    found.controls += [c for sheet in tables.summaries for c in summary_totals(sheet, tables, found)]
    period = period_of(book, tables, found, options)
    currency, basis = options.currency or printed_currency(book), options.vat_basis or "gross"
    rows = facts_frame(found.rows, currency=currency, vat_basis=basis)
    return SalesFrame(
        KEY,
        rows,
        period,
        currency,
        basis,
        controls=tuple(found.controls),
        slices=tuple(s for view in VIEWS for s in month_slices(view, rows.filter(pl.col("view") == view)["period_start"])),
        set_aside=(*found.set_aside, *below_tables(tables), *other_sheets(shown, tables)),
        problems=(
            *book.problems,
            *periods.describe(period),
            *found.problems,
            *(problem for reader in found.named for problem in reader.foreign(currency)),
            *remarks(rows, period),
            *hidden_sheets(book, {t.sheet.name for t in tables.tables}),
            *rivals(tables),
            *unread(shown, tables),
        ),
        explicit_zeros=found.zeros,
        living=True,
    )


def read_splits(tables: Workbook, found: Found) -> None:
    """Store × product × month, and each store's subtotals."""
    products = {fold(table.name(row)) for table in tables.rankings for row in table.rows}
    stores = {fold(table.name(row)) for table in (*tables.money, *tables.volumes) for row in table.rows}
    for table in tables.splits:
        reader = table.reader()
        months = table.filled(reader)
        found.split_months |= {start for start, _ in months.values()}
        store: str | None = None
        for row in table.rows:
            if is_store(table, reader, row, stores, products):
                store = table.name(row)
                found.stores[fold(store)] = store
                found.set_aside.append(SetAside(f"store header row with the subtotal of {store}", table.sheet.name, row + 1))
                found.controls += month_totals(table, reader, row, f"{store}, subtotal", {"store_text": store}, BY_STORE_AND_PRODUCT)
            else:
                keys = {"view": BY_STORE_AND_PRODUCT, "primary_view": True, "store_text": store, **product_keys(table, row)}
                read_row(table, reader, row, keys, found)
        found.problems += storeless(table, found)
        close(table, reader, BY_STORE_AND_PRODUCT, found)


def storeless(table: YearTable, found: Found) -> Iterator[Problem]:
    """Products above the first store of a split."""
    alone = [fact for fact in found.rows if fact["view"] == BY_STORE_AND_PRODUCT and not fact["store_text"]]
    rows = [fact["source_row"] for fact in alone if fact["source_sheet"] == table.sheet.name]
    if rows:
        message = (
            "Products stand above the first store of this sheet and would count for none. Confirm, or ask the reseller whose they are."
        )
        yield Problem("store_blank", message, "error", table.sheet.name, table.sheet.address(rows[0] - 1, table.names))


def is_store(table: YearTable, reader: CellReader, row: int, stores: Collection[str], products: Collection[str]) -> bool:
    """A known store by its name, else (not a product of the ranking) a bold name, else one whose figures the rows beneath add up to."""
    name = fold(table.name(row))
    if name in stores or name in products:
        return name in stores
    marked = {r for r, column in table.sheet.bold if column == table.names} & set(table.rows)
    if marked and len(marked) < len(table.rows):
        return row in marked
    return sums_up(table, reader, row, products)


def sums_up(table: YearTable, reader: CellReader, row: int, products: Collection[str]) -> bool:
    """True where the products right beneath, all of them, come to this row's figures in every month."""
    own = [reader.pair(row, table.at(column)).units or 0 for column in table.months]
    added = [0] * len(own)
    for below in (r for r in table.rows if r > row):
        if fold(table.name(below)) not in products:
            break
        figures = (reader.pair(below, table.at(column)).units or 0 for column in table.months)
        added = [total + figure for total, figure in zip(added, figures, strict=True)]
    return added == own and any(own)


def read_rankings(tables: Workbook, found: Found) -> None:
    """Product × month; months that the split covers are a further view of the same sales."""
    for table in tables.rankings:
        reader = table.reader()
        for row in table.rows:
            read_row(table, reader, row, {"view": BY_PRODUCT, "primary_view": True, **product_keys(table, row)}, found)
        close(table, reader, BY_PRODUCT, found)
    for fact in found.rows:
        if fact["view"] == BY_PRODUCT:
            fact["primary_view"] = fact["period_start"] not in found.split_months


def product_keys(table: YearTable, row: int) -> dict[str, Any]:
    name = table.name(row)
    nameless = None if name else "unmatched_product"
    return {"vendor_key": name or NAMELESS, "name_text": name or None, "product_text": name or None, "held_reason": nameless}


def read_stores(tables: Workbook, found: Found) -> None:
    """Store × month: money as facts, volume as a further view."""
    for table in (*tables.money, *tables.volumes):
        reader = table.reader()
        view = MONEY if table.measure == "value" else VOLUME
        for row in table.rows:
            keys = {"view": view, "primary_view": view == MONEY, "store_text": table.name(row) or None}
            read_row(table, reader, row, keys, found)
            if view == VOLUME and fold(table.name(row)) in found.stores:
                found.controls += split_by_volume(table, reader, row, found)
        close(table, reader, view, found)


def read_row(table: YearTable, reader: CellReader, row: int, keys: dict[str, Any], found: Found) -> None:
    """The facts of a row, a month a fact, and its own total; a name without figures is set aside."""
    pairs = {span: reader.pair(row, table.at(column)) for column, span in table.months.items()}
    for (start, end), pair in pairs.items():
        if pair.stated:
            found.rows.append(fact(table, row, {**keys, "period_start": start, "period_end": end}, pair))
        found.zeros += pair.explicit_zero
    if not any(pair.stated or pair.explicit_zero for pair in pairs.values()):
        found.set_aside.append(SetAside("a name without figures", table.sheet.name, row + 1))
        return
    for column, months in table.sums.items():
        where = {"source_row": row + 1, "source_sheet": table.sheet.name, "period_start": months}
        what = f"{table.sheet.name}, {table.name(row) or NAMELESS}: total"
        found.controls += reader.controls(what, row, table.at(column), where, over=(str(keys["view"]),))


def fact(table: YearTable, row: int, keys: dict[str, Any], pair: Pair) -> dict[str, Any]:
    return {
        "source_sheet": table.sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        **keys,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held or keys.get("held_reason"),
    }


def close(table: YearTable, reader: CellReader, view: str, found: Found) -> None:
    """The total row of a table as controls, the rows below it set aside, and what was wrong with its cells."""
    name = table.sheet.name
    for row in table.totals:
        found.set_aside.append(SetAside("total row", name, row + 1))
        found.controls += month_totals(table, reader, row, f"{name}, {table.measure or 'units'}: total", {}, view)
        if view == VOLUME:
            found.controls += units_by_volume(table, reader, row, found)
    found.set_aside += [SetAside(f"'{table.name(row)}' row below the total", name, row + 1) for row in table.others]
    found.named += [] if table.measure != "value" else [reader]
    found.problems += [*reader.problems, *reader.text_numbers(), *unknown_columns(table.sheet, table.inner_header, KNOWN)]


def month_totals(table: YearTable, reader: CellReader, row: int, what: str, where: dict[str, Any], view: str) -> Iterator[ControlTotal]:
    """A total for each month that the table fills, or that prints something, and for all of them together."""
    filled = table.filled(reader)
    for column, (start, _) in table.months.items():
        if column in filled or reader.pair(row, table.at(column)).stated:
            yield from reader.controls(f"{what} {start:%Y-%m}", row, table.at(column), {**where, "period_start": start}, over=(view,))
    for column, months in table.sums.items():
        yield from reader.controls(f"{what}, all months", row, table.at(column), {**where, "period_start": months}, over=(view,))


def units_by_volume(table: YearTable, reader: CellReader, row: int, found: Found) -> Iterator[ControlTotal]:
    """The stores' volume of a month is what its products come to, in the ranking and, where it covers the month, in the split."""
    ranked = {fact["period_start"] for fact in found.rows if fact["view"] == BY_PRODUCT}
    for column, (start, _) in table.months.items():
        for view, months in ((BY_PRODUCT, ranked), (BY_STORE_AND_PRODUCT, found.split_months)):
            if start in months:
                what = f"Volume {start:%Y-%m} = {'ranking' if view == BY_PRODUCT else 'split'}"
                yield from reader.controls(what, row, table.at(column), {"period_start": start}, over=(view,))


def split_by_volume(table: YearTable, reader: CellReader, row: int, found: Found) -> Iterator[ControlTotal]:
    """A store's volume is what its products come to in the split, where both sheets spell the store alike."""
    store = found.stores[fold(table.name(row))]
    for column, (start, _) in table.months.items():
        if start in found.split_months:
            where = {"store_text": store, "period_start": start}
            what = f"{store}, volume {start:%Y-%m} = split"
            yield from reader.controls(what, row, table.at(column), where, over=(BY_STORE_AND_PRODUCT,))


def summary_columns(sheet: RawSheet) -> list[tuple[int, int, dict[int, int]]]:
    """(header row, column of the month names, column → year) of each table of month totals by year on a sheet."""
    found = []
    for row in range(min(HEADER_ROWS, sheet.height)):
        cells = sheet.grid[row]
        starts = [column for column, text in enumerate(cells) if fold(text or "") in {"months", "month"}]
        for start, stop in zip(starts, [*starts[1:], len(cells)], strict=False):
            years = {c: year for c in range(start + 1, stop) if (year := dates.read_year(cells[c]))}
            found += [(row, start, years)] if years else []
    return found


def summary_totals(sheet: RawSheet, tables: Workbook, found: Found) -> Iterator[ControlTotal]:
    """Month totals over the years, of the money and of the volume; the volume is also what the products come to, in the months that a
    ranking reaches back to."""
    ranked = min((start for table in tables.rankings for start, _ in table.months.values()), default=date.max)
    for header, names, years in summary_columns(sheet):
        measure = measure_above(sheet, header, names, max(years) + 1)
        views = (MONEY,) if measure == "value" else (VOLUME, BY_PRODUCT)
        places = {c: Columns(None, c) if measure == "value" else Columns(c, None) for c in years}
        reader = CellReader.over(sheet, places.values(), header + 1)
        first = {column: first_month(reader, header, names, at, years[column]) for column, at in places.items()}
        for row in range(header + 1, sheet.height):
            name = text_at(sheet.grid[row], names)
            for column, at in places.items():
                months = months_named(name, years[column])
                if months and reader.pair(row, at).stated:
                    what = f"{sheet.name}, {measure} {months[0]:%Y-%m}" if len(months) == 1 else f"{sheet.name}, {measure} {years[column]}"
                    where = {"period_start": months[0] if len(months) == 1 else months}
                    for view in views if max(months[0], first[column]) >= ranked else views[:1]:
                        yield from reader.controls(what, row, at, where, over=(view,))
        found.problems += reader.problems


def first_month(reader: CellReader, header: int, names: int, at: Columns, year: int) -> date:
    """The first month of a year that a column of a summary states; the end of time where it states none."""
    named = ((row, months_named(text_at(reader.sheet.grid[row], names), year)) for row in range(header + 1, reader.sheet.height))
    return min((months[0] for row, months in named if len(months) == 1 and reader.pair(row, at).stated), default=date.max)


def months_named(name: str | None, year: int) -> tuple[date, ...]:
    """The first days of the month, or for a total of all months, that a row of a summary is about."""
    if total_of(name) == "":
        return tuple(date(year, month, 1) for month in range(1, 13))
    month = month_word(name)
    return (date(year, month, 1),) if month else ()


def period_of(book: RawBook, tables: Workbook, found: Found, options: ReadOptions) -> PeriodReading:
    """The newest month that the ranking fills; of the file name only the year counts, its other numbers are copies."""
    months = {fact["period_start"] for fact in found.rows if fact["view"] == BY_PRODUCT}
    newest = max(months, default=None)
    header = periods.from_months("header", [(newest.year, newest.month)], "months of the ranking") if newest else None
    years = {*periods.find_years(book.file_name), *(hint.start.year for hint in periods.find_months(book.file_name))}
    named = [PeriodEvidence("file_name", str(year), date(year, 1, 1), date(year, 12, 31)) for year in years if len(years) == 1]
    hints = [header, *named] if header else []
    return periods.resolve(hints, "month", options, min(months, default=None))


def remarks(rows: pl.DataFrame, period: PeriodReading) -> Iterator[Problem]:
    """That money has no products here, and which months the split by store does not reach."""
    ends = dict(rows.group_by("view").agg(pl.col("period_start").max()).iter_rows())
    if BY_PRODUCT in ends:
        message = "The file states money by store and month only. Money by product is an estimate and is never stored as a fact."
        yield Problem("no_amount_per_product", message, "info")
    split, ranking = ends.get(BY_STORE_AND_PRODUCT), ends.get(BY_PRODUCT)
    if split and ranking and split < ranking:
        message = f"The split by store ends in {split:%Y-%m}, the ranking in {ranking:%Y-%m}. The months between have no stores yet."
        yield Problem("views_cover_different_months", message, "info", value=f"{split:%Y-%m} / {ranking:%Y-%m}")


def rivals(tables: Workbook) -> Iterator[Problem]:
    """Two tables of one kind that state the same month: its figures would count twice."""
    for kind in (tables.rankings, tables.splits, tables.money, tables.volumes):
        stated: dict[date, str | None] = {}
        for table in kind:
            for start, _ in table.filled(table.reader()).values():
                if start in stated:
                    yield twice(stated[start], table, start)
                    break
            else:
                stated |= {start: table.sheet.name for start, _ in table.filled(table.reader()).values()}


def states_figures(sheet: RawSheet) -> bool:
    """True where a sheet holds a number that is neither 0 nor a year."""
    cells = ((text, row, c) for row, texts in enumerate(sheet.grid) for c, text in enumerate(texts) if text)
    return any(sheet.is_typed(row, c) and text != "0" and not dates.read_year(text) for text, row, c in cells)


def unread(book: RawBook, tables: Workbook) -> Iterator[Problem]:
    """Sheets that are called a ranking or a split, of a year or with a product of the others, and gave no table: what they state would be
    missing."""
    read = {table.sheet.name for table in tables.tables}
    products = {fold(table.name(row)) for table in tables.rankings for row in table.rows} - {""}
    called = (sheet for sheet in book.visible if {"ranking", "split"} & name_tokens(sheet.name or ""))
    for sheet in (sheet for sheet in called if sheet.name not in read and states_figures(sheet)):
        if re.search(r"20\d\d", sheet.name or "") or any(fold(text) in products for cells in sheet.grid for text in cells if text):
            message = (
                f"No months were found on “{sheet.name}”, so nothing of it was read. Confirm that it is no part of the report, "
                "or name its columns by months (Jan, Feb, …) and upload the file again."
            )
            yield Problem("sheet_unread", message, "error", sheet.name)


def twice(first: str | None, table: YearTable, month: date) -> Problem:
    message = (
        f"'{first}' and the table in row {table.header + 1} of '{table.sheet.name}' both state {month:%B %Y} and what follows. "
        "One of them would count twice; ask the reseller which one is right, or take the other out of the file."
    )
    return Problem("rival_sheet", message, "error", table.sheet.name, table.sheet.address(table.header, table.names))


def printed_currency(book: RawBook) -> str:
    """The currency in a title such as 'value (PLN)'; PLY, a typing error, is PLN."""
    texts = (fold(text) for sheet in book.visible for cells in sheet.head() for text in cells if text)
    words = (word for text in texts if text.startswith("value") for word in re.findall(r"[a-z]+", text))
    return next((code for word in words if (code := read_currency(word.upper()))), "PLN")


def below_tables(tables: Workbook) -> Iterator[SetAside]:
    """What stands below the last table of a sheet, such as the summary by channel and size."""
    for sheet in {table.sheet.name: table.sheet for table in tables.tables}.values():
        last = max(table.last for table in tables.tables if table.sheet is sheet)
        rows = [row for row in range(last + 1, sheet.height) if first_text(sheet.grid[row]) is not None]
        if rows:
            yield SetAside("a summary below the tables, repeats their figures", sheet.name, rows[0] + 1, rows[-1] + 1, len(rows))


def other_sheets(book: RawBook, tables: Workbook) -> tuple[SetAside, ...]:
    summaries = {sheet.name: "month totals only, control totals" for sheet in tables.summaries}
    return sheets_set_aside(book, {table.sheet.name for table in tables.tables}, summaries)
