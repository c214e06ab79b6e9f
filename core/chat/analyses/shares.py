"""Parts of a whole: shares, what makes 80 %, how concentrated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, total_of, value_of, without
from core.chat.analyses.rankings import SHARES, group_name, stated
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    counted,
    joined,
    label,
    name_of,
    percent,
    population,
    ratio_of,
    reach,
    sentence,
    title,
    when,
)
from core.sales import classes
from core.sales.charts import chart_for
from core.sales.classes import Classes
from core.sales.dimensions import NOT_STATED, TIME
from core.sales.query import Result


def share(m: Material) -> Finding:
    """Each group's part of the whole, or one part of the whole."""
    if m.query.by and not set(m.query.by) <= set(TIME):
        result = m.ask(m.query)
        if result.frame.is_empty():
            return nothing(m, result)
        column = SHARES.get(m.measure, "share")
        rows = [f"{group_name(m.query.by, row)} {percent(row[column])}" for row in result.frame.head(5).iter_rows(named=True)]
        text = f"Shares of {label(m.measure).lower()}{population(m)} by {title(m.query.by[0], False)}{when(m)}: {joined(rows)}, of {counted(m.measure, result.totals[m.measure])}."
        return Finding(
            text + " Shares add to 100 % up to rounding." + reach(result),
            result.frame,
            result,
            chart_for(_as_share(result, column), m.today),
            figures=(100,),
        )
    return _one_share(m)


def _as_share(result: Result, column: str) -> Result:
    return replace(result, query=replace(result.query, measures=(column,)))


_PART_OF = ("product", "category", "size", "utm_source", "city", "country", "store", "reseller")


def _one_share(m: Material) -> Finding:
    """The filtered part against the same figure without the narrowest filter."""
    named = [c.dimension for c in m.slots.chosen if not c.exclude]
    dropped = next((dimension for dimension in _PART_OF if dimension in named), None)
    whole_query = without(m.query, dropped) if dropped else without(m.query, "source", "channel")
    if dropped is None and not m.query.where:
        return Finding(
            "Share of what? Name a product, category, reseller, country or channel, for example “share of the web shop in 2024”.",
            unanswered=True,
        )
    if m.query.by:
        return _share_over_time(m, whole_query)
    part, whole = m.ask(m.query), m.ask(flat(whole_query))
    name = m.measure
    now, total = value_of(total_of(part, name)), value_of(total_of(whole, name))
    ratio = ratio_of(now, total)
    what = population(m).strip() or "this part"
    text = f"{percent(ratio)} of {label(name).lower()}{when(m)} comes from sales {what}: {counted(name, now)} of {counted(name, total)}"
    frame = frame_of([("part", now, ratio), ("whole", total, ratio_of(total, total))], {"what": pl.String, name: EUR, "share": EUR})
    return Finding(sentence(text) + reach(whole), frame, part, figures=(ratio,))


def _share_over_time(m: Material, whole_query: Any) -> Finding:
    name, dimension = m.measure, m.query.by[0]
    part = m.ask(replace(m.query, measures=(name,)))
    whole = m.ask(replace(whole_query, measures=(name,)))
    frame = whole.frame.rename({name: "whole"}).join(part.frame.rename({name: "part"}), on=dimension, how="left", maintain_order="left")
    ratios = [ratio_of(value_of(row["part"]), value_of(row["whole"])) for row in frame.iter_rows(named=True)]
    frame = frame.with_columns(pl.Series("share", [None if r is None else round(r, 9) for r in ratios], dtype=EUR))
    if frame.is_empty():
        return nothing(m, part)
    first, last = frame.row(0, named=True), frame.row(-1, named=True)
    text = f"The share of {label(name).lower()}{population(m)} went from {percent(first['share'])} in {name_of(dimension, first[dimension])} to {percent(last['share'])} in {name_of(dimension, last[dimension])}"
    as_result = replace(part, query=replace(part.query, measures=("share",)), frame=frame.select(dimension, "share"))
    return Finding(sentence(text) + reach(whole), frame, part, chart_for(as_result, m.today))


def pareto(m: Material) -> Finding:
    """How many groups make 80 % of the figure: class A, with the classes of all, as the Pareto page gives them."""
    item = m.query.by[0]
    result = m.ask(classes.classes_query(m.query, item, m.measure))
    if result.frame.is_empty():
        return nothing(m, result)
    found = classes.find_classes(_by_name(result, item))
    if not found.rows:
        return Finding(f"There is nothing to rank{population(m)}{when(m)}: no {title(item, False)} has a positive figure.", result=result)
    rows = _classed(item, m.measure, found)
    reached = rows["running_share"].to_list()
    counts = [len(found.members(group)) for group in classes.CLASSES]
    count = counts[0]
    items = title(item, count != 1)
    text = f"{count} of {rows.height} {items} make 80 % of {label(m.measure).lower()}{population(m)}{when(m)} ({percent(reached[count - 1])} exactly): class A; {counts[1]} more are in B, {counts[2]} in C ({found.cuts.words})"
    wanted = m.slots.number
    if wanted and wanted != count and wanted <= len(reached):
        text += f"; {wanted} make {percent(reached[wanted - 1])}"
    best = rows.row(0, named=True)
    text += f". The largest is {name_of(item, best[item])} with {counted(m.measure, best[m.measure])}"
    figures = (80, 95, *counts, wanted or count)
    return Finding(sentence(text) + reach(result), rows, result, classes.pareto_chart(found, result), figures=figures)


def _by_name(result: Result, item: str) -> Result:
    """Items of time by their day in words of a table, so that they can be ranked like all others."""
    return replace(result, frame=result.frame.with_columns(pl.col(item).cast(pl.String).fill_null(NOT_STATED)))


def _classed(item: str, measure: str, found: Classes) -> pl.DataFrame:
    rows = [(row.name, row.value, row.share, row.running, row.group) for row in found.rows]
    return frame_of(rows, {item: pl.String, measure: EUR, "share": EUR, "running_share": EUR, "class": pl.String})


def concentration(m: Material) -> Finding:
    """The share of the largest ten (or as many as asked)."""
    result = m.ask(replace(m.query, limit=None))
    rows, _ = stated(result.frame, m.query.by)
    if rows.is_empty():
        return nothing(m, result)
    top = rows.head(m.slots.number or 10)
    part, whole = value_of(top[m.measure].sum()), value_of(result.totals[m.measure])
    ratio = ratio_of(part, whole)
    first = top.row(0, named=True)
    text = (
        f"The top {top.height} {title(m.query.by[0])} make {percent(ratio)} of {label(m.measure).lower()}{population(m)}{when(m)}: "
        f"{counted(m.measure, part)} of {counted(m.measure, whole)}. The largest, {name_of(m.query.by[0], first[m.query.by[0]])}, makes {percent(first['share'])}."
    )
    return Finding(text + reach(result), top, result, chart_for(replace(result, frame=top), m.today), figures=(part, ratio))
