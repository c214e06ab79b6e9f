"""How large the sheets of an .xlsb or .ods would become, counted before a reader of cells unpacks them: both can state a sheet of
billions of cells in a few bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import UnreadableFile
from core.ingest.packages import LONG_TEXT, pieces, refuse_declarations, refuse_repeated_texts, refuse_sparse, rows_in_pieces

ROW, SHARED, TEXT_ITEM = 0, 7, 19
CELLS = frozenset((*range(2, 12), 62))


def check_parts(package: zipfile.ZipFile, cells: int) -> None:
    """UnreadableFile when a part that holds cells is damaged or longer than declared; FileTooLarge when a sheet spans more than `cells`,
    is huge and empty, or repeats a long text without end."""
    strings: list[int] = []
    entries = sorted(package.infolist(), key=lambda entry: "sharedstrings" not in entry.filename.lower())
    for entry in entries:
        name = entry.filename.lower().lstrip("/")
        if name == "xl/sharedstrings.bin":
            strings = [size for kind, _, size in _records(_bytes(package, entry)) if kind == TEXT_ITEM]
        elif name.startswith("xl/worksheets/") and name.endswith(".bin"):
            _check_binary_sheet(_bytes(package, entry), strings, cells)
        elif name == "content.xml":
            _check_tables(package, entry, cells)
        elif name.endswith((".bin", ".xml")):
            for piece in pieces(package, entry):
                refuse_declarations(piece if name.endswith(".xml") else b"")


def _bytes(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    return b"".join(pieces(package, entry))


# .xlsb ----------------------------------------------------------------------------------------------------------------


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, place of the body, its length) of each record; kind and length are numbers of seven bits a byte."""
    at, end = 0, len(data)
    try:
        while at < end:
            kind = data[at]
            at += 1
            if kind & 0x80:
                kind = kind & 0x7F | (data[at] & 0x7F) << 7
                at += 1
            size, shift = 0, 0
            while True:
                byte = data[at]
                at += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80 or shift > 21:
                    break
            yield kind, at, size
            at += size
    except IndexError as error:
        raise UnreadableFile("A part of this workbook is damaged. Ask the sender for it again, or open it and save it anew.") from error


def _check_binary_sheet(data: bytes, strings: list[int], cells: int) -> None:
    row = width = height = filled = texts = 0
    for kind, at, _ in _records(data):
        if kind == ROW:
            row = int.from_bytes(data[at : at + 4], "little")
        elif kind in CELLS:
            filled += 1
            width = max(width, int.from_bytes(data[at : at + 4], "little") + 1)
            height = max(height, row + 1)
            if kind == SHARED and strings:
                number = int.from_bytes(data[at + 8 : at + 12], "little")
                texts += strings[number] if number < len(strings) and strings[number] >= LONG_TEXT else 0
    refuse_repeated_texts(texts)
    refuse_sparse(width, height, filled, cells)


# .ods -----------------------------------------------------------------------------------------------------------------

TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*?)(/?)>")
TIMES = re.compile(rb'number-(?:rows|columns)-repeated\s*=\s*["\'](\d+)')
VALUE = re.compile(rb"office:(?:value|date-value|time-value|boolean-value|string-value)\s*=")


@dataclass
class _Spread:
    """The extent of one table while its rows go by; blanks count only where something follows them."""

    width: int = 0
    height: int = 0
    filled: int = 0
    texts: int = 0
    column: int = 0
    times: int = 1
    blank_rows: int = 0

    def end_row(self, last_filled: int) -> None:
        if last_filled:
            self.height += self.blank_rows + self.times
            self.blank_rows = 0
            self.width = max(self.width, last_filled)
        else:
            self.blank_rows += self.times


def _check_tables(package: zipfile.ZipFile, entry: zipfile.ZipInfo, cells: int) -> None:
    spread, last = _Spread(times=0), 0
    for piece in rows_in_pieces(package, entry, (b"</table:table-row>",)):
        refuse_declarations(piece)
        for found in TAG.finditer(piece):
            kind, attributes, closed = found.groups()
            times = int(repeated[1]) if (repeated := TIMES.search(attributes)) else 1
            if kind in (b"table", b"table-row"):
                spread.end_row(last)
                refuse_sparse(spread.width, spread.height, spread.filled, cells)
                last, spread.column, spread.times = 0, 0, times
                spread = spread if kind == b"table-row" else _Spread(times=0)
                continue
            spread.column += times
            if closed and not VALUE.search(attributes):
                continue
            last = spread.column
            spread.filled += spread.times if times == 1 else times * spread.times
            if times * spread.times > 1:
                size = piece.find(b"</table:", found.end()) - found.end()
                spread.texts += size * times * spread.times if size >= LONG_TEXT else 0
                refuse_repeated_texts(spread.texts)
    spread.end_row(last)
    refuse_sparse(spread.width, spread.height, spread.filled, cells)
