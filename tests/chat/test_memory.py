"""Conversations are kept, and only for their owner."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from core.chat import memory
from core.chat.answers import Answer
from core.chat.reading import slots_from_dict, slots_to_dict
from core.db.engine import Database
from core.errors import BadQuestion, UnknownRecord
from tests.chat.brand import Brand
from tests.chat.words import read

Ask = Callable[..., Answer]


def test_a_turn_keeps_question_reading_sql_and_version(ask: Ask, brand: Brand) -> None:
    answer = ask("sales by month in 2024", username="ada")
    (turn,) = memory.turns_of(brand.database, "ada", answer.conversation_id)
    assert (turn.question, turn.answer, turn.sql, turn.query) == (answer.question, answer.text, answer.sql, answer.query)
    assert turn.details["columns"] == ["month", "sales_eur_net"] and len(turn.details["rows"]) == 12


def test_the_last_reading_goes_on_where_it_was(ask: Ask, brand: Brand) -> None:
    answer = ask("sell-out of Liberty in March 2025 against March 2024", username="ada")
    reading = memory.last_reading(brand.database, "ada", answer.conversation_id)
    assert reading is not None and answer.reading is not None
    assert reading.slots == answer.reading.slots and reading.query == answer.query


def test_an_unclear_turn_is_not_the_base_of_a_follow_up(ask: Ask, brand: Brand) -> None:
    first = ask("sales in 2024")
    ask("asdf qwer", first.conversation_id)
    reading = memory.last_reading(brand.database, "notebook", first.conversation_id)
    assert reading is not None and reading.question == "sales in 2024"


def test_nobody_else_reads_or_continues_a_conversation(ask: Ask, brand: Brand) -> None:
    answer = ask("sales in 2024", username="ada")
    with pytest.raises(UnknownRecord):
        memory.turns_of(brand.database, "eve", answer.conversation_id)
    with pytest.raises(UnknownRecord):
        ask("and 2023?", answer.conversation_id, username="eve")
    assert memory.conversations_of(brand.database, "eve") == ()


@pytest.mark.parametrize("identity", [str(uuid.UUID(int=7)), "no id", "1; drop table users"])
def test_an_unknown_conversation_is_said_to_be_gone(database: Database, identity: str) -> None:
    with pytest.raises(UnknownRecord, match="does not exist"):
        memory.turns_of(database, "ada", identity)


def test_conversations_are_listed_renamed_and_put_aside(ask: Ask, brand: Brand) -> None:
    first, second = ask("sales in 2024", username="ada"), ask("units in 2024", username="ada")
    memory.rename(brand.database, "ada", first.conversation_id, "  Year   2024 ")
    assert {c.title for c in memory.conversations_of(brand.database, "ada")} == {"Year 2024", "units in 2024"}
    memory.archive(brand.database, "ada", second.conversation_id)
    assert [c.title for c in memory.conversations_of(brand.database, "ada")] == ["Year 2024"]
    assert [c.title for c in memory.conversations_of(brand.database, "ada", archived=True)] == ["units in 2024"]


def test_feedback_is_kept_and_taken_back(ask: Ask, brand: Brand) -> None:
    answer = ask("sales in 2024")
    memory.give_feedback(brand.database, "notebook", answer.conversation_id, 1, -1, "VAT?")
    (turn,) = memory.turns_of(brand.database, "notebook", answer.conversation_id)
    assert (turn.feedback, turn.feedback_note) == (-1, "VAT?")
    memory.give_feedback(brand.database, "notebook", answer.conversation_id, 1, None)
    assert memory.turns_of(brand.database, "notebook", answer.conversation_id)[0].feedback is None
    with pytest.raises(UnknownRecord):
        memory.give_feedback(brand.database, "notebook", answer.conversation_id, 9, 1)
    with pytest.raises(BadQuestion):
        memory.give_feedback(brand.database, "notebook", answer.conversation_id, 1, 5)


def test_an_export_holds_questions_answers_and_sql(ask: Ask, brand: Brand) -> None:
    first = ask("sales in 2024")
    second = ask("by month", first.conversation_id)
    text = memory.export(brand.database, "notebook", first.conversation_id)
    for part in ("# sales in 2024", "## 2. by month", first.text, second.text, "```sql"):
        assert part in text


@pytest.mark.parametrize(
    "question",
    [
        "Liberty against Galilu last quarter",
        "products with sales above 10,000 EUR in 2024",
        "Will BOXNOX reach 50,000 EUR this quarter?",
        "May 2024 versus May 2023",
        "Sales before and after 1 September 2024",
        "products not sold in six months",
    ],
)
def test_slots_survive_being_stored(question: str) -> None:
    import json

    slots = read(question).slots
    stored = slots_from_dict(json.loads(json.dumps(slots_to_dict(slots), default=str)))
    assert stored.asked.period == slots.asked.period and stored.asked.compare == slots.asked.compare
    assert (stored.chosen, stored.by, stored.measures, stored.threshold, stored.amount) == (
        slots.chosen, slots.by, slots.measures, slots.threshold, slots.amount,
    )  # fmt: skip
