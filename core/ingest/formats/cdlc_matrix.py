"""CDLC's store matrix on a sheet: its header, its pairs of columns with the regions they add up, its product columns, further headers below."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.ingest.cells import CellReader, Columns, pair_columns
from core.ingest.layout import (
    BARE_TOTALS,
    HEADER_ROWS,
    NOT_THIS_PERIOD,
    Header,
    carried_labels,
    header_of,
    text_at,
    total_of,
)
from core.ingest.normalising import fold, read_ean
from core.ingest.shapes import (
    Problem,
    RawSheet,
)

UNITS = {"qty", "quantity", "units", "pcs", "kiekis", "vnt", "daudzums", "skaits", "gab", "kogus", "tk"}
MONEY = re.compile(r"(?:sum|suma|summa)\b|(?:amount|value|sales|turnover|apyvarta|apgrozijums)\b.*(?:\beuro?\b|€)")


@dataclass(frozen=True)
class Store:
    """A pair of columns: a store, or ('Total') what stores add up to: those it `adds_up`, all where that is empty."""

    name: str | None
    region: str | None
    at: Columns
    adds_up: tuple[str, ...] | None = None

    @property
    def is_total(self) -> bool:
        return self.adds_up is not None

    @property
    def where(self) -> dict[str, Any]:
        """The rows it states or adds up."""
        return {"store_text": self.adds_up or self.name} if not self.is_total or self.adds_up else {}


@dataclass(frozen=True)
class Matrix:
    """The store matrix of a sheet: its header, its pairs, and the columns of EAN and name, which have no header."""

    sheet: RawSheet
    header: Header
    stores: tuple[Store, ...]
    ean: int | None
    name: int | None


def matrix_on(sheet: RawSheet) -> Matrix | None:
    for row in range(min(HEADER_ROWS, sheet.height)):
        header = header_of(sheet, row)
        units, euros = figure_columns(header)
        if len(units) > 1 and euros:
            stores = stores_of(sheet, header, units, euros)
            used = {column for store in stores for column in (store.at.units, store.at.amount)}
            return with_total_by_shape(Matrix(sheet, header, stores, *product_columns(sheet, row, used)))
    return None


def figure_columns(header: Header) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of units and of money, but for those of another year, plan or stock."""
    names = [(name.rstrip(" .:"), columns) for name, columns in header.columns.items() if not NOT_THIS_PERIOD.search(name)]
    units = sorted(c for name, columns in names if name in UNITS for c in columns)
    return tuple(units), tuple(sorted(c for name, columns in names if MONEY.match(name) for c in columns))


def stores_of(sheet: RawSheet, header: Header, units: tuple[int, ...], euros: tuple[int, ...]) -> tuple[Store, ...]:
    """The pairs with the labels above them: the store's own, else the region's ('E-shop', 'Total'), which spans its stores."""
    used = [*units, *euros]
    above = [row for row in range(header.row - 1, -1, -1) if any(text_at(sheet.grid[row], column) for column in used)][:2]
    nothing: list[str | None] = [None] * sheet.width
    regions = carried_labels(sheet, above[-1]) if above else nothing
    own = carried_labels(sheet, above[0], to_next=False) if len(above) > 1 else nothing
    labels = [store or region for store, region in zip(own, regions, strict=True)]
    pairs = [
        Store(text_at(labels, at.units), None if own[at.units] is None else text_at(regions, at.units), at)
        for at in pair_columns(units, euros, labels)
        if at.units is not None
    ]
    return tuple(replace(pair, adds_up=added_up(pair, pairs)) for pair in pairs)


def added_up(pair: Store, pairs: list[Store]) -> tuple[str, ...] | None:
    """What a total pair adds up: all stores (empty), or those of the region it names or stands under; None for a store."""
    regions = {fold(other.region or "") for other in pairs}
    if not is_sum_of(pair, regions):
        return None
    region = region_summed(pair.name, regions) or (fold(pair.region) if pair.region and total_of(pair.region) is None else "")
    return tuple(p.name for p in pairs if p.name and region and fold(p.region or "") == region and not is_sum_of(p, regions))


def is_sum_of(pair: Store, regions: set[str]) -> bool:
    """True for 'Total' and for '<region> Total'; a store may have 'Total' in its name."""
    return region_summed(pair.name, regions) is not None


def region_summed(name: str | None, regions: set[str]) -> str | None:
    """'' for 'Total', the region for '<region> Total' and 'Total <region>', None for a store."""
    of = total_of(name)
    words = fold(name or "").split(" ", 1)
    led = words[1] if len(words) > 1 and words[0].rstrip(":") in BARE_TOTALS and words[1] in regions else None
    return of if of == "" or of in regions else led


