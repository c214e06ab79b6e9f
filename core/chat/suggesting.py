"""Questions worth asking: eight to begin with, from the user's own data, and three that go on from an answer. Pure."""

from __future__ import annotations

from datetime import date

from core.chat.reading import Reading
from core.chat.times import MONTH_NAMES, months_back
from core.chat.vocabulary import Vocabulary
from core.sales.query import Period

FIRST_QUESTIONS = 8


def starter_questions(vocabulary: Vocabulary, today: date | None = None) -> tuple[str, ...]:
    """Eight good first questions with names and months that are really there; none before the first upload."""
    if vocabulary.last_day is None or vocabulary.first_day is None:
        return ()
    days = sorted(vocabulary.through.values()) or [vocabulary.last_day]
    middle = days[len(days) // 2]  # half of the resellers have reported as far
    month = _last_complete_month(min(today, middle) if today else middle)
    reseller = _busiest(vocabulary)
    product = next((p.name for p in vocabulary.products if p.kind == "full"), None)
    has_shop = any(r.own_shop for r in vocabulary.resellers)
    found = [
        f"How did we do in {month} against last year?",
        "Top 10 products in the last 12 months",
        f"How is {reseller} doing?" if reseller else "Sales by reseller this year",
        "Winners and losers in the last 3 months",
        f"Why did sales change in {month}?",
        "Sales by month, own web shop against resellers" if has_shop else "Sales by month",
        f"Which resellers sell {_short(product)}?" if product else "Sales by category",
        "Which products were not sold in six months?",
        "Who has not reported yet?",
        "Forecast for the next quarter",
    ]
    return tuple(dict.fromkeys(found))[:FIRST_QUESTIONS]


def _last_complete_month(last: date) -> str:
    this = months_back(last, 0)
    period: Period = this if this.end <= last else months_back(last, 1)
    return f"{MONTH_NAMES[period.start.month - 1]} {period.start.year}"


def _busiest(vocabulary: Vocabulary) -> str | None:
    """The reseller whose data reach furthest, and among those the first by name."""
    names = [r.name for r in vocabulary.resellers if not r.own_shop and r.name in vocabulary.through]
    return min(names, key=lambda name: (-vocabulary.through[name].toordinal(), name), default=None)


def _short(name: str) -> str:
    return name.replace("Eau de Parfum ", "")


def next_questions(reading: Reading) -> tuple[str, ...]:
    """Three follow-ups that make sense after this answer and can be asked as they stand."""
    slots, found = reading.slots, list[str]()
    if reading.operation in ("help", "refused", "unclear", "upload", "stock"):
        return ("How are we doing?", "Sales by month this year", "Top 10 products")
    if reading.operation in ("anomalies", "held", "coverage", "catalogue", "pairs", "multi"):
        return ("Sales by reseller this year", "Top 10 products in the last 12 months", "How are we doing?")
    if slots.asked.compare is None and reading.period is not None:
        found.append("and compared with the year before?")
    if slots.asked.compare is not None and reading.operation != "why":
        found.append("why?")
    found += [
        f"split that by {name}"
        for name in ("product", "reseller", "month", "category")
        if name not in slots.by and not _pinned(reading, name)
    ]
    if slots.source != "online":
        found.append("only online")
    if "units" not in slots.measures:
        found.append("in units")
    return tuple(found[:3])


def _pinned(reading: Reading, dimension: str) -> bool:
    return any(c.dimension == dimension and not c.exclude and len(c.values) == 1 for c in reading.slots.chosen)
