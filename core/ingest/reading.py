"""Bytes → sheets. What a file is, its content says; its name is only compared with it."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from core.errors import EncryptedFile, FileTooLarge, UnreadableFile
from core.ingest import biff, bounding, delimited, packages, workbooks
from core.ingest.packages import PackageMarks
from core.ingest.shapes import RawBook
from core.settings import Settings

Kind = Literal["xlsx", "xls", "xlsb", "ods", "csv"]

ZIP, OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
EXCELS_OWN_PASSWORD = "VelvetSweatshop"  # what Excel uses when a workbook is protected without asking for a password
MOST_KEY_ROUNDS = 1_000_000
WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xltm")
FOREIGN = (
    (b"\x09\x08", "a workbook of a very old Excel"),
    (b"\x09\x04", "a workbook of a very old Excel"),
    (b"\x09\x02", "a workbook of a very old Excel"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a compressed (.gz) file"),
    (b"7z\xbc\xaf", "a compressed (.7z) file"),
    (b"Rar!", "a compressed (.rar) file"),
    (b"{\\rtf", "a text document (.rtf)"),
    (b"SQLite format 3", "a database file"),
)


@dataclass(frozen=True)
class ReadLimits:
    """Bounds that are checked before anything is parsed: bytes as uploaded, bytes unpacked, how much a zip may expand, cells of a sheet."""

    upload_bytes: int = 2048 << 20
    unpacked_bytes: int = 1024 << 20
    ratio: int = 200
    cells: int = 40_000_000

    @classmethod
    def of(cls, settings: Settings) -> ReadLimits:
        return cls(settings.upload_megabytes << 20, settings.unpacked_megabytes << 20)


def read_book(data: bytes | Path, file_name: str, limits: ReadLimits | None = None, password: str | None = None) -> RawBook:
    """The sheets of a workbook (.xlsx, .xlsm, .xls, .xlsb, .ods) or a text file (.csv, .tsv, .txt), told by content.

    Raises UnreadableFile, EncryptedFile (a password is needed, or `password` is wrong) or FileTooLarge, each with a sentence that says
    what was seen and what to do.
    """
    limits = limits or ReadLimits()
    body = _load(data, limits)
    if not body.strip(b"\0 \t\r\n"):
        size = f"{len(body):,} bytes" if body else "0 bytes"
        raise UnreadableFile(f"“{file_name}” is empty ({size}). Ask the sender for the file again.")
    if body.startswith(OLE):
        body = _decrypt(body, password)
    kind = _kind(body, file_name)
    if kind == "csv":
        return _read_text(body, file_name)
    marks = _check_package(body, kind, limits)
    sheets = workbooks.read_sheets(body, marks, limits.cells)
    return RawBook(file_name, kind, sheets, date_1904=marks.date_1904)


def text_of(path: Path, file_name: str, limits: ReadLimits) -> None:
    """Pass where the file is a text file by the look of its beginning, else raise UnreadableFile."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read((1 << 16) + (size % 2 if size > 1 << 16 else 0))
    if size > limits.upload_bytes or head.startswith(OLE) or not head.strip(b"\0 \t\r\n") or _kind(head, file_name) != "csv":
        raise UnreadableFile


def _load(data: bytes | Path, limits: ReadLimits) -> bytes:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > limits.upload_bytes:
        raise FileTooLarge(
            f"This file has {size / 1e6:,.0f} MB; the workbench accepts up to {limits.upload_bytes / 1e6:,.0f} MB. "
            "Split it by month and upload the parts."
        )
    return data.read_bytes() if isinstance(data, Path) else data


def _kind(body: bytes, file_name: str) -> Kind:
    """What the content is; UnreadableFile with a sentence when it is nothing that can hold a report."""
    if body.startswith((b"PK\x05\x06", ZIP)):
        return _package_kind(body, file_name)
    if body.startswith(OLE):
        return "xls"
    for mark, name in FOREIGN:
        if body.startswith(mark):
            raise UnreadableFile(
                f"“{file_name}” is {name}, which the workbench does not read. Ask the sender for the report as .xlsx or .csv."
            )
    _refuse_markup(body, file_name)
    _refuse_binary(body, file_name)
    if file_name.lower().rstrip().endswith(WORKBOOK_NAMES):
        raise UnreadableFile(
            f"“{file_name}” is named like a workbook but contains plain text. "
            "If it is the right file, rename it to .csv and upload it again; otherwise ask the sender for the workbook."
        )
    return "csv"


