"""What has not sold, told apart from what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from core.chat.analyses.material import Finding, Material, frame_of, value_of
from core.chat.analyses.wording import (
    joined,
    name_of,
    of_source,
    population,
    reach,
    sentence,
    title,
    when,
)
from core.sales.query import Period


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
