"""How wrong a forecast would have been: the same rules, applied at every month of the past with nothing known after it. Pure.

Rolling origin (Hyndman & Athanasopoulos, FPP3, 5.10): at cut k every series ends k steps before its own last one, so a reseller that
reports two months late is two months late in every test too. What a method foretells at a cut is a function of the cut series alone.
The method itself is chosen anew at each cut, by its errors up to that cut: the error told is that of the whole procedure.

Intervals are split-conformal: at one lead, the ⌈(n + 1) · level⌉-th smallest of n past misses, each relative to the size of its forecast
(Lei et al., Distribution-free predictive inference, 2018). No shape of the errors is assumed; their coverage is measured the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist, fmean

from core.sales.extrapolating import BASELINES, METHODS, WAYS

LEVEL = 0.8  # of intervals; four misses are the fewest that can tell it
MOST_CUTS = 24
FEWEST_MISSES = 4  # before a method is chosen by its misses
FEWEST_TESTS = 6  # before a method can be said to know better
# A method knows better when it is closer by this part at least, and luck alone would bring such a gain in fewer than one of four cases. On
# noise without a pattern that is almost never so; a step or trend that a baseline misses is found within a year (tests/sales).
MARGIN, CHANCE = 0.95, 0.25


@dataclass(frozen=True)
class Track:
    """One series of one reseller on the common time axis. `values[i]`: figure of step i, None where it is not covered; nothing after `end`.

    `part`: the row of a breakdown it belongs to.
    """

    part: str
    reseller: str
    values: tuple[float | None, ...]

    @property
    def end(self) -> int:
        return len(self.values)

    def known(self, cut: int = 0) -> int:
        return sum(value is not None for value in self.values[: max(self.end - cut, 0)])


@dataclass(frozen=True)
class Miss:
    """One step foretold at one cut: what came, and what each way had said. `lead` 1 is the first step that is not whole at the cut."""

    cut: int
    lead: int
    actual: float
    said: Mapping[str, float]

    @property
    def known_since(self) -> int:
        """The cut at which this miss was known: only cuts up to it may learn from it."""
        return self.cut - self.lead


@dataclass(frozen=True)
class Error:
    """Mean absolute error of a way, in the unit; relative to what came (WAPE); to the seasonal naive within the history (MASE)."""

    way: str
    mae: float
    wape: float | None
    mase: float | None


@dataclass(frozen=True)
class Backtest:
    """All cuts of some tracks that are foretold together. `start`: the first step that not every track has stated; `leads`: how many steps
    from there on; `open_leads`: how many of those some track has stated already. `season`: steps of a year. `ways`: those to be compared."""

    tracks: tuple[Track, ...]
    start: int
    leads: int
    open_leads: int
    season: int
    ways: tuple[str, ...] = tuple(WAYS)
    most_cuts: int = MOST_CUTS

    def said(self, way: str, cut: int, lead: int) -> float | None:
        """The sum over the tracks that could be foretold at that cut; None without any."""
        return self._sum(way, cut, lead)[0]

    def reported(self, lead: int) -> float:
        """What is stated already of a step that is not whole."""
        place = self.start + lead - 1
        return sum(track.values[place] or 0.0 for track in self.tracks if place < track.end)

    @cached_property
    def misses(self) -> tuple[Miss, ...]:
        """Newest cut first, equally many tests of each lead at most. Only steps that every track has passed; a track without a covered figure
        there is left out of both sides."""
        found = []
        for cut in range(1, self.most_cuts + self.leads):
            for lead in range(max(1, cut - self.most_cuts + 1), min(cut, self.leads) + 1):
                told = {way: self._sum(way, cut, lead) for way in self.ways}
                if (first := told[self.ways[0]])[0] is not None and first[1] is not None:
                    found.append(Miss(cut, lead, first[1], {way: float(said or 0) for way, (said, _) in told.items()}))
        return tuple(found)

    def chosen(self, cut: int = 0) -> str:
        """The method with the least misses known at the cut, over steps that were wholly ahead."""
        return self._choices[min(cut, len(self._choices) - 1)]

    @cached_property
    def _choices(self) -> tuple[str, ...]:
        ahead = [miss for miss in self.misses if miss.lead > self.open_leads]
        last = max((miss.known_since for miss in ahead), default=-1)
        return tuple(_least_wrong([m for m in ahead if m.known_since >= cut], METHODS) for cut in range(last + 2))

    def told(self, miss: Miss, way: str | None) -> float:
        """What a way said; None stands for the method that was the choice at that cut."""
        return miss.said[way or self.chosen(miss.cut)]

    def ahead(self) -> tuple[Miss, ...]:
        """Misses of steps that were wholly ahead at their cut: what errors are told of."""
        return tuple(miss for miss in self.misses if miss.lead > self.open_leads)

    def best_baseline(self) -> str:
        return _least_wrong(list(self.ahead()), BASELINES, fewest=1)

    def error(self, way: str | None) -> Error | None:
        """None while nothing could be tested."""
        found = self.ahead()
        if not found:
            return None
        mae = fmean([abs(miss.actual - self.told(miss, way)) for miss in found])
        size = fmean([abs(miss.actual) for miss in found])
        scale = self._naive_scale()
        return Error(way or self.chosen(), mae, mae / size if size else None, mae / scale if scale else None)

    def tests(self) -> int:
        """At how many cuts something was tested."""
        return len({miss.cut for miss in self.ahead()})

    def knows_better(self) -> bool:
        """Whether the method is clearly closer than every baseline, and by more than luck (Diebold & Mariano 1995, one-sided, as corrected for few
        tests by Harvey, Leybourne & Newbold 1997, against the best of them)."""
        own, others = self.error(None), [self.error(name) for name in BASELINES]
        if own is None or any(other is None or own.mae >= MARGIN * other.mae for other in others):
            return False
        best = self.best_baseline()
        gains: dict[int, list[float]] = {}
        for miss in self.ahead():
            gains.setdefault(miss.cut, []).append(abs(miss.actual - miss.said[best]) - abs(miss.actual - self.told(miss, None)))
        return more_than_luck([fmean(gains[cut]) for cut in sorted(gains)], max(self.leads - self.open_leads, 1))

    def width(self, way: str | None, leads: Sequence[int], cut: int = 0) -> float | None:
        """Half the interval of the sum over `leads`, relative to `size`; None where too few misses were known at the cut."""
        found: dict[int, list[Miss]] = {}
        for miss in self.misses:
            if miss.lead in leads and miss.cut - max(leads) >= cut:
                found.setdefault(miss.cut, []).append(miss)
        whole = [own for own in found.values() if len(own) == len(leads)]
        return quantile([self._relative(own, way) for own in whole])

    def size(self, way: str | None, cut: int, leads: Iterable[int]) -> float:
        """What widths are relative to: the forecast itself, or half an average year's share of it where that is more."""
        name = way or self.chosen(cut)
        told = [(self.said(name, cut, lead) or 0.0, self.said("average", cut, lead) or 0.0) for lead in leads]
        return max(abs(sum(said for said, _ in told)), abs(sum(mean for _, mean in told)) / 2) or 1.0

    def held(self, way: str | None) -> tuple[int, int]:
        """In how many of how many tests the interval, made of earlier misses alone, held what came."""
        inside = total = 0
        for miss in self.ahead():
            width = self.width(way, (miss.lead,), miss.cut)
            if width is not None:
                total += 1
                inside += self._relative([miss], way) <= width * (1 + 1e-12)
        return inside, total

    def _relative(self, misses: Sequence[Miss], way: str | None) -> float:
        off = abs(sum(miss.actual - self.told(miss, way) for miss in misses))
        said, mean = (abs(sum(values)) for values in zip(*((self.told(m, way), m.said["average"]) for m in misses), strict=True))
        return off / (max(said, mean / 2) or 1.0)

    def _naive_scale(self) -> float:
        """Mean distance of a figure to the one a year before, over the tracks together: what MASE is relative to (FPP3 5.8)."""
        gaps = []
        for place in range(self.season, self.start):
            pairs = [(t.values[place], t.values[place - self.season]) for t in self.tracks]
            both = [now - before for now, before in pairs if now is not None and before is not None]
            if both:
                gaps.append(abs(sum(both)))
        return fmean(gaps) if gaps else 0.0

    def _sum(self, way: str, cut: int, lead: int) -> tuple[float | None, float | None]:
        """(said, actual) over the tracks; actual None where the step is not whole yet. Reported figures stand for themselves."""
        place = self.start - cut + lead - 1
        said, actual, any_track = 0.0, 0.0, False
        for number, track in enumerate(self.tracks):
            if track.known(cut) <= self.season or (place < track.end and track.values[place] is None):
                continue
            any_track = True
            end = track.end - cut
            stated = track.values[place] if place < track.end else None
            said += (stated or 0.0) if place < end else self._carried(number, way, cut)[place - end]
            actual += stated or 0.0
        return (said, actual if place < self.start else None) if any_track else (None, None)

    def _carried(self, number: int, way: str, cut: int) -> list[float]:
        """What a way says after the cut end of a track; made once."""
        kept = self._kept
        if (number, way, cut) not in kept:
            track = self.tracks[number]
            end = track.end - cut
            ahead = self.start - cut + self.leads - end
            kept[number, way, cut] = WAYS[way](track.values[:end], self.season, max(ahead, 0))
        return kept[number, way, cut]

    @cached_property
    def _kept(self) -> dict[tuple[int, str, int], list[float]]:
        return {}


