"""The part of an uploaded file around a cell, read from the kept original: what a person would see when opening the file there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from core.db import tables as t
from core.db.engine import Database, Scope
from core.errors import UnknownRecord, UnreadableFile
from core.ingest import originals
from core.ingest.delimited import read_text, sniff_delimiter
from core.ingest.reading import ReadLimits, read_book
from core.ingest.shapes import column_letters
from core.settings import Settings

AROUND, WIDEST, HEAD_ROWS = 5, 40, 30
LARGEST = 40 << 20  # bytes of a workbook that is opened only to look; a text file is read up to the row, whatever its size
GONE = "The file of this upload is not kept any more. Upload it again."

Row = tuple[str | None, ...]
Place = tuple[int, int]  # row and column, 0-based


@dataclass(frozen=True)
class Original:
    """A kept file. `sha256` is the checksum of `path`'s bytes, taken when it was uploaded."""

    batch_id: int
    file_name: str
    sha256: str
    size: int
    path: Path


@dataclass(frozen=True)
class Excerpt:
    """Some rows of one sheet. `rows`: (1-based row number, texts of the columns shown); `letters`: their names; `header`: the texts that head
    the columns, empty where none were found; `marked`: (row number, column letter) of the cells asked for, with `printed` their texts."""

    sheet: str | None
    letters: tuple[str, ...]
    header: Row
    rows: tuple[tuple[int, Row], ...]
    marked: frozenset[tuple[int, str]]
    printed: tuple[tuple[str, str | None], ...]


def original(database: Database, settings: Settings, upload_batch_id: int, scope: Scope = None) -> Original:
    """The kept file of an upload of a reseller in sight. Errors: UnknownRecord."""
    c = t.upload_batches.c
    query = sa.select(c.file_name, c.sha256, c.file_size).where(c.id == upload_batch_id)
    query = query if scope is None else query.where(c.reseller_id.in_(scope))
    with database.read() as connection:
        row = connection.execute(query).first()
    path = originals.original_path(settings, row.sha256) if row else None
    if row is None or path is None or not path.exists():
        raise UnknownRecord(GONE)
    return Original(upload_batch_id, row.file_name, row.sha256, row.file_size, path)


def excerpt(kept: Original, sheet: str | None, row: int, cells: str | None, around: int = AROUND) -> Excerpt:
    """`around` rows before and after row `row` (1-based) of a sheet, the `cells` (`M5|N5`, `R7C5|R7C6`) marked. The rows and columns shown are
    bounded. Errors: UnreadableFile for a workbook too large to be opened only to look, UnknownRecord when it has no such sheet."""
    marked = tuple(places(cells))
    first, last = max(0, row - 1 - around), row + around
    if kept.size <= LARGEST:
        header, found = _sheet_rows(kept, sheet, first, last)
    elif sheet is None:
        header, found = _text_rows(kept, first, last)
    else:
        raise UnreadableFile(f"“{kept.file_name}” is too large to be shown here. Download it and go to row {row} of “{sheet}”.")
    return _cut(sheet, header, found, first, marked)


def places(cells: str | None) -> Iterator[Place]:
    """0-based places of `M5|N5` or `R7C5|R7C6`; either side may be empty, and each may be a list."""
    for text in re.split(r"[|,;\s]+", cells or ""):
        if found := re.fullmatch(r"R(\d+)C(\d+)", text):
            yield int(found[1]) - 1, int(found[2]) - 1
        elif found := re.fullmatch(r"([A-Z]{1,3})(\d+)", text):
            column = 0
            for letter in found[1]:
                column = column * 26 + ord(letter) - 64
            yield int(found[2]) - 1, column - 1


def _sheet_rows(kept: Original, sheet: str | None, first: int, last: int) -> tuple[Row, list[Row]]:
    book = read_book(kept.path, kept.file_name, ReadLimits())
    found = next((s for s in book.sheets if s.name == sheet), None)
    if found is None:
        raise UnknownRecord(f"“{kept.file_name}” has no sheet “{sheet}” any more.")
    return _header(found.head(min(HEAD_ROWS, last))), found.frame.slice(first, last - first).rows()


def _text_rows(kept: Original, first: int, last: int) -> tuple[Row, list[Row]]:
    """A long text file, read only up to the row."""
    with kept.path.open("rb") as stream:
        text = read_text(stream.read(1 << 16))
    head: list[Row] = []
    found: list[Row] = []
    with kept.path.open(encoding=text.encoding, errors="replace", newline="") as lines:
        for number, line in enumerate(islice(csv.reader(lines, delimiter=sniff_delimiter(text.data) or ","), last)):
            row = tuple(value or None for value in line)
            head += [row] if number < HEAD_ROWS else []
            found += [row] if number >= first else []
    return _header(head), found


def _header(rows: Sequence[Row]) -> Row:
    """The row of the top that heads most columns: the one with most cells that are words."""
    best = max(rows, key=lambda row: sum(bool(cell) and not _is_number(cell) for cell in row), default=())
    return best if sum(bool(cell) for cell in best) > 1 else ()


def _is_number(text: str | None) -> bool:
    return bool(text) and re.fullmatch(r"[-+(]?[\d\s.,/:]+\)?%?", text or "") is not None


def _cut(sheet: str | None, header: Row, rows: Sequence[Row], first: int, marked: Sequence[Place]) -> Excerpt:
    width = max((len(row) for row in rows), default=0)
    left = max(0, min((column for _, column in marked), default=0) - WIDEST // 2) if width > WIDEST else 0
    columns = [c for c in range(left, min(width, left + WIDEST)) if any(_at(row, c) for row in rows) or c in {m[1] for m in marked}]
    letters = tuple(column_letters(c) if sheet is not None else f"C{c + 1}" for c in columns)
    name = dict(zip(columns, letters, strict=True))
    printed = tuple(
        (_address(sheet, place), _at(rows[place[0] - first], place[1])) for place in marked if 0 <= place[0] - first < len(rows)
    )
    return Excerpt(
        sheet,
        letters,
        tuple(_at(header, c) for c in columns),
        tuple((first + n + 1, tuple(_at(row, c) for c in columns)) for n, row in enumerate(rows)),
        frozenset((r + 1, name[c]) for r, c in marked if c in name),
        printed,
    )


def _at(row: Row, column: int) -> str | None:
    return row[column] if column < len(row) else None


def _address(sheet: str | None, place: Place) -> str:
    return f"R{place[0] + 1}C{place[1] + 1}" if sheet is None else f"{column_letters(place[1])}{place[0] + 1}"
