"""What an unknown key most likely is. Names are compared in parts: size and form must be equal, only the scent may be fuzzy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz

from core.catalogue.folding import fold
from core.catalogue.records import Catalogue, Reseller

MARGIN, ENOUGH, HOW_MANY = 8.0, 72.0, 3
# Ordered: the first that is found names the form. The words are those of several languages' shelves.
FORMS: tuple[tuple[str, str], ...] = (
    ("candle", r"candles?|swieca|vela|bougie|kaars|kerze|zvake|geurkaars|c3"),
    ("refill", r"refills?|recharge|navulling"),
    ("sample", r"vials?|samples?|probka|muestra|echantillon|mini"),
    ("set", r"sets?|coffret|zestaw|estuche|rinkinys"),
    ("travel", r"travel|edition"),
)
TESTER = re.compile(r"\b(tester|testers|probador)\b")
NOISE = re.compile(
    r"\b(edp|edt|edc|eau|de|parfum|perfume|perfum|toilette|cologne|spray|no|colour|color|size|one|zapachowa|scented|geur|with|the|and|of)\b"
)
SIZE = re.compile(r"(?:(\d{1,2})\s*[x×*]\s*)?(?<![\d.,])(\d{1,4}(?:[.,]\d)?)\s*(ml|cl|l|gr|g)(?![a-z])")


@dataclass(frozen=True)
class Parts:
    """A product text in parts. `size`: (pieces, amount, unit) or None where unknown. `scent`: the folded words that are left."""

    size: tuple[int, float, str] | None
    form: str
    tester: bool
    scent: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """One candidate: its EAN or store name, what to show, how sure (0…100), and why."""

    target: str
    label: str
    confidence: float
    reason: str


def split_text(text: str, brand: Iterable[str] = ()) -> Parts:
    """Brand words, concentration and size taken out; what is left is the scent. `brand`: folded words to ignore."""
    # Some vendors glue words: `glow of tundra edpno colour100ml`.
    glued = re.sub(r"(?<=[a-z])(?=\d)|(?<=edp)(?=no)|(?<=ml)(?=no)|(?<=colour)(?=no)", " ", fold(text))
    name = re.sub(r"^\d{4,}\s*-\s*", "", glued).replace(".", " ") if "." not in glued else re.sub(r"(?<!\d)\.|\.(?!\d)", " ", glued)
    found = SIZE.search(name)
    rest = name[: found.start()] + " " + name[found.end() :] if found else name
    size = _size(found)
    several = "set" if size and size[0] > 1 else "bottle"
    form = next((form for form, words in FORMS if re.search(rf"\b(?:{words})\b", rest)), several)
    for _, form_words in FORMS:
        rest = re.sub(rf"\b(?:{form_words})\b", " ", rest)
    words = re.findall(r"[\w']+", NOISE.sub(" ", TESTER.sub(" ", rest)))
    return Parts(size, form, bool(TESTER.search(name)), tuple(w for w in words if w not in set(brand)))


def _size(found: re.Match[str] | None) -> tuple[int, float, str] | None:
    if found is None:
        return None
    number, unit = float(found[2].replace(",", ".")), found[3]
    factor = {"cl": 10, "l": 1000}.get(unit, 1)
    return int(found[1] or 1), number * factor, "g" if unit.startswith("g") else "ml"


@dataclass(frozen=True)
class Known:
    """A product of the catalogue beside its parts."""

    ean: str
    name: str
    parts: Parts


class Suggestions:
    """Ranked candidates for the unknown keys of one reseller's file."""

    def __init__(self, catalogue: Catalogue, reseller: Reseller, brand: str = "") -> None:
        self._products = [Known(ean, name, split_text(name)) for ean, name in catalogue.products.select("ean", "product_name").iter_rows()]
        stores = catalogue.store_aliases.filter(pl.col("reseller_id") == reseller.id).join(catalogue.stores, on="store_id")
        self._stores = [(key, store) for key, store in stores.select("alias_key", "store").iter_rows()]
        self._brand = frozenset(fold(brand).split())

    def products(self, text: str) -> list[Suggestion]:
        """Up to three products whose size and form equal the text's, best scent first."""
        wanted = split_text(text, self._brand)
        if not wanted.scent:
            return []
        scored = [(_scent(wanted, known.parts), known) for known in self._products if _same_shape(wanted, known.parts)]
        best = sorted((s for s in scored if s[0] >= ENOUGH), key=lambda s: (-s[0], s[1].ean))[:HOW_MANY]
        clear = len(best) > 0 and (len(best) == 1 or best[0][0] - best[1][0] >= MARGIN)
        return [_product(known, score, clear and n == 0) for n, (score, known) in enumerate(best)]

    def stores(self, text: str) -> list[Suggestion]:
        """Up to three stores with a similar spelling."""
        wanted = fold(text)
        scored: dict[str, float] = {}
        for key, store in self._stores:
            scored[store] = max(scored.get(store, 0.0), fuzz.token_sort_ratio(wanted, key))
        best = sorted(((s, n) for n, s in scored.items() if s >= ENOUGH), key=lambda s: (-s[0], s[1]))[:HOW_MANY]
        return [Suggestion(store, store, round(score, 1), "similar spelling") for score, store in best]

    def of_key(self, kind: str, text: str, product_text: str = "") -> list[Suggestion]:
        """Candidates for a held key: of a store by its name, of a product by its text, else by the key itself."""
        return self.stores(text) if kind == "store" else self.products(product_text or text) or self.products(text)

    def sentence(self, kind: str, text: str, product_text: str = "") -> str:
        """One sentence for the problem list."""
        found = self.of_key(kind, text, product_text)
        looks = f"It looks like “{found[0].label}” ({found[0].reason}). " if found else ""
        what = "Choose its store" if kind == "store" else "Choose its product"
        return f"{looks}{what} in the inbox; the answer is remembered for every file."


def _product(known: Known, score: float, clear: bool) -> Suggestion:
    exact = score >= 100
    reason = "size, form and scent are equal" if exact else "size and form are equal, the scent is similar"
    return Suggestion(known.ean, known.name, round(score if exact or clear else score - MARGIN, 1), reason)


def _same_shape(wanted: Parts, known: Parts) -> bool:
    size = wanted.size is None or wanted.size == known.size
    return size and wanted.form == known.form and wanted.tester == known.tester


def _scent(wanted: Parts, known: Parts) -> float:
    left, right = " ".join(wanted.scent), " ".join(known.scent)
    if not left or not right:
        return 0.0
    return 100.0 if sorted(wanted.scent) == sorted(known.scent) else min(fuzz.token_sort_ratio(left, right), 99.0)


def disagrees(text: str, name: str) -> bool:
    """True where a product text clearly names another size, form or scent than the product its key stands for."""
    stated, known = split_text(text), split_text(name)
    if stated.size is not None and known.size is not None and stated.size != known.size:
        return True
    return stated.tester != known.tester and stated.tester
