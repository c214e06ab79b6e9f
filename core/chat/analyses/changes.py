"""What changed: movers, growth over time, one against the rest, falling in a row, and where a change comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl

from core.chat import times
from core.chat.analyses import filling, paces
from core.chat.analyses.material import EUR, Finding, Material, frame_of, total_of, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    against,
    change,
    change_of,
    difference,
    figure,
    joined,
    label,
    moved,
    name_of,
    of_source,
    population,
    rate,
    reach,
    sentence,
    title,
    when,
)
from core.sales import bridging, pace
from core.sales import movers as sales_movers
from core.sales.charts import bridge_chart, chart_for, moment_end
from core.sales.dimensions import NOT_STATED, OTHERS
from core.sales.formatting import format_points
from core.sales.query import Filter, Period, Result
from core.sales.relative import total_rate
from core.sales.running_pace import last_months

SMALLEST_BASE = Decimal("0.01")  # of the total before: below, a growth rate says little


def movers(m: Material) -> Finding:
    """Groups by the size of their change over what both periods cover; new ones are “new”, not +100 %."""
    result = m.ask(replace(m.query, limit=None))
    if result.frame.is_empty():
        return nothing(m, result)
    rows = _with_status(bridging.movers(result, m.measure), m.query.by)
    if rows.is_empty():
        return Finding(
            f"Nothing{population(m)} can be compared{when(m)}: no reseller has stated both periods." + reach(result), rows, result
        )
    shown, text, extra = _chosen_movers(m, result, rows)
    chart = chart_for(replace(result, frame=_as_compared(result, shown)), m.today)
    return Finding(text + reach(result), shown, result, chart, extra)


def _with_status(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """What is new and what is lost as the Movers page tells it; a rate only where there is a positive base."""
    for dimension in by:
        if rows.schema[dimension] == pl.String:
            rows = rows.filter(~pl.col(dimension).is_in([NOT_STATED, OTHERS]))
    return rows.with_columns(sales_movers.side().alias("status"), sales_movers.rate())


def _as_compared(result: Result, shown: pl.DataFrame) -> pl.DataFrame:
    by = list(result.query.by)
    return shown.select(by).join(result.frame, on=by, how="left", maintain_order="left")


def _chosen_movers(m: Material, result: Result, rows: pl.DataFrame) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    both = m.slots.has("movers") or (m.slots.has("winners") and m.slots.has("losers"))
    if both:
        return _winners_and_losers(m, rows)
    if m.slots.has("growth") and m.slots.has("bottom") and not m.slots.has("decline"):
        return _slowest(m, rows)
    falling = m.slots.has("losers") or (m.slots.has("decline") and not m.slots.has("winners"))
    ranked = falling or m.slots.has("winners", "top", "bottom", "fastest") or m.slots.number is not None
    single = ranked and not m.slots.plural and m.slots.number is None
    if not ranked and m.slots.plural is False and m.slots.has("growth") and not m.slots.by_given:
        ranked = single = True
    if not ranked:
        return _all_changes(m, result, rows)
    return _ranked(m, result, rows, falling, single)


def _winners_and_losers(m: Material, rows: pl.DataFrame) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    count = m.slots.number or 5
    up = rows.filter(pl.col("change") > 0).sort("change", descending=True).head(count)
    down = rows.filter(pl.col("change") < 0).sort("change").head(count)
    parts = []
    for name, side in (("Up most", up), ("Down most", down)):
        listed = [f"{_name(m, row)} {difference(m.measure, row['change'])}" for row in side.head(3).iter_rows(named=True)]
        parts.append(f"{name}: {joined(listed)}." if listed else f"{name}: none.")
    text = f"{label(m.measure)}{population(m)}{when(m)} against {against(m)}. {' '.join(parts)}"
    return pl.concat([up, down]), text, ()


def _name(m: Material, row: dict[str, Any]) -> str:
    return ", ".join(name_of(dimension, row[dimension]) for dimension in m.query.by)


def _ranked(m: Material, result: Result, rows: pl.DataFrame, falling: bool, single: bool) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    """Those that rose or fell, most first: in money, or in percent where the question asks for the fastest."""
    side = rows.filter(pl.col("change") < 0 if falling else pl.col("change") > 0)
    notes: tuple[str, ...] = ()
    by_rate = m.slots.has("fastest")
    if by_rate:
        least = max(value_of(result.totals.get(f"{m.measure}_before")) * SMALLEST_BASE, Decimal(0))
        side = side.filter((pl.col("before") >= least) & pl.col("change_pct").is_not_null())
        notes = (f"For rates only groups with a base of at least {figure(m.measure, least)} (1 % of the total before) take part.",)
    fresh = side.filter(pl.col("status") == "new") if not falling else side.clear()
    side = side.filter(pl.col("status") != "new") if single and not falling else side
    if single and not fresh.is_empty():
        listed = [f"{_name(m, row)} {difference(m.measure, row['change'])}" for row in fresh.head(3).iter_rows(named=True)]
        notes = (*notes, f"New, so without a growth rate: {joined(listed)}.")
    ordered = side.sort("change_pct" if by_rate else "change", descending=not falling)
    direction = "fell" if falling else "grew"
    what = title(m.query.by[0], plural=True)
    if ordered.is_empty():
        return ordered, f"None of the {what}{population(m)} {direction}{when(m)} against {against(m)}.", notes
    shown = ordered.head(1) if single else ordered.head(m.slots.number) if m.slots.number else ordered
    row = shown.row(0, named=True)
    detail = f"{label(m.measure).lower()} from {figure(m.measure, row['before'])} to {figure(m.measure, row['now'])}, {difference(m.measure, row['change'])} ({_rate(m, row)})"
    if single:
        text = f"{_name(m, row)} {direction} {'fastest' if by_rate else 'most'}{of_source(m)}{population(m, ('source',))}{when(m)} against {against(m)}: {detail}."
    else:
        text = f"{ordered.height} of {rows.height} {what}{population(m)} {direction}{when(m)} against {against(m)}; most of all {_name(m, row)}: {detail}."
    return shown, text, notes


def _slowest(m: Material, rows: pl.DataFrame) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    """The lowest growth rates, falling ones first."""
    rated = rows.filter(pl.col("change_pct").is_not_null()).sort("change_pct")
    if rated.is_empty():
        return rated, f"No {title(m.query.by[0], False)}{population(m)} has a base to grow from{when(m)}.", ()
    shown = rated.head(m.slots.number or (5 if m.slots.plural else 1))
    listed = [f"{_name(m, row)} {change(row['change_pct'])}" for row in shown.head(3).iter_rows(named=True)]
    return shown, f"Slowest growth of {label(m.measure).lower()}{population(m)}{when(m)} against {against(m)}: {joined(listed)}.", ()


def _rate(m: Material, row: dict[str, Any]) -> str:
    return rate(m.measure, row["change_pct"], row["now"], row["before"])


def _all_changes(m: Material, result: Result, rows: pl.DataFrame) -> tuple[pl.DataFrame, str, tuple[str, ...]]:
    step = result.totals.get(f"{m.measure}_change")
    first = rows.row(0, named=True)
    text = (
        f"{label(m.measure)}{population(m)}{when(m)} against {against(m)}: {difference(m.measure, step)} ({total_rate(result.totals, m.measure)}) over what both periods cover. "
        f"{_name(m, first)} moved most: {difference(m.measure, first['change'])} ({_rate(m, first)})."
    )
    return rows, text, ()


def growth_series(m: Material) -> Finding:
    """The change of every month (quarter …) against its base; without a base n/a, never 0 or endless."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    dimension, name = m.query.by[0], m.measure
    columns = {f"{name}_comparable": "now", f"{name}_before": "before", f"{name}_change": "change", f"{name}_change_pct": "change_pct"}
    frame = result.frame.select(*m.query.by, name, *columns).rename(columns)
    rated = frame.filter(pl.col("change_pct").is_not_null())
    text = f"{label(name)}{population(m)} by {title(dimension, False)}{when(m)} against {against(m)}: {moved(name, *_alike_totals(result, name))} overall"
    if not rated.is_empty():
        best, worst = rated.sort("change_pct", descending=True).row(0, named=True), rated.sort("change_pct").row(0, named=True)
        text += f", from {change(worst['change_pct'])} in {name_of(dimension, worst[dimension])} to {change(best['change_pct'])} in {name_of(dimension, best[dimension])}"
    bare = frame.height - rated.height
    notes = (f"{bare} rows have no positive base, so no percentage.",) if bare else ()
    return Finding(sentence(text) + reach(result), frame, result, chart_for(result, m.today), notes, (bare,))


