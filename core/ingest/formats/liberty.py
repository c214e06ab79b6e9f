"""Liberty: the weekly size report, three rows an item, units and pounds by channel for the week and for the year to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from core.ingest import weeks
from core.ingest.cells import CellReader, Columns, Pair, facts_frame
from core.ingest.evidence import Clue, weigh
from core.ingest.formats.liberty_stock import Stock, read_stock
from core.ingest.layout import (
    Header,
    carried_labels,
    contradicts,
    find_header,
    find_sheet,
    first_text,
    header_of,
    hidden_sheets,
    name_tokens,
    rival_column,
    rival_sheets,
    sheets_set_aside,
    text_at,
    total_of,
    unknown_columns,
    with_hidden,
)
from core.ingest.normalising import fold
from core.ingest.shapes import (
    ControlTotal,
    Guess,
    PeriodReading,
    Problem,
    RawBook,
    RawSheet,
    ReadOptions,
    SalesFrame,
    SetAside,
    Slice,
    StockLine,
    YearToDate,
)

KEY = "liberty"
TITLE = "Liberty"

ITEM_ID, UNITS, POUNDS = "Item ID | Colour", "Sales Qty Un", "Sales Inc VAT"
GROUPS = ("Retail Group", "Brand", "Colour Phase", "Product Group")
KNOWN = (*GROUPS, ITEM_ID, "Item", "Supplier Reference", "Size", "Style", "Cost Price", "Original Price", "Retail Price", UNITS)
KNOWN_STOCK = ("Sales Inc VAT £", "Stock Qty Un", "Stock Current", "Commit Unit", "Commit Val")


SPANS = {**dict.fromkeys(("actual", "week", "this week", "wtd", "week to date"), "actual"),
         **dict.fromkeys(("ytd", "year to date", "season to date", "std"), "ytd")}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A pair of columns: units and pounds of one channel, for the week ('actual') or since the fiscal year began ('ytd')."""

    channel: str
    span: str
    at: Columns

    @property
    def combined(self) -> bool:
        """True for 'All Sales Channels', which repeats the channels and is never a fact."""
        return fold(self.channel).startswith("all ")

    @property
    def where(self) -> dict[str, Any]:
        return {} if self.combined else {"store_text": self.channel}


@dataclass(frozen=True)
class Item:
    """An item of the report with the groups it stands under (folded, for the totals' names)."""

    key: str
    name: str | None
    reference: str | None
    group: str | None
    under: frozenset[str]


@dataclass(frozen=True)
class Line:
    """A row of the body. `total`: the folded name of what it totals, '' for everything, None for other rows."""

    row: int
    kind: str  # 'item', 'figures', 'total', 'other'
    item: Item | None = None
    total: str | None = None


@dataclass
class Found:
    """What the sheets gave so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lines: list[tuple[Item, int]] = field(default_factory=list)  # the rows (1-based) with figures of each item
    controls: list[ControlTotal] = field(default_factory=list)
    to_date: list[tuple[Item, Figure, Pair]] = field(default_factory=list)
    year_to_date: list[YearToDate] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    zeros: int = 0
    stock: Stock = field(default_factory=Stock)

    def where_total(self, name: str) -> dict[str, Any] | None:
        """The rows that a total labelled `name` adds up; None where no item stands under that name."""
        groups = {fold(item.group): item.group for item in self.items if item.group}
        if name == "" or all(name in item.under for item in self.items):
            return {}
        if name in groups:
            return {"group_text": groups[name]}
        keys = tuple(dict.fromkeys(item.key for item in self.items if name in item.under))
        return {"vendor_key": keys} if keys else None

    def where_item(self, item: Item) -> dict[str, Any]:
        """The rows of one item; the same product may stand in two groups, each with a total of its own."""
        return {"vendor_key": (item.key,), "source_row": tuple(row for other, row in self.lines if other is item)}

    def states_to_date(self, channel: str) -> bool:
        """True where the items state a channel's figures since the fiscal year began."""
        return any(fold(figure.channel) == fold(channel) for _, figure, _ in self.to_date)

    def channels_to_date(self, item: Item) -> Pair:
        """What the channels of an item state since the fiscal year began; their sum is printed beside them."""
        pairs = [pair for other, figure, pair in self.to_date if other is item and not figure.combined]
        return Pair(sum(pair.units or 0 for pair in pairs), sum((pair.amount or Decimal(0) for pair in pairs), Decimal(0)))

    def sum_to_date(self, figure: Figure, where: Mapping[str, Any]) -> Pair:
        """What the items of a group (or all) state since the fiscal year began, in one channel."""
        keys, group, rows = (where.get(name) for name in ("vendor_key", "group_text", "source_row"))
        of_rows = None if rows is None else [item for item, row in self.lines if row in rows]
        pairs = [
            pair
            for item, other, pair in self.to_date
            if fold(other.channel) == fold(figure.channel)
            and (keys is None or item.key in keys)
            and (group is None or item.group == group)
            and (of_rows is None or any(item is own for own in of_rows))
        ]
        return Pair(sum(pair.units or 0 for pair in pairs), sum((pair.amount or Decimal(0) for pair in pairs), Decimal(0)))


