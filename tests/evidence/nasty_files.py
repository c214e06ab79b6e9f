"""Files that hurt readers, made in memory: bombs, lies about size, stray cells, broken text. Each is a name, what it tries, and its bytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msoffcrypto.format.ooxml as protected

from tests.evidence.ole import xls

HEAD = ["YEAR", "MONTH", "CHANNEL", "POS", "EAN", "QTY", "AMOUNT", "DESCRIPTION", "SKU"]
LINE = [2025, 1, "Retail", "Sol", "9524001001008", 1, 180.17, "EDP", "NLGOT100"]
NAME = "BOXNOX - NORDLYS Monthly Sales Report JAN2025"
TEXT = "\n".join([",".join(HEAD), *[",".join(map(str, LINE))] * 30]) + "\n"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"


@dataclass(frozen=True)
class Nasty:
    """`name` under which it is uploaded, `tries` in words, `make` its bytes. `outcome`: statuses that are right for it."""

    name: str
    tries: str
    make: Callable[[], bytes]
    outcome: tuple[str, ...] = ("refused", "needs_decision")


STORED = ("stored",)

# Workbooks by hand ----------------------------------------------------------------------------------------------------


def book(sheet: bytes = b"", *, strings: bytes = b"", styles: bytes = b"", sheets: int = 1, workbook: bytes = b"", extra: Mapping[str, bytes] | None = None) -> bytes:  # fmt: skip
    """An .xlsx around the given XML of its first sheet; further sheets are empty."""
    listed = b"".join(b'<sheet name="S%d" sheetId="%d" r:id="rId%d"/>' % (n, n, n) for n in range(1, sheets + 1))
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, sheets + 1)
    )
    if strings:
        links += f'<Relationship Id="s1" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles:
        links += f'<Relationship Id="s2" Type="{RELATED}/styles" Target="styles.xml"/>'
    parts: dict[str, bytes] = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": workbook
        or b"<workbook " + SPACE + b' xmlns:r="' + RELATED.encode() + b'"><sheets>' + listed + b"</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": sheet or worksheet(table()),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": worksheet(b"") for n in range(2, sheets + 1)}
    parts |= {"xl/sharedStrings.xml": strings} if strings else {}
    parts |= {"xl/styles.xml": styles} if styles else {}
    return packed({**parts, **(extra or {})})


def packed(parts: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def worksheet(rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    return b'<?xml version="1.0"?><worksheet ' + SPACE + b">" + before + b"<sheetData>" + rows + b"</sheetData>" + after + b"</worksheet>"


def table(lines: int = 30) -> bytes:
    """A BOXNOX list as rows of XML."""
    return b"".join(_row(at, HEAD if at == 1 else LINE) for at in range(1, lines + 2))


def _row(at: int, values: list[str | float]) -> bytes:
    return f'<row r="{at}">{"".join(_cell(f"{chr(65 + n)}{at}", value) for n, value in enumerate(values))}</row>'.encode()


def _cell(place: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


@lru_cache(1)
def plain() -> bytes:
    return book()


# Bombs and lies -------------------------------------------------------------------------------------------------------


def declares_too_much() -> bytes:
    """The directory says 3 GB; what is packed is small."""
    return _forged(plain(), b"xl/worksheets/sheet1.xml", 3_000_000_000)


def declares_too_little() -> bytes:
    """The directory says 5 kB; 80 MB come out."""
    return _forged(book(worksheet(table()) + b" " * 80_000_000), b"xl/worksheets/sheet1.xml", 5_000)


def _forged(data: bytes, name: bytes, size: int) -> bytes:
    at = data.rfind(name) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def one_part_for_many() -> bytes:
    """Three thousand directory entries that all point at the same packed megabyte."""
    name, content = "xl/worksheets/sheet1.xml", worksheet(b"<row/>" * 170_000)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = squeezer.compress(content) + squeezer.flush()
    crc = zlib.crc32(content)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(squeezed), len(content), len(name), 0) + name.encode()
    body, directory = local + squeezed, b""
    for number in range(3_000):
        entry = (f"xl/worksheets/sheet{number}.xml" if number else "xl/workbook.xml").encode()
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(squeezed), len(content), len(entry), 0, 0, 0, 0, 0, 0) + entry  # fmt: skip
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 3_000, 3_000, len(directory), len(body), 0)


def nested(depth: int = 12) -> bytes:
    data = plain()
    for _ in range(depth):
        data = packed({"inner.xlsx": data})
    return data


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip


def entities(part: str) -> bytes:
    sheet = b'<?xml version="1.0"?>' + ENTITIES + worksheet(b'<row r="1"><c r="A1" t="str"><v>&j;</v></c></row>')[21:]
    if part == "sheet":
        return book(sheet)
    if part == "strings":
        return book(strings=b'<?xml version="1.0"?>' + ENTITIES + b"<sst " + SPACE + b"><si><t>&j;</t></si></sst>")
    wide = (b'<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES + b"<workbook>&j;</workbook>").decode().encode("utf-16")
    return book(workbook=wide)


# Stray cells, floods --------------------------------------------------------------------------------------------------


def inflated_range() -> bytes:
    return book(worksheet(table(), before=b'<dimension ref="A1:XFD1048576"/>'))


def styled_corner() -> bytes:
    corner = b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    return book(worksheet(table() + corner, before=b'<dimension ref="A1:XFD1048576"/>'))


def stray(corner: str) -> bytes:
    row = corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return book(worksheet(table() + f'<row r="{row}"><c r="{corner}"><v>1</v></c></row>'.encode()))


def styled_rows() -> bytes:
    return book(worksheet(table() + b"".join(b'<row r="%d" s="1" customFormat="1"/>' % at for at in range(32, 1_000_032))))


def styled_cells() -> bytes:
    return book(worksheet(table() + b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (at, at) for at in range(32, 1_000_032))))


def merges(count: int = 1_000_000) -> bytes:
    listed = b"".join(b'<mergeCell ref="K%d:L%d"/>' % (at, at) for at in range(1, count + 1))
    return book(worksheet(table(), after=b'<mergeCells count="%d">' % count + listed + b"</mergeCells>"))


def repeated_text() -> bytes:
    """One text of 3 MB in 20,000 cells: 60 GB if it were copied."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (at, at) for at in range(1, 20_001))
    return book(worksheet(cells), strings=b"<sst " + SPACE + b"><si><t>" + b"x" * 3_000_000 + b"</t></si></sst>")


