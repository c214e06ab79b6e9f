"""Every nasty file ends in a result or in one clear sentence, soon and within bounds."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from core.errors import WorkbenchError
from core.ingest.formats import generic
from core.ingest.reading import read_book
from core.ingest.recognising import recognise
from core.ingest.shapes import ReadOptions
from tests.conftest import SHARED
from tests.evidence.measuring import measure
from tests.evidence.nasty_files import Nasty, made
from tests.evidence.ole import xls

LARGE = ("million", "thousand times", "50 MB", "80 MB", "sheets", "elements")  # these are measured by `make evidence`
MADE = [nasty for nasty in made() if not any(word in nasty.tries for word in LARGE)]

NOTES = {".md", ".json"}
FILES = sorted(
    path
    for folder in ("nasty", "derived", "platforms")
    for path in (SHARED / "public" / folder).rglob("*")
    if path.is_file() and path.suffix not in NOTES and "LICENSE" not in path.name
)
PASSWORDS = {
    "encrypted_pw_Secret123.xlsx": "Secret123",
    "example_password.xlsx": "Password1234_",
    "pass_protected.xlsx": "123",
    "password.xls": "password",
}
MEGABYTES = 1200


@pytest.mark.shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_nasty_file_ends_in_a_result_or_a_sentence(path: Path) -> None:
    began = time.perf_counter()
    try:
        book = read_book(path, path.name)
        recognition = recognise(book)
        outcome = f"{book.kind}, {len(book.sheets)} sheets: {recognition.vendor or 'asked'}"
        assert recognition.vendor in (None, "online", "generic") and recognition.reason
        if recognition.vendor == "generic":
            assert generic.read(book, ReadOptions()).questions
    except WorkbenchError as refused:
        outcome = refused.message
        assert refused.message.endswith((".", "?")) and "Error" not in refused.message
    seconds = time.perf_counter() - began
    print(f"{path.parent.name + '/' + path.name:60} {seconds:5.2f} s  {outcome}")
    assert seconds < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MEGABYTES


@pytest.mark.shared
@pytest.mark.parametrize("path", [path for path in FILES if path.name in PASSWORDS], ids=lambda path: path.name)
def test_a_locked_file_opens_with_its_password(path: Path) -> None:
    book = read_book(path, path.name, password=PASSWORDS[path.name])
    assert book.kind in ("xlsx", "xls") and book.sheets


@pytest.mark.shared
@pytest.mark.parametrize("path", [path for path in FILES if path.name == "encrypted_no_password.xls"], ids=lambda path: path.name)
def test_excels_own_password_is_tried(path: Path) -> None:
    assert read_book(path, path.name).sheets[0].height == 7


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("NORDLYS total by country.csv", "generic"),
        ("q2 numbers.csv", "generic"),
        ("sales report.xlsx", "refused"),
        ("sell out june.xlsx", "refused"),
    ],
)
def test_nobodys_files_are_read_as_lists_or_refused(name: str, vendor: str | None) -> None:
    try:
        found = recognise(read_book(SHARED / "vendors" / "unknown" / name, name)).vendor
    except WorkbenchError:
        found = "refused"
    assert found == vendor


@pytest.mark.parametrize("nasty", MADE, ids=lambda nasty: nasty.tries)
def test_a_made_file_ends_as_it_should_and_leaves_nothing_half(owner_dsn: str, tmp_path: Path, nasty: Nasty) -> None:
    path = tmp_path / "file"
    path.write_bytes(nasty.make())
    measured = measure(owner_dsn, tmp_path, path, nasty.name)
    assert measured.status in nasty.outcome and measured.sound and measured.within, measured
    assert measured.sentence.endswith((".", "?")) and "Error" not in measured.sentence


def test_formulas_of_an_old_workbook_that_nobody_calculated_are_no_noughts() -> None:
    sheet = read_book(xls([["EAN", "QTY"], ["9524001001008", 3.0], ["9524001001015", 0.0]], [(2, 1)]), "list.xls").sheets[0]
    assert sheet.no_value == {(2, 1)} and sheet.frame["c1"].to_list() == ["QTY", "3", None]
