"""Frames as JSON: decimals as exact text, dates in ISO form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl


def value(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f") if cell else "0"
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: value(cell) for name, cell in row.items()} for row in frame.iter_rows(named=True)]