def against_rest(m: Material) -> Finding:
    """The growth of one name beside that of all others, in points."""
    named = next((c for c in m.slots.chosen if not c.exclude), None)
    if named is None:
        return Finding("Whose growth should be compared with the others? Name a product, reseller, category or country.", unanswered=True)
    own = m.ask(m.query)
    others = tuple(Filter(f.dimension, f.values, True) if f.dimension == named.dimension else f for f in m.query.where)
    if named.dimension == "reseller" and not any(f.dimension == "source" for f in others):
        others = (*others, Filter("source", ("sell-out",)))
    rest = m.ask(replace(m.query, where=others))
    name = m.measure
    rates = [r.totals.get(f"{name}_change_pct") for r in (own, rest)]
    rows = [
        (who, *(total_of(r, f"{name}{s}") for s in ("_comparable", "_before", "_change", "_change_pct")))
        for who, r in ((named.label, own), ("all others", rest))
    ]
    frame = frame_of(rows, {"who": pl.String, "now": EUR, "before": EUR, "change": EUR, "change_pct": EUR})
    if rates[0] is None or rates[1] is None:
        text = f"{label(name)} of {named.label} can not be held against the others{when(m)}: {_no_rate(m, named.label, own, rest)}"
        return Finding(sentence(text) + reach(own), frame, own)
    text = f"{label(name)} of {named.label} changed by {change(rates[0])}{when(m)} against {against(m)}, all others by {change(rates[1])}"
    gap = Decimal(rates[0]) - Decimal(rates[1])
    verdict = "yes, faster" if gap > 0 else "no, not faster" if gap < 0 else "exactly as fast"
    return Finding(sentence(f"{text}: {verdict}, by {format_points(gap)}") + reach(own), frame, own, figures=(gap,))