def many_texts() -> bytes:
    """Four million shared texts that no cell uses."""
    return book(strings=b"<sst " + SPACE + b">" + b"<si><t>a</t></si>" * 4_000_000 + b"</sst>")


def deep_elements() -> bytes:
    return book(worksheet(b"<row>" + b"<a>" * 500_000 + b"</a>" * 500_000 + b"</row>"))


def endless_row() -> bytes:
    return book(worksheet(b'<row r="1">' + b"".join(b'<c r="A1"><v>%d</v></c>' % n for n in range(2_500_000)) + b"</row>"))


# Other containers -----------------------------------------------------------------------------------------------------


def ods(rows: str) -> bytes:
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet><table:table table:name="S1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0"/>'
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def ods_table() -> str:
    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'

    return "".join(f"<table:table-row>{''.join(map(cell, values))}</table:table-row>" for values in (HEAD, *[LINE] * 30))


def ods_empty_tail() -> bytes:
    """What LibreOffice itself writes below and beside a table: a million empty rows in one element."""
    tail = (
        '<table:table-row table:number-rows-repeated="1048545"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    return ods(ods_table() + tail)


def ods_repeated(rows: int, columns: int, text: str = "1") -> bytes:
    cell = (
        f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )
    return ods(f'{ods_table()}<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')


def xlsb(cells: list[tuple[int, int, float]], strings: int = 0, uses: int = 0) -> bytes:
    """A binary workbook: numbers at (row, column); `strings` bytes of one shared text, used in `uses` rows."""
    body = _bin(129) + _bin(148, struct.pack("<IIII", 0, 1_048_575, 0, 16_383)) + _bin(145)
    for row, column, value in cells:
        body += _bin(0, struct.pack("<IIHHBI", row, 0, 0, 0, 0, 0)) + _bin(5, struct.pack("<IId", column, 0, value))
    for row in range(uses):
        body += _bin(0, struct.pack("<IIHHBI", row, 0, 0, 0, 0, 0)) + _bin(7, struct.pack("<III", 0, 0, 0))
    body += _bin(146) + _bin(130)
    name, link = "S1".encode("utf-16-le"), "rId1".encode("utf-16-le")
    sheet = struct.pack("<II", 0, 1) + struct.pack("<I", 4) + link + struct.pack("<I", 2) + name
    workbook = _bin(131) + _bin(143) + _bin(156, sheet) + _bin(144) + _bin(132)
    links = f'<Relationship Id="rId1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.bin"/>'
    parts = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": workbook,
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'.encode(),
        "xl/worksheets/sheet1.bin": body,
    }
    if strings:
        text = struct.pack("<BI", 0, strings // 2) + b"x\0" * (strings // 2)
        parts["xl/sharedStrings.bin"] = _bin(159, struct.pack("<II", uses, 1)) + _bin(19, text) + _bin(160)
    return packed(parts)


def _bin(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        sizes += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + sizes + body


def locked(password: str) -> bytes:
    target, data = io.BytesIO(), plain()
    missing = -(len(data)) % 4096  # encryption works on whole blocks: a comment fills the last one
    whole = data[:-2] + struct.pack("<H", missing) + b" " * missing
    protected.OOXMLFile(io.BytesIO(whole)).encrypt(password, target)
    return target.getvalue()


# Text -----------------------------------------------------------------------------------------------------------------


def wide(columns: int) -> bytes:
    return (",".join(f"c{n}" for n in range(columns)) + "\n" + ",".join("1" * columns) + "\n").encode()


def mixed_encodings() -> bytes:
    """The top in one code page, the rest in another, as when two exports were pasted together."""
    rows = TEXT.replace("Sol", "Perfumería Sol").splitlines(keepends=True)
    return "".join(rows[:15]).encode("utf-8") + "".join(rows[15:]).encode("cp1252")


def pieces(data: bytes, of: str, ending: str) -> Iterator[Nasty]:
    for tenth in range(1, 10):
        cut = len(data) * tenth // 10
        yield Nasty(f"{NAME} cut at {tenth}0 %.{ending}", f"{of}, cut off after {tenth} tenths", lambda cut=cut: data[:cut])  # type: ignore[misc]


def made() -> tuple[Nasty, ...]:
    """All of them."""
    old = xls([HEAD, *[LINE] * 60])
    bomb = tuple(
        Nasty(f"{NAME} {what}.xlsx", what, make)
        for what, make in (
            ("declares 3 GB", declares_too_much),
            ("declares 5 kB and unpacks to 80 MB", declares_too_little),
            ("unpacks to a thousand times its size", lambda: book(worksheet(table()) + b" " * 400_000_000)),
            ("one part listed 3,000 times", one_part_for_many),
            ("a zip in a zip, twelve deep", nested),
            ("XML entities in a sheet", lambda: entities("sheet")),
            ("XML entities in the texts", lambda: entities("strings")),
            ("XML entities in UTF-16", lambda: entities("workbook")),
            ("a value in XFD1048576", lambda: stray("XFD1048576")),
            ("a value in AL1048576", lambda: stray("AL1048576")),
            ("one text of 3 MB in 20,000 cells", repeated_text),
            ("500,000 elements deep", deep_elements),
            ("2.5 million cells in one row", endless_row),
            ("5,000 sheets", lambda: book(sheets=5_000)),
        )
    )
    flood = tuple(
        Nasty(f"{NAME} {what}.xlsx", what, make, STORED)
        for what, make in (
            ("a used range of A1:XFD1048576", inflated_range),
            ("a styled cell in XFD1048576", styled_corner),
            ("a million styled rows", styled_rows),
            ("a million styled empty cells", styled_cells),
            ("a million merged cells", merges),
            ("four million unused texts", many_texts),
            ("2,000 sheets", lambda: book(sheets=2_000)),
        )
    )
    other = (
        Nasty(f"{NAME}.ods", "an honest .ods", lambda: ods(ods_table()), STORED),
        Nasty(f"{NAME} tail.ods", "a million empty rows in one element", ods_empty_tail, STORED),
        Nasty(f"{NAME} repeated.ods", "one cell repeated over 1,048,000 × 16,000 cells", lambda: ods_repeated(1_048_000, 16_000)),
        Nasty(f"{NAME} long.ods", "a text of 100 kB repeated 1,000,000 times", lambda: ods_repeated(1_000, 1_000, "x" * 100_000)),
        Nasty(f"{NAME}.xlsb", "numbers alone in an .xlsb", lambda: xlsb([(0, 0, 1.0), (1, 0, 2.0)])),
        Nasty(f"{NAME} stray.xlsb", "a value in XFD1048576 of an .xlsb", lambda: xlsb([(0, 0, 1.0), (1_048_575, 16_383, 2.0)])),
        Nasty(f"{NAME} texts.xlsb", "one text of 2 MB in 20,000 cells of an .xlsb", lambda: xlsb([], 2_000_000, 20_000)),
        Nasty(f"{NAME}.xls", "an honest .xls", lambda: old, STORED),
        Nasty(f"{NAME} uncalculated.xls", "formulas of an .xls that nobody has worked out", lambda: xls([HEAD, *[LINE] * 6], [(2, 5), (3, 6)]), STORED),
        Nasty(f"{NAME} locked.xlsx", "a password", lambda: locked("Secret123")),
        Nasty(f"{NAME} protected.xlsx", "Excel's own password", lambda: locked("VelvetSweatshop"), STORED),
    )  # fmt: skip
    named = (
        Nasty(f"{NAME} renamed.csv", "a workbook called .csv", plain, STORED),
        Nasty(f"{NAME} renamed.xlsx", "a text called .xlsx", TEXT.encode),
        Nasty(f"{NAME} pdf.xlsx", "a PDF called .xlsx", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40),
        Nasty(f"{NAME} picture.csv", "a picture called .csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        Nasty(f"{NAME} page.xls", "a web page called .xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
        Nasty(f"{NAME} noise.csv", "noise", lambda: zlib.compress(bytes(range(256)) * 4_000, 9) * 40),
    )
    text = tuple(
        Nasty(f"{NAME} {what}.csv", what, make, outcome)
        for what, make, outcome in (
            ("empty", lambda: b"", ("refused",)),
            ("a byte order mark alone", lambda: b"\xef\xbb\xbf", ("refused",)),
            ("a UTF-16 mark alone", lambda: b"\xff\xfe", ("refused",)),
            ("line ends alone", lambda: b"\r\n" * 1000, ("refused",)),
            ("commas alone", lambda: b",,,,,\n" * 1000, ("refused", "needs_decision")),
            ("one line of 50 MB", lambda: b"x" * 50_000_000, ("refused", "needs_decision")),
            ("one line of 50 MB with commas", lambda: b"1," * 25_000_000, ("refused", "needs_decision")),
            ("one line of 50 MB that opens a quote", lambda: b'"' + b"a b," * 12_500_000, ("refused", "needs_decision")),
            ("20,000 columns", lambda: wide(20_000), ("refused", "needs_decision")),
            ("16,000 columns", lambda: wide(16_000), ("refused", "needs_decision")),
            ("five million empty lines", lambda: TEXT.encode() + b"\n" * 5_000_000, STORED),
            ("NUL bytes", lambda: TEXT.replace("Sol", "So\0l").encode(), STORED),
            ("NUL bytes alone", lambda: bytes(100_000), ("refused",)),
            ("two encodings", mixed_encodings, ("stored", "needs_decision")),
            ("a quote that is never closed", lambda: TEXT.replace("EDP", '"EDP', 1).encode(), ("stored", "needs_decision")),
            ("quotes that are never closed in every line", lambda: (TEXT.replace("EDP", '"EDP') * 3_000).encode(), ("stored", "needs_decision")),
            ("half a UTF-16 character", lambda: b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1], ("stored", "needs_decision")),
            ("old Mac line ends", lambda: TEXT.replace("\n", "\r").encode(), STORED),
        )
    )  # fmt: skip
    cut = (
        *pieces(plain(), "a workbook", "xlsx"),
        *pieces(old, "an .xls", "xls"),
        *pieces(ods(ods_table()), "an .ods", "ods"),
    )
    return (*bomb, *flood, *other, *named, *text, *cut)
