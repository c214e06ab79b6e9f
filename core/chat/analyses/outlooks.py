"""Looking ahead, always labelled: forecast with its past error, projection against a target, run rate. Declines beyond a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses.forecasting import FEWEST_MONTHS, RECENT, ZERO, History, Method, Outlook, look_ahead
from core.chat.analyses.material import EUR, Finding, Material, frame_of, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import counted, figure, joined, label, percent, population, reach, when
from core.sales.charts import ChartSpec, Series, axis_label, name_moment
from core.sales.covered import months_in
from core.sales.measures import MEASURES
from core.sales.query import Period, Result

FURTHEST_MONTHS = 12  # ahead of the data
SILENT_MONTHS = 6  # a reseller without a report for longer is not expected to sell on
SHOWN_MONTHS = 12


@dataclass(frozen=True)
class Known:
    """What is known of each reseller's months; `left_out`: resellers with too short or too old a history."""

    histories: Mapping[str, History]
    left_out: tuple[str, ...]
    result: Result | None

    @property
    def last(self) -> date:
        return max(max(history) for history in self.histories.values())

    def reported(self, month: date) -> Decimal | None:
        """The sum of a month over the resellers that have reported it."""
        values = [history[month] for history in self.histories.values() if month in history]
        return sum(values, ZERO) if values else None


def _known(m: Material) -> Known:
    """Complete covered months by reseller."""
    months = m.stated_months()
    if not months:
        return Known({}, (), None)
    span = Period(months[0].start, months[-1].end)
    result = m.ask(replace(m.query, by=("reseller", "month"), period=span, limit=None, order_by=None))
    values = {(row[0], row[1]): value_of(row[2]) for row in result.frame.select("reseller", "month", m.measure).iter_rows()}
    kept: dict[str, History] = {}
    left_out = []
    oldest = times.months_back(months[-1].start, SILENT_MONTHS).start
    for sender in m.senders():
        own = [p.start for p in months if m.covered.covers(sender.reseller_id, p)]
        if len(own) >= FEWEST_MONTHS and own[-1] >= oldest:
            kept[sender.name] = {month: values.get((sender.name, month), ZERO) for month in own}
        elif own:
            left_out.append(sender.name)
    return Known(kept, tuple(left_out), result)


def forecast(m: Material) -> Finding:
    """The months asked for, one figure and a range, with method and past error; months that have ended count as they were."""
    if MEASURES[m.measure].additivity != "additive" and m.measure != "orders":
        text = f"A forecast is made for revenue, units and orders; {label(m.measure).lower()} is not forecast. Ask for its trend instead."
        return Finding(text, declined=True)
    known = _known(m)
    if not known.histories:
        text = f"A forecast needs at least {FEWEST_MONTHS} complete months{population(m)}; there are fewer."
        return Finding(text, declined=True, figures=(FEWEST_MONTHS,))
    period = _whole_period(m)
    wanted = [p.start for p in months_in(period)]
    if (refused := _too_far(known.last, period)) is not None:
        return refused
    if max(wanted) < min(max(history) for history in known.histories.values()):
        total = sum((known.reported(month) or ZERO for month in wanted), ZERO)
        return Finding(
            f"That time is over: {label(m.measure).lower()}{population(m)}{when(m)} was {figure(m.measure, total)}.", figures=(total,)
        )
    outlooks, method = look_ahead(known.histories, wanted)
    return _told(m, known, period, outlooks, method)


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


