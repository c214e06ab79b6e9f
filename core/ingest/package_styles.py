"""Cell styles of a package: a coloured twin of each style that is in use on a bad cell, and the few styles of the sheets of notes."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from core.ingest.package_parts import MAIN, Unsuited

COLOURS = {"error": "FFF4B8B0", "warning": "FFFBE0A6", "info": "FFD5E3F4"}
LINK_BLUE, QUIET = "FF0563C1", "FF6B6F73"


class Styles:
    """The style sheet of a package. Errors: Unsuited where it lacks a list that every spreadsheet program writes."""

    def __init__(self, root: etree._Element) -> None:
        self._fonts, self._fills, self._formats = (_required(root, name) for name in ("fonts", "fills", "cellXfs"))
        self._twins: dict[tuple[int, str], int] = {}
        self._colours: dict[str, int] = {}
        self._notes: dict[str, int] = {}

    def filled(self, style: int, severity: str) -> int:
        """The number of the style that is `style` with the colour of a weight."""
        known = self._twins.get((style, severity))
        if known is not None:
            return known
        formats = list(self._formats)
        twin = deepcopy(formats[style if style < len(formats) else 0])
        twin.set("fillId", str(self._fill(severity)))
        twin.set("applyFill", "1")
        return self._twins.setdefault((style, severity), _append(self._formats, twin))

    def note(self, kind: str) -> int:
        """The style of a cell of a sheet of notes: text, title, head, quiet, link, or a weight."""
        if kind not in self._notes:
            self._notes[kind] = _append(self._formats, self._note(kind))
        return self._notes[kind]

    def _note(self, kind: str) -> etree._Element:
        font = {
            "title": _font(12, bold=True),
            "head": _font(10, bold=True),
            "quiet": _font(10, QUIET),
            "link": _font(10, LINK_BLUE, line=True),
        }
        style = etree.Element(
            f"{{{MAIN}}}xf", numFmtId="0", fontId=str(_append(self._fonts, font.get(kind, _font(10)))), borderId="0", xfId="0"
        )
        style.set("fillId", str(self._fill(kind)) if kind in COLOURS else "0")
        for name in ("applyFont", "applyAlignment", "quotePrefix", *(("applyFill",) if kind in COLOURS else ())):
            style.set(name, "1")
        wrap = "0" if kind in ("title", "quiet") else "1"
        etree.SubElement(style, f"{{{MAIN}}}alignment", vertical="top", wrapText=wrap)
        return style

    def _fill(self, severity: str) -> int:
        if severity not in self._colours:
            fill = etree.Element(f"{{{MAIN}}}fill")
            pattern = etree.SubElement(fill, f"{{{MAIN}}}patternFill", patternType="solid")
            etree.SubElement(pattern, f"{{{MAIN}}}fgColor", rgb=COLOURS.get(severity, COLOURS["info"]))
            etree.SubElement(pattern, f"{{{MAIN}}}bgColor", indexed="64")
            self._colours[severity] = _append(self._fills, fill)
        return self._colours[severity]


def _required(root: etree._Element, name: str) -> etree._Element:
    found = root.find(f"{{{MAIN}}}{name}")
    if found is None or not len(found):
        raise Unsuited
    return found


def _append(to: etree._Element, what: etree._Element) -> int:
    """Append to a counted list; returns its place."""
    to.append(what)
    to.set("count", str(len(to)))
    return len(to) - 1


def _font(size: int, colour: str = "", bold: bool = False, line: bool = False) -> etree._Element:
    font = etree.Element(f"{{{MAIN}}}font")
    if bold:
        etree.SubElement(font, f"{{{MAIN}}}b")
    if line:
        etree.SubElement(font, f"{{{MAIN}}}u")
    etree.SubElement(font, f"{{{MAIN}}}sz", val=str(size))
    if colour:
        etree.SubElement(font, f"{{{MAIN}}}color", rgb=colour)
    etree.SubElement(font, f"{{{MAIN}}}name", val="Calibri")
    return font