def with_total_by_shape(matrix: Matrix) -> Matrix:
    """The matrix with its last pair as the total where no pair is called so but that one always is the sum of the others."""
    if len(matrix.stores) < 3 or any(store.is_total for store in matrix.stores):
        return matrix
    reader = CellReader.over(matrix.sheet, [store.at for store in matrix.stores], matrix.header.row + 1)
    *others, last = matrix.stores
    rows = [[reader.pair(row, store.at).units or 0 for store in matrix.stores] for row in range(matrix.header.row + 1, matrix.sheet.height)]
    sums = [sum(units[:-1]) == units[-1] for units in rows if any(units)]
    telling = sum(1 for units in rows if sum(1 for one in units[:-1] if one) > 1)
    return replace(matrix, stores=(*others, replace(last, adds_up=()))) if telling > 1 and all(sums) else matrix


def product_columns(sheet: RawSheet, row: int, used: set[int | None]) -> tuple[int | None, int | None]:
    """The columns of EAN and name, told by what stands in them."""
    body = {c: [text for cells in sheet.grid[row + 1 :] if (text := text_at(cells, c))] for c in range(sheet.width) if c not in used}
    eans = {c: len({text for text in texts if is_ean(text)}) for c, texts in body.items()}
    most = max(eans.values(), default=0)
    ean = only_one([c for c in eans if eans[c] == most > 0], sheet.grid[row])
    names = {c: sum(len(text) for text in set(texts) if not text.isdigit()) for c, texts in body.items() if c != ean}
    return ean, max((c for c in names if names[c]), key=lambda c: names[c], default=None)


def only_one(columns: list[int], header: Sequence[str | None]) -> int | None:
    """The EAN column of several that hold equally many: the one that is not headed as something else; None where that leaves it open."""
    if len(columns) > 1:
        columns = [c for c in columns if fold(header[c] or "") in ("", "ean", "ean code", "ean13", "barcode", "gtin")]
    return columns[0] if len(columns) == 1 else None


def is_ean(text: str) -> bool:
    """True for the digits of an EAN, also damaged ones."""
    reading = read_ean(text)
    return reading.ean is not None or reading.rule == "ean_lost_digits"


def pair_places(matrix: Matrix) -> set[int]:
    return {column for store in matrix.stores for column in (store.at.units, store.at.amount) if column is not None}


def repeated_heads(matrix: Matrix) -> dict[int, bool]:
    """The rows of each further header below the first, with the labels above it; true where those labels are other ones: another table."""
    sheet, first = matrix.sheet, matrix.header.row
    places = pair_places(matrix)
    heads = {row: other_texts(sheet, row, first, places) for row in range(first + 1, sheet.height)}
    found: dict[int, bool] = {}
    for row in (row for row, others in heads.items() if not others):
        labels = list(itertools.takewhile(lambda above: above > first and is_label(matrix, above, places), range(row - 1, row - 4, -1)))
        other = any(texts_of(sheet, above) - texts_of(sheet, first - row + above) for above in labels if first - row + above >= 0)
        found |= dict.fromkeys((row, *labels), other)
    return found


def other_texts(sheet: RawSheet, row: int, first: int, places: set[int]) -> bool:
    """True where a row says anything else than the header over the figures."""
    return any(fold(sheet.grid[row][column] or "") != fold(sheet.grid[first][column] or "") for column in places)


def texts_of(sheet: RawSheet, row: int) -> set[str]:
    return {fold(text) for text in sheet.grid[row] if text and text.strip()}


def is_label(matrix: Matrix, row: int, places: set[int]) -> bool:
    """True for a row of words over the figures, without a product."""
    cells = matrix.sheet.grid[row]
    words = [text for column in places if (text := text_at(cells, column))]
    return not is_ean(text_at(cells, matrix.ean) or "") and bool(words) and all(re.search(r"[^\W\d_]{2,}", text) for text in words)


def stores_repeated(matrix: Matrix) -> Iterator[Problem]:
    """Stores that head several pairs: a typing error, or two places under one name."""
    names = [fold(store.name) for store in matrix.stores if store.name and not store.is_total]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        store = [store for store in matrix.stores if fold(store.name or "") == name][-1]
        message = f"Several pairs of columns are headed “{store.name}”; together they count as that store. Confirm it, or ask the reseller."
        at = matrix.sheet.address(matrix.header.row, store.at.units or 0)
        yield Problem("columns_repeated", message, "error", matrix.sheet.name, at, store.name)
