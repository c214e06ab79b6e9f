"""Totals that a list prints: a last row, a row for each store, a total under each month, a total column. Each is a proof, never data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import polars as pl

from core.ingest import dates
from core.ingest.formats.column_mapping import MONTHS, Mapped
from core.ingest.formats.generic_layout import Band, Found
from core.ingest.formats.generic_rows import GROUP_SUM, Part, Rows
from core.ingest.layout import first_text, total_of
from core.ingest.normalising import fold
from core.ingest.numbers import DecimalSign, read_number, read_typed
from core.ingest.shapes import ControlTotal, Measure

MONEY_TOLERANCE = Decimal("0.005")
MOST_ROWS = 400


class Read(Protocol):
    """A sheet as `generic` reads it."""

    found: Found
    mapped: Mapped
    rows: Rows
    parts: list[Part]
    amount_is: tuple[str | None, str]


def controls_of(sheets: Sequence[Read], rows: pl.DataFrame, view: str) -> tuple[ControlTotal, ...]:
    """The control totals of all sheets; money only where all lines are of one currency."""
    found: list[ControlTotal] = []
    for sheet in sheets:
        own = rows.filter(pl.col("source_sheet").eq_missing(pl.lit(sheet.found.sheet.name, pl.String)))
        several = {"source_sheet": sheet.found.sheet.name} if len(sheets) > 1 else {}
        money = own.filter(pl.col("amount_local").is_not_null())["currency"].n_unique() < 2
        found += _of_rows(sheet, own, several, money)
        found += _of_total_columns(sheet, own, several)
    return tuple(found)


def _of_rows(sheet: Read, rows: pl.DataFrame, where: dict[str, Any], money: bool) -> Iterator[ControlTotal]:
    """The total rows: over all lines, or over one store or channel."""
    body = sheet.found.body.filter(sheet.rows.totals)
    bare = [row for row in body.iter_rows() if not _group_of(first_text(row[1:]))]
    groups = {fold(text): {name: text} for name in ("store_text", "vendor_channel") for text in rows[name].drop_nulls().unique().to_list()}
    for row in body.iter_rows():
        label = first_text(row[1:]) or ""
        group = _group_of(label)
        if group and group not in groups:
            continue
        if not group and len(bare) > 1 and row != bare[-1]:
            continue  # totals of blocks without a name
        filters = {**where, **(groups[group] if group else {})}
        for part in sheet.parts:
            yield from _of_row(sheet, part, row, label.strip() if any(sign.isalpha() for sign in label) else "total", filters, money)


def _group_of(label: str | None) -> str:
    """What a total row sums, folded: `Paris Total` and `Total Paris` are of Paris; '' where it is over all, `Total 2025` too."""
    group = total_of(label)
    if group is None:
        found = re.match(GROUP_SUM + r"[ :.-]*(?:(?:for|of|de|fur|za) )?(.*)", fold(label or ""))
        group = found[1].strip() if found else ""
    return "" if dates.read_span(group) or dates.read_month(group) or not any(sign.isalpha() for sign in group) else group


def _of_row(sheet: Read, part: Part, row: tuple[Any, ...], label: str, where: dict[str, Any], money: bool) -> Iterator[ControlTotal]:
    place_of: tuple[tuple[Measure, int | None], ...] = (
        ("units", part.table.places.get("quantity")),
        ("amount", part.table.places.get("amount")),
    )
    if part.store is not None:
        where, label = {**where, "store_text": part.store}, f"{label}, {part.store}"
    elif part.band is not None:
        start = part.dated.frame["period_start"].first() if part.dated.frame.height else None
        where = {**where, "period_start": start}
        label = f"{label}, {part.band}"
    for measure, place in place_of:
        if place is None or (measure == "amount" and (not money or part.money == "unit_price")):
            continue
        value = _number(sheet, row[0] - 1, place, row[place + 1], part.figures.amounts.decimal if measure == "amount" else None)
        if value is not None:
            name, address = sheet.found.sheet.name, sheet.found.sheet.address(row[0] - 1, place)
            yield ControlTotal(label, measure, value, address, name, where, MONEY_TOLERANCE if measure == "amount" else Decimal(0))


def _of_total_columns(sheet: Read, rows: pl.DataFrame, everywhere: dict[str, Any]) -> Iterator[ControlTotal]:
    """The total column of each line, and its sum at the bottom."""
    totals = [band for band in (*sheet.found.bands, *sheet.mapped.stores) if band.total]
    if not totals or sheet.found.body.height > MOST_ROWS:
        return
    proposed = next(choice.meaning for choice in sheet.mapped.choices if choice.key == MONTHS) if sheet.found.bands else "units"
    lines = set(rows["source_row"].to_list())
    for band in totals:
        where = {**everywhere, "period_start": _within(sheet, band)} if band.span else everywhere
        measure: Measure = "units" if (band.said.meaning or proposed) == "units" else "amount"
        for row, total in zip(sheet.found.body.iter_rows(), sheet.rows.totals, strict=True):
            if (value := _number(sheet, row[0] - 1, band.place, row[band.place + 1], _sign(sheet, measure))) is None:
                continue
            if total and total_of(first_text(row[1:])) in ("", None):
                yield _control(sheet, band, row[0], f"{band.label} of all", measure, value, where)
            elif not total and row[0] in lines:
                label = f"{band.label}, {(first_text(row[1:]) or '').strip()}"
                yield _control(sheet, band, row[0], label, measure, value, {**where, "source_row": row[0]})


def _within(sheet: Read, sum_: Band) -> tuple[date, ...]:
    """First days of the columns that a quarter's column sums up."""
    spans = [band.span for band in sheet.found.bands if band.span and not band.total]
    return tuple(dict.fromkeys(start for start, end in spans if sum_.span and sum_.span[0] <= start and end <= sum_.span[1]))


def _sign(sheet: Read, measure: Measure) -> DecimalSign | None:
    signs = [(part.figures.units if measure == "units" else part.figures.amounts).decimal for part in sheet.parts]
    return next((sign for sign in signs if sign), None)


def _control(sheet: Read, band: Band, row: int, label: str, measure: Measure, value: Decimal, where: dict[str, Any]) -> ControlTotal:
    address = sheet.found.sheet.address(row - 1, band.place)
    return ControlTotal(
        label, measure, value, address, sheet.found.sheet.name, where, MONEY_TOLERANCE if measure == "amount" else Decimal(0)
    )


def _number(sheet: Read, row: int, place: int, text: str | None, sign: DecimalSign | None) -> Decimal | None:
    typed = sheet.found.sheet.is_typed(row, place)
    return (read_typed(text) if typed else read_number(text, sign)).value
