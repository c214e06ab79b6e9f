"""An old .xls in memory: a few records in the container of Office 97, as programs write it that do not calculate."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Value = str | float | None
CALCULATE_ON_LOAD = 0x0003


def xls(rows: Sequence[Sequence[Value]], uncalculated: Sequence[tuple[int, int]] = (), sheet: str = "Sheet1") -> bytes:
    """A workbook with one sheet; the cells `uncalculated` are formulas whose value nobody has worked out."""
    cells = b"".join(
        _cell(row, column, value, (row, column) in uncalculated)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value is not None
    )
    name = sheet.encode("latin-1")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    listed = len(begin) + 4 + 8 + len(name) + 4
    globals_ = begin + _record(0x0085, struct.pack("<IBBBB", listed, 0, 0, len(name), 0) + name) + _record(0x000A, b"")
    width = max((len(line) for line in rows), default=0)
    extent = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)) + extent + cells + _record(0x000A, b"")
    return container(globals_ + body)


def _cell(row: int, column: int, value: Value, formula: bool) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if formula:  # =1+1, its cached value left at nought
        return _record(
            0x0006, place + struct.pack("<dHI", 0.0, CALCULATE_ON_LOAD, 0) + struct.pack("<H", 7) + b"\x1e\x01\x00\x1e\x01\x00\x03"
        )
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
    assert value is not None
    return _record(0x0203, place + struct.pack("<d", value))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def container(stream: bytes) -> bytes:
    """An OLE file whose only stream is `Workbook`."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    used = len(stream) // SECTOR
    tables = 1
    while tables * (SECTOR // 4) < tables + 1 + used:
        tables += 1
    chain = [FAT] * tables + [END] + [tables + 2 + at for at in range(used - 1)] + [END]
    chain += [FREE] * (tables * (SECTOR // 4) - len(chain))
    places = [*range(tables), *[FREE] * (109 - tables)]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0) + struct.pack("<109I", *places)
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, tables + 1, len(stream)) + _entry("", 0, FREE, 0, 0) * 2
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    return (
        text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
    )
