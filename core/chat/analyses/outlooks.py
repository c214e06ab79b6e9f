"""Looking ahead, always labelled: the forecast of `core.sales.forecasting` with its past error and baseline, a projection against a target,
the run rate. Declines beyond a year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, value_of
from core.chat.analyses.wording import counted, figure, joined, label, percent, population, reach, when
from core.sales import forecast_words
from core.sales.charts import ChartSpec
from core.sales.covered import months_in
from core.sales.dimensions import DIMENSIONS
from core.sales.forecasting import FORECAST_MEASURES, SEASONS_NEEDED, Ahead, Forecast, ahead_of
from core.sales.forecasting import forecast as foretell
from core.sales.histories import SEASONS, Grain, Histories, histories, histories_query, told
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period

FURTHEST_MONTHS = 12  # ahead of the data
SHOWN_MONTHS = 12
ZERO = Decimal(0)
GRAIN: Grain = "month"


@dataclass(frozen=True)
class Foretold:
    """What is known of the past, and what is foretold of it as far as the question goes."""

    known: Histories
    found: Forecast

    def sold(self, period: Period) -> Decimal:
        """What is stated of the months of a period, by the resellers of the forecast."""
        months = {month.start for month in months_in(period)}
        return sum((value for (_, _, step), value in self.known.known.items() if self.known.step(step) in months), ZERO)


def forecast(m: Material) -> Finding:
    """The months asked for, one figure and a range, with method, baseline and past error; months that have ended count as they were."""
    if m.measure not in FORECAST_MEASURES:
        text = f"A forecast is made for revenue, units and orders; {label(m.measure).lower()} is not forecast. Ask for its trend instead."
        return Finding(text, declined=True)
    known = _known(m)
    period = _whole_period(m)
    if not known.steps:
        return Finding(f"There is no forecast{population(m)}: {_needed(known)}", declined=True, figures=_limits(known))
    if (refused := _too_far(known.step(len(known.steps) - 1), period)) is not None:
        return refused
    if known.tracks and max(month.start for month in months_in(period)) < known.step(known.start):
        total = Foretold(known, foretell(known, 1)).sold(period) + _beside(m, known, period)
        return Finding(
            f"That time is over: {label(m.measure).lower()}{population(m)}{when(m)} was {figure(m.measure, total)}.", figures=(total,)
        )
    ahead = _foretold(known, period)
    together = ahead_of(known, ahead.found, period)
    if together is None:
        text = f"There is no forecast{population(m)}: {forecast_words.what_is_needed(ahead.found)}"
        return Finding(text, declined=True, figures=_limits(known), caveats=_caveats(ahead))
    return _told(m, ahead, period, together)


def _known(m: Material) -> Histories:
    where = tuple(one for one in m.query.where if one.dimension not in ("month", "day", "week", "year", "quarter"))
    return histories(m.ask(histories_query(m.measure, where)), m.covered, m.day)


def _foretold(known: Histories, period: Period) -> Foretold:
    """As far as the period asks."""
    newest = known.step(len(known.steps) - 1)
    months = (period.end.year - newest.year) * 12 + period.end.month - newest.month
    return Foretold(known, foretell(known, max(months, 1)))


def _beside(m: Material, known: Histories, period: Period) -> Decimal:
    """What is stated of a period by the resellers that the forecast leaves out: it is sold all the same."""
    carried = Filter("reseller", tuple(dict.fromkeys(track.reseller for track in known.tracks)), exclude=True)
    return value_of(
        m.ask(flat(m.query, measures=(m.measure,), where=(*known.result.query.where, carried), period=period)).totals[m.measure]
    )


def _needed(known: Histories) -> str:
    return f"no reseller has stated {SEASONS[GRAIN] + 1} complete months with sales. {told(known.left_out, known.measure)}".strip()


def _limits(known: Histories) -> tuple[Any, ...]:
    """Figures that sentences about too short a history may state."""
    season = SEASONS[GRAIN]
    told_of = (text for one in known.left_out for text in one.reason.split() if text.isdigit())
    longest = max((track.known() for track in known.tracks), default=0)
    return season, season + 1, SEASONS_NEEDED * season, longest, 3, *told_of, *(round(one.recent) for one in known.left_out)


def _whole_period(m: Material) -> Period:
    return _full(m) if m.query.period is not None else times.months_back(m.today, -1)


def _too_far(last: date, period: Period) -> Finding | None:
    ahead = (period.end.year - last.year) * 12 + period.end.month - last.month
    if ahead <= FURTHEST_MONTHS:
        return None
    end, furthest = times.describe(times.months_back(last, 0)), times.describe(times.months_back(last, -FURTHEST_MONTHS))
    text = (
        f"No forecast for {times.describe(period)}: the data end in {end}, and further than {FURTHEST_MONTHS} months ahead it would be a guess. "
        f"I can look ahead as far as {furthest}."
    )
    return Finding(text, declined=True, figures=(end, furthest, FURTHEST_MONTHS))


def _told(m: Material, ahead: Foretold, period: Period, together: Ahead) -> Finding:
    name, found = m.measure, ahead.found
    way = forecast_words.way_in_words(found.way, GRAIN)
    what, amount = (
        f"{label(name).lower()}{population(m)} in {times.describe(period)}",
        f"about {counted(name, together.expected)}{_between(name, together)}",
    )
    if found.verdict == "knows":
        text = f"Forecast, not a fact: {what} {amount}. Method: {way}; {_error(found)}."
    else:
        why = (
            f" (a forecast needs {SEASONS_NEEDED * SEASONS[GRAIN]} complete months, there are {found.months})"
            if found.verdict == "short"
            else ""
        )
        text = f"Forecast, not a fact: nothing here knows better than {way}{why}. By that, {what} would be {amount}; {_error(found)}."
    past = ahead.sold(period) - together.reported
    if period.start < together.period.start:
        past += _beside(m, ahead.known, Period(period.start, together.period.start - timedelta(days=1)))
    text += f" Of this {figure(name, together.reported)} is already reported." if together.reported else ""
    text += f" The months before it are sold already: {figure(name, past)}, not part of the forecast." if past else ""
    text += _last_year(m, ahead, together)
    figures = (together.reported, together.expected, together.low, together.high, past, *_error_figures(found), *_limits(ahead.known))
    split = [DIMENSIONS[name].title.lower() for name in m.slots.by if not DIMENSIONS[name].is_time]
    more = (f"The Forecast page breaks it down by {joined(split)}.",) if split else ()
    return Finding(text, _frame(ahead, period), found.result, _chart(m, ahead), (*_caveats(ahead), *more), figures)


def _between(name: str, ahead: Ahead) -> str:
    if ahead.low is None or ahead.high is None:
        return ", with no range, because too few months could be tested"
    return f", between {figure(name, ahead.low)} and {figure(name, ahead.high)}"


def _error(found: Forecast) -> str:
    """“over 12 back-tests it was off by 8.0 % on average, last year's month by 11.0 %”"""
    used = found.errors.get("method" if found.verdict == "knows" else found.way)
    year = found.errors.get("same_last_year")
    if used is None or used.wape is None:
        return "its past error is unknown, because no month could be tested"
    beside = f", the same month of last year by {percent(Decimal(year.wape))}" if year and year.wape is not None and year != used else ""
    return f"over {found.tests} back-tests it was off by {percent(Decimal(used.wape))} on average{beside}"


