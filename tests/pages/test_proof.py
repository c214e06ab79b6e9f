"""The story of a file in words, from its report alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from core.ingest.shapes import CHANGES, CONTROLS, PROBLEMS, ImportReport, Question
from core.ingest.suspecting import RULE
from core.ingest.undoing import Outcome, UndoReport
from core.ingest.waiting import Background, Chain, WaitingKey
from core.reports.sent_since import SentReport
from core.uploads import Step, Upload
from pages.components import proof
from pages.components.batch_list import effect_words, sent_words, status_words
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


def lines(report: ImportReport, background: Background | None = None) -> list[str]:
    drawn = [*proof.proofs(report, background or Background()), *proof.remarks(report, {"9524": "Pine Pantry"})]
    return [f"{line.mark}: {line.text} {line.more}".strip().replace("\u202f", " ") for line in drawn]


def waits(text: str, amount: str = "84.00") -> WaitingKey:
    return WaitingKey("code", text, text, "Pine", None, 1, 1, Decimal(amount), "GBP")


def change(kind: str, start: date, units: tuple[int | None, int | None], amounts: tuple[str | None, str | None]) -> tuple[object, ...]:
    before, after = (Decimal(text) if text else None for text in amounts)
    return (kind, "main", "Flagship", "9524", start, start, None, *units, before, after, 1, 1)


def test_the_headline_says_who_when_how_much_and_on_which_basis() -> None:
    assert proof.headline(REPORT).replace("\u202f", " ") == "Liberty · 2–8 June 2025 · 39 rows · £ 7 305.31 with VAT"
    sold = replace(REPORT, units=67)
    assert "39 rows · 67 units · £" in proof.headline(sold)
    assert proof.headline(replace(sold, amount_local=Decimal(0))).endswith("67 units · no money stated")
    assert proof.headline(sold, date(2025, 1, 6)).startswith("Liberty · 6 January–8 June 2025 · ")  # a list that grows, all of it counted
    assert "period not proven" in proof.headline(replace(REPORT, period_start=None, period_end=None))


def test_totals_that_agree_are_good_and_one_that_does_not_is_shown_with_both_figures() -> None:
    assert lines(replace(REPORT, controls=control(True)))[0] == "good: The file's total agrees with what is loaded."
    (line,) = lines(replace(REPORT, controls=control(False)))
    assert line == (
        "bad: 1 of 1 total of the file does not agree. Grand Total (S A1): the file prints 67, its rows add up to 66, difference 1.\n"
        "No single row, and no two rows together, are worth the difference."
    )


def test_the_rows_most_likely_behind_a_difference_are_named() -> None:
    found = problems(*(problem(RULE, f"Look at row {n}.", "info") for n in range(5)))
    (line,) = lines(replace(REPORT, controls=control(False), problems=found))
    assert line.endswith("difference 1.\nLook at row 0.\nLook at row 1.\nLook at row 2. And 2 more rows under Problems.")


def test_a_year_to_date_chain_that_closes_is_a_proof() -> None:
    line = lines(replace(REPORT, controls=control(True)), Background(1, (), Chain(687, 67, 754)))[1]
    assert line == "good: Year-to-date chain: 687 + 67 = 754 units, as the file before says."


def test_a_file_without_totals_is_said_to_be_unproven() -> None:
    assert lines(REPORT) == ["note: The file prints no totals, so its sums are not proven by the file itself."]


def test_held_rows_say_how_many_answers_place_them() -> None:
    background = Background(1, tuple(waits(text) for text in "ABC"))
    line = lines(replace(REPORT, rows_held=3, held_amount=Decimal(252)), background)[1]
    assert (
        line
        == "mind: 3 rows held (£ 252.00), 3.4 % of the file's money: in no figure until somebody says what they are. 3 answers would place them."
    )


def test_remarks_are_counted_by_kind_and_nothing_is_said_twice() -> None:
    asked = (Question("accept_warnings", "Asked."),)
    found = problems(
        problem("a", "First."), problem("a", "Second."), problem("b", "Asked."), problem("unknown_vendor", "No."), problem("c", "i", "info")
    )
    assert lines(replace(REPORT, problems=found, questions=asked))[1:] == ["mind: First. 1 more line of this kind."]


def test_restated_figures_are_shown_old_to_new_earlier_months_first_with_their_effect() -> None:
    rows = [
        change("added", date(2025, 6, 2), (None, 1), (None, "9.00")),
        change("changed", date(2025, 2, 3), (3, 2), ("30.00", "20.00")),
        change("vanished", date(2025, 1, 6), (4, None), ("40.00", None)),
    ]
    line = lines(replace(REPORT, changes=pl.DataFrame(rows, schema=CHANGES, orient="row")))[-1]
    assert line == (
        "mind: Against what is live: 1 added, 1 changed, 1 vanished. January 2025 −4 units and −£ 40.00 and February 2025 −1 unit and −£ 10.00.\n"
        "Flagship, Pine Pantry, 6 January 2025: units 4 → none, £ 40.00 → none\n"
        "Flagship, Pine Pantry, 3 February 2025: units 3 → 2, £ 30.00 → £ 20.00"
    )


def test_new_figures_are_only_counted() -> None:
    added = pl.DataFrame([change("added", date(2025, 6, 2), (None, 1), (None, "9.00"))], schema=CHANGES, orient="row")
    assert lines(replace(REPORT, changes=added))[-1] == "note: 1 new figure; nothing that is live changes."


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
    assert effect_words(effect) == [f"{words} Live rows: 453 now, 422 after."]


def test_an_undo_says_of_every_row_what_becomes_of_it() -> None:
    outcomes = (
        Outcome("reversed", 31, "they count no more"),
        Outcome("superseded", 1, "counted already: b.xlsx"),
        Outcome("shared", 0, ""),
    )
    effect = UndoReport(1, "a", 1, 0, 1, 453, 422, "", False, outcomes)
    assert effect_words(effect)[:2] == [
        "31 rows are reversed: they count no more.",
        "1 row is left alone: counted already: b.xlsx.",
    ]


def test_reports_that_went_out_meanwhile_are_named() -> None:
    sent = (SentReport("Board pack", 3, datetime(2025, 6, 12, tzinfo=UTC)),)
    assert sent_words(()) == []
    assert sent_words(sent) == [
        "Sent since it was stored: “Board pack” (3 mails, last 12 Jun 2025). They may show its figures, and are not called back."
    ]


@pytest.mark.parametrize(
    ("status", "overtaken", "words"),
    [
        ("stored", None, "stored"),
        ("stored", True, "stored, superseded"),
        ("stored", False, "stored, partly superseded"),
        ("undone", True, "taken back"),
    ],
)
def test_the_list_says_what_no_longer_counts(status: str, overtaken: bool | None, words: str) -> None:
    assert status_words({"status": status, "progress": "{}"}, overtaken) == words


def test_a_file_that_needs_a_word_does_not_repeat_its_totals() -> None:
    asked = Question(
        "accept_warnings", "1 of 1 totals of the file does not agree. A hidden sheet was read.", beyond="A hidden sheet was read."
    )
    gone = pl.DataFrame([change("vanished", date(2025, 1, 6), (4, None), ("40.00", None))], schema=CHANGES, orient="row")
    report = replace(REPORT, controls=control(False), changes=gone, questions=(asked,))
    assert proof.word_wanted(report, asked) == (
        "This file needs your word, because its totals do not agree and figures that are live would go. "
        "A hidden sheet was read. Stored all the same, it stays marked in History."
    )
    assert proof.word_wanted(REPORT, Question("accept_warnings", "Asked before.")) == "Asked before."


@pytest.mark.parametrize(
    ("held", "whole", "words"),
    [
        ("12", "1000", "1.2\u202f%"),
        ("0.4", "1000", "under 0.1\u202f%"),
        ("0", "1000", ""),
        ("5", "0", ""),
        ("-5", "100", ""),
        ("5", "3", ""),
    ],
)
def test_held_money_is_a_part_of_the_files_money_or_nothing_is_said(held: str, whole: str, words: str) -> None:
    assert proof.held_share(Decimal(held), Decimal(whole)) == words
