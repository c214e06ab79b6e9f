"""The nearest known names to one that does not exist, as the second half of a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

from core.sales.synonyms import SYNONYMS

NEAR_ENOUGH = 55  # of 100; below, naming what exists says more than a far guess
SYNONYM_ENOUGH = 82  # a word of another language must be met nearly letter by letter


def did_you_mean(name: str, known: Mapping[str, str]) -> str:
    """`known`: names and their labels. “Did you mean units or units_sold?”, else the list of what exists."""
    nearest = nearest_names(name, known)
    if nearest:
        return f"Did you mean {' or '.join(nearest)}?"
    return f"Choose one of {', '.join(known)}."


def nearest_names(name: str, known: Mapping[str, str], limit: int = 3) -> list[str]:
    """Up to `limit` known names, nearest first, compared by name, by label and by what else people call them in their languages."""
    asked = _plain(name)
    scored: dict[str, float] = {}
    for choices in ({key: key for key in known}, known):
        for _, score, key in process.extract(name, choices, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit):
            scored[key] = max(score, scored.get(key, 0))
    for key in known:
        meant = max((fuzz.ratio(asked, _plain(word)) for word in SYNONYMS.get(key, ())), default=0.0)
        if meant >= SYNONYM_ENOUGH:
            scored[key] = max(meant + (1 if meant == 100 else 0), scored.get(key, 0))  # a word met exactly says more than a likeness
    ranked = sorted(scored, key=lambda key: -scored[key])
    return [key for key in ranked if scored[key] >= NEAR_ENOUGH][:limit]


def _plain(text: str) -> str:
    """Small letters without accents; ß as ss, ł as l."""
    folded = text.casefold().replace("ł", "l").replace("_", " ")
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c)).strip()
