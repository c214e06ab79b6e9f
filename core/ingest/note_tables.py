"""What the sheets of notes say, as tables of plain values: problems, held rows, what was set aside, totals. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from core.ingest.shapes import ImportReport

MOST_ROWS = 200_000
LONGEST_TEXT = 2_000
WEIGHTS = {"error": "✖ error", "warning": "! warning", "info": "· remark"}
ORDER = {"error": 0, "warning": 1, "info": 2}
WAITS = {
    "unmatched_product": "a product",
    "unmatched_store": "a store",
    "not_a_product": "nothing: it is no product",
    "ean_lost_digits": "its EAN: the file lost digits of it",
    "cell_error": "a value: the cell shows an error",
    "missing_period": "a corrected file: no readable date",
}
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})\b")
_FIELD = re.compile(r"R(\d{1,9})C(\d{1,6})\b")
_ROW = re.compile(r"row (\d{1,9})\b")


@dataclass(frozen=True, order=True)
class Place:
    """A cell of the vendor's file, 0-based. `sheet` is empty for a text file."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Link:
    """A cell of a table that leads to a place of the file."""

    text: str
    place: Place


Value = str | int | Decimal | Link | None


@dataclass(frozen=True)
class Column:
    """`width` in characters."""

    title: str
    width: int


@dataclass(frozen=True)
class Table:
    """One sheet of notes. `left_out`: rows beyond what one sheet can be read with; said above the table."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    weights: tuple[str, ...] = ()
    left_out: int = 0


def place_of(sheet: str | None, cell: str | None) -> Place | None:
    """The first cell that an address names: `M5`, `M5|N5`, `$B$2:C9`, `R7C5` of a text file, or `row 7`: its first cell."""
    field, row = _FIELD.match(cell or ""), _ROW.match(cell or "")
    if field:
        return Place(sheet or "", max(int(field[1]), 1) - 1, max(int(field[2]), 1) - 1)
    if row:
        return Place(sheet or "", max(int(row[1]), 1) - 1, 0)
    found = _CELL.search(cell or "")
    return Place(sheet or "", int(found[2]) - 1, _column(found[1])) if found and int(found[2]) else None


def places_of(sheet: str | None, cells: str | None) -> list[Place]:
    """Every cell of `M5|N5`."""
    return [place for part in (cells or "").split("|") if (place := place_of(sheet, part)) is not None]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def tables(report: ImportReport, held: pl.DataFrame | None) -> tuple[Table, ...]:
    """The four sheets. `held`: held rows in the columns of `Workbench.rows()`; None where they are not known (a refused file)."""
    return problems(report.problems), held_rows(held), set_aside(report), totals(report.controls)


def problems(found: pl.DataFrame) -> Table:
    rank = pl.col("severity").replace_strict(ORDER, default=3, return_dtype=pl.Int8)
    shown = found.sort(rank, maintain_order=True).head(MOST_ROWS)
    rows = tuple(
        (WEIGHTS.get(r["severity"], r["severity"]), r["sheet"], _link(r["sheet"], r["cell"]), _short(r["value"]), _short(r["message"]),
         _short(r["suggestion"]), r["rule"])
        for r in shown.iter_rows(named=True)
    )  # fmt: skip
    columns = _columns(("Weight", 11), ("Sheet", 18), ("Cell", 9), ("Value", 18), ("What", 70), ("What to do", 60), ("Rule", 24))
    return Table("Problems", columns, rows, tuple(shown["severity"]), found.height - shown.height)


def held_rows(held: pl.DataFrame | None) -> Table:
    names = ("Sheet", 18), ("Row", 7), ("Cell", 9), ("Waits for", 34), ("Key", 20), ("Text in the file", 44), ("Store", 22), ("Units", 9), ("Amount", 14), ("Currency", 9)  # fmt: skip
    shown = held.head(MOST_ROWS) if held is not None else pl.DataFrame()
    rows = tuple(
        (r["source_sheet"], r["source_row"], _link(r["source_sheet"], r["source_cells"]), WAITS.get(r["held_reason"], r["held_reason"]),
         _short(r["vendor_key"]), _short(r["product_text"]), _short(r["store_text"]), r["quantity"], r["amount_local"], r["currency"])
        for r in shown.iter_rows(named=True)
    )  # fmt: skip
    return Table("Held rows", _columns(*names), rows, left_out=(held.height if held is not None else 0) - shown.height)


def set_aside(report: ImportReport) -> Table:
    parts = report.set_aside[:MOST_ROWS]
    rows = tuple((p.reason, p.sheet, p.row_start, p.row_end or p.row_start, p.rows) for p in parts)
    columns = _columns(("Why it is no row of its own", 60), ("Sheet", 18), ("From row", 10), ("To row", 10), ("Rows", 8))
    return Table("Set aside", columns, rows, left_out=len(report.set_aside) - len(parts))


def totals(controls: pl.DataFrame) -> Table:
    rows = tuple(
        (r["what"], r["measure"], r["sheet"], _link(r["sheet"], r["cell"]), _plain(r["file_value"]), _plain(r["loaded_value"]),
         _plain(r["held_value"]), _plain(r["difference"]), "✔ agrees" if r["agrees"] else "✖ does not agree")
        for r in controls.sort("agrees", maintain_order=True).head(MOST_ROWS).iter_rows(named=True)
    )  # fmt: skip
    names = ("Total", 44), ("In", 9), ("Sheet", 18), ("Cell", 9), ("Printed", 14), ("Loaded", 14), ("Of it held", 12), ("Difference", 13), ("", 18)  # fmt: skip
    weights = tuple("info" if agrees else "error" for agrees in controls["agrees"].sort())
    return Table("Totals", _columns(*names), rows, weights)


def _columns(*named: tuple[str, int]) -> tuple[Column, ...]:
    return tuple(Column(title, width) for title, width in named)


def _link(sheet: str | None, cells: str | None) -> Value:
    place = place_of(sheet, cells)
    return Link((cells or "").replace("|", " "), place) if place else cells


def _short(text: Any) -> str | None:
    """A text of at most LONGEST_TEXT signs."""
    return None if text is None else str(text) if len(str(text)) <= LONGEST_TEXT else f"{str(text)[:LONGEST_TEXT]}…"


def _plain(value: Decimal | None) -> Decimal | None:
    """The number without the zeros that storing adds."""
    return None if value is None else Decimal(f"{value.normalize():f}")


# Cells of the vendor's own sheets -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A cell to colour and, where `text` is not empty, to comment."""

    place: Place
    severity: str
    text: str


