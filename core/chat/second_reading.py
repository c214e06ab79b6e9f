"""The language model as second reader: its query runs like any other, its SQL passes the guard, its names must exist here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from core.chat import querying
from core.chat.analyses.material import Finding, Material
from core.chat.analysing import ANALYSES
from core.chat.answers import Answer
from core.chat.background import Background
from core.chat.chips import chips_of
from core.chat.desk import Desk
from core.chat.grounding import checked_sentences
from core.chat.models import Model
from core.chat.names import find_exact
from core.chat.proposals import Briefing, Proposal, Turn
from core.chat.proposing import propose_and_try
from core.chat.published import READABLE
from core.chat.reading import Reading
from core.chat.slots import Chosen, Slots
from core.chat.spans import Asked
from core.chat.telling import told
from core.chat.times import Moment, describe
from core.chat.tokens import tokenise
from core.chat.understanding import intent_of
from core.chat.vocabulary import Vocabulary
from core.errors import BadQuestion, ModelUnavailable
from core.sales.dimensions import DIMENSIONS, WEEKDAYS
from core.sales.measures import LINE_KINDS, MEASURES
from core.sales.query import Filter, Period, SalesQuery

FIXED = {"channel": ("online", "offline"), "source": ("d2c", "sell-out"), "line_kind": LINE_KINDS, "weekday": WEEKDAYS}
_NAMED = {"reseller", "store", "product", "category", "country", "city", "utm_source"}
BY_MODEL = "A language model read this question; check the reading above."


def read(desk: Desk, model: Model, question: str, previous: Reading | None, known: Background, username: str) -> Answer:
    """The model's reading, carried out. Errors: ModelUnavailable, BadQuestion, QueryRefused."""
    briefing = briefing_of(known.vocabulary, desk, previous)
    _, answer = propose_and_try(
        model, question, briefing, lambda proposal: _carried_out(desk, model, question, proposal, known, briefing, username)
    )
    return replace(answer, engine="model")


def briefing_of(vocabulary: Vocabulary, desk: Desk, previous: Reading | None) -> Briefing:
    """What the model is told: meanings, never rows; names only as tokens."""
    names = {
        "reseller": tuple(r.name for r in vocabulary.resellers),
        "store": tuple(s.name for s in vocabulary.stores),
        "product": tuple(dict.fromkeys(text for p in vocabulary.products for text in (p.name, p.code))),
        "utm_source": vocabulary.utm_sources,
    }
    return Briefing(
        today=desk.today,
        measures={name: measure.definition for name, measure in MEASURES.items()},
        dimensions={name: dimension.title for name, dimension in DIMENSIONS.items()},
        fixed_values={**FIXED, "category": vocabulary.categories},
        views=READABLE,
        names=names,
        history=(Turn(previous.question, previous.query),) if previous else (),
    )


def _carried_out(
    desk: Desk, model: Model, question: str, proposal: Proposal, known: Background, briefing: Briefing, username: str
) -> Answer:
    if proposal.query is not None:
        return _as_query(desk, question, with_known_names(proposal.query, known.vocabulary), known)
    if proposal.sql is not None:
        return _as_sql(desk, model, question, proposal.sql, briefing, username)
    reading = Reading(question, "unclear", question_back=proposal.text)
    if proposal.kind == "ask_back":
        return Answer(proposal.text, question, "out-of-scope", question_back=proposal.text, reading=reading)
    return Answer(proposal.text, question, "out-of-scope", refused=True, reading=replace(reading, operation="refused"))


def with_known_names(query: SalesQuery, vocabulary: Vocabulary) -> SalesQuery:
    """The query with its filter values as they are stored. Errors: BadQuestion for a name that does not exist."""
    return replace(query, where=tuple(_known(f, vocabulary) for f in query.where))


def _known(asked: Filter, vocabulary: Vocabulary) -> Filter:
    if asked.dimension not in _NAMED:
        return asked
    values: list[str] = []
    for text in asked.values:
        marks = [mark for mark in find_exact(tokenise(text), vocabulary.index, ()) if mark.named.dimension == asked.dimension]
        if not marks and text not in ("", "not stated"):
            raise BadQuestion(f"There is no {DIMENSIONS[asked.dimension].title.lower()} “{text[:60]}”.")
        values += [value for mark in marks for value in mark.named.values] or [text]
    return replace(asked, values=tuple(dict.fromkeys(values)))


def reading_of(question: str, query: SalesQuery) -> Reading:
    """A query in the slots of the grammar, so that chips, sentences and follow-ups are the same for both readers."""
    source: dict[tuple[str, ...], str] = {("d2c",): "online", ("sell-out",): "offline"}
    named = next((source.get(f.values, "") for f in query.where if f.dimension == "source" and not f.exclude), "")
    chosen = tuple(
        Chosen(f.dimension, f.values, " + ".join(f.values), f.exclude) for f in query.where if f.dimension != "source" or not named
    )
    slots = Slots(source=named, measures=query.measures, by=query.by, chosen=chosen, asked=_asked(query), number=query.limit, plural=True)
    operation = (
        "movers"
        if query.compare and query.by
        else "compare"
        if query.compare
        else "ranking"
        if query.limit and query.by
        else "breakdown"
        if query.by
        else "total"
    )
    if operation == "movers" and query.by[0] in ("day", "week", "month", "quarter", "year"):
        operation = "growth_series"
    return Reading(question, operation, slots, query, intent_of(operation, slots), chips_of(slots, operation), notes=(BY_MODEL,))


def _asked(query: SalesQuery) -> Asked:
    period = Moment(query.period, "days", describe(query.period)) if query.period else None
    if query.compare is None:
        return Asked(period)
    if isinstance(query.compare, Period):
        return Asked(period, Moment(query.compare, "days", describe(query.compare)))
    words = {"prior_year": "the same time of the year before", "prior_period": "the period before"}[query.compare]
    return Asked(period, Moment(None, words=words, relation=query.compare))


def _as_query(desk: Desk, question: str, query: SalesQuery, known: Background) -> Answer:
    reading = reading_of(question, query)
    material = Material(reading, known.vocabulary, desk.today, desk.today, known.covered, desk.ask, desk.look_up, desk.look_into)
    return told(desk, reading, ANALYSES[reading.operation](material), material)


def _as_sql(desk: Desk, model: Model, question: str, sql: str, briefing: Briefing, username: str) -> Answer:
    result = querying.run_sql(desk.database, sql, scope=desk.scope, username=username)
    desk.statements.append(result.sql)
    reading = Reading(question, "sql", notes=(BY_MODEL, "It is answered by a SELECT of the model that passed the guard."))
    shown = f"the first {result.frame.height} rows" if result.truncated else f"{result.frame.height} rows"
    plain = f"The statement below returned {shown}."
    proven = " ".join(checked_sentences(_sentence(model, question, result.frame, briefing), result.frame, (question,)))
    return told(desk, reading, Finding(proven or plain, result.frame, figures=(result.frame.height, question)))


def _sentence(model: Model, question: str, frame: pl.DataFrame, briefing: Briefing) -> Iterator[str]:
    """The model's words about the rows; when they do not come, there are none, and the rows stand for themselves."""
    try:
        yield from model.stream_sentence(question, "a SELECT over the published views", frame, briefing)
    except ModelUnavailable:
        return
