"""Long text files in pieces of whole records: the same cells as `delimited.read_sheet` gives, without ever holding the file.

A first walk over the bytes finds out what concerns the file as a whole: encoding, NUL characters, line ends, quotes. Whatever makes a file
odd (a quotation mark out of place, a record longer than those of the first piece) raises `NotInPieces`; the file is then read whole.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.ingest import delimited
from core.ingest.shapes import Problem, RawSheet

BLOCK = 4 << 20
FIRST_PIECE, PIECE = 1 << 20, 8 << 20  # bytes; small at first, so that what follows has something to do early


class NotInPieces(Exception):
    """This file has to be read whole."""


@dataclass(frozen=True)
class TextFile:
    """A text file as it was found on a first walk. `sound`: its bytes are the encoding's throughout; `skip`: bytes of the byte order mark;
    `lone_ends`: a lone `\\r` ends a line."""

    path: Path
    size: int
    encoding: str
    sound: bool
    skip: int
    lone_ends: bool
    quoted: bool
    delimiter: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Piece:
    """Whole records of a file. `first_row`: file row (1-based) of the first one; `done`: bytes of the file read so far."""

    sheet: RawSheet
    first_row: int
    done: int


def survey(path: Path) -> TextFile:
    """Walk over the bytes once. Raises NotInPieces where only the whole file tells how it is written."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(delimited.SAMPLE * 4)
    encoding, sound, skip, problems = _encoding(path, head, size)
    marks = {"nul": 0, "cr": 0, "lf": 0, "quote": 0}
    sample = b""
    for text in _normal(_texts(path, encoding, sound, skip), marks):
        marks["cr"] += text.count(b"\r")
        marks["lf"] += text.count(b"\n")
        marks["quote"] += b'"' in text
        if len(sample) <= delimited.SAMPLE:
            sample += text[: delimited.SAMPLE + 1]
    lone_ends = marks["cr"] > marks["lf"]
    if marks["nul"]:
        problems = (*problems, delimited.NULS_LEFT_OUT)
    delimiter = delimited.sniff_delimiter(sample.replace(b"\r", b"\n") if lone_ends else sample)
    return TextFile(path, size, encoding, sound, skip, lone_ends, marks["quote"] > 0, delimiter, problems)


def _encoding(path: Path, head: bytes, size: int) -> tuple[str, bool, int, tuple[Problem, ...]]:
    """Encoding, whether it is known to hold throughout, length of its mark, and what has to be mended, as `delimited.read_text` finds them."""
    for mark, encoding in delimited.BOMS:
        if head.startswith(mark):
            return encoding, False, len(mark), ()
    if (wide := delimited.zeros_say(head, size)) is not None:
        return wide, False, 0, ()
    if _is_utf8(path):
        return "utf-8", True, 0, ()
    if delimited.is_nearly_utf8(head):
        return "utf-8", False, 0, (delimited.SIGNS_REPLACED,)
    return delimited.guess_code_page(head), False, 0, ()


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path, 0):
            if not (block.isascii() and not decoder.getstate()[0]):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(path: Path, skip: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(skip)
        while block := stream.read(BLOCK):
            yield block


def _texts(path: Path, encoding: str, sound: bool, skip: int) -> Iterator[bytes]:
    """The file as UTF-8, block by block."""
    if encoding == "utf-8" and sound:  # nothing to translate
        yield from _blocks(path, skip)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in _blocks(path, skip):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _normal(texts: Iterator[bytes], marks: dict[str, int] | None = None) -> Iterator[bytes]:
    """The blocks with `\\n` for `\\r\\n`, without NUL characters and without the sign that ends a file of old systems."""
    kept = b""
    for text in texts:
        block = kept + text
        if b"\0" in block:
            block = block.replace(b"\0", b"")
            if marks is not None:
                marks["nul"] += 1
        ready = block.rstrip(b"\r\x1a")
        kept = block[len(ready) :]
        if b"\r" in ready:
            ready = ready.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
        yield ready
    yield kept.rstrip(b"\x1a").replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")


def pieces(file: TextFile, size: int = PIECE) -> Iterator[Piece]:
    """The file as sheets of whole records, each with its place in the file. Raises NotInPieces."""
    first_row, width, done = 1, 0, 0
    for data in _records(file, size):
        done += len(data)
        if not width:
            width = delimited.layout_of(data, _sign(file)).width
        sheet = _sheet(data, file, width)
        yield Piece(sheet, first_row, min(done, file.size))
        first_row += sheet.height


def _sign(file: TextFile) -> str:
    return file.delimiter or "\x1f"


def _sheet(data: bytes, file: TextFile, width: int) -> RawSheet:
    sign = _sign(file)
    if b'"' in data:
        layout = delimited.layout_of(data, sign, width)
        if not layout.sound or layout.width > width:
            raise NotInPieces
        records = layout.records
    else:
        records = data.count(b"\n")
    frame = delimited.read_columns(data, sign, width)
    if frame is None or frame.height != records:
        raise NotInPieces
    return RawSheet(None, frame)


def _records(file: TextFile, size: int) -> Iterator[bytes]:
    """Pieces of about `size` bytes, the first ones smaller; each ends where a record ends."""
    held: list[bytes] = []
    length, wanted = 0, min(FIRST_PIECE, size)
    for text in _normal(_texts(file.path, file.encoding, file.sound, file.skip)):
        part = text.replace(b"\r", b"\n") if file.lone_ends else text
        while part:
            held.append(part[: max(wanted - length, 1)])
            length += len(held[-1])
            part = part[len(held[-1]) :]
            if length >= wanted:
                data = b"".join(held)
                end = _last_end(data, file.quoted)
                if end:
                    yield data[:end]
                    wanted = min(wanted * 2, size)
                elif length > size * 16:
                    raise NotInPieces
                else:
                    wanted = length + size
                held, length = [data[end:]], len(data) - end
    rest = b"".join(held)
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _last_end(data: bytes, quoted: bool) -> int:
    """Behind the last line end that no quoted field contains; 0 where there is none. `data` begins with a record."""
    if not quoted or b'"' not in data:
        return data.rfind(b"\n") + 1
    signs = np.frombuffer(data, np.uint8)
    ends, quotes = np.flatnonzero(signs == 10), np.flatnonzero(signs == 34)
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if outside.size else 0