def recognise(book: RawBook) -> Guess:
    """Guess from the item header, the channel labels above it and the sheet names; the file name never names the reseller."""
    book = with_hidden(book, has_items)
    found = find_sheet(book, (ITEM_ID,))
    channels = {fold(figure.channel) for figure in figures_of(*found)} if found else set()
    headers = set(found[1].columns) if found else set()
    sheets = {fold(sheet.name or "") for sheet in book.visible}
    return weigh(
        KEY,
        (
            Clue("a column 'Item ID | Colour'", found is not None, 0.4),
            Clue("channels Flagship and Internet above the columns", {"flagship", "internet"} <= channels, 0.3),
            Clue("a column 'Sales Inc VAT £'", any(name.startswith(fold(POUNDS)) for name in headers), 0.2),
            Clue("a sheet 'Sales By Size' or 'Product Group Analysis'", bool(sheets & {"sales by size", "product group analysis"}), 0.05),
            Clue("a file name 'Supplier Size Report'", {"supplier", "size", "report"} <= name_tokens(book.file_name), 0.05),
        ),
        (
            Clue("no channel labels above the columns", found is not None and not channels, 0.3),
            Clue("columns 'Channel' and 'Period', as in a list", {"channel", "period"} <= headers, 0.4),
        ),
    )


def has_items(book: RawBook) -> bool:
    return find_sheet(book, (ITEM_ID,)) is not None


def read(book: RawBook, options: ReadOptions) -> SalesFrame:
    """The week's units and pounds of every channel, with the totals and the year-to-date figures that prove them."""
    period = weeks.period_of(book.file_name, options)
    shown, found = with_hidden(book, has_items), Found()
    place = find_sheet(shown, (ITEM_ID,))
    if place:
        read_sizes(*place, found)
        for sheet in shown.visible:
            if sheet is not place[0]:
                read_groups(sheet, found)
        add_groups_to_date(found, figures_of(*place))
    return frame_of(book, period, options, found, place[0] if place else None)


def frame_of(book: RawBook, period: PeriodReading, options: ReadOptions, found: Found, sheet: RawSheet | None) -> SalesFrame:
    basis = options.vat_basis or "gross"
    rows = facts_frame(found.rows, period_start=period.start, period_end=period.end, currency="GBP", vat_basis=basis)
    summaries = {other.name: "summary, control totals only" for other in book.visible if find_header(other, ("Product Group", UNITS))}
    return SalesFrame(
        KEY,
        rows,
        period,
        "GBP",
        basis,
        controls=tuple(found.controls),
        year_to_date=summed_to_date(found.year_to_date),
        slices=(Slice("main", period.start, period.end),) if period.start and period.end else (),
        set_aside=(*found.set_aside, *sheets_set_aside(book, {sheet.name} if sheet else set(), summaries)),
        problems=(
            *book.problems,
            *weeks.remarks(book.file_name, period),
            *found.problems,
            *found.stock.problems,
            *hidden_sheets(book, {sheet.name} if sheet else ()),
            *(rival_sheets(book, sheet.name, has_items) if sheet else ()),
        ),
        explicit_zeros=found.zeros,
        stock=found.stock.lines,
    )


