"""A vendor's cells written into a new workbook: all of them at their own addresses, or of a long list only what surrounds the bad ones."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.worksheet import Worksheet

from core.ingest.note_sheets import LONGEST_TITLE, clean, free_title
from core.ingest.note_tables import Place
from core.ingest.notes import MARK
from core.ingest.shapes import RawBook, RawSheet, column_letters

MOST_CELLS = 600_000  # beyond, a copy would be slow to open and large to send
MOST_EXCERPT_ROWS, MOST_COLUMNS = 4_000, 200
TOP, AROUND = 12, 2  # rows of an excerpt: the first of a sheet, and those on either side of a bad one
LONGEST_CELL = 32_767
FIRST = 4  # rows of words above an excerpt
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?")


@dataclass(frozen=True)
class Copy:
    """A new workbook, and where each cell of the file went: `titles` new name of each sheet, `rows` new row of each old one (all: None)."""

    package: bytes
    titles: Mapping[str, str]
    rows: Mapping[str, Mapping[int, int]] | None = None

    def moved(self, place: Place) -> Place | None:
        """The place of a cell in the copy; None where it was left out."""
        title = self.titles.get(place.sheet)
        if title is None or self.rows is None:
            return Place(title, place.row, place.column) if title else None
        row = self.rows[place.sheet].get(place.row)
        return None if row is None or place.column >= MOST_COLUMNS else Place(title, row, place.column + 1)


def cells_of(book: RawBook) -> int:
    """Cells with something in them, over all sheets."""
    return sum(int(sheet.frame.select(pl.all().count()).sum_horizontal().item() or 0) for sheet in book.sheets if sheet.width)


def rewrite(book: RawBook) -> Copy:
    """Every sheet anew, each cell at its address: true numbers and dates as such, everything else as the text that is printed."""
    titles = _titles(sheet.name for sheet in book.sheets)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as made:
        formats = _formats(made)
        sheets = [made.add_worksheet(titles[sheet.name or ""]) for sheet in book.sheets]
        for written, sheet in zip(sheets, book.sheets, strict=True):
            _write_whole(written, sheet, formats)
        _hide(sheets, book.sheets)
    return Copy(target.getvalue(), titles)


def excerpt(book: RawBook, places: Iterable[Place]) -> Copy:
    """The first rows of each sheet with bad cells, and the rows around those; the old row number stands in front of each."""
    wanted: dict[str, set[int]] = {}
    for place in places:
        wanted.setdefault(place.sheet, set()).add(place.row)
    sheets = [sheet for sheet in book.sheets if (sheet.name or "") in wanted]
    titles = _titles((f"{(sheet.name or 'File')[:18]} (excerpt)" for sheet in sheets), [sheet.name or "" for sheet in sheets])
    rows: dict[str, dict[int, int]] = {}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as made:
        formats = _formats(made)
        for sheet in sheets:
            kept = _kept(wanted[sheet.name or ""], sheet.height, MOST_EXCERPT_ROWS // len(sheets))
            rows[sheet.name or ""] = {row: at + FIRST for at, row in enumerate(kept)}
            _write_excerpt(made.add_worksheet(titles[sheet.name or ""]), sheet, kept, formats)
        if not sheets:
            _write_words(made.add_worksheet("About this file"), [f"{MARK}: no cell of this file is named by a remark"], formats)
    return Copy(target.getvalue(), titles, rows)


def about(words: str) -> Copy:
    """A workbook that holds nothing of the file but why."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as made:
        _write_words(made.add_worksheet("About this file"), [f"{MARK}: the file could not be copied", words], _formats(made))
    return Copy(target.getvalue(), {})


# Inside ---------------------------------------------------------------------------------------------------------------


def _formats(made: Any) -> dict[tuple[str, bool], Any]:
    shown = {"": {}, "day": {"num_format": "yyyy-mm-dd"}, "time": {"num_format": "yyyy-mm-dd hh:mm:ss"}, "long": {"num_format": "0"}}
    return {
        (name, bold): made.add_format({**style, **({"bold": True} if bold else {})})
        for name, style in shown.items()
        for bold in (False, True)
    }


def _titles(names: Iterable[str | None], keys: Sequence[str] | None = None) -> dict[str, str]:
    """A sheet name that Excel accepts for each, by the name in the file."""
    taken: list[str] = []
    found = {}
    for at, name in enumerate(names):
        fitting = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", clean(name or "Sheet1"))[: LONGEST_TITLE - 4].strip("' ") or "Sheet"
        taken.append(free_title(fitting, taken))
        found[keys[at] if keys else name or ""] = taken[-1]
    return found


