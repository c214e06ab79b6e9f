"""Workbook packages before anything parses them: how large they would become, and what the reader of cells does not tell."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from core.errors import FileTooLarge, UnreadableFile
from core.ingest.shapes import column_letters

Address = tuple[int, int]

PIECE = 1 << 23
LONGEST_ROW = 1 << 26
STYLED_BYTES = 1 << 23  # bold cells are looked for in sheets up to this size: they matter in small hand-made reports only
LONG_TEXT, LONG_TEXTS = 1_000, 1 << 27  # bytes of a text that no report repeats, and of all its copies
SPARSE_CELLS, SPARSE = 6_000_000, 8  # so many cells may be mostly empty: beyond, one in eight must say something
ENTRIES = 5_000

CELL = rb"<(?:\w+:)?c\b([^>]*)>"
FORMULA = re.compile(
    CELL + rb"\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?v>))?", re.DOTALL
)
ERROR = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<')
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
WIDE_REFERENCE = re.compile(rb' r="([A-Z]{2,3})\d')
ROW = re.compile(rb'row [^>]*?\br="(\d{1,7})"')
LAST_ROW = 1_048_576
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class SheetMarks:
    """What stands in a sheet's XML beside its values: formulas without a cached value, error texts, bold cells (0-based addresses)."""

    no_value: frozenset[Address] = frozenset()
    errors: dict[Address, str] = field(default_factory=dict)
    bold: frozenset[Address] = frozenset()


@dataclass(frozen=True)
class PackageMarks:
    """Marks of each sheet by its name, and whether date numbers count from 1904."""

    sheets: dict[str, SheetMarks]
    date_1904: bool = False


def open_package(data: bytes) -> zipfile.ZipFile:
    """The zip directory of `data`; UnreadableFile when it is cut off or damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise UnreadableFile(
            "This workbook is cut off or damaged: the end of the file is missing. Ask the sender for it again, or save it anew."
        ) from error


def check_sizes(package: zipfile.ZipFile, unpacked_bytes: int, ratio: int) -> None:
    """FileTooLarge when the directory declares more than a workbook may unpack to, in total or beside its packed size."""
    entries = package.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > ENTRIES:
        raise FileTooLarge(f"This workbook consists of {len(entries):,} parts; no spreadsheet program writes that. It was not opened.")
    if unpacked > unpacked_bytes or (unpacked > 1 << 26 and unpacked > packed * ratio):
        raise FileTooLarge(
            f"This workbook would unpack from {_size(packed)} to {_size(unpacked)}, more than the workbench accepts. "
            "Delete empty rows and pictures, or split it by month, and upload the parts."
        )


def scan(package: zipfile.ZipFile, cells: int) -> PackageMarks:
    """Marks of an .xlsx package, found by one pass over each sheet's XML in pieces; FileTooLarge when a sheet spans more than `cells`."""
    parts = {entry.filename.lstrip("/").lower(): entry for entry in package.infolist()}
    sheets, date_1904 = _sheets_of(package, parts)
    styles = parts.get("xl/styles.xml")
    bold = _bold_styles(_whole(package, styles)) if styles else ()
    strings = _string_lengths(package, parts["xl/sharedstrings.xml"]) if "xl/sharedstrings.xml" in parts else []
    marks = {title: _scan_sheet(package, parts[path], cells, bold, strings) for title, path in sheets.items() if path in parts}
    return PackageMarks(marks, date_1904)


def _sheets_of(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> tuple[dict[str, str], bool]:
    """Part name of each sheet by its title, and the date system, from the workbook part and its relations."""
    if "xl/workbook.xml" not in parts:
        return {}, False
    workbook = _parse(_whole(package, parts["xl/workbook.xml"]))
    relations = parts.get("xl/_rels/workbook.xml.rels")
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/").lower()
        for relation in (_parse(_whole(package, relations)) if relations else ())
    }
    sheets: dict[str, str] = {}
    date_1904 = False
    for element in workbook.iter():
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if kind == "sheet":
            link = next((value for key, value in element.attrib.items() if str(key).endswith("}id")), None)
            sheets[str(element.get("name"))] = targets.get(link, "")
        elif kind == "workbookPr":
            date_1904 = element.get("date1904") in ("1", "true", "on")
    return sheets, date_1904


