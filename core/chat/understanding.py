"""A question → a Reading, without a model: a grammar over words, names and periods. Pure; the same question is read the same way every time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from core.chat import boundaries, deciding, inheriting, times
from core.chat.building import build
from core.chat.chips import chips_of
from core.chat.lexicon import lexicon
from core.chat.marking import Marked, mark
from core.chat.names import suggest
from core.chat.reading import Reading
from core.chat.slots import Slots, gather
from core.chat.times import Clock
from core.chat.tokens import fold
from core.chat.vocabulary import Vocabulary

STALE_DAYS = 62  # data older than this: “last month” counts from the data's end, and says so
_NAME_FOLLOWS = {
    "in",
    "for",
    "at",
    "from",
    "of",
    "to",
    "by",
    "per",
    "with",
    "without",
    "only",
    "via",
    "through",
    "excluding",
    "vs",
    "versus",
    "against",
}
_NAME_FOLLOWS |= {"fur", "bei", "ohne", "nur", "w", "dla", "bez", "pour", "chez", "sans", "hos", "utan", "en"}


def understand(question: str, vocabulary: Vocabulary, today: date, previous: Reading | None = None) -> Reading:
    """How `question` is read on `today`, as a follow-up of `previous` where it leans on it."""
    text = " ".join(question.split())
    if (early := _not_for_us(text)) is not None:
        return early
    clock = _clock(vocabulary, today)
    marked = mark(text, vocabulary.index, clock)
    if (bounded := _bounded(text, marked, clock)) is not None:
        return bounded
    slots = gather(marked, clock)
    if (asked := _problem(text, marked, slots, clock)) is not None:
        return asked
    alone = previous is None or previous.operation in ("refused", "unclear")
    follow = not alone and inheriting.follows(marked, slots)
    if alone and (lonely := _lonely(text, marked, slots)) is not None:
        return lonely
    if (unknown := _unknown(text, marked, slots, vocabulary, follow)) is not None:
        return unknown
    if follow and previous is not None:
        slots = inheriting.inherit(previous.slots, slots)
    return replace(_read(text, marked, slots, vocabulary, clock), follows=follow, anchor=clock.today)


def _clock(vocabulary: Vocabulary, today: date) -> Clock:
    """Today, or the data's last day when the data ended long ago: “last month” of a stale stock of data would be empty."""
    last = vocabulary.last_day
    if last is not None and today - last > timedelta(days=STALE_DAYS):
        return Clock(last, vocabulary.first_day, last, vocabulary.fiscal)
    return Clock(today, vocabulary.first_day, last, vocabulary.fiscal)


def _not_for_us(text: str) -> Reading | None:
    if not text:
        return _unclear(text, "Ask a question about your sales.")
    if len(text) > boundaries.LONGEST_QUESTION:
        return _unclear(
            text[: boundaries.LONGEST_QUESTION], f"Please ask in at most {boundaries.LONGEST_QUESTION} characters, one question at a time."
        )
    boundary = boundaries.out_of_bounds(text)
    return Reading(text, "refused", refusal=boundary) if boundary else None


