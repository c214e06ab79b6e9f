"""Selfridges: a living form, a block of products for each store and a pair of columns for each week, sales including VAT."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from core.ingest import dates, periods
from core.ingest.cells import CellReader, Columns, Pair, facts_frame, pair_columns
from core.ingest.evidence import Clue, weigh
from core.ingest.layout import (
    HEADER_ROWS,
    NOT_THIS_PERIOD,
    Header,
    basis_remark,
    currency_named,
    first_text,
    header_of,
    hidden_sheets,
    label_runs,
    name_tokens,
    rival_sheets,
    says_net,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import collapse, fold
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

KEY = "selfridges"
TITLE = "Selfridges"
Basis = Literal["gross", "net"]

UNITS = {"sold", "sold units", "sold qty", "units", "units sold", "qty", "qty sold", "quantity", "sales units", "sales qty"}
POUNDS = re.compile(r"(?:net |gross )?(?:sales|value|amount|turnover|revenue)\b(?!.*\b(?:units?|qty|quantity)\b)")
STORE = ("Store", "Stores", "Store name", "Location", "Branch", "Shop", "Door")
PRODUCT = ("Product", "Product name", "Product description", "Item", "Item description", "Description", "Style", "Article")
KNOWN = (*STORE, *PRODUCT, "RRP £", "RRP")
PRODUCT_KEY = re.compile(r"\s*(\d{8})\s*[-–—:]\s*(.+)", re.DOTALL)
WEEK_ENDS = re.compile(r"^(?:w/?e|wk end(?:ing)?|week[- ]?end(?:ing|s)?|ending|ends|to)\b[.: ]*(?:on )?", re.IGNORECASE)
TOTAL_OF = re.compile(r"^(?:sub-?)?total(?: of| for)?:? ")
LIBERTY_LABELS = {"flagship", "internet"}


@dataclass(frozen=True)
class Week:
    """A pair of columns under a week label and the date the week ends on; without a date it is a sum over weeks ('YTD')."""

    label: str
    end: date | None
    at: Columns

    @property
    def span(self) -> dates.Span | None:
        return dates.week_span(self.end) if self.end else None

    @property
    def number(self) -> int | None:
        found = re.search(r"\d+", self.label)
        return int(found.group()) if found else None

    @property
    def is_sum(self) -> bool:
        return self.end is None and (fold(self.label) in {"ytd", "year to date"} or total_of(self.label) is not None)


@dataclass(frozen=True)
class Form:
    """The form on a sheet: its last header row, its pairs, and the columns of store and product."""

    sheet: RawSheet
    header: Header
    weeks: tuple[Week, ...]
    store: int | None
    product: int


@dataclass
class Found:
    """What the form gave so far; `filled` holds the last days of the weeks that anything is reported for."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    totals: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    filled: set[date] = field(default_factory=set)
    zeros: int = 0


def recognise(book: RawBook) -> Guess:
    """Guess from 'Sold' and 'Sales £' under week labels, the glued product keys and the reseller's name in a cell."""
    book = with_hidden(book, form_of)
    form = form_of(book)
    words = {word for sheet in book.visible for cells in sheet.head(HEADER_ROWS) for text in cells if text for word in name_tokens(text)}
    keys = sum(1 for cells in form.sheet.grid if PRODUCT_KEY.match(cells[form.product] or "")) if form else 0
    headers = {name for sheet in book.visible for row in range(min(HEADER_ROWS, sheet.height)) for name in header_of(sheet, row).columns}
    return weigh(
        KEY,
        (
            Clue("pairs of 'Sold' and 'Sales £' under week labels", form is not None, 0.4),
            Clue("the word 'Selfridges' in a title or total", "selfridges" in words or names_reseller(book), 0.3),
            Clue("product keys of eight digits and a text", keys > 0, 0.2),
            Clue("columns 'Store' and 'Product'", form is not None and form.store is not None, 0.05),
            Clue("'Selfridges' in the file name", "selfridges" in name_tokens(book.file_name), 0.15),
        ),
        (Clue("Liberty's channels Flagship and Internet", headers >= LIBERTY_LABELS, 0.6),),
    )


