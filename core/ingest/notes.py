"""The workbench's own sheets inside a vendor's workbook: how they are marked, and how they are known again when the workbook comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from core.ingest.shapes import Problem, RawBook, RawSheet, SetAside

MARK = "Notes of the workbench"
REASON = "notes of the workbench"
ONLY_NOTES = (
    "This workbook holds only the workbench's notes, none of the vendor's sheets. Correct the original file, or ask the sender for a "
    "corrected one, and load that."
)
_ORIGIN = re.compile(r"upload (\d{1,15}), SHA-256 ([0-9a-f]{64})")
_TOP = 3


@dataclass(frozen=True)
class Origin:
    """The upload that the notes were made for."""

    upload_batch_id: int
    sha256: str


@dataclass(frozen=True)
class Notes:
    """The workbench's sheets that were found in a file, and what they were made from (None: they do not say)."""

    sheets: tuple[str | None, ...] = ()
    origin: Origin | None = None

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """For the list of what was not loaded; notes are no rows of the file."""
        return tuple(SetAside(REASON, name, rows=0) for name in self.sheets)


def origin_words(upload_batch_id: int | None, sha256: str) -> str:
    """The second line of each sheet of notes, which leads back to the file it was made from."""
    upload = f"upload {upload_batch_id}, " if upload_batch_id is not None else ""
    return f"Made from {upload}SHA-256 {sha256}."


def without_notes(book: RawBook) -> tuple[RawBook, Notes]:
    """The file as its sender made it, and the notes that were taken out."""
    notes = [sheet for sheet in book.sheets if _is_notes(sheet)]
    if not notes:
        return book, Notes()
    origins = [found for sheet in notes if (found := _origin(sheet)) is not None]
    kept = tuple(sheet for sheet in book.sheets if sheet not in notes)
    return replace(book, sheets=kept), Notes(tuple(sheet.name for sheet in notes), origins[0] if origins else None)


def corrected(file_name: str, upload_batch_id: int) -> Problem:
    """Said about a file that is the corrected workbook of an upload that still waits."""
    return Problem(
        "corrected_file",
        f"This is the corrected workbook of “{file_name}” (upload {upload_batch_id}), which waits. Storing this one puts that one aside.",
        "info",
    )


def _top(sheet: RawSheet) -> list[str]:
    return [next((cell for cell in row if cell), "") for row in sheet.head(_TOP)]


def _is_notes(sheet: RawSheet) -> bool:
    return any(text.startswith(MARK) for text in _top(sheet)[:1])


def _origin(sheet: RawSheet) -> Origin | None:
    found = next((found for text in _top(sheet) if (found := _ORIGIN.search(text))), None)
    return Origin(int(found[1]), found[2]) if found else None
