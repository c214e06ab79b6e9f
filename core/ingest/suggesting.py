"""What an unknown key most likely is. Names are compared in parts: size, form and numbers must be equal, only the scent may be fuzzy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import polars as pl
from rapidfuzz import fuzz

from core.catalogue.folding import fold
from core.catalogue.records import Catalogue, Reseller
from core.ingest.product_texts import Parts, size_words, split_text

MARGIN, ENOUGH, HOW_MANY = 8.0, 72.0, 3
NO_SIZE, BARE_SIZE, CUT_SIZE, NEW_WORD, BY_INITIALS, NO_SCENT, BEGINNING = (
    70.0,
    90.0,
    74.0,
    80.0,
    76.0,
    78.0,
    84.0,
)  # highest confidence of each
ALIKE = 78.0  # a word this near to a word of the catalogue is a spelling of it, any other is a word the catalogue does not have
ONLINE = re.compile(r"\b(?:online|internet|www|web|webshop|website|e-?shop|e-?store|e-?com(?:merce)?|digital)\b")


@dataclass(frozen=True)
class Suggestion:
    """One candidate: its EAN or store name, what to show, how sure (0…100), and why."""

    target: str
    label: str
    confidence: float
    reason: str


@dataclass(frozen=True)
class Known:
    """A product of the catalogue beside its parts. `initials`: of its scent, as `got` of Glow of Tundra, `s47` of Station 47."""

    ean: str
    name: str
    parts: Parts
    initials: str


@dataclass(frozen=True)
class Likeness:
    """How near a candidate is (0…100) and the words for it."""

    score: float
    reason: str


class Suggestions:
    """Ranked candidates for the unknown keys of one reseller's file."""

    def __init__(self, catalogue: Catalogue, reseller: Reseller, brand: str = "") -> None:
        self._products = [_known(ean, name) for ean, name in catalogue.products.select("ean", "product_name").iter_rows()]
        self._words = frozenset(word for known in self._products for word in known.parts.words)
        stores = catalogue.store_aliases.filter(pl.col("reseller_id") == reseller.id).join(catalogue.stores, on="store_id")
        self._stores = [(key, store, channel) for key, store, channel in stores.select("alias_key", "store", "channel").iter_rows()]
        counted = Counter(word for key, _, _ in self._stores for word in set(key.split()))
        shared = {word for word, count in counted.items() if len(self._stores) > 2 and count * 2 > len(self._stores)}
        self._shared = shared | set(fold(reseller.name).split())
        self._brand = frozenset(fold(brand).split())

    def products(self, text: str) -> list[Suggestion]:
        """Up to three products whose size, form and numbers equal the text's, best scent first. None where the text names two sizes."""
        wanted = split_text(text, self._brand)
        if wanted.sizes > 1:
            return []
        new = [word for word in wanted.words if not self._is_known(word)]
        scored = [(found, known) for known in self._products if (found := _likeness(wanted, known, new)) is not None]
        best = sorted(scored, key=lambda s: (-s[0].score, s[1].ean))[: HOW_MANY + 1]
        clear = len(best) == 1 or (len(best) > 1 and best[0][0].score - best[1][0].score >= MARGIN)
        return [_suggestion(known, found, clear=clear and n == 0) for n, (found, known) in enumerate(best[:HOW_MANY])]

    def _is_known(self, word: str) -> bool:
        return (
            word in self._words or any(fuzz.ratio(word, known) >= ALIKE or _begins(word, known) for known in self._words) or len(word) < 3
        )

    def stores(self, text: str) -> list[Suggestion]:
        """Up to three stores with a similar spelling, or the reseller's web shop for a text that says so."""
        wanted = fold(text)
        scored: dict[str, Likeness] = {}
        for key, store, channel in self._stores:
            found = self._store(wanted, key, channel)
            if found.score >= ENOUGH and found.score > scored.get(store, Likeness(0, "")).score:
                scored[store] = found
        best = sorted(scored.items(), key=lambda s: (-s[1].score, s[0]))[:HOW_MANY]
        return [Suggestion(store, store, round(found.score, 1), found.reason) for store, found in best]

    def _store(self, wanted: str, key: str, channel: str) -> Likeness:
        """Words that many stores of the reseller share (its own name, `department store`) do not make two of them alike."""
        if ONLINE.search(wanted):
            return Likeness(90.0, "the text says online, and this is the reseller's web shop") if channel == "online" else Likeness(0, "")
        if re.findall(r"\d+", wanted) != re.findall(r"\d+", key):
            return Likeness(0, "")
        left, right = self._telling(wanted), self._telling(key)
        if not left or not right:
            return Likeness(fuzz.token_sort_ratio(wanted, key), "similar spelling")
        whole, telling = fuzz.token_sort_ratio(wanted, key), _words_alike(left, right)
        equal = sorted(left) == sorted(right)
        score = 96.0 if equal else min(max(whole, telling), telling + MARGIN)
        return Likeness(min(score, 99.0), "same words, other order or additions" if equal else "similar spelling")

    def _telling(self, key: str) -> list[str]:
        return [w for w in re.findall(r"[\w']+", key) if w not in self._shared]

    def of_key(self, kind: str, text: str, product_text: str = "") -> list[Suggestion]:
        """Candidates for a held key: of a store by its name, of a product by its text, else by the key itself."""
        return self.stores(text) if kind == "store" else self.products(product_text or text) or self.products(text)

    def sentence(self, kind: str, text: str, product_text: str = "") -> str:
        """One sentence for the problem list."""
        found = self.of_key(kind, text, product_text)
        looks = f"It looks like “{found[0].label}” ({found[0].reason}). " if found else ""
        what = "Choose its store" if kind == "store" else "Choose its product"
        return f"{looks}{what} in the inbox; the answer is remembered for every file."