def names_reseller(book: RawBook) -> bool:
    return any("selfridges" in fold(text) for sheet in book.visible for cells in sheet.frame.tail(1).rows() for text in cells if text)


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """One fact for each store, product and week that is filled; totals and the year to date prove them."""
    form, found = form_of(with_hidden(book, form_of)), Found()
    if form:
        read_form(form, found)
    period = period_of(book, form, found, options)
    stated = printed_basis(form)
    basis, currency, name = options.vat_basis or stated, printed_currency(form), form.sheet.name if form else None
    return SalesFrame(
        KEY,
        facts_frame(found.rows, currency=currency, vat_basis=basis),
        period,
        currency,
        basis,
        controls=tuple(found.controls),
        slices=tuple(Slice("main", *dates.week_span(end)) for end in sorted(found.filled)),
        set_aside=(*found.set_aside, *sheets_set_aside(book, {form.sheet.name} if form else set(), {})),
        problems=(
            *book.problems,
            *periods.describe(period),
            *found.problems,
            *basis_remark(stated, "gross", name),
            *rival_sheets(book, name, form_of),
            *hidden_sheets(book, {name} if form else ()),
        ),
        explicit_zeros=found.zeros,
        living=True,
    )


def form_of(book: RawBook) -> Form | None:
    """The first visible sheet with pairs of 'Sold' and 'Sales' columns, a product column, and labels above the pairs."""
    for sheet in book.visible:
        for row in range(min(HEADER_ROWS, sheet.height)):
            header = header_of(sheet, row)
            units, pounds = figure_columns(header)
            if units and pounds and (weeks := weeks_of(sheet, header, units, pounds)):
                used = {column for week in weeks for column in (week.at.units, week.at.amount)}
                store, product = text_columns(sheet, header, used)
                if product is not None:
                    return Form(sheet, header, weeks, store, product)
    return None


def figure_columns(header: Header) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of units and of money, but for those of another year, plan or stock."""
    names = [(name, columns) for name, columns in header.columns.items() if not NOT_THIS_PERIOD.search(name)]
    units = tuple(sorted(c for name, columns in names if name in UNITS for c in columns))
    return units, tuple(sorted(c for name, columns in names if name not in UNITS and POUNDS.match(name) for c in columns))


def text_columns(sheet: RawSheet, header: Header, used: set[int | None]) -> tuple[int | None, int | None]:
    """The columns of store and product: by their headers, else by what stands in them (glued keys; the first column of other texts)."""
    above = [header_of(sheet, row) for row in range(header.row, max(header.row - 5, -1), -1)]
    store = next((c for h in above if (c := h.first(*STORE)) is not None), None)
    product = next((c for h in above if (c := h.first(*PRODUCT)) is not None), None)
    body = sheet.grid[header.row + 1 :]
    if product is None:
        keys = {c: sum(1 for cells in body if PRODUCT_KEY.match(cells[c] or "")) for c in range(sheet.width) if c not in used}
        product = max((c for c in keys if keys[c]), key=lambda c: keys[c], default=None)
    if store is None and product is not None:
        heads = [h for h in above if h.row >= min((h.row for h in above if h.first(*PRODUCT) is not None), default=header.row)]
        named = {c for h in heads for columns in h.columns.values() for c in columns}
        bare = [c for c in range(product) if c not in used and c not in named]
        store = next((c for c in bare if any(re.search(r"[^\W\d_]", cells[c] or "") for cells in body)), None)
    return store, product


def weeks_of(sheet: RawSheet, header: Header, units: tuple[int, ...], pounds: tuple[int, ...]) -> tuple[Week, ...]:
    """The pairs with the week label above them and the date inside that label's columns, whichever of the two rows comes first."""
    above = [row for row in range(max(header.row - 4, 0), header.row) if any(text_at(sheet.grid[row], c) for c in units)]
    if not above:
        return ()
    days = {row: week_ends([sheet.grid[row][c] for c in range(sheet.width)]) for row in above}
    dated = max(above, key=lambda row: sum(day is not None for day in days[row]))
    labelled = max(above, key=lambda row: sum(text is not None for text in sheet.grid[row]) - sum(map(bool, days[row])))
    labels: list[str | None] = [None] * sheet.width
    ends: list[date | None] = [None] * sheet.width
    for start, stop, text in label_runs(sheet, labelled):
        end = next((day for day in days[dated][start:stop] if day), None)
        labels[start:stop], ends[start:stop] = [text] * (stop - start), [end] * (stop - start)
    for start, stop, text in (
        label_runs(sheet, dated) if dated != labelled else ()
    ):  # a pair that is named in the row of the dates alone: YTD
        if not any(labels[start:stop]):
            end = days[dated][start]
            labels[start:stop], ends[start:stop] = [text] * (stop - start), [end] * (stop - start)
    pairs = pair_columns(units, pounds, labels)
    return tuple(Week(collapse(labels[at.units] or ""), ends[at.units], at) for at in pairs if at.units is not None)


def week_ends(texts: Sequence[str | None]) -> list[date | None]:
    """The days that a header row names, all in one order of day and month: the one its values prove, else the one that makes weeks."""
    plain = [WEEK_ENDS.sub("", collapse(text)) if text else None for text in texts]
    proven, needed = dates.decide_order(plain)
    orders: list[dates.DateOrder] = [proven] if proven else ["dmy", "mdy"] if needed else ["dmy"]
    readings = [[dates.read_date(text, order)[0] for text in plain] for order in orders]
    return next((days for days in readings if in_weeks(days)), readings[0])


