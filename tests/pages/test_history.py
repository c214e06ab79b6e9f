"""The History page: every file, one chosen by the URL, its story, undo with its effect said before."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import streamlit as st

from core.db.tables import upload_batches
from core.ingest.importing import import_file
from core.ingest.shapes import ImportReport
from tests.conftest import FillOnce
from tests.pages.conftest import Open
from tests.pages.words import labels, words
from tests.uploading import entry, fill_catalogue, jobs, matrix, week, with_wrong_total, work

PAGE = "data/history.py"


@pytest.fixture
def stored(process: Any, tmp_path: Path, fill_home_once: FillOnce) -> tuple[ImportReport, ImportReport]:
    """A month of Creme de la Creme and a week of Liberty."""

    def prepare() -> tuple[ImportReport, ...]:
        fill_catalogue(process.database, tmp_path)
        paths = (matrix(tmp_path), week(tmp_path))
        return tuple(import_file(process.database, process.settings, path, accept_warnings=True, uploaded_by="anna") for path in paths)

    one, other = fill_home_once("a month and a week, stored by anna", prepare)
    return one, other


def files(page: Any) -> list[str]:
    return list(page.dataframe[0].value["File"])


def test_an_empty_history_leads_to_the_upload(open_page: Open) -> None:
    assert "No uploads yet" in words(open_page(PAGE))


def test_files_are_listed_newest_first_and_narrowed(stored: Any, open_page: Open) -> None:
    page = open_page(PAGE)
    assert files(page) == [stored[1].file_name, stored[0].file_name]
    page.selectbox(key="history_reseller").select("Liberty").run()
    assert files(page) == [stored[1].file_name]
    page.text_input(key="history_file").set_value("no such file").run()
    assert "No upload fits" in words(page)


def test_a_link_opens_the_story_of_its_file(stored: Any, open_page: Open) -> None:
    page = open_page(PAGE, upload=str(stored[1].upload_batch_id))
    assert "Liberty · " in words(page) and "totals of the file agree" in words(page) and "Creme de la Creme · " not in words(page)


def test_undo_is_queued_shown_and_leaves_a_way_back(process: Any, stored: Any, open_page: Open) -> None:
    number = stored[0].upload_batch_id
    page = open_page(PAGE, upload=str(number))
    page.session_state[f"undo_box_{number}"] = True
    page.run()
    assert "1 period becomes empty. Live rows:" in words(page) and "rows are reversed: they count no more." in words(page)
    page.button(key=f"undo_{number}").click().run()
    assert [task for task, _ in jobs(process.database)] == ["undo_upload"] and "Undo now" not in labels(page)
    work(process.database, process.settings)
    page.run()
    assert entry(process.database, number).undone_by == "admin" and "Taken back by admin" in words(page)
    page.button(key=f"reload_{number}").click().run()
    assert [task for task, _ in jobs(process.database)] == ["preview_upload"]


def test_a_viewer_sees_the_proof_but_no_undo(stored: Any, open_page: Open) -> None:
    page = open_page(PAGE, role="viewer", upload=str(stored[0].upload_batch_id))
    assert "totals of the file agree" in words(page) and not [label for label in labels(page) if "ndo" in label]


def test_a_narrowed_person_sees_own_resellers_only_even_by_link(process: Any, stored: Any, open_page: Open) -> None:
    own = entry(process.database, stored[0].upload_batch_id).reseller_id
    page = open_page(PAGE, role="analyst", scope=(own,), upload=str(stored[1].upload_batch_id))
    assert files(page) == [stored[0].file_name]
    assert "Liberty" not in words(page) and page.selectbox(key="history_reseller").options == ["All resellers", "Creme de la Creme"]


def test_the_story_names_the_bytes_and_hands_the_files_out(stored: Any, open_page: Open) -> None:
    page = open_page(PAGE, upload=str(stored[1].upload_batch_id))
    assert f"SHA-256 {stored[1].sha256}" in words(page) and "taken in by anna, stored by anna" in words(page)
    assert [b.label for b in page.get("download_button")] == ["Original", "Error workbook", "Mail to Liberty"]


def test_what_a_later_file_overtook_says_so_and_leads_to_it(process: Any, stored: Any, tmp_path: Path, open_page: Open) -> None:
    data, name = with_wrong_total(matrix(tmp_path))
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = next(c for row in book.active.iter_rows(min_row=6) for c in row if isinstance(c.value, int) and 0 < c.value < 50)
    cell.value += 1
    target = io.BytesIO()
    book.save(target)
    later = import_file(process.database, process.settings, target.getvalue(), file_name=name, accept_warnings=True)
    assert later.status == "stored"
    page = open_page(PAGE, upload=str(stored[0].upload_batch_id))
    assert "superseded" in page.dataframe[0].value["Status"].to_list()[-1] and "All of it is superseded" in words(page)


def again(page: Any, asked: list[str]) -> int:
    """How many statements a first drawing takes when nothing is remembered."""
    st.cache_data.clear()
    asked.clear()
    page.run()
    return len(asked)


def test_a_longer_list_asks_no_more_of_the_database(process: Any, stored: Any, open_page: Open, asked: list[str]) -> None:
    page = open_page(PAGE)
    few = again(page, asked)
    with process.database.write() as connection:
        values = {"sha256": "0", "file_name": "more.xlsx", "file_size": 1, "status": "refused", "uploaded_by": "anna"}
        connection.execute(upload_batches.insert(), [values] * 60)
    assert again(page, asked) == few <= 32
    assert len(files(page)) == 62


def test_a_list_drawn_again_asks_almost_nothing(stored: Any, open_page: Open, asked: list[str]) -> None:
    page = open_page(PAGE, upload=str(stored[1].upload_batch_id))
    again(page, asked)
    asked.clear()
    page.run()
    assert len(asked) <= 12


def stock_of(process: Any) -> int:
    with process.database.read() as connection:
        return len(connection.exec_driver_sql("select id from stock_levels").all())


def test_stock_is_read_again_and_taken_away(process: Any, stored: Any, open_page: Open) -> None:
    number, lines = stored[1].upload_batch_id, stock_of(process)
    assert lines and "Read its stock" not in labels(open_page(PAGE, upload=str(number)))
    with process.database.write() as connection:
        connection.exec_driver_sql("delete from stock_levels")
    page = open_page(PAGE, upload=str(number))
    page.button(key=f"stock_read_{number}").click().run()
    assert not page.exception and stock_of(process) == lines
    page.button(key=f"stock_away_{number}").click().run()
    assert not page.exception and stock_of(process) == 0 and "Read its stock" in labels(page)
    assert "Read its stock" not in labels(open_page(PAGE, role="viewer", upload=str(number)))
