"""Series with a known shape, for tests of what looks ahead."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from core.sales.backtesting import Track
from core.sales.histories import Histories, move
from core.sales.query import Result, SalesQuery

YEAR = (0.7, 0.7, 0.9, 1.0, 1.1, 0.9, 0.8, 0.8, 1.0, 1.1, 1.4, 1.9)
NOTHING = Result(SalesQuery(), pl.DataFrame(), {}, "", 7, None)
Values = Sequence[float | None]


def noisy(seed: int, noise: float) -> Callable[[float], float]:
    """Multiplies by 1 ± noise, the same way every time."""
    chance = random.Random(seed)
    return lambda value: value * (1 + noise * chance.gauss(0, 1))


def season(months: int, *, growth: float = 0.0, noise: float = 0.0, seed: int = 1, size: float = 1000) -> list[float]:
    blur = noisy(seed, noise)
    return [round(blur(size * YEAR[i % 12] * (1 + growth) ** i), 2) for i in range(months)]


def histories_of(tracks: Mapping[str, Values], part: Mapping[str, str] | None = None, measure: str = "sales_eur_net") -> Histories:
    """Series by reseller from January 2022 on; `part`: row of the breakdown, by reseller (default: the reseller itself)."""
    made = tuple(Track((part or {}).get(name, name), name, tuple(values)) for name, values in tracks.items())
    known = {(t.part, t.reseller, i): Decimal(str(v)) for t in made for i, v in enumerate(t.values) if v is not None}
    steps = tuple(move(date(2022, 1, 1), i, "month") for i in range(max(t.end for t in made)))
    return Histories(measure, "month", steps, made, (), known, NOTHING)
