"""A table of notes as the XML of a worksheet. Every text is a text for every reader: no cell can become a formula."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from core.ingest.note_tables import Link, Place, Table, Value
from core.ingest.package_parts import MAIN
from core.ingest.package_styles import COLOURS, Styles
from core.ingest.shapes import column_letters

MOST_LINKS = 60_000  # a sheet may hold 65,530
LONGEST_TITLE = 31
HEAD = 4  # row of the column titles, below three lines of words
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def free_title(wanted: str, taken: Sequence[str]) -> str:
    """A sheet name that no sheet of the workbook has; names are compared without case."""
    known = {name.casefold() for name in taken}
    names = (wanted, *(f"{wanted} {number}" for number in range(2, len(known) + 3)))
    return next(name[:LONGEST_TITLE] for name in names if name.casefold() not in known)


def clean(text: object) -> str:
    """Text that XML can hold."""
    return _NOT_XML.sub("\ufffd", str(text))


def xml(table: Table, lines: Sequence[str], styles: Styles, titles: Container[str]) -> bytes:
    """The worksheet part. `lines`: the words above the table after its title; `titles`: sheets a link may lead to."""
    return "".join(_pieces(table, lines, styles, titles)).encode()


def _pieces(table: Table, lines: Sequence[str], styles: Styles, titles: Container[str]) -> Iterator[str]:
    last = column_letters(len(table.columns) - 1)
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield f'<pane ySplit="{HEAD}" topLeftCell="A{HEAD + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for number, column in enumerate(table.columns, 1):
        yield f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, text in enumerate(lines, 1):
        yield f'<row r="{number}">{_text(f"A{number}", text, styles.note("title" if number == 1 else "quiet"))}</row>'
    heads = (_text(f"{column_letters(at)}{HEAD}", column.title, styles.note("head")) for at, column in enumerate(table.columns))
    yield f'<row r="{HEAD}">{"".join(heads)}</row>'
    for at, row in enumerate(table.rows):
        yield _row(at + HEAD + 1, row, table.weights[at] if table.weights else "", styles)
    yield "</sheetData>"
    if table.rows:
        yield f'<autoFilter ref="A{HEAD}:{last}{HEAD + len(table.rows)}"/>'
    yield from _links(table, titles)
    yield "</worksheet>"


def _row(number: int, row: Sequence[Value], weight: str, styles: Styles) -> str:
    cells = (
        _cell(f"{column_letters(at)}{number}", value, styles.note(weight if at == 0 and weight in COLOURS else _kind(value)))
        for at, value in enumerate(row)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _kind(value: Value) -> str:
    return "link" if isinstance(value, Link) else "text"


def _cell(reference: str, value: Value, style: int) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return (
            f'<c r="{reference}" s="{style}"><v>{value:f}</v></c>'
            if isinstance(value, Decimal)
            else f'<c r="{reference}" s="{style}"><v>{value}</v></c>'
        )
    return _text(reference, value.text if isinstance(value, Link) else value, style)


def _text(reference: str, text: object, style: int) -> str:
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(clean(text))}</t></is></c>'


def _links(table: Table, titles: Container[str]) -> Iterator[str]:
    found = [
        (f"{column_letters(at)}{number}", value)
        for number, row in enumerate(table.rows, HEAD + 1)
        for at, value in enumerate(row)
        if isinstance(value, Link) and value.place.sheet in titles
    ][:MOST_LINKS]
    if found:
        yield "<hyperlinks>"
        for reference, link in found:
            yield f'<hyperlink ref="{reference}" location={quoteattr(_location(link.place))} display={quoteattr(clean(link.text))}/>'
        yield "</hyperlinks>"


def _location(place: Place) -> str:
    sheet = clean(place.sheet).replace("'", "''")
    return f"'{sheet}'!{column_letters(place.column)}{place.row + 1}"