def _sums(outlooks: Sequence[Outlook]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Reported, expected, low and high over all months."""
    reported, expected, low, high = (sum((getattr(o, name) for o in outlooks), ZERO) for name in ("reported", "expected", "low", "high"))
    return reported, expected, low, high


def _told(m: Material, known: Known, period: Period, outlooks: Sequence[Outlook], method: Method) -> Finding:
    name = m.measure
    reported, expected, low, high = _sums(outlooks)
    error = (
        f"over the last {method.tested} months this method was off by {percent(method.error)} on average"
        if method.error is not None
        else "its past error is unknown, because there are too few months"
    )
    text = (
        f"Forecast, not a fact: {label(name).lower()}{population(m)} in {times.describe(period)} about {counted(name, _whole(name, expected))}, "
        f"between {figure(name, _whole(name, low))} and {figure(name, _whole(name, high))}. Method: {method.words}; {error}."
    )
    text += f" Of this {figure(name, reported)} is already reported." if reported else ""
    text += _last_year(m, known, outlooks)
    figures = (reported, expected, low, high, method.error, method.tested, RECENT)
    return Finding(text, _frame(known, outlooks), known.result, _chart(m, known, outlooks), _notes(known), figures)


def _notes(known: Known) -> tuple[str, ...]:
    starts = {times.describe(times.months_back(max(history), 0)) for history in known.histories.values()}
    notes = [f"Each reseller is forecast from its last complete month ({', '.join(sorted(starts))}) and added up."]
    if known.left_out:
        notes.append(f"Not in the forecast, for want of {FEWEST_MONTHS} recent months: {joined(known.left_out)}.")
    return tuple(notes)


def _whole(name: str, value: Decimal) -> Decimal:
    return round(value, 0) if MEASURES[name].whole else round(value, 2)


def _last_year(m: Material, known: Known, outlooks: Sequence[Outlook]) -> str:
    if len(outlooks) != 1:
        return ""
    same = outlooks[0].month.replace(year=outlooks[0].month.year - 1)
    value = known.reported(same)
    return f" {times.describe(times.months_back(same, 0))} was {figure(m.measure, value)}." if value is not None else ""


def _past(known: Known, outlooks: Sequence[Outlook]) -> list[date]:
    months = sorted({month for history in known.histories.values() for month in history})
    first = min((o.month for o in outlooks), default=date.max)
    return [month for month in months if month < first][-SHOWN_MONTHS:]


def _frame(known: Known, outlooks: Sequence[Outlook]) -> pl.DataFrame:
    rows: list[tuple[Any, ...]] = [(month, known.reported(month), None, None, None) for month in _past(known, outlooks)]
    rows += [(o.month, o.reported or None, o.expected, o.low, o.high) for o in outlooks]
    return frame_of(rows, {"month": pl.Date, "actual": EUR, "forecast": EUR, "low": EUR, "high": EUR})


def _chart(m: Material, known: Known, outlooks: Sequence[Outlook]) -> ChartSpec | None:
    past = _past(known, outlooks)
    if not past or not outlooks:
        return None
    months = [*past, *(o.month for o in outlooks)]
    lines = [Series("Actual", (*(known.reported(month) for month in past), *(None for _ in outlooks)))]
    start = [None] * (len(past) - 1) + [known.reported(past[-1])]
    for name, field in (("Forecast", "expected"), ("Low", "low"), ("High", "high")):
        lines.append(Series(name, (*start, *(getattr(o, field) for o in outlooks)), "before"))
    measure = MEASURES[m.measure]
    texts = tuple(name_moment(day, "month") for day in months)
    title, ahead = f"{measure.label}{population(m)}: actual and forecast", tuple(range(len(past), len(months)))
    return ChartSpec(
        "line", title, tuple(months), tuple(lines), "Month", axis_label(measure), measure.unit, "Forecast, not a fact", texts, partial=ahead
    )


def target(m: Material) -> Finding:
    """What is reported so far plus the outlook for the rest of the period, held against the amount: likely, unlikely or open."""
    known, amount, period = _known(m), m.slots.amount, _whole_period(m)
    if amount is None or not known.histories:
        return Finding(f"A projection needs an amount and at least {FEWEST_MONTHS} complete months{population(m)}.", unanswered=True)
    if (refused := _too_far(known.last, period)) is not None:
        return refused
    outlooks, method = look_ahead(known.histories, [p.start for p in months_in(period)])
    reported, expected, low, high = _sums(outlooks)
    verdict = (
        "Yes, by this projection" if low >= amount else "No, by this projection" if high < amount else "Open: the range lies on both sides"
    )
    name, error = m.measure, f"; past error {percent(method.error)}" if method.error is not None else ""
    text = (
        f"{verdict}. {label(name)}{population(m)} in {times.describe(period)}: {figure(name, reported)} reported so far, projected "
        f"{figure(name, _whole(name, expected))} (between {figure(name, _whole(name, low))} and {figure(name, _whole(name, high))}) against "
        f"{figure(name, amount)}. A projection, not a fact: {method.words or 'all months are known'}{error}."
    )
    figures = (reported, expected, low, high, amount, method.error, RECENT)
    return Finding(text, _frame(known, outlooks), known.result, _chart(m, known, outlooks), _notes(known), figures)


def _full(m: Material) -> Period:
    """The whole month, quarter or year that a running period belongs to."""
    moment = m.slots.asked.period
    assert moment is not None and moment.period is not None
    period = moment.period
    length = {"month_to_date": 1, "quarter_to_date": 3, "half_to_date": 6, "ytd": 12}.get(moment.grain)
    return times.months_back(period.start, 0, length) if length else period


def runrate(m: Material) -> Finding:
    """Sales so far ÷ days so far × days of the period, each source up to its own last day; who reports by month can not take part."""
    period, whole = m.query.period, _full(m)
    if period is None:
        return Finding("A run rate needs a running period, for example “run rate for this month”.", unanswered=True)
    result = m.ask(replace(m.query, by=("reseller",), period=Period(period.start, min(period.end, m.today)), limit=None, order_by=None))
    values = {reseller: value_of(value) for reseller, value in result.frame.select("reseller", m.measure).iter_rows()}
    rows = _paces(m, values, period, whole)
    if not rows:
        return nothing(m, result)
    name = m.measure
    projected, so_far = sum((row[4] for row in rows), ZERO), sum((row[1] for row in rows), ZERO)
    days = {row[2] for row in rows}
    how = f"{counted(name, so_far)} so far ÷ {rows[0][2]} days × {whole.days} days" if len(days) == 1 else (
        f"{counted(name, so_far)} so far, each source ÷ its days so far ({min(days)} to {max(days)}) × {whole.days} days"
    )  # fmt: skip
    text = (
        f"Run rate{population(m)} for {times.describe(whole)}: {counted(name, _whole(name, projected))} = {how}. A projection, not a fact."
    )
    late = [s.name for s in m.senders() if s.name not in {row[0] for row in rows}]
    notes = (f"Missing here, because they report by month or have not reported any of it: {joined(late, 12)}.",) if late else ()
    frame = frame_of(rows, {"reseller": pl.String, name: EUR, "days_so_far": pl.Int64, "days": pl.Int64, "run_rate": EUR})
    return Finding(text + reach(result), frame, result, None, notes, (projected, so_far, *days, whole.days))


def _paces(m: Material, values: Mapping[str, Decimal], period: Period, whole: Period) -> list[tuple[str, Decimal, int, int, Decimal]]:
    rows = []
    for sender in m.senders():
        through = m.covered.data_through(sender.reseller_id)
        if (sender.cadence == "monthly" and sender.key != "online") or through is None or through < period.start:
            continue
        days = (min(through, period.end, m.today - timedelta(days=1)) - period.start).days + 1
        value = values.get(sender.name, ZERO)
        if days > 0:
            rows.append((sender.name, value, days, whole.days, round(value / days * whole.days, 2)))
    return rows
