"""Looking ahead, always labelled: forecast with its past error, projection against a target, run rate. Declines beyond a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import polars as pl

from core.chat import times
from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, total_of, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import counted, figure, label, percent, population, reach, when
from core.sales.charts import ChartSpec, Series, axis_label, name_moment
from core.sales.covered import months_in
from core.sales.measures import MEASURES
from core.sales.query import Period, Result

FURTHEST_MONTHS = 12  # ahead of the data
FEWEST_MONTHS = 3
RECENT = 3
TESTED_MONTHS = 6


@dataclass(frozen=True)
class Outlook:
    """One month ahead: expected value and its range."""

    month: date
    expected: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Method:
    """How the outlook was made, and how wrong it would have been: mean absolute error ÷ mean value of the tested months."""

    words: str
    error: Decimal | None
    tested: int


def expect(history: Mapping[date, Decimal], month: date) -> tuple[Decimal, str]:
    """The value of `month` from the months before: the same month last year at the pace of the last three, else the mean of the last three."""
    past = sorted(day for day in history if day < month)
    recent = past[-RECENT:]
    same = month.replace(year=month.year - 1)
    year_ago = [day.replace(year=day.year - 1) for day in recent]
    if same in history and all(day in history for day in year_ago) and sum(history[d] for d in year_ago) > 0:
        pace = sum((history[d] for d in recent), Decimal(0)) / sum((history[d] for d in year_ago), Decimal(0))
        return history[same] * pace, "the same month of last year at the pace of the last 3 months"
    return sum((history[d] for d in recent), Decimal(0)) / len(recent), "the mean of the last 3 months"


def look_ahead(history: Mapping[date, Decimal], wanted: Sequence[date]) -> tuple[list[Outlook], Method]:
    """Every wanted month, in order, the nearer ones first as a base of the later ones; the range is the error of the tested months, wider ahead."""
    known, words = dict(history), ""
    months = [p.start for p in months_in(Period(max(history), max(wanted)))][1:]
    error, tested = past_error(history)
    found: list[Outlook] = []
    for ahead, month in enumerate(months, 1):
        value, words = expect(known, month)
        value = round(max(value, Decimal(0)), 2)
        known[month] = value
        spread = round(value * (error if error is not None else Decimal("0.5")) * (1 + Decimal(ahead - 1) / 10), 2)
        if month in wanted:
            found.append(Outlook(month, value, max(value - spread, Decimal(0)), value + spread))
    return found, Method(words, error, tested)


def past_error(history: Mapping[date, Decimal]) -> tuple[Decimal | None, int]:
    """The method applied to the last months as if they were not known yet."""
    tested = sorted(history)[FEWEST_MONTHS:][-TESTED_MONTHS:]
    if not tested:
        return None, 0
    misses = [abs(history[m] - expect({d: v for d, v in history.items() if d < m}, m)[0]) for m in tested]
    size = sum((abs(history[m]) for m in tested), Decimal(0))
    return (sum(misses, Decimal(0)) / size if size else None), len(tested)


def _history(m: Material) -> tuple[dict[date, Decimal], Result | None]:
    months = m.regular_months()
    if not months:
        return {}, None
    result = m.ask(replace(m.query, by=("month",), period=Period(months[0].start, months[-1].end), limit=None, order_by=None))
    values = {day: value_of(value) for day, value in result.frame.select("month", m.measure).iter_rows() if day is not None}
    return {p.start: values.get(p.start, Decimal(0)) for p in months}, result


def forecast(m: Material) -> Finding:
    """The months asked for, one figure and a range, with method and past error; months that have ended count as they were."""
    if MEASURES[m.measure].additivity != "additive" and m.measure != "orders":
        return Finding(
            f"A forecast is made for revenue and units; {label(m.measure).lower()} is not forecast. Ask for its trend instead.",
            declined=True,
        )
    history, result = _history(m)
    if len(history) < FEWEST_MONTHS:
        return Finding(
            f"A forecast needs at least {FEWEST_MONTHS} complete months{population(m)}; there are {len(history)}.", declined=True
        )
    wanted = [p.start for p in months_in(_target_period(m))]
    if (refused := _too_far(m, max(history), wanted)) is not None:
        return refused
    future = [month for month in wanted if month > max(history)]
    done = [month for month in wanted if month in history]
    if not future:
        return Finding(
            f"That period has ended: {figure(m.measure, sum((history[d] for d in done), Decimal(0)))} {label(m.measure).lower()}{population(m)}{when(m)}.",
            declined=False,
            figures=(sum((history[d] for d in done), Decimal(0)),),
        )
    outlooks, method = look_ahead(history, future)
    return _told(m, history, done, outlooks, method, result)


def _target_period(m: Material) -> Period:
    period = m.query.period
    if period is None:
        return times.months_back(m.today, -1)
    return _full(m)


def _too_far(m: Material, last: date, wanted: Sequence[date]) -> Finding | None:
    ahead = (max(wanted).year - last.year) * 12 + max(wanted).month - last.month
    if ahead <= FURTHEST_MONTHS:
        return None
    furthest = times.describe(times.months_back(last, -FURTHEST_MONTHS))
    text = f"No forecast for {times.describe(_target_period(m))}: the data end in {times.describe(times.months_back(last, 0))}, and further than {FURTHEST_MONTHS} months ahead it would be a guess. I can look ahead as far as {furthest}."
    return Finding(text, declined=True, figures=(furthest, FURTHEST_MONTHS, last))


def _told(
    m: Material, history: Mapping[date, Decimal], done: Sequence[date], outlooks: Sequence[Outlook], method: Method, result: Result | None
) -> Finding:
    name = m.measure
    actual = sum((history[d] for d in done), Decimal(0))
    expected, low, high = (actual + sum((getattr(o, field) for o in outlooks), Decimal(0)) for field in ("expected", "low", "high"))
    period = times.describe(_target_period(m))
    error = (
        f"over the last {method.tested} months this method was off by {percent(method.error)} on average"
        if method.error is not None
        else "its past error is unknown, because there are too few months"
    )
    text = f"Forecast, not a fact: {label(name).lower()}{population(m)} in {period} about {counted(name, _whole(name, expected))}, between {figure(name, _whole(name, low))} and {figure(name, _whole(name, high))}. Method: {method.words}; {error}."
    text += f" Of this {figure(name, actual)} is already sold." if done else ""
    text += _last_year(m, history, outlooks)
    rows = [(d, history[d], None, None, None) for d in sorted(history)[-12:]] + [
        (o.month, None, o.expected, o.low, o.high) for o in outlooks
    ]
    frame = frame_of(rows, {"month": pl.Date, "actual": EUR, "forecast": EUR, "low": EUR, "high": EUR})
    figures = (expected, low, high, actual, method.error, method.tested, RECENT, *history.values())
    chart = _chart(m, history, outlooks)
    skipped = (
        f"The forecast starts from {times.describe(times.months_back(max(history), 0))}, the last month that all regular resellers have reported.",
    )
    return Finding(text, frame, result, chart, skipped, figures)


def _whole(name: str, value: Decimal) -> Decimal:
    return round(value, 0) if MEASURES[name].whole else round(value, 2)


def _last_year(m: Material, history: Mapping[date, Decimal], outlooks: Sequence[Outlook]) -> str:
    if len(outlooks) != 1:
        return ""
    same = outlooks[0].month.replace(year=outlooks[0].month.year - 1)
    return f" {times.describe(times.months_back(same, 0))} was {figure(m.measure, history[same])}." if same in history else ""


def _chart(m: Material, history: Mapping[date, Decimal], outlooks: Sequence[Outlook]) -> ChartSpec:
    past = sorted(history)[-12:]
    months = [*past, *(o.month for o in outlooks)]
    actual = (*(history[d] for d in past), *(None for _ in outlooks))
    joined = [None] * (len(past) - 1) + [history[past[-1]]]
    lines = [Series("Actual", actual)] + [
        Series(name, (*joined, *(getattr(o, field) for o in outlooks)), "before")
        for name, field in (("Forecast", "expected"), ("Low", "low"), ("High", "high"))
    ]
    measure = MEASURES[m.measure]
    title = f"{measure.label}{population(m)}: actual and forecast"
    texts = tuple(name_moment(day, "month") for day in months)
    return ChartSpec(
        "line",
        title,
        tuple(months),
        tuple(lines),
        "Month",
        axis_label(measure),
        measure.unit,
        "Forecast, not a fact",
        texts,
        partial=tuple(range(len(past), len(months))),
    )


def target(m: Material) -> Finding:
    """What is sold so far plus the outlook for the rest of the period, held against the amount: likely, unlikely or open."""
    history, result = _history(m)
    amount, period = m.slots.amount, _full(m)
    if amount is None or len(history) < FEWEST_MONTHS:
        return Finding(f"A projection needs an amount and at least {FEWEST_MONTHS} complete months{population(m)}.", unanswered=True)
    wanted = [p.start for p in months_in(period)]
    if (refused := _too_far(m, max(history), wanted)) is not None:
        return refused
    done = [d for d in wanted if d in history]
    actual = sum((history[d] for d in done), Decimal(0))
    future = [d for d in wanted if d > max(history)]
    outlooks, method = look_ahead(history, future) if future else ([], Method("", None, 0))
    expected, low, high = (actual + sum((getattr(o, f) for o in outlooks), Decimal(0)) for f in ("expected", "low", "high"))
    verdict = (
        "Yes, by this projection" if low >= amount else "No, by this projection" if high < amount else "Open: the range lies on both sides"
    )
    name, error = m.measure, f"; past error {percent(method.error)}" if method.error is not None else ""
    text = f"{verdict}. {label(name)}{population(m)} in {times.describe(period)}: {figure(name, actual)} reported so far, projected {figure(name, round(expected, 2))} (between {figure(name, round(low, 2))} and {figure(name, round(high, 2))}) against {figure(name, amount)}. A projection, not a fact: {method.words or 'all months are known'}{error}."
    rows = [(d, history[d], None, None, None) for d in done] + [(o.month, None, o.expected, o.low, o.high) for o in outlooks]
    frame = frame_of(rows, {"month": pl.Date, "actual": EUR, "forecast": EUR, "low": EUR, "high": EUR})
    return Finding(
        text,
        frame,
        result,
        _chart(m, history, outlooks) if outlooks else None,
        (),
        (actual, expected, low, high, amount, method.error, RECENT),
    )


def _full(m: Material) -> Period:
    """The whole month, quarter or year that a running period belongs to."""
    moment = m.slots.asked.period
    assert moment is not None and moment.period is not None
    period = moment.period
    length = {"month_to_date": 1, "quarter_to_date": 3, "half_to_date": 6, "ytd": 12}.get(moment.grain)
    return times.months_back(period.start, 0, length) if length else period


def runrate(m: Material) -> Finding:
    """Sales so far ÷ days so far × days of the period; days so far end with the last day that is loaded."""
    period, whole = m.query.period, _full(m)
    if period is None:
        return Finding("A run rate needs a running period, for example “run rate for this month”.", unanswered=True)
    result = m.ask(flat(m.query, period=Period(period.start, min(period.end, m.today))))
    through = max((day for day in result.data_through.values() if day <= m.today), default=None)
    name, value = m.measure, total_of(result, m.measure)
    if value is None or through is None or through < period.start:
        return nothing(m, result)
    days = (min(through, period.end) - period.start).days + 1
    projected = round(value / days * whole.days, 2)
    text = f"Run rate{population(m)} for {times.describe(whole)}: {counted(name, _whole(name, projected))} = {counted(name, value)} so far ÷ {days} days × {whole.days} days. A projection, not a fact."
    late = [s.name for s in m.senders() if s.cadence == "monthly"]
    notes = (
        (f"Resellers that report by month enter when their month is complete, so they are missing here: {', '.join(late)}.",)
        if late
        else ()
    )
    frame = frame_of([(value, days, whole.days, projected)], {name: EUR, "days_so_far": pl.Int64, "days": pl.Int64, "run_rate": EUR})
    return Finding(text + reach(result), frame, result, None, notes, (projected, days, whole.days))
