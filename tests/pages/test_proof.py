"""The story of a file in words, from its report alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from core.ingest.shapes import CHANGES, CONTROLS, PROBLEMS, ImportReport, Question
from core.ingest.undoing import UndoReport
from core.uploads import Step, Upload
from pages.components import proof
from pages.components.batch_list import effect_words
from pages.components.upload_cards import progress
from pages.components.uploading import size_words

JUNE = (date(2025, 6, 2), date(2025, 6, 8))
REPORT = ImportReport(
    "preview", "week.xlsx", "", vendor="liberty", reseller="Liberty", period_start=JUNE[0], period_end=JUNE[1], currency="GBP",
    vat_basis="gross", rows_read=39, amount_local=Decimal("7305.31"), evidence=("a sheet “Sales By Size”",),
)  # fmt: skip


def control(agrees: bool, measure: str = "units") -> pl.DataFrame:
    row = ("Grand Total", measure, "S", "A1", Decimal(67), Decimal(66), Decimal(0), Decimal(1), agrees)
    return pl.DataFrame([row], schema=CONTROLS, orient="row")


def problem(rule: str, message: str, severity: str = "warning", suggestion: str | None = None) -> tuple[str | None, ...]:
    return (None, None, None, rule, severity, message, suggestion)


def problems(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=PROBLEMS, orient="row")


def lines(report: ImportReport) -> list[str]:
    return [f"{line.mark}: {line.text} {line.more}".strip().replace("\u202f", " ") for line in proof.story(report)]


def test_the_headline_says_who_when_how_much_and_on_which_basis() -> None:
    assert proof.headline(REPORT).replace("\u202f", " ") == "Liberty · 2–8 June 2025 · 39 rows · £ 7 305.31 with VAT"
    assert "period not proven" in proof.headline(replace(REPORT, period_start=None, period_end=None))


def test_totals_that_agree_are_good_and_one_that_does_not_is_shown_with_both_figures() -> None:
    assert lines(replace(REPORT, controls=control(True)))[0] == "good: The file's total agrees with what is loaded."
    (line,) = lines(replace(REPORT, controls=control(False)))
    assert line == ("bad: 1 of 1 total of the file does not agree. Grand Total: the file prints 67, its rows add up to 66, difference 1.")


def test_a_file_without_totals_is_said_to_be_unproven() -> None:
    assert lines(REPORT) == ["note: The file prints no totals, so its sums are not proven by the file itself."]


def test_held_rows_come_with_what_the_first_keys_look_like() -> None:
    keys = [f"This item is held in the inbox: “{n}” (1 line, 1 unit, GBP 84.00)." for n in range(3)]
    found = problems(*(problem("unmatched_product", key, suggestion="It looks like “Pine”. Choose it.") for key in keys))
    line = lines(replace(REPORT, rows_held=3, held_amount=Decimal(252), problems=found))[1]
    assert line == (
        "mind: 3 rows held (£ 252.00): in no figure until somebody says what they are. "
        "“0”: it looks like “Pine”. “1”: it looks like “Pine”. And 1 more key."
    )


def test_remarks_are_counted_by_kind_and_nothing_is_said_twice() -> None:
    asked = (Question("accept_warnings", "Asked."),)
    found = problems(
        problem("a", "First."), problem("a", "Second."), problem("b", "Asked."), problem("unknown_vendor", "No."), problem("c", "i", "info")
    )
    assert lines(replace(REPORT, problems=found, questions=asked))[1:] == ["mind: First. 1 more line of this kind."]


def test_changes_of_what_is_live_are_warned_about_once() -> None:
    rows = [("added", *[None] * 12), ("changed", *[None] * 12)]
    changed = replace(REPORT, changes=pl.DataFrame(rows, schema=CHANGES, orient="row"))
    assert lines(changed)[-1] == "mind: Against what is live: 1 added, 1 changed, 0 vanished."
    restated = replace(changed, problems=problems(problem("history_restated", "1 earlier cell changed.")))
    assert [line for line in lines(restated) if "live" in line] == []


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        (None, "queued", "Waiting for a worker"),
        (Step("Waiting"), "storing", "Waiting for a worker"),
        (Step("Storing", 1200, 4800), "storing", "Storing: 1 200 of 4 800 rows"),
        (Step("Reading", since=datetime(2025, 6, 8, tzinfo=UTC)), "reading", "Reading (212 MB), 14 s"),
    ],
)
def test_progress_counts_rows_or_says_size_and_seconds(step: Step | None, status: str, words: str) -> None:
    start = datetime(2025, 6, 8, tzinfo=UTC)
    file = Upload(1, "a.csv", 212_000_000, status, "anna", start, step, "")
    assert progress(file, start + timedelta(seconds=14))[1].replace("\u202f", " ") == words


@pytest.mark.parametrize(("size", "words"), [(640, "640 bytes"), (12_300, "12 KB"), (206_873_053, "207 MB"), (1_440_000_000, "1.4 GB")])
def test_sizes_are_short(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("restored", "emptied", "words"),
    [
        (2, 1, "2 periods show the file before again and 1 period becomes empty."),
        (0, 0, "No figure changes."),
        (1, 0, "1 period shows the file before again."),
    ],
)
def test_an_undo_says_beforehand_what_it_would_do(restored: int, emptied: int, words: str) -> None:
    effect = UndoReport(1, "a", restored + emptied, restored, emptied, 453, 422, "", False)
    assert effect_words(effect) == f"{words} Live rows: 453 now, 422 after."
