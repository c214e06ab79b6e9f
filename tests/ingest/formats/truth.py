"""What a perfect reader takes from a shared fixture file, in the terms of a SalesFrame, and the comparison of the two."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from core.ingest.reading import ReadLimits, read_book
from core.ingest.shapes import ControlTotal, RawBook, SalesFrame
from tests.conftest import SHARED
from tests.ingest.formats.mutating import Mutation

Fact = tuple[Any, ...]

# Warnings that need the catalogue or what is loaded already, and are given by later stages.
LATER = frozenset(
    {
        *("unmatched_product", "unmatched_store", "store_missing", "ean_check_digit", "bulk_line", "sample_flood", "identical_rows"),
        *("same_period_again", "same_content_other_period", "history_restated"),
    }
)


def files_of(vendor: str) -> list[Path]:
    """The fixture files of a vendor, in order."""
    folder = SHARED / "vendors" / vendor
    return sorted(path for path in folder.glob("*") if not path.name.endswith(".truth.json")) if folder.is_dir() else []


def load(path: Path) -> dict[str, Any]:
    """The truth beside a fixture file."""
    return dict(json.loads(path.with_name(path.name + ".truth.json").read_text(encoding="utf-8")))


def book_of(path: Path, name: str | None = None) -> RawBook:
    return read_book(path, name or path.name, ReadLimits())


def facts_of(frame: SalesFrame, rows: bool = True, sheets: bool = True) -> Counter[Fact]:
    """The facts of a frame as a multiset, all views."""
    return Counter(
        (
            row["view"],
            row["primary_view"],
            row["source_sheet"] if sheets else None,
            row["source_row"] if rows else None,
            row["source_cells"] if rows else None,
            row["store_text"],
            collapsed(row["vendor_key"]),
            collapsed(row["product_text"] or None),
            row["period_start"],
            row["period_end"],
            row["quantity"],
            None if row["amount_local"] is None else row["amount_local"].normalize(),
        )
        for row in frame.rows.iter_rows(named=True)
    )


def facts_in(truth: dict[str, Any], rows: bool = True, sheets: bool = True) -> Counter[Fact]:
    """The facts the truth states, primary rows and further views."""
    stated = [(row, True) for row in truth["rows"]]
    stated += [(row, False) for view in truth.get("alt_rows", {}).values() for row in view]
    return Counter(
        (
            row["view"],
            primary,
            row["source_sheet"] if sheets else None,
            row["source_row"] if rows else None,
            cells_of(row["source_cells"]) if rows else None,
            row["store_raw"],
            collapsed(row["vendor_key"]),
            collapsed(row["product_text"] or None),
            date.fromisoformat(row["period_start"]),
            date.fromisoformat(row["period_end"]),
            row["quantity"],
            None if row["amount_local"] is None else Decimal(row["amount_local"]).normalize(),
        )
        for row, primary in stated
    )


def cells_of(text: str) -> str:
    return text if "|" in text else f"{text}|"


def collapsed(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def loaded(frame: SalesFrame, control: ControlTotal) -> Decimal:
    """The sum of the rows that a control total stands for."""
    rows = frame.rows.filter(pl.col("primary_view") if control.over is None else pl.col("view").is_in(list(control.over)))
    for column, value in control.where.items():
        rows = rows.filter(pl.col(column).is_in(list(value)) if isinstance(value, tuple) else pl.col(column) == value)
    column = "quantity" if control.measure == "units" else "amount_local"
    return sum((Decimal(value) for value in rows[column].drop_nulls()), Decimal(0))


def disagreeing(frame: SalesFrame) -> list[str]:
    """The control totals that the rows do not add up to."""
    return [
        f"{c.what} {c.measure}: {c.file_value} ≠ {loaded(frame, c)}"
        for c in frame.controls
        if abs(loaded(frame, c) - c.file_value) > c.tolerance
    ]


def printed(frame: SalesFrame) -> set[tuple[str, str, Decimal]]:
    """Sheet, cell and value of every control total of a frame."""
    return {(c.sheet or "", c.cell or "", c.file_value.normalize()) for c in frame.controls}


def printed_in(truth: dict[str, Any]) -> set[tuple[str, str, Decimal]]:
    """Sheet, cell and value of every control total of the truth that stands in one cell."""
    found = set()
    for control in truth["control_totals"]:
        sides = (control["cell"] + "|").split("|")[:2]
        for side, value in zip(sides, (control["units"], control["amount"]), strict=True):
            if side and value is not None and ":" not in side:
                sheet, _, cell = side.rpartition("!")
                found.add((sheet, cell, Decimal(value).normalize()))
    return found


def rules(frame: SalesFrame) -> set[str]:
    return {problem.rule for problem in frame.problems}


def expected_rules(truth: dict[str, Any]) -> set[str]:
    """The warnings that the file alone shows."""
    return {warning["code"] for warning in truth["expected_warnings"]} - LATER


def skipped(frame: SalesFrame) -> set[tuple[str | None, int]]:
    """Sheet and row of every row set aside on its own; whole sheets as row 0."""
    return {
        (aside.sheet, row)
        for aside in frame.set_aside
        for row in ([0] if aside.row_start is None else range(aside.row_start, (aside.row_end or aside.row_start) + 1))
    }


def skipped_in(truth: dict[str, Any]) -> set[tuple[str | None, int]]:
    return {
        (skip["source_sheet"], row)
        for skip in truth["skip_rows"]
        if "blank row" not in skip["why"]
        for row in ([0] if skip.get("whole_sheet") else range(skip["source_row"], skip.get("source_row_end", skip["source_row"]) + 1))
    }


def differences(frame: SalesFrame, truth: dict[str, Any], mutation: Mutation | None = None) -> dict[str, Any]:
    """Everything in which a frame is not the truth; of a mutated file the rows stand elsewhere."""
    moved = mutation is not None
    read, stated = facts_of(frame, rows=not moved), facts_in(truth, rows=not moved)
    found: dict[str, Any] = {"too many": read - stated, "missing": stated - read, "disagreeing": disagreeing(frame)}
    if mutation is None:
        found["controls"] = printed_in(truth) - printed(frame)
        found["set aside"] = {(sheet, row) for sheet, row in skipped_in(truth) - skipped(frame) if row}
        found["rules"] = expected_rules(truth) - rules(frame)
    else:
        at = {row["source_row"] for row in frame.rows.filter(pl.col("primary_view")).iter_rows(named=True)}
        found["rows"] = at ^ {mutation.row(row["source_row"]) for row in truth["rows"]}
    return {name: value for name, value in found.items() if value}
