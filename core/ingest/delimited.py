"""Text files as sheets: encoding, delimiter and quoting found out by looking, cells kept as printed, no Python object per cell."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.errors import FileTooLarge
from core.ingest.extents import refuse_wide
from core.ingest.shapes import Problem, RawSheet

DELIMITERS = "\t;|,"  # in this order when two explain the file equally well: a comma may be a decimal sign
SAMPLE = 256 * 1024
LONGEST_FIELD_LINES = 50
LONGEST_LINE = 1 << 22  # bytes
NULS_LEFT_OUT = Problem("csv_dialect", "The file contains NUL characters; they were left out.")
SIGNS_REPLACED = Problem("csv_dialect", "Some characters are no valid UTF-8; they were replaced by �.")
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Text:
    """A text file as UTF-8 with `\\n` line ends, the encoding it came in, and what had to be mended."""

    data: bytes
    encoding: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Records and most fields of a text when quotes are read as RFC 4180 does; `sound` is False where a quote is out of place."""

    records: int
    width: int
    sound: bool


def read_text(data: bytes) -> Text:
    """`data` as UTF-8: byte order mark, then UTF-16 by its zeros, then UTF-8, then the code page whose letters make words."""
    problems: list[Problem] = []
    body, encoding = _decode(data, problems)
    if b"\0" in body:
        body = body.replace(b"\0", b"")
        problems.append(NULS_LEFT_OUT)
    body = body.rstrip(b"\x1a")
    if b"\r" in body:
        body = _one_line_end(body)
    if body.endswith(b"\n\n"):
        body = body.rstrip(b"\n") + b"\n"  # blank lines below the table are nothing to keep rows for
    return Text(body, encoding, tuple(problems))


def read_sheet(text: Text, delimiter: str | None) -> tuple[RawSheet, tuple[Problem, ...]]:
    """The text as one sheet without a name. Frame row r is record r + 1: the same as line r + 1 unless a quoted field spans lines.

    Short records are filled with nulls, long ones make the frame wider; an empty field is null. A quote that is never closed is taken
    literally (`csv_dialect`) and never swallows the lines below it.
    """
    sign = delimiter or "\x1f"
    data = text.data if text.data.endswith(b"\n") or not text.data else text.data + b"\n"
    layout = layout_of(data, sign)
    if layout.sound:
        frame = read_columns(data, sign, layout.width)
        if frame is not None and frame.height == layout.records:
            return RawSheet(None, frame), ()
    rows, broken = _read_carefully(data.decode("utf-8"), sign)
    return RawSheet(None, _as_frame(rows)), _broken_quotes(broken)


def _refuse_endless_line(data: bytes) -> None:
    at = 0
    while len(data) - at > LONGEST_LINE:
        end = data.rfind(b"\n", at, at + LONGEST_LINE)
        if end < 0:
            raise FileTooLarge(
                f"A line of this file is longer than {LONGEST_LINE >> 20} MB; no report has one. Ask the sender for a new export."
            )
        at = end + 1


def sniff_delimiter(data: bytes) -> str | None:
    """The sign that splits the records of a UTF-8 sample most evenly, None for a single column. Signs inside quotes do not count."""
    sample = data[:SAMPLE]
    lines = sample.decode("utf-8", "replace").split("\n")
    lines = [line for line in (lines[:-1] if len(data) > SAMPLE else lines) if line.strip()][:500]
    if not lines:
        return None
    if (stated := re.fullmatch(r"sep=(.)", lines[0].strip("\r\ufeff "), re.IGNORECASE)) is not None:
        return stated[1]
    scores = {sign: _evenness([_count_outside_quotes(line, sign) for line in lines]) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: (round(scores[sign], 1), -DELIMITERS.index(sign)))
    return best if scores[best] > 0 else None


def _evenness(counts: list[int]) -> float:
    """Share of lines that have the usual number of signs, a little more if the first line has it too; 0 when most have none."""
    usual, lines = Counter(count for count in counts if count).most_common(1)[0] if any(counts) else (0, 0)
    if lines * 2 < len(counts) and counts[0] == 0:
        return 0.0 if lines * 10 < len(counts) else lines / len(counts) / 2
    return lines / len(counts) + (0.3 if counts[0] == usual else 0.0)


def _count_outside_quotes(line: str, sign: str) -> int:
    return line.count(sign) if '"' not in line else sum(part.count(sign) for part in line.split('"')[::2])


