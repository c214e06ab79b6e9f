"""One file read and judged: what it is, whose it is, what it states, and the plan that comes of it, or the reason why it came no further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from core.errors import EncryptedFile, WorkbenchError
from core.ingest import content_kinds
from core.ingest.asking import Answers
from core.ingest.correcting import inherited, original_of
from core.ingest.families import Memory, recall
from core.ingest.fingerprints import FileLayout, layout_of
from core.ingest.formats.registry import FORMATS, Format, format_of
from core.ingest.notes import ONLY_NOTES, corrected, without_notes
from core.ingest.planning import Plan
from core.ingest.proposing import propose
from core.ingest.reading import ReadLimits, read_book
from core.ingest.recognising import SURE, recognise
from core.ingest.settling import BookNames, options_for, settle
from core.ingest.shapes import Choice, Guess, Problem, Question, RawBook, ReadOptions, Recognition, SalesFrame, Status
from core.ingest.standing import EarlierFile
from core.ingest.storing import Progress

NOBODY = Guess("", 0.0)
GENERIC = "generic"
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
    """A file that was read and judged. `layout`: what its family is known by. `corrects`: the waiting upload whose corrected workbook it is."""

    plan: Plan
    guess: Guess
    layout: FileLayout
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
    layout = layout_of(book)
    memory = recall(connection, layout)
    guess = vendor_of(book, answers, memory)
    if isinstance(guess, Stopped):
        return guess
    say("Understanding", 0, 0)
    frame = _read(book, guess, answers, memory, settings)
    if isinstance(frame, Stopped):
        return frame
    frame = replace(frame, set_aside=(*frame.set_aside, *notes.set_aside))
    if original is not None and original.waits:
        frame = replace(frame, problems=(*frame.problems, corrected(original.file_name, original.upload_batch_id)))
    names = BookNames.of(book)
    del book  # its cells are the frame's rows now; a long list is not held twice
    say("Checking", 0, frame.rows.height)
    settled = settle(connection, names, frame, answers, memory, settings.brand)
    if settled.open:
        return Stopped("needs_decision", settled.open[0].text, settled.frame.problems, settled.open, guess=guess)
    plan = propose(connection, settled.frame, settled.answers, settings.brand)
    return Judged(plan, guess, layout, original.upload_batch_id if original and original.waits else None)


def open_book(settings: Any, batch: Batch, answers: Answers) -> RawBook | Stopped:
    try:
        return read_book(batch.source, batch.file_name, ReadLimits.of(settings), answers.password)
    except EncryptedFile as error:
        question = Question("password", error.message)
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),), (question,))
    except WorkbenchError as error:
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),))


def vendor_of(book: RawBook, answers: Answers, memory: Memory) -> Guess | Stopped:
    """The vendor a person named, now or for an earlier file like this, else the one that is recognised; the evidence is kept either way."""
    try:
        found = recognise(book)
    except WorkbenchError as error:
        if answers.vendor is None or format_of(answers.vendor) is None:
            return Stopped("refused", error.message, (Problem("not_a_sales_report", error.message, "error"),))
        return Guess(answers.vendor, 0.0, ("a person said so",), (error.message,))
    if answers.vendor is not None:
        known = next((g for g in found.guesses if g.vendor == answers.vendor), Guess(answers.vendor, 0.0))
        return replace(known, evidence_for=(*known.evidence_for, "a person said so"))
    return _remembered_vendor(found, memory) or _recognised(found)


def _recognised(found: Recognition) -> Guess | Stopped:
    if found.vendor is not None:
        return next(g for g in found.guesses if g.vendor == found.vendor)
    return Stopped(
        "needs_decision", found.reason, (Problem("unknown_vendor", found.reason, "error"),), (_which_vendor(found.guesses, found.reason),)
    )


def _remembered_vendor(found: Recognition, memory: Memory) -> Guess | Stopped | None:
    """The vendor that was named for files like this: taken where nothing in the file speaks against it, asked about where something does."""
    remembered = memory.answers.get("vendor")
    if remembered is None or remembered.value == found.vendor or format_of(str(remembered.value)) is None:
        return None
    own = next((g for g in found.guesses if g.vendor == remembered.value), Guess(str(remembered.value), 0.0))
    sure = found.vendor is not None and found.vendor != GENERIC and found.guesses[0].confidence >= SURE
    if not sure and not own.evidence_against:
        return replace(own, evidence_for=(*own.evidence_for, remembered.evidence))
    against = found.reason if sure else f"Against it: {'; '.join(own.evidence_against)}."
    text = f"{remembered.evidence[0].upper()}{remembered.evidence[1:]}, but this file looks different. {against} Which is it?"
    ranked = (replace(own, evidence_for=(*own.evidence_for, remembered.evidence)), *(g for g in found.guesses if g.vendor != own.vendor))
    return Stopped("needs_decision", text, (Problem("unknown_vendor", text, "error"),), (_which_vendor(ranked, text),))


def _which_vendor(guesses: tuple[Guess, ...], reason: str) -> Question:
    titles = {format_.KEY: format_.TITLE for format_ in FORMATS}
    ranked = [Choice(g.vendor, titles.get(g.vendor, g.vendor), _evidence(g)) for g in guesses]
    return Question("vendor", reason, tuple(ranked))


def _evidence(guess: Guess) -> str:
    """What speaks for a vendor, and what against."""
    against = f"; against: {', '.join(guess.evidence_against)}" if guess.evidence_against else ""
    return f"{'; '.join(guess.evidence_for)}{against}" if guess.evidence_for else "no evidence"


def _read(book: RawBook, guess: Guess, answers: Answers, memory: Memory, settings: Any) -> SalesFrame | Stopped:
    format_ = format_of(guess.vendor)
    if format_ is None:
        text = f"“{guess.vendor}” is no known vendor. Choose one of the list."
        return Stopped("needs_decision", text, (), (_which_vendor(recognise(book).guesses, text),), guess=guess)
    options = options_for(answers, memory, settings.brand.split()[0], settings.time_zone)
    try:
        frame = format_.read(book, options)
    except WorkbenchError as error:
        return Stopped("refused", error.message, (Problem("unreadable_file", error.message, "error"),), guess=guess)
    if not frame.rows["primary_view"].any() and not frame.questions:
        text = (
            f"No sales were found although it was read as {format_.TITLE}'s report. Nothing was stored; check whether it is the right file."
        )
        return Stopped("refused", text, (*book.problems, *frame.problems, Problem("no_rows", text, "error")), guess=guess)
    doubt = None if guess.vendor == GENERIC else content_kinds.doubtful_title(book, _first_rows(frame))
    problems = (*book.problems, *frame.problems, *((doubt,) if doubt else ()), *_unaided(format_, book, options, frame))
    return replace(frame, problems=tuple(dict.fromkeys(problems)))


def _first_rows(frame: SalesFrame) -> dict[str | None, int]:
    """The first file row that was read of each sheet."""
    return dict(frame.rows.group_by("source_sheet").agg(pl.col("source_row").min()).drop_nulls("source_row").iter_rows())


def _unaided(format_: Format, book: RawBook, options: ReadOptions, frame: SalesFrame) -> tuple[Problem, ...]:
    """What the file itself says against its period stays on record when a person has named one."""
    if options.period is None:
        return ()
    return contrary_periods(options, frame, format_.read(book, replace(options, period=None)))


def contrary_periods(options: ReadOptions, frame: SalesFrame, alone: SalesFrame) -> tuple[Problem, ...]:
    """`alone`: the same file, read without the period that a person named."""
    said = {problem.rule for problem in frame.problems}
    return () if options.period is None else tuple(p for p in alone.problems if p.rule in PERIOD_RULES and p.rule not in said)
