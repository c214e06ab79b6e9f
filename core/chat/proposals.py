"""What a language model is told and what it may propose: values only, no network and no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from core.errors import BadQuestion
from core.sales.query import SalesQuery

Kind = Literal["query", "sql", "ask_back", "decline"]


@dataclass(frozen=True)
class Turn:
    """One earlier exchange of the conversation: what was asked and how it was read, never the rows."""

    question: str
    query: SalesQuery | None = None


@dataclass(frozen=True)
class Briefing:
    """Everything a model is told besides the question.

    `measures`, `dimensions`: name → one line of meaning. `fixed_values`: dimension → values the product itself defines (channel, line kind).
    `views`: published view → its columns with a line of meaning. `names`: dimension → names stored in the database (products, stores,
    resellers); they are never sent: where one occurs in a question a token stands for it, and tokens in the reply are put back.
    """

    today: date
    measures: Mapping[str, str]
    dimensions: Mapping[str, str]
    fixed_values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    views: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """What the model proposes: a sales query (first choice), SQL for the guard (second), a question back, or that it can not answer.

    `text` is the question back or the reason in plain words. Filter values of `query` are as the person or the model wrote them: the
    caller matches them with the stored names. `tokens` is what the call used, 0 where the server does not say.
    """

    kind: Kind
    query: SalesQuery | None = None
    sql: str | None = None
    text: str = ""
    tokens: int = 0


@dataclass(frozen=True)
class Refused:
    """A proposal that could not be carried out and the sentence that says why: the material of the one repair round."""

    proposal: Proposal
    reason: str


def proposal_from_call(name: str, arguments: Mapping[str, Any], briefing: Briefing, tokens: int = 0) -> Proposal:
    """The proposal of one tool call of the model. Errors: BadQuestion for a call that names nothing we know."""
    if name == "ask_sales":
        return Proposal("query", query=_checked_query(arguments, briefing), tokens=tokens)
    text = str(arguments.get("sql" if name == "run_sql" else "text") or "").strip()
    if not text:
        raise BadQuestion("The model gave an empty reply. Ask the question in other words.")
    if name == "run_sql":
        return Proposal("sql", sql=text, tokens=tokens)
    if name == "ask_back":
        return Proposal("ask_back", text=text, tokens=tokens)
    if name == "decline":
        return Proposal("decline", text=text, tokens=tokens)
    raise BadQuestion(f"The model proposed “{name[:40]}”, which does not exist. Ask the question in other words.")


def _checked_query(arguments: Mapping[str, Any], briefing: Briefing) -> SalesQuery:
    query = SalesQuery.from_dict(dict(arguments))
    _refuse_unknown("measure", query.measures, briefing.measures)
    _refuse_unknown("dimension", [*query.by, *(f.dimension for f in query.where)], briefing.dimensions)
    if query.order_by is not None:
        _refuse_unknown("order", [query.order_by], {**briefing.measures, **briefing.dimensions})
    return query


def _refuse_unknown(what: str, names: Sequence[str], known: Mapping[str, str]) -> None:
    for name in names:
        if name not in known:
            raise BadQuestion(f"There is no {what} “{name[:60]}”. Choose one of: {', '.join(known)}.")
