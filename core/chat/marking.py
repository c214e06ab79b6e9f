"""A question → marks: which words name what. Names, periods and phrases compete by length; what is left is unknown and said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.chat import names, time_rules
from core.chat.lexicon import Lexicon, lexicon
from core.chat.names import NameIndex, NameMark
from core.chat.times import Clock, Moment
from core.chat.tokens import Token, as_number, tokenise


@dataclass(frozen=True)
class Mark:
    """Words `first` … `last` (not inside) mean `value`. `kind` as in Lexicon, and 'name', 'time', 'number'."""

    kind: str
    first: int
    last: int
    value: str = ""
    plural: bool = False
    name: NameMark | None = None
    moment: Moment | None = None
    number: Decimal | None = None


@dataclass(frozen=True)
class Marked:
    """`unknown`: positions of words without any meaning here; `corrections`: what was typed → what it was read as."""

    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    unknown: tuple[int, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    symbols: tuple[str, ...] = ()

    def of(self, kind: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == kind]

    def values(self, kind: str) -> list[str]:
        return [mark.value for mark in self.marks if mark.kind == kind]

    def at(self, position: int) -> Mark | None:
        return next((mark for mark in self.marks if mark.first <= position < mark.last), None)


def mark(question: str, index: NameIndex, clock: Clock) -> Marked:
    """Every word of `question` with its meaning, spelling mistakes corrected where one reading is near."""
    book = lexicon()
    tokens = _without_compounds(tokenise(question), index, book)
    first = _scan(tokens, index, clock, book)
    marks, found = _near_names(tokens, first, index, book)
    corrected, typed = _near_words(tokens, marks, index, book)
    if typed:
        marks = _scan(corrected, index, clock, book)
        marks, found = _near_names(corrected, marks, index, book)
    as_symbols = time_rules.symbols(corrected)
    unread = [i for i in _uncovered(corrected, marks) if _is_unread_time(as_symbols[i], corrected[i], book)]
    unknown = tuple(i for i in _uncovered(corrected, marks) if i in unread or _is_unknown(corrected[i], index, book))
    return Marked(corrected, tuple(sorted(marks, key=lambda m: m.first)), unknown, (*typed, *found), tuple(time_rules.symbols(corrected)))


def _without_compounds(tokens: Sequence[Token], index: NameIndex, book: Lexicon) -> tuple[Token, ...]:
    """`Onlineumsatz` → online + umsatz: long unknown words that two known ones make, as German and Swedish join them."""
    found: list[Token] = []
    for token in tokens:
        parts = _parts(token.key, book) if _is_unknown(token, index, book) and (token.key,) not in index.phrases else None
        found += [replace(token, key=part) for part in parts] if parts else [token]
    return tuple(found)


def _parts(key: str, book: Lexicon) -> tuple[str, str] | None:
    for cut in range(4, len(key) - 3) if key.isalpha() else ():
        left, right = key[:cut], key[cut:]
        stems = (left, left.removesuffix("s"))
        known = next((stem for stem in stems if (stem,) in book.phrases or stem in ("gesamt", "total")), None)
        if known and (right,) in book.phrases:
            return known, right
    return None


def _scan(tokens: Sequence[Token], index: NameIndex, clock: Clock, book: Lexicon) -> list[Mark]:
    as_symbols = time_rules.symbols(tokens)
    marks: list[Mark] = []
    i = 0
    while i < len(tokens):
        best = _best_at(tokens, i, index, clock, book, as_symbols)
        if best is None:
            i += 1
            continue
        while marks and marks[-1].last > best.first:
            marks.pop()
        marks.append(best)
        i = best.last
    return marks


def _best_at(tokens: Sequence[Token], i: int, index: NameIndex, clock: Clock, book: Lexicon, as_symbols: Sequence[str]) -> Mark | None:
    found: list[Mark] = []
    if (name := names.name_at(tokens, i, index, book.phrases)) is not None:
        found.append(Mark("name", name.first, name.last, name.named.dimension, name=name))
    if (time := time_rules.read_time(tokens, i, clock, as_symbols)) is not None and not _only_filler(tokens, i, time[0], as_symbols):
        found.append(Mark("time", i, i + time[0], moment=time[1]))
    if (phrase := _phrase_at(tokens, i, book)) is not None:
        found.append(phrase)
    if not found and (number := as_number(tokens[i].key)) is not None and tokens[i].key not in time_rules.ONE:
        found.append(Mark("number", i, i + 1, number=number))
    return max(found, key=lambda m: m.last, default=None)


def _only_filler(tokens: Sequence[Token], i: int, length: int, as_symbols: Sequence[str]) -> bool:
    return all(symbol in ("of", "~", "to") for symbol in as_symbols[i : i + length]) and length == 1 and tokens[i].key in lexicon().fillers


def _phrase_at(tokens: Sequence[Token], i: int, book: Lexicon) -> Mark | None:
    for length in range(min(book.longest, len(tokens) - i), 0, -1):
        words = tuple(token.key for token in tokens[i : i + length])
        if (meaning := book.phrases.get(words)) is not None:
            return Mark(meaning.kind, i, i + length, meaning.value, meaning.plural)
    return None


def _uncovered(tokens: Sequence[Token], marks: Sequence[Mark]) -> list[int]:
    covered = {i for mark in marks for i in range(mark.first, mark.last)}
    return [i for i in range(len(tokens)) if i not in covered]


_TIME_WORDS = {"weekend", "half", "last", "next", "ago", "tomorrow", "fiscal"}


def _is_unread_time(symbol: str, token: Token, book: Lexicon) -> bool:
    """A month, weekday, season or “last” that became no period would change the answer, so it is not passed over."""
    named = symbol[0] in "mds" and symbol[1:].isdigit()
    return (named or symbol in _TIME_WORDS) and token.key not in book.fillers


def _is_unknown(token: Token, index: NameIndex, book: Lexicon) -> bool:
    if token.key[:1].isdigit() and token.key.endswith(("st", "nd", "rd", "th")):
        return False
    return token.key not in book.known_words and token.key not in index.brand_words and token.key not in {"€", "$", "£", "%", "?"}


def _near_names(tokens: Sequence[Token], marks: list[Mark], index: NameIndex, book: Lexicon) -> tuple[list[Mark], list[tuple[str, str]]]:
    """Names that are spelled nearly right: windows of words around each unknown one, longest first."""
    found: list[tuple[str, str]] = []
    for i in _uncovered(tokens, marks):
        if not _is_unknown(tokens[i], index, book) or any(m.first <= i < m.last for m in marks):
            continue
        name = _nearest_around(tokens, i, marks, index)
        if name is not None:
            marks = [m for m in marks if m.last <= name.first or m.first >= name.last]
            marks.append(Mark("name", name.first, name.last, name.named.dimension, name=name))
            found.append((" ".join(token.text for token in tokens[name.first : name.last]), name.named.label))
    return marks, found


def _nearest_around(tokens: Sequence[Token], i: int, marks: Sequence[Mark], index: NameIndex) -> NameMark | None:
    solid = {p for m in marks if m.kind in ("name", "measure", "dimension", "operation", "source") for p in range(m.first, m.last)}
    for length in range(min(5, len(tokens)), 0, -1):
        for first in range(max(0, i - length + 1), min(i, len(tokens) - length) + 1):
            if not solid.intersection(range(first, first + length)):
                name = names.nearest(tokens, first, first + length, index)
                if name is not None:
                    return name
    return None


def _near_words(
    tokens: tuple[Token, ...], marks: Sequence[Mark], index: NameIndex, book: Lexicon
) -> tuple[tuple[Token, ...], list[tuple[str, str]]]:
    """Unknown words one slip away from a known one, corrected."""
    corrected, typed = list(tokens), []
    for i in _uncovered(tokens, marks):
        if _is_unknown(tokens[i], index, book) and (word := _near_word(tokens[i].key, book)) is not None:
            corrected[i] = replace(tokens[i], key=word)
            typed.append((tokens[i].text, word))
    return tuple(corrected), typed


def _near_word(key: str, book: Lexicon) -> str | None:
    if len(key) < 5 or not key.isalpha():
        return None
    slips = 1 if len(key) < 8 else 2
    near = process.extract(key, book.correctable, scorer=OSA.distance, score_cutoff=slips, limit=8)
    same_start = [(word, distance) for word, distance, _ in near if word[0] == key[0]]
    if not same_start:
        return None
    return min(same_start, key=lambda found: (found[1], (found[0],) not in book.phrases, found[0]))[0]
