"""How a file looks, apart from its figures: sheet names and headers without their dates. Files that look the same are one family. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.ingest import dates, periods
from core.ingest.formats.generic_layout import Found, find_list
from core.ingest.formats.meanings import words_of
from core.ingest.layout import HEADER_ROWS, is_blank
from core.ingest.numbers import read_number
from core.ingest.shapes import RawBook, RawSheet

PERIODS = "(periods)"
ALIKE = 0.6  # share of headers two layouts must have in common to be taken for one that changed
ENGLISH = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}


@dataclass(frozen=True)
class FileLayout:
    """`fingerprint`: one key over sheet names and headers, whatever their order; `name_pattern`: the file's name without digits and months;
    `headers`: what a person would call the columns, sheet by sheet."""

    fingerprint: str
    name_pattern: str
    headers: tuple[str, ...]

    def likeness(self, headers: tuple[str, ...]) -> float:
        """Share of headers both have, 0 … 1."""
        mine, theirs = set(self.headers), set(headers)
        return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def layout_of(book: RawBook) -> FileLayout:
    """The layout of a file as its family is known by."""
    sheets = sorted((pattern(sheet.name or ""), sorted(set(_headers(sheet)))) for sheet in book.visible)
    key = hashlib.sha256(json.dumps(sheets, ensure_ascii=False).encode()).hexdigest()
    named = tuple(dict.fromkeys(header for _, headers in sheets for header in headers))
    return FileLayout(key, pattern(periods.bare_name(book.file_name)), named)


def pattern(text: str) -> str:
    """A name without digits, months and signs: `Sell out June 2025 (v2)` → `sell out v`."""
    words = re.findall(r"[^\W\d_]+", words_of(text))
    return " ".join(word for word in words if not _is_month(word))


def _is_month(word: str) -> bool:
    return word in ENGLISH or (len(word) > 3 and word in dates.month_names())


def _headers(sheet: RawSheet) -> Iterator[str]:
    found = find_list(sheet)
    if found is None:
        yield from (pattern(text) for text in _telling_row(sheet) if pattern(text))
        return
    if found.header_row < 0:
        yield from (f"column of {column.kind.reason}" for column in found.columns)
        return
    yield from _named(found)


def _named(found: Found) -> Iterator[str]:
    """Headers as printed in words; those that are nothing but a period are one."""
    yield from (words_of(column.header) for column in found.columns if column.header and pattern(column.header))
    if found.bands:
        yield PERIODS


def _telling_row(sheet: RawSheet) -> list[str]:
    """The texts of the row that has the most of them."""
    rows = [
        [text for text in cells if text and not is_blank(text) and read_number(text).value is None] for cells in sheet.head(HEADER_ROWS)
    ]
    return max(rows, key=len, default=[])
