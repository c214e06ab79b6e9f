"""One figure: a total, a total against another period, before and after a day, and the standard overview."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import polars as pl

from core.chat import times
from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, narrowed, total_of, value_of
from core.chat.analyses.short_spans import SHORT_DAYS, is_short, short_total
from core.chat.analyses.wording import (
    against,
    change,
    change_of,
    counted,
    difference,
    figure,
    joined,
    label,
    moved,
    name_of,
    percent,
    population,
    rate,
    reach,
    sentence,
    was,
    when,
)
from core.sales.charts import chart_for
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period, Result, SalesQuery
from core.sales.relative import total_change

ADDITIVE = ("sales_eur_net", "sales_eur_gross", "units")


def total(m: Material) -> Finding:
    """The figure asked for, its split where none was asked, and what stands beside it."""
    if is_short(m):
        return short_total(m) or nothing(m, m.ask(m.query))
    result = m.ask(m.query)
    asked = [name for name in m.query.measures if name in m.slots.measures] or list(m.query.measures[:1])
    if all(result.totals.get(name) is None for name in asked):
        return nothing(m, result)
    parts = [f"{label(name)}{population(m)}{when(m)} {was(name)} {figure(name, result.totals[name])}" for name in asked]
    text = sentence("; ".join(parts) + _beside(result, asked)) + _split(m)
    return Finding(text + reach(result), result.frame, result, None, figures=_figures_of_split(m))


def _beside(result: Result, asked: list[str]) -> str:
    totals = result.totals
    if "cost_coverage" in totals:
        return f", over the lines whose cost is known ({percent(totals['cost_coverage'])} of the net revenue); resellers state no costs"
    if "returns_rate" in asked or "units_returned" in asked:
        return ""
    extra = [name for name in totals if name == "units" and name not in asked and totals[name] is not None]
    return f" ({counted(extra[0], totals[extra[0]])})" if extra else ""


def _split(m: Material) -> str:
    """Beside a total: the web shop and the resellers, or the part that the resellers' web shops are."""
    name = m.measure
    if name not in ADDITIVE:
        return ""
    if m.slots.source in ("", "both") and not _one_source(m):
        parts = [(row[0], row[1]) for row in _by_source(m).frame.select("source", name).iter_rows()]
        listed = [f"{name_of('source', source)} {counted(name, value)}" for source, value in parts if value is not None]
        return f" Of this: {', '.join(listed)}." if len(listed) > 1 else ""
    web = _resellers_web(m)
    if web is None:
        return ""
    if m.slots.source == "online":
        return f" The resellers’ web shops, not counted here, add {counted(name, web)}."
    return f" Of this, {counted(name, web)} was sold in the resellers’ web shops."


def _one_source(m: Material) -> bool:
    return any(c.dimension in ("reseller", "store", "utm_source") and not c.exclude for c in m.slots.chosen)


def _by_source(m: Material) -> Result:
    return m.ask(replace(flat(m.query), measures=(m.measure,), by=("source",)))


def _resellers_web(m: Material) -> Decimal | None:
    if m.slots.source not in ("online", "offline") or any(f.dimension == "channel" for f in m.query.where) or _one_source(m):
        return None
    query = narrowed(flat(m.query, measures=(m.measure,)), Filter("source", ("sell-out",)), Filter("channel", ("online",)))
    value = total_of(m.ask(query), m.measure)
    return value or None


def _figures_of_split(m: Material) -> tuple[Decimal, ...]:
    if m.measure not in ADDITIVE:
        return ()
    if m.slots.source in ("", "both") and not _one_source(m):
        return tuple(value_of(v) for v in _by_source(m).frame[m.measure])
    web = _resellers_web(m)
    return (web,) if web is not None else ()


def nothing(m: Material, result: Result | None) -> Finding:
    """No line at all: say so, and say what the data do reach."""
    span = m.data_span()
    known = (
        f" The data reach from {times.day_words(span.start)} to {times.day_words(span.end)}."
        if span
        else " No sales are loaded yet: upload a file first."
    )
    missing = [c.text for c in result.caveats if c.kind == "missing"] if result else []
    what = label(m.measure).lower() if m.reading.query else "sales"
    text = f"No {what}{population(m)}{when(m)}: no line states any.{known}"
    unknown = [c for c in m.slots.chosen if c.dimension == "country" and not set(c.values) & set(m.vocabulary.countries)]
    if unknown and m.vocabulary.countries:
        text += f" Countries with sales: {joined([name_of('country', code) for code in m.vocabulary.countries], 12)}."
    days = (span.start, span.end) if span else ()
    return Finding(
        text + (f" {missing[0]}" if missing else ""), result.frame if result else pl.DataFrame(), result, figures=(*days, *missing)
    )


