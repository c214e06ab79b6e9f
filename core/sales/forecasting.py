"""What comes next, with how wrong that was before: figures by month (or week) carried on reseller by reseller and added up. Pure.

    answer = running.run(database, histories_query("sales_eur_net", where), scope)
    found = forecast(histories(answer, covering.covered_in(database, scope), today), horizon=3)

A method of smoothing is used only where its back-test beats every baseline (last year's month, the same at the recent pace, the average of
a year) by more than luck. Else the best baseline is shown as what it is, and `verdict` says so. All is labelled: no figure of a forecast
ever stands in a sum of what was sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from core.sales.backtesting import FEWEST_TESTS, LEVEL, Backtest, Error, Miss
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.extrapolating import BASELINES
from core.sales.histories import SEASONS, Grain, Histories, LeftOut, move, of_part, step_period
from core.sales.measures import MEASURES
from core.sales.query import Period, Result

HORIZONS = (1, 3, 6, 12)
FURTHEST: Mapping[Grain, int] = {"month": 12, "week": 26}
SEASONS_NEEDED = 2
MOST_PARTS = 15
MOST_PART_CUTS = 12
FORECAST_MEASURES = ("sales_eur_net", "units", "sales_eur_gross", "orders")
Verdict = Literal["knows", "baseline", "short", "unknown"]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Ahead:
    """One month to come, or several together: what is reported of it already, the whole as foretold, and its range (None: never tested).

    In EUR, exact to the cent, or whole units. `tests`: how many misses of the past the range is made of.
    """

    period: Period
    reported: Decimal
    expected: Decimal
    low: Decimal | None
    high: Decimal | None
    tests: int


@dataclass(frozen=True)
class Tested:
    """What was said of one past month before it began, and what came. `low`, `high`: of the misses known then."""

    period: Period
    actual: Decimal
    said: Decimal
    last_year: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class PartAhead:
    """One row of a breakdown over all the months ahead. `error`, `naive_error`: WAPE of the method and of last year's month; None where
    too little is known. `months`: of its history."""

    part: str
    expected: tuple[Decimal, ...]
    low: Decimal | None
    high: Decimal | None
    error: float | None
    naive_error: float | None
    months: int

    @property
    def total(self) -> Decimal:
        return sum(self.expected, ZERO)


@dataclass(frozen=True)
class Forecast:
    """`verdict`: knows (a method beats every baseline) · baseline (none does: `way` is the best baseline) · short (less than two years:
    `way` is last year's month) · unknown (nothing can be said). `rows`: every month ahead; the first ones may be reported in part.
    `total`: of those wholly ahead. `held`: in how many of how many tests the range held what came. `history`: figures of the months that
    all resellers of the forecast have stated. `months`: the longest history.
    """

    measure: str
    grain: Grain
    verdict: Verdict
    way: str
    rows: tuple[Ahead, ...]
    total: Ahead | None
    parts: tuple[PartAhead, ...]
    errors: Mapping[str, Error]
    tests: int
    held: tuple[int, int]
    tested: tuple[Tested, ...]
    history: tuple[tuple[Period, Decimal], ...]
    resellers: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    months: int
    result: Result
    level: float = LEVEL

    @property
    def through(self) -> date | None:
        """The last day that every reseller of the forecast has stated: the cut-off."""
        return self.history[-1][0].end if self.history else None

    @property
    def known_from(self) -> date | None:
        """The first day of the month from which on a history of two years will be there; None where it is, or nothing is known."""
        if self.verdict != "short" or self.through is None:
            return None
        return move(self.history[-1][0].start, max(_needed(self.grain) - self.months, 0) + 1, self.grain)


def forecast(found: Histories, horizon: int = 3, breakdown: Histories | None = None) -> Forecast:
    """`found`: by reseller. `horizon`: months (weeks) after the newest one that any reseller has stated, at most FURTHEST. `breakdown`: the
    same figures by another part, whose rows are made to add up to the whole; None: the breakdown is by reseller."""
    horizon = max(1, min(horizon, FURTHEST[found.grain]))
    if not found.tracks or max(track.known() for track in found.tracks) <= found.season:
        return _unknown(found)
    test = backtest(found, horizon)
    verdict = _verdict(found, test)
    way = None if verdict == "knows" else "same_last_year" if verdict == "short" else test.best_baseline()
    resellers = _parts(found, test, way)
    rows = _rows(found, test, way, resellers)
    broken_down = resellers if breakdown is None else _scaled(rows, _parts(breakdown, test, way, own_way=True), test)
    ahead = range(test.open_leads + 1, test.leads + 1)
    told = {name: error for name in (None, *BASELINES) if (error := test.error(name))}
    return Forecast(
        found.measure,
        found.grain,
        verdict,
        way or test.chosen(),
        rows,
        together(rows, test, way, ahead),
        broken_down,
        {name or "method": error for name, error in told.items()},
        test.tests(),
        test.held(way),
        _tested(found, test, way),
        _history(found),
        tuple(dict.fromkeys(track.reseller for track in found.tracks)),
        found.left_out,
        max(track.known() for track in found.tracks),
        found.result,
    )


def backtest(found: Histories, horizon: int) -> Backtest:
    return Backtest(found.tracks, found.start, found.open_steps + horizon, found.open_steps, found.season)


def ahead_of(found: Histories, forecasted: Forecast, period: Period) -> Ahead | None:
    """The months ahead that a period touches, as one; None where it touches none."""
    leads = [i + 1 for i, row in enumerate(forecasted.rows) if row.period.start <= period.end and row.period.end >= period.start]
    if not leads:
        return None
    test = backtest(found, len(forecasted.rows) - found.open_steps)
    return together(forecasted.rows, test, None if forecasted.verdict == "knows" else forecasted.way, leads)


def _needed(grain: Grain) -> int:
    return SEASONS_NEEDED * SEASONS[grain]


def _verdict(found: Histories, test: Backtest) -> Verdict:
    """Two years of most of what is sold, enough tests, and better in them."""
    sizes = {track: sum(abs(value or 0) for value in track.values[-found.season :]) for track in found.tracks}
    long = sum(size for track, size in sizes.items() if track.known() >= _needed(found.grain))
    if long * 2 < sum(sizes.values()) or test.tests() < FEWEST_TESTS:
        return "short"
    return "knows" if test.knows_better() else "baseline"


def _unknown(found: Histories) -> Forecast:
    left = found.left_out
    months = max((track.known() for track in found.tracks), default=0)
    return Forecast(
        found.measure, found.grain, "unknown", "", (), None, (), {}, 0, (0, 0), (), _history(found), (), left, months, found.result
    )


def _rows(found: Histories, test: Backtest, way: str | None, parts: Sequence[PartAhead]) -> tuple[Ahead, ...]:
    """Month by month. Where the breakdown is by reseller its rounded figures are what the total is the sum of."""
    rows, widest = [], 0.0
    for lead in range(1, test.leads + 1):
        expected = sum((part.expected[lead - 1] for part in parts), ZERO) if parts else _exact(found, _said(test, way, lead))
        width, tests = test.width(way, (lead,)), len([m for m in test.misses if m.lead == lead])
        widest = max(widest, width or 0.0)
        rows.append(_ahead(found, test, way, (lead,), expected, widest if width is not None or widest else None, tests))
    return tuple(rows)


def together(rows: Sequence[Ahead], test: Backtest, way: str | None, leads: Sequence[int]) -> Ahead | None:
    """Several months as one figure. Its range is made of the misses of their sum; while too few are known, of the single ranges added up,
    which is wider."""
    chosen = [rows[lead - 1] for lead in leads]
    if not chosen:
        return None
    period = Period(chosen[0].period.start, chosen[-1].period.end)
    reported, expected = (sum((getattr(row, name) for row in chosen), ZERO) for name in ("reported", "expected"))
    width = test.width(way, leads)
    lows, highs = ([value for row in chosen if (value := getattr(row, name)) is not None] for name in ("low", "high"))
    if width is None or len(lows) < len(chosen):
        whole = len(lows) == len(chosen)
        tests = min(row.tests for row in chosen)
        return Ahead(period, reported, expected, sum(lows, ZERO) if whole else None, sum(highs, ZERO) if whole else None, tests)
    half = Decimal(width * test.size(way, 0, leads)).quantize(_quantum_of(chosen), ROUND_HALF_UP)
    floor = reported if all(row.low is not None and row.low >= 0 for row in chosen) else expected - half
    return Ahead(period, reported, expected, min(max(expected - half, floor), expected), expected + half, min(row.tests for row in chosen))


def _ahead(
    found: Histories, test: Backtest, way: str | None, leads: Sequence[int], expected: Decimal, width: float | None, tests: int
) -> Ahead:
    period = step_period(found.step(found.start + leads[0] - 1), found.grain)
    reported = sum((found.known.get((t.part, t.reseller, found.start + leads[0] - 1), ZERO) for t in found.tracks), ZERO)
    reported = reported.quantize(_quantum(found.measure), ROUND_HALF_UP)
    if width is None:
        return Ahead(period, reported, expected, None, None, tests)
    half = _exact(found, width * test.size(way, 0, leads))
    never_below = all((value or 0) >= 0 for track in found.tracks for value in track.values)
    low = max(expected - half, min(reported, expected)) if never_below else expected - half
    return Ahead(period, reported, expected, low, expected + half, tests)


def _said(test: Backtest, way: str | None, lead: int) -> float:
    return test.said(way or test.chosen(), 0, lead) or 0.0


def _parts(found: Histories, whole: Backtest, way: str | None, own_way: bool = False) -> tuple[PartAhead, ...]:
    """Each part alone, the largest first, what is no part of its own last. By the way of the whole or, with `own_way`, by the one of three
    that was closest for it in its own back-test."""
    told = [
        _part(of_part(found, name), whole, way or whole.chosen(), own_way) for name in dict.fromkeys(track.part for track in found.tracks)
    ]
    return tuple(sorted(told, key=lambda part: (part.part in (NOT_STATED, OTHERS), -part.total, part.part)))


def _part(own: Histories, whole: Backtest, way: str, own_way: bool) -> PartAhead:
    ways = tuple(dict.fromkeys((way, "same_last_year", "average")))
    test = Backtest(own.tracks, whole.start, whole.leads, whole.open_leads, whole.season, ways, MOST_PART_CUTS)
    if own_way and test.tests() >= FEWEST_TESTS:
        way = min(ways, key=lambda name: error.mae if (error := test.error(name)) else 0.0)
    known = max(track.known() for track in own.tracks)
    leads = range(1, whole.leads + 1)
    expected = [_exact(own, _said(test, way, lead) if known > own.season else _of_late(own, whole, lead)) for lead in leads]
    errors = [error.wape if (error := test.error(name)) and test.tests() >= FEWEST_TESTS else None for name in (way, "same_last_year")]
    low, high = _part_range(own, test, way, sum(expected[whole.open_leads :], ZERO))
    return PartAhead(own.tracks[0].part, tuple(expected), low, high, errors[0], errors[1], known)


def _part_range(found: Histories, test: Backtest, way: str, expected: Decimal) -> tuple[Decimal | None, Decimal | None]:
    leads = tuple(range(test.open_leads + 1, test.leads + 1))
    width = test.width(way, leads)
    if width is None:
        return None, None
    half = _exact(found, width * test.size(way, 0, leads))
    never_below = all((value or 0) >= 0 for track in test.tracks for value in track.values)
    return (max(expected - half, min(ZERO, expected)) if never_below else expected - half), expected + half


def _of_late(own: Histories, whole: Backtest, lead: int) -> float:
    """What is too new to be foretold counts as much as in its last months; only for its share of the whole."""
    place = whole.start + lead - 1
    known = [[v for v in track.values[-own.season // 4 :] if v is not None] for track in own.tracks]
    stated = [track.values[place] for track in own.tracks if place < track.end]
    return sum(v or 0.0 for v in stated) if stated else sum(sum(values) / len(values) for values in known if values)


def _scaled(rows: Sequence[Ahead], told: Sequence[PartAhead], whole: Backtest) -> tuple[PartAhead, ...]:
    """Parts that are series of their own add up to another whole: month by month they are scaled to this one, to the cent."""
    if not told:
        return ()
    quantum = _quantum_of(rows)
    columns = [shared_out(row.expected, [part.expected[i] for part in told], quantum) for i, row in enumerate(rows)]
    return tuple(_moved(part, row, whole.open_leads) for part, row in zip(told, zip(*columns, strict=True), strict=True))


def _moved(part: PartAhead, expected: tuple[Decimal, ...], opened: int) -> PartAhead:
    """The range goes along with its figure."""
    shift = sum(expected[opened:], ZERO) - sum(part.expected[opened:], ZERO)
    low, high = (None if edge is None else edge + shift for edge in (part.low, part.high))
    low = None if low is None else max(low, ZERO) if part.low is not None and part.low >= 0 else low
    return PartAhead(part.part, expected, low, high, part.error, part.naive_error, part.months)


def shared_out(total: Decimal, sizes: Sequence[Decimal], quantum: Decimal) -> list[Decimal]:
    """`total` in parts as large as `sizes` are, exact in `quantum`: what rounding leaves goes where it was cut most. Equal parts where the
    sizes add up to nothing."""
    weights = [max(size, ZERO) for size in sizes]
    whole = sum(weights, ZERO)
    exact = [total * weight / whole if whole else total / len(weights) for weight in weights]
    parts = [value.quantize(quantum, "ROUND_FLOOR") for value in exact]
    rest = int((total - sum(parts, ZERO)) / quantum)
    for i in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[:rest]:
        parts[i] += quantum
    return parts


def _tested(found: Histories, test: Backtest, way: str | None) -> tuple[Tested, ...]:
    """The months foretold just before they began, oldest first."""
    first = test.open_leads + 1
    return tuple(_one(found, test, way, miss) for miss in reversed(test.misses) if miss.lead == first)


def _one(found: Histories, test: Backtest, way: str | None, miss: Miss) -> Tested:
    period = step_period(found.step(found.start - miss.cut + miss.lead - 1), found.grain)
    said = test.told(miss, way)
    width = test.width(way, (miss.lead,), miss.cut)
    half = None if width is None else width * max(abs(said), abs(miss.said["average"]) / 2)
    low, high = (None if half is None else _exact(found, max(said + sign * half, min(said, 0.0))) for sign in (-1, 1))
    actual, told, last_year = (_exact(found, value) for value in (miss.actual, said, miss.said["same_last_year"]))
    return Tested(period, actual, told, last_year, low, high)


def _history(found: Histories) -> tuple[tuple[Period, Decimal], ...]:
    """The sum of the months that every track that had begun by then has stated."""
    rows = []
    for place in range(found.start):
        known = [t for t in found.tracks if t.values[place] is not None]
        begun = [t for t in found.tracks if any(value is not None for value in t.values[: place + 1])]
        if known and len(known) == len(begun):
            total = sum((found.known[t.part, t.reseller, place] for t in known), ZERO)
            rows.append((step_period(found.steps[place], found.grain), total))
    return tuple(rows)


def _exact(found: Histories, value: float) -> Decimal:
    return Decimal(value).quantize(_quantum(found.measure), ROUND_HALF_UP)


def _quantum(measure: str) -> Decimal:
    return Decimal(1) if MEASURES[measure].whole else Decimal("0.01")


def _quantum_of(rows: Iterable[Ahead]) -> Decimal:
    return Decimal(1).scaleb(max((int(row.expected.as_tuple().exponent) for row in rows), default=0))
