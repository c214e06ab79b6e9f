"""The records of an old .xls that its reader of cells passes over: error cells, formulas never worked out, the date system."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from core.errors import UnreadableFile
from core.ingest.packages import Address, PackageMarks, SheetMarks

CALCULATE = 0x0003  # always, and when the file is opened: what programs write that do not calculate, beside a value of nought
NOUGHT = bytes(8)
BEGIN, SHEET, DATE_MODE, BOOL_OR_ERROR, FORMULA = 0x0809, 0x0085, 0x0022, 0x0205, 0x0006
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
        raise UnreadableFile("This workbook is cut off or damaged. Ask the sender for it again, or save it anew as .xlsx.") from error
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
