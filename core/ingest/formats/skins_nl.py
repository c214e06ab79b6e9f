"""Skins NL: the monthly report by article and, as a second view of the same sales, by location; whole euros without VAT."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.ingest import dates, periods
from core.ingest.cells import CellReader, Columns, Pair, facts_frame
from core.ingest.evidence import Clue, weigh
from core.ingest.layout import (
    Header,
    find_header,
    find_sheet,
    first_text,
    hidden_sheets,
    name_tokens,
    of_brand,
    rival_headers,
    rival_sheets,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import read_ean
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
    Slice,
)

KEY = "skins_nl"
TITLE = "Skins NL"

UNITS, EUROS = "SalesQuantity", "SalesAmount"
ARTICLES = ("Article", "EANCode", UNITS, EUROS)
LOCATIONS = ("Location", UNITS, EUROS)
INFO = ("Month", "Information")
LAST_YEAR = ("SalesAmountSPLY", "SalesAmountVariance", "SalesQuantitySPLY", "SalesQuantityVariance")
KNOWN = ("Brand", *ARTICLES, "Location", *LAST_YEAR)
BY_LOCATION = "location_month"
TOLERANCE = Decimal(5)  # both views round to whole euros, each row on its own

Fact = Callable[[RawSheet, Header, int, Pair], dict[str, Any]]


@dataclass
class Found:
    """What the sheets gave so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    zeros: int = 0


def recognise(book: RawBook) -> Guess:
    """Guess from the headers with last year's figures beside this year's, and the sheets Info and SalesPerSKU."""
    book = with_hidden(book, has_articles)
    found = find_sheet(book, ARTICLES)
    headers = {name for sheet in book.visible if (header := find_header(sheet, (EUROS,))) for name in header.columns}
    names = {(sheet.name or "").strip().casefold() for sheet in book.visible}
    lists = [header for sheet in book.visible if (header := find_header(sheet, ("StockCode",)))]
    return weigh(
        KEY,
        (
            Clue("columns 'Article', 'EANCode', 'SalesQuantity', 'SalesAmount'", found is not None, 0.5),
            Clue("columns with last year's figures (SPLY)", any(name.endswith("sply") for name in headers), 0.2),
            Clue("a sheet by location", find_sheet(book, LOCATIONS) is not None, 0.1),
            Clue("sheets 'Info', 'SalesPerSKU' or 'SalesPerLocation'", bool(names & {"info", "salespersku", "salesperlocation"}), 0.15),
            Clue("'ReportPeriod' in the file name", {"report", "period"} <= name_tokens(book.file_name), 0.05),
        ),
        (
            Clue("a column 'StockCode', as in Skins SA's list", bool(lists), 0.5),
            Clue("a column with order numbers", bool(headers & {"order id", "order_id", "orderid"}), 0.3),
        ),
    )


def has_articles(book: RawBook) -> bool:
    return find_sheet(book, ARTICLES) is not None


def has_locations(book: RawBook) -> bool:
    return find_sheet(book, LOCATIONS) is not None


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """Articles of the month (no store), and the same sales by location, which prove them."""
    period, found, used = period_of(book, options), Found(), set[str | None]()
    shown, placed = with_hidden(book, has_articles), with_hidden(book, has_locations)
    if articles := find_sheet(shown, ARTICLES):
        read_rows(*articles, article_fact, options, found)
        used.add(articles[0].name)
    places = find_sheet(placed, LOCATIONS) if articles else None
    if places:
        read_rows(*places, location_fact, options, found)
        found.controls += location_totals(*places, found)
        used.add(places[0].name)
    if info := find_sheet(shown, INFO):
        used.add(info[0].name)
    rivals = [
        rival
        for sheet, fits in ((articles, has_articles), (places, has_locations))
        if sheet
        for rival in rival_sheets(book, sheet[0].name, fits)
    ]
    basis = options.vat_basis or "net"
    views = ("main", BY_LOCATION) if places else ("main",)
    return SalesFrame(
        KEY,
        facts_frame(found.rows, period_start=period.start, period_end=period.end, currency="EUR", vat_basis=basis),
        period,
        "EUR",
        basis,
        controls=tuple(found.controls),
        slices=tuple(Slice(view, period.start, period.end) for view in views) if period.start and period.end else (),
        set_aside=(*found.set_aside, *sheets_set_aside(book, used, {})),
        problems=(
            *book.problems,
            *periods.describe(period),
            *found.problems,
            *([] if articles else [no_articles(book)]),
            *hidden_sheets(book, used),
            *rivals,
        ),
        explicit_zeros=found.zeros,
    )


def no_articles(book: RawBook) -> Problem:
    """Without the sheet by article nothing is a fact; the sheet by location only repeats it."""
    message = f"No sheet of “{book.file_name}” has the columns {', '.join(ARTICLES)}; the sales by article are read from there."
    return Problem("columns_missing", message, "error", suggestion="Ask the reseller for the complete report.")


def period_of(book: RawBook, options: ReadOptions) -> PeriodReading:
    """The month in the file name, and the bare month number on the sheet Info, which is often last month's."""
    named = periods.find_months(book.file_name)
    return periods.resolve([*named, *info_month(book, named)], "month", options)


