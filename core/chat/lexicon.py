"""All phrases of `words` and `wishes` in one index: folded words → meaning. The first table that has a phrase wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from core.chat import boundaries, wishes, words
from core.chat.calendar_words import MONTHS, NAMED_DAYS, SEASONS, SYMBOLS, WEEKDAYS
from core.chat.tokens import keys


@dataclass(frozen=True)
class Meaning:
    """`kind`: measure, counted, weak, count, dimension, source, operation, chart, link, follow, missing or scope; `value` within it."""

    kind: str
    value: str
    plural: bool = False


@dataclass(frozen=True)
class Lexicon:
    phrases: Mapping[tuple[str, ...], Meaning]
    fillers: frozenset[str]
    known_words: frozenset[str]  # words that mean something here; all others are unknown
    correctable: tuple[str, ...]  # words a typo may stand for
    longest: int


def _tables() -> Iterator[tuple[str, str, str, bool]]:
    for phrases, text in boundaries.MISSING.items():
        yield phrases, "missing", text, False
    for phrases, text in boundaries.SCOPE.items():
        yield phrases, "scope", text, False
    yield words.COUNT_WORDS, "count", "", False
    yield wishes.FILLER_PHRASES, "filler", "", False
    for kind, table in (
        ("measure", words.MEASURES),
        ("counted", words.COUNTS),
        ("source", words.SOURCES),
        ("operation", wishes.OPERATIONS),
        ("chart", wishes.CHARTS),
        ("option", words.OPTIONS),
        ("weekday", words.DAYS_OF_WEEK),
    ):
        for value, phrases in table.items():
            yield phrases, kind, value, False
    for value, phrases in words.SINGULAR.items():
        yield phrases, "dimension", value, False
    for value, phrases in words.PLURAL.items():
        yield phrases, "dimension", value, True
    for kind, table in (("link", wishes.LINKS), ("follow", wishes.FOLLOW)):
        for value, phrases in table.items():
            yield phrases, kind, value, False
    yield words.WEAK_SALES, "weak", "sales_eur_net", False


@cache
def lexicon() -> Lexicon:
    """Built once a process from constants."""
    phrases: dict[tuple[str, ...], Meaning] = {}
    for listed, kind, value, plural in _tables():
        for phrase in listed.split("|"):
            phrases.setdefault(keys(phrase), Meaning(kind, value, plural))
    phrases.pop((), None)
    fillers = frozenset(word for text in wishes.FILLERS.split() for word in keys(text))
    of_time = {*MONTHS, *SYMBOLS, *SEASONS, *WEEKDAYS, *(word for name in NAMED_DAYS for word in name)}
    single = {phrase[0] for phrase in phrases if len(phrase) == 1}
    correctable = tuple(sorted(word for word in single | set(MONTHS) | set(SYMBOLS) | _LONG_WORDS if len(word) >= 4))
    known = frozenset(single | fillers | of_time | _STRUCTURE)
    return Lexicon(phrases, fillers, known, correctable, max(len(phrase) for phrase in phrases))


_LONG_WORDS = {"average", "quantity", "basket", "price", "selling", "number", "traffic", "source", "gross", "moving", "without", "compared"}
_STRUCTURE = {"above", "under", "least", "more", "less", "fewer", "higher", "lower", "faster", "slower", "better", "eur", "euro", "euros"}
