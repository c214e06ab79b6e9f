"""How wide a sheet may be: every layout is looked for column by column, and no report has thousands of them."""

from __future__ import annotations

from core.errors import FileTooLarge
from core.ingest.shapes import column_letters

WIDEST = 4_096  # columns


def refuse_wide(width: int) -> None:
    """FileTooLarge when a sheet or text has more columns than any report."""
    if width > WIDEST:
        raise FileTooLarge(
            f"This file has {width:,} columns (up to {column_letters(width - 1)}); no report has more than {WIDEST:,}. "
            "Delete what stands far right of the table, or ask the sender for a new export."
        )