def _package_kind(body: bytes, file_name: str) -> Kind:
    names = {name.lstrip("/").lower() for name in packages.open_package(body).namelist()}
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names or ("[content_types].xml" in names and any(name.startswith("xl/") for name in names)):
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise UnreadableFile(
            f"“{file_name}” is a Word or PowerPoint document, not a spreadsheet. Ask the sender for the report as .xlsx or .csv."
        )
    raise UnreadableFile(f"“{file_name}” is a zip archive, not a workbook. Unpack it and upload the files inside one by one.")


def _check_package(body: bytes, kind: Kind, limits: ReadLimits) -> PackageMarks:
    """Sizes of a zipped workbook before it is unpacked, and the marks of its sheets."""
    if kind == "xls":
        biff.check_sizes(body, limits.cells)
        return biff.scan(body)
    with packages.open_package(body) as package:
        packages.check_sizes(package, limits.unpacked_bytes, limits.ratio)
        if kind == "xlsx":
            return packages.scan(package, limits.cells)
        bounding.check_parts(package, limits.cells)
        return PackageMarks({})


def _refuse_markup(body: bytes, file_name: str) -> None:
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise UnreadableFile(f"“{file_name}” is a web page, not a workbook. Open it in Excel, save it as .xlsx, and upload that.")
    if start.startswith(b"<?xml"):
        raise UnreadableFile(f"“{file_name}” is an XML file, not a workbook. Open it in Excel, save it as .xlsx, and upload that.")
    if re.match(rb'[{\[]\s*["{\[]', start):
        raise UnreadableFile(f"“{file_name}” is JSON, not a spreadsheet. Ask the sender for the report as .xlsx or .csv.")


def _refuse_binary(body: bytes, file_name: str) -> None:
    """Text has hardly any control characters; UTF-16 text, seen by its mark or its zeros, is judged after decoding."""
    sample = delimited.read_text(body[: 1 << 16]).data
    strange = sum(sample.count(sign) for sign in (*range(9), *range(14, 28))) + sample.count("\ufffd".encode())
    zeros = 0 if delimited.is_wide(body) else body[: 1 << 16].count(0)
    if strange * 50 > len(sample) or not sample or (zeros > 20 and zeros * 20 > len(sample)):
        raise UnreadableFile(f"“{file_name}” is neither a workbook nor a text file. Open it, save it as .xlsx or .csv, and upload that.")


def _read_text(body: bytes, file_name: str) -> RawBook:
    text = delimited.read_text(body)
    delimiter = delimited.sniff_delimiter(text.data)
    sheet, problems = delimited.read_sheet(text, delimiter)
    return RawBook(file_name, "csv", (sheet,), (*text.problems, *problems), text.encoding, delimiter)


def _decrypt(body: bytes, password: str | None) -> bytes:
    """The readable bytes of an OLE file: itself, or what the given password or Excel's own opens."""
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(body))
        if not office.is_encrypted():
            return body
    except (FileFormatError, ParseError, OSError, ValueError, KeyError, IndexError, AttributeError, struct.error) as error:
        raise UnreadableFile(
            "This file is no readable Excel workbook (it may be an e-mail, a Word document, or cut off). "
            "Open it, save it as .xlsx, and upload that."
        ) from error
    _refuse_slow_keys(body)
    for attempt in filter(None, (password, EXCELS_OWN_PASSWORD)):
        if (opened := _try_password(body, attempt)) is not None:
            return opened
    raise EncryptedFile("The password does not open this file. Try another one." if password else None)


def _try_password(body: bytes, password: str) -> bytes | None:
    opened = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(body))
        office.load_key(password=password)
        office.decrypt(opened)
    except (InvalidKeyError, DecryptionError, FileFormatError, ParseError, ValueError, KeyError, OSError, struct.error):
        return None
    return opened.getvalue()


def _refuse_slow_keys(body: bytes) -> None:
    rounds = [int(found) for found in re.findall(rb'spinCount="(\d{1,12})"', body)]
    if max(rounds, default=0) > MOST_KEY_ROUNDS:
        raise UnreadableFile(
            "The encryption of this file is made to take hours. It was not opened; ask the sender to save it without a password."
        )
