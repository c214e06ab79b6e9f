"""The best and the worst, one place, the best of each, the best period, the largest orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses.material import EUR, Finding, Material, value_of
from core.chat.analyses.totals import nothing
from core.chat.analyses.wording import (
    count_of,
    counted,
    figure,
    joined,
    label,
    name_of,
    percent,
    population,
    reach,
    sentence,
    title,
    when,
)
from core.sales.charts import chart_for, moment_end
from core.sales.dimensions import NOT_STATED
from core.sales.measures import MEASURES
from core.sales.query import Filter, Period, Result

SHARES = {"sales_eur_net": "share", "units": "units_share"}


def group_name(by: Sequence[str], row: dict[str, Any]) -> str:
    return ", ".join(name_of(dimension, row[dimension]) for dimension in by)


def ranking(m: Material) -> Finding:
    """The best or the worst; groups that are not stated are no winners, but named."""
    asked = m.query
    result = m.ask(replace(asked, limit=None))
    rows, aside = stated(result.frame, asked.by)
    if rows.is_empty():
        return nothing(m, result)
    if m.slots.has("slow"):
        rows = _with_unsold(m, rows)
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


def _with_unsold(m: Material, rows: pl.DataFrame) -> pl.DataFrame:
    """Slow movers: products on sale without a sale stand first, with 0; testers and samples are not for sale."""
    free = [p.label for p in m.vocabulary.products if p.kind in ("tester", "sample")]
    sold = set(rows["product"])
    unsold = [p.label for p in m.vocabulary.products if p.label not in sold and p.label not in free]
    zeros = {name: [Decimal(0) if dtype.is_decimal() else 0] * len(unsold) for name, dtype in rows.schema.items() if name != "product"}
    more = pl.DataFrame({"product": unsold, **zeros}).select(rows.columns).cast(dict(rows.schema))  # type: ignore[arg-type]
    return pl.concat([rows.filter(~pl.col("product").is_in(free)), more]).sort(m.measure, "product", nulls_last=True)


def _both_ends(m: Material, result: Result, rows: pl.DataFrame) -> Finding:
    """The best and the worst side by side."""
    count = min(m.slots.number or 5, max(1, rows.height // 2))
    ordered = rows.sort(m.measure, descending=True)
    best, worst = ordered.head(count), ordered.tail(count).reverse()
    parts = []
    for name, side in (("Top", best), ("Bottom", worst)):
        listed = [f"{group_name(m.query.by, row)} {counted(m.measure, row[m.measure])}" for row in side.head(3).iter_rows(named=True)]
        parts.append(f"{name}: {joined(listed)}.")
    text = f"{title(m.query.by[0]).capitalize()} by {label(m.measure).lower()}{population(m)}{when(m)}. {' '.join(parts)}"
    return Finding(text + reach(result), pl.concat([best, worst]), result, chart_for(result, m.today))


def stated(frame: pl.DataFrame, by: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    texts = [dimension for dimension in by if frame.schema[dimension] == pl.String]
    if not texts:
        return frame, frame.clear()
    blank = pl.any_horizontal(pl.col(dimension) == NOT_STATED for dimension in texts)
    return frame.filter(~blank & pl.col(frame.columns[len(by)]).is_not_null()), frame.filter(blank)


def _aside(m: Material, aside: pl.DataFrame) -> str:
    if aside.is_empty() or not value_of(aside[m.measure].sum()):
        return ""
    return (
        f" {sentence(counted(m.measure, aside[m.measure].sum()))[:-1]} of the total is not stated by {_unnamed(m, aside)} and not ranked."
    )


def _unnamed(m: Material, aside: pl.DataFrame) -> str:
    """The dimension that those rows do not state."""
    blank = [d for d in m.query.by if aside.schema[d] == pl.String and (aside[d] == NOT_STATED).any()]
    return title(blank[0] if blank else m.query.by[0], False)


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
    return f"{group_name(m.query.by, row)} {verb} by {label(m.measure).lower()}{population(m)}{when(m)}: {counted(m.measure, row[m.measure])}{part}{rate}."


def _podium(m: Material, result: Result, shown: pl.DataFrame) -> str:
    kind = "lowest" if m.query.descending is False else "top"
    listed = [f"{group_name(m.query.by, row)} {counted(m.measure, row[m.measure])}" for row in shown.head(3).iter_rows(named=True)]
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
    text = f"Place {nth} by {label(m.measure).lower()}{population(m)}{when(m)}: {group_name(m.query.by, row)} with {counted(m.measure, row[m.measure])}"
    text += f", behind {group_name(m.query.by, first)} with {counted(m.measure, first[m.measure])}." if nth > 1 else "."
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
    rows, aside = stated(result.frame, (group, item))
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
