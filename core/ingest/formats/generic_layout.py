"""Where the list stands on a sheet nobody knows: its header row, its columns with their values, and months that head columns of figures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

import polars as pl

from core.ingest import dates, periods
from core.ingest.dates import Span
from core.ingest.formats.column_kinds import Kind, kind_of, values_of
from core.ingest.formats.list_bodies import body_below
from core.ingest.formats.meanings import FIGURES, Said, read_header
from core.ingest.formats.tables import Table
from core.ingest.layout import HEADER_ROWS, carried_labels, is_blank, total_of
from core.ingest.normalising import collapse, fold
from core.ingest.numbers import read_number
from core.ingest.shapes import RawBook, RawSheet, column_letters

SHOWN = 3
LOOKED_INTO = 2_000  # rows below a header that tell what its columns are


@dataclass(frozen=True)
class Column:
    """One column of a list: `key` is its header, or its letter where that is blank or not unique; `place` 0-based."""

    place: int
    key: str
    header: str | None
    said: Said
    values: tuple[str, ...]  # those looked into
    samples: tuple[str, ...]

    @cached_property
    def kind(self) -> Kind:
        return _kind(self.values)


@dataclass(frozen=True)
class Band:
    """One column of figures under a month, a week or a year: `span` of its days, or `month` while the year is not known; `total`: the sum
    over the others, or over those within its `span`. `said`: what the header beside or below the period says of the figures."""

    place: int
    label: str
    said: Said
    span: Span | None = None
    month: int | None = None
    total: bool = False


@dataclass(frozen=True)
class Found:
    """A list on a sheet. `header_row` (0-based) is -1 for a list without a header; `bands` is empty unless periods head its columns."""

    sheet: RawSheet
    header_row: int
    columns: tuple[Column, ...]
    bands: tuple[Band, ...] = ()
    named: int = 0

    @cached_property
    def body(self) -> pl.DataFrame:
        return body_below(self.sheet, self.header_row)

    @property
    def first_row(self) -> int:
        return self.header_row + 1

    def table(self, places: dict[str, int], unknown: tuple[int, ...] = ()) -> Table:
        return Table(self.sheet, self.header_row, places, unknown, self.body)


def find_lists(book: RawBook) -> list[Found]:
    """The best list of each visible sheet, the most telling first; hidden sheets only where no visible one holds any."""
    found = [best for sheet in book.visible if (best := find_list(sheet)) is not None]
    if not found:
        found = [best for sheet in book.sheets if sheet.hidden and (best := find_list(sheet)) is not None]
    return sorted(found, key=lambda item: (-item.named, -item.sheet.height))


def find_list(sheet: RawSheet) -> Found | None:
    """The list of one sheet: under known headers, under periods, under headers nobody knows, or without any."""
    if not sheet.width or not sheet.height:
        return None
    head = sheet.head(HEADER_ROWS)
    known = _known_header(head)
    bands = _best_bands(sheet, head)
    if bands is not None and (known is None or len(bands[1]) > 2 or known[1] < 2):
        return _found(sheet, bands[0], bands[1], 2 + len(bands[1]))
    if known is not None:
        return _found(sheet, known[0], (), known[1])
    unknown = _unknown_header(head)
    return None if unknown is None else _found(sheet, unknown, (), 0)


def _found(sheet: RawSheet, row: int, bands: tuple[Band, ...], named: int) -> Found | None:
    below = sheet.frame.slice(row + 1, LOOKED_INTO)
    if not below.height or not below.select(pl.any_horizontal(pl.all().str.contains(r"\S").any())).item():
        return None
    taken = {band.place for band in bands}
    sheet = _filled_down(sheet, row, taken)
    return Found(sheet, row, tuple(_columns(sheet, row, below, taken)), bands, named)


def _filled_down(sheet: RawSheet, header_row: int, taken: set[int]) -> RawSheet:
    """The sheet with what a merged range over several lines says on each of them; a merged figure stays the one figure it is."""
    labels = _labels(sheet, header_row)
    wanted = [
        merge
        for merge in sheet.merges
        if merge.top > header_row >= 0
        and merge.bottom > merge.top
        and merge.left not in taken
        and read_header(labels[merge.left]).meaning not in (None, *FIGURES)
    ]
    columns = {merge.left: sheet.frame[f"c{merge.left}"].to_list() for merge in wanted}
    for merge in wanted:
        cells = columns[merge.left]
        cells[merge.top : merge.bottom + 1] = [cells[merge.top]] * (min(merge.bottom + 1, len(cells)) - merge.top)
    if not columns:
        return sheet
    frame = sheet.frame.with_columns(pl.Series(f"c{place}", cells, pl.String) for place, cells in columns.items())
    return replace(sheet, frame=frame)


def _columns(sheet: RawSheet, row: int, below: pl.DataFrame, taken: set[int]) -> Iterator[Column]:
    """Every column with a header or with values, apart from those under periods."""
    labels = _labels(sheet, row)
    names = [fold(label or "") for label in labels]
    for place, label in enumerate(labels):
        if place in taken:
            continue
        values = values_of(below[f"c{place}"].to_list())
        if is_blank(label) and not values:
            continue
        unique = bool(names[place]) and names.count(names[place]) == 1
        key = collapse(label or "") if unique else column_letters(place)
        samples = tuple(dict.fromkeys(collapse(value) for value in values))[:SHOWN]
        yield Column(place, key, collapse(label) if label else None, read_header(label), tuple(values), samples)


def _kind(values: Sequence[str]) -> Kind:
    counted = [str(number) for number in range(1, len(values) + 1)]
    if len(values) > 2 and [value.strip().removesuffix(".0") for value in values] == counted:
        return Kind(None, "row numbers", True)
    return kind_of(values)


def _labels(sheet: RawSheet, row: int) -> list[str | None]:
    """The header texts; for a blank one under a header of two rows, the text above it."""
    if row < 0:
        return [None] * sheet.width
    own = list(sheet.frame.row(row))
    if row and any(is_blank(text) for text in own):
        above = sheet.frame.row(row - 1)
        if sum(not is_blank(text) for text in above) > 1:
            own = [text if not is_blank(text) else other for text, other in zip(own, above, strict=True)]
    return own


# Headers --------------------------------------------------------------------------------------------------------------


def _known_header(head: Sequence[Sequence[str | None]]) -> tuple[int, int] | None:
    """(row, different meanings) of the row with the most headers that are known; at least one figure and one thing it is about."""
    best: tuple[int, int] | None = None
    for row, cells in enumerate(head):
        meanings = {said.meaning for text in cells if text and (said := read_header(text)).meaning}
        telling = bool(meanings & set(FIGURES)) and len(meanings) > 1
        if telling and len(meanings) > (best[1] if best else 1) and not _mostly_numbers(cells):
            best = row, len(meanings)
    return best


def _unknown_header(head: Sequence[Sequence[str | None]]) -> int | None:
    """The first row of nothing but texts above a row with numbers; -1 where the list begins with data; None where nothing is a list."""
    for row, cells in enumerate(head):
        filled = [text for text in cells if not is_blank(text)]
        below = head[row + 1] if row + 1 < len(head) else ()
        if len(filled) < 2:
            continue
        if any(_is_number(text) for text in filled):
            beside = any(_is_number(text) and _is_number(other) for text, other in zip(cells, below, strict=False))
            return row - 1 if beside and (row == 0 or not any(not is_blank(t) for t in head[row - 1])) else None
        if any(not is_blank(text) and _is_number(other) for text, other in zip(cells, below, strict=False)):
            return row
    return None


def _mostly_numbers(cells: Sequence[str | None]) -> bool:
    filled = [text for text in cells if not is_blank(text)]
    return sum(map(_is_number, filled)) * 2 > len(filled)


def _is_number(text: str | None) -> bool:
    return text is not None and read_number(text).state in ("value", "ambiguous")


# Periods as headers ---------------------------------------------------------------------------------------------------


def _best_bands(sheet: RawSheet, head: Sequence[Sequence[str | None]]) -> tuple[int, tuple[Band, ...]] | None:
    """(last header row, bands) of the first row in which two or more different periods head columns."""
    for row in range(len(head)):
        bands = _bands(sheet, row)
        if len({(band.span, band.month) for band in bands if not band.total}) > 1:
            return _with_measures(sheet, row, bands, len(head))
    return None


def _bands(sheet: RawSheet, row: int) -> tuple[Band, ...]:
    cells = sheet.frame.row(row)
    if days := _days(cells):
        return days
    own = [_band(place, text) for place, text in enumerate(cells)]
    named = [band for band in own if band is not None and not band.total]
    if len(named) < 2 or (not any(band.span for band in named) and len(named) < 3):
        return ()
    carried = carried_labels(sheet, row) if _measures_below(sheet, row) else cells
    spread = [_band(place, text) for place, text in enumerate(carried)]
    first = named[0].place
    return tuple(band for band in spread if band is not None and band.place >= first)


def _days(cells: Sequence[str | None]) -> tuple[Band, ...]:
    """Columns of single days, with their totals; none where the dates may be weeks, or are read in two ways."""
    texts = {place: text for place, text in enumerate(cells) if text and dates.read_dates_of(text)}
    if any(_is_number(text) for place, text in enumerate(cells) if place not in texts):
        return ()  # a line with two dates, not a header
    order = dates.decide_order(texts.values())[0]
    fitting = [read for way in ((order,) if order else ("dmy", "mdy")) if (read := _in_a_row(texts, way))]
    if not fitting or any(read != fitting[0] for read in fitting):
        return ()
    days = [Band(place, collapse(texts[place]), Said(None), (day, day)) for place, day in fitting[0].items()]
    sums = [band for place, text in enumerate(cells) if (band := _band(place, text)) is not None and band.total]
    return (*days, *sums)


def _in_a_row(texts: Mapping[int, str], order: dates.DateOrder) -> dict[int, date]:
    """The days of headers that follow one another as days do, not as weeks or months."""
    read = {place: dates.read_date(text, order, serials=False)[0] for place, text in texts.items()}
    days = [day for day in read.values() if day]
    steps = {(later - earlier).days for earlier, later in itertools.pairwise(days)}
    found = len(days) == len(read) > 1 and 1 in steps and all(0 < step < 7 for step in steps)
    return {place: day for place, day in read.items() if day} if found else {}


def _measures_below(sheet: RawSheet, row: int) -> bool:
    if row + 1 >= sheet.height:
        return False
    below = [read_header(text).meaning for text in sheet.frame.row(row + 1) if text]
    return sum(meaning in FIGURES for meaning in below) > 1


def _with_measures(sheet: RawSheet, row: int, bands: tuple[Band, ...], limit: int) -> tuple[int, tuple[Band, ...]]:
    """The bands with what the row below says of each column (Qty, Value), and with the year that stands above months."""
    years = carried_labels(sheet, row - 1) if row else [None] * sheet.width
    bands = _sums_apart(tuple(_dated(band, _year_above(years[band.place], bands, years)) for band in bands))
    if not _measures_below(sheet, row):
        return row, bands
    below = sheet.frame.row(row + 1)
    named = [
        Band(band.place, f"{band.label} {collapse(below[band.place] or '')}".strip(), said, band.span, band.month, band.total)
        for band in bands
        if (said := read_header(below[band.place])).meaning in FIGURES
    ]
    return row + 1, tuple(named)


def _year_above(text: str | None, bands: tuple[Band, ...], labels: Sequence[str | None]) -> int | None:
    """The only year in a text over months: `2025`, `FY 2025`, `Actual 2025`; None over months that run across the turn of a year."""
    if (year := dates.read_year(text)) is not None or text is None:
        return year
    months = [band.month for band in bands if band.month and labels[band.place] == text]
    years = set(periods.find_years(text))
    return years.pop() if len(years) == 1 and months == sorted(months) else None


def _sums_apart(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    """A quarter beside its months is their sum, not more sales."""
    spans = {band.span for band in bands if band.span is not None}

    def is_sum(span: Span | None) -> bool:
        return span is not None and any(other != span and span[0] <= other[0] and other[1] <= span[1] for other in spans)

    return tuple(replace(band, total=True) if is_sum(band.span) else band for band in bands)


def _dated(band: Band, year: int | None) -> Band:
    if band.month is None or year is None:
        return band
    return Band(band.place, f"{band.label} {year}", band.said, dates.month_span(year, band.month), None, band.total)


def _band(place: int, text: str | None) -> Band | None:
    """A header that is a period, alone or beside what is counted: `Jan 2025`, `Units 2025-01`, `March`, `Total`."""
    found = _band_of(text) if text is not None else None
    return replace(found, place=place) if found is not None else None


@lru_cache(maxsize=1 << 12)  # a row is looked at as headers more than once
def _band_of(text: str) -> Band | None:
    if is_blank(text):
        return None
    place = 0
    label = collapse(text)
    if total_of(label) == "":
        return Band(place, label, Said(None), total=True)
    if (span := _span(label)) is not None:
        return Band(place, label, Said(None), span)
    if (month := _month_word(label)) is not None:
        return Band(place, label, Said(None), month=month)
    words = label.replace("(", " ").replace(")", " ").split()
    for cut in range(1, len(words)):
        for period, rest in ((words[:cut], words[cut:]), (words[cut:], words[:cut])):
            said = read_header(" ".join(rest).strip(" -–:,"))
            name = " ".join(period).strip(" -–:,")
            if said.meaning not in FIGURES:
                continue
            if total_of(name) == "":
                return Band(place, label, said, total=True)
            if (span := _span(name)) is not None:
                return Band(place, label, said, span)
            if (month := _month_word(name)) is not None:
                return Band(place, label, said, month=month)
    return None


def _span(text: str) -> Span | None:
    """A period with its year; a bare year is none, it heads sums."""
    return None if dates.read_year(text) else dates.read_span(text)


def _month_word(text: str) -> int | None:
    return None if any(sign.isdigit() for sign in text) else dates.read_month(text)
