"""Fresh reports of months in which calendars go wrong, against what the demo brand's generator says it sold."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.market import Line, Span, month_end
from tests.ingest import disturbing as d

Stated = Counter[tuple[Any, ...]]
SPANS = {
    "leap day": (date(2024, 2, 1), date(2024, 3, 1)),
    "over the year's end": (date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)),
    "week 53": (date(2026, 12, 1), date(2027, 1, 1)),
}


def months(line: Line) -> tuple[date, date]:
    """The month of a till line, the line's own period elsewhere."""
    return (line.start.replace(day=1), month_end(line.start.replace(day=1))) if line.start == line.end else (line.start, line.end)


def sold(vendor: str, lines: Iterable[Line]) -> Stated:
    """What was sold, as the vendor's report tells it apart; Liberty keeps its own item numbers, Skins NL no stores."""
    return Counter(
        (None if vendor == "skins_nl" else line.store, None if vendor == "liberty" else line.product.ean, *months(line), line.units, line.amount.normalize())
        for line in lines
    )  # fmt: skip


def read(found: d.Outcome, vendor: str) -> Stated:
    return Counter(
        (row["store_text"], row["ean"], row["period_start"], row["period_end"], row["quantity"], row["amount_local"].normalize())
        for row in found.facts
        if row["primary_view"]
    )


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("vendor", ["liberty", "boxnox", "skins_sa", "skins_nl"])
def test_every_line_that_was_sold_is_read(vendor: str, span: str, tmp_path: Path) -> None:
    for path, lines in importlib.import_module(f"demo.layouts.{vendor}").files(tmp_path, Span(SPANS[span]), 5)[-3:]:
        found = d.outcome_of(path.read_bytes(), path.name)
        assert found.vendor == vendor and found.asked <= {"period"}, found.said
        assert read(found, vendor) == sold(vendor, lines), path.name


@pytest.mark.parametrize("span", SPANS)
def test_galilus_units_and_money_are_those_of_each_month(span: str, tmp_path: Path) -> None:
    for path, lines in importlib.import_module("demo.layouts.galilu").files(tmp_path, Span(SPANS[span]), 5):
        found = d.outcome_of(path.read_bytes(), path.name)
        units, money = Counter[date](), Counter[date]()
        for line in lines:
            units[line.start] += line.units
            money[line.start] += line.amount  # type: ignore[assignment]
        for row in found.facts:
            if row["primary_view"]:
                units[row["period_start"]] -= row["quantity"] or 0
                money[row["period_start"]] -= row["amount_local"] or 0
        assert (found.vendor, found.status) == ("galilu", "read"), found.said
        assert not any(units.values()) and not any(money.values()), path.name