def in_weeks(days: Sequence[date | None]) -> bool:
    """True where the days lie whole weeks apart."""
    known = [day for day in days if day]
    return all((day - known[0]).days % 7 == 0 for day in known)


def printed_basis(form: Form | None) -> Basis:
    """'net' where the title above the form or the heads of its money say that the sales exclude VAT, else 'gross'."""
    return "net" if form and says_net(text for cells in form.sheet.head(form.header.row + 1) for text in cells) else "gross"


def printed_currency(form: Form | None) -> str:
    """The currency that the heads of the money name; pounds where they name none."""
    heads = [form.sheet.grid[form.header.row][week.at.amount] for week in form.weeks if week.at.amount] if form else []
    return next((named for text in heads if (named := currency_named(text))), "GBP")


def read_form(form: Form, found: Found) -> None:
    """Every row under the header; the weeks that nobody has filled yet are left alone."""
    reader = CellReader.over(form.sheet, [week.at for week in form.weeks], form.header.row + 1)
    store, heads = None, head_rows(form)
    for row in range(form.header.row + 1, form.sheet.height):
        cells = form.sheet.grid[row]
        label, product = text_at(cells, form.store), text_at(cells, form.product)
        total = product if label is None else label
        if first_text(cells) is None:
            continue
        if cells in heads:
            found.set_aside.append(SetAside("header repeated", form.sheet.name, row + 1))
        elif product is not None and total_of(product) is None and fold(product) != "total selfridges":
            store = label or store
            read_product(form, reader, row, store, product, found)
        elif is_heading(form, reader, row):
            store = label
            found.set_aside.append(SetAside("the name of a store above its products", form.sheet.name, row + 1))
        elif total is not None and is_total(total):
            found.set_aside.append(SetAside(f"total row '{collapse(total)}'", form.sheet.name, row + 1))
            found.totals.append((row, collapse(total), where_total(total, store, found)))
            store = None
        else:
            found.set_aside.append(SetAside("a text that belongs to no product", form.sheet.name, row + 1))
    for row, what, where in found.totals:
        found.controls += totals_of(form, reader, row, what, where, found.filled)
    found.problems += [
        *reader.problems,
        *reader.text_numbers(),
        *missing_weeks(form, found),
        *odd_weeks(form),
        *unnamed_stores(form, found),
        *unknown_columns(form.sheet, form.header, (*KNOWN, *(text for text in used_heads(form) if text))),
    ]


def head_rows(form: Form) -> set[tuple[str | None, ...]]:
    """The header with the labels above its columns, as a printout has them on each page."""
    columns = {column for week in form.weeks for column in (week.at.units, week.at.amount) if column is not None}
    rows = (form.sheet.grid[row] for row in range(max(form.header.row - 4, 0), form.header.row + 1))
    return {cells for cells in rows if any(text_at(cells, column) for column in columns)}


def used_heads(form: Form) -> Iterator[str | None]:
    cells = form.sheet.grid[form.header.row]
    return (cells[column] for week in form.weeks for column in (week.at.units, week.at.amount) if column is not None)


def is_heading(form: Form, reader: CellReader, row: int) -> bool:
    """True for a row that only names a store, above rows of products without one."""
    cells = form.sheet.grid[row]
    label, following = text_at(cells, form.store), form.sheet.grid[row + 1] if row + 1 < form.sheet.height else None
    if label is None or text_at(cells, form.product) is not None or is_total(label) or following is None:
        return False
    below = text_at(following, form.product) is not None and text_at(following, form.store) is None
    return below and not any(reader.pair(row, week.at).stated for week in form.weeks)


def odd_weeks(form: Form) -> Iterator[Problem]:
    """Week ends that do not lie whole weeks apart: a typing error, or months where weeks are expected."""
    ends = [week.end for week in form.weeks if week.end]
    if not in_weeks(ends):
        message = "The week-end dates do not lie whole weeks apart. Confirm them, or ask the reseller which dates are right."
        yield Problem("week_ends_uneven", message, "error", form.sheet.name, f"row {form.header.row}", ", ".join(map(str, ends[:8])))
    twice = sorted({end for end in ends if ends.count(end) > 1})
    if twice:
        message = f"Several pairs of columns end on {twice[0]:%-d %B %Y}; together they count as that week. Confirm it, or ask the reseller which week is meant."
        yield Problem("columns_repeated", message, "error", form.sheet.name, f"row {form.header.row}", str(twice[0]))


