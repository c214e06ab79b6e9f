"""A question → an Answer. The rules read it first; a language model is asked only where they did not understand every word.

Why in that order: what the rules understand they read the same way every time, at no cost and with nothing leaving the house. A model's
reading passes the same query model or the SQL guard, and its figures are told by the same sentences.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.chat import boundaries, memory, second_reading
from core.chat.analyses.material import Material
from core.chat.analysing import ANALYSES
from core.chat.answers import Answer
from core.chat.background import Background, background
from core.chat.desk import Desk
from core.chat.models import Model
from core.chat.reading import Reading
from core.chat.suggesting import starter_questions
from core.chat.telling import told
from core.chat.understanding import understand
from core.db.engine import Database, Scope
from core.errors import BadQuestion, ModelUnavailable, QueryRefused
from core.people import audit
from core.settings import Settings


def ask(
    database: Database,
    settings: Settings,
    question: str,
    *,
    username: str = "notebook",
    scope: Scope = None,
    conversation_id: str | None = None,
    today: date | None = None,
    model: Model | None = None,
) -> Answer:
    """Answer `question` as `username` within `scope`, as the next turn of a conversation (a new one where none is given).

    Only reads; what is kept is the conversation itself. Errors: UnknownRecord for a conversation of somebody else.
    """
    day = today or datetime.now(ZoneInfo(settings.time_zone)).date()
    text = question.replace("\x00", "").strip()
    previous = memory.last_reading(database, username, conversation_id) if conversation_id else None
    known = background(database, scope, settings.brand)
    desk = Desk(database, settings, scope, day)
    reading = understand(text, known.vocabulary, day, previous)
    if reading.refusal is not None and reading.refusal.kind in ("hostile", "write"):
        _note_refusal(database, username, reading)
    answer = _with_model(desk, settings, text, reading, previous, known, model, username) or _by_rules(desk, reading, known, day)
    answer = replace(answer, question=text[: boundaries.LONGEST_QUESTION], data_version=known.version)
    return _kept(database, username, conversation_id, answer)


def starters(database: Database, settings: Settings, scope: Scope = None, today: date | None = None) -> tuple[str, ...]:
    """Eight first questions from the person's own data; none while nothing is loaded."""
    return starter_questions(background(database, scope, settings.brand).vocabulary, today)


def _kept(database: Database, username: str, conversation_id: str | None, answer: Answer) -> Answer:
    thread = conversation_id or memory.start(database, username, answer.question)
    return replace(answer, conversation_id=thread, turn=memory.append(database, username, thread, answer))


def _note_refusal(database: Database, username: str, reading: Reading) -> None:
    assert reading.refusal is not None
    with database.write() as connection:
        audit.record(connection, username, "chat_refused", reading.refusal.kind, {"question": reading.question[:500]})


# Without a model --------------------------------------------------------------------------------------------------------


def _by_rules(desk: Desk, reading: Reading, known: Background, today: date) -> Answer:
    if reading.refusal is not None:
        return Answer(
            reading.refusal.text,
            reading.question,
            reading.intent,
            refused=True,
            next_questions=_first_questions(known, today),
            reading=reading,
        )
    if reading.question_back is not None:
        return _asked_back(reading, known, today)
    if known.vocabulary.last_day is None and reading.operation not in ("help", "catalogue", "upload", "held", "coverage"):
        text = "No sales are loaded yet. Upload a reseller’s file under Data, Upload, then ask again."
        return Answer(text, reading.question, reading.intent, query=reading.query, chips=reading.chips, reading=reading)
    try:
        return _analysed(desk, reading, known)
    except BadQuestion as error:
        return _asked_back(replace(reading, question_back=error.message), known, today)
    except QueryRefused as error:
        return Answer(error.message, reading.question, reading.intent, chips=reading.chips, query=reading.query, reading=reading)


def _first_questions(known: Background, today: date) -> tuple[str, ...]:
    return starter_questions(known.vocabulary, today)[:3]


def _asked_back(reading: Reading, known: Background, today: date) -> Answer:
    back = reading.question_back or ""
    suggestions = reading.suggestions or _first_questions(known, today)
    return Answer(
        back, reading.question, reading.intent, question_back=back, suggestions=suggestions, next_questions=suggestions[:3], reading=reading
    )


def _analysed(desk: Desk, reading: Reading, known: Background) -> Answer:
    material = Material(
        reading, known.vocabulary, reading.anchor or desk.today, desk.today, known.covered, desk.ask, desk.look_up, desk.look_into
    )
    return told(desk, reading, ANALYSES[reading.operation](material), material)


# With a model -----------------------------------------------------------------------------------------------------------


def _with_model(
    desk: Desk,
    settings: Settings,
    question: str,
    reading: Reading,
    previous: Reading | None,
    known: Background,
    model: Model | None,
    username: str,
) -> Answer | None:
    """The answer of the second reader, where there is one and the rules left something open; None: go on without it."""
    if model is None or reading.understood or reading.refusal is not None or not question or len(question) > boundaries.LONGEST_QUESTION:
        return None
    try:
        return second_reading.read(desk, model, question, previous, known, username)
    except ModelUnavailable as error:
        answer = _by_rules(desk, reading, known, desk.today)
        return replace(answer, caveats=(error.message, *answer.caveats))
    except (BadQuestion, QueryRefused):
        return None
