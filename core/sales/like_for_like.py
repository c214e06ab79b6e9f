"""Like for like: which stores of each reseller, or which products, were there in every month of both compared periods. Pure.

A store is kept when its reseller is compared over the whole compared span, and it was open from the first month of the earlier period
to the last one of the later. A product is kept when it was on sale that long. Open and on sale: by the dates of the catalogue where they
are known, else from the month of the first sale; one that sold nothing in the last SILENT_MONTHS months counts as closed. What names no
store is one store of its reseller; what names no product is in no like-for-like figure over products.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.sales.asking import Kept
from core.sales.comparing import Alignment, Pair
from core.sales.covered import Covered, Sender, join, month_of, months_in, week_end_of, weeks_in
from core.sales.naming import MONTHS, name_day, name_list, name_period
from core.sales.query import Base, FellOut, LikeForLike, Period

SILENT_MONTHS = 3


@dataclass(frozen=True)
class Lifetime:
    """A store of a reseller, or a product (`reseller_id` 0). first_sale, last_sale: days the first and last sale lines count on."""

    key: int | str
    name: str
    first_sale: date
    last_sale: date
    reseller_id: int = 0
    opened: date | None = None
    closed: date | None = None


@dataclass(frozen=True)
class Spans:
    """The compared days as a whole: of the asked period and of the earlier one."""

    now: Period
    before: Period


def compared_spans(alignment: Alignment) -> Spans | None:
    """None where nothing is compared."""
    pairs = alignment.pairs
    if not pairs:
        return None
    return Spans(_hull(p.now for p in pairs), _hull(p.before for p in pairs))


def choose_base(
    over: LikeForLike, lifetimes: Iterable[Lifetime], alignment: Alignment, senders: Sequence[Sender], covered: Covered
) -> tuple[Kept, Base]:
    """What a comparison is kept to, and what fell out with its reason."""
    spans = compared_spans(alignment)
    by_id = {sender.reseller_id: sender for sender in senders}
    kept: list[Lifetime] = []
    out: list[FellOut] = []
    for life in lifetimes:
        sender = by_id.get(life.reseller_id)
        reason = why_out(life, spans, _gap_of(sender, spans, alignment.pairs, covered) if sender and spans else "")
        if reason:
            out.append(FellOut(life.name, reason))
        else:
            kept.append(life)
    base = Base(over, len(kept), tuple(sorted(out, key=lambda item: item.name)))
    if over == "products":
        return Kept(products=tuple(str(life.key) for life in kept)), base
    return Kept(stores=tuple((life.reseller_id, int(life.key)) for life in kept)), base


def why_out(life: Lifetime, spans: Spans | None, gap: str = "") -> str:
    """The reason why a store or product is no part of the base; empty where it is. `gap`: what its reseller does not compare."""
    if spans is None:
        return "nothing is compared"
    if gap:
        return gap
    if life.opened is not None and life.opened > spans.before.start:
        return f"opened {name_day(life.opened)}" if life.reseller_id else f"on sale from {name_day(life.opened)}"
    if life.opened is None and life.first_sale > month_of(spans.before.start).end:
        return f"first sale {_name_month(life.first_sale)}"
    if life.closed is not None and life.closed < spans.now.end:
        return f"closed {name_day(life.closed)}" if life.reseller_id else f"on sale until {name_day(life.closed)}"
    if life.closed is None and life.last_sale < _silent_since(spans.now.end):
        return f"no sale after {_name_month(life.last_sale)}"
    return ""


def explain_base(base: Base) -> str:
    """“Like for like: 12 of 15 stores; left out: Kraków (first sale June 2024), …”"""
    noun = base.over if base.kept + len(base.fell_out) != 1 else base.over.removesuffix("s")
    text = f"The change is like for like over {base.kept} of {base.kept + len(base.fell_out)} {noun}"
    if not base.fell_out:
        return f"{text}."
    return f"{text}; left out: {name_list([f'{item.name} ({item.reason})' for item in base.fell_out], 5)}."


def _gap_of(sender: Sender, spans: Spans, pairs: Sequence[Pair], covered: Covered) -> str:
    """The months, weeks or days of the compared span that one reseller does not compare; empty where it compares all."""
    own = join(pair.now for pair in pairs if pair.reseller_id == sender.reseller_id)
    needed = _slices(sender, spans.now, covered)
    missing = [span for span in needed if not any(p.start <= span.start and span.end <= p.end for p in own)]
    if not own:
        return "not compared: one of the periods is not covered"
    return f"{name_list([name_period(span) for span in join(missing)], 3)} not covered in both periods" if missing else ""


def _slices(sender: Sender, span: Period, covered: Covered) -> list[Period]:
    """Weeks that count in the span, else whole months inside it, else (day-grain sources) the span itself."""
    if sender.cadence == "weekly":
        weeks = weeks_in(span, week_end_of(covered.slices.get(sender.reseller_id, ())))
        return [week for week in weeks if span.start <= week.start and week.end <= span.end]
    whole = [month for month in months_in(span) if span.start <= month.start and month.end <= span.end]
    return whole or ([span] if sender.states_days else [])


def _silent_since(end: date) -> date:
    """The first day of the last SILENT_MONTHS months, `end` in the last of them."""
    first = end.replace(day=1)
    for _ in range(SILENT_MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _hull(periods: Iterable[Period]) -> Period:
    listed = list(periods)
    return Period(min(p.start for p in listed), max(p.end for p in listed))


def _name_month(day: date) -> str:
    return f"{MONTHS[day.month]} {day.year}"