def unnamed_stores(form: Form, found: Found) -> Iterator[Problem]:
    """Products that stand under no store."""
    lost = {row["source_row"] for row in found.rows if row["store_text"] is None}
    if lost:
        message = f"{len(lost)} rows stand under no store. They are held; ask the reseller where they were sold."
        yield Problem("store_unnamed", message, "error", form.sheet.name, f"row {min(lost)}")


def is_total(text: str) -> bool:
    """True for '<store> Total', 'Subtotal <store>' and 'Total Selfridges', in a row without a product."""
    return total_of(text) is not None or re.match(r"(?:sub-?)?total\b", fold(text)) is not None


def where_total(text: str, store: str | None, found: Found) -> dict[str, Any]:
    """The rows a total adds up: those of the store it names, else of the block it closes, else all."""
    stores = {fold(str(row["store_text"])): row["store_text"] for row in found.rows}
    of = total_of(text)
    name = TOTAL_OF.sub("", fold(text)) if of is None else of
    if name in stores:
        return {"store_text": stores[name]}
    return {"store_text": store} if store and not fold(text).startswith("total") else {}


def read_product(form: Form, reader: CellReader, row: int, store: str | None, product: str, found: Found) -> None:
    """One product of a store: a fact for each week that states something; its year to date is a control of the row."""
    for week in form.weeks:
        if week.is_sum:
            what = f"{store or 'no store'}, {product}: {week.label}"
            found.controls += reader.controls(what, row, week.at, {"source_row": row + 1})
            continue
        pair = reader.pair(row, week.at)
        if pair.stated:
            found.rows.append(fact(form, row, store, product, week, pair))
            found.filled |= {week.end} if week.end else set()
            found.problems += undated(form, row, week) if week.end is None else ()
        found.zeros += pair.explicit_zero


def fact(form: Form, row: int, store: str | None, product: str, week: Week, pair: Pair) -> dict[str, Any]:
    key = PRODUCT_KEY.match(product)
    start, end = week.span or (None, None)
    return {
        "source_sheet": form.sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        "store_text": store,
        "vendor_key": product,
        "code_text": key.group(1) if key else None,
        "name_text": product,
        "product_text": key.group(2) if key else product,
        "period_start": start,
        "period_end": end,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held or (None if end else "missing_period") or (None if store else "store_unnamed"),
    }


def undated(form: Form, row: int, week: Week) -> Iterator[Problem]:
    at = form.sheet.address(row, week.at.units or 0)
    message = f"The columns '{week.label}' have no week-end date; the line is held. Enter the date and import the file again."
    yield Problem("missing_period", message, "error", form.sheet.name, at, week.label)


def totals_of(form: Form, reader: CellReader, row: int, what: str, where: dict[str, Any], filled: set[date]) -> Iterator[ControlTotal]:
    """Control totals of the weeks that are filled, of others only where they print more than 0, and of the year to date."""
    for week in form.weeks:
        scope = where if week.is_sum or week.span is None else {**where, "period_start": week.span[0]}
        if week.is_sum or week.end in filled or (week.end and reader.pair(row, week.at).stated):
            yield from reader.controls(f"{what}, {week.label}", row, week.at, scope)


def missing_weeks(form: Form, found: Found) -> Iterator[Problem]:
    """Weeks that are empty although a later one is filled."""
    last = max(found.filled, default=None)
    for week in form.weeks:
        if last and week.end and week.end < last and week.end not in found.filled:
            message = f"{week.label} (to {week.end:%d %B %Y}) is empty although later weeks are filled. Ask the reseller for it."
            at = form.sheet.address(form.header.row, week.at.units or 0)
            yield Problem("missing_period", message, "warning", form.sheet.name, at, week.label)


def period_of(book: RawBook, form: Form | None, found: Found, options: ReadOptions) -> PeriodReading:
    """The last filled week; a week number in the file name must be its label."""
    weeks = [week for week in form.weeks if week.end in found.filled] if form else []
    if form is None or not weeks:
        return periods.resolve([], "week", options)
    last, first = max(weeks, key=lambda week: str(week.end)), min(found.filled)
    hints = [evidence("header", last, f"last filled week: {last.label}, to {last.end}")]
    named = periods.find_weeks(book.file_name)
    hints += [evidence("file_name", week, f"wk{week.number}") for week in form.weeks if week.end and week.number in named]
    reading = periods.resolve(hints, "week", options, dates.week_span(first)[0])
    agrees = not named or last.number in named or options.period is not None
    return reading if agrees else replace(reading, conflict=True, candidates=reading.candidates or tuple(hints))


def evidence(source: periods.Source, week: Week, text: str) -> PeriodEvidence:
    return PeriodEvidence(source, text, *dates.week_span(week.end or date.min))
