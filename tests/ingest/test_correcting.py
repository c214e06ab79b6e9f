"""A checked workbook that was corrected and comes back takes the place of the upload that waits."""

from __future__ import annotations

import email
import io
from email import policy
from pathlib import Path

import openpyxl
import pytest

from core import checked_files
from core.db.engine import Database
from core.errors import NotAllowed, UnknownRecord
from core.ingest import importing
from core.ingest.annotating import workbook_name
from core.ingest.reporting import load_report
from core.people.permissions import Person
from core.settings import Settings
from tests.uploading import entry, fill_catalogue, matrix, week, with_wrong_total


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    fill_catalogue(database, tmp_path)
    return tmp_path


def waiting(database: Database, settings: Settings, folder: Path) -> tuple[int, str]:
    """A month whose grand total is 100 too much."""
    data, name = with_wrong_total(matrix(folder))
    report = importing.import_file(database, settings, data, file_name=name)
    assert report.status == "needs_decision" and report.upload_batch_id is not None
    return report.upload_batch_id, name


def corrected(book: bytes) -> bytes:
    """The grand total put right by a person, saved as a spreadsheet program saves."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[0]
    row = max(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "Total")
    sheet.cell(row, max(c for c in range(1, sheet.max_column + 1) if sheet.cell(row, c).value is not None)).value -= 100
    target = io.BytesIO()
    opened.save(target)
    return target.getvalue()


def test_the_corrected_workbook_is_stored_and_the_waiting_upload_put_aside(database: Database, settings: Settings, folder: Path) -> None:
    first, name = waiting(database, settings, folder)
    book = corrected(checked_files.error_workbook(database, settings, first))
    report = importing.import_file(database, settings, book, file_name=workbook_name(name))
    assert report.status == "stored" and report.controls["agrees"].all() and "corrected_file" in set(report.problems["rule"])
    assert (report.period_start, report.rows_stored) == (entry(database, first).period_start, load_report(database, first).rows_stored)
    assert {part.reason for part in report.set_aside} >= {"notes of the workbench"}
    old = entry(database, first)
    assert old.status == "discarded" and f"(upload {report.upload_batch_id}) was stored in its place" in old.reason


def test_looking_at_the_corrected_workbook_leaves_the_waiting_upload_alone(database: Database, settings: Settings, folder: Path) -> None:
    first, name = waiting(database, settings, folder)
    book = corrected(checked_files.error_workbook(database, settings, first))
    again = importing.take_in(database, settings, book, workbook_name(name))
    report = importing.preview_batch(database, settings, again)
    assert report.status == "preview" and entry(database, first).status == "needs_decision"


def test_what_was_said_about_the_original_holds_whatever_the_workbook_is_called(
    database: Database, settings: Settings, folder: Path
) -> None:
    first, _ = waiting(database, settings, folder)
    importing.preview_batch(database, settings, first, {"period": "2024-02"})
    book = corrected(checked_files.error_workbook(database, settings, first))
    report = importing.preview_file(database, settings, book, file_name="back from the reseller.xlsx")
    assert (report.vendor, str(report.period_start), str(report.period_end)) == ("cdlc", "2024-02-01", "2024-02-29")
    fresh = importing.preview_file(database, settings, book, file_name="x.xlsx", period="2024-03")
    assert str(fresh.period_start) == "2024-03-01"


def test_an_uncorrected_copy_asks_the_same_question_again(database: Database, settings: Settings, folder: Path) -> None:
    first, _ = waiting(database, settings, folder)
    book = checked_files.error_workbook(database, settings, first)
    report = importing.import_file(database, settings, book, file_name="same.xlsx")
    assert report.status == "needs_decision" and entry(database, first).status == "needs_decision"


def test_a_stored_file_comes_back_as_the_same_content(database: Database, settings: Settings, folder: Path) -> None:
    first = importing.import_file(database, settings, week(folder))
    assert first.upload_batch_id is not None and first.rows_held
    book = checked_files.error_workbook(database, settings, first.upload_batch_id)
    assert "It waits for" in str(
        [cell.comment and cell.comment.text for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0] for cell in row]
    )
    report = importing.import_file(database, settings, book, file_name="again.xlsx")
    assert (report.status, report.duplicate_of) == ("duplicate", first.upload_batch_id)


def test_notes_alone_are_refused_with_what_to_do(database: Database, settings: Settings, folder: Path) -> None:
    report = importing.import_file(database, settings, b"", file_name="empty.csv")
    assert report.upload_batch_id is not None
    book = checked_files.error_workbook(database, settings, report.upload_batch_id)
    again = importing.import_file(database, settings, book, file_name="empty – checked.xlsx")
    assert again.status == "refused" and "only the workbench's notes" in again.reason


def test_held_rows_of_a_waiting_file_are_listed(database: Database, settings: Settings, folder: Path) -> None:
    number = importing.take_in(database, settings, week(folder))
    assert importing.preview_batch(database, settings, number).rows_held == 1
    book = openpyxl.load_workbook(io.BytesIO(checked_files.error_workbook(database, settings, number)))
    assert book["Held rows"].max_row == 5 and book["Held rows"]["D5"].value == "a product"


def test_only_who_sees_the_reseller_gets_the_workbook(database: Database, settings: Settings, folder: Path) -> None:
    first, _ = waiting(database, settings, folder)
    reseller = entry(database, first).reseller_id
    inside, outside = (Person("vic", "Vic", "viewer", scope) for scope in ((reseller,), (reseller + 1,)))
    assert checked_files.error_workbook(database, settings, first, inside)[:2] == b"PK"
    with pytest.raises(NotAllowed, match="a reseller you do not see"):
        checked_files.error_workbook(database, settings, first, outside)
    with pytest.raises(UnknownRecord):
        checked_files.error_workbook(database, settings, 10**6)


def test_the_mail_to_the_reseller_is_a_draft_with_the_workbook_attached(database: Database, settings: Settings, folder: Path) -> None:
    first, name = waiting(database, settings, folder)
    mail = email.message_from_bytes(checked_files.correction_mail(database, settings, first), policy=policy.default)
    (attached,) = mail.iter_attachments()
    assert mail["X-Unsent"] == "1" and attached.get_filename() == workbook_name(name) and attached.get_content()[:2] == b"PK"
    body = mail.get_body().get_content()
    assert "Dear Creme de la Creme team" in body and "the file prints" in body and "October 2026" in body