def info_month(book: RawBook, named: tuple[PeriodEvidence, ...]) -> Iterator[PeriodEvidence]:
    """Evidence of the sheet Info: its bare month, in the year in which it is nearest to the month of the name."""
    found = find_sheet(book, INFO)
    years = {hint.start.year for hint in named} or set(periods.find_years(book.file_name))
    if found is None or len(years) != 1:
        return
    sheet, header = found
    texts = (text_at(cells, header.first("Month")) for cells in sheet.grid[header.row + 1 :])
    if month := dates.read_month(next((text for text in texts if text), None)):
        year = years.pop()
        if named:
            year += round((named[0].start.month - month) / 12)
        yield PeriodEvidence("title", f"{sheet.name}: month {month}", *dates.month_span(year, month))


def columns_of(header: Header) -> Columns:
    return Columns(header.first(UNITS), header.first(EUROS))


def read_rows(sheet: RawSheet, header: Header, fact: Fact, options: ReadOptions, found: Found) -> None:
    """The rows of one view; a row with last year's figures only is set aside, it is no zero."""
    at = columns_of(header)
    reader = CellReader.over(sheet, [at], header.row + 1, sign=",")
    for row in range(header.row + 1, sheet.height):
        cells = sheet.grid[row]
        if first_text(cells) is None:
            continue
        pair = reader.pair(row, at)
        reason = set_aside_reason(cells, header, pair, options)
        if reason:
            found.set_aside.append(SetAside(reason, sheet.name, row + 1))
        elif pair.explicit_zero:
            found.zeros += 1
        else:
            found.rows.append(fact(sheet, header, row, pair))
            found.problems += ean_problem(sheet, header, row)
    found.problems += rival_headers(sheet, header, (*ARTICLES, "Location"))
    found.problems += [*reader.problems, *reader.foreign("EUR"), *reader.text_numbers(), *unknown_columns(sheet, header, KNOWN)]


def set_aside_reason(cells: tuple[str | None, ...], header: Header, pair: Pair, options: ReadOptions) -> str | None:
    """Why a row is no fact: another brand, a total, or nothing sold this year."""
    key = first_text(text_at(cells, header.first(name)) for name in ("EANCode", "Article", "Location"))
    if not of_brand(text_at(cells, header.first("Brand")), options.brand) and total_of(first_text(cells)) is None:
        return "a row of another brand"
    if key is None or total_of(key) is not None:
        return "a row without article or location"
    return "last year's figures only, nothing sold this year" if not pair.stated and not pair.explicit_zero else None


def article_fact(sheet: RawSheet, header: Header, row: int, pair: Pair) -> dict[str, Any]:
    cells = sheet.grid[row]
    article, printed = text_at(cells, header.first("Article")), text_at(cells, header.first("EANCode"))
    ean, code = read_ean(printed).ean, article_id(article)
    return {
        "source_sheet": sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        "vendor_key": printed if ean else code or article or printed,
        "ean": ean,
        "code_text": code,
        "product_text": article,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held,
    }


def article_id(article: str | None) -> str | None:
    """`214057` of `214057 - Tester Glow of Tundra EDP 100ml`."""
    found = re.match(r"\s*(\w+)\s+[-–]\s", article or "")
    return found.group(1) if found else None


def location_fact(sheet: RawSheet, header: Header, row: int, pair: Pair) -> dict[str, Any]:
    return {
        "view": BY_LOCATION,
        "primary_view": False,
        "source_sheet": sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        "store_text": text_at(sheet.grid[row], header.first("Location")),
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held,
    }


def ean_problem(sheet: RawSheet, header: Header, row: int) -> Iterator[Problem]:
    """An EAN that can not be read; the article's own number takes its place."""
    column = header.first("EANCode")
    printed = None if column is None else text_at(sheet.grid[row], column)
    if column is None or read_ean(printed).ean:
        return
    article = text_at(sheet.grid[row], header.first("Article"))
    how = f"is written as {printed}" if printed else "is missing"
    message = f"The EAN of '{article}' {how}. The article number is used instead."
    yield Problem("ean_format" if printed else "ean_missing", message, "warning", sheet.name, sheet.address(row, column), printed)


def location_totals(sheet: RawSheet, header: Header, found: Found) -> Iterator[ControlTotal]:
    """What the locations add up to: the articles must come to the same units, and to the same euros but for rounding."""
    rows = [row for row in found.rows if row.get("view") == BY_LOCATION]
    if not rows:
        return
    first, last = rows[0]["source_row"] - 1, rows[-1]["source_row"] - 1
    at = columns_of(header)
    span = {c: f"{sheet.address(first, c)}:{sheet.address(last, c)}" for c in (at.units, at.amount) if c is not None}
    what = "Sum of the locations = sum of the articles"
    units = Decimal(sum(row["quantity"] or 0 for row in rows))
    euros = sum((row["amount_local"] or Decimal(0) for row in rows), Decimal(0))
    yield ControlTotal(what, "units", units, span.get(at.units or -1), sheet.name)
    yield ControlTotal(what, "amount", euros, span.get(at.amount or -1), sheet.name, tolerance=TOLERANCE)