def _no_rate(m: Material, who: str, own: Result, rest: Result) -> str:
    """Which of the two has no percentage, and why."""
    name = m.measure
    side, result = (who, own) if own.totals.get(f"{name}_change_pct") is None else ("the others", rest)
    _, now, before = _alike_totals(result, name)
    if now is None or before is None:
        return f"of {side} no month of {against(m)} is covered too"
    return f"{side} went from {figure(name, before)} to {figure(name, now)}, {difference(name, now - before)} ({rate(name, None, now, before)})"


def _alike_totals(result: Result, name: str) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Percentage, now and before of what both periods cover."""
    found = [total_of(result, f"{name}{suffix}") for suffix in ("_change_pct", "_comparable", "_before")]
    return found[0], found[1], found[2]


def streak(m: Material) -> Finding:
    """Groups that fell from month to month over the last complete months, as the Movers page has them; or that rose."""
    count = m.slots.asked.bare[0] if m.slots.asked.bare and m.slots.asked.bare[1] == "month" else pace.FALLING
    if count < 2:
        return Finding("A run needs at least two months, for example “declining over three months”.", unanswered=True)
    rising = m.slots.has("growth") and not m.slots.has("decline")
    return _rising(m, count) if rising else paces.declining(m, count)


def _rising(m: Material, count: int) -> Finding:
    item, spans = m.query.by[0], last_months(m.covered, m.query, m.day, count)
    if len(spans) < 2:
        return Finding("There are not enough complete months to see a run." + reach(None), unanswered=True)
    result = m.ask(pace.falling_query(m.query, item, m.measure, spans))
    rows = _runs(result.frame, item, m.measure, [month.start for month in spans])
    steps = " → ".join(times.describe(month) for month in spans)
    text = f"{len(rows)} {title(item, len(rows) != 1)}{population(m)} rose every month over the last {len(spans)} complete months ({steps})"
    if rows:
        text += f", most of all {name_of(item, rows[0][0])}: {' → '.join(figure(m.measure, v) for v in rows[0][1:-1])}"
    schema = {item: pl.String, **{times.describe(month): EUR for month in spans}, "change": EUR}
    return Finding(sentence(text) + reach(result), frame_of(rows, schema), result, figures=(len(rows), len(spans)))


def _runs(frame: pl.DataFrame, item: str, measure: str, months: Sequence[Any]) -> list[tuple[Any, ...]]:
    values: dict[str, dict[Any, Decimal]] = {}
    for name, month, value in frame.select(item, "month", measure).iter_rows():
        values.setdefault(name, {})[month] = value_of(value)
    rows: list[tuple[Any, ...]] = []
    for name, by_month in values.items():
        line = [by_month.get(month, Decimal(0)) for month in months]
        steps = [b - a for a, b in pairwise(line)]
        if name not in (NOT_STATED, OTHERS) and all(step > 0 for step in steps):
            rows.append((name, *line, line[-1] - line[0]))
    return sorted(rows, key=lambda row: row[-1], reverse=True)


def stepwise(m: Material) -> Finding:
    """Every complete month (quarter, week) against the one before it, in all or by group."""
    item, grain = (m.query.by[0] if len(m.query.by) > 1 else None), m.query.by[-1]
    assert m.query.period is not None
    earlier = filling.start_of(m.query.period.start - timedelta(days=1), grain)
    period = Period(earlier, m.query.period.end)
    result = m.ask(replace(m.query, period=period, order_by=None, limit=None))
    rows = _steps(result.frame, item, grain, m.measure, starts := _covered_starts(m, period, grain))
    if not rows:
        return nothing(m, result)
    schema = {**({item: pl.String} if item else {}), grain: pl.Date, "now": EUR, "before": EUR, "change": EUR, "change_pct": EUR}
    frame = frame_of(rows, schema)
    last = frame.filter(pl.col(grain) == frame[grain].max()).sort(pl.col("change").abs(), descending=True).row(0, named=True)
    who = (
        f"; in the last, {name_of(grain, last[grain])}, {name_of(item, last[item])} moved most"
        if item
        else f"; the last, {name_of(grain, last[grain])}"
    )
    text = f"{label(m.measure)}{population(m)}{when(m)}, {len(starts) - 1} {title(grain)} each against the one before{who}: {difference(m.measure, last['change'])} ({_rate(m, last)})"
    return Finding(
        sentence(text) + reach(result), frame, result, chart_for(result, m.today) if item is None else None, figures=(len(starts) - 1,)
    )


def _covered_starts(m: Material, period: Period, grain: str) -> list[date]:
    ended = [s for s in filling.moments(period.start, period.end, grain) if moment_end(s, grain) < m.today]
    return [s for s in ended if any(m.covered.covers(x.reseller_id, Period(s, moment_end(s, grain))) for x in m.senders())]


def _steps(frame: pl.DataFrame, item: str | None, grain: str, measure: str, starts: Sequence[date]) -> list[tuple[Any, ...]]:
    values: dict[Any, dict[date, Decimal]] = {}
    for row in frame.iter_rows(named=True):
        if row[grain] is not None and (item is None or row[item] not in (NOT_STATED, OTHERS)):
            values.setdefault(row[item] if item else None, {})[row[grain]] = value_of(row[measure])
    rows: list[tuple[Any, ...]] = []
    for name, by_start in values.items():
        for before_it, start in pairwise(starts):
            now, base = by_start.get(start, Decimal(0)), by_start.get(before_it, Decimal(0))
            rows.append((*((name,) if item else ()), start, now, base, now - base, change_of(now, base)))
    return rows


_PARTS = ("source", "reseller", "country", "product")


def why(m: Material) -> Finding:
    """Contributions by source, reseller, country and product that each add up to the change, and the bridge of price and volume."""
    result = m.ask(m.query)
    name = m.measure
    step = total_of(result, f"{name}_change")
    if step is None or result.compared_with is None:
        return Finding(
            f"The change{population(m)}{when(m)} can not be explained: no reseller has stated both periods." + reach(result), result=result
        )
    contributions = {part: bridging.movers(m.ask(replace(m.query, by=(part,))), name) for part in _PARTS if not _fixed(m, part)}
    frame = _contributions(contributions)
    start = f"{label(name)}{population(m)} {_went(m, step)} by {difference(name, abs(step)).lstrip('+')} ({total_rate(result.totals, name)}){when(m)} against {against(m)}{_alike(result, name)}"
    leaders = [_leader(part, rows, name, step) for part, rows in contributions.items()]
    text = sentence(f"{start}. Largest contributions: {joined([x for x in leaders if x], 4)}")
    if name != "sales_eur_net":
        return Finding(text + reach(result), frame, result, figures=(abs(step),))
    closing = bridging.bridge(m.ask(bridging.bridge_query(m.query)))
    explained = joined(
        [f"{step_.lower() if step_ != 'VAT rates' else step_} {difference(name, value)}" for step_, value in closing.steps if value], 10
    )
    text += f" The bridge: {explained}." if explained else ""
    rows = [("bridge", label_, None, None, value, None) for label_, value in closing.steps]
    frame = pl.concat([frame, frame_of(rows, dict(frame.schema))])
    notes = ("Each group of contributions and the bridge add up to the change. They say where it happened, not what caused it.",)
    return Finding(
        text + reach(result), frame, result, bridge_chart(closing, result), notes, (abs(step), *(value for _, value in closing.steps))
    )


def _alike(result: Result, name: str) -> str:
    return "" if result.totals.get(name) == result.totals.get(f"{name}_comparable") else ", over what both periods cover"


def _fixed(m: Material, part: str) -> bool:
    """A part that the filters pin to one value explains nothing."""
    pinned = {f.dimension for f in m.query.where if not f.exclude and len(f.values) == 1}
    return part in pinned or (part == "source" and "reseller" in pinned)


def _went(m: Material, step: Decimal) -> str:
    direction = "rose" if step > 0 else "fell" if step < 0 else "changed"
    if m.slots.has("decline") and step > 0:
        return "did not drop but rose"
    if m.slots.has("growth") and not m.slots.has("decline") and step < 0:
        return "did not grow but fell"
    return direction


def _leader(part: str, rows: pl.DataFrame, measure: str, step: Decimal) -> str:
    ordered = rows.filter(pl.col("change") > 0 if step > 0 else pl.col("change") < 0).sort(pl.col("change").abs(), descending=True)
    if ordered.is_empty():
        return ""
    row = ordered.row(0, named=True)
    return f"{title(part, False)} {name_of(part, row[part])} {difference(measure, row['change'])}"


def _contributions(parts: dict[str, pl.DataFrame]) -> pl.DataFrame:
    schema = {"part": pl.String, "name": pl.String, "before": EUR, "now": EUR, "change": EUR, "points": EUR}
    rows = [
        (part, name_of(part, row[part]), row["before"], row["now"], row["change"], row["points"])
        for part, frame in parts.items()
        for row in frame.sort("change").iter_rows(named=True)
    ]
    return frame_of(rows, schema)
