"""How a question was read: the operation, the sales query, chips to correct it by, and what was not understood. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.chat.boundaries import Boundary
from core.chat.slots import Chosen, Slots
from core.chat.spans import Asked
from core.chat.times import Moment
from core.sales.query import Period, SalesQuery, parse_period


@dataclass(frozen=True)
class Chip:
    """One part of the reading. `part`: measure, source, filter, period, comparison, group …; `instead`: words → follow-up that changes it."""

    part: str
    text: str
    instead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reading:
    """`operation` names the analysis. `query`: the sales query asked first, None where no figure is asked.

    `question_back`: asked instead of answering, with `suggestions`. `refusal`: why it is not answered at all. `notes`: choices made that
    the question left open. `not_understood`: words without a meaning here. `anchor`: the day relative periods count from.
    """

    question: str
    operation: str
    slots: Slots = field(default_factory=Slots)
    query: SalesQuery | None = None
    intent: str = "out-of-scope"
    chips: tuple[Chip, ...] = ()
    notes: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    question_back: str | None = None
    suggestions: tuple[str, ...] = ()
    refusal: Boundary | None = None
    follows: bool = False
    anchor: date | None = None

    @property
    def understood(self) -> bool:
        """True when nothing was left open: every word read, nothing to ask back."""
        return self.question_back is None and self.refusal is None and not self.not_understood

    @property
    def period(self) -> Period | None:
        return self.slots.asked.period.period if self.slots.asked.period else None

    @property
    def period_words(self) -> str:
        moment = self.slots.asked.period
        return moment.text if moment else ""

    @property
    def compared_with(self) -> Period | None:
        compare = self.slots.asked.compare
        return compare.period if compare else None


def slots_to_dict(slots: Slots) -> dict[str, Any]:
    """Plain JSON values, to go on with the conversation later."""
    plain = asdict(slots)
    for name in ("period", "compare", "split"):
        moment = getattr(slots.asked, name)
        plain["asked"][name] = None if moment is None else {**asdict(moment), "period": str(moment.period) if moment.period else None}
    plain["amount"] = str(slots.amount) if slots.amount is not None else None
    plain["threshold"] = [slots.threshold[0], str(slots.threshold[1])] if slots.threshold else None
    return plain


def slots_from_dict(plain: Mapping[str, Any]) -> Slots:
    """The inverse of `slots_to_dict`; fields of other versions are left out."""
    known = {name: value for name, value in plain.items() if name in Slots.__dataclass_fields__}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    slots = Slots(**{**known, **lists, "asked": Asked(), "chosen": (), "threshold": None, "amount": None})
    asked = plain.get("asked") or {}
    moments = {name: _moment(asked.get(name)) for name in ("period", "compare", "split")}
    bare = tuple(asked["bare"]) if asked.get("bare") else None
    threshold = plain.get("threshold")
    return replace(
        slots,
        asked=Asked(**moments, bare=bare, listed=bool(asked.get("listed"))),  # type: ignore[arg-type]
        chosen=tuple(Chosen(c["dimension"], tuple(c["values"]), c["label"], c["exclude"]) for c in plain.get("chosen") or ()),
        threshold=(threshold[0], Decimal(threshold[1])) if threshold else None,
        amount=Decimal(plain["amount"]) if plain.get("amount") else None,
    )


def _moment(plain: Mapping[str, Any] | None) -> Moment | None:
    if not plain:
        return None
    return Moment(**{**plain, "period": parse_period(plain["period"]) if plain.get("period") else None})
