"""Weighing what speaks for a vendor and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.ingest.shapes import Guess


@dataclass(frozen=True)
class Clue:
    """One observation: what it says, whether it holds, and how much of the certainty (0…1) it carries."""

    text: str
    holds: bool
    weight: float


def weigh(vendor: str, clues: Iterable[Clue], counter: Iterable[Clue] = ()) -> Guess:
    """The guess that `clues` (for) and `counter` (against) add up to; a clue that does not hold counts for nothing."""
    found = [clue for clue in clues if clue.holds]
    opposed = [clue for clue in counter if clue.holds]
    confidence = sum(clue.weight for clue in found) - sum(clue.weight for clue in opposed)
    return Guess(vendor, round(min(max(confidence, 0.0), 1.0), 3), tuple(c.text for c in found), tuple(c.text for c in opposed))