def compare(m: Material) -> Finding:
    """Two totals as loaded, and the change over what both periods cover."""
    result = m.ask(m.query)
    assert m.query.period is not None and result.compared_with is not None
    base = m.ask(flat(m.query, period=result.compared_with))
    texts, rows = [], []
    for name in m.query.measures:
        now, before = total_of(result, name), total_of(base, name)
        texts.append(_two_totals(m, result, name, now, before))
        rows.append(_row(result, name, now, before))
    text = " ".join([*_premise(m, result), *texts]) + _rates(m, result)
    return Finding(text + reach(result), frame_of(rows, _COMPARED), result, figures=_derived(rows))


_COMPARED = {
    "measure": pl.String,
    "now": EUR,
    "before": EUR,
    "change": EUR,
    "change_pct": EUR,
    "comparable_now": EUR,
    "comparable_before": EUR,
    "comparable_change": EUR,
    "comparable_change_pct": EUR,
}
Row = tuple[
    str, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None
]


def _row(result: Result, name: str, now: Decimal | None, before: Decimal | None) -> Row:
    step = now - before if now is not None and before is not None else None
    ratio = change_of(now, before) if now is not None and before is not None else None
    alike = [total_of(result, f"{name}{suffix}") for suffix in ("_comparable", "_before", "_change", "_change_pct")]
    return (name, now, before, step, ratio, alike[0], alike[1], alike[2], alike[3])


def _two_totals(m: Material, result: Result, name: str, now: Decimal | None, before: Decimal | None) -> str:
    base = against(m)
    if now is None and before is None:
        return f"No line states {label(name).lower()}{population(m)} in either period."
    start = f"{label(name)}{population(m)} {was(name)} {figure(name, now or 0)}{when(m)} against {figure(name, before or 0)} in {base}"
    alike, alike_before = total_of(result, f"{name}_comparable"), total_of(result, f"{name}_before")
    if before is None:
        return f"{label(name)}{population(m)} {was(name)} {figure(name, now)}{when(m)}; nothing is loaded for {base}, so no change can be stated."
    now, before = now or Decimal(0), before or Decimal(0)
    if alike is None or alike_before is None:
        return f"{start}. The two periods can not be compared: no reseller has stated both."
    share = result.totals.get(f"{name}_change_pct")
    if m.query.period is not None and m.query.period.days < SHORT_DAYS and (alike, alike_before) != (now, before):
        return (
            f"{label(name)}{population(m)} {was(name)} {figure(name, alike)}{when(m)} against {figure(name, alike_before)} in {base}: "
            f"{difference(name, alike - alike_before)} ({rate(name, share, alike, alike_before)}). Only sources that state days or weeks of both are in it."
        )
    if alike == now and alike_before == before:
        return f"{start}: {difference(name, now - before)} ({rate(name, share, alike, alike_before)})."
    loaded = f"as loaded {difference(name, now - before)} ({rate(name, change_of(now, before), now, before)})"
    return f"{start}, {loaded}. Over the resellers and months covered in both it went from {figure(name, alike_before)} to {figure(name, alike)}: {moved(name, share, alike, alike_before)}."


def _premise(m: Material, result: Result) -> list[str]:
    """“Why did it fall”, “how far below” when it did not."""
    step = total_of(result, f"{m.measure}_change")
    if step is None or not m.slots.has("decline", "growth"):
        return []
    if m.slots.has("decline") and step > 0:
        return ["It is not lower: it is higher."]
    if m.slots.has("growth") and not m.slots.has("decline") and step < 0:
        return ["It did not grow: it fell."]
    return []


def _rates(m: Material, result: Result) -> str:
    """Two measures: which one changed faster."""
    if len(m.query.measures) != 2:
        return ""
    first, second = (total_of(result, f"{name}_change_pct") for name in m.query.measures)
    if first is None or second is None or first == second:
        return ""
    faster = m.query.measures[0] if first > second else m.query.measures[1]
    return f" {label(faster)} changed more favourably."


def _derived(rows: list[Row]) -> tuple[Decimal, ...]:
    return tuple(value for row in rows for value in row[1:] if value is not None)


