"""Ways to carry a series on: three baselines and five methods of exponential smoothing, over plain numbers. Pure.

A series is a sequence of figures by month (or week), oldest first; None is a month that is not covered, and is stepped over, never taken
for 0. `season`: steps of a year (12 or 52). Every way gives `ahead` figures after the last one, whatever the series looks like; how good
they are is a question for `core.sales.backtesting`. Figures are floats here, as estimates are no money; they become exact where they leave.

Sources: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. (“FPP3”), 5.2 (seasonal naive, mean), 8.1 (simple
exponential smoothing), 8.2 (damped trend); Hyndman & Billah, Unmasking the Theta method, 2003; Miller & Williams, Shrinkage estimators of
time series seasonal factors, 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

Known = Sequence[float | None]
Way = Callable[[Known, int, int], list[float]]
ALPHAS, BETAS, DAMPING = (0.1, 0.3, 0.5, 0.7, 0.9), (0.05, 0.2), 0.9
LEAST_FACTOR = 0.05  # of a season: a month that hardly sells must not blow up what is divided by it
PAIRS_TRUSTED = 3  # so many pairs of a month and its year before weigh as much as “no trend”


def same_last_year(values: Known, season: int, ahead: int) -> list[float]:
    """Seasonal naive (FPP3 5.2): the figure of the same step a year ago, or the newest year that states it."""
    return [_year_ago(values, season, len(values) + i) for i in range(ahead)]


def at_recent_pace(values: Known, season: int, ahead: int) -> list[float]:
    """The figure of a year ago × (last quarter of a year ÷ the same steps a year before); at most 1 ÷ LEAST_FACTOR times as much."""
    pairs = _pairs(values, season)[-max(season // 4, 1) :]
    now, then = sum(value for _, value, _ in pairs), sum(before for _, _, before in pairs)
    pace = now / max(then, now * LEAST_FACTOR) if now > 0 and then > 0 else 1.0
    return [value * pace for value in same_last_year(values, season, ahead)]


def average(values: Known, season: int, ahead: int) -> list[float]:
    """The mean of the last year's known figures (FPP3 5.2)."""
    return [_recent_mean(values, season)] * ahead


def level(values: Known, season: int, ahead: int) -> list[float]:
    """Simple exponential smoothing (FPP3 8.1), no season."""
    return _kept_in_kind(values, season, [_smooth(values)[0]] * ahead)


def seasonal_level(values: Known, season: int, ahead: int) -> list[float]:
    """Simple exponential smoothing of what remains without the season, put back into the season."""
    return _in_season(values, season, ahead, lambda calm: [_smooth(calm)[0]] * ahead)


def damped_trend(values: Known, season: int, ahead: int) -> list[float]:
    """Holt's linear trend, damped by 0.9 a step (FPP3 8.2), without the season, put back into it."""
    return _in_season(values, season, ahead, lambda calm: _damped(calm, ahead))


def theta(values: Known, season: int, ahead: int) -> list[float]:
    """Theta: simple exponential smoothing with half the slope of the regression line as drift (Hyndman & Billah 2003), with the season."""
    return _in_season(values, season, ahead, lambda calm: _theta(calm, ahead))


def together(values: Known, season: int, ahead: int) -> list[float]:
    """The mean of the three seasonal methods: combinations are hard to beat (FPP3 13.4)."""
    found = [way(values, season, ahead) for way in (seasonal_level, damped_trend, theta)]
    return [fmean(three) for three in zip(*found, strict=True)]


BASELINES: Mapping[str, Way] = {"same_last_year": same_last_year, "at_recent_pace": at_recent_pace, "average": average}
METHODS: Mapping[str, Way] = {
    "together": together,
    "level": level,
    "seasonal_level": seasonal_level,
    "damped_trend": damped_trend,
    "theta": theta,
}
WAYS: Mapping[str, Way] = {**BASELINES, **METHODS}


@dataclass(frozen=True)
class Season:
    """Factors by step of the year (or summands, where figures reach 0 or below)."""

    factors: tuple[float, ...]
    multiplies: bool

    def without(self, values: Known) -> list[float | None]:
        return [None if v is None else self._off(v, i) for i, v in enumerate(values)]

    def put_back(self, value: float, place: int) -> float:
        factor = self.factors[place % len(self.factors)]
        return value * factor if self.multiplies else value + factor

    def _off(self, value: float, place: int) -> float:
        factor = self.factors[place % len(self.factors)]
        return value / factor if self.multiplies else value - factor


