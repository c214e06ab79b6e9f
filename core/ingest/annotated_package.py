"""Colours, comments and further sheets put into an .xlsx package, part by part: whatever is not named here stays byte for byte what it was
(cached values, charts, pictures, hidden columns, conditional formats, pivot tables). Macros are taken out, never run."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from core.ingest import comment_parts, note_sheets, package_styles
from core.ingest.note_tables import Mark, Table
from core.ingest.package_parts import MAIN, OFFICE, Parts, Unsuited, column_number
from core.ingest.shapes import column_letters

Cells = dict[int, dict[int, Mark]]

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def annotate(package: zipfile.ZipFile, marks: Sequence[Mark], tables: Sequence[Table], lines: Sequence[str], comments: int) -> bytes:
    """The package with the marked cells coloured, the first `comments` of them commented, and `tables` as further sheets, each under `lines`.

    Raises Unsuited where the package is of a kind that this can not be done to safely.
    """
    parts = Parts.of(package)
    _refuse_macro_sheets(parts)
    styles = package_styles.Styles(parts.tree(parts.related(parts.workbook, "styles")))
    sheets = _sheets(parts)
    for number, (title, found) in enumerate(_by_sheet(marks).items(), 1):
        if title in sheets:
            _mark_sheet(parts, sheets[title], found, styles, number, comments)
            comments -= len(found)
    _add_notes(parts, tables, lines, styles, list(sheets))
    _without_macros(parts)
    return _written(package, parts)


def _by_sheet(marks: Iterable[Mark]) -> Mapping[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.place.sheet, []).append(mark)
    return found


def _sheets(parts: Parts) -> dict[str, str]:
    """Part name of each worksheet by its title."""
    targets = parts.targets(parts.workbook)
    listed = parts.tree(parts.workbook).iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet")
    return {str(sheet.get("name")): targets.get(str(sheet.get(f"{{{OFFICE}}}id")), "") for sheet in listed}


# Cells ----------------------------------------------------------------------------------------------------------------


def _mark_sheet(parts: Parts, part: str, marks: Sequence[Mark], styles: package_styles.Styles, number: int, comments: int) -> None:
    sheet = parts.tree(part)
    data = sheet.find(f"{{{MAIN}}}sheetData")
    if data is None:
        raise Unsuited
    cells: Cells = {}
    for mark in marks:
        cells.setdefault(mark.place.row, {})[mark.place.column] = mark
    _mark_rows(data, cells, styles)
    commented = [mark for mark in marks[: max(comments, 0)] if mark.text]
    if commented:
        comment_parts.add(parts, part, commented, number)


def _mark_rows(data: etree._Element, cells: Cells, styles: package_styles.Styles) -> None:
    """Walk the rows once; rows and cells that the file leaves out, because they are blank, are put in at their place."""
    waiting = sorted(cells)
    number = -1
    for row in list(data):
        number = int(row.get("r") or number + 2) - 1
        while waiting and waiting[0] < number:
            added = etree.Element(f"{{{MAIN}}}row", r=str(waiting[0] + 1))
            row.addprevious(added)
            _mark_cells(added, cells[waiting.pop(0)], styles)
        if waiting and waiting[0] == number:
            _mark_cells(row, cells[waiting.pop(0)], styles)
    for at in waiting:
        _mark_cells(etree.SubElement(data, f"{{{MAIN}}}row", r=str(at + 1)), cells[at], styles)


def _mark_cells(row: etree._Element, marks: Mapping[int, Mark], styles: package_styles.Styles) -> None:
    number = int(row.get("r") or 0)
    at, known = -1, {}
    for cell in row.iterfind(f"{{{MAIN}}}c"):
        at = column_number(cell.get("r") or "") if cell.get("r") else at + 1
        known[at] = cell
    for column, mark in sorted(marks.items()):
        cell = known.get(column)
        if cell is None:
            cell = etree.Element(f"{{{MAIN}}}c", r=f"{column_letters(column)}{number}", s=row.get("s") or "0")
            after = next((known[later] for later in sorted(known) if later > column), None)
            row.append(cell) if after is None else after.addprevious(cell)
            known[column] = cell
        cell.set("s", str(styles.filled(int(cell.get("s") or 0), mark.severity)))


# Sheets of notes ------------------------------------------------------------------------------------------------------


def _add_notes(parts: Parts, tables: Sequence[Table], lines: Sequence[str], styles: package_styles.Styles, taken: list[str]) -> None:
    workbook = parts.tree(parts.workbook)
    listed = workbook.find(f"{{{MAIN}}}sheets")
    if listed is None:
        raise Unsuited
    highest = max((int(sheet.get("sheetId") or 0) for sheet in listed), default=0)
    titles = frozenset(taken)
    for number, table in enumerate(tables, 1):
        part = f"xl/worksheets/notes_of_the_workbench{number}.xml"
        link = parts.relate(parts.workbook, "worksheet", part)
        title = note_sheets.free_title(table.title, taken)
        taken.append(title)
        sheet = etree.SubElement(listed, f"{{{MAIN}}}sheet", name=title, sheetId=str(highest + number))
        sheet.set(f"{{{OFFICE}}}id", link)
        parts.add(part, note_sheets.xml(table, lines, styles, titles), WORKSHEET)


# Macros ---------------------------------------------------------------------------------------------------------------


def _refuse_macro_sheets(parts: Parts) -> None:
    """Sheets that are macros can not lie in an .xlsx."""
    if any("macrosheet" in kind or "dialogsheet" in kind for kind in parts.kinds()):
        raise Unsuited


def _without_macros(parts: Parts) -> None:
    """An .xlsm becomes an .xlsx: no project, no signature over it, the kind of a plain workbook. A signature of the whole would be broken."""
    for name in [
        name for name in parts.names if "vbaproject" in name.lower() or "vbadata" in name.lower() or name.startswith("_xmlsignatures/")
    ]:
        parts.drop(name)
    parts.forget_relations(parts.workbook, ("vbaProject", "wordVbaData"))
    parts.forget_relations("", ("origin",))
    parts.set_kind(parts.workbook, WORKBOOK)


def _written(package: zipfile.ZipFile, parts: Parts) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as written:
        for name in parts.names:
            changed = parts.changed(name)
            written.writestr(posixpath.normpath(name), package.read(parts.stored_as(name)) if changed is None else changed)
    return target.getvalue()