def _known(ean: str, name: str) -> Known:
    parts = split_text(name)
    plain = re.split(r"\b(?:eau|edp|edt|vial|tester|scented|candle|sample)\b|\d+\s*(?:ml|g|x)\b", fold(name))[0]
    letters = [word if word.isdigit() else word[0] for word in re.findall(r"\w+", re.sub(r"(?<=[a-z])(?=\d)", " ", plain))]
    return Known(ean, name, parts, "".join(letters) if len(letters) > 1 else "")


def _likeness(wanted: Parts, known: Known, new: list[str]) -> Likeness | None:
    """How near a product is, None where one of the parts that must be equal is not."""
    if wanted.form != known.parts.form and not _form_unknown(wanted, known.parts):
        return None
    size = _size(wanted, known.parts)
    if wanted.tester != known.parts.tester or size is None:
        return None
    scent = _scent(wanted, known, new)
    if scent is None:
        return None
    if size.score >= 100 and scent.score >= 100:
        return Likeness(100.0, size.reason.replace(" and ", ", ").replace(" are equal", " and scent are equal"))
    return Likeness(min(size.score, scent.score), f"{size.reason}; {scent.reason}")


def _scent(wanted: Parts, known: Known, new: list[str]) -> Likeness | None:
    if not wanted.words and not known.parts.numbers:
        several = wanted.size is not None and wanted.size[0] > 1
        return Likeness(NO_SCENT, "the text names no scent") if several and not wanted.scent else None
    if known.initials and len(wanted.words) == 1 and _initials_of(wanted, known.parts) == known.initials:
        return Likeness(BY_INITIALS, f"“{known.initials.upper()}” are the initials of the scent")
    if new:
        return _with_new_words(wanted, known, new)
    score = max(_beginning(wanted.words, known.parts.words), _words_alike(wanted.words, known.parts.words))
    if score < ENOUGH:
        return None
    return Likeness(score, "the scent is equal" if score >= 100 else _how_similar(wanted.words, known.parts, score))


