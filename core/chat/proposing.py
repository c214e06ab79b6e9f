"""A proposal of the model, carried out, with one repair round when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.chat.models import Model
from core.chat.proposals import Briefing, Proposal, Refused
from core.errors import BadQuestion, QueryRefused

Outcome = TypeVar("Outcome")


def propose_and_try(model: Model, question: str, briefing: Briefing, attempt: Callable[[Proposal], Outcome]) -> tuple[Proposal, Outcome]:
    """Ask the model, carry its proposal out with `attempt`; when that is refused, tell it the reason once and try again.

    Errors: ModelUnavailable (the caller answers without the model), BadQuestion or QueryRefused of the second round.
    """
    try:
        proposal = model.propose_query(question, briefing)
    except BadQuestion as refusal:
        return _repaired(model, question, briefing, attempt, Refused(Proposal("decline", text="(an unknown name)"), refusal.message))
    try:
        return proposal, attempt(proposal)
    except (BadQuestion, QueryRefused) as refusal:
        return _repaired(model, question, briefing, attempt, Refused(proposal, refusal.message))


def _repaired(
    model: Model, question: str, briefing: Briefing, attempt: Callable[[Proposal], Outcome], refused: Refused
) -> tuple[Proposal, Outcome]:
    proposal = model.propose_query(question, briefing, refused)
    return proposal, attempt(proposal)
