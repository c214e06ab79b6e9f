"""Lists: by group, the best and the worst, one place, the best of each, shares, what makes 80 %, and what never sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses import filling
from core.chat.analyses.material import EUR, Finding, Material, flat, frame_of, total_of, value_of, without
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
    of_source,
    percent,
    population,
    ratio_of,
    reach,
    sentence,
    subject,
    title,
    when,
)
from core.sales import bridging
from core.sales.charts import chart_for, moment_end
from core.sales.dimensions import NOT_STATED, OTHERS, TIME
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period, Result

SHARES = {"sales_eur_net": "share", "units": "units_share"}


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
    return Finding(
        _summary(m, result, frame) + _none_of(missing, m) + reach(result), frame, result, chart_for(replace(result, frame=frame), m.today)
    )


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
    text = f". Highest: {_group_name(by, top)} with {counted(name, top[name])}"
    share = SHARES.get(name)
    if share in stated.columns and top[share] is not None:
        text += f" ({percent(top[share])})"
    if by[0] in TIME:
        low = stated.sort(name).row(0, named=True)
        text += f"; lowest: {_group_name(by, low)} with {counted(name, low[name])}"
    return text


def _group_name(by: Sequence[str], row: dict[str, Any]) -> str:
    return ", ".join(name_of(dimension, row[dimension]) for dimension in by)


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


def ranking(m: Material) -> Finding:
    """The best or the worst; groups that are not stated are no winners, but named."""
    asked = m.query
    result = m.ask(replace(asked, limit=None))
    rows, aside = _stated(result.frame, asked.by)
    if rows.is_empty():
        return nothing(m, result)
    if m.slots.nth is not None:
        return _place(m, result, rows, m.slots.nth)
    if m.slots.has("ends"):
        return _both_ends(m, result, rows)
    shown = rows.head(asked.limit) if asked.limit else rows
    text = _winner(m, result, shown) if shown.height == 1 else _podium(m, result, shown)
    notes = [text + _fewer(m, shown) + _aside(m, aside) + reach(result)]
    shown, per_day = _per_weekday(m, shown)
    return Finding(
        notes[0] + per_day,
        shown,
        result,
        chart_for(replace(result, frame=shown), m.today) if shown.height > 1 else None,
        figures=_aside_figures(m, aside),
    )


def _both_ends(m: Material, result: Result, rows: pl.DataFrame) -> Finding:
    """The best and the worst side by side."""
    count = min(m.slots.number or 5, max(1, rows.height // 2))
    ordered = rows.sort(m.measure, descending=True)
    best, worst = ordered.head(count), ordered.tail(count).reverse()
    parts = []
    for name, side in (("Top", best), ("Bottom", worst)):
        listed = [f"{_group_name(m.query.by, row)} {counted(m.measure, row[m.measure])}" for row in side.head(3).iter_rows(named=True)]
        parts.append(f"{name}: {joined(listed)}.")
    text = f"{title(m.query.by[0]).capitalize()} by {label(m.measure).lower()}{population(m)}{when(m)}. {' '.join(parts)}"
    return Finding(text + reach(result), pl.concat([best, worst]), result, chart_for(result, m.today))


def _stated(frame: pl.DataFrame, by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    texts = [dimension for dimension in by if frame.schema[dimension] == pl.String]
    if not texts:
        return frame, frame.clear()
    blank = pl.any_horizontal(pl.col(dimension) == NOT_STATED for dimension in texts)
    return frame.filter(~blank & pl.col(frame.columns[len(by)]).is_not_null()), frame.filter(blank)


def _aside(m: Material, aside: pl.DataFrame) -> str:
    if aside.is_empty() or not value_of(aside[m.measure].sum()):
        return ""
    return f" {sentence(counted(m.measure, aside[m.measure].sum()))[:-1]} of the total is not stated by {title(m.query.by[0], False)} and not ranked."


def _aside_figures(m: Material, aside: pl.DataFrame) -> tuple[Any, ...]:
    return () if aside.is_empty() else (value_of(aside[m.measure].sum()),)


def _winner(m: Material, result: Result, shown: pl.DataFrame) -> str:
    row = shown.row(0, named=True)
    lowest = m.query.descending is False
    share = SHARES.get(m.measure)
    part = f", {percent(row[share])} of the total" if share in row and row[share] is not None else ""
    rate = (
        f" ({percent(row['returns_rate'])} of the units sold)"
        if m.measure == "units_returned" and row.get("returns_rate") is not None
        else ""
    )
    verb = "is last" if lowest else "leads"
    return f"{_group_name(m.query.by, row)} {verb} by {label(m.measure).lower()}{population(m)}{when(m)}: {counted(m.measure, row[m.measure])}{part}{rate}."


def _podium(m: Material, result: Result, shown: pl.DataFrame) -> str:
    kind = "lowest" if m.query.descending is False else "top"
    listed = [f"{_group_name(m.query.by, row)} {counted(m.measure, row[m.measure])}" for row in shown.head(3).iter_rows(named=True)]
    share = SHARES.get(m.measure)
    part = ""
    if share in shown.columns and (covered := shown[share].sum()) is not None and kind == "top":
        part = f" Together the {shown.height} make {percent(covered)}."
    return f"The {kind} {shown.height} {title(m.query.by[0])} by {label(m.measure).lower()}{population(m)}{when(m)}: {', '.join(listed)}.{part}"


def _fewer(m: Material, shown: pl.DataFrame) -> str:
    wanted = m.slots.number
    if wanted is None or shown.height >= wanted:
        return ""
    return f" There are fewer than {wanted:,}: all {shown.height} with sales are listed.".replace(",", "\u202f")


def _place(m: Material, result: Result, rows: pl.DataFrame, nth: int) -> Finding:
    if rows.height < nth:
        return Finding(f"There are only {count_of(rows.height, m.query.by[0])}{population(m)}{when(m)}, so no place {nth}.", rows, result)
    row, first = rows.row(nth - 1, named=True), rows.row(0, named=True)
    text = f"Place {nth} by {label(m.measure).lower()}{population(m)}{when(m)}: {_group_name(m.query.by, row)} with {counted(m.measure, row[m.measure])}"
    text += f", behind {_group_name(m.query.by, first)} with {counted(m.measure, first[m.measure])}." if nth > 1 else "."
    return Finding(text + reach(result), rows.slice(nth - 1, 1), result, figures=(value_of(first[m.measure]), nth))


def _per_weekday(m: Material, shown: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """A weekday that occurs more often sells more: the average per such day stands beside the total."""
    if m.query.by != ("weekday",) or (span := _days_of(m)) is None or MEASURES[m.measure].additivity != "additive":
        return shown, ""
    names = [(span.start + timedelta(days=i)).strftime("%A") for i in range(span.days)]
    averages = [
        (value_of(value) / max(1, names.count(day))).quantize(Decimal("0.000001"))
        for day, value in shown.select("weekday", m.measure).iter_rows()
    ]
    frame = shown.with_columns(pl.Series("per_day", averages, dtype=EUR))
    return frame, f" That is {figure(m.measure, averages[0])} per {shown['weekday'][0]} on average." if averages else ""


def _days_of(m: Material) -> Period | None:
    span = m.data_span()
    if span is None:
        return None
    start = m.vocabulary.shop_first_day if m.slots.source == "online" and m.vocabulary.shop_first_day else span.start
    asked = m.query.period or Period(start, span.end)
    first, last = max(asked.start, start), min(asked.end, span.end, m.today)
    return Period(first, last) if first <= last else None


def best_period(m: Material) -> Finding:
    """The best (or worst) day, week, month … among those that have ended."""
    dimension = m.query.by[0]
    result = m.ask(replace(m.query, limit=None, order_by=None, descending=None))
    ended = [day is not None and moment_end(day, dimension) < m.today for day in result.frame[dimension]]
    rows = result.frame.filter(pl.Series(ended, dtype=pl.Boolean)).sort(
        m.measure, descending=m.query.descending is not False, nulls_last=True
    )
    if rows.is_empty():
        return nothing(m, result)
    if m.slots.nth is not None:
        return _place(m, result, rows, m.slots.nth)
    shown = rows.head(m.query.limit or 1)
    best = shown.row(0, named=True)
    kind = "Best" if m.query.descending is not False else "Weakest"
    text = f"{kind} {title(dimension, False)} by {label(m.measure).lower()}{population(m)}{when(m)}: {name_of(dimension, best[dimension])} with {counted(m.measure, best[m.measure])}"
    if rows.height > 1 and shown.height == 1:
        second = rows.row(1, named=True)
        text += f", ahead of {name_of(dimension, second[dimension])} with {counted(m.measure, second[m.measure])}" if kind == "Best" else ""
    return Finding(
        sentence(text) + reach(result),
        shown,
        result,
        chart_for(result, m.today),
        ("Running periods do not take part.",),
        (value_of(rows[m.measure][min(1, rows.height - 1)]), rows[dimension][min(1, rows.height - 1)]),
    )


def per_group(m: Material) -> Finding:
    """The best of each: top product at each reseller, best resellers per product."""
    group = m.slots.per[0] if m.slots.per else m.query.by[-1]
    item = next(dimension for dimension in m.query.by if dimension != group)
    result = m.ask(replace(m.query, by=(group, item), limit=None, order_by=None, descending=None))
    rows, aside = _stated(result.frame, (group, item))
    if rows.is_empty():
        return nothing(m, result)
    best = m.slots.number or m.slots.nth or (3 if m.slots.plural and m.slots.by[0] == item and item == "reseller" else 1)
    down = not (m.slots.has("bottom") and not m.slots.has("top"))
    ordered = rows.sort([group, m.measure], descending=[False, down], nulls_last=True).with_columns(
        pl.int_range(1, pl.len() + 1).over(group).alias("rank")
    )
    kept = ordered.filter(pl.col("rank") == m.slots.nth if m.slots.nth else pl.col("rank") <= best)
    kind = "best" if down else "weakest"
    listed = [
        f"{name_of(group, row[group])}: {name_of(item, row[item])} {counted(m.measure, row[m.measure])}"
        for row in kept.filter(pl.col("rank") == kept["rank"].min()).head(4).iter_rows(named=True)
    ]
    text = f"The {kind} {title(item, best > 1)} of each of {count_of(kept[group].n_unique(), group)} by {label(m.measure).lower()}{population(m)}{when(m)}: {'; '.join(listed)}"
    return Finding(
        sentence(text) + _aside(m, aside) + reach(result), kept, result, figures=(*_aside_figures(m, aside), kept[group].n_unique())
    )


def orders(m: Material) -> Finding:
    """The largest orders by value over their lines, with their day."""
    result = m.ask(m.query)
    if result.frame.is_empty():
        return nothing(m, result)
    ids = tuple(result.frame["order"])
    days = m.ask(
        replace(
            m.query,
            measures=("sales_eur_net",),
            by=("order", "day"),
            where=(*m.query.where, Filter("order", ids)),
            limit=None,
            order_by=None,
            descending=None,
        )
    )
    dated = days.frame.group_by("order").agg(pl.col("day").min().alias("order_date"))
    frame = result.frame.join(dated, on="order", how="left", maintain_order="left").select("order", "order_date", "sales_eur_net")
    best = frame.row(0, named=True)
    text = f"The {frame.height} largest orders" if frame.height > 1 else "The largest order"
    text += f"{population(m)}{when(m)}: {best['order']} on {name_of('day', best['order_date'])} with {figure('sales_eur_net', best['sales_eur_net'])}"
    text += (
        f" {'leads' if frame.height > 1 else ''}; together they make {figure('sales_eur_net', frame['sales_eur_net'].sum())}"
        if frame.height > 1
        else ""
    )
    return Finding(sentence(text) + reach(result), frame, result, figures=(value_of(frame["sales_eur_net"].sum()),))


def share(m: Material) -> Finding:
    """Each group's part of the whole, or one part of the whole."""
    if m.query.by and not set(m.query.by) <= set(TIME):
        result = m.ask(m.query)
        if result.frame.is_empty():
            return nothing(m, result)
        column = SHARES.get(m.measure, "share")
        rows = [f"{_group_name(m.query.by, row)} {percent(row[column])}" for row in result.frame.head(5).iter_rows(named=True)]
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
    """How many groups make 80 % of the figure."""
    result = m.ask(replace(m.query, limit=None))
    if result.frame.is_empty():
        return nothing(m, result)
    rows = bridging.pareto(result, m.measure)
    reached = rows["running_share"].to_list()
    count = next(i for i, part in enumerate(reached, 1) if part >= Decimal("0.8") or i == len(reached))
    items = title(m.query.by[0], count != 1)
    text = f"{count} of {rows.height} {items} make 80 % of {label(m.measure).lower()}{population(m)}{when(m)} ({percent(reached[count - 1])} exactly)"
    wanted = m.slots.number
    if wanted and wanted != count and wanted <= len(reached):
        text += f"; {wanted} make {percent(reached[wanted - 1])}"
    best = rows.row(0, named=True)
    text += f". The largest is {name_of(m.query.by[0], best[m.query.by[0]])} with {counted(m.measure, best[m.measure])}"
    return Finding(sentence(text) + reach(result), rows, result, chart_for(result, m.today), figures=(80, count, wanted or count))