def figures_of(sheet: RawSheet, header: Header) -> tuple[Figure, ...]:
    """The pairs of a header row, channels before their sum; a column's meaning is the triple of channel, span and header."""
    rows = label_rows(sheet, header.row)
    if rows is None:
        return ()
    channels, spans = (carried_labels(sheet, row) for row in rows)
    places: dict[tuple[str, str], dict[str, int]] = {}
    for measure, columns in (("units", header.starting(UNITS)), ("pounds", header.starting(POUNDS))):
        for column in columns:
            channel, span = channels[column], SPANS.get(fold(spans[column] or ""))
            if channel and span:
                places.setdefault((channel.strip(), span), {}).setdefault(measure, column)
    found = [Figure(channel, span, Columns(at.get("units"), at.get("pounds"))) for (channel, span), at in places.items()]
    return tuple(sorted(found, key=lambda figure: figure.combined))


def rival_figures(sheet: RawSheet, header: Header, figures: tuple[Figure, ...]) -> Iterator[Problem]:
    """Two columns of one channel, span and measure that differ: asked, never merged."""
    read = {column for figure in figures for column in (figure.at.units, figure.at.amount)}
    rows = label_rows(sheet, header.row)
    labels = [carried_labels(sheet, row) for row in rows or ()]
    below = sheet.frame.slice(header.row + 1)
    for prefix in (UNITS, POUNDS):
        columns = [c for c in header.starting(prefix) if labels and all(label[c] for label in labels)]
        for other in (c for c in columns if c not in read):
            same = [c for c in columns if c in read and all(fold(label[c] or "") == fold(label[other] or "") for label in labels)]
            if same and contradicts(below[f"c{other}"], below[f"c{same[0]}"]):
                yield rival_column(sheet, header.row, same[0], other)


def label_rows(sheet: RawSheet, row: int) -> tuple[int, int] | None:
    """The rows of the channel labels and of the span labels ('Actual', 'YTD') above a header row."""
    above = [(r, header_of(sheet, r).columns.keys()) for r in range(row - 1, max(row - 6, -1), -1)]
    span = next((r for r, names in above if any(SPANS.get(name) == "actual" for name in names)), None)
    channel = next((r for r, names in above if span is not None and r < span and names & {"flagship", "internet"}), None)
    return None if span is None or channel is None else (channel, span)


def lines_of(sheet: RawSheet, header: Header, figures: tuple[Figure, ...]) -> Iterator[Line]:
    """The rows under the header, each with its kind; nothing below the grand total belongs to the report."""
    item: Item | None = None
    labels: dict[str, str] = {}
    ended = False
    for row in range(header.row + 1, sheet.height):
        cells = sheet.grid[row]
        key, total = text_at(cells, header.first(ITEM_ID)), total_of(label_of(cells, header))
        if first_text(cells) is None:
            continue
        if ended:
            yield Line(row, "other")
        elif total is not None and (key is None or total_of(key) is not None):
            ended = total == ""
            yield Line(row, "total", item, total)
        else:
            labels.update({name: text for name in GROUPS if (text := text_at(cells, header.first(name))) is not None})
            item = item_of(key, cells, header, labels) if key is not None else item
            yield from row_lines(row, cells, item, key is not None, figures)


def row_lines(row: int, cells: tuple[str | None, ...], item: Item | None, begins: bool, figures: tuple[Figure, ...]) -> Iterator[Line]:
    """A description row, a size row, or (some exports) both in one."""
    numbers = any(text_at(cells, column) is not None for figure in figures for column in (figure.at.units, figure.at.amount))
    if begins:
        yield Line(row, "item", item)
    if numbers and item is not None:
        yield Line(row, "figures", item)
    elif not begins:
        yield Line(row, "other")


def label_of(cells: tuple[str | None, ...], header: Header) -> str | None:
    """The leftmost text among the columns that can hold a total's name."""
    return first_text(text_at(cells, header.first(name)) for name in (*GROUPS, ITEM_ID, "Item"))


def item_of(key: str, cells: tuple[str | None, ...], header: Header, labels: Mapping[str, str]) -> Item:
    name, reference = (text_at(cells, header.first(title)) for title in ("Item", "Supplier Reference"))
    return Item(key, name, reference, labels.get("Product Group"), frozenset(fold(text) for text in labels.values()))