def _decode(data: bytes, problems: list[Problem]) -> tuple[bytes, str]:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            body = data[len(mark) :]
            return body if encoding == "utf-8" and _is_utf8(body) else _recode(body, encoding), encoding
    if (wide := zeros_say(data, len(data))) is not None:
        return _recode(data, wide), wide
    if _is_utf8(data):
        return data, "utf-8"
    if is_nearly_utf8(data):
        problems.append(SIGNS_REPLACED)
        return _recode(data, "utf-8"), "utf-8"
    encoding = guess_code_page(data)
    return _recode(data, encoding), encoding


def is_wide(data: bytes) -> bool:
    """True for UTF-16 and UTF-32, by their mark or their zeros."""
    return data.startswith(tuple(mark for mark, _ in BOMS[1:])) or zeros_say(data, len(data)) is not None


def _recode(data: bytes, encoding: str) -> bytes:
    return data.decode(encoding, "replace").encode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), 1 << 24):
            decoder.decode(data[start : start + (1 << 24)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_nearly_utf8(data: bytes) -> bool:
    text = data[:SAMPLE].decode("utf-8", "replace")
    wrong = text.count("�")
    right = sum(1 for sign in text if ord(sign) > 127) - wrong
    return right > 20 and wrong * 20 < right


def zeros_say(data: bytes, size: int) -> str | None:
    """UTF-16 without a mark: western text has a zero in every second byte. `data`: the beginning of `size` bytes."""
    sample = data[:4096]
    if len(sample) < 4 or size % 2:
        return None
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.6 and odd < half * 0.1 else None


# Bytes that make a letter in one code page and a sign, or a letter foreign to the rest, in the others. Seen only inside words.
_CENTRAL = frozenset(b"\xb9\xb3\x9c\x9f\xbf\x8c\x8f\xaf\xa5\xa3\xbe\xbc")  # ą ł ś ź ż Ś Ź Ż Ą Ł ľ Ľ in cp1250; signs in cp1252
_BALTIC = frozenset(b"\xf0\xfe\xd0\xde")  # š ž Š Ž in cp1257; Icelandic in cp1252


def guess_code_page(data: bytes) -> str:
    """cp1252 unless the letters inside words speak for cp1250 (Polish, Czech …), cp1257 (Baltic) or cp1251 (Cyrillic)."""
    words = re.findall(rb"[A-Za-z\x80-\xff]{2,}", data[: SAMPLE * 4])
    high = [word for word in words if any(byte > 127 for byte in word)]
    if not high:
        return "cp1252"
    if sum(all(byte >= 0xC0 or byte in b"\xb3\xbf\xba\xb4" for byte in word) for word in high) > len(high) * 0.7:
        return "cp1251"
    inside = Counter(byte for word in high for byte in word if byte > 127)
    central, baltic = (sum(inside[byte] for byte in signs) for signs in (_CENTRAL, _BALTIC))
    if baltic > central:
        return "cp1257"
    return "cp1250" if central else "cp1252"


def _one_line_end(body: bytes) -> bytes:
    """`\\r\\n` and the doubled `\\r\\r\\n` become `\\n`; so do the lone `\\r` of an old Mac file, but not a stray one inside a text."""
    body = body.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    return body.replace(b"\r", b"\n") if body.count(b"\r") > body.count(b"\n") else body


def layout_of(data: bytes, sign: str, known_width: int | None = None) -> Layout:
    """`known_width`: of the whole text, where `data` is a piece of it."""
    delimiter = ord(sign)
    _refuse_endless_line(data)
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == 34) if b'"' in data else np.empty(0, np.int64)
    records, width = 0, 1
    for start, stop in _stretches(data):
        piece = signs[start:stop]
        ends, marks = np.flatnonzero(piece == 10), np.flatnonzero(piece == delimiter)
        if quotes.size:
            ends, marks = _outside(ends + start, quotes), _outside(marks + start, quotes)
        records += ends.size
        if ends.size:
            width = max(width, 1 + int(np.diff(np.searchsorted(marks, ends), prepend=0).max(initial=0)))
    refuse_wide(width)
    return Layout(records, width, not quotes.size or _quotes_sound(data, signs, quotes, delimiter, known_width or width))


def _stretches(data: bytes, size: int = 1 << 25) -> Iterator[tuple[int, int]]:
    """Pieces of whole lines. A quoted field that spans a border only makes the width a little smaller, which the caller notices."""
    start = 0
    while start < len(data):
        stop = data.find(b"\n", start + size)
        stop = len(data) if stop < 0 else stop + 1
        yield start, stop
        start = stop


def _outside(places: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    outside: np.ndarray = places[np.searchsorted(quotes, places) % 2 == 0]
    return outside


def _quotes_sound(data: bytes, signs: np.ndarray, quotes: np.ndarray, delimiter: int, width: int) -> bool:
    """True when each opening quote begins a field, each closing one ends it, and no quoted field looks like several whole lines."""
    if quotes.size % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = signs[np.maximum(opening - 1, 0)]
    after = signs[np.minimum(closing + 1, signs.size - 1)]
    begins = (opening == 0) | np.isin(before, [delimiter, 10, 34])
    ends = (closing == signs.size - 1) | np.isin(after, [delimiter, 10, 34])
    if not (begins.all() and ends.all()):
        return False
    lines = np.searchsorted(np.flatnonzero(signs == 10), quotes)
    spanning = np.flatnonzero(lines[::2] != lines[1::2])
    return not any(_swallows_lines(data, int(opening[i]), int(closing[i]), delimiter, width) for i in spanning[:10_000])


def _swallows_lines(data: bytes, opening: int, closing: int, delimiter: int, width: int) -> bool:
    first, last = data.rfind(b"\n", 0, opening) + 1, data.find(b"\n", closing)
    lines = data[first:last].split(b"\n")
    if len(lines) > LONGEST_FIELD_LINES:
        return True
    return width > 2 and all(line.count(bytes([delimiter])) == width - 1 for line in lines)


def read_columns(data: bytes, delimiter: str, width: int) -> pl.DataFrame | None:
    """polars takes the number of columns from the first line, so a header of the full width goes in front."""
    header = delimiter.join(f"c{column}" for column in range(width)).encode() + b"\n"
    try:
        frame = pl.read_csv(io.BytesIO(header + data), separator=delimiter, infer_schema=False, raise_if_empty=False)
    except pl.exceptions.PolarsError:
        return None
    return frame.with_columns(pl.all().replace("", None)) if b'""' in data else frame


def _read_carefully(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Records of a text with a quote out of place, line by line, and the lines whose quotes were taken literally."""
    lines = text.split("\n")[:-1]
    usual = Counter(line.count(delimiter) + 1 for line in lines if line).most_common(1)
    width = usual[0][0] if usual else 1
    spaced = re.search(rf'{re.escape(delimiter)} +"', text) is not None
    rows: list[list[str]] = []
    broken: list[int] = []
    at = 0
    while at < len(lines):
        fields, used = _read_record(lines, at, delimiter, width, spaced)
        if fields is None:
            broken.append(at + 1)
            fields = [field.strip('"') if field.strip().startswith('"') else field for field in lines[at].split(delimiter)]
        rows.append(fields)
        at += used
    return rows, broken


def _read_record(lines: list[str], at: int, delimiter: str, width: int, spaced: bool) -> tuple[list[str] | None, int]:
    """The record that begins at line `at` and how many lines it took; None when its quotes make no sense."""
    for used in range(1, LONGEST_FIELD_LINES + 1):
        taken = lines[at : at + used]
        if used > 1 and (len(taken) < used or taken[-1].count(delimiter) == width - 1 > 1):
            break
        fields = _parse_strictly("\n".join(taken), delimiter, spaced)
        if fields is not None and (used == 1 or len(fields) == width):
            return fields, used
        if lines[at].count('"') % 2 == 0:
            break
    return None, 1


def _parse_strictly(record: str, delimiter: str, spaced: bool) -> list[str] | None:
    try:
        parsed = list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True, skipinitialspace=spaced))
    except csv.Error:
        return None
    return (parsed[0] if parsed else []) if len(parsed) < 2 else None


def _as_frame(rows: list[list[str]]) -> pl.DataFrame:
    width = max((len(row) for row in rows), default=1)
    refuse_wide(width)
    columns = {
        f"c{column}": [row[column] if column < len(row) and row[column] != "" else None for row in rows] for column in range(max(width, 1))
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _broken_quotes(lines: list[int]) -> tuple[Problem, ...]:
    if not lines:
        return ()
    shown = ", ".join(str(line) for line in lines[:5]) + (" …" if len(lines) > 5 else "")
    return (_mended(f"A quotation mark is not closed in {len(lines)} lines ({shown}); it was read as an ordinary character."),)


def _mended(message: str) -> Problem:
    return Problem("csv_dialect", message)