def concentration(m: Material) -> Finding:
    """The share of the largest ten (or as many as asked)."""
    result = m.ask(replace(m.query, limit=None))
    rows, _ = _stated(result.frame, m.query.by)
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


def zero(m: Material) -> Finding:
    """What of the catalogue has no sale in the period; resellers that have not reported are “unknown”, not “nothing”."""
    dimension = m.query.by[0]
    result = m.ask(replace(m.query, measures=("units_sold", "sales_eur_net"), by=(dimension,), order_by=None, limit=None))
    sold = {row[0] for row in result.frame.iter_rows() if value_of(row[1]) or value_of(row[2])}
    rows = _unsold(m, dimension, sold)
    schema = {dimension: pl.String, "details": pl.String, "status": pl.String}
    frame = frame_of(rows, schema)
    certain = [row for row in rows if row[2] != "unknown"]
    count = len(certain)
    what = f"{title(dimension, count != 1)}" if dimension != "product" else f"{'product' if count == 1 else 'products'}"
    text = (
        f"{count} {what} sold nothing{of_source(m)}{_at(m)}{when(m)}"
        if rows
        else f"Every one of the {title(dimension)} sold something{of_source(m)}{_at(m)}{when(m)}"
    )
    names = [name_of(dimension, row[0]) for row in certain[:5]]
    text = sentence(text + (f": {joined(names, 5)}{' and more' if len(certain) > 5 else ''}" if names else ""))
    unknown = len(rows) - len(certain)
    free = sum(row[1] in ("tester", "sample") for row in rows)
    text += f" {free} of them are testers or samples, which are not for sale." if free else ""
    text += f" Of {unknown} more it is not known, because the reseller has not reported the whole period." if unknown else ""
    return Finding(text + reach(result), frame, result, figures=(count, unknown, free, len(rows)))


