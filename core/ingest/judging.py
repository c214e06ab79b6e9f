"""One file read and judged: what it is, whose it is, what it states, and the plan that comes of it, or the reason why it came no further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from core.errors import EncryptedFile, WorkbenchError
from core.ingest.asking import Answers
from core.ingest.correcting import inherited, original_of
from core.ingest.formats.registry import FORMATS, Format, format_of
from core.ingest.notes import ONLY_NOTES, corrected, without_notes
from core.ingest.planning import Plan
from core.ingest.proposing import propose
from core.ingest.reading import ReadLimits, read_book
from core.ingest.recognising import recognise
from core.ingest.shapes import Choice, Guess, Problem, Question, RawBook, ReadOptions, SalesFrame, Status
from core.ingest.standing import EarlierFile
from core.ingest.storing import Progress

NOBODY = Guess("", 0.0)
PERIOD_RULES = ("no_period_in_name", "period_conflict", "odd_date_in_name", "date_not_sunday")


@dataclass(frozen=True)
class Batch:
    """A file that was taken in: its row, its bytes, and who it seems to come from. `id` None: only looked at."""

    id: int | None
    file_name: str
    sha256: str
    source: Path | bytes
    size: int
    guess: Guess = NOBODY


@dataclass(frozen=True)
class Stopped:
    """Why a file came no further: a sentence, the problem, the question that would let it go on, or the file it repeats."""

    status: Status
    reason: str
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    twin: EarlierFile | None = None
    guess: Guess = NOBODY


@dataclass(frozen=True)
class Judged:
    """A file that was read and judged. `corrects`: the waiting upload whose corrected workbook it is."""

    plan: Plan
    guess: Guess
    corrects: int | None = None


def judge(connection: sa.Connection, settings: Any, batch: Batch, answers: Answers, say: Progress) -> Judged | Stopped:
    """Read → recognise → read as that vendor's report → place, value, prove, compare."""
    say("Reading", 0, 0)
    opened = open_book(settings, batch, answers)
    if isinstance(opened, Stopped):
        return opened
    book, notes = without_notes(opened)
    del opened
    if not book.sheets:
        return Stopped("refused", ONLY_NOTES, (Problem("not_a_sales_report", ONLY_NOTES, "error"),))
    original = original_of(connection, notes)
    if original is not None:
        book, answers = replace(book, file_name=original.file_name), inherited(answers, original.answers)
    guess = _vendor(book, answers)
    if isinstance(guess, Stopped):
        return guess
    say("Understanding", 0, 0)
    frame = _read(book, guess, answers, settings)
    if isinstance(frame, Stopped):
        return frame
    frame = replace(frame, set_aside=(*frame.set_aside, *notes.set_aside))
    if original is not None and original.waits:
        frame = replace(frame, problems=(*frame.problems, corrected(original.file_name, original.upload_batch_id)))
    del book  # its cells are the frame's rows now; a long list is not held twice
    say("Checking", 0, frame.rows.height)
    if (question := _stated(frame, answers)) is not None:
        return replace(question, guess=guess)
    return Judged(
        propose(connection, frame, answers, settings.brand), guess, original.upload_batch_id if original and original.waits else None
    )


def open_book(settings: Any, batch: Batch, answers: Answers) -> RawBook | Stopped:
    try:
        return read_book(batch.source, batch.file_name, ReadLimits.of(settings), answers.password)
    except EncryptedFile as error:
        question = Question("password", error.message)
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),), (question,))
    except WorkbenchError as error:
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),))


def _vendor(book: RawBook, answers: Answers) -> Guess | Stopped:
    """The vendor a person named, else the one that is recognised; the evidence is kept either way."""
    try:
        found = recognise(book)
    except WorkbenchError as error:
        if answers.vendor is None or format_of(answers.vendor) is None:
            return Stopped("refused", error.message, (Problem("not_a_sales_report", error.message, "error"),))
        return Guess(answers.vendor, 0.0, ("a person said so",), (error.message,))
    if answers.vendor is not None:
        known = next((g for g in found.guesses if g.vendor == answers.vendor), Guess(answers.vendor, 0.0))
        return replace(known, evidence_for=(*known.evidence_for, "a person said so"))
    if found.vendor is not None:
        return next(g for g in found.guesses if g.vendor == found.vendor)
    return Stopped(
        "needs_decision", found.reason, (Problem("unknown_vendor", found.reason, "error"),), (_which_vendor(found.guesses, found.reason),)
    )


def _which_vendor(guesses: tuple[Guess, ...], reason: str) -> Question:
    titles = {format_.KEY: format_.TITLE for format_ in FORMATS}
    ranked = [Choice(g.vendor, titles.get(g.vendor, g.vendor), "; ".join(g.evidence_for) or "no evidence") for g in guesses]
    return Question("vendor", reason, tuple(ranked))


def _read(book: RawBook, guess: Guess, answers: Answers, settings: Any) -> SalesFrame | Stopped:
    format_ = format_of(guess.vendor)
    if format_ is None:
        text = f"“{guess.vendor}” is no known vendor. Choose one of the list."
        return Stopped("needs_decision", text, (), (_which_vendor(recognise(book).guesses, text),), guess=guess)
    options = ReadOptions(
        period=answers.period,
        vat_basis=cast(Any, answers.vat_basis),
        currency=answers.currency,
        brand=settings.brand.split()[0],
        time_zone=settings.time_zone,
    )
    try:
        frame = format_.read(book, options)
    except WorkbenchError as error:
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),), guess=guess)
    if not frame.rows.height:
        text = (
            f"No sales were found although it was read as {format_.TITLE}'s report. Nothing was stored; check whether it is the right file."
        )
        return Stopped("refused", text, (*book.problems, *frame.problems, Problem("no_rows", text, "error")), guess=guess)
    problems = (*book.problems, *frame.problems, *_unaided(format_, book, options, frame))
    return replace(frame, problems=tuple(dict.fromkeys(problems)))


def _unaided(format_: Format, book: RawBook, options: ReadOptions, frame: SalesFrame) -> tuple[Problem, ...]:
    """What the file itself says against its period stays on record when a person has named one."""
    if options.period is None:
        return ()
    said = {problem.rule for problem in frame.problems}
    alone = format_.read(book, replace(options, period=None)).problems
    return tuple(problem for problem in alone if problem.rule in PERIOD_RULES and problem.rule not in said)


def _stated(frame: SalesFrame, answers: Answers) -> Stopped | None:
    """A layout that belongs to nobody says neither whose sales these are, nor in which money: asked, never assumed."""
    if frame.vendor != "generic":
        return None
    rows = frame.rows
    questions = []
    if answers.reseller is None:
        questions.append(Question("reseller", "Whose sales are these? Name the reseller."))
    if answers.currency is None and frame.currency is None and rows["currency"].null_count():
        questions.append(
            Question("currency", "In which currency are the amounts?", tuple(Choice(c, c) for c in ("EUR", "GBP", "PLN", "ZAR")))
        )
    if (
        answers.vat_basis is None
        and frame.vat_basis is None
        and rows["vat_basis"].null_count()
        and rows["amount_local"].is_not_null().any()
    ):
        choices = (Choice("gross", "including VAT"), Choice("net", "without VAT"))
        questions.append(Question("vat_basis", "Do the amounts include VAT?", choices))
    return Stopped("needs_decision", questions[0].text, frame.problems, tuple(questions)) if questions else None
