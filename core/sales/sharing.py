"""Parts of a whole that add up to it exactly. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

UNIT = Decimal("0.000000001")


def shares_of(values: Sequence[Decimal]) -> list[Decimal | None]:
    """value ÷ sum, in nine decimals that add to 1 exactly: the largest takes what rounding leaves. None where the sum is not positive: half of a
    loss is no half of sales."""
    whole = sum(values, Decimal(0))
    if whole <= 0:
        return [None for _ in values]
    shares = [(value / whole).quantize(UNIT) for value in values]
    largest = max(range(len(values)), key=lambda i: abs(values[i]))
    shares[largest] += 1 - sum(shares, Decimal(0))
    return list(shares)
