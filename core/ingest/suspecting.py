"""The rows most likely behind a total that is not met: what alone, or as a pair, is worth the difference. Pure; nothing is decided by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from core.ingest.reconciling import COLUMN
from core.ingest.shapes import ControlTotal, Problem

RULE = "behind_the_difference"
MOST_TOTALS, MOST_ROWS, MOST_PAIRED = 6, 4, 4_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Suspect:
    """Rows that explain a difference, and how."""

    rows: tuple[Row, ...]
    why: str


def suspects(rows: pl.DataFrame, controls: Sequence[ControlTotal], results: pl.DataFrame) -> list[Problem]:
    """One remark per suspect row of the totals that are not met. `rows`: all rows of the file (`rule` null where placed); `results`: what
    `reconcile` made of `controls`, in the same order."""
    found: list[Problem] = []
    seen: set[tuple[Any, Any]] = set()
    wrong = [(c, r) for c, r in zip(controls, results.iter_rows(named=True), strict=True) if not r["agrees"]]
    for control, result in wrong[:MOST_TOTALS]:
        for suspect in behind(_within(rows, control), control, result["difference"]):
            fresh = [row for row in suspect.rows if (row["source_sheet"], row["source_row"]) not in seen]
            seen.update((row["source_sheet"], row["source_row"]) for row in fresh)
            found += [_remark(row, control, suspect) for row in fresh]
    return found


def behind(rows: pl.DataFrame, control: ControlTotal, difference: Decimal) -> list[Suspect]:
    """What could make the file's total exceed its rows by `difference` (negative: fall short of them), the simplest first.

    One row worth the difference; a row whose sign is turned; two rows together; all rows that are held. Nothing where nothing fits exactly.
    """
    value = COLUMN[control.measure]
    stated = rows.filter(pl.col(value).is_not_null() & (pl.col(value) != 0))
    worth = pl.col(value).cast(pl.Decimal(38, 9))
    gap = abs(difference)
    alone = "the total leaves it out, or it stands twice" if difference < 0 else "the total counts it twice, or a line like it was lost"
    for found, why in (
        (stated.filter(worth == -difference), alone),
        (stated.filter(worth == difference), alone if difference > 0 else "its sign, or the total's, is turned"),
        (stated.filter(worth * 2 == -difference), "with its sign turned the total would be met"),
    ):
        if found.height:
            return [Suspect(tuple(found.head(MOST_ROWS).iter_rows(named=True)), why)]
    return _pairs(stated, value, gap) or _held(stated, value, difference)


def _pairs(rows: pl.DataFrame, value: str, gap: Decimal) -> list[Suspect]:
    """The first two rows that are worth the difference together; only where few enough rows make a chance hit unlikely."""
    if rows.height > MOST_PAIRED:
        return []
    before: dict[Decimal, Row] = {}
    for row in rows.iter_rows(named=True):
        worth = Decimal(row[value])
        other = before.get(gap - worth) or before.get(-gap - worth)
        if other is not None:
            return [Suspect((other, row), "together they are worth the difference")]
        before.setdefault(worth, row)
    return []


def _held(rows: pl.DataFrame, value: str, difference: Decimal) -> list[Suspect]:
    held = rows.filter(pl.col("rule").is_not_null())
    if held.height < 2 or abs(Decimal(held[value].sum())) != abs(difference):
        return []
    return [Suspect(tuple(held.head(MOST_ROWS).iter_rows(named=True)), "the held rows together are worth the difference")]


def _within(rows: pl.DataFrame, control: ControlTotal) -> pl.DataFrame:
    """The rows a total is about, as `reconcile` sums them."""
    if control.over:
        kept = rows.filter(pl.col("view").is_in(list(control.over)))
    else:
        kept = rows if control.where.keys() & {"view", "primary_view"} else rows.filter("primary_view")
    for name, wanted in control.where.items():
        several = isinstance(wanted, tuple | list | set | frozenset)
        kept = kept.filter(pl.col(name).is_in(list(wanted)) if several else pl.col(name).eq_missing(pl.lit(wanted)))
    return kept


def _remark(row: Row, control: ControlTotal, suspect: Suspect) -> Problem:
    what = row["product_text"] or row["vendor_key"] or row["store_text"] or "this line"
    worth = Decimal(row[COLUMN[control.measure]])
    units = control.measure == "units"
    figure = f"{worth:,.0f} unit{'' if abs(worth) == 1 else 's'}" if units else f"{row['currency'] or ''} {worth:,.2f}".strip()
    parts = (row["source_cells"] or "").split("|")
    cell = (parts[0] if units else parts[-1]) or f"row {row['source_row']}"
    return Problem(
        RULE,
        f"{control.what}: look at row {row['source_row']} first, {what} ({figure}); {suspect.why}.",
        "info",
        row["source_sheet"],
        cell,
        str(row["vendor_key"] or row["product_text"] or ""),
        "Compare this row with the sender's figures.",
    )
