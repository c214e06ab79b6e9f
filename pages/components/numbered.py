"""Tables in which a click chooses a line, safe to reach by keyboard.

The grid chooses its first cell as soon as Tab arrives there. So the first column holds the number of the line and chooses nothing: ↓ walks
down the numbers, → chooses the line. A pointer chooses by any other cell.

    event = st.dataframe(numbered.numbered(rows), column_config={**config, **numbered.COLUMN}, on_select="rerun", selection_mode="single-cell")
    place = numbered.chosen(event, rows.height)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

NUMBER = "#"
COLUMN: Mapping[str, Any] = {
    NUMBER: st.column_config.Column(NUMBER, width=36, pinned=True, help="Number of the line. By keyboard: ↓ goes down, → chooses the line.")
}


def numbered(rows: pl.DataFrame, count: int | None = None) -> pl.DataFrame:
    """The rows with their numbers in front; only the first `count` (default: all) have one and can be chosen."""
    known = rows.height if count is None else count
    texts = [str(place) if place <= known else "" for place in range(1, rows.height + 1)]
    return rows.select(pl.Series(NUMBER, texts, dtype=pl.String), pl.all())


def chosen(event: Any, count: int) -> int | None:
    """The place of the chosen line; None where nothing is chosen, or only a number."""
    cells = event.selection.cells
    return cells[0][0] if cells and cells[0][1] != NUMBER and cells[0][0] < count else None
