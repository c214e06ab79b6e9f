"""Rows of any SELECT as a polars frame: exact decimals, dates as dates, everything else as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl

MOST_DECIMALS = 10  # of a ratio that PostgreSQL gives with sixteen or more
WIDEST = 38

_INTEGERS, _FLOATS, _NUMERIC = {20, 21, 23, 26}, {700, 701}, 1700
_DTYPES: dict[int, Any] = {
    16: pl.Boolean,
    1082: pl.Date,
    1083: pl.Time,
    1114: pl.Datetime("us"),
    1184: pl.Datetime("us", "UTC"),
    1186: pl.Duration("us"),
}


def frame_of(columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """`columns`: name and PostgreSQL type number of each; names that occur twice get `_2`, `_3`."""
    names = _distinct([name for name, _ in columns])
    return pl.DataFrame(
        [_series(name, kind, [row[i] for row in rows]) for i, (name, (_, kind)) in enumerate(zip(names, columns, strict=True))]
    )


def size_of(row: Sequence[Any]) -> int:
    """About how many bytes a row takes."""
    return sum(
        len(value) if isinstance(value, (str, bytes)) else len(repr(value)) if isinstance(value, (list, dict)) else 16 for value in row
    )


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _series(name: str, kind: int, values: list[Any]) -> pl.Series:
    if kind in _INTEGERS:
        return pl.Series(name, values, dtype=pl.Int64)
    if kind in _FLOATS:
        return pl.Series(name, values, dtype=pl.Float64)
    if kind == _NUMERIC:
        return _decimals(name, values)
    if kind in _DTYPES:
        return pl.Series(name, values, dtype=_DTYPES[kind])
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String)


def _decimals(name: str, values: Sequence[Decimal | None]) -> pl.Series:
    """Exact up to MOST_DECIMALS places; numbers too long for a decimal column stay exact as text."""
    present = [value for value in values if value is not None]
    if not all(value.is_finite() for value in present):
        return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)
    scale = min(MOST_DECIMALS, max((-int(value.as_tuple().exponent) for value in present), default=0))
    scale = max(0, scale)
    if any(value.adjusted() + 1 + scale > WIDEST for value in present if value):
        return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)
    unit = Decimal(1).scaleb(-scale)
    return pl.Series(name, [None if v is None else v.quantize(unit) for v in values], dtype=pl.Decimal(WIDEST, scale))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value.days) + " days" if isinstance(value, timedelta) else str(value)