def _at(m: Material) -> str:
    return population(m, ("source",))


def _unsold(m: Material, dimension: str, sold: set[str]) -> list[tuple[str, str, str]]:
    v = m.vocabulary
    ids = {c.dimension: c.values for c in m.slots.chosen if not c.exclude}
    if dimension == "product":
        kept = [p for p in v.products if p.category in ids.get("category", (p.category,)) and p.label in ids.get("product", (p.label,))]
        return [(p.label, p.category, "no sale") for p in kept if p.label not in sold]
    if dimension == "store":
        own = {r.name for r in v.resellers if r.own_shop}
        stores = [
            s
            for s in v.stores
            if s.reseller not in own
            and s.reseller in ids.get("reseller", (s.reseller,))
            and (s.country in ids.get("country", (s.country,)))
        ]
        return [
            (s.name, s.reseller, _status(m, s.reseller)) for s in stores if s.name not in sold and f"{s.name} ({s.reseller})" not in sold
        ]
    if dimension == "reseller":
        names = [r for r in v.resellers if not r.own_shop and r.country in ids.get("country", (r.country,))]
        return [(r.name, r.country or "", _status(m, r.name)) for r in names if r.name not in sold]
    known = {"country": v.countries, "category": v.categories, "utm_source": v.utm_sources}.get(dimension, ())
    return [(value, "", "no sale") for value in known if value not in sold]


def _status(m: Material, reseller: str) -> str:
    sender = next((s for s in m.covered.senders if s.name == reseller), None)
    period = m.query.period
    if sender is None or period is None:
        return "no sale"
    end: date = min(period.end, m.today - timedelta(days=1))
    return "no sale" if end >= period.start and m.covered.covers(sender.reseller_id, Period(period.start, end)) else "unknown"
