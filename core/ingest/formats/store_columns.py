"""A list with one column for each store: which columns these are, what store each names, which columns are sums over them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from decimal import Decimal

from core.ingest import dates
from core.ingest.formats.generic_layout import Band, Column, Found
from core.ingest.formats.meanings import AMOUNTS, STORE_AMOUNT, STORE_TOTAL, STORE_UNITS, Said, read_header
from core.ingest.layout import carried_labels, total_of
from core.ingest.normalising import collapse, is_absent
from core.ingest.numbers import read_number

FEW = 2  # so many columns of unknown figures beside each other are no single column of units
MOST = 0.8  # share of the rows whose total has to be the sum of the stores
LOOKED_AT = 300
MOST_TRIED = 30


def unnamed_figures(found: Found, taken: Collection[int]) -> list[Column]:
    """Columns of units or money under headers nobody knows, apart from `taken`."""
    return [
        column
        for column in found.columns
        if column.place not in taken
        and not column.said.beside
        and not names_a_period(column)
        and column.said.meaning is None
        and (_own_measure(column) or _is_figure(column))
    ]


def _is_figure(column: Column) -> bool:
    """Units or money by the values; numbers that count rows are figures where they do not lead the row."""
    kind = column.kind
    return kind.number and (
        kind.meaning in ("units", "amount") or (kind.reason == "row numbers" and column.place > 0 and bool(column.header))
    )


def _own_measure(column: Column) -> str | None:
    """What a header says beside the name of a store: `London Qty` → units."""
    return _parted(column.header or "")[1] if column.kind.number and column.said.meaning is None else None


def shape_of(column: Column) -> str:
    """'units' of whole numbers, 'amount' of others."""
    said = _own_measure(column) or column.said.meaning
    if said in ("units", *AMOUNTS):
        return "units" if said == "units" else "amount"
    return "units" if column.kind.meaning != "amount" or column.kind.reason == "large numbers" else "amount"


def names_a_period(column: Column) -> bool:
    """`W23`, `01/05/2025`: one of several columns under periods, never the only one of units or money."""
    header = column.header or ""
    return bool(re.fullmatch(r"(?i)(?:w|wk|week|kw|cw)[ .-]*\d{1,2}", header) or dates.read_dates_of(header) or dates.read_span(header))


def propose(found: Found, taken: Collection[int], figure_known: bool) -> dict[int, str]:
    """Place → meaning of the columns that may be one store each; {} unless several look alike.

    With a column of units or money in the list (`figure_known`) only where that is the sum over them, for then it is their proof.
    """
    if found.header_row < 0 or found.bands:
        return {}
    free = [column for column in unnamed_figures(found, taken) if column.header and not is_total_label(column.header)]
    others = [column for column in found.columns if column.place not in taken]
    if not any(map(_own_measure, free)) and (whole := _with_sums(found, free, others)):
        return whole
    read: dict[int, str] = {}
    for shape in ("units", "amount"):
        alike = [column for column in free if shape_of(column) == shape]
        if proven := _with_sums(found, alike, others):
            read |= proven
        elif len(alike) >= FEW and (not figure_known or all(map(_own_measure, alike))):
            read |= meanings_of(alike)
    return read


def _with_sums(found: Found, columns: list[Column], others: list[Column]) -> dict[int, str]:
    """The columns, or all but one of them, with the columns that are their sums; {} where nothing is."""
    tried = [columns, *([other for other in columns if other != left] for left in columns if len(columns) <= MOST_TRIED)]
    for stores in tried:
        if sums := [column for column in others if column not in stores and adds_up(found, column, stores)]:
            return meanings_of(stores) | {column.place: STORE_TOTAL for column in sums}
    return {}


def meanings_of(columns: Iterable[Column]) -> dict[int, str]:
    return {column.place: STORE_UNITS if shape_of(column) == "units" else STORE_AMOUNT for column in columns}


def is_sum(found: Found, column: Column, stores: list[Column]) -> bool:
    """Whether a column is the total over `stores`: its header is the word, of what they count, or its figures add up to them."""
    money = column.said.meaning in AMOUNTS and total_of(column.header) != ""
    fits = not money or any(shape_of(store) == "amount" for store in stores)
    return (is_total_label(column.header) and fits) or adds_up(found, column, stores)


def is_total_label(header: str | None) -> bool:
    return total_of(header) == "" or (_parted(header or "")[0] == "" and total_of((header or "").split()[0] if header else "") == "")


def adds_up(found: Found, column: Column, stores: list[Column]) -> bool:
    """In most rows the figure is the sum of those of `stores`, and not in rows of noughts only."""
    if len(stores) < FEW or column in stores or not column.kind.number:
        return False
    body = found.body.head(LOOKED_AT)
    parts = [body[f"c{store.place}"].to_list() for store in stores]
    checked = right = 0
    for total, *figures in zip(body[f"c{column.place}"].to_list(), *parts, strict=True):
        printed = _number(total)
        values = [value for figure in figures if (value := _number(figure)) is not None]
        if printed and sum(map(bool, values)) >= 1:
            checked += 1
            right += abs(printed - sum(values, Decimal(0))) < Decimal("0.01") * max(1, len(values))
    several = any(sum(bool(_number(figure)) for figure in row) > 1 for row in zip(*parts, strict=True))
    return several and checked > 1 and right >= MOST * checked


def _number(text: str | None) -> Decimal | None:
    if text is None or is_absent(text):
        return None
    point, comma = read_number(text, "."), read_number(text, ",")
    typed = re.fullmatch(r"-?\d+\.\d+", text.strip())
    return point.value if typed or comma.value is None else comma.value


def figures_of(texts: Iterable[str | None]) -> Decimal:
    """What the figures of a column add up to."""
    return sum((value for text in texts if (value := _number(text)) is not None), Decimal(0))


# Names and sums -------------------------------------------------------------------------------------------------------


def store_bands(found: Found, meanings: dict[int, str]) -> tuple[Band, ...]:
    """The columns of stores with their names, and those of their totals; in the order of the sheet."""
    columns = {column.place: column for column in found.columns}
    above = carried_labels(found.sheet, found.header_row - 1) if found.header_row > 0 else [None] * found.sheet.width
    bands = []
    for place, meaning in sorted(meanings.items()):
        column = columns[place]
        if meaning == STORE_TOTAL:
            bands.append(Band(place, column.header or column.key, Said(_sum_measure(column, set(meanings.values()))), total=True))
        elif meaning in (STORE_UNITS, STORE_AMOUNT):
            name = _parted(column.header or "")[0] or collapse(above[place] or "") or column.key
            said = Said("units" if meaning == STORE_UNITS else "amount", column.said.currency)
            bands.append(Band(place, name, said))
    return tuple(bands)


def _sum_measure(column: Column, meanings: set[str]) -> str:
    """What a total counts: what the stores do; where they state both, what its header or its values say."""
    if STORE_AMOUNT not in meanings or STORE_UNITS not in meanings:
        return "amount" if STORE_AMOUNT in meanings else "units"
    if column.said.meaning == "units" or len((column.header or "").split()) > 1:
        return shape_of(column)
    return "units" if column.kind.meaning == "units" else "amount"


def _parted(header: str) -> tuple[str, str | None]:
    """(name of the store, what is counted) of `London Qty` or `Sales Paris`; ('', measure) where nothing but the measure is said."""
    whole = read_header(header).meaning
    if whole in ("units", *AMOUNTS):
        return "", whole
    words = header.replace("(", " ").replace(")", " ").split()
    for cut in range(1, len(words)):
        for name, rest in ((words[:cut], words[cut:]), (words[cut:], words[:cut])):
            said = read_header(measure := " ".join(rest).strip(" -–:,"))
            if total_of(measure) == "" and total_of(header) != "" and len(rest) == 1:
                return " ".join(name).strip(" -–:,"), read_header(" ".join(name)).meaning
            if said.meaning in ("units", *AMOUNTS):
                return " ".join(name).strip(" -–:,"), said.meaning
    return collapse(header), None
