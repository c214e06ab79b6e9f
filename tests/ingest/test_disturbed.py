"""What vendors do to their files, format by format: the facts stay exactly the same, or a question says why they can not be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.ingest import disturbing as d


@dataclass(frozen=True)
class Layout:
    """Where the sample of a vendor has what disturbances aim at, 1-based. `between`: (sheet, column, header row) in front of which a
    foreign column may come."""

    sheet: str
    header: int
    between: tuple[tuple[str, int, int], ...]


LAYOUTS = {
    "liberty": Layout("Sales By Size", 3, (("Sales By Size", 6, 3), ("Sales By Size", 14, 3), ("Sales By Size", 17, 3))),
    "galilu": Layout("product ranking_2025", 1, (("product ranking_2025", 2, 1), ("product ranking_2025", 3, 1), ("Split_by_store_2025", 3, 1), ("monthly sellout", 4, 5))),
    "boxnox": Layout("SELL OUT BY EAN", 1, tuple(("SELL OUT BY EAN", c, 1) for c in range(1, 10))),
    "skins_sa": Layout("NORDLYS", 1, tuple(("NORDLYS", c, 1) for c in range(1, 15, 2))),
    "skins_nl": Layout("SalesPerSKU", 1, (*(("SalesPerSKU", c, 1) for c in range(1, 8)), ("SalesPerLocation", 3, 1))),
}  # fmt: skip

MOVES: Mapping[str, d.Disturbance] = {
    "down 1": d.moved_by(1, 0),
    "down 12": d.moved_by(12, 0),
    "right 3": d.moved_by(0, 3),
    "down 5, right 2": d.moved_by(5, 2),
    "notes first": d.extra_sheet("Notes", {(1, 1): "Please see the next sheets", (2, 1): "Total", (2, 2): 999, (3, 1): "May 2019"}),
    "sheets reversed": d.sheets_reversed,
    "rows and columns hidden": d.hidden_rows_and_columns,
    "last year hidden": d.last_years_copy,
    "sheet names with blanks behind": d.sheet_names(lambda name: f"{name} "),
    "sheet names upper case": d.sheet_names(str.upper),
    "old Excel": d.saved_as("xls"),
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("vendor", LAYOUTS)
def test_the_same_facts_wherever_they_stand(vendor: str, name: str) -> None:
    d.assert_survives(d.sample(vendor), MOVES[name])


@pytest.mark.parametrize("title", ["Comment", None])
@pytest.mark.parametrize(("vendor", "place"), [(v, place) for v, layout in LAYOUTS.items() for place in layout.between], ids=str)
def test_a_foreign_column_changes_nothing(vendor: str, place: tuple[str, int, int], title: str | None) -> None:
    d.assert_survives(d.sample(vendor), d.foreign_column(*place, title=title))