def _bold_styles(xml: bytes) -> tuple[bytes, ...]:
    """Numbers of the cell styles that use a bold font."""
    root = _parse(xml)
    fonts = root.find("{*}fonts")
    formats = root.find("{*}cellXfs")
    if fonts is None or formats is None:
        return ()
    heavy = {str(at) for at, font in enumerate(fonts) if (b := font.find("{*}b")) is not None and b.get("val") not in ("0", "false")}
    return tuple(str(at).encode() for at, style in enumerate(formats) if style.get("fontId") in heavy)


def _string_lengths(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> list[int]:
    """Bytes of each shared text."""
    lengths: list[int] = []
    rest = 0
    for piece in pieces(package, entry):
        refuse_declarations(piece)
        ends = [found.end() for found in re.finditer(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", piece)]
        lengths += [end - start for start, end in zip([-rest, *ends], ends, strict=False)]
        rest = len(piece) - ends[-1] if ends else rest + len(piece)
    return lengths


def _text_bytes(piece: bytes, strings: list[int], longest: int) -> int:
    """Bytes that the long shared texts of these rows come to."""
    if longest < LONG_TEXT or piece.count(b't="s"') * longest < LONG_TEXTS // 64:
        return 0
    used = (int(at) for at in re.findall(rb't="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<', piece))
    return sum(strings[at] for at in used if at < len(strings) and strings[at] >= LONG_TEXT)


def _scan_sheet(package: zipfile.ZipFile, entry: zipfile.ZipInfo, cells: int, bold: tuple[bytes, ...], strings: list[int]) -> SheetMarks:
    no_value: set[Address] = set()
    errors: dict[Address, str] = {}
    heavy: set[Address] = set()
    style = re.compile(CELL.replace(rb"([^>]*)", rb'([^>]*\bs="(?:' + b"|".join(bold) + rb')"[^>]*)')) if bold else None
    width = height = texts = filled = 0
    longest = max(strings, default=0)
    for piece in rows_in_pieces(package, entry):
        refuse_declarations(piece)
        width, height = _extent(piece, width, height, cells)
        filled += piece.count(b"<v>") + piece.count(b"<v ") + piece.count(b"<is>") + piece.count(b":v>") // 2 + piece.count(b":is>") // 2
        texts += _text_bytes(piece, strings, longest)
        refuse_repeated_texts(texts)
        if b"<f" in piece or b":f" in piece:
            no_value.update(_formulas_without_value(piece))
        if b't="e"' in piece:
            errors.update({at: found[2].decode() for found in ERROR.finditer(piece) if (at := _address(found[1]))})
        if style and entry.file_size <= STYLED_BYTES:
            heavy.update(at for found in style.finditer(piece) if (at := _address(found[1])))
    if width * height > max(SPARSE_CELLS, filled * SPARSE):
        refuse_sparse(*_exact_extent(package, entry), filled, cells)
    return SheetMarks(frozenset(no_value), errors, frozenset(heavy))


def _exact_extent(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """Columns and rows that cells with a content span, each reference read."""
    letters: set[bytes] = set()
    height = 0
    for piece in rows_in_pieces(package, entry):
        references = FILLED.findall(_spelled(piece))
        letters.update(found for found, _ in references)
        height = max(height, max((int(row) for _, row in references), default=0))
    return max((_column(found) + 1 for found in letters), default=0), height


def refuse_sparse(width: int, height: int, filled: int, cells: int) -> None:
    """FileTooLarge when few cells span a huge sheet, which a reader would fill with blanks; `cells`: the most any sheet may span."""
    if width * height > cells:
        raise _too_wide(width, height, f"that is more than {cells:,} cells")
    if width * height > max(SPARSE_CELLS, filled * SPARSE):
        raise _too_wide(width, height, f"but only {filled:,} of these {width * height:,} cells say something")


def refuse_repeated_texts(size: int) -> None:
    """FileTooLarge when long texts come to more than any report holds; `size`: bytes of all their copies."""
    if size > LONG_TEXTS:
        raise FileTooLarge("The cells of this workbook repeat a very long text far too often. It was not opened; ask for a new export.")


def _too_wide(width: int, height: int, why: str) -> FileTooLarge:
    return FileTooLarge(
        f"A sheet of this workbook reaches to cell {column_letters(width - 1)}{height}; {why}. "
        "Delete the stray cells far below or right of the table and save it again."
    )


def _spelled(piece: bytes) -> bytes:
    """References in the usual spelling."""
    return re.sub(rb"\br\s*=\s*['\"]([A-Z]*\d+)['\"]", rb'r="\1"', piece) if b"r='" in piece or b"r =" in piece else piece


def _formulas_without_value(piece: bytes) -> Iterator[Address]:
    """A text formula may cache an empty text; any other formula without a value was never calculated."""
    for found in FORMULA.finditer(piece):
        empty_text = b't="str"' in found[1] and found[2] is not None
        if not found[3] and not empty_text and (at := _address(found[1])):
            yield at


def _extent(piece: bytes, width: int, height: int, cells: int) -> tuple[int, int]:
    """Columns and rows that the cells so far may span: a quick upper bound, and each reference read where that is too large."""
    piece = _spelled(piece)
    wide = {_column(letters) + 1 for letters in set(WIDE_REFERENCE.findall(piece))}
    width = max(width, 26, *wide)
    height = max(height, max(map(int, ROW.findall(piece)), default=0))
    digits = len(str(height))
    if digits < 7 and re.search(rb' r="[A-Z]{1,3}\d{%d,7}"' % (digits + 1), piece):
        height = LAST_ROW  # a cell that lies about its row
    if width * min(10**digits - 1, LAST_ROW) > cells or width * height > cells:
        references = FILLED.findall(piece)
        width = max((_column(letters) + 1 for letters in {letters for letters, _ in references}), default=0)
        height = max((int(row) for _, row in references), default=0)
    if width * height > cells:
        raise _too_wide(width, height, f"that is more than {cells:,} cells")
    return width, height


def _address(attributes: bytes) -> Address | None:
    found = REFERENCE.search(attributes)
    return (int(found[2]) - 1, _column(found[1])) if found else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def rows_in_pieces(package: zipfile.ZipFile, entry: zipfile.ZipInfo, ends: Sequence[bytes] = (b"</row>", b":row>")) -> Iterator[bytes]:
    """The part cut after the last whole row of each piece; `ends`: how a row can end."""
    rest = b""
    for piece in pieces(package, entry):
        rest += piece
        cut = max(found + len(end) if (found := rest.rfind(end)) > 0 else 0 for end in ends)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST_ROW:
            raise FileTooLarge(
                "One row of this workbook is larger than a whole report. It was not opened; ask the sender for a new export."
            )
    yield rest


def pieces(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part, never more than its directory entry declares; UnreadableFile when it is damaged or longer."""
    unpacked = 0
    try:
        for piece in _inflate(package, entry):
            unpacked += len(piece)
            if unpacked > entry.file_size:
                raise UnreadableFile("A part of this workbook is larger than its directory says. It was not opened; ask for a new export.")
            yield piece
    except (zlib.error, struct.error, EOFError, OSError) as error:
        raise _damaged() from error
    if unpacked != entry.file_size:
        raise _damaged()


def _inflate(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What the packed bytes of an entry really hold; the zip module would stop where the directory says, other readers do not."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or package.fp is None:
        raise _damaged()
    package.fp.seek(entry.header_offset)
    name, extra = struct.unpack("<26xHH", package.fp.read(30))
    package.fp.seek(name + extra, io.SEEK_CUR)
    packed = package.fp.read(entry.compress_size)
    if entry.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflater.eof:
        piece = inflater.decompress(packed, PIECE)
        packed = inflater.unconsumed_tail
        if not piece and not packed:
            raise _damaged()
        yield piece


def _damaged() -> UnreadableFile:
    return UnreadableFile("A part of this workbook is damaged. Ask the sender for it again, or open it and save it anew.")


def _whole(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > 1 << 26:
        raise FileTooLarge("The list of sheets or styles of this workbook is larger than any real one. It was not opened.")
    return b"".join(pieces(package, entry))


def _parse(xml: bytes) -> etree._Element:
    refuse_declarations(xml)
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise _damaged() from error


def refuse_declarations(piece: bytes) -> None:
    if b"<!" in piece and DECLARATION.search(piece):
        raise UnreadableFile(
            "This workbook contains XML entity declarations, which no spreadsheet program writes and which can be used to attack a reader. "
            "It was not opened; ask the sender to export it again."
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
