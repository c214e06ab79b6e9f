"""Totals of a day or some days: only lines that state a day, or a week that lies inside. A month counted as a whole on its last day would drown them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from core.chat.analyses.material import Finding, Material, flat, value_of
from core.chat.analyses.wording import counted, figure, label, name_of, population, reach, sentence, was, when
from core.sales.query import Period, Result

SHORT_DAYS = 28
_ADDITIVE = {"sales_eur_net", "sales_eur_gross", "units"}


def is_short(m: Material) -> bool:
    """A period below four weeks, of figures that add up, where resellers that report by week or month could be inside."""
    period = m.query.period
    return period is not None and period.days < SHORT_DAYS and set(m.query.measures) <= _ADDITIVE and m.slots.source != "online"


def short_total(m: Material) -> Finding | None:
    """The total over the lines that belong to the days asked for; None where no line states any."""
    detail = m.ask(replace(flat(m.query), by=("source", "week", "day")))
    assert m.query.period is not None
    inside = detail.frame.filter(pl.Series([_belongs(row, m.query.period) for row in detail.frame.iter_rows(named=True)], dtype=pl.Boolean))
    aside = detail.frame.height - inside.height
    if inside.is_empty():
        return None
    totals = {name: value_of(inside[name].sum()) for name in m.query.measures}
    frame = inside.select(pl.col(name).sum() for name in m.query.measures)
    text = _text(m, totals, inside)
    shown = replace(detail, caveats=tuple(c for c in detail.caveats if c.kind not in ("partial_period", "not_stated")))
    return Finding(
        text + reach(detail), frame, shown, None, (_left_aside(m, detail, totals),) if aside else (), tuple(_by_source(m, inside).values())
    )


def _belongs(row: Mapping[str, Any], period: Period) -> bool:
    if row["day"] is not None:
        return True
    week: date | None = row["week"]
    return week is not None and week >= period.start - timedelta(days=1) and week + timedelta(days=5) <= period.end


def _by_source(m: Material, inside: pl.DataFrame) -> dict[str, Decimal]:
    sums = inside.group_by("source", maintain_order=True).agg(pl.col(m.measure).sum())
    return {source: value_of(value) for source, value in sums.iter_rows()}


def _text(m: Material, totals: Mapping[str, Decimal], inside: pl.DataFrame) -> str:
    name = m.measure
    text = f"{label(name)}{population(m)}{when(m)} {was(name)} {figure(name, totals[name])}"
    text += f" ({counted('units', totals['units'])})" if "units" in totals and name != "units" else ""
    parts = [f"{name_of('source', source)} {counted(name, value)}" for source, value in _by_source(m, inside).items()]
    return sentence(text) + (f" Of this: {', '.join(parts)}." if len(parts) > 1 else "")


def _left_aside(m: Material, detail: Result, totals: Mapping[str, Decimal]) -> str:
    name = m.measure
    rest = value_of(detail.totals.get(name)) - totals[name]
    return f"{counted(name, rest)} is reported for a longer time that only ends in these days (monthly or weekly files), so it is not in this figure."
