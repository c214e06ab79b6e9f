"""Lists by group, two names side by side, groups beyond a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl

from core.chat.analyses import filling
from core.chat.analyses.material import Finding, Material, flat, narrowed, value_of
from core.chat.analyses.rankings import SHARES, group_name
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    change_of,
    count_of,
    counted,
    difference,
    figure,
    joined,
    label,
    name_of,
    percent,
    population,
    reach,
    sentence,
    subject,
    title,
    when,
)
from core.sales.charts import chart_for
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.measures import MEASURES
from core.sales.query import Filter, Result


def breakdown(m: Material) -> Finding:
    """Every group with its figure; two named ones also with the gap between them."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    frame = filling.with_gaps(m, result, result.frame) if m.query.by[0] in TIME and m.query.by[0] != "weekday" else result.frame
    frame, missing = _with_named(m, frame)
    if m.slots.threshold is not None:
        return _beyond(m, result, frame)
    if frame.height == 2 and len(m.query.by) == 1 and _side_by_side(m):
        return _gap(m, result, frame, missing)
    text = _summary(m, result, frame) + _none_of(missing, m) + _web_of_resellers(m)
    return Finding(text + reach(result), frame, result, chart_for(replace(result, frame=frame), m.today))


def _web_of_resellers(m: Material) -> str:
    """Source and channel are two cuts: the resellers' web shops stand among the resellers, and are named."""
    if m.query.by != ("source",) or MEASURES[m.measure].additivity != "additive":
        return ""
    query = narrowed(flat(m.query, measures=(m.measure,)), Filter("source", ("sell-out",)), Filter("channel", ("online",)))
    value = m.ask(query).totals.get(m.measure)
    return f" Of the resellers’ part, {counted(m.measure, value)} was sold in their web shops." if value else ""


def _with_named(m: Material, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Groups that the question names and that have no line stand in the list with 0."""
    if len(m.query.by) != 1 or m.query.by[0] in TIME:
        return frame, []
    dimension = m.query.by[0]
    named = [value for f in m.query.where if f.dimension == dimension and not f.exclude for value in f.values]
    if dimension == "source" and len(m.slots.sources_named) > 1:
        named = ["d2c", "sell-out"]
    present = set(frame[dimension])
    absent = (
        [value for value in named if value not in present]
        if " + " in "".join(c.label for c in m.slots.chosen) or dimension == "source"
        else []
    )
    if not absent:
        return frame, []
    zeros = {name: [Decimal(0) if dtype.is_decimal() else 0] * len(absent) for name, dtype in frame.schema.items() if name != dimension}
    more = pl.DataFrame({dimension: absent, **zeros}).select(frame.columns).cast(dict(frame.schema))  # type: ignore[arg-type]
    return pl.concat([frame, more]), [name_of(dimension, value) for value in absent]


def _none_of(missing: Sequence[str], m: Material) -> str:
    return f" Nothing is stated of {joined(missing)}{when(m)}." if missing else ""


def _side_by_side(m: Material) -> bool:
    return m.slots.versus or m.slots.alternatives or m.slots.has("compare", "top", "bottom", "growth") or len(m.slots.sources_named) > 1


def _gap(m: Material, result: Result, frame: pl.DataFrame, missing: Sequence[str]) -> Finding:
    dimension, name = m.query.by[0], m.measure
    (first, high), (second, low) = sorted(frame.select(dimension, name).iter_rows(), key=lambda row: value_of(row[1]), reverse=True)
    gap = value_of(high) - value_of(low)
    lead = change_of(value_of(high), value_of(low))
    ahead = difference(name, gap).lstrip("+") + (f" ({percent(lead)})" if lead is not None else "")
    who, verb = subject(dimension, first)
    start = f"{label(name)}{population(m, (dimension,))}{when(m)}: {name_of(dimension, first)} {figure(name, high or 0)}, {name_of(dimension, second)} {figure(name, low or 0)}"
    if missing and dimension == "reseller":
        return Finding(f"{start}. They can not be compared:{_none_of(missing, m)}" + reach(result), frame, result)
    text = f"{start}. {who} {verb} ahead by {ahead}." if gap else f"{start}: exactly even."
    return Finding(text + _none_of(missing, m) + reach(result), frame, result, chart_for(result, m.today), figures=(gap, lead))


def _summary(m: Material, result: Result, frame: pl.DataFrame) -> str:
    name, by = m.measure, m.query.by
    whole = result.totals.get(name)
    groups = " and ".join(title(dimension, plural=False) for dimension in by)
    head = f"{label(name)}{population(m)} by {groups}{when(m)}: {frame.height} rows"
    if MEASURES[name].additivity == "additive" and whole is not None:
        head += f", {counted(name, whole)} in total"
    elif whole is not None:
        head += f", {figure(name, whole)} overall"
    return sentence(head + _extremes(m, frame))


def _extremes(m: Material, frame: pl.DataFrame) -> str:
    by, name = m.query.by, m.measure
    stated = frame.filter(pl.col(name).is_not_null())
    for dimension in by:
        if stated.schema[dimension] == pl.String:
            stated = stated.filter(~pl.col(dimension).is_in([NOT_STATED, OTHERS]))
    if stated.height < 2:
        return ""
    top = stated.sort(name, descending=True).row(0, named=True)
    text = f". Highest: {group_name(by, top)} with {counted(name, top[name])}"
    share = SHARES.get(name)
    if share in stated.columns and top[share] is not None:
        text += f" ({percent(top[share])})"
    if by[0] in TIME:
        low = stated.sort(name).row(0, named=True)
        text += f"; lowest: {group_name(by, low)} with {counted(name, low[name])}"
    return text


def _beyond(m: Material, result: Result, frame: pl.DataFrame) -> Finding:
    """Only groups above or below a threshold."""
    assert m.slots.threshold is not None
    side, limit = m.slots.threshold
    column = pl.col(m.measure)
    kept = frame.filter(column > limit if side == "above" else column < limit)
    text = (
        f"{count_of(kept.height, m.query.by[0])} of {frame.height} {'have' if kept.height != 1 else 'has'} {label(m.measure).lower()} "
        f"{side} {figure(m.measure, limit)}{when(m)}."
    )
    return Finding(
        sentence(text) + reach(result), kept, result, chart_for(replace(result, frame=kept), m.today), figures=(limit, frame.height)
    )
