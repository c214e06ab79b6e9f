"""The Upload page: dropped files, the story of each, what a person is asked, and the way on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import uploads
from core.ingest import inbox
from core.people.permissions import Person
from tests.conftest import FillOnce
from tests.pages.conftest import Open
from tests.pages.words import labels, words
from tests.uploading import entry, fill_catalogue, jobs, matrix, week, with_wrong_total, work

PAGE = "data/upload.py"
ANNA = Person("admin", "Admin", "admin")


@pytest.fixture
def files(process: Any, tmp_path: Path, fill_home_once: FillOnce) -> Path:
    fill_home_once(fill_catalogue, lambda: fill_catalogue(process.database, tmp_path))
    return tmp_path


def dropped(process: Any, source: Path | bytes, name: str = "") -> int:
    """A file that was read, as the page finds it."""
    number = uploads.submit(process.database, process.settings, ANNA, source, name or getattr(source, "name", "file.csv"))
    work(process.database, process.settings)
    return number


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def test_an_empty_page_says_what_to_do_and_what_is_too_large(open_page: Open) -> None:
    text = words(open_page(PAGE))
    assert "Drop a vendor's file above" in text and "more than 2 GB" in text and "No worker is running" in text


def test_dropped_files_are_handed_over_once_and_shown_while_no_worker_is_there(process: Any, open_page: Open, files: Path) -> None:
    page, path = open_page(PAGE), matrix(files)
    page.file_uploader[0].set_value([(path.name, path.read_bytes(), ""), ("notes.csv", b"a;b\n1;2\n", "")]).run()
    page.run()
    assert [task for task, _ in jobs(process.database)] == ["preview_upload"] * 2
    assert path.name in words(page).replace("\\", "") and "2 being worked on" in words(page)
    assert labels(page).count("Discard") == 2 and not page.exception


def test_a_card_tells_its_story_and_stores_when_told_to(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, matrix(files))
    page = open_page(PAGE)
    text = words(page)
    assert (
        "Creme de la Creme · October 2026" in text and "totals of the file agree with what is loaded." in text and "ready to store" in text
    )
    press(page, f"store_{number}")
    assert entry(process.database, number).status == "storing"
    work(process.database, process.settings)
    page.run()
    assert "Stored" in words(page) and "Undo" in labels(page)


def test_several_ready_files_are_stored_with_one_press(process: Any, open_page: Open, files: Path) -> None:
    numbers = [dropped(process, matrix(files, month)) for month in (-1, -2)]
    page = open_page(PAGE)
    press(page, "store_all")
    work(process.database, process.settings)
    assert [entry(process.database, number).status for number in numbers] == ["stored"] * 2


def test_undo_on_the_card_shows_until_it_is_done(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, matrix(files))
    page = press(open_page(PAGE), f"store_{number}")
    work(process.database, process.settings)
    page.run()
    press(page, f"undo_{number}")
    assert "is being taken back" in words(page)
    work(process.database, process.settings)
    page.run()
    assert "what was there before it is live again" in words(page)
    press(page, f"reload_{number}")
    assert [task for task, _ in jobs(process.database)] == ["preview_upload"]


def test_a_held_row_is_matched_on_the_card_before_anything_is_stored(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, week(files))
    page = open_page(PAGE)
    held = re.search(r"1 row held \(£ 87\.00\), (\d\.\d) % of the file's money: in no figure until somebody says what it is\.", words(page))
    assert held and 0 < float(held[1]) < 5
    assert "looks like  Ember Chapel" in words(page) and "Error workbook" in str([b.label for b in page.get("download_button")])
    press(page, f"match_{number}_0")
    work(process.database, process.settings)
    page.run()
    assert entry(process.database, number).rows_held == 0 and entry(process.database, number).status == "preview"
    assert "held" not in words(page) and inbox.decisions(process.database)["action"].to_list() == ["match_product"]


def test_a_stored_file_follows_the_answer_at_once(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, week(files))
    uploads.accept(process.database, ANNA, number)
    work(process.database, process.settings)
    page = press(open_page(PAGE), f"match_{number}_0")
    assert entry(process.database, number).rows_held == 0 and "Match" not in labels(page)


def test_an_answer_can_wait(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, week(files))
    page = press(open_page(PAGE), f"later_{number}_0")
    assert "Match" not in labels(page) and "1 row held" in words(page) and entry(process.database, number).rows_held == 1


def test_a_total_that_does_not_agree_is_shown_and_stored_only_with_a_word(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, *with_wrong_total(matrix(files)))
    page = open_page(PAGE)
    assert len(re.findall(r"[12] of \d+ totals of the file do(?:es)? not agree", words(page))) == 1 and "needs your word" in words(page)
    assert "This file needs your word, because its totals do not agree. Stored all the same" in words(page)
    assert [b.label for b in page.get("download_button")][:3] == ["Original", "Error workbook", "Mail to Creme de la Creme"]
    press(page, f"accept_{number}")
    work(process.database, process.settings)
    page.run()
    assert entry(process.database, number).status == "stored" and "Read again" not in words(page)


LIST = b"day;article;pieces;turnover;sum\n13.10.2026;A1;1;10.00;12.00\n14.10.2026;B2;2;20.00;24.00\n15.10.2026;B2;4;40.00;48.00\n"


def send(page: AppTest) -> AppTest:
    return page.button[[b.label for b in page.button].index("Read it with these answers")].click().run()


def test_an_unknown_list_is_asked_all_at_once_and_nothing_is_preselected(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, LIST, "q4.csv")
    page = open_page(PAGE)
    assert "Several columns could be amount" in words(page) and "10.00 · 20.00 · 40.00" in words(page)
    rivals = [page.selectbox(key=f"answer_{number}_columns_{place}") for place in (3, 4)]
    assert [box.value for box in rivals] == [None, None] and page.selectbox(key=f"answer_{number}_columns_2").value == "units"
    assert page.radio(key=f"answer_{number}_vat_basis").value is None and page.selectbox(key=f"answer_{number}_reseller").value is None
    send(page)
    assert "Still open" in words(page) and jobs(process.database) == []


def test_answers_about_a_list_are_read_stored_and_remembered(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, LIST, "q4.csv")
    page = open_page(PAGE)
    page.selectbox(key=f"answer_{number}_columns_3").select("amount_net")
    page.selectbox(key=f"answer_{number}_columns_4").select("ignore")
    page.selectbox(key=f"answer_{number}_reseller").select("Liberty")
    page.selectbox(key=f"answer_{number}_currency").select("GBP")
    for key, word in (("completeness", "complete"), ("vat_basis", "net")):
        page.radio(key=f"answer_{number}_{key}").set_value(word)
    send(page)
    work(process.database, process.settings)
    page.run()
    assert "ready to store" in words(page) and entry(process.database, number).currency == "GBP"
    press(page, f"store_{number}")
    work(process.database, process.settings)
    page.run()
    assert "VAT: amounts are without VAT" in words(page) and "Currency: GBP" in words(page)
    kept = next(button for button in page.button if button.label == "Take back")
    kept.click().run()
    assert "Restore" in labels(page)


def test_a_period_that_is_none_is_said_before_anything_is_queued(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, matrix(files))
    page = open_page(PAGE)
    page.text_input(key=f"period_{number}").set_value("nonsense")
    page.button[[b.label for b in page.button].index("Read again")].click().run()
    assert "“nonsense” is no period" in words(page) and entry(process.database, number).status == "preview"


@pytest.mark.parametrize(
    ("data", "name", "sentence"), [(b"", "empty.csv", "is empty"), (b"\x00\x01\x02 random", "random.xlsx", "neither a workbook")]
)
def test_a_refused_file_says_what_was_seen_and_keeps_the_original(
    process: Any, open_page: Open, files: Path, data: bytes, name: str, sentence: str
) -> None:
    dropped(process, data, name)
    page = open_page(PAGE)
    assert sentence in words(page) and "refused" in words(page) and page.get("download_button")
    assert "Try again" not in labels(page)


def test_the_same_file_again_leads_to_the_first_one(process: Any, open_page: Open, files: Path) -> None:
    path = matrix(files)
    first = dropped(process, path)
    uploads.accept(process.database, ANNA, first)
    work(process.database, process.settings)
    dropped(process, path)
    page = open_page(PAGE)
    assert "already loaded" in words(page) and f"(upload {first})" in words(page)


def test_finished_cards_can_be_cleared_away(process: Any, open_page: Open, files: Path) -> None:
    dropped(process, b"", "empty.csv")
    page = press(open_page(PAGE), "clear_finished")
    assert "empty.csv" not in words(page) and "No file is waiting" in words(page)


def test_a_discarded_file_is_put_aside(process: Any, open_page: Open, files: Path) -> None:
    number = dropped(process, matrix(files))
    press(open_page(PAGE), f"discard_{number}")
    assert entry(process.database, number).status == "discarded"


@pytest.mark.parametrize(("role", "scope"), [("viewer", None), ("analyst", (1,))])
def test_who_may_not_import_is_not_offered_the_page(open_page: Open, role: str, scope: tuple[int, ...] | None) -> None:
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_page(PAGE, role=role, scope=scope)


def test_each_card_asks_a_bounded_number_of_times_and_a_redraw_hardly_any(
    process: Any, open_page: Open, files: Path, asked: list[str]
) -> None:
    counts = []
    for path in (matrix(files), matrix(files, -2), week(files)):
        dropped(process, path)
        page = open_page(PAGE)
        st.cache_data.clear()
        for _ in range(2):
            asked.clear()
            page.run()
            counts.append(len(asked))
    first, again = counts[0::2], counts[1::2]  # nothing remembered, everything remembered
    assert first[0] <= 50 and first[1] - first[0] <= 8
    assert first[2] - first[1] <= 18, "the third card looks its held row up in the catalogue"
    assert again[0] <= 10 and again[2] - again[0] <= 6
