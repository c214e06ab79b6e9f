"""The records of an old .xls that its reader of cells passes over: error cells, formulas never worked out, the date system."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import olefile

from core.errors import UnreadableFile
from core.ingest.packages import LONG_TEXT, Address, PackageMarks, SheetMarks, refuse_repeated_texts, refuse_sparse

CALCULATE = 0x0003  # always, and when the file is opened: what programs write that do not calculate, beside a value of nought
NOUGHT = bytes(8)
BEGIN, SHEET, DATE_MODE, BOOL_OR_ERROR, FORMULA = 0x0809, 0x0085, 0x0022, 0x0205, 0x0006
TEXTS, MORE, DIMENSIONS, SHARED, NUMBERS = 0x00FC, 0x003C, 0x0200, 0x00FD, 0x00BD
CELLS = frozenset((FORMULA, BOOL_OR_ERROR, SHARED, NUMBERS, 0x00D6, 0x0203, 0x0204, 0x027E))
ROWS, COLUMNS = 1 << 16, 1 << 8  # the most a sheet of this kind can have
DAMAGED = "This workbook is cut off or damaged. Ask the sender for it again, or save it anew as .xlsx."
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def scan(data: bytes) -> PackageMarks:
    """Error texts and formulas without a value of each sheet by its name, and whether date numbers count from 1904."""
    names: dict[int, str] = {}
    no_value: dict[str, set[Address]] = {}
    errors: dict[str, dict[Address, str]] = {}
    date_1904, sheet = False, ""
    for at, kind, body in _records(_stream(data)):
        if kind == SHEET and len(body) > 8:
            names[int.from_bytes(body[:4], "little")] = _name(body)
        elif kind == BEGIN:
            sheet = names.get(at, sheet)
        elif kind == DATE_MODE:
            date_1904 = body[:2] == b"\x01\x00"
        elif (found := _error(kind, body)) is not None:
            errors.setdefault(sheet, {})[found[0]] = found[1]
        elif kind == FORMULA and _never_calculated(body):
            no_value.setdefault(sheet, set()).add(struct.unpack_from("<HH", body))
    named = {name: SheetMarks(frozenset(no_value.get(name, ())), errors.get(name, {})) for name in dict.fromkeys((*errors, *no_value))}
    return PackageMarks(named, date_1904)


# How large it would become --------------------------------------------------------------------------------------------


@dataclass
class _Extent:
    width: int = 0
    height: int = 0
    filled: int = 0

    def add(self, kind: int, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == NUMBERS else column
        self.filled += max(1, last - column + 1)
        self.width, self.height = max(self.width, last + 1), max(self.height, row + 1)


def check_sizes(data: bytes, cells: int) -> None:
    """Counted before a reader of cells unpacks it. UnreadableFile when a size it declares is impossible; FileTooLarge when a sheet is huge and
    empty, or its cells repeat a long text without end. `cells`: the most a sheet may span."""
    extent, parts, sizes, texts, before = _Extent(), list[bytes](), list[int](), 0, 0
    sheets: set[int] = set()
    for at, kind, body in _records(_stream(data)):
        if kind == TEXTS or (kind == MORE and before == TEXTS):
            parts.append(body)
            kind = TEXTS
        elif kind == SHEET:
            sheets.add(int.from_bytes(body[:4], "little"))
        elif kind == BEGIN and at in sheets:
            refuse_sparse(extent.width, extent.height, extent.filled, cells)
            extent, sizes = _Extent(), sizes or _text_sizes(parts)
        elif kind == DIMENSIONS and len(body) >= 12:
            _check_dimensions(body)
        elif kind in CELLS and len(body) >= 6:
            extent.add(kind, body)
            texts += _long_text(kind, body, sizes)
        before = kind
    refuse_sparse(extent.width, extent.height, extent.filled, cells)
    refuse_repeated_texts(texts)


def _long_text(kind: int, body: bytes, sizes: Sequence[int]) -> int:
    if kind != SHARED or not sizes or len(body) < 10:
        return 0
    number = int.from_bytes(body[6:10], "little")
    return sizes[number] if number < len(sizes) and sizes[number] >= LONG_TEXT else 0


def _check_dimensions(body: bytes) -> None:
    _, rows, _, columns = struct.unpack_from("<IIHH", body)
    if rows > ROWS or columns > COLUMNS:
        raise UnreadableFile(DAMAGED)


def _text_sizes(parts: Sequence[bytes]) -> list[int]:
    """Characters of each shared text; nothing is read where no text can be long. Errors: UnreadableFile when there are fewer than declared."""
    size = sum(map(len, parts))
    if not parts or len(parts[0]) < 8:
        return []
    count = int.from_bytes(parts[0][4:8], "little")
    if count * 3 > size:
        raise UnreadableFile(DAMAGED)
    try:
        return list(_Texts(parts).sizes(count)) if size >= LONG_TEXT else []
    except (IndexError, struct.error) as error:
        raise UnreadableFile(DAMAGED) from error


class _Texts:
    """The shared texts, record after record; a text may go on in the next record, which then says anew how wide its characters are."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts, self.part, self.at = parts, 0, 8

    def sizes(self, count: int) -> Iterator[int]:
        for _ in range(count):
            if self.at >= len(self.parts[self.part]):
                self.part, self.at = self.part + 1, 0
            length, flags = struct.unpack_from("<HB", self.parts[self.part], self.at)
            self.at += 3
            runs = self._number("<H") if flags & 8 else 0
            more = self._number("<I") if flags & 4 else 0
            self._pass_characters(length, flags & 1)
            self._pass_bytes(runs * 4 + more)
            yield length

    def _number(self, spelling: str) -> int:
        found: int = struct.unpack_from(spelling, self.parts[self.part], self.at)[0]
        self.at += struct.calcsize(spelling)
        return found

    def _pass_characters(self, length: int, wide: int) -> None:
        while length:
            here = min(length, (len(self.parts[self.part]) - self.at) >> wide)
            self.at, length = self.at + (here << wide), length - here
            if length:
                self.part, self.at = self.part + 1, 1
                wide = self.parts[self.part][0] & 1

    def _pass_bytes(self, size: int) -> None:
        while size > len(self.parts[self.part]) - self.at:
            size -= len(self.parts[self.part]) - self.at
            self.part, self.at = self.part + 1, 0
        self.at += size


