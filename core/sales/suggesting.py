"""The nearest known names to one that does not exist, as the second half of a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

NEAR_ENOUGH = 55  # of 100; below, naming what exists says more than a far guess


def did_you_mean(name: str, known: Mapping[str, str]) -> str:
    """`known`: names and their labels. “Did you mean units or units_sold?”, else the list of what exists."""
    nearest = nearest_names(name, known)
    if nearest:
        return f"Did you mean {' or '.join(nearest)}?"
    return f"Choose one of {', '.join(known)}."


def nearest_names(name: str, known: Mapping[str, str], limit: int = 3) -> list[str]:
    """Up to `limit` known names, nearest first, compared by name and by label."""
    scored: dict[str, float] = {}
    for choices in ({key: key for key in known}, known):
        for _, score, key in process.extract(name, choices, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit):
            scored[key] = max(score, scored.get(key, 0))
    ranked = sorted(scored, key=lambda key: -scored[key])
    return [key for key in ranked if scored[key] >= NEAR_ENOUGH][:limit]
