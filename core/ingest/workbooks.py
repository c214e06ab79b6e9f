"""Workbooks as sheets of text: every cell at its own address, numbers by their shortest text, dates as ISO."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from core.errors import EncryptedFile, FileTooLarge, UnreadableFile
from core.ingest.extents import refuse_wide
from core.ingest.packages import PackageMarks, SheetMarks
from core.ingest.shapes import Merge, RawSheet

BATCH = 50_000
FEW = 5_000  # values that are written as text sooner one by one
NO_MARKS = SheetMarks()


def read_sheets(data: bytes, marks: PackageMarks, cells: int) -> tuple[RawSheet, ...]:
    """All worksheets in file order (chart sheets have no cells). UnreadableFile when the workbook is damaged."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            listed = [(at, sheet) for at, sheet in enumerate(book.sheets_metadata) if sheet.typ == SheetTypeEnum.WorkSheet]
            return tuple(
                _read_sheet(
                    book.get_sheet_by_index(at), sheet.visible != SheetVisibleEnum.Visible, marks.sheets.get(sheet.name, NO_MARKS), cells
                )
                for at, sheet in listed
            )
    except PasswordError as error:
        raise EncryptedFile from error
    except (CalamineError, ValueError, OSError) as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust reader's own assertion on a malformed part
            raise
        raise _damaged() from error


def _damaged() -> UnreadableFile:
    return UnreadableFile("This workbook is damaged and can not be read. Open it, save it anew as .xlsx, and upload that.")


def _read_sheet(sheet: CalamineSheet, hidden: bool, marks: SheetMarks, cells: int) -> RawSheet:
    if sheet.height * sheet.width > cells:
        raise FileTooLarge(f"The sheet '{sheet.name}' spans more than {cells:,} cells. Split it by month and upload the parts.")
    refuse_wide((sheet.start[1] if sheet.start else 0) + sheet.width)
    texts, typed = _read_cells(sheet)
    merges = tuple(Merge(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
    return RawSheet(sheet.name, _with_errors(texts, marks), typed, hidden, merges, marks.no_value, marks.bold)


def _read_cells(sheet: CalamineSheet) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Texts and the mask of true values. The reader leaves out empty leading columns, so they are put back."""
    left, width = (sheet.start[1] if sheet.start else 0), sheet.width
    names = [f"c{column}" for column in range(left + width)]
    texts, typed = [_blank(names, 0, pl.String)], [_blank(names, 0, pl.Boolean)]
    for columns in _batches(sheet):
        read = [_read_column(column) for column in columns]
        height = len(columns[0])
        texts.append(_beside(names[:left], height, pl.String, names[left:], [text for text, _ in read]))
        typed.append(_beside(names[:left], height, pl.Boolean, names[left:], [mask for _, mask in read]))
    return pl.concat(texts), pl.concat(typed)


def _batches(sheet: CalamineSheet) -> Iterator[list[tuple[Any, ...]]]:
    rows = sheet.iter_rows()
    while batch := list(islice(rows, BATCH)):
        if batch[0]:
            yield list(zip(*batch, strict=True))


def _blank(names: Sequence[str], height: int, dtype: Any) -> pl.DataFrame:
    column = _same(None if dtype == pl.String else False, height, dtype)
    return pl.DataFrame([column.alias(name) for name in names])


def _same(value: Any, height: int, dtype: Any) -> pl.Series:
    """`pl.repeat`, which costs a query, for the many small columns of a workbook."""
    return pl.Series([value], dtype=dtype).new_from_index(0, height)


def _beside(blank: Sequence[str], height: int, dtype: Any, names: Sequence[str], columns: Sequence[pl.Series]) -> pl.DataFrame:
    return pl.DataFrame([*_blank(blank, height, dtype).get_columns(), *(s.alias(n) for n, s in zip(names, columns, strict=True))])


def _read_column(values: tuple[Any, ...]) -> tuple[pl.Series, pl.Series]:
    """Text and mask of one column; a Python object is looked at only where a column mixes kinds."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return pl.Series([value or None for value in values], dtype=pl.String), _same(False, len(values), pl.Boolean)
    if kinds == {float}:
        return _shortest(pl.Series(values, dtype=pl.Float64)), _same(True, len(values), pl.Boolean)
    mask = pl.Series([type(value) is not str for value in values], dtype=pl.Boolean)
    if kinds == {float, str}:
        numbers = _shortest(pl.Series([None if type(value) is str else value for value in values], dtype=pl.Float64))
        words = pl.Series([value if type(value) is str and value else None for value in values], dtype=pl.String)
        return numbers.zip_with(mask, words), mask
    return pl.Series([cell_text(value) for value in values], dtype=pl.String), mask


def _shortest(numbers: pl.Series) -> pl.Series:
    """`76.0` → `76`, `218.0008` as it is, never an exponent."""
    if len(numbers) <= FEW:
        listed = numbers.to_list()
        if all(value is None or abs(value) < 1e15 for value in listed):
            return pl.Series([None if value is None else _short(value) for value in listed], dtype=pl.String)
    whole = numbers.is_finite() & (numbers.round(0) == numbers) & (numbers.abs() < 1e15)
    texts = numbers.cast(pl.String).zip_with(
        ~whole.fill_null(False), numbers.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
    )
    if not texts.str.contains("e", literal=True).any():
        return texts
    return texts.map_elements(lambda text: f"{Decimal(text):f}" if "e" in text else text, return_dtype=pl.String)


def _short(number: float) -> str:
    if number.is_integer():
        return str(int(number))
    text = repr(number)
    return f"{Decimal(text):f}" if "e" in text else text


def cell_text(value: Any) -> str | None:
    """Canonical text of one value as the reader gives it: shortest number, ISO date, `true`/`false`."""
    if value == "" and isinstance(value, str):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0") if value == value else None
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return _clock(value) if isinstance(value, timedelta) else str(value)


def _clock(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _with_errors(texts: pl.DataFrame, marks: SheetMarks) -> pl.DataFrame:
    """The reader leaves an error cell blank; its text (`#REF!`) is put back so that nobody takes it for nothing. The nought that stands
    for a formula nobody has worked out is no value and goes."""
    columns: dict[int, dict[int, str | None]] = {}
    for (row, column), text in (*marks.errors.items(), *((place, None) for place in marks.no_value)):
        if row < texts.height and column < texts.width:
            columns.setdefault(column, {})[row] = text
    return texts.with_columns(
        texts[f"c{column}"].scatter(list(found), pl.Series(list(found.values()), dtype=pl.String)) for column, found in columns.items()
    )