def split(m: Material) -> Finding:
    """Equally long spans before and from a day on, with averages per day."""
    asked = m.slots.asked.split
    assert asked is not None and asked.period is not None
    day, span = asked.period.start, m.data_span()
    if span is None or not span.start < day <= span.end:
        return Finding(
            f"There are no sales on both sides of {times.day_words(day)}."
            + (f" The data reach from {describe_span(span)}." if span else "")
        )
    length = min((min(span.end, m.today) - day).days + 1, (day - span.start).days)
    later, earlier = Period(day, day + timedelta(days=length - 1)), Period(day - timedelta(days=length), day - timedelta(days=1))
    name = m.measure
    results = [m.ask(flat(m.query, period=p)) for p in (earlier, later)]
    before, now = (value_of(total_of(r, name)) for r in results)
    per_day = [(value / length).quantize(Decimal("0.01")) for value in (before, now)]
    text = (
        f"{label(name)}{population(m)} was {counted(name, before)} in the {length} days before {times.day_words(day)} "
        f"({figure(name, per_day[0])} a day) and {counted(name, now)} in the {length} days from it on ({figure(name, per_day[1])} a day): "
        f"{difference(name, now - before)} ({rate(name, change_of(now, before), now, before)})."
    )
    rows = [("before", earlier.start, earlier.end, before, per_day[0]), ("after", later.start, later.end, now, per_day[1])]
    frame = frame_of(rows, {"span": pl.String, "from": pl.Date, "to": pl.Date, name: EUR, "per_day": EUR})
    notes = (f"The spans are equally long, as far as the data allow: {times.describe(earlier)} and {times.describe(later)}.",)
    alike = m.ask(flat(m.query, period=later, compare=earlier))
    share = alike.totals.get(f"{name}_change_pct")
    if share is not None and total_of(alike, f"{name}_comparable") != now:
        text += f" Over the resellers and months covered in both spans the change is {change(share)}."
    return Finding(text + reach(results[1]), frame, results[1], None, notes, (now - before, length, change_of(now, before)))


def describe_span(span: Period) -> str:
    return f"{times.day_words(span.start)} to {times.day_words(span.end)}"


def overview(m: Material) -> Finding:
    """The key figures of the period against the year before, the best product, and the months."""
    result = m.ask(m.query)
    if result.totals.get("sales_eur_net") is None and result.totals.get("sales_eur_net_before") is None:
        return nothing(m, result)
    rows = [
        _row(result, name, total_of(result, name), total_of(result, f"{name}_before"))
        for name in m.query.measures
        if result.totals.get(name) is not None
    ]
    best = _best_product(m)
    net, step = result.totals.get("sales_eur_net"), result.totals.get("sales_eur_net_change")
    changed = f", {total_change(result.totals, 'sales_eur_net')} against the covered part of {against(m)}" if step is not None else ""
    text = f"{sentence(when(m))[:-1]}{population(m)}: net revenue {figure('sales_eur_net', net)}{changed}"
    others = [
        f"{counted(n, v) if n in ('units', 'orders') else MEASURES[n].label.lower() + ' ' + figure(n, v)}" for n, v in _others(result)
    ]
    text += f"; {', '.join(others)}." if others else "."
    if best is not None:
        text += f" Best product: {name_of('product', best[0])} with {figure('sales_eur_net', best[1])}."
    text += f" Nothing of {against(m)} is covered, so no change can be stated." if step is None else ""
    months = m.ask(replace(m.query, measures=("sales_eur_net",), by=("month",)))
    frame = frame_of(rows, _COMPARED)
    return Finding(text + reach(result), frame, result, chart_for(months, m.today), figures=(best[1] if best else None,))


def _others(result: Result) -> list[tuple[str, object]]:
    names = [n for n in ("units", "orders", "aov", "average_unit_price", "returns_rate") if result.totals.get(n) is not None]
    return [(name, result.totals[name]) for name in names]


def _best_product(m: Material) -> tuple[str, Decimal] | None:
    if any(c.dimension == "product" and not c.exclude for c in m.slots.chosen):
        return None
    query: SalesQuery = flat(m.query, measures=("sales_eur_net",), by=("product",), limit=2)
    rows = [(p, v) for p, v in m.ask(query).frame.iter_rows() if p != "not stated" and v is not None]
    return rows[0] if rows else None