def _least_wrong(misses: Sequence[Miss], ways: Iterable[str], fewest: int = FEWEST_MISSES) -> str:
    names = list(ways)
    if len(misses) < fewest:
        return names[0]
    return min(names, key=lambda name: sum(abs(miss.actual - miss.said[name]) for miss in misses))


def quantile(misses: Sequence[float], level: float = LEVEL) -> float | None:
    """The ⌈(n + 1) · level⌉-th smallest of n misses; None where n is too small for the level."""
    rank = math.ceil((len(misses) + 1) * level - 1e-9)
    return sorted(misses)[rank - 1] if misses and rank <= len(misses) else None


def more_than_luck(gains: Sequence[float], horizon: int, chance: float = CHANCE) -> bool:
    """Whether the mean gain is above 0 by more than luck. `horizon`: steps foretold at once, so that neighbouring gains hang together."""
    n = len(gains)
    if n < FEWEST_TESTS:
        return False
    mean = fmean(gains)
    lags = range(1, min(horizon, n - 1))
    spread = _covariance(gains, 0) + 2 * sum((1 - lag / horizon) * _covariance(gains, lag) for lag in lags)
    if spread <= 1e-18:
        return mean > 0
    few = max((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n, 1 / n)
    return mean / math.sqrt(spread / n) * math.sqrt(few) > t_quantile(1 - chance, n - 1)


def _covariance(values: Sequence[float], lag: int) -> float:
    mean = fmean(values)
    return sum((values[i] - mean) * (values[i - lag] - mean) for i in range(lag, len(values))) / len(values)


def t_quantile(probability: float, freedom: int) -> float:
    """Of Student's t, by the expansion of Abramowitz & Stegun 26.7.5 (within 1 % from 4 degrees of freedom on)."""
    z = NormalDist().inv_cdf(probability)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