def _with_new_words(wanted: Parts, known: Known, new: list[str]) -> Likeness | None:
    """Words that no product has: perhaps a note of the vendor, perhaps another article. A set is told by its pieces and one word."""
    told = tuple(word for word in wanted.words if word not in new)
    several = wanted.size is not None and wanted.size[0] > 1
    score = NEW_WORD if several and set(told) & set(known.parts.words) else _words_alike(told, known.parts.words)
    if score < ENOUGH:
        return None
    reason = "the scent is equal" if score >= 100 else _how_similar(told, known.parts, score)
    return Likeness(min(score, NEW_WORD), f"{reason}; “{' '.join(new)}” is not in its name")


def _suggestion(known: Known, found: Likeness, *, clear: bool) -> Suggestion:
    sure = found.score >= 100
    reason = found.reason if sure or clear else f"{found.reason}; others are almost as near"
    score = found.score if sure or clear else found.score - MARGIN
    return Suggestion(known.ean, known.name, round(score, 1), reason)


def _form_unknown(wanted: Parts, known: Parts) -> bool:
    """A text without size and without a word for its form may also be a candle or a set whose words say so."""
    return wanted.size is None and wanted.form == "bottle" and known.form in ("candle", "set", "sample") and not wanted.tester


def _size(wanted: Parts, known: Parts) -> Likeness | None:
    """The part about size and numbers; None where they contradict."""
    extra = _extra_numbers(wanted, known)
    if extra is None:
        return None
    form = "tester" if wanted.tester else "form"
    if wanted.size is not None:
        if extra or wanted.size != known.size:
            return None
        return Likeness(100, f"size ({size_words(wanted.size)}) and {form} are equal")
    if not extra:
        reason = "the text is cut off before its size" if wanted.cut_off else "the text states no size"
        return Likeness(NO_SIZE, reason) if wanted.form == known.form else Likeness(NO_SIZE - MARGIN, f"{reason} and no form")
    if len(extra) > 1 or known.size is None or known.size[0] > 1 or wanted.form != known.form:
        return None
    amount = f"{known.size[1]:g}"
    if extra[0] == amount:
        return Likeness(BARE_SIZE, f"“{extra[0]}” is its size, without a unit")
    return (
        Likeness(CUT_SIZE, "the text is cut off inside its size") if amount.startswith(extra[0]) and wanted.scent[-1] == extra[0] else None
    )


def _extra_numbers(wanted: Parts, known: Parts) -> list[str] | None:
    """Numbers of the text that are not of the scent; None where the scent has a number that the text lacks (Station 47)."""
    left = list(wanted.numbers)
    for number in known.numbers:
        if number not in left:
            return None
        left.remove(number)
    return left


def _initials_of(wanted: Parts, known: Parts) -> str:
    """The one word of the text with the numbers of the scent behind it."""
    return "".join((*wanted.words, *known.numbers)) if _extra_numbers(wanted, known) is not None else ""


def _words_alike(left: Sequence[str], right: Sequence[str]) -> float:
    """100 for the same words in any order or glued; else the mean of each word's best partner, in the worse of both directions."""
    if not left or not right:
        return 0.0
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return 100.0
    there = mean(max(fuzz.ratio(word, other) for other in right) for word in left)
    back = mean(max(fuzz.ratio(word, other) for word in left) for other in right)
    return min(there, back, 99.0)


def _beginning(words: Sequence[str], known: Sequence[str]) -> float:
    """BEGINNING where the words are the known ones up to some point, the last one perhaps cut off; else 0."""
    if not words or len(words) > len(known) or (len(words) == len(known) and words[-1] == known[-1]):
        return 0.0
    whole = tuple(words[:-1]) == tuple(known[: len(words) - 1])
    return BEGINNING if whole and _begins(words[-1], known[len(words) - 1]) else 0.0


def _begins(word: str, known: str) -> bool:
    return len(word) >= 3 and known.startswith(word)


def _how_similar(words: Sequence[str], known: Parts, score: float) -> str:
    if score == BEGINNING:
        return f"the text is the beginning of “{' '.join(known.scent)}”"
    near = [(word, max(known.words, key=lambda other: fuzz.ratio(word, other))) for word in words if word not in known.words]
    return f"the scent is similar (“{near[0][0]}” for “{near[0][1]}”)" if near else "the scent is similar"