# Records --------------------------------------------------------------------------------------------------------------


def _never_calculated(body: bytes) -> bool:
    """A value of nought that the program asks to be worked out when the file is opened; a true nought in a volatile formula reads the
    same, and is asked about rather than believed."""
    return len(body) >= 16 and body[6:14] == NOUGHT and bool(struct.unpack_from("<H", body, 14)[0] & CALCULATE)


def _stream(data: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as package:
            name = next((name for name in ("Workbook", "Book") if package.exists(name)), None)
            if name is not None:
                return bytes(package.openstream(name).read())
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise UnreadableFile(DAMAGED) from error
    raise UnreadableFile("This file is an Office document but no workbook. Ask the sender for the report as .xlsx or .csv.")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(position, kind, body) of each record."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _name(body: bytes) -> str:
    wide, text = body[7] & 1, body[8:]
    return text[: body[6] * 2].decode("utf-16-le", "replace") if wide else text[: body[6]].decode("latin-1")


def _error(kind: int, body: bytes) -> tuple[Address, str] | None:
    """Address and text of an error cell, from a value record or the cached result of a formula."""
    if kind == BOOL_OR_ERROR and len(body) >= 8 and body[7] == 1:
        code = body[6]
    elif kind == FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        code = body[8]
    else:
        return None
    row, column = struct.unpack_from("<HH", body)
    return (row, column), ERRORS.get(code, "#VALUE!")