def _write_whole(written: Worksheet, sheet: RawSheet, formats: Mapping[tuple[str, bool], Any]) -> None:
    for row, cells in enumerate(sheet.frame.iter_rows()):
        for column, text in enumerate(cells):
            if text is not None:
                _write(written, row, column, text, sheet.is_typed(row, column), (row, column) in sheet.bold, formats)
    for merge in sheet.merges:
        _merge(written, merge.top, merge.left, merge.bottom, merge.right, sheet, formats)
    for column, width in enumerate(_widths(sheet)):
        written.set_column(column, column, width)


def _merge(
    written: Worksheet, top: int, left: int, bottom: int, right: int, sheet: RawSheet, formats: Mapping[tuple[str, bool], Any]
) -> None:
    if (top, left) == (bottom, right) or top >= sheet.height or left >= sheet.width:
        return
    try:
        written.merge_range(top, left, bottom, right, "", formats["", (top, left) in sheet.bold])
    except OverlappingRange:
        return
    text = sheet.frame.item(top, left)
    if text is not None:
        _write(written, top, left, text, sheet.is_typed(top, left), (top, left) in sheet.bold, formats)


def _write(written: Worksheet, row: int, column: int, text: str, typed: bool, bold: bool, formats: Mapping[tuple[str, bool], Any]) -> None:
    if typed and _NUMBER.fullmatch(text) and len(text) < 16:
        written.write_number(row, column, float(text), formats["long" if len(text) > 11 and "." not in text else "", bold])
    elif typed and _DAY.fullmatch(text) and text >= "1900-03-01":
        written.write_datetime(row, column, datetime.fromisoformat(text), formats["time" if "T" in text else "day", bold])
    elif typed and text in ("true", "false"):
        written.write_boolean(row, column, text == "true", formats["", bold])
    else:
        written.write_string(row, column, clean(text)[:LONGEST_CELL], formats["", bold])


def _widths(sheet: RawSheet) -> Iterator[float]:
    """Characters, from the first rows."""
    for column in sheet.frame.head(200).get_columns():
        longest = column.str.len_chars().max()
        yield min(max(float(longest or 0) + 1.5, 8.43), 44)  # type: ignore[arg-type]


def _hide(sheets: Sequence[Worksheet], raw: Sequence[RawSheet]) -> None:
    """Hidden sheets stay hidden, as long as one is left to look at."""
    shown = [written for written, sheet in zip(sheets, raw, strict=True) if not sheet.hidden]
    if not shown:
        return
    shown[0].activate()
    shown[0].set_first_sheet()
    for written in (written for written, sheet in zip(sheets, raw, strict=True) if sheet.hidden):
        written.hide()


def _kept(bad: Iterable[int], height: int, most: int) -> list[int]:
    """The rows of an excerpt in file order."""
    rows = set(range(min(TOP, height)))
    for row in sorted(bad):
        if len(rows) >= most:
            break
        rows.update(range(max(row - AROUND, 0), min(row + AROUND + 1, height)))
    return sorted(rows)


def _write_excerpt(written: Worksheet, sheet: RawSheet, kept: Sequence[int], formats: Mapping[tuple[str, bool], Any]) -> None:
    width = min(sheet.width, MOST_COLUMNS)
    name = f"“{sheet.name}”" if sheet.name else "the file"
    words = f"{len(kept):,} of {sheet.height:,} rows of {name}: the first ones, and those around the first remarks. Correct them in the original file."
    _write_words(written, [f"{MARK}: excerpt of {name}", words], formats)
    written.write_row(FIRST - 1, 0, ["Row", *(column_letters(column) for column in range(width))], formats["", True])
    for at, row in enumerate(kept, FIRST):
        written.write_number(at, 0, row + 1)
        for column, text in enumerate(sheet.frame.row(row)[:width]):
            if text is not None:
                _write(written, at, column + 1, text, sheet.is_typed(row, column), False, formats)
    for before, after in pairwise(range(len(kept))):
        if kept[after] - kept[before] > 1:
            written.set_row(after + FIRST, 22)  # a wider row where rows were left out
    written.freeze_panes(FIRST, 1)


def _write_words(written: Worksheet, lines: Sequence[str], formats: Mapping[tuple[str, bool], Any]) -> None:
    for row, text in enumerate(lines):
        written.write_string(row, 0, clean(text), formats["", row == 0])
