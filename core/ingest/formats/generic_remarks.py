"""What is said of a list nobody knows beside its figures: how it was read, what was not, and what is odd about it."""

from __future__ import annotations

import polars as pl

from core.ingest import periods
from core.ingest.formats import tables
from core.ingest.formats.generic_layout import Found
from core.ingest.formats.generic_periods import STARTS
from core.ingest.formats.generic_rows import KEYS, currency_problems, lines_of
from core.ingest.formats.generic_sheets import Sheet
from core.ingest.formats.meanings import MEANINGS
from core.ingest.layout import hidden_sheets
from core.ingest.shapes import Problem, RawBook, SalesFrame


def remarks(book: RawBook, lists: list[Found], sheets: list[Sheet], frame: SalesFrame, said: tuple[str, str]) -> tuple[Problem, ...]:
    first = sheets[0]
    mapped = first.mapped
    return (
        _read_as_list(first),
        *(p for sheet in sheets for part in sheet.parts for p in tables.figure_problems(part.table, part.figures)),
        *(p for sheet in sheets for p in _keys_and_days(sheet)),
        *_money_remarks(first, frame, said),
        *(Problem("period_reading", part.dated.note, "info") for part in first.parts[:1] if part.dated.note),
        *_second_lists(lists, sheets),
        *(Problem("unknown_column", f"There is no column “{name}” in this file; that answer was not used.") for name in mapped.strange),
        *_not_read(first),
        *(hidden_sheets(book, {sheet.found.sheet.name for sheet in sheets if sheet.found.sheet.hidden})),
        *_parts_set_aside(sheets),
        *periods.describe(frame.period),
    )


def _read_as_list(sheet: Sheet) -> Problem:
    used = [
        f"“{choice.header or choice.key}” as {_lower(MEANINGS[choice.meaning])}"
        for choice in sheet.mapped.choices
        if choice.meaning != "ignore"
    ]
    return Problem("unknown_vendor", f"No vendor's layout; read as a list: {', '.join(used)}.", "info", sheet.found.sheet.name)


def _lower(label: str) -> str:
    return label if label.startswith("EAN") else label[0].lower() + label[1:]


def _keys_and_days(sheet: Sheet) -> tuple[Problem, ...]:
    part = sheet.parts[0]
    table = part.table
    found: list[Problem] = list(currency_problems(table))
    if "ean" in table.places:
        texts = table.column("ean")
        other = pl.any_horizontal  # another key in the row
        keyed = pl.DataFrame({name: table.written(name) for name in ("code", "sku", "text")}).select(other(pl.all())).to_series()
        found += tables.ean_problems(
            table, texts.set(~table.written("ean"), None), lines_of(part, None)["ean_rule"], keyed, "number or name"
        )
    day = next((name for name in ("date", "week_end", "week_start", "week", "period", "month") if name in table.places), None)
    if day is not None and part.dated.of_rows and not part.dated.questions:
        undated = part.dated.frame[STARTS].is_null()
        found += table.remarks(undated, day, "missing_period", "The period of this line can not be read; the line is held.", "error")
    if not set(KEYS) & table.places.keys():
        found.append(Problem("no_products", "The file names no products; its figures count in totals only, not by product.", "warning"))
    return tuple(found)


def _money_remarks(sheet: Sheet, frame: SalesFrame, said: tuple[str, str]) -> tuple[Problem, ...]:
    found = []
    if sheet.mapped.money() == "unit_price" and not sheet.found.bands:
        header = sheet.mapped.headers["unit_price"].header
        found.append(
            Problem("price_multiplied", f"“{header}” is the price of one unit: the amount of each line is price × units.", "warning")
        )
    elif sheet.amount_is[0] == "unit":
        found.append(
            Problem(
                "price_multiplied", f"The amount is that of one unit ({sheet.amount_is[1]}): it was multiplied by the units.", "warning"
            )
        )
    elif sheet.amount_is[0] == "line" and sheet.amount_is[1] not in ("", "a person said so"):
        found.append(Problem("amount_of_line", f"The amount is that of the whole line: {sheet.amount_is[1]}.", "info"))
    if said[0]:
        found.append(Problem("currency_stated", f"{frame.currency} is stated by {said[0]}.", "info"))
    if said[1]:
        words = "include VAT" if frame.vat_basis == "gross" else "are without VAT"
        found.append(Problem("vat_basis_stated", f"The amounts {words}: stated by {said[1]}.", "info"))
    if not frame.rows["amount_local"].is_not_null().any():
        found.append(Problem("no_amount_per_product", "The file states units but no money.", "info"))
    return tuple(found)


def _second_lists(lists: list[Found], sheets: list[Sheet]) -> tuple[Problem, ...]:
    """Another list with figures on another sheet: a person has to know that it was not read."""
    read_ones = {sheet.found.sheet.name for sheet in sheets}
    others = [found for found in lists if found.sheet.name not in read_ones and found.named and found.named >= sheets[0].found.named - 1]
    text = "The sheet “{}” holds a list of {} lines too, which was not read; only “{}” was."
    return tuple(
        Problem(
            "second_list", text.format(found.sheet.name, f"{found.body.height:,}", sheets[0].found.sheet.name), "error", found.sheet.name
        )
        for found in others
    )


def _not_read(sheet: Sheet) -> tuple[Problem, ...]:
    """One remark for each column that was not read, and why."""
    found = sheet.found
    address = {column.key: found.sheet.address(max(found.header_row, 0), column.place) for column in found.columns}
    return tuple(
        Problem(
            "unknown_column",
            f"The column “{choice.header or choice.key}” was not read: {choice.reason}.",
            "info",
            found.sheet.name,
            address.get(choice.key),
            choice.header,
        )
        for choice in sheet.mapped.choices
        if choice.meaning == "ignore" and choice.samples
    )


def _parts_set_aside(sheets: list[Sheet]) -> tuple[Problem, ...]:
    found = []
    foreign, others = (sum(int(getattr(sheet.rows, name).sum()) for sheet in sheets) for name in ("foreign", "others"))
    if foreign:
        found.append(
            Problem("other_brand", f"Set aside as of another brand: {foreign:,} {'line' if foreign == 1 else 'lines'}.", "warning")
        )
    if others:
        found.append(
            Problem("other_reseller", f"Set aside as of another reseller: {others:,} {'line' if others == 1 else 'lines'}.", "warning")
        )
    return tuple(found)