def season_of(values: Known, season: int) -> Season:
    """The season of a series of more than a year. The trend is taken off first, by the mean change against the same step a year before, so
    that growth within a year is not read as season. With two years or more, factors are drawn to “no season” as far as the years disagree
    (Miller & Williams 2003)."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    multiplies = all(v > 0 for _, v in known)
    line = _trend_line(values, season)
    parts: list[list[float]] = [[] for _ in range(season)]
    for i, value in known:
        parts[i % season].append(value / line(i) if multiplies else value - line(i))
    neutral = 1.0 if multiplies else 0.0
    raw = [fmean(own) if own else neutral for own in parts]
    shift = fmean(raw)
    centred = [f / shift if multiplies and shift > 0 else f - shift + neutral for f in raw]
    trust = _trust(parts, centred, neutral)
    factors = [neutral + trust * (factor - neutral) for factor in centred]
    return Season(tuple(max(f, LEAST_FACTOR) if multiplies else f for f in factors), multiplies)


def _trust(parts: Sequence[Sequence[float]], factors: Sequence[float], neutral: float) -> float:
    """1 − (variance that disagreeing years explain) ÷ (variance of the factors), at least 0; 1 while no step has two years."""
    repeated = [own for own in parts if len(own) > 1]
    spread = fmean([(factor - neutral) ** 2 for factor in factors])
    if not repeated or not spread:
        return 1.0
    noise = fmean([sum((v - fmean(own)) ** 2 for v in own) / (len(own) - 1) / len(own) for own in repeated])
    return max(0.0, 1 - noise / spread)


def _trend_line(values: Known, season: int) -> Callable[[int], float]:
    """Mean and slope of a series; the slope by pairs a year apart, which the season can not bend."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    pairs = _pairs(values, season)
    slope = sum(now - before for _, now, before in pairs) / season / (len(pairs) + PAIRS_TRUSTED) if pairs else 0.0
    middle, mean = fmean([i for i, _ in known]), fmean([v for _, v in known])
    least = abs(mean) * 0.1
    if all(v > 0 for _, v in known):
        return lambda i: max(mean + slope * (i - middle), least)
    return lambda i: mean + slope * (i - middle)


def _pairs(values: Known, season: int) -> list[tuple[int, float, float]]:
    """(place, figure, figure a year before), where both are known."""
    found = []
    for place in range(season, len(values)):
        now, before = values[place], values[place - season]
        if now is not None and before is not None:
            found.append((place, now, before))
    return found


def _year_ago(values: Known, season: int, place: int) -> float:
    while (place := place - season) >= 0:
        if place < len(values) and (value := values[place]) is not None:
            return value
    return _recent_mean(values, season)


def _recent_mean(values: Known, season: int) -> float:
    known = [value for value in values if value is not None][-season:]
    return fmean(known) if known else 0.0


def _in_season(values: Known, season: int, ahead: int, carry: Callable[[Known], list[float]]) -> list[float]:
    if not any(value is not None for value in values):
        return [0.0] * ahead
    found = season_of(values, season)
    carried = carry(found.without(values))
    return _kept_in_kind(values, season, [found.put_back(value, len(values) + i) for i, value in enumerate(carried)])


def _kept_in_kind(values: Known, season: int, found: list[float]) -> list[float]:
    """Never below 0 where nothing ever was; 0 where nothing was sold for half a year."""
    known = [value for value in values if value is not None]
    if not any(known[-max(season // 2, 3) :]):
        return [0.0] * len(found)
    return found if min(known) < 0 else [max(value, 0.0) for value in found]


def _smooth(values: Known) -> tuple[float, float]:
    """Level after the last figure and the alpha that foresaw each next figure best (least squares)."""
    runs = [(*_run(values, alpha), alpha) for alpha in ALPHAS]
    last, _, alpha = min(runs, key=lambda run: run[1])
    return last, alpha


def _run(values: Known, alpha: float) -> tuple[float, float]:
    found, misses = _start(values), 0.0
    for value in values:
        if value is not None:
            miss = value - found
            misses += miss * miss
            found += alpha * miss
    return found, misses


def _damped(values: Known, ahead: int) -> list[float]:
    runs = [_run_damped(values, alpha, beta) for alpha in ALPHAS for beta in BETAS]
    last, trend, _ = min(runs, key=lambda run: run[2])
    found, step = [], trend
    for _ in range(ahead):
        step *= DAMPING
        last += step
        found.append(last)
    return found


def _run_damped(values: Known, alpha: float, beta: float) -> tuple[float, float, float]:
    found, trend, misses = _start(values), 0.0, 0.0
    for value in values:
        expected = found + DAMPING * trend
        miss = 0.0 if value is None else value - expected
        misses += miss * miss
        found = expected + alpha * miss
        trend = DAMPING * trend + alpha * beta * miss
    return found, trend, misses


def _theta(values: Known, ahead: int) -> list[float]:
    last, alpha = _smooth(values)
    drift = _slope(values) / 2
    settled = (1 - (1 - alpha) ** len(values)) / alpha
    return [last + drift * (i + settled) for i in range(ahead)]


def _slope(values: Known) -> float:
    known = [(float(i), v) for i, v in enumerate(values) if v is not None]
    middle, mean = fmean([i for i, _ in known]), fmean([v for _, v in known])
    spread = sum((i - middle) ** 2 for i, _ in known)
    return sum((i - middle) * (v - mean) for i, v in known) / spread if spread else 0.0


def _start(values: Known) -> float:
    known = [value for value in values if value is not None]
    return fmean(known[:3]) if known else 0.0