def read_sizes(sheet: RawSheet, header: Header, found: Found) -> None:
    """Facts and totals of the sheet 'Sales By Size'."""
    figures = figures_of(sheet, header)
    reader = CellReader.over(sheet, [figure.at for figure in figures], header.row + 1)
    for line in lines_of(sheet, header, figures):
        if line.kind == "item" and line.item is not None:
            found.items.append(line.item)
        elif line.kind == "figures" and line.item is not None:
            found.lines.append((line.item, line.row + 1))
            read_figures(reader, line.row, line.item, figures, found)
        elif line.kind == "total":
            read_total(reader, line, label_of(sheet.grid[line.row], header) or "Total", figures, found)
        else:
            found.set_aside.append(SetAside("a text that belongs to no item", sheet.name, line.row + 1))
    found.problems += [*reader.problems, *reader.foreign("GBP"), *unknown_columns(sheet, header, (*KNOWN, *KNOWN_STOCK))]
    found.problems += rival_figures(sheet, header, figures)
    found.stock = stock_of(sheet, header, figures)


def stock_of(sheet: RawSheet, header: Header, figures: tuple[Figure, ...]) -> Stock:
    """The stock beside the items, also of those that state no sales."""
    item: Item | None = None
    items: dict[int, StockLine] = {}
    total: int | None = None
    for line in lines_of(sheet, header, figures):
        item = line.item or item
        if line.kind == "total":
            total = line.row if line.total == "" else total
        elif item is not None and total is None:
            keys = {"vendor_key": item.key, "code_text": item.key, "sku_text": item.reference, "product_text": item.name}
            items[line.row] = StockLine(0, "", line.row + 1, **keys)
    return read_stock(sheet, header, items, total)


def read_figures(reader: CellReader, row: int, item: Item, figures: tuple[Figure, ...], found: Found) -> None:
    """One size row: a fact for each channel that states something this week, and the year-to-date figures of the item."""
    netted = False
    for figure in figures:
        pair = reader.pair(row, figure.at)
        if figure.span == "ytd":
            if figure.combined and any(other.span == "ytd" and not other.combined for other in figures):
                found.problems += wrong_to_date(reader, row, f"{item.key} / {figure.channel}", figure, found.channels_to_date(item))
            found.to_date.append((item, figure, pair))
            found.year_to_date += to_date(f"{item.key} / {figure.channel}", pair, {"vendor_key": item.key, **figure.where})
        elif figure.span == "actual":
            if pair.netted and not netted:
                netted = True
                found.problems.append(netting(reader, row, item, figure, pair))
            if figure.combined:
                what = f"{item.key} / {figure.channel} = its channels"
                found.controls += reader.controls(what, row, figure.at, {"vendor_key": (item.key,), "source_row": row + 1})
            else:
                found.zeros += pair.explicit_zero
                found.rows += [fact(reader, row, item, figure, pair)] if pair.stated else []


def fact(reader: CellReader, row: int, item: Item, figure: Figure, pair: Pair) -> dict[str, Any]:
    return {
        "source_sheet": reader.sheet.name,
        "source_row": row + 1,
        "source_cells": pair.cells,
        "store_text": figure.channel,
        "vendor_key": item.key,
        "code_text": item.key,
        "sku_text": item.reference,
        "product_text": item.name,
        "group_text": item.group,
        "quantity": pair.units,
        "amount_local": pair.amount,
        "held_reason": pair.held,
    }


def netting(reader: CellReader, row: int, item: Item, figure: Figure, pair: Pair) -> Problem:
    kept = "Both are kept in their own channel." if figure.combined else "The money is kept as an adjustment."
    return Problem(
        "zero_unit_money",
        f"{item.name or item.key}: {figure.channel} shows 0 units and £ {pair.amount:.2f}, a sale and a return in one figure. {kept}",
        "warning",
        reader.sheet.name,
        reader.address(row, figure.at.amount),
        f"{pair.amount:.2f}",
    )


def to_date(what: str, pair: Pair, where: dict[str, Any]) -> Iterator[YearToDate]:
    if pair.units is not None:
        yield YearToDate(what, "units", Decimal(pair.units), where)
    if pair.amount is not None:
        yield YearToDate(what, "amount", pair.amount, where)


