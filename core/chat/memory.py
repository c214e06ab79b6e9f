"""Conversations: every turn is kept with its reading, SQL and data version, and only its owner sees it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.chat.answers import Answer
from core.chat.reading import Reading, slots_from_dict, slots_to_dict
from core.db.engine import Database
from core.db.tables import conversation_history as turns
from core.db.tables import conversations
from core.errors import BadQuestion, UnknownRecord
from core.sales.query import SalesQuery

LONGEST_TITLE = 80
GONE = "This conversation does not exist or belongs to somebody else. Start a new one."


@dataclass(frozen=True)
class Conversation:
    """One thread of questions of one person."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int
    archived: bool = False


@dataclass(frozen=True)
class Turn:
    """One question and its answer as it was given. `details`: as `Answer.details` wrote them."""

    turn: int
    at: datetime
    question: str
    answer: str
    intent: str | None
    query: SalesQuery | None
    sql: str | None
    engine: str
    details: Mapping[str, Any]
    feedback: int | None = None
    feedback_note: str | None = None
    data_version: int | None = None


def start(database: Database, username: str, title: str) -> str:
    """A new conversation; returns its id."""
    new = uuid.uuid4()
    with database.write() as connection:
        connection.execute(conversations.insert().values(id=new, username=username, title=_title(title)))
    return str(new)


def append(database: Database, username: str, conversation_id: str, answer: Answer) -> int:
    """Keep one turn; returns its number, from 1. Errors: UnknownRecord."""
    with database.write() as connection:
        owned = _owned(connection, username, conversation_id, lock=True)
        number = connection.execute(
            sa.select(sa.func.coalesce(sa.func.max(turns.c.turn), 0) + 1).where(turns.c.conversation_id == owned)
        ).scalar_one()
        connection.execute(turns.insert().values(_row(owned, number, answer)))
        connection.execute(conversations.update().where(conversations.c.id == owned).values(updated_at=sa.func.now()))
    return int(number)


def _row(conversation: uuid.UUID, number: int, answer: Answer) -> dict[str, Any]:
    reading = answer.reading
    kept = {"operation": reading.operation, "slots": slots_to_dict(reading.slots)} if reading else None
    return {
        "conversation_id": conversation,
        "turn": number,
        "question": answer.question.replace("\x00", ""),
        "answer": answer.text,
        "intent": answer.intent,
        "query": answer.query.to_dict() if answer.query else None,
        "sql": answer.sql,
        "engine": answer.engine,
        "answer_details": {**answer.details(), "reading": kept},
        "data_version": answer.data_version,
    }


def last_reading(database: Database, username: str, conversation_id: str) -> Reading | None:
    """How the last answered question was read, for a follow-up; None when nothing was answered yet. Errors: UnknownRecord."""
    with database.read() as connection:
        owned = _owned(connection, username, conversation_id)
        rows = connection.execute(
            sa.select(turns.c.question, turns.c.query, turns.c.answer_details)
            .where(turns.c.conversation_id == owned)
            .order_by(turns.c.turn.desc())
            .limit(10)
        ).all()
    for row in rows:
        kept = row.answer_details.get("reading")
        if kept and kept["operation"] not in ("refused", "unclear", "help"):
            return Reading(row.question, kept["operation"], slots_from_dict(kept["slots"]), _query(row.query))
    return None


def _query(plain: Any) -> SalesQuery | None:
    try:
        return SalesQuery.from_dict(plain) if plain else None
    except BadQuestion:
        return None


def conversations_of(database: Database, username: str, archived: bool = False, limit: int = 100) -> tuple[Conversation, ...]:
    """A person's conversations, the last used first."""
    count = sa.select(sa.func.count()).where(turns.c.conversation_id == conversations.c.id).scalar_subquery()
    query = sa.select(conversations, count.label("turns")).where(conversations.c.username == username, conversations.c.archived == archived)
    with database.read() as connection:
        rows = connection.execute(query.order_by(conversations.c.updated_at.desc()).limit(limit)).all()
    return tuple(Conversation(str(row.id), row.title, row.created_at, row.updated_at, row.turns, row.archived) for row in rows)


