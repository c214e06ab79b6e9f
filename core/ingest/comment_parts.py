"""Comments of a worksheet: the part with their texts and the drawing with their boxes, added to those that are there already."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from core.ingest.note_sheets import clean
from core.ingest.note_tables import Mark
from core.ingest.package_parts import MAIN, OFFICE, Parts, Unsuited
from core.ingest.shapes import column_letters

AUTHOR = "Sell-out Workbench"
COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
NAMES = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"'
BOX = (
    f'<v:shapetype {NAMES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
# What stands before the drawing of comments in a worksheet, by the order that its schema asks for.
BEFORE = frozenset(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState "
    "dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing".split()
)


def add(parts: Parts, sheet: str, marks: Sequence[Mark], number: int) -> None:
    """Comment the marked cells of the sheet in part `sheet`; `number` keeps new parts and boxes apart. Errors: Unsuited."""
    known = parts.find_related(sheet, "comments")
    if known is None:
        known = f"xl/notes_of_the_workbench_comments{number}.xml"
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
        parts.add(known, empty.encode(), COMMENTS)
        parts.trees[known] = etree.fromstring(empty.encode())
        parts.relate(sheet, "comments", known)
    boxes = _add_texts(parts.tree(known), marks)
    _add_boxes(parts, sheet, boxes, number)


def _add_texts(comments: etree._Element, marks: Sequence[Mark]) -> list[Mark]:
    """Texts into the list; returns the marks whose cell had no comment yet, and so has no box."""
    authors, listed = comments.find(f"{{{MAIN}}}authors"), comments.find(f"{{{MAIN}}}commentList")
    if authors is None or listed is None:
        raise Unsuited
    etree.SubElement(authors, f"{{{MAIN}}}author").text = AUTHOR
    known = {str(comment.get("ref")).replace("$", ""): comment for comment in listed}
    fresh = []
    for mark in marks:
        reference = f"{column_letters(mark.place.column)}{mark.place.row + 1}"
        if reference in known:
            _append_text(known[reference], f"\n\n{AUTHOR}: {mark.text}")
            continue
        comment = etree.SubElement(listed, f"{{{MAIN}}}comment", ref=reference, authorId=str(len(authors) - 1))
        etree.SubElement(comment, f"{{{MAIN}}}text")
        _append_text(comment, mark.text)
        fresh.append(mark)
    return fresh


def _append_text(comment: etree._Element, text: str) -> None:
    body = comment.find(f"{{{MAIN}}}text")
    if body is None:
        raise Unsuited
    run = etree.SubElement(body, f"{{{MAIN}}}r")
    etree.SubElement(etree.SubElement(run, f"{{{MAIN}}}rPr"), f"{{{MAIN}}}sz", val="9")
    words = etree.SubElement(run, f"{{{MAIN}}}t")
    words.text = clean(text)
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _add_boxes(parts: Parts, sheet: str, marks: Sequence[Mark], number: int) -> None:
    name = parts.find_related(sheet, "vmlDrawing") if parts.tree(sheet).find(f"{{{MAIN}}}legacyDrawing") is not None else None
    if name is None:
        name = f"xl/drawings/notes_of_the_workbench{number}.vml"
        layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{number + 700}"/></o:shapelayout>'
        drawing = f"<xml {NAMES}>{layout}{BOX}</xml>".encode()
        parts.set_default("vml", DRAWING)
        _link_drawing(parts.tree(sheet), parts.relate(sheet, "vmlDrawing", name))
        first = (number + 700) * 1024 + 1
    else:
        drawing = parts.read(name)
        first = max((int(found) for found in re.findall(rb"_x0000_s(\d{1,9})", drawing)), default=1024) + 1
        drawing = drawing if b"_x0000_t202" in drawing else _before_end(drawing, BOX)
    shapes = "".join(_shape(first + at, mark) for at, mark in enumerate(marks))
    parts.whole[name] = _before_end(drawing, shapes)


def _before_end(drawing: bytes, shapes: str) -> bytes:
    head, end, tail = drawing.rpartition(b"</xml>")
    if not end:
        raise Unsuited
    return head + shapes.encode() + end + tail


def _link_drawing(sheet: etree._Element, link: str) -> None:
    """Put the reference to the drawing where the schema wants it."""
    element = etree.Element(f"{{{MAIN}}}legacyDrawing", nsmap={"r": OFFICE})
    element.set(f"{{{OFFICE}}}id", link)
    earlier = [child for child in sheet if isinstance(child.tag, str) and etree.QName(child).localname in BEFORE]
    earlier[-1].addnext(element)


def _shape(number: int, mark: Mark) -> str:
    row, column = mark.place.row, mark.place.column
    lines = min(4 + len(mark.text) // 34 + mark.text.count("\n"), 16)
    anchor = f"{column + 1}, 12, {max(row - 1, 0)}, 4, {column + 4}, 12, {max(row - 1, 0) + lines}, 4"
    return (
        f'<v:shape {NAMES} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note">'
        f"<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
