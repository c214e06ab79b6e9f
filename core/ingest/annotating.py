"""The error workbook: the vendor's own file with each bad cell coloured and commented, and sheets that list what was found.

An .xlsx is written on where it stands, so that everything else in it survives; any other file is written anew, its cells at their own
addresses. Corrected and loaded again, the sheets of notes and the comments are known and left out (`notes`).
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from core.errors import WorkbenchError
from core.ingest import annotated_package, note_tables, rewriting
from core.ingest.note_tables import Link, Mark, Place, Table
from core.ingest.notes import MARK, origin_words, without_notes
from core.ingest.reading import ReadLimits, read_book
from core.ingest.rewriting import Copy
from core.ingest.shapes import ImportReport, Merge, RawBook, RawSheet

MOST_MARKS, MOST_COMMENTS = 50_000, 2_000
ENDING = " – checked.xlsx"
WAY_BACK = "Correct the coloured cells, save, and load this workbook: the sheets of notes and the comments are left out."
LOST = "The file could not be copied into this workbook ({why}). Correct the original; every remark names its cell."
log = logging.getLogger("workbench.ingest")


def error_workbook(source: Path | bytes, report: ImportReport, held: pl.DataFrame | None = None, limits: ReadLimits | None = None) -> bytes:
    """An .xlsx: the vendor's file with coloured and commented cells, then the sheets Problems, Held rows, Set aside and Totals.

    `held`: held rows in the columns of `Workbench.rows()`. Macros are left out. Of more than 600,000 cells only what surrounds the remarks
    is copied, and said so; a file that can not be copied at all (protected, damaged) gives the lists alone. It never fails on a file.
    """
    return _annotated(source, report, note_tables.marks(report, held), note_tables.tables(report, held), limits or ReadLimits())


def workbook_name(file_name: str) -> str:
    """`week 24.xls` → `week 24 – checked.xlsx`"""
    stem = Path(file_name).name
    return f"{stem.rsplit('.', 1)[0] if '.' in stem else stem}{ENDING}"


def _annotated(source: Path | bytes, report: ImportReport, marks: tuple[Mark, ...], tables: tuple[Table, ...], limits: ReadLimits) -> bytes:
    for attempt in _attempts(source, report, marks, tables, limits):
        try:
            made = attempt()
        except Exception as error:  # whatever an odd file does to one way of writing, there is a plainer one
            log.info("error workbook of %s: %s", report.sha256[:12], error, exc_info=not isinstance(error, WorkbenchError))
        else:
            if made is not None:
                return made
    raise AssertionError("a workbook of plain lists can always be written")


def _attempts(
    source: Path | bytes, report: ImportReport, marks: tuple[Mark, ...], tables: tuple[Table, ...], limits: ReadLimits
) -> Iterator[Callable[[], bytes | None]]:
    """The ways to write it, best first."""
    try:
        book, _ = without_notes(read_book(source, report.file_name, limits))
        why = "the copy did not succeed"
    except WorkbenchError as error:
        book, why = None, error.message.split(". ")[0].rstrip(".")
    if book is not None:
        known, marks = book, _on_anchors(book, marks)
        if known.kind == "xlsx":
            yield lambda: _written_on(source, known, report, marks, tables)
        if rewriting.cells_of(known) <= rewriting.MOST_CELLS:
            yield lambda: _onto(rewriting.rewrite(known), report, marks, tables, WAY_BACK)
        yield lambda: _onto(rewriting.excerpt(known, (mark.place for mark in marks)), report, marks, tables, _EXCERPT)
    yield lambda: _onto(rewriting.about(LOST.format(why=why)), report, marks, tables, LOST.format(why=why))


_EXCERPT = "The file is too long to be copied whole; the excerpt shows what surrounds the first remarks. Correct the original file."


def _on_anchors(book: RawBook, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Of a merged range only the first cell can be coloured and commented."""
    merges = {sheet.name or "": sheet.merges for sheet in book.sheets}
    return tuple(replace(mark, place=_anchor(mark.place, merges.get(mark.place.sheet, ()))) for mark in marks)


def _anchor(place: Place, merges: Sequence[Merge]) -> Place:
    inside = (m for m in merges if m.top <= place.row <= m.bottom and m.left <= place.column <= m.right)
    found = next(inside, None)
    return replace(place, row=found.top, column=found.left) if found else place


def _written_on(source: Path | bytes, book: RawBook, report: ImportReport, marks: Sequence[Mark], tables: Sequence[Table]) -> bytes | None:
    """The file itself with the notes in it; None where reading it again does not give the same cells."""
    with zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source)) as package:
        made = _annotate(package, report, marks, tables, WAY_BACK)
    again, _ = without_notes(read_book(made, report.file_name))
    return made if _same(book, again) else None


def _onto(copy: Copy, report: ImportReport, marks: Sequence[Mark], tables: Sequence[Table], words: str) -> bytes:
    """The notes on a copy, where each cell may have moved."""
    placed = [replace(mark, place=place) for mark in marks if (place := copy.moved(mark.place)) is not None]
    with zipfile.ZipFile(io.BytesIO(copy.package)) as package:
        return _annotate(package, report, placed, [_led(table, copy) for table in tables], words)


def _annotate(package: zipfile.ZipFile, report: ImportReport, marks: Sequence[Mark], tables: Sequence[Table], words: str) -> bytes:
    origin = origin_words(report.upload_batch_id, report.sha256)
    lines = [f"{MARK}: {report.file_name}", origin, _bounds(words, len(marks), tables)]
    return annotated_package.annotate(package, marks[:MOST_MARKS], tables, lines, MOST_COMMENTS)


def _bounds(words: str, marks: int, tables: Sequence[Table]) -> str:
    """The line above the tables, with everything that was left out."""
    said = [words]
    if marks > MOST_COMMENTS:
        said.append(f"The first {MOST_COMMENTS:,} of {marks:,} cells are commented, the first {min(marks, MOST_MARKS):,} coloured.")
    said += [f"{table.title}: {table.left_out:,} further rows are not listed." for table in tables if table.left_out]
    return " ".join(said)


def _led(table: Table, copy: Copy) -> Table:
    """The table with its links leading to where the cells are now; a cell that was left out is named without a link."""
    return replace(
        table, rows=tuple(tuple(_lead(value, copy) if isinstance(value, Link) else value for value in row) for row in table.rows)
    )


def _lead(link: Link, copy: Copy) -> Link | str:
    place: Place | None = copy.moved(link.place)
    return Link(link.text, place) if place else link.text


def _same(one: RawBook, other: RawBook) -> bool:
    names = [(sheet.name, sheet.hidden) for sheet in one.sheets] == [(sheet.name, sheet.hidden) for sheet in other.sheets]
    return names and all(_cells(a).equals(_cells(b)) for a, b in zip(one.sheets, other.sheets, strict=True))


def _cells(sheet: RawSheet) -> pl.DataFrame:
    """The cells with something in them: a coloured blank beyond the last one makes a sheet larger, and says nothing."""
    if not sheet.width:
        return pl.DataFrame(schema={"row": pl.UInt32, "column": pl.String, "text": pl.String})
    listed = sheet.frame.with_row_index("row").unpivot(index="row", variable_name="column", value_name="text")
    return listed.drop_nulls("text").sort("row", "column")