def _error_figures(found: Forecast) -> tuple[Any, ...]:
    return (found.tests, found.months, *(Decimal(error.wape) for error in found.errors.values() if error.wape is not None))


def _caveats(ahead: Foretold) -> tuple[str, ...]:
    found = ahead.found
    said = [forecast_words.basis(found), told(found.left_out, found.measure), forecast_words.untested(found)]
    return tuple(sentence for sentence in (*said, forecast_words.held_in_words(found) if found.rows else "") if sentence)


def _last_year(m: Material, ahead: Foretold, together: Ahead) -> str:
    if len(months_in(together.period)) != 1:
        return ""
    same = together.period.start.replace(year=together.period.start.year - 1)
    value = {period.start: value for period, value in ahead.found.history}.get(same)
    return f" {times.describe(times.months_back(same, 0))} was {figure(m.measure, value)}." if value is not None else ""


def _frame(ahead: Foretold, period: Period) -> pl.DataFrame:
    """What was sold, and the asked months of what is foretold."""
    found = ahead.found
    rows: list[tuple[Any, ...]] = [(period.start, value, None, None, None) for period, value in found.history[-SHOWN_MONTHS:]]
    asked = [row for row in found.rows if row.period.start <= period.end and row.period.end >= period.start]
    rows += [(row.period.start, row.reported or None, row.expected, row.low, row.high) for row in asked]
    return frame_of(rows, {"month": pl.Date, "actual": EUR, "forecast": EUR, "low": EUR, "high": EUR})


def _chart(m: Material, ahead: Foretold) -> ChartSpec | None:
    spec = forecast_words.forecast_chart(ahead.found)
    return replace(spec, title=f"{spec.title}{population(m)}") if spec else None


