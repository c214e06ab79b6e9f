"""What has not sold, told apart from what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from core.chat.analyses.material import Finding, Material, frame_of, value_of
from core.chat.analyses.wording import (
    count_of,
    joined,
    name_of,
    of_source,
    population,
    reach,
    title,
    when,
)
from core.sales.dimensions import NOT_STATED
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
    unknown, free = len(rows) - len(certain), sum(row[1] in ("tester", "sample") for row in rows)
    where = f"{of_source(m)}{population(m, ('source',))}{when(m)}"
    if not rows:
        text = f"Every one of the {title(dimension)} sold something{where}."
    else:
        named = joined([name_of(dimension, row[0]) for row in (certain or rows)[:5]], 5)
        text = f"{count_of(len(rows), dimension)} {'has' if len(rows) == 1 else 'have'} no sale{where}: {named}{' and more' if len(certain or rows) > 5 else ''}."
    text += f" {free} of them are testers or samples, which are not for sale." if free else ""
    if unknown:
        text += f" Of {'all' if unknown == len(rows) else unknown} of them it is not known, because the reseller has not reported the whole period or does not state stores."
    return Finding(text + reach(result), frame, result, figures=(unknown, free, len(rows)))


def _unsold(m: Material, dimension: str, sold: set[str]) -> list[tuple[str, str, str]]:
    v = m.vocabulary
    ids = {c.dimension: c.values for c in m.slots.chosen if not c.exclude}
    if dimension == "product":
        kept = [p for p in v.products if p.category in ids.get("category", (p.category,)) and p.label in ids.get("product", (p.label,))]
        return [(p.label, p.category, "no sale") for p in kept if p.label not in sold]
    if dimension == "store":
        own, stating = {r.name for r in v.resellers if r.own_shop}, _stating_stores(m)
        stores = [
            s
            for s in v.stores
            if s.reseller not in own
            and s.reseller in ids.get("reseller", (s.reseller,))
            and (s.country in ids.get("country", (s.country,)))
        ]
        return [
            (s.name, s.reseller, _status(m, s.reseller) if s.reseller in stating else "unknown")
            for s in stores
            if s.name not in sold and f"{s.name} ({s.reseller})" not in sold
        ]
    if dimension == "reseller":
        names = [r for r in v.resellers if not r.own_shop and r.country in ids.get("country", (r.country,))]
        return [(r.name, r.country or "", _status(m, r.name)) for r in names if r.name not in sold]
    known = {"country": v.countries, "category": v.categories, "utm_source": v.utm_sources}.get(dimension, ())
    return [(value, "", "no sale") for value in known if value not in sold]


def _stating_stores(m: Material) -> set[str]:
    """Resellers whose files of the period say in which store they sold; of the others no store is known to be silent."""
    rows = m.ask(replace(m.query, measures=("lines",), by=("reseller", "store"), order_by=None, limit=None)).frame
    stating = set(rows.filter(pl.col("store") != NOT_STATED)["reseller"])
    return stating | ({s.reseller for s in m.vocabulary.stores} - set(rows["reseller"]))


def _status(m: Material, reseller: str) -> str:
    sender = next((s for s in m.covered.senders if s.name == reseller), None)
    period = m.query.period
    if sender is None or period is None:
        return "no sale"
    end: date = min(period.end, m.today - timedelta(days=1))
    return "no sale" if end >= period.start and m.covered.covers(sender.reseller_id, Period(period.start, end)) else "unknown"