def summed_to_date(figures: Iterable[YearToDate]) -> tuple[YearToDate, ...]:
    """One figure for each thing they are about: a product in two groups has grown by both."""
    summed: dict[tuple[str, str], YearToDate] = {}
    for figure in figures:
        key = (figure.measure, repr(sorted(figure.where.items())))
        product = set(figure.where) <= {"vendor_key", "store_text"} and isinstance(figure.where.get("vendor_key"), str)
        known = summed.get(key) if product else None
        summed[key] = figure if known is None else replace(figure, value=known.value + figure.value)
    return tuple(summed.values())


def read_total(reader: CellReader, line: Line, label: str, figures: tuple[Figure, ...], found: Found) -> None:
    """A total row: an item's (it repeats the size row), a group's, or the grand total."""
    of_item = line.item is not None and line.total == fold(line.item.key)
    where = found.where_item(line.item) if line.item and of_item else found.where_total(line.total or "")
    reason = "item total row, repeats the size row above" if of_item else f"total row '{label}'"
    found.set_aside.append(SetAside(reason, reader.sheet.name, line.row + 1))
    if where is not None:
        read_totals(reader, line.row, label, figures, where, found, chain=line.total == "")


def read_totals(
    reader: CellReader, row: int, label: str, figures: tuple[Figure, ...], where: dict[str, Any], found: Found, chain: bool = False
) -> None:
    """Control totals of the week from one row; its year-to-date figures are compared with the items', and kept if `chain`."""
    for figure in figures:
        what, scope = f"{label} / {figure.channel}", {**where, **figure.where}
        if figure.span == "actual":
            found.controls += reader.controls(what, row, figure.at, scope)
        elif figure.span == "ytd" and found.states_to_date(figure.channel):
            found.year_to_date += to_date(what, reader.pair(row, figure.at), scope) if chain else ()
            found.problems += wrong_to_date(reader, row, what, figure, found.sum_to_date(figure, where))


def wrong_to_date(reader: CellReader, row: int, what: str, figure: Figure, items: Pair) -> Iterator[Problem]:
    """A year-to-date total that its own items, or channels, do not add up to."""
    for total in reader.controls(what, row, figure.at, {}):
        added = Decimal(items.units or 0) if total.measure == "units" else items.amount or Decimal(0)
        if abs(total.file_value - added) > total.tolerance:
            yield Problem(
                "control_total_mismatch",
                f"Year to date, {what}: the file prints {total.file_value:,f}, its parts add up to {added:,f}.",
                "warning",
                total.sheet,
                total.cell,
                f"{total.file_value:f}",
                "Ask the reseller for a corrected file. This week's figures are proven apart from this.",
            )


def add_groups_to_date(found: Found, figures: tuple[Figure, ...]) -> None:
    """Year-to-date figures of each product group, from its items, so that a file without the summary sheet has them too."""
    for group in sorted({item.group for item in found.items if item.group}):
        for figure in figures:
            if figure.span == "ytd":
                where = {"group_text": group}
                found.year_to_date += to_date(f"{group} / {figure.channel}", found.sum_to_date(figure, where), {**where, **figure.where})


def read_groups(sheet: RawSheet, found: Found) -> None:
    """Totals of a summary by product group ('Product Group Analysis'); a sheet without channel labels gives nothing."""
    header = find_header(sheet, ("Product Group", UNITS))
    figures = figures_of(sheet, header) if header else ()
    if header is None or not figures:
        return
    printed = {fold(item.group): item.group for item in found.items if item.group}
    reader = CellReader.over(sheet, [figure.at for figure in figures], header.row + 1)
    for row in range(header.row + 1, sheet.height):
        cells = sheet.grid[row]
        group, label = text_at(cells, header.first("Product Group")), label_of(cells, header)
        total = total_of(label)
        if total is not None:
            where, what = found.where_total(total), label
        else:
            where, what = ({"group_text": printed.get(fold(group), group)}, group) if group else (None, None)
        if where is not None:
            read_totals(reader, row, f"{sheet.name} / {what}", figures, where, found)
    found.problems += reader.problems