def target(m: Material) -> Finding:
    """What is reported so far plus the forecast for the rest of the period, held against the amount: likely, unlikely or open."""
    amount, period = m.slots.amount, _whole_period(m)
    known = _known(m)
    if amount is None or not known.tracks:
        return Finding(f"A projection needs an amount and at least one year of complete months{population(m)}.", unanswered=True)
    if (refused := _too_far(known.step(len(known.steps) - 1), period)) is not None:
        return refused
    ahead = _foretold(known, period)
    beside = _beside(m, known, Period(period.start, min(period.end, m.today))) if period.start <= m.today else ZERO
    together, sold = ahead_of(known, ahead.found, period), ahead.sold(period) + beside
    reported = together.reported if together else ZERO
    expected, low, high = (
        sold - reported + (value if value is not None else ZERO)
        for value in ((together.expected, together.low, together.high) if together else (ZERO, ZERO, ZERO))
    )
    if together is not None and together.low is None:
        low, high = sold, max(expected, amount)  # a range that is not known leaves it open
    verdict = (
        "Yes, by this projection" if low >= amount else "No, by this projection" if high < amount else "Open: the range lies on both sides"
    )
    name, found = m.measure, ahead.found
    method = f"{forecast_words.way_in_words(found.way, GRAIN)}; {_error(found)}" if together and found.way else "all months are known"
    between = (
        _between(name, Ahead(period, sold, expected, low, high, 0))
        if together is None or together.low is not None
        else _between(name, together)
    )
    text = (
        f"{verdict}. {label(name)}{population(m)} in {times.describe(period)}: {figure(name, sold)} reported so far, projected "
        f"{figure(name, expected)}{between} against {figure(name, amount)}. A projection, not a fact: {method}."
    )
    figures = (sold, expected, low, high, amount, *_error_figures(found), *_limits(known))
    more = ("What resellers outside of the forecast have reported counts; nothing more is expected of them.",) if beside else ()
    return Finding(text, _frame(ahead, period), found.result, _chart(m, ahead), (*_caveats(ahead), *more), figures)


def _full(m: Material) -> Period:
    """The whole month, quarter or year that a running period belongs to."""
    moment = m.slots.asked.period
    assert moment is not None and moment.period is not None
    period = moment.period
    length = {"month_to_date": 1, "quarter_to_date": 3, "half_to_date": 6, "ytd": 12}.get(moment.grain)
    return times.months_back(period.start, 0, length) if length else period


def runrate(m: Material) -> Finding:
    """Sales so far ÷ days so far × days of the period, over complete days only, each source up to its own last one; who reports by month
    can not take part."""
    period, whole = m.query.period, _full(m)
    if period is None:
        return Finding("A run rate needs a running period, for example “run rate for this month”.", unanswered=True)
    ends = _last_days(m, period)
    by_reseller = replace(m.query, by=("reseller",), limit=None, order_by=None)
    answers = {end: m.ask(replace(by_reseller, period=Period(period.start, end))) for end in sorted(set(ends.values()))}
    if not answers:
        return Finding(
            f"No complete day of {times.describe(whole)} is stated yet{population(m)}, so there is no run rate.", unanswered=True
        )
    rows = [_paced(name, answers[end].frame, m.measure, Period(period.start, end), whole) for name, end in ends.items()]
    name, result = m.measure, answers[max(answers)]
    projected, so_far = sum((row[4] for row in rows), ZERO), sum((row[1] for row in rows), ZERO)
    days = {row[2] for row in rows}
    how = f"{counted(name, so_far)} so far ÷ {rows[0][2]} complete days × {whole.days} days" if len(days) == 1 else (
        f"{counted(name, so_far)} so far, each source ÷ its complete days ({min(days)} to {max(days)}) × {whole.days} days"
    )  # fmt: skip
    text = (
        f"Run rate{population(m)} for {times.describe(whole)}: {counted(name, _whole(name, projected))} = {how}. A projection, not a fact."
    )
    late = [s.name for s in m.senders() if s.name not in ends]
    notes = (f"Missing here, because they report by month or have not reported any of it: {joined(late, 12)}.",) if late else ()
    frame = frame_of(rows, {"reseller": pl.String, name: EUR, "days_so_far": pl.Int64, "days": pl.Int64, "run_rate": EUR})
    figures = (projected, so_far, *days, whole.days)
    return Finding(text + reach(result), frame, result, None, (*_until(m, period, max(answers)), *notes), figures)


def _until(m: Material, period: Period, end: date) -> tuple[str, ...]:
    """Said while the period runs: the day that is not over yet counts neither with its sales nor as a day."""
    if not period.start <= m.day <= period.end:
        return ()
    return (
        f"Only complete days count, up to {times.day_words(end)}; today is not over, so neither its sales nor the day itself are in it.",
    )


def _last_days(m: Material, period: Period) -> dict[str, date]:
    """The last complete day of the period that each source has stated, of those that state days or weeks."""
    found = {}
    for sender in m.senders():
        through = m.covered.data_through(sender.reseller_id)
        if (sender.cadence == "monthly" and sender.key != "online") or through is None:
            continue
        end = min(through, period.end, m.day - timedelta(days=1))
        if end >= period.start:
            found[sender.name] = end
    return found


def _paced(name: str, frame: pl.DataFrame, measure: str, so_far: Period, whole: Period) -> tuple[str, Decimal, int, int, Decimal]:
    value = value_of(frame.filter(pl.col("reseller") == name)[measure].sum())
    return (name, value, so_far.days, whole.days, round(value / so_far.days * whole.days, 2))


def _whole(name: str, value: Decimal) -> Decimal:
    return round(value, 0) if MEASURES[name].whole else round(value, 2)
