"""Where the cross-tabs of Aromateque's export stand: their header rows, months, totals and money, and what is doubtful about them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from core.ingest import dates
from core.ingest.layout import (
    HEADER_ROWS,
    Header,
    currency_named,
    header_of,
    total_of,
)
from core.ingest.normalising import collapse, fold
from core.ingest.shapes import (
    Problem,
    RawBook,
    RawSheet,
)

STORE = ("Store", "Stores", "Store name", "Shop", "Магазин", "Магазини", "Крамниця", "Склад", "Торгова точка", "Торговая точка")
SUM_WORDS = re.compile(
    r"(?:total|sum|amount|value|turnover|сума|сумма|вартість|стоимость|виручка|выручка|всього|всего|усього|итого|разом)\b"
)
NUMERIC_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
YEAR = r"(?:19|20)\d{2}"
WORD_AND_YEAR = re.compile(rf"([^\W\d_]{{3,}})(?:[ .,'’/_-]*{YEAR}|[ .,'’/_-]+\d{{2}})")
MONTH_NUMBER = re.compile(rf"{YEAR}[ ./-]\d{{1,2}}|\d{{1,2}}[ ./-]{YEAR}|(?:m|month|місяць|месяц) ?(?:0?[1-9]|1[0-2])")
ALIKE = 80  # of 100: `Mrach`, `берзень`; not `Price`, `Sales`


@dataclass(frozen=True)
class Block:
    """A cross-tab: its header row, the column of each month, of the row total and of the money; it ends before row `stop` (0-based).

    `again`: rows that repeat the header, as at the top of a printed page."""

    sheet: RawSheet
    header: Header
    stop: int
    months: dict[int, dates.Span]
    total: int | None
    euros: int | None
    again: tuple[int, ...] = ()

    @property
    def span(self) -> dates.Span:
        """First day of the first month to last day of the last one."""
        return min(start for start, _ in self.months.values()), max(end for _, end in self.months.values())


def blocks_of(book: RawBook) -> tuple[Block | None, Block | None]:
    """The cross-tab of the stores and that of the products, wherever they begin: each has a header row of its own.

    The products are the one with money or, where none has it, the other one than the stores.
    """
    blocks = [block for sheet in book.visible for block in blocks_on(sheet)]
    stores = next((block for block in blocks if block.header.first(*STORE) is not None), None)
    products = next((block for block in blocks if block.euros is not None and block is not stores), None)
    if products is None and stores is not None:
        products = next((block for block in blocks if block is not stores and block.sheet is stores.sheet), None)
    beside = (block for block in blocks if products is not None and block is not products and block.sheet is products.sheet)
    return stores or next((block for block in beside if block.euros is None), None), products


def blocks_on(sheet: RawSheet) -> Iterator[Block]:
    """Every header row of months on a sheet with the rows below it; a header that is only repeated goes on with the same cross-tab."""
    first = next((row for row in range(min(HEADER_ROWS, sheet.height)) if month_header(sheet, row)), sheet.height)
    headers = [found for row in range(first, sheet.height) if (found := month_header(sheet, row))]
    for at, (header, months) in enumerate(headers):
        if at and headers[at - 1][0].columns == header.columns:
            continue
        later = itertools.takewhile(lambda found, own=header: found[0].columns == own.columns, headers[at + 1 :])  # type: ignore[misc]
        again = tuple(repeated.row for repeated, _ in later)
        stop = headers[at + 1 + len(again)][0].row if at + 1 + len(again) < len(headers) else sheet.height
        yield Block(sheet, header, stop, months, total_column(header, months), money_column(header, months), again)


def month_header(sheet: RawSheet, row: int) -> tuple[Header, dict[int, dates.Span]] | None:
    """The row as a header if it names months beside 'Store', 'total' or 'Total in euro', or months alone under blank headers."""
    months = months_of(sheet.frame.row(row))
    if not months:
        return None
    header = header_of(sheet, row)
    told = header.first(*STORE) is not None or total_column(header, months) is not None or money_column(header, months) is not None
    return (header, months) if told else None


def total_column(header: Header, months: dict[int, dates.Span]) -> int | None:
    """The column that adds the months up, behind them if several are called so."""
    found = [c for name, columns in header.columns.items() if total_of(name) == "" for c in columns]
    return min((c for c in found if c > max(months)), default=min(found, default=None))


def money_column(header: Header, months: dict[int, dates.Span]) -> int | None:
    """The column of the money of the whole span: a sum in a currency, by preference in euro."""
    found = {c: currency_named(name) for name, cs in header.columns.items() if SUM_WORDS.match(name) for c in cs if c not in months}
    euros = [c for c, currency in found.items() if currency == "EUR"]
    return min(euros or [c for c, currency in found.items() if currency], default=None)


def money_of(products: Block) -> str:
    """The currency that the header of the money names; euro, as agreed, where there is no money."""
    return (currency_named(products.sheet.grid[products.header.row][products.euros]) if products.euros is not None else None) or "EUR"


def months_of(cells: Sequence[str | None]) -> dict[int, dates.Span]:
    """The months of a header row by column, its dates all in one order of day and month: month first only where day first makes one month of
    several columns, or none of some."""
    first, other = ({column: span for column, text in enumerate(cells) if (span := month_of(text, order))} for order in ("dmy", "mdy"))
    apart, apart_otherwise = (len(set(months.values())) == len(months) for months in (first, other))
    return other if apart_otherwise and len(other) >= len(first) + apart else first


def month_of(text: str | None, order: dates.DateOrder = "dmy") -> dates.Span | None:
    """The month of a header cell: `01.01.2025`, a real date, `березня-25`. Dates with dots are day first everywhere."""
    plain = (text or "").strip()
    order = "dmy" if "." in plain else order
    month = dates.read_month_text(text) if order == "dmy" or not NUMERIC_DAY.fullmatch(plain) else None
    day = None if month else dates.read_date(text, order, serials=False)[0]
    return dates.month_span(*month) if month else dates.month_span(day.year, day.month) if day else None


def month_doubts(book: RawBook, blocks: list[Block]) -> Iterator[Problem]:
    """Months that stand twice, can not be read, or head more than one column, and cross-tabs that nothing was read of."""
    for block in blocks:
        sheet, row, heads = block.sheet, block.header.row, block.sheet.grid[block.header.row]
        spans = list(block.months.values())
        for column, span in block.months.items():
            at, text = sheet.address(row, column), collapse(heads[column] or "")
            if spans.count(span) > 1:
                message = (
                    f"Several columns are headed as {span[0]:%B %Y}; together they count as that month. Confirm it, or ask the reseller."
                )
                yield Problem("columns_repeated", message, "error", sheet.name, at, text)
            merged = next((merge for merge in sheet.merges if merge.top == row and merge.left == column < merge.right), None)
            if merged and any(has_figures(block, other) for other in range(column + 1, merged.right + 1)):
                message = f"Several columns stand under “{text}”; the first was read as units, the others were not read. Confirm it."
                yield Problem("figures_apart", message, "error", sheet.name, at, text)
        for column in unread_months(block):
            message = f"The column “{collapse(heads[column] or '')}” looks like a month that can not be read; its figures were left out. Correct the heading, or confirm."
            yield Problem("month_unread", message, "error", sheet.name, sheet.address(row, column), heads[column])
    read = {(block.sheet.name, block.header.row) for block in blocks}
    for sheet in {block.sheet.name: block.sheet for block in blocks}.values():
        for other in blocks_on(sheet):
            if (sheet.name, other.header.row) not in read:
                message = (
                    f"A further table of months begins in row {other.header.row + 1} and was not read. Confirm it, or ask the reseller."
                )
                yield Problem("second_list", message, "error", sheet.name, f"row {other.header.row + 1}")


def unread_months(block: Block) -> Iterator[int]:
    """Columns of figures under a heading that looks like a month."""
    heads = block.sheet.grid[block.header.row]
    return (c for c, text in enumerate(heads) if c not in block.months and is_like_month(fold(text or "")) and has_figures(block, c))


def is_like_month(plain: str) -> bool:
    """True for what can only be a month, and for a word beside a year that is nearly the name of one."""
    named = WORD_AND_YEAR.fullmatch(plain)
    if named is None:
        return MONTH_NUMBER.fullmatch(plain) is not None
    names = [name for name in dates.month_names() if len(name) > 3]
    return process.extractOne(named[1], names, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


def has_figures(block: Block, column: int) -> bool:
    """True where a column of the cross-tab states anything but 0."""
    return any(re.search(r"[1-9]", cells[column] or "") for cells in block.sheet.grid[block.header.row + 1 : block.stop])
