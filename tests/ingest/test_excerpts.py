"""The original around a cell: right rows, right cells, bounded, and only of resellers in sight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import NotAllowed, UnknownRecord, UnreadableFile
from core.ingest import excerpts
from core.ingest.excerpts import Original, excerpt, places
from core.ingest.importing import import_file
from core.workbench import Workbench
from tests.uploading import fill_catalogue, matrix, week


def kept(path: Path, name: str = "lines.csv") -> Original:
    return Original(1, name, "0" * 64, path.stat().st_size, path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    path.write_text("Product;Units;Amount\n" + "".join(f"Item {n};{n};{n * 10},50\n" for n in range(2, 60)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [("M5|N5", [(4, 12), (4, 13)]), ("|AA7", [(6, 26)]), ("R7C5|R7C6", [(6, 4), (6, 5)]), ("", []), (None, []), ("all", [])],
)
def test_cells_are_read_in_both_spellings(text: str | None, expected: list[tuple[int, int]]) -> None:
    assert list(places(text)) == expected


@pytest.mark.parametrize("largest", [40 << 20, 0])
def test_the_rows_around_a_cell_of_a_text_file_are_the_files_own(table: Path, monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    monkeypatch.setattr(excerpts, "LARGEST", largest)
    found = excerpt(kept(table), None, 30, "R30C2|R30C3")
    assert [number for number, _ in found.rows] == list(range(25, 36)) and found.header == ("Product", "Units", "Amount")
    assert dict(found.rows)[30] == ("Item 30", "30", "300,50") and found.marked == {(30, "C2"), (30, "C3")}
    assert found.printed == (("R30C2", "30"), ("R30C3", "300,50"))


@pytest.mark.parametrize(("row", "numbers"), [(1, range(1, 7)), (59, range(54, 60))])
def test_the_ends_of_a_file_are_shown_as_far_as_they_go(table: Path, row: int, numbers: range) -> None:
    assert [number for number, _ in excerpt(kept(table), None, row, None).rows] == list(numbers)


def test_a_workbook_too_large_to_look_into_says_where_to_look(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "LARGEST", 0)
    with pytest.raises(UnreadableFile, match="go to row 5 of “Sales”"):
        excerpt(kept(table, "big.xlsx"), "Sales", 5, "B5")


def test_wide_sheets_are_cut_around_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"h{n}" for n in range(200)) + "\n" + ",".join(str(n) for n in range(200)) + "\n", encoding="utf-8")
    found = excerpt(kept(path), None, 2, "R2C150")
    assert len(found.letters) == excerpts.WIDEST and found.printed == (("R2C150", "149"),) and found.marked == {(2, "C150")}


@pytest.fixture
def stored(database: Any, settings: Any, tmp_path: Path) -> Any:
    fill_catalogue(database, tmp_path)
    reports = [import_file(database, settings, file, accept_warnings=True) for file in (week(tmp_path), matrix(tmp_path))]
    return database, settings, reports


def test_every_traced_line_is_printed_in_its_cells(stored: Any) -> None:
    database, settings, reports = stored
    bench = Workbench(database, settings)
    lines = bench.trace()
    assert lines.height > 20
    for line in lines.sample(12, seed=1).iter_rows(named=True):
        found = bench.excerpt(line["upload_batch_id"], line["source_sheet"], line["source_row"], line["source_cells"])
        printed = [text for _, text in found.printed]
        assert str(line["quantity"]) in printed or str(line["amount_local"].normalize()) in printed
    assert bench.original(reports[0].upload_batch_id)[:2] == b"PK"


def test_a_narrowed_workbench_sees_its_resellers_files_only(stored: Any) -> None:
    database, settings, (liberty, cdlc) = stored
    everything = Workbench(database, settings)
    ids = {row["reseller"]: row["id"] for row in everything.batches().iter_rows(named=True)}
    own = Workbench(database, settings, (_reseller(database, "liberty"),))
    assert own.batches()["id"].to_list() == [liberty.upload_batch_id] and len(ids) == 2
    assert own.rows(liberty.upload_batch_id).height and own.rows(cdlc.upload_batch_id).is_empty()
    assert own.live_rows()["reseller"].unique().to_list() == ["Liberty"]
    assert own.trace(also=("held", "superseded"))["reseller"].unique().to_list() == ["Liberty"]
    with pytest.raises(UnknownRecord):
        own.original(cdlc.upload_batch_id)
    with pytest.raises(UnknownRecord):
        own.excerpt(cdlc.upload_batch_id, None, 1)


def test_a_narrowed_workbench_changes_nothing(stored: Any, tmp_path: Path) -> None:
    database, settings, (liberty, _) = stored
    own = Workbench(database, settings, (_reseller(database, "liberty"),))
    for change in (
        lambda: own.undo(liberty.upload_batch_id),
        lambda: own.import_file(matrix(tmp_path, -2)),
        lambda: own.preview_file(matrix(tmp_path, -2)),
        lambda: own.load_catalogue(tmp_path / "catalogue"),
    ):
        with pytest.raises(NotAllowed):
            change()


def _reseller(database: Any, key: str) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql(f"select id from resellers where key = '{key}'").scalar_one())