def _unclear(text: str, question_back: str, suggestions: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> Reading:
    return Reading(
        text, "unclear", question_back=question_back, suggestions=suggestions or EXAMPLES, not_understood=unknown, intent="out-of-scope"
    )


EXAMPLES = ("Sales by month this year", "Top 10 products in the last 12 months", "How are we doing?")


def _bounded(text: str, marked: Marked, clock: Clock) -> Reading | None:
    scope = marked.values("scope")
    if scope:
        return Reading(text, "refused", refusal=boundaries.Boundary("scope", f"{scope[0]} {boundaries.OFFER}"))
    missing = marked.values("missing")
    return Reading(text, "refused", refusal=boundaries.Boundary("missing", missing[0])) if missing else None


def _problem(text: str, marked: Marked, slots: Slots, clock: Clock) -> Reading | None:
    """Dates that do not exist, articles that do not exist, numbers that make no sense."""
    if slots.asked.problem == "fiscal":
        year = clock.today.year - 1
        return _unclear(
            text, boundaries.FISCAL.format(year=year, before=year - 1), (f"sales in {year}", f"sales from April {year - 1} to March {year}")
        )
    if slots.asked.problem:
        return _unclear(text, slots.asked.problem)
    variant = next((m.name.problem for m in marked.marks if m.name is not None and m.name.problem), None)
    if variant:
        return _unclear(text, variant)
    below_one = slots.number is not None and slots.number < 1
    if below_one or re.search(r"\b(top|best|first|worst|bottom)\s+[-−]\s*\d", text, re.IGNORECASE):
        return _unclear(text, "Please ask for at least 1 row, for example “top 10 products”.", ("top 10 products",))
    return None


def _lonely(text: str, marked: Marked, slots: Slots) -> Reading | None:
    """Questions that need an earlier one, asked first; and “compare” without two things to compare."""
    subject = bool(
        slots.measures or marked.of("weak") or slots.by or slots.chosen or slots.asked.period or slots.asked.compare or slots.sources_named
    )
    other_wishes = set(slots.operations) - {"compare"}
    if slots.operations == ("compare",) and not subject:
        return _unclear(
            text,
            "What should be compared with what? Name two resellers, products, countries or periods.",
            ("Liberty against Galilu", "2024 against 2023"),
        )
    own_subject = (
        slots.measures
        or marked.of("weak")
        or slots.chosen
        or slots.asked.period
        or other_wishes - {"why", "share", "trend"}
        or slots.sources_named
    )
    if inheriting.leans(marked) and not own_subject:
        return _unclear(text, "There is no earlier answer in this conversation to go on from. Please ask the whole question.")
    if slots.chart and not subject and not other_wishes:
        return _unclear(text, "There is no earlier answer to draw. Ask for figures first, for example “sales by month in 2024 as a chart”.")
    return None


def _unknown(text: str, marked: Marked, slots: Slots, vocabulary: Vocabulary, follow: bool) -> Reading | None:
    """Ask back when an unknown word stands where a name or a condition stands, or when nothing else was understood."""
    words = tuple(marked.tokens[i].text for i in marked.unknown)
    meant = [m for m in marked.marks if m.kind not in ("filler", "link", "follow")]
    if not meant and not (follow and not words):
        listed = f"I did not understand {_quoted(words)}. " if words else "I did not understand the question. "
        return _unclear(
            text, f"{listed}Ask about sales, units, orders or returns, by product, reseller, store, country or month.", unknown=words
        )
    telling = [i for i in marked.unknown if _stands_for_a_name(marked, i)]
    timely = [marked.tokens[i].text for i in telling if marked.symbols[i] != "~"]
    if timely:
        back = f"Which time does “{timely[0]}” mean? Give a date, a month or a period, for example “14 February 2025”, “May 2024”, “last month” or “on Mondays”."
        return replace(_unclear(text, back, unknown=words), slots=slots)
    if telling:
        name = " ".join(marked.tokens[i].text for i in telling)
        near = suggest(name, vocabulary.index)
        hint = f" Did you mean {' or '.join(near)}?" if near else " It is no product, reseller, store, country or figure here."
        rest = tuple(_replaced(text, name, found) for found in near)
        return replace(_unclear(text, f"I did not understand “{name}”.{hint}", rest, words), slots=slots)
    says_what = slots.measures or slots.operations or marked.of("weak") or slots.counted or follow
    if len(words) > len(meant) or (words and not says_what):
        return replace(_unclear(text, f"I did not understand {_quoted(words)}. Please say it in other words.", unknown=words), slots=slots)
    return None


def _replaced(text: str, name: str, by: str) -> str:
    return text.replace(name, by) if name in text else f"{by}"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _stands_for_a_name(marked: Marked, i: int) -> bool:
    """A word of time that became no period; behind “in”, “for”, “without” …, in capitals inside the sentence, or as the adjective of what is asked: such a word changes the answer."""
    token = marked.tokens[i]
    if marked.symbols[i] != "~":
        return True
    if i > 0 and marked.tokens[i - 1].key in _NAME_FOLLOWS:
        return True
    if (
        i > 1
        and marked.tokens[i - 1].key in ("the", "a", "an", "our", "all", "der", "die", "das", "la", "le", "les")
        and marked.tokens[i - 2].key in _NAME_FOLLOWS
    ):
        return True
    if i > 0 and token.capital and token.text != token.text.upper().lower() and fold(token.text) not in lexicon().known_words:
        return True
    following = marked.at(i + 1)
    if following is not None and following.kind in ("dimension", "measure", "name", "time"):
        return True
    return any(character.isdigit() for character in token.text)


def _read(text: str, marked: Marked, slots: Slots, vocabulary: Vocabulary, clock: Clock) -> Reading:
    operation = deciding.decide(slots, clock)
    first_word = marked.tokens[0].key if marked.tokens else ""
    stale = _clock_note(vocabulary, clock, slots)
    slots, notes = deciding.complete(slots, operation, clock, first_word)
    operation = _settled(operation, slots)
    slots = _resolved(slots)
    query = build(slots, operation, vocabulary)
    leftover = tuple(marked.tokens[i].text for i in marked.unknown) + _unplaced(marked, slots)
    return Reading(
        text,
        operation,
        slots,
        query,
        intent_of(operation, slots),
        chips_of(slots, operation),
        tuple(dict.fromkeys([*slots.asked.notes, *notes, *stale])),
        leftover,
        tuple(pair for pair in marked.corrections if fold(pair[0]) != fold(pair[1])),
    )


def _clock_note(vocabulary: Vocabulary, clock: Clock, slots: Slots) -> list[str]:
    moment = slots.asked.period
    relative = moment is not None and (moment.relation or moment.edge or "date" in moment.grain or moment.grain == "ytd")
    if vocabulary.last_day is None or clock.today != vocabulary.last_day or not (relative or slots.has(*deciding.CHANGING)):
        return []
    return [f"The data end on {times.day_words(clock.today)}; relative periods are counted from there, not from today."]


def _settled(operation: str, slots: Slots) -> str:
    """Names side by side turn a total into a breakdown."""
    if operation in ("total", "compare") and slots.by and slots.asked.compare is None:
        return "breakdown"
    if operation == "ranking" and slots.by == ("source",):
        return "breakdown"
    return operation


def _resolved(slots: Slots) -> Slots:
    """The compared period as days, where it is said relative to the asked one."""
    asked = slots.asked
    if asked.compare is None or asked.compare.period is not None or asked.period is None or asked.period.period is None:
        return slots
    now, relation = asked.period.period, asked.compare.relation
    base = times.before(now) if relation == "prior_period" else times.shift_years(now, -1)
    words = {"prior_period": f"the period before ({times.describe(base)})"}.get(
        relation, f"the same time of the year before ({times.describe(base)})"
    )
    if asked.period.grain in ("month", "quarter", "year", "half", "week"):
        words = times.describe(base)
    return replace(slots, asked=replace(asked, compare=replace(asked.compare, period=base, words=words)))


def _unplaced(marked: Marked, slots: Slots) -> tuple[str, ...]:
    """Numbers that ended up nowhere: naming them is better than dropping a condition."""
    used = {slots.number, slots.nth, slots.amount if slots.has("target") else None, slots.threshold[1] if slots.threshold else None}
    if slots.asked.bare:
        used.add(slots.asked.bare[0])
    free = [m for m in marked.of("number") if m.number not in used and m.number is not None]
    return () if slots.has("pareto", "multi") else tuple(marked.tokens[m.first].text for m in free)


_INTENTS = {
    "forecast": "forecast", "target": "forecast", "runrate": "forecast", "trend": "trend", "rolling": "trend", "cumulative": "trend", "why": "trend",
    "streak": "trend", "volatility": "trend", "movers": "growth", "growth_series": "growth", "against_rest": "growth", "stepwise": "growth", "share": "share",
    "concentration": "share", "multi": "share", "average": "average", "pareto": "top-n", "orders": "top-n", "split": "comparison", "pairs": "product",
    "launch": "product", "pace": "product", "anomalies": "trend", "held": "product", "stock": "out-of-scope", "help": "out-of-scope", "upload": "offline", "coverage": "reseller", "heatmap": "product",
}  # fmt: skip


def intent_of(operation: str, slots: Slots) -> str:
    """One of the thirteen kinds of question, for statistics."""
    if operation in _INTENTS:
        return _INTENTS[operation]
    if operation == "compare":
        return "growth" if slots.has(*deciding.CHANGING, "share") else "comparison"
    if operation in ("ranking", "best_period"):
        return "top-n" if slots.number or slots.nth or slots.plural else _subject(slots)
    if slots.versus or slots.alternatives or slots.has("compare"):
        return "comparison"
    if set(slots.measures) & {"average_unit_price", "aov", "units_per_order"}:
        return "average"
    return _subject(slots)


def _subject(slots: Slots) -> str:
    dimensions = {*slots.by, *(c.dimension for c in slots.chosen), slots.counted}
    for name in ("product", "reseller"):
        if name in dimensions:
            return name
    if slots.source in ("online", "offline"):
        return slots.source
    return "product" if "category" in dimensions else "time"