def turns_of(database: Database, username: str, conversation_id: str) -> tuple[Turn, ...]:
    """All turns in order. Errors: UnknownRecord."""
    with database.read() as connection:
        owned = _owned(connection, username, conversation_id)
        rows = connection.execute(sa.select(turns).where(turns.c.conversation_id == owned).order_by(turns.c.turn)).all()
    return tuple(
        Turn(
            r.turn,
            r.at,
            r.question,
            r.answer,
            r.intent,
            _query(r.query),
            r.sql,
            r.engine,
            r.answer_details,
            r.feedback,
            r.feedback_note,
            r.data_version,
        )
        for r in rows
    )


def rename(database: Database, username: str, conversation_id: str, title: str) -> None:
    """Errors: UnknownRecord."""
    with database.write() as connection:
        owned = _owned(connection, username, conversation_id)
        connection.execute(conversations.update().where(conversations.c.id == owned).values(title=_title(title)))


def archive(database: Database, username: str, conversation_id: str, archived: bool = True) -> None:
    """Put a conversation aside, or bring it back. Errors: UnknownRecord."""
    with database.write() as connection:
        owned = _owned(connection, username, conversation_id)
        connection.execute(conversations.update().where(conversations.c.id == owned).values(archived=archived))


def give_feedback(
    database: Database, username: str, conversation_id: str, turn: int, feedback: int | None, note: str | None = None
) -> None:
    """1 good, −1 wrong, None takes it back. Errors: UnknownRecord."""
    if feedback not in (1, -1, None):
        raise BadQuestion("Feedback is thumbs up or thumbs down.")
    with database.write() as connection:
        owned = _owned(connection, username, conversation_id)
        which = (turns.c.conversation_id == owned) & (turns.c.turn == turn)
        changed = connection.execute(turns.update().where(which).values(feedback=feedback, feedback_note=note))
        if changed.rowcount != 1:
            raise UnknownRecord(GONE)


def export(database: Database, username: str, conversation_id: str, since: Callable[[Turn], Sequence[str]] = lambda turn: ()) -> str:
    """The whole conversation as Markdown: questions, readings, answers, caveats and SQL. `since`: what was restated after a turn, as sentences.
    Errors: UnknownRecord."""
    with database.read() as connection:
        owned = _owned(connection, username, conversation_id)
        title = connection.execute(sa.select(conversations.c.title).where(conversations.c.id == owned)).scalar_one()
    parts = [f"# {title}"]
    for turn in turns_of(database, username, conversation_id):
        parts.append(
            f"## {turn.turn}. {turn.question}\n\n{turn.at:%Y-%m-%d %H:%M} UTC · {'with' if turn.engine == 'model' else 'without'} AI · data version {turn.data_version}"
        )
        chips = " · ".join(chip["text"] for chip in turn.details.get("chips", ()))
        parts += [f"*Read as: {chips}*"] if chips else []
        parts.append(turn.answer)
        parts += ["\n".join(f"- {caveat}" for caveat in turn.details["caveats"])] if turn.details.get("caveats") else []
        parts += ["\n".join(f"- {text}" for text in told)] if (told := since(turn)) else []
        parts += [f"```sql\n{turn.sql}\n```"] if turn.sql else []
    return "\n\n".join(parts) + "\n"


def _owned(connection: sa.Connection, username: str, conversation_id: str, lock: bool = False) -> uuid.UUID:
    try:
        wanted = uuid.UUID(str(conversation_id))
    except ValueError as error:
        raise UnknownRecord(GONE) from error
    query = sa.select(conversations.c.id).where(conversations.c.id == wanted, conversations.c.username == username)
    found = connection.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if found is None:
        raise UnknownRecord(GONE)
    return wanted


def _title(text: str) -> str:
    plain = " ".join(text.replace("\x00", "").split())
    return (plain[: LONGEST_TITLE - 1] + "…" if len(plain) > LONGEST_TITLE else plain) or "New conversation"
