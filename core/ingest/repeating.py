"""Once and only once: the very same bytes are never stored again, whatever the file is called now."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from core.ingest.asking import Answers
from core.ingest.content import nominal
from core.ingest.formats.registry import format_of
from core.ingest.judging import Batch, Stopped, open_book
from core.ingest.shapes import Choice, Guess, Problem, Question, ReadOptions
from core.ingest.standing import EarlierFile, same_bytes

Span = tuple[date, date]


def repeats(connection: sa.Connection, settings: Any, batch: Batch, answers: Answers) -> Stopped | None:
    """The very same bytes were stored before: nothing is stored again, whatever the file is called now. Under a name (or an answer) that
    means another period, a person is asked, and the copy is never booked: the sender has to send the right file."""
    twin = same_bytes(connection, batch.sha256)
    if twin is None or twin.upload_batch_id == batch.id:
        return None
    guess = Guess(twin.vendor or "", 1.0, (f"the same bytes as upload {twin.upload_batch_id}",))
    own = _period_of_name(settings, batch, twin, answers)
    if own is None or _holds(own, twin):
        text = f"This file was stored before, as “{twin.file_name}” (upload {twin.upload_batch_id}). Nothing was stored again."
        return Stopped("duplicate", text, (Problem("same_file_again", text, "info"),), (), twin, guess)
    text = (
        f"These are the very bytes of “{twin.file_name}” (upload {twin.upload_batch_id}), under a name of another period. "
        "Ask the sender for the right file; if the first one was wrong, take that upload back."
    )
    problem = Problem("same_content_other_period", text, "error", value=batch.file_name)
    if answers.period is not None and answers.period != (twin.period_start, twin.period_end):
        return Stopped("refused", text, (problem,), (), twin, guess)
    if answers.period is not None or answers.accept_warnings:
        return Stopped("duplicate", text, (problem,), (), twin, guess)
    return Stopped("needs_decision", text, (problem, *_conflict(own)), (_copy_question(text, twin),), twin, guess)


def _holds(own: Span, twin: EarlierFile) -> bool:
    """True where the period that a copy claims, such as the year in its name, has that of the first one in it."""
    return twin.period_start is None or twin.period_end is None or (own[0] <= twin.period_start and twin.period_end <= own[1])


def _conflict(own: Span) -> tuple[Problem, ...]:
    text = f"The name says {own[0]} – {own[1]}, the content is another period's."
    return (Problem("period_conflict", text, "warning", suggestion="Ask the sender for the right file."),)


def _copy_question(text: str, twin: EarlierFile) -> Question:
    choice = Choice(f"{twin.period_start}/{twin.period_end}", "It is the same report again", "all bytes are equal")
    return Question("period", text, (choice,))


def _period_of_name(settings: Any, batch: Batch, twin: EarlierFile, answers: Answers) -> Span | None:
    """The period this copy claims to be of: what a person says, else what the format reads from it and its name; None: it claims none."""
    if answers.period is not None:
        return answers.period
    if batch.file_name == twin.file_name:
        return None
    book = open_book(settings, batch, answers)
    format_ = format_of(twin.vendor or "")
    if isinstance(book, Stopped) or format_ is None:
        return None
    frame = format_.read(book, ReadOptions(brand=settings.brand.split()[0]))
    named = [(e.start, e.end) for e in (*frame.period.evidence, *frame.period.candidates) if e.source == "file_name"]
    return None if frame.by_order else next(iter(named), nominal(frame))