def marks(report: ImportReport, held: pl.DataFrame | None) -> tuple[Mark, ...]:
    """One mark per cell: the worst weight of all that is said about it, every sentence in its comment. Problems first, then held rows."""
    said: dict[Place, list[tuple[str, str]]] = {}
    for row in report.problems.iter_rows(named=True):
        if (place := place_of(row["sheet"], row["cell"])) is not None:
            said.setdefault(place, []).append((row["severity"], _comment(row)))
    for place, words in _held_marks(held):
        said.setdefault(place, []).append(("warning", words))
    return tuple(_mark(place, found) for place, found in said.items())


def _mark(place: Place, found: Sequence[tuple[str, str]]) -> Mark:
    severity = min((weight for weight, _ in found), key=lambda weight: ORDER.get(weight, 3))
    return Mark(place, severity, "\n\n".join(dict.fromkeys(text for _, text in found if text))[:LONGEST_TEXT])


def _comment(row: dict[str, Any]) -> str:
    parts = [row["message"], f"Value: {row['value']}" if row["value"] else "", row["suggestion"] or ""]
    return "\n".join(_short(part) or "" for part in parts if part)


def _held_marks(held: pl.DataFrame | None) -> Iterable[tuple[Place, str]]:
    """Units and money of each held row; the first of them says what the row waits for."""
    if held is None:
        return
    for row in held.select("source_sheet", "source_cells", "held_reason", "vendor_key", "product_text").iter_rows(named=True):
        what = row["vendor_key"] or row["product_text"] or ""
        text = f"Held: in no figure. It waits for {WAITS.get(row['held_reason'], row['held_reason'])}: {what}".rstrip(": ")
        for number, place in enumerate(places_of(row["source_sheet"], row["source_cells"])):
            yield place, text if number == 0 else ""
