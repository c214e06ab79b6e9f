"""The upload flow: who may, what each step changes and queues together, and what may happen in between."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msoffcrypto
import pytest
import sqlalchemy as sa
from msoffcrypto.format.ooxml import OOXMLFile

from core import uploads
from core.db.engine import Database
from core.db.tables import upload_batches
from core.errors import FileTooLarge, NotAllowed, UnknownRecord
from core.ingest import originals
from core.people.permissions import Person
from core.settings import Settings
from core.uploads import MovedOn
from tests.conftest import FillOnce, make_settings
from tests.uploading import entry, fill_catalogue, jobs, matrix, with_wrong_total, work

ANNA = Person("anna", "Anna", "analyst")
NARROW = Person("nils", "Nils", "analyst", (1,))
VERA = Person("vera", "Vera", "viewer")


@pytest.fixture
def file(database: Database, tmp_path: Path, fill_home_once: FillOnce) -> Path:
    fill_home_once(fill_catalogue, lambda: fill_catalogue(database, tmp_path))
    return matrix(tmp_path)


@pytest.fixture
def waiting(database: Database, settings: Settings, file: Path) -> int:
    """A file that was read and waits for a word."""
    number = uploads.submit(database, settings, ANNA, file, file.name)
    work(database, settings)
    assert entry(database, number).status == "preview"
    return number


@pytest.fixture
def doubtful(database: Database, settings: Settings, file: Path) -> int:
    """A file whose own total does not agree."""
    number = uploads.submit(database, settings, ANNA, *with_wrong_total(file))
    work(database, settings)
    assert entry(database, number).status == "needs_decision"
    return number


@pytest.mark.parametrize("person", [NARROW, VERA], ids=["sees some resellers", "viewer"])
def test_who_may_not_import_changes_nothing(database: Database, settings: Settings, waiting: int, person: Person) -> None:
    for step in (
        lambda: uploads.submit(database, settings, person, b"a;b\n1;2\n", "x.csv"),
        lambda: uploads.answer(database, person, waiting, {"vendor": "liberty"}),
        lambda: uploads.accept(database, person, waiting),
        lambda: uploads.discard(database, person, waiting),
        lambda: uploads.take_back(database, person, waiting),
        lambda: uploads.load_again(database, settings, person, waiting),
        lambda: uploads.unlock(database, settings, person, waiting, "secret"),
        lambda: uploads.store_unlocked(database, settings, person, waiting, "secret"),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert entry(database, waiting).status == "preview" and jobs(database) == []


def test_a_dropped_file_is_kept_byte_for_byte_and_its_reading_queued(database: Database, settings: Settings, file: Path) -> None:
    number = uploads.submit(database, settings, ANNA, io.BytesIO(file.read_bytes()), file.name)
    assert originals.read_original(database, settings, number) == file.read_bytes()
    assert jobs(database) == [("preview_upload", {"batch_id": number, "answers": {}})]
    assert entry(database, number).status == "queued" and entry(database, number).uploaded_by == "anna"


def test_the_same_file_dropped_twice_waits_once(database: Database, settings: Settings, file: Path) -> None:
    numbers = {uploads.submit(database, settings, ANNA, file, file.name) for _ in range(2)}
    assert len(numbers) == 1 and len(jobs(database)) == 1


def test_a_file_above_the_limit_is_refused_and_not_kept(database: Database, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, WORKBENCH_UPLOAD_MEGABYTES=1)
    with pytest.raises(FileTooLarge):
        uploads.submit(database, settings, ANNA, b"x" * (1 << 20) + b"y", "large.csv")
    assert jobs(database) == [] and not [path for path in settings.originals.rglob("*") if path.is_file()]


def test_nothing_is_stored_before_somebody_says_so(database: Database, settings: Settings, waiting: int) -> None:
    assert entry(database, waiting).stored_at is None and jobs(database) == []
    uploads.accept(database, ANNA, waiting)
    assert [task for task, _ in jobs(database)] == ["store_upload"] and entry(database, waiting).status == "storing"
    work(database, settings)
    assert entry(database, waiting).status == "stored" and entry(database, waiting).accepted_by == "anna"


def test_a_file_is_accepted_once_by_whoever_is_first(database: Database, waiting: int) -> None:
    uploads.accept(database, ANNA, waiting)
    with pytest.raises(MovedOn):
        uploads.accept(database, ANNA, waiting)
    assert len(jobs(database)) == 1


def test_accepted_warnings_lead_to_storing_without_another_question(database: Database, settings: Settings, doubtful: int) -> None:
    uploads.answer(database, ANNA, doubtful, {"accept_warnings": True})
    assert [task for task, _ in jobs(database)] == ["store_upload"]
    work(database, settings)
    assert (
        entry(database, doubtful).status == "stored" and entry(database, doubtful).controls_agree < entry(database, doubtful).controls_total
    )


def test_another_answer_makes_an_earlier_acceptance_void(database: Database, settings: Settings, doubtful: int) -> None:
    with database.write() as connection:
        connection.execute(upload_batches.update().values(answers={"accept_warnings": True}))
    uploads.answer(database, ANNA, doubtful, {"period": "2026-09", "vendor": "", "reseller": None})
    assert entry(database, doubtful).answers == {"period": "2026-09"}
    work(database, settings)
    assert entry(database, doubtful).status == "needs_decision"


def test_a_stored_file_takes_no_more_answers(database: Database, settings: Settings, waiting: int) -> None:
    uploads.accept(database, ANNA, waiting)
    work(database, settings)
    for step in (uploads.read_again, uploads.accept):
        with pytest.raises(MovedOn):
            step(database, ANNA, waiting)
    with pytest.raises(UnknownRecord):
        uploads.discard(database, ANNA, waiting)


def test_a_file_that_a_worker_has_can_not_be_discarded(database: Database, waiting: int) -> None:
    uploads.accept(database, ANNA, waiting)
    with pytest.raises(UnknownRecord):
        uploads.discard(database, ANNA, waiting)
    assert entry(database, waiting).status == "storing"


def test_a_discarded_file_is_left_alone_by_its_waiting_job(database: Database, settings: Settings, file: Path) -> None:
    number = uploads.submit(database, settings, ANNA, file, file.name)
    uploads.discard(database, ANNA, number)
    work(database, settings)
    assert entry(database, number).status == "discarded"


def test_taking_back_shows_until_it_is_done_and_can_be_loaded_again(database: Database, settings: Settings, waiting: int) -> None:
    uploads.accept(database, ANNA, waiting)
    work(database, settings)
    uploads.take_back(database, ANNA, waiting)
    uploads.take_back(database, ANNA, waiting)
    assert uploads.find(database, waiting).taking_back and [task for task, _ in jobs(database)] == ["undo_upload"]
    work(database, settings)
    assert entry(database, waiting).status == "undone" and not uploads.find(database, waiting).works
    again = uploads.load_again(database, settings, ANNA, waiting)
    work(database, settings)
    assert again != waiting and entry(database, again).status == "preview"


def test_an_undo_that_fails_leaves_the_file_stored_and_says_so(database: Database, settings: Settings, waiting: int) -> None:
    uploads.accept(database, ANNA, waiting)
    work(database, settings)
    uploads.take_back(database, ANNA, waiting)
    uploads.leave_stored(database, waiting, "It did not work.")
    assert not uploads.find(database, waiting).works
    assert (entry(database, waiting).status, entry(database, waiting).reason) == ("stored", "It did not work.")


def test_open_files_are_everybodys_and_finished_ones_the_uploaders_for_half_an_hour(
    database: Database, settings: Settings, waiting: int
) -> None:
    ben, later = "ben", datetime.now(UTC) + timedelta(minutes=31)
    assert [file.id for file in uploads.current(database, ben)] == [waiting]
    uploads.accept(database, ANNA, waiting)
    work(database, settings)
    assert uploads.current(database, ben) == [] == uploads.current(database, "anna", later)
    assert [file.status for file in uploads.current(database, "anna")] == ["stored"]


def test_the_revision_changes_with_every_change(database: Database, waiting: int) -> None:
    before = uploads.find(database, waiting).revision
    assert uploads.find(database, waiting).revision == before
    uploads.accept(database, ANNA, waiting)
    assert uploads.find(database, waiting).revision != before


def test_an_upload_that_does_not_exist_is_said(database: Database) -> None:
    with pytest.raises(UnknownRecord):
        uploads.find(database, 4711)
    with pytest.raises(UnknownRecord):
        uploads.accept(database, ANNA, 4711)


# A file with a password -----------------------------------------------------------------------------------------------


@pytest.fixture
def protected(database: Database, settings: Settings, file: Path) -> Iterator[int]:
    locked = io.BytesIO()
    with file.open("rb") as stream:
        OOXMLFile(stream).encrypt("open sesame", locked)
    assert msoffcrypto.OfficeFile(io.BytesIO(locked.getvalue())).is_encrypted()
    number = uploads.submit(database, settings, ANNA, locked.getvalue(), file.name)
    work(database, settings)
    assert entry(database, number).status == "refused"
    yield number


def test_a_protected_file_is_read_and_stored_with_its_password_which_is_kept_nowhere(
    database: Database, settings: Settings, protected: int
) -> None:
    assert uploads.unlock(database, settings, ANNA, protected, "wrong").status == "refused"
    assert uploads.unlock(database, settings, ANNA, protected, "open sesame").status == "preview"
    assert uploads.store_unlocked(database, settings, ANNA, protected, "open sesame").status == "stored"
    with database.read() as connection:
        tables = ("upload_batches", "audit_log", "procrastinate_jobs", "procrastinate_events", "email_logs", "error_reports")
        kept = "".join(str(connection.execute(sa.text(f"select t::text from {table} t")).all()) for table in tables)
    assert "sesame" not in kept


def test_those_who_want_to_know_hear_of_a_protected_file_too(database: Database, settings: Settings, protected: int) -> None:
    uploads.unlock(database, settings, ANNA, protected, "open sesame")
    uploads.store_unlocked(database, settings, ANNA, protected, "open sesame")
    assert {"tell_of_upload", "check_alerts"} <= {task for task, _ in jobs(database)}
