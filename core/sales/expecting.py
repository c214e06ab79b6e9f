"""What a month (or week) should have brought, and in which range: a seasonal-naive forecast with a robust range. Pure.

    expected   e(t) = g · y(t − s), s = 12 months or 52 weeks; g = median of y(i) ÷ y(i − s) over the season before t
    residual   r(i) = √y(i) − √(g · y(i − s)); square roots, because counts spread with the root of their level (Anscombe 1948)
    scale      max(1.4826 · median |r|, ½ · √price · √(1 + g)), the second being the least that counting single units spreads
    range      (√e ± k · scale)²,  k = 3.5 · (1 + 4 ÷ n) over n residuals

A product is expected to keep its share: e(t) = p · Y(t), Y(t) being the revenue of the same resellers in the month, p the median of y ÷ Y over
the twelve months before; residuals and range as above, with ½ · √price as the least scale. So season, growth and the days of the month cancel.

3.5 robust deviations are the limit of Iglewicz and Hoaglin (1993); the factor keeps false alarms of short histories at one in a hundred
series-months of a market that only fluctuates (measured on generated ones, `tests/sales/test_anomalies.py`). Estimates are floating point,
rounded to cents where they leave; no figure of the data is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log, sqrt
from statistics import median

LIMIT, SHORT_HISTORY = 3.5, 4.0
MONTHS, WEEKS = 12, 52
FEWEST = {MONTHS: 8, WEEKS: 26}  # pairs of a season and the one before; below, nothing is expected
FEWEST_LEVELS = 6
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Expected:
    """A value with its range, in EUR net; `pairs`: how many residuals the range was learned from; `growth`: g."""

    value: Decimal
    low: Decimal
    high: Decimal
    pairs: int
    growth: float

    def holds(self, value: Decimal) -> bool:
        return self.low <= value <= self.high

    def scaled(self, factor: Decimal) -> Expected:
        """The same range where the calendar gives `factor` times as much to expect."""
        return Expected(cents(self.value * factor), cents(self.low * factor), cents(self.high * factor), self.pairs, self.growth)


def expect(values: Mapping[int, Decimal], at: int, season: int = MONTHS, price: float = 0) -> Expected | None:
    """The expected value of place `at`, from the places before it alone. `values`: by place (months or weeks counted through), only those
    that are stated whole. `price`: EUR net of one unit. None where the history is too short or had nothing a season ago."""
    base = values.get(at - season)
    pairs = [(float(values[i]), float(values[i - season])) for i in range(at - season, at) if i in values and i - season in values]
    ratios = [max(now, 0.0) / before for now, before in pairs if before > 0]
    if base is None or base <= 0 or len(ratios) < FEWEST[season]:
        return None
    growth = median(ratios)
    residuals = [abs(_root(now) - sqrt(growth) * _root(before)) for now, before in pairs]
    scale = max(1.4826 * median(residuals), 0.5 * sqrt(max(price, 0.0)) * sqrt(1 + growth))
    centre, reach = sqrt(growth * float(base)), limit(len(residuals)) * scale
    return Expected(_cents(centre**2), _cents(max(centre - reach, 0.0) ** 2), _cents((centre + reach) ** 2), len(residuals), growth)


def expect_share(values: Mapping[int, Decimal], totals: Mapping[int, Decimal], at: int, price: float = 0) -> Expected | None:
    """What a part of `totals` should be at place `at`, if it keeps its share of the twelve places before; `growth` is that share."""
    pairs = [(float(values[i]), float(totals[i])) for i in range(at - MONTHS, at) if i in values and totals.get(i, 0) > 0]
    if len(pairs) < FEWEST[MONTHS] or totals.get(at, 0) <= 0:
        return None
    share = median(max(part, 0.0) / total for part, total in pairs)
    if share <= 0:
        return None
    scale = max(1.4826 * median(abs(_root(part) - sqrt(share * total)) for part, total in pairs), 0.5 * sqrt(max(price, 0.0)))
    centre, reach = sqrt(share * float(totals[at])), limit(len(pairs)) * scale
    return Expected(_cents(centre**2), _cents(max(centre - reach, 0.0) ** 2), _cents((centre + reach) ** 2), len(pairs), share)


def limit(pairs: int) -> float:
    """How many robust deviations are still usual."""
    return LIMIT * (1 + SHORT_HISTORY / pairs)


def expect_level(values: Sequence[float]) -> tuple[float, float, float] | None:
    """Usual level, low and high of something without a season, such as a price: the median of the logarithms ± k robust deviations of at
    least 2 %. None with fewer than FEWEST_LEVELS values."""
    logs = [log(value) for value in values if value > 0]
    if len(logs) < FEWEST_LEVELS:
        return None
    centre = median(logs)
    reach = limit(len(logs)) * max(1.4826 * median(abs(value - centre) for value in logs), 0.02)
    return exp(centre), exp(centre - reach), exp(centre + reach)


def chance_of_none(mean: float) -> float:
    """The Poisson chance that nothing is sold where `mean` units are usual."""
    return exp(-mean)


def chance_of_as_many(count: int, mean: float) -> float:
    """The Poisson chance of `count` or more where `mean` are usual."""
    below, term = 0.0, exp(-mean)
    for i in range(count):
        below += term
        term *= mean / (i + 1)
    return max(0.0, 1.0 - below)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT)


def _cents(value: float) -> Decimal:
    return Decimal(repr(round(value, 2))).quantize(CENT)


def _root(value: float) -> float:
    return sqrt(value) if value >= 0 else -sqrt(-value)
